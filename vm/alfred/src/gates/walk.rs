//! The walk through the gates that need nothing but the text, in their order, and then the checker: types against the hole, and
//! effects against the powers.
//!
//! What must stay true: a method of an earlier run and a new one take the same walk; it ends at the first gate that finds something.

use super::{Powers, Submission, TEXT_GATES};
use crate::diagnostic::{Diagnostic, Gate};
use crate::typing::Typing;

/// How a method has fared.
#[derive(Debug, Default)]
pub struct Walk {
    /// The kinds of gates that it has passed, each once.
    pub passed: Vec<Gate>,
    /// The gate that refused it, and what was found there.
    pub refused: Option<(Gate, Vec<Diagnostic>)>,
}

/// Takes a method through them. Without a checker types are not looked at.
pub fn walk(submission: &Submission<'_>, typing: Option<&Typing>) -> Walk {
    let mut walk = Walk::default();
    for gate in &TEXT_GATES {
        if !walk.meets(gate.gate, (gate.judge)(submission)) {
            return walk;
        }
    }
    if let Some(typing) = typing {
        let Submission { source, situation, at } = *submission;
        let findings = typing.judge(source, situation, at, &Powers::at(situation)).findings;
        // An effect without its power is the guardian's finding.
        let gate = findings.first().map_or(Gate::Types, |f| f.gate);
        walk.meets(gate, findings);
    }
    walk
}

impl Walk {
    /// Whether it goes on.
    fn meets(&mut self, gate: Gate, findings: Vec<Diagnostic>) -> bool {
        if !findings.is_empty() {
            // Several gates of a kind count as one, which it has not passed.
            self.passed.retain(|g| *g != gate);
            self.refused = Some((gate, findings));
            return false;
        }
        if !self.passed.contains(&gate) {
            self.passed.push(gate);
        }
        true
    }
}
