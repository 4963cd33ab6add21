//! The record of one send on its way through the door: the Prototypal State Machine.
//!
//! Six states a person sees, finer steps inside them, and a deadline on each. What must stay true: only the transitions
//! listed in [`Step::next`] ever happen; every step but the last three has a deadline; a record never leaves
//! [`Step::Done`], [`Step::Abstained`] or [`Step::GaveUp`].
//!
//! Not here: what is done in a step (the record is told, it does not act), and how it outlasts the process
//! ([`crate::ledger`]).

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
    /// BRICK takes the task apart.
    Deconstructing,
    /// ROBIN finds the intent, and writes tests.
    Intending,
    /// BABS does the research.
    Researching,
    /// ALFRED is asked.
    Asking,
    /// The answer is taken apart and parsed.
    Reading,
    /// The gates that need nothing but the text: names, the guardian.
    Auditing,
    /// It is compiled and verified.
    Compiling,
    /// The tests are run.
    Testing,
    /// The send is tried in a transaction.
    Trying,
    /// The candidates are compared by what they do.
    Clustering,
    /// A person decides.
    Approving,
    /// The diagnostics are put together for another try.
    Repairing,
    /// The method is installed.
    Splicing,
    /// The method and its provenance are written down.
    Keeping,
    /// The send goes on.
    Done,
    /// The candidates do not agree; none is taken.
    Abstained,
    /// The send is not understood.
    GaveUp,
}

impl Step {
    /// Every step.
    pub const ALL: [Step; 20] = [
        Step::Paused,
        Step::Weighing,
        Step::Gathering,
        Step::Deconstructing,
        Step::Intending,
        Step::Researching,
        Step::Asking,
        Step::Reading,
        Step::Auditing,
        Step::Compiling,
        Step::Testing,
        Step::Trying,
        Step::Clustering,
        Step::Approving,
        Step::Repairing,
        Step::Splicing,
        Step::Keeping,
        Step::Done,
        Step::Abstained,
        Step::GaveUp,
    ];

    /// What it is called, in files and messages.
    pub fn name(self) -> &'static str {
        match self {
            Step::Paused => "paused",
            Step::Weighing => "weighing",
            Step::Gathering => "gathering",
            Step::Deconstructing => "deconstructing",
            Step::Intending => "intending",
            Step::Researching => "researching",
            Step::Asking => "asking",
            Step::Reading => "reading",
            Step::Auditing => "auditing",
            Step::Compiling => "compiling",
            Step::Testing => "testing",
            Step::Trying => "trying",
            Step::Clustering => "clustering",
            Step::Approving => "approving",
            Step::Repairing => "repairing",
            Step::Splicing => "splicing",
            Step::Keeping => "keeping",
            Step::Done => "done",
            Step::Abstained => "abstained",
            Step::GaveUp => "gave-up",
        }
    }

    /// The state it belongs to.
    pub fn state(self) -> State {
        match self {
            Step::Paused => State::Idle,
            Step::Weighing | Step::Gathering => State::Decomposing,
            Step::Deconstructing | Step::Intending | Step::Researching | Step::Asking => State::Delegating,
            Step::Reading
            | Step::Auditing
            | Step::Compiling
            | Step::Testing
            | Step::Trying
            | Step::Clustering
            | Step::Approving
            | Step::Repairing
            | Step::Splicing
            | Step::Keeping => State::Synthesizing,
            Step::Done => State::Complete,
            Step::Abstained | Step::GaveUp => State::Failed,
        }
    }

    /// Where a record may go from here. From every step that is not an end it may also give up.
    pub fn next(self) -> &'static [Step] {
        use Step::*;
        match self {
            Paused => &[Weighing, GaveUp],
            Weighing => &[Gathering, GaveUp],
            Gathering => &[Deconstructing, Intending, Asking, GaveUp],
            // Each of the three may be passed over: there is nothing to find, or nobody to ask.
            Deconstructing => &[Intending, Researching, Asking, GaveUp],
            Intending => &[Researching, Asking, GaveUp],
            Researching => &[Asking, GaveUp],
            // An answer of no use is repaired by asking again.
            Asking => &[Reading, Repairing, GaveUp],
            Reading => &[Auditing, Repairing, GaveUp],
            Auditing => &[Compiling, Repairing, GaveUp],
            Compiling => &[Testing, Trying, Repairing, GaveUp],
            Testing => &[Trying, Repairing, GaveUp],
            // One candidate has passed: another is asked for, all are compared, or this one is taken.
            Trying => &[Asking, Clustering, Approving, Splicing, Repairing, GaveUp],
            Clustering => &[Approving, Splicing, Abstained, GaveUp],
            // Edited, it is read again; elsewhere, it is tested and tried again.
            Approving => &[Splicing, Reading, Testing, Trying, GaveUp],
            Repairing => &[Reading, Asking, Deconstructing, Intending, Clustering, Approving, GaveUp],
            Splicing => &[Keeping, GaveUp],
            Keeping => &[Done, GaveUp],
            Done | Abstained | GaveUp => &[],
        }
    }

    /// How long a record may stay. An approval waits for a person; the ends last.
    pub fn deadline(self, waits: &Waits) -> Option<Duration> {
        match self {
            Step::Deconstructing | Step::Researching | Step::Asking => Some(waits.model),
            // ROBIN's examples are weighed in the same step.
            Step::Intending => Some(waits.model + TESTS),
            Step::Trying => Some(Duration::from_secs(10)),
            // The user's tests are weighed, too, and the checker may have to read the library first.
            Step::Gathering => Some(waits.gates + TESTS),
            Step::Testing | Step::Clustering => Some(TESTS),
            Step::Auditing => Some(waits.gates),
            Step::Approving => Some(Duration::from_secs(24 * 3600)),
            Step::Done | Step::Abstained | Step::GaveUp => None,
            _ => Some(Duration::from_secs(5)),
        }
    }
}

/// For all tests of a candidate, or all that candidates are compared on.
const TESTS: Duration = Duration::from_secs(60);

/// The deadlines that are a matter of settings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Waits {
    /// For an answer of a model, with everything that the client may do for it.
    pub model: Duration,
    /// For the gates that look at a method's text, the checker among them.
    pub gates: Duration,
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
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Record {
    /// The send's number in this run.
    pub id: u64,
    /// What was sent.
    pub selector: String,
    /// To what: its path, or a description.
    #[serde(default)]
    pub receiver: String,
    /// From where: `geometry.aura:9`.
    #[serde(default)]
    pub place: String,
    /// The steps so far, each with the time since the pause at which it began.
    pub trail: Vec<(Step, Duration)>,
}

impl Record {
    /// A send that has just stopped.
    pub fn new(id: u64, selector: impl Into<String>) -> Self {
        Self { id, selector: selector.into(), trail: vec![(Step::Paused, Duration::ZERO)], ..Self::default() }
    }

    /// The record of a situation.
    pub fn of(situation: &crate::situation::Situation) -> Self {
        let (receiver, place) = (crate::text::line(&situation.receiver.path, 80), situation.place());
        Self { receiver, place, ..Self::new(situation.id, crate::text::line(&situation.selector, 80)) }
    }

    /// `'manhattan' to point at geometry.aura:9`
    pub fn describe(&self) -> String {
        format!("'{}' to {} at {}", self.selector, self.receiver, self.place)
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

    /// What is left at `now` of the time for the step that it is in. Nothing: it may stay.
    pub fn left(&self, now: Duration, waits: &Waits) -> Option<Duration> {
        let since = self.trail.last().map_or(Duration::ZERO, |t| t.1);
        Some(self.step().deadline(waits)?.saturating_sub(now.saturating_sub(since)))
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
