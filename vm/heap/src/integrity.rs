//! Whether old space is what it must be: for tests, which ask after everything that may have spoilt it.
//!
//! What must stay true of every object in use, reachable or not: its map is there, it claims no more room than its cell has, and what it refers to
//! is an object in use. (Nothing is freed but by a full collection, which leaves only reachable objects; so this holds between two as well.)
#![allow(unsafe_code)]

use crate::heap::Heap;
use crate::layout::*;
use crate::map::{MapId, SlotKind};
use crate::value::Value;

impl Heap {
    /// What is wrong with old space. To be called right after a collection, when the nursery is empty.
    ///
    /// # Errors
    /// The first object that is not as it must be, in words for the people who work on the heap.
    pub fn check_integrity(&mut self) -> Result<(), String> {
        let mut all = Vec::new();
        self.old.each_cell(|p, words| all.push((p, words)));
        for (p, cell) in all {
            self.check_object(p, cell)
                .map_err(|why| format!("the object at {p:p}, with header {:#x}: {why}", self.header(Value::from_ptr(p))))?;
        }
        let constants = self.maps.iter().flatten().flat_map(|m| &m.slots).filter_map(|s| match s.kind {
            SlotKind::Constant(v) => Some((s.name, v)),
            _ => None,
        });
        for (name, v) in constants {
            self.check_value(v).map_err(|why| format!("constant slot {}: {why}", self.symbols.name(name)))?;
        }
        Ok(())
    }

    fn check_object(&self, p: *mut u64, cell: usize) -> Result<(), String> {
        let o = Value::from_ptr(p);
        let h = self.header(o);
        if h & OLD == 0 || h & (FORWARDED | MARK) != 0 {
            return Err("the flags of its header".into());
        }
        if self.find_map((h >> MAP_SHIFT) as MapId).is_none() {
            return Err("it has no map".into());
        }
        let (words, room) = (self.words(p), self.room(o));
        if words.max(room) + 1 > cell {
            return Err(format!("{words} words and room for {room} in a cell of {cell}"));
        }
        for i in crate::gc::value_range(p, words) {
            self.check_value(self.word(o, i)).map_err(|why| format!("word {i}: {why}"))?;
        }
        Ok(())
    }

    fn check_value(&self, v: Value) -> Result<(), String> {
        if !v.is_ref() {
            return Ok(());
        }
        let h = self.header(v);
        if h & OLD != 0 && h & FREE == 0 && self.find_map((h >> MAP_SHIFT) as MapId).is_some() {
            return Ok(());
        }
        Err(format!("a reference to {:p}, where the header is {h:#x}", v.ptr()))
    }
}
