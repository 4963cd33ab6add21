//! The end of a passage that goes well: approval, splice, keeping.

use std::time::SystemTime;

use super::examine::Examined;
use super::{End, Passage, Survivor};
use crate::answer::Candidate;
use crate::chronicle::Learning;
use crate::clients::{Answer, Request};
use crate::config::Mode;
use crate::diagnostic::{Diagnostic, Gate};
use crate::door::record::Passing;
use crate::door::{Approval, Lesson, Outcome, Place, Proposal, Trial};
use crate::learned::Provenance;
use crate::memory::Keeping;
use crate::situation::Holder;
use crate::state::Step;

/// Whoever sits there.
const PERSON: &str = "a person";

impl Passage<'_> {
    /// Approval, splice, and keeping. Nothing if a person said no.
    pub(super) async fn conclude(&mut self, survivor: Survivor) -> Result<Option<Lesson>, End> {
        let Survivor { mut candidate, mut trial, request, answer, number } = survivor;
        self.trail.current = number;
        let mut approver = None;
        let mut problem = None;
        while self.door.config.mode == Mode::Ask || self.door.config.shows_all {
            self.step(Step::Approving);
            let (mut proposal, places) = self.proposal(&candidate, &trial, &answer, problem.take()).await?;
            let learning = self.learning(&candidate, &trial, &request, &answer, Some(PERSON.to_string()));
            proposal.comment = Provenance::of(&learning).comment(SystemTime::now());
            let examined = match self.timed(|w| w.approve(proposal)).await? {
                Approval::Yes => {
                    approver = Some(PERSON.to_string());
                    self.trail.passed(Gate::Approval);
                    break;
                }
                Approval::No => return Ok(None),
                Approval::Edited(text) => self.edited(&text).await?,
                Approval::Elsewhere(place) => {
                    // A place that was not offered is the one that it is at.
                    let at = places.get(place).map_or(self.at, |p| p.index);
                    self.elsewhere(at, &candidate).await?
                }
            };
            match examined {
                Ok(better) => (candidate, trial) = better,
                // What was there before still stands.
                Err(findings) => {
                    problem = Some(findings.iter().map(Diagnostic::to_string).collect::<Vec<_>>().join("; "));
                    self.step(Step::Repairing);
                    self.make_current(&candidate.source).await?;
                }
            }
        }
        self.step(Step::Splicing);
        let at = self.at;
        if let Err(why) = self.timed(|w| w.install(at)).await? {
            let finding = Diagnostic::new(Gate::Compile, "not-installed", why);
            return Err(Outcome::NotLearned { candidates: self.trail.candidates(), findings: vec![finding] });
        }
        self.step(Step::Keeping);
        let kept = self.keep(&candidate, &trial, &request, &answer, approver).await;
        self.step(Step::Done);
        Ok(Some(self.lesson(candidate, trial, &answer, kept)))
    }

    /// A person's edit, through all gates. One that does not pass leaves the candidate that was there.
    async fn edited(&mut self, text: &str) -> Result<Examined, End> {
        let (before, by_person, marks) = (self.trail.current, self.exams.by_person, self.exams.last.clone());
        self.trail.edited(text);
        self.exams.by_person = true;
        let examined = self.examine(text).await?;
        if examined.is_err() {
            (self.trail.current, self.exams.by_person, self.exams.last) = (before, by_person, marks);
        }
        Ok(examined.map(|(edited, trial)| (Candidate { plan: "edited by a person".into(), ..edited }, trial)))
    }

    /// The same method at another object: what depends on the place is done again.
    async fn elsewhere(&mut self, at: usize, candidate: &Candidate) -> Result<Examined, End> {
        let (before, moved, marks) = (self.at, self.moved, self.exams.last.clone());
        self.go_to(at);
        self.moved = true;
        let proved = self.proved(candidate.clone()).await?;
        if proved.is_err() {
            self.go_to(before);
            (self.moved, self.exams.last) = (moved, marks);
        }
        Ok(proved)
    }

    async fn proposal(
        &mut self,
        candidate: &Candidate,
        trial: &Trial,
        answer: &Answer,
        problem: Option<String>,
    ) -> Result<(Proposal, Vec<Place>), End> {
        let typed = self.types_of(&candidate.source).await?;
        let path = self.situation.path.iter().enumerate();
        let mut places: Vec<Place> = path.filter_map(|(index, h)| place(index, h)).collect();
        if !places.iter().any(|p| p.index == self.at) {
            let note = "for this run only".into();
            places.insert(0, Place { index: self.at, name: self.at_name.clone(), note });
        }
        let shown = |text: String| Some(text).filter(|t| !t.is_empty());
        let tests = self.exams.records().into_iter().map(|r| format!("{}: {}", r.test, r.went));
        let proposal = Proposal {
            selector: self.situation.selector.clone(),
            at: places.iter().position(|p| p.index == self.at).unwrap_or(0),
            places: places.clone(),
            source: candidate.source.clone(),
            plan: candidate.plan.clone(),
            model: answer.model.clone(),
            types: shown(typed.signature),
            effects: shown(typed.effects),
            tests: tests.collect(),
            trial: trial.summary.clone(),
            agreement: self.agreement.as_ref().map(|a| a.said.clone()),
            problem,
            place: self.situation.place(),
            comment: String::new(),
        };
        Ok((proposal, places))
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
        self.situation.path.get(self.at)?.path.as_ref()?;
        let learning = self.learning(candidate, trial, request, answer, approver);
        let keeping = match self.timed(|w| w.keep(Box::new(learning))).await {
            Ok(keeping) => keeping,
            Err(_) => Keeping::failed("the machine did not say whether the method was kept".into()),
        };
        keeping.notes.into_iter().for_each(|n| self.door.account.note(n));
        keeping.kept
    }

    /// Everything that is known about the method.
    fn learning(
        &self,
        candidate: &Candidate,
        trial: &Trial,
        request: &Request,
        answer: &Answer,
        approver: Option<String>,
    ) -> Learning {
        let (situation, index, at) = (&*self.situation, self.at, self.at_name.clone());
        let place = self.door.asker.place();
        let placed = self.door.config.install_at.is_some() || self.moved;
        let (tests, agreement) = (self.exams.records(), self.agreement.clone());
        let comment = self.briefing.intent.as_ref().map_or_else(String::new, |i| i.comment.clone());
        let passing = Passing { situation, index, at, candidate, trial, request, answer, approver, tests, agreement, comment };
        self.trail.learning(passing, place, placed)
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

/// An object of the path as a place for a method, if source can reach it.
fn place(index: usize, holder: &Holder) -> Option<Place> {
    let note = match holder {
        Holder { is_shared: true, .. } => "everybody inherits from it",
        Holder { is_receiver: true, .. } => "the receiver itself",
        Holder { of_script: false, .. } => "of the standard library",
        _ => "",
    };
    Some(Place { index, name: holder.path.clone()?, note: note.into() })
}
