//! A model server that has the answer ready: enough of Ollama's wire format for one client.
//!
//! What must stay true: the n-th question that holds a message is answered with the n-th method. Each connection has its
//! own thread and lives as long as the client keeps it.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use serde_json::{Value, json};

/// The model that it says it has.
const MODEL: &str = "qwen3:4b-instruct";

/// When each question had arrived and when its answer was on the wire.
type Log = Mutex<Vec<(Instant, Instant)>>;

/// A running server. Its threads end with this process.
pub(crate) struct Server {
    port: u16,
    log: Arc<Log>,
}

impl Server {
    /// Listens on a free port of the loopback address.
    pub(crate) fn start(names: &'static [&'static str]) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let log = Arc::new(Log::default());
        let shared = Arc::clone(&log);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let log = Arc::clone(&shared);
                thread::spawn(move || {
                    // A client that hangs up has what it wants.
                    let _ = converse(stream, names, &log);
                });
            }
        });
        Ok(Self { port, log })
    }

    /// Milliseconds from each answer to the next question.
    pub(crate) fn gaps(&self) -> Vec<f64> {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.windows(2).map(|two| two[1].0.duration_since(two[0].1).as_secs_f64() * 1e3).collect()
    }

    /// As `OLLAMA_HOST` wants it.
    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

fn converse(stream: TcpStream, names: &[&str], log: &Log) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    while let Some((path, body)) = request(&mut reader)? {
        let arrived = Instant::now();
        let question: Value = serde_json::from_slice(&body).unwrap_or_default();
        let asks = path == "/api/chat" && question["messages"].as_array().is_some_and(|m| !m.is_empty());
        // The lock is held while the answer is written, so that entries stand in the order of the questions.
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = answer(&path, &question, body.len(), names, asks.then_some(log.len())).to_string();
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length:";
        writer.write_all(format!("{head} {}\r\n\r\n{answer}", answer.len()).as_bytes())?;
        if asks {
            log.push((arrived, Instant::now()));
        }
    }
    Ok(())
}

/// Path and body of the next request; nothing at the end of the connection.
fn request(reader: &mut impl BufRead) -> std::io::Result<Option<(String, Vec<u8>)>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let path = line.split_whitespace().nth(1).unwrap_or("/").to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header)? == 0 || header.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = header.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some((path, body)))
}

fn answer(path: &str, question: &Value, length: usize, names: &[&str], asked: Option<usize>) -> Value {
    match path {
        "/api/tags" => json!({ "models": [{
            "name": MODEL, "model": MODEL, "modified_at": "2026-01-01T00:00:00Z", "size": 1, "digest": "0".repeat(64),
            "details": { "format": "gguf", "family": "qwen3", "parameter_size": "4B", "quantization_level": "Q4_K_M" },
        }] }),
        "/api/show" => json!({ "capabilities": ["completion"], "details": {}, "model_info": {} }),
        "/api/version" => json!({ "version": "0.33.0" }),
        _ => chat(question, length, names, asked),
    }
}

/// The method for question number `asked`; nothing for a question that only loads the model.
fn chat(question: &Value, length: usize, names: &[&str], asked: Option<usize>) -> Value {
    let content = asked.map_or_else(String::new, |n| {
        let name = names.get(n).copied().unwrap_or("tooMany");
        json!({ "a_plan": "answers its number", "b_source": format!("{name} = ( {} )", n + 1) }).to_string()
    });
    json!({
        "model": question["model"], "created_at": "2026-01-01T00:00:00Z",
        "message": { "role": "assistant", "content": content },
        "done": true, "done_reason": if asked.is_some() { "stop" } else { "load" },
        "total_duration": 1_000_000, "load_duration": 1000,
        // As many tokens as the question can have had, so that nobody thinks it was cut.
        "prompt_eval_count": length / 3, "prompt_eval_duration": 1000,
        "eval_count": 24, "eval_duration": 1000,
    })
}
