//! Edits: rename, formatting.

use aura_ide::{Edit, Edits, Renaming, Span};
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
        if let Some((uri, edits)) = text_edits(server, name, edits) {
            changes.insert(uri, edits);
        }
    }
    lsp::WorkspaceEdit { changes: Some(changes), ..lsp::WorkspaceEdit::default() }
}

/// The edits of a file. One that is not there has nothing but a beginning.
fn text_edits(server: &mut Server, name: &str, edits: &[Edit]) -> Option<(lsp::Uri, Vec<lsp::TextEdit>)> {
    let uri = convert::uri(name)?;
    let edits = match Asked::named(server, name) {
        Some(asked) => edits.iter().map(|e| text_edit(&asked, e)).collect(),
        None => edits.iter().map(|e| lsp::TextEdit { range: lsp::Range::default(), new_text: e.text.clone() }).collect(),
    };
    Some((uri, edits))
}

/// What somebody has to look at before it is done.
const REVIEWED: &str = "review";

/// Edits that say for which versions of texts they are, the second ones to be looked at, with what is said about them. `new_file` is made
/// before. For editors that take such a thing.
pub(crate) fn versioned_edit(
    server: &mut Server,
    certain: &Edits,
    reviewed: (&Edits, Option<lsp::ChangeAnnotation>),
    new_file: Option<&str>,
) -> lsp::WorkspaceEdit {
    let (reviewed, annotation) = reviewed;
    let annotation_id = annotation.as_ref().map(|_| REVIEWED.to_string());
    let mut operations = Vec::new();
    if let Some(uri) = new_file.and_then(convert::uri) {
        let options = lsp::CreateFileOptions { overwrite: None, ignore_if_exists: Some(true) };
        let create = lsp::CreateFile { uri, options: Some(options), annotation_id };
        operations.push(lsp::DocumentChangeOperation::Op(lsp::ResourceOp::Create(create)));
    }
    let names: std::collections::BTreeSet<&String> = certain.keys().chain(reviewed.keys()).collect();
    for name in names {
        let of = |all: &Edits| all.get(name).cloned().unwrap_or_default();
        let Some((uri, plain)) = text_edits(server, name, &of(certain)) else { continue };
        let looked_at = text_edits(server, name, &of(reviewed)).map_or_else(Vec::new, |(_, edits)| edits);
        let annotated = |text_edit| lsp::AnnotatedTextEdit { text_edit, annotation_id: REVIEWED.into() };
        let edits = plain.into_iter().map(lsp::OneOf::Left);
        let edits = edits.chain(looked_at.into_iter().map(|e| lsp::OneOf::Right(annotated(e)))).collect();
        let text_document = lsp::OptionalVersionedTextDocumentIdentifier { uri, version: server.open.get(name).copied() };
        operations.push(lsp::DocumentChangeOperation::Edit(lsp::TextDocumentEdit { text_document, edits }));
    }
    lsp::WorkspaceEdit {
        changes: None,
        document_changes: Some(lsp::DocumentChanges::Operations(operations)),
        change_annotations: annotation.map(|a| [(REVIEWED.to_string(), a)].into()),
    }
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
    let Renaming { certain, possible, concerns } = server.ide.rename(&asked.name, at, &p.new_name)?;
    let annotated = |label: &str, why: String| {
        Some(lsp::ChangeAnnotation { label: label.to_string(), needs_confirmation: Some(true), description: Some(why) })
    };
    match (concerns.is_empty(), possible.is_empty(), server.client.reviews) {
        (true, true, _) => Ok(Some(workspace_edit(server, &certain))),
        // All of it or nothing is to be agreed to.
        (false, _, true) => {
            let mut all = certain;
            possible.into_iter().for_each(|(name, edits)| all.entry(name).or_default().extend(edits));
            let annotation = annotated("changes what is hidden", concerns.join("; "));
            Ok(Some(versioned_edit(server, &Edits::new(), (&all, annotation), None)))
        }
        (false, _, false) => Err(format!("'{}' would change what messages mean: {}", p.new_name, concerns.join("; ")).into()),
        (true, false, true) => {
            let annotation = annotated("may mean something else", "nobody knows the receiver".into());
            Ok(Some(versioned_edit(server, &certain, (&possible, annotation), None)))
        }
        (true, false, false) => {
            let message = left(server, &possible);
            server.notify::<lsp::notification::ShowMessage>(lsp::ShowMessageParams { typ: lsp::MessageType::WARNING, message });
            Ok(Some(workspace_edit(server, &certain)))
        }
    }
}

/// So many places are named in a message.
const MOST_NAMED: usize = 5;

/// What is said of uses that keep their name.
fn left(server: &mut Server, possible: &Edits) -> String {
    let mut places: Vec<(String, u32)> = Vec::new();
    for (name, edits) in possible {
        let Some(asked) = Asked::named(server, name) else { continue };
        places.extend(edits.iter().map(|e| (name.clone(), asked.document.lines().line_of(e.span.start) + 1)));
    }
    // The parts of a keyword message are one use.
    places.dedup();
    let named: Vec<String> = places.iter().take(MOST_NAMED).map(|(name, line)| format!("{name}:{line}")).collect();
    let more = places.len().saturating_sub(MOST_NAMED);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    let (count, uses) = (places.len(), if places.len() == 1 { "use keeps its name" } else { "uses keep their name" });
    format!("{count} {uses}: nobody knows what kind of object the message goes to. {}{more}", named.join(", "))
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
    match server.ide.formatting(&asked.name, range) {
        Ok(edits) => Some(edits.iter().map(|e| text_edit(asked, e)).collect()),
        Err(message) => {
            server.notify::<lsp::notification::ShowMessage>(lsp::ShowMessageParams { typ: lsp::MessageType::WARNING, message });
            None
        }
    }
}
