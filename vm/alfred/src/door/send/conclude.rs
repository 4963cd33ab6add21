//! The end of a passage that goes well: approval, splice, keeping.

use super::{End, Passage, Tried};
use crate::answer::Candidate;
use crate::clients::{Answer, Request};
use crate::config::Mode;
use crate::diagnostic::{Diagnostic, Gate};
use crate::door::record::Passing;
use crate::door::{Approval, Lesson, Outcome, Proposal, Trial};
use crate::memory::Keeping;
use crate::state::Step;

impl Passage<'_> {
    /// Approval, splice, and keeping. Nothing if a person said no.
    pub(super) async fn conclude(
        &mut self,
        mut candidate: Candidate,
        mut trial: Trial,
        request: &Request,
        answer: &Answer,
    ) -> Result<Option<Lesson>, End> {
        let mut approver = None;
        while self.door.config.mode == Mode::Ask {
            self.step(Step::Approving);
            let proposal = self.proposal(&candidate, &trial, answer);
            match self.timed(Step::Approving, |w| w.approve(proposal)).await? {
                Approval::Yes => {
                    approver = Some("a person".to_string());
                    self.trail.passed(Gate::Approval);
                    break;
                }
                Approval::No => return Ok(None),
                Approval::Edited(text) => {
                    self.trail.edited(&text);
                    match self.examine(&text).await? {
                        Tried::Passed(edited, again) => {
                            (candidate, trial) = (Candidate { plan: "edited by a person".into(), ..edited }, again)
                        }
                        Tried::Failed(findings) => {
                            return Err(Outcome::NotLearned { candidates: self.trail.candidates(), findings });
                        }
                    }
                }
            }
        }
        self.step(Step::Splicing);
        let at = self.at;
        if let Err(why) = self.timed(Step::Splicing, |w| w.install(at)).await? {
            let finding = Diagnostic::new(Gate::Compile, "not-installed", why);
            return Err(Outcome::NotLearned { candidates: self.trail.candidates(), findings: vec![finding] });
        }
        self.step(Step::Done);
        let kept = self.keep(&candidate, &trial, request, answer, approver).await;
        Ok(Some(self.lesson(candidate, trial, answer, kept)))
    }

    fn proposal(&self, candidate: &Candidate, trial: &Trial, answer: &Answer) -> Proposal {
        Proposal {
            selector: self.situation.selector.clone(),
            at: self.at_name.clone(),
            source: candidate.source.clone(),
            plan: candidate.plan.clone(),
            model: answer.model.clone(),
            trial: trial.summary.clone(),
            place: self.situation.place(),
        }
    }

    /// Keeps the method with its provenance. A failure to do so does not stop the program.
    async fn keep(
        &mut self,
        candidate: &Candidate,
        trial: &Trial,
        request: &Request,
        answer: &Answer,
        approver: Option<String>,
    ) -> Option<String> {
        let at = self.situation.path.get(self.at)?.path.clone()?;
        let passing = Passing { situation: self.situation, index: self.at, at, candidate, trial, request, answer, approver };
        let place = self.door.asker.place();
        let placed = self.door.config.install_at.is_some();
        let learning = self.trail.learning(passing, place, placed);
        let keeping = match self.timed(Step::Splicing, |w| w.keep(Box::new(learning))).await {
            Ok(keeping) => keeping,
            Err(_) => Keeping::failed("the machine did not say whether the method was kept".into()),
        };
        keeping.notes.into_iter().for_each(|n| self.door.account.note(n));
        keeping.kept
    }

    fn lesson(&self, candidate: Candidate, trial: Trial, answer: &Answer, kept: Option<String>) -> Lesson {
        Lesson {
            selector: self.situation.selector.clone(),
            at: self.at_name.clone(),
            source: candidate.source,
            model: answer.model.clone(),
            through: self.door.asker.place(),
            took: self.began.elapsed(),
            waited: self.waited,
            tokens: self.tokens,
            candidates: self.trail.candidates(),
            trial: trial.summary,
            kept,
            record: self.record.clone(),
        }
    }
}
