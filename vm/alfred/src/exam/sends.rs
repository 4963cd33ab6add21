//! Which messages a piece of code sends.

use std::collections::BTreeSet;

use aura_syntax::tree::{Body, Expr, ExprKind, File, Init, Receiver, Send, SlotList, TemplatePart, selector};

/// The selectors that a text sends.
pub(super) fn of_file(file: &File, text: &str) -> BTreeSet<String> {
    let mut walk = Walk { text, found: BTreeSet::new() };
    file.slots.iter().for_each(|list| walk.slots(list));
    file.body.iter().for_each(|s| walk.expr(&s.expr));
    walk.found
}

/// The selectors that a method's code sends.
pub(super) fn of_body(body: &Body, text: &str) -> BTreeSet<String> {
    let mut walk = Walk { text, found: BTreeSet::new() };
    walk.body(body);
    walk.found
}

struct Walk<'a> {
    text: &'a str,
    found: BTreeSet<String>,
}

impl Walk<'_> {
    fn slots(&mut self, list: &SlotList) {
        for slot in &list.slots {
            match &slot.init {
                Init::None => {}
                Init::Constant(e) | Init::Assignable(e) => self.expr(e),
                Init::Method(body) => self.body(body),
            }
        }
    }

    fn body(&mut self, body: &Body) {
        body.slots.iter().for_each(|list| self.slots(list));
        body.statements.iter().for_each(|s| self.expr(&s.expr));
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Object(list) => self.slots(list),
            ExprKind::Block(body) | ExprKind::Group(body) => self.body(body),
            ExprKind::Vector(items) => items.iter().for_each(|e| self.expr(e)),
            ExprKind::Template(parts) => parts.iter().for_each(|p| {
                if let TemplatePart::Hole(e) = p {
                    self.expr(e);
                }
            }),
            ExprKind::Send(send) => self.chain(send),
            _ => {}
        }
    }

    /// `a b c` nests to the left as deep as it is long: walked in a loop.
    fn chain(&mut self, send: &Send) {
        let mut next = Some(send);
        while let Some(send) = next {
            self.found.insert(selector(&send.selector, self.text));
            send.arguments.iter().for_each(|e| self.expr(e));
            next = match &send.receiver {
                Receiver::Expr(Expr { kind: ExprKind::Send(inner), .. }) => Some(inner),
                Receiver::Expr(e) => {
                    self.expr(e);
                    None
                }
                _ => None,
            };
        }
    }
}
