//! What was put at names with `image at: 'name' Put: object`: the entries of the dictionary in the slot `roots` of the library's object
//! `image`.
//!
//! What must stay true: this agrees with `stdlib/system/image.aura` and `stdlib/collection/dictionary.aura` about where entries are. If it does not,
//! there are no names, and everything is still found by its slots.

use super::objects::{Held, Object, Objects};
use super::value::{Value, quoted};
use crate::ImageError;

/// The path of the library's object that has the dictionary.
pub const HOLDER: &str = "globals image";

/// The dictionary of names.
#[derive(Clone, Default, Debug)]
pub struct Roots {
    /// The numbers of the objects that it is made of: itself, its keys, its values, its table. Nothing if it is empty.
    pub parts: Vec<u64>,
    /// The number of the vector of values.
    pub values: Option<u64>,
    /// Names, in the order in which they came, and where each one's value is in that vector.
    pub entries: Vec<Entry>,
}

/// What is at a name.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// The name.
    pub name: String,
    /// The place of the value in the vector of values.
    pub place: usize,
    /// What is there.
    pub value: Value,
}

impl Roots {
    /// Reads it.
    ///
    /// # Errors
    /// When the store cannot be read or an object is damaged.
    pub fn read(objects: &Objects<'_>) -> Result<Roots, ImageError> {
        let Some(holder) = objects.names()?.ids.get(HOLDER).copied() else { return Ok(Roots::default()) };
        let dictionary = match objects.get(holder)?.as_ref().and_then(|o| o.slot("roots")).and_then(|s| s.value()) {
            Some(Value::Object { id, .. }) => objects.known(*id)?,
            _ => return Ok(Roots::default()),
        };
        let part = |name: &str| own(&dictionary, name).and_then(Value::object);
        let (Some(ks), Some(vs)) = (part("ks"), part("vs")) else {
            return Ok(Roots { parts: vec![dictionary.id], ..Roots::default() });
        };
        let mut parts = vec![dictionary.id, ks, vs];
        parts.extend(part("table"));
        let used = match own(&dictionary, "used") {
            Some(Value::Int(n)) => usize::try_from(*n).unwrap_or(0),
            _ => 0,
        };
        Ok(Roots { parts, values: Some(vs), entries: entries(objects, ks, vs, used)? })
    }

    /// What is at a name.
    pub fn at(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|e| e.name == name)
    }
}

fn own<'o>(o: &'o Object, name: &str) -> Option<&'o Value> {
    match &o.slot(name)?.held {
        Held::Data(v) => Some(v),
        _ => None,
    }
}

fn entries(objects: &Objects<'_>, ks: u64, vs: u64, used: usize) -> Result<Vec<Entry>, ImageError> {
    let (ks, vs) = (objects.known(ks)?, objects.known(vs)?);
    let (Some(names), Some(values)) = (ks.elements, vs.elements) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for (place, (key, value)) in names.iter().zip(values).take(used).enumerate() {
        if let Some(name) = name_of(objects, key)? {
            found.push(Entry { name, place, value });
        }
    }
    Ok(found)
}

/// A key as a name: strings as they are, numbers as they are written. Nothing for other objects, such as the mark of a removed entry.
fn name_of(objects: &Objects<'_>, key: &Value) -> Result<Option<String>, ImageError> {
    match key {
        Value::Text(t) => Ok(Some(t.clone())),
        Value::Object { id, .. } if !super::is_library(*id) => match objects.known(*id)?.what {
            super::objects::What::Text { text, .. } => Ok(Some(text)),
            _ => Ok(None),
        },
        Value::Int(i) => Ok(Some(i.to_string())),
        _ => Ok(None),
    }
}

/// A name as a word of a path: in quotes where it would be taken for something else.
pub fn word(name: &str) -> String {
    let plain = !name.is_empty() && name != "roots" && !name.starts_with(['[', '(', '\'']) && !name.contains(char::is_whitespace);
    if plain { name.to_string() } else { quoted(name, usize::MAX) }
}
