//! Reading, making and cloning objects.
//!
//! The functions take a [`Value`] on trust that it is a live reference of the kind they name (debug builds check): values cannot be made
//! outside this crate, and nothing keeps one across a safepoint unrooted. Indices are the caller's duty only where the name says
//! `unchecked`.
#![allow(unsafe_code)]

use crate::heap::{Heap, OutOfMemory};
use crate::layout::*;
use crate::map::MapId;
use crate::value::Value;

#[inline(always)]
fn word(o: Value, i: usize) -> u64 {
    // SAFETY: `o` is a live object with more than `i` words, see the module's comment.
    unsafe { *o.ptr().add(i) }
}

impl Heap {
    /// The header of an object.
    #[inline(always)]
    pub fn header(&self, o: Value) -> u64 {
        word(o, 0)
    }

    /// The map of any value.
    #[inline(always)]
    pub fn map_of(&self, v: Value) -> MapId {
        if v.is_ref() {
            (word(v, 0) >> MAP_SHIFT) as MapId
        } else if v.is_int() {
            self.kind_maps.int
        } else {
            self.kind_maps.float
        }
    }

    /// The kind of a heap object; `None` for immediates.
    #[inline(always)]
    pub fn kind(&self, v: Value) -> Option<Kind> {
        v.is_ref().then(|| Kind::from_bits(word(v, 0) >> KIND_SHIFT))
    }

    /// Whether it is a heap object of this kind.
    #[inline(always)]
    pub fn is_kind(&self, v: Value, k: Kind) -> bool {
        v.is_ref() && (word(v, 0) >> KIND_SHIFT) & 15 == k as u64
    }

    /// Whether it is in the heap and nothing else can be the same: no boxed number, of which equal ones are the same, and nothing that is not in memory.
    #[inline(always)]
    pub fn has_identity(&self, v: Value) -> bool {
        const NONE: u64 = 1 << Kind::Float as u64 | 1 << Kind::Big as u64 | 1 << Kind::Absent as u64;
        v.is_ref() && NONE >> ((word(v, 0) >> KIND_SHIFT) & 15) & 1 == 0
    }

    /// Whether it is a heap object with this map.
    #[inline(always)]
    pub fn has_map(&self, v: Value, m: MapId) -> bool {
        v.is_ref() && word(v, 0) >> MAP_SHIFT == m as u64
    }

    /// Word `i` of an object, as a value; `i` counts from the header.
    #[inline(always)]
    pub fn word(&self, o: Value, i: usize) -> Value {
        Value(word(o, i))
    }

    /// Word `i` of an object, raw.
    #[inline(always)]
    pub fn raw(&self, o: Value, i: usize) -> u64 {
        word(o, i)
    }

    /// Where the data slot `index` of `o` is: the object that holds it and the word in it.
    #[inline]
    pub fn data_place(&self, o: Value, index: u32) -> (Value, usize) {
        let h = word(o, 0);
        if h & GROWN != 0 {
            let at = if (h >> KIND_SHIFT) & 15 == Kind::Vector as u64 { EXTENSION } else { SLOTS };
            (Value(word(o, at)), ELEMENTS + index as usize)
        } else {
            (o, SLOTS + index as usize)
        }
    }

    /// The contents of data slot `index`.
    pub fn data(&self, o: Value, index: u32) -> Value {
        let (p, w) = self.data_place(o, index);
        Value(word(p, w))
    }

    /// Sets data slot `index`. The object itself is told too if the slot lies elsewhere: it is the object that changes.
    pub fn set_data(&mut self, o: Value, index: u32, v: Value) {
        let (p, w) = self.data_place(o, index);
        if p != o {
            self.touch(o);
        }
        self.store(p, w, v);
    }

    /// A plain object with the given data slots.
    pub fn object(&mut self, map: MapId, data: &[Value]) -> Value {
        let words = data.len().max(1);
        let p = self.alloc(header(map, Kind::Plain, words), words);
        // SAFETY: just allocated with this many words.
        unsafe {
            *p.add(1) = 0;
            for (i, v) in data.iter().enumerate() {
                *p.add(SLOTS + i) = v.0;
            }
        }
        Value::from_ptr(p)
    }

    /// As [`Heap::object`], for an object that owns its map.
    pub fn unique_object(&mut self, map: MapId, data: &[Value]) -> Value {
        let o = self.object(map, data);
        // SAFETY: just made.
        unsafe { *o.ptr() |= UNIQUE };
        o
    }

    /// A vector whose elements all are `fill`.
    pub fn vector(&mut self, map: MapId, len: usize, fill: Value) -> Result<Value, OutOfMemory> {
        if len > 2048 {
            self.check_room(len.saturating_mul(8))?;
        }
        Ok(self.unasked_vector(map, len, fill))
    }

    fn unasked_vector(&mut self, map: MapId, len: usize, fill: Value) -> Value {
        let p = self.alloc(header(map, Kind::Vector, 0), len + 2);
        // SAFETY: just allocated with this many words.
        unsafe {
            *p.add(LENGTH) = len as u64;
            *p.add(EXTENSION) = 0;
            std::slice::from_raw_parts_mut(p.add(ELEMENTS), len).fill(fill.0);
        }
        Value::from_ptr(p)
    }

    /// A vector of these elements, of the common vector map.
    pub fn vector_of(&mut self, elements: &[Value]) -> Result<Value, OutOfMemory> {
        if elements.len() > 2048 {
            self.check_room(elements.len().saturating_mul(8))?;
        }
        Ok(self.short_vector_of(elements))
    }

    /// The same for as many as a piece of code names, or an object has slots: no limit refuses them, as none refuses smaller objects; that there are
    /// too many is noticed at the next safepoint.
    pub fn short_vector_of(&mut self, elements: &[Value]) -> Value {
        let v = self.unasked_vector(self.kind_maps.vector, elements.len(), Value::ZERO);
        for (i, e) in elements.iter().enumerate() {
            // SAFETY: `i` is below the length. The object is new: in the nursery, or already remembered.
            unsafe { *v.ptr().add(ELEMENTS + i) = e.0 };
        }
        v
    }

    /// The length of a vector or byte vector.
    #[inline(always)]
    pub fn length(&self, v: Value) -> usize {
        word(v, LENGTH) as usize
    }

    /// Element `i` of a vector.
    #[inline(always)]
    pub fn element(&self, v: Value, i: usize) -> Value {
        debug_assert!(i < self.length(v));
        Value(word(v, ELEMENTS + i))
    }

    /// Sets element `i` of a vector.
    #[inline(always)]
    pub fn set_element(&mut self, v: Value, i: usize, e: Value) {
        debug_assert!(i < self.length(v));
        self.store(v, ELEMENTS + i, e);
    }

    /// The elements of a vector. They move at the next safepoint.
    pub fn elements(&self, v: Value) -> &[Value] {
        // SAFETY: a vector has this many elements; Value is transparent over u64; the borrow of self keeps collections away.
        unsafe { std::slice::from_raw_parts(v.ptr().add(ELEMENTS) as *const Value, self.length(v)) }
    }

    /// A byte vector.
    pub fn bytes(&mut self, map: MapId, len: usize, fill: u8) -> Result<Value, OutOfMemory> {
        if len > 16384 {
            self.check_room(len)?;
        }
        let words = len.div_ceil(8);
        let p = self.alloc(header(map, Kind::Bytes, 0), words + 1);
        // SAFETY: just allocated with this many words.
        unsafe {
            *p.add(LENGTH) = len as u64;
            std::slice::from_raw_parts_mut(p.add(BYTES) as *mut u8, words * 8).fill(fill);
        }
        Ok(Value::from_ptr(p))
    }

    /// The bytes of a byte vector.
    pub fn byte_slice(&self, v: Value) -> &[u8] {
        // SAFETY: a byte vector has this many bytes.
        unsafe { std::slice::from_raw_parts(v.ptr().add(BYTES) as *const u8, self.length(v)) }
    }

    /// The bytes of a byte vector, to be changed.
    pub fn byte_slice_mut(&mut self, v: Value) -> &mut [u8] {
        self.touch(v);
        // SAFETY: a byte vector has this many bytes, and the heap is borrowed exclusively.
        unsafe { std::slice::from_raw_parts_mut(v.ptr().add(BYTES) as *mut u8, self.length(v)) }
    }

    /// A block of `code` with room for `captures` captured values, which must be set at once with [`Heap::init_capture`].
    #[inline(always)]
    pub fn block(&mut self, map: MapId, code: u64, captures: usize) -> Value {
        let p = self.alloc(header(map, Kind::Block, 0), captures + 2);
        // SAFETY: just allocated with this many words.
        unsafe {
            *p.add(CODE) = code;
            *p.add(CAPTURE_COUNT) = captures as u64;
        }
        Value::from_ptr(p)
    }

    /// Sets captured value `i` of a block that was just made.
    #[inline(always)]
    pub fn init_capture(&mut self, b: Value, i: usize, v: Value) {
        debug_assert!((i as u64) < word(b, CAPTURE_COUNT));
        // SAFETY: `i` is below the number of captures; a new object needs no barrier.
        unsafe { *b.ptr().add(CAPTURES + i) = v.0 };
    }

    /// A method object.
    pub fn method(&mut self, code: u64) -> Value {
        let p = self.alloc(header(self.kind_maps.method, Kind::Method, 0), 1);
        // SAFETY: just allocated with one word.
        unsafe { *p.add(CODE) = code };
        Value::from_ptr(p)
    }

    /// A box that holds `v`.
    #[inline(always)]
    pub fn boxed(&mut self, map: MapId, v: Value) -> Value {
        let p = self.alloc(header(map, Kind::Box, 0), 1);
        // SAFETY: just allocated with one word.
        unsafe { *p.add(1) = v.0 };
        Value::from_ptr(p)
    }

    /// Something that the machine keeps under a number of its own, with one value beside it.
    pub fn foreign(&mut self, map: MapId, number: u64, v: Value) -> Value {
        let p = self.alloc(header(map, Kind::Foreign, 0), 2);
        // SAFETY: just allocated with two words.
        unsafe {
            *p.add(1) = number;
            *p.add(2) = v.0;
        }
        Value::from_ptr(p)
    }

    /// Changes the number of a foreign object.
    pub fn set_foreign(&mut self, o: Value, number: u64) {
        self.touch(o);
        // SAFETY: a foreign object has two words.
        unsafe { *o.ptr().add(1) = number };
    }

    /// Words of an object after its header.
    pub(crate) fn words(&self, p: *mut u64) -> usize {
        // SAFETY: p is the header of a live object.
        let (h, w1) = unsafe { (*p, *p.add(1)) };
        match Kind::from_bits(h >> KIND_SHIFT) {
            Kind::Plain if h & GROWN != 0 => 1,
            Kind::Plain => match (h >> WORDS_SHIFT) & 255 {
                255 => self.map((h >> MAP_SHIFT) as MapId).words as usize,
                w => w as usize,
            },
            Kind::Vector => w1 as usize + 2,
            Kind::Bytes => (w1 as usize).div_ceil(8) + 1,
            Kind::String => ((w1 & !ASCII) as usize).div_ceil(8) + 2,
            Kind::Float | Kind::Method | Kind::Box => 1,
            Kind::Big => (w1 & !NEGATIVE) as usize + 1,
            // SAFETY: a block has its count in the third word.
            Kind::Block => unsafe { *p.add(CAPTURE_COUNT) as usize + 2 },
            Kind::Foreign => 2,
            Kind::Absent => self.absent_words(p),
        }
    }

    /// A clone: the same map, the same contents. Values that can't change are their own clones.
    pub fn clone_object(&mut self, o: Value) -> Result<Value, OutOfMemory> {
        let Some(kind) = self.kind(o) else { return Ok(o) };
        match kind {
            Kind::String | Kind::Float | Kind::Big | Kind::Method | Kind::Block | Kind::Foreign | Kind::Absent => return Ok(o),
            Kind::Plain | Kind::Vector | Kind::Bytes | Kind::Box => {}
        }
        let h = word(o, 0);
        if h & UNIQUE != 0 {
            // SAFETY: live object; its map is shared from now on. (Images do not store the flag, so no barrier need be told.)
            unsafe { *o.ptr() &= !UNIQUE };
        }
        let words = self.words(o.ptr());
        if words > 2048 {
            self.check_room(words * 8)?;
        }
        let grown = h & GROWN;
        let fresh = (header_of_copy(h) & !FLAGS & !(HASH_MASK << HASH_SHIFT)) | grown;
        let p = self.alloc(fresh, words);
        // SAFETY: both objects have this many words after their headers and do not overlap.
        unsafe { std::ptr::copy_nonoverlapping(o.ptr().add(1), p.add(1), words) };
        let copy = Value::from_ptr(p);
        if grown != 0 {
            let at = if kind == Kind::Vector { EXTENSION } else { SLOTS };
            let ext = self.clone_object(Value(word(o, at)))?;
            // SAFETY: a grown object has its extension in this word.
            unsafe { *p.add(at) = ext.0 };
        }
        Ok(copy)
    }

    fn fresh_hash(&mut self) -> u64 {
        self.hash_seed ^= self.hash_seed << 13;
        self.hash_seed ^= self.hash_seed >> 7;
        self.hash_seed ^= self.hash_seed << 17;
        (self.hash_seed & HASH_MASK).max(1)
    }

    /// A number for the identity of a value: the same as long as it lives, also when it moves.
    pub fn identity_hash(&mut self, v: Value) -> i64 {
        if !v.is_ref() {
            return (v.0.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 34) as i64;
        }
        let h = word(v, 0);
        let have = (h >> HASH_SHIFT) & HASH_MASK;
        if have != 0 {
            return have as i64;
        }
        let new = self.lasting_hash(v).unwrap_or_else(|| self.fresh_hash());
        // What a trial does is put back; a first hash is no change that an image would have to be told.
        // SAFETY: live object.
        if self.in_trial() && unsafe { *v.ptr() } & BARRIER != 0 {
            self.log_for_undo(v.ptr());
        }
        // SAFETY: live object; the hash bits are zero.
        unsafe { *v.ptr() |= new << HASH_SHIFT };
        new as i64
    }
}
