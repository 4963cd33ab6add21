//! Strings: immutable UTF-8, with the number of characters known and the all-ASCII case marked, so that indexing those is direct.
//!
//! Literals are canonical: equal text, one object. One-character ASCII strings are too, so that taking a string apart does not allocate.
#![allow(unsafe_code)]

use std::sync::Arc;

use crate::heap::{Heap, OutOfMemory};
use crate::layout::*;
use crate::value::Value;

impl Heap {
    /// A string of this text.
    pub fn string(&mut self, s: &str) -> Result<Value, OutOfMemory> {
        if s.len() == 1 {
            return Ok(self.characters[s.as_bytes()[0] as usize]);
        }
        if s.len() > 16384 {
            self.check_room(s.len())?;
        }
        let words = s.len().div_ceil(8) + 2;
        let p = self.alloc(header(self.kind_maps.string, Kind::String, 0), words);
        // SAFETY: just allocated with this many words.
        unsafe { write_text(p, s) };
        Ok(Value::from_ptr(p))
    }

    /// The string of two texts, one after the other.
    pub fn joined(&mut self, parts: &[Value]) -> Result<Value, OutOfMemory> {
        let total: usize = parts.iter().map(|p| self.text(*p).len()).sum();
        self.check_room(total)?;
        let mut s = String::with_capacity(total);
        for p in parts {
            s.push_str(self.text(*p));
        }
        self.string(&s)
    }

    pub(crate) fn old_string(&mut self, s: &str) -> Value {
        let words = s.len().div_ceil(8) + 2;
        let p = self.old.alloc(words + 1);
        // SAFETY: just allocated with this many words; strings hold no references.
        unsafe {
            *p = header(self.kind_maps.string, Kind::String, 0) | OLD | BARRIER;
            write_text(p, s);
        }
        Value::from_ptr(p)
    }

    /// The canonical string of this text; lives as long as the heap.
    pub fn canonical(&mut self, s: &str) -> Value {
        if s.len() == 1 {
            return self.characters[s.as_bytes()[0] as usize];
        }
        if let Some(v) = self.canonical.get(s) {
            return *v;
        }
        let v = self.old_string(s);
        self.canonical.insert(Arc::from(s), v);
        v
    }

    /// Whether a string is the one that literals of its text are.
    pub fn is_canonical(&self, v: Value) -> bool {
        let text = self.text(v);
        match text.as_bytes() {
            [c] => self.characters[*c as usize & 127] == v,
            _ => self.canonical.get(text) == Some(&v),
        }
    }

    /// The canonical string of an ASCII character.
    #[inline(always)]
    pub fn ascii_character(&self, c: u8) -> Value {
        self.characters[c as usize & 127]
    }

    /// The strings of one ASCII character, by its number. They stay where they are.
    pub fn ascii_characters(&self) -> &[Value] {
        &self.characters
    }

    /// The text of a string. It moves at the next safepoint.
    #[inline]
    pub fn text(&self, v: Value) -> &str {
        debug_assert!(self.is_kind(v, Kind::String));
        let len = self.text_len(v);
        // SAFETY: a string holds this many bytes, which were valid UTF-8 when it was made and never change.
        unsafe { std::str::from_utf8_unchecked(std::slice::from_raw_parts(v.ptr().add(TEXT) as *const u8, len)) }
    }

    /// The text, if it is a string.
    #[inline]
    pub fn as_text(&self, v: Value) -> Option<&str> {
        self.is_kind(v, Kind::String).then(|| self.text(v))
    }

    /// Length of a string in bytes.
    #[inline(always)]
    pub fn text_len(&self, v: Value) -> usize {
        (self.raw(v, LENGTH) & !ASCII) as usize
    }

    /// Whether all characters of a string are ASCII.
    #[inline(always)]
    pub fn is_ascii(&self, v: Value) -> bool {
        self.raw(v, LENGTH) & ASCII != 0
    }

    /// Length of a string in characters.
    #[inline(always)]
    pub fn characters(&self, v: Value) -> usize {
        if self.is_ascii(v) { self.text_len(v) } else { (self.raw(v, 2) as u32) as usize }
    }

    /// A hash of a string's text that is the same for equal texts; computed once.
    pub fn text_hash(&mut self, v: Value) -> u32 {
        let w = self.raw(v, 2);
        if w >> 32 != 0 {
            return (w >> 32) as u32;
        }
        let mut h = 0xcbf2_9ce4_8422_2325u64;
        for chunk in self.text(v).as_bytes().chunks(8) {
            let mut b = [0; 8];
            b[..chunk.len()].copy_from_slice(chunk);
            h = (h ^ u64::from_le_bytes(b)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            h ^= h >> 29;
        }
        let h = ((h >> 16) as u32 & 0x7fff_ffff).max(1);
        // SAFETY: the third word of a string caches its hash in the upper half.
        unsafe { *v.ptr().add(2) = (w & 0xffff_ffff) | ((h as u64) << 32) };
        h
    }
}

/// # Safety
/// `p` must have room for a string of this text.
unsafe fn write_text(p: *mut u64, s: &str) {
    let ascii = s.is_ascii();
    let chars = if ascii { s.len() } else { s.chars().count() };
    // SAFETY: the caller's duty.
    unsafe {
        *p.add(LENGTH) = s.len() as u64 | if ascii { ASCII } else { 0 };
        *p.add(2) = chars as u32 as u64;
        if !s.is_empty() {
            *p.add(TEXT + (s.len() - 1) / 8) = 0;
            std::ptr::copy_nonoverlapping(s.as_ptr(), p.add(TEXT) as *mut u8, s.len());
        }
    }
}
