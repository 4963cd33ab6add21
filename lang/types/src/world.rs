//! Objects that exist: an image, a running program.
//!
//! The checker reads sources; a live object is put before it as the source that would make it: a module whose slots are the objects, with their
//! slots, methods as written, and first values of the kinds that they hold now. So one loader and one set of rules serve both. What
//! must stay true: what a world says is data of strangers, so a name or a source that is no slot is left out, never pasted.

use std::fmt::Write as _;

use rustc_hash::FxHashMap;

use crate::load::Source;
use crate::object::{FileId, ObjectId, SlotKind};
use crate::universe::Universe;

/// A live object: whatever number its world knows it by.
pub type Handle = u64;

/// What the checker asks about objects that exist.
pub trait World {
    /// The object's slots, in order.
    fn slots(&self, object: Handle) -> Vec<LiveSlot>;
    /// The path by which sources reach the object, if it is one of the library or of a file: `traits list`.
    fn path(&self, object: Handle) -> Option<String>;
    /// The slots that objects of the library have beyond their sources, by the objects' paths: `globals`, `traits integer`.
    fn additions(&self) -> Vec<(String, Vec<LiveSlot>)> {
        Vec::new()
    }
}

/// A slot of a live object.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveSlot {
    /// Its selector.
    pub name: String,
    /// What it is.
    pub kind: SlotKind,
    /// Lookup goes on there.
    pub is_parent: bool,
    /// Its written type, without angle brackets.
    pub type_: Option<String>,
    /// What it holds.
    pub value: LiveValue,
    /// The comment before it, without quotes.
    pub comment: Option<String>,
}

/// What a slot holds.
#[derive(Clone, Debug, PartialEq)]
pub enum LiveValue {
    /// An integer.
    Integer,
    /// A float.
    Float,
    /// Text.
    Text,
    /// nil
    Nil,
    /// true or false
    Boolean,
    /// A vector.
    Vector,
    /// An object of the library, or a copy of it, by its path.
    Like(String),
    /// An object.
    Object(Handle),
    /// A method: the whole slot as written.
    Method(String),
    /// Something else.
    Unknown,
}

/// Objects beyond this number are not looked at; slots that hold them hold anything.
const MOST_OBJECTS: usize = 5_000;

impl Universe {
    /// Brings live objects in: a file, and the object in it for each root. Those brought in before are gone.
    pub fn adopt(&mut self, world: &dyn World, roots: &[Handle]) -> (FileId, Vec<ObjectId>) {
        let mut writer = Writer::new(world);
        for root in roots {
            writer.meet(*root, world.path(*root).unwrap_or_default());
        }
        let (text, names) = writer.write();
        if let Some(file) = self.live.filter(|file| *self.text(*file) == *text && roots.is_empty()) {
            return (file, Vec::new());
        }
        let parse = aura_syntax::parse(&text);
        let source = Source { name: "(live objects)".into(), text, parse, is_library: true };
        let file = match self.live {
            Some(file) => {
                self.reload(file, source);
                file
            }
            None => self.load(source),
        };
        self.live = Some(file);
        let objects: Vec<ObjectId> = names.iter().enumerate().map(|(at, name)| self.adopted(file, at, name)).collect();
        // A root may be there twice.
        let places = roots.iter().filter_map(|root| writer.places.get(root));
        (file, places.map(|at| objects[*at]).collect())
    }

    /// The object that was written as the `at`-th, which is shown by that name.
    fn adopted(&mut self, file: FileId, at: usize, shown: &str) -> ObjectId {
        let (module, name) = (self.file(file).module, self.names.of(&format!("live{at}")));
        let object = match self.object(module).slot(name).map(|s| s.1.value.clone()) {
            Some(crate::object::SlotValue::Object(object)) => object,
            _ => return module,
        };
        if !shown.is_empty() {
            self.object_mut(object).path = shown.into();
        }
        object
    }
}

struct Writer<'w> {
    world: &'w dyn World,
    /// The objects so far, with what each is shown as; each one's place is its name in the text.
    known: Vec<(Handle, String)>,
    places: FxHashMap<Handle, usize>,
    text: String,
}

impl<'w> Writer<'w> {
    fn new(world: &'w dyn World) -> Self {
        Self { world, known: Vec::new(), places: FxHashMap::default(), text: String::new() }
    }

    fn meet(&mut self, object: Handle, shown: String) {
        if let std::collections::hash_map::Entry::Vacant(place) = self.places.entry(object) {
            place.insert(self.known.len());
            self.known.push((object, shown));
        }
    }

    /// The text of a file with all that is met, and what the objects are shown as.
    fn write(&mut self) -> (String, Vec<String>) {
        // What is added to the library tells the nearest names, so it comes first, and is written behind the objects.
        for (path, slots) in self.world.additions().into_iter().filter(|(path, _)| is_path(path)) {
            let inside = if matches!(path.as_str(), "lobby" | "globals") { "" } else { &path };
            let _ = writeln!(self.text, "{path} _AddSlots: (|");
            slots.iter().for_each(|slot| self.slot(slot, inside));
            self.text.push_str("|).\n");
        }
        let additions = std::mem::replace(&mut self.text, String::from("|\n"));
        let mut at = 0;
        while at < self.known.len() {
            let (object, shown) = self.known[at].clone();
            let _ = writeln!(self.text, "live{at} = (|");
            self.world.slots(object).iter().for_each(|slot| self.slot(slot, &shown));
            self.text.push_str("|).\n");
            at += 1;
        }
        self.text.push_str("|\n");
        self.text.push_str(&additions);
        (std::mem::take(&mut self.text), self.known.iter().map(|(_, shown)| shown.clone()).collect())
    }

    /// A slot of the object that is shown as `inside`.
    fn slot(&mut self, slot: &LiveSlot, inside: &str) {
        if let LiveValue::Method(source) = &slot.value {
            return self.line(slot, source.trim().trim_end_matches('.'));
        }
        let star = if slot.is_parent { "*" } else { "" };
        let value = self.value(&slot.value, &slot.name, inside);
        let type_ = match (&slot.type_, &value) {
            (Some(type_), _) => format!(" <{type_}>"),
            // What is nil now will hold something else.
            (None, None) => " <any>".to_string(),
            (None, Some(value)) if value == "nil" && slot.kind == SlotKind::Data => " <any>".to_string(),
            _ => String::new(),
        };
        // A parent that nobody knows may be anything, as one that is assigned to.
        let is_data = slot.kind == SlotKind::Data || slot.is_parent && value.is_none();
        let arrow = if is_data { "<-" } else { "=" };
        let line = format!("{}{star}{type_} {arrow} {}", slot.name, value.as_deref().unwrap_or("nil"));
        self.line(slot, &line);
    }

    /// A slot as source, with its comment; nothing if it is no slot.
    fn line(&mut self, slot: &LiveSlot, source: &str) {
        let commented = slot.comment.as_ref().map(|c| format!("{}\n{source}", quoted(c)));
        let sound = commented.into_iter().chain([source.to_string()]).find(|text| is_one_slot(text));
        if let Some(text) = sound {
            let _ = writeln!(self.text, "{text}.");
        }
    }

    /// An expression for something of the kind, if the kind is known.
    fn value(&mut self, value: &LiveValue, slot: &str, inside: &str) -> Option<String> {
        Some(match value {
            LiveValue::Integer => "0".into(),
            LiveValue::Float => "0.5".into(),
            LiveValue::Text => "''".into(),
            LiveValue::Boolean => "true".into(),
            LiveValue::Vector => "{}".into(),
            LiveValue::Nil => "nil".into(),
            LiveValue::Like(path) if is_path(path) => path.clone(),
            LiveValue::Like(_) | LiveValue::Unknown | LiveValue::Method(_) => return None,
            LiveValue::Object(handle) => return self.reference(*handle, slot, inside),
        })
    }

    fn reference(&mut self, handle: Handle, slot: &str, inside: &str) -> Option<String> {
        if !self.places.contains_key(&handle) {
            if let Some(path) = self.world.path(handle).filter(|p| is_path(p)) {
                return Some(path);
            }
            if self.known.len() >= MOST_OBJECTS {
                return None;
            }
            let shown = if inside.is_empty() { slot.to_string() } else { format!("{inside} {slot}") };
            self.meet(handle, shown);
        }
        self.places.get(&handle).map(|at| format!("live{at}"))
    }
}

/// A text as a comment.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn is_one_slot(text: &str) -> bool {
    let parse = aura_syntax::parse_slots(text);
    !parse.has_errors() && parse.file.slots.as_ref().is_some_and(|l| l.slots.len() == 1) && parse.file.body.is_empty()
}

fn is_path(text: &str) -> bool {
    !text.is_empty()
        && text.split(' ').all(|word| {
            word.starts_with(|c: char| c.is_ascii_lowercase()) && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        })
}
