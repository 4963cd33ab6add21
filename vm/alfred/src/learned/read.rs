//! From the text of a file to its methods.

use std::path::Path;

use aura_syntax::tree::{Expr, ExprKind, Init, Receiver, Send, Slot, SlotList, Span, Statement, selector};

use super::{LearnedError, Method};
use crate::answer::name;
use crate::gates::parse;

/// The methods in `text`, each with the span of its statement and of a period behind it.
pub(super) fn methods(path: &Path, text: &str) -> Result<Vec<(Method, Span)>, LearnedError> {
    let damaged = |line: u32, why: String| LearnedError::Damaged { path: path.to_path_buf(), line, why };
    let file = parse::file(text).map_err(|findings| {
        let first = &findings[0];
        damaged(first.line.unwrap_or(1), format!("{first} [{}]", first.code))
    })?;
    if let Some(slots) = &file.slots {
        return Err(damaged(line_of(text, slots.span), "a file of learned methods has no slots of its own".into()));
    }
    let mut methods: Vec<(Method, Span)> = Vec::new();
    for statement in &file.body {
        let line = line_of(text, statement.span);
        let method = method(statement, text, line).map_err(|why| damaged(line, why))?;
        if methods.iter().any(|(m, _)| m.at == method.at && m.selector == method.selector) {
            return Err(damaged(line, format!("'{}' of {} is there twice", method.selector, method.at)));
        }
        methods.push((method, with_period(statement.span, text)));
    }
    Ok(methods)
}

fn with_period(span: Span, text: &str) -> Span {
    let rest = text.get(span.end as usize..).unwrap_or("");
    let blank = rest.len() - rest.trim_start().len();
    let period = if rest[blank..].starts_with('.') { blank as u32 + 1 } else { 0 };
    Span { end: span.end + period, ..span }
}

fn method(statement: &Statement, text: &str, line: u32) -> Result<Method, String> {
    let other = || format!("this is not a learned method: «{}»", crate::text::line(statement.span.text(text), 60));
    let ExprKind::Send(send) = &statement.expr.kind else { return Err(other()) };
    if statement.is_return || selector(&send.selector, text) != "_AddSlots:" {
        return Err(other());
    }
    let at = object(&send.receiver, text)
        .ok_or_else(|| "the object before _AddSlots: must be a name, or names after one another".to_string())?;
    let slot = only_slot(send).ok_or_else(|| "there must be exactly one slot between (| and |)".to_string())?;
    if !matches!(slot.init, Init::Method(_)) || slot.is_parent || slot.is_argument {
        return Err(format!("'{}' is not a method", name(slot, text)));
    }
    let comment = slot.comment.map_or(String::new(), |c| comment(c.text(text)));
    Ok(Method { at, selector: name(slot, text), source: slot.span.text(text).trim().to_string(), comment, line })
}

fn only_slot(send: &Send) -> Option<&Slot> {
    let [Expr { kind: ExprKind::Object(SlotList { slots, .. }), .. }] = &send.arguments[..] else { return None };
    let [slot] = &slots[..] else { return None };
    Some(slot)
}

/// `traits integer`: unary names, one after the other, the first with no receiver.
fn object(receiver: &Receiver, text: &str) -> Option<String> {
    let Receiver::Expr(Expr { kind: ExprKind::Send(send), .. }) = receiver else { return None };
    let word = selector(&send.selector, text);
    if !send.arguments.is_empty() || word.starts_with('_') || !word.starts_with(char::is_alphabetic) {
        return None;
    }
    match &send.receiver {
        Receiver::Implicit => Some(word),
        deeper @ Receiver::Expr(_) => Some(format!("{} {word}", object(deeper, text)?)),
        Receiver::Resend(_) | Receiver::Delegate(_) => None,
    }
}

/// The inside of a comment, without its quotes and the indentation of its lines.
fn comment(token: &str) -> String {
    let inner = token.trim_matches('"');
    inner.lines().map(str::trim).collect::<Vec<_>>().join("\n")
}

fn line_of(text: &str, span: Span) -> u32 {
    1 + text.get(..span.start as usize).map_or(0, |t| t.matches('\n').count()) as u32
}
