//! Primitives: `_Foo: a Bar: b`, with or without `IfFail:`, and the few that are instructions of their own.

use aura_syntax::tree::{Body, Expr, ExprKind, Receiver, Send, SlotName, Span, selector};

use super::body::argument_slots;
use super::facts::Use;
use super::func::PlaceSite;
use super::resolve::header_parameters;
use super::send::value_selector;
use super::shape::{literal_block, peel};
use super::{Compiler, Want, codes};
use crate::code::{CodeKind, Leaf, SiteKind};
use crate::op::{Instr, Op, Reg};

/// Whether a message calls a primitive.
pub(crate) fn is_primitive(send: &Send, source: &str) -> bool {
    let begins = send.selector.first().is_some_and(|s| s.text(source).starts_with('_'));
    begins && matches!(send.receiver, Receiver::Implicit | Receiver::Expr(_))
}

/// The last argument, if the message is a primitive's and that is what happens on failure.
fn failure<'t>(send: &'t Send, source: &str) -> Option<&'t Expr> {
    let last = send.selector.last()?.text(source);
    if is_primitive(send, source) && last.ends_with("IfFail:") { send.arguments.last() } else { None }
}

/// The failure code that is inlined.
pub(crate) fn inlined_failure<'t>(send: &'t Send, source: &str) -> Option<&'t Body> {
    literal_block(failure(send, source)?, 2)
}

/// The variable that `_Protect: name` stores the unwinding's target in.
pub(crate) fn protect_target(send: &Send, source: &str) -> Option<Span> {
    match (send.selector.as_slice(), send.arguments.as_slice()) {
        ([only], [target]) if only.text(source) == "_Protect:" => match &peel(target).kind {
            ExprKind::Send(target) if target.arguments.is_empty() => target.selector.first().copied(),
            _ => None,
        },
        _ => None,
    }
}

impl<'t> Compiler<'t> {
    /// A primitive call.
    pub(crate) fn primitive(&mut self, send: &Send, want: Want) {
        let name = selector(&send.selector, self.source);
        match (name.as_str(), send.arguments.as_slice()) {
            ("_Protect:", [target]) => self.protect(send, target, want),
            ("_ContinueUnwind:", [value]) => self.unwind(send, value, want),
            // Elsewhere there is no handler block to be asked for, and the primitive is one that nobody has.
            ("_HandlerMark", []) if self.f.code.kind == CodeKind::Method && self.f.code.argc > 0 => {
                self.f.code.handler = true;
                self.nil(want);
            }
            _ => match failure(send, self.source) {
                None => self.plain(&name, send, want),
                Some(fail) => match literal_block(fail, 2) {
                    Some(body) => self.inline_failure(&name, send, body, want),
                    None => self.called_failure(&name, send, fail, want),
                },
            },
        }
    }

    /// Receiver and the first `count` arguments into a window.
    fn prim_window(&mut self, send: &Send, count: usize, window: Reg) {
        match &send.receiver {
            Receiver::Expr(receiver) => self.expr(receiver, Want::Fresh(window)),
            _ => {
                let me = self.self_register();
                self.f.copy(window, me);
            }
        }
        for argument in &send.arguments[..count] {
            self.fresh(argument);
        }
        if count > super::func::MAX_ARGS {
            self.f.overflow = Some("arguments in one message");
        }
    }

    fn plain(&mut self, name: &str, send: &Send, want: Want) {
        let span = self.f.span;
        let count = send.arguments.len();
        let window = self.window(want);
        self.prim_window(send, count, window);
        self.f.span = span;
        let prim = self.f.prim(name);
        let to = self.answer(want, window);
        self.f.emit(Instr::new(Op::Prim, count as u8, window, prim, to));
        self.done(want, to);
    }

    /// Emits `PrimOrJump` and what follows success; the failure's code comes next, then `join` must be bound.
    fn prim_or_jump(&mut self, name: &str, count: usize, window: Reg, want: Want) -> super::func::Label {
        let prim = self.f.prim(name.strip_suffix("IfFail:").unwrap_or(name));
        let to = self.answer(want, window);
        let (fail, join) = (self.f.label(), self.f.label());
        self.f.emit(Instr::new(Op::PrimOrJump, count as u8, window, prim, to));
        if self.f.reachable {
            self.f.jump(Op::Jump, 0, fail);
            self.f.reachable = true;
        }
        match want {
            Want::Tail => self.f.ret(to),
            _ => self.f.jump(Op::Jump, 0, join),
        }
        self.f.bind(fail);
        join
    }

    fn inline_failure(&mut self, name: &str, send: &Send, body: &Body, want: Want) {
        let span = self.f.span;
        let count = send.arguments.len() - 1;
        // The window is not the wanted register: the failure's arguments stay in it while the value is found.
        let window = self.f.reserve();
        self.prim_window(send, count, window);
        self.f.span = span;
        self.f.top = usize::from(window) + 2;
        self.f.at_least(0);
        let join = self.prim_or_jump(name, count, window, want);
        self.scope(|c| {
            for (name, reg) in argument_slots(body).into_iter().zip(window..) {
                c.bind_register(name, reg);
            }
            c.inlined(body, c.refresh(want));
        });
        self.f.bind(join);
    }

    fn called_failure(&mut self, name: &str, send: &Send, fail: &Expr, want: Want) {
        let span = self.f.span;
        let count = send.arguments.len() - 1;
        let block = self.f.reserve();
        let window = self.f.reserve();
        self.prim_window(send, count, window);
        self.expr(fail, Want::To(block));
        self.f.span = span;
        self.f.top = usize::from(window) + 2;
        self.f.at_least(0);
        let join = self.prim_or_jump(name, count, window, want);
        self.emit_send(Op::Send, value_selector(2), SiteKind::Explicit, 2, block, want);
        self.f.bind(join);
    }

    fn protect(&mut self, send: &Send, target: &Expr, want: Want) {
        let place = match protect_target(send, self.source).and_then(|s| self.facts.uses.get(&s.start).copied()) {
            Some(Use::Read(decl)) => {
                let fits = self.facts.var(decl).assignable;
                Some(self.place(decl)).filter(|p| fits && !p.boxed && p.site == PlaceSite::Here)
            }
            _ => None,
        };
        let Some(place) = place else {
            let message = "the argument of `_Protect:` is not an assignable local that only this method uses";
            self.error(&codes::PROTECT_TARGET, target.span, message, "name a local that no block uses");
            return self.nil(want);
        };
        let block = match &send.receiver {
            Receiver::Expr(receiver) => self.operand(receiver, &[]),
            _ => self.self_register(),
        };
        let to = self.def(want);
        self.f.op(Op::Protect, block, place.reg, to);
        self.done(want, to);
    }

    fn unwind(&mut self, send: &Send, value: &Expr, want: Want) {
        let target = match &send.receiver {
            Receiver::Expr(receiver) => self.operand(receiver, &[value]),
            _ => self.self_register(),
        };
        let value = self.operand(value, &[]);
        self.f.op(Op::Unwind, target, value, 0);
        self.nil(want);
    }
}

/// Whether a finished method is nothing but a primitive on self with the method's own arguments.
pub(crate) fn leaf(body: &Body, name: &SlotName, source: &str) -> Option<Leaf> {
    let [only] = body.statements.as_slice() else { return None };
    let ExprKind::Send(send) = &peel(&only.expr).kind else { return None };
    let to_self = match &send.receiver {
        Receiver::Implicit => true,
        Receiver::Expr(e) => matches!(peel(e).kind, ExprKind::SelfRef),
        _ => false,
    };
    if !to_self || !is_primitive(send, source) {
        return None;
    }
    let selector = selector(&send.selector, source);
    if matches!(selector.as_str(), "_Protect:" | "_ContinueUnwind:" | "_HandlerMark") {
        return None;
    }
    let header = header_parameters(name);
    let names = if header.is_empty() { argument_slots(body) } else { header };
    let has_locals = body.slots.as_ref().is_some_and(|l| l.slots.iter().any(|s| !s.is_argument));
    let count = send.arguments.len() - usize::from(failure(send, source).is_some());
    let same = names.len() == count
        && names.iter().zip(&send.arguments).all(|(name, arg)| match &peel(arg).kind {
            ExprKind::Send(s) if s.arguments.is_empty() && matches!(s.receiver, Receiver::Implicit) => {
                s.selector.first().is_some_and(|read| read.text(source) == name.text(source))
            }
            _ => false,
        });
    let primitive = selector.strip_suffix("IfFail:").unwrap_or(&selector).to_owned();
    (same && !has_locals).then_some(Leaf { primitive, argc: count as u8 })
}
