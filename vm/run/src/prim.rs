//! The table of primitives: what they are called, how many arguments they take, what runs.
//!
//! A primitive never calls back into Aura and never collects. What must push or remove activations, or may have to wait, is a *control* primitive,
//! done by the interpreter (see `control`).
//!
//! What must stay true: a method that is nothing but a primitive is done without an activation, and where the primitive fails it is activated after all,
//! which runs the primitive again. So a function that does something outside the machine, or finds something else there the second time, is an
//! *outside* one, and such a method always gets its activation.

use std::sync::OnceLock;

use aura_heap::Value;
use rustc_hash::FxHashMap;

use crate::control::Control;
use crate::fail::Fail;
use crate::vm::Vm;

/// What a primitive's function is like: receiver and arguments in, answer or failure out.
pub type PrimFn = fn(&mut Vm, &[Value]) -> Result<Value, Fail>;

/// What runs.
#[derive(Clone, Copy)]
pub enum Run {
    /// A function.
    Leaf(PrimFn),
    /// The interpreter.
    Control(Control),
}

/// One primitive.
pub struct Prim {
    /// All its keywords but `IfFail:`.
    pub name: &'static str,
    /// Arguments, the receiver not counted.
    pub argc: u8,
    /// What runs.
    pub run: Run,
    /// Where it has failed it may be run again, as if it never had been.
    pub again: bool,
}

impl Prim {
    /// A primitive that is a function.
    pub const fn leaf(name: &'static str, argc: u8, f: PrimFn) -> Prim {
        Prim { name, argc, run: Run::Leaf(f), again: true }
    }
    /// A primitive that is a function with effects outside, or whose answer comes from there.
    pub const fn outside(name: &'static str, argc: u8, f: PrimFn) -> Prim {
        Prim { name, argc, run: Run::Leaf(f), again: false }
    }
    pub(crate) const fn control(name: &'static str, argc: u8, c: Control) -> Prim {
        Prim { name, argc, run: Run::Control(c), again: false }
    }
}

/// The primitive of this name.
pub fn find(name: &str) -> Option<&'static Prim> {
    static TABLE: OnceLock<FxHashMap<&'static str, &'static Prim>> = OnceLock::new();
    TABLE
        .get_or_init(|| {
            crate::prims::FAMILIES.iter().flat_map(|f| f.iter()).chain(crate::control::PRIMS).map(|p| (p.name, p)).collect()
        })
        .get(name)
        .copied()
}

/// The names of all primitives, sorted.
pub fn names() -> Vec<&'static str> {
    let mut all: Vec<_> =
        crate::prims::FAMILIES.iter().flat_map(|f| f.iter()).chain(crate::control::PRIMS).map(|p| p.name).collect();
    all.sort_unstable();
    all
}
