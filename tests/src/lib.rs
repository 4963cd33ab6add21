//! Tests and benchmarks of Aura as a whole.
//!
//! The tests are in `all.rs` and the modules beside it, the benchmark runner in `bin/bench`. What fuzzing shares with them is
//! here: [`programs`], [`loops`], [`typed_programs`], [`machine`], [`hostile`]; what the runner shares with the tests: [`soak`], [`editor`].

pub mod editor;
pub mod hostile;
pub mod loops;
pub mod machine;
pub mod programs;
pub mod soak;
pub mod typed_programs;
