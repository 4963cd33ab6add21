//! What an editor may have done that takes long: run a program, ask ALFRED, judge what was learned.
//!
//! It is done by the world around ([`Outside::job`](crate::Outside::job)), on another thread, with somebody who listens and may lose patience.

use crate::written::Written;

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// What.
    pub what: What,
    /// With which file; of a learned method the file that it is in, or that it was learned for.
    pub file: String,
    /// With which message.
    pub selector: Option<String>,
    /// Where in the file that message stands, if it is about one place.
    pub at: Option<u32>,
}

/// What can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Run a file.
    Run,
    /// Run the tests of a file.
    Test,
    /// Have ALFRED write a method for a message that nothing understands. It is shown, and goes nowhere by itself.
    Synthesise,
    /// Say where a learned method comes from.
    Why,
    /// Say that a learned method is good.
    Approve,
    /// Take a learned method back.
    Revert,
}

impl What {
    /// All of it, each with the name that editors know it by.
    pub const ALL: [(What, &'static str); 6] = [
        (What::Run, "aura.run"),
        (What::Test, "aura.test"),
        (What::Synthesise, "aura.synthesise"),
        (What::Why, "aura.why"),
        (What::Approve, "aura.approve"),
        (What::Revert, "aura.revert"),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(what, _)| *what == self).map_or("", |(_, name)| name)
    }

    /// Whether it may change what was learned for a file.
    pub fn changes_learned(self) -> bool {
        matches!(self, What::Approve | What::Revert)
    }
}

/// Whoever waits for a job.
pub trait Progress {
    /// Hears how far it is.
    fn say(&self, what: &str);
    /// Does not want it any more.
    fn is_cancelled(&self) -> bool;
}

/// What came of a job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// In words.
    pub said: String,
    /// A method that somebody is to judge.
    pub written: Option<Written>,
}

impl From<String> for Done {
    fn from(said: String) -> Self {
        Self { said, written: None }
    }
}

/// Does something, and says what came of it, or why nothing did.
pub type Job = Box<dyn FnOnce(&dyn Progress) -> Result<Done, String> + Send>;
