//! Measuring the door: suites of missing sends with hidden tests, what one run of one of them showed, and what many amount to.
//!
//! * [`suite`] the tasks, read from a folder
//! * [`sample`] one run of one task, as a line of a file
//! * [`ledger`] that file, written as the evaluation goes
//! * [`report`] what the samples amount to, a row for each tier; [`table`] the same for people
//! * [`interval`] how sure a share is
//!
//! What must stay true: nothing of a task but its script is ever shown to a model; every figure of a report can be counted again from
//! the ledger alone.
//!
//! Not here: the machine that runs the scripts. The host runs them, through the same door as any other program.

pub mod interval;
pub mod ledger;
pub mod report;
pub mod sample;
pub mod suite;
pub mod table;

pub use ledger::{Head, Ledger};
pub use report::Report;
pub use sample::{Attempt, Ending, Hidden, Sample};
pub use suite::{HiddenTest, Suite, Task};
