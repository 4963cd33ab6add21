//! What a model wrote, put before the person at the editor: approved, it becomes an edit; rejected, it is forgotten.
//!
//! An editor that shows edits before it makes them gets the edit, with the request for a look. For any other there is a question with two
//! answers, and the edit follows the first. What must stay true: without a yes no text is changed; the edit fits the texts as they are when it is
//! sent, not as they were when somebody asked; the request that began it all is answered once.

use std::collections::HashMap;

use aura_ide::{Command, Edits, InPlace, Placed, Written};
use lsp_server::{RequestId, Response};
use lsp_types as lsp;
use lsp_types::request::Request as _;
use serde_json::json;

use crate::answers::edits::{versioned_edit, workspace_edit};
use crate::server::Server;

const APPROVE: &str = "Approve";
const REJECT: &str = "Reject";

/// What is said of a request whose method was taken, or was not, or was taken back.
const APPROVED: &str = "approved";
const REJECTED: &str = "rejected";
const REVERTED: &str = "reverted";

/// The questions that are open, by their own numbers.
#[derive(Default)]
pub(crate) struct Verdicts(HashMap<RequestId, Open>);

/// A question that is open.
pub(crate) struct Open {
    /// The request that it is about.
    pub(crate) id: RequestId,
    /// What is asked.
    stage: Stage,
}

enum Stage {
    /// Whether the method is wanted, in this file.
    Wanted(String, Box<Written>),
    /// Whether the edit was made; what is said if it was.
    Made(&'static str),
}

/// What came of a request: what is said of it, or why it failed.
pub(crate) type Verdict = Result<String, String>;

impl Verdicts {
    /// The question with this number, which is open no more.
    pub(crate) fn take(&mut self, question: &RequestId) -> Option<Open> {
        self.0.remove(question)
    }

    /// Nobody waits for a request's verdict any more. Answers whether somebody did.
    pub(crate) fn forget(&mut self, id: &RequestId) -> bool {
        let before = self.0.len();
        self.0.retain(|_, open| open.id != *id);
        self.0.len() < before
    }

    /// The same for all; answers which they were.
    pub(crate) fn forget_all(&mut self) -> Vec<RequestId> {
        self.0.drain().map(|(_, open)| open.id).collect()
    }
}

/// Asks what becomes of a method; there may be a verdict at once.
pub(crate) fn ask(server: &mut Server, id: RequestId, command: &Command, written: Written) -> Option<Verdict> {
    let placed = match server.ide.place_written(&command.file, &written) {
        Ok(placed) => placed,
        Err(why) => return Some(Err(why)),
    };
    if server.client.reviews && (placed.new_file.is_none() || server.client.makes_files) {
        return make(server, id, &placed, &written);
    }
    let actions = json!([{ "title": APPROVE }, { "title": REJECT }]);
    let message = format!("{}\nIt would go to {}.", written.shown.trim(), placed.holder);
    let params = json!({ "type": lsp::MessageType::INFO, "message": message, "actions": actions });
    let question = server.ask(lsp::request::ShowMessageRequest::METHOD, params);
    let stage = Stage::Wanted(command.file.clone(), Box::new(written));
    server.verdicts.0.insert(question, Open { id, stage });
    None
}

/// Hears the editor's answer to a question.
pub(crate) fn hear(server: &mut Server, Open { id, stage }: Open, response: Response) -> Option<Verdict> {
    // Who cannot answer has not said yes.
    let said = response.response_result.unwrap_or_default();
    match stage {
        Stage::Wanted(file, written) if said["title"] == APPROVE => match server.ide.place_written(&file, &written) {
            Ok(placed) => make(server, id, &placed, &written),
            Err(why) => Some(Err(why)),
        },
        Stage::Wanted(..) => Some(Ok(REJECTED.into())),
        Stage::Made(done) if said["applied"] == true => Some(Ok(done.into())),
        Stage::Made(_) => Some(match said["failureReason"].as_str() {
            Some(why) => Err(format!("the editor has not made the edit: {why}")),
            None => Ok(REJECTED.into()),
        }),
    }
}

/// Has the editor make the edit, after a look if it can show it.
fn make(server: &mut Server, id: RequestId, placed: &Placed, written: &Written) -> Option<Verdict> {
    let label = format!("ALFRED: '{}' for {}", written.selector, placed.holder);
    let new_file = placed.new_file.as_deref().filter(|_| server.client.makes_files);
    let edit = match &server.client {
        client if client.reviews => {
            let (label, description) = (label.clone(), Some(written.shown.clone()));
            let annotation = lsp::ChangeAnnotation { label, needs_confirmation: Some(true), description };
            versioned_edit(server, &Edits::new(), (&placed.edits, Some(annotation)), new_file)
        }
        client if client.has_versions => versioned_edit(server, &placed.edits, (&Edits::new(), None), new_file),
        _ => workspace_edit(server, &placed.edits),
    };
    let question = server.ask(lsp::request::ApplyWorkspaceEdit::METHOD, json!({ "label": label, "edit": edit }));
    server.verdicts.0.insert(question, Open { id, stage: Stage::Made(APPROVED) });
    None
}

/// Has the editor take a method back that is written in a text.
pub(crate) fn take_back(server: &mut Server, id: RequestId, method: &InPlace) {
    let edit = match server.client.has_versions {
        true => versioned_edit(server, &method.removal, (&Edits::new(), None), None),
        false => workspace_edit(server, &method.removal),
    };
    let params = json!({ "label": format!("take '{}' back", method.selector), "edit": edit });
    let question = server.ask(lsp::request::ApplyWorkspaceEdit::METHOD, params);
    server.verdicts.0.insert(question, Open { id, stage: Stage::Made(REVERTED) });
}
