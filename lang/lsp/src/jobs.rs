//! What takes long and is done beside the server: commands, on threads of their own.
//!
//! What must stay true: a request that started a job is answered exactly once: by the job's thread, or, where the job brought something that a
//! person is to judge, by whoever takes that out of here ([`Jobs::done`]); a job that is cancelled is told so and answers as it likes; no job
//! outlasts the server that began it, however that ends.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use aura_ide::{Command, Done, Job, Progress, Written};
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
    token: Option<lsp::ProgressToken>,
    is_cancelled: Arc<AtomicBool>,
    /// Once it has ended: what a person is to judge, if it brought such a thing.
    end: Arc<OnceLock<Option<Written>>>,
}

/// A job that has ended.
pub(crate) struct Ended {
    pub(crate) id: RequestId,
    pub(crate) command: Command,
    /// What is to be judged; the request was not answered then.
    pub(crate) written: Option<Written>,
    /// Nobody wants to know any more.
    pub(crate) is_cancelled: bool,
}

impl Jobs {
    /// Starts a job for a request. `token` is how the editor hears of progress.
    pub(crate) fn start(
        &mut self,
        to: Sender<Message>,
        id: RequestId,
        command: Command,
        token: Option<lsp::ProgressToken>,
        job: Job,
    ) {
        let (is_cancelled, end) = (Arc::new(AtomicBool::new(false)), Arc::new(OnceLock::new()));
        let title = title(&command);
        let running = Running { command, token: token.clone(), is_cancelled: is_cancelled.clone(), end: end.clone() };
        self.0.insert(id.clone(), running);
        std::thread::spawn(move || {
            let line = Line { to, token, is_cancelled };
            line.report(json!({ "kind": "begin", "title": title, "cancellable": true }));
            let done = catch_unwind(AssertUnwindSafe(|| job(&line)));
            line.report(json!({ "kind": "end" }));
            let written = match done {
                Ok(Ok(Done { written: Some(written), .. })) if !line.is_cancelled() => Some(written),
                done => {
                    line.answer(id, done.ok(), &title);
                    None
                }
            };
            let _ = end.set(written);
        });
    }

    /// Whether some are under way, or have ended and nobody has asked what they did.
    pub(crate) fn are_any(&self) -> bool {
        !self.0.is_empty()
    }

    /// Those that have ended since the last time.
    pub(crate) fn done(&mut self) -> Vec<Ended> {
        let is_done = |r: &Running| r.end.get().is_some();
        let ids: Vec<RequestId> = self.0.iter().filter(|(_, r)| is_done(r)).map(|(id, _)| id.clone()).collect();
        let ended = |id: RequestId| {
            let running = self.0.remove(&id)?;
            let written = running.end.get().cloned().flatten();
            Some(Ended { id, command: running.command, written, is_cancelled: running.is_cancelled.load(Ordering::Relaxed) })
        };
        ids.into_iter().filter_map(ended).collect()
    }

    /// Tells the job of a request that nobody wants it any more.
    pub(crate) fn cancel(&mut self, id: &RequestId) {
        if let Some(running) = self.0.get(id) {
            running.is_cancelled.store(true, Ordering::Relaxed);
        }
    }

    /// The same of the job whose progress has this name.
    pub(crate) fn cancel_shown(&mut self, token: &lsp::ProgressToken) {
        let shown = self.0.values().filter(|running| running.token.as_ref() == Some(token));
        shown.for_each(|running| running.is_cancelled.store(true, Ordering::Relaxed));
    }

    /// Tells all of them.
    pub(crate) fn cancel_all(&mut self) {
        self.0.values().for_each(|running| running.is_cancelled.store(true, Ordering::Relaxed));
    }
}

impl Drop for Jobs {
    /// Nobody is there to hear of them any more.
    fn drop(&mut self) {
        self.cancel_all();
    }
}

/// What is done, for people.
fn title(command: &Command) -> String {
    match &command.selector {
        Some(selector) => format!("{} {selector}", command.what.name()),
        None => command.what.name().to_string(),
    }
}

/// The line from a job to the editor.
struct Line {
    to: Sender<Message>,
    token: Option<lsp::ProgressToken>,
    is_cancelled: Arc<AtomicBool>,
}

impl Line {
    /// Answers the request with what was done; nothing: it panicked.
    fn answer(&self, id: RequestId, done: Option<Result<Done, String>>, title: &str) {
        let response = match done {
            Some(_) if self.is_cancelled() => Response::new_err(id, ErrorCode::RequestCanceled as i32, "cancelled".into()),
            Some(Ok(done)) => {
                self.show(lsp::MessageType::INFO, &done.said);
                Response::new_ok(id, done.said)
            }
            Some(Err(why)) => {
                self.show(lsp::MessageType::ERROR, &why);
                Response::new_err(id, ErrorCode::RequestFailed as i32, why)
            }
            None => {
                let why = format!("'{title}' failed; this is a fault of the server");
                Response::new_err(id, ErrorCode::InternalError as i32, why)
            }
        };
        let _ = self.to.send(response.into());
    }

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
