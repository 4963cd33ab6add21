//! Folding, selections, inlay hints.

use lsp_types as lsp;

use super::Asked;
use crate::server::Server;

pub(crate) fn folds(server: &mut Server, p: lsp::FoldingRangeParams) -> Option<Vec<lsp::FoldingRange>> {
    let asked = Asked::of(server, &p.text_document)?;
    let folds = server.ide.folds(&asked.name);
    let one = |fold: aura_ide::Fold| {
        let lsp::Range { start, end } = asked.places().range(fold.span);
        lsp::FoldingRange {
            start_line: start.line,
            // The line with the bracket that closes stays in sight.
            end_line: if fold.is_comment { end.line } else { end.line.saturating_sub(1).max(start.line) },
            kind: fold.is_comment.then_some(lsp::FoldingRangeKind::Comment),
            ..lsp::FoldingRange::default()
        }
    };
    Some(folds.into_iter().map(one).collect())
}

pub(crate) fn selections(server: &mut Server, p: lsp::SelectionRangeParams) -> Option<Vec<lsp::SelectionRange>> {
    let asked = Asked::of(server, &p.text_document)?;
    let mut all = Vec::new();
    for position in p.positions {
        let at = asked.places().offset(position);
        let spans = server.ide.selections(&asked.name, at);
        let grown = spans.into_iter().rev().fold(None, |parent, span| {
            Some(lsp::SelectionRange { range: asked.places().range(span), parent: parent.map(Box::new) })
        });
        all.extend(grown);
    }
    Some(all)
}

pub(crate) fn hints(server: &mut Server, p: lsp::InlayHintParams) -> Option<Vec<lsp::InlayHint>> {
    let asked = Asked::of(server, &p.text_document)?;
    let span = asked.places().span(p.range);
    let hints = server.ide.hints(&asked.name, span);
    let one = |hint: aura_ide::Hint| lsp::InlayHint {
        position: asked.places().position(hint.at),
        label: lsp::InlayHintLabel::String(hint.label),
        kind: Some(lsp::InlayHintKind::TYPE),
        text_edits: None,
        tooltip: None,
        padding_left: Some(true),
        padding_right: None,
        data: None,
    };
    Some(hints.into_iter().map(one).collect())
}
