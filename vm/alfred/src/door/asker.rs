//! Whom the door asks: a live server, or recordings; the change from one to the other; and the run's budget.
//!
//! What must stay true: in replay no connection is opened; recordings step in for a server only when there is none or it has no
//! model, and the account says so; every exchange that arrives is recorded if recording is on.

use std::time::{Duration, Instant, SystemTime};

use crate::cassette::{Cassette, CassetteError};
use crate::clients::{Answer, Client, ClientError, Fault, Ollama, OpenAi, Replay, Request, server_url};
use crate::config::{Config, DEFAULT_MODEL, Mode, Server};
use crate::refuse::Refusal;

use super::Account;

/// Whom the door asks.
pub struct Asker {
    client: Option<Box<dyn Client>>,
    /// Why the server is not asked any more.
    gone: Option<ClientError>,
    tape: Option<Cassette>,
    spent_tokens: u64,
    spent_time: Duration,
    sends: u32,
}

impl Asker {
    /// Nobody yet: the first question decides.
    pub fn new() -> Self {
        Self { client: None, gone: None, tape: None, spent_tokens: 0, spent_time: Duration::ZERO, sends: 0 }
    }

    /// Counts a send, and says whether the budget of the run still holds.
    pub fn admit(&mut self, config: &Config) -> Result<(), Refusal> {
        let budget = &config.budget;
        let over = |what: String| Err(Refusal::Budget { what });
        if self.sends >= budget.sends {
            return over(format!("{} sends were answered", self.sends));
        }
        self.sends += 1;
        self.check(config)
    }

    /// Whether tokens and time still hold.
    pub fn check(&self, config: &Config) -> Result<(), Refusal> {
        let budget = &config.budget;
        let over = |what: String| Err(Refusal::Budget { what });
        if self.spent_tokens >= budget.tokens {
            return over(format!("{} tokens of {}", self.spent_tokens, budget.tokens));
        }
        if self.spent_time >= budget.time {
            return over(format!("{} seconds of {}", self.spent_time.as_secs(), budget.time.as_secs()));
        }
        Ok(())
    }

    /// Why the server is not asked, if recordings have stepped in.
    pub fn gone(&self) -> Option<&ClientError> {
        self.gone.as_ref()
    }

    /// Where the last question went.
    pub fn place(&self) -> String {
        self.client.as_ref().map_or_else(String::new, |c| c.place())
    }

    /// Asks, within what is left of the budget.
    pub async fn ask(&mut self, request: &Request, config: &Config, account: &mut Account) -> Result<Answer, ClientError> {
        if self.client.is_none() {
            self.client = Some(first(config)?);
        }
        let began = Instant::now();
        let mut result = self.put(request, config).await;
        if let Err(error) = &result
            && may_step_aside(error, config)
            && self.gone.is_none()
            && let Some(replay) = recordings(config)?
        {
            account.note(format!("{error}; replaying {}", replay.place()));
            self.gone = Some(error.clone());
            self.client = Some(Box::new(replay));
            result = self.put(request, config).await;
        }
        if let Some(notice) = self.client.as_ref().and_then(|c| c.notice()) {
            account.note(notice);
        }
        self.spent_time += began.elapsed();
        if let Ok(answer) = &result {
            self.spent_tokens += answer.tokens.read + answer.tokens.written;
            self.record(request, answer, config, account);
        }
        result
    }

    async fn put(&self, request: &Request, config: &Config) -> Result<Answer, ClientError> {
        let client = self.client.as_ref().expect("chosen above");
        let left = config.budget.time.saturating_sub(self.spent_time).max(Duration::from_millis(1));
        match tokio::time::timeout(left, client.ask(request)).await {
            Ok(result) => result,
            Err(_) => Err(ClientError::Deadline { url: client.place(), after: left }),
        }
    }

    fn record(&mut self, request: &Request, answer: &Answer, config: &Config, account: &mut Account) {
        let (true, Some(path), None) = (config.record && config.mode != Mode::Replay, &config.cassette, &self.gone) else {
            return;
        };
        let opened = match self.tape.take() {
            Some(tape) => Ok(tape),
            None => Cassette::open(path),
        };
        let saved = opened.and_then(|mut tape| {
            tape.record(&request.key, answer, SystemTime::now());
            tape.save()?;
            Ok(tape)
        });
        match saved {
            Ok(tape) => self.tape = Some(tape),
            Err(error) => account.note(format!("not recorded: {error}")),
        }
    }
}

impl Default for Asker {
    fn default() -> Self {
        Self::new()
    }
}

/// The client that the settings name.
fn first(config: &Config) -> Result<Box<dyn Client>, ClientError> {
    if config.mode == Mode::Replay {
        let path = config.cassette.clone().unwrap_or_else(|| "cassette.json".into());
        return Ok(Box::new(Replay::new(Cassette::load(path)?)));
    }
    let connect = config.deadlines.connect;
    let model = config.model.as_deref().unwrap_or(DEFAULT_MODEL);
    Ok(match &config.server {
        Server::Ollama(host) => Box::new(Ollama::new(server_url(host)?, model, config.model.is_none(), connect)?),
        Server::OpenAi { url, grammar, key } => Box::new(OpenAi::new(server_url(url)?, model, *grammar, key.clone(), connect)?),
    })
}

/// Recordings may answer in the place of a server that is not there, or that has no model.
fn may_step_aside(error: &ClientError, config: &Config) -> bool {
    config.mode != Mode::Replay
        && !config.record
        && (error.fault() == Fault::Unreachable || matches!(error, ClientError::MissingModel { .. }))
}

fn recordings(config: &Config) -> Result<Option<Replay>, ClientError> {
    let Some(path) = &config.cassette else { return Ok(None) };
    match Cassette::load(path) {
        Ok(cassette) => Ok(Some(Replay::new(cassette))),
        Err(CassetteError::Missing(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
