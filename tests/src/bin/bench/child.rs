//! Processes that are measured, and scripts for them: wall time and peak memory of one, or its output, with a limit on how long it may take.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};

use crate::machine;

/// A script in a folder of its own, which goes with it.
pub(crate) struct Script {
    dir: tempfile::TempDir,
    path: PathBuf,
}

impl Script {
    /// Writes it.
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        let dir = tempfile::tempdir().map_err(|e| format!("cannot make a folder for a script: {e}"))?;
        let path = dir.path().join("script.aura");
        std::fs::write(&path, text).map_err(|e| format!("cannot write {}: {e}", path.display()))?;
        Ok(Self { dir, path })
    }

    /// Its folder.
    pub(crate) fn folder(&self) -> &Path {
        self.dir.path()
    }

    /// What runs it with the `aura` that is measured.
    pub(crate) fn run(&self, flags: &[&str]) -> Result<Command, String> {
        let mut command = Command::new(machine::aura()?);
        command.arg("run").args(flags).arg(&self.path);
        Ok(command)
    }
}

/// What a process cost.
pub(crate) struct Cost {
    /// Seconds from before its start to after its end.
    pub(crate) wall: f64,
    /// Its peak resident memory in bytes.
    pub(crate) peak: f64,
}

/// Runs a command to its end, in a process that does nothing else: the system only tells the peak of all children
/// together. (The figure can't fall below that process's own few megabytes.)
pub(crate) fn cost(command: &[String]) -> Result<Cost, String> {
    let me = std::env::current_exe().map_err(|e| e.to_string())?;
    let output = Command::new(me)
        .arg("measure")
        .arg("--")
        .args(command)
        .stdin(Stdio::null())
        .output()
        .map_err(|e| format!("cannot start {}: {e}", command.join(" ")))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let mut words = text.split_whitespace().map(str::parse::<f64>);
    match (words.next(), words.next()) {
        (Some(Ok(wall)), Some(Ok(peak))) => Ok(Cost { wall, peak }),
        _ => Err(format!("measuring {} gave no figures: {text}", command.join(" "))),
    }
}

/// The other side of [`cost`]: runs the command, prints seconds and bytes.
pub(crate) fn measure(command: &[String]) -> Result<(), String> {
    let began = Instant::now();
    let status = Command::new(&command[0])
        .args(&command[1..])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .map_err(|e| format!("cannot start {}: {e}", command[0]))?;
    let wall = began.elapsed().as_secs_f64();
    if !status.success() {
        return Err(format!("{} ended with {status}", command.join(" ")));
    }
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(|e| e.to_string())?;
    println!("{wall} {}", usage.max_rss() * 1024);
    Ok(())
}

/// Runs a program in a directory and answers its standard output; an error tells what it wrote to standard error.
pub(crate) fn output(command: &mut Command, dir: &Path, limit: Duration) -> Result<String, String> {
    let mut child = command
        .current_dir(dir)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| format!("cannot start {command:?}: {e}"))?;
    let out = drain(child.stdout.take());
    let err = drain(child.stderr.take());
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().map_err(|e| e.to_string())? {
            break status;
        }
        if began.elapsed() > limit {
            child.kill().map_err(|e| e.to_string())?;
            child.wait().map_err(|e| e.to_string())?;
            return Err(format!("took longer than {} s and was stopped", limit.as_secs()));
        }
        thread::sleep(Duration::from_millis(5));
    };
    let (out, err) = (out.join().unwrap_or_default(), err.join().unwrap_or_default());
    if status.success() { Ok(out) } else { Err(format!("ended with {status}: {}", last_lines(&err, &out))) }
}

fn drain(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What could be read before an error is still worth showing.
            let _ = pipe.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn last_lines(err: &str, out: &str) -> String {
    let text = if err.trim().is_empty() { out } else { err };
    let lines: Vec<&str> = text.lines().filter(|l| !l.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(16)..].join("\n    ")
}
