//! Changing the slots of live objects.
//!
//! Each operation moves the object to another map and hands the dependents of the old one to the machine if the object is
//! somebody's parent. An object that gets more data slots than it was allocated for keeps its address: its data slots move to
//! a vector that its first word refers to (GROWN).
#![allow(unsafe_code)]

use std::sync::Arc;

use crate::heap::Heap;
use crate::layout::*;
use crate::map::{Map, MapId, Slot, SlotKind, SlotMeta, Transition};
use crate::symbol::Symbol;
use crate::value::Value;

/// Why slots could not be changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SlotError {
    /// Numbers and strings have no slots of their own.
    Immutable,
    /// This kind of object can hold constant slots only.
    NoDataSlots,
    /// There is no such slot.
    NoSuchSlot,
}

impl Heap {
    fn slotted(&self, o: Value) -> Result<Kind, SlotError> {
        match self.kind(o) {
            Some(k @ (Kind::Plain | Kind::Vector | Kind::Bytes | Kind::Block | Kind::Foreign)) => Ok(k),
            _ => Err(SlotError::Immutable),
        }
    }

    /// Whether an object can be given slots, and data slots.
    ///
    /// # Errors
    /// Why not.
    pub fn takes_slots(&self, o: Value, data: bool) -> Result<(), SlotError> {
        let kind = self.slotted(o)?;
        if data && !matches!(kind, Kind::Plain | Kind::Vector) { Err(SlotError::NoDataSlots) } else { Ok(()) }
    }

    /// Adds or replaces a constant slot.
    pub fn add_constant(
        &mut self,
        o: Value,
        name: Symbol,
        value: Value,
        parent: bool,
        meta: Option<Arc<SlotMeta>>,
    ) -> Result<(), SlotError> {
        self.slotted(o)?;
        if parent {
            self.mark_as_parent(value);
        }
        let id = self.map_of(o);
        if let Some(at) = self.map(id).position(name) {
            if matches!(self.map(id).slots[at].kind, SlotKind::Constant(_)) {
                return self.replace_constant(o, at, value, parent, meta);
            }
            self.remove_slot(o, name)?;
        }
        let key = (!self.is_young(value)).then_some(Transition { name, constant: Some(value.0), assignable: false, parent });
        self.extend(o, key, vec![Slot { name, kind: SlotKind::Constant(value), parent, meta }]);
        Ok(())
    }

    fn replace_constant(
        &mut self,
        o: Value,
        at: usize,
        value: Value,
        parent: bool,
        meta: Option<Arc<SlotMeta>>,
    ) -> Result<(), SlotError> {
        let mut m = self.take_or_copy(o);
        m.slots[at].kind = SlotKind::Constant(value);
        if meta.is_some() {
            m.slots[at].meta = meta;
        }
        m.set_parent(at, parent);
        let new = self.add_map(m);
        self.set_map(o, new);
        Ok(())
    }

    /// Adds a data slot, with an assignment slot if `assignable`; if it is there already, sets it.
    pub fn add_data(
        &mut self,
        o: Value,
        name: Symbol,
        value: Value,
        assignable: bool,
        parent: bool,
        meta: Option<Arc<SlotMeta>>,
    ) -> Result<(), SlotError> {
        self.takes_slots(o, true)?;
        let kind = self.slotted(o)?;
        if parent {
            self.mark_as_parent(value);
        }
        let id = self.map_of(o);
        match self.map(id).find(name).cloned() {
            Some(Slot { kind: SlotKind::Data(at), parent: p, .. }) if p == parent => {
                if meta.is_some() {
                    let pos = self.map(id).position(name).expect("just found");
                    let mut m = self.take_or_copy(o);
                    m.slots[pos].meta = meta;
                    let new = self.add_map(m);
                    self.set_map(o, new);
                }
                self.set_data(o, at, value);
                return Ok(());
            }
            Some(_) => self.remove_slot(o, name)?,
            None => {}
        }
        let index = self.map(self.map_of(o)).data;
        let mut slots = vec![Slot { name, kind: SlotKind::Data(index), parent, meta }];
        if assignable {
            let setter = format!("{}:", self.symbols.name(name));
            let setter = self.symbols.intern(&setter);
            slots.push(Slot { name: setter, kind: SlotKind::Assign(index), parent: false, meta: None });
        }
        self.make_room(o, kind, index, value);
        self.extend(o, Some(Transition { name, constant: None, assignable, parent }), slots);
        Ok(())
    }

    /// Puts `value` where data slot `index`, the first beyond those that `o` has, will be.
    fn make_room(&mut self, o: Value, kind: Kind, index: u32, value: Value) {
        let h = self.header(o);
        let capacity = if kind == Kind::Plain { self.words(o.ptr()) } else { 0 };
        if h & GROWN == 0 && (index as usize) < capacity {
            self.store(o, SLOTS + index as usize, value);
            return;
        }
        let mut all: Vec<Value> = (0..index).map(|i| self.data(o, i)).collect();
        all.push(value);
        let at = if kind == Kind::Plain { SLOTS } else { EXTENSION };
        let ext = self.short_vector_of(&all);
        self.touch(o);
        self.store(o, at, ext);
        // SAFETY: live object that went through the barrier.
        unsafe { *o.ptr() |= GROWN };
    }

    fn extend(&mut self, o: Value, key: Option<Transition>, slots: Vec<Slot>) {
        let id = self.map_of(o);
        let unique = self.header(o) & UNIQUE != 0;
        let grown = self.header(o) & GROWN != 0;
        if !unique
            && let Some(k) = &key
            && let Some(&next) = self.map(id).transitions.get(k)
            && self.map(next).grown == grown
        {
            self.set_map(o, next);
            return;
        }
        let mut m = self.take_or_copy(o);
        m.grown = grown;
        for s in slots {
            if matches!(s.kind, SlotKind::Data(_)) {
                m.data += 1;
            }
            m.push(s);
        }
        let new = self.add_map(m);
        if !unique && let Some(k) = key {
            self.map_mut(id).transitions.insert(k, new);
        }
        self.set_map(o, new);
    }

    /// The contents of `o`'s map, to be changed and given a new number: the map's own if no other object has it and nobody remembers it,
    /// else a copy.
    fn take_or_copy(&mut self, o: Value) -> Map {
        let id = self.map_of(o);
        if self.header(o) & UNIQUE != 0 && self.undo.is_empty() && !self.is_base(o) {
            let old = self.map_mut(id);
            let mut left = Map::empty(old.kind);
            left.dependents = std::mem::take(&mut old.dependents);
            std::mem::replace(old, left)
        } else {
            self.map(id).successor()
        }
    }

    /// Removes a slot, and with a data slot its assignment slot.
    pub fn remove_slot(&mut self, o: Value, name: Symbol) -> Result<(), SlotError> {
        self.slotted(o)?;
        let id = self.map_of(o);
        let Some(slot) = self.map(id).find(name).cloned() else { return Err(SlotError::NoSuchSlot) };
        let mut m = self.take_or_copy(o);
        match slot.kind {
            // The word stays; a later data slot gets a new one.
            SlotKind::Data(i) => m.retain(|s| s.name != name && s.kind != SlotKind::Assign(i)),
            _ => m.retain(|s| s.name != name),
        }
        let new = self.add_map(m);
        self.set_map(o, new);
        Ok(())
    }

    /// Gives an object another map, and hands the dependents of the old one to the machine if it is a parent.
    pub fn set_map(&mut self, o: Value, new: MapId) {
        self.touch(o);
        let h = self.header(o);
        let old = (h >> MAP_SHIFT) as MapId;
        // SAFETY: live object that went through the barrier.
        unsafe { *o.ptr() = (h & ((1 << MAP_SHIFT) - 1)) | ((new as u64) << MAP_SHIFT) };
        if h & PARENT != 0 {
            self.flush(old);
        }
    }

    /// Notes that `v` is named as a parent, so that changes of its slots matter to others.
    pub fn mark_as_parent(&mut self, v: Value) {
        if v.is_ref() {
            // SAFETY: live object. The flag only ever makes more be flushed, so no log needs it.
            unsafe { *v.ptr() |= PARENT };
        }
    }

    /// Makes a map of these slots for objects with `data` data slots that are allocated at once.
    pub fn map_for(&mut self, slots: Vec<Slot>, data: u32, annotation: Option<Arc<str>>) -> MapId {
        let mut m = Map::empty(Kind::Plain);
        m.data = data;
        m.words = data.max(1);
        m.annotation = annotation;
        for s in slots {
            if s.parent
                && let SlotKind::Constant(v) = s.kind
            {
                self.mark_as_parent(v);
            }
            m.push(s);
        }
        self.add_map(m)
    }
}

/// Maps that come from elsewhere.
impl Heap {
    /// A map like `like`, for plain objects that have room for `words` words; if its data slots do not fit, they lie in a vector.
    pub fn map_for_room(&mut self, like: MapId, words: u32) -> MapId {
        let mut m = self.map(like).successor();
        m.words = words;
        m.grown = m.data > words;
        self.add_map(m)
    }

    /// How many more maps there can be.
    pub fn maps_left(&self) -> usize {
        (1 << 24) - self.maps.len() - 1
    }
}

/// For the making of a world.
impl Heap {
    /// Adds a parent slot to the map of a built-in kind, before anything has been looked up through it.
    pub fn give_parent(&mut self, map: MapId, slot: Slot) {
        if let SlotKind::Constant(v) = slot.kind {
            self.mark_as_parent(v);
            if self.is_young(v) {
                self.young_maps.push(map);
            }
        }
        self.map_mut(map).push(slot);
    }
}
