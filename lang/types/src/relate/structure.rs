//! Comparing interfaces message by message.
//!
//! What must stay true: an interface that was found to fit while others were taken to is known for as long as those are; when one of them
//! turns out not to fit, all that was found since it was taken to is forgotten. So no two are compared twice unless something failed
//! between (Brandt and Henglein, *Coinductive axiomatization of recursive type equality and subtyping*, 1998).

use rustc_hash::FxHashSet;
use smallvec::SmallVec;

use super::Relate;
use crate::find::Find;
use crate::names::Name;
use crate::object::{ObjectId, SlotId, SlotKind};
use crate::ty::subst::Receiver;
use crate::ty::{Softness, Type, TypeId};
use crate::universe::Universe;

/// A message that an interface asks for.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) name: Name,
    pub(crate) slot: SlotId,
    /// It assigns to the slot.
    pub(crate) is_write: bool,
}

/// What a slot takes, and what it answers.
pub(crate) type Answer = (SmallVec<[TypeId; 2]>, TypeId);

/// Those of all slots that a message may find.
pub(crate) type Answers = SmallVec<[Answer; 1]>;

/// Interfaces that are taken to fit: they are being compared, or were found to fit as far as those do.
#[derive(Default)]
pub(super) struct Assumed {
    in_order: Vec<(TypeId, TypeId)>,
    all: FxHashSet<(TypeId, TypeId)>,
    /// Interfaces that do not fit, whatever is taken to.
    failed: FxHashSet<(TypeId, TypeId)>,
}

impl Assumed {
    pub(super) fn is_empty(&self) -> bool {
        self.in_order.is_empty()
    }

    fn count(&self) -> usize {
        self.in_order.len()
    }

    /// Takes one to fit from now on; tells whether it was not already.
    fn take(&mut self, pair: (TypeId, TypeId)) -> bool {
        let is_new = self.all.insert(pair);
        if is_new {
            self.in_order.push(pair);
        }
        is_new
    }

    fn forget_from(&mut self, at: usize) {
        for pair in self.in_order.drain(at..) {
            self.all.remove(&pair);
        }
    }

    fn forget(&mut self, at: usize) {
        let pair = self.in_order.remove(at);
        self.all.remove(&pair);
    }
}

impl Relate<'_> {
    /// Whether `a` understands everything that `b` does.
    pub(super) fn understands(&mut self, a: TypeId, b: TypeId) -> bool {
        if self.assumed.failed.contains(&(a, b)) {
            return false;
        }
        if !self.assumed.take((a, b)) {
            return true;
        }
        let count = self.assumed.count();
        let wanted = self.u.wanted(a, b);
        // Interfaces that lead to others may do so very deep.
        let all = stacker::maybe_grow(64 * 1024, 1024 * 1024, || wanted.into_iter().all(|w| self.answers(a, b, w)));
        // What metas stand for may still become more.
        let is_final = !(self.u.types.inside(a).has_meta || self.u.types.inside(b).has_meta);
        match (all, is_final) {
            (true, true) => {}
            (true, false) => self.assumed.forget(count - 1),
            (false, _) => {
                self.assumed.forget_from(count - 1);
                if is_final {
                    self.assumed.failed.insert((a, b));
                }
            }
        }
        if count == 1 {
            self.assumed.forget_from(0);
        }
        all
    }

    /// Whether `a` answers one message as `b` does.
    pub(crate) fn answers(&mut self, a: TypeId, b: TypeId, wanted: Wanted) -> bool {
        let Some(theirs) = self.u.answer_of(b, wanted) else { return true };
        let Some(mine) = self.u.answer(a, wanted.name) else { return false };
        mine.iter().all(|mine| self.takes_all(mine, &theirs) && (self.is_guess(wanted) || self.answers_one(mine, &theirs)))
    }

    /// Who sends a message gives what all that it may find take: whoever takes what one of them does takes that.
    pub(super) fn takes_all(&mut self, mine: &Answer, theirs: &Answers) -> bool {
        theirs.iter().any(|theirs| theirs.0.iter().zip(&mine.0).all(|(given, taken)| self.fits(*given, *taken)))
    }

    pub(super) fn answers_one(&mut self, mine: &Answer, theirs: &Answers) -> bool {
        let all: SmallVec<[TypeId; 1]> = theirs.iter().map(|t| t.1).collect();
        let wanted = self.u.types.union(&all, Softness::Hard);
        self.fits(mine.1, wanted)
    }

    /// What an interface answers that nobody has written is nobody's promise, outside strict checking: else taking a written type off
    /// could make others not fit any more.
    fn is_guess(&mut self, wanted: Wanted) -> bool {
        !self.u.options.strict && !self.u.signature_of(wanted.slot, wanted.is_write).is_written
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
        let (mut wanted, mut named) = (Vec::new(), FxHashSet::default());
        for ancestor in &theirs.ancestors {
            if !mine.has_surely(*ancestor) {
                self.ask_through(*ancestor);
                self.messages_of(*ancestor, &mut named, &mut wanted);
            }
        }
        wanted
    }

    /// The messages that an object has slots for. What can be assigned to is asked for in strict checking only: most that stands for
    /// something else is only read.
    fn messages_of(&mut self, object: ObjectId, named: &mut FxHashSet<Name>, wanted: &mut Vec<Wanted>) {
        for index in 0..self.object(object).slots.len() {
            let slot = &self.objects[object.0 as usize].slots[index];
            let (name, is_data) = (slot.name, slot.kind == SlotKind::Data);
            if slot.is_parent || !named.insert(name) {
                continue;
            }
            let slot = SlotId { object, index: index as u32 };
            wanted.push(Wanted { name, slot, is_write: false });
            if is_data && self.options.strict {
                let name = self.names.assigning(name);
                named.insert(name);
                wanted.push(Wanted { name, slot, is_write: true });
            }
        }
    }

    /// What an object of this type takes and answers for a message, its own variables put in; nothing if it does not understand
    /// it, or not always, and `any` if that is not known.
    pub(crate) fn answer(&mut self, receiver: TypeId, name: Name) -> Option<Answers> {
        let unknown = || Some(SmallVec::from_iter([(SmallVec::new(), TypeId::ANY)]));
        self.ask_for(name);
        let object = match self.types.get(receiver) {
            Type::Object(o, _) => *o,
            Type::Block(..) => self.builtin.block,
            _ => return unknown(),
        };
        match self.find(object, name) {
            Find::One(found) => Some(SmallVec::from_iter([self.used(receiver, found.slot, found.is_write)])),
            Find::Open => unknown(),
            Find::Some(all) if all.is_open => unknown(),
            Find::Some(all) if all.lacking.is_some() => None,
            Find::Some(all) => Some(all.found.iter().map(|f| self.used(receiver, f.slot, f.is_write)).collect()),
            Find::Missing | Find::Ambiguous(..) => None,
        }
    }

    /// What an interface takes and answers for one of its messages; nothing if it understands that for some parents only.
    pub(super) fn answer_of(&mut self, receiver: TypeId, wanted: Wanted) -> Option<Answers> {
        let object = match *self.types.get(receiver) {
            Type::Object(object, _) => object,
            Type::Block(..) => self.builtin.block,
            _ => return None,
        };
        match self.above(object).is_sure() {
            true => Some(SmallVec::from_iter([self.used(receiver, wanted.slot, wanted.is_write)])),
            false => self.answer(receiver, wanted.name),
        }
    }

    /// A slot's signature for this receiver. The slot's own variables are `any` here: what is generic fits what is not.
    pub(crate) fn used(&mut self, receiver: TypeId, slot: SlotId, is_write: bool) -> Answer {
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
