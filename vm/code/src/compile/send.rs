//! Messages that are really sent: windows, guarded operations, sends to self, resends; and local variables, which look like
//! messages without receiver.

use aura_syntax::tree::{Expr, ExprKind, Receiver, Send, Span, selector};

use super::facts::Use;
use super::shape::{peel, shape};
use super::{Compiler, Want, bytes};
use crate::code::SiteKind;
use crate::op::{Instr, Op, Reg};

/// A binary operation that has a fast instruction.
#[derive(Clone, Copy)]
pub(crate) struct Guard {
    op: Op,
    /// The form with a small integer as second operand.
    int: Option<Op>,
}

/// The guarded form of a binary message or of `at:`.
fn guard(name: &str) -> Option<Guard> {
    let (op, int) = match name {
        "+" => (Op::Add, Some(Op::AddInt)),
        "-" => (Op::Sub, Some(Op::SubInt)),
        "*" => (Op::Mul, None),
        "/" => (Op::Div, None),
        "%" => (Op::Mod, None),
        "<" => (Op::Less, None),
        "<=" => (Op::LessEq, None),
        ">" => (Op::Greater, None),
        ">=" => (Op::GreaterEq, None),
        "=" => (Op::Equal, None),
        "!=" => (Op::NotEqual, None),
        "==" => (Op::Same, None),
        "at:" => (Op::At, None),
        _ => return None,
    };
    Some(Guard { op, int })
}

/// The guarded comparison that performs a jump.
pub(crate) fn compare_jump(name: &str) -> Option<Guard> {
    let (op, int) = match name {
        "<" => (Op::LessJump, Some(Op::LessIntJump)),
        "<=" => (Op::LessEqJump, Some(Op::LessEqIntJump)),
        ">" => (Op::GreaterJump, Some(Op::GreaterIntJump)),
        ">=" => (Op::GreaterEqJump, Some(Op::GreaterEqIntJump)),
        "=" => (Op::EqualJump, Some(Op::EqualIntJump)),
        "!=" => (Op::NotEqualJump, None),
        "==" => (Op::SameJump, None),
        _ => return None,
    };
    Some(Guard { op, int })
}

impl<'t> Compiler<'t> {
    /// How a message without receiver is meant, if as a variable.
    pub(crate) fn meaning(&self, send: &Send) -> Option<Use> {
        match (&send.receiver, send.selector.first()) {
            (Receiver::Implicit, Some(first)) => self.facts.uses.get(&first.start).copied(),
            _ => None,
        }
    }

    /// A message of any kind.
    pub(crate) fn message(&mut self, send: &Send, span: Span, want: Want) {
        let top = self.f.top;
        if let Some(shape) = shape(send, self.source) {
            self.shaped(send, &shape, span, want);
        } else if super::prim::is_primitive(send, self.source) {
            self.primitive(send, want);
        } else {
            self.really_send(send, span, want);
        }
        self.f.top = top;
    }

    fn really_send(&mut self, send: &Send, span: Span, want: Want) {
        match self.meaning(send) {
            Some(Use::Read(decl)) => return self.read(decl, want),
            Some(Use::Write(decl)) => return self.write(decl, &send.arguments[0], span, want),
            Some(Use::Call(decl)) => return self.call_local(decl, send, want),
            None => {}
        }
        let name = selector(&send.selector, self.source);
        match &send.receiver {
            Receiver::Implicit => self.implicit(name, send, want),
            Receiver::Resend(_) => self.resend(name, SiteKind::Resend, send, want),
            Receiver::Delegate(parent) => self.resend(name, SiteKind::Delegate(self.text(*parent).to_owned()), send, want),
            Receiver::Expr(receiver) => match (guard(&name), send.arguments.as_slice()) {
                (Some(guard), [argument]) => self.guarded(guard, name, receiver, argument, want),
                (None, [index, value]) if name == "at:Put:" => self.at_put(name, receiver, index, value, want),
                _ => self.explicit(name, receiver, &send.arguments, want),
            },
        }
    }

    /// The first register of a window.
    pub(crate) fn window(&mut self, want: Want) -> Reg {
        match want {
            Want::Fresh(reg) if self.f.is_top(reg) => reg,
            _ => self.f.reserve(),
        }
    }

    /// The register for an answer, where the window is free afterwards.
    pub(crate) fn answer(&self, want: Want, window: Reg) -> Reg {
        match want {
            Want::To(reg) | Want::Fresh(reg) => reg,
            Want::Effect | Want::Tail => window,
        }
    }

    fn explicit(&mut self, name: String, receiver: &Expr, arguments: &[Expr], want: Want) {
        let span = self.f.span;
        let window = self.window(want);
        self.expr(receiver, Want::Fresh(window));
        for argument in arguments {
            self.fresh(argument);
        }
        self.f.span = span;
        self.emit_send(Op::Send, name, SiteKind::Explicit, arguments.len(), window, want);
    }

    /// A send whose window is filled.
    pub(crate) fn emit_send(&mut self, op: Op, name: String, kind: SiteKind, argc: usize, window: Reg, want: Want) {
        if argc > super::func::MAX_ARGS {
            self.f.overflow = Some("arguments in one message");
        }
        let site = self.f.site(name, argc, kind);
        let to = self.answer(want, window);
        self.f.emit(Instr::new(op, argc as u8, window, site, to));
        self.done(want, to);
    }

    /// To self, or whatever is a global name.
    fn implicit(&mut self, name: String, send: &Send, want: Want) {
        let literal = match name.as_str() {
            "nil" => Some(Op::LoadNil),
            "true" => Some(Op::LoadTrue),
            "false" => Some(Op::LoadFalse),
            _ => None,
        };
        if let Some(op) = literal {
            if want != Want::Effect {
                let to = self.def(want);
                self.f.op(op, to, 0, 0);
                self.done(want, to);
            }
            return;
        }
        let span = self.f.span;
        let window = self.window(want);
        for argument in &send.arguments {
            self.fresh(argument);
        }
        self.f.span = span;
        if send.arguments.len() > super::func::MAX_ARGS {
            self.f.overflow = Some("arguments in one message");
        }
        let me = self.self_register();
        let site = self.f.site(name, send.arguments.len(), SiteKind::Implicit);
        let to = self.answer(want, window);
        self.f.emit(Instr::new(Op::SendSelf, me as u8, window, site, to));
        self.done(want, to);
    }

    fn resend(&mut self, name: String, kind: SiteKind, send: &Send, want: Want) {
        let span = self.f.span;
        let window = self.window(want);
        let me = self.self_register();
        self.f.copy(window, me);
        for argument in &send.arguments {
            self.fresh(argument);
        }
        self.f.span = span;
        self.emit_send(Op::Resend, name, kind, send.arguments.len(), window, want);
    }

    /// A local method is a block that is called by its name.
    fn call_local(&mut self, decl: u32, send: &Send, want: Want) {
        let span = self.f.span;
        let window = self.window(want);
        self.read(decl, Want::Fresh(window));
        for argument in &send.arguments {
            self.fresh(argument);
        }
        self.f.span = span;
        let argc = send.arguments.len();
        self.emit_send(Op::Send, value_selector(argc), SiteKind::Explicit, argc, window, want);
    }

    /// Evaluates `expr` for a place in the window of a guarded operation: in place if it can be, else in the window.
    fn guard_operand(&mut self, expr: &Expr, later: &[&Expr], window: Reg, position: usize) -> Reg {
        let at = usize::from(window) + position;
        while self.f.top <= at {
            self.f.reserve();
        }
        match self.in_place(expr, later) {
            Some(reg) => reg,
            None => {
                self.expr(expr, self.refresh(Want::Fresh(at as Reg)));
                at as Reg
            }
        }
    }

    fn guarded(&mut self, guard: Guard, name: String, receiver: &Expr, argument: &Expr, want: Want) {
        let span = self.f.span;
        let window = self.window(want);
        let to = self.answer(want, window);
        let left = self.guard_operand(receiver, &[argument], window, 0);
        let small = guard.int.and_then(|op| Some((op, self.small_literal(argument)?)));
        match small {
            Some((op, value)) => {
                self.f.span = span;
                self.f.op(op, to, left, value as u16);
            }
            None => {
                let right = self.guard_operand(argument, &[], window, 1);
                self.f.span = span;
                self.f.op(guard.op, to, left, right);
            }
        }
        self.f.top = usize::from(window) + 1;
        self.f.at_least(1);
        self.emit_send(Op::Send, name, SiteKind::Explicit, 1, window, want);
    }

    fn at_put(&mut self, name: String, receiver: &Expr, index: &Expr, value: &Expr, want: Want) {
        let span = self.f.span;
        let window = self.window(want);
        let vector = self.guard_operand(receiver, &[index, value], window, 0);
        let at = self.guard_operand(index, &[value], window, 1);
        let put = self.guard_operand(value, &[], window, 2);
        self.f.span = span;
        self.f.op(Op::AtPut, vector, at, put);
        self.emit_send(Op::Send, name, SiteKind::Explicit, 2, window, want);
    }

    /// The comparison that a condition is, if it is one that performs jumps.
    pub(crate) fn comparison<'e>(&self, expr: &'e Expr) -> Option<(Guard, String, &'e Expr, &'e Expr)> {
        let ExprKind::Send(send) = &peel(expr).kind else { return None };
        let (Receiver::Expr(receiver), [argument]) = (&send.receiver, send.arguments.as_slice()) else { return None };
        let name = selector(&send.selector, self.source);
        Some((compare_jump(&name)?, name, receiver, argument))
    }

    /// Emits a comparison and its send; the jump must follow. Answers the register that the send writes.
    pub(crate) fn compare(&mut self, expr: &Expr, guard: Guard, name: String, operands: (&Expr, &Expr), to: Option<Reg>) -> Reg {
        self.f.span = bytes(expr.span);
        let span = self.f.span;
        let window = self.f.reserve();
        let left = self.guard_operand(operands.0, &[operands.1], window, 0);
        match guard.int.and_then(|op| Some((op, self.small_literal(operands.1)?))) {
            Some((op, value)) => {
                self.f.span = span;
                self.f.op(op, 0, left, value as u16);
            }
            None => {
                let right = self.guard_operand(operands.1, &[], window, 1);
                self.f.span = span;
                self.f.op(guard.op, 0, left, right);
            }
        }
        self.f.top = usize::from(window) + 1;
        self.f.at_least(1);
        let to = to.unwrap_or(window);
        self.emit_send(Op::Send, name, SiteKind::Explicit, 1, window, Want::To(to));
        to
    }

    /// Whether evaluating `expr` may assign to a variable of this function that is in a register.
    pub(crate) fn assigns(&self, expr: &Expr, decl: u32) -> bool {
        super::object::any_send(expr, &mut |send| match self.meaning(send) {
            Some(Use::Write(d)) => d == decl,
            _ => super::prim::protect_target(send, self.source).is_some(),
        })
    }
}

/// The message that calls a block with so many arguments.
pub(crate) fn value_selector(argc: usize) -> String {
    match argc {
        0 => "value".to_owned(),
        n => format!("value:{}", "With:".repeat(n - 1)),
    }
}
