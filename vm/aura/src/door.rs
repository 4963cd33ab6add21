//! The open door as the command offers it: flags and environment to a configuration, and who is asked about messages that are
//! not understood.

use std::path::{Path, PathBuf};

use aura_alfred::config::{Config, Mode};
use aura_run::{ProcessId, Vm};
use clap::{Args, ValueEnum};

use crate::drive::Attendant;
use crate::exit::Exit;

/// What happens to messages that nothing understands.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "The open door")]
pub struct DoorFlags {
    /// Who decides: the gates, a person, recordings only, or nobody is asked at all.
    #[arg(long, value_name = "MODE")]
    pub alfred: Option<Who>,
    /// Which model is asked.
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// Read recorded answers from here instead of from beside the script.
    #[arg(long, value_name = "FILE")]
    pub cassette: Option<PathBuf>,
    /// Record the model's answers into this file.
    #[arg(long, value_name = "FILE", conflicts_with = "cassette")]
    pub record: Option<PathBuf>,
}

/// `--alfred`
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Who {
    /// The gates decide.
    Auto,
    /// A person sees each method and decides.
    Ask,
    /// Only recordings are asked.
    Replay,
    /// Nobody is asked.
    Off,
}

/// The door of one program.
pub struct Door {
    config: Config,
}

impl Door {
    /// The door for a script, or for none.
    ///
    /// # Errors
    /// A setting in the environment that makes no sense.
    pub fn open(flags: &DoorFlags, script: Option<&Path>) -> Result<Self, String> {
        let interactive = false;
        let mut config =
            Config::from_env(interactive, |name| std::env::var(name).ok()).map_err(|e| e.to_string())?;
        if let Some(path) = script {
            config = config.for_script(path);
        }
        if let Some(who) = flags.alfred {
            config.mode = match who {
                Who::Auto => Mode::Auto,
                Who::Ask => Mode::Ask,
                Who::Replay => Mode::Replay,
                Who::Off => Mode::Off,
            };
        }
        if flags.model.is_some() {
            config.model.clone_from(&flags.model);
        }
        if let Some(file) = flags.cassette.as_ref().or(flags.record.as_ref()) {
            config.cassette = Some(file.clone());
            config.record = flags.record.is_some();
        }
        Ok(Self { config })
    }

    /// Prints what was learned, where it was installed, and how long it took.
    pub fn account(&self) {}

    /// The exit code, when the door is the reason why a program failed.
    pub fn exit(&self) -> Option<Exit> {
        None
    }
}

impl Attendant for Door {
    fn paused(&mut self, _vm: &mut Vm, _id: ProcessId) -> bool {
        let _ = &self.config;
        false
    }
}
