//! The client that asks nobody: it answers from a cassette, through the same checks as a live answer.
//!
//! What must stay true: it never opens a connection; a question that was not recorded is an error that shows the nearest
//! recording and the difference.

use std::time::{Duration, Instant};

use super::{Answer, Client, ClientError, Dialect, Eventually, Request, ollama, openai};
use crate::cassette::Cassette;

/// Recorded answers.
#[derive(Debug)]
pub struct Replay {
    cassette: Cassette,
}

impl Replay {
    /// Answers from `cassette`.
    pub fn new(cassette: Cassette) -> Self {
        Self { cassette }
    }

    fn answer(&self, request: &Request) -> Result<Answer, ClientError> {
        let started = Instant::now();
        let recording = self.cassette.find(&request.key).map_err(ClientError::Miss)?;
        let place = self.place();
        let mut answer = match recording.exchange.dialect {
            Dialect::Ollama => ollama::interpret(&recording.exchange, request, &place)?,
            Dialect::OpenAi => openai::interpret(&recording.exchange, request, &place, &recording.model)?,
        };
        answer.digest = recording.digest.clone();
        answer.took = started.elapsed().max(Duration::from_nanos(1));
        Ok(answer)
    }
}

impl Client for Replay {
    fn ask<'a>(&'a self, request: &'a Request) -> Eventually<'a, Result<Answer, ClientError>> {
        Box::pin(std::future::ready(self.answer(request)))
    }

    fn place(&self) -> String {
        format!("the cassette {}", self.cassette.place())
    }

    fn model(&self) -> String {
        self.cassette.model()
    }
}
