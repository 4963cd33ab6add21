//! Selectors and slot names as small numbers. A name is interned once and never forgotten.

use std::sync::Arc;

use rustc_hash::FxHashMap;

/// An interned name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Symbol(pub u32);

/// The table of names.
#[derive(Default)]
pub struct Symbols {
    names: Vec<Arc<str>>,
    numbers: FxHashMap<Arc<str>, Symbol>,
}

impl Symbols {
    /// The symbol of `name`, new if need be.
    pub fn intern(&mut self, name: &str) -> Symbol {
        if let Some(&s) = self.numbers.get(name) {
            return s;
        }
        let s = Symbol(self.names.len() as u32);
        let shared: Arc<str> = name.into();
        self.names.push(shared.clone());
        self.numbers.insert(shared, s);
        s
    }
    /// The symbol of `name` if it was ever interned.
    pub fn find(&self, name: &str) -> Option<Symbol> {
        self.numbers.get(name).copied()
    }
    /// The name of a symbol.
    pub fn name(&self, s: Symbol) -> &Arc<str> {
        &self.names[s.0 as usize]
    }
}

/// How many arguments a message with this selector takes.
pub fn arity(selector: &str) -> usize {
    match selector.chars().next() {
        Some(c) if c.is_alphabetic() || c == '_' => selector.bytes().filter(|b| *b == b':').count(),
        Some(_) => 1,
        None => 0,
    }
}
