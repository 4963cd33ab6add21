//! Objects as the checker sees them: what a literal in a source makes, or what exists in a world already.
//!
//! One of these stands for the prototype and everything cloned from it. What must stay true: a slot knows the file that it
//! came from; an object keeps its number when its file is loaded again, so types that name it stay right.

use std::cell::OnceCell;
use std::rc::Rc;

use aura_syntax::Span;
use aura_syntax::tree;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::names::Name;
use crate::ty::VarId;

/// An object.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct ObjectId(pub(crate) u32);

/// A file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct FileId(pub(crate) u32);

/// A slot of an object.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct SlotId {
    /// Whose.
    pub object: ObjectId,
    /// Which, from 0.
    pub index: u32,
}

/// More slots than these are not gone through one by one.
const MANY_SLOTS: usize = 64;

/// An object with its slots.
#[derive(Default)]
pub(crate) struct Object {
    pub(crate) slots: Vec<Slot>,
    /// Where among very many slots each name is, once somebody has asked.
    pub(crate) places: OnceCell<FxHashMap<Name, u32>>,
    /// How it is called in messages: `point`, `traits list`.
    pub(crate) path: Rc<str>,
    /// Its own parameters: `E` of `list <list of: E> = …`.
    pub(crate) params: Vec<VarId>,
    /// These and the inherited ones, as last found out: types are shown with their keywords.
    pub(crate) all_params: SmallVec<[VarId; 2]>,
    /// Where it is written.
    pub(crate) origin: Option<(FileId, Span)>,
}

impl Object {
    pub(crate) fn slot(&self, name: Name) -> Option<(u32, &Slot)> {
        if self.slots.len() > MANY_SLOTS {
            let index = *self.places.get_or_init(|| self.found_places()).get(&name)?;
            return Some((index, &self.slots[index as usize]));
        }
        // Last first: a slot that is written later took the place of the earlier one.
        self.slots.iter().enumerate().rev().find(|(_, s)| s.name == name && !s.is_hidden).map(|(i, s)| (i as u32, s))
    }

    fn found_places(&self) -> FxHashMap<Name, u32> {
        self.slots.iter().enumerate().filter(|(_, s)| !s.is_hidden).map(|(i, s)| (s.name, i as u32)).collect()
    }

    /// To be called before the slots are changed.
    pub(crate) fn forget_places(&mut self) {
        self.places.take();
    }
}

/// A slot.
pub(crate) struct Slot {
    pub(crate) name: Name,
    pub(crate) kind: SlotKind,
    pub(crate) is_parent: bool,
    /// Nothing for the few slots that the machine itself makes.
    pub(crate) file: Option<FileId>,
    /// As it is written; a nested object literal has been taken out of it.
    pub(crate) tree: Option<Rc<tree::Slot>>,
    pub(crate) value: SlotValue,
    /// Added only if there is none of its name.
    pub(crate) is_default: bool,
    /// A slot that another file has added stands for it.
    pub(crate) is_hidden: bool,
    /// It is of an object in code, and its first value mentions none of the locals there: it is found out by itself.
    pub(crate) is_alone: bool,
}

impl Slot {
    /// A slot of a type that is written out, which holds nothing.
    pub(crate) fn is_requirement(&self) -> bool {
        self.kind != SlotKind::Data && self.value == SlotValue::Nothing
    }

    /// A slot that is simply there.
    pub(crate) fn new(name: Name, kind: SlotKind, value: SlotValue) -> Self {
        Self { name, kind, is_parent: false, file: None, tree: None, value, is_default: false, is_hidden: false, is_alone: false }
    }

    /// The place of a slot that was taken away; no message has the empty name.
    pub(crate) fn empty(name: Name) -> Self {
        Self::new(name, SlotKind::Constant, SlotValue::Nothing)
    }
}

/// What a slot is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SlotKind {
    /// `x = 3`
    Constant,
    /// `x <- 3`
    Data,
    /// `x = ( … )`
    Method,
}

/// What a slot holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SlotValue {
    /// An object literal.
    Object(ObjectId),
    /// The expression in its tree.
    Written,
    /// Nothing was written: nil until somebody assigns.
    Nothing,
    /// The code in its tree.
    Code,
}
