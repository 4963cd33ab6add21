//! One candidate on its way through the gates.

use super::{End, Passage};
use crate::answer::{self, Candidate};
use crate::diagnostic::{Diagnostic, Gate};
use crate::door::Trial;
use crate::gates::{Powers, Submission, Walk, mended, walk};
use crate::state::Step;
use crate::typing::Typed;

/// The candidate with its trial, or what is wrong with it.
pub(super) type Examined = Result<(Candidate, Trial), Vec<Diagnostic>>;

impl Passage<'_> {
    /// Sends a model's answer, or a person's edit, through the gates.
    pub(super) async fn examine(&mut self, text: &str) -> Result<Examined, End> {
        self.step(Step::Reading);
        let mut candidate = match answer::read(text, &self.situation.selector) {
            Ok(candidate) => candidate,
            Err(findings) => return Ok(self.failed(Gate::Answer, findings)),
        };
        if let Some(source) = mended(&candidate.source, self.situation) {
            candidate = Candidate { source, plan: format!("{} (mended: receivers put first)", candidate.plan) };
        }
        self.trail.passed(Gate::Parse);
        self.step(Step::Auditing);
        if let Err((gate, findings)) = self.judged(&candidate.source) {
            return Ok(self.failed(gate, findings));
        }
        self.step(Step::Compiling);
        let source = candidate.source.clone();
        if let Err(findings) = self.timed(Step::Compiling, |w| w.compile(source)).await? {
            return Ok(self.failed(Gate::Compile, findings));
        }
        self.trail.passed(Gate::Compile);
        self.proved(candidate).await
    }

    /// The gates before the compiler. What was passed is written down.
    fn judged(&mut self, source: &str) -> Result<(), (Gate, Vec<Diagnostic>)> {
        let submission = Submission { source, situation: self.situation, at: &self.at_name };
        let Walk { passed, refused } = walk(&submission, self.door.typing.as_ref());
        passed.into_iter().for_each(|gate| self.trail.passed(gate));
        refused.map_or(Ok(()), Err)
    }

    /// What the checker says of a method for this send.
    pub(super) fn types_of(&self, source: &str) -> Typed {
        let powers = Powers::at(self.situation);
        let typing = self.door.typing.as_ref();
        typing.map_or_else(Typed::default, |t| t.judge(source, self.situation, &self.at_name, &powers))
    }

    /// The gates that run it: tests, and the trial with the very send. It has been compiled.
    pub(super) async fn proved(&mut self, candidate: Candidate) -> Result<Examined, End> {
        let findings = self.tested(&candidate.source).await?;
        if !findings.is_empty() {
            return Ok(self.failed(Gate::Tests, findings));
        }
        self.step(Step::Trying);
        let at = self.at;
        let trial = self.timed(Step::Trying, |w| w.try_out(at)).await?;
        Ok(match &trial.finding {
            Some(finding) => self.failed(Gate::Trial, vec![finding.clone()]),
            None => {
                self.trail.passed(Gate::Trial);
                Ok((candidate, trial))
            }
        })
    }

    fn failed(&mut self, gate: Gate, findings: Vec<Diagnostic>) -> Examined {
        self.trail.failed(gate, &findings);
        Err(findings)
    }
}
