//! Symbols of a file and of a project.

use aura_ide::{Symbol, SymbolKind};
use lsp_types as lsp;

use super::{Asked, location};
use crate::server::Server;

fn kind(kind: SymbolKind) -> lsp::SymbolKind {
    match kind {
        SymbolKind::Method => lsp::SymbolKind::METHOD,
        SymbolKind::Object => lsp::SymbolKind::OBJECT,
        SymbolKind::Slot => lsp::SymbolKind::FIELD,
        SymbolKind::Constant => lsp::SymbolKind::CONSTANT,
        SymbolKind::Parent => lsp::SymbolKind::INTERFACE,
    }
}

pub(crate) fn of_file(server: &mut Server, p: lsp::DocumentSymbolParams) -> Option<lsp::DocumentSymbolResponse> {
    let asked = Asked::of(server, &p.text_document)?;
    let outline = server.ide.outline(&asked.name);
    Some(lsp::DocumentSymbolResponse::Nested(outline.iter().map(|s| symbol(&asked, s)).collect()))
}

fn symbol(asked: &Asked, s: &Symbol) -> lsp::DocumentSymbol {
    #[expect(deprecated, reason = "the type has the field still")]
    lsp::DocumentSymbol {
        name: s.name.clone(),
        detail: None,
        kind: kind(s.kind),
        tags: None,
        deprecated: None,
        range: asked.places().range(s.span),
        selection_range: asked.places().range(s.name_span),
        children: (!s.children.is_empty()).then(|| s.children.iter().map(|c| symbol(asked, c)).collect()),
    }
}

pub(crate) fn of_project(server: &mut Server, p: lsp::WorkspaceSymbolParams) -> Option<lsp::WorkspaceSymbolResponse> {
    let found = server.ide.find_symbols(&p.query);
    let mut all = Vec::new();
    for s in found {
        let Some(place) = location(server, &s.place) else { continue };
        all.push(lsp::WorkspaceSymbol {
            name: s.name,
            kind: kind(s.kind),
            tags: None,
            container_name: Some(s.holder),
            location: lsp::OneOf::Left(place),
            data: None,
        });
    }
    Some(lsp::WorkspaceSymbolResponse::Nested(all))
}
