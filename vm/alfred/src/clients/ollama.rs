//! Ollama, through the types of ollama-rs.
//!
//! What must stay true, each point seen on real servers: the call is not streamed; `format` is a whole schema; `num_ctx` never
//! changes; a model is loaded by an empty request with a long deadline before the first question, because hanging up aborts
//! loading; `think` is sent only to models that can, and given up once when an answer is spoilt by it; an answer counts only
//! with status 200, `done`, `done_reason` `stop`, contents that parse and fit, and a prompt that was read whole.

use std::time::{Duration, Instant};

use ollama_rs::generation::chat::request::ChatMessageRequest;
use ollama_rs::generation::chat::{ChatMessage, ChatMessageResponse};
use ollama_rs::generation::parameters::{FormatType, JsonStructure, KeepAlive, ThinkType, TimeUnit};
use ollama_rs::models::{ModelInfo, ModelOptions};
use reqwest::Url;
use serde::Deserialize;
use tokio::sync::OnceCell;

use super::transport::{Reply, Transport};
use super::{
    Answer, Client, ClientError, Deadlines, Dialect, Eventually, Exchange, Fault, Message, Request, Role, Tokens, accept,
};
use crate::text::line;

/// Deadline of the small questions about models.
const BRIEF: Duration = Duration::from_secs(10);
/// How long to wait before asking an overloaded server a second time.
const BREATH: Duration = Duration::from_millis(500);

/// A model behind an Ollama server.
#[derive(Debug)]
pub struct Ollama {
    transport: Transport,
    wanted: Wanted,
    ready: OnceCell<Ready>,
}

#[derive(Debug)]
struct Wanted {
    model: String,
    /// Nobody named the model: when the server lacks it, one that it has will do.
    by_default: bool,
}

/// What was learned about the model before the first question.
#[derive(Clone, Debug)]
struct Ready {
    model: String,
    digest: Option<String>,
    thinks: bool,
}

/// `/api/tags`, with the digest that ollama-rs leaves out.
#[derive(Deserialize)]
struct Tags {
    #[serde(default)]
    models: Vec<Tag>,
}

#[derive(Deserialize)]
struct Tag {
    name: String,
    #[serde(default)]
    digest: Option<String>,
}

/// What ollama-rs's response leaves out.
#[derive(Deserialize)]
struct Rest {
    #[serde(default)]
    done_reason: Option<String>,
    #[serde(default)]
    prompt_eval_count: u64,
    #[serde(default)]
    eval_count: u64,
}

#[derive(Deserialize)]
struct Complaint {
    error: serde_json::Value,
}

impl Ollama {
    /// A client for `model` at `base`. With `by_default`, nobody named the model, and one that is installed may stand in.
    pub fn new(base: Url, model: &str, by_default: bool, connect: Duration) -> Result<Self, ClientError> {
        let transport = Transport::new(base, connect, None)?;
        Ok(Self { transport, wanted: Wanted { model: model.to_string(), by_default }, ready: OnceCell::new() })
    }

    async fn answer(&self, request: &Request) -> Result<Answer, ClientError> {
        accept::fits_context(request)?;
        let ready = self.ready.get_or_try_init(|| self.prepare(request)).await?;
        let muted = ready.thinks && !request.options.think;
        match self.once(request, ready, muted.then_some(ThinkType::False)).await {
            // `think: false` breaks `format` on some models.
            Err(e) if muted && e.fault() == Fault::Answer => self.once(request, ready, None).await,
            Err(ClientError::Overloaded { .. }) => {
                tokio::time::sleep(BREATH).await;
                self.once(request, ready, muted.then_some(ThinkType::False)).await
            }
            other => other,
        }
    }

    /// Finds out about the model and loads it.
    async fn prepare(&self, request: &Request) -> Result<Ready, ClientError> {
        let limits = &request.deadlines;
        let tags = self.tags(limits).await?;
        let model = self.choose(&tags)?;
        let digest = tags.models.iter().find(|t| same_model(&t.name, &model)).and_then(|t| t.digest.clone());
        let thinks = self.capabilities(&model, limits).await?.iter().any(|c| c == "thinking");
        self.load(&model, request).await?;
        Ok(Ready { model, digest: digest.map(|d| line(&d, 80)), thinks })
    }

    fn choose(&self, tags: &Tags) -> Result<String, ClientError> {
        let has = |name: &str| tags.models.iter().any(|t| same_model(&t.name, name));
        if has(&self.wanted.model) || !self.wanted.by_default {
            return Ok(self.wanted.model.clone());
        }
        match stand_in(tags) {
            Some(name) => Ok(name),
            None => Err(self.missing(&self.wanted.model, tags)),
        }
    }

    async fn tags(&self, limits: &Deadlines) -> Result<Tags, ClientError> {
        let reply = self.transport.get("api/tags", limits, BRIEF.min(limits.total)).await?;
        self.status(&reply, &self.wanted.model)?;
        self.read(&reply)
    }

    async fn capabilities(&self, model: &str, limits: &Deadlines) -> Result<Vec<String>, ClientError> {
        let body = serde_json::json!({ "model": model }).to_string();
        let reply = self.transport.post("api/show", body, limits, BRIEF.min(limits.total)).await?;
        if reply.status == 404 {
            let tags = self.tags(limits).await?;
            return Err(self.missing(model, &tags));
        }
        self.status(&reply, model)?;
        Ok(self.read::<ModelInfo>(&reply)?.capabilities)
    }

    async fn load(&self, model: &str, request: &Request) -> Result<(), ClientError> {
        let mut empty = ChatMessageRequest::new(model.to_string(), Vec::new()).keep_alive(keep_alive(request));
        empty = empty.options(ModelOptions::default().num_ctx(request.options.context));
        let reply = self.transport.post("api/chat", wire(&empty), &request.deadlines, request.deadlines.load).await?;
        self.status(&reply, model)
    }

    async fn once(&self, request: &Request, ready: &Ready, think: Option<ThinkType>) -> Result<Answer, ClientError> {
        let started = Instant::now();
        let body = wire(&chat(request, &ready.model, think));
        let reply = self.transport.post("api/chat", body, &request.deadlines, request.deadlines.total).await?;
        self.status(&reply, &ready.model)?;
        let exchange =
            Exchange { dialect: Dialect::Ollama, status: reply.status, content_type: reply.content_type, body: reply.body };
        let mut answer = interpret(&exchange, request, &self.transport.place())?;
        answer.digest = ready.digest.clone();
        answer.took = started.elapsed();
        Ok(answer)
    }

    fn status(&self, reply: &Reply, model: &str) -> Result<(), ClientError> {
        refused(reply.status, &reply.content_type, &reply.body, model, &self.transport.place())
    }

    fn read<T: for<'de> Deserialize<'de>>(&self, reply: &Reply) -> Result<T, ClientError> {
        serde_json::from_str(&reply.body)
            .map_err(|_| not_the_api(&self.transport.place(), reply.status, &reply.content_type, &reply.body))
    }

    fn missing(&self, model: &str, tags: &Tags) -> ClientError {
        let installed = tags.models.iter().take(8).map(|t| line(&t.name, 60)).collect();
        ClientError::MissingModel { url: self.transport.place(), model: model.to_string(), installed }
    }
}

impl Client for Ollama {
    fn ask<'a>(&'a self, request: &'a Request) -> Eventually<'a, Result<Answer, ClientError>> {
        Box::pin(self.answer(request))
    }

    fn place(&self) -> String {
        format!("Ollama at {}", self.transport.place())
    }

    fn model(&self) -> String {
        self.ready.get().map_or_else(|| self.wanted.model.clone(), |r| r.model.clone())
    }
}

/// The request as it goes over the wire.
fn chat(request: &Request, model: &str, think: Option<ThinkType>) -> ChatMessageRequest {
    let mut messages = vec![ChatMessage::system(request.system.clone())];
    messages.extend(request.messages.iter().map(message));
    let options = ModelOptions::default()
        .temperature(request.options.temperature)
        .seed(request.options.seed)
        .num_ctx(request.options.context)
        .num_predict(i32::try_from(request.options.answer).unwrap_or(i32::MAX));
    let mut chat = ChatMessageRequest::new(model.to_string(), messages).options(options).keep_alive(keep_alive(request));
    if let Ok(schema) = schemars::Schema::try_from(request.schema.clone()) {
        chat = chat.format(FormatType::StructuredJson(Box::new(JsonStructure::new_for_schema(schema))));
    }
    match think {
        Some(think) => chat.think(think),
        None if request.options.think => chat.think(ThinkType::True),
        None => chat,
    }
}

fn message(message: &Message) -> ChatMessage {
    match message.role {
        Role::User => ChatMessage::user(message.text.clone()),
        Role::Assistant => ChatMessage::assistant(message.text.clone()),
    }
}

fn keep_alive(request: &Request) -> KeepAlive {
    KeepAlive::Until { time: request.options.keep_alive_minutes, unit: TimeUnit::Minutes }
}

fn wire(request: &ChatMessageRequest) -> String {
    serde_json::to_string(request).expect("a request is plain data")
}

/// Reads an exchange: the live one, or a recording of one.
pub(super) fn interpret(exchange: &Exchange, request: &Request, place: &str) -> Result<Answer, ClientError> {
    let Exchange { status, content_type, body, .. } = exchange;
    refused(*status, content_type, body, "the model", place)?;
    let strange = |_| not_the_api(place, *status, content_type, body);
    let response: ChatMessageResponse = serde_json::from_str(body).map_err(strange)?;
    let rest: Rest = serde_json::from_str(body).map_err(strange)?;
    let model = line(&response.model, 80);
    let tokens = Tokens { read: rest.prompt_eval_count, written: rest.eval_count };
    finished(&response, &rest, request, &model)?;
    accept::was_read(request, tokens)?;
    if response.message.content.trim().is_empty() {
        let thought = response.message.thinking.is_some_and(|t| !t.trim().is_empty());
        return Err(ClientError::Empty { model, thought });
    }
    accept::content(&response.message.content, false, &model, request)?;
    let text = response.message.content;
    Ok(Answer { text, model, digest: None, tokens, took: Duration::ZERO, exchange: exchange.clone() })
}

fn finished(response: &ChatMessageResponse, rest: &Rest, request: &Request, model: &str) -> Result<(), ClientError> {
    let model = model.to_string();
    let reason = rest.done_reason.as_deref();
    if reason == Some("length") || rest.eval_count >= u64::from(request.options.answer) {
        return Err(ClientError::Truncated { model, tokens: rest.eval_count });
    }
    if !response.done || reason.is_some_and(|r| r != "stop") {
        let reason = reason.map_or_else(|| "it is not marked as done".to_string(), |r| format!("reason '{}'", line(r, 40)));
        return Err(ClientError::Unfinished { model, reason });
    }
    Ok(())
}

/// Sorts the answers that are refusals by the server itself.
fn refused(status: u16, content_type: &str, body: &str, model: &str, url: &str) -> Result<(), ClientError> {
    if status == 200 {
        return Ok(());
    }
    let Ok(complaint) = serde_json::from_str::<Complaint>(body) else {
        return Err(unexplained(status, content_type, body, url));
    };
    let message = line(&spoken(&complaint.error), 240);
    let url = url.to_string();
    Err(match status {
        404 if message.contains("model") => ClientError::MissingModel { url, model: model.to_string(), installed: Vec::new() },
        429 | 503 => ClientError::Overloaded { url, status, message },
        401 | 403 => ClientError::Forbidden { url, status, message },
        400..=499 => ClientError::BadRequest { url, status, message },
        _ => ClientError::ServerFailed { url, status, message },
    })
}

fn unexplained(status: u16, content_type: &str, body: &str, url: &str) -> ClientError {
    let message = "it gives no reason".to_string();
    match status {
        429 | 503 => ClientError::Overloaded { url: url.to_string(), status, message },
        401 | 403 => ClientError::Forbidden { url: url.to_string(), status, message },
        _ => not_the_api(url, status, content_type, body),
    }
}

/// Ollama nests the complaints of its engine as JSON in a string.
pub(super) fn spoken(error: &serde_json::Value) -> String {
    match error {
        serde_json::Value::String(text) => match serde_json::from_str::<Complaint>(text) {
            Ok(inner) => spoken(&inner.error),
            Err(_) => text.clone(),
        },
        serde_json::Value::Object(fields) => fields.get("message").map_or_else(|| error.to_string(), spoken),
        other => other.to_string(),
    }
}

pub(super) fn not_the_api(url: &str, status: u16, content_type: &str, body: &str) -> ClientError {
    let (content_type, start) = (line(content_type, 60), line(body, 60));
    ClientError::NotTheApi { url: url.to_string(), status, content_type, start }
}

/// `qwen3` and `qwen3:latest` are one model.
fn same_model(one: &str, other: &str) -> bool {
    one.strip_suffix(":latest").unwrap_or(one) == other.strip_suffix(":latest").unwrap_or(other)
}

/// The installed model that is likeliest to write code, when nobody named one.
fn stand_in(tags: &Tags) -> Option<String> {
    let families = [
        "qwen3-coder",
        "qwen3",
        "qwen2.5-coder",
        "devstral",
        "codestral",
        "deepseek-coder",
        "gemma3",
        "llama3",
        "mistral",
        "phi4",
    ];
    let of_family = |f: &&str| tags.models.iter().find(|t| t.name.starts_with(*f));
    let known = families.iter().find_map(of_family);
    known.or_else(|| tags.models.iter().find(|t| !t.name.contains("embed"))).map(|t| t.name.clone())
}
