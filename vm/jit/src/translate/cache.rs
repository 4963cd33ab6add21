//! What is known of registers at a point of the function: the word that a register holds, and of what kind it is.
//!
//! Every write goes to the register's place in the stack at once; this only saves reading it again. What must stay true: an entry's word is what
//! the register's place holds. A collection may move objects, so after whatever may collect, only entries that are surely no references are left.

use std::collections::BTreeMap;

use aura_code::Reg;
use cranelift_codegen::ir::Value;

/// What a word surely is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// Anything.
    Any,
    /// A small integer.
    Int,
    /// An immediate double.
    Float,
    /// A reference.
    Ref,
}

/// What is known of one register.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) word: Value,
    pub(super) kind: Kind,
}

/// See the module's comment.
#[derive(Clone, Default, Debug)]
pub(super) struct Cache {
    known: BTreeMap<Reg, Known>,
}

impl Cache {
    pub(super) fn get(&self, r: Reg) -> Option<Known> {
        self.known.get(&r).copied()
    }

    pub(super) fn set(&mut self, r: Reg, word: Value, kind: Kind) {
        self.known.insert(r, Known { word, kind });
    }

    pub(super) fn forget(&mut self, r: Reg) {
        self.known.remove(&r);
    }

    /// A collection may have happened.
    pub(super) fn collected(&mut self) {
        self.known.retain(|_, k| matches!(k.kind, Kind::Int | Kind::Float));
    }

    pub(super) fn clear(&mut self) {
        self.known.clear();
    }
}
