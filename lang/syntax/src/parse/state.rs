//! What the grammar's rules share while they run: the source, and the diagnostics so far.

use super::feed::Tok;
use super::{In, MAX_DIAGNOSTICS, MAX_NESTING};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::tokens::Token;
use crate::tree::Span;
use chumsky::input::{Checkpoint, Cursor};
use chumsky::inspector::Inspector;

pub(super) struct State<'t> {
    pub(super) source: &'t str,
    pub(super) tokens: &'t [Token],
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The token at which a slot's initialiser begins: a `(` there may turn out to be a method.
    pub(super) initialiser: u32,
}

impl State<'_> {
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() <= MAX_DIAGNOSTICS {
            self.diagnostics.push(diagnostic);
        }
    }

    pub(super) fn text(&self, span: Span) -> &str {
        span.text(self.source)
    }
}

/// A rule that was tried and given up takes its diagnostics back.
impl<'t> Inspector<'t, In<'t>> for State<'t> {
    type Checkpoint = usize;
    #[inline(always)]
    fn on_token(&mut self, _: &Tok) {}
    #[inline(always)]
    fn on_save<'parse>(&self, _: &Cursor<'t, 'parse, In<'t>>) -> usize {
        self.diagnostics.len()
    }
    #[inline(always)]
    fn on_rewind<'parse>(&mut self, marker: &Checkpoint<'t, 'parse, In<'t>, usize>) {
        self.diagnostics.truncate(*marker.inspector());
    }
}

pub(super) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error(
        &codes::TOO_DEEP,
        format!("this is nested more than {MAX_NESTING} levels deep"),
        span,
        "too deep from here on",
    )
    .note("brackets, keyword messages inside arguments, and the messages of one chain count as levels")
    .help("give inner parts a name of their own, or look for a closing bracket that is missing")
}
