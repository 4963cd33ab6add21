//! Whether a message goes to a value of the method's own: an argument, a local, what a slot of the script's holds, or what any of
//! these answers.
//!
//! `order date` is a slot of an order if the script has objects with such a slot; `date`, `self date`, `3 date` and `vector copy date`
//! are the library's. What must stay true: nothing that begins with a name of the library's, with self alone, or with a literal counts.

use aura_syntax::tree::{Body, Expr, ExprKind, Receiver, selector};

/// Whether a receiver is such a value. `known` says which names are the method's or the script's.
pub(super) fn is_value(receiver: &Receiver, text: &str, known: &dyn Fn(&str) -> bool) -> bool {
    match receiver {
        Receiver::Expr(Expr { kind: ExprKind::SelfRef, .. }) => false,
        Receiver::Expr(e) => begins_well(e, text, known),
        _ => false,
    }
}

/// Goes down the receivers in a loop: chains are long, not deep.
fn begins_well(expr: &Expr, text: &str, known: &dyn Fn(&str) -> bool) -> bool {
    let mut at = expr;
    loop {
        match &at.kind {
            ExprKind::SelfRef => return true,
            ExprKind::Group(body) => match only(body) {
                Some(e) => at = e,
                None => return false,
            },
            ExprKind::Send(send) => match &send.receiver {
                Receiver::Expr(e) => at = e,
                Receiver::Implicit => return known(&selector(&send.selector, text)),
                _ => return false,
            },
            _ => return false,
        }
    }
}

fn only(body: &Body) -> Option<&Expr> {
    match &body.statements[..] {
        [one] if body.slots.is_none() => Some(&one.expr),
        _ => None,
    }
}
