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
        _ => Err(Refusal { code: ErrorCode::MethodNotFound, message: format!("'{method}' is not offered") }),
    }
}

fn put<R: Request>(server: &mut Server, params: Value, answer: fn(&mut Server, R::Params) -> R::Result) -> Result<Value, Refusal> {
    try_::<R>(server, params, |server, params| Ok(answer(server, params)))
}

fn try_<R: Request>(
    server: &mut Server,
    params: Value,
    answer: impl FnOnce(&mut Server, R::Params) -> Result<R::Result, Refusal>,
) -> Result<Value, Refusal> {
    let params = serde_json::from_value(params)
        .map_err(|e| Refusal { code: ErrorCode::InvalidParams, message: format!("'{}' is asked in no form that is known: {e}", R::METHOD) })?;
    let result = answer(server, params)?;
    serde_json::to_value(result).map_err(|e| e.to_string().into())
}
