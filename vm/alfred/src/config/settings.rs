//! `[alfred]` in a project's `aura.toml`.
//!
//! ```toml
//! [alfred]
//! mode = "auto"                  # auto, ask, replay, off
//! sketches = "always"            # always, first, never
//! cascade = "on-failure"         # on-failure, always, never
//! tests = "cascade"              # cascade, robin, user, never
//! candidates = 1                 # methods that are compared before one is chosen
//! threshold = 0.6                # of them must do the same
//! capabilities = ["clock"]       # that learned methods may use, if the program holds them
//!
//! [alfred.models]
//! alfred = "qwen3:4b-instruct"
//!
//! [alfred.server]
//! ollama = "localhost:11434"
//!
//! [alfred.budget.day]
//! tokens = 1000000
//! ```
//!
//! What must stay true: a key that nobody knows, and a value that makes no sense, is an error that says what may stand
//! there; a key (a secret) can't stand in the file.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use super::budget::{Allowance, Price};
use super::policy::{self, Cascade, GRANTABLE, Sketches, Tests};
use super::{Config, ConfigError, Mode, Server};
use crate::persona::Persona;

/// Most candidates that are compared, and most samples and repairs.
const MOST: u32 = 16;

/// What a project says.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    mode: Option<String>,
    sketches: Option<String>,
    cascade: Option<String>,
    tests: Option<String>,
    candidates: Option<u32>,
    samples: Option<u32>,
    repairs: Option<u32>,
    threshold: Option<f64>,
    capabilities: Option<Vec<String>>,
    install_at: Option<String>,
    tell_values: Option<bool>,
    #[serde(default)]
    models: Models,
    server: Option<ServerSettings>,
    #[serde(default)]
    budget: Budgets,
    #[serde(default)]
    prices: BTreeMap<String, Price>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Models {
    alfred: Option<String>,
    brick: Option<String>,
    robin: Option<String>,
    babs: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct ServerSettings {
    ollama: Option<String>,
    openai: Option<String>,
    grammar: Option<bool>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Budgets {
    #[serde(default)]
    send: Amounts,
    #[serde(default)]
    run: RunAmounts,
    #[serde(default)]
    day: Amounts,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Amounts {
    tokens: Option<u64>,
    seconds: Option<f64>,
    money: Option<f64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct RunAmounts {
    tokens: Option<u64>,
    seconds: Option<f64>,
    money: Option<f64>,
    sends: Option<u32>,
    depth: Option<u32>,
}

impl Settings {
    /// Changes what the file says something about.
    ///
    /// # Errors
    /// A value that makes no sense, with those that would.
    pub fn apply(&self, config: &mut Config) -> Result<(), ConfigError> {
        self.policy(config)?;
        self.numbers(config)?;
        self.whom(config)?;
        self.budgets(config)?;
        for (model, price) in &self.prices {
            for amount in [price.read, price.written] {
                amount_of(&format!("alfred.prices.{model}"), amount)?;
            }
            config.prices.insert(model.clone(), *price);
        }
        Ok(())
    }

    fn policy(&self, config: &mut Config) -> Result<(), ConfigError> {
        choose(&mut config.mode, self.mode.as_deref(), "alfred.mode", &Mode::NAMES)?;
        choose(&mut config.sketches, self.sketches.as_deref(), "alfred.sketches", &Sketches::NAMES)?;
        choose(&mut config.cascade, self.cascade.as_deref(), "alfred.cascade", &Cascade::NAMES)?;
        choose(&mut config.tests, self.tests.as_deref(), "alfred.tests", &Tests::NAMES)?;
        if let Some(names) = &self.capabilities {
            if let Some(strange) = names.iter().find(|n| !GRANTABLE.contains(&n.as_str())) {
                return Err(ConfigError::new("alfred.capabilities", strange, format!("one of: {}", GRANTABLE.join(", "))));
            }
            config.capabilities.clone_from(names);
        }
        if let Some(object) = &self.install_at {
            config.install_at = Some(object.clone());
        }
        config.tell_values = self.tell_values.unwrap_or(config.tell_values);
        Ok(())
    }

    fn numbers(&self, config: &mut Config) -> Result<(), ConfigError> {
        count(&mut config.candidates, self.candidates, "alfred.candidates", 1)?;
        count(&mut config.samples, self.samples, "alfred.samples", 1)?;
        count(&mut config.repairs, self.repairs, "alfred.repairs", 0)?;
        if let Some(threshold) = self.threshold {
            if !(0.0..=1.0).contains(&threshold) {
                return Err(ConfigError::new("alfred.threshold", &threshold.to_string(), "a number from 0 to 1"));
            }
            config.threshold = threshold;
        }
        Ok(())
    }

    fn whom(&self, config: &mut Config) -> Result<(), ConfigError> {
        let Models { alfred, brick, robin, babs } = &self.models;
        for (persona, name) in
            [(Persona::Alfred, alfred), (Persona::Brick, brick), (Persona::Robin, robin), (Persona::Babs, babs)]
        {
            let Some(name) = name else { continue };
            if name.trim().is_empty() {
                return Err(ConfigError::new(&format!("alfred.models.{}", persona.key()), name, "the name of a model"));
            }
            config.models.set(persona, name.trim());
        }
        let Some(server) = &self.server else { return Ok(()) };
        config.server = match (&server.ollama, &server.openai) {
            (Some(host), None) if server.grammar.is_none() => Server::Ollama(host.clone()),
            (None, Some(url)) => Server::OpenAi { url: url.clone(), grammar: server.grammar.unwrap_or(true), key: None },
            (None, None) => {
                return Err(ConfigError::new("alfred.server", "", "a server: give it ollama = \"HOST\" or openai = \"URL\""));
            }
            (Some(_), Some(_)) => {
                return Err(ConfigError::new("alfred.server", "ollama and openai", "one of the two"));
            }
            (Some(_), None) => {
                return Err(ConfigError::new(
                    "alfred.server.grammar",
                    "set",
                    "for ollama; only an openai server takes a grammar",
                ));
            }
        };
        Ok(())
    }

    fn budgets(&self, config: &mut Config) -> Result<(), ConfigError> {
        let Budgets { send, run, day } = self.budget;
        let budget = &mut config.budget;
        allow(&mut budget.send, send, "alfred.budget.send")?;
        let amounts = Amounts { tokens: run.tokens, seconds: run.seconds, money: run.money };
        allow(&mut budget.run, amounts, "alfred.budget.run")?;
        allow(&mut budget.day, day, "alfred.budget.day")?;
        budget.sends = run.sends.unwrap_or(budget.sends);
        budget.depth = run.depth.unwrap_or(budget.depth);
        Ok(())
    }
}

fn choose<T: Copy>(to: &mut T, name: Option<&str>, key: &str, names: &[(&'static str, T)]) -> Result<(), ConfigError> {
    let Some(name) = name else { return Ok(()) };
    *to = policy::named(names, name).ok_or_else(|| ConfigError::new(key, name, policy::choices(names)))?;
    Ok(())
}

fn count(to: &mut u32, number: Option<u32>, key: &str, least: u32) -> Result<(), ConfigError> {
    let Some(number) = number else { return Ok(()) };
    if !(least..=MOST).contains(&number) {
        return Err(ConfigError::new(key, &number.to_string(), format!("a whole number from {least} to {MOST}")));
    }
    *to = number;
    Ok(())
}

fn allow(to: &mut Allowance, amounts: Amounts, key: &str) -> Result<(), ConfigError> {
    to.tokens = amounts.tokens.or(to.tokens);
    if let Some(seconds) = amounts.seconds {
        amount_of(&format!("{key}.seconds"), seconds)?;
        to.time = Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX));
    }
    if let Some(money) = amounts.money {
        amount_of(&format!("{key}.money"), money)?;
        to.money = Some(money);
    }
    Ok(())
}

fn amount_of(key: &str, amount: f64) -> Result<(), ConfigError> {
    if amount.is_finite() && amount >= 0.0 {
        return Ok(());
    }
    Err(ConfigError::new(key, &amount.to_string(), "a number that is not negative"))
}
