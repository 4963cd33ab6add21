//! Activations from slow paths, and the tokens that name them.
//!
//! What must stay true: an activation's registers follow its caller's window, or lie above everything that the caller uses; each is counted as one unit of fuel.

use aura_heap::{Value, layout};

use crate::linked::CodeRef;
use crate::process::{Frame, Process, flag};
use crate::vm::Vm;

/// Bits of a token that hold the depth of the activation it names.
const DEPTH_BITS: u32 = 18;
const _: () = assert!(crate::process::MAX_DEPTH + crate::process::SPARE_DEPTH < 1 << DEPTH_BITS);

/// A token: names an activation for as long as it lives.
pub(crate) fn token(serial: u64, depth: usize) -> Value {
    Value::int(((serial << DEPTH_BITS) | depth as u64) as i64)
}

/// The depth and serial that a token names. Serial 0 is that of activations which have no token yet, so any small number would name one.
pub(crate) fn untoken(v: Value) -> Option<(u64, usize)> {
    let t = v.as_int()? as u64;
    let serial = t >> DEPTH_BITS;
    (serial != 0).then_some((serial, (t & ((1 << DEPTH_BITS) - 1)) as usize))
}

impl Vm {
    /// Pushes an activation whose registers begin at stack index `at`, from a slow path. Signals the overflow if the stack is full.
    pub(crate) fn push(&mut self, p: &mut Process, callee: CodeRef, at: usize, ret: u32, flags: u32) -> bool {
        self.link(callee);
        if !p.grow(at, callee.nregs.get() as usize) {
            self.stack_overflow(p, ret);
            return false;
        }
        let flags = if ret == crate::process::NOWHERE { flags | flag::SLOW } else { flags };
        p.frames[p.depth] = Frame { code: callee, pc: 0, base: at as u32, ret, flags, serial: 0 };
        p.depth += 1;
        // Counted like every other activation, so that fuel does not depend on what the caches know.
        p.budget.burn(1);
        true
    }

    /// The stack index above everything that the running activation uses.
    pub(crate) fn above(&self, p: &Process) -> usize {
        let top = p.top();
        top.base as usize + top.code.nregs.get() as usize
    }

    /// Pushes an activation of `callee` on `values` (receiver and arguments), above everything.
    pub(crate) fn push_values(&mut self, p: &mut Process, callee: CodeRef, values: &[Value], ret: u32, flags: u32) -> bool {
        let at = if p.depth == 0 { 0 } else { self.above(p) };
        self.link(callee);
        let need = (callee.nregs.get() as usize).max(values.len() + 1);
        if at + need > p.stack.len() {
            p.stack.resize((p.stack.len() * 2).max(at + need + 64), Value::ZERO);
        }
        p.stack[at..at + values.len()].copy_from_slice(values);
        self.push(p, callee, at, ret, flags)
    }

    pub(crate) fn protect(&mut self, p: &mut Process, block: Value, ret: u32) {
        let callee = CodeRef::from_bits(self.heap.raw(block, layout::CODE));
        self.push_values(p, callee, &[block], ret, flag::PROTECTED);
    }
}
