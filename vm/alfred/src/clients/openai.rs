//! Servers that speak OpenAI's chat protocol: llama.cpp's own server, vLLM, and others.
//!
//! The shape of the answer is asked for as a GBNF grammar of the bare method, with which even a very small model writes Aura
//! that parses; where the server refuses grammars or takes no notice of them, as a JSON schema.
//!
//! What must stay true: a server that does not constrain is found out by its first answer, told once, and not asked for it
//! again; a wrong request of another kind does not count as that.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use reqwest::Url;
use serde::Deserialize;
use serde_json::{Value, json};

use super::ollama::{not_the_api, spoken};
use super::transport::Transport;
use super::{Answer, Client, ClientError, Dialect, Eventually, Exchange, Request, Role, Tokens, accept, bare};
use crate::text::line;

/// A model behind an OpenAI-compatible endpoint.
#[derive(Debug)]
pub struct OpenAi {
    transport: Transport,
    model: String,
    /// The server may constrain answers by a grammar: nothing speaks against it so far.
    constrains: AtomicBool,
    notice: Mutex<Option<String>>,
}

#[derive(Deserialize)]
struct Completion {
    #[serde(default)]
    model: String,
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Usage,
}

#[derive(Deserialize)]
struct Choice {
    message: Said,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    content: Option<String>,
    #[serde(default)]
    refusal: Option<String>,
    #[serde(default)]
    reasoning_content: Option<String>,
}

#[derive(Deserialize, Default)]
struct Usage {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
}

impl OpenAi {
    /// A client for `model` at `base` (with or without `/v1`). With `grammar`, answers are constrained by a grammar where a
    /// request brings one and the server turns out to take it.
    pub fn new(base: Url, model: &str, grammar: bool, key: Option<String>, connect: Duration) -> Result<Self, ClientError> {
        let mut base = base;
        if !base.path().ends_with("/v1/") {
            base.set_path(&format!("{}v1/", base.path()));
        }
        Ok(Self {
            transport: Transport::new(base, connect, key)?,
            model: model.to_string(),
            constrains: AtomicBool::new(grammar),
            notice: Mutex::new(None),
        })
    }

    async fn answer(&self, request: &Request) -> Result<Answer, ClientError> {
        accept::fits_context(request)?;
        let Some(grammar) = request.grammar.as_deref().filter(|_| self.constrains.load(Ordering::Relaxed)) else {
            return self.once(request, None).await;
        };
        let first = self.once(request, Some(grammar)).await;
        let Some(why) = unconstrained(&first, request) else { return first };
        if let Ok(answer) = &first
            && answer.text.trim_start().starts_with('{')
        {
            // JSON that fits, although nobody asked for it.
            self.give_up_grammars(why);
            return first;
        }
        let mut second = self.once(request, None).await;
        // A request that is refused in either form has something else wrong with it.
        if !second.as_ref().is_err_and(is_refusal_of_request) {
            self.give_up_grammars(why);
        }
        if let (Ok(first), Ok(second)) = (&first, &mut second) {
            second.tokens.read += first.tokens.read;
            second.tokens.written += first.tokens.written;
            second.took += first.took;
        }
        second
    }

    fn give_up_grammars(&self, why: &str) {
        if self.constrains.swap(false, Ordering::Relaxed) {
            let text = format!("{} {why}; asking for JSON from now on", self.transport.place());
            *self.notice.lock().unwrap_or_else(|e| e.into_inner()) = Some(text);
        }
    }

    /// One exchange, constrained by a grammar or by the schema.
    async fn once(&self, request: &Request, grammar: Option<&str>) -> Result<Answer, ClientError> {
        let started = Instant::now();
        let body = self.body(request, grammar).to_string();
        let limits = &request.deadlines;
        let reply = self.transport.post("chat/completions", body, limits, limits.total).await?;
        let exchange =
            Exchange { dialect: Dialect::OpenAi, status: reply.status, content_type: reply.content_type, body: reply.body };
        let mut answer = interpret(&exchange, request, &self.transport.place(), &self.model)?;
        answer.took = started.elapsed();
        Ok(answer)
    }

    fn body(&self, request: &Request, grammar: Option<&str>) -> Value {
        let (system, messages) = match grammar {
            Some(_) => bare::conversation(request),
            None => (request.system.clone(), request.messages.clone()),
        };
        let mut turns = vec![json!({"role": "system", "content": system})];
        for message in &messages {
            let role = if message.role == Role::User { "user" } else { "assistant" };
            turns.push(json!({"role": role, "content": message.text}));
        }
        let options = &request.options;
        let mut body = json!({"model": self.model, "messages": turns, "stream": false, "temperature": options.temperature,
            "seed": options.seed, "max_tokens": most(request, grammar.is_some())});
        match grammar {
            Some(grammar) => body["grammar"] = json!(grammar),
            None => {
                body["response_format"] =
                    json!({"type": "json_schema", "json_schema": {"name": "answer", "strict": true, "schema": request.schema}})
            }
        }
        body
    }
}

/// Tokens of a bare sketch: one that is longer repeats itself.
const MOST_SKETCH: u32 = 400;

/// Tokens of an answer.
fn most(request: &Request, is_constrained: bool) -> u32 {
    match (is_constrained, request.is_sketch) {
        (true, true) => request.options.answer.min(MOST_SKETCH),
        (true, false) => request.options.constrained,
        (false, _) => request.options.answer,
    }
}

/// Why it looks as if the server did not constrain its answer by the grammar that it was given.
fn unconstrained(first: &Result<Answer, ClientError>, request: &Request) -> Option<&'static str> {
    match first {
        Ok(answer) if bare::is_bare(&answer.text, request) => None,
        Ok(_) | Err(ClientError::NotJson { .. } | ClientError::Misfit { .. } | ClientError::Refusal { .. }) => {
            Some("takes no notice of grammars")
        }
        Err(error) if is_refusal_of_request(error) => Some("refuses grammars"),
        Err(_) => None,
    }
}

/// The server does not like what it was asked, or (llama.cpp did so once) fails over the grammar.
fn is_refusal_of_request(error: &ClientError) -> bool {
    match error {
        ClientError::BadRequest { .. } => true,
        ClientError::ServerFailed { message, .. } => message.to_lowercase().contains("grammar"),
        _ => false,
    }
}

impl Client for OpenAi {
    fn ask<'a>(&'a self, request: &'a Request) -> Eventually<'a, Result<Answer, ClientError>> {
        Box::pin(self.answer(request))
    }

    fn place(&self) -> String {
        self.transport.place()
    }

    fn model(&self) -> String {
        self.model.clone()
    }

    fn notice(&self) -> Option<String> {
        self.notice.lock().unwrap_or_else(|e| e.into_inner()).take()
    }
}

/// Reads an exchange: the live one, or a recording of one.
pub(super) fn interpret(exchange: &Exchange, request: &Request, place: &str, model: &str) -> Result<Answer, ClientError> {
    let Exchange { status, content_type, body, .. } = exchange;
    if *status != 200 {
        return Err(refused(*status, content_type, body, place, model));
    }
    let strange = || not_the_api(place, *status, content_type, body);
    let completion: Completion = serde_json::from_str(body).map_err(|_| strange())?;
    let choice = completion.choices.into_iter().next().ok_or_else(strange)?;
    let model = line(if completion.model.is_empty() { model } else { &completion.model }, 80);
    let tokens = Tokens { read: completion.usage.prompt_tokens, written: completion.usage.completion_tokens };
    finished(choice.finish_reason.as_deref(), tokens, request, &model)?;
    accept::was_read(request, tokens)?;
    if let Some(words) = choice.message.refusal.filter(|w| !w.is_empty()) {
        return Err(ClientError::Refusal { model, start: line(&words, 80) });
    }
    let text = choice.message.content.unwrap_or_default();
    if text.trim().is_empty() {
        let thought = choice.message.reasoning_content.is_some_and(|t| !t.trim().is_empty());
        return Err(ClientError::Empty { model, thought });
    }
    let bare = request.grammar.is_some() && !text.trim_start().starts_with('{');
    accept::content(&text, bare, &model, request)?;
    Ok(Answer { text, model, digest: None, tokens, took: Duration::ZERO, exchange: exchange.clone() })
}

fn finished(reason: Option<&str>, tokens: Tokens, request: &Request, model: &str) -> Result<(), ClientError> {
    let model = model.to_string();
    match reason {
        Some("length") => Err(ClientError::Truncated { model, tokens: tokens.written }),
        Some("content_filter") => Err(ClientError::Refusal { model, start: "(stopped by the server's filter)".into() }),
        None if tokens.written >= u64::from(most(request, request.grammar.is_some())) => {
            Err(ClientError::Truncated { model, tokens: tokens.written })
        }
        Some("stop") => Ok(()),
        other => Err(ClientError::Unfinished {
            model,
            reason: other.map_or("no reason".into(), |r| format!("reason '{}'", line(r, 40))),
        }),
    }
}

fn refused(status: u16, content_type: &str, body: &str, place: &str, model: &str) -> ClientError {
    let Ok(complaint) = serde_json::from_str::<Value>(body) else {
        return not_the_api(place, status, content_type, body);
    };
    let message = line(&spoken(complaint.get("error").unwrap_or(&complaint)), 240);
    let url = place.to_string();
    match status {
        404 => ClientError::MissingModel { url, model: model.to_string(), installed: Vec::new() },
        429 | 503 => ClientError::Overloaded { url, status, message },
        401 | 403 => ClientError::Forbidden { url, status, message },
        400 if message.contains("context") && (message.contains("exceed") || message.contains("length")) => {
            ClientError::ContextOverflow { why: message }
        }
        400..=499 => ClientError::BadRequest { url, status, message },
        _ => ClientError::ServerFailed { url, status, message },
    }
}
