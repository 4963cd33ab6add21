//! Leaving activations: ordinary answers with something to do on the way, returns from blocks, unwinding to a handler.
//!
//! All of these are the same thing: make the activation that a token names answer a value. On the way every `ensure:` (an activation that a
//! `Protect` made) gets control first; its `_ContinueUnwind:` goes on.

use aura_heap::Value;

use crate::activate::{token, untoken};
use crate::process::{NOWHERE, Process, Status, flag};
use crate::vm::Vm;

impl Vm {
    /// The running activation answers `v`. False when the process has ended by that.
    pub(crate) fn return_slow(&mut self, p: &mut Process, v: Value) -> bool {
        let ret = p.top().ret;
        p.depth -= 1;
        p.prune();
        if p.depth == 0 {
            self.finish(p, v, Status::Finished);
            return false;
        }
        if ret != NOWHERE {
            let top = p.depth - 1;
            p.set_reg(top, ret, v);
        }
        true
    }

    /// The activation that `home` names answers `v`. False when the process has ended by that.
    pub(crate) fn return_home(&mut self, p: &mut Process, home: Value, v: Value) -> bool {
        let Some((_, depth)) = untoken(home).filter(|(serial, d)| *d < p.depth && p.frames[*d].serial == *serial) else {
            self.dead_home(p, v);
            return true;
        };
        for k in (depth + 1..p.depth).rev() {
            if p.frames[k].flags & flag::PROTECTED == 0 {
                continue;
            }
            // The activation below evaluates `ensure:`; its last instruction was the Protect.
            p.depth = k;
            p.prune();
            let f = &p.frames[k - 1];
            let i = f.code.parts().instrs[f.pc as usize - 1];
            p.set_reg(k - 1, i.b as u32, home);
            p.set_reg(k - 1, i.c as u32, v);
            return true;
        }
        p.depth = depth + 1;
        self.return_slow(p, v)
    }

    /// A token for the activation at `depth`.
    pub(crate) fn token_for(&mut self, p: &mut Process, depth: usize) -> Value {
        if p.frames[depth].serial == 0 {
            self.serial += 1;
            p.frames[depth].serial = self.serial;
        }
        token(p.frames[depth].serial, depth)
    }

    /// Ends a process from outside, running its `ensure` blocks the next time that it runs. False when it ended at once.
    pub(crate) fn begin_terminate(&mut self, p: &mut Process) -> bool {
        let nil = self.nil();
        self.begin_end(p, nil, "terminated")
    }

    /// Ends a process from outside with this result; `how` is what its state will be called.
    pub(crate) fn begin_end(&mut self, p: &mut Process, result: Value, how: &'static str) -> bool {
        p.ending = p.ending.or(Some(how));
        if p.depth == 0 {
            self.finish(p, result, Status::Dead);
            return false;
        }
        let t = self.token_for(p, 0);
        self.return_home(p, t, result)
    }
}
