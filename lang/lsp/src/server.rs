//! The loop: one message after the other, and a slice of work when nobody waits.
//!
//! All that is known lives on this one thread; what comes is read on another one (`lsp-server`), so between two slices everything that has come is
//! seen: newer text makes older findings not worth telling, and a request does not wait for a project to be read.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::{Duration, Instant};

use aura_ide::{Command, Due, Findings, Ide, Job, Outside, Work};
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types as lsp;
use lsp_types::notification::Notification as _;
use lsp_types::request::Request as _;

use crate::capabilities::{Client, offered};
use crate::convert::{self, Places};
use crate::inbox::{Inbox, Next};
use crate::jobs::{Ended, Jobs};
use crate::verdicts::{Verdict, Verdicts};
use crate::{commands, requests, sync, verdicts};

/// After a change, the silence that is waited for before it is looked at: of letters that come together only the last is told. Messages that were
/// sent together are much nearer to one another than this.
const QUIET: Duration = Duration::from_micros(300);

/// The silence that is waited for before files are looked at that nobody has open: whoever is typing comes first, and a slice of such work takes as
/// long as a letter may.
const LULL: Duration = Duration::from_millis(150);

/// How often it is looked whether others have changed the image, in a lull.
const LOOK: Duration = Duration::from_secs(1);

/// How often it is looked whether a job has ended.
const GLANCE: Duration = Duration::from_millis(50);

/// Somebody is being served.
pub(crate) struct Server<'c> {
    connection: &'c Connection,
    outside: Rc<dyn Outside>,
    pub(crate) ide: Ide,
    pub(crate) client: Client,
    /// What the editor has open: names, versions, texts as it last gave them.
    pub(crate) open: std::collections::BTreeMap<String, i32>,
    next_request: i32,
    /// A slice of work has failed. The same texts would make it fail again, so it is waited for a message first.
    has_failed: bool,
    /// When it was looked last whether others have changed the image.
    looked: Instant,
    pub(crate) jobs: Jobs,
    pub(crate) verdicts: Verdicts,
}

/// How a message leaves the loop.
enum Flow {
    Goes,
    Ends { was_asked: bool },
}

pub(crate) fn serve(connection: &Connection, outside: Rc<dyn Outside>) -> Result<bool, String> {
    let (id, params) = connection.initialize_start().map_err(|e| e.to_string())?;
    let params: lsp::InitializeParams =
        serde_json::from_value(params).map_err(|e| format!("what the editor says about itself cannot be read: {e}"))?;
    let client = Client::read(&params);
    connection.initialize_finish(id, offered(&client)).map_err(|e| e.to_string())?;
    let mut server = Server {
        connection,
        ide: Ide::new(outside.clone()),
        outside,
        client,
        open: std::collections::BTreeMap::new(),
        next_request: 1,
        has_failed: false,
        looked: Instant::now(),
        jobs: Jobs::default(),
        verdicts: Verdicts::default(),
    };
    server.begin();
    server.run()
}

impl Server<'_> {
    /// What the editor needs to be told or asked at first.
    fn begin(&mut self) {
        self.add_folders();
        if self.client.watches {
            let watcher = serde_json::json!({ "watchers": [{ "globPattern": "**/*.aura" }] });
            let registration = serde_json::json!({ "registrations": [{ "id": "files", "method": "workspace/didChangeWatchedFiles", "registerOptions": watcher }] });
            self.ask("client/registerCapability", registration);
        }
    }

    fn add_folders(&mut self) {
        for folder in self.client.folders.clone() {
            self.ide.add_folder(&convert::name(&folder));
        }
    }

    fn run(&mut self) -> Result<bool, String> {
        let mut inbox = Inbox::new(self.connection.receiver.clone());
        let mut is_shut_down = false;
        loop {
            self.after_jobs();
            self.refresh();
            match inbox.next(self.wait()) {
                Next::Message(message) => {
                    self.has_failed = false;
                    if let Flow::Ends { was_asked } = self.message(message, &mut is_shut_down) {
                        return Ok(was_asked);
                    }
                }
                Next::Cancelled { id, was_waiting: true } => self.refuse(id, ErrorCode::RequestCanceled, "cancelled".into()),
                Next::Cancelled { id, was_waiting: false } if self.verdicts.forget(&id) => {
                    self.refuse(id, ErrorCode::RequestCanceled, "cancelled".into());
                }
                // Its job answers, if there is one.
                Next::Cancelled { id, was_waiting: false } => self.jobs.cancel(&id),
                Next::Silence if self.has_failed => {}
                Next::Silence if self.ide.due() == Due::Nothing => self.look_around(),
                Next::Silence => self.work(&mut inbox),
                Next::End => return Err("the editor has gone without a word".into()),
            }
        }
    }

    /// How long a message is waited for.
    fn wait(&self) -> Option<Duration> {
        let due = if self.has_failed { Due::Nothing } else { self.ide.due() };
        match due {
            Due::Soon => Some(QUIET),
            Due::Reading => Some(Duration::ZERO),
            _ if self.jobs.are_any() => Some(GLANCE),
            Due::Later => Some(LULL),
            Due::Nothing if self.ide.watches() => Some(LOOK.saturating_sub(self.looked.elapsed()).max(LULL)),
            Due::Nothing => None,
        }
    }

    /// What jobs have changed is read again; what they have brought is put before a person.
    fn after_jobs(&mut self) {
        for Ended { id, command, written, is_cancelled } in self.jobs.done() {
            let name = command.what.name();
            if command.what.changes_learned() {
                self.guarded(name, |server| server.ide.relearn(&command.file));
            }
            match written {
                Some(_) if is_cancelled => self.refuse(id, ErrorCode::RequestCanceled, "cancelled".into()),
                Some(written) => {
                    self.judged(name, id.clone(), |server| verdicts::ask(server, id, &command, written));
                }
                None => {}
            }
        }
    }

    /// Has the editor ask again for what it shows, where that is something else now though nobody typed.
    fn refresh(&mut self) {
        if self.ide.has_other_around() {
            self.client.refreshes.clone().into_iter().for_each(|method| {
                self.ask(method, serde_json::Value::Null);
            });
        }
    }

    /// Goes on with the judgement of what a job has brought for a request. Whose turn it is answers that.
    fn judged(&mut self, what: &str, id: RequestId, act: impl FnOnce(&mut Self) -> Option<Verdict>) {
        match self.guarded(what, act) {
            Some(None) => {}
            Some(Some(Ok(said))) => self.send(Response::new_ok(id, said).into()),
            Some(Some(Err(why))) => {
                let (typ, message) = (lsp::MessageType::ERROR, why.clone());
                self.notify::<lsp::notification::ShowMessage>(lsp::ShowMessageParams { typ, message });
                self.refuse(id, ErrorCode::RequestFailed, why);
            }
            None => self.refuse_as_failed(id, what),
        }
    }

    fn message(&mut self, message: Message, is_shut_down: &mut bool) -> Flow {
        match message {
            Message::Request(request) if request.method == "shutdown" => {
                *is_shut_down = true;
                self.jobs.cancel_all();
                for id in self.verdicts.forget_all() {
                    self.refuse(id, ErrorCode::RequestCanceled, "the server was told to shut down".into());
                }
                self.send(Response::new_ok(request.id, serde_json::Value::Null).into());
            }
            Message::Request(request) if *is_shut_down => {
                self.refuse(request.id, ErrorCode::InvalidRequest, "the server was told to shut down".into());
            }
            Message::Request(request) => self.request(request),
            Message::Notification(n) if n.method == lsp::notification::Exit::METHOD => {
                return Flow::Ends { was_asked: *is_shut_down };
            }
            Message::Notification(notification) => {
                let method = notification.method.clone();
                self.guarded(&method, |server| sync::hear(server, notification));
            }
            Message::Response(response) => {
                if let Some(open) = self.verdicts.take(&response.id) {
                    self.judged("judgement", open.id.clone(), |server| verdicts::hear(server, open, response));
                }
            }
        }
        Flow::Goes
    }

    fn request(&mut self, request: Request) {
        let Request { id, method, params } = request;
        if method == lsp::request::ExecuteCommand::METHOD {
            return match self.guarded(&method, |server| commands::start(server, id.clone(), params)) {
                Some(Ok(())) => {}
                Some(Err(requests::Refusal { code, message })) => self.refuse(id, code, message),
                None => self.refuse_as_failed(id, &method),
            };
        }
        match self.guarded(&method, |server| requests::answer(server, &method, params)) {
            Some(Ok(value)) => self.send(Response::new_ok(id, value).into()),
            Some(Err(requests::Refusal { code, message })) => self.refuse(id, code, message),
            None => self.refuse_as_failed(id, &method),
        }
    }

    /// The world around.
    pub(crate) fn outside(&self) -> Rc<dyn Outside> {
        self.outside.clone()
    }

    /// Has a job done for a request. `token` is how the editor wants to hear of progress; without one the server makes one.
    pub(crate) fn begin_job(&mut self, id: RequestId, command: Command, token: Option<lsp::ProgressToken>, job: Job) {
        let token = token.or_else(|| {
            self.client.shows_progress.then(|| {
                let token = lsp::ProgressToken::String(format!("aura/{}", self.next_request));
                // It is answered with nothing; that progress follows at once is what editors are used to.
                self.ask(lsp::request::WorkDoneProgressCreate::METHOD, serde_json::json!({ "token": token }));
                token
            })
        });
        self.jobs.start(self.connection.sender.clone(), id, command, token, job);
    }

    fn refuse(&mut self, id: RequestId, code: ErrorCode, message: String) {
        self.send(Response::new_err(id, code as i32, message).into());
    }

    fn refuse_as_failed(&mut self, id: RequestId, what: &str) {
        self.refuse(id, ErrorCode::InternalError, format!("'{what}' failed; this is a fault of the server"));
    }

    /// Looks whether the image is what it was. What follows from that is work like any other.
    pub(crate) fn look_around(&mut self) {
        if self.guarded("the image", |server| server.ide.look_around()).is_none() {
            self.has_failed = true;
        }
        self.looked = Instant::now();
    }

    /// One slice of work, and those after it while nobody waits, and while they are wanted as soon.
    fn work(&mut self, inbox: &mut Inbox) {
        let is_late = self.ide.due() == Due::Later;
        loop {
            match self.guarded("diagnostics", |server| server.ide.work()) {
                Some(Work::Found(findings)) => self.tell(&findings),
                Some(Work::Done) => {}
                Some(Work::Nothing) => return,
                None => {
                    self.has_failed = true;
                    return;
                }
            }
            if inbox.is_waiting() || !is_late && self.ide.due() == Due::Later {
                return;
            }
        }
    }

    fn tell(&mut self, findings: &Findings) {
        let Some(uri) = convert::uri(&findings.file) else { return };
        let Some(document) = self.ide.document(&findings.file) else {
            return self.publish(uri, Vec::new(), None);
        };
        let places = Places { document: &document, encoding: self.client.encoding };
        let found = findings.found.iter().map(|d| places.diagnostic(d, &uri)).collect();
        let version = self.open.get(&findings.file).copied();
        self.publish(uri, found, version);
    }

    fn publish(&mut self, uri: lsp::Uri, diagnostics: Vec<lsp::Diagnostic>, version: Option<i32>) {
        self.notify::<lsp::notification::PublishDiagnostics>(lsp::PublishDiagnosticsParams { uri, diagnostics, version });
    }

    /// Does something that must not take the server with it. What was known when it failed is made anew from the texts.
    fn guarded<T>(&mut self, what: &str, act: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let result = catch_unwind(AssertUnwindSafe(|| act(self)));
        result.map_err(|panic| self.failed(what, &*panic)).ok()
    }

    fn failed(&mut self, what: &str, panic: &(dyn std::any::Any + Send)) {
        let why = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        let message =
            format!("'{what}' failed: {}. Please report this; the server goes on.", why.unwrap_or("for no known reason"));
        self.notify::<lsp::notification::LogMessage>(lsp::LogMessageParams { typ: lsp::MessageType::ERROR, message });
        let texts: Vec<(String, String)> = self.ide.open_texts();
        self.ide = Ide::new(self.outside.clone());
        texts.iter().for_each(|(name, text)| self.ide.open(name, text));
        self.add_folders();
    }

    pub(crate) fn notify<N: lsp::notification::Notification>(&mut self, params: N::Params) {
        self.send(Notification::new(N::METHOD.to_string(), params).into());
    }

    /// Asks the editor for something. The answer comes with this number.
    pub(crate) fn ask(&mut self, method: &str, params: serde_json::Value) -> RequestId {
        let id = RequestId::from(self.next_request);
        self.next_request += 1;
        self.send(Request::new(id.clone(), method.to_string(), params).into());
        id
    }

    fn send(&mut self, message: Message) {
        // If nobody is there to hear it, the next message that is waited for says so.
        let _ = self.connection.sender.send(message);
    }
}
