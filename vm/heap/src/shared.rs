//! Objects that everybody shares: those of the library. Whoever stores into one comes by the barrier each time, so that the machine can see to
//! who may.
//!
//! What must stay true: a shared object that is alive has its BARRIER bit, also after a store; between two collections the barrier does its
//! work for each of them once, as for any other old object.
//!
//! Not here: who may change them. The machine asks [`Heap::is_shared`] before it stores for others.

use rustc_hash::FxHashSet;

use crate::heap::Heap;
use crate::layout::*;
use crate::value::Value;

/// See the module's comment.
#[derive(Default)]
pub(crate) struct Shared {
    /// Sorted. Old objects do not move.
    all: Vec<*mut u64>,
    /// Those for which the barrier has done its work.
    seen: FxHashSet<*mut u64>,
}

impl Shared {
    /// The barrier is to do its work again: after a collection, and when a trial begins.
    pub(crate) fn begin_anew(&mut self) {
        self.seen.clear();
    }

    #[cold]
    #[inline(never)]
    fn has(&self, p: *mut u64) -> bool {
        let within = self.all.first().is_some_and(|first| *first <= p) && self.all.last().is_some_and(|last| p <= *last);
        within && self.all.binary_search(&p).is_ok()
    }

    /// Whether this object is shared, and if so, whether the barrier has seen it.
    pub(crate) fn meets(&mut self, p: *mut u64) -> (bool, bool) {
        let shared = self.has(p);
        (shared, shared && !self.seen.insert(p))
    }

    /// Forgets those that are about to be collected.
    pub(crate) fn keep(&mut self, alive: impl Fn(*mut u64) -> bool) {
        self.all.retain(|p| alive(*p));
    }
}

impl Heap {
    /// From now on these objects, which lie in old space, are shared.
    pub fn share(&mut self, objects: Vec<Value>) {
        self.shared.all = objects.into_iter().map(Value::ptr).collect();
        self.shared.all.sort_unstable();
    }

    /// Whether everybody shares an object. Quick for most that do not.
    #[inline(always)]
    pub fn is_shared(&self, o: Value) -> bool {
        o.is_ref() && self.header(o) & BARRIER != 0 && self.shared.has(o.ptr())
    }
}
