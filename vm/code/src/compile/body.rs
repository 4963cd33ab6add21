//! Functions and scopes: methods, real blocks, inlined bodies, their arguments, locals and statements.

use std::sync::Arc;

use aura_syntax::tree::{Body, Expr, ExprKind, Init, Slot, SlotName, Span, Statement};
use rustc_hash::FxHashSet;

use super::facts::{Decl, FnKey, Use};
use super::func::{MAX_ARGS, Place, PlaceSite};
use super::resolve::header_parameters;
use super::shape::slot_selector;
use super::{Compiler, Want, bytes, codes};
use crate::code::{Code, CodeKind};
use crate::op::{Op, Reg};

impl<'t> Compiler<'t> {
    /// A method of an object or of the top level.
    pub(crate) fn method(&mut self, slot: &Slot, body: &Body) -> Arc<Code> {
        let name = slot_selector(&slot.name, self.source);
        let key = FnKey::Body(body.span.start);
        let mut code = self.function(CodeKind::Method, &name, slot.span, |c| {
            c.arguments(&slot.name, body, slot.span);
            c.token(key);
            c.fix();
            c.method_body(body);
        });
        code.leaf = super::prim::leaf(body, &slot.name, self.source);
        Arc::new(code)
    }

    fn method_body(&mut self, body: &Body) {
        self.locals(body);
        if body.statements.is_empty() {
            self.f.ret(self.f.self_reg);
        }
        self.statements(&body.statements, Want::Tail);
    }

    /// Gives the arguments their registers.
    fn arguments(&mut self, name: &SlotName, body: &Body, span: Span) {
        let header = header_parameters(name);
        let slots: Vec<Span> = argument_slots(body);
        if !header.is_empty() && !slots.is_empty() {
            self.error(
                &codes::ARGUMENT_COUNT,
                slots[0],
                "arguments stand in the header and as slots",
                "the header has named the arguments already",
            );
        }
        let names = if header.is_empty() { slots } else { header };
        let want = match name {
            SlotName::Unary(_) => 0,
            SlotName::Binary { .. } => 1,
            SlotName::Keyword { parts, .. } => parts.len(),
        };
        if names.len() != want {
            let name = slot_selector(name, self.source);
            let message = format!("`{name}` takes {want} argument{}, but {} named", plural(want), are(names.len()));
            self.error(&codes::ARGUMENT_COUNT, span, message, "the selector and the arguments do not fit");
        }
        self.bind_arguments(&names, span);
    }

    pub(crate) fn bind_arguments(&mut self, names: &[Span], span: Span) {
        if names.len() > MAX_ARGS {
            let message = format!("{} arguments, but at most {MAX_ARGS} are possible", names.len());
            return self.error(&codes::TOO_MANY, span, message, "pass a vector instead");
        }
        self.f.code.argc = names.len() as u8;
        for name in names {
            let reg = self.f.reserve();
            self.bind_register(*name, reg);
        }
    }

    /// A name for a register that is never assigned.
    pub(crate) fn bind_register(&mut self, name: Span, reg: Reg) {
        let place = Place { reg, boxed: false, site: PlaceSite::Here };
        self.f.places.insert(name.start, place);
        self.f.named(self.text(name), place);
    }

    /// The token by which blocks return from this function, if one does.
    pub(crate) fn token(&mut self, key: FnKey) {
        if self.facts.fns.get(&key).is_some_and(|facts| facts.needs_token) {
            let reg = self.f.reserve();
            self.f.op(Op::Home, reg, 0, 0);
            self.f.code.home = Some(reg);
            self.f.home_reg = Some(reg);
        }
    }

    /// What is reserved so far is never written again.
    pub(crate) fn fix(&mut self) {
        self.f.code.fixed = self.f.top as u16;
    }

    /// A real block, as a value.
    pub(crate) fn block(&mut self, body: &Body, want: Want) {
        let code = self.block_code(body, None);
        self.closure(code, want);
    }

    /// A local method: a block with a home of its own.
    fn local_method(&mut self, slot: &Slot, body: &Body, to: Reg) {
        let code = self.block_code(body, Some(slot));
        self.closure(code, Want::To(to));
    }

    fn closure(&mut self, code: Code, want: Want) {
        let index = self.f.code.blocks.len();
        self.f.code.blocks.push(Arc::new(code));
        if index >= super::func::LIMIT {
            self.f.overflow = Some("blocks");
        }
        let to = self.def(want);
        self.f.op(Op::Closure, to, index as u16, 0);
        self.done(want, to);
    }

    fn block_code(&mut self, body: &Body, method: Option<&Slot>) -> Code {
        let key = FnKey::Body(body.span.start);
        let facts = self.facts.fns.get(&key).cloned().unwrap_or_default();
        let mut captures = Vec::new();
        if facts.uses_self {
            captures.push(self.f.self_reg);
        }
        if facts.uses_home {
            captures.push(self.home_token());
        }
        let outer: Vec<Captured> =
            facts.captures.iter().map(|(decl, once)| Captured { decl: *decl, place: self.place(*decl), once: *once }).collect();
        for captured in &outer {
            let reg = self.captured_register(captured.place);
            captures.push(reg);
        }
        let name = match method {
            Some(slot) => slot_selector(&slot.name, self.source),
            None => "block".to_owned(),
        };
        let mut code = self.function(CodeKind::Block, &name, body.span, |c| {
            c.f.is_home = method.is_some();
            match method {
                Some(slot) => c.arguments(&slot.name, body, slot.span),
                None => c.bind_arguments(&argument_slots(body), body.span),
            }
            c.load_captures(facts.uses_self, facts.uses_home, &outer);
            c.token(key);
            c.fix();
            match method {
                Some(_) => c.method_body(body),
                None => c.block_body(body),
            }
        });
        code.captures = captures;
        code.self_capture = facts.uses_self.then_some(0);
        code
    }

    /// Brings what a block captured into registers of its own, once per activation.
    /// What is used once is fetched there.
    fn load_captures(&mut self, uses_self: bool, uses_home: bool, outer: &[Captured]) {
        let mut number = 0;
        if uses_self {
            self.f.self_reg = self.load_capture(number);
            number += 1;
        }
        if uses_home {
            self.f.home_reg = Some(self.load_capture(number));
            number += 1;
        }
        for captured in outer {
            let (reg, site) = match captured.once {
                true => (number, PlaceSite::Captured),
                false => (self.load_capture(number), PlaceSite::Here),
            };
            number += 1;
            let place = Place { reg, boxed: captured.place.boxed, site };
            self.f.places.insert(captured.decl, place);
            let name = name_at(self.source, captured.decl);
            self.f.named(name, place);
        }
    }

    fn load_capture(&mut self, number: u16) -> Reg {
        let reg = self.f.reserve();
        self.f.op(Op::Capture, reg, number, 0);
        reg
    }

    pub(crate) fn block_body(&mut self, body: &Body) {
        self.locals(body);
        if body.statements.is_empty() {
            let reg = self.f.scratch(0);
            self.f.op(Op::LoadNil, reg, 0, 0);
            self.f.ret(reg);
        }
        self.statements(&body.statements, Want::Tail);
    }

    /// A body that becomes part of the code around it.
    pub(crate) fn inlined(&mut self, body: &Body, want: Want) {
        if body.statements.is_empty() && body.slots.is_none() {
            return self.nil(want);
        }
        self.scope(|c| {
            c.locals(body);
            // A local may stand above the wanted register now.
            let want = c.refresh(want);
            if body.statements.is_empty() {
                c.nil(want);
            }
            c.statements(&body.statements, want);
        });
    }

    /// Frees the registers that `inside` reserves, and ends the names it notes.
    pub(crate) fn scope<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> T {
        let (top, names) = (self.f.top, self.f.code.locals.len());
        let value = inside(self);
        self.f.top = top;
        self.f.out_of_scope(names);
        value
    }

    /// Reserves and initialises locals.
    pub(crate) fn locals(&mut self, body: &Body) {
        let Some(list) = &body.slots else { return };
        self.check_locals(&list.slots);
        let first = self.assigned_first(&list.slots, &body.statements);
        let mut places = Vec::with_capacity(list.slots.len());
        for slot in list.slots.iter().filter(|s| !s.is_argument) {
            let place = self.reserve_local(slot, &first);
            places.push((slot, place));
        }
        for (slot, place) in places {
            self.f.span = bytes(slot.span);
            self.initialise(slot, place);
        }
    }

    /// The locals without initialiser that a statement assigns before anything reads them: they need no nil.
    fn assigned_first(&self, slots: &[Slot], statements: &[Statement]) -> FxHashSet<Decl> {
        let plain = |slot: &&Slot| {
            let facts = self.facts.var(slot.span.start);
            matches!(slot.init, Init::None) && !slot.is_argument && !facts.boxed() && !facts.early
        };
        let mut open: FxHashSet<Decl> = slots.iter().filter(plain).map(|s| s.span.start).collect();
        let mut first = FxHashSet::default();
        for slot in slots {
            if let Init::Constant(e) | Init::Assignable(e) = &slot.init {
                self.forget_mentioned(e, &mut open);
            }
        }
        for statement in statements {
            if open.is_empty() {
                break;
            }
            let target = match &statement.expr.kind {
                ExprKind::Send(send) => match (self.meaning(send), send.arguments.as_slice()) {
                    (Some(Use::Write(decl)), [value]) => Some((decl, value)),
                    _ => None,
                },
                _ => None,
            };
            self.forget_mentioned(target.map_or(&statement.expr, |(_, value)| value), &mut open);
            if let Some((decl, _)) = target.filter(|(decl, _)| open.remove(decl)) {
                first.insert(decl);
            }
        }
        first
    }

    fn forget_mentioned(&self, expr: &Expr, open: &mut FxHashSet<Decl>) {
        super::object::any_send(expr, &mut |send| {
            if let Some(Use::Read(decl) | Use::Write(decl) | Use::Call(decl)) = self.meaning(send) {
                open.remove(&decl);
            }
            open.is_empty()
        });
    }

    fn reserve_local(&mut self, slot: &Slot, assigned_first: &FxHashSet<Decl>) -> Place {
        let facts = self.facts.var(slot.span.start);
        let place = Place { reg: self.f.reserve(), boxed: facts.boxed(), site: PlaceSite::Here };
        self.f.places.insert(slot.span.start, place);
        if assigned_first.contains(&slot.span.start) {
            self.f.late.insert(slot.span.start, slot_selector(&slot.name, self.source));
        } else if facts.early || matches!(slot.init, Init::None) {
            self.f.op(Op::LoadNil, place.reg, 0, 0);
            if place.boxed {
                self.f.op(Op::BoxNew, place.reg, place.reg, 0);
            }
            self.f.named(&slot_selector(&slot.name, self.source), place);
        }
        place
    }

    fn initialise(&mut self, slot: &Slot, place: Place) {
        let early = self.facts.var(slot.span.start).early;
        let to = if place.boxed { self.f.reserve() } else { place.reg };
        match &slot.init {
            Init::None => {
                self.f.top -= usize::from(place.boxed);
                return;
            }
            Init::Constant(e) | Init::Assignable(e) => self.expr(e, Want::To(to)),
            Init::Method(body) => self.local_method(slot, body, to),
        }
        match (place.boxed, early) {
            (true, true) => self.f.op(Op::BoxSet, place.reg, to, 0),
            (true, false) => self.f.op(Op::BoxNew, place.reg, to, 0),
            (false, _) => {}
        }
        self.f.top -= usize::from(place.boxed);
        if !early {
            self.f.named(&slot_selector(&slot.name, self.source), place);
        }
    }

    /// Statements; the last one's value is wanted as `want` says.
    pub(crate) fn statements(&mut self, statements: &[Statement], want: Want) {
        for (i, statement) in statements.iter().enumerate() {
            self.f.span = bytes(statement.span);
            if statement.is_return {
                self.leave(statement);
            } else if i + 1 == statements.len() {
                self.expr(&statement.expr, want);
            } else {
                self.expr(&statement.expr, Want::Effect);
            }
        }
    }

    /// `^ e`
    pub(crate) fn leave(&mut self, statement: &Statement) {
        if self.home == CodeKind::TopLevel {
            // The program would end here without a word.
            let caret = Span { start: statement.span.start, end: statement.span.start + 1 };
            self.error(&codes::NO_METHOD, caret, "this block stands in no method that it could return from", "leaves nothing");
        }
        if self.f.is_home {
            return self.expr(&statement.expr, Want::Tail);
        }
        let top = self.f.top;
        let value = self.operand(&statement.expr, &[]);
        let home = self.home_token();
        self.f.span = bytes(statement.span);
        self.f.op(Op::ReturnHome, value, home, 0);
        self.f.reachable = false;
        self.f.top = top;
    }
}

/// A variable that a block captured.
struct Captured {
    decl: Decl,
    place: Place,
    once: bool,
}

/// The names of a body's argument slots.
pub(crate) fn argument_slots(body: &Body) -> Vec<Span> {
    let slots = body.slots.as_ref().map_or(&[][..], |list| &list.slots);
    let names = slots.iter().filter(|s| s.is_argument).map(|s| match &s.name {
        SlotName::Unary(name) => *name,
        SlotName::Binary { operator, .. } => *operator,
        SlotName::Keyword { parts, .. } => parts.first().copied().unwrap_or(s.span),
    });
    names.collect()
}

/// The name that begins at a place in the source.
fn name_at(source: &str, at: u32) -> &str {
    let rest = source.get(at as usize..).unwrap_or("");
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
    &rest[..end]
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn are(count: usize) -> String {
    match count {
        0 => "none is".to_owned(),
        1 => "1 is".to_owned(),
        n => format!("{n} are"),
    }
}
