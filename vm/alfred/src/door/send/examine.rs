//! One candidate on its way through the gates.

use super::{End, Passage};
use crate::answer::{self, Candidate};
use crate::diagnostic::{Diagnostic, Gate};
use crate::door::Trial;
use crate::gates::{Powers, Submission, Walk, walk};
use crate::mend::mended;
use crate::sketch;
use crate::state::Step;
use crate::typing::Typed;

/// The candidate with its trial, or what is wrong with it.
pub(super) type Examined = Result<(Candidate, Trial), Vec<Diagnostic>>;

impl Passage<'_> {
    /// Sends a model's answer, or a person's edit, through the gates.
    pub(super) async fn examine(&mut self, text: &str) -> Result<Examined, End> {
        let sketch = answer::fields(text).1;
        if sketch::is_sketch(&sketch) {
            return self.examine_sketch(sketch).await;
        }
        self.step(Step::Reading);
        match answer::read(text, &self.situation.selector) {
            Ok(candidate) => self.gated(mended(candidate, &self.situation)).await,
            Err(findings) => Ok(self.failed(Gate::Answer, findings)),
        }
    }

    /// The same for a method in Python: what it means in Aura, or what else it may mean if that does not pass.
    async fn examine_sketch(&mut self, text: String) -> Result<Examined, End> {
        self.step(Step::Reading);
        let (situation, sketch) = (self.situation.clone(), text.clone());
        let meant = match self.looked(move || sketch::translated(&sketch, &situation)).await? {
            Ok(meant) => meant,
            Err(findings) => return Ok(self.failed(Gate::Answer, findings)),
        };
        let mut last = Vec::new();
        for (i, source) in meant.into_iter().enumerate() {
            if i > 0 {
                self.step(Step::Repairing);
                self.step(Step::Reading);
            }
            self.trail.means(&source);
            match answer::kept(&source, &self.situation.selector) {
                Ok(source) => match self.gated(sketch::candidate(source, &text)).await? {
                    Ok(passed) => return Ok(Ok(passed)),
                    Err(findings) => last = findings,
                },
                Err(findings) => last = self.failed(Gate::Answer, findings).err().unwrap_or_default(),
            }
        }
        Ok(Err(last))
    }

    async fn gated(&mut self, candidate: Candidate) -> Result<Examined, End> {
        self.trail.passed(Gate::Parse);
        self.step(Step::Auditing);
        if let Err((gate, findings)) = self.judged(&candidate.source).await? {
            return Ok(self.failed(gate, findings));
        }
        self.step(Step::Compiling);
        let source = candidate.source.clone();
        if let Err(findings) = self.timed(|w| w.compile(source)).await? {
            return Ok(self.failed(Gate::Compile, findings));
        }
        self.trail.passed(Gate::Compile);
        self.proved(candidate).await
    }

    /// The gates before the compiler. What was passed is written down.
    async fn judged(&mut self, source: &str) -> Result<Result<(), (Gate, Vec<Diagnostic>)>, End> {
        let (source, situation, at) = (source.to_string(), self.situation.clone(), self.at_name.clone());
        let typing = self.door.typing.clone();
        let look = move || walk(&Submission { source: &source, situation: &situation, at: &at }, typing.as_ref());
        let Walk { passed, refused } = self.looked(look).await?;
        passed.into_iter().for_each(|gate| self.trail.passed(gate));
        Ok(refused.map_or(Ok(()), Err))
    }

    /// What the checker says of a method for this send.
    pub(super) async fn types_of(&mut self, source: &str) -> Result<Typed, End> {
        let Some(typing) = self.door.typing.clone() else { return Ok(Typed::default()) };
        let (source, situation, at) = (source.to_string(), self.situation.clone(), self.at_name.clone());
        self.looked(move || typing.judge(&source, &situation, &at, &Powers::at(&situation))).await
    }

    /// The gates that run it: tests, and the trial with the very send. It has been compiled.
    pub(super) async fn proved(&mut self, candidate: Candidate) -> Result<Examined, End> {
        let findings = self.tested(&candidate.source).await?;
        if !findings.is_empty() {
            return Ok(self.failed(Gate::Tests, findings));
        }
        self.step(Step::Trying);
        let at = self.at;
        let trial = self.timed(|w| w.try_out(at)).await?;
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
