//! Every way in which asking a model can go wrong, each with a message and a remedy.
//!
//! What must stay true: one variant per cause that a person would act on differently; the message says what happened
//! and where, [`ClientError::remedy`] what to do. Text that came from a server is cut short and cleaned before it is kept.
//!
//! Not here: what the door does about an error (it asks [`ClientError::fault`]).

use std::time::Duration;

use crate::cassette::{CassetteError, Miss};

/// Whose fault an error is, which decides what the door does next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// No server answers at this address: a cassette may step in.
    Unreachable,
    /// A server is there but cannot do what was asked.
    Server,
    /// The server did its work and the model's answer is of no use: another sample may be better.
    Answer,
    /// The recordings do not hold this exchange, or cannot be read.
    Recording,
}

/// Why there is no usable answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ClientError {
    /// `OLLAMA_HOST` or a base address is not one.
    #[error("'{text}' is not the address of a model server: {why}")]
    BadAddress {
        /// What was given.
        text: String,
        /// What is wrong with it.
        why: String,
    },
    /// Nothing listens there.
    #[error("nothing listens at {url} (connection refused)")]
    Refused {
        /// The server's address.
        url: String,
    },
    /// The name of the host is not known.
    #[error("the host of {url} has no address (name lookup failed)")]
    NoSuchHost {
        /// The server's address.
        url: String,
    },
    /// The network does not lead there.
    #[error("{url} cannot be reached: {why}")]
    Unreachable {
        /// The server's address.
        url: String,
        /// The system's word for it.
        why: String,
    },
    /// No connection within the time allowed for one.
    #[error("{url} did not accept a connection within {}", seconds(.after))]
    ConnectTimeout {
        /// The server's address.
        url: String,
        /// How long was waited.
        after: Duration,
    },
    /// The whole exchange took too long.
    #[error("{url} had not finished its answer after {}", seconds(.after))]
    Deadline {
        /// The server's address.
        url: String,
        /// How long was waited.
        after: Duration,
    },
    /// The answer began and then nothing more came.
    #[error("{url} fell silent in the middle of its answer for {} ({received} bytes had come)", seconds(.after))]
    Idle {
        /// The server's address.
        url: String,
        /// How long nothing came.
        after: Duration,
        /// What had come until then.
        received: usize,
    },
    /// The connection closed before the answer was whole.
    #[error("{url} closed the connection before its answer was whole ({received} bytes had come)")]
    Disconnected {
        /// The server's address.
        url: String,
        /// What had come until then.
        received: usize,
    },
    /// The answer is larger than any answer may be.
    #[error("{url} sent more than {limit} bytes")]
    Oversize {
        /// The server's address.
        url: String,
        /// The bound.
        limit: usize,
    },
    /// Something else than the expected API answers there.
    #[error("{url} does not speak the expected protocol: status {status}, content type '{content_type}', it begins «{start}»")]
    NotTheApi {
        /// The address that was asked.
        url: String,
        /// The HTTP status.
        status: u16,
        /// What it called its contents.
        content_type: String,
        /// Their beginning.
        start: String,
    },
    /// The server does not have the model.
    #[error("the model server at {url} has no model '{model}'")]
    MissingModel {
        /// The server's address.
        url: String,
        /// The model that was asked for.
        model: String,
        /// What it has instead, when it says so.
        installed: Vec<String>,
    },
    /// The server's queue is full.
    #[error("the model server at {url} is overloaded (status {status}): {message}")]
    Overloaded {
        /// The server's address.
        url: String,
        /// 503 or 429.
        status: u16,
        /// Its word for it.
        message: String,
    },
    /// The server wants to know who asks.
    #[error("the model server at {url} refuses this caller (status {status}): {message}")]
    Forbidden {
        /// The server's address.
        url: String,
        /// 401 or 403.
        status: u16,
        /// Its word for it.
        message: String,
    },
    /// The server does not accept the request (a bad schema, an option of the wrong type).
    #[error("the model server at {url} does not accept the request (status {status}): {message}")]
    BadRequest {
        /// The server's address.
        url: String,
        /// The HTTP status.
        status: u16,
        /// Its word for it.
        message: String,
    },
    /// The server failed at its work.
    #[error("the model server at {url} failed (status {status}): {message}")]
    ServerFailed {
        /// The server's address.
        url: String,
        /// The HTTP status.
        status: u16,
        /// Its word for it.
        message: String,
    },
    /// The prompt does not fit into the model's context, or lost its beginning on the way.
    #[error("the prompt does not fit: {why}")]
    ContextOverflow {
        /// The numbers.
        why: String,
    },
    /// The answer was cut off by the limit on its length.
    #[error("the answer of '{model}' was cut off after {tokens} tokens")]
    Truncated {
        /// The model.
        model: String,
        /// The limit that was reached.
        tokens: u64,
    },
    /// The server says that the answer is not finished.
    #[error("the server ended an answer of '{model}' that was not finished ({reason})")]
    Unfinished {
        /// The model.
        model: String,
        /// The reason it gave.
        reason: String,
    },
    /// There is nothing in the answer.
    #[error("the answer of '{model}' is empty{}", if *.thought { " (the model thought, and said nothing)" } else { "" })]
    Empty {
        /// The model.
        model: String,
        /// It spent its tokens on thinking.
        thought: bool,
    },
    /// The model declines, in prose.
    #[error("'{model}' declines: «{start}»")]
    Refusal {
        /// The model.
        model: String,
        /// Its first words.
        start: String,
    },
    /// The answer is not JSON.
    #[error("the answer of '{model}' is not JSON ({why}); it begins «{start}»")]
    NotJson {
        /// The model.
        model: String,
        /// What the reader of JSON says.
        why: String,
        /// Its first words.
        start: String,
    },
    /// The answer is JSON of another shape.
    #[error("the answer of '{model}' does not fit the schema: {why}")]
    Misfit {
        /// The model.
        model: String,
        /// What does not fit.
        why: String,
    },
    /// No recording matches.
    #[error("{0}")]
    Miss(Box<Miss>),
    /// The recordings cannot be read.
    #[error("{0}")]
    Cassette(#[from] CassetteError),
}

impl ClientError {
    /// Whose fault it is.
    pub fn fault(&self) -> Fault {
        use ClientError::*;
        match self {
            BadAddress { .. } | Refused { .. } | NoSuchHost { .. } | Unreachable { .. } | ConnectTimeout { .. } => {
                Fault::Unreachable
            }
            Truncated { .. } | Unfinished { .. } | Empty { .. } | Refusal { .. } | NotJson { .. } | Misfit { .. } => {
                Fault::Answer
            }
            Miss(_) | Cassette(_) => Fault::Recording,
            _ => Fault::Server,
        }
    }

    /// A short stable name, for machines.
    pub fn code(&self) -> &'static str {
        use ClientError::*;
        match self {
            BadAddress { .. } => "bad-address",
            Refused { .. } => "refused",
            NoSuchHost { .. } => "no-such-host",
            Unreachable { .. } => "unreachable",
            ConnectTimeout { .. } => "connect-timeout",
            Deadline { .. } => "deadline",
            Idle { .. } => "idle",
            Disconnected { .. } => "disconnected",
            Oversize { .. } => "oversize",
            NotTheApi { .. } => "not-the-api",
            MissingModel { .. } => "missing-model",
            Overloaded { .. } => "overloaded",
            Forbidden { .. } => "forbidden",
            BadRequest { .. } => "bad-request",
            ServerFailed { .. } => "server-failed",
            ContextOverflow { .. } => "context-overflow",
            Truncated { .. } => "truncated",
            Unfinished { .. } => "unfinished",
            Empty { .. } => "empty",
            Refusal { .. } => "refusal",
            NotJson { .. } => "not-json",
            Misfit { .. } => "misfit",
            Miss(_) => "cassette-miss",
            Cassette(_) => "cassette",
        }
    }

    /// What to do about it.
    pub fn remedy(&self) -> String {
        use ClientError::*;
        match self {
            BadAddress { .. } => "give OLLAMA_HOST as host, host:port or http://host:port".into(),
            Refused { url } => format!("start the server (`ollama serve`), or set OLLAMA_HOST if it runs elsewhere than {url}"),
            NoSuchHost { .. } => "check the spelling of OLLAMA_HOST".into(),
            Unreachable { .. } | ConnectTimeout { .. } => "check the network, a firewall, and OLLAMA_HOST".into(),
            Deadline { .. } | Idle { .. } => "use a smaller model (AURA_MODEL), or allow more time (--alfred-seconds)".into(),
            Disconnected { .. } => "look into the server's log: it may have run out of memory; then try again".into(),
            Oversize { url, .. } => format!("check that {url} is a model server and not something else"),
            NotTheApi { .. } => "check OLLAMA_HOST: another service, or a proxy, answers at this address".into(),
            MissingModel { model, installed, .. } => missing_model(model, installed),
            Overloaded { .. } => "wait until the server has finished its other work, then try again".into(),
            Forbidden { .. } => "set AURA_API_KEY to a key that this server accepts".into(),
            BadRequest { .. } => "update the model server: it may be too old for structured output".into(),
            ServerFailed { .. } => "look into the server's log, then try again".into(),
            ContextOverflow { .. } => "raise the context length (--alfred-context), or shorten the calling method".into(),
            Truncated { .. } => "allow a longer answer (--alfred-answer-tokens), or use another model (AURA_MODEL)".into(),
            Unfinished { .. } | Empty { .. } | Refusal { .. } | NotJson { .. } | Misfit { .. } => {
                "try again, or use another model (AURA_MODEL)".into()
            }
            Miss(_) => {
                "record it: run once with a model server and --record FILE, then keep the cassette beside the script".into()
            }
            Cassette(error) => error.remedy(),
        }
    }
}

fn missing_model(model: &str, installed: &[String]) -> String {
    match installed {
        [] => format!("`ollama pull {model}`"),
        some => format!("`ollama pull {model}`, or set AURA_MODEL to one it has: {}", some.join(", ")),
    }
}

fn seconds(time: &Duration) -> String {
    match time.as_millis() {
        ms if ms < 10_000 && ms % 1000 != 0 => format!("{} ms", ms),
        ms => format!("{} s", ms / 1000),
    }
}
