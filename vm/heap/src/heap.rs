//! The heap itself: its spaces, its limits, allocation, and the write barrier.
//!
//! What must stay true: an object in old space that may refer to the nursery is in `remembered`, and its BARRIER bit is clear (but for long
//! vectors, of which single words may be remembered instead, and for shared objects, which keep it); every other
//! old object has the bit set. Objects in the nursery never have it.
#![allow(unsafe_code)]

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::layout::*;
use crate::map::{Dependent, Map, MapId};
use crate::shared::Shared;
use crate::space::OldSpace;
use crate::symbol::Symbols;
use crate::tracking::Tracking;
use crate::trial::UndoLog;
use crate::value::Value;

/// Bytes of the nursery: small enough to stay in the second-level cache and to be copied within a millisecond.
pub(crate) const NURSERY: usize = 768 << 10;
/// An object larger than this many words is born in old space.
const LARGE_WORDS: usize = 2048;
/// A vector longer than this is not scanned as a whole for a few stores.
const LONG: usize = 4096;
/// Maps that may be made before `over_limit`: fewer than their numbers allow by more than one slice of a process can make.
const MOST_MAPS: usize = (1 << 24) - (1 << 20);
/// No single object may be larger than this many bytes.
const MAX_OBJECT: usize = 1 << 36;

/// The memory limit does not allow an allocation of this size.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutOfMemory {
    /// Bytes that were asked for.
    pub bytes: usize,
}

/// What the heap did so far.
#[derive(Clone, Copy, Default, Debug)]
pub struct Stats {
    /// Collections of the nursery.
    pub minor: u64,
    /// Collections of everything.
    pub full: u64,
    /// Bytes that survived nursery collections.
    pub promoted: u64,
    /// Longest nursery collection, in nanoseconds.
    pub longest_minor: u64,
    /// Longest full collection, in nanoseconds.
    pub longest_full: u64,
    /// Nanoseconds spent in all collections.
    pub total: u64,
}

/// All objects, maps and names of one world.
pub struct Heap {
    pub(crate) nursery: Box<[u64]>,
    pub(crate) top: *mut u64,
    pub(crate) end: *mut u64,
    pub(crate) old: OldSpace,
    pub(crate) remembered: Vec<*mut u64>,
    /// Words of long old vectors that may refer to the nursery, while the vectors themselves are not remembered.
    pub(crate) remembered_words: Vec<*mut u64>,
    pub(crate) long_vector: *mut u64,
    pub(crate) long_stores: usize,
    pub(crate) maps: Vec<Option<Box<Map>>>,
    pub(crate) young_maps: Vec<MapId>,
    /// Selectors and slot names.
    pub symbols: Symbols,
    pub(crate) flushed: Vec<Dependent>,
    /// Undo logs of the running trial and transactions, the innermost last.
    pub(crate) undo: Vec<UndoLog>,
    /// Objects of the library.
    pub(crate) shared: Shared,
    /// What is remembered for the image.
    pub(crate) tracking: Tracking,
    pub(crate) canonical: FxHashMap<Arc<str>, Value>,
    pub(crate) characters: Vec<Value>,
    /// Maps of the built-in kinds.
    pub kind_maps: KindMaps,
    pub(crate) hash_seed: u64,
    pub(crate) full_threshold: usize,
    pub(crate) allocated_before: u64,
    /// Set when a collection is due; the machine collects at its next safepoint.
    pub wants_collection: bool,
    /// Collect at every safepoint: for tests.
    pub stress: bool,
    /// Bytes that the heap may hold; above it, large allocations fail and `over_limit` is true.
    pub limit: usize,
    /// What [`Heap::allocated`] may come to; above it, large allocations fail. The machine sets it for the process that runs.
    pub allowance: u64,
    /// An allocation has failed because of the allowance.
    pub over_allowance: bool,
    /// What it did.
    pub stats: Stats,
}

/// The maps that the built-in kinds of objects start with.
#[derive(Clone, Copy, Debug, Default)]
pub struct KindMaps {
    /// Small integers.
    pub int: MapId,
    /// Doubles, immediate and boxed.
    pub float: MapId,
    /// Big integers.
    pub big: MapId,
    /// Strings.
    pub string: MapId,
    /// Vectors.
    pub vector: MapId,
    /// Byte vectors.
    pub bytes: MapId,
    /// Blocks.
    pub block: MapId,
    /// Methods.
    pub method: MapId,
    /// Boxes of captured variables.
    pub boxed: MapId,
    /// Mirrors.
    pub mirror: MapId,
    /// Processes.
    pub process: MapId,
    /// Semaphores.
    pub semaphore: MapId,
    /// Anything else that the machine keeps.
    pub foreign: MapId,
    /// Objects of the image that are not in memory.
    pub absent: MapId,
}

impl Default for Heap {
    fn default() -> Self {
        Self::new()
    }
}

impl Heap {
    /// An empty heap with empty maps for the built-in kinds.
    pub fn new() -> Heap {
        let mut nursery = vec![0u64; NURSERY / 8].into_boxed_slice();
        let top = nursery.as_mut_ptr();
        let mut heap = Heap {
            // SAFETY: one past the end of the nursery.
            end: unsafe { top.add(NURSERY / 8) },
            nursery,
            top,
            old: OldSpace::new(),
            remembered: Vec::new(),
            remembered_words: Vec::new(),
            long_vector: std::ptr::null_mut(),
            long_stores: 0,
            maps: Vec::new(),
            young_maps: Vec::new(),
            symbols: Symbols::default(),
            flushed: Vec::new(),
            undo: Vec::new(),
            shared: Shared::default(),
            tracking: Tracking::default(),
            canonical: FxHashMap::default(),
            characters: Vec::new(),
            kind_maps: KindMaps::default(),
            hash_seed: 0x9E37_79B9,
            full_threshold: 64 << 20,
            allocated_before: 0,
            wants_collection: false,
            stress: false,
            limit: 8 << 30,
            allowance: u64::MAX,
            over_allowance: false,
            stats: Stats::default(),
        };
        // Map 0 stays unused, so that an empty inline cache (map 0) matches nothing.
        heap.add_map(Map::empty(Kind::Foreign));
        heap.kind_maps = KindMaps {
            int: heap.add_map(Map::empty(Kind::Plain)),
            float: heap.add_map(Map::empty(Kind::Float)),
            big: heap.add_map(Map::empty(Kind::Big)),
            string: heap.add_map(Map::empty(Kind::String)),
            vector: heap.add_map(Map::empty(Kind::Vector)),
            bytes: heap.add_map(Map::empty(Kind::Bytes)),
            block: heap.add_map(Map::empty(Kind::Block)),
            method: heap.add_map(Map::empty(Kind::Method)),
            boxed: heap.add_map(Map::empty(Kind::Box)),
            mirror: heap.add_map(Map::empty(Kind::Box)),
            process: heap.add_map(Map::empty(Kind::Foreign)),
            semaphore: heap.add_map(Map::empty(Kind::Foreign)),
            foreign: heap.add_map(Map::empty(Kind::Foreign)),
            absent: heap.add_map(Map::empty(Kind::Absent)),
        };
        for c in 0..128u8 {
            let s = heap.old_string(std::str::from_utf8(&[c]).expect("ASCII"));
            heap.characters.push(s);
        }
        heap
    }

    /// The map of this number.
    #[inline(always)]
    pub fn map(&self, id: MapId) -> &Map {
        self.maps[id as usize].as_ref().expect("a map that an object has is there")
    }

    /// The map of this number, if any object may still have it.
    pub fn find_map(&self, id: MapId) -> Option<&Map> {
        self.maps.get(id as usize)?.as_deref()
    }

    #[inline(always)]
    pub(crate) fn map_mut(&mut self, id: MapId) -> &mut Map {
        self.maps[id as usize].as_mut().expect("a map that an object has is there")
    }

    /// Gives a map a number.
    pub fn add_map(&mut self, map: Map) -> MapId {
        let id = self.maps.len() as MapId;
        assert!(id < 1 << 24, "more maps than `over_limit` lets there be");
        if map.slots.iter().any(|s| matches!(s.kind, crate::map::SlotKind::Constant(v) if self.is_young(v))) {
            self.young_maps.push(id);
        }
        // Maps do not lie in the heap, but who makes many uses memory all the same.
        self.allocated_before += (size_of::<Map>() + map.slots.len() * size_of::<crate::map::Slot>()) as u64;
        self.maps.push(Some(Box::new(map)));
        id
    }

    /// Room for an object of `words` words and its header, which is written; the words are not.
    #[inline(always)]
    pub(crate) fn alloc(&mut self, header: u64, words: usize) -> *mut u64 {
        let p = self.top;
        let total = words + 1;
        // SAFETY: `end - top` is the free part of the nursery; the comparison is on sizes, so nothing is formed out of bounds.
        unsafe {
            if total <= self.end.offset_from(p) as usize && total <= LARGE_WORDS {
                self.top = p.add(total);
                *p = header;
                return p;
            }
        }
        self.alloc_old(header, words)
    }

    /// Makes the nursery so many bytes large, at least a word and at most what it is, for tests: everything that survives moves soon.
    ///
    /// # Panics
    /// When the nursery is not empty.
    pub fn shrink_nursery(&mut self, bytes: usize) {
        assert_eq!(self.top as *const u64, self.nursery.as_ptr(), "collect before the nursery is made smaller");
        let words = (bytes / 8).clamp(1, NURSERY / 8);
        let room = self.nursery[..words].as_mut_ptr_range();
        (self.top, self.end) = (room.start, room.end);
    }

    /// Where the address of the nursery's first free word is kept, for compiled code.
    pub const TOP: usize = std::mem::offset_of!(Heap, top);
    /// Where the address of its end is kept.
    pub const END: usize = std::mem::offset_of!(Heap, end);

    /// An object of which only the header is written.
    ///
    /// # Safety
    /// The header is one of an object of so many words, and all are written before anything else is done with the heap.
    pub unsafe fn unfilled(&mut self, header: u64, words: usize) -> Value {
        Value::from_ptr(self.alloc(header, words))
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn alloc_old(&mut self, header: u64, words: usize) -> *mut u64 {
        if words < LARGE_WORDS {
            self.wants_collection = true;
        }
        let p = self.old.alloc(words.max(1) + 1);
        self.allocated_before += (words as u64 + 1) * 8;
        if self.old.used > self.full_threshold {
            self.wants_collection = true;
        }
        // SAFETY: freshly allocated with room for the header.
        unsafe { *p = header | OLD };
        // It may be filled with references to the nursery, without a barrier.
        self.remembered.push(p);
        p
    }

    /// Whether an object of this many bytes may be allocated under the limit.
    pub fn check_room(&mut self, bytes: usize) -> Result<(), OutOfMemory> {
        if bytes > MAX_OBJECT || self.old.used.saturating_add(bytes) > self.limit {
            self.wants_collection = true;
            return Err(OutOfMemory { bytes });
        }
        if self.allocated().saturating_add(bytes as u64) > self.allowance {
            self.over_allowance = true;
            return Err(OutOfMemory { bytes });
        }
        Ok(())
    }

    /// How many bytes an object may have that is allocated now.
    pub fn room_left(&self) -> usize {
        let allowed = self.allowance.saturating_sub(self.allocated()).min(MAX_OBJECT as u64) as usize;
        self.limit.saturating_sub(self.old.used).min(allowed)
    }

    /// Whether more is in use than the limit allows, or nearly all maps that there can be were made: their numbers are not used again. Ask after a
    /// full collection.
    pub fn over_limit(&self) -> bool {
        self.old.used > self.limit || self.maps.len() > MOST_MAPS
    }

    /// Counts bytes among those allocated that the machine has taken for a program without putting them here.
    pub fn count_outside(&mut self, bytes: usize) {
        self.allocated_before += bytes as u64;
    }

    /// Counts bytes no longer that were so counted, since they come to lie here.
    pub fn count_back(&mut self, bytes: usize) {
        self.allocated_before = self.allocated_before.saturating_sub(bytes as u64);
    }

    /// Bytes allocated since the heap was made, dead or alive.
    pub fn allocated(&self) -> u64 {
        let nursery = self.top as u64 - self.nursery.as_ptr() as u64;
        self.allocated_before + nursery
    }

    /// Bytes in use in old space, and bytes taken from the system for it.
    pub fn old_size(&self) -> (usize, usize) {
        (self.old.used, self.old.reserved)
    }

    /// Whether it is an object in the nursery.
    #[inline(always)]
    pub fn is_young(&self, v: Value) -> bool {
        v.is_ref() && {
            let start = self.nursery.as_ptr() as u64;
            (v.ptr() as u64).wrapping_sub(start) < NURSERY as u64
        }
    }

    /// Stores `v` into word `index` (counted from the header) of object `o`: the write barrier.
    #[inline(always)]
    pub fn store(&mut self, o: Value, index: usize, v: Value) {
        let p = o.ptr();
        // SAFETY: `o` is a live object and `index` one of its words, as the caller found in its map or length.
        unsafe {
            if *p & BARRIER != 0 {
                self.barrier_store(p, index, v);
            }
            *p.add(index) = v.0;
        }
    }

    /// The barrier's slow path for a store. A few elements of a long vector are remembered one by one, because scanning all of it for them
    /// would make the next nursery collection long; many are not.
    #[cold]
    #[inline(never)]
    fn barrier_store(&mut self, p: *mut u64, index: usize, v: Value) {
        // SAFETY: p is the header of a live object; vectors have their length in the second word.
        let (h, length) = unsafe { (*p, *p.add(LENGTH) as usize) };
        if (h >> KIND_SHIFT) & 15 == Kind::Vector as u64 && length > LONG && self.undo.is_empty() {
            self.keep_track(p);
            if self.long_vector != p {
                (self.long_vector, self.long_stores) = (p, 0);
            }
            self.long_stores += 1;
            if self.long_stores <= length / 8 {
                if self.is_young(v) {
                    // SAFETY: the caller stores into this word.
                    self.remembered_words.push(unsafe { p.add(index) });
                }
                return;
            }
        }
        self.barrier(p);
    }

    /// The slow path of the barrier: what must be known about an old object before its first change since the last collection.
    #[cold]
    #[inline(never)]
    pub(crate) fn barrier(&mut self, p: *mut u64) {
        let (shared, seen) = self.shared.meets(p);
        if seen {
            return;
        }
        if !self.undo.is_empty() {
            self.log_for_undo(p);
        }
        self.keep_track(p);
        self.remembered.push(p);
        if !shared {
            // SAFETY: p is the header of a live object.
            unsafe { *p &= !BARRIER };
        }
    }

    /// Tells of a change of an object's header or raw words that is not a store of a value.
    #[inline]
    pub(crate) fn touch(&mut self, o: Value) {
        let p = o.ptr();
        // SAFETY: `o` is a live object.
        unsafe {
            if *p & BARRIER != 0 {
                self.barrier(p);
            }
        }
    }

    /// The dependents whose conclusions no longer hold since the last call.
    pub fn take_flushed(&mut self) -> Vec<Dependent> {
        std::mem::take(&mut self.flushed)
    }

    /// Whether `take_flushed` has something to say.
    #[inline(always)]
    pub fn has_flushed(&self) -> bool {
        !self.flushed.is_empty()
    }

    /// Remembers that something was concluded from the slots of objects with this map.
    pub fn depend(&mut self, map: MapId, d: Dependent) {
        let ds = &mut self.map_mut(map).dependents;
        if ds.last() != Some(&d) {
            if ds.len() == ds.capacity() {
                // Whoever concludes something again and again is there once in the end, and the list stays of the order of those who do.
                ds.sort_unstable();
                ds.dedup();
            }
            ds.push(d);
        }
    }

    /// The same for something that depends on few maps, and should be remembered once however often it says so.
    pub fn depend_once(&mut self, map: MapId, d: Dependent) {
        if !self.map(map).dependents.contains(&d) {
            self.depend(map, d);
        }
    }
}
