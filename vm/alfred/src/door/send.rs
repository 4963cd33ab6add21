//! One send, from the pause to its end.

mod ask;
mod cascade;
mod choose;
mod conclude;
mod examine;
mod exams;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::answer::Candidate;
use crate::clients::{Answer, Eventually, Request, Tokens};
use crate::config::{Cascade, Config, Mode, Tests};
use crate::diagnostic::{Diagnostic, Gate};
use crate::gates::Clerk;
use crate::ledger::{Ledger, Nowhere};
use crate::persona::{Briefing, Here, Library};
use crate::prompt::Attempt;
use crate::refuse::{Refusal, refuse};
use crate::situation::{Situation, home};
use crate::state::{Record, Step};
use crate::typing::Typing;

use super::record::{Agreement, Trail};
use super::{Account, Asker, Outcome, Story, Trial, World};
use exams::Exams;

/// What lasts from one send to the next.
pub struct Door {
    /// The settings.
    pub config: Config,
    /// Whom it asks.
    pub asker: Asker,
    /// What happened so far.
    pub account: Account,
    /// Where BABS looks.
    pub library: Box<dyn Library>,
    /// Where the sends that are under way are recorded.
    pub ledger: Box<dyn Ledger>,
    /// The checker, if there is one.
    pub typing: Option<Typing>,
    /// Who looks at texts.
    pub clerk: Clerk,
}

impl Door {
    /// A door at which nothing has happened, with the simplest library and without a durable record.
    pub fn new(config: Config) -> Self {
        let (library, ledger) = (Box::new(Here), Box::new(Nowhere));
        let (asker, account) = (Asker::new(), Account::default());
        Self { config, asker, account, library, ledger, typing: None, clerk: Clerk::default() }
    }
}

/// A send on its way.
struct Passage<'a> {
    door: &'a mut Door,
    situation: Arc<Situation>,
    world: &'a mut dyn World,
    record: Record,
    began: Instant,
    /// The object of the path at which the method will be installed, and its name.
    at: usize,
    at_name: String,
    /// A person chose that object.
    moved: bool,
    tokens: Tokens,
    waited: Duration,
    trail: Trail,
    briefing: Briefing,
    /// The other personas were asked. They are once.
    cascaded: bool,
    exams: Exams,
    agreement: Option<Agreement>,
}

/// Why a passage ends without a method.
type End = Outcome;

/// A candidate that has passed the gates.
struct Survivor {
    candidate: Candidate,
    trial: Trial,
    request: Request,
    answer: Answer,
    /// Its number among all candidates.
    number: usize,
}

/// Answers one send.
pub async fn answer(door: &mut Door, situation: &Situation, world: &mut dyn World) -> Outcome {
    for stopped in door.ledger.left_behind() {
        door.account.note(stopped.note());
    }
    let mut passage = Passage {
        door,
        situation: Arc::new(situation.clone()),
        world,
        record: Record::of(situation),
        began: Instant::now(),
        at: 0,
        at_name: String::new(),
        moved: false,
        tokens: Tokens::default(),
        waited: Duration::ZERO,
        trail: Trail::default(),
        briefing: Briefing::default(),
        cascaded: false,
        exams: Exams::default(),
        agreement: None,
    };
    passage.write_down();
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
        if self.timed(|w| w.understood()).await? {
            return Ok(Outcome::Understood);
        }
        self.weigh()?;
        self.step(Step::Gathering);
        self.find_home()?;
        self.ask_checker().await;
        self.find_tests().await?;
        match (self.door.config.cascade, self.door.config.tests) {
            (Cascade::Always, _) => self.cascade().await?,
            (_, Tests::Robin) => self.intend().await?,
            _ => {}
        }
        let (survivors, findings) = self.samples().await?;
        if survivors.is_empty() {
            return Ok(Outcome::NotLearned { candidates: self.trail.candidates(), findings });
        }
        let chosen = self.choose(survivors).await?;
        match self.conclude(chosen).await? {
            Some(lesson) => Ok(Outcome::Learned(Box::new(lesson))),
            None => Ok(Outcome::Rejected),
        }
    }

    /// Fresh samples until as many candidates have passed as are wanted, or too many have not. With those that passed comes
    /// what was wrong with the last one that did not.
    async fn samples(&mut self) -> Result<(Vec<Survivor>, Vec<Diagnostic>), End> {
        let Config { candidates, samples, cascade, .. } = self.door.config;
        let (wanted, most) = (candidates.max(1) as usize, candidates.max(1) + samples.max(1) - 1);
        let (mut survivors, mut last) = (Vec::new(), Vec::new());
        for sample in 1..=most {
            match self.sample(sample).await? {
                Ok(survivor) => survivors.push(survivor),
                Err(findings) => last = findings,
            }
            if survivors.len() == wanted {
                break;
            }
            let failed = self.record.step() == Step::Repairing;
            if failed && cascade == Cascade::OnFailure && !self.cascaded && sample < most {
                self.cascade().await?;
            }
        }
        Ok((survivors, last))
    }

    fn weigh(&mut self) -> Result<(), End> {
        let config = &self.door.config;
        let verdict = match config.mode {
            Mode::Off => Some(Refusal::Off),
            _ => refuse(&self.situation, config.budget.depth).or_else(|| self.door.asker.admit(config).err()),
        };
        verdict.map_or(Ok(()), |refusal| Err(Outcome::Refused(refusal)))
    }

    /// Where the method goes: where the settings say, or where the rule says.
    fn find_home(&mut self) -> Result<(), End> {
        let situation = self.situation.clone();
        let path = &situation.path;
        let wanted = self.door.config.install_at.as_ref();
        let holder = match wanted {
            Some(name) => path.iter().find(|h| h.path.as_ref() == Some(name)),
            None => home(&situation),
        };
        // An object without a name can be taught for this run at least.
        let holder = holder.or_else(|| path.first().filter(|h| wanted.is_none() && !h.is_shared));
        let Some(holder) = holder else { return Err(Outcome::NoPlace) };
        let at = path.iter().position(|h| std::ptr::eq(h, holder)).unwrap_or(0);
        self.go_to(at);
        Ok(())
    }

    /// The method will go to object `at` of the path.
    fn go_to(&mut self, at: usize) {
        self.at = at;
        let name = self.situation.path.get(at).and_then(|h| h.path.clone());
        self.at_name = name.unwrap_or_else(|| "(an object without a name)".into());
    }

    /// One conversation: a first answer and its repairs. The inner error is what was wrong with the last candidate.
    async fn sample(&mut self, sample: u32) -> Result<Result<Survivor, Vec<Diagnostic>>, End> {
        let mut failed: Vec<Attempt> = self.refused_before();
        for repair in 0..=self.door.config.repairs {
            self.door.asker.check(&self.door.config).map_err(Outcome::Refused)?;
            let (request, answer) = match self.ask(sample, &failed).await? {
                Ok(pair) => pair,
                // An answer of no use has nothing to repair: a fresh sample may be better.
                Err((request, error)) => {
                    let finding = Diagnostic::new(Gate::Answer, error.code(), error.to_string()).fix(error.remedy());
                    self.trail.useless(&request, (sample, repair), finding.clone());
                    self.step(Step::Repairing);
                    return Ok(Err(vec![finding]));
                }
            };
            self.trail.begin(&request, &answer, (sample, repair));
            let repeated = failed.last().is_some_and(|f| f.answer == answer.text);
            match self.examine(&answer.text).await? {
                Ok((candidate, trial)) => {
                    let number = self.trail.candidates() as usize - 1;
                    return Ok(Ok(Survivor { candidate, trial, request, answer, number }));
                }
                Err(findings) => {
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

    /// What an evaluation counts: also of a send that was given up.
    fn tell(self, outcome: &Outcome) {
        self.door.account.stories.push(Story {
            selector: self.situation.selector.clone(),
            at: self.at_name,
            chosen: self.trail.current,
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
        self.write_down();
    }

    fn write_down(&mut self) {
        if let Err(why) = self.door.ledger.came_to(&self.record) {
            self.door.account.note(why);
        }
    }

    /// Tells the situation what the checker knows of the call. A checker that does not answer is done without.
    async fn ask_checker(&mut self) {
        let Some(typing) = self.door.typing.clone() else { return };
        let (mut situation, at) = (self.situation.clone(), self.at_name.clone());
        let told = self.looked(move || {
            typing.tell(Arc::make_mut(&mut situation), &at);
            situation
        });
        match told.await {
            Ok(told) => self.situation = told,
            Err(_) => self.door.account.note("the checker did not say in time what the call is about"),
        }
    }

    /// What is left of the time for the step that the send is in.
    fn left(&self) -> Duration {
        self.record.left(self.began.elapsed(), &self.door.config.waits()).unwrap_or(Duration::MAX)
    }

    fn late<T>(&self) -> Result<T, End> {
        Err(Outcome::Stalled { step: self.record.step().name().into() })
    }

    /// A request to the world, within what is left of the step's time.
    async fn timed<T>(&mut self, request: impl FnOnce(&mut dyn World) -> Eventually<'_, T>) -> Result<T, End> {
        match tokio::time::timeout(self.left(), request(&mut *self.world)).await {
            Ok(answer) => Ok(answer),
            Err(_) => self.late(),
        }
    }

    /// What the clerk finds, within the time for the gates and what is left of the step's.
    async fn looked<T: Send + 'static>(&mut self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, End> {
        let at_most = self.left().min(self.door.config.gates);
        match self.door.clerk.within(at_most, work).await {
            Some(found) => Ok(found),
            None => self.late(),
        }
    }
}
