//! What a process and everything that it starts have used together of their limits.
//!
//! What must stay true: processes that a process forks, and those that they fork, share its budget, so that more processes never have more of
//! anything. Not here: how deep a stack may be, which each process has for itself, and who looks ([`crate::sched`]).

use std::cell::Cell;
use std::time::Instant;

use crate::process::Limits;

/// Fuel that is left, once a limit is reached, for dealing with that.
const LAST: u64 = 20_000;

/// What processes that belong together have used.
#[derive(Debug)]
pub(crate) struct Budget {
    /// Fuel used so far.
    pub(crate) fuel: Cell<u64>,
    /// Bytes printed so far.
    pub(crate) printed: Cell<u64>,
    /// What the heap had allocated when the first of them began.
    pub(crate) began: u64,
    /// The limit that was reached, and how much fuel will have been used when all ends.
    reached: Cell<Option<(&'static str, u64)>>,
}

impl Budget {
    pub(crate) fn new(allocated: u64) -> Budget {
        Budget { fuel: Cell::new(0), printed: Cell::new(0), began: allocated, reached: Cell::new(None) }
    }

    /// Fuel that is left.
    pub(crate) fn left(&self, limits: &Limits) -> u64 {
        let most = self.reached.get().map(|(_, end)| end).or(limits.fuel).unwrap_or(u64::MAX);
        most.saturating_sub(self.fuel.get())
    }

    /// The highest count of allocated bytes that the limits let the heap come to.
    pub(crate) fn allowance(&self, limits: &Limits) -> u64 {
        limits.heap.map_or(u64::MAX, |most| self.began.saturating_add(most))
    }

    /// Which limit a process has to be told of, who has `heard` of one or has not.
    pub(crate) fn over(&self, limits: &Limits, allocated: u64, heard: bool) -> Option<&'static str> {
        if let Some((which, end)) = self.reached.get() {
            return (!heard || self.fuel.get() >= end).then_some(which);
        }
        if limits.fuel.is_some_and(|most| self.fuel.get() >= most) {
            return Some("fuel");
        }
        if allocated > self.allowance(limits) {
            return Some("heap");
        }
        limits.deadline.is_some_and(|d| Instant::now() >= d).then_some("time")
    }

    /// A limit is reached: a little is left for dealing with it, once.
    pub(crate) fn reach(&self, which: &'static str) {
        if self.reached.get().is_none() {
            self.reached.set(Some((which, self.fuel.get() + LAST)));
        }
    }

    /// Uses fuel.
    #[inline]
    pub(crate) fn burn(&self, fuel: u64) {
        self.fuel.set(self.fuel.get() + fuel);
    }

    /// Gives fuel back that was used too early.
    pub(crate) fn give_back(&self, fuel: u64) {
        self.fuel.set(self.fuel.get() - fuel);
    }
}
