//! What code may do, asked at the moment when it does it: the wall that holds whatever the guardian's audit has let through.
//!
//! *Powers* over the world outside are held by the process; while an activation of a generated method is below, by what policy gives of them to generated
//! methods; and a trial uses nothing that cannot be taken back. *What
//! reaches around the language* (primitives, other objects' slots, other processes) is closed to generated methods altogether, since no capability
//! stands for it. *Work* inside primitives is charged, and refused beforehand where it is more than the process has left.
//!
//! What must stay true: every primitive that reaches outside asks [`Vm::require`]; every one that changes slots, or that stops, starts or signals
//! processes, asks [`Vm::require_written`]; every store that a program asks for asks [`Vm::may_change`] or [`Vm::may_assign`] first; every primitive whose work grows with its arguments charges for it. A handler's block acts for whoever wrote it, although
//! what it handles is still below it on the stack.
//!
//! Not here: limits of fuel, memory, depth and time, which the scheduler looks at.

use std::path::Path;

use aura_heap::{SlotKind, Value};

use crate::caps::{CapSet, Capability, Denied};
use crate::fail::Fail;
use crate::prim::Prim;
use crate::process::Process;
use crate::vm::{Vm, is_library};

/// What stands in the place of every primitive that a generated method names.
pub(crate) static DENIED: Prim =
    Prim::leaf("", 0, |_, _| Err(Fail::with("noCapabilityError", "a generated method may not use primitives")));

/// Work that is done without asking whether it can be paid: less than one slice.
const SMALL: u64 = 10_000;
/// No work counts more than this, so that sums do not overflow.
const MOST: u64 = 1 << 60;

/// The library's method that goes from one handler to the next.
const TO_HANDLERS: &str = "toHandlers";

impl Vm {
    /// Whether the running process may do this, on this subject.
    ///
    /// # Errors
    /// What is missing.
    pub fn require(&self, c: Capability, subject: &str) -> Result<(), Denied> {
        self.judge(|set| set.has(c), c, || subject.to_string())
    }

    /// Whether the running process may do this to this path.
    ///
    /// # Errors
    /// What is missing.
    pub fn require_path(&self, c: Capability, path: &Path) -> Result<(), Denied> {
        self.judge(|set| set.has_path(c, path), c, || path.display().to_string())
    }

    fn judge(&self, holds: impl Fn(&CapSet) -> bool, c: Capability, subject: impl Fn() -> String) -> Result<(), Denied> {
        let Some(p) = self.process(self.current) else { return Ok(()) };
        let generated = acts_for_generated(p);
        let allowed = holds(&p.caps) && (!generated || holds(&self.policy));
        if allowed && p.may_now(c) {
            return Ok(());
        }
        Err(Denied { capability: c, subject: subject(), generated })
    }

    /// The same of generated methods only: what written code may do anyway.
    ///
    /// # Errors
    /// What is missing.
    pub(crate) fn require_of_generated(&self, c: Capability, subject: &str) -> Result<(), Fail> {
        match self.process(self.current) {
            Some(p) if acts_for_generated(p) => Ok(self.require(c, subject)?),
            _ => Ok(()),
        }
    }

    /// Whether the running process acts for code that a person wrote: what it is about to do is closed to generated methods.
    ///
    /// # Errors
    /// When it acts for a generated method.
    pub(crate) fn require_written(&self, doing: &str) -> Result<(), Fail> {
        match self.process(self.current) {
            Some(p) if acts_for_generated(p) => {
                Err(Fail::with("noCapabilityError", format!("a generated method may not {doing}")))
            }
            _ => Ok(()),
        }
    }

    /// Whether the activation at `depth`, a handler's, may be made to answer now: by anybody who acts for written code, by generated methods where it
    /// lies above one of them, and by the library's own way to a handler, which leaves to the machine whom it runs and what for.
    ///
    /// # Errors
    /// When a generated method would decide what written code answers.
    pub(crate) fn may_unwind(&self, p: &Process, depth: usize) -> Result<(), Fail> {
        if p.trial {
            return Ok(());
        }
        let Some(outermost) = p.acting(p.depth).filter(|at| p.frames[*at].code.method().generated).last() else { return Ok(()) };
        let running = p.top().code.method();
        if depth > outermost || self.is_of_library(p) && &*running.code().name == TO_HANDLERS {
            return Ok(());
        }
        Err(Fail::with("noCapabilityError", "a generated method may not make others answer"))
    }

    /// Whether the library's own code runs: code of no module, whatever its file is called.
    fn is_of_library(&self, p: &Process) -> bool {
        let code = &p.top().code;
        code.module.get() == self.nil() && is_library(code)
    }

    /// Whether a primitive that takes long may go on.
    ///
    /// # Errors
    /// When the running process's time is over, or it has been interrupted.
    pub(crate) fn may_go_on(&self) -> Result<(), Fail> {
        let Some(p) = self.process(self.current) else { return Ok(()) };
        if p.reached.is_none() && p.limits.deadline.is_some_and(|d| std::time::Instant::now() >= d) {
            return Err(Fail::with("limitError", "the time is over"));
        }
        if !p.trial && self.is_interrupted(p) {
            return Err(Fail::with("interruptedError", "interrupted"));
        }
        Ok(())
    }

    /// Whether the running process may store into an object: anybody into any but those that everybody shares, generated methods not into these.
    ///
    /// # Errors
    /// When it is shared, and the process acts for a generated method.
    #[inline]
    pub(crate) fn may_change(&self, o: Value) -> Result<(), Fail> {
        if self.heap.is_shared(o) {
            self.require_written(&format!("change {}, which everybody shares", self.describe(o)))
        } else {
            Ok(())
        }
    }

    /// The same for data slot `index` of an object. The library's own code may set those that are marked as transient, whoever it works for:
    /// they are what it remembers while it works.
    pub(crate) fn may_assign(&self, p: &Process, o: Value, index: u32) -> Result<(), Fail> {
        if !self.heap.is_shared(o) || self.is_of_library(p) && self.is_transient(o, index) {
            return Ok(());
        }
        self.may_change(o)
    }

    fn is_transient(&self, o: Value, index: u32) -> bool {
        let slots = &self.heap.map(self.heap.map_of(o)).slots;
        let slot = slots.iter().find(|s| s.kind == SlotKind::Data(index));
        let annotation = slot.and_then(|s| s.meta.as_ref()?.annotation.as_deref());
        annotation.is_some_and(|a| a.lines().any(|l| l.trim() == "transient"))
    }

    /// Charges work done inside a primitive to the running process, in units of fuel; one unit is about one activation.
    #[inline]
    pub fn charge(&mut self, units: u64) {
        self.charged = self.charged.saturating_add(units).min(MOST);
    }

    /// The same, for work that is no primitive's: the slice is shorter by so much, which the next activation or turn of a loop notices.
    #[inline]
    pub(crate) fn charge_slice(&mut self, units: u64) {
        self.hot.budget = self.hot.budget.saturating_sub_unsigned(units.min(MOST));
    }

    /// Charges work that a primitive is about to do, and refuses it if the process has less fuel left: its limit must not be noticed only afterwards.
    pub(crate) fn afford(&mut self, units: u64) -> Result<(), Fail> {
        if units >= SMALL {
            // What the slice has used so far is not in the process's own count yet.
            let pending = self.charged + u64::try_from(self.hot.granted - self.hot.budget - self.hot.withheld).unwrap_or(0);
            let left = self.process(self.current).map_or(u64::MAX, |p| p.budget.left(&p.limits).saturating_sub(pending));
            if units > left {
                // Enough that the limit is noticed, not what the work would have been.
                self.charge(left.saturating_add(1));
                return Err(Fail::with("limitError", "this is more work than the limit of fuel leaves room for"));
            }
        }
        self.charge(units);
        Ok(())
    }
}

/// Whether a trial runs, or a generated method waits for what runs. Activations that a running handler hides do not count: its block
/// acts for the activation that set the handler.
fn acts_for_generated(p: &Process) -> bool {
    p.trial || p.acting(p.depth).any(|at| p.frames[at].code.method().generated)
}
