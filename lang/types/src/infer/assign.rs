//! Locals: reading them, assigning to them.

use aura_syntax::Span;
use aura_syntax::tree::{Expr, ExprKind, Receiver, Send};

use super::body::Body;
use super::env::Held;
use super::send::Message;
use crate::effects::Whose;
use crate::names::Name;
use crate::ty::TypeId;

impl Body<'_> {
    /// The local that a message without a receiver means.
    pub(super) fn local(&self, name: Name) -> Option<usize> {
        self.locals.iter().rposition(|l| l.name == name)
    }

    /// The local to which a message is sent.
    pub(super) fn local_of(&mut self, message: &Message) -> Option<usize> {
        let Receiver::Expr(Expr { kind: ExprKind::Send(send), .. }) = &message.send.receiver else { return None };
        if !matches!(send.receiver, Receiver::Implicit) || !send.arguments.is_empty() {
            return None;
        }
        let name = self.selector(send);
        self.local(name)
    }

    /// A message without a receiver that reads a local or assigns to one.
    pub(super) fn local_message(&mut self, send: &Send, name: Name) -> Option<TypeId> {
        if !matches!(send.receiver, Receiver::Implicit) {
            return None;
        }
        match &send.arguments[..] {
            [] => {
                let at = self.local(name)?;
                Some(self.read(at, send.selector[0]))
            }
            [value] => {
                let at = self.local(self.u.names.assigned(name)?)?;
                let written = self.locals[at].written;
                let type_ = self.expr(value, written);
                let whose = self.whose(value);
                self.assign(at, type_, whose, send.selector[0], value.span);
                Some(TypeId::SELF)
            }
            _ => None,
        }
    }

    fn read(&mut self, at: usize, span: Span) -> TypeId {
        let (held, local) = (self.held(at), &self.locals[at]);
        let (written, declared) = (local.written, local.span);
        if held.maybe_unset {
            self.unset(span, declared);
        }
        match (held.type_, written) {
            (TypeId::NEVER, Some(written)) => written,
            // Nothing has come here yet: nil, but nobody means that.
            (TypeId::NEVER, None) => TypeId::ANY,
            (type_, _) => type_,
        }
    }

    fn assign(&mut self, at: usize, type_: TypeId, whose: Whose, span: Span, value: Span) {
        let local = &self.locals[at];
        let (written, declared) = (local.written, local.span);
        if !local.is_assignable {
            return self.not_assignable(span, declared);
        }
        if let Some(wanted) = written
            && !self.fits(type_, wanted)
        {
            self.bad_assignment(value, type_, wanted, declared);
        }
        // A value of unknown type put where a type is written is believed to be of that type.
        // Who writes `any` wants nothing to be known.
        let type_ = match written {
            Some(wanted) if type_ == TypeId::ANY || wanted == TypeId::ANY => wanted,
            _ => type_,
        };
        self.flow(declared, type_, whose);
        self.assigned(at);
        self.env.locals[at] = Held { type_, maybe_unset: false, is_written: written.is_some() };
    }
}

/// Locals that several pieces of code assign to at times that nobody knows.
impl Body<'_> {
    /// What a local holds here. If other code may assign to it at any time, that is all that ever flows into it.
    pub(super) fn held(&mut self, at: usize) -> Held {
        let held = self.env.locals[at];
        if !self.is_shared(at) {
            return held;
        }
        let all = self.flowed(self.locals[at].span);
        Held { type_: self.u.types.soft(held.type_, all), ..held }
    }

    /// Whether a block that somebody keeps and the code around it may assign to a local between a test and its use: the block may run
    /// in a process of its own. In strict checking only.
    pub(super) fn is_shared(&self, at: usize) -> bool {
        let flow = self.flows.get(&self.locals[at].span.start);
        self.u.options.strict && flow.is_some_and(|f| f.is_captured || f.is_assigned && at < self.outside)
    }

    /// Remembers who assigns to a local. What was said of it before is to be said again.
    fn assigned(&mut self, at: usize) {
        let is_captured = at < self.outside;
        let Some(flow) = self.flows.get_mut(&self.locals[at].span.start).filter(|_| self.u.options.strict) else { return };
        let is_news = is_captured && !flow.is_captured || !flow.is_assigned && flow.was_read;
        flow.is_assigned = true;
        flow.is_captured |= is_captured;
        self.is_stale |= is_news;
    }
}
