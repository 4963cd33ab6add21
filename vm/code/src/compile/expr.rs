//! Expressions that are not messages, variables, and how values get to where they are wanted.

use aura_syntax::literal;
use aura_syntax::tree::{Body, Expr, ExprKind, Span, TemplatePart};
use dashu_int::IBig;

use super::facts::{Decl, Use};
use super::func::{Place, PlaceSite};
use super::shape::peel;
use super::{Compiler, Want, bytes, codes};
use crate::code::{Const, SiteKind};
use crate::op::{Instr, Op, Reg};

/// The smallest and the largest integer that is a value without memory of its own: 63 bits.
const SMALL: std::ops::RangeInclusive<i64> = -(1 << 62)..=(1 << 62) - 1;

impl<'t> Compiler<'t> {
    /// The register that an instruction should write for `want`.
    pub(crate) fn def(&mut self, want: Want) -> Reg {
        match want {
            Want::To(reg) | Want::Fresh(reg) => reg,
            Want::Effect | Want::Tail => self.f.scratch(0),
        }
    }

    /// After the instruction that wrote `reg`.
    pub(crate) fn done(&mut self, want: Want, reg: Reg) {
        if want == Want::Tail {
            self.f.ret(reg);
        }
    }

    /// Delivers what is in `reg` already.
    pub(crate) fn deliver(&mut self, want: Want, reg: Reg) {
        match want {
            Want::Effect => {}
            Want::To(to) | Want::Fresh(to) => self.f.copy(to, reg),
            Want::Tail => self.f.ret(reg),
        }
    }

    /// The same wish after registers were reserved: the register may not be the topmost any more.
    pub(crate) fn refresh(&self, want: Want) -> Want {
        match want {
            Want::Fresh(reg) if !self.f.is_top(reg) => Want::To(reg),
            other => other,
        }
    }

    pub(crate) fn nil(&mut self, want: Want) {
        self.simple(Op::LoadNil, want);
    }

    fn simple(&mut self, op: Op, want: Want) {
        if want != Want::Effect {
            let to = self.def(want);
            self.f.op(op, to, 0, 0);
            self.done(want, to);
        }
    }

    /// A new topmost register that holds the expression's value.
    pub(crate) fn fresh(&mut self, expr: &Expr) -> Reg {
        let reg = self.f.reserve();
        self.expr(expr, Want::Fresh(reg));
        reg
    }

    /// A register that holds the expression's value: a variable's own where it has one and nothing in `later` assigns to it,
    /// else a new one.
    pub(crate) fn operand(&mut self, expr: &Expr, later: &[&Expr]) -> Reg {
        match self.in_place(expr, later) {
            Some(reg) => reg,
            None => self.fresh(expr),
        }
    }

    /// The register in which the expression's value is already.
    pub(crate) fn in_place(&mut self, expr: &Expr, later: &[&Expr]) -> Option<Reg> {
        let expr = peel(expr);
        match &expr.kind {
            ExprKind::SelfRef => Some(self.self_register()),
            ExprKind::Send(send) if send.arguments.is_empty() => {
                let Some(Use::Read(decl)) = self.meaning(send) else { return None };
                let place = self.place(decl);
                if place.boxed || place.site != PlaceSite::Here {
                    return None;
                }
                let stays = !self.facts.var(decl).assigned || !later.iter().any(|e| self.assigns(e, decl));
                stays.then_some(place.reg)
            }
            _ => None,
        }
    }

    /// Where a variable is.
    pub(crate) fn place(&self, decl: Decl) -> Place {
        self.f.places.get(&decl).copied().unwrap_or(Place { reg: 0, boxed: false, site: PlaceSite::Here })
    }

    /// Reads a variable.
    pub(crate) fn read(&mut self, decl: Decl, want: Want) {
        let place = self.place(decl);
        if want == Want::Effect {
            return;
        }
        if !place.boxed && place.site == PlaceSite::Here {
            return self.deliver(want, place.reg);
        }
        let to = self.def(want);
        let from = self.fetch(place, to);
        if place.boxed {
            self.f.op(Op::BoxGet, to, from, 0);
        }
        self.done(want, to);
    }

    /// `x: e`; the value is self.
    pub(crate) fn write(&mut self, decl: Decl, value: &Expr, span: Span, want: Want) {
        let place = self.place(decl);
        let top = self.f.top;
        if place.boxed {
            let value = self.operand(value, &[]);
            let target = self.captured_register(place);
            self.f.span = bytes(span);
            self.f.op(Op::BoxSet, target, value, 0);
        } else if let PlaceSite::Up(level) = place.site {
            let value = self.operand(value, &[]);
            self.f.span = bytes(span);
            self.up_set(place.reg, value, level);
        } else {
            self.expr(value, Want::To(place.reg));
            if let Some(name) = self.f.late.remove(&decl) {
                self.f.named(&name, place);
            }
        }
        self.f.top = top;
        if want != Want::Effect {
            let reg = self.self_register();
            self.deliver(want, reg);
        }
    }

    /// A register of this activation with the variable (or its box) in it.
    pub(crate) fn captured_register(&mut self, place: Place) -> Reg {
        if place.site == PlaceSite::Here {
            return place.reg;
        }
        let reg = self.f.reserve();
        self.fetch(place, reg)
    }

    /// Brings the variable (or its box) to `to`, unless it is in a register already.
    fn fetch(&mut self, place: Place, to: Reg) -> Reg {
        match place.site {
            PlaceSite::Here => return place.reg,
            PlaceSite::Captured => self.f.op(Op::Capture, to, place.reg, 0),
            PlaceSite::Up(level) => self.up_get(to, place.reg, level),
        }
        to
    }

    pub(crate) fn self_register(&mut self) -> Reg {
        self.f.self_reg
    }

    pub(crate) fn home_token(&mut self) -> Reg {
        self.f.home_reg.unwrap_or(0)
    }

    /// An expression, its value to where it is wanted.
    pub(crate) fn expr(&mut self, expr: &Expr, want: Want) {
        let span = std::mem::replace(&mut self.f.span, bytes(expr.span));
        match &expr.kind {
            ExprKind::Integer => self.integer(expr.span, want),
            ExprKind::Float => self.float(expr.span, want),
            ExprKind::String => self.string(expr.span, want),
            ExprKind::SelfRef => {
                let reg = self.self_register();
                self.deliver(want, reg);
            }
            ExprKind::Object(list) => self.object(list, expr.span, want),
            ExprKind::Block(body) => self.block_value(body, want),
            ExprKind::Group(body) => self.group(body, want),
            ExprKind::Vector(items) => self.vector(items, want),
            ExprKind::Template(parts) => self.template(parts, want),
            ExprKind::Send(send) => self.message(send, expr.span, want),
            ExprKind::Error => {
                self.error(&codes::UNREADABLE, expr.span, "this could not be read", "nothing to compile here");
                self.nil(want);
            }
        }
        self.f.span = span;
    }

    fn block_value(&mut self, body: &Body, want: Want) {
        let top = self.f.top;
        self.block(body, want);
        self.f.top = top;
    }

    fn group(&mut self, body: &Body, want: Want) {
        self.no_arguments(body.slots.as_ref());
        self.inlined(body, want);
    }

    fn constant(&mut self, constant: Const, want: Want) {
        if want != Want::Effect {
            let to = self.def(want);
            self.f.constant(to, constant);
            self.done(want, to);
        }
    }

    fn bad_literal(&mut self, span: Span, message: String, want: Want) {
        self.error(&codes::BAD_NUMBER, span, message, "here");
        self.nil(want);
    }

    fn integer(&mut self, span: Span, want: Want) {
        let number = match literal::decode_integer(self.text(span)) {
            Ok(number) => number,
            Err(e) => return self.bad_literal(span, e.message, want),
        };
        match number.to_i64() {
            Some(value) if i32::try_from(value).is_ok() => {
                if want != Want::Effect {
                    let to = self.def(want);
                    self.f.emit(Instr::wide(Op::LoadInt, to, value as i32));
                    self.done(want, to);
                }
            }
            Some(value) if SMALL.contains(&value) => self.constant(Const::Int(value), want),
            _ => match IBig::from_str_radix(number.digits, number.radix) {
                Ok(big) => {
                    let big = if number.negative { -big } else { big };
                    self.constant(Const::Big(big.in_radix(16).to_string()), want);
                }
                Err(e) => self.bad_literal(span, e.to_string(), want),
            },
        }
    }

    fn float(&mut self, span: Span, want: Want) {
        match literal::decode_float(self.text(span)) {
            Ok(value) => self.constant(Const::Float(value), want),
            Err(e) => self.bad_literal(span, e.message, want),
        }
    }

    fn string(&mut self, span: Span, want: Want) {
        match literal::decode_string(self.text(span)) {
            Ok(text) => self.constant(Const::Str(text), want),
            Err(e) => self.bad_literal(span, e.message, want),
        }
    }

    /// The value of an integer literal that fits an instruction.
    pub(crate) fn small_literal(&self, expr: &Expr) -> Option<i16> {
        let expr = peel(expr);
        if !matches!(expr.kind, ExprKind::Integer) {
            return None;
        }
        let value = literal::decode_integer(self.text(expr.span)).ok()?.to_i64()?;
        i16::try_from(value).ok()
    }

    fn vector(&mut self, items: &[Expr], want: Want) {
        let top = self.f.top;
        for item in items {
            self.fresh(item);
        }
        self.run(Op::NewVector, top, want);
    }

    /// Makes one value of those in the registers from `first` to the top.
    fn run(&mut self, op: Op, first: usize, want: Want) {
        let count = self.f.top - first;
        self.f.top = first;
        let to = self.def(want);
        let from = if count == 0 { 0 } else { first as Reg };
        self.f.op(op, to, from, count.min(usize::from(u16::MAX)) as u16);
        self.done(want, to);
    }

    fn template_text(&mut self, span: Span, want: Want) {
        match literal::decode_template(self.text(span)) {
            Ok(text) => self.constant(Const::Str(text), want),
            Err(e) => self.bad_literal(span, e.message, want),
        }
    }

    fn template(&mut self, parts: &[TemplatePart], want: Want) {
        match parts {
            [] => return self.constant(Const::Str(String::new()), want),
            [TemplatePart::Text(span)] => return self.template_text(*span, want),
            _ => {}
        }
        let top = self.f.top;
        for part in parts {
            let reg = self.f.reserve();
            match part {
                TemplatePart::Text(span) => self.template_text(*span, Want::Fresh(reg)),
                TemplatePart::Hole(e) => {
                    self.expr(e, Want::Fresh(reg));
                    let span = std::mem::replace(&mut self.f.span, bytes(e.span));
                    let site = self.f.site("asString".to_owned(), 0, SiteKind::Explicit);
                    self.f.op(Op::Send, reg, site, reg);
                    self.f.span = span;
                }
            }
        }
        self.run(Op::Join, top, want);
    }
}
