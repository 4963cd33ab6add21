//! An editor at the other end of `aura lsp`'s standard input and output, for tests and measurements.
//!
//! What must stay true: nothing waits for ever; a server that is dropped is ended.

use std::io::{BufReader, BufWriter, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use lsp_server::{Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};

/// Longer than anything takes, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// An editor with a server of its own.
pub struct Editor {
    server: Child,
    to: Option<BufWriter<ChildStdin>>,
    from: Receiver<Message>,
    heard: Vec<Notification>,
    asked: Vec<Request>,
    answered: Vec<Response>,
    last: i32,
}

impl Editor {
    /// Starts the server in a folder, which is the editor's project, and says hello.
    ///
    /// # Errors
    /// When it cannot be started, or does not answer.
    pub fn start(aura: &Path, folder: &Path) -> Result<Self, String> {
        Self::start_as(Command::new(aura).arg("lsp"), folder, json!({}))
    }

    /// The same with a command of one's own, and an editor that says this about itself.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_as(command: &mut Command, folder: &Path, capabilities: Value) -> Result<Self, String> {
        let mut server = command
            .current_dir(folder)
            .env("XDG_CACHE_HOME", folder.join(".cache"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .map_err(|e| format!("{command:?} does not start: {e}"))?;
        let (to, from) = (server.stdin.take().map(BufWriter::new), server.stdout.take().ok_or("no output")?);
        let (send, receive) = channel();
        std::thread::spawn(move || {
            let mut from = BufReader::new(from);
            while let Ok(Some(message)) = Message::read(&mut from) {
                if send.send(message).is_err() {
                    break;
                }
            }
        });
        let (heard, asked, answered) = (Vec::new(), Vec::new(), Vec::new());
        let mut editor = Self { server, to, from: receive, heard, asked, answered, last: 0 };
        let folders = json!([{ "uri": uri(folder), "name": "project" }]);
        editor.ask("initialize", json!({ "processId": null, "workspaceFolders": folders, "capabilities": capabilities }))?;
        editor.tell("initialized", json!({}))?;
        Ok(editor)
    }

    /// Tells the server something.
    ///
    /// # Errors
    /// When it is not there any more.
    pub fn tell(&mut self, method: &str, params: Value) -> Result<(), String> {
        self.write(Notification::new(method.to_string(), params).into())
    }

    fn write(&mut self, message: Message) -> Result<(), String> {
        let to = self.to.as_mut().ok_or("the server was told to go")?;
        message.write(to).and_then(|()| to.flush()).map_err(|e| format!("the server does not listen: {e}"))
    }

    /// Asks the server something, and waits for the answer.
    ///
    /// # Errors
    /// What it answers if it refuses; that it does not answer.
    pub fn ask(&mut self, method: &str, params: Value) -> Result<Value, String> {
        let id = self.begin(method, params)?;
        self.answer(&id)
    }

    /// Asks the server something.
    ///
    /// # Errors
    /// As [`Self::tell`].
    pub fn begin(&mut self, method: &str, params: Value) -> Result<RequestId, String> {
        self.last += 1;
        let id = RequestId::from(self.last);
        self.write(Request::new(id.clone(), method.to_string(), params).into())?;
        Ok(id)
    }

    /// Waits for the answer to what was asked.
    ///
    /// # Errors
    /// What the server answers if it refuses; that it does not answer.
    pub fn answer(&mut self, id: &RequestId) -> Result<Value, String> {
        loop {
            if let Some(at) = self.answered.iter().position(|r| r.id == *id) {
                return self.answered.remove(at).response_result.map_err(|e| e.message);
            }
            self.read()?;
        }
    }

    /// Waits until the server asks something by this method.
    ///
    /// # Errors
    /// That it does not.
    pub fn asked(&mut self, method: &str) -> Result<Request, String> {
        loop {
            if let Some(at) = self.asked.iter().position(|r| r.method == method) {
                return Ok(self.asked.remove(at));
            }
            self.read()?;
        }
    }

    /// Answers what the server has asked.
    ///
    /// # Errors
    /// As [`Self::tell`].
    pub fn reply(&mut self, request: &Request, answer: Value) -> Result<(), String> {
        self.write(Response::new_ok(request.id.clone(), answer).into())
    }

    /// Waits until the server tells something by this method that is as wanted.
    ///
    /// # Errors
    /// That it does not.
    pub fn told(&mut self, method: &str, is_wanted: impl Fn(&Value) -> bool) -> Result<Value, String> {
        loop {
            if let Some(at) = self.heard.iter().position(|n| n.method == method && is_wanted(&n.params)) {
                return Ok(self.heard.remove(at).params);
            }
            self.read()?;
        }
    }

    /// Takes in the next message.
    fn read(&mut self) -> Result<(), String> {
        let message = self.from.recv_timeout(PATIENCE).map_err(|e| match e {
            RecvTimeoutError::Timeout => "the server says nothing".to_string(),
            RecvTimeoutError::Disconnected => "the server has gone".to_string(),
        })?;
        match message {
            Message::Response(response) => self.answered.push(response),
            Message::Notification(notification) => self.heard.push(notification),
            Message::Request(request) => self.asked.push(request),
        }
        Ok(())
    }

    /// Opens a file with this text.
    ///
    /// # Errors
    /// As [`Self::tell`].
    pub fn open(&mut self, file: &Path, text: &str) -> Result<(), String> {
        let document = json!({ "uri": uri(file), "languageId": "aura", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }))
    }

    /// Replaces a range, `[line, column, line, column]`, by a text.
    ///
    /// # Errors
    /// As [`Self::tell`].
    pub fn edit(&mut self, file: &Path, version: i32, range: [u32; 4], text: &str) -> Result<(), String> {
        let [a, b, c, d] = range;
        let range = json!({ "start": { "line": a, "character": b }, "end": { "line": c, "character": d } });
        let document = json!({ "uri": uri(file), "version": version });
        self.tell(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": [{ "range": range, "text": text }] }),
        )
    }

    /// What is wrong with a file as of a version, once the server tells it.
    ///
    /// # Errors
    /// That it does not.
    pub fn findings(&mut self, file: &Path, version: i32) -> Result<Vec<Value>, String> {
        let uri = uri(file);
        let is_it = |told: &Value| told["uri"] == uri && told["version"] == version;
        let told = self.told("textDocument/publishDiagnostics", is_it)?;
        Ok(told["diagnostics"].as_array().cloned().unwrap_or_default())
    }

    /// The server's process.
    pub fn process(&self) -> u32 {
        self.server.id()
    }

    /// Says goodbye in order, and waits for the server to end.
    ///
    /// # Errors
    /// When it does not.
    pub fn leave(mut self) -> Result<ExitStatus, String> {
        self.ask("shutdown", Value::Null)?;
        self.tell("exit", Value::Null)?;
        self.end()
    }

    /// Goes without a word, and waits for the server to end.
    ///
    /// # Errors
    /// When it does not.
    pub fn vanish(mut self) -> Result<ExitStatus, String> {
        self.end()
    }

    fn end(&mut self) -> Result<ExitStatus, String> {
        self.to = None;
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            match self.server.try_wait() {
                Ok(Some(status)) => return Ok(status),
                Ok(None) => std::thread::sleep(Duration::from_millis(5)),
                Err(e) => return Err(e.to_string()),
            }
        }
        Err("the server does not end".to_string())
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A file as a URI; names of test files need no escapes.
pub fn uri(file: &Path) -> String {
    format!("file://{}", file.display())
}

/// A place in a file, as requests name it.
pub fn at(file: &Path, line: u32, character: u32) -> Value {
    json!({ "textDocument": { "uri": uri(file) }, "position": { "line": line, "character": character } })
}
