//! Blocks.
//!
//! A block that is handed to somebody may run at any time and any number of times; a block that is part of a control structure
//! runs where it stands (`control`).

use aura_syntax::tree::{Body as Code, Init, SlotList, SlotName};

use super::Unit;
use super::body::Body;
use super::env::Held;
use super::send::{Instance, Message};
use crate::effects::Call;
use crate::find::Find;
use crate::ty::{Type, TypeId};

impl Body<'_> {
    /// A block as a value.
    pub(super) fn block(&mut self, body: &Code, wanted: Option<TypeId>) -> TypeId {
        let is_lent = std::mem::take(&mut self.is_lent);
        let given = wanted.and_then(|w| self.block_of(w));
        self.want_of(body.span, given.as_ref().map(|g| g.1));
        let before = self.env.clone();
        self.loosen();
        let count = self.locals.len();
        let outside = self.outside;
        if !is_lent {
            self.outside = count;
        }
        let params = self.block_parameters(body, given.as_ref().map(|g| &g.0[..]));
        let result = self.block_code(body);
        self.outside = outside;
        self.leave(count);
        let after = std::mem::replace(&mut self.env, before);
        let was_dead = self.env.is_dead;
        self.env.join(&after, &mut self.u.types);
        self.env.is_dead = was_dead;
        self.u.types.block(&params, result)
    }

    fn block_code(&mut self, body: &Code) -> TypeId {
        let type_ = self.statements(&body.statements, None);
        if self.env.is_dead { TypeId::NEVER } else { type_ }
    }

    /// A block that runs here and now, with these arguments.
    pub(super) fn inline(&mut self, body: &Code, given: &[TypeId]) -> TypeId {
        let count = self.locals.len();
        self.block_parameters(body, Some(given));
        let result = self.block_code(body);
        self.leave(count);
        result
    }

    /// The block among the members of a type: what it is given, and what it answers.
    pub(super) fn block_of(&mut self, wanted: TypeId) -> Option<(Vec<TypeId>, TypeId)> {
        let wanted = self.zonk(wanted);
        self.u.types.members(wanted).into_iter().find_map(|m| match self.u.types.get(m) {
            Type::Block(params, result) => Some((params.to_vec(), *result)),
            _ => None,
        })
    }

    /// Brings arguments and locals into scope; the arguments' types as written, or else as given.
    fn block_parameters(&mut self, body: &Code, given: Option<&[TypeId]>) -> Vec<TypeId> {
        let Some(list) = &body.slots else { return Vec::new() };
        let mut params = Vec::new();
        for slot in list.slots.iter().filter(|s| s.is_argument) {
            let SlotName::Unary(name) = slot.name else { continue };
            let of_place = given.map(|g| g.get(params.len()).copied().unwrap_or(TypeId::ANY));
            let written = slot.type_.as_ref().map(|t| self.written(t));
            if written.is_none() && of_place.is_none() {
                self.untyped(name);
            }
            // What is not found yet may be found in a later pass.
            let of_place = of_place.map(|t| self.zonk(t)).map(|t| if self.is_open(t) { TypeId::ANY } else { t });
            let type_ = written.or(of_place).unwrap_or(TypeId::ANY);
            self.enter(name, written, false, Held { type_, maybe_unset: false, is_written: written.is_some() });
            params.push(type_);
        }
        self.block_locals(list);
        params
    }

    fn is_open(&self, id: TypeId) -> bool {
        matches!(self.u.types.get(id), Type::Meta(_))
    }

    fn block_locals(&mut self, list: &SlotList) {
        let locals = list.slots.iter().filter(|s| !s.is_argument).cloned().collect::<Vec<_>>();
        if !locals.is_empty() {
            self.declare(&SlotList { slots: locals, annotation: None, span: list.span });
        }
    }

    /// A block may run when any assignment has been made: every local that is assigned to holds all that ever flows into it.
    pub(super) fn loosen(&mut self) {
        for at in 0..self.locals.len() {
            if !self.locals[at].is_assignable {
                continue;
            }
            let span = self.locals[at].span;
            let all = self.flowed(span);
            let held = self.env.locals[at];
            self.env.locals[at].type_ = self.u.types.soft(held.type_, all);
        }
        self.env.slots.clear();
    }
}

/// Blocks that are kept: they may run at any time, perhaps in a process of their own.
impl Body<'_> {
    /// Whether nobody keeps this argument beyond the message: methods of the library run the blocks that they say they take.
    pub(super) fn is_lent(&mut self, known: &[Instance], i: usize) -> bool {
        let is_run = |body: &mut Self, instance: &Instance| {
            let is_library = instance.slot.is_some_and(|s| body.u.slot(s).file.is_some_and(|f| body.u.file(f).is_library));
            is_library && !instance.is_write && instance.params.get(i).is_some_and(|p| body.block_of(*p).is_some())
        };
        !known.is_empty() && known.iter().all(|instance| is_run(self, instance))
    }

    /// Whether nobody keeps the block that a message is sent to: it is evaluated, or a method of the library does so, unless that makes
    /// a process of it.
    pub(super) fn is_lent_receiver(&mut self, message: &Message) -> bool {
        if self.is_evaluation(message.name) || !self.u.options.strict {
            return true;
        }
        let Find::One(found) = self.u.find(self.u.builtin.block, message.name) else { return false };
        let is_library = self.u.slot(found.slot).file.is_some_and(|f| self.u.file(f).is_library);
        let fork = self.u.words.fork;
        let forks = |call: &Call| matches!(call, Call::Primitive(name, _) if *name == fork);
        is_library && !super::calls(self.u, Unit::Method(found.slot)).iter().any(forks)
    }
}

/// How many arguments a block literal takes.
pub(super) fn arity(body: &Code) -> usize {
    body.slots.iter().flat_map(|l| &l.slots).filter(|s| s.is_argument && matches!(s.init, Init::None)).count()
}
