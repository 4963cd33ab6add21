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
        let (held, local) = (self.env.locals[at], &self.locals[at]);
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
        if self.u.options.strict && at < self.outside && self.captured.insert(declared.start) {
            // What was said of it before is to be said again.
            self.is_stale = true;
        }
        self.env.locals[at] = Held { type_, maybe_unset: false, is_written: written.is_some() };
    }
}
