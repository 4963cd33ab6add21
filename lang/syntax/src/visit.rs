//! Walking through a tree: who looks for something in code says what is to be done where, and nothing about how to get there.
//!
//! What must stay true: every expression is come to exactly once, those in templates, vectors and object literals too. A chain
//! `a b c …` nests to the left, so it is walked in a loop, from the outermost message to the first receiver.
//!
//! Not here: written types, and walks that make something of every node (the compiler, the checker, the formatter).

use crate::tree::{Body, Expr, ExprKind, File, Init, Receiver, Send, Slot, SlotList, TemplatePart};

/// What is to be done on the way. What is not defined goes on to what lies inside.
pub trait Visit {
    /// The slots of a file, or of an object literal.
    fn object(&mut self, list: &SlotList) {
        list.slots.iter().for_each(|slot| self.slot(slot));
    }

    /// The arguments and locals of a method, a block, or code between parentheses.
    fn locals(&mut self, list: &SlotList) {
        list.slots.iter().for_each(|slot| self.slot(slot));
    }

    /// A slot or a local.
    fn slot(&mut self, slot: &Slot) {
        inside_slot(self, slot);
    }

    /// The code of a method, a block, or between parentheses.
    fn body(&mut self, body: &Body) {
        inside_body(self, body);
    }

    /// A block.
    fn block(&mut self, body: &Body) {
        self.body(body);
    }

    /// A message, before its arguments and its receiver are come to, and the message that its answer is the receiver of.
    fn send(&mut self, send: &Send, outer: Option<&Send>) {
        let _ = (send, outer);
    }
}

/// Walks through a file.
pub fn file<V: Visit + ?Sized>(visitor: &mut V, file: &File) {
    file.slots.iter().for_each(|list| visitor.object(list));
    file.body.iter().for_each(|statement| expr(visitor, &statement.expr));
}

/// Walks through what a slot holds.
pub fn inside_slot<V: Visit + ?Sized>(visitor: &mut V, slot: &Slot) {
    match &slot.init {
        Init::None => {}
        Init::Constant(e) | Init::Assignable(e) => expr(visitor, e),
        Init::Method(body) => visitor.body(body),
    }
}

/// Walks through locals and statements.
pub fn inside_body<V: Visit + ?Sized>(visitor: &mut V, body: &Body) {
    body.slots.iter().for_each(|list| visitor.locals(list));
    body.statements.iter().for_each(|statement| expr(visitor, &statement.expr));
}

/// Walks through an expression.
pub fn expr<V: Visit + ?Sized>(visitor: &mut V, e: &Expr) {
    match &e.kind {
        ExprKind::Integer | ExprKind::Float | ExprKind::String | ExprKind::SelfRef | ExprKind::Error => {}
        ExprKind::Object(list) => visitor.object(list),
        ExprKind::Block(body) => visitor.block(body),
        ExprKind::Group(body) => visitor.body(body),
        ExprKind::Vector(items) => items.iter().for_each(|item| expr(visitor, item)),
        ExprKind::Template(parts) => parts.iter().for_each(|part| {
            if let TemplatePart::Hole(hole) = part {
                expr(visitor, hole);
            }
        }),
        ExprKind::Send(send) => chain(visitor, send),
    }
}

fn chain<V: Visit + ?Sized>(visitor: &mut V, send: &Send) {
    let (mut next, mut outer) = (Some(send), None);
    while let Some(send) = next {
        visitor.send(send, outer);
        send.arguments.iter().for_each(|argument| expr(visitor, argument));
        outer = Some(send);
        next = match &send.receiver {
            Receiver::Expr(Expr { kind: ExprKind::Send(inner), .. }) => Some(inner),
            Receiver::Expr(e) => {
                expr(visitor, e);
                None
            }
            Receiver::Implicit | Receiver::Resend(_) | Receiver::Delegate(_) => None,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::selector;

    /// Every message with the one outside it, in the order in which they are come to.
    struct Messages<'t>(&'t str, Vec<String>);

    impl Visit for Messages<'_> {
        fn send(&mut self, send: &Send, outer: Option<&Send>) {
            let outer = outer.map_or(String::new(), |o| format!(" in {}", selector(&o.selector, self.0)));
            self.1.push(selector(&send.selector, self.0) + &outer);
        }
    }

    #[test]
    fn messages_are_found_wherever_they_stand() {
        let text = "| a = b. c <- d. m = ( | e <- f | [ g ]. { h. (| i = j. n = ( k ) |) }. `{l}` ) |\n(o p: q) r: s\n";
        let mut messages = Messages(text, Vec::new());
        file(&mut messages, &crate::parse(text).file);
        assert_eq!(messages.1.join(", "), "b, d, f, g, h, j, k, l, r:, s, p:, q, o in p:");
    }
}
