//! One send, from the pause to its end.

mod ask;
mod conclude;

use std::time::{Duration, Instant};

use crate::answer::{self, Candidate};
use crate::clients::Tokens;
use crate::config::{Config, Mode};
use crate::diagnostic::{Diagnostic, Gate};
use crate::gates::{Context, Powers, audit, mended, refused, unknown};
use crate::prompt::Attempt;
use crate::refuse::{Refusal, refuse};
use crate::situation::{Situation, home};
use crate::state::{Record, Step};

use super::record::Trail;
use super::{Account, Asker, Lesson, Outcome, Story, Trial, World};

/// What lasts from one send to the next.
pub struct Door {
    /// The settings.
    pub config: Config,
    /// Whom it asks.
    pub asker: Asker,
    /// What happened so far.
    pub account: Account,
}

/// A send on its way.
struct Passage<'a> {
    door: &'a mut Door,
    situation: &'a Situation,
    world: &'a mut dyn World,
    record: Record,
    began: Instant,
    /// The object of the path at which the method will be installed, and its name.
    at: usize,
    at_name: String,
    tokens: Tokens,
    waited: Duration,
    trail: Trail,
}

/// Why a passage ends without a method.
type End = Outcome;

/// What came of one candidate.
enum Tried {
    Passed(Candidate, Trial),
    Failed(Vec<Diagnostic>),
}

/// Answers one send.
pub async fn answer(door: &mut Door, situation: &Situation, world: &mut dyn World) -> Outcome {
    let record = Record::new(situation.id, &situation.selector);
    let began = Instant::now();
    let (at, at_name) = (0, String::new());
    let mut passage = Passage {
        door,
        situation,
        world,
        record,
        began,
        at,
        at_name,
        tokens: Tokens::default(),
        waited: Duration::ZERO,
        trail: Trail::default(),
    };
    let outcome = passage.go().await.unwrap_or_else(|end| end);
    match &outcome {
        Outcome::Learned(lesson) => passage.door.account.lessons.push((**lesson).clone()),
        _ if passage.record.is_over() => {}
        _ => passage.step(Step::GaveUp),
    }
    passage.tell(&outcome);
    outcome
}

impl Passage<'_> {
    async fn go(&mut self) -> Result<Outcome, End> {
        self.step(Step::Weighing);
        if self.timed(Step::Weighing, |w| w.understood()).await? {
            return Ok(Outcome::Understood);
        }
        self.weigh()?;
        self.step(Step::Gathering);
        self.find_home()?;
        let mut last = Vec::new();
        for sample in 1..=self.door.config.samples {
            match self.sample(sample).await? {
                Ok(lesson) => return Ok(Outcome::Learned(Box::new(lesson))),
                Err(findings) => last = findings,
            }
        }
        self.step(Step::GaveUp);
        Ok(Outcome::NotLearned { candidates: self.trail.candidates(), findings: last })
    }

    fn weigh(&mut self) -> Result<(), End> {
        let config = &self.door.config;
        let verdict = match config.mode {
            Mode::Off => Some(Refusal::Off),
            _ => refuse(self.situation, config.budget.depth).or_else(|| self.door.asker.admit(config).err()),
        };
        verdict.map_or(Ok(()), |refusal| Err(Outcome::Refused(refusal)))
    }

    /// Where the method goes: where the settings say, or where the rule says.
    fn find_home(&mut self) -> Result<(), End> {
        let path = &self.situation.path;
        let wanted = self.door.config.install_at.as_ref();
        let holder = match wanted {
            Some(name) => path.iter().find(|h| h.path.as_ref() == Some(name)),
            None => home(self.situation),
        };
        // An object without a name can be taught for this run at least.
        let holder = holder.or_else(|| path.first().filter(|h| wanted.is_none() && !h.is_shared));
        let Some(holder) = holder else { return Err(Outcome::NoPlace) };
        self.at = path.iter().position(|h| std::ptr::eq(h, holder)).unwrap_or(0);
        self.at_name = holder.path.clone().unwrap_or_else(|| "(an object without a name)".into());
        Ok(())
    }

    /// One conversation: a first answer and its repairs. The inner error is what was wrong with the last candidate.
    async fn sample(&mut self, sample: u32) -> Result<Result<Lesson, Vec<Diagnostic>>, End> {
        let mut failed: Vec<Attempt> = self.refused_before();
        for repair in 0..=self.door.config.repairs {
            if sample + repair > 1 && self.record.step() != Step::Repairing {
                self.step(Step::Repairing);
            }
            self.door.asker.check(&self.door.config).map_err(Outcome::Refused)?;
            let (request, answer) = match self.ask(sample, &failed).await? {
                Ok(pair) => pair,
                // An answer of no use has nothing to repair: a fresh sample may be better.
                Err((request, error)) => {
                    let finding = Diagnostic::new(Gate::Answer, error.code(), error.to_string()).fix(error.remedy());
                    self.trail.useless(&request, (sample, repair), finding.clone());
                    return Ok(Err(vec![finding]));
                }
            };
            self.trail.begin(&request, &answer, (sample, repair));
            let repeated = failed.last().is_some_and(|f| f.answer == answer.text);
            match self.examine(&answer.text).await? {
                Tried::Passed(candidate, trial) => {
                    if let Some(lesson) = self.conclude(candidate, trial, &request, &answer).await? {
                        return Ok(Ok(lesson));
                    }
                    return Err(Outcome::Rejected);
                }
                Tried::Failed(findings) => {
                    failed.push(Attempt { answer: answer.text, findings });
                    self.step(Step::Repairing);
                }
            }
            if repeated {
                break;
            }
        }
        Ok(Err(failed.pop().map_or_else(Vec::new, |f| f.findings)))
    }

    /// Sends a model's answer, or a person's edit, through the gates.
    async fn examine(&mut self, text: &str) -> Result<Tried, End> {
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
        let mut findings = refused::again(&candidate.source, &self.at_name, self.situation);
        if findings.is_empty() {
            findings = audit(&candidate.source, &Context::of(self.situation, Powers::none()));
        }
        if findings.is_empty() {
            findings = unknown(&candidate.source, self.situation);
        }
        if !findings.is_empty() {
            return Ok(self.failed(Gate::Audit, findings));
        }
        self.trail.passed(Gate::Audit);
        self.step(Step::Compiling);
        let source = candidate.source.clone();
        if let Err(findings) = self.timed(Step::Compiling, |w| w.compile(source)).await? {
            return Ok(self.failed(Gate::Compile, findings));
        }
        self.trail.passed(Gate::Compile);
        self.step(Step::Trying);
        let at = self.at;
        let trial = self.timed(Step::Trying, |w| w.try_out(at)).await?;
        Ok(match &trial.finding {
            Some(finding) => self.failed(Gate::Trial, vec![finding.clone()]),
            None => {
                self.trail.passed(Gate::Trial);
                Tried::Passed(candidate, trial)
            }
        })
    }

    fn failed(&mut self, gate: Gate, findings: Vec<Diagnostic>) -> Tried {
        self.trail.failed(gate, &findings);
        Tried::Failed(findings)
    }

    /// What an evaluation counts: also of a send that was given up.
    fn tell(self, outcome: &Outcome) {
        self.door.account.stories.push(Story {
            selector: self.situation.selector.clone(),
            at: self.at_name,
            candidates: self.trail.all(),
            outcome: outcome.clone(),
            tokens: self.tokens,
            took: self.began.elapsed(),
            waited: self.waited,
        });
    }

    fn step(&mut self, to: Step) {
        let went = self.record.advance(to, self.began.elapsed());
        debug_assert!(went.is_ok(), "{went:?}");
    }

    /// A request to the world, within the deadline of its step.
    async fn timed<T>(
        &mut self,
        step: Step,
        request: impl FnOnce(&mut dyn World) -> crate::clients::Eventually<'_, T>,
    ) -> Result<T, End> {
        let limit = step.deadline(self.door.config.deadlines.total).unwrap_or(Duration::MAX);
        match tokio::time::timeout(limit, request(&mut *self.world)).await {
            Ok(answer) => Ok(answer),
            Err(_) => Err(Outcome::Stalled { step: format!("{step:?}").to_lowercase() }),
        }
    }
}
