//! Arguments against parameters, and primitives.

use aura_syntax::tree::{Expr, ExprKind};
use smallvec::SmallVec;

use super::body::Body;
use super::send::{Instance, Message};
use crate::additions::adds_slots;
use crate::effects::Call;
use crate::object::SlotValue;
use crate::primitives::{self, Answer};
use crate::ty::{Type, TypeId};

impl Body<'_> {
    /// The types of a message's arguments, held against what the receivers take.
    /// If which receiver it is was only inferred (`one_will_do`), one of them must take the argument, else all.
    pub(super) fn arguments(&mut self, message: &Message, known: &[Instance], one_will_do: bool) -> SmallVec<[TypeId; 2]> {
        let mut given = SmallVec::new();
        for (i, argument) in message.send.arguments.iter().enumerate() {
            let hint = self.hint(argument, known, i);
            // Of a variable nothing is known yet but what it must fit.
            let bound = known.iter().flat_map(|k| &k.bounds).find(|(meta, _)| hint == Some(*meta)).map(|b| b.1);
            self.want(argument.span, bound);
            let is_protected =
                i == 0 && self.u.names.text(message.name).starts_with("should") && self.is_protection(message, argument);
            self.is_lent = matches!(argument.kind, ExprKind::Block(_)) && self.is_lent(known, i);
            let type_ = if is_protected { self.quietly(argument) } else { self.expr(argument, hint) };
            self.is_lent = false;
            let (mut bad, mut count) = (None, 0);
            for instance in known {
                let Some(wanted) = instance.params.get(i).copied() else { continue };
                if !self.fits(type_, wanted) {
                    count += 1;
                    bad = bad.or(Some(wanted));
                }
            }
            if let Some(wanted) = bad.filter(|_| count == known.len() || !one_will_do) {
                self.bad_argument(message, i, argument.span, type_, wanted);
            }
            given.push(type_);
        }
        known.iter().for_each(|instance| self.within_bounds(message, instance));
        given
    }

    /// What was put for a variable must fit its bound. What is only a variable itself is taken to, outside strict checking.
    fn within_bounds(&mut self, message: &Message, instance: &Instance) {
        for (meta, bound) in &instance.bounds {
            let put = self.zonk(*meta);
            let is_open = match self.u.types.get(put) {
                // Nothing was put for it.
                Type::Meta(_) => true,
                Type::Var(_) => !self.u.options.strict,
                _ => false,
            };
            if !is_open && !self.fits(put, *bound) {
                self.out_of_bounds(message, put, *bound);
            }
        }
    }

    /// What tells most about a literal: for a block the parameter that is a block.
    fn hint(&mut self, argument: &Expr, known: &[Instance], i: usize) -> Option<TypeId> {
        let mut params = known.iter().filter_map(|k| k.params.get(i).copied()).filter(|p| *p != TypeId::ANY);
        if matches!(argument.kind, ExprKind::Block(_)) && known.len() > 1 {
            let params: Vec<TypeId> = params.collect();
            return params.iter().copied().find(|p| self.block_of(*p).is_some());
        }
        params.next()
    }

    /// A primitive: what it answers stands in a table; what it does when it fails is its last argument.
    pub(super) fn primitive(&mut self, receiver: TypeId, message: &Message) -> TypeId {
        let name = self.u.names.text(message.name).to_string();
        let string = self.string();
        let failure = self.u.types.block(&[string], TypeId::ANY);
        let last = message.send.arguments.len().saturating_sub(1);
        let mut given = SmallVec::<[TypeId; 2]>::new();
        for (i, argument) in message.send.arguments.iter().enumerate() {
            let is_failure = i == last && name.ends_with("IfFail:");
            // What is done when a primitive fails is to signal an error, and what that does is its handler's affair.
            let before = is_failure.then(|| self.calls.clone());
            given.push(self.expr(argument, is_failure.then_some(failure)));
            if let Some(before) = before {
                self.calls = before;
            }
        }
        let whose = self.whose_receiver(message);
        self.calls.insert(Call::Primitive(message.name, whose));
        let plain = primitives::plain(&name);
        let answer = match primitives::answer(plain) {
            Answer::Unknown => return TypeId::ANY,
            Answer::Receiver if self.is_extended(message, plain) => return TypeId::ANY,
            Answer::Receiver => receiver,
            Answer::Bool => self.u.bool_type(),
            Answer::Int => self.u.int_type(),
            Answer::Float => {
                let float = self.u.builtin.float;
                self.u.types.object(float)
            }
            Answer::Text => string,
            Answer::Texts => self.applied_vector(string),
            Answer::Vector => self.new_vector(message, &given),
            Answer::Bytes => {
                let bytes = self.u.builtin.bytes;
                self.u.types.object(bytes)
            }
            Answer::Kind(kind) => self.of_kind(kind),
            Answer::Nothing => return self.dead(),
        };
        match (plain.len() < name.len(), given.last()) {
            (true, Some(on_failure)) => self.or_failure(answer, *on_failure),
            _ => answer,
        }
    }

    /// Whether the receiver gets slots that are not written out here. Then nothing is known of it any more.
    fn is_extended(&mut self, message: &Message, primitive: &str) -> bool {
        let is_written = matches!(message.send.arguments.first().map(|a| &a.kind), Some(ExprKind::Object(_)));
        if is_written || !adds_slots(primitive) {
            return false;
        }
        if let Some(at) = self.local_of(message) {
            self.env.locals[at].type_ = TypeId::ANY;
        }
        true
    }

    /// What the machine makes, by the name of its traits.
    fn of_kind(&mut self, kind: &str) -> TypeId {
        let name = self.u.names.of(kind);
        let traits = self.u.builtin.traits;
        match self.u.own(traits, name).map(|found| self.u.slot(found.slot).value.clone()) {
            Some(SlotValue::Object(object)) => self.u.types.object(object),
            _ => TypeId::ANY,
        }
    }

    fn dead(&mut self) -> TypeId {
        self.env.is_dead = true;
        TypeId::NEVER
    }

    fn or_failure(&mut self, answer: TypeId, on_failure: TypeId) -> TypeId {
        let otherwise = match *self.u.types.get(on_failure) {
            Type::Block(_, result) => result,
            _ => on_failure,
        };
        self.u.types.soft(answer, otherwise)
    }

    fn new_vector(&mut self, message: &Message, given: &[TypeId]) -> TypeId {
        let element = self.meta(message.at, 0);
        // Nil stands where nothing has come yet; it is not what the vector is for.
        if let Some(filler) = given.get(1) {
            let (filler, _, _) = self.without_nil(*filler);
            self.fits(filler, element);
        }
        self.applied_vector(element)
    }
}
