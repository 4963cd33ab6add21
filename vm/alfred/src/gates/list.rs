//! The gates that look at a candidate's text, in the order in which it comes to them.
//!
//! A gate is given the method's source and the situation of the send, and answers diagnostics in their machine form; the first
//! gate that finds something ends the walk, and what it found goes back to the model. What must stay true: a gate changes
//! nothing and asks nobody, so that it can be run again at any time with the same outcome; all of them are passed by whatever
//! comes, from a model or from a person's edit.

use super::{Context, Powers, audit, refused, unknown};
use crate::diagnostic::{Diagnostic, Gate};
use crate::situation::Situation;

/// A candidate at the gates.
#[derive(Clone, Copy, Debug)]
pub struct Submission<'a> {
    /// The method, as a slot.
    pub source: &'a str,
    /// The send.
    pub situation: &'a Situation,
    /// The object that it will be installed at, by name.
    pub at: &'a str,
}

/// A gate that needs nothing but the text and the situation.
pub struct TextGate {
    /// Under which name its verdicts are written down.
    pub gate: Gate,
    /// What it finds.
    pub judge: fn(&Submission<'_>) -> Vec<Diagnostic>,
}

/// The gates, in order. (The parser comes before them, since it makes a candidate of an answer.)
pub const TEXT_GATES: [TextGate; 3] = [
    TextGate { gate: Gate::Audit, judge: |s| refused::again(s.source, s.at, s.situation) },
    TextGate { gate: Gate::Audit, judge: |s| audit(s.source, &Context::of(s.situation, Powers::at(s.situation))) },
    TextGate { gate: Gate::Audit, judge: |s| unknown(s.source, s.situation) },
];
