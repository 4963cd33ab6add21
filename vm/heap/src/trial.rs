//! The undo log of a trial: what old objects were before their first change, so that everything can be put back.
//!
//! A trial begins right after a nursery collection, so every object that existed before is in old space, where it stays, with its BARRIER bit
//! set; the first store into each goes through the barrier and is logged. Objects made during the trial need no log: nothing that is put
//! back refers to them. Maps are never changed in place during a trial (see `slots`), so an object's header says all about its slots.
#![allow(unsafe_code)]

use crate::heap::Heap;
use crate::layout::*;
use crate::map::MapId;
use crate::value::Value;

const KEEP: u64 = MARK | BARRIER | OLD | (HASH_MASK << HASH_SHIFT);

pub(crate) struct Undo {
    pub(crate) object: *mut u64,
    pub(crate) words: Box<[u64]>,
}

/// Copies of objects as they were, in the order of their first changes.
#[derive(Default)]
pub(crate) struct UndoLog {
    pub(crate) entries: Vec<Undo>,
}

impl Heap {
    /// Whether a trial is running.
    pub fn in_trial(&self) -> bool {
        self.undo.is_some()
    }

    /// Begins a trial. The nursery must be empty (collect first).
    pub fn begin_trial(&mut self) {
        assert!(self.undo.is_none(), "one trial at a time");
        assert_eq!(self.top as *const u64, self.nursery.as_ptr(), "collect before a trial");
        self.undo = Some(UndoLog::default());
    }

    /// How many objects that existed before the trial it has changed so far.
    pub fn trial_changes(&self) -> usize {
        self.undo.as_ref().map_or(0, |u| u.entries.len())
    }

    /// Ends the trial and keeps what it did.
    pub fn keep_trial(&mut self) {
        self.undo = None;
    }

    /// Ends the trial and puts everything back.
    pub fn undo_trial(&mut self) {
        let Some(log) = self.undo.take() else { return };
        for e in log.entries.iter().rev() {
            // SAFETY: logged objects are in old space, never move, and the mark phase keeps them while they are in the log; the log holds as
            // many words as the object had, and an object's cell never shrinks.
            unsafe {
                let now = *e.object;
                let map_now = (now >> MAP_SHIFT) as MapId;
                let then = e.words[0];
                *e.object = (then & !KEEP) | (now & KEEP);
                for (i, w) in e.words.iter().enumerate().skip(1) {
                    *e.object.add(i) = *w;
                }
                if now & PARENT != 0 && map_now != (then >> MAP_SHIFT) as MapId {
                    self.flush(map_now);
                }
                *e.object |= now & PARENT;
            }
        }
    }

    pub(crate) fn log_for_undo(&mut self, p: *mut u64) {
        let n = self.words(p) + 1;
        // SAFETY: the object has `n` words with its header.
        let words: Box<[u64]> = unsafe { std::slice::from_raw_parts(p, n) }.into();
        if let Some(u) = &mut self.undo {
            u.entries.push(Undo { object: p, words });
        }
    }

    /// Hands all dependents of a map to the machine.
    pub(crate) fn flush(&mut self, map: MapId) {
        let ds = std::mem::take(&mut self.map_mut(map).dependents);
        self.flushed.extend(ds);
    }

    /// A fingerprint of everything that `root` reaches in old space: for tests that show that nothing changed.
    pub fn fingerprint(&mut self, roots: &[Value]) -> u64 {
        let mut seen: rustc_hash::FxHashMap<u64, u64> = rustc_hash::FxHashMap::default();
        let mut stack: Vec<Value> = roots.to_vec();
        let mut h = 0u64;
        let mut mix = |x: u64| h = (h.rotate_left(5) ^ x).wrapping_mul(0x517c_c1b7_2722_0a95);
        while let Some(v) = stack.pop() {
            if !v.is_ref() {
                mix(v.0);
                continue;
            }
            let next = seen.len() as u64;
            if let Some(n) = seen.get(&v.0) {
                mix(*n);
                continue;
            }
            seen.insert(v.0, next);
            let p = v.ptr();
            // SAFETY: live object.
            let head = unsafe { *p };
            mix(head & !(KEEP | PARENT));
            let map = (head >> MAP_SHIFT) as MapId;
            for s in &self.map(map).slots {
                mix(s.name.0 as u64);
                if let crate::map::SlotKind::Constant(c) = s.kind {
                    stack.push(c);
                }
            }
            let words = self.words(p);
            let values = crate::gc::value_range(p, words);
            for i in 1..=words {
                // SAFETY: within the object.
                let w = unsafe { *p.add(i) };
                if values.contains(&i) {
                    stack.push(Value(w))
                } else if self.kind(v) != Some(Kind::String) || i != 2 {
                    mix(w)
                }
            }
        }
        h
    }
}
