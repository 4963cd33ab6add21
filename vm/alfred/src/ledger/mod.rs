//! The durable record of the sends that are under way: after a crash it says where each of them stopped.
//!
//! A send is written to a file of its run before each of its steps begins, and taken out when it has ended: what was learned
//! is then in the memory of the program, with its provenance. A file that is there while no process holds it was left by a run
//! that crashed. The next run says so, once, and removes it. What must stay true: a step is in the file before anything of it
//! happens; what is there after a crash is a prefix of what was written; nothing in the file is ever acted upon, so that
//! whoever writes one can only have a message printed.
//!
//! Every step outlasts a crash of the process. The disk is waited for once, before what was learned is kept, so that the record
//! is there after a power cut wherever something of the send may be. (Waiting at each step would cost more than all gates
//! together.)
//!
//! Not here: putting anything back. A trial undoes itself, a splice is in memory only, and a method is kept in one batch or
//! not at all, so that there is nothing to put back.

mod file;

use crate::state::{Record, Step};

pub use file::OnDisk;

/// Where sends under way are recorded.
pub trait Ledger: Send {
    /// The record has come to its last step, of which nothing has happened yet.
    ///
    /// # Errors
    /// What is in the way, in words. The send goes on all the same.
    fn came_to(&mut self, record: &Record) -> Result<(), String>;

    /// The sends that earlier runs have not ended, each with the step at which it stood. They are told once.
    fn left_behind(&mut self) -> Vec<Stopped>;
}

/// A send that a crashed run has left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// `'manhattan' to point at geometry.aura:9`
    pub send: String,
    /// Where it stood.
    pub step: Step,
}

impl Stopped {
    /// What a person should know.
    pub fn note(&self) -> String {
        let what = match self.step {
            Step::Splicing | Step::Keeping => "a method for it had passed; whether it was kept tells `aura alfred log`",
            _ => "nothing was changed or kept for it",
        };
        format!("an earlier run ended in the middle of {}, at '{}'; {what}", self.send, self.step.name())
    }
}

/// No record outlasts the process: for programs without a file.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nowhere;

impl Ledger for Nowhere {
    fn came_to(&mut self, _record: &Record) -> Result<(), String> {
        Ok(())
    }
    fn left_behind(&mut self) -> Vec<Stopped> {
        Vec::new()
    }
}
