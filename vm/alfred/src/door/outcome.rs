//! How a send left the door, and what that means for the command's exit code.

use crate::clients::{ClientError, Fault};
use crate::diagnostic::Diagnostic;
use crate::refuse::Refusal;

use super::Lesson;

/// How a send left the door.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A method was installed; the send goes on.
    Learned(Box<Lesson>),
    /// The receiver has come to understand it otherwise; the send goes on.
    Understood,
    /// No model was asked.
    Refused(Refusal),
    /// No model could be asked, or none answered.
    NoAnswer {
        /// Why.
        error: Box<ClientError>,
        /// Why the server was not asked before that.
        before: Option<Box<ClientError>>,
    },
    /// No candidate passed the gates.
    NotLearned {
        /// How many there were.
        candidates: u32,
        /// What was wrong with the last.
        findings: Vec<Diagnostic>,
    },
    /// Candidates passed the gates, and did too many different things.
    Abstained {
        /// How many passed.
        candidates: usize,
        /// The share of those that were wanted that did the same.
        confidence: f64,
        /// The share that is wanted.
        threshold: f64,
        /// An input on which two of them differ, and how.
        difference: Option<String>,
    },
    /// A person said no.
    Rejected,
    /// There is no object that a method could be installed at.
    NoPlace,
    /// The machine, or a gate, did not do what it was asked within the time for it.
    Stalled {
        /// At which step.
        step: String,
    },
}

impl Outcome {
    /// The send goes on.
    pub fn goes_on(&self) -> bool {
        matches!(self, Outcome::Learned(_) | Outcome::Understood)
    }

    /// The exit code of a program that ends because of it: 5 refused by policy, 6 not understood and not learned, 7 budget, 8 model unreachable.
    pub fn exit_code(&self) -> i32 {
        match self {
            Outcome::Learned(_) | Outcome::Understood => 0,
            Outcome::Rejected => 5,
            Outcome::Refused(Refusal::Depth { .. } | Refusal::Budget { .. }) => 7,
            Outcome::NoAnswer { before: Some(_), .. } => 8,
            Outcome::NoAnswer { error, .. } => match error.fault() {
                Fault::Unreachable | Fault::Server => 8,
                Fault::Answer | Fault::Recording => 6,
            },
            Outcome::Refused(_)
            | Outcome::NotLearned { .. }
            | Outcome::Abstained { .. }
            | Outcome::NoPlace
            | Outcome::Stalled { .. } => 6,
        }
    }

    /// What happened, in a sentence or two.
    pub fn message(&self) -> String {
        match self {
            Outcome::Learned(lesson) => format!("learned '{}' at {}", lesson.selector, lesson.at),
            Outcome::Understood => "it is understood now".into(),
            Outcome::Refused(refusal) => refusal.to_string(),
            Outcome::NoAnswer { error, before: None } => error.to_string(),
            Outcome::NoAnswer { error, before: Some(first) } => format!("{first}; and {error}"),
            Outcome::NotLearned { candidates, findings } => {
                let last = findings.first().map_or(String::new(), |f| format!("; the last one failed: {f}"));
                format!("none of {candidates} candidates passed the gates{last}")
            }
            Outcome::Abstained { candidates, confidence, threshold, difference } => {
                let differs = difference.as_ref().map_or(String::new(), |d| format!("; {d}"));
                format!(
                    "ALFRED abstains: {candidates} candidates passed the gates, and {:.0} % of those that were wanted do the same, where {:.0} % should{differs}",
                    confidence * 100.0,
                    threshold * 100.0
                )
            }
            Outcome::Rejected => "the method was not approved".into(),
            Outcome::NoPlace => {
                "there is no object at which a method for it could be kept: everything on the lookup path is shared by all".into()
            }
            Outcome::Stalled { step } => format!("the step '{step}' did not end in time"),
        }
    }

    /// What to do about it.
    pub fn remedy(&self) -> String {
        match self {
            Outcome::Learned(_) | Outcome::Understood => String::new(),
            Outcome::Refused(refusal) => refusal.remedy(),
            Outcome::NoAnswer { error, before } => before.as_ref().unwrap_or(error).remedy(),
            Outcome::NotLearned { .. } => {
                "define the method by hand, describe it in a comment at the call, or use a larger model (AURA_MODEL)".into()
            }
            Outcome::Abstained { .. } => {
                "say what is meant: an example in a comment (`… ==> …`) is run as a test; or define the method by hand, or lower the threshold in aura.toml".into()
            }
            Outcome::Rejected => "define the method by hand".into(),
            Outcome::NoPlace => "give the receiver a name, or say where the method belongs (--install-at)".into(),
            Outcome::Stalled { .. } => "try again; if it happens again, report it".into(),
        }
    }
}
