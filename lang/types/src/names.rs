//! Names and selectors as small numbers.
//!
//! What must stay true: one text, one number, for the life of the table; nothing is ever taken out.

use rustc_hash::FxHashMap;

/// A name or selector.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Name(u32);

impl Name {
    /// Its number: from 0, in the order in which names came.
    pub(crate) fn number(self) -> usize {
        self.0 as usize
    }
}

/// What is known of a name besides its letters.
struct Entry {
    text: Box<str>,
    /// Arguments that a message of this name takes.
    arity: u8,
    /// `x` for `x:`.
    assigned: Option<Name>,
}

/// The table of names.
#[derive(Default)]
pub struct Names {
    numbers: FxHashMap<Box<str>, Name>,
    entries: Vec<Entry>,
}

impl Names {
    /// The number of a text.
    pub fn of(&mut self, text: &str) -> Name {
        if let Some(name) = self.numbers.get(text) {
            return *name;
        }
        let assigned = match text.strip_suffix(':') {
            Some(base) if !base.contains(':') && !base.is_empty() => Some(self.of(base)),
            _ => None,
        };
        let name = Name(self.entries.len() as u32);
        let arity = arity(text).min(255) as u8;
        self.entries.push(Entry { text: text.into(), arity, assigned });
        self.numbers.insert(text.into(), name);
        name
    }

    /// The message that assigns to a slot of this name: `x:` for `x`.
    pub(crate) fn assigning(&mut self, name: Name) -> Name {
        let text = format!("{}:", self.text(name));
        self.of(&text)
    }

    /// The number of a text that is in the table already.
    pub fn known(&self, text: &str) -> Option<Name> {
        self.numbers.get(text).copied()
    }

    /// The letters.
    pub fn text(&self, name: Name) -> &str {
        &self.entries[name.0 as usize].text
    }

    /// How many arguments a message of this name takes.
    pub fn arity(&self, name: Name) -> usize {
        self.entries[name.0 as usize].arity.into()
    }

    /// The slot that a message of this name would assign to: `x` for `x:`.
    pub fn assigned(&self, name: Name) -> Option<Name> {
        self.entries[name.0 as usize].assigned
    }
}

/// How many arguments a selector takes.
fn arity(selector: &str) -> usize {
    match selector.chars().next() {
        Some(c) if c.is_alphabetic() || c == '_' => selector.matches(':').count(),
        Some(_) => 1,
        None => 0,
    }
}
