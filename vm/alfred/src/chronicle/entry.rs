//! What an entry of the chronicle says.
//!
//! What must stay true: an entry once written is never changed, so every form that was ever written stays readable: new
//! fields have defaults, and [`VERSION`] goes up where that is not enough.

use serde::{Deserialize, Serialize};

use crate::clients::{Message, Options, Tokens};
use crate::diagnostic::{Diagnostic, Gate};
use crate::exam::By;
use crate::interface::{self, Shape};
use crate::persona::Persona;

/// The version of the form.
pub const VERSION: u32 = 1;

/// One entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The version of its form.
    pub version: u32,
    /// The hash of the entry before it; zeros for the first.
    pub previous: String,
    /// When, in UTC (RFC 3339).
    pub time: String,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}

/// What happened. Other entries are named by their hashes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum What {
    /// A text that later entries name by its hash: what every prompt begins with.
    Text {
        /// The text.
        text: String,
    },
    /// A method was learned.
    Learned(Box<Learning>),
    /// A method passed all gates again, with another interface than it was written for.
    Checked {
        /// Which.
        of: String,
        /// What the objects understand now.
        interface: Vec<Shape>,
        /// How the trial went.
        trial: String,
    },
    /// A person has looked at it and found it good.
    Approved {
        /// Which.
        of: String,
        /// Who.
        by: String,
        /// What they had to say.
        #[serde(default)]
        note: String,
    },
    /// A person does not want it, now or later.
    Rejected {
        /// Which.
        of: String,
        /// Who.
        by: String,
        /// Why.
        why: String,
    },
    /// An earlier one is in force again, or none.
    Reverted {
        /// Which one is no longer in force.
        of: String,
        /// Which one is instead.
        to: Option<String>,
        /// Who.
        by: String,
    },
}

impl What {
    /// What it is called.
    pub fn name(&self) -> &'static str {
        match self {
            What::Text { .. } => "text",
            What::Learned(_) => "learned",
            What::Checked { .. } => "checked",
            What::Approved { .. } => "approved",
            What::Rejected { .. } => "rejected",
            What::Reverted { .. } => "reverted",
        }
    }
}

/// Everything about a method that was learned.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Learning {
    /// The script's file, as its project or its image knows it.
    pub file: String,
    /// The object that the method belongs to, as the script reaches it: `account`, `traits integer`.
    pub at: String,
    /// Its selector.
    pub selector: String,
    /// The method, as a slot: `manhattan = ( … )`.
    pub source: String,
    /// What the model said it would do.
    #[serde(default)]
    pub plan: String,
    /// The send that nothing understood.
    pub send: SendRecord,
    /// What the receiver's objects understood then.
    pub interface: Vec<Shape>,
    /// What was asked, in the end.
    pub prompt: PromptRecord,
    /// The model that wrote it, by its server's word.
    pub model: String,
    /// The digest of its weights.
    pub digest: Option<String>,
    /// Where it answered: a server or a cassette.
    pub through: String,
    /// Everything that the model proposed for this send, in order.
    pub candidates: Vec<CandidateRecord>,
    /// The number of the candidate that became the method, from 0; nothing: the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<u32>,
    /// What the other personas said, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub personas: Vec<PersonaRecord>,
    /// The share of the candidates that do the same, when several were compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// The same in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub agreement: String,
    /// How many of the compared candidates did the same, group by group, the largest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub behaviours: Vec<usize>,
    /// What ROBIN says of it, for its readers.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comment: String,
    /// How the trial went.
    pub trial: String,
    /// Tests that it passed.
    #[serde(default)]
    pub tests: Vec<String>,
    /// All tests, with how each went, and those that were dropped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tested: Vec<TestRecord>,
    /// Who said yes, if a person was asked.
    pub approver: Option<String>,
    /// A person named the object that it goes to.
    #[serde(default)]
    pub placed: bool,
    /// The entry of the method that it replaces.
    pub parent: Option<String>,
}

impl Learning {
    /// The SHA-256 of the interface.
    pub fn interface_digest(&self) -> String {
        interface::digest(&self.interface)
    }

    /// `point manhattan`
    pub fn title(&self) -> String {
        format!("{} {}", self.at, self.selector)
    }
}

/// A send that nothing understood.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SendRecord {
    /// What was sent.
    pub selector: String,
    /// To what: its path, or a description.
    pub receiver: String,
    /// With what: paths or descriptions.
    pub arguments: Vec<String>,
    /// The method that it was sent from; nothing: the file itself.
    pub caller: Option<String>,
    /// In which file.
    pub file: String,
    /// In which line, from 1.
    pub line: u32,
}

impl SendRecord {
    /// `'manhattan' to point at geometry.aura:9`
    pub fn describe(&self) -> String {
        let place = if self.file.is_empty() { "(no source)".to_string() } else { format!("{}:{}", self.file, self.line) };
        format!("'{}' to {} at {place}", self.selector, self.receiver)
    }
}

/// What a model was asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PromptRecord {
    /// The SHA-256 of the part that identifies the question.
    pub question: String,
    /// The SHA-256 of the standing part; its text is in an entry of its own.
    pub system: String,
    /// The conversation.
    pub messages: Vec<Message>,
}

/// How an answer was sampled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sampling {
    /// Temperature.
    pub temperature: f32,
    /// Seed.
    pub seed: i32,
    /// Tokens of context.
    pub context: u64,
    /// Tokens of answer at most.
    pub answer: u32,
    /// A thinking model may think.
    pub think: bool,
}

impl From<&Options> for Sampling {
    fn from(o: &Options) -> Self {
        Self { temperature: o.temperature, seed: o.seed, context: o.context, answer: o.answer, think: o.think }
    }
}

/// One proposal and what the gates said to it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CandidateRecord {
    /// Which conversation, from 1.
    pub sample: u32,
    /// How many repairs before it.
    pub repair: u32,
    /// A person wrote it, in the place of what the model proposed.
    #[serde(default)]
    pub edited: bool,
    /// The model.
    pub model: String,
    /// The digest of its weights.
    pub digest: Option<String>,
    /// How it was sampled.
    pub sampling: Sampling,
    /// What was answered, as it came.
    pub answer: String,
    /// What that was put into, where it was not Aura (`crate::sketch`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meant: Option<String>,
    /// Tokens that it took.
    pub tokens: Tokens,
    /// The gates that it came to, in order.
    pub verdicts: Vec<GateRecord>,
}

/// A test, and how it went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestRecord {
    /// Who wrote it.
    pub by: By,
    /// The test: `point norm ==> 0 (p.aura:2)`.
    pub test: String,
    /// `passed`, or `failed: …`, `void: …`, `dropped: …` with the reason.
    pub went: String,
}

/// What a persona said.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PersonaRecord {
    /// Who.
    pub persona: Persona,
    /// The model.
    pub model: String,
    /// The digest of its weights.
    pub digest: Option<String>,
    /// The SHA-256 of the question.
    pub question: String,
    /// How it was sampled.
    pub sampling: Sampling,
    /// What was answered, as it came.
    pub answer: String,
    /// Tokens that it took.
    pub tokens: Tokens,
}

/// What a gate said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GateRecord {
    /// Which.
    pub gate: Gate,
    /// It let the candidate pass.
    pub passed: bool,
    /// What it found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Diagnostic>,
}
