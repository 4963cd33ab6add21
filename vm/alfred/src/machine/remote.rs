//! The wire between the machine's thread and the door's: requests one way, replies the other, all plain data.

use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use crate::candidates::{Ending, Observation};
use crate::chronicle::Learning;
use crate::clients::Eventually;
use crate::diagnostic::{Diagnostic, Gate};
use crate::door::{Account, Approval, Door, Outcome, Proposal, Trial, World, answer};
use crate::memory::Keeping;
use crate::situation::Situation;

/// A send for the door.
pub(super) struct Job {
    pub(super) situation: Situation,
    pub(super) world: Remote,
}

/// What the door asks of the machine.
pub(super) enum Request {
    Understood { id: u64, reply: oneshot::Sender<bool> },
    Compile { id: u64, source: String, reply: oneshot::Sender<Result<(), Vec<Diagnostic>>> },
    Try { id: u64, at: usize, reply: oneshot::Sender<Trial> },
    Evaluate { id: u64, at: Option<usize>, expressions: Vec<String>, reply: oneshot::Sender<Vec<Ending>> },
    Observe { id: u64, at: usize, reply: oneshot::Sender<Vec<Observation>> },
    Install { id: u64, at: usize, reply: oneshot::Sender<Result<(), String>> },
    Keep { learning: Box<Learning>, reply: oneshot::Sender<Keeping> },
    Approve { proposal: Box<Proposal>, reply: oneshot::Sender<Approval> },
    Done { id: u64, outcome: Box<Outcome> },
}

/// The machine, seen from the door's thread.
pub(super) struct Remote {
    id: u64,
    machine: Sender<Request>,
}

impl Remote {
    pub(super) fn new(id: u64, machine: Sender<Request>) -> Self {
        Self { id, machine }
    }

    /// Sends a request and waits for its reply; `lost` if the machine is gone.
    fn put<T: Send + 'static>(&self, make: impl FnOnce(u64, oneshot::Sender<T>) -> Request, lost: T) -> Eventually<'_, T> {
        let (reply, answer) = oneshot::channel();
        let sent = self.machine.send(make(self.id, reply));
        Box::pin(async move {
            match sent {
                Ok(()) => answer.await.unwrap_or(lost),
                Err(_) => lost,
            }
        })
    }
}

fn gone() -> Diagnostic {
    Diagnostic::new(Gate::Compile, "gone", "the machine has ended")
}

impl World for Remote {
    fn understood(&mut self) -> Eventually<'_, bool> {
        self.put(|id, reply| Request::Understood { id, reply }, false)
    }

    fn compile(&mut self, source: String) -> Eventually<'_, Result<(), Vec<Diagnostic>>> {
        self.put(|id, reply| Request::Compile { id, source, reply }, Err(vec![gone()]))
    }

    fn try_out(&mut self, at: usize) -> Eventually<'_, Trial> {
        let lost = Trial { summary: String::new(), finding: Some(gone()) };
        self.put(|id, reply| Request::Try { id, at, reply }, lost)
    }

    fn evaluate(&mut self, at: Option<usize>, expressions: Vec<String>) -> Eventually<'_, Vec<Ending>> {
        self.put(|id, reply| Request::Evaluate { id, at, expressions, reply }, Vec::new())
    }

    fn observe(&mut self, at: usize) -> Eventually<'_, Vec<Observation>> {
        self.put(|id, reply| Request::Observe { id, at, reply }, Vec::new())
    }

    fn install(&mut self, at: usize) -> Eventually<'_, Result<(), String>> {
        self.put(|id, reply| Request::Install { id, at, reply }, Err("the machine has ended".into()))
    }

    fn keep(&mut self, learning: Box<Learning>) -> Eventually<'_, Keeping> {
        let lost = Keeping::failed("the method was not kept: the machine has ended".into());
        self.put(|_, reply| Request::Keep { learning, reply }, lost)
    }

    fn approve(&mut self, proposal: Proposal) -> Eventually<'_, Approval> {
        self.put(|_, reply| Request::Approve { proposal: Box::new(proposal), reply }, Approval::No)
    }
}

/// Starts the door's thread. It ends when the machine does.
pub(super) fn start(
    door: Arc<Mutex<Option<Door>>>,
    account: Arc<Mutex<Account>>,
    machine: Sender<Request>,
) -> UnboundedSender<Job> {
    let (sender, jobs) = unbounded_channel();
    let taken = door.lock().unwrap_or_else(|e| e.into_inner()).take();
    let started = std::thread::Builder::new().name("alfred".into()).spawn(move || {
        if let Some(door) = taken {
            run(door, &account, &machine, jobs);
        }
    });
    // Without a thread the receiver is dropped, and every send is given up at once.
    drop(started);
    sender
}

fn run(mut door: Door, account: &Mutex<Account>, machine: &Sender<Request>, mut jobs: UnboundedReceiver<Job>) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        while let Some(job) = jobs.blocking_recv() {
            drop(Owed::of(&job, machine));
        }
        return;
    };
    runtime.block_on(async {
        while let Some(mut job) = jobs.recv().await {
            let mut owed = Owed::of(&job, machine);
            owed.outcome = answer(&mut door, &job.situation, &mut job.world).await;
            hand_over(&mut door.account, account);
        }
    });
}

/// The word that a job is done, which the machine waits for. It is sent in any case, also where the door panics.
struct Owed<'a> {
    machine: &'a Sender<Request>,
    id: u64,
    outcome: Outcome,
}

impl<'a> Owed<'a> {
    fn of(job: &Job, machine: &'a Sender<Request>) -> Self {
        Self { machine, id: job.situation.id, outcome: Outcome::Stalled { step: "door".into() } }
    }
}

impl Drop for Owed<'_> {
    fn drop(&mut self) {
        let outcome = std::mem::replace(&mut self.outcome, Outcome::Stalled { step: "door".into() });
        // A machine that has ended waits for nothing.
        let _ = self.machine.send(Request::Done { id: self.id, outcome: Box::new(outcome) });
    }
}

/// Moves what the door has noted to where the machine's side reads it.
fn hand_over(from: &mut Account, to: &Mutex<Account>) {
    let news = std::mem::take(from);
    let mut all = to.lock().unwrap_or_else(|e| e.into_inner());
    all.lessons.extend(news.lessons);
    all.stories.extend(news.stories);
    all.remembered.extend(news.remembered);
    news.notes.into_iter().for_each(|n| all.note(n));
}
