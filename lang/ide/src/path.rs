//! The way from a tree's root down to a place.
//!
//! What must stay true: each node of a path lies inside the one before it, and the place inside all of them. A tree's depth is bounded, so a
//! path is short.

use aura_syntax::tree::{
    Body, Expr, ExprKind, File, Init, Parameter, Receiver, Slot, SlotList, SlotName, Statement, TemplatePart, Type, TypeKind,
};

use crate::Span;

/// Something in a tree that has parts.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Node<'t> {
    /// The slots of a module, an object or a written type, or the locals of a body.
    List(&'t SlotList),
    /// A slot or a local.
    Slot(&'t Slot),
    /// A method's code, a block, a sub-expression.
    Body(&'t Body),
    /// A statement.
    Statement(&'t Statement),
    /// An expression.
    Expr(&'t Expr),
    /// A written type.
    Type(&'t Type),
    /// A parameter of a method's header.
    Parameter(&'t Parameter),
}

impl Node<'_> {
    /// Where it stands.
    pub(crate) fn span(&self) -> Span {
        match self {
            Node::List(list) => list.span,
            Node::Slot(slot) => slot.span,
            Node::Body(body) => body.span,
            Node::Statement(statement) => statement.span,
            Node::Expr(expr) => expr.span,
            Node::Type(type_) => type_.span,
            Node::Parameter(parameter) => parameter.type_.as_ref().map_or(parameter.name, |t| parameter.name.to(t.span)),
        }
    }
}

/// The nodes around a span, outermost first.
pub(crate) fn path(file: &File, span: Span) -> Vec<Node<'_>> {
    let mut walk = Walk { span, path: Vec::new() };
    let _ = file.slots.iter().any(|list| walk.list(list)) || near(&file.body, |s| s.span, span).iter().any(|s| walk.statement(s));
    walk.path
}

/// Those of things in the order of the text that may hold a span: all from the first one that does not end before it. A file has many of them, and
/// is walked through for each of its words.
fn near<T>(all: &[T], place: impl Fn(&T) -> Span, span: Span) -> &[T] {
    &all[all.partition_point(|one| place(one).end < span.start)..]
}

struct Walk<'t> {
    span: Span,
    path: Vec<Node<'t>>,
}

/// Each answers whether the place is inside.
impl<'t> Walk<'t> {
    /// Goes on inside a node, if the place is there.
    fn enter(&mut self, node: Node<'t>, inside: impl FnOnce(&mut Self) -> bool) -> bool {
        let (around, span) = (node.span(), self.span);
        let is_inside = around.start <= span.start && span.end <= around.end;
        if is_inside {
            self.path.push(node);
            inside(self);
        }
        is_inside
    }

    fn list(&mut self, list: &'t SlotList) -> bool {
        self.enter(Node::List(list), |walk| near(&list.slots, |s| s.span, walk.span).iter().any(|s| walk.slot(s)))
    }

    fn slot(&mut self, slot: &'t Slot) -> bool {
        self.enter(Node::Slot(slot), |walk| {
            parameters(slot).iter().any(|p| walk.parameter(p))
                || slot.type_.iter().chain(&slot.result).any(|t| walk.type_(t))
                || match &slot.init {
                    Init::None => false,
                    Init::Constant(e) | Init::Assignable(e) => walk.expr(e),
                    Init::Method(body) => walk.body(body),
                }
        })
    }

    fn parameter(&mut self, parameter: &'t Parameter) -> bool {
        self.enter(Node::Parameter(parameter), |walk| parameter.type_.as_ref().is_some_and(|t| walk.type_(t)))
    }

    fn body(&mut self, body: &'t Body) -> bool {
        self.enter(Node::Body(body), |walk| {
            body.slots.iter().any(|l| walk.list(l))
                || near(&body.statements, |s| s.span, walk.span).iter().any(|s| walk.statement(s))
        })
    }

    fn statement(&mut self, statement: &'t Statement) -> bool {
        self.enter(Node::Statement(statement), |walk| walk.expr(&statement.expr))
    }

    fn expr(&mut self, expr: &'t Expr) -> bool {
        self.enter(Node::Expr(expr), |walk| match &expr.kind {
            ExprKind::Object(list) => walk.list(list),
            ExprKind::Block(body) | ExprKind::Group(body) => walk.body(body),
            ExprKind::Vector(items) => items.iter().any(|e| walk.expr(e)),
            ExprKind::Template(parts) => parts.iter().any(|p| match p {
                TemplatePart::Hole(e) => walk.expr(e),
                TemplatePart::Text(_) => false,
            }),
            ExprKind::Send(send) => {
                let is_in_receiver = match &send.receiver {
                    Receiver::Expr(e) => walk.expr(e),
                    Receiver::Implicit | Receiver::Resend(_) | Receiver::Delegate(_) => false,
                };
                is_in_receiver || send.arguments.iter().any(|a| walk.expr(a))
            }
            ExprKind::Integer | ExprKind::Float | ExprKind::String | ExprKind::SelfRef | ExprKind::Error => false,
        })
    }

    fn type_(&mut self, type_: &'t Type) -> bool {
        self.enter(Node::Type(type_), |walk| match &type_.kind {
            TypeKind::Name(_) | TypeKind::Error => false,
            TypeKind::Apply(base, parts) => walk.type_(base) || parts.iter().any(|p| walk.type_(&p.1)),
            TypeKind::Union(members) => members.iter().any(|m| walk.type_(m)),
            TypeKind::Block(params, result) => params.iter().chain(result.as_deref()).any(|t| walk.type_(t)),
            TypeKind::Object(list) => walk.list(list),
            TypeKind::Bound(_, bound) => walk.type_(bound),
        })
    }
}

/// The parameters in a slot's header.
pub(crate) fn parameters(slot: &Slot) -> &[Parameter] {
    match &slot.name {
        SlotName::Unary(_) => &[],
        SlotName::Binary { parameter, .. } => parameter.as_slice(),
        SlotName::Keyword { parameters, .. } => parameters,
    }
}
