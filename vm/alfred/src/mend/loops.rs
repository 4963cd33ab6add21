//! `n > 0 whileTrue: [ … ]`, where languages with statements need no block: the condition of a loop is asked again each time, so it stands in one.

use aura_syntax::tree::{Expr, ExprKind, Receiver, Send, Span};
use aura_syntax::visit::{self, Visit};

use crate::gates::parse;
use crate::situation::Situation;

/// What only blocks understand.
const LOOPS: [&str; 4] = ["whileTrue:", "whileFalse:", "whileTrue", "whileFalse"];
/// Operators that answer true or false.
const TESTS: [&str; 10] = ["=", "!=", "==", "!==", "<", ">", "<=", ">=", "&&", "||"];

/// The source with blocks around such conditions. Nothing if there are none.
pub fn asked_again(source: &str, _: &Situation) -> Option<String> {
    let file = parse::slots(source).ok()?;
    let mut found = Conditions { text: source, spans: Vec::new() };
    file.slots.as_ref()?.slots.iter().for_each(|slot| visit::inside_slot(&mut found, slot));
    let mut brackets: Vec<(u32, &str)> = found.spans.iter().flat_map(|s| [(s.start, "[ "), (s.end, " ]")]).collect();
    brackets.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let mut out = source.to_string();
    brackets.iter().for_each(|(at, bracket)| out.insert_str(*at as usize, bracket));
    (!brackets.is_empty()).then_some(out)
}

struct Conditions<'t> {
    text: &'t str,
    spans: Vec<Span>,
}

impl Conditions<'_> {
    fn is(&self, send: &Send, names: &[&str]) -> bool {
        matches!(&send.selector[..], [part] if names.contains(&part.text(self.text)))
    }

    /// Whether it answers true or false, and no block.
    fn is_test(&self, e: &Expr) -> bool {
        match &e.kind {
            ExprKind::Send(send) => self.is(send, &TESTS),
            ExprKind::Group(body) => matches!(&body.statements[..], [only] if body.slots.is_none() && self.is_test(&only.expr)),
            _ => false,
        }
    }
}

impl Visit for Conditions<'_> {
    fn send(&mut self, send: &Send, _: Option<&Send>) {
        if let Receiver::Expr(condition) = &send.receiver
            && self.is(send, &LOOPS)
            && self.is_test(condition)
        {
            self.spans.push(condition.span);
        }
    }
}
