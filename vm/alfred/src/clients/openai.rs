//! Servers that speak OpenAI's chat protocol: llama.cpp's own server, vLLM, and others.
//!
//! The shape of the answer is asked for as a JSON schema, or, where the server is known to take one, as a GBNF grammar of
//! the bare answer, with which even a very small model writes Aura that parses.

use std::time::{Duration, Instant};

use reqwest::Url;
use serde::Deserialize;
use serde_json::{Value, json};

use super::ollama::{not_the_api, spoken};
use super::transport::Transport;
use super::{Answer, Client, ClientError, Dialect, Eventually, Exchange, Request, Role, Tokens, accept};
use crate::text::line;

/// A model behind an OpenAI-compatible endpoint.
#[derive(Debug)]
pub struct OpenAi {
    transport: Transport,
    model: String,
    grammar: bool,
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
    /// request brings one.
    pub fn new(base: Url, model: &str, grammar: bool, key: Option<String>, connect: Duration) -> Result<Self, ClientError> {
        let mut base = base;
        if !base.path().ends_with("/v1/") {
            base.set_path(&format!("{}v1/", base.path()));
        }
        Ok(Self { transport: Transport::new(base, connect, key)?, model: model.to_string(), grammar })
    }

    async fn answer(&self, request: &Request) -> Result<Answer, ClientError> {
        accept::fits_context(request)?;
        let started = Instant::now();
        let body = self.body(request).to_string();
        let limits = &request.deadlines;
        let reply = self.transport.post("chat/completions", body, limits, limits.total).await?;
        let exchange =
            Exchange { dialect: Dialect::OpenAi, status: reply.status, content_type: reply.content_type, body: reply.body };
        let mut answer = interpret(&exchange, request, &self.transport.place(), &self.model)?;
        answer.took = started.elapsed();
        Ok(answer)
    }

    fn body(&self, request: &Request) -> Value {
        let mut messages = vec![json!({"role": "system", "content": request.system})];
        for message in &request.messages {
            let role = if message.role == Role::User { "user" } else { "assistant" };
            messages.push(json!({"role": role, "content": message.text}));
        }
        let options = &request.options;
        let mut body = json!({"model": self.model, "messages": messages, "stream": false, "temperature": options.temperature,
            "seed": options.seed, "max_tokens": options.answer});
        match &request.grammar {
            Some(grammar) if self.grammar => body["grammar"] = json!(grammar),
            _ => {
                body["response_format"] =
                    json!({"type": "json_schema", "json_schema": {"name": "answer", "strict": true, "schema": request.schema}})
            }
        }
        body
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
        None if tokens.written >= u64::from(request.options.answer) => {
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
