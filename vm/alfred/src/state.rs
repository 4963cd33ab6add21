//! The record of one send on its way through the door: the Prototypal State Machine.
//!
//! Six states a person sees, finer steps inside them, and a deadline on each. What must stay true: only the transitions
//! listed in [`Step::next`] ever happen; every step but the last two has a deadline; a record never leaves [`Step::Done`]
//! or [`Step::GaveUp`].
//!
//! Not here: what is done in a step. The record is told, it does not act.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What a person sees.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum State {
    /// The send has just stopped.
    Idle,
    /// It is being understood: may it be answered, and what is there?
    Decomposing,
    /// A model works.
    Delegating,
    /// What it wrote is checked, tried, and installed.
    Synthesizing,
    /// The send goes on.
    Complete,
    /// The send is not understood.
    Failed,
}

/// The steps.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// The process stands at the send.
    Paused,
    /// Is it a send that must not be answered?
    Weighing,
    /// The situation is put together.
    Gathering,
    /// The model is asked.
    Asking,
    /// The answer is taken apart and parsed.
    Reading,
    /// The guardian looks for powers that were not given.
    Auditing,
    /// It is compiled and verified.
    Compiling,
    /// The send is tried in a transaction.
    Trying,
    /// A person decides.
    Approving,
    /// The diagnostics are put together for another try.
    Repairing,
    /// The method is installed.
    Splicing,
    /// The send goes on.
    Done,
    /// The send is not understood.
    GaveUp,
}

impl Step {
    /// Every step.
    pub const ALL: [Step; 13] = [
        Step::Paused,
        Step::Weighing,
        Step::Gathering,
        Step::Asking,
        Step::Reading,
        Step::Auditing,
        Step::Compiling,
        Step::Trying,
        Step::Approving,
        Step::Repairing,
        Step::Splicing,
        Step::Done,
        Step::GaveUp,
    ];

    /// The state it belongs to.
    pub fn state(self) -> State {
        match self {
            Step::Paused => State::Idle,
            Step::Weighing | Step::Gathering => State::Decomposing,
            Step::Asking => State::Delegating,
            Step::Reading
            | Step::Auditing
            | Step::Compiling
            | Step::Trying
            | Step::Approving
            | Step::Repairing
            | Step::Splicing => State::Synthesizing,
            Step::Done => State::Complete,
            Step::GaveUp => State::Failed,
        }
    }

    /// Where a record may go from here. From every step that is not an end it may also give up.
    pub fn next(self) -> &'static [Step] {
        use Step::*;
        match self {
            Paused => &[Weighing, GaveUp],
            Weighing => &[Gathering, GaveUp],
            Gathering => &[Asking, GaveUp],
            // A server that failed is asked again; an answer of no use is repaired.
            Asking => &[Reading, Repairing, GaveUp],
            Reading => &[Auditing, Repairing, GaveUp],
            Auditing => &[Compiling, Repairing, GaveUp],
            Compiling => &[Trying, Repairing, GaveUp],
            Trying => &[Approving, Splicing, Repairing, GaveUp],
            Approving => &[Splicing, Reading, GaveUp],
            Repairing => &[Asking, GaveUp],
            Splicing => &[Done, GaveUp],
            Done | GaveUp => &[],
        }
    }

    /// How long a record may stay. An approval waits for a person; the ends last.
    pub fn deadline(self, model: Duration) -> Option<Duration> {
        match self {
            Step::Asking => Some(model),
            Step::Trying => Some(Duration::from_secs(10)),
            Step::Approving => Some(Duration::from_secs(24 * 3600)),
            Step::Done | Step::GaveUp => None,
            _ => Some(Duration::from_secs(5)),
        }
    }
}

/// A transition that does not exist.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a send cannot go from {from:?} to {to:?}")]
pub struct Illegal {
    /// Where it is.
    pub from: Step,
    /// Where it was told to go.
    pub to: Step,
}

/// The record of one send.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Record {
    /// The send's number in this run.
    pub id: u64,
    /// What was sent.
    pub selector: String,
    /// The steps so far, each with the time since the pause at which it began.
    pub trail: Vec<(Step, Duration)>,
}

impl Record {
    /// A send that has just stopped.
    pub fn new(id: u64, selector: impl Into<String>) -> Self {
        Self { id, selector: selector.into(), trail: vec![(Step::Paused, Duration::ZERO)] }
    }

    /// Where it is.
    pub fn step(&self) -> Step {
        self.trail.last().map_or(Step::Paused, |t| t.0)
    }

    /// The state a person sees.
    pub fn state(&self) -> State {
        self.step().state()
    }

    /// Goes on, at `now` since the pause. Time does not run backwards: an earlier moment counts as the last one.
    pub fn advance(&mut self, to: Step, now: Duration) -> Result<(), Illegal> {
        let from = self.step();
        if !from.next().contains(&to) {
            return Err(Illegal { from, to });
        }
        let since = self.trail.last().map_or(Duration::ZERO, |t| t.1);
        self.trail.push((to, now.max(since)));
        Ok(())
    }

    /// Its deadline is over at `now`.
    pub fn is_overdue(&self, now: Duration, model: Duration) -> bool {
        let since = self.trail.last().map_or(Duration::ZERO, |t| t.1);
        self.step().deadline(model).is_some_and(|limit| now.saturating_sub(since) > limit)
    }

    /// It has ended, well or not.
    pub fn is_over(&self) -> bool {
        self.step().next().is_empty()
    }

    /// How often the model was asked.
    pub fn samples(&self) -> usize {
        self.trail.iter().filter(|t| t.0 == Step::Asking).count()
    }
}
