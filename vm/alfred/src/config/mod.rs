//! What the door may do, and whom it asks: modes, models, servers, budgets, powers.
//!
//! * [`Settings`] what a project says in its `aura.toml`
//! * [`budget`] what may be spent; [`policy`] choices about how sends are answered
//!
//! What must stay true: everything has a default that is safe (a script's learned methods get no capability; in CI nobody
//! is asked); flags win over the environment, the environment over `aura.toml`, that over the defaults; the environment is
//! read in one place, through a function, so that tests need none.

pub mod budget;
pub mod policy;
mod settings;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::clients::{Deadlines, Options};
use crate::persona::Persona;
use crate::state::Waits;

pub use budget::{Allowance, Budget, Price, Spent};
pub use policy::{Cascade, Sketches, Tests};
pub use settings::Settings;

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
        policy::named(&Self::NAMES, name)
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
    /// A person sees each method, whoever would decide else.
    pub shows_all: bool,
    /// Which server is asked.
    pub server: Server,
    /// Which model each persona is. Nothing named means the default one, or one that is installed.
    pub models: Models,
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
    /// Waiting for models.
    pub deadlines: Deadlines,
    /// For the gates that look at a method's text, the checker among them.
    pub gates: Duration,
    /// What models cost, by their names.
    pub prices: BTreeMap<String, Price>,
    /// The file in which the project's spending of the day is kept; nothing: it is not counted.
    pub day: Option<PathBuf>,
    /// Capabilities that generated code may use where the program and the sender hold them.
    pub capabilities: Vec<String>,
    /// When a method may be written in Python.
    pub sketches: Sketches,
    /// When the other personas are asked.
    pub cascade: Cascade,
    /// Which tests a method must pass.
    pub tests: Tests,
    /// Methods that are compared before one of them is chosen.
    pub candidates: u32,
    /// The share of them that must behave alike.
    pub threshold: f64,
    /// Repairs of one sample.
    pub repairs: u32,
    /// Samples without a method that passes, before the send is given up.
    pub samples: u32,
    /// Which run of the same program this is, from 1, where answers to the same question are to be told apart: in evaluations.
    pub take: u32,
}

/// Which model each persona is.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Models {
    named: BTreeMap<Persona, String>,
}

impl Models {
    /// ALFRED is this one; the others too, unless they get one of their own.
    pub fn all(name: &str) -> Self {
        let mut models = Self::default();
        models.set(Persona::Alfred, name);
        models
    }

    /// Names a persona's model.
    pub fn set(&mut self, persona: Persona, name: &str) {
        self.named.insert(persona, name.into());
    }

    /// A persona's model, and whether anybody named it. Who names one model has one: the other personas are asked there,
    /// too, rather than have the server load another one.
    pub fn of(&self, persona: Persona) -> (&str, bool) {
        let named = self.named.get(&persona).or_else(|| self.named.get(&Persona::Alfred));
        named.map_or((persona.default_model(), false), |name| (name, true))
    }
}

/// Where settings come from besides the defaults and the flags, which the command applies afterwards.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sources<'a> {
    /// What the project says.
    pub project: Option<&'a Settings>,
    /// A person is at the terminal, and there is no script.
    pub interactive: bool,
}

impl Config {
    /// The defaults for a script (or for a dialogue), changed by the project, and then by the environment.
    ///
    /// # Errors
    /// A setting that makes no sense, with those that would.
    pub fn from(sources: Sources<'_>, env: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let set = |name: &str| env(name).filter(|v| !v.trim().is_empty());
        let ci = set("CI").is_some_and(|v| v != "false" && v != "0");
        let mut config = Self { mode: if sources.interactive { Mode::Ask } else { Mode::Auto }, ..Self::plain() };
        if let Some(project) = sources.project {
            project.apply(&mut config)?;
        }
        // Nobody is asked in CI, whatever the project says; only who starts the run can say otherwise.
        if ci && config.mode != Mode::Off {
            config.mode = Mode::Replay;
        }
        if let Some(name) = set("AURA_ALFRED") {
            config.mode = Mode::named(name.trim()).ok_or_else(|| ConfigError::mode("AURA_ALFRED", &name))?;
        }
        if let Some(host) = set("OLLAMA_HOST") {
            config.server = Server::Ollama(host);
        }
        if let Some(url) = set("AURA_OPENAI") {
            config.server = Server::OpenAi { url, grammar: set("AURA_GRAMMAR").is_none_or(|v| v != "0"), key: None };
        }
        if let Server::OpenAi { key, .. } = &mut config.server {
            *key = set("AURA_API_KEY");
        }
        if let Some(model) = set("AURA_MODEL") {
            config.models.set(Persona::Alfred, model.trim());
        }
        Ok(config)
    }

    /// The defaults, without an environment.
    pub fn plain() -> Self {
        Self {
            mode: Mode::Auto,
            shows_all: false,
            server: Server::Ollama(String::new()),
            models: Models::default(),
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
            gates: Duration::from_secs(20),
            prices: BTreeMap::new(),
            day: None,
            capabilities: Vec::new(),
            sketches: Sketches::default(),
            cascade: Cascade::default(),
            tests: Tests::default(),
            candidates: 1,
            threshold: 0.6,
            repairs: 2,
            samples: 2,
            take: 1,
        }
    }

    /// How long a send may stay in its steps, as far as that is a matter of settings.
    pub fn waits(&self) -> Waits {
        Waits { model: self.deadlines.longest(), gates: self.gates }
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
#[error("{setting} is '{value}', which is not {choices}")]
pub struct ConfigError {
    /// The variable or flag.
    pub setting: String,
    /// What it was.
    pub value: String,
    /// What it may be.
    pub choices: String,
}

impl ConfigError {
    /// A value that makes no sense, and those that would.
    pub fn new(setting: &str, value: &str, choices: impl Into<String>) -> Self {
        Self { setting: setting.into(), value: crate::text::line(value, 40), choices: choices.into() }
    }

    /// A mode that does not exist.
    pub fn mode(setting: &str, value: &str) -> Self {
        Self::new(setting, value, policy::choices(&Mode::NAMES))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(interactive: bool, vars: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let vars: Vec<(String, String)> = vars.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
        let sources = Sources { interactive, ..Sources::default() };
        Config::from(sources, |name| vars.iter().find(|(k, _)| k == name).map(|(_, v)| v.clone()))
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
        assert_eq!(config.models.of(Persona::Alfred), ("m", true));
        assert_eq!(config.models.of(Persona::Robin), ("m", true));
        assert_eq!(Config::plain().models.of(Persona::Robin), ("gemma3", false));
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
