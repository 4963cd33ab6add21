//! What the heap remembers for the image: by which number the image knows an object, and which of those have changed since the
//! last commit.
//!
//! Objects with a number are in old space (a commit collects the nursery first), so an object's number is kept beside its
//! block, not in the object. Objects of the library, which every start makes anew, have numbers of their own ([`BASE`]); of each that
//! is changed the heap keeps a copy as the library made it, since an image stores only the difference.
//!
//! What must stay true: an object with a number whose words or map have changed since the last [`Heap::clear_changes`] is in
//! `dirty`; that is the write barrier's duty, which calls [`Heap::keep_track`] before an old object's first change since the last
//! collection. Library objects and changed objects are alive.
//!
//! Not here: what the numbers mean, and where the objects are when they are not in memory.

use rustc_hash::FxHashMap;

use crate::heap::Heap;
use crate::layout::*;
use crate::map::MapId;
use crate::value::Value;

/// The object is one of the library's; the rest of the number is its place among them.
pub const BASE: u64 = 1 << 62;
/// It has changed since the last commit.
const DIRTY: u64 = 1 << 63;

/// See the module's comment.
#[derive(Default)]
pub(crate) struct Tracking {
    on: bool,
    /// The objects of the library, by their place.
    pub(crate) bases: Vec<Value>,
    /// Hashes for them that do not depend on the run.
    base_hashes: Vec<u32>,
    pub(crate) dirty: Vec<Value>,
    /// Changed objects of the library as they were at first.
    pub(crate) originals: FxHashMap<*mut u64, Original>,
    /// There are objects that are not in memory.
    pub(crate) absents: bool,
}

/// An object of the library as the library made it.
pub(crate) struct Original {
    pub(crate) words: Box<[u64]>,
    /// Its data slots, wherever they lie.
    pub(crate) data: Box<[Value]>,
}

impl Heap {
    /// From now on the heap tells what changes. `bases` are the objects of the library, with a hash for each. To be called right after a
    /// collection.
    pub fn track(&mut self, bases: Vec<Value>, hashes: Vec<u32>) {
        assert_eq!(self.top as *const u64, self.nursery.as_ptr(), "collect before tracking begins");
        for (i, o) in bases.iter().enumerate() {
            self.set_id(*o, BASE | i as u64);
        }
        self.tracking = Tracking { on: true, bases, base_hashes: hashes, ..Tracking::default() };
    }

    /// Whether an image is told about.
    pub fn is_tracking(&self) -> bool {
        self.tracking.on
    }

    /// The number of an object; 0 for those that the image does not know, and for everything in the nursery.
    #[inline]
    pub fn id(&self, o: Value) -> u64 {
        if !o.is_ref() || self.is_young(o) {
            return 0;
        }
        self.old.id(o.ptr(), self.is_large(o.ptr())) & !DIRTY
    }

    /// Gives an object in old space a number, or takes it away with 0.
    pub fn set_id(&mut self, o: Value, id: u64) {
        debug_assert!(!self.is_young(o));
        let large = self.is_large(o.ptr());
        self.old.set_id(o.ptr(), large, id);
    }

    /// Whether it is an object of the library.
    pub fn is_base(&self, o: Value) -> bool {
        self.tracking.on && self.id(o) & BASE != 0
    }

    /// The objects of the library.
    pub fn bases(&self) -> &[Value] {
        &self.tracking.bases
    }

    /// The objects with numbers that have changed since the last commit.
    pub fn changes(&self) -> &[Value] {
        &self.tracking.dirty
    }

    /// Everything that has changed is stored, or put back.
    pub fn clear_changes(&mut self) {
        for o in std::mem::take(&mut self.tracking.dirty) {
            let id = self.id(o);
            self.set_id(o, id);
        }
    }

    /// The map that an object of the library had when the library made it.
    pub fn original_map(&self, o: Value) -> MapId {
        self.tracking.originals.get(&o.ptr()).map_or(self.map_of(o), |w| (w.words[0] >> MAP_SHIFT) as MapId)
    }

    /// The data slots that it had then.
    pub fn original_data(&self, o: Value) -> Vec<Value> {
        match self.tracking.originals.get(&o.ptr()) {
            Some(w) => w.data.to_vec(),
            None => self.all_data(o),
        }
    }

    /// The words that it had then, after its header; nothing if they have not changed.
    pub fn original_words(&self, o: Value) -> Option<&[u64]> {
        self.tracking.originals.get(&o.ptr()).map(|w| &w.words[1..])
    }

    /// What the data slots of an object hold, in the order of their indices.
    pub fn all_data(&self, o: Value) -> Vec<Value> {
        (0..self.map(self.map_of(o)).data).map(|i| self.data(o, i)).collect()
    }

    /// Puts an object of the library back to what the library made.
    pub fn restore_original(&mut self, o: Value) {
        let Some(original) = self.tracking.originals.remove(&o.ptr()) else { return };
        self.touch(o);
        self.restore(o.ptr(), &original.words, crate::trial::KEEP | crate::trial::HASH);
        if self.header(o) & GROWN != 0 {
            for (i, v) in original.data.iter().enumerate() {
                self.set_data(o, i as u32, *v);
            }
        }
        self.tracking.originals.insert(o.ptr(), original);
    }

    /// The barrier's word to the image: this old object is about to change.
    #[inline]
    pub(crate) fn keep_track(&mut self, p: *mut u64) {
        if self.tracking.on {
            self.note_change(p);
        }
    }

    fn note_change(&mut self, p: *mut u64) {
        let large = self.is_large(p);
        let id = self.old.id(p, large);
        if id == 0 || id & DIRTY != 0 {
            return;
        }
        self.old.set_id(p, large, id | DIRTY);
        self.tracking.dirty.push(Value::from_ptr(p));
        if id & BASE != 0 && !self.tracking.originals.contains_key(&p) {
            let original = Original { words: self.copy_of(p), data: self.all_data(Value::from_ptr(p)).into() };
            self.tracking.originals.insert(p, original);
        }
    }

    /// A hash that is the same in every run, for objects that the image knows.
    pub(crate) fn lasting_hash(&self, v: Value) -> Option<u64> {
        if !self.tracking.on {
            return None;
        }
        let hash = match self.id(v) {
            0 => return None,
            id if id & BASE != 0 => u64::from(self.tracking.base_hashes[(id & !BASE) as usize]),
            id => id.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20,
        };
        Some((hash & HASH_MASK).max(1))
    }
}
