//! Whom the door asks: a live server for each persona's model, or recordings; the change from one to the other; and the budgets.
//!
//! What must stay true: in replay no connection is opened; recordings step in for a server only when there is none or it has no
//! model, and the account says so; every exchange that arrives is recorded if recording is on; nothing is asked when a budget
//! is used up, and no question waits longer than what is left of it.

use std::time::{Duration, Instant, SystemTime};

use crate::cassette::{Cassette, CassetteError};
use crate::clients::{Answer, Client, ClientError, Fault, Ollama, OpenAi, Replay, Request, server_url};
use crate::config::{Config, Mode, Server, Spent};
use crate::persona::Persona;
use crate::refuse::Refusal;
use crate::spending;

use super::Account;

/// Whom the door asks.
#[derive(Default)]
pub struct Asker {
    /// A client for each model.
    live: Vec<(String, Box<dyn Client>)>,
    /// The recordings, in replay and when they have stepped in.
    recorded: Option<Box<dyn Client>>,
    /// Why the server is not asked any more.
    gone: Option<ClientError>,
    tape: Option<Cassette>,
    /// In this run, and for the send that is being answered.
    run: Spent,
    send: Spent,
    sends: u32,
    place: String,
}

impl Asker {
    /// Nobody yet: the first question decides.
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts a send, and says whether the budgets still hold.
    ///
    /// # Errors
    /// Which budget is used up.
    pub fn admit(&mut self, config: &Config) -> Result<(), Refusal> {
        if self.sends >= config.budget.sends {
            return Err(Refusal::Budget { of: "run".into(), what: format!("{} sends were answered", self.sends) });
        }
        self.sends += 1;
        self.send = Spent::default();
        self.check(config)
    }

    /// Whether there is something left of each budget.
    ///
    /// # Errors
    /// Which one is used up.
    pub fn check(&self, config: &Config) -> Result<(), Refusal> {
        let budget = &config.budget;
        for (of, allowance, spent) in [("send", &budget.send, self.send), ("run", &budget.run, self.run)] {
            if let Some(what) = allowance.used_up(spent) {
                return Err(Refusal::Budget { of: of.into(), what });
            }
        }
        if budget.day == crate::config::Allowance::default() {
            return Ok(());
        }
        let spent = self.today(config).map_err(|what| Refusal::Budget { of: "day".into(), what })?;
        budget.day.used_up(spent).map_or(Ok(()), |what| Err(Refusal::Budget { of: "day".into(), what }))
    }

    fn today(&self, config: &Config) -> Result<Spent, String> {
        config.day.as_ref().map_or(Ok(self.run), |path| spending::today(path, SystemTime::now()))
    }

    /// Why the server is not asked, if recordings have stepped in.
    pub fn gone(&self) -> Option<&ClientError> {
        self.gone.as_ref()
    }

    /// Where the last answer came from.
    pub fn place(&self) -> String {
        self.place.clone()
    }

    /// What was spent on the send that is being answered.
    pub fn spent(&self) -> Spent {
        self.send
    }

    /// Asks a persona's model, within what is left of the budgets.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn ask(
        &mut self,
        persona: Persona,
        request: &Request,
        config: &Config,
        account: &mut Account,
    ) -> Result<Answer, ClientError> {
        let began = Instant::now();
        let mut result = self.put(persona, request, config).await;
        if let Err(error) = &result
            && may_step_aside(persona, error, config)
            && self.gone.is_none()
            && let Some(replay) = recordings(config)?
        {
            account.note(format!("{error}; replaying {}", replay.place()));
            self.gone = Some(error.clone());
            self.recorded = Some(Box::new(replay));
            result = self.put(persona, request, config).await;
        }
        if let Some(notice) = self.notice() {
            account.note(notice);
        }
        self.spend(persona, began.elapsed(), result.as_ref().ok(), config, account);
        if let Ok(answer) = &result {
            self.record(request, answer, config, account);
        }
        result
    }

    async fn put(&mut self, persona: Persona, request: &Request, config: &Config) -> Result<Answer, ClientError> {
        // The client has deadlines of its own; this one holds whatever it does.
        let left = self.time_left(config).min(config.deadlines.longest()).max(Duration::from_millis(1));
        let client = self.client(persona, config)?;
        let place = client.place();
        let result = match tokio::time::timeout(left, client.ask(request)).await {
            Ok(result) => result,
            Err(_) => Err(ClientError::Deadline { url: place.clone(), after: left }),
        };
        self.place = place;
        result
    }

    /// What the clients have found out about their servers.
    fn notice(&self) -> Option<String> {
        self.live.iter().find_map(|(_, client)| client.notice())
    }

    /// The client for a persona: made when it is first needed, since a model that is not asked needs no connection.
    fn client(&mut self, persona: Persona, config: &Config) -> Result<&dyn Client, ClientError> {
        if config.mode == Mode::Replay && self.recorded.is_none() {
            let path = config.cassette.clone().unwrap_or_else(|| "cassette.json".into());
            self.recorded = Some(Box::new(Replay::new(Cassette::load(path)?)));
        }
        if let Some(recorded) = &self.recorded {
            return Ok(&**recorded);
        }
        let (model, named) = config.models.of(persona);
        let at = match self.live.iter().position(|(m, _)| m == model) {
            Some(at) => at,
            None => {
                self.live.push((model.to_string(), live(model, named, config)?));
                self.live.len() - 1
            }
        };
        Ok(&*self.live[at].1)
    }

    fn time_left(&self, config: &Config) -> Duration {
        let budget = &config.budget;
        let left = [budget.send.time_left(self.send), budget.run.time_left(self.run)];
        let day = budget.day.time.and_then(|_| budget.day.time_left(self.today(config).ok()?));
        left.into_iter().chain([day]).flatten().min().unwrap_or(Duration::from_secs(86_400))
    }

    fn spend(&mut self, persona: Persona, waited: Duration, answer: Option<&Answer>, config: &Config, account: &mut Account) {
        let mut spent = Spent { seconds: waited.as_secs_f64(), ..Spent::default() };
        // What recordings once cost was paid then.
        if let Some(answer) = answer {
            let named = config.models.of(persona).0;
            let price = config.prices.get(&answer.model).or_else(|| config.prices.get(named)).copied().unwrap_or_default();
            spent.tokens = answer.tokens.read + answer.tokens.written;
            spent.money = if self.recorded.is_some() { 0.0 } else { price.of(answer.tokens) };
        }
        self.run.add(spent);
        self.send.add(spent);
        if let (Some(path), None) = (&config.day, &self.recorded)
            && let Err(why) = spending::add(path, spent, SystemTime::now())
        {
            account.note(why);
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

/// A client for a model; with `named`, somebody wants that model and no other.
fn live(model: &str, named: bool, config: &Config) -> Result<Box<dyn Client>, ClientError> {
    let connect = config.deadlines.connect;
    Ok(match &config.server {
        Server::Ollama(host) => Box::new(Ollama::new(server_url(host)?, model, !named, connect)?),
        Server::OpenAi { url, grammar, key } => Box::new(OpenAi::new(server_url(url)?, model, *grammar, key.clone(), connect)?),
    })
}

/// Recordings may answer in the place of a server that is not there, or that has not ALFRED's model. (Without another
/// persona's, that one is not asked.)
fn may_step_aside(persona: Persona, error: &ClientError, config: &Config) -> bool {
    let lacks_model = persona == Persona::Alfred && matches!(error, ClientError::MissingModel { .. });
    config.mode != Mode::Replay && !config.record && (error.fault() == Fault::Unreachable || lacks_model)
}

fn recordings(config: &Config) -> Result<Option<Replay>, ClientError> {
    let Some(path) = &config.cassette else { return Ok(None) };
    match Cassette::load(path) {
        Ok(cassette) => Ok(Some(Replay::new(cassette))),
        Err(CassetteError::Missing(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
