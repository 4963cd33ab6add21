//! Objects of the image that are not in memory, and their coming.
//!
//! A reference to such an object is a reference to a cell of the object's own size, whose map ([`crate::heap::KindMaps::absent`]) has no
//! slots: every inline cache misses on it, and the miss brings the object. It is written into that very cell, so no reference ever has to
//! be changed, and identity costs nothing. An object's size never changes (data slots that do not fit lie in a vector of their
//! own), which is why a reference in the image can carry it.
//!
//! What must stay true: cells are in old space, and what is written into them refers to old space only; nothing here collects. The
//! sizes are checked, since they come from a file.
#![allow(unsafe_code)]

use crate::heap::{Heap, OutOfMemory};
use crate::layout::*;
use crate::map::MapId;
use crate::value::Value;

/// The largest number of words that the header itself can hold.
const IN_HEADER: u64 = 255;

/// What an object brings with it besides its words.
#[derive(Clone, Copy, Default, Debug)]
pub struct Shape {
    /// Its map.
    pub map: MapId,
    /// Its identity hash; 0 if nobody has asked for it.
    pub hash: u32,
}

/// What is to lie in an object's place does not fit there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WrongSize {
    /// Words that there are.
    pub have: usize,
    /// Words that are needed.
    pub need: usize,
}

impl Heap {
    /// A cell for the object that the image knows by this number, of so many words after the header.
    ///
    /// # Errors
    /// When the memory limit does not allow it.
    pub fn absent(&mut self, id: u64, words: usize) -> Result<Value, OutOfMemory> {
        let words = words.max(1);
        if words > 2048 {
            self.check_room(words.saturating_mul(8))?;
        }
        let p = self.old.alloc(words + 1);
        self.allocated_before += (words as u64 + 1) * 8;
        let large = (words + 1) * 8 > crate::space::MAX_CELL;
        self.old.set_id(p, large, id);
        if self.old.used > self.full_threshold {
            self.wants_collection = true;
        }
        let header = header(self.kind_maps.absent, Kind::Absent, words) | OLD | BARRIER;
        // SAFETY: just allocated with this many words; the second exists where the header cannot hold the number of words.
        unsafe {
            *p = header;
            *p.add(1) = id;
            if words as u64 >= IN_HEADER {
                *p.add(2) = words as u64;
            }
        }
        self.tracking.absents = true;
        Ok(Value::from_ptr(p))
    }

    pub(crate) fn absent_words(&self, p: *mut u64) -> usize {
        // SAFETY: p is an absent object; its second word is there if its size does not fit the header.
        unsafe {
            match (*p >> WORDS_SHIFT) & IN_HEADER {
                IN_HEADER => *p.add(2) as usize,
                w => w as usize,
            }
        }
    }

    /// Whether it is an object that is not in memory.
    #[inline(always)]
    pub fn is_absent(&self, v: Value) -> bool {
        self.is_kind(v, Kind::Absent)
    }

    /// The number that an object which is not in memory goes by.
    #[inline(always)]
    pub fn absent_id(&self, o: Value) -> u64 {
        debug_assert!(self.is_absent(o));
        self.raw(o, 1)
    }

    /// Whether there may be objects that are not in memory.
    #[inline(always)]
    pub fn has_absents(&self) -> bool {
        self.tracking.absents
    }

    /// Words that an object was allocated with, after its header: what a reference to it must tell.
    pub fn room(&self, o: Value) -> usize {
        let h = self.header(o);
        let words = match ((h >> KIND_SHIFT) & 15, (h >> WORDS_SHIFT) & IN_HEADER) {
            (k, IN_HEADER) if k == Kind::Plain as u64 => self.map((h >> MAP_SHIFT) as MapId).words as usize,
            (k, w) if k == Kind::Plain as u64 => w as usize,
            _ => self.words(o.ptr()),
        };
        words.max(1)
    }

    /// Whether an object in old space is an allocation of its own.
    pub(crate) fn is_large(&self, p: *mut u64) -> bool {
        (self.room(Value::from_ptr(p)) + 1) * 8 > crate::space::MAX_CELL
    }

    /// Makes an object a stand-in for itself again: for tests, which have everything fetched over and over. It must be one that the image
    /// knows, unchanged, and neither a running block nor a box, which the machine reads without a send.
    pub fn make_absent(&mut self, o: Value) {
        let (id, words) = (self.id(o), self.room(o) as u64);
        self.leave_map(o);
        // SAFETY: a live object of `words` words; the second exists where the header cannot hold the number of words.
        unsafe {
            let p = o.ptr();
            let kept = *p & (PARENT | MARK | OLD | BARRIER);
            *p = header(self.kind_maps.absent, Kind::Absent, words as usize) | kept;
            *p.add(1) = id;
            if words >= IN_HEADER {
                *p.add(2) = words;
            }
        }
        self.tracking.absents = true;
    }

    /// Makes `o` what `kind` and `words` say. The map must be there, and the words be those of such an object.
    fn become_object(&mut self, o: Value, kind: Kind, s: Shape, flags: u64, words: &[u64]) -> Result<(), WrongSize> {
        let have = self.room(o);
        if words.len() > have || (kind != Kind::Plain && words.len().max(1) != have) {
            return Err(WrongSize { have, need: words.len() });
        }
        let plain = if kind == Kind::Plain { have } else { 0 };
        self.leave_map(o);
        // SAFETY: `o` has `have` words after its header.
        unsafe {
            let p = o.ptr();
            let kept = *p & (PARENT | MARK | OLD | BARRIER);
            *p = header(s.map, kind, plain) | ((u64::from(s.hash) & HASH_MASK) << HASH_SHIFT) | kept | flags;
            std::ptr::copy_nonoverlapping(words.as_ptr(), p.add(1), words.len());
            std::slice::from_raw_parts_mut(p.add(1 + words.len()), have - words.len()).fill(0);
        }
        Ok(())
    }

    /// Tells those that depend on the slots which an object has now; it is about to have others.
    fn leave_map(&mut self, o: Value) {
        let h = self.header(o);
        if h & PARENT != 0 && (h >> KIND_SHIFT) & 15 != Kind::Absent as u64 {
            self.flush((h >> MAP_SHIFT) as MapId);
        }
    }

    /// Makes `o` a plain object with these data slots; if there are more than it has room for, they lie in a vector.
    ///
    /// # Errors
    /// When the map's objects have another size.
    pub fn become_plain(&mut self, o: Value, s: Shape, data: &[Value]) -> Result<(), WrongSize> {
        let room = self.room(o);
        if room as u64 >= IN_HEADER && self.map(s.map).words as usize != room {
            return Err(WrongSize { have: room, need: self.map(s.map).words as usize });
        }
        if self.map(s.map).grown {
            let extension = self.old_vector(data);
            return self.become_object(o, Kind::Plain, s, GROWN, &[extension.0]);
        }
        self.become_object(o, Kind::Plain, s, 0, bits(data))
    }

    /// Makes `o` a vector of these elements, with these data slots if its map has any.
    ///
    /// # Errors
    /// When it has another size.
    pub fn become_vector(&mut self, o: Value, s: Shape, elements: &[Value], data: &[Value]) -> Result<(), WrongSize> {
        let extension = if self.map(s.map).grown { self.old_vector(data).0 } else { 0 };
        let mut words = Vec::with_capacity(elements.len() + 2);
        words.extend([elements.len() as u64, extension]);
        words.extend_from_slice(bits(elements));
        let flags = if extension == 0 { 0 } else { GROWN };
        self.become_object(o, Kind::Vector, s, flags, &words)
    }

    /// Makes `o` a byte vector.
    ///
    /// # Errors
    /// When it has another size.
    pub fn become_bytes(&mut self, o: Value, s: Shape, bytes: &[u8]) -> Result<(), WrongSize> {
        self.become_object(o, Kind::Bytes, s, 0, &packed(&[bytes.len() as u64], bytes))
    }

    /// Makes `o` a string.
    ///
    /// # Errors
    /// When it has another size.
    pub fn become_string(&mut self, o: Value, hash: u32, text: &str) -> Result<(), WrongSize> {
        let ascii = text.is_ascii();
        let characters = if ascii { text.len() } else { text.chars().count() };
        let length = text.len() as u64 | if ascii { ASCII } else { 0 };
        let s = Shape { map: self.kind_maps.string, hash };
        self.become_object(o, Kind::String, s, 0, &packed(&[length, u64::from(characters as u32)], text.as_bytes()))
    }

    /// Makes `o` a block. The caller answers for the code word, and for its taking this many captures.
    ///
    /// # Errors
    /// When it has another size.
    pub fn become_block(&mut self, o: Value, s: Shape, code: u64, captures: &[Value]) -> Result<(), WrongSize> {
        let mut words = vec![code, captures.len() as u64];
        words.extend_from_slice(bits(captures));
        self.become_object(o, Kind::Block, s, 0, &words)
    }

    /// Makes `o` a method. The caller answers for the code word.
    ///
    /// # Errors
    /// When it has another size.
    pub fn become_method(&mut self, o: Value, hash: u32, code: u64) -> Result<(), WrongSize> {
        let s = Shape { map: self.kind_maps.method, hash };
        self.become_object(o, Kind::Method, s, 0, &[code])
    }

    /// Makes `o` a box (or mirror, by its map).
    ///
    /// # Errors
    /// When it has another size.
    pub fn become_box(&mut self, o: Value, s: Shape, v: Value) -> Result<(), WrongSize> {
        self.become_object(o, Kind::Box, s, 0, &[v.0])
    }

    /// Makes `o` something that the machine keeps.
    ///
    /// # Errors
    /// When it has another size.
    pub fn become_foreign(&mut self, o: Value, s: Shape, number: u64, v: Value) -> Result<(), WrongSize> {
        self.become_object(o, Kind::Foreign, s, 0, &[number, v.0])
    }

    /// A vector in old space, for data slots.
    fn old_vector(&mut self, data: &[Value]) -> Value {
        let p = self.old.alloc(data.len() + 3);
        // SAFETY: just allocated with this many words.
        unsafe {
            *p = header(self.kind_maps.vector, Kind::Vector, 0) | OLD | BARRIER;
            *p.add(LENGTH) = data.len() as u64;
            *p.add(EXTENSION) = 0;
            std::ptr::copy_nonoverlapping(data.as_ptr() as *const u64, p.add(ELEMENTS), data.len());
        }
        Value::from_ptr(p)
    }
}

fn bits(values: &[Value]) -> &[u64] {
    // SAFETY: Value is transparent over u64.
    unsafe { std::slice::from_raw_parts(values.as_ptr() as *const u64, values.len()) }
}

/// Some words, and bytes behind them, filled up to whole words.
fn packed(first: &[u64], bytes: &[u8]) -> Vec<u64> {
    let mut words = Vec::with_capacity(first.len() + bytes.len().div_ceil(8));
    words.extend_from_slice(first);
    words.extend(bytes.chunks(8).map(|c| {
        let mut w = [0; 8];
        w[..c.len()].copy_from_slice(c);
        u64::from_ne_bytes(w)
    }));
    words
}

#[cfg(test)]
mod tests {
    use crate::map::Map;
    use crate::{Heap, Kind, Value};

    use super::Shape;

    #[test]
    fn an_object_comes_to_lie_where_its_references_point() {
        let mut h = Heap::new();
        let mut two = Map::empty(Kind::Plain);
        (two.data, two.words) = (2, 2);
        let map = h.add_map(two);
        let o = h.absent(7, 2).expect("room");
        assert!(h.is_absent(o) && h.has_absents() && h.id(o) == 7);
        h.become_plain(o, Shape { map, hash: 5 }, &[Value::int(1), Value::int(2)]).expect("fits");
        assert!(!h.is_absent(o));
        assert_eq!((h.map_of(o), h.data(o, 1), h.identity_hash(o), h.id(o)), (map, Value::int(2), 5, 7));
    }

    #[test]
    fn a_size_that_does_not_fit_is_refused() {
        let mut h = Heap::new();
        let o = h.absent(1, 3).expect("room");
        assert!(h.become_string(o, 0, "much longer than that").is_err());
        assert!(h.is_absent(o), "and nothing has changed");
        h.become_string(o, 0, "short").expect("fits");
        assert_eq!(h.text(o), "short");
    }

    #[test]
    fn large_ones_know_their_size_too() {
        let mut h = Heap::new();
        let o = h.absent(9, 5002).expect("room");
        assert_eq!((h.room(o), h.id(o)), (5002, 9));
        let elements = vec![Value::int(3); 5000];
        h.become_vector(o, Shape { map: h.kind_maps.vector, hash: 0 }, &elements, &[]).expect("fits");
        assert_eq!((h.length(o), h.element(o, 4999), h.id(o)), (5000, Value::int(3), 9));
    }
}
