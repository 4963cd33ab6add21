//! What a word in a text stands for.

use aura_syntax::tokens::Kind;
use aura_syntax::tree::{Expr, ExprKind, File, Receiver, Send, Slot, SlotName, TypeKind};

use crate::Span;
use crate::document::Document;
use crate::path::{Node, path};
use crate::scope::{Local, LocalKind, local_use, locals_at};
use crate::words::token_at;

/// What a word stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target<'t> {
    /// An argument or a local, declared or used there.
    Local(Local<'t>),
    /// A part of a message's selector.
    Message(&'t Send, &'t Expr),
    /// A part of a slot's name, where the slot is written.
    Slot(&'t Slot),
    /// A prototype in a written type.
    Type(Span),
    /// The path behind `import:`.
    Import,
    /// A literal or `self`.
    Value(&'t Expr),
    /// `resend`
    Resend(&'t Send),
    /// The parent in `parent.message`.
    Parent(Span),
}

/// What the word at a place stands for, and where it stands.
pub(crate) fn target_at(document: &Document, at: u32) -> Option<(Span, Target<'_>)> {
    let token = token_at(document, at).filter(|t| !t.kind.is_trivia())?;
    let mut span = token.span;
    // The colon that begins an argument is not of its name.
    span.start += u32::from(token.kind == Kind::Argument);
    let target = target(document, span, token.kind)?;
    Some((span, target))
}

fn target(document: &Document, span: Span, kind: Kind) -> Option<Target<'_>> {
    let file = &document.parse().file;
    let nodes = path(file, span);
    let inside = |inner: Span| inner.start <= span.start && span.end <= inner.end;
    for (i, node) in nodes.iter().enumerate().rev() {
        match node {
            Node::Type(type_) => match &type_.kind {
                TypeKind::Name(name) => return Some(Target::Type(*name)),
                _ => continue,
            },
            Node::Parameter(parameter) if inside(parameter.name) => {
                return declared(document, file, parameter.name, span);
            }
            Node::Slot(slot) if name_spans(slot).into_iter().any(inside) => {
                let is_local = slot.is_argument || matches!(nodes.get(i.wrapping_sub(2)), Some(Node::Body(_)));
                return match is_local {
                    true => declared(document, file, name_spans(slot)[0], span),
                    false => Some(Target::Slot(slot)),
                };
            }
            Node::Expr(expr) => {
                if let Some(found) = in_expr(document, file, expr, span, kind) {
                    return Some(found);
                }
            }
            _ => {}
        }
    }
    None
}

fn in_expr<'t>(document: &'t Document, file: &'t File, expr: &'t Expr, span: Span, kind: Kind) -> Option<Target<'t>> {
    let text = document.text();
    match &expr.kind {
        ExprKind::Send(send) => {
            if send.selector.iter().any(|p| p.start <= span.start && span.end <= p.end) {
                return Some(match used_local(document, file, send, span) {
                    Some(local) => Target::Local(local),
                    None => Target::Message(send, expr),
                });
            }
            match &send.receiver {
                Receiver::Resend(s) if *s == span => Some(Target::Resend(send)),
                Receiver::Delegate(s) if *s == span => Some(Target::Parent(*s)),
                _ if is_import(text, send) && kind == Kind::String => Some(Target::Import),
                _ => None,
            }
        }
        ExprKind::Integer | ExprKind::Float | ExprKind::SelfRef => Some(Target::Value(expr)),
        // The string behind `import:` is found one step further out.
        ExprKind::String => {
            let around = path(file, span);
            let outer = around.iter().rev().filter_map(|n| if let Node::Expr(e) = n { Some(e) } else { None }).nth(1);
            match outer.map(|e| &e.kind) {
                Some(ExprKind::Send(send)) if is_import(text, send) => Some(Target::Import),
                _ => Some(Target::Value(expr)),
            }
        }
        _ => None,
    }
}

fn is_import(text: &str, send: &Send) -> bool {
    matches!(&send.selector[..], [part] if part.text(text) == "import:")
}

/// The local that a message is really the use of.
pub(crate) fn used_local<'t>(document: &'t Document, file: &'t File, send: &Send, span: Span) -> Option<Local<'t>> {
    let text = document.text();
    let found = local_use(text, send)?;
    let name = found.span.text(text);
    let local = locals_at(text, file, span).into_iter().find(|l| l.name.text(text) == name)?;
    (local.kind == LocalKind::Variable || !found.is_write).then_some(local)
}

fn declared<'t>(document: &'t Document, file: &'t File, name: Span, span: Span) -> Option<Target<'t>> {
    let local = locals_at(document.text(), file, span).into_iter().find(|l| l.name == name);
    // The list of locals is a part of the body, so the path leads through it.
    local.map(Target::Local)
}

/// The parts of a slot's name.
pub(crate) fn name_spans(slot: &Slot) -> Vec<Span> {
    match &slot.name {
        SlotName::Unary(span) => vec![*span],
        SlotName::Binary { operator, .. } => vec![*operator],
        SlotName::Keyword { parts, .. } => parts.clone(),
    }
}
