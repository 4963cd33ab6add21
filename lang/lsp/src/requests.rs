//! What editors ask, each question to its answer.

use lsp_server::ErrorCode;
use lsp_types::request::{self as ask, Request};
use serde_json::Value;

use crate::answers;
use crate::server::Server;

/// Why something is not answered.
pub(crate) struct Refusal {
    pub(crate) code: ErrorCode,
    pub(crate) message: String,
}

impl From<String> for Refusal {
    fn from(message: String) -> Self {
        Self { code: ErrorCode::RequestFailed, message }
    }
}

/// Answers a request.
pub(crate) fn answer(server: &mut Server, method: &str, params: Value) -> Result<Value, Refusal> {
    match method {
        ask::HoverRequest::METHOD => put::<ask::HoverRequest>(server, params, answers::hover::hover),
        ask::Completion::METHOD => put::<ask::Completion>(server, params, answers::completion::completion),
        ask::ResolveCompletionItem::METHOD => put::<ask::ResolveCompletionItem>(server, params, answers::completion::resolve),
        ask::SignatureHelpRequest::METHOD => put::<ask::SignatureHelpRequest>(server, params, answers::completion::signature),
        ask::GotoDefinition::METHOD => put::<ask::GotoDefinition>(server, params, answers::navigation::definition),
        ask::GotoTypeDefinition::METHOD => put::<ask::GotoTypeDefinition>(server, params, answers::navigation::type_definition),
        ask::GotoImplementation::METHOD => put::<ask::GotoImplementation>(server, params, answers::navigation::implementors),
        ask::References::METHOD => put::<ask::References>(server, params, answers::navigation::references),
        ask::DocumentHighlightRequest::METHOD => {
            put::<ask::DocumentHighlightRequest>(server, params, answers::navigation::highlights)
        }
        ask::PrepareRenameRequest::METHOD => try_::<ask::PrepareRenameRequest>(server, params, answers::edits::prepare),
        ask::Rename::METHOD => try_::<ask::Rename>(server, params, answers::edits::rename),
        ask::Formatting::METHOD => put::<ask::Formatting>(server, params, answers::edits::format),
        ask::RangeFormatting::METHOD => put::<ask::RangeFormatting>(server, params, answers::edits::format_range),
        ask::DocumentSymbolRequest::METHOD => put::<ask::DocumentSymbolRequest>(server, params, answers::symbols::of_file),
        ask::WorkspaceSymbolRequest::METHOD => put::<ask::WorkspaceSymbolRequest>(server, params, answers::symbols::of_project),
        ask::SemanticTokensFullRequest::METHOD => put::<ask::SemanticTokensFullRequest>(server, params, answers::tokens::all),
        ask::SemanticTokensRangeRequest::METHOD => put::<ask::SemanticTokensRangeRequest>(server, params, answers::tokens::range),
        ask::InlayHintRequest::METHOD => put::<ask::InlayHintRequest>(server, params, answers::whole::hints),
        ask::FoldingRangeRequest::METHOD => put::<ask::FoldingRangeRequest>(server, params, answers::whole::folds),
        ask::SelectionRangeRequest::METHOD => put::<ask::SelectionRangeRequest>(server, params, answers::whole::selections),
        ask::CallHierarchyPrepare::METHOD => put::<ask::CallHierarchyPrepare>(server, params, answers::calls::prepare),
        ask::CallHierarchyIncomingCalls::METHOD => {
            put::<ask::CallHierarchyIncomingCalls>(server, params, answers::calls::incoming)
        }
        ask::CallHierarchyOutgoingCalls::METHOD => {
            put::<ask::CallHierarchyOutgoingCalls>(server, params, answers::calls::outgoing)
        }
        ask::CodeLensRequest::METHOD => put::<ask::CodeLensRequest>(server, params, answers::lenses::all),
        ask::CodeActionRequest::METHOD => put::<ask::CodeActionRequest>(server, params, answers::actions::all),
        _ => Err(Refusal { code: ErrorCode::MethodNotFound, message: format!("'{method}' is not offered") }),
    }
}

fn put<R: Request>(
    server: &mut Server,
    params: Value,
    answer: fn(&mut Server, R::Params) -> R::Result,
) -> Result<Value, Refusal> {
    try_::<R>(server, params, |server, params| Ok(answer(server, params)))
}

fn try_<R: Request>(
    server: &mut Server,
    params: Value,
    answer: impl FnOnce(&mut Server, R::Params) -> Result<R::Result, Refusal>,
) -> Result<Value, Refusal> {
    let params = serde_json::from_value(params).map_err(|e| Refusal {
        code: ErrorCode::InvalidParams,
        message: format!("'{}' is asked in no form that is known: {e}", R::METHOD),
    })?;
    let result = answer(server, params)?;
    serde_json::to_value(result).map_err(|e| e.to_string().into())
}
