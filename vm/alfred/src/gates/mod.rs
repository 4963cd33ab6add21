//! The gates that need nothing but the text: the parser and the guardian's audit.
//!
//! Generated code passes them before it is compiled, and again when it is remembered in another run. [`TEXT_GATES`] is the list that
//! a candidate passes on its way, in order; a new gate is a line there; [`walk`] goes along it, and then to the checker; a [`Clerk`] does it where nobody has to wait for it. The gates that need
//! the machine (compile and verify, tests, the trial) stand behind [`crate::door::World`].

pub mod audit;
mod clerk;
mod list;
mod names;
pub(crate) mod parse;
mod receivers;
pub(crate) mod refused;
mod rules;
mod scope;
mod walk;

pub use audit::{Context, audit, own_names};
pub use clerk::{Clerk, MOST_THREADS};
pub use list::{Submission, TEXT_GATES, TextGate};
pub use names::unknown;
pub(crate) use names::{better_receivers, known_names};
pub use rules::{Powers, is_world};
pub use walk::{Walk, walk};
