//! A model server in the test process, on a real socket, that speaks Ollama's format well and badly.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part of it")]

pub mod stage;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aura_alfred::clients::{Deadlines, Message, Ollama, Options, Request, Role, server_url};
use serde_json::{Value, json};

/// A request as it came in.
#[derive(Clone, Debug)]
pub struct Seen {
    pub path: String,
    pub body: Value,
}

/// The server.
pub struct Server {
    pub url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// Answers every request with `handler`, one thread a connection.
    pub fn start(handler: impl Fn(&Seen, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, handler) = (seen.clone(), Arc::new(handler));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, handler) = (log.clone(), handler.clone());
                std::thread::spawn(move || serve(stream, &log, &*handler));
            }
        });
        Self { url, seen }
    }

    /// A well-behaved Ollama, but for `/api/chat` with messages, which `chat` answers.
    pub fn ollama(chat: impl Fn(&Seen, &mut TcpStream) + Send + Sync + 'static) -> Self {
        Self::start(move |seen, stream| match seen.path.as_str() {
            "/api/tags" => reply(stream, 200, &tags().to_string()),
            "/api/show" => reply(stream, 200, &json!({"capabilities": ["completion"], "model_info": {}}).to_string()),
            "/api/chat" if is_load(&seen.body) => reply(stream, 200, &said("", "load", 0, 0).to_string()),
            _ => chat(seen, stream),
        })
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("not poisoned").clone()
    }

    /// The questions, without the requests that only load a model.
    pub fn questions(&self) -> Vec<Value> {
        self.seen().into_iter().filter(|s| s.path.ends_with("chat") && !is_load(&s.body)).map(|s| s.body).collect()
    }

    pub fn client(&self) -> Ollama {
        Ollama::new(server_url(&self.url).expect("an address"), MODEL, false, Duration::from_secs(1)).expect("a client")
    }
}

pub const MODEL: &str = "tiny:1b";

pub fn tags() -> Value {
    json!({"models": [{"name": "tiny:1b", "digest": "abc123", "size": 1, "modified_at": ""}, {"name": "other:7b", "size": 1, "modified_at": ""}]})
}

fn is_load(body: &Value) -> bool {
    body["messages"].as_array().is_some_and(Vec::is_empty)
}

fn serve(mut stream: TcpStream, log: &Mutex<Vec<Seen>>, handler: &dyn Fn(&Seen, &mut TcpStream)) {
    let Some((path, body)) = receive(&mut stream) else { return };
    let seen = Seen { path, body: serde_json::from_str(&body).unwrap_or(Value::Null) };
    log.lock().expect("not poisoned").push(seen.clone());
    handler(&seen, &mut stream);
    let _ = stream.flush();
}

fn receive(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break end;
        }
        match stream.read(&mut piece) {
            Ok(n) if n > 0 => bytes.extend_from_slice(&piece[..n]),
            _ => return None,
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).to_string();
    let length: usize = text
        .lines()
        .find_map(|l| l.to_lowercase().strip_prefix("content-length:").and_then(|n| n.trim().parse().ok()))
        .unwrap_or(0);
    while bytes.len() < head + 4 + length {
        let n = stream.read(&mut piece).ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&piece[..n]);
    }
    let path = text.split_whitespace().nth(1)?.to_string();
    Some((path, String::from_utf8_lossy(&bytes[head + 4..]).to_string()))
}

/// A whole, correct HTTP answer.
pub fn reply(stream: &mut TcpStream, status: u16, body: &str) {
    reply_as(stream, status, "application/json; charset=utf-8", body);
}

pub fn reply_as(stream: &mut TcpStream, status: u16, content_type: &str, body: &str) {
    raw(
        stream,
        &format!(
            "HTTP/1.1 {status} X\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        ),
    );
}

pub fn raw(stream: &mut TcpStream, text: &str) {
    let _ = stream.write_all(text.as_bytes());
}

/// The head of an answer whose body is longer than what will come.
pub fn promise(stream: &mut TcpStream, bytes: usize) {
    raw(stream, &format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {bytes}\r\n\r\n"));
}

/// Ollama's form of an answer.
pub fn said(content: &str, reason: &str, read: u64, written: u64) -> Value {
    json!({"model": MODEL, "created_at": "2026-11-22T00:00:00Z", "message": {"role": "assistant", "content": content}, "done": true,
        "done_reason": reason, "total_duration": 5, "load_duration": 1, "prompt_eval_count": read, "prompt_eval_duration": 1, "eval_count": written, "eval_duration": 1})
}

/// An answer with a method in it.
pub fn method(source: &str) -> String {
    json!({"a_plan": "It does what it says.", "b_source": source}).to_string()
}

/// A small question.
pub fn question() -> Request {
    Request {
        key: "Missing method: manhattan".into(),
        system: "You write methods.".into(),
        messages: vec![Message { role: Role::User, text: "manhattan".into() }],
        schema: json!({"type": "object", "properties": {"a_plan": {"type": "string", "maxLength": 300}, "b_source": {"type": "string", "maxLength": 1500}},
            "required": ["a_plan", "b_source"], "additionalProperties": false}),
        is_sketch: false,
        grammar: None,
        options: Options::default(),
        deadlines: Deadlines {
            connect: Duration::from_millis(500),
            idle: Duration::from_millis(300),
            total: Duration::from_millis(900),
            load: Duration::from_secs(2),
            bytes: 64 << 10,
        },
    }
}
