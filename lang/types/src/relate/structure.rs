//! Comparing interfaces message by message.

use smallvec::SmallVec;

use super::{MOST_ASSUMED, Relate};
use crate::lookup::Find;
use crate::names::Name;
use crate::object::{ObjectId, SlotId, SlotKind};
use crate::ty::subst::Receiver;
use crate::ty::{Type, TypeId};
use crate::universe::Universe;

/// A message that an interface asks for.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) name: Name,
    pub(crate) slot: SlotId,
}

impl Relate<'_> {
    /// Whether `a` understands everything that `b` does.
    pub(super) fn understands(&mut self, a: TypeId, b: TypeId) -> bool {
        if self.assumed.contains(&(a, b)) || self.assumed.len() >= MOST_ASSUMED {
            return true;
        }
        self.assumed.push((a, b));
        let wanted = self.u.wanted(a, b);
        let all = wanted.into_iter().all(|w| self.answers(a, b, w));
        self.assumed.pop();
        all
    }

    /// Whether `a` answers one message as `b` does.
    pub(crate) fn answers(&mut self, a: TypeId, b: TypeId, wanted: Wanted) -> bool {
        let Some((mine, my_result)) = self.u.answer(a, wanted.name) else { return false };
        let Some((theirs, their_result)) = self.u.answer_of(b, wanted.slot) else { return true };
        theirs.iter().zip(&mine).all(|(given, taken)| self.fits(*given, *taken)) && self.fits(my_result, their_result)
    }
}

impl Universe {
    /// What an object must understand to stand for `b`, as far as it does not share it with `a`.
    pub(crate) fn wanted(&mut self, a: TypeId, b: TypeId) -> Vec<Wanted> {
        let object = |u: &Self, id| match u.types.get(id) {
            Type::Object(o, _) => Some(*o),
            Type::Block(..) => Some(u.builtin.block),
            _ => None,
        };
        let (Some(mine), Some(theirs)) = (object(self, a), object(self, b)) else { return Vec::new() };
        let (mine, theirs) = (self.above(mine), self.above(theirs));
        let mut wanted: Vec<Wanted> = Vec::new();
        for ancestor in &theirs.ancestors {
            if !mine.ancestors.contains(ancestor) {
                self.ask_through(*ancestor);
                self.messages_of(*ancestor, &mut wanted);
            }
        }
        wanted
    }

    fn messages_of(&self, object: ObjectId, wanted: &mut Vec<Wanted>) {
        for (index, slot) in self.object(object).slots.iter().enumerate() {
            if !slot.is_parent && !wanted.iter().any(|w| w.name == slot.name) {
                wanted.push(Wanted { name: slot.name, slot: SlotId { object, index: index as u32 } });
            }
        }
    }

    /// What an object of this type takes and answers for a message, its own variables put in; nothing if it does not understand
    /// it, and `any` if that is not known.
    pub(crate) fn answer(&mut self, receiver: TypeId, name: Name) -> Option<(SmallVec<[TypeId; 2]>, TypeId)> {
        self.ask_for(name);
        let object = match self.types.get(receiver) {
            Type::Object(o, _) => *o,
            Type::Block(..) => self.builtin.block,
            _ => return Some((SmallVec::new(), TypeId::ANY)),
        };
        match self.find(object, name) {
            Find::One(found) => Some(self.used(receiver, found.slot, found.is_write)),
            Find::Some(_) | Find::Open => Some((SmallVec::new(), TypeId::ANY)),
            Find::Missing | Find::Ambiguous(..) => None,
        }
    }

    fn answer_of(&mut self, receiver: TypeId, slot: SlotId) -> Option<(SmallVec<[TypeId; 2]>, TypeId)> {
        match self.types.get(receiver) {
            Type::Object(..) | Type::Block(..) => Some(self.used(receiver, slot, false)),
            _ => None,
        }
    }

    /// A slot's signature for this receiver. The slot's own variables are `any` here: what is generic fits what is not.
    pub(crate) fn used(&mut self, receiver: TypeId, slot: SlotId, is_write: bool) -> (SmallVec<[TypeId; 2]>, TypeId) {
        let signature = self.signature_of(slot, is_write);
        let object = match self.types.get(receiver) {
            Type::Object(o, _) => *o,
            _ => self.builtin.block,
        };
        let mut vars = match self.types.get(receiver).clone() {
            Type::Object(o, args) => self.receiver_vars(o, &args),
            Type::Block(_, result) => SmallVec::from_iter([(self.builtin.block_result, result)]),
            _ => SmallVec::new(),
        };
        vars.extend(signature.vars.iter().map(|v| (*v, TypeId::ANY)));
        let places = self.places_in(receiver);
        let mut with = Receiver { self_type: receiver, vars: &vars, places: &places };
        let params = signature.params.iter().map(|p| self.types.replace(*p, &mut with)).collect();
        let result = self.settled(signature.result, object);
        let result = self.types.replace(result, &mut with);
        (params, result)
    }

    /// A message that sets a data slot, for hints.
    pub(crate) fn is_data(&self, slot: SlotId) -> bool {
        self.slot(slot).kind == SlotKind::Data
    }
}
