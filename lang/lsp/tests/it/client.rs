//! An editor at the other end of a connection in memory, with files that exist in memory alone.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::thread::JoinHandle;
use std::time::Duration;

use aura_lsp::{Command, Connection, Job, Learned, Outside, Progress, What};
use lsp_server::{Message, Notification, Request, RequestId, ResponseError};
use serde_json::{Value, json};

/// Longer than anything takes, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Files in memory, and whether something was learned.
pub(crate) struct Memory(BTreeMap<String, String>, RefCell<bool>);

/// A file whose reading fails in a way that nobody expects.
pub(crate) const CURSED: &str = "/p/cursed.aura";

impl Outside for Memory {
    fn library(&self) -> Vec<(String, String)> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../stdlib");
        let order = std::fs::read_to_string(root.join("world.aura")).expect("the order");
        let names = order.lines().filter_map(|l| l.trim().strip_prefix("load: '")?.strip_suffix('\''));
        names.map(|n| (n.to_string(), std::fs::read_to_string(root.join(format!("{n}.aura"))).expect("a file"))).collect()
    }

    fn read(&self, name: &str) -> Option<String> {
        assert!(name != CURSED, "a curse");
        self.0.get(name).cloned()
    }

    fn imported(&self, _: &str, path: &str) -> String {
        format!("/p/{path}.aura")
    }

    fn importable(&self, _: &str) -> Vec<String> {
        self.0.keys().filter_map(|n| Some(n.strip_prefix("/p/")?.strip_suffix(".aura")?.to_string())).collect()
    }

    fn sources_in(&self, folder: &str) -> Vec<String> {
        self.0.keys().filter(|n| n.starts_with(folder)).cloned().collect()
    }

    fn shown(&self, file: &str) -> Option<String> {
        Some(format!("/stdlib/{file}.aura"))
    }

    fn library_file(&self, name: &str) -> Option<String> {
        Some(name.strip_prefix("/stdlib/")?.strip_suffix(".aura")?.to_string())
    }

    fn job(&self, command: &Command) -> Option<Job> {
        let file = command.file.clone();
        match command.what {
            What::Run => Some(Box::new(move |progress: &dyn Progress| {
                progress.say("running");
                Ok(format!("ran {file}"))
            })),
            // Goes on until nobody waits any more.
            What::Test => Some(Box::new(|progress: &dyn Progress| {
                while !progress.is_cancelled() {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err("given up".into())
            })),
            What::Learn => {
                *self.1.borrow_mut() = true;
                Some(Box::new(|_: &dyn Progress| Ok("learned".into())))
            }
            What::Revert => Some(Box::new(|_: &dyn Progress| panic!("a curse"))),
            What::Why | What::Approve => None,
        }
    }

    fn learned(&self, script: &str) -> Option<Learned> {
        let text = "a _AddSlots: (| foo = ( 3 ) |).\n".to_string();
        self.1.borrow().then(|| Learned { name: script.replace(".aura", ".learned.aura"), text })
    }
}

/// An editor.
pub(crate) struct Client {
    connection: Connection,
    server: Option<JoinHandle<Result<bool, String>>>,
    last: RefCell<i32>,
    /// What the server told while something else was waited for.
    heard: RefCell<Vec<Notification>>,
}

impl Client {
    /// An editor with these files on its disk, that has said hello and counts columns like this.
    pub(crate) fn new(files: &[(&str, &str)], encodings: &[&str]) -> Self {
        let files = files.iter().map(|(n, t)| (n.to_string(), t.to_string())).collect();
        let (connection, theirs) = Connection::memory();
        let server = std::thread::spawn(move || aura_lsp::serve(&theirs, Rc::new(Memory(files, RefCell::new(false)))));
        let client = Self { connection, server: Some(server), last: RefCell::new(0), heard: RefCell::default() };
        client.ask(
            "initialize",
            json!({
                "processId": null,
                "workspaceFolders": [{ "uri": "file:///p", "name": "p" }],
                "capabilities": {
                    "general": { "positionEncodings": encodings },
                    "textDocument": { "completion": { "completionItem": { "snippetSupport": true } } },
                },
            }),
        );
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
            match self.connection.receiver.recv_timeout(PATIENCE).expect("an answer") {
                Message::Response(response) if response.id == *id => return response.response_result,
                Message::Notification(n) => self.heard.borrow_mut().push(n),
                _ => {}
            }
        }
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
            if let Message::Notification(n) = self.connection.receiver.recv_timeout(PATIENCE).expect("diagnostics") {
                self.heard.borrow_mut().push(n);
            }
        }
    }

    /// What was told by this method so far.
    pub(crate) fn heard(&self, method: &str) -> Vec<Value> {
        self.heard.borrow().iter().filter(|n| n.method == method).map(|n| n.params.clone()).collect()
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
