//! A green process: a stack of registers, a stack of activations, what it may do and how much.
//!
//! Activations overlap: the callee's first register is the caller's window. The stacks belong to the process, so stopping anywhere is only a matter
//! of leaving the interpreter's loop.
//!
//! What must stay true: `frames[0..depth]` are the activations, the running one last; each but the last has its `pc` saved; the last
//! one's is saved whenever the loop is left. Registers that liveness calls dead may hold anything, and nobody looks at them.

use std::rc::Rc;
use std::time::Instant;

use aura_heap::Value;

use crate::budget::Budget;
use crate::caps::{CapSet, Capability};
use crate::linked::CodeRef;
use crate::reading::Reading;

/// No register is to receive the answer.
pub(crate) const NOWHERE: u32 = u32::MAX;

/// Frame flags.
pub(crate) mod flag {
    /// Made by `Protect`: unwinding past it stops in its caller.
    pub(crate) const PROTECTED: u32 = 1;
    /// Runs a condition's handler block.
    pub(crate) const HANDLING: u32 = 2;
    /// Signals an error of the machine; there is a record of the send that failed.
    pub(crate) const SIGNAL: u32 = 4;
    /// Nothing receives its answer.
    pub(crate) const SLOW: u32 = 8;
    /// Compiled code has called it, and gets its answer if it is still there.
    pub(crate) const CALLED: u32 = 16;
    /// Blocks of a message that was to be inlined, and was sent, may set its registers.
    pub(crate) const LENT: u32 = 32;
    /// Above this bit: one more than the index of the inlined message that was really sent last.
    pub(crate) const SENT: u32 = 16;
}

/// An activation.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Frame {
    pub(crate) code: CodeRef,
    /// Index of the next instruction.
    pub(crate) pc: u32,
    /// Index of its register 0 in the stack.
    pub(crate) base: u32,
    /// Register of the caller that receives the answer.
    pub(crate) ret: u32,
    pub(crate) flags: u32,
    /// Names this activation in tokens; 0 if nobody asked for one.
    pub(crate) serial: u64,
}

/// A send that failed and may be tried again.
pub(crate) struct FailedSend {
    /// The depth of the activation that signals the error.
    pub(crate) depth: usize,
    /// First register of the send's window, in the activation below.
    pub(crate) window: u16,
    /// What was in the window.
    pub(crate) values: Vec<Value>,
    /// The instruction to do again.
    pub(crate) pc: u32,
}

/// Totals that a process may use.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// Activations, loop turns and units of work in primitives.
    pub fuel: Option<u64>,
    /// Bytes allocated.
    pub heap: Option<u64>,
    /// Activations on the stack.
    pub depth: Option<usize>,
    /// Wall-clock deadline.
    pub deadline: Option<Instant>,
    /// Bytes printed.
    pub output: Option<u64>,
}

/// Why a process does not run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    /// Ready to run.
    Ready,
    /// Waits at a semaphore, for another's end, or for something to read.
    Waiting,
    /// Waits until a moment.
    Sleeping(Instant),
    /// Suspended by a message.
    Suspended,
    /// Waits for the host's word about a condition that nobody handled.
    Paused,
    /// Ended, with its answer in `result`.
    Finished,
    /// Ended by a limit or by `terminate`.
    Dead,
}

/// A process's number: its place in the table, and above it how many processes had that place before. No two processes of a machine have the same,
/// so that who waits for one that has ended never meets another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct ProcessId(pub u64);

impl ProcessId {
    /// Of no process.
    pub const NONE: ProcessId = ProcessId(u64::MAX);

    pub(crate) fn new(place: usize, generation: u32) -> ProcessId {
        ProcessId(u64::from(generation) << 32 | place as u64)
    }

    pub(crate) fn place(self) -> usize {
        self.0 as u32 as usize
    }
}

/// A process that waits: one that has stopped waiting, and perhaps waits elsewhere, is another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Waiter {
    pub(crate) process: ProcessId,
    wait: u64,
}

/// A green process.
pub struct Process {
    /// Its number.
    pub id: ProcessId,
    /// Why it does not run, or that it can.
    pub status: Status,
    /// It is among those that are ready, or were when they came there.
    pub(crate) queued: bool,
    /// What it may do.
    pub caps: CapSet,
    /// What it may use.
    pub limits: Limits,
    pub(crate) stack: Vec<Value>,
    pub(crate) frames: Vec<Frame>,
    pub(crate) depth: usize,
    pub(crate) failed: Vec<FailedSend>,
    /// Depths of activations that run handler blocks, each with the depth of the handler that it serves.
    pub(crate) handling: Vec<(usize, usize)>,
    /// Files that are being read, by activations that wait for more of them; the last belongs to the last.
    pub(crate) readings: Vec<Reading>,
    /// The answer, once finished; the condition, while paused.
    pub result: Value,
    /// The object that stands for it; nil until somebody asks.
    pub(crate) object: Value,
    /// Processes that wait for its end.
    pub(crate) joiners: Vec<Waiter>,
    /// How often it has waited.
    waits: u64,
    /// What it has used of its limits, together with whoever started it and what it started.
    pub(crate) budget: Rc<Budget>,
    /// How much of the memory of its stacks the heap has been told of.
    pub(crate) counted: usize,
    /// Set by a limit that was reached; the next safepoint signals it.
    pub(crate) reached: Option<&'static str>,
    /// It runs a trial of generated code.
    pub(crate) trial: bool,
    /// Which of the host's processes it is, from 1; 0 for those that programs made.
    pub(crate) of_host: u64,
    /// What a trial printed.
    pub(crate) output: Vec<u8>,
    /// What a trial wanted to use and was allowed to, and what could not have been taken back.
    pub(crate) withheld: std::cell::Cell<Option<Capability>>,
    /// Register of the running activation that receives the host's answer while paused or waiting.
    pub(crate) pending: u32,
    /// How it was ended from outside: `terminated`, `failed`, or not at all.
    pub(crate) ending: Option<&'static str>,
    /// The program ends with this code when it does.
    pub(crate) exiting: Option<i32>,
}

/// What a new process's stacks hold before they grow.
#[derive(Clone, Copy)]
pub(crate) struct Room {
    registers: usize,
    activations: usize,
}

impl Room {
    /// For programs.
    pub(crate) const LARGE: Room = Room { registers: 4096, activations: 256 };
    /// For what programs start, of which there may be many.
    pub(crate) const SMALL: Room = Room { registers: 256, activations: 16 };
}

/// Deepest stack, unless limits say otherwise.
pub(crate) const MAX_DEPTH: usize = 200_000;
/// Activations that handling an overflow may use beyond that.
pub(crate) const SPARE_DEPTH: usize = 2000;
/// Registers of the deepest stack.
pub(crate) const MAX_STACK: usize = 8 << 20;

impl Process {
    pub(crate) fn new(
        id: ProcessId,
        caps: CapSet,
        limits: Limits,
        budget: Rc<Budget>,
        room: Room,
        filler: (Value, CodeRef),
    ) -> Process {
        let (nil, stub) = filler;
        let frame = Frame { code: stub, pc: 0, base: 0, ret: NOWHERE, flags: 0, serial: 0 };
        Process {
            id,
            status: Status::Ready,
            queued: false,
            caps,
            limits,
            stack: vec![nil; room.registers],
            frames: vec![frame; room.activations],
            depth: 0,
            failed: Vec::new(),
            handling: Vec::new(),
            readings: Vec::new(),
            result: nil,
            object: nil,
            joiners: Vec::new(),
            waits: 0,
            budget,
            counted: 0,
            reached: None,
            trial: false,
            of_host: 0,
            output: Vec::new(),
            withheld: std::cell::Cell::new(None),
            pending: NOWHERE,
            ending: None,
            exiting: None,
        }
    }

    /// Whether it may use this capability at this moment, given that it may at all: a trial only what can be taken back.
    pub(crate) fn may_now(&self, c: Capability) -> bool {
        let may = !self.trial || c.can_be_tried();
        if !may {
            self.withheld.set(Some(c));
        }
        may
    }

    /// How deep the stack may be: a little deeper while the overflow is being handled.
    fn max_depth(&self) -> usize {
        let limit = self.limits.depth.unwrap_or(MAX_DEPTH).min(MAX_DEPTH);
        if self.reached == Some("stack") { limit + SPARE_DEPTH } else { limit }
    }

    /// The last index in `frames` from which the fast path may push another.
    pub(crate) fn frame_limit(&self) -> usize {
        (self.frames.len() - 1).min(self.max_depth()) - 1
    }

    /// Makes room for an activation of `regs` registers at `base`. False when the stack may not grow further.
    pub(crate) fn grow(&mut self, base: usize, regs: usize) -> bool {
        let spare = if self.reached == Some("stack") { SPARE_DEPTH * 64 } else { 0 };
        if self.depth >= self.max_depth() || base + regs > MAX_STACK + spare {
            return false;
        }
        if base + regs > self.stack.len() {
            let new = (self.stack.len() * 2).max(base + regs + 64);
            self.stack.resize(new, Value::ZERO);
        }
        if self.depth + 2 >= self.frames.len() {
            let filler = self.frames[0];
            self.frames.resize(self.frames.len() * 2, filler);
        }
        true
    }

    /// Makes room for so many more activations, and for registers up to `end`, as far as the stack may grow.
    pub(crate) fn grow_for(&mut self, frames: usize, end: usize) {
        if end <= MAX_STACK && end > self.stack.len() {
            self.stack.resize((self.stack.len() * 2).max(end + 64), Value::ZERO);
        }
        if self.depth + frames + 2 >= self.frames.len() {
            let filler = self.frames[0];
            self.frames.resize((self.frames.len() * 2).max(self.depth + frames + 64), filler);
        }
    }

    /// Where its registers and activations lie.
    pub(crate) fn places(&self) -> (usize, usize) {
        (self.stack.as_ptr() as usize, self.frames.as_ptr() as usize)
    }

    /// It waits from now on; register `pending` of its activation receives what it waits for.
    pub(crate) fn wait(&mut self, pending: u32) -> Waiter {
        self.waits += 1;
        self.status = Status::Waiting;
        self.pending = pending;
        Waiter { process: self.id, wait: self.waits }
    }

    /// Whether it still is this one.
    pub(crate) fn waits_as(&self, w: Waiter) -> bool {
        self.status == Status::Waiting && self.waits == w.wait
    }

    /// How much fuel the next slice may use.
    pub(crate) fn grant(&self, slice: u64) -> u64 {
        slice.min(self.budget.left(&self.limits))
    }

    /// Bytes of its stacks that nobody has been told of; now somebody is.
    pub(crate) fn uncounted(&mut self) -> usize {
        let all = self.stack.len() * size_of::<Value>() + self.frames.len() * size_of::<Frame>();
        let more = all.saturating_sub(self.counted);
        self.counted += more;
        more
    }

    /// The depths of the activations below `from` that what runs there acts for, innermost first: a handler's block acts for the activation that set the
    /// handler, so what lies between the two is left out. `from` is one of these activations itself, or lies above all.
    pub(crate) fn acting(&self, from: usize) -> impl Iterator<Item = usize> {
        let (mut at, mut handling) = (from, self.handling.partition_point(|(d, _)| *d < from));
        std::iter::from_fn(move || {
            at = at.checked_sub(1)?;
            let here = at;
            while let Some((running, outer)) = handling.checked_sub(1).map(|last| self.handling[last])
                && running >= at
            {
                handling -= 1;
                if running == at {
                    // The handler's own block is looked at, too, and then what set the handler.
                    at = outer;
                    handling = self.handling.partition_point(|(d, _)| *d < outer);
                    break;
                }
            }
            Some(here)
        })
    }

    /// The next condition handler below, without those that running handlers hide.
    pub(crate) fn handler_below(&self, from: usize) -> Option<usize> {
        self.acting(from).find(|at| self.frames[*at].code.code().handler)
    }

    /// Forgets what belonged to activations that are gone.
    pub(crate) fn prune(&mut self) {
        let depth = self.depth;
        while self.failed.last().is_some_and(|f| f.depth >= depth) {
            self.failed.pop();
        }
        while self.handling.last().is_some_and(|(d, _)| *d >= depth) {
            self.handling.pop();
        }
        while self.readings.last().is_some_and(|r| r.depth > depth) {
            self.readings.pop();
        }
        if self.reached == Some("stack") && depth + SPARE_DEPTH < self.max_depth() - SPARE_DEPTH {
            self.reached = None;
        }
    }

    /// Whether others wait for its end.
    pub fn is_awaited(&self) -> bool {
        !self.joiners.is_empty()
    }

    /// The running activation.
    pub(crate) fn top(&self) -> &Frame {
        &self.frames[self.depth - 1]
    }
    /// The running activation.
    pub(crate) fn top_mut(&mut self) -> &mut Frame {
        &mut self.frames[self.depth - 1]
    }
    /// Register `r` of the activation at `depth`.
    pub(crate) fn reg(&self, depth: usize, r: u32) -> Value {
        self.stack[self.frames[depth].base as usize + r as usize]
    }
    /// Sets register `r` of the activation at `depth`.
    pub(crate) fn set_reg(&mut self, depth: usize, r: u32, v: Value) {
        let at = self.frames[depth].base as usize + r as usize;
        self.stack[at] = v;
    }
    /// The register that will receive an answer before the running activation goes on.
    pub(crate) fn waiting_register(&self) -> u32 {
        match self.status {
            Status::Paused | Status::Waiting => self.pending,
            _ => NOWHERE,
        }
    }
    /// How many activations are on its stack.
    pub fn depth(&self) -> usize {
        self.depth
    }
    /// The limit that it reached, if any: `fuel`, `heap`, `memory`, `time`, `stack`.
    pub fn limit_reached(&self) -> Option<&'static str> {
        self.reached
    }
    /// Whether it has ended.
    pub fn ended(&self) -> bool {
        matches!(self.status, Status::Finished | Status::Dead)
    }
}
