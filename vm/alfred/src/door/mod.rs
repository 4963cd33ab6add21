//! The door itself: one send at a time goes from the pause to the splice, or to a distinct way of giving up.
//!
//! It runs on a thread of its own and knows the machine only as a [`World`]: plain data and requests that the machine answers
//! when it comes to it. What must stay true: the gates are passed in their order, all of them, by every candidate, wherever
//! it comes from; nothing is installed before the trial has passed; every wait has a deadline; a send that is given up
//! leaves the world and the files as they were.
//!
//! Not here: how the machine does what is asked ([`crate::machine`]).

mod account;
mod asker;
mod outcome;
mod record;
mod send;

use crate::chronicle::Learning;
use crate::clients::Eventually;
use crate::diagnostic::Diagnostic;
use crate::memory::Keeping;

pub use account::{Account, Lesson, Story};
pub use asker::Asker;
pub use outcome::Outcome;
pub use send::{Door, answer};

/// What a trial showed.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// In words: what it answered, how many steps it took, what it changed.
    pub summary: String,
    /// Why it failed; nothing if it passed.
    pub finding: Option<Diagnostic>,
}

/// What a person is asked to approve.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// The missing selector.
    pub selector: String,
    /// Where the method would go.
    pub at: String,
    /// The method.
    pub source: String,
    /// What the model says it does.
    pub plan: String,
    /// Which model.
    pub model: String,
    /// How the trial went.
    pub trial: String,
    /// The send's place.
    pub place: String,
}

/// What a person says.
#[derive(Clone, Debug, PartialEq)]
pub enum Approval {
    /// Install it.
    Yes,
    /// Install this instead; it goes through the gates like any other.
    Edited(String),
    /// Do not.
    No,
}

/// The machine, as the door sees it while it answers one send.
pub trait World: Send {
    /// Has the receiver come to understand the message in the meantime?
    fn understood(&mut self) -> Eventually<'_, bool>;
    /// Compiles and verifies a method. It becomes the candidate of the following requests.
    fn compile(&mut self, source: String) -> Eventually<'_, Result<(), Vec<Diagnostic>>>;
    /// Tries the send with the candidate at object `at` of the path, in a world that is put back.
    fn try_out(&mut self, at: usize) -> Eventually<'_, Trial>;
    /// Installs the candidate at object `at` of the path.
    fn install(&mut self, at: usize) -> Eventually<'_, Result<(), String>>;
    /// Keeps the method that was installed, with everything that is known about it.
    fn keep(&mut self, learning: Box<Learning>) -> Eventually<'_, Keeping>;
    /// Asks a person.
    fn approve(&mut self, proposal: Proposal) -> Eventually<'_, Approval>;
}
