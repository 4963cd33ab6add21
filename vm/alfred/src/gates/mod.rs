//! The gates that need nothing but the text: the parser and the guardian's audit.
//!
//! Generated code passes them before it is compiled, and again when it is loaded from a file. [`TEXT_GATES`] is the list that
//! a candidate passes on its way, in order; a new gate is a line there. The gates that need the machine (compile and verify,
//! tests, the trial) stand behind [`crate::door::World`].

pub mod audit;
mod list;
mod names;
pub(crate) mod parse;
mod receivers;
pub(crate) mod refused;
mod rules;
mod scope;

pub use audit::{Context, audit, own_names};
pub use list::{Submission, TEXT_GATES, TextGate};
pub use names::{mended, unknown};
pub use rules::{Powers, is_world};
