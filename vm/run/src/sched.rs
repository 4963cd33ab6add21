//! Processes and who runs: round robin, a slice at a time, and what the host hears about.

use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use aura_heap::{Kind, Value, layout};

use crate::budget::Budget;
use crate::caps::CapSet;
use crate::fail::Fail;
use crate::interp::{self, Left};
use crate::linked::CodeRef;
use crate::process::{Limits, NOWHERE, Process, ProcessId, Room, Status, Waiter};
use crate::vm::Vm;

/// Fuel of one slice: some hundred microseconds.
const SLICE: u64 = 20_000;

/// The same while everything is fetched again after each.
const STRESS_SLICE: u64 = 25;

/// Fuel that starting a process uses.
const FORK: u64 = 16;

/// Where processes wait.
#[derive(Default, Debug)]
pub(crate) struct Semaphore {
    count: i64,
    pub(crate) waiting: std::collections::VecDeque<Waiter>,
}

/// How processes end: the number of the object that stands for a forgotten one counts down from `u64::MAX` by the place in this list.
const ENDINGS: [&str; 3] = ["finished", "failed", "terminated"];

/// The number that the object of a forgotten process has, by the place of its ending in [`ENDINGS`]; the last stands for any beyond.
pub(crate) fn number_of_ended(ending: u64) -> u64 {
    u64::MAX - ending.min(ENDINGS.len() as u64 - 1)
}

/// The place of an ending in [`ENDINGS`].
pub(crate) fn ending_number(how: &str) -> u64 {
    ENDINGS.iter().position(|e| *e == how).unwrap_or(0) as u64
}

/// What the host hears from [`Vm::run`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    /// This process has ended; its status and result say how.
    Ended(ProcessId),
    /// This process waits for the host's word about the condition in its result.
    Paused(ProcessId),
    /// Nothing can run: until this moment, or until the host does something.
    Idle(Option<Instant>),
    /// Nothing can run before there is something to read ([`Vm::await_input`]): until this moment, or until the host does something.
    Input(Option<Instant>),
    /// As many slices as asked for have been run.
    Slices,
    /// The program asked to end.
    Exit(i32),
}

/// One of [`ENDINGS`]; a process that died of itself has failed.
fn how_ended(p: &Process) -> &'static str {
    p.ending.unwrap_or(if p.status == Status::Dead { "failed" } else { "finished" })
}

impl Vm {
    fn new_process(&mut self, caps: CapSet, limits: Limits, budget: Rc<Budget>, room: Room) -> ProcessId {
        let id = self.processes.next();
        self.processes.put(Process::new(id, caps, limits, budget, room, (self.specials.nil, self.stub)));
        id
    }

    fn new_host_process(&mut self, caps: CapSet, limits: Limits) -> ProcessId {
        let budget = Rc::new(Budget::new(self.heap.allocated()));
        let id = self.new_process(caps, limits, budget, Room::LARGE);
        self.made_by_host += 1;
        let p = self.process_ptr(id);
        p.of_host = self.made_by_host;
        // What the host makes (a trial, say) costs no program memory before it grows.
        p.uncounted();
        id
    }

    /// A process that will run top-level code with `module` as self; its result is the last expression's.
    pub fn spawn_code(&mut self, chunks: &[CodeRef], module: Value, caps: CapSet, limits: Limits) -> ProcessId {
        let id = self.new_host_process(caps, limits);
        let p = self.process_ptr(id);
        for c in chunks.iter().rev() {
            self.push_values(p, *c, &[module], NOWHERE, 0);
        }
        self.enqueue(id);
        id
    }

    /// A process that will send one message.
    pub fn spawn_send(&mut self, selector: &str, values: &[Value], caps: CapSet, limits: Limits) -> ProcessId {
        let id = self.new_host_process(caps, limits);
        let p = self.process_ptr(id);
        // The stub answers its register 0, where the answer of the send goes.
        let stub = self.stub;
        self.push_values(p, stub, &[values[0]], NOWHERE, 0);
        self.send_values(p, selector, values, 0);
        self.enqueue(id);
        id
    }

    /// A process that will run `block`, with the powers and at the cost of its parent.
    pub(crate) fn fork(&mut self, block: Value, parent: &Process) -> Result<ProcessId, Fail> {
        self.afford(FORK)?;
        let id = self.new_process(parent.caps.clone(), parent.limits.clone(), parent.budget.clone(), Room::SMALL);
        let callee = CodeRef::from_bits(self.heap.raw(block, layout::CODE));
        let p = self.process_ptr(id);
        self.heap.count_outside(p.uncounted());
        self.push_values(p, callee, &[block], NOWHERE, 0);
        self.enqueue(id);
        Ok(id)
    }

    /// Forgets a process that has ended. The object that stands for it keeps how it ended and its result.
    pub fn forget(&mut self, id: ProcessId) {
        if let Some(p) = self.process(id) {
            let (o, result, how) = (p.object, p.result, how_ended(p));
            if self.heap.is_kind(o, Kind::Foreign) {
                self.heap.store(o, 2, result);
                self.heap.set_foreign(o, number_of_ended(ending_number(how)));
            }
        }
        self.processes.take(id);
    }

    /// Forgets everything that programs started.
    pub fn forget_started(&mut self) {
        let all: Vec<ProcessId> = self.each_process().filter(|p| p.of_host == 0).map(|p| p.id).collect();
        all.into_iter().for_each(|id| self.forget(id));
    }

    /// Forgets what programs started and what has ended. The host has heard of it, and whoever wants its answer has its object.
    fn forget_ended(&mut self) {
        for id in std::mem::take(&mut self.ended) {
            self.forget(id);
        }
    }

    pub(crate) fn finish(&mut self, p: &mut Process, v: Value, how: Status) {
        if p.ended() {
            return;
        }
        p.status = how;
        p.result = v;
        if p.of_host == 0 {
            self.ended.push(p.id);
        }
        self.end_transactions_of(p.id);
        self.exit_code = self.exit_code.or(p.exiting);
        for j in std::mem::take(&mut p.joiners) {
            if let Some(w) = self.process_mut(j.process)
                && w.waits_as(j)
            {
                self.wake_with(j.process, v);
            }
        }
    }

    /// A process that waits goes on with an answer.
    fn wake_with(&mut self, id: ProcessId, v: Value) {
        if let Some(p) = self.process_mut(id) {
            let (depth, pending) = (p.depth, std::mem::replace(&mut p.pending, NOWHERE));
            if depth > 0 && pending != NOWHERE {
                p.set_reg(depth - 1, pending, v);
            }
            self.set_ready(id);
        }
    }

    /// The program is asked to stop while a process waits, sleeps or is suspended: it goes on with the condition `interrupted`.
    /// False if it does none of these.
    pub fn interrupt_waiting(&mut self, id: ProcessId) -> bool {
        let waits = |p: &Process| matches!(p.status, Status::Waiting | Status::Sleeping(_) | Status::Suspended);
        if !self.process(id).is_some_and(waits) {
            return false;
        }
        self.wake_with(id, self.nil());
        self.current = id;
        let p = self.process_ptr(id);
        self.signal(p, "interrupted", &[], NOWHERE);
        true
    }

    /// Runs processes until something happens that the host must hear of, at most `slices` slices.
    pub fn run(&mut self, slices: usize) -> Event {
        for _ in 0..slices {
            self.forget_ended();
            self.wake_sleepers();
            self.wake_parked();
            let Some(id) = self.next_ready() else { return self.idle() };
            if let Some(p) = self.process_mut(id) {
                p.queued = false;
            }
            if let Some(e) = self.run_slice(id) {
                return e;
            }
        }
        Event::Slices
    }

    /// Runs one process for one slice.
    fn run_slice(&mut self, id: ProcessId) -> Option<Event> {
        if self.process(id).is_none_or(|p| p.status != Status::Ready) {
            return None;
        }
        self.current = id;
        let p = self.process_ptr(id);
        self.before_slice(p);
        self.heap.allowance = p.budget.allowance(&p.limits);
        let mut left = Left::Status;
        if p.depth > 0 {
            left = interp::run(self, p, if self.stress_image { STRESS_SLICE } else { SLICE });
        }
        if left == Left::Slice && self.stress_image {
            self.stress_image();
        }
        self.event_of(id)
    }

    fn event_of(&mut self, id: ProcessId) -> Option<Event> {
        if let Some(code) = self.exit_code {
            return Some(Event::Exit(code));
        }
        match self.process(id)?.status {
            Status::Ready => {
                self.enqueue(id);
                None
            }
            Status::Paused => Some(Event::Paused(id)),
            Status::Finished | Status::Dead => Some(Event::Ended(id)),
            Status::Waiting | Status::Sleeping(_) | Status::Suspended => None,
        }
    }

    /// Between two slices: collection, interruption, limits. Before each, since a process need not use up any.
    fn before_slice(&mut self, p: &mut Process) {
        self.heap.count_outside(p.uncounted());
        if self.heap.wants_collection {
            self.collect();
        }
        if self.heap.over_limit() {
            self.collect_as(aura_heap::CollectionKind::Full);
            if self.heap.over_limit() {
                return self.out_of_memory(p);
            }
        }
        if !p.trial && self.is_interrupted(p) {
            return self.signal(p, "interrupted", &[], NOWHERE);
        }
        if let Some(which) = p.budget.over(&p.limits, self.heap.allocated(), p.reached.is_some()) {
            self.limit_reached(p, which);
        }
    }

    /// Whether a process is to stop because the program is asked to. That is for the host's processes, not for whichever runs just now; but one that
    /// has a transaction open keeps all others from running, and stops first.
    pub(crate) fn is_interrupted(&self, p: &Process) -> bool {
        match p.of_host {
            0 => !self.transactions.is_empty() && self.interrupt.load(Ordering::Relaxed),
            _ => self.interrupt.swap(false, Ordering::Relaxed),
        }
    }

    /// Runs one process alone until it ends or pauses: for trials, and for loading the library.
    pub(crate) fn run_alone(&mut self, id: ProcessId) {
        let before = self.current;
        while self.process(id).is_some_and(|p| p.status == Status::Ready) {
            self.run_slice(id);
        }
        self.current = before;
    }

    /// Lets a process sleep; no longer than it may run.
    pub(crate) fn sleep(&mut self, p: &mut Process, time: Duration) {
        let until = Instant::now() + time;
        // The limit is noticed as it wakes.
        let until = p.limits.deadline.filter(|_| p.reached.is_none()).map_or(until, |d| until.min(d));
        p.status = Status::Sleeping(until);
        self.sleeping.insert((until, p.id));
    }

    fn wake_sleepers(&mut self) {
        if self.sleeping.is_empty() {
            return;
        }
        let now = Instant::now();
        while self.next_wake().is_some_and(|first| first <= now) {
            let (_, id) = self.sleeping.pop_first().expect("one sleeps");
            self.set_ready(id);
        }
    }

    /// When the first sleeper wakes. Those that were ended, or woken by a message, are no sleepers any more.
    pub(crate) fn next_wake(&mut self) -> Option<Instant> {
        loop {
            let (until, id) = *self.sleeping.first()?;
            if self.process(id).is_some_and(|p| p.status == Status::Sleeping(until)) {
                return Some(until);
            }
            self.sleeping.pop_first();
        }
    }

    pub(crate) fn set_ready(&mut self, id: ProcessId) {
        if let Some(p) = self.process_mut(id) {
            p.status = Status::Ready;
            self.enqueue(id);
        }
    }

    /// Puts a process behind those that are ready, if it is not among them. One that stops being ready stays there until its turn, which it then has not.
    fn enqueue(&mut self, id: ProcessId) {
        if let Some(p) = self.process_mut(id)
            && !std::mem::replace(&mut p.queued, true)
        {
            self.ready.push_back(id);
        }
    }

    // ---- the host's word about a paused process ----

    /// The paused process goes on; the unhandled condition's signal answers `v`.
    pub fn resume_with(&mut self, id: ProcessId, v: Value) {
        if let Some(p) = self.process_mut(id)
            && p.status == Status::Paused
        {
            let (depth, r) = (p.depth, p.pending);
            if depth > 0 && r != NOWHERE {
                p.set_reg(depth - 1, r, v);
            }
            self.set_ready(id);
        }
    }

    /// The paused process tries the send again that was not understood. False if there is none.
    pub fn retry(&mut self, id: ProcessId) -> bool {
        let Some(p) = self.process_mut(id) else { return false };
        let depth = p.depth;
        if p.status != Status::Paused {
            return false;
        }
        let Some(f) = p.failed.pop_if(|f| f.depth > 0 && f.depth <= depth) else { return false };
        p.depth = f.depth;
        p.prune();
        let base = p.top().base as usize + f.window as usize;
        p.stack[base..base + f.values.len()].copy_from_slice(&f.values);
        p.top_mut().pc = f.pc;
        self.set_ready(id);
        true
    }

    /// The send that a paused process could not do: receiver and arguments.
    pub fn failed_send(&self, id: ProcessId) -> Option<&[Value]> {
        self.process(id)?.failed.last().map(|f| &f.values[..])
    }

    /// Ends a paused process, running its `ensure` blocks.
    pub fn abort(&mut self, id: ProcessId) {
        self.terminate(id);
    }

    /// Ends a paused process, running its `ensure` blocks; the condition that it stopped at is kept for those who ask for its value.
    pub fn fail(&mut self, id: ProcessId) {
        if self.process(id).is_none_or(|p| p.status != Status::Paused) {
            return;
        }
        let p = self.process_ptr(id);
        let condition = p.result;
        if self.begin_end(p, condition, "failed") {
            self.set_ready(id);
        }
    }

    pub(crate) fn terminate(&mut self, id: ProcessId) {
        if self.process(id).is_none_or(Process::ended) {
            return;
        }
        let p = self.process_ptr(id);
        if self.begin_terminate(p) {
            self.set_ready(id);
        }
    }

    pub(crate) fn suspend(&mut self, id: ProcessId) {
        if let Some(p) = self.process_mut(id)
            && p.status == Status::Ready
        {
            p.status = Status::Suspended;
        }
    }

    pub(crate) fn wake_suspended(&mut self, id: ProcessId) {
        if self.process(id).is_some_and(|p| p.status == Status::Suspended) {
            self.set_ready(id);
        }
    }

    // ---- semaphores ----

    /// A new semaphore with this many signals in stock.
    pub fn new_semaphore(&mut self, count: i64) -> Value {
        self.heap.count_outside(size_of::<Semaphore>());
        self.semaphores.push(Semaphore { count, ..Semaphore::default() });
        let nil = self.nil();
        self.heap.foreign(self.heap.kind_maps.semaphore, self.semaphores.len() as u64 - 1, nil)
    }

    pub(crate) fn semaphore(&mut self, o: Value) -> Result<&mut Semaphore, Fail> {
        if !self.heap.has_map(o, self.heap.kind_maps.semaphore) {
            return Err(Fail::bad_type());
        }
        self.require_written("use semaphores")?;
        self.may_wait()?;
        let at = self.heap.raw(o, 1) as usize;
        self.semaphores.get_mut(at).ok_or_else(Fail::bad_type)
    }

    /// The signals that a semaphore has in stock, whoever asks.
    pub(crate) fn signals(&self, o: Value) -> i64 {
        self.semaphores.get(self.heap.raw(o, 1) as usize).map_or(0, |s| s.count)
    }

    /// How many signals a semaphore has in stock.
    pub(crate) fn semaphore_count(&mut self, o: Value) -> Result<i64, Fail> {
        self.semaphore(o).map(|s| s.count)
    }

    /// Takes a signal, if there is one in stock.
    pub(crate) fn semaphore_take(&mut self, o: Value) -> Result<bool, Fail> {
        let s = self.semaphore(o)?;
        let free = s.count > 0;
        s.count -= i64::from(free);
        Ok(free)
    }

    pub(crate) fn semaphore_signal(&mut self, o: Value) -> Result<(), Fail> {
        loop {
            let s = self.semaphore(o)?;
            match s.waiting.pop_front() {
                None => {
                    s.count += 1;
                    return Ok(());
                }
                Some(w) => {
                    if self.process(w.process).is_some_and(|p| p.waits_as(w)) {
                        self.set_ready(w.process);
                        return Ok(());
                    }
                }
            }
        }
    }

    // ---- the table ----

    /// The object that stands for a process.
    pub fn process_object(&mut self, id: ProcessId) -> Value {
        let have = self.process(id).map_or(self.nil(), |p| p.object);
        if self.heap.is_kind(have, Kind::Foreign) {
            return have;
        }
        let nil = self.nil();
        let o = self.heap.foreign(self.heap.kind_maps.process, id.0, nil);
        if let Some(p) = self.process_mut(id) {
            p.object = o;
        }
        o
    }

    /// How the process of this object ended, and its result; `None` while it has not.
    pub(crate) fn ending(&self, o: Value) -> Result<Option<(&'static str, Value)>, Fail> {
        let id = self.process_id(o)?;
        Ok(match self.process(id) {
            Some(p) => p.ended().then(|| (how_ended(p), p.result)),
            None => {
                let how = ENDINGS.get((u64::MAX - id.0) as usize).copied();
                Some((how.unwrap_or(ENDINGS[0]), self.heap.word(o, 2)))
            }
        })
    }
}
