//! What an editor has heard from the server, and has on its screen.
//!
//! What must stay true: nothing is taken for shown that the server has not told; whoever waits does so for something that must come, and what comes
//! does not depend on how long that takes.

use std::collections::BTreeMap;
use std::time::Duration;

use aura_lsp::Connection;
use lsp_server::{ErrorCode, Message};
use serde_json::{Value, json};

use super::{Found, NAMES};

/// What must come comes sooner.
const PATIENCE: Duration = Duration::from_secs(60);

/// See the module's comment.
pub(super) struct Screen<'c> {
    connection: &'c Connection,
    /// The last version of each open file.
    versions: BTreeMap<String, i32>,
    /// What was told of each file last: of which version, and the codes of its findings.
    told: BTreeMap<String, (Option<i64>, Vec<String>)>,
    answers: BTreeMap<i32, Value>,
}

impl<'c> Screen<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self { connection, versions: BTreeMap::new(), told: BTreeMap::new(), answers: BTreeMap::new() }
    }

    /// Tells the server something.
    pub(super) fn send(&mut self, message: Message) {
        if let Message::Notification(n) = &message {
            let file = || n.params["textDocument"]["uri"].as_str().map(str::to_owned);
            match (&*n.method, file()) {
                ("textDocument/didOpen" | "textDocument/didChange", Some(file)) => {
                    let version = n.params["textDocument"]["version"].as_i64().unwrap_or_default();
                    self.versions.insert(file, version as i32);
                }
                ("textDocument/didClose", Some(file)) => drop(self.versions.remove(&file)),
                _ => {}
            }
        }
        self.connection.sender.send(message).expect("there is room");
    }

    /// Waits until the findings of every open file are told as it is now.
    pub(super) fn rest(&mut self) {
        let versions = self.versions.clone();
        self.until(|told| {
            let is_told = |(file, version): (&String, &i32)| told.get(file).is_some_and(|t| t.0 == Some(i64::from(*version)));
            versions.iter().all(is_told)
        });
    }

    /// Waits until these findings are told of the open files.
    pub(super) fn until_shown(&mut self, found: &Found) {
        let sorted = |mut codes: Vec<String>| {
            codes.sort();
            codes
        };
        let wanted = |file: &str| -> Vec<String> {
            let name = NAMES.iter().find(|name| file.ends_with(**name));
            let found = name.and_then(|name| found.get(*name)).into_iter().flatten();
            sorted(found.map(|d| d.code.to_string()).collect())
        };
        let files: Vec<String> = self.versions.keys().cloned().collect();
        self.until(|told| files.iter().all(|file| told.get(file).is_some_and(|t| sorted(t.1.clone()) == wanted(file))));
    }

    fn until(&mut self, is_so: impl Fn(&BTreeMap<String, (Option<i64>, Vec<String>)>) -> bool) {
        while !is_so(&self.told) {
            let message = self.connection.receiver.recv_timeout(PATIENCE);
            let message = message.unwrap_or_else(|_| panic!("more is to be told than {:?} of {:?}", self.told, self.versions));
            self.hear(message);
        }
    }

    fn hear(&mut self, message: Message) {
        match message {
            Message::Notification(n) if n.method == "window/logMessage" => panic!("{}", n.params),
            Message::Notification(n) if n.method == "textDocument/publishDiagnostics" => {
                let found = n.params["diagnostics"].as_array().into_iter().flatten();
                let codes = found.filter_map(|d| d["code"].as_str().map(str::to_owned)).collect();
                let file = n.params["uri"].as_str().unwrap_or_default().to_owned();
                self.told.insert(file, (n.params["version"].as_i64(), codes));
            }
            Message::Response(r) => {
                let answer = match r.response_result {
                    Ok(value) => value,
                    Err(e) => {
                        assert_ne!(e.code, ErrorCode::InternalError as i32, "{e:?}");
                        json!(e.message)
                    }
                };
                if let Ok(id) = r.id.to_string().parse::<i32>() {
                    self.answers.insert(id, answer);
                }
            }
            _ => {}
        }
    }

    /// The answers to the requests from `first` to `end`, once the server has ended, each in an order that does not depend on which file was
    /// opened first.
    pub(super) fn answers(mut self, first: i32, end: i32) -> Vec<Value> {
        let connection = self.connection;
        connection.receiver.try_iter().for_each(|message| self.hear(message));
        let mut answer = |id| self.answers.remove(&id).unwrap_or_else(|| panic!("request {id} was not answered"));
        (first..end).map(|id| sorted(answer(id))).collect()
    }
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<Value> = items.into_iter().map(sorted).collect();
            // The numbers of semantic tokens are counted from one to the next.
            if !items.iter().all(Value::is_number) {
                items.sort_by_key(ToString::to_string);
            }
            Value::Array(items)
        }
        Value::Object(fields) => fields.into_iter().map(|(k, v)| (k, sorted(v))).collect(),
        other => other,
    }
}
