//! Loops that become jumps: `whileTrue:`, `untilTrue:`, `loop`, `to:Do:` and their relatives.
//!
//! When a loop's condition is no boolean, the machine sends it `ifTrue:False:` with blocks that answer true and false, and
//! tests the answer. When a counting loop's receiver is no number, the whole message is really sent.

use aura_syntax::tree::{Body, Expr, Send, Span, selector};

use super::body::argument_slots;
use super::branch::Fallback;
use super::func::Label;
use super::shape::Count;
use super::{Compiler, Want, bytes};
use crate::code::SiteKind;
use crate::op::{Instr, Op, Reg};

impl<'t> Compiler<'t> {
    fn condition_fallback(span: Span) -> Fallback {
        Fallback { selector: "ifTrue:False:".to_owned(), arguments: vec![None, None], then: None, span }
    }

    /// Leaves to `to` when the condition is `sense`.
    fn loop_test(&mut self, cond: &Body, sense: bool, to: Label, span: Span) {
        let last = self.last_test();
        self.test_body(cond, sense, to, &Self::condition_fallback(span), Some(last));
    }

    fn loop_start(&mut self) -> Label {
        let start = self.f.label();
        self.f.bind(start);
        start
    }

    fn back(&mut self, start: Label, span: Span) {
        self.f.span = bytes(span);
        self.f.jump(Op::Loop, 0, start);
    }

    pub(crate) fn while_loop(&mut self, cond: &Body, sense: bool, body: Option<&Body>, span: Span, want: Want) {
        let top = self.f.top;
        let (start, end) = (self.loop_start(), self.f.label());
        self.loop_test(cond, !sense, end, span);
        if let Some(body) = body {
            self.inlined(body, Want::Effect);
        }
        self.back(start, span);
        self.f.bind(end);
        self.f.top = top;
        self.nil(want);
    }

    pub(crate) fn until_loop(&mut self, body: &Body, cond: &Body, sense: bool, span: Span, want: Want) {
        let top = self.f.top;
        let (start, end) = (self.loop_start(), self.f.label());
        self.inlined(body, Want::Effect);
        self.loop_test(cond, sense, end, span);
        self.back(start, span);
        self.f.bind(end);
        self.f.top = top;
        self.nil(want);
    }

    pub(crate) fn endless(&mut self, body: &Body) {
        let span = self.f.span;
        let start = self.loop_start();
        self.inlined(body, Want::Effect);
        self.f.span = span;
        self.f.jump(Op::Loop, 0, start);
    }

    /// `a to: b Do: [|:i| … ]`
    pub(crate) fn counting(&mut self, send: &Send, count: &Count<'_>, span: Span, want: Want) {
        let result = self.result(want);
        let (counter, limit) = (self.fresh(count.from), self.fresh(count.to));
        let step = count.by.map(|e| self.fresh(e));
        self.f.span = bytes(span);
        let (end, join) = (self.f.label(), self.f.label());
        let fallback = Fallback {
            selector: selector(&send.selector, self.source),
            arguments: [Some(limit)].into_iter().chain(step.map(Some)).chain([None]).collect(),
            then: Some((result, join)),
            span,
        };
        if self.f.reachable {
            self.note(counter, &fallback);
            self.f.op(Op::CheckNumber, counter, 0, 0);
        }
        self.counted(count, (counter, limit, step), end, span);
        self.f.bind(end);
        if want == Want::Effect {
            self.f.bind(join);
            return;
        }
        self.nil(want);
        self.land(join, result, want);
    }

    fn counted(&mut self, count: &Count<'_>, (counter, limit, step): (Reg, Reg, Option<Reg>), end: Label, span: Span) {
        let start = self.loop_start();
        self.in_range(count, (counter, limit), end, span);
        let body_at = self.f.pc();
        self.scope(|c| {
            if let Some(name) = argument_slots(count.body).first() {
                c.bind_register(*name, counter);
            }
            c.inlined(count.body, Want::Effect);
        });
        self.f.span = bytes(span);
        self.step(count, (counter, limit, step), body_at);
        self.f.jump(Op::Loop, 0, start);
    }

    /// Leaves the loop unless the counter is within the limit.
    fn in_range(&mut self, count: &Count<'_>, (counter, limit): (Reg, Reg), end: Label, span: Span) {
        let (op, name) = match (count.up, count.exclusive) {
            (true, false) => (Op::LessEqJump, "<="),
            (true, true) => (Op::LessJump, "<"),
            (false, false) => (Op::GreaterEqJump, ">="),
            (false, true) => (Op::GreaterJump, ">"),
        };
        let window = self.f.reserve();
        self.f.at_least(1);
        self.f.op(op, 0, counter, limit);
        self.emit_send(Op::Send, name.to_owned(), SiteKind::Explicit, 1, window, Want::To(window));
        self.jump_on(window, false, end, &Self::condition_fallback(span));
        self.f.top = usize::from(window);
    }

    /// Adds the step: a short cut for small integers that also tests and goes back, then the general way.
    fn step(&mut self, count: &Count<'_>, (counter, limit, step): (Reg, Reg, Option<Reg>), body_at: u32) {
        let literal = count.by.map_or(Some(1), |e: &Expr| self.small_literal(e));
        let back = usize::try_from(self.f.pc() + 1 - body_at).unwrap_or(usize::MAX);
        if let (Some(by), Ok(back)) = (literal, u16::try_from(back)) {
            let op = match (count.up, count.exclusive) {
                (true, false) => Some(Op::CountUp),
                (true, true) => Some(Op::CountBelow),
                (false, false) => Some(Op::CountDown),
                (false, true) => None,
            };
            if let (Some(op), Ok(by)) = (op, u8::try_from(by.unsigned_abs())) {
                self.f.emit(Instr::new(op, by, counter, limit, back));
            }
        }
        let (add, add_int, name) = if count.subtract { (Op::Sub, Op::SubInt, "-") } else { (Op::Add, Op::AddInt, "+") };
        let window = self.f.reserve();
        self.f.at_least(1);
        match (literal, step) {
            (Some(by), _) => self.f.op(add_int, counter, counter, by as u16),
            (None, Some(step)) => self.f.op(add, counter, counter, step),
            (None, None) => {}
        }
        self.emit_send(Op::Send, name.to_owned(), SiteKind::Explicit, 1, window, Want::To(counter));
        self.f.top = usize::from(window);
    }
}
