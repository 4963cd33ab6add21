//! Errors of the machine as conditions: each is a message to the library's `errors` object, whose answer becomes the answer of what failed.
//!
//! Where there is no such object (while the library itself is loaded), the process ends with the message.

use aura_code::SiteKind;
use aura_heap::Value;

use crate::Fail;
use crate::linked::{CodeRef, EntryKind};
use crate::lookup;
use crate::process::{FailedSend, NOWHERE, Process, Status, flag};
use crate::vm::Vm;

impl Vm {
    /// Sends `selector` to `errors` on top of the running activation.
    pub(crate) fn signal(&mut self, p: &mut Process, selector: &str, args: &[Value], ret: u32) {
        self.present_names();
        let lobby = self.specials.lobby;
        let handler = self.global_constant(lobby, "errors").and_then(|errors| {
            let s = self.heap.symbols.intern(selector);
            let l = self.look(errors, s).ok()?;
            match self.resolve(&l, errors, false) {
                Some(e) if matches!(e.kind, EntryKind::Method | EntryKind::Leaf) => Some((errors, CodeRef::from_bits(e.target))),
                _ => None,
            }
        });
        match handler {
            Some((errors, code)) => {
                let mut values = vec![errors];
                values.extend_from_slice(args);
                self.push_values(p, code, &values, ret, flag::SIGNAL);
            }
            None => {
                let words: Vec<String> = args.iter().map(|v| self.describe(*v)).collect();
                let trace = self.trace(p, 12);
                let text = format!("{selector} {}\n{trace}", words.join(" "));
                self.die(p, &text);
            }
        }
    }

    /// A constant slot's contents found from an object.
    pub fn global_constant(&mut self, from: Value, name: &str) -> Option<Value> {
        let s = self.heap.symbols.find(name)?;
        let lookup::Found::One(m) = self.look(from, s).ok()?.found else { return None };
        let v = match m.kind {
            aura_heap::SlotKind::Constant(v) => v,
            aura_heap::SlotKind::Data(i) => self.heap.data(m.holder, i),
            aura_heap::SlotKind::Assign(_) => return None,
        };
        self.present(v).ok().map(|()| v)
    }

    /// Ends a process that cannot even signal.
    pub(crate) fn die(&mut self, p: &mut Process, text: &str) {
        let v = self.heap.string(text).unwrap_or(self.specials.nil);
        p.depth = 0;
        p.prune();
        self.finish(p, v, Status::Dead);
        // The interpreter's loop needs an activation to come back to: it leaves at its first instruction.
        let stub = self.stub;
        self.push_values(p, stub, &[v], NOWHERE, 0);
    }

    fn vector(&mut self, values: &[Value]) -> Value {
        self.heap.vector_of(values).unwrap_or(self.specials.nil)
    }

    /// A send that found nothing, or several slots.
    pub(crate) fn not_understood(&mut self, p: &mut Process, site: usize, at: usize, receiver: Value, ambiguous: bool, ret: u32) {
        let code = p.top().code;
        let s = &code.code().sites[site];
        let argc = s.argc as usize;
        p.stack[at] = receiver;
        let kind = match (ambiguous, &s.kind) {
            (true, _) => "ambiguous",
            (false, SiteKind::Resend | SiteKind::Delegate(_)) => "resend",
            (false, SiteKind::Implicit) => "implicit",
            (false, SiteKind::Explicit) => "normal",
        };
        let selector = s.selector.clone();
        self.signal_send(p, &selector, at, argc, kind, ret);
    }

    /// Signals that the send whose window is at `at` was not understood, so that it can be tried again.
    pub(crate) fn signal_send(&mut self, p: &mut Process, selector: &str, at: usize, argc: usize, kind: &str, ret: u32) {
        let values = p.stack[at..=at + argc].to_vec();
        let record = FailedSend {
            depth: p.depth,
            window: (at - p.top().base as usize) as u16,
            pc: self.inlined.unwrap_or(p.top().pc - 1),
            values: values.clone(),
        };
        let args = self.vector(&values[1..]);
        let (selector, kind) = (self.heap.canonical(selector), self.heap.canonical(kind));
        p.failed.push(record);
        self.signal(p, "doesNotUnderstand:Receiver:Arguments:Kind:", &[selector, values[0], args, kind], ret);
    }

    /// A primitive failed and nobody gave it an `IfFail:`.
    pub(crate) fn primitive_failed(&mut self, p: &mut Process, name: &str, f: &Fail, at: usize, argc: usize, ret: u32) {
        let values = p.stack[at..=at + argc].to_vec();
        let args = self.vector(&values[1..]);
        let text = self.heap.string(&f.text()).unwrap_or(self.specials.nil);
        let name = self.heap.canonical(name);
        self.signal(p, "primitiveFailed:Primitive:Receiver:Arguments:", &[text, name, values[0], args], ret);
    }

    /// A block was evaluated with fewer arguments than it takes.
    pub(crate) fn too_few_arguments(&mut self, p: &mut Process, callee: CodeRef, given: usize, ret: u32) {
        let wants = callee.argc.get();
        let text = format!("badNumberOfArgumentsError: the block takes {wants} and got {given}");
        let text = self.heap.string(&text).unwrap_or(self.specials.nil);
        let name = self.heap.canonical("value");
        let none = self.vector(&[]);
        let nil = self.nil();
        self.signal(p, "primitiveFailed:Primitive:Receiver:Arguments:", &[text, name, nil, none], ret);
    }

    pub(crate) fn stack_overflow(&mut self, p: &mut Process, ret: u32) {
        if p.reached == Some("stack") || p.trial {
            p.reached = Some("stack");
            self.die(p, "the stack is too deep, also for handling that");
            return;
        }
        p.reached = Some("stack");
        self.signal(p, "stackOverflow", &[], ret);
    }

    /// A block returns from a method that has answered already. The handler's answer becomes the block's own.
    pub(crate) fn dead_home(&mut self, p: &mut Process, v: Value) {
        if p.depth == 1 {
            let trace = self.trace(p, 12);
            return self.die(p, &format!("a block returned from a method that has answered already\n{trace}"));
        }
        let ret = p.top().ret;
        p.depth -= 1;
        p.prune();
        self.signal(p, "deadHome:", &[v], ret);
    }

    /// A limit was reached: a condition the first time, the end of the process the next. Trials have no first time.
    pub(crate) fn limit_reached(&mut self, p: &mut Process, which: &'static str) {
        if p.reached.is_some() || p.trial {
            p.reached = Some(which);
            let text = format!("the limit of {which} is used up");
            self.die(p, &text);
            return;
        }
        p.reached = Some(which);
        p.budget.reach(which);
        let name = self.heap.canonical(which);
        self.signal(p, "limit:", &[name], NOWHERE);
    }

    pub(crate) fn out_of_memory(&mut self, p: &mut Process) {
        if p.reached.is_some() || p.trial {
            p.reached = Some("memory");
            self.die(p, "the memory limit is used up");
            return;
        }
        p.reached = Some("memory");
        self.signal(p, "outOfMemory", &[], NOWHERE);
    }
}
