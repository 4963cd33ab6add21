//! Definition, type definition, implementors, references, highlights.

use aura_ide::Place;
use lsp_types as lsp;

use super::{Asked, locations};
use crate::server::Server;

fn all(server: &mut Server, places: &[Place]) -> Option<lsp::GotoDefinitionResponse> {
    let found = locations(server, places);
    (!found.is_empty()).then_some(lsp::GotoDefinitionResponse::Array(found))
}

pub(crate) fn definition(server: &mut Server, p: lsp::GotoDefinitionParams) -> Option<lsp::GotoDefinitionResponse> {
    let (asked, at) = Asked::at(server, &p.text_document_position_params)?;
    let places = server.ide.definition(&asked.name, at);
    all(server, &places)
}

pub(crate) fn type_definition(server: &mut Server, p: lsp::GotoDefinitionParams) -> Option<lsp::GotoDefinitionResponse> {
    let (asked, at) = Asked::at(server, &p.text_document_position_params)?;
    let places = server.ide.type_definition(&asked.name, at);
    all(server, &places)
}

pub(crate) fn implementors(server: &mut Server, p: lsp::GotoDefinitionParams) -> Option<lsp::GotoDefinitionResponse> {
    let (asked, at) = Asked::at(server, &p.text_document_position_params)?;
    let places = server.ide.implementors(&asked.name, at);
    all(server, &places)
}

pub(crate) fn references(server: &mut Server, p: lsp::ReferenceParams) -> Option<Vec<lsp::Location>> {
    let (asked, at) = Asked::at(server, &p.text_document_position)?;
    let found = server.ide.references(&asked.name, at);
    let wanted = found.into_iter().filter(|r| p.context.include_declaration || !r.is_declaration);
    let places: Vec<Place> = wanted.map(|r| r.place).collect();
    Some(locations(server, &places))
}

pub(crate) fn highlights(server: &mut Server, p: lsp::DocumentHighlightParams) -> Option<Vec<lsp::DocumentHighlight>> {
    let (asked, at) = Asked::at(server, &p.text_document_position_params)?;
    let found = server.ide.highlights(&asked.name, at);
    let one = |(span, is_write): (aura_ide::Span, bool)| lsp::DocumentHighlight {
        range: asked.places().range(span),
        kind: Some(if is_write { lsp::DocumentHighlightKind::WRITE } else { lsp::DocumentHighlightKind::READ }),
    };
    Some(found.into_iter().map(one).collect())
}
