//! The ledger: a file of JSON lines, the settings first, then a line for each sample, written as soon as the sample is there.
//!
//! What must stay true: an evaluation that ends at any moment loses no sample that was finished; a ledger is gone on with only under the settings
//! that it was begun with; a last line that a power cut has cut off is dropped, any other damage is told with its line.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Sample;
use crate::files::{self, Unreadable};

/// The version of the form of ledgers and reports.
pub const SCHEMA: u32 = 1;
/// No ledger that is read is larger.
const MOST_BYTES: u64 = 256 << 20;

/// What was evaluated, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// The version of the form.
    pub schema: u32,
    /// The version of Aura.
    pub aura: String,
    /// The suite's name.
    pub suite: String,
    /// The SHA-256 of its tasks.
    pub suite_sha256: String,
    /// The model that was asked for.
    pub model: String,
    /// Where it was asked: a server or a cassette.
    pub through: String,
    /// The SHA-256 of what every prompt begins with.
    pub prompt_sha256: String,
    /// Runs of each task.
    pub takes: u32,
    /// The temperature of first samples.
    pub temperature: f32,
    /// Repairs of one conversation.
    pub repairs: u32,
    /// Conversations.
    pub samples: u32,
    /// When methods may be written in Python; empty in ledgers that are older: never.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sketches: String,
    /// When the other personas are asked; empty: never.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cascade: String,
    /// Candidates that are compared, if there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidates: Option<u32>,
}

/// The file.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    file: File,
}

/// Why a ledger cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}: {why}", .path.display())]
pub struct LedgerError {
    /// Which.
    pub path: PathBuf,
    /// What is wrong, and what to do.
    pub why: String,
}

impl Ledger {
    /// Begins a ledger.
    ///
    /// # Errors
    /// When there is one already, or it cannot be written.
    pub fn begin(path: &Path, head: &Head) -> Result<Self, LedgerError> {
        let opened = OpenOptions::new().write(true).create_new(true).open(path);
        let file = opened.map_err(|e| match e.kind() {
            io::ErrorKind::AlreadyExists => fault(path, "it is there already; --resume goes on with it, --out names another"),
            _ => fault(path, format!("it cannot be written: {e}")),
        })?;
        let mut ledger = Self { path: path.into(), file };
        ledger.line(&serde_json::to_string(head).expect("plain data"))?;
        Ok(ledger)
    }

    /// Goes on with a ledger, or begins it if there is none. Answers the samples that are in it.
    ///
    /// # Errors
    /// When it was begun with other settings, is damaged, or cannot be written.
    pub fn resume(path: &Path, head: &Head) -> Result<(Self, Vec<Sample>), LedgerError> {
        if !path.exists() {
            return Ok((Self::begin(path, head)?, Vec::new()));
        }
        let (then, samples, whole) = read(path)?;
        if let Some(difference) = difference(&then, head) {
            return Err(fault(
                path,
                format!("it was begun with another {difference}; go on under the same settings, or name another file (--out)"),
            ));
        }
        let unwritable = |e: io::Error| fault(path, format!("it cannot be written: {e}"));
        let file = OpenOptions::new().append(true).open(path).map_err(unwritable)?;
        file.set_len(whole).map_err(unwritable)?;
        Ok((Self { path: path.into(), file }, samples))
    }

    /// Writes a sample.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&mut self, sample: &Sample) -> Result<(), LedgerError> {
        self.line(&serde_json::to_string(sample).expect("plain data"))
    }

    fn line(&mut self, text: &str) -> Result<(), LedgerError> {
        let written = self.file.write_all(format!("{text}\n").as_bytes()).and_then(|()| self.file.sync_data());
        written.map_err(|e| fault(&self.path, format!("it cannot be written: {e}")))
    }
}

/// The settings and samples of a ledger, and the length of its whole lines.
///
/// # Errors
/// When it cannot be read, with the line.
pub fn read(path: &Path) -> Result<(Head, Vec<Sample>, u64), LedgerError> {
    let text = files::read(path, MOST_BYTES).map_err(|e| match e {
        Unreadable::Missing => fault(path, "it is missing"),
        Unreadable::Io(e) => fault(path, format!("it cannot be read: {e}")),
        Unreadable::TooLarge => fault(path, format!("it has more than {MOST_BYTES} bytes")),
        Unreadable::NotText(at) => fault(path, format!("byte {at} is not UTF-8")),
    })?;
    let whole = text.rfind('\n').map_or(0, |at| at + 1);
    let damaged = |line: usize, e: serde_json::Error| fault(path, format!("line {line} is not what an evaluation writes: {e}"));
    let mut lines = text[..whole].lines().enumerate().map(|(i, l)| (i + 1, l));
    let (_, first) = lines.next().ok_or_else(|| fault(path, "it is empty; remove it"))?;
    let head: Head = serde_json::from_str(first).map_err(|e| damaged(1, e))?;
    if head.schema > SCHEMA {
        return Err(fault(path, format!("it has version {}; this Aura reads version {SCHEMA}", head.schema)));
    }
    let samples = lines.map(|(i, l)| serde_json::from_str(l).map_err(|e| damaged(i, e))).collect::<Result<_, _>>()?;
    Ok((head, samples, whole as u64))
}

/// The first setting that differs and matters: a later Aura may go on, and more runs of each task may be wanted.
fn difference(then: &Head, now: &Head) -> Option<&'static str> {
    let settings = [
        ("suite", then.suite_sha256 != now.suite_sha256),
        ("model", then.model != now.model),
        ("server or cassette", then.through != now.through),
        ("prompt", then.prompt_sha256 != now.prompt_sha256),
        ("temperature", then.temperature != now.temperature),
        ("number of repairs", then.repairs != now.repairs),
        ("number of conversations", then.samples != now.samples),
        ("sketches", then.sketches != now.sketches),
        ("cascade", then.cascade != now.cascade),
        ("number of candidates", then.candidates != now.candidates),
    ];
    settings.into_iter().find(|s| s.1).map(|s| s.0)
}

fn fault(path: &Path, why: impl Into<String>) -> LedgerError {
    LedgerError { path: path.into(), why: why.into() }
}

#[cfg(test)]
mod tests {
    use super::super::{Ending, Sample};
    use super::*;
    use crate::clients::Tokens;

    fn head() -> Head {
        Head {
            schema: SCHEMA,
            aura: "0".into(),
            suite: "s".into(),
            suite_sha256: "a".into(),
            model: "m".into(),
            through: "there".into(),
            prompt_sha256: "p".into(),
            takes: 1,
            temperature: 0.0,
            repairs: 2,
            samples: 2,
            sketches: String::new(),
            cascade: String::new(),
            candidates: None,
        }
    }

    fn sample(take: u32) -> Sample {
        Sample {
            tier: "t".into(),
            task: "x".into(),
            take,
            ending: Ending::NoAnswer,
            attempts: Vec::new(),
            chosen: 0,
            source: None,
            at: None,
            model: String::new(),
            hidden: None,
            why: "the server is gone".into(),
            tokens: Tokens::default(),
            seconds: 0.5,
            waited: 0.25,
        }
    }

    #[test]
    fn what_was_written_is_there_after_a_cut_and_other_settings_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("e.jsonl");
        let mut ledger = Ledger::begin(&path, &head()).expect("begun");
        ledger.write(&sample(1)).expect("written");
        ledger.write(&sample(2)).expect("written");
        drop(ledger);
        assert!(Ledger::begin(&path, &head()).expect_err("there").why.contains("--resume"));
        let text = std::fs::read_to_string(&path).expect("read");
        std::fs::write(&path, &text[..text.len() - 9]).expect("cut");
        let (mut ledger, samples) = Ledger::resume(&path, &head()).expect("gone on");
        assert_eq!(samples, [sample(1)]);
        ledger.write(&sample(2)).expect("written");
        assert_eq!(std::fs::read_to_string(&path).expect("read"), text);
        let other = Head { model: "n".into(), ..head() };
        assert!(Ledger::resume(&path, &other).expect_err("another").why.contains("another model"));
        assert!(Ledger::resume(&path, &Head { takes: 5, aura: "1".into(), ..head() }).is_ok());
    }

    #[test]
    fn damage_is_told_with_its_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("e.jsonl");
        std::fs::write(&path, format!("{}\nnonsense\n", serde_json::to_string(&head()).expect("data"))).expect("written");
        assert!(read(&path).expect_err("damaged").why.starts_with("line 2 is not"));
        std::fs::write(&path, "").expect("written");
        assert!(read(&path).expect_err("empty").why.contains("empty"));
        let newer = Head { schema: 9, ..head() };
        std::fs::write(&path, serde_json::to_string(&newer).expect("data") + "\n").expect("written");
        assert!(read(&path).expect_err("newer").why.contains("version 9"));
    }
}
