//! Numbers beyond the immediate ones: boxed doubles and big integers.
//!
//! What must stay true: an integer that fits 63 bits is never big; a double that can be immediate is never boxed.
#![allow(unsafe_code)]

use dashu_int::{IBig, Sign, UBig, Word};

use crate::heap::{Heap, OutOfMemory};
use crate::layout::*;
use crate::value::Value;

const _: () = assert!(std::mem::size_of::<Word>() == 8);

impl Heap {
    /// A double as a value.
    #[inline(always)]
    pub fn float(&mut self, f: f64) -> Value {
        match Value::immediate_float(f) {
            Some(v) => v,
            None => self.boxed_float(f),
        }
    }

    #[cold]
    #[inline(never)]
    fn boxed_float(&mut self, f: f64) -> Value {
        let p = self.alloc(header(self.kind_maps.float, Kind::Float, 0), 1);
        // SAFETY: just allocated with one word.
        unsafe { *p.add(1) = f.to_bits() };
        Value::from_ptr(p)
    }

    /// The double that a value is.
    #[inline(always)]
    pub fn as_float(&self, v: Value) -> Option<f64> {
        if v.is_immediate_float() {
            Some(v.immediate_float_unchecked())
        } else if self.is_kind(v, Kind::Float) {
            Some(f64::from_bits(self.raw(v, 1)))
        } else {
            None
        }
    }

    /// An integer of any size as a value.
    pub fn integer(&mut self, i: &IBig) -> Result<Value, OutOfMemory> {
        if let Ok(small) = i64::try_from(i)
            && let Some(v) = Value::try_int(small)
        {
            return Ok(v);
        }
        let (sign, words) = i.as_sign_words();
        if words.len() > 2048 {
            self.check_room(words.len() * 8)?;
        }
        let p = self.alloc(header(self.kind_maps.big, Kind::Big, 0), words.len() + 1);
        // SAFETY: just allocated with room for the length and the words.
        unsafe {
            *p.add(LENGTH) = words.len() as u64 | if sign == Sign::Negative { NEGATIVE } else { 0 };
            std::ptr::copy_nonoverlapping(words.as_ptr(), p.add(2), words.len());
        }
        Ok(Value::from_ptr(p))
    }

    /// Whether it is a small or big integer.
    #[inline]
    pub fn is_integer(&self, v: Value) -> bool {
        v.is_int() || self.is_kind(v, Kind::Big)
    }

    /// The words of a big integer.
    pub fn big_words(&self, v: Value) -> usize {
        if self.is_kind(v, Kind::Big) { (self.raw(v, LENGTH) & !NEGATIVE) as usize } else { 1 }
    }

    /// Whether a big integer is below zero.
    pub fn is_negative(&self, v: Value) -> bool {
        self.is_kind(v, Kind::Big) && self.raw(v, LENGTH) & NEGATIVE != 0
    }

    /// The integer that a value is, small or big.
    pub fn as_big(&self, v: Value) -> Option<IBig> {
        if v.is_int() {
            return Some(IBig::from(v.int_unchecked()));
        }
        if !self.is_kind(v, Kind::Big) {
            return None;
        }
        let w = self.raw(v, LENGTH);
        let sign = if w & NEGATIVE != 0 { Sign::Negative } else { Sign::Positive };
        // SAFETY: a big integer has this many words after its length.
        let words = unsafe { std::slice::from_raw_parts(v.ptr().add(2) as *const Word, (w & !NEGATIVE) as usize) };
        Some(IBig::from_parts(sign, UBig::from_words(words)))
    }
}

/// Constants of code: in old space, where inline caches and code may name them.
impl Heap {
    /// An integer of any size, in old space if it is big.
    pub fn old_integer(&mut self, i: &IBig) -> Value {
        if let Ok(small) = i64::try_from(i)
            && let Some(v) = Value::try_int(small)
        {
            return v;
        }
        let (sign, words) = i.as_sign_words();
        let p = self.old.alloc(words.len() + 2);
        // SAFETY: just allocated with this many words; big integers hold no references.
        unsafe {
            *p = header(self.kind_maps.big, Kind::Big, 0) | OLD | BARRIER;
            *p.add(LENGTH) = words.len() as u64 | if sign == Sign::Negative { NEGATIVE } else { 0 };
            std::ptr::copy_nonoverlapping(words.as_ptr(), p.add(2), words.len());
        }
        Value::from_ptr(p)
    }

    /// A double, in old space if it is boxed.
    pub fn old_float(&mut self, f: f64) -> Value {
        if let Some(v) = Value::immediate_float(f) {
            return v;
        }
        let p = self.old.alloc(2);
        // SAFETY: just allocated with room for the header and one word.
        unsafe {
            *p = header(self.kind_maps.float, Kind::Float, 0) | OLD | BARRIER;
            *p.add(1) = f.to_bits();
        }
        Value::from_ptr(p)
    }
}
