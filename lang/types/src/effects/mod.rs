//! What code does besides answering.

mod set;

pub use set::Effects;
pub(crate) use set::of_primitive;

/// What was found out about effects so far.
#[derive(Default)]
pub(crate) struct Memory {}
