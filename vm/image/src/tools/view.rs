//! An object for people and for JSON: what it is, its slots, its elements, the source of its methods.
//!
//! What must stay true: values are shown in one line each; an object inside another is told by what it is and its number, not with all that
//! it contains.

use serde::Serialize;

use super::objects::{Held, Object, Objects, Slot, What};
use super::resolve::Place;
use super::roots::{self, Roots};
use super::value::{Value, quoted};
use crate::ImageError;

/// Characters of a text that are shown.
const MOST_TEXT: usize = 60;

/// An object, or a value that is none.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct View {
    /// Where it was looked for.
    pub path: String,
    /// Its number, if it is an object.
    pub object: Option<u64>,
    /// What it is: `integer`, `vector`, `a dictionary`.
    pub kind: String,
    /// In one line.
    pub text: String,
    /// Its own slots.
    pub slots: Vec<SlotView>,
    /// How many elements it has.
    pub count: usize,
    /// The first of them.
    pub elements: Vec<Shown>,
    /// The source, if it is a method.
    pub source: Option<String>,
}

/// A slot.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SlotView {
    /// Its name.
    pub name: String,
    /// `constant`, `data`, `parent`, `method`, `removed`.
    pub kind: &'static str,
    /// What it holds.
    #[serde(flatten)]
    pub value: Shown,
    /// Its comment.
    pub comment: Option<String>,
    /// Its type annotation.
    pub type_text: Option<String>,
    /// The source, if it holds a method.
    pub source: Option<String>,
}

/// A value in one line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Shown {
    /// As text.
    pub text: String,
    /// Its number, if it is an object.
    pub object: Option<u64>,
}

/// What is at a place, with at most `most` elements.
///
/// # Errors
/// When the store cannot be read or is damaged.
pub fn view(objects: &Objects<'_>, place: &Place, most: usize) -> Result<View, ImageError> {
    let mut v = View {
        path: place.path.clone(),
        object: place.value.as_ref().and_then(Value::object),
        kind: "removed".into(),
        text: "(removed)".into(),
        slots: Vec::new(),
        count: 0,
        elements: Vec::new(),
        source: None,
    };
    let Some(value) = &place.value else { return Ok(v) };
    v.text = value_text(objects, value)?;
    v.kind = kind_of(value).into();
    let Some(o) = value.object().map(|id| objects.get(id)).transpose()?.flatten() else { return Ok(v) };
    v.kind = kind(objects, &o)?;
    v.slots = o.slots.iter().map(|s| slot(objects, s)).collect::<Result<_, _>>()?;
    let elements = o.elements.as_deref().unwrap_or(&[]);
    v.count = elements.len();
    v.elements = elements.iter().take(most).map(|e| shown(objects, e)).collect::<Result<_, _>>()?;
    v.source = source(objects, &o)?;
    Ok(v)
}

/// What was put at a name.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct NameView {
    /// The name, as a word of a path.
    pub name: String,
    /// What is there.
    #[serde(flatten)]
    pub value: Shown,
}

/// What an image has beyond the library.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Overview {
    /// What was put at names, in the order in which the names came.
    pub names: Vec<NameView>,
    /// Objects of the library that are different, with what is.
    pub library: Vec<View>,
}

/// All that an image has beyond the library, with at most `most` elements of each vector.
///
/// # Errors
/// When the store cannot be read or is damaged.
pub fn overview(objects: &Objects<'_>, most: usize) -> Result<Overview, ImageError> {
    let name = |e: &roots::Entry| Ok(NameView { name: roots::word(&e.name), value: shown(objects, &e.value)? });
    let names = Roots::read(objects)?.entries.iter().map(name).collect::<Result<_, ImageError>>()?;
    let mut library = Vec::new();
    for (path, id) in &objects.names()?.ids {
        let value = Some(Value::Object { id: *id, words: 0, eager: false });
        let mut v = view(objects, &Place { path: path.clone(), holder: None, value }, most)?;
        if path == roots::HOLDER {
            v.slots.retain(|s| s.name != "roots");
        }
        if !v.slots.is_empty() || v.count > 0 {
            library.push(v);
        }
    }
    Ok(Overview { names, library })
}

fn kind_of(v: &Value) -> &'static str {
    match v {
        Value::Int(_) | Value::Big { .. } => "integer",
        Value::Float(_) => "float",
        Value::Text(_) => "string",
        Value::Special(_) => "special",
        Value::Object { .. } => "object",
    }
}

/// One slot.
///
/// # Errors
/// When the store cannot be read or is damaged.
pub fn slot(objects: &Objects<'_>, s: &Slot) -> Result<SlotView, ImageError> {
    let source = match s.value() {
        Some(Value::Object { id, .. }) => objects.get(*id)?.map(|o| source(objects, &o)).transpose()?.flatten(),
        _ => None,
    };
    let kind = match &s.held {
        Held::Removed => "removed",
        _ if s.parent => "parent",
        Held::Constant(_) if source.is_some() => "method",
        Held::Constant(_) => "constant",
        Held::Data(_) => "data",
    };
    Ok(SlotView {
        name: s.name.to_string(),
        kind,
        value: s.value().map_or(Ok(Shown { text: String::new(), object: None }), |v| shown(objects, v))?,
        comment: s.comment.as_deref().map(str::to_string),
        type_text: s.type_text.as_deref().map(str::to_string),
        source,
    })
}

/// A value in one line.
///
/// # Errors
/// When the store cannot be read or is damaged.
pub fn shown(objects: &Objects<'_>, v: &Value) -> Result<Shown, ImageError> {
    Ok(Shown { text: value_text(objects, v)?, object: v.object() })
}

/// The same as text only.
///
/// # Errors
/// When the store cannot be read or is damaged.
pub fn value_text(objects: &Objects<'_>, v: &Value) -> Result<String, ImageError> {
    let Some(id) = v.object() else { return Ok(v.literal(MOST_TEXT).unwrap_or_default()) };
    if super::is_library(id) {
        return Ok(library_name(objects, id)?.unwrap_or_else(|| format!("object {id}")));
    }
    let o = objects.known(id)?;
    Ok(match &o.what {
        What::Text { text, .. } => quoted(text, MOST_TEXT),
        What::Method { .. } => source(objects, &o)?.map_or("a method".into(), |s| first_line(&s)),
        _ => format!("{} (object {id})", kind(objects, &o)?),
    })
}

/// The path of one of the library's objects.
fn library_name(objects: &Objects<'_>, id: u64) -> Result<Option<String>, ImageError> {
    Ok(objects.names()?.paths.get(&id).cloned())
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or("").trim_end();
    if line.len() < text.trim_end().len() { format!("{line} …") } else { line.into() }
}

/// What an object is, in two words.
///
/// # Errors
/// When the store cannot be read or is damaged.
pub fn kind(objects: &Objects<'_>, o: &Object) -> Result<String, ImageError> {
    let count = o.elements.as_ref().map_or(0, Vec::len);
    Ok(match &o.what {
        What::Plain => plain(objects, o)?,
        What::Vector => format!("a vector of {count}"),
        What::Bytes(bytes) => format!("a byteVector of {}", bytes.len()),
        What::Text { .. } => "string".into(),
        What::Block { .. } => "a block".into(),
        What::Method { .. } => "a method".into(),
        What::Box => "a captured variable".into(),
        What::Mirror => "a mirror".into(),
        What::Foreign { kept: crate::Kept::Process, .. } => "a process that has ended".into(),
        What::Foreign { kept: crate::Kept::Semaphore, .. } => "a semaphore".into(),
        What::Foreign { .. } => "something of the machine's".into(),
        What::Library => format!("the library's {}", library_name(objects, o.id)?.unwrap_or_default()),
        What::Inner => "code or a map".into(),
    })
}

/// A plain object is called after the prototype that it is a clone of (the library's, or a global), or after its parent.
fn plain(objects: &Objects<'_>, o: &Object) -> Result<String, ImageError> {
    let of = if o.map == 0 { None } else { objects.shape(o.map)?.of };
    let parent = || o.slots.iter().filter(|s| s.parent).find_map(|s| s.value()?.object());
    let path = match of.or_else(parent).filter(|id| super::is_library(*id)) {
        Some(id) => library_name(objects, id)?,
        None => None,
    };
    let library = path.as_deref().and_then(|p| p.rsplit(' ').next());
    let own = objects.prototypes()?.get(&o.map).cloned();
    let name = own.as_deref().or(library).filter(|n| !["lobby", "oddball", "clonable"].contains(n));
    Ok(match name {
        Some(n) if n.starts_with(['a', 'e', 'i', 'o', 'u']) => format!("an {n}"),
        Some(n) => format!("a {n}"),
        None => "an object".into(),
    })
}

/// The source of a method.
///
/// # Errors
/// When the store cannot be read or is damaged.
pub fn source(objects: &Objects<'_>, o: &Object) -> Result<Option<String>, ImageError> {
    match o.what {
        What::Method { code } => Ok(objects.code(code)?.map(|c| c.text)),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::super::resolve::resolve;
    use super::super::sample::sample;
    use super::*;

    #[test]
    fn an_object_is_shown_with_its_slots_in_a_line_each() {
        let s = sample();
        let objects = Objects::new(&s.rows);
        let v = view(&objects, &resolve(&objects, "image account").expect("there"), 10).expect("reads");
        let slots: Vec<(&str, &str, &str)> = v.slots.iter().map(|s| (&*s.name, s.kind, &*s.value.text)).collect();
        let expected =
            [("balance", "data", "250"), ("owner", "data", "'Ada'"), ("note", "data", "nil"), ("rate", "constant", "3")];
        assert_eq!(slots, expected);
        assert_eq!((v.kind.as_str(), v.object), ("an object", Some(s.account)));
        let roots = view(&objects, &resolve(&objects, "image roots").expect("there"), 10).expect("reads");
        assert_eq!(roots.kind, "a dictionary");
    }

    #[test]
    fn only_so_many_elements_are_shown() {
        let s = sample();
        let objects = Objects::new(&s.rows);
        let v = view(&objects, &resolve(&objects, "limits").expect("there"), 1).expect("reads");
        assert_eq!((v.count, v.elements.len(), v.elements[0].text.as_str()), (2, 1, "1"));
    }
}
