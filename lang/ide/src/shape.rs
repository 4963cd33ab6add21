//! The shape of a text: what can be folded, and what a selection grows to.

use aura_syntax::tokens::{Kind, Token};
use aura_syntax::tree::{Body, SlotList};
use aura_syntax::visit::{self, Visit};

use crate::path::path;
use crate::words::token_at;
use crate::{Ide, Span};

/// What can be folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fold {
    /// From the bracket that opens to the one that closes.
    pub span: Span,
    /// It is a comment.
    pub is_comment: bool,
}

impl Ide {
    /// What can be folded: brackets and comments that are longer than a line.
    pub fn folds(&mut self, name: &str) -> Vec<Fold> {
        let Some(document) = self.document(name) else { return Vec::new() };
        let parse = document.parse();
        let mut all = Folds(Vec::new());
        if let Some(list) = &parse.file.slots {
            all.0.push(Fold { span: list.span, is_comment: false });
        }
        visit::file(&mut all, &parse.file);
        all.braces(&parse.tokens);
        let comments = parse.tokens.iter().filter(|t| t.kind == Kind::Comment);
        all.0.extend(comments.map(|t| Fold { span: t.span, is_comment: true }));
        let lines = document.lines();
        all.0.retain(|f| lines.line_of(f.span.start) < lines.line_of(f.span.end.saturating_sub(1)));
        all.0.sort();
        all.0.dedup();
        all.0
    }

    /// What a selection at a place grows to, from the word outwards.
    pub fn selections(&mut self, name: &str, at: u32) -> Vec<Span> {
        let Some(document) = self.document(name) else { return Vec::new() };
        let whole = Span::new(0, document.text().len());
        let word = token_at(&document, at).filter(|t| t.kind != Kind::Newline).map_or(Span { start: at, end: at }, |t| t.span);
        let mut all = vec![word];
        for node in path(&document.parse().file, word).iter().rev() {
            all.push(node.span());
        }
        all.push(whole);
        let mut grown: Vec<Span> = Vec::new();
        for span in all {
            let holds = |last: &Span| span.start <= last.start && last.end <= span.end && span != *last;
            if grown.last().is_none_or(holds) {
                grown.push(span);
            }
        }
        grown
    }
}

struct Folds(Vec<Fold>);

impl Folds {
    fn add(&mut self, span: Span) {
        self.0.push(Fold { span, is_comment: false });
    }

    /// Vectors and annotations, wherever they stand.
    fn braces(&mut self, tokens: &[Token]) {
        let mut open = Vec::new();
        for token in tokens {
            match token.kind {
                Kind::OpenBrace => open.push(token.span),
                Kind::CloseBrace => open.pop().into_iter().for_each(|begin: Span| self.add(begin.to(token.span))),
                _ => {}
            }
        }
    }
}

impl Visit for Folds {
    fn object(&mut self, list: &SlotList) {
        self.add(list.span);
        list.slots.iter().for_each(|slot| self.slot(slot));
    }

    fn body(&mut self, body: &Body) {
        self.add(body.span);
        visit::inside_body(self, body);
    }
}
