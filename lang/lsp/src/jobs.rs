//! What takes long and is done beside the server: commands, on threads of their own.
//!
//! What must stay true: a request that started a job is answered exactly once, by the job's thread; a job that is cancelled is told so and answers as
//! it likes.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aura_ide::{Command, Job, Progress};
use crossbeam_channel::Sender;
use lsp_server::{ErrorCode, Message, Notification, RequestId, Response};
use lsp_types as lsp;
use lsp_types::notification::Notification as _;
use serde_json::json;

/// The jobs that are under way.
#[derive(Default)]
pub(crate) struct Jobs(HashMap<RequestId, Running>);

/// A job that is under way.
struct Running {
    command: Command,
    is_cancelled: Arc<AtomicBool>,
    is_done: Arc<AtomicBool>,
}

impl Jobs {
    /// Starts a job for a request. `token` is how the editor wants to hear of progress.
    pub(crate) fn start(
        &mut self,
        to: Sender<Message>,
        id: RequestId,
        command: Command,
        token: Option<lsp::ProgressToken>,
        job: Job,
    ) {
        let (is_cancelled, is_done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let title = command.what.name();
        self.0.insert(id.clone(), Running { command, is_cancelled: is_cancelled.clone(), is_done: is_done.clone() });
        std::thread::spawn(move || {
            let line = Line { to, token, is_cancelled };
            line.report(json!({ "kind": "begin", "title": title, "cancellable": true }));
            let done = catch_unwind(AssertUnwindSafe(|| job(&line)));
            line.report(json!({ "kind": "end" }));
            let response = match done {
                Ok(_) if line.is_cancelled() => Response::new_err(id, ErrorCode::RequestCanceled as i32, "cancelled".into()),
                Ok(Ok(said)) => {
                    line.show(lsp::MessageType::INFO, &said);
                    Response::new_ok(id, said)
                }
                Ok(Err(why)) => {
                    line.show(lsp::MessageType::ERROR, &why);
                    Response::new_err(id, ErrorCode::RequestFailed as i32, why)
                }
                Err(_) => Response::new_err(
                    id,
                    ErrorCode::InternalError as i32,
                    format!("'{title}' failed; this is a fault of the server"),
                ),
            };
            is_done.store(true, Ordering::Release);
            let _ = line.to.send(response.into());
        });
    }

    /// Whether some are under way, or have ended and nobody has asked what they did.
    pub(crate) fn are_any(&self) -> bool {
        !self.0.is_empty()
    }

    /// The commands that have been done since the last time.
    pub(crate) fn done(&mut self) -> Vec<Command> {
        let is_done = |r: &Running| r.is_done.load(Ordering::Acquire);
        let ids: Vec<RequestId> = self.0.iter().filter(|(_, r)| is_done(r)).map(|(id, _)| id.clone()).collect();
        ids.iter().filter_map(|id| self.0.remove(id)).map(|r| r.command).collect()
    }

    /// Tells the job of a request that nobody wants it any more.
    pub(crate) fn cancel(&mut self, id: &RequestId) {
        if let Some(running) = self.0.get(id) {
            running.is_cancelled.store(true, Ordering::Relaxed);
        }
    }

    /// Tells all of them.
    pub(crate) fn cancel_all(&mut self) {
        self.0.values().for_each(|running| running.is_cancelled.store(true, Ordering::Relaxed));
    }
}

/// The line from a job to the editor.
struct Line {
    to: Sender<Message>,
    token: Option<lsp::ProgressToken>,
    is_cancelled: Arc<AtomicBool>,
}

impl Line {
    fn report(&self, value: serde_json::Value) {
        if let Some(token) = &self.token {
            let params = json!({ "token": token, "value": value });
            let _ = self.to.send(Notification::new("$/progress".into(), params).into());
        }
    }

    fn show(&self, typ: lsp::MessageType, message: &str) {
        let params = lsp::ShowMessageParams { typ, message: message.to_string() };
        let _ = self.to.send(Notification::new(lsp::notification::ShowMessage::METHOD.into(), params).into());
    }
}

impl Progress for Line {
    fn say(&self, what: &str) {
        self.report(json!({ "kind": "report", "message": what }));
    }

    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }
}
