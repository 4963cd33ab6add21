//! Messages to booleans that become jumps: `ifTrue:False:` and its relatives, `and:`, `or:`.
//!
//! What must stay true: each test is noted as an inline site, with everything that the machine needs to really send the
//! message when the receiver is no boolean: where the answer goes, and where to go on.

use aura_syntax::tree::{Body, Expr, ExprKind, Send, Span, selector};

use super::func::Label;
use super::shape::{Shape, peel, shape};
use super::{Compiler, Want, bytes};
use crate::code::InlineSite;
use crate::op::{Op, Reg};

/// How to really send what a test belongs to.
#[derive(Clone)]
pub(crate) struct Fallback {
    pub(crate) selector: String,
    pub(crate) arguments: Vec<Option<Reg>>,
    /// Where the answer goes and where to go on; `None`: the answer takes the place of what was tested, and is tested.
    pub(crate) then: Option<(Reg, Label)>,
    pub(crate) span: Span,
}

/// The test of a condition's last value, to which fallbacks of the condition's parts lead.
#[derive(Clone, Copy)]
pub(crate) struct Final {
    /// Where the value must be.
    reg: Reg,
    label: Label,
    /// How many names are in scope there: those of the condition's parts have ended.
    names: usize,
}

impl<'t> Compiler<'t> {
    /// A message that becomes jumps.
    pub(crate) fn shaped(&mut self, send: &Send, shape: &Shape<'_>, span: Span, want: Want) {
        self.want_blocks(send, span);
        match shape {
            Shape::If { cond, yes, no, first } => self.conditional(send, cond, (*yes, *no), *first, span, want),
            Shape::And(left, right) => self.shortcut(send, left, right, false, span, want),
            Shape::Or(left, right) => self.shortcut(send, left, right, true, span, want),
            Shape::While { cond, sense, body } => self.while_loop(cond, *sense, *body, span, want),
            Shape::Until { body, cond, sense } => self.until_loop(body, cond, *sense, span, want),
            Shape::Loop(body) => self.endless(body),
            Shape::Count(count) => self.counting(send, count, span, want),
        }
    }

    /// A register for the answer of a message that may really be sent. It is not a variable's: the blocks of the message may
    /// use that while the answer is awaited.
    pub(crate) fn result(&mut self, want: Want) -> Reg {
        match want {
            Want::To(reg) | Want::Fresh(reg) if !self.f.is_named(reg) => reg,
            _ => self.f.reserve(),
        }
    }

    /// Where control goes on after the message was really sent: brings the answer to where it is wanted.
    pub(crate) fn land(&mut self, join: Label, result: Reg, want: Want) {
        match want {
            Want::To(reg) | Want::Fresh(reg) if reg != result => self.f.land(join, reg, result),
            Want::Tail => {
                self.f.bind(join);
                self.f.ret(result);
            }
            _ => self.f.bind(join),
        }
    }

    fn conditional(
        &mut self,
        send: &Send,
        cond: &Expr,
        (yes, no): (Option<&Body>, Option<&Body>),
        first: bool,
        span: Span,
        want: Want,
    ) {
        let result = self.result(want);
        let (join, other, end) = (self.f.label(), self.f.label(), self.f.label());
        let fallback = Fallback {
            selector: selector(&send.selector, self.source),
            arguments: vec![None; send.arguments.len()],
            then: Some((result, join)),
            span,
        };
        let (now, later) = if first { (yes, no) } else { (no, yes) };
        self.test(cond, !first, other, &fallback, None);
        self.branch(now, want);
        if later.is_some() || want != Want::Effect {
            self.f.jump(Op::Jump, 0, end);
        }
        self.f.bind(other);
        self.branch(later, want);
        self.f.bind(end);
        self.land(join, result, want);
    }

    fn branch(&mut self, body: Option<&Body>, want: Want) {
        let want = self.refresh(want);
        match body {
            Some(body) => self.inlined(body, want),
            None => self.nil(want),
        }
    }

    /// `and:` (`sense` false) and `or:` (true) as a value.
    fn shortcut(&mut self, send: &Send, left: &Expr, right: &Body, sense: bool, span: Span, want: Want) {
        let (reg, join) = (self.window(want), self.f.label());
        let fallback = self.short_fallback(send, span, reg, join);
        self.expr(left, Want::Fresh(reg));
        self.f.span = bytes(span);
        self.jump_on(reg, sense, join, &fallback);
        self.inlined(right, Want::Fresh(reg));
        self.f.bind(join);
        self.deliver(want, reg);
    }

    fn short_fallback(&mut self, send: &Send, span: Span, result: Reg, join: Label) -> Fallback {
        let selector = selector(&send.selector, self.source);
        Fallback { selector, arguments: vec![None], then: Some((result, join)), span }
    }

    /// Jumps to `to` if `expr` is `sense`, and goes on if it is the other boolean.
    pub(crate) fn test(&mut self, expr: &Expr, sense: bool, to: Label, fallback: &Fallback, last: Option<Final>) {
        let top = self.f.top;
        let expr = peel(expr);
        if let ExprKind::Send(send) = &expr.kind {
            match shape(send, self.source) {
                Some(Shape::And(left, right)) => {
                    return self.test_two(send, expr.span, (left, right, false), (sense, to), fallback, last);
                }
                Some(Shape::Or(left, right)) => {
                    return self.test_two(send, expr.span, (left, right, true), (sense, to), fallback, last);
                }
                _ => {}
            }
        }
        let reg = match (self.comparison(expr), last) {
            (Some((guard, name, a, b)), _) => self.compare(expr, guard, name, (a, b), last.map(|l| l.reg)),
            (None, None) => self.operand(expr, &[]),
            (None, Some(Final { reg, .. })) => {
                let want = if self.f.is_top(reg) { Want::Fresh(reg) } else { Want::To(reg) };
                self.expr(expr, want);
                reg
            }
        };
        if let Some(last) = last {
            self.f.out_of_scope(last.names);
            self.f.bind(last.label);
        }
        self.jump_on(reg, sense, to, fallback);
        self.f.top = top;
    }

    /// `a and: [b]` or `a or: [b]` (`short` is the value of `a` that decides alone) as a condition.
    fn test_two(
        &mut self,
        send: &Send,
        span: Span,
        (left, right, short): (&Expr, &Body, bool),
        (sense, to): (bool, Label),
        fallback: &Fallback,
        last: Option<Final>,
    ) {
        self.want_blocks(send, span);
        let top = self.f.top;
        let last = last.unwrap_or_else(|| self.last_test());
        let own = self.short_fallback(send, span, last.reg, last.label);
        let past = self.f.label();
        let target = if short == sense { to } else { past };
        self.test(left, short, target, &own, None);
        self.test_body(right, sense, to, fallback, Some(last));
        self.f.bind(past);
        self.f.top = top;
    }

    /// As `test`, for the value of an inlined body.
    pub(crate) fn test_body(&mut self, body: &Body, sense: bool, to: Label, fallback: &Fallback, last: Option<Final>) {
        self.scope(|c| {
            c.locals(body);
            match body.statements.split_last() {
                Some((end, before)) if !end.is_return => {
                    c.statements(before, Want::Effect);
                    c.test(&end.expr, sense, to, fallback, last);
                }
                _ => {
                    let last = last.unwrap_or_else(|| c.last_test());
                    c.statements(&body.statements, Want::Effect);
                    c.f.op(Op::LoadNil, last.reg, 0, 0);
                    c.f.out_of_scope(last.names);
                    c.f.bind(last.label);
                    c.jump_on(last.reg, sense, to, fallback);
                }
            }
        });
    }

    /// A new test of a condition's last value.
    pub(crate) fn last_test(&mut self) -> Final {
        Final { reg: self.f.reserve(), label: self.f.label(), names: self.f.code.locals.len() }
    }

    /// The test itself.
    pub(crate) fn jump_on(&mut self, reg: Reg, sense: bool, to: Label, fallback: &Fallback) {
        if !self.f.reachable {
            return;
        }
        self.note(reg, fallback);
        self.f.jump(if sense { Op::JumpTrue } else { Op::JumpFalse }, reg, to);
    }

    /// Notes that the next instruction tests `receiver` for an inlined message.
    pub(crate) fn note(&mut self, receiver: Reg, fallback: &Fallback) {
        let (result, join) = match fallback.then {
            Some(then) => then,
            None => {
                let here = self.f.label();
                self.f.bind(here);
                (receiver, here)
            }
        };
        let window = self.f.scratch(fallback.arguments.len() + 1);
        let site = InlineSite {
            pc: 0,
            selector: fallback.selector.clone(),
            receiver,
            arguments: fallback.arguments.clone(),
            result,
            join: 0,
            window,
            span: bytes(fallback.span),
        };
        self.f.inline_site(site, join);
    }
}
