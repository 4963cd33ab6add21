//! The gates that need nothing but the text: the parser and the guardian's audit.
//!
//! Generated code passes them before it is compiled, and again when it is loaded from a file. The gates that need the
//! machine (compile and verify, the trial) stand behind [`crate::door::World`].

pub mod audit;
mod names;
pub(crate) mod parse;
mod receivers;
pub(crate) mod refused;
mod rules;
mod scope;

pub use audit::{Context, audit, own_names};
pub use names::{mended, unknown};
pub use rules::{Powers, is_world};
