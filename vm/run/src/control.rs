//! Control primitives: those that push, leave or look at activations and processes.

use std::time::Duration;

use aura_heap::{Kind, Value, arity, layout};

use crate::fail::Fail;
use crate::input::Wanted;
use crate::linked::{CodeRef, EntryKind};
use crate::lookup::Found;
use crate::prim::Prim;
use crate::process::{NOWHERE, Process, ProcessId, Status, flag};
use crate::vm::Vm;

/// What the interpreter is to do after a primitive.
pub(crate) enum Outcome {
    /// Store the answer.
    Value(Value),
    /// The activations have changed; the answer comes later, or is stored already.
    Pushed,
    /// The process stops running; its status says why.
    Leave,
    /// It did not work.
    Fail(Fail),
}

/// The control primitives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Control {
    /// Send a message whose selector is a string.
    Perform,
    /// The same, with the arguments in a vector.
    PerformVector,
    /// Whether a message would be understood.
    RespondsTo,
    /// Evaluate a block with the arguments in a vector.
    BlockValueVector,
    /// The n-th handler.
    FindHandler,
    /// The block of a handler.
    HandlerBlock,
    /// Evaluate a handler's block, which acts for who set it.
    RunHandler,
    /// Make an activation answer.
    UnwindTo,
    /// Ask the host.
    Unhandled,
    /// What runs, to be told later.
    Activations,
    /// A new process for a block.
    Fork,
    /// Let others run.
    Yield,
    /// The running process.
    ThisProcess,
    /// Wait for a process's end.
    Join,
    /// Stop a process.
    Suspend,
    /// Let it go on.
    Resume,
    /// End it.
    Terminate,
    /// Wait at a semaphore.
    SemaphoreWait,
    /// Let one waiter go on.
    SemaphoreSignal,
    /// Wait for a while.
    Sleep,
    /// The next line of standard input.
    InputLine,
    /// All that is left of it.
    InputAll,
    /// A file's text.
    FileRead,
    /// A file's bytes.
    FileReadBytes,
    /// End the program.
    Exit,
    /// Another file's module.
    Import,
    /// Compile and run text.
    Evaluate,
    /// Collect everything.
    Collect,
    /// Make what has changed durable.
    ImageCommit,
    /// Go back to the last commit.
    ImageAbort,
    /// Begin a transaction.
    TransactionBegin,
    /// End it and keep what it did.
    TransactionEnd,
    /// End it and put everything back.
    TransactionAbort,
}

/// Their table.
pub(crate) const PRIMS: &[Prim] = &[
    Prim::control("_Perform:", 1, Control::Perform),
    Prim::control("_Perform:With:", 2, Control::Perform),
    Prim::control("_Perform:With:With:", 3, Control::Perform),
    Prim::control("_Perform:With:With:With:", 4, Control::Perform),
    Prim::control("_Perform:With:With:With:With:", 5, Control::Perform),
    Prim::control("_Perform:WithArguments:", 2, Control::PerformVector),
    Prim::control("_RespondsTo:", 1, Control::RespondsTo),
    Prim::control("_BlockValueWithArguments:", 1, Control::BlockValueVector),
    Prim::control("_FindHandler:", 1, Control::FindHandler),
    Prim::control("_HandlerBlock", 0, Control::HandlerBlock),
    Prim::control("_RunHandler:", 1, Control::RunHandler),
    Prim::control("_UnwindTo:Value:", 2, Control::UnwindTo),
    Prim::control("_Unhandled:", 1, Control::Unhandled),
    Prim::control("_Activations", 0, Control::Activations),
    Prim::control("_Fork", 0, Control::Fork),
    Prim::control("_Yield", 0, Control::Yield),
    Prim::control("_ThisProcess", 0, Control::ThisProcess),
    Prim::control("_ProcessJoin", 0, Control::Join),
    Prim::control("_ProcessSuspend", 0, Control::Suspend),
    Prim::control("_ProcessResume", 0, Control::Resume),
    Prim::control("_ProcessTerminate", 0, Control::Terminate),
    Prim::control("_SemaphoreWait", 0, Control::SemaphoreWait),
    Prim::control("_SemaphoreSignal", 0, Control::SemaphoreSignal),
    Prim::control("_SleepMilliseconds:", 1, Control::Sleep),
    Prim::control("_InputLine", 0, Control::InputLine),
    Prim::control("_InputAll", 0, Control::InputAll),
    Prim::control("_FileRead", 0, Control::FileRead),
    Prim::control("_FileReadBytes", 0, Control::FileReadBytes),
    Prim::control("_Exit:", 1, Control::Exit),
    Prim::control("_Import:From:", 2, Control::Import),
    Prim::control("_Evaluate:Named:", 2, Control::Evaluate),
    Prim::control("_CollectGarbage", 0, Control::Collect),
    Prim::control("_ImageCommit", 0, Control::ImageCommit),
    Prim::control("_ImageAbort", 0, Control::ImageAbort),
    Prim::control("_TransactionBegin", 0, Control::TransactionBegin),
    Prim::control("_TransactionEnd", 0, Control::TransactionEnd),
    Prim::control("_TransactionAbort", 0, Control::TransactionAbort),
];

/// Bytes of a name that `_Perform:` takes.
const LONGEST_SELECTOR: usize = 1024;
/// What a name costs that nobody has used before.
const NEW_NAME: u64 = 50;
/// Activations that are gone through for one unit of fuel.
const FRAMES: u64 = 32;

impl Vm {
    /// Does a control primitive; its window begins at stack index `at`.
    pub(crate) fn control(&mut self, p: &mut Process, c: Control, at: usize, argc: usize, ret: u32) -> Outcome {
        match self.try_control(p, c, at, argc, ret) {
            Ok(o) => o,
            Err(f) => Outcome::Fail(f),
        }
    }

    fn try_control(&mut self, p: &mut Process, c: Control, at: usize, argc: usize, ret: u32) -> Result<Outcome, Fail> {
        if self.heap.has_absents() {
            self.present_all(&p.stack[at..=at + argc])?;
        }
        let receiver = p.stack[at];
        let first = if argc > 0 { p.stack[at + 1] } else { self.nil() };
        Ok(match c {
            Control::Perform => {
                let args = p.stack[at + 2..=at + argc].to_vec();
                self.perform(p, receiver, first, args, ret)?
            }
            Control::PerformVector => {
                let v = p.stack[at + 2];
                if !self.heap.is_kind(v, Kind::Vector) {
                    return Err(Fail::bad_type());
                }
                let args = self.heap.elements(v).to_vec();
                self.perform(p, receiver, first, args, ret)?
            }
            Control::RespondsTo => {
                let name = self.heap.as_text(first).ok_or_else(Fail::bad_type)?;
                let known = if name.len() > LONGEST_SELECTOR { None } else { self.heap.symbols.find(name) };
                let found = match known {
                    Some(s) => matches!(self.look(receiver, s)?.found, Found::One(_)),
                    None => false,
                };
                Outcome::Value(self.boolean(found))
            }
            Control::BlockValueVector => self.block_value(p, receiver, first, ret)?,
            Control::FindHandler => {
                let from = if first == self.nil() { p.depth } else { self.live_handler(p, first)? };
                let found = p.handler_below(from);
                self.charge((from - found.unwrap_or(0)) as u64 / FRAMES);
                match found {
                    Some(d) => Outcome::Value(self.token_for(p, d)),
                    None => Outcome::Value(self.nil()),
                }
            }
            Control::HandlerBlock => {
                let d = self.live_handler(p, receiver)?;
                // Argument 1 of the activation; alive because the machine itself may ask for it (see `roots`).
                Outcome::Value(p.reg(d, 1))
            }
            Control::RunHandler => {
                let d = self.live_handler(p, first)?;
                let (before, handler) = (p.depth, p.reg(d, 1));
                self.send_values(p, "value:", &[handler, receiver], ret);
                if p.depth > before {
                    // While it runs it acts for who set it, and the handlers from here up to that one are hidden.
                    p.handling.push((before, d));
                    p.frames[before].flags |= flag::HANDLING;
                }
                Outcome::Pushed
            }
            Control::UnwindTo => {
                let d = self.live_handler(p, first)?;
                self.may_unwind(p, d)?;
                let v = p.stack[at + 2];
                if self.return_home(p, first, v) { Outcome::Pushed } else { Outcome::Leave }
            }
            Control::Unhandled => {
                p.status = Status::Paused;
                p.result = first;
                p.pending = ret;
                Outcome::Leave
            }
            Control::InputLine => self.read_input(p, Wanted::Line)?,
            Control::InputAll => self.read_input(p, Wanted::All)?,
            Control::FileRead | Control::FileReadBytes => self.read_file(p, receiver, c == Control::FileRead)?,
            Control::Activations => Outcome::Value(self.activations(p)?),
            Control::Exit => {
                self.require(crate::Capability::System, "ending the program")?;
                // The `ensure` blocks of the process run first; its end is the program's.
                p.exiting = Some(first.as_int().and_then(|n| i32::try_from(n).ok()).unwrap_or(1));
                if self.begin_terminate(p) { Outcome::Pushed } else { Outcome::Leave }
            }
            Control::Import => self.import(p, first, p.stack[at + 2], ret)?,
            Control::Evaluate => self.evaluate(p, receiver, first, p.stack[at + 2], ret)?,
            Control::Collect => {
                self.require(crate::Capability::System, "collecting garbage")?;
                self.collect_as(aura_heap::CollectionKind::Full);
                Outcome::Value(self.nil())
            }
            Control::ImageCommit => Outcome::Value(self.image_commit(receiver)?),
            Control::ImageAbort => Outcome::Value(self.image_abort()?),
            Control::TransactionBegin => Outcome::Value(self.transaction_begin(p)?),
            Control::TransactionEnd => Outcome::Value(self.transaction_end(p)?),
            Control::TransactionAbort => Outcome::Value(self.transaction_abort(p)?),
            _ => self.process_control(p, c, receiver, first, ret)?,
        })
    }

    fn live_depth(&self, p: &Process, token: Value) -> Result<usize, Fail> {
        crate::activate::untoken(token)
            .filter(|(serial, d)| *d < p.depth && p.frames[*d].serial == *serial)
            .map(|(_, d)| d)
            .ok_or_else(|| Fail::with("deadActivationError", "that activation has answered already"))
    }

    /// The same for one that is a condition handler: others have no block that the collector would keep.
    fn live_handler(&self, p: &Process, token: Value) -> Result<usize, Fail> {
        let depth = self.live_depth(p, token)?;
        let is_handler = p.frames[depth].code.code().handler;
        if is_handler { Ok(depth) } else { Err(Fail::with("badTypeError", "that activation is no handler")) }
    }

    fn perform(
        &mut self,
        p: &mut Process,
        receiver: Value,
        selector: Value,
        args: Vec<Value>,
        ret: u32,
    ) -> Result<Outcome, Fail> {
        let name = self.heap.as_text(selector).ok_or_else(Fail::bad_type)?;
        if name.len() > LONGEST_SELECTOR {
            return Err(Fail::with("badTypeError", "no selector is that long"));
        }
        let name = name.to_string();
        if self.heap.symbols.find(&name).is_none() {
            // Names stay as long as the machine.
            self.charge(NEW_NAME);
        }
        if arity(&name) != args.len() {
            return Err(Fail::with(
                "badNumberOfArgumentsError",
                format!("'{name}' takes {} and was given {}", arity(&name), args.len()),
            ));
        }
        let mut values = vec![receiver];
        values.extend(args);
        self.send_values(p, &name, &values, ret);
        Ok(Outcome::Pushed)
    }

    /// Sends `name` with receiver and arguments in `values`, from Rust; the answer goes to register `ret` of the running activation.
    pub(crate) fn send_values(&mut self, p: &mut Process, name: &str, values: &[Value], ret: u32) {
        let receiver = values[0];
        if let Err(f) = self.present(receiver) {
            return self.send_failed(p, &f, values, ret);
        }
        if self.heap.is_kind(receiver, Kind::Block) && crate::vm::is_value(name) {
            let callee = CodeRef::from_bits(self.heap.raw(receiver, layout::CODE));
            if callee.argc.get() as usize > values.len() - 1 {
                return self.too_few_arguments(p, callee, values.len() - 1, ret);
            }
            self.push_values(p, callee, values, ret, 0);
            return;
        }
        let s = self.heap.symbols.intern(name);
        let l = match self.look(receiver, s) {
            Ok(l) => l,
            Err(f) => return self.send_failed(p, &f, values, ret),
        };
        match self.resolve(&l, receiver, false) {
            Some(e) => match e.kind {
                EntryKind::Method | EntryKind::Leaf => {
                    let callee = CodeRef::from_bits(e.target);
                    if callee.argc.get() as usize != values.len() - 1 {
                        return self.send_failed(p, &Fail::new("badNumberOfArgumentsError"), values, ret);
                    }
                    self.push_values(p, callee, values, ret, 0);
                }
                _ => match self.slot_answer(p, e, receiver, values.get(1).copied()) {
                    Ok(v) => self.answer(p, ret, v),
                    Err(fail) => self.send_failed(p, &fail, values, ret),
                },
            },
            None => {
                let at = self.window_above(p, values);
                let kind = if matches!(l.found, Found::Ambiguous) { "ambiguous" } else { "perform" };
                self.signal_send(p, name, at, values.len() - 1, kind, ret);
            }
        }
    }

    /// Puts values above everything that the running activation uses; answers where.
    pub(crate) fn window_above(&self, p: &mut Process, values: &[Value]) -> usize {
        let at = self.above(p);
        if at + values.len() > p.stack.len() {
            p.stack.resize(at + values.len() + 64, Value::ZERO);
        }
        p.stack[at..at + values.len()].copy_from_slice(values);
        at
    }

    fn send_failed(&mut self, p: &mut Process, f: &Fail, values: &[Value], ret: u32) {
        let at = self.window_above(p, values);
        self.primitive_failed(p, "send", f, at, values.len() - 1, ret);
    }

    pub(crate) fn answer(&mut self, p: &mut Process, ret: u32, v: Value) {
        if ret != NOWHERE && p.depth > 0 {
            let top = p.depth - 1;
            p.set_reg(top, ret, v);
        }
    }

    fn block_value(&mut self, p: &mut Process, block: Value, args: Value, ret: u32) -> Result<Outcome, Fail> {
        if !self.heap.is_kind(block, Kind::Block) || !self.heap.is_kind(args, Kind::Vector) {
            return Err(Fail::bad_type());
        }
        let callee = CodeRef::from_bits(self.heap.raw(block, layout::CODE));
        let (wanted, given) = (callee.argc.get() as usize, self.heap.length(args));
        // More than it takes it does not look at.
        let mut values = vec![block];
        values.extend(self.heap.elements(args).iter().take(wanted));
        if wanted > given {
            self.too_few_arguments(p, callee, given, ret);
        } else {
            self.push_values(p, callee, &values, ret, 0);
        }
        Ok(Outcome::Pushed)
    }

    fn process_control(&mut self, p: &mut Process, c: Control, receiver: Value, first: Value, ret: u32) -> Result<Outcome, Fail> {
        Ok(match c {
            Control::Fork => {
                self.require_written("start processes")?;
                if !self.heap.is_kind(receiver, Kind::Block) {
                    return Err(Fail::bad_type());
                }
                let id = self.fork(receiver, p)?;
                Outcome::Value(self.process_object(id))
            }
            Control::Yield => {
                self.answer(p, ret, receiver);
                Outcome::Leave
            }
            Control::ThisProcess => Outcome::Value(self.process_object(p.id)),
            Control::Join => {
                self.require_written("wait for processes")?;
                self.may_wait()?;
                let id = self.process_id(receiver)?;
                if id == p.id {
                    return Err(Fail::with("deadlockError", "a process cannot wait for its own end"));
                }
                match self.process_mut(id) {
                    Some(other) if !other.ended() => {
                        other.joiners.push(p.wait(ret));
                        Outcome::Leave
                    }
                    _ => Outcome::Value(self.ending(receiver)?.map_or(self.nil(), |(_, v)| v)),
                }
            }
            Control::Suspend => {
                self.require_written("stop processes")?;
                let id = self.process_id(receiver)?;
                if id == p.id {
                    p.status = Status::Suspended;
                    self.answer(p, ret, receiver);
                    return Ok(Outcome::Leave);
                }
                self.suspend(id);
                Outcome::Value(receiver)
            }
            Control::Resume => {
                self.require_written("resume processes")?;
                let id = self.process_id(receiver)?;
                self.wake_suspended(id);
                Outcome::Value(receiver)
            }
            Control::Terminate => {
                self.require_written("end processes")?;
                let id = self.process_id(receiver)?;
                if id == p.id {
                    return Ok(if self.begin_terminate(p) { Outcome::Pushed } else { Outcome::Leave });
                }
                self.terminate(id);
                Outcome::Value(receiver)
            }
            Control::SemaphoreWait => {
                if self.semaphore_take(receiver)? {
                    Outcome::Value(receiver)
                } else {
                    let waiter = p.wait(NOWHERE);
                    self.semaphore(receiver)?.waiting.push_back(waiter);
                    self.answer(p, ret, receiver);
                    Outcome::Leave
                }
            }
            Control::SemaphoreSignal => {
                self.semaphore_signal(receiver)?;
                Outcome::Value(receiver)
            }
            _ => {
                self.require_written("sleep")?;
                let ms = first.as_int().filter(|m| (0..=86_400_000_000).contains(m)).ok_or_else(Fail::bad_type)?;
                self.sleep(p, Duration::from_millis(ms as u64));
                self.answer(p, ret, receiver);
                Outcome::Leave
            }
        })
    }

    /// The process that an object stands for.
    pub(crate) fn process_id(&self, o: Value) -> Result<ProcessId, Fail> {
        if self.heap.has_map(o, self.heap.kind_maps.process) { Ok(ProcessId(self.heap.raw(o, 1))) } else { Err(Fail::bad_type()) }
    }
}
