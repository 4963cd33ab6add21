//! The undo log of a trial: what old objects were before their first change, so that everything can be put back. Transactions are trials
//! that may be kept; one may run inside another, each with a log of its own.
//!
//! A trial begins right after a nursery collection, so every object that existed before is in old space, where it stays, with its BARRIER bit
//! set; the first store into each goes through the barrier and is logged. Objects made during the trial need no log: nothing that is put
//! back refers to them. Maps are never changed in place during a trial (see `slots`), so an object's header says all about its slots.
#![allow(unsafe_code)]

use crate::heap::Heap;
use crate::layout::*;
use crate::map::MapId;
use crate::value::Value;

/// Bits of a header that are no part of what an object was.
pub(crate) const KEEP: u64 = MARK | BARRIER | OLD;
/// The identity hash.
pub(crate) const HASH: u64 = HASH_MASK << HASH_SHIFT;
/// What is kept, and what says how the heap may treat an object, not what it is.
const INTERNAL: u64 = KEEP | PARENT | UNIQUE;

pub(crate) struct Undo {
    pub(crate) object: *mut u64,
    pub(crate) words: Box<[u64]>,
}

/// Copies of objects as they were, in the order of their first changes.
#[derive(Default)]
pub(crate) struct UndoLog {
    pub(crate) entries: Vec<Undo>,
    /// Where the hashes of identities stood.
    hash_seed: u64,
}

impl Heap {
    /// Whether a trial or transaction is running.
    pub fn in_trial(&self) -> bool {
        !self.undo.is_empty()
    }

    /// Begins a trial or transaction, inside the running one if there is one. The nursery must be empty (collect first).
    pub fn begin_trial(&mut self) {
        assert_eq!(self.top as *const u64, self.nursery.as_ptr(), "collect before a trial");
        self.shared.begin_anew();
        self.undo.push(UndoLog { entries: Vec::new(), hash_seed: self.hash_seed });
    }

    /// How many objects that existed before the innermost trial it has changed so far.
    pub fn trial_changes(&self) -> usize {
        let Some(log) = self.undo.last() else { return 0 };
        log.entries.iter().filter(|e| self.differs(e)).map(|e| e.object).collect::<rustc_hash::FxHashSet<_>>().len()
    }

    /// Whether an object is not what it was; its identity hash, which it gets when somebody asks for it, does not count.
    fn differs(&self, e: &Undo) -> bool {
        // SAFETY: as in `restore`.
        let now = |i| unsafe { *e.object.add(i) };
        (now(0) ^ e.words[0]) & !(INTERNAL | HASH) != 0 || (1..e.words.len()).any(|i| now(i) != e.words[i])
    }

    /// The objects that existed before the innermost trial and whose contents it has changed so far, each once. An object that
    /// only has other slots than before, as those have that a method was put into, is not among them.
    pub fn trial_contents(&self) -> Vec<Value> {
        let Some(log) = self.undo.last() else { return Vec::new() };
        let mut seen = rustc_hash::FxHashSet::default();
        let first = log.entries.iter().filter(|e| seen.insert(e.object));
        let changed = |e: &&Undo| self.words(e.object) + 1 == e.words.len() && self.copy_of(e.object)[1..] != e.words[1..];
        first.filter(changed).map(|e| Value::from_ptr(e.object)).collect()
    }

    /// Ends the innermost trial and keeps what it did.
    pub fn keep_trial(&mut self) {
        if let Some(log) = self.undo.pop() {
            self.hand_over(log);
        }
    }

    /// Ends the innermost trial and puts everything back.
    pub fn undo_trial(&mut self) {
        let Some(log) = self.undo.pop() else { return };
        for e in log.entries.iter().rev() {
            self.restore(e.object, &e.words, KEEP);
        }
        self.hash_seed = log.hash_seed;
        self.hand_over(log);
    }

    /// The trial around an ended one must know of its objects as well: their barrier will not tell again.
    fn hand_over(&mut self, log: UndoLog) {
        if let Some(around) = self.undo.last_mut() {
            around.entries.extend(log.entries);
        }
    }

    /// Gives an old object the words that it once had, but not those bits of its header.
    pub(crate) fn restore(&mut self, object: *mut u64, words: &[u64], keep: u64) {
        // SAFETY: objects that were copied are in old space, never move, and the mark phase keeps them while the copy is kept; the copy holds
        // as many words as the object had, and an object's cell never shrinks.
        unsafe {
            let now = *object;
            let map_now = (now >> MAP_SHIFT) as MapId;
            let then = words[0];
            *object = (then & !keep) | (now & keep);
            for (i, w) in words.iter().enumerate().skip(1) {
                *object.add(i) = *w;
            }
            if now & PARENT != 0 && map_now != (then >> MAP_SHIFT) as MapId {
                self.flush(map_now);
            }
            *object |= now & PARENT;
        }
    }

    /// The words of an object, header included.
    pub(crate) fn copy_of(&self, p: *mut u64) -> Box<[u64]> {
        let n = self.words(p) + 1;
        // SAFETY: the object has `n` words with its header.
        unsafe { std::slice::from_raw_parts(p, n) }.into()
    }

    pub(crate) fn log_for_undo(&mut self, p: *mut u64) {
        let words = self.copy_of(p);
        if let Some(u) = self.undo.last_mut() {
            u.entries.push(Undo { object: p, words });
        }
    }

    /// Hands all dependents of a map to the machine.
    pub(crate) fn flush(&mut self, map: MapId) {
        let ds = std::mem::take(&mut self.map_mut(map).dependents);
        self.flushed.extend(ds);
    }

    /// A fingerprint of everything that `roots` lead to, slots, contents, maps, and identity hashes if they are to count: for tests that
    /// show that nothing changed.
    pub fn fingerprint(&self, roots: &[Value], identity: bool) -> u64 {
        let left_out = if identity { INTERNAL } else { INTERNAL | HASH };
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
            mix(head & !left_out);
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
