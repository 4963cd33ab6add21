//! Who is measured beside Aura: other languages' implementations, each running the suite's own port for it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::machine;

/// Something that runs the suite.
pub(crate) struct Runner {
    /// How tables call it.
    pub(crate) name: String,
    /// Where it has to stand to find its programs.
    pub(crate) dir: PathBuf,
    command: PathBuf,
    before: Vec<String>,
}

impl Runner {
    /// Aura itself.
    pub(crate) fn aura() -> Result<Self, String> {
        Self::aura_with(&["run".to_owned()])
    }

    /// Aura itself, with these words before the program.
    pub(crate) fn aura_with(words: &[String]) -> Result<Self, String> {
        let dir = machine::programs()?;
        let mut before = words.to_vec();
        before.push("harness.aura".to_owned());
        Ok(Self { name: "aura".to_owned(), dir, command: machine::aura()?, before })
    }

    /// The command that runs `program` `iterations` times with the inner count.
    pub(crate) fn command(&self, program: &str, iterations: u32, inner: u32) -> Command {
        let mut command = Command::new(&self.command);
        command.args(&self.before).arg(program).arg(iterations.to_string()).arg(inner.to_string());
        command
    }
}

/// A peer: name, command, its options, and where in the suite its harness is.
type Peer = (&'static str, &'static str, &'static [&'static str], &'static str, &'static str);

const PEERS: [Peer; 8] = [
    ("python3", "python3", &[], "Python", "harness.py"),
    ("lua5.4", "lua5.4", &[], "Lua", "harness.lua"),
    ("pypy3", "pypy3", &[], "Python", "harness.py"),
    ("luajit", "luajit", &[], "Lua", "harness.lua"),
    ("ruby", "ruby", &[], "Ruby", "harness.rb"),
    ("ruby-yjit", "ruby", &["--yjit"], "Ruby", "harness.rb"),
    ("node", "node", &[], "JavaScript", "harness.js"),
    ("node-jitless", "node", &["--jitless"], "JavaScript", "harness.js"),
];

/// Aura without compiled code, as a peer of itself.
const INTERPRETER: &str = "aura-interpreter";

/// The peers that were asked for, or all that are installed. One that was asked for and isn't there is an error.
pub(crate) fn find(suite: Option<&Path>, wanted: &[String]) -> Result<Vec<Runner>, String> {
    let (own, others): (Vec<String>, Vec<String>) = wanted.iter().cloned().partition(|w| w == INTERPRETER);
    let mut runners = Vec::new();
    if !own.is_empty() {
        let interpreter = Runner::aura_with(&["run".to_owned(), "--jit=off".to_owned()])?;
        runners.push(Runner { name: INTERPRETER.to_owned(), ..interpreter });
    }
    if own.is_empty() || !others.is_empty() {
        runners.extend(find_others(suite, &others)?);
    }
    Ok(runners)
}

fn find_others(suite: Option<&Path>, wanted: &[String]) -> Result<Vec<Runner>, String> {
    if let Some(unknown) = wanted.iter().find(|w| PEERS.iter().all(|p| p.0 != w.as_str())) {
        let names: Vec<&str> = PEERS.iter().map(|p| p.0).collect();
        return Err(format!("{unknown} is not a peer this knows; there are {}", names.join(", ")));
    }
    let Some(suite) = suite else {
        if wanted.is_empty() {
            eprintln!("bench: no --suite DIR, so Aura runs alone");
            return Ok(Vec::new());
        }
        return Err("peers need --suite DIR, an unpacked copy of the suite Are We Fast Yet".to_owned());
    };
    let mut runners = Vec::new();
    for (name, command, options, folder, harness) in PEERS {
        let asked = wanted.iter().any(|w| w == name);
        if !asked && !wanted.is_empty() {
            continue;
        }
        let dir = suite.join("benchmarks").join(folder);
        match (in_path(command), dir.join(harness).is_file()) {
            (Some(command), true) => {
                let before = options.iter().map(ToString::to_string).chain([harness.to_owned()]).collect();
                runners.push(Runner { name: name.to_owned(), dir, command, before });
            }
            (None, _) if asked => return Err(format!("{name} is not installed")),
            (_, false) if asked => return Err(format!("{} has no {harness}", dir.display())),
            _ => {}
        }
    }
    Ok(runners)
}

fn in_path(command: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(command)).find(|file| file.is_file())
}
