//! The targets: each says what its input is, and what must hold.

pub mod bytecode;
pub mod checker;
pub mod door;
pub mod engines;
pub mod formatter;
pub mod grammar;
pub mod image;
pub mod lsp;
pub mod model_answers;
pub mod parser;
