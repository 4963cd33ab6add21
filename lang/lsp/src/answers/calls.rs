//! Call hierarchy.

use aura_ide::{Call, Method, Span};
use lsp_types as lsp;

use super::{Asked, location, ranges};
use crate::convert;
use crate::server::Server;

fn item(server: &mut Server, m: &Method) -> Option<lsp::CallHierarchyItem> {
    let asked = Asked::named(server, &m.place.file)?;
    let selection = asked.places().range(m.place.span);
    let whole = Span { start: m.span.start.min(m.place.span.start), end: m.span.end.max(m.place.span.end) };
    Some(lsp::CallHierarchyItem {
        name: m.name.clone(),
        kind: lsp::SymbolKind::METHOD,
        tags: None,
        detail: (!m.holder.is_empty()).then(|| m.holder.clone()),
        uri: convert::uri(&m.place.file)?,
        range: asked.places().range(whole),
        selection_range: selection,
        data: None,
    })
}

pub(crate) fn prepare(server: &mut Server, p: lsp::CallHierarchyPrepareParams) -> Option<Vec<lsp::CallHierarchyItem>> {
    let (asked, at) = Asked::at(server, &p.text_document_position_params)?;
    let methods = server.ide.methods_at(&asked.name, at);
    let items: Vec<lsp::CallHierarchyItem> = methods.iter().filter_map(|m| item(server, m)).collect();
    (!items.is_empty()).then_some(items)
}

/// The file and place of an item that was handed out before.
fn place(server: &mut Server, item: &lsp::CallHierarchyItem) -> Option<(String, u32)> {
    let asked = Asked::named(server, &convert::name(&item.uri))?;
    let at = asked.places().offset(item.selection_range.start);
    Some((asked.name, at))
}

pub(crate) fn incoming(
    server: &mut Server,
    p: lsp::CallHierarchyIncomingCallsParams,
) -> Option<Vec<lsp::CallHierarchyIncomingCall>> {
    let (name, at) = place(server, &p.item)?;
    let calls = server.ide.callers(&name, at);
    let one = |server: &mut Server, call: &Call| {
        let from = item(server, &call.method)?;
        let from_ranges = ranges(server, &call.method.place.file, &call.spans);
        Some(lsp::CallHierarchyIncomingCall { from, from_ranges })
    };
    Some(calls.iter().filter_map(|c| one(server, c)).collect())
}

pub(crate) fn outgoing(
    server: &mut Server,
    p: lsp::CallHierarchyOutgoingCallsParams,
) -> Option<Vec<lsp::CallHierarchyOutgoingCall>> {
    let (name, at) = place(server, &p.item)?;
    let calls = server.ide.callees(&name, at);
    let one = |server: &mut Server, call: &Call| {
        // Of what is not in a file nothing can be shown.
        location(server, &call.method.place)?;
        let to = item(server, &call.method)?;
        Some(lsp::CallHierarchyOutgoingCall { to, from_ranges: ranges(server, &name, &call.spans) })
    };
    Some(calls.iter().filter_map(|c| one(server, c)).collect())
}
