//! Machine code for what is hot: from bytecode, through Cranelift, into memory that can be run.
//!
//! The way through: a [`Unit`] is a piece of code as the machine has linked it, and an [`Abi`] says where the machine keeps what compiled code
//! needs; [`Compiler::compile`] makes bytes of them, and [`CodeMemory`] gives these a place. All three are plain data, so that any thread can compile.
//!
//! What must stay true: this room does not define what anything means. Each instruction does exactly what the interpreter does with it; whatever
//! is not a fast path calls the machine ([`Helpers`]) or leaves for the interpreter at an instruction's boundary. The baseline tier keeps every
//! register of the activation in the process's own stack, as the interpreter does (it may *read* an older copy, never a newer one), so that it can be
//! left after any instruction, and the collector needs no other maps than liveness.
//!
//! Not here: when to compile, what to do with the code, and the functions behind [`Helpers`]; they belong to whoever runs code.

mod abi;
mod allocate;
mod compiler;
mod emit;
mod exits;
mod memory;
mod optimize;
mod translate;
mod unit;

pub use abi::{Abi, EntryAbi, EntryKinds, FrameAbi, Helpers, LinkedAbi, Maps, Sentinel, Special};
pub use compiler::{Compiled, Compiler, Dump, NotCompiled};
pub use exits::{Exit, ExitFrame, Made, SAVED, Source, Why};
pub use memory::{CodeMemory, NoMemory};
pub use unit::{Filling, First, Found, Program, SiteView, Template, Unit, What};
