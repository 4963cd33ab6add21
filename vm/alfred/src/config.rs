//! What the door may do, and whom it asks: modes, budgets, servers.
//!
//! What must stay true: everything has a default that is safe (a script's learned methods get no capability; in CI nobody
//! is asked); the environment is read in one place, through a function, so that tests need none; flags win over it.

use std::path::PathBuf;
use std::time::Duration;

use crate::clients::{Deadlines, Options};

/// Who decides about a method that passed the gates, and who writes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// The gates decide.
    Auto,
    /// A person sees the method and decides.
    Ask,
    /// Only recordings are asked.
    Replay,
    /// Nobody is asked.
    Off,
}

impl Mode {
    /// Every mode, by name.
    pub const NAMES: [(&'static str, Mode); 4] =
        [("auto", Mode::Auto), ("ask", Mode::Ask), ("replay", Mode::Replay), ("off", Mode::Off)];

    /// The mode of that name.
    pub fn named(name: &str) -> Option<Mode> {
        Self::NAMES.iter().find(|(n, _)| *n == name).map(|(_, m)| *m)
    }
}

/// Which server is asked.
#[derive(Clone, PartialEq, Debug)]
pub enum Server {
    /// Ollama at this address (as in `OLLAMA_HOST`; empty means the default).
    Ollama(String),
    /// An OpenAI-compatible endpoint.
    OpenAi {
        /// Its address.
        url: String,
        /// It is given a GBNF grammar for its answers (llama.cpp's server takes it); one that does not take it is found out.
        grammar: bool,
        /// The key it wants.
        key: Option<String>,
    },
}

/// Totals for a run.
#[derive(Clone, PartialEq, Debug)]
pub struct Budget {
    /// Tokens read and written, together.
    pub tokens: u64,
    /// Seconds of waiting for models.
    pub time: Duration,
    /// Sends that are answered.
    pub sends: u32,
    /// Sends that wait, one inside the other.
    pub depth: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Self { tokens: 200_000, time: Duration::from_secs(900), sends: 64, depth: 4 }
    }
}

/// Limits of a trial.
#[derive(Clone, PartialEq, Debug)]
pub struct TrialLimits {
    /// Instructions.
    pub fuel: u64,
    /// Bytes of heap, in total.
    pub heap: u64,
    /// Activations, one inside the other.
    pub stack: usize,
    /// Time.
    pub time: Duration,
}

impl Default for TrialLimits {
    fn default() -> Self {
        Self { fuel: 2_000_000, heap: 64 << 20, stack: 2_000, time: Duration::from_secs(2) }
    }
}

/// Everything the door is told.
#[derive(Clone, PartialEq, Debug)]
pub struct Config {
    /// Who decides.
    pub mode: Mode,
    /// Which server is asked.
    pub server: Server,
    /// Which model. Nothing means the default one, or one that is installed.
    pub model: Option<String>,
    /// The recordings of this script, read when no server can be reached, or always in replay.
    pub cassette: Option<PathBuf>,
    /// Answers are recorded into the cassette.
    pub record: bool,
    /// The file of learned methods; nothing to keep none.
    pub learned: Option<PathBuf>,
    /// The script's name as the user gave it, for comments in files.
    pub script: String,
    /// Values of this run may be told to the model.
    pub tell_values: bool,
    /// Put learned methods at this object instead of the place that the rule finds.
    pub install_at: Option<String>,
    /// Totals.
    pub budget: Budget,
    /// Limits of each trial.
    pub trial: TrialLimits,
    /// Sampling.
    pub options: Options,
    /// Waiting.
    pub deadlines: Deadlines,
    /// Repairs of one sample.
    pub repairs: u32,
    /// Samples.
    pub samples: u32,
    /// Which run of the same program this is, from 1, where answers to the same question are to be told apart: in evaluations.
    pub take: u32,
}

/// The model that is asked when nobody names one.
pub const DEFAULT_MODEL: &str = "qwen3:4b-instruct";

impl Config {
    /// The defaults for a script (or, with `interactive`, for a REPL), changed by the environment.
    pub fn from_env(interactive: bool, env: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let set = |name: &str| env(name).filter(|v| !v.trim().is_empty());
        let ci = set("CI").is_some_and(|v| v != "false" && v != "0");
        let fallback = match (ci, interactive) {
            (true, _) => Mode::Replay,
            (_, true) => Mode::Ask,
            (_, false) => Mode::Auto,
        };
        let mode = match set("AURA_ALFRED") {
            Some(name) => Mode::named(name.trim()).ok_or_else(|| ConfigError::mode("AURA_ALFRED", &name))?,
            None => fallback,
        };
        let server = match set("AURA_OPENAI") {
            Some(url) => Server::OpenAi { url, grammar: set("AURA_GRAMMAR").is_none_or(|v| v != "0"), key: set("AURA_API_KEY") },
            None => Server::Ollama(set("OLLAMA_HOST").unwrap_or_default()),
        };
        Ok(Self { mode, server, model: set("AURA_MODEL").map(|m| m.trim().to_string()), ..Self::plain() })
    }

    /// The defaults, without an environment.
    pub fn plain() -> Self {
        Self {
            mode: Mode::Auto,
            server: Server::Ollama(String::new()),
            model: None,
            cassette: None,
            record: false,
            learned: None,
            script: String::new(),
            tell_values: true,
            install_at: None,
            budget: Budget::default(),
            trial: TrialLimits::default(),
            options: Options::default(),
            deadlines: Deadlines::default(),
            repairs: 2,
            samples: 2,
            take: 1,
        }
    }

    /// For the script at `path`: its cassette and its learned methods lie beside it.
    pub fn for_script(mut self, path: &std::path::Path) -> Self {
        self.script = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        self.learned = Some(crate::learned::beside(path));
        self.cassette = Some(path.with_extension("cassette.json"));
        self
    }
}

/// A setting that is none.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{setting} is '{value}', which is not one of: {choices}")]
pub struct ConfigError {
    /// The variable or flag.
    pub setting: String,
    /// What it was.
    pub value: String,
    /// What it may be.
    pub choices: String,
}

impl ConfigError {
    /// A mode that does not exist.
    pub fn mode(setting: &str, value: &str) -> Self {
        let choices = Mode::NAMES.map(|(n, _)| n).join(", ");
        Self { setting: setting.into(), value: crate::text::line(value, 40), choices }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(interactive: bool, vars: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let vars: Vec<(String, String)> = vars.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
        Config::from_env(interactive, |name| vars.iter().find(|(k, _)| k == name).map(|(_, v)| v.clone()))
    }

    #[test]
    fn the_mode_follows_from_where_it_runs_unless_it_is_set() {
        for (interactive, vars, mode) in [
            (false, &[][..], Mode::Auto),
            (true, &[][..], Mode::Ask),
            (true, &[("CI", "true")][..], Mode::Replay),
            (false, &[("CI", "false")][..], Mode::Auto),
            (false, &[("CI", "true"), ("AURA_ALFRED", "off")][..], Mode::Off),
        ] {
            assert_eq!(from(interactive, vars).expect("a config").mode, mode, "{vars:?}");
        }
        let error = from(false, &[("AURA_ALFRED", "yes")]).expect_err("no mode");
        assert_eq!(error.to_string(), "AURA_ALFRED is 'yes', which is not one of: auto, ask, replay, off");
    }

    #[test]
    fn the_server_and_the_model_come_from_the_environment() {
        assert_eq!(from(false, &[("OLLAMA_HOST", "box:1")]).expect("a config").server, Server::Ollama("box:1".into()));
        let config =
            from(false, &[("AURA_OPENAI", "http://box/v1"), ("AURA_API_KEY", "k"), ("AURA_GRAMMAR", "0"), ("AURA_MODEL", "m ")])
                .expect("a config");
        assert_eq!(config.server, Server::OpenAi { url: "http://box/v1".into(), grammar: false, key: Some("k".into()) });
        assert_eq!(config.model.as_deref(), Some("m"));
        let config = from(false, &[("AURA_OPENAI", "http://box/v1")]).expect("a config");
        assert!(matches!(config.server, Server::OpenAi { grammar: true, .. }), "a server is tried with a grammar");
    }

    #[test]
    fn files_lie_beside_the_script() {
        let config = Config::plain().for_script(std::path::Path::new("examples/first_contact.aura"));
        assert_eq!(config.learned.expect("set").to_str(), Some("examples/first_contact.learned.aura"));
        assert_eq!(config.cassette.expect("set").to_str(), Some("examples/first_contact.cassette.json"));
    }
}
