//! The first walk: resolves names, and finds out what is captured, assigned, and used too early.
//!
//! What must stay true: it follows the second walk's order of evaluation, and asks `shape` which blocks are real. Methods in
//! object literals start with no names; blocks and inlined bodies see everything around them.

use rustc_hash::FxHashMap;

use aura_syntax::tree::{
    Body, Expr, ExprKind, Init, Receiver, Send, Slot, SlotList, SlotName, Span, Statement, TemplatePart, selector,
};

use super::facts::{Decl, Facts, FnFacts, FnKey, Use};
use super::shape::{Shape, shape, slot_selector};

/// What a name means where it is visible.
#[derive(Clone, Copy)]
struct Bound {
    meaning: Use,
    decl: Decl,
    depth: usize,
}

/// A function being walked.
struct Frame {
    key: FnKey,
    /// `^` in it leaves it, not a function around it.
    is_home: bool,
    /// How many inlined bodies are open in it.
    inlined: usize,
    facts: FnFacts,
}

/// The walk.
pub(crate) struct Resolver<'t> {
    source: &'t str,
    names: FxHashMap<String, Vec<Bound>>,
    /// For each open scope, the names it declared.
    scopes: Vec<Vec<String>>,
    frames: Vec<Frame>,
    /// Where the innermost method's frame is: below it lies code whose names are not visible.
    base: usize,
    pub(crate) facts: Facts,
}

impl<'t> Resolver<'t> {
    pub(crate) fn new(source: &'t str) -> Self {
        Self { source, names: FxHashMap::default(), scopes: Vec::new(), frames: Vec::new(), base: 0, facts: Facts::default() }
    }

    fn text(&self, span: Span) -> &'t str {
        span.text(self.source)
    }

    /// Walks a run of top-level slots and statements.
    pub(crate) fn chunk(&mut self, number: u32, slots: &'t [Slot], statements: &'t [Statement]) {
        self.isolated(FnKey::Chunk(number), |w| {
            for slot in slots {
                w.object_slot(slot);
            }
            w.statements(statements, true);
        });
    }

    /// Walks the slots of an object that stands alone.
    pub(crate) fn slots(&mut self, list: &'t SlotList) {
        self.isolated(FnKey::Chunk(0), |w| w.object(list));
    }

    /// Walks something that sees no names of what is around it.
    fn isolated(&mut self, key: FnKey, inside: impl FnOnce(&mut Self)) {
        let names = std::mem::take(&mut self.names);
        let scopes = std::mem::take(&mut self.scopes);
        let base = std::mem::replace(&mut self.base, self.frames.len());
        self.function(key, true, inside);
        self.base = base;
        self.scopes = scopes;
        self.names = names;
    }

    fn function(&mut self, key: FnKey, is_home: bool, inside: impl FnOnce(&mut Self)) {
        self.frames.push(Frame { key, is_home, inlined: 0, facts: FnFacts::default() });
        self.scopes.push(Vec::new());
        inside(self);
        self.close_scope();
        if let Some(frame) = self.frames.pop() {
            self.facts.fns.insert(frame.key, frame.facts);
        }
    }

    fn close_scope(&mut self) {
        for name in self.scopes.pop().unwrap_or_default() {
            if let Some(bounds) = self.names.get_mut(&name) {
                bounds.pop();
            }
        }
    }

    fn bind(&mut self, name: String, meaning: Use, decl: Decl) {
        let depth = self.frames.len() - 1;
        self.names.entry(name.clone()).or_default().push(Bound { meaning, decl, depth });
        if let Some(scope) = self.scopes.last_mut() {
            scope.push(name);
        }
    }

    fn declare(&mut self, name: Span, assignable: bool, ready: bool) {
        let decl = name.start;
        let facts = self.facts.vars.entry(decl).or_default();
        (facts.ready, facts.assignable) = (ready, assignable);
        self.bind(self.text(name).to_owned(), Use::Read(decl), decl);
        if assignable {
            self.bind(format!("{}:", self.text(name)), Use::Write(decl), decl);
        }
    }

    fn method(&mut self, slot: &'t Slot, body: &'t Body) {
        self.isolated(FnKey::Body(body.span.start), |w| w.inside(&slot.name, body));
    }

    /// A method's or block's parameters, locals and statements.
    fn inside(&mut self, name: &'t SlotName, body: &'t Body) {
        for parameter in header_parameters(name) {
            self.declare(parameter, false, true);
        }
        self.locals(body.slots.as_ref());
        self.statements(&body.statements, true);
    }

    fn block(&mut self, body: &'t Body) {
        self.function(FnKey::Body(body.span.start), false, |w| {
            w.locals(body.slots.as_ref());
            w.statements(&body.statements, true);
        });
    }

    /// A body that becomes part of the code around it.
    fn inlined(&mut self, body: &'t Body, value: bool) {
        self.scopes.push(Vec::new());
        self.inline(1);
        self.locals(body.slots.as_ref());
        self.statements(&body.statements, value);
        self.inline(-1);
        self.close_scope();
    }

    fn inline(&mut self, by: isize) {
        if let Some(frame) = self.frames.last_mut() {
            frame.inlined = frame.inlined.saturating_add_signed(by);
        }
    }

    fn locals(&mut self, list: Option<&'t SlotList>) {
        let Some(list) = list else { return };
        for slot in &list.slots {
            match (&slot.name, &slot.init) {
                (_, Init::Method(_)) => {
                    let decl = slot.span.start;
                    self.facts.vars.entry(decl).or_default().ready = false;
                    self.bind(slot_selector(&slot.name, self.source), Use::Call(decl), decl);
                }
                (SlotName::Unary(name), Init::None) => self.declare(*name, !slot.is_argument, true),
                (SlotName::Unary(name), Init::Constant(_)) => self.declare(*name, false, false),
                (SlotName::Unary(name), Init::Assignable(_)) => self.declare(*name, true, false),
                _ => {}
            }
        }
        for slot in &list.slots {
            self.local_initialiser(slot);
        }
    }

    fn local_initialiser(&mut self, slot: &'t Slot) {
        let decl = match (&slot.init, &slot.name) {
            (Init::Method(body), _) => {
                self.function(FnKey::Body(body.span.start), true, |w| w.inside(&slot.name, body));
                slot.span.start
            }
            (Init::Constant(e) | Init::Assignable(e), SlotName::Unary(name)) => {
                self.expr(e);
                name.start
            }
            (Init::Constant(e) | Init::Assignable(e), _) => return self.expr(e),
            (Init::None, _) => return,
        };
        self.facts.vars.entry(decl).or_default().ready = true;
    }

    fn object(&mut self, list: &'t SlotList) {
        for slot in &list.slots {
            self.object_slot(slot);
        }
    }

    fn object_slot(&mut self, slot: &'t Slot) {
        match &slot.init {
            Init::None => {}
            Init::Constant(e) | Init::Assignable(e) => self.expr(e),
            Init::Method(body) => self.method(slot, body),
        }
    }

    /// `value` tells whether the last one's value is wanted.
    fn statements(&mut self, statements: &'t [Statement], value: bool) {
        for (i, statement) in statements.iter().enumerate() {
            self.valued(&statement.expr, statement.is_return || (value && i + 1 == statements.len()));
            if statement.is_return {
                self.leave_home();
            }
        }
    }

    fn expr(&mut self, expr: &'t Expr) {
        self.valued(expr, true);
    }

    fn valued(&mut self, expr: &'t Expr, value: bool) {
        match &expr.kind {
            ExprKind::Integer | ExprKind::Float | ExprKind::String | ExprKind::Error => {}
            ExprKind::SelfRef => self.use_self(),
            ExprKind::Object(list) => self.object(list),
            ExprKind::Block(body) => self.block(body),
            ExprKind::Group(body) => self.inlined(body, value),
            ExprKind::Vector(items) => items.iter().for_each(|e| self.expr(e)),
            ExprKind::Template(parts) => {
                for part in parts {
                    if let TemplatePart::Hole(e) = part {
                        self.expr(e);
                    }
                }
            }
            ExprKind::Send(send) => self.send(send, value),
        }
    }

    fn send(&mut self, send: &'t Send, value: bool) {
        if let Some(shape) = shape(send, self.source) {
            return self.shaped(&shape, value);
        }
        match &send.receiver {
            Receiver::Implicit => self.implicit(send, value),
            Receiver::Expr(e) => self.expr(e),
            Receiver::Resend(_) | Receiver::Delegate(_) => self.use_self(),
        }
        let failure = super::prim::inlined_failure(send, self.source);
        let plain = send.arguments.len() - usize::from(failure.is_some());
        for argument in &send.arguments[..plain] {
            self.expr(argument);
        }
        if let Some(body) = failure {
            self.inlined(body, value);
        }
        let target = super::prim::protect_target(send, self.source);
        if let Some(Use::Read(decl)) = target.and_then(|t| self.facts.uses.get(&t.start).copied()) {
            self.facts.vars.entry(decl).or_default().assigned = true;
        }
    }

    fn implicit(&mut self, send: &'t Send, value: bool) {
        let Some(first) = send.selector.first() else { return };
        let name = selector(&send.selector, self.source);
        match self.names.get(&name).and_then(|bounds| bounds.last()).copied() {
            Some(bound) => self.variable(first.start, bound, value),
            None => self.use_self(),
        }
    }

    fn variable(&mut self, at: u32, bound: Bound, value: bool) {
        self.facts.uses.insert(at, bound.meaning);
        let here = self.frames.len() - 1;
        let facts = self.facts.vars.entry(bound.decl).or_default();
        facts.early |= !facts.ready;
        if let Use::Write(_) = bound.meaning {
            facts.assigned = true;
        }
        facts.captured |= here > bound.depth;
        for (depth, frame) in self.frames.iter_mut().enumerate().skip(bound.depth + 1) {
            let captures = &mut frame.facts.captures;
            match captures.iter_mut().find(|(decl, _)| *decl == bound.decl) {
                Some((_, once)) => *once = false,
                None => captures.push((bound.decl, depth == here && frame.inlined == 0)),
            }
        }
        if value && matches!(bound.meaning, Use::Write(_)) {
            // The value of an assignment is self.
            self.use_self();
        }
    }

    fn use_self(&mut self) {
        for frame in &mut self.frames[self.base + 1..] {
            frame.facts.uses_self = true;
        }
    }

    fn leave_home(&mut self) {
        let home = self.frames.iter().rposition(|f| f.is_home).unwrap_or(self.base);
        let here = self.frames.len() - 1;
        if home < here {
            self.frames[home].facts.needs_token = true;
        }
        for frame in &mut self.frames[home + 1..] {
            frame.facts.uses_home = true;
        }
    }

    fn shaped(&mut self, shape: &Shape<'t>, value: bool) {
        match shape {
            Shape::If { cond, yes, no, first } => {
                self.expr(cond);
                let (a, b) = if *first { (yes, no) } else { (no, yes) };
                for body in [a, b].into_iter().flatten() {
                    self.inlined(body, value);
                }
            }
            Shape::And(left, right) | Shape::Or(left, right) => {
                self.expr(left);
                self.inlined(right, true);
            }
            Shape::While { cond, body, .. } => {
                self.inlined(cond, true);
                if let Some(body) = body {
                    self.inlined(body, false);
                }
            }
            Shape::Until { body, cond, .. } => {
                self.inlined(body, false);
                self.inlined(cond, true);
            }
            Shape::Loop(body) => self.inlined(body, false),
            Shape::Count(count) => {
                self.expr(count.from);
                self.expr(count.to);
                self.inlined(count.body, false);
            }
        }
    }
}

/// The parameters that stand in a slot's header.
pub(crate) fn header_parameters(name: &SlotName) -> Vec<Span> {
    match name {
        SlotName::Unary(_) => Vec::new(),
        SlotName::Binary { parameter, .. } => parameter.iter().map(|p| p.name).collect(),
        SlotName::Keyword { parameters, .. } => parameters.iter().map(|p| p.name).collect(),
    }
}
