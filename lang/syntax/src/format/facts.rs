//! What the layout must know of the tree: places whose tokens alone do not tell what they are.

use crate::tree::*;
use std::collections::{HashMap, HashSet};

/// Facts by place (the first byte of a token).
#[derive(Default)]
pub(super) struct Facts {
    /// Where a type begins, and the byte after it.
    pub(super) types: HashMap<u32, u32>,
    /// The minus of a negative-looking number that is really a message.
    pub(super) minus: HashSet<u32>,
    /// The opening parenthesis of a method.
    pub(super) methods: HashSet<u32>,
    /// Where statements of the top level begin.
    pub(super) statements: HashSet<u32>,
}

pub(super) fn facts(file: &File) -> Facts {
    let mut facts = Facts::default();
    facts.slot_list(file.slots.as_ref());
    for statement in &file.body {
        facts.statements.insert(statement.span.start);
        facts.expr(&statement.expr);
    }
    facts
}

impl Facts {
    fn slot_list(&mut self, list: Option<&SlotList>) {
        for slot in list.iter().flat_map(|list| &list.slots) {
            self.type_(slot.type_.as_ref());
            self.type_(slot.result.as_ref());
            match &slot.name {
                SlotName::Unary(_) => {}
                SlotName::Binary { parameter, .. } => self.type_(parameter.as_ref().and_then(|p| p.type_.as_ref())),
                SlotName::Keyword { parameters, .. } => parameters.iter().for_each(|p| self.type_(p.type_.as_ref())),
            }
            match &slot.init {
                Init::None => {}
                Init::Constant(expr) | Init::Assignable(expr) => self.expr(expr),
                Init::Method(body) => {
                    self.methods.insert(body.span.start);
                    self.body(body);
                }
            }
        }
    }

    /// Only the outermost: what is inside a type is laid out with it.
    fn type_(&mut self, type_: Option<&Type>) {
        if let Some(type_) = type_ {
            self.types.insert(type_.span.start, type_.span.end);
        }
    }

    fn body(&mut self, body: &Body) {
        self.slot_list(body.slots.as_ref());
        body.statements.iter().for_each(|s| self.expr(&s.expr));
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Object(list) => self.slot_list(Some(list)),
            ExprKind::Block(body) | ExprKind::Group(body) => self.body(body),
            ExprKind::Vector(elements) => elements.iter().for_each(|e| self.expr(e)),
            ExprKind::Send(send) => {
                if let [operator] = send.selector[..]
                    && operator.end - operator.start == 1
                {
                    self.minus.insert(operator.start);
                }
                if let Receiver::Expr(receiver) = &send.receiver {
                    self.expr(receiver);
                }
                send.arguments.iter().for_each(|a| self.expr(a));
            }
            _ => {}
        }
    }
}
