//! Which of what an editor offers answers what its place asks for.
//!
//! What must stay true: what is not known fits nothing here, since nobody who looks for an integer is helped by what may be anything; nothing is
//! found out about code beyond what is asked.

use crate::annotation::{self, Scope};
use crate::object::{FileId, ObjectId, SlotId, SlotKind, SlotValue};
use crate::relate::Relate;
use crate::relate::metas::Metas;
use crate::ty::{Type, TypeId};
use crate::universe::Universe;

/// Methods and first values in a file that somebody who types can wait for.
const MOST_CODE: usize = 2000;

impl Universe {
    /// What a method's body is to answer, if its header says so.
    pub fn declared_answer(&mut self, slot: SlotId) -> Option<TypeId> {
        let here = self.slot(slot);
        let (tree, file) = (here.tree.clone()?, here.file?);
        let scope = Scope { file, object: slot.object, slot: Some(slot) };
        Some(annotation::resolve(self, scope, tree.result.as_ref().or(tree.type_.as_ref())?, &mut Vec::new()))
    }

    /// Whether what a slot answers is known without looking at code: it is written, or was found out already.
    pub fn is_answer_known(&self, slot: SlotId) -> bool {
        let here = self.slot(slot);
        let is_written = here.tree.as_ref().is_none_or(|t| t.result.is_some() || t.type_.is_some());
        is_written
            || matches!(here.value, SlotValue::Object(_) | SlotValue::Nothing) && here.kind == SlotKind::Constant
            || self.signatures.contains_key(&(slot, false))
    }

    /// Whether the code is little that a slot's answer may be found out from: that of its file, whose slots may all have to do with it.
    pub fn is_soon_found_out(&self, slot: SlotId) -> bool {
        self.slot(slot).file.is_none_or(|file| self.has_little_code(file))
    }

    /// Whether somebody who types can wait until all code of a file has been looked at.
    pub fn has_little_code(&self, file: FileId) -> bool {
        self.file(file).code.len() <= MOST_CODE
    }

    /// What a slot answers to something of this type, the slot's own variables being anything.
    pub fn answer_to(&mut self, receiver: TypeId, slot: SlotId) -> TypeId {
        self.used(receiver, slot, false).1
    }

    /// What a method takes as one of its arguments when it is sent to something of this type.
    pub fn taken_by(&mut self, receiver: TypeId, slot: SlotId, index: usize) -> Option<TypeId> {
        self.used(receiver, slot, false).0.get(index).copied()
    }

    /// Whether an answer is known to fit what a place asks for, in code that has this object as its self.
    pub fn is_expected(&mut self, answer: TypeId, wanted: TypeId, holder: ObjectId) -> bool {
        if matches!(self.types.get(answer), Type::Any | Type::Never | Type::Var(_)) {
            return false;
        }
        let holder = crate::signature::prototype(self, holder);
        Relate::new(self, &mut Metas::default(), holder).fits(answer, wanted)
    }

    /// Whether anything fits what a place asks for.
    pub fn is_anything(&self, wanted: TypeId) -> bool {
        self.types.members(wanted).into_iter().any(|m| matches!(self.types.get(m), Type::Any | Type::Never | Type::Meta(_)))
    }

    /// The member of a type that has an object's slots: the type that a message to it is sent to.
    pub fn member_with(&mut self, type_: TypeId, object: ObjectId) -> TypeId {
        let is_it = |u: &Self, member: &TypeId| match u.types.get(*member) {
            Type::Object(o, _) => *o == object,
            Type::Block(..) => object == u.builtin.block,
            _ => false,
        };
        let found = self.types.members(type_).into_iter().find(|m| is_it(self, m));
        found.unwrap_or_else(|| self.type_of_object(object))
    }
}
