//! Questions to a project, drawn as text, and their answers as snapshots.

mod actions;
mod completing;
mod fixture;
mod looking;
mod memory;
mod moving;
mod offering;
mod texts;
mod whole;
mod writing;
