//! Running a program to its end: slices, waiting, unhandled conditions, Ctrl-C.
//!
//! What must stay true: the machine's thread never spins while all processes wait; a condition that nobody handles ends its
//! process only after the attendant (the door, the REPL's menu) had its say; the program has ended when its main process has
//! and no other can go on.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use aura_run::{Event, ProcessId, Status, Vm};

use crate::failure::Failure;

/// Slices between two looks at the rest of the world.
const SLICES: usize = 64;
/// The longest sleep between two looks at Ctrl-C.
const NAP: Duration = Duration::from_millis(20);
/// The same while the attendant has something under way.
const GLANCE: Duration = Duration::from_millis(2);

/// Who is asked about a process that stopped at a condition that nobody handles.
pub trait Attendant {
    /// True: taken care of, now or later. False: the process has failed.
    fn paused(&mut self, vm: &mut Vm, id: ProcessId) -> bool;

    /// Whether somebody has seen each failure for which nothing was done, and need not be told at the end.
    fn has_shown(&self) -> bool {
        false
    }

    /// A process that was taken care of, and for which nothing could be done after all.
    fn given_up(&mut self, _vm: &mut Vm) -> Option<ProcessId> {
        None
    }

    /// Looks after what is under way. True while there is something.
    fn poll(&mut self, _vm: &mut Vm) -> bool {
        false
    }
}

/// Nobody is asked.
pub struct Nobody;

impl Attendant for Nobody {
    fn paused(&mut self, _vm: &mut Vm, _id: ProcessId) -> bool {
        false
    }
}

/// How a program ended.
#[derive(Debug)]
pub enum End {
    /// Its main process answered; the answer is that process's result.
    Answered,
    /// It asked to end with this code.
    Exit(i32),
    /// A condition that nobody handled, or a limit.
    Failed(Box<Failure>),
}

/// Runs until `main` and everything it started has ended.
pub fn drive(vm: &mut Vm, main: ProcessId, attendant: &mut dyn Attendant) -> End {
    let mut run = Run { main, end: None, failed: None, alone: Vec::new() };
    let end = run.go(vm, attendant);
    if !attendant.has_shown() {
        run.tell();
    }
    end
}

impl Run {
    fn go(&mut self, vm: &mut Vm, attendant: &mut dyn Attendant) -> End {
        let main = self.main;
        loop {
            let busy = attendant.poll(vm);
            while let Some(id) = attendant.given_up(vm) {
                self.fail(vm, id);
            }
            match vm.run(SLICES) {
                Event::Slices => {}
                Event::Ended(id) => self.ended(vm, id),
                Event::Paused(id) => {
                    // Whoever has to wait now sees at least what was printed before.
                    let _ = vm.host.out.flush();
                    self.paused(vm, id, attendant);
                }
                Event::Exit(code) => return End::Exit(code),
                Event::Idle(Some(until)) => nap(until, vm.interrupt.clone()),
                Event::Input(until) => attend(vm, until, busy),
                Event::Idle(None) if busy => nap(Instant::now() + GLANCE, vm.interrupt.clone()),
                Event::Idle(None) => return self.over(vm),
            }
            if let Some(end) = self.finished() {
                return end;
            }
            let is_ready = vm.process(main).is_some_and(|p| p.status == Status::Ready);
            if !is_ready && vm.interrupt.swap(false, Ordering::Relaxed) && !vm.interrupt_waiting(main) {
                return End::Failed(Box::new(Failure::interrupted()));
            }
        }
    }
}

/// Sleeps until then, or until Ctrl-C, a nap at a time.
fn nap(until: Instant, interrupt: Arc<AtomicBool>) {
    let left = until.saturating_duration_since(Instant::now());
    if !interrupt.load(Ordering::Relaxed) {
        std::thread::sleep(left.min(NAP));
    }
}

/// Waits for something to read, until then, or until Ctrl-C, a nap at a time.
fn attend(vm: &mut Vm, until: Option<Instant>, busy: bool) {
    let nap = if busy { GLANCE } else { NAP };
    let left = until.map_or(nap, |u| u.saturating_duration_since(Instant::now()).min(nap));
    if !vm.interrupt.load(Ordering::Relaxed) {
        vm.await_input(left);
    }
}

struct Run {
    main: ProcessId,
    /// How the main process ended.
    end: Option<End>,
    /// The main process's failure, while its `ensure:` blocks run.
    failed: Option<Box<Failure>>,
    /// The failures of processes for which nobody waited.
    alone: Vec<Failure>,
}

/// Failures of processes that are told.
const MOST_ALONE: usize = 3;

impl Run {
    /// A failed main process ends the program at once; an answer waits for the others.
    fn finished(&mut self) -> Option<End> {
        if matches!(self.end, Some(End::Failed(_))) { self.end.take() } else { None }
    }

    fn ended(&mut self, vm: &mut Vm, id: ProcessId) {
        if id != self.main {
            return;
        }
        let dead = vm.process(id).is_some_and(|p| p.status == Status::Dead);
        self.end = Some(match self.failed.take() {
            Some(f) => End::Failed(f),
            None if dead => End::Failed(Box::new(Failure::of_dead(vm, id))),
            None => End::Answered,
        });
    }

    fn paused(&mut self, vm: &mut Vm, id: ProcessId, attendant: &mut dyn Attendant) {
        if !attendant.paused(vm, id) {
            self.fail(vm, id);
        }
    }

    /// Nobody can help a paused process.
    fn fail(&mut self, vm: &mut Vm, id: ProcessId) {
        if id != self.main {
            if !vm.process(id).is_some_and(aura_run::Process::is_awaited) {
                self.alone.push(Failure::of(vm, id));
            }
            vm.fail(id);
            return;
        }
        self.failed = Some(Box::new(Failure::of(vm, id)));
        vm.abort(id);
        if vm.process(id).is_none_or(aura_run::Process::ended) {
            self.ended(vm, id);
        }
    }

    /// Says which processes have failed alone: whoever asks for their value later is told again.
    fn tell(&self) {
        for failure in self.alone.iter().take(MOST_ALONE) {
            let place = failure.line().map_or(String::new(), |place| format!(" ({place})"));
            eprintln!("a process failed while nobody waited for it: {}: {}{place}", failure.kind, failure.message);
        }
        if self.alone.len() > MOST_ALONE {
            eprintln!("{} more processes failed so", self.alone.len() - MOST_ALONE);
        }
    }

    /// Nothing can go on.
    fn over(&mut self, _vm: &mut Vm) -> End {
        match self.end.take() {
            Some(end) => end,
            None => End::Failed(self.failed.take().unwrap_or_else(|| Box::new(Failure::stuck()))),
        }
    }
}
