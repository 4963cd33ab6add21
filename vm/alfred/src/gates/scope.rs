//! Names that a message to nobody finds before anything else: arguments and locals, from the inside out.
//!
//! What must stay true: a name is known only where the language finds it. A method of an object literal sees none of what stands
//! around the literal; what a local begins with does not see that local.

use std::collections::BTreeSet;

use aura_syntax::tree::{Slot, SlotName, Span};

/// The scopes around a place in the code, the innermost last.
#[derive(Default)]
pub(super) struct Scopes(Vec<BTreeSet<String>>);

impl Scopes {
    /// A block, or code between parentheses, begins.
    pub(super) fn enter(&mut self) {
        self.0.push(BTreeSet::new());
    }

    /// It ends.
    pub(super) fn leave(&mut self) {
        self.0.pop();
    }

    /// A method begins. What is known around it is put aside.
    pub(super) fn enter_method(&mut self) -> Self {
        std::mem::replace(self, Self(vec![BTreeSet::new()]))
    }

    /// It ends.
    pub(super) fn leave_method(&mut self, outside: Self) {
        *self = outside;
    }

    /// These names are known from here on.
    pub(super) fn declare(&mut self, names: impl IntoIterator<Item = String>) {
        if let Some(scope) = self.0.last_mut() {
            scope.extend(names);
        }
    }

    /// Whether a name is known here.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|s| s.contains(name))
    }
}

/// The parameters that stand in a slot's header.
pub(super) fn parameters(slot: &Slot, text: &str) -> Vec<String> {
    let names: Vec<Span> = match &slot.name {
        SlotName::Unary(_) => Vec::new(),
        SlotName::Binary { parameter, .. } => parameter.iter().map(|p| p.name).collect(),
        SlotName::Keyword { parameters, .. } => parameters.iter().map(|p| p.name).collect(),
    };
    names.iter().map(|n| n.text(text).to_string()).collect()
}
