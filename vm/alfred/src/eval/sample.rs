//! One run of one task: what was proposed, what the gates said, how it ended, what the hidden tests said.
//!
//! What must stay true: a sample is plain data and says everything that a report counts; its form is stable (`docs/alfred-evaluation.md`).

use serde::{Deserialize, Serialize};

use crate::chronicle::entry::{CandidateRecord, GateRecord};
use crate::clients::Tokens;
use crate::diagnostic::Gate;
use crate::door::Outcome;

/// How a send left the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// A method was installed.
    Accepted,
    /// The model answered, and nothing was installed.
    Abstained,
    /// No model was asked: a rule of the door said no.
    Refused,
    /// A model was to be asked, and none answered.
    NoAnswer,
    /// The script did not come to its send.
    NotSent,
}

impl Ending {
    /// Of an outcome.
    pub fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Learned(_) => Self::Accepted,
            Outcome::NotLearned { .. } | Outcome::Rejected => Self::Abstained,
            Outcome::Refused(_) | Outcome::NoPlace | Outcome::Understood => Self::Refused,
            Outcome::NoAnswer { .. } | Outcome::Stalled { .. } => Self::NoAnswer,
        }
    }
}

/// One proposal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// Which conversation, from 1.
    pub sample: u32,
    /// How many repairs before it.
    pub repair: u32,
    /// The gates that it passed, by name, in order.
    pub passed: Vec<String>,
    /// The gate that it did not pass, and the code of the first finding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<(String, String)>,
    /// What was answered.
    pub answer: String,
}

impl Attempt {
    /// From the door's own record.
    pub fn of(record: &CandidateRecord) -> Self {
        let failed = record.verdicts.iter().find(|v| !v.passed);
        let code = |v: &GateRecord| v.findings.first().map_or_else(String::new, |f| f.code.clone());
        Self {
            sample: record.sample,
            repair: record.repair,
            passed: record.verdicts.iter().filter(|v| v.passed).map(|v| name(v.gate)).collect(),
            failed: failed.map(|v| (name(v.gate), code(v))),
            answer: record.answer.clone(),
        }
    }
}

/// A gate's name, as it stands in every record.
fn name(gate: Gate) -> String {
    format!("{gate:?}").to_lowercase()
}

/// What the hidden tests said.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Hidden {
    /// Tests that passed.
    pub passed: u32,
    /// Tests that did not; the script's own failure after the method was installed counts as one.
    pub failed: u32,
    /// What the first of them was, and what came instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
}

/// One run of one task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// The task's tier.
    pub tier: String,
    /// The task.
    pub task: String,
    /// Which run of it, from 1.
    pub take: u32,
    /// How it ended.
    pub ending: Ending,
    /// What was proposed, in order.
    pub attempts: Vec<Attempt>,
    /// The method that was installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The model, by its own word.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub model: String,
    /// What the hidden tests said to it; nothing if nothing was installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<Hidden>,
    /// Why nothing was installed, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// Tokens, over all attempts.
    pub tokens: Tokens,
    /// Seconds from the pause to the end.
    pub seconds: f64,
    /// Of these, seconds of waiting for the model.
    pub waited: f64,
}

impl Sample {
    /// A method was installed.
    pub fn is_accepted(&self) -> bool {
        self.ending == Ending::Accepted
    }

    /// A method was installed, and every hidden test passed.
    pub fn is_correct(&self) -> bool {
        self.is_accepted() && self.hidden.as_ref().is_some_and(|h| h.failed == 0 && h.passed > 0)
    }

    /// The first proposal passed this gate.
    pub fn first_passed(&self, gate: &str) -> bool {
        self.attempts.first().is_some_and(|a| a.passed.iter().any(|p| p == gate))
    }

    /// Some proposal came to this gate.
    pub fn came_to(&self, gate: &str) -> bool {
        let of = |a: &Attempt| a.passed.iter().chain(a.failed.as_ref().map(|f| &f.0)).any(|g| g == gate);
        self.attempts.iter().any(of)
    }

    /// The conversation and the number of repairs with which it was accepted.
    pub fn accepted_after(&self) -> Option<(u32, u32)> {
        self.attempts.last().filter(|_| self.is_accepted()).map(|a| (a.sample, a.repair))
    }
}
