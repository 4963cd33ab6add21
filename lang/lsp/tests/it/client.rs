//! An editor at the other end of a connection in memory, with files that exist in memory alone.

use std::cell::RefCell;
use std::rc::Rc;
use std::thread::JoinHandle;
use std::time::Duration;

use aura_lsp::{Beside, Command, Connection, Done, Job, Progress, What, Written};
use lsp_server::{Message, Notification, Request, RequestId, Response, ResponseError};
use serde_json::{Value, json};

pub(crate) use crate::memory::CURSED;
use crate::memory::Memory;

/// Longer than anything takes, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is done in the world of these tests.
fn job(world: &Memory, command: &Command, open: Vec<(String, String)>) -> Option<Job> {
    let file = command.file.clone();
    match command.what {
        What::Run => Some(Box::new(move |progress: &dyn Progress| {
            progress.say("running");
            Ok(format!("ran {file}").into())
        })),
        What::Test => Some(Box::new(endless)),
        What::Synthesise if command.selector.as_deref() == Some("never") => Some(Box::new(endless)),
        What::Synthesise if command.selector.as_deref() == Some("hard") => Some(Box::new(|_| Err("nobody knows how".into()))),
        What::Synthesise => {
            let selector = command.selector.clone()?;
            // Where the object is written no more, there is only the file beside the script.
            let beside = if selector.starts_with("cursed") { CURSED } else { "" };
            let beside = Beside { file: beside.into(), ..Beside::default() };
            let home = if selector == "cursedAtOnce" { "nowhere" } else { "a" }.to_string();
            let source = format!("{selector} = ( 3 )");
            Some(Box::new(move |progress: &dyn Progress| {
                progress.say("asking");
                let shown = format!("a method; {} texts are open", open.len());
                let written = Written { home, selector, source, shown: shown.clone(), beside, ..Written::default() };
                Ok(Done { said: shown, written: Some(written) })
            }))
        }
        What::Approve => {
            let learned = "a _AddSlots: (| foo = ( 3 ) |).\n".to_string();
            world.files.borrow_mut().insert(file.replace(".aura", ".learned.aura"), learned);
            Some(Box::new(|_: &dyn Progress| Ok("approved".to_string().into())))
        }
        What::Revert => Some(Box::new(|_: &dyn Progress| panic!("a curse"))),
        What::Why => None,
    }
}

/// Goes on until nobody waits any more.
fn endless(progress: &dyn Progress) -> Result<Done, String> {
    while !progress.is_cancelled() {
        std::thread::sleep(Duration::from_millis(1));
    }
    Err("given up".into())
}

/// An editor.
pub(crate) struct Client {
    connection: Connection,
    server: Option<JoinHandle<Result<bool, String>>>,
    last: RefCell<i32>,
    /// What the server told while something else was waited for.
    heard: RefCell<Vec<Notification>>,
    /// What it asked.
    asked: RefCell<Vec<Request>>,
}

impl Client {
    /// An editor with these files on its disk, that has said hello and counts columns like this.
    pub(crate) fn new(files: &[(&str, &str)], encodings: &[&str]) -> Self {
        let completion = json!({ "completion": { "completionItem": { "snippetSupport": true } } });
        Self::able_to(files, json!({ "general": { "positionEncodings": encodings }, "textDocument": completion }))
    }

    /// An editor with these files that says this about itself.
    pub(crate) fn able_to(files: &[(&str, &str)], capabilities: Value) -> Self {
        let files = files.iter().map(|(n, t)| (n.to_string(), t.to_string())).collect();
        let (connection, theirs) = Connection::memory();
        let server = std::thread::spawn(move || aura_lsp::serve(&theirs, Rc::new(Memory::working(files, job))));
        let (last, heard, asked) = (RefCell::new(0), RefCell::default(), RefCell::default());
        let client = Self { connection, server: Some(server), last, heard, asked };
        let folders = json!([{ "uri": "file:///p", "name": "p" }]);
        client.ask("initialize", json!({ "processId": null, "workspaceFolders": folders, "capabilities": capabilities }));
        client.tell("initialized", json!({}));
        client
    }

    pub(crate) fn tell(&self, method: &str, params: Value) {
        self.connection.sender.send(Notification::new(method.into(), params).into()).expect("the server lives");
    }

    /// Sends a request and does not wait.
    pub(crate) fn send(&self, method: &str, params: Value) -> RequestId {
        *self.last.borrow_mut() += 1;
        let id = RequestId::from(*self.last.borrow());
        self.connection.sender.send(Request::new(id.clone(), method.into(), params).into()).expect("the server lives");
        id
    }

    pub(crate) fn answer(&self, id: &RequestId) -> Result<Value, ResponseError> {
        loop {
            if let Some(Response { response_result, .. }) = self.read().filter(|response| response.id == *id) {
                return response_result;
            }
        }
    }

    /// The next message, kept if it is no answer.
    fn read(&self) -> Option<Response> {
        match self.connection.receiver.recv_timeout(PATIENCE).expect("a message") {
            Message::Response(response) => return Some(response),
            Message::Notification(n) => self.heard.borrow_mut().push(n),
            Message::Request(r) => self.asked.borrow_mut().push(r),
        }
        None
    }

    /// What the server asks by this method, once it does.
    pub(crate) fn asked(&self, method: &str) -> Request {
        loop {
            let at = self.asked.borrow().iter().position(|r| r.method == method);
            if let Some(at) = at {
                return self.asked.borrow_mut().remove(at);
            }
            assert!(self.read().is_none(), "an answer, where {method} was waited for");
        }
    }

    /// Answers what the server asked.
    pub(crate) fn reply(&self, request: &Request, answer: Value) {
        self.connection.sender.send(Response::new_ok(request.id.clone(), answer).into()).expect("the server lives");
    }

    pub(crate) fn try_ask(&self, method: &str, params: Value) -> Result<Value, ResponseError> {
        let id = self.send(method, params);
        self.answer(&id)
    }

    pub(crate) fn ask(&self, method: &str, params: Value) -> Value {
        self.try_ask(method, params).unwrap_or_else(|e| panic!("{method}: {e:?}"))
    }

    pub(crate) fn open(&self, name: &str, text: &str) {
        let document = json!({ "uri": uri(name), "languageId": "aura", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Replaces a range (lines and columns) by a text.
    pub(crate) fn edit(&self, name: &str, version: i32, range: [u32; 4], text: &str) {
        let [a, b, c, d] = range;
        let range = json!({ "start": { "line": a, "character": b }, "end": { "line": c, "character": d } });
        self.tell(
            "textDocument/didChange",
            json!({ "textDocument": { "uri": uri(name), "version": version }, "contentChanges": [{ "range": range, "text": text }] }),
        );
    }

    /// What is wrong with a file, once the server has told it for this version.
    pub(crate) fn diagnostics(&self, name: &str, version: Option<i32>) -> Vec<Value> {
        let is_it = |n: &Notification| {
            n.method == "textDocument/publishDiagnostics"
                && n.params["uri"] == uri(name)
                && n.params["version"].as_i64() == version.map(i64::from)
        };
        loop {
            let at = self.heard.borrow().iter().position(is_it);
            if let Some(at) = at {
                let n = self.heard.borrow_mut().remove(at);
                return n.params["diagnostics"].as_array().expect("a list").clone();
            }
            self.read();
        }
    }

    /// What was told by this method so far.
    pub(crate) fn heard(&self, method: &str) -> Vec<Value> {
        self.heard.borrow().iter().filter(|n| n.method == method).map(|n| n.params.clone()).collect()
    }

    /// The same, and the server has asked for no edit.
    pub(crate) fn leave_unasked(self) {
        self.ask("workspace/symbol", json!({ "query": "nothing at all" }));
        assert!(self.asked.borrow().iter().all(|r| r.method != "workspace/applyEdit"));
        self.leave();
    }

    /// Waits for something that is no answer.
    pub(crate) fn wait(&self) {
        assert!(self.read().is_none(), "an answer that nobody waits for");
    }

    /// Waits until progress of this kind is told.
    pub(crate) fn progress(&self, kind: &str) {
        while self.heard("$/progress").iter().all(|p| p["value"]["kind"] != kind) {
            self.wait();
        }
    }

    /// Goes without a word. Answers how the server has taken it, once nobody on its side holds the line any more.
    pub(crate) fn go(self) -> Result<bool, String> {
        let Connection { sender, receiver } = self.connection;
        drop(sender);
        let deadline = std::time::Instant::now() + PATIENCE;
        while receiver.recv_deadline(deadline).is_ok() {}
        assert!(std::time::Instant::now() < deadline, "somebody holds the line still");
        self.server.expect("served").join().expect("no panic")
    }

    /// Says goodbye in the right order.
    pub(crate) fn leave(mut self) {
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        let server = self.server.take().expect("served");
        assert_eq!(server.join().expect("no panic"), Ok(true));
    }
}

pub(crate) fn uri(name: &str) -> String {
    if name.starts_with('/') { format!("file://{name}") } else { name.to_string() }
}

/// A place in a file, as requests name it.
pub(crate) fn at(name: &str, line: u32, character: u32) -> Value {
    json!({ "textDocument": { "uri": uri(name) }, "position": { "line": line, "character": character } })
}
