//! What code does, and whose objects it changes.
//!
//! What must stay true: an object counts as made by the code only if nobody else can know it; whatever is not sure is somebody
//! else's. (What `copy` and its kin answer is new by their name.)

use aura_syntax::tree::{Expr, ExprKind, Receiver, Send};

use super::body::Body;
use super::send::{Instance, Message, is_self};
use super::{Unit, outcome};
use crate::effects::{Call, Whose};
use crate::find::Find;
use crate::names::Name;
use crate::object::{ObjectId, SlotId, SlotKind};
use crate::ty::{Type, TypeId};

impl Body<'_> {
    /// Remembers what a message does.
    pub(super) fn does(&mut self, receiver: TypeId, message: &Message, known: &[Instance], unknown: bool) {
        let whose = self.whose_receiver(message);
        if is_copying(self.u.names.text(message.name)) {
            self.copied.insert(message.at.start, receiver);
        }
        for instance in known {
            let Some(slot) = instance.slot else { continue };
            if instance.is_write {
                self.calls.insert(Call::Write(whose));
                self.renews(message, whose);
                self.mark_changed(message);
            } else if self.u.slot(slot).kind == SlotKind::Method {
                self.calls.insert(Call::Method(slot, whose));
                self.mark_changed(message);
            }
        }
        // A block that was given does what whoever wrote it does.
        let is_block = matches!(self.u.types.get(receiver), Type::Block(..));
        if unknown && !is_block && known.is_empty() && !self.u.names.text(message.name).starts_with("value") {
            self.calls.insert(Call::Named(message.name));
        }
    }

    /// If what a local holds turns out not to be fresh, this message has done more than was thought.
    fn mark_changed(&mut self, message: &Message) {
        if let Some(at) = self.local_of(message) {
            let span = self.locals[at].span;
            if let Some(flow) = self.flows.get_mut(&span.start) {
                flow.was_changed = true;
            }
        }
    }

    /// Whose objects an expression answers.
    pub(super) fn whose(&mut self, expr: &Expr) -> Whose {
        match &expr.kind {
            ExprKind::Vector(_) | ExprKind::Integer | ExprKind::Float | ExprKind::String | ExprKind::Template(_) => Whose::New,
            ExprKind::Object(_) => Whose::Fresh,
            ExprKind::SelfRef => Whose::Own,
            ExprKind::Group(body) if body.statements.len() == 1 && body.slots.is_none() => self.whose(&body.statements[0].expr),
            ExprKind::Send(send) => self.whose_answer(send),
            _ => Whose::Other,
        }
    }

    fn whose_answer(&mut self, send: &Send) -> Whose {
        let name = self.selector(send);
        let text = self.u.names.text(name);
        if text.starts_with("_New") {
            return Whose::New;
        }
        if is_copying(text) {
            let receiver = send.selector.first().and_then(|s| self.copied.get(&s.start)).copied();
            return if receiver.is_some_and(|r| self.is_whole_copy(r, name)) { Whose::New } else { Whose::Fresh };
        }
        // An assignment answers its receiver.
        let answers_receiver = self.u.names.assigned(name).is_some() || text == "add:" || text == "addAll:";
        match &send.receiver {
            Receiver::Implicit if send.arguments.is_empty() => match self.local(name) {
                // An argument came from elsewhere.
                Some(at) => self.flows.get(&self.locals[at].span.start).and_then(|f| f.whose).unwrap_or(Whose::Other),
                None => self.whose_slot(name),
            },
            Receiver::Expr(e) if is_self(e) && send.arguments.is_empty() => self.whose_slot(name),
            Receiver::Expr(e) if answers_receiver => self.whose(e),
            _ => Whose::Other,
        }
    }

    /// Whose objects a message to self answers.
    fn whose_slot(&mut self, name: Name) -> Whose {
        if !self.own_data(name).is_empty() {
            return Whose::Part;
        }
        // The empty vector has nothing that could be changed.
        match self.u.find(self.holder, name) {
            Find::One(found) if found.slot.object == self.u.builtin.globals && self.u.names.text(name) == "vector" => Whose::New,
            _ => Whose::Other,
        }
    }

    pub(super) fn whose_receiver(&mut self, message: &Message) -> Whose {
        match &message.send.receiver {
            Receiver::Implicit | Receiver::Resend(_) | Receiver::Delegate(_) => Whose::Own,
            Receiver::Expr(e) if is_self(e) => Whose::Own,
            Receiver::Expr(e) => self.whose(e),
        }
    }

    /// Remembers that a slot of a new object was given new contents.
    fn renews(&mut self, message: &Message, whose: Whose) {
        let (Some(slot), [value]) = (self.u.names.assigned(message.name), &message.send.arguments[..]) else { return };
        if whose.is_fresh() && self.whose(value) == Whose::New {
            self.renewed.insert(slot);
        }
    }

    /// Whether what the receiver answers to a copying message shares nothing with it that can be changed.
    fn is_whole_copy(&mut self, receiver: TypeId, name: Name) -> bool {
        let receiver = self.shallow(receiver);
        self.u.types.members(receiver).into_iter().all(|member| {
            let Type::Object(object, _) = *self.u.types.get(member) else { return false };
            match self.u.find(object, name) {
                Find::One(found) => self.renews_all(object, found.slot),
                _ => false,
            }
        })
    }

    /// Whether a copying method gives every slot of its copy new contents, except those that hold what cannot be changed.
    fn renews_all(&mut self, object: ObjectId, method: SlotId) -> bool {
        let Some(outcome) = outcome(self.u, Unit::Method(method)) else { return false };
        let ancestors = self.u.above(object).ancestors.clone();
        ancestors.into_iter().all(|ancestor| {
            self.u.ask_through(ancestor);
            (0..self.u.object(ancestor).slots.len() as u32).all(|index| {
                let slot = SlotId { object: ancestor, index };
                let here = self.u.slot(slot);
                let is_renewed = here.kind != SlotKind::Data || here.is_parent || outcome.renewed.contains(&here.name);
                is_renewed || self.is_unchangeable(slot)
            })
        })
    }

    fn is_unchangeable(&mut self, slot: SlotId) -> bool {
        let b = self.u.builtin;
        let plain = [b.int, b.float, b.string, b.bool_, b.true_, b.false_, b.nil];
        let type_ = self.u.signature_of(slot, false).result;
        self.u.types.members(type_).iter().all(|m| matches!(self.u.types.get(*m), Type::Object(o, _) if plain.contains(o)))
    }
}

/// Whether a message of this name answers a new object.
fn is_copying(name: &str) -> bool {
    name.starts_with("copy") || name == "clone" || name == "_Clone"
}
