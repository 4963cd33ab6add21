//! Commands that lenses and actions name: the editor asks for them to be carried out (`workspace/executeCommand`), or carries them out itself.

use aura_ide::{Command, Done, InPlace, What};
use lsp_server::{ErrorCode, RequestId};
use lsp_types as lsp;
use serde_json::json;

use crate::answers::Asked;
use crate::convert::{name, uri};
use crate::requests::Refusal;
use crate::server::Server;
use crate::verdicts;

/// What can be asked for.
pub(crate) fn names() -> Vec<String> {
    What::ALL.iter().map(|(_, name)| name.to_string()).collect()
}

/// A command as editors get it, with words for people; `at` is its place as editors count.
pub(crate) fn told(title: String, command: &Command, at: Option<lsp::Position>) -> lsp::Command {
    let file = uri(&command.file).map(|u| json!(u.as_str()));
    let arguments = file.into_iter().chain(command.selector.iter().map(|s| json!(s))).chain(at.map(|at| json!(at))).collect();
    lsp::Command { title, command: command.what.name().to_string(), arguments: Some(arguments) }
}

/// Starts a command. The request is answered when it is done.
pub(crate) fn start(server: &mut Server, id: RequestId, params: serde_json::Value) -> Result<(), Refusal> {
    let wrong = |message: String| Refusal { code: ErrorCode::InvalidParams, message };
    let p: lsp::ExecuteCommandParams = serde_json::from_value(params).map_err(|e| wrong(e.to_string()))?;
    let text = |at: usize| p.arguments.get(at).and_then(|a| a.as_str()).map(str::to_string);
    let what = What::ALL.iter().find(|(_, name)| *name == p.command).map(|(what, _)| *what);
    let file = text(0).and_then(|uri| uri.parse().ok()).map(|uri| name(&uri));
    let (Some(what), Some(file)) = (what, file) else {
        return Err(wrong(format!("'{}' is no command, or not with these arguments", p.command)));
    };
    let mut command = Command { what, file, selector: text(1), at: None };
    if what == What::Synthesise {
        command.at = Some(missing(server, &command, p.arguments.get(2))?);
    }
    if let Some(in_place) = in_place(server, &command, p.arguments.get(2)) {
        match what {
            What::Revert => verdicts::take_back(server, id, &in_place),
            // All that is known of it is written there.
            _ => server.begin_job(id, command, None, Box::new(move |_| Ok(Done::from(in_place.comment)))),
        }
        return Ok(());
    }
    let Some(job) = server.outside().job(&command, server.ide.open_texts()) else {
        return Err(format!("'{}' cannot be done here", p.command).into());
    };
    server.begin_job(id, command, p.work_done_progress_params.work_done_token, job);
    Ok(())
}

/// The learned method that a command is about, if it is written in a user's own file.
fn in_place(server: &mut Server, command: &Command, place: Option<&serde_json::Value>) -> Option<InPlace> {
    let selector = command.selector.as_deref().filter(|_| matches!(command.what, What::Why | What::Revert))?;
    let asked = Asked::named(server, &command.file)?;
    let place = place.and_then(|p| serde_json::from_value(p.clone()).ok()).map(|place| asked.places().offset(place));
    server.ide.learned_in_place(&command.file, selector, place)
}

/// Where the message is that a command is about. The text may have changed since the command was offered.
fn missing(server: &mut Server, command: &Command, place: Option<&serde_json::Value>) -> Result<u32, Refusal> {
    let gone = || format!("'{}' is not missing there any more", command.selector.as_deref().unwrap_or("it"));
    let asked = Asked::named(server, &command.file).ok_or_else(gone)?;
    let place: lsp::Position = place.and_then(|p| serde_json::from_value(p.clone()).ok()).ok_or_else(gone)?;
    let at = asked.places().offset(place);
    let is_it = command.selector.is_some() && server.ide.missing_at(&command.file, at) == command.selector;
    if is_it { Ok(at) } else { Err(gone().into()) }
}
