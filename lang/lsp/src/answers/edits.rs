//! Edits: rename, formatting.

use aura_ide::{Edit, Edits, Span};
use lsp_types as lsp;

use super::Asked;
use crate::convert;
use crate::requests::Refusal;
use crate::server::Server;

pub(crate) fn text_edit(asked: &Asked, edit: &Edit) -> lsp::TextEdit {
    lsp::TextEdit { range: asked.places().range(edit.span), new_text: edit.text.clone() }
}

/// Edits in files, for files as they are now.
#[expect(clippy::mutable_key_type, reason = "the protocol's own type; nothing changes a key")]
pub(crate) fn workspace_edit(server: &mut Server, edits: &Edits) -> lsp::WorkspaceEdit {
    let mut changes = std::collections::HashMap::new();
    for (name, edits) in edits {
        if let (Some(asked), Some(uri)) = (Asked::named(server, name), convert::uri(name)) {
            changes.insert(uri, edits.iter().map(|e| text_edit(&asked, e)).collect());
        }
    }
    lsp::WorkspaceEdit { changes: Some(changes), ..lsp::WorkspaceEdit::default() }
}

pub(crate) fn prepare(
    server: &mut Server,
    p: lsp::TextDocumentPositionParams,
) -> Result<Option<lsp::PrepareRenameResponse>, Refusal> {
    let Some((asked, at)) = Asked::at(server, &p) else { return Ok(None) };
    let (span, placeholder) = server.ide.can_rename(&asked.name, at)?;
    Ok(Some(lsp::PrepareRenameResponse::RangeWithPlaceholder { range: asked.places().range(span), placeholder }))
}

pub(crate) fn rename(server: &mut Server, p: lsp::RenameParams) -> Result<Option<lsp::WorkspaceEdit>, Refusal> {
    let Some((asked, at)) = Asked::at(server, &p.text_document_position) else { return Ok(None) };
    let edits = server.ide.rename(&asked.name, at, &p.new_name)?;
    Ok(Some(workspace_edit(server, &edits)))
}

pub(crate) fn format(server: &mut Server, p: lsp::DocumentFormattingParams) -> Option<Vec<lsp::TextEdit>> {
    let asked = Asked::of(server, &p.text_document)?;
    formatted(server, &asked, None)
}

pub(crate) fn format_range(server: &mut Server, p: lsp::DocumentRangeFormattingParams) -> Option<Vec<lsp::TextEdit>> {
    let asked = Asked::of(server, &p.text_document)?;
    let span = asked.places().span(p.range);
    formatted(server, &asked, Some(span))
}

fn formatted(server: &mut Server, asked: &Asked, range: Option<Span>) -> Option<Vec<lsp::TextEdit>> {
    let edits = server.ide.formatting(&asked.name, range)?;
    Some(edits.iter().map(|e| text_edit(asked, e)).collect())
}
