//! The collector: generational, precise, called at safepoints only.
//!
//! *Nursery*: everything in it that a root or a remembered old object reaches is copied to old space; then it is empty. There is no second
//! try for young objects: the nursery is collected when the machine is between two instructions, where little of it is alive.
//! *Full*: first the nursery, then marking from the roots and through maps, then sweeping. Old objects never move, so inline caches, code constants and
//! (later) compiled code may name them; what they name they must report as roots, or let go of in [`Roots::sweep_weak`].
//!
//! What must stay true after each collection: the nursery is empty, nothing is remembered, every old object has its BARRIER bit.
//!
//! Sources: D. Ungar, "Generation Scavenging", 1984 (remembered set, nursery). Not here: compaction, incremental marking.
#![allow(unsafe_code)]

use std::ops::Range;
use std::time::Instant;

use crate::heap::{Heap, NURSERY};
use crate::layout::*;
use crate::map::{MapId, SlotKind};
use crate::value::Value;

/// What the machine must tell the collector.
pub trait Roots {
    /// Calls `visit` with every place that holds a value; a nursery collection may change it.
    fn each(&mut self, visit: &mut dyn FnMut(&mut Value));
    /// Places that only refer to old objects; asked for in full collections alone.
    fn each_old(&mut self, visit: &mut dyn FnMut(&mut Value));
    /// Maps that stay alive without any object; asked for in full collections alone.
    fn each_map(&self, _visit: &mut dyn FnMut(MapId)) {}
    /// After marking: forget what names a dead map or object. The functions tell whether one is alive.
    fn sweep_weak(&mut self, map_alive: &dyn Fn(MapId) -> bool, alive: &dyn Fn(Value) -> bool);
}

/// How much to collect.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CollectionKind {
    /// The nursery.
    Minor,
    /// Everything.
    Full,
}

/// Which words of an object are values, counted from the header.
pub(crate) fn value_range(p: *mut u64, words: usize) -> Range<usize> {
    // SAFETY: p is the header of a live object.
    let h = unsafe { *p };
    match Kind::from_bits(h >> KIND_SHIFT) {
        Kind::Plain => 1..words + 1,
        Kind::Vector => 2..words + 1,
        Kind::Block => CAPTURES..words + 1,
        Kind::Box => 1..2,
        Kind::Foreign => 2..3,
        Kind::Bytes | Kind::String | Kind::Float | Kind::Big | Kind::Method | Kind::Absent => 0..0,
    }
}

struct Scavenger {
    heap: *mut Heap,
    start: u64,
    gray: Vec<*mut u64>,
    promoted: u64,
}

impl Scavenger {
    #[inline]
    fn visit(&mut self, v: &mut Value) {
        if !v.is_ref() || (v.ptr() as u64).wrapping_sub(self.start) >= NURSERY as u64 {
            return;
        }
        let p = v.ptr();
        // SAFETY: p is an object in the nursery, or was one and its header is the new address plus 1. `heap` outlives the scavenger and is
        // not otherwise used while it works.
        unsafe {
            if *p & FORWARDED != 0 {
                *v = Value(*p);
                return;
            }
            let heap = &mut *self.heap;
            let words = heap.words(p);
            let q = heap.old.alloc(words.max(1) + 1);
            std::ptr::copy_nonoverlapping(p, q, words + 1);
            *q = header_of_copy(*q) | OLD | BARRIER;
            let new = Value::from_ptr(q);
            *p = new.0;
            *v = new;
            self.promoted += (words as u64 + 1) * 8;
            self.gray.push(q);
        }
    }

    fn scan(&mut self, p: *mut u64) {
        // SAFETY: as in `visit`.
        let words = unsafe { (*self.heap).words(p) };
        for i in value_range(p, words) {
            // SAFETY: within the object.
            let mut v = unsafe { Value(*p.add(i)) };
            self.visit(&mut v);
            // SAFETY: within the object.
            unsafe { *p.add(i) = v.0 };
        }
    }

    fn drain(&mut self) {
        while let Some(p) = self.gray.pop() {
            self.scan(p);
        }
    }
}

impl Heap {
    /// Whether a full collection is due.
    pub fn wants_full(&self) -> bool {
        self.old.used > self.full_threshold
    }

    /// Collects. To be called at safepoints only.
    pub fn collect(&mut self, kind: CollectionKind, roots: &mut dyn Roots) {
        let began = Instant::now();
        self.scavenge(roots);
        if kind == CollectionKind::Full {
            let marked = Instant::now();
            self.mark(roots);
            self.old.sweep();
            self.full_threshold = (self.old.used * 2).max(64 << 20);
            self.stats.full += 1;
            self.stats.longest_full = self.stats.longest_full.max(marked.elapsed().as_nanos() as u64);
        }
        self.wants_collection = false;
        self.stats.total += began.elapsed().as_nanos() as u64;
    }

    fn scavenge(&mut self, roots: &mut dyn Roots) {
        let began = Instant::now();
        let mut s = Scavenger { heap: self, start: self.nursery.as_ptr() as u64, gray: Vec::with_capacity(256), promoted: 0 };
        roots.each(&mut |v| s.visit(v));
        for p in std::mem::take(&mut self.remembered) {
            s.scan(p);
            // SAFETY: remembered objects are in old space.
            unsafe { *p |= BARRIER };
        }
        self.shared.begin_anew();
        self.long_vector = std::ptr::null_mut();
        for w in std::mem::take(&mut self.remembered_words) {
            // SAFETY: a word of a vector in old space; nothing in old space has been freed since it was remembered.
            unsafe {
                let mut v = Value(*w);
                s.visit(&mut v);
                *w = v.0;
            }
        }
        for id in std::mem::take(&mut self.young_maps) {
            if let Some(map) = self.maps[id as usize].as_mut() {
                for slot in &mut map.slots {
                    if let SlotKind::Constant(v) = &mut slot.kind {
                        s.visit(v);
                    }
                }
            }
        }
        s.drain();
        let promoted = s.promoted;
        let used = self.top as u64 - self.nursery.as_ptr() as u64;
        self.allocated_before += used;
        self.old.give_back();
        self.top = self.nursery.as_mut_ptr();
        self.stats.minor += 1;
        self.stats.promoted += promoted;
        self.stats.longest_minor = self.stats.longest_minor.max(began.elapsed().as_nanos() as u64);
    }

    fn mark(&mut self, roots: &mut dyn Roots) {
        let mut stack: Vec<*mut u64> = Vec::with_capacity(4096);
        let mut push = |v: Value| {
            if v.is_ref() {
                // SAFETY: roots hold live objects.
                unsafe {
                    if *v.ptr() & MARK == 0 {
                        *v.ptr() |= MARK;
                        stack.push(v.ptr());
                    }
                }
            }
        };
        roots.each(&mut |v| push(*v));
        roots.each_old(&mut |v| push(*v));
        self.canonical.values().chain(&self.characters).for_each(|v| push(*v));
        for e in self.undo.iter().flat_map(|u| &u.entries) {
            push(Value::from_ptr(e.object));
        }
        self.tracking.bases.iter().chain(&self.tracking.dirty).for_each(|v| push(*v));
        self.mark_copies(&mut stack);
        let mut maps = self.kind_maps.all().to_vec();
        roots.each_map(&mut |id| maps.push(id));
        for id in maps {
            self.mark_map(id, &mut stack);
        }
        while let Some(p) = stack.pop() {
            self.mark_children(p, &mut stack);
        }
        self.finish_marking(roots);
    }

    /// What copies of objects as they were refer to: those of undo logs, and of the library's objects.
    fn mark_copies(&mut self, stack: &mut Vec<*mut u64>) {
        let undo = std::mem::take(&mut self.undo);
        let originals = std::mem::take(&mut self.tracking.originals);
        originals.values().flat_map(|o| &o.data).for_each(|v| mark_value(*v, stack));
        for words in undo.iter().flat_map(|u| &u.entries).map(|e| &e.words).chain(originals.values().map(|o| &o.words)) {
            self.mark_map((words[0] >> MAP_SHIFT) as MapId, stack);
            let copy = words.as_ptr() as *mut u64;
            for i in value_range(copy, words.len() - 1) {
                mark_value(Value(words[i]), stack);
            }
        }
        (self.undo, self.tracking.originals) = (undo, originals);
    }

    #[inline]
    fn mark_children(&mut self, p: *mut u64, stack: &mut Vec<*mut u64>) {
        // SAFETY: everything on the stack is a live object.
        let h = unsafe { *p };
        let map = (h >> MAP_SHIFT) as MapId;
        if !self.map(map).marked {
            self.mark_map(map, stack);
        }
        let words = self.words(p);
        for i in value_range(p, words) {
            // SAFETY: within the object.
            mark_value(unsafe { Value(*p.add(i)) }, stack);
        }
    }

    fn mark_map(&mut self, id: MapId, stack: &mut Vec<*mut u64>) {
        let mut todo = vec![id];
        while let Some(id) = todo.pop() {
            let Some(map) = self.maps[id as usize].as_mut() else { continue };
            if std::mem::replace(&mut map.marked, true) {
                continue;
            }
            for s in &map.slots {
                if let SlotKind::Constant(v) = s.kind {
                    mark_value(v, stack);
                }
            }
            todo.extend(map.transitions.values());
        }
    }

    fn finish_marking(&mut self, roots: &mut dyn Roots) {
        let maps = &self.maps;
        roots.sweep_weak(
            &|id| maps[id as usize].as_ref().is_some_and(|m| m.marked),
            // SAFETY: sweeping has not begun, so the header is still readable.
            &|v| !v.is_ref() || unsafe { *v.ptr() & MARK != 0 },
        );
        // SAFETY: as above.
        self.shared.keep(|p| unsafe { *p & MARK != 0 });
        for m in self.maps.iter_mut().skip(1) {
            match m {
                Some(map) if map.marked => map.marked = false,
                other => *other = None,
            }
        }
    }

    /// The objects with this map, reachable or not yet collected. Only right after a collection, when the nursery is empty.
    pub fn objects_with_map(&mut self, map: MapId) -> Vec<Value> {
        let mut found = Vec::new();
        self.each_object(|o| {
            // SAFETY: the walk is over objects.
            if unsafe { *o.ptr() } >> MAP_SHIFT == u64::from(map) {
                found.push(o);
            }
        });
        found
    }

    /// Calls `f` with every object, reachable or not yet collected. Only right after a collection, when the nursery is empty.
    pub fn each_object(&mut self, mut f: impl FnMut(Value)) {
        assert_eq!(self.top as *const u64, self.nursery.as_ptr(), "collect before walking the heap");
        self.old.each(|p| f(Value::from_ptr(p)));
    }
}

#[inline(always)]
fn mark_value(v: Value, stack: &mut Vec<*mut u64>) {
    if v.is_ref() {
        // SAFETY: values in live objects refer to live objects.
        unsafe {
            let p = v.ptr();
            if *p & MARK == 0 {
                *p |= MARK;
                stack.push(p);
            }
        }
    }
}

impl crate::heap::KindMaps {
    /// All of them.
    pub fn all(&self) -> [MapId; 14] {
        [
            self.int,
            self.float,
            self.big,
            self.string,
            self.vector,
            self.bytes,
            self.block,
            self.method,
            self.boxed,
            self.mirror,
            self.process,
            self.semaphore,
            self.foreign,
            self.absent,
        ]
    }
}
