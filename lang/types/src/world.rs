//! Objects that exist: an image, a running program.
//!
//! The checker reads sources; a live object is put before it as the source that would make it: a module whose slots are the objects, with their
//! slots, methods as written, and first values of the kinds that they hold now. So one loader and one set of rules serve both. What
//! must stay true: what a world says is data of strangers, so a name or a source that is no slot is left out, never pasted.

use std::fmt::Write as _;

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
    /// An object.
    Object(Handle),
    /// A method: the whole slot as written.
    Method(String),
    /// Something else.
    Unknown,
}

/// Objects beyond this number are not looked at; slots that hold them hold anything.
const MOST_OBJECTS: usize = 200;

impl Universe {
    /// Brings live objects in: a file, and the object in it for each root.
    pub fn adopt(&mut self, world: &dyn World, roots: &[Handle]) -> (FileId, Vec<ObjectId>) {
        let mut writer = Writer { world, known: roots.to_vec(), text: String::from("|\n") };
        let mut at = 0;
        while at < writer.known.len() {
            writer.object(at);
            at += 1;
        }
        writer.text.push_str("|\n");
        let text = writer.text;
        let parse = aura_syntax::parse(&text);
        let file = self.load(Source { name: "(live objects)".into(), text, parse, is_library: true });
        let module = self.file(file).module;
        let objects = (0..roots.len()).map(|i| {
            let name = self.names.of(&format!("live{i}"));
            match self.object(module).slot(name).map(|s| s.1.value.clone()) {
                Some(crate::object::SlotValue::Object(object)) => object,
                _ => module,
            }
        });
        let objects: Vec<ObjectId> = objects.collect();
        for (object, root) in objects.iter().zip(roots) {
            if let Some(path) = world.path(*root) {
                self.object_mut(*object).path = path.as_str().into();
            }
        }
        (file, objects)
    }
}

struct Writer<'w> {
    world: &'w dyn World,
    /// The objects so far; each one's place is its name.
    known: Vec<Handle>,
    text: String,
}

impl Writer<'_> {
    fn object(&mut self, at: usize) {
        let slots = self.world.slots(self.known[at]);
        let _ = writeln!(self.text, "live{at} = (|");
        for slot in slots {
            self.slot(&slot);
        }
        self.text.push_str("|).\n");
    }

    fn slot(&mut self, slot: &LiveSlot) {
        if let LiveValue::Method(source) = &slot.value {
            if is_one_slot(source) {
                let _ = writeln!(self.text, "{}.", source.trim().trim_end_matches('.'));
            }
            return;
        }
        let star = if slot.is_parent { "*" } else { "" };
        let type_ = match (&slot.type_, &slot.value) {
            (Some(type_), _) => format!(" <{type_}>"),
            (None, LiveValue::Unknown) => " <any>".to_string(),
            _ => String::new(),
        };
        let value = self.value(&slot.value);
        let arrow = if slot.kind == SlotKind::Data { "<-" } else { "=" };
        let line = format!("{}{star}{type_} {arrow} {value}", slot.name);
        if is_one_slot(&line) {
            let _ = writeln!(self.text, "{line}.");
        }
    }

    fn value(&mut self, value: &LiveValue) -> String {
        match value {
            LiveValue::Integer => "0".into(),
            LiveValue::Float => "0.5".into(),
            LiveValue::Text => "''".into(),
            LiveValue::Boolean => "true".into(),
            LiveValue::Vector => "{}".into(),
            LiveValue::Nil | LiveValue::Unknown | LiveValue::Method(_) => "nil".into(),
            LiveValue::Object(handle) => self.reference(*handle),
        }
    }

    fn reference(&mut self, handle: Handle) -> String {
        if let Some(at) = self.known.iter().position(|k| *k == handle) {
            return format!("live{at}");
        }
        if let Some(path) = self.world.path(handle).filter(|p| is_path(p)) {
            return path;
        }
        if self.known.len() >= MOST_OBJECTS {
            return "nil".into();
        }
        self.known.push(handle);
        format!("live{}", self.known.len() - 1)
    }
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
