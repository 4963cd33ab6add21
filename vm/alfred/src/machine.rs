//! The machine's side of the door: what the host of a [`Vm`] does when a process stops at a send that nothing understood.
//!
//! The host's loop hands a paused process to [`Machine::paused`], and calls [`Machine::poll`] between slices (or
//! [`Machine::wait`] when nothing can run); everything that needs a model happens on another thread. What must stay true:
//! nothing here waits longer than it is told to; a process that stands at a send stays as it is until its method is there or
//! was given up; a request about a send that is gone is answered with an error, never ignored.
//!
//! Methods of earlier runs are installed when they are first needed (`recall`), after the gates that new ones pass.

mod describe;
mod inputs;
mod probe;
mod recall;
mod remote;
mod shelves;
mod trial;

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aura_run::{CapSet, Capability, Compiled, Missing, ProcessId, Vm};
use tokio::sync::mpsc::UnboundedSender;

use crate::config::Config;
use crate::diagnostic::{Diagnostic, Gate};
use crate::door::{Account, Approval, Door, Outcome, Proposal};
use crate::exam::{self, Script};
use crate::gates::{Clerk, own_names};
use crate::ledger::Ledger;
use crate::memory::{Known, Memories, MemoryError};
use crate::persona::Library;
use crate::situation::Situation;
use crate::typing::Typing;

pub use describe::situation;
use recall::{Recall, Tools};
use remote::{Job, Request};

/// Compiles and verifies a method slot: a name for the text and the text in. Given by the host, because the compiler is its
/// business.
pub type MethodCompiler = Box<dyn Fn(&str, &str) -> Result<Compiled, Vec<aura_syntax::Diagnostic>>>;

/// Whether a send may be asked about.
pub type Meant = Box<dyn Fn(&Missing) -> bool>;

/// What became of a paused process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Paused {
    /// It stands at something else than a send that a method would help; the host deals with it.
    NotMine,
    /// A method of an earlier run was installed; it goes on.
    GoesOn,
    /// It waits for a method.
    Waiting,
}

/// What the host hears from [`Machine::poll`].
pub enum Word {
    /// This process goes on with its send.
    GoesOn(ProcessId),
    /// This process's send was given up; it still stands there. The host aborts it, or offers restarts.
    GivenUp(ProcessId, Box<Outcome>),
    /// A person is to decide; the answer goes to [`Question::answer`].
    Ask(Question),
}

/// A question to a person.
pub struct Question {
    /// What about.
    pub proposal: Box<Proposal>,
    reply: tokio::sync::oneshot::Sender<Approval>,
}

impl Question {
    /// The person's answer. Without one (the question is dropped) it is no.
    pub fn answer(self, approval: Approval) {
        // The door may have given up in the meantime; then nobody listens.
        let _ = self.reply.send(approval);
    }
}

/// The machine's side of the door.
pub struct Machine {
    compile: MethodCompiler,
    recall: Recall,
    limits: aura_run::TrialLimits,
    /// For the gates that look at a text, and who does.
    gates: Duration,
    clerk: Clerk,
    /// The checker, for what is remembered.
    typing: Option<Typing>,
    /// Nobody is asked; what was learned earlier still belongs to the program.
    off: bool,
    /// Which sends may be asked about, if not all.
    is_meant: Option<Meant>,
    /// The script, in and beside which the user's tests are looked for.
    script: Script,
    waiting: Vec<Waiting>,
    next: u64,
    jobs: Option<UnboundedSender<Job>>,
    requests: Receiver<Request>,
    /// Kept so that the door's thread can be started when it is first needed.
    sender: Sender<Request>,
    door: Arc<Mutex<Option<Door>>>,
    account: Arc<Mutex<Account>>,
}

/// A send that waits.
struct Waiting {
    id: u64,
    missing: Missing,
    candidate: Option<Compiled>,
}

impl Machine {
    /// Opens the door for a script. `source` is its text: what its own objects define is no stranger to the guardian. `memories`
    /// are where its files keep what is learned for them.
    pub fn open(config: Config, source: &str, memories: Box<dyn Memories>, compile: MethodCompiler) -> Self {
        let recall = Recall::new(memories, own_names(source), config.install_at.clone());
        let limits = aura_run::TrialLimits {
            fuel: config.trial.fuel,
            heap: config.trial.heap,
            depth: config.trial.stack,
            time: config.trial.time,
        };
        let (sender, requests) = channel();
        let off = config.mode == crate::config::Mode::Off;
        // What is learned for a file lies beside it.
        let path = config.learned.as_ref().map(|learned| learned.with_file_name(&config.script));
        let script = Script { name: config.script.clone(), text: source.to_string(), path };
        let gates = config.gates;
        let door = Door::new(config);
        let clerk = door.clerk.clone();
        Self {
            compile,
            recall,
            limits,
            gates,
            clerk,
            typing: None,
            off,
            is_meant: None,
            script,
            waiting: Vec::new(),
            next: 1,
            jobs: None,
            requests,
            sender,
            door: Arc::new(Mutex::new(Some(door))),
            account: Arc::default(),
        }
    }

    /// Has only these sends asked about. What was learned earlier still belongs to the program.
    #[must_use]
    pub fn with_only(self, is_meant: Meant) -> Self {
        Self { is_meant: Some(is_meant), ..self }
    }

    /// Has the sends that are under way recorded there. To be called before the first send.
    #[must_use]
    pub fn with_ledger(self, ledger: Box<dyn Ledger>) -> Self {
        self.change(|door| door.ledger = ledger)
    }

    /// Has BABS look there. To be called before the first send.
    #[must_use]
    pub fn with_library(self, library: Box<dyn Library>) -> Self {
        self.change(|door| door.library = library)
    }

    /// Has the checker look at candidates, and at what is remembered. To be called before the first send.
    #[must_use]
    pub fn with_types(mut self, typing: Typing) -> Self {
        self.typing = Some(typing.clone());
        self.change(|door| door.typing = Some(typing))
    }

    fn change(self, change: impl FnOnce(&mut Door)) -> Self {
        if let Some(door) = &mut *self.door.lock().unwrap_or_else(|e| e.into_inner()) {
            change(door);
        }
        self
    }

    /// A process has paused: is it the door's business?
    ///
    /// # Errors
    /// When what was learned earlier cannot be used. The send is given up: nobody knows what it would have been answered with.
    pub fn paused(&mut self, vm: &mut Vm, process: ProcessId) -> Result<Paused, MemoryError> {
        let Some(missing) = vm.missing(process) else { return Ok(Paused::NotMine) };
        let Self { recall, compile, limits, gates, clerk, account, typing, .. } = self;
        let mut tools = Tools { vm, compile, limits: *limits, gates: *gates, clerk, typing: typing.as_ref(), account };
        let remembered = recall.remember(&missing, &mut tools);
        let is_meant = self.is_meant.as_ref().is_none_or(|is_meant| is_meant(&missing));
        if matches!(remembered, Ok(false)) && !self.off && is_meant {
            self.submit(vm, missing);
            return Ok(Paused::Waiting);
        }
        vm.let_go(missing);
        if let Err(error) = &remembered {
            self.account.lock().unwrap_or_else(|e| e.into_inner()).note(error.to_string());
        }
        let goes_on = remembered? && vm.retry(process);
        Ok(if goes_on { Paused::GoesOn } else { Paused::NotMine })
    }

    /// Whether a send waits for a method.
    pub fn is_busy(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Does what the door has asked for so far. Never waits.
    pub fn poll(&mut self, vm: &mut Vm) -> Vec<Word> {
        let mut words = Vec::new();
        while let Ok(request) = self.requests.try_recv() {
            words.extend(self.serve(vm, request));
        }
        words
    }

    /// As [`Machine::poll`], but waits for the first request, at most this long: for when no process can run.
    pub fn wait(&mut self, vm: &mut Vm, at_most: Duration) -> Vec<Word> {
        match self.requests.recv_timeout(at_most) {
            Ok(request) => {
                let mut words: Vec<Word> = self.serve(vm, request).into_iter().collect();
                words.extend(self.poll(vm));
                words
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Vec::new(),
        }
    }

    /// What happened at the door so far.
    pub fn account(&self) -> Account {
        self.account.lock().map_or_else(|e| e.into_inner().clone(), |a| a.clone())
    }

    /// Installs all that is remembered for the program's files, as far as it fits what they are now.
    ///
    /// # Errors
    /// When what is remembered is damaged.
    pub fn bring_all(&mut self, vm: &mut Vm) -> Result<(), MemoryError> {
        let Self { recall, compile, limits, gates, clerk, account, typing, .. } = self;
        let mut tools = Tools { vm, compile, limits: *limits, gates: *gates, clerk, typing: typing.as_ref(), account };
        recall.bring_all(&mut tools)
    }

    /// Where a method comes from that was installed in this run, as the comment before it would say.
    pub fn origin(&self, selector: &str, source: &str) -> Option<&str> {
        self.recall.origin(selector, source)
    }

    /// The methods that are remembered for a file, installed or not.
    ///
    /// # Errors
    /// When what is remembered is damaged.
    pub fn remembered(&mut self, vm: &mut Vm, file: &str) -> Result<Vec<Known>, MemoryError> {
        self.recall.of_file(file, vm)
    }

    fn submit(&mut self, vm: &Vm, missing: Missing) {
        let id = self.next;
        self.next += 1;
        let mut situation = describe::situation(id, &missing, vm);
        self.recall.tell(&missing, vm, &mut situation);
        let own: Vec<&str> = missing.module.iter().map(|s| s.name.as_str()).collect();
        situation.tests = exam::of_user(&self.script, &missing.selector, &own);
        self.waiting.push(Waiting { id, missing, candidate: None });
        let job = Job { situation, world: remote::Remote::new(id, self.sender.clone()) };
        let jobs = self.jobs.get_or_insert_with(|| remote::start(self.door.clone(), self.account.clone(), self.sender.clone()));
        if let Err(lost) = jobs.send(job) {
            // The door's thread is gone (it cannot be, short of a panic there): the send is given up at the next poll.
            let _ = self
                .sender
                .send(Request::Done { id: lost.0.situation.id, outcome: Box::new(Outcome::Stalled { step: "door".into() }) });
        }
    }

    fn serve(&mut self, vm: &mut Vm, request: Request) -> Option<Word> {
        match request {
            Request::Understood { id, reply } => {
                let _ = reply.send(self.understood(vm, id));
            }
            Request::Compile { id, source, reply } => {
                let _ = reply.send(self.compile(id, &source));
            }
            Request::Try { id, at, reply } => {
                let waiting = self.find(id).and_then(|w| Some((&w.missing, w.candidate.as_ref()?)));
                let _ = reply.send(trial::run(waiting, vm, at, self.limits));
            }
            Request::Evaluate { id, at, expressions, reply } => {
                let waiting = self.find(id).map(|w| (&w.missing, w.candidate.as_ref()));
                let _ = reply.send(probe::evaluate(waiting, vm, at, &expressions, self.limits));
            }
            Request::Observe { id, at, reply } => {
                let waiting = self.find(id).and_then(|w| Some((&w.missing, w.candidate.as_ref()?)));
                let _ = reply.send(probe::observe(waiting, vm, at, self.limits));
            }
            Request::Install { id, at, reply } => {
                let _ = reply.send(self.install(vm, id, at));
            }
            Request::Keep { learning, reply } => {
                let _ = reply.send(self.recall.keep(vm, *learning));
            }
            Request::Approve { proposal, reply } => return Some(Word::Ask(Question { proposal, reply })),
            Request::Done { id, outcome } => return self.done(vm, id, outcome),
        }
        None
    }

    fn find(&self, id: u64) -> Option<&Waiting> {
        self.waiting.iter().find(|w| w.id == id)
    }

    /// Another send may have brought the method in the meantime.
    fn understood(&self, vm: &mut Vm, id: u64) -> bool {
        let Some(process) = self.find(id).map(|w| w.missing.process) else { return false };
        let Some(now) = vm.missing(process) else { return false };
        let known = now.understood.contains(&now.selector);
        vm.let_go(now);
        known
    }

    fn compile(&mut self, id: u64, source: &str) -> Result<(), Vec<Diagnostic>> {
        let compiled = compiled(&self.compile, source)?;
        match self.waiting.iter_mut().find(|w| w.id == id) {
            Some(waiting) => {
                waiting.candidate = Some(compiled);
                Ok(())
            }
            None => Err(vec![Diagnostic::new(Gate::Compile, "gone", "the send is no longer waiting")]),
        }
    }

    fn install(&self, vm: &mut Vm, id: u64, at: usize) -> Result<(), String> {
        let waiting = self.find(id).ok_or("the send is no longer waiting")?;
        let candidate = waiting.candidate.as_ref().ok_or("there is no candidate")?;
        vm.splice(&waiting.missing, at, candidate).map_err(|f| f.text())
    }

    fn done(&mut self, vm: &mut Vm, id: u64, outcome: Box<Outcome>) -> Option<Word> {
        let at = self.waiting.iter().position(|w| w.id == id)?;
        let missing = self.waiting.remove(at).missing;
        let process = missing.process;
        vm.let_go(missing);
        match outcome.goes_on() && vm.retry(process) {
            true => Some(Word::GoesOn(process)),
            false => Some(Word::GivenUp(process, outcome)),
        }
    }
}

/// Compiles and verifies the one method in `source`.
fn compiled(compile: &MethodCompiler, source: &str) -> Result<Compiled, Vec<Diagnostic>> {
    let finding = |d: &aura_syntax::Diagnostic| {
        let mut finding =
            Diagnostic::new(Gate::Compile, d.code, &d.message).at(source, d.span.start as usize, d.span.text(source));
        finding.because = d.notes.first().cloned();
        finding.fix = d.help.clone();
        finding
    };
    compile("learned", source).map_err(|all| all.iter().take(4).map(finding).collect())
}

/// What policy gives to generated methods, as the machine has it ([`Vm::policy`]).
pub fn policy(config: &Config) -> CapSet {
    config.capabilities.iter().filter_map(|name| Capability::named(name)).fold(CapSet::none(), CapSet::with)
}

impl Situation {
    /// The selector with its receiver, for messages: `point manhattan`.
    pub fn title(&self) -> String {
        format!("{} {}", self.receiver.path, self.selector)
    }
}
