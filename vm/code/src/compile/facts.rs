//! What the first walk over the tree finds out, and the second needs: how names resolve, which variables need boxes, and what
//! each function must capture.
//!
//! Everything is keyed by where it stands in the source, so the tree itself stays untouched: a variable by the first byte of
//! the name in its declaration, a function by the first byte of its body, a use by the first byte of its selector.

use rustc_hash::FxHashMap;

/// A variable: the first byte of its name where it is declared.
pub(crate) type Decl = u32;

/// A method, block or run of top-level expressions.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum FnKey {
    /// A method or block: the first byte of its body.
    Body(u32),
    /// Top-level expressions: the number of their chunk.
    Chunk(u32),
}

/// How a message without receiver is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Use {
    /// It reads a variable.
    Read(Decl),
    /// It assigns to a variable.
    Write(Decl),
    /// It calls a local method.
    Call(Decl),
}

/// What is known of a variable.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct VarFacts {
    /// A real block uses it.
    pub(crate) captured: bool,
    /// It may be assigned to.
    pub(crate) assignable: bool,
    /// Something besides its initialiser assigns to it.
    pub(crate) assigned: bool,
    /// Something uses it before its initialiser was evaluated.
    pub(crate) early: bool,
    /// During the walk: its initialiser has been passed.
    pub(crate) ready: bool,
}

impl VarFacts {
    /// Whether it lives in a box: a captured copy would miss a later change.
    pub(crate) fn boxed(self) -> bool {
        self.captured && (self.assigned || self.early)
    }
}

/// What is known of a function.
#[derive(Clone, Default, Debug)]
pub(crate) struct FnFacts {
    /// A block: it, or a block in it, needs self.
    pub(crate) uses_self: bool,
    /// A block: it, or a block in it, returns from the home method.
    pub(crate) uses_home: bool,
    /// A home: a block in it returns from it.
    pub(crate) needs_token: bool,
    /// A block: the variables of enclosing functions that it, or a block in it, uses, in order of first use; and whether it
    /// uses one exactly once, itself, outside inlined bodies.
    pub(crate) captures: Vec<(Decl, bool)>,
}

/// Everything the first walk found.
#[derive(Default, Debug)]
pub(crate) struct Facts {
    pub(crate) vars: FxHashMap<Decl, VarFacts>,
    pub(crate) fns: FxHashMap<FnKey, FnFacts>,
    pub(crate) uses: FxHashMap<u32, Use>,
}

impl Facts {
    /// The facts of a variable.
    pub(crate) fn var(&self, decl: Decl) -> VarFacts {
        self.vars.get(&decl).copied().unwrap_or_default()
    }
}
