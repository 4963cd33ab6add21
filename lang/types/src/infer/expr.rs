//! Expressions.

use aura_syntax::Span;
use aura_syntax::tree::{Body as Code, Expr, ExprKind, TemplatePart};

use super::body::Body;
use crate::ty::{Type, TypeId};

/// Expressions inside one another beyond which the answer is `any`. The parser's own bound is below it.
const MOST_DEPTH: u32 = 400;

impl Body<'_> {
    /// The type of an expression; `wanted` is what its place asks for, as a hint for literals.
    pub(super) fn expr(&mut self, expr: &Expr, wanted: Option<TypeId>) -> TypeId {
        self.want(expr.span, wanted);
        self.depth += 1;
        let type_ = match self.depth > MOST_DEPTH {
            true => TypeId::ANY,
            // Units are looked at inside one another, so the machine's stack may run short before either bound is reached.
            false => stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.kind(expr, wanted)),
        };
        self.depth -= 1;
        self.place(expr.span, type_);
        type_
    }

    fn kind(&mut self, expr: &Expr, wanted: Option<TypeId>) -> TypeId {
        match &expr.kind {
            ExprKind::Integer => self.u.int_type(),
            ExprKind::Float => {
                let float = self.u.builtin.float;
                self.u.types.object(float)
            }
            ExprKind::String => self.string(),
            ExprKind::SelfRef => TypeId::SELF,
            ExprKind::Object(list) => self.object_literal(list),
            ExprKind::Block(body) => self.block(body, wanted),
            ExprKind::Group(body) => self.group(body, wanted),
            ExprKind::Vector(items) => self.vector(items, expr.span, wanted),
            ExprKind::Template(parts) => {
                for part in parts {
                    if let TemplatePart::Hole(e) = part {
                        self.expr(e, None);
                    }
                }
                self.string()
            }
            ExprKind::Send(send) => self.send(send, expr.span, wanted),
            ExprKind::Error => TypeId::ANY,
        }
    }

    pub(super) fn string(&mut self) -> TypeId {
        let string = self.u.builtin.string;
        self.u.types.object(string)
    }

    /// A sub-expression, perhaps with locals of its own.
    fn group(&mut self, body: &Code, wanted: Option<TypeId>) -> TypeId {
        if let (None, [one]) = (&body.slots, &body.statements[..])
            && !one.is_return
        {
            return self.expr(&one.expr, wanted);
        }
        let count = self.locals.len();
        if let Some(list) = &body.slots {
            self.declare(list);
        }
        let type_ = self.statements(&body.statements, None);
        self.leave(count);
        type_
    }

    fn vector(&mut self, items: &[Expr], span: Span, wanted: Option<TypeId>) -> TypeId {
        self.calls.insert(crate::effects::Call::Make);
        let vector = self.u.builtin.vector;
        let element = wanted.and_then(|w| self.element_of(w));
        let mut all = TypeId::NEVER;
        for item in items {
            let type_ = self.expr(item, element);
            let type_ = self.u.types.widened(type_);
            all = self.u.types.soft(all, type_);
        }
        if let Some(element) = element
            && self.fits(all, element)
        {
            return self.u.types.applied(vector, &[element]);
        }
        // What a new vector holds may become more: `v at: 0 Put: x`.
        let meta = self.meta(span, 0);
        self.fits(all, meta);
        self.applied_vector(meta)
    }

    pub(super) fn applied_vector(&mut self, element: TypeId) -> TypeId {
        let vector = self.u.builtin.vector;
        let params = self.u.params(vector).len();
        // A world without a library has no generic vectors.
        if params == 1 { self.u.types.applied(vector, &[element]) } else { self.u.types.object(vector) }
    }

    fn element_of(&mut self, wanted: TypeId) -> Option<TypeId> {
        let wanted = self.zonk(wanted);
        self.u
            .types
            .members(wanted)
            .into_iter()
            .find_map(|m| match self.u.types.get(m) {
                Type::Object(o, args) if *o == self.u.builtin.vector => args.first().copied(),
                _ => None,
            })
            .filter(|e| *e != TypeId::ANY && !self.u.types.inside(*e).has_meta)
    }
}
