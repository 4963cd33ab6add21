//! Bytecode: the one opcode list, the compiler from the tree, the verifier, liveness, and the disassembler.
//!
//! Knows the syntax tree and nothing of the heap: code is plain data that can be stored and read back.

pub mod code;
pub mod compile;
mod disasm;
mod flow;
mod lazy;
mod liveness;
pub mod op;
mod verify;
mod wire;

pub use code::*;
pub use compile::{Slots, compile_file, compile_inline_site, compile_method, compile_slots};
pub use disasm::{disassemble, disassemble_instr};
pub use flow::RegSet;
pub use lazy::MethodCode;
pub use liveness::{Liveness, liveness};
pub use op::{Instr, Op, Reg, Role};
pub use verify::{VerifyError, verify};
pub use wire::{WireError, body, body_version, from_bytes, from_trusted_bytes, stored_method, to_bytes, verified};
