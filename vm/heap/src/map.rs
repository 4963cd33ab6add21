//! Maps: the shape that all clones of an object share.
//!
//! A map tells which slots there are, which are constant and what they hold, which are data and where. A map that several
//! objects share never changes; adding a slot moves the one object to another map, along a transition that is remembered. An
//! object that alone has its map ([`crate::layout::UNIQUE`]) takes the map's contents along to a new number instead of copying them, so that
//! filling a module with slots takes linear time. Either way a map's number, once seen, always means the same slots.
//!
//! `dependents` are what somebody concluded from walking through this map on the way to a parent; the number pairs belong to the
//! machine, which is told them back when the slots of an object with this map change.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::layout::Kind;
use crate::symbol::Symbol;
use crate::value::Value;

/// The number of a map.
pub type MapId = u32;

/// What is known about a slot beyond its contents.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SlotMeta {
    /// The comment before it, without quotes.
    pub comment: Option<Arc<str>>,
    /// The annotations around it.
    pub annotation: Option<Arc<str>>,
    /// Its type annotation as text.
    pub type_text: Option<Arc<str>>,
}

/// What a slot is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SlotKind {
    /// The same for all clones: a constant, a method, mostly parents.
    Constant(Value),
    /// A value of the object's own, at this index among its data slots.
    Data(u32),
    /// `name:`, which stores into the data slot of this index.
    Assign(u32),
}

/// One slot of a map.
#[derive(Clone, Debug)]
pub struct Slot {
    /// Its selector.
    pub name: Symbol,
    /// What it is.
    pub kind: SlotKind,
    /// Whether lookup goes on in its contents.
    pub parent: bool,
    /// Comment and such.
    pub meta: Option<Arc<SlotMeta>>,
}

/// A conclusion that depends on the slots of objects with this map; the machine's own two numbers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct Dependent(pub u64, pub u32);

#[derive(PartialEq, Eq, Hash, Clone, Debug)]
pub(crate) struct Transition {
    pub name: Symbol,
    pub constant: Option<u64>,
    pub assignable: bool,
    pub parent: bool,
}

/// The shape of an object.
#[derive(Clone, Debug)]
pub struct Map {
    /// In order of definition; an assignment slot directly follows its data slot.
    pub slots: Vec<Slot>,
    index: Option<FxHashMap<Symbol, u32>>,
    /// Positions in `slots` of the parents, in order.
    pub parents: Vec<u32>,
    /// How many data slots.
    pub data: u32,
    /// The kind of the objects that have it.
    pub kind: Kind,
    /// Words that an object of this map was allocated with, after the header (plain objects).
    pub words: u32,
    /// Data slots are in an extension.
    pub grown: bool,
    /// The annotation of the object as a whole.
    pub annotation: Option<Arc<str>>,
    pub(crate) transitions: FxHashMap<Transition, MapId>,
    pub(crate) dependents: Vec<Dependent>,
    pub(crate) marked: bool,
}

const SMALL: usize = 8;

impl Map {
    /// A map without slots.
    pub fn empty(kind: Kind) -> Map {
        Map {
            slots: Vec::new(),
            index: None,
            parents: Vec::new(),
            data: 0,
            kind,
            words: 1,
            grown: false,
            annotation: None,
            transitions: FxHashMap::default(),
            dependents: Vec::new(),
            marked: false,
        }
    }

    /// The slot of this name.
    #[inline]
    pub fn find(&self, name: Symbol) -> Option<&Slot> {
        self.position(name).map(|i| &self.slots[i])
    }

    /// The position of the slot of this name.
    #[inline]
    pub fn position(&self, name: Symbol) -> Option<usize> {
        match &self.index {
            Some(ix) => ix.get(&name).map(|&i| i as usize),
            None => self.slots.iter().position(|s| s.name == name),
        }
    }

    /// Appends a slot. The name must be new.
    pub fn push(&mut self, slot: Slot) {
        let at = self.slots.len() as u32;
        if slot.parent {
            self.parents.push(at);
        }
        if let Some(ix) = &mut self.index {
            ix.insert(slot.name, at);
        }
        self.slots.push(slot);
        if self.index.is_none() && self.slots.len() > SMALL {
            self.index = Some(self.slots.iter().enumerate().map(|(i, s)| (s.name, i as u32)).collect());
        }
    }

    pub(crate) fn retain(&mut self, keep: impl Fn(&Slot) -> bool) {
        self.slots.retain(keep);
        self.parents = self.slots.iter().enumerate().filter(|(_, s)| s.parent).map(|(i, _)| i as u32).collect();
        self.index = (self.slots.len() > SMALL).then(|| self.slots.iter().enumerate().map(|(i, s)| (s.name, i as u32)).collect());
    }

    pub(crate) fn set_parent(&mut self, at: usize, parent: bool) {
        self.slots[at].parent = parent;
        self.parents = self.slots.iter().enumerate().filter(|(_, s)| s.parent).map(|(i, _)| i as u32).collect();
    }

    /// A copy that nothing depends on yet.
    pub(crate) fn successor(&self) -> Map {
        let mut m = self.clone();
        m.transitions = FxHashMap::default();
        m.dependents = Vec::new();
        m
    }
}
