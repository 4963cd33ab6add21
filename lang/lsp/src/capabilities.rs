//! What the server offers, and what it reads off what the editor says about itself.

use aura_ide::Encoding;
use lsp_types as lsp;
use serde_json::Value;

/// What the editor can do, as far as it matters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Client {
    pub(crate) encoding: Encoding,
    /// It understands `${1:name}` in what is inserted.
    pub(crate) has_snippets: bool,
    /// It can be asked to watch files.
    pub(crate) watches: bool,
    /// The folders that it works in.
    pub(crate) folders: Vec<lsp::Uri>,
}

impl Client {
    pub(crate) fn read(params: &lsp::InitializeParams) -> Self {
        let capabilities = &params.capabilities;
        let encodings = capabilities.general.as_ref().and_then(|g| g.position_encodings.clone()).unwrap_or_default();
        // Columns in bytes cost nothing to count.
        let encoding = if encodings.contains(&lsp::PositionEncodingKind::UTF8) { Encoding::Utf8 } else { Encoding::Utf16 };
        let completion = capabilities.text_document.as_ref().and_then(|t| t.completion.as_ref());
        let item = completion.and_then(|c| c.completion_item.as_ref());
        let watching = capabilities.workspace.as_ref().and_then(|w| w.did_change_watched_files);
        let folders: Vec<lsp::Uri> = params.workspace_folders.iter().flatten().map(|f| f.uri.clone()).collect();
        #[expect(deprecated, reason = "older editors say their folder this way only")]
        let folders = if folders.is_empty() { params.root_uri.clone().into_iter().collect() } else { folders };
        Self {
            encoding,
            has_snippets: item.and_then(|i| i.snippet_support).unwrap_or(false),
            watches: watching.and_then(|w| w.dynamic_registration).unwrap_or(false),
            folders,
        }
    }
}

/// What is said in answer to `initialize`.
pub(crate) fn offered(client: &Client) -> Value {
    let capabilities = lsp::ServerCapabilities {
        position_encoding: Some(match client.encoding {
            Encoding::Utf8 => lsp::PositionEncodingKind::UTF8,
            Encoding::Utf16 => lsp::PositionEncodingKind::UTF16,
            Encoding::Utf32 => lsp::PositionEncodingKind::UTF32,
        }),
        text_document_sync: Some(lsp::TextDocumentSyncCapability::Options(lsp::TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(lsp::TextDocumentSyncKind::INCREMENTAL),
            save: Some(lsp::TextDocumentSyncSaveOptions::Supported(true)),
            ..lsp::TextDocumentSyncOptions::default()
        })),
        hover_provider: Some(lsp::HoverProviderCapability::Simple(true)),
        ..lsp::ServerCapabilities::default()
    };
    serde_json::json!({
        "capabilities": capabilities,
        "serverInfo": { "name": "aura", "version": env!("CARGO_PKG_VERSION") },
    })
}
