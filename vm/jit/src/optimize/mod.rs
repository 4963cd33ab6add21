//! The optimizing tier: what is hot is compiled again, guessing that what was seen will be seen again.
//!
//! The way through: `build` makes a [`ir::Graph`] of bytecode and of what inline caches hold; messages and blocks become part of the function, numbers lose their tags, and what nothing sees is not
//! made at all. `tidy` drops what nobody needs; `lower` gives the rest to Cranelift.
//!
//! What must stay true: wherever a guess fails, or anything of the machine's runs, the interpreter's activations and registers can be written down as they would be (a point);
//! an exit is only that, and the word BAIL. So the interpreter decides what everything means, and nobody can tell which tier ran.
//!
//! *Guesses about the function itself* (a loop's variable stays an integer, a block is never seen) are made at first and taken back when they turn out wrong while building; then it is
//! built anew. *Guesses about the world* are checked when the code runs: maps by guards, and what a map finds by whoever changes it (`vm/run` drops the code).
//!
//! Sources: Hölzle, Chambers, Ungar: Optimizing Dynamically-Typed Object-Oriented Languages With Polymorphic Inline Caches, ECOOP 1991; Hölzle, Ungar: Optimizing Dynamically-Dispatched
//! Calls with Run-Time Type Feedback, PLDI 1994; Stadler, Würthinger, Mössenböck: Partial Escape Analysis and Scalar Replacement for Java, CGO 2014.

mod build;
mod ir;
mod lower;
mod print;
mod tidy;
mod verify;

pub(crate) use build::build;
pub(crate) use lower::lower;
pub(crate) use tidy::tidy;
pub(crate) use verify::verify;

use crate::emit::EXPONENT_OFFSET;

/// The immediate of a double, if it has one; see `heap/value.rs`.
fn immediate(bits: u64) -> Option<u64> {
    let rotated = bits.rotate_left(1);
    let folded = rotated.wrapping_sub(EXPONENT_OFFSET);
    if folded.wrapping_sub(2) < (1 << 62) - 2 { Some(folded << 2 | 3) } else { (rotated <= 1).then_some(rotated << 2 | 3) }
}

/// The bits of an immediate double.
fn double_bits(word: u64) -> u64 {
    let folded = word >> 2;
    if folded <= 1 { folded << 63 } else { folded.wrapping_add(EXPONENT_OFFSET).rotate_right(1) }
}
