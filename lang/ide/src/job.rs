//! What an editor may have done that takes long: run a program, ask ALFRED, judge what was learned.
//!
//! It is done by the world around ([`Outside::job`](crate::Outside::job)), on another thread, with somebody who listens and may lose patience.

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// What.
    pub what: What,
    /// With which file; of a learned method the file that it is in, or that it was learned for.
    pub file: String,
    /// With which message.
    pub selector: Option<String>,
}

/// What can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Run a file.
    Run,
    /// Run the tests of a file.
    Test,
    /// Run a file with the door open, so that what nothing understands is asked of ALFRED.
    Learn,
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
        (What::Learn, "aura.learn"),
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
        matches!(self, What::Learn | What::Approve | What::Revert)
    }
}

/// Whoever waits for a job.
pub trait Progress {
    /// Hears how far it is.
    fn say(&self, what: &str);
    /// Does not want it any more.
    fn is_cancelled(&self) -> bool;
}

/// Does something, and says what came of it, or why nothing did.
pub type Job = Box<dyn FnOnce(&dyn Progress) -> Result<String, String> + Send>;
