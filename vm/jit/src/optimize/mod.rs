//! The optimizing tier: what is hot is compiled again, guessing that what was seen will be seen again.
//!
//! The way through: `build` makes a [`ir::Graph`] of bytecode and of what inline caches hold; messages and blocks become part of the function, numbers lose their tags, and what nothing sees is not
//! made at all. `ranges` finds operations on integers that cannot fail, `tidy` drops what nobody needs; `lower` gives the rest to Cranelift.
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
mod order;
mod print;
mod ranges;
mod tidy;
mod verify;

pub(crate) use build::build;
pub(crate) use lower::lower;
pub(crate) use ranges::ranges;
pub(crate) use tidy::tidy;
pub(crate) use verify::verify;
