//! What the server offers, and what it reads off what the editor says about itself.

use aura_ide::Encoding;
use lsp_types as lsp;
use lsp_types::request::Request as _;
use serde_json::Value;

/// What the editor can do, as far as it matters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Client {
    pub(crate) encoding: Encoding,
    /// It understands `${1:name}` in what is inserted.
    pub(crate) has_snippets: bool,
    /// It can be asked to watch files.
    pub(crate) watches: bool,
    /// It shows progress that the server begins.
    pub(crate) shows_progress: bool,
    /// It takes edits that name the versions of the texts that they are for.
    pub(crate) has_versions: bool,
    /// It shows edits that need a look before it makes them, and makes only those that a person wants.
    pub(crate) reviews: bool,
    /// It makes files.
    pub(crate) makes_files: bool,
    /// The messages by which it can be asked to ask again for what it shows.
    pub(crate) refreshes: Vec<&'static str>,
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
        let window = capabilities.window.as_ref();
        let edits = capabilities.workspace.as_ref().and_then(|w| w.workspace_edit.clone()).unwrap_or_default();
        let has_versions = edits.document_changes.unwrap_or(false);
        let operations = edits.resource_operations.unwrap_or_default();
        let folders: Vec<lsp::Uri> = params.workspace_folders.iter().flatten().map(|f| f.uri.clone()).collect();
        #[expect(deprecated, reason = "older editors say their folder this way only")]
        let folders = if folders.is_empty() { params.root_uri.clone().into_iter().collect() } else { folders };
        Self {
            encoding,
            has_snippets: item.and_then(|i| i.snippet_support).unwrap_or(false),
            watches: watching.and_then(|w| w.dynamic_registration).unwrap_or(false),
            shows_progress: window.and_then(|w| w.work_done_progress).unwrap_or(false),
            has_versions,
            // Only edits of the newer form can say that they need a look.
            reviews: has_versions && edits.change_annotation_support.is_some(),
            makes_files: has_versions && operations.contains(&lsp::ResourceOperationKind::Create),
            refreshes: refreshes(capabilities.workspace.as_ref()),
            folders,
        }
    }
}

/// What can be asked for anew.
fn refreshes(workspace: Option<&lsp::WorkspaceClientCapabilities>) -> Vec<&'static str> {
    let Some(can) = workspace else { return Vec::new() };
    let lenses = can.code_lens.as_ref().and_then(|c| c.refresh_support);
    let hints = can.inlay_hint.as_ref().and_then(|c| c.refresh_support);
    let tokens = can.semantic_tokens.as_ref().and_then(|c| c.refresh_support);
    let all = [
        (lenses, lsp::request::CodeLensRefresh::METHOD),
        (hints, lsp::request::InlayHintRefreshRequest::METHOD),
        (tokens, lsp::request::SemanticTokensRefresh::METHOD),
    ];
    all.into_iter().filter(|(can, _)| *can == Some(true)).map(|(_, method)| method).collect()
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
        completion_provider: Some(lsp::CompletionOptions {
            resolve_provider: Some(true),
            trigger_characters: Some([" ", ".", "'", "<"].map(String::from).into()),
            ..lsp::CompletionOptions::default()
        }),
        signature_help_provider: Some(lsp::SignatureHelpOptions {
            trigger_characters: Some([":", " "].map(String::from).into()),
            ..lsp::SignatureHelpOptions::default()
        }),
        definition_provider: Some(lsp::OneOf::Left(true)),
        type_definition_provider: Some(lsp::TypeDefinitionProviderCapability::Simple(true)),
        implementation_provider: Some(lsp::ImplementationProviderCapability::Simple(true)),
        references_provider: Some(lsp::OneOf::Left(true)),
        document_highlight_provider: Some(lsp::OneOf::Left(true)),
        document_symbol_provider: Some(lsp::OneOf::Left(true)),
        workspace_symbol_provider: Some(lsp::OneOf::Left(true)),
        code_action_provider: Some(lsp::CodeActionProviderCapability::Options(lsp::CodeActionOptions {
            code_action_kinds: Some(vec![
                lsp::CodeActionKind::QUICKFIX,
                lsp::CodeActionKind::REFACTOR_EXTRACT,
                lsp::CodeActionKind::REFACTOR_INLINE,
                lsp::CodeActionKind::REFACTOR_REWRITE,
            ]),
            ..lsp::CodeActionOptions::default()
        })),
        code_lens_provider: Some(lsp::CodeLensOptions { resolve_provider: None }),
        document_formatting_provider: Some(lsp::OneOf::Left(true)),
        document_range_formatting_provider: Some(lsp::OneOf::Left(true)),
        rename_provider: Some(lsp::OneOf::Right(lsp::RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: lsp::WorkDoneProgressOptions::default(),
        })),
        execute_command_provider: Some(lsp::ExecuteCommandOptions {
            commands: crate::commands::names(),
            work_done_progress_options: lsp::WorkDoneProgressOptions { work_done_progress: Some(true) },
        }),
        folding_range_provider: Some(lsp::FoldingRangeProviderCapability::Simple(true)),
        selection_range_provider: Some(lsp::SelectionRangeProviderCapability::Simple(true)),
        call_hierarchy_provider: Some(lsp::CallHierarchyServerCapability::Simple(true)),
        inlay_hint_provider: Some(lsp::OneOf::Left(true)),
        semantic_tokens_provider: Some(
            lsp::SemanticTokensOptions {
                legend: crate::answers::tokens::legend(),
                range: Some(true),
                full: Some(lsp::SemanticTokensFullOptions::Bool(true)),
                ..lsp::SemanticTokensOptions::default()
            }
            .into(),
        ),
        workspace: Some(lsp::WorkspaceServerCapabilities {
            workspace_folders: Some(lsp::WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(lsp::OneOf::Left(true)),
            }),
            file_operations: None,
        }),
        ..lsp::ServerCapabilities::default()
    };
    serde_json::json!({
        "capabilities": capabilities,
        "serverInfo": { "name": "aura", "version": env!("CARGO_PKG_VERSION") },
    })
}
