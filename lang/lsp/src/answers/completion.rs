//! Completion, the description of what is completed, and signature help.

use aura_ide::{Completion, Key, Offered, SignatureShown};
use lsp_types as lsp;
use serde_json::json;

use super::Asked;
use crate::convert::markdown;
use crate::server::Server;

pub(crate) fn completion(server: &mut Server, p: lsp::CompletionParams) -> Option<lsp::CompletionResponse> {
    let (asked, at) = Asked::at(server, &p.text_document_position)?;
    let all = server.ide.complete(&asked.name, at)?;
    let range = asked.places().range(all.span);
    let has_snippets = server.client.has_snippets;
    // What fits the place is chosen before anybody has chosen.
    let preselected = all.items.first().is_some_and(|c| c.is_expected).then_some(true);
    let mut items: Vec<lsp::CompletionItem> =
        all.items.into_iter().enumerate().map(|(rank, c)| item(c, rank, range, has_snippets)).collect();
    items.iter_mut().take(1).for_each(|first| first.preselect = preselected);
    Some(lsp::CompletionResponse::List(lsp::CompletionList { is_incomplete: all.is_incomplete, items }))
}

fn item(c: Completion, rank: usize, range: lsp::Range, has_snippets: bool) -> lsp::CompletionItem {
    let kind = match c.kind {
        Offered::Argument | Offered::Local => lsp::CompletionItemKind::VARIABLE,
        Offered::Method => lsp::CompletionItemKind::METHOD,
        Offered::Slot => lsp::CompletionItemKind::FIELD,
        Offered::Constant => lsp::CompletionItemKind::CONSTANT,
        Offered::Object => lsp::CompletionItemKind::CLASS,
        Offered::Module => lsp::CompletionItemKind::MODULE,
        Offered::Word => lsp::CompletionItemKind::KEYWORD,
    };
    let new_text = if has_snippets { c.snippet } else { c.plain };
    lsp::CompletionItem {
        kind: Some(kind),
        label_details: (!c.from.is_empty())
            .then(|| lsp::CompletionItemLabelDetails { detail: None, description: Some(c.from.trim_matches('`').to_string()) }),
        // The order is ours: what fits the place first, then what is nearest.
        sort_text: Some(format!("{rank:05}")),
        filter_text: Some(c.label.clone()),
        insert_text_format: has_snippets.then_some(lsp::InsertTextFormat::SNIPPET),
        text_edit: Some(lsp::CompletionTextEdit::Edit(lsp::TextEdit { range, new_text })),
        data: c.key.map(|k| json!([k.question, k.index])),
        label: c.label,
        ..lsp::CompletionItem::default()
    }
}

/// The same item, with what is known of it.
pub(crate) fn resolve(server: &mut Server, mut item: lsp::CompletionItem) -> lsp::CompletionItem {
    let key = item.data.as_ref().and_then(|d| serde_json::from_value::<(u32, u32)>(d.clone()).ok());
    let about = key.and_then(|(question, index)| server.ide.describe_completion(Key { question, index }));
    if let Some(about) = about {
        item.detail = Some(about.code.clone());
        item.documentation = Some(lsp::Documentation::MarkupContent(markdown(about.markdown())));
    }
    item
}

pub(crate) fn signature(server: &mut Server, p: lsp::SignatureHelpParams) -> Option<lsp::SignatureHelp> {
    let (asked, at) = Asked::at(server, &p.text_document_position_params)?;
    let help = server.ide.signature_help(&asked.name, at)?;
    let active = Some(help.active as u32);
    let signatures = help.signatures.into_iter().map(|s| shown(s, active)).collect();
    Some(lsp::SignatureHelp { signatures, active_signature: Some(0), active_parameter: active })
}

fn shown(s: SignatureShown, active: Option<u32>) -> lsp::SignatureInformation {
    // Offsets in a label are counted in UTF-16, whatever is agreed for texts.
    let units = |at: usize| s.label.get(..at).map_or(0, |t| t.encode_utf16().count()) as u32;
    let parameter = |(a, b): &(usize, usize)| lsp::ParameterInformation {
        label: lsp::ParameterLabel::LabelOffsets([units(*a), units(*b)]),
        documentation: None,
    };
    lsp::SignatureInformation {
        parameters: Some(s.parameters.iter().map(parameter).collect()),
        documentation: s.comment.clone().map(|c| lsp::Documentation::MarkupContent(markdown(c))),
        active_parameter: active,
        label: s.label,
    }
}
