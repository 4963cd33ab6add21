//! The ways to a model: one question, one answer, and every failure told apart.
//!
//! `ollama` is the default, `openai` the second (llama.cpp's server, vLLM), `replay` answers from recordings. What they
//! share: [`Request`] and [`Answer`] are plain data; an answer is handed out only when it is complete, not empty, JSON
//! (or grammatical text), and fits the schema; an exchange is kept as it was on the wire, so that a recording goes
//! through exactly the checks that the live answer went through.
//!
//! Where a server constrains decoding by a grammar, the conversation is held without JSON (`bare`).
//!
//! Not here: what to ask, and what to make of the answer.

mod accept;
mod address;
mod bare;
mod error;
mod ollama;
mod openai;
mod replay;
mod schema;
mod transport;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use aura_syntax::grammar::MOST_ANSWER;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use accept::unfenced;
pub use address::server_url;
pub use error::{ClientError, Fault};
pub use ollama::Ollama;
pub use openai::OpenAi;
pub use replay::Replay;
pub use schema::misfit;

/// A future that a trait object can return.
pub type Eventually<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Something that answers questions.
pub trait Client: Send + Sync {
    /// Puts one question and waits for the whole answer.
    fn ask<'a>(&'a self, request: &'a Request) -> Eventually<'a, Result<Answer, ClientError>>;
    /// Where it asks, in words for a person.
    fn place(&self) -> String;
    /// The model it asks, as far as it is known before the first answer.
    fn model(&self) -> String;
    /// What a person should know about the way in which it asks, once.
    fn notice(&self) -> Option<String> {
        None
    }
}

/// One question.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The part of the prompt that identifies the question across versions of everything else: recordings are matched by it.
    pub key: String,
    /// Who the model is and what it must know: the same in every request.
    pub system: String,
    /// The question, then (for repairs) the exchange so far.
    pub messages: Vec<Message>,
    /// The shape of the answer.
    pub schema: Value,
    /// The method is wanted in Python rather than in Aura.
    pub is_sketch: bool,
    /// A GBNF grammar of the bare answer, for servers that take one in place of the schema.
    pub grammar: Option<String>,
    /// How to sample, and how much.
    pub options: Options,
    /// How long to wait.
    pub deadlines: Deadlines,
}

/// One turn of a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What.
    pub text: String,
}

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The door.
    User,
    /// The model.
    Assistant,
}

/// How to sample, and how much.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// 0 at first, a little more for a fresh sample.
    pub temperature: f32,
    /// Another one for each sample.
    pub seed: i32,
    /// Tokens of context; always the same, because changing it makes Ollama load the model again.
    pub context: u64,
    /// Tokens of answer at most.
    pub answer: u32,
    /// The same under a grammar: with this room even a model that repeats itself comes to a whole answer.
    pub constrained: u32,
    /// How many minutes the model stays loaded.
    pub keep_alive_minutes: u64,
    /// Let a thinking model think.
    pub think: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            temperature: 0.0,
            seed: 1,
            context: 8192,
            answer: 700,
            constrained: MOST_ANSWER,
            keep_alive_minutes: 30,
            think: false,
        }
    }
}

/// How long to wait, and for how much.
#[derive(Clone, Debug, PartialEq)]
pub struct Deadlines {
    /// For a connection.
    pub connect: Duration,
    /// Between two pieces of an answer that has begun.
    pub idle: Duration,
    /// For the whole answer.
    pub total: Duration,
    /// For loading the model before the first question.
    pub load: Duration,
    /// Bytes of answer at most.
    pub bytes: usize,
}

impl Deadlines {
    /// The longest that one question can take, whatever the client tries for it.
    pub fn longest(&self) -> Duration {
        // Whether the model is there and what it can, perhaps twice; loading it; and up to three tries at the question.
        self.load + 3 * self.total + 4 * (self.connect + self.idle)
    }
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            idle: Duration::from_secs(30),
            total: Duration::from_secs(180),
            load: Duration::from_secs(300),
            bytes: 1 << 20,
        }
    }
}

/// A complete answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// What the model wrote: JSON that fits the schema, or, under a grammar, the bare text.
    pub text: String,
    /// The model that wrote it, by the server's own word.
    pub model: String,
    /// The digest of its weights, when the server tells it.
    pub digest: Option<String>,
    /// Tokens read and written.
    pub tokens: Tokens,
    /// How long it took, all in all.
    pub took: Duration,
    /// What went over the wire.
    pub exchange: Exchange,
}

/// Tokens read and written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// Of the prompt.
    pub read: u64,
    /// Of the answer.
    pub written: u64,
}

/// The dialect in which an exchange was held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// Ollama's `/api/chat`.
    Ollama,
    /// `/v1/chat/completions`.
    OpenAi,
}

/// What went over the wire, byte for byte. It holds no address and no key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// How to read it.
    pub dialect: Dialect,
    /// The HTTP status.
    pub status: u16,
    /// What the server called the contents.
    pub content_type: String,
    /// The body of the answer.
    pub body: String,
}
