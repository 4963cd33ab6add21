//! Records as plain data: what an object is and holds, its slots by their names.
//!
//! What must stay true: an [`Objects`] reads as of what its rows say (`Rows.at`), which does not change while it lives; what is damaged is an
//! error that says which object.
//!
//! Not here: what the library's own objects hold. An image knows only what is different about them.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::shape::{Shape, raw};
use super::value::Value;
use crate::format::bytes::Reader;
use crate::format::record::{Kept, Record};
use crate::format::segment::{self, Directory};
use crate::format::{Broken, keys};
use crate::store::Space;
use crate::{ImageError, Rows};

/// What kind of thing a record is.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub enum What {
    /// Named slots only.
    Plain,
    /// Indexed values: the elements.
    Vector,
    /// Indexed bytes.
    Bytes(Vec<u8>),
    /// Text.
    Text { text: String, canonical: bool },
    /// A block; what it captured are the elements.
    Block { code: u64 },
    /// A method as an object.
    Method { code: u64 },
    /// A captured variable: its value is the one element.
    Box,
    /// A mirror of the one element.
    Mirror,
    /// Something that the machine kept.
    Foreign { kept: Kept, number: u64 },
    /// An object of the library, of which only what is different is known.
    Library,
    /// Code, a map: no object that a program can see.
    Inner,
}

/// What a slot holds.
#[derive(Clone, PartialEq, Debug)]
pub enum Held {
    /// The same for all clones.
    Constant(Value),
    /// Its own.
    Data(Value),
    /// An object of the library had it, and this one does not.
    Removed,
}

/// A named slot.
#[derive(Clone, PartialEq, Debug)]
pub struct Slot {
    /// Its name.
    pub name: Rc<str>,
    /// What is in it.
    pub held: Held,
    /// Lookup goes on in it.
    pub parent: bool,
    /// The comment before it.
    pub comment: Option<Rc<str>>,
    /// Its type annotation.
    pub type_text: Option<Rc<str>>,
}

impl Slot {
    /// What it holds, if it is there.
    pub fn value(&self) -> Option<&Value> {
        match &self.held {
            Held::Constant(v) | Held::Data(v) => Some(v),
            Held::Removed => None,
        }
    }
}

/// An object.
#[derive(Clone, PartialEq, Debug)]
pub struct Object {
    /// Its number.
    pub id: u64,
    /// What it is.
    pub what: What,
    /// The number of its map; 0 where the kind has one of its own.
    pub map: u64,
    /// Its named slots. Assignment slots are left out: they go with their data slots.
    pub slots: Vec<Slot>,
    /// Indexed values. Nothing: it has none, or (of an object of the library) they are not different.
    pub elements: Option<Vec<Value>>,
}

impl Object {
    /// Whether programs can see it: code and maps they cannot.
    pub fn is_visible(&self) -> bool {
        self.what != What::Inner
    }

    /// The slot of a name.
    pub fn slot(&self, name: &str) -> Option<&Slot> {
        self.slots.iter().find(|s| &*s.name == name)
    }
}

/// Code, as far as people are concerned.
#[derive(Clone, PartialEq, Debug)]
pub struct CodeFacts {
    /// Its selector.
    pub name: String,
    /// The file that it was written in.
    pub file: String,
    /// Its text.
    pub text: String,
    /// A model wrote it.
    pub generated: bool,
    /// The module that it was written in.
    pub module: Value,
    /// The code around it.
    pub outer: Option<u64>,
}

/// Reads records. See the module's comment.
pub struct Objects<'r> {
    /// The rows.
    pub rows: &'r Rows,
    shapes: RefCell<FxHashMap<u64, Rc<Shape>>>,
    /// The segment that was read last.
    last: RefCell<Option<(u64, Vec<u8>, Directory)>>,
    names: OnceCell<Rc<LibraryNames>>,
    prototypes: OnceCell<FxHashMap<u64, Rc<str>>>,
}

/// The library's objects that an image names: numbers by paths, and the other way round.
#[derive(Default)]
pub struct LibraryNames {
    /// Numbers by paths.
    pub ids: BTreeMap<String, u64>,
    /// Paths by numbers.
    pub paths: FxHashMap<u64, String>,
}

impl<'r> Objects<'r> {
    /// Of some rows, as of what they say.
    pub fn new(rows: &'r Rows) -> Self {
        Self { rows, shapes: RefCell::default(), last: RefCell::default(), names: OnceCell::new(), prototypes: OnceCell::new() }
    }

    /// The library's objects that the image names.
    ///
    /// # Errors
    /// When a row is damaged.
    pub fn names(&self) -> Result<Rc<LibraryNames>, ImageError> {
        if let Some(names) = self.names.get() {
            return Ok(names.clone());
        }
        let mut names = LibraryNames::default();
        self.rows.all(Space::Names, &mut |path, id| {
            let path = String::from_utf8_lossy(path).into_owned();
            let id = keys::read_number(id).ok_or_else(|| ImageError::broken(Broken("a name"), path.clone()))?;
            names.paths.insert(id, path.clone());
            names.ids.insert(path, id);
            Ok(())
        })?;
        Ok(self.names.get_or_init(|| Rc::new(names)).clone())
    }

    /// Names of globals that the image has added, by the maps of what they hold: clones have the same map.
    ///
    /// # Errors
    /// When the store cannot be read or is damaged.
    pub(crate) fn prototypes(&self) -> Result<&FxHashMap<u64, Rc<str>>, ImageError> {
        if let Some(found) = self.prototypes.get() {
            return Ok(found);
        }
        let mut found = FxHashMap::default();
        let globals = self.names()?.ids.get("globals").copied();
        let globals = globals.map(|id| self.get(id)).transpose()?.flatten();
        for s in globals.iter().flat_map(|o| &o.slots) {
            if let Some(id) = s.value().and_then(Value::object).filter(|id| !super::is_library(*id))
                && let Some(o) = self.get(id)?.filter(|o| o.what == What::Plain && o.map != 0)
            {
                found.entry(o.map).or_insert_with(|| s.name.clone());
            }
        }
        Ok(self.prototypes.get_or_init(|| found))
    }

    /// Hands the record of an object to `read`. Nothing if there is none.
    pub(crate) fn with<T>(&self, id: u64, read: impl FnOnce(Record<'_>) -> Result<T, Broken>) -> Result<Option<T>, ImageError> {
        let broken = |b| ImageError::broken(b, format!("object {id}"));
        let number = segment::of(id);
        let mut last = self.last.borrow_mut();
        if last.as_ref().is_none_or(|(n, ..)| *n != number) {
            let mut bytes = Vec::new();
            let there = self.rows.segment(number, &mut bytes)?;
            let directory = if there { Directory::read(&bytes) } else { Ok(Directory::default()) };
            *last = Some((number, bytes, directory.map_err(|b| ImageError::broken(b, format!("segment {number}")))?));
        }
        let Some((_, bytes, directory)) = &*last else { return Ok(None) };
        match directory.find(segment::place(id)) {
            None => Ok(None),
            Some(range) if range.is_empty() => {
                let record = self.rows.large(id)?;
                Record::read(&record, id).and_then(read).map(Some).map_err(broken)
            }
            Some(range) => Record::read(&bytes[range], id).and_then(read).map(Some).map_err(broken),
        }
    }

    /// An object; nothing if there is no such record.
    ///
    /// # Errors
    /// When the store cannot be read or the object or its map is damaged.
    pub fn get(&self, id: u64) -> Result<Option<Object>, ImageError> {
        let Some((mut o, data)) = self.with(id, |r| raw(id, &r))? else { return Ok(None) };
        if o.map != 0 {
            let shape = self.shape(o.map)?;
            o.slots = shape.named(&data).map_err(|b| ImageError::broken(b, format!("object {id}")))?;
        }
        Ok(Some(o))
    }

    /// An object that must be there.
    ///
    /// # Errors
    /// As [`Objects::get`], and when it is not there.
    pub fn known(&self, id: u64) -> Result<Object, ImageError> {
        self.get(id)?.ok_or_else(|| ImageError::Lost(format!("object {id}")))
    }

    /// The map of this number.
    pub(crate) fn shape(&self, map: u64) -> Result<Rc<Shape>, ImageError> {
        if let Some(shape) = self.shapes.borrow().get(&map) {
            return Ok(shape.clone());
        }
        let read = self.with(map, |r| Shape::of_record(&r))?;
        let shape = Rc::new(read.ok_or_else(|| ImageError::Lost(format!("map {map}")))?);
        self.shapes.borrow_mut().insert(map, shape.clone());
        Ok(shape)
    }

    /// The code of this number; nothing if it is a method of the library.
    ///
    /// # Errors
    /// When it or its source is missing or damaged.
    pub fn code(&self, id: u64) -> Result<Option<CodeFacts>, ImageError> {
        let read = self.with(id, |r| match r {
            Record::Code(c) => {
                let facts = CodeFacts {
                    name: c.name.into(),
                    file: String::new(),
                    text: String::new(),
                    generated: c.generated,
                    module: c.module.into(),
                    outer: c.outer,
                };
                Ok(Some((facts, c.source, c.span)))
            }
            Record::LibraryCode { .. } => Ok(None),
            _ => Err(Broken("some code")),
        })?;
        let read = read.ok_or_else(|| ImageError::Lost(format!("code {id}")))?;
        let Some((mut facts, source, (from, to))) = read else { return Ok(None) };
        let row = self.rows.get(Space::Texts, &source)?.ok_or_else(|| ImageError::Lost(format!("the source of code {id}")))?;
        let broken = |b| ImageError::broken(b, format!("the source of code {id}"));
        let mut r = Reader::new(&row);
        facts.file = r.text().map_err(broken)?.into();
        let text = r.text().map_err(broken)?;
        facts.text = text.get(from as usize..to as usize).ok_or(Broken("the place")).map_err(broken)?.into();
        Ok(Some(facts))
    }
}
