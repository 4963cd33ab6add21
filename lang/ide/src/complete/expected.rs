//! What a place asks for: the type of a parameter, of a slot that is assigned to, of an answer.
//!
//! The checker has looked at the text as it is, so what it knows is found by the places of its tree. What must stay true: a receiver is asked for
//! nothing, and neither is a statement whose value nobody uses; code is looked at only where the place itself does not tell.

use aura_syntax::tokens::{Kind, Token};
use aura_syntax::tree::{Expr, ExprKind, Init, Send};
use aura_types::TypeId;

use super::site::{Spot, before};
use super::written;
use crate::path::{Node, path};
use crate::target::name_spans;
use crate::{Ide, Span};

impl Spot {
    /// What is asked of the word, where it begins an expression or is a message to what stands before it.
    pub(super) fn wanted(&self, ide: &mut Ide) -> Option<TypeId> {
        if self.word.start == self.word.end {
            return self.wanted_of_nothing(ide);
        }
        let nodes = path(&self.here.document.parse().file, self.word);
        let is_word = |n: &Node| match n {
            Node::Expr(Expr { kind: ExprKind::Send(send), .. }) => send.selector.iter().any(|part| part.start == self.word.start),
            Node::Expr(e) => e.span.start == self.word.start,
            _ => false,
        };
        let at = nodes.iter().rposition(is_word)?;
        self.wanted_at(ide, &nodes, at)
    }

    /// What is asked of an expression that stands before the cursor.
    pub(super) fn wanted_of(&self, ide: &mut Ide, expr: &Expr) -> Option<TypeId> {
        let nodes = path(&self.here.document.parse().file, expr.span);
        let at = nodes.iter().position(|n| matches!(n, Node::Expr(e) if e.span == expr.span))?;
        self.wanted_at(ide, &nodes, at)
    }

    /// What is asked of a message.
    pub(super) fn wanted_of_send(&self, ide: &mut Ide, send: &Send) -> Option<TypeId> {
        let nodes = path(&self.here.document.parse().file, *send.selector.first()?);
        let is_it =
            |n: &Node| matches!(n, Node::Expr(Expr { kind: ExprKind::Send(s), .. }) if std::ptr::eq(&raw const **s, send));
        let at = nodes.iter().rposition(is_it)?;
        self.wanted_at(ide, &nodes, at)
    }

    /// What is asked of an expression on the way to a place.
    fn wanted_at(&self, ide: &mut Ide, nodes: &[Node], at: usize) -> Option<TypeId> {
        let (expr, outer) = (nodes[at].span(), at.checked_sub(1)?);
        if let Node::Statement(statement) = nodes[outer]
            && !statement.is_return
        {
            let Node::Body(body) = nodes.get(outer.checked_sub(1)?)? else { return None };
            let is_last = body.statements.last().is_some_and(|last| last.span == statement.span);
            return if is_last { self.wanted_of_body(ide, nodes, outer - 1) } else { None };
        }
        let known = self.code(ide).wants.iter().find(|w| w.0 == expr).map(|w| w.1);
        if let Some(wanted) = known.filter(|_| !self.is_put_in) {
            return Some(wanted);
        }
        match nodes[outer] {
            Node::Expr(Expr { kind: ExprKind::Send(send), .. }) => {
                let index = send.arguments.iter().position(|argument| argument.span == expr)?;
                self.wanted_of_argument(ide, send, index)
            }
            _ => None,
        }
    }

    /// What the last expression of a method, a block or a sub-expression is to answer.
    fn wanted_of_body(&self, ide: &mut Ide, nodes: &[Node], at: usize) -> Option<TypeId> {
        let outer = at.checked_sub(1)?;
        match nodes[outer] {
            Node::Slot(slot) if matches!(slot.init, Init::Method(_)) => {
                let name = *name_spans(slot).first()?;
                let id = ide.universe().slot_at(self.here.file, name.start)?;
                ide.universe().declared_answer(id)
            }
            Node::Expr(Expr { kind: ExprKind::Group(_), .. }) => self.wanted_at(ide, nodes, outer),
            Node::Expr(Expr { kind: ExprKind::Block(body), .. }) => {
                let known = self.code(ide).body_wants.iter().find(|w| w.0 == body.span).map(|w| w.1);
                known.filter(|_| !self.is_put_in).or_else(|| self.wanted_of_branch(ide, nodes, outer))
            }
            _ => None,
        }
    }

    /// What a branch answers is what `ifTrue:` and its kin answer.
    fn wanted_of_branch(&self, ide: &mut Ide, nodes: &[Node], at: usize) -> Option<TypeId> {
        let outer = at.checked_sub(1)?;
        let Node::Expr(Expr { kind: ExprKind::Send(send), .. }) = nodes[outer] else { return None };
        let first = self.here.document.letters(*send.selector.first()?);
        let is_branch = matches!(first, "ifTrue:" | "ifFalse:" | "ifNil:" | "ifNotNil:");
        let is_receiver = written(&send.receiver).is_some_and(|e| e.span == nodes[at].span());
        if is_branch && !is_receiver { self.wanted_at(ide, nodes, outer) } else { None }
    }

    /// What an argument of a keyword message is to be whose other parts are not there yet: what all that it may become take there.
    fn wanted_of_argument(&self, ide: &mut Ide, send: &Send, index: usize) -> Option<TypeId> {
        let begun = aura_syntax::tree::selector(&send.selector, self.here.document.text());
        if !begun.ends_with(':') {
            return None;
        }
        let mut all: Vec<TypeId> = Vec::new();
        let code = self.code(ide);
        for (object, receiver) in ide.receivers_of(&code, written(&send.receiver)) {
            for slot in ide.slots_begun(object, &begun) {
                all.extend(ide.universe().taken_by(receiver, slot, index).filter(|t| !all.contains(t)));
            }
        }
        if let [one] = all[..] { Some(one) } else { None }
    }

    /// What is asked of an expression that is not there yet: the checker knows it as one of no length, or as the next word, or it would be the
    /// last of a body.
    fn wanted_of_nothing(&self, ide: &mut Ide) -> Option<TypeId> {
        let (document, at) = (&self.here.document, self.word.start);
        let (file, tokens) = (&document.parse().file, &document.parse().tokens);
        let next = tokens.partition_point(|t| t.span.end <= at);
        let last = before(tokens, next)?;
        let follows = |t: &&Token| !t.kind.is_trivia();
        let begin = tokens[next..].iter().find(follows).map_or(document.text().len() as u32, |t| t.span.start);
        if matches!(last.kind, Kind::Period | Kind::OpenParen | Kind::OpenBracket | Kind::Bar) {
            let nodes = path(file, Span { start: at, end: at });
            let is_around = |n: &Node| matches!(n, Node::Body(b) if b.span.start < at && at < b.span.end);
            let inside = nodes.iter().rposition(is_around)?;
            let Node::Body(body) = nodes[inside] else { return None };
            let is_behind_all = body.statements.iter().all(|s| s.span.end <= at);
            return if is_behind_all { self.wanted_of_body(ide, &nodes, inside) } else { None };
        }
        let is_here = |w: &Span| w.start == begin || w.start == w.end && last.span.end <= w.start && w.start <= begin;
        if let Some(known) = self.code(ide).wants.iter().rev().filter(|w| is_here(&w.0)).max_by_key(|w| w.0.end) {
            return Some(known.1);
        }
        let nodes = path(file, last.span);
        nodes.iter().rev().find_map(|n| match n {
            Node::Expr(Expr { kind: ExprKind::Send(send), .. }) => {
                let index = send.selector.iter().position(|part| *part == last.span)?;
                self.wanted_of_argument(ide, send, index)
            }
            _ => None,
        })
    }
}
