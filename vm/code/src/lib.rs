//! Bytecode: the one opcode list, the compiler from the tree, the verifier, liveness, and the disassembler.
//!
//! Knows the syntax tree and nothing of the heap: code is plain data that can be stored and read back.

pub mod code;
mod lazy;
pub mod op;

pub use code::*;
pub use lazy::MethodCode;
pub use op::{Instr, Op, Reg, Role};
