//! Cassettes: what a model answered, kept byte for byte, so that the same question has the same answer without a network.
//!
//! The file is JSON that a person can read and review: a version, and a list of recordings. A recording is found by its
//! *key*, the SHA-256 of the normalised question. The question is the part of a prompt that describes the send and the
//! attempts made so far; the standing part (who the model is, the language card, what the standard library offers) and the
//! sampling options are not in it, so that a recording outlives a better wording, and any model may have made it.
//!
//! What must stay true: a file is read whole or refused with the place of the fault; a key always belongs to its
//! question; a file is replaced whole; there is one recording per key.

mod miss;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::clients::{Answer, Exchange};
use crate::files::{self, Unreadable};
use crate::text::sha256;

pub use miss::{Miss, Nearest};

/// The version of the file's form.
const VERSION: u32 = 1;
/// No cassette is larger.
const MOST_BYTES: u64 = 16 << 20;

/// A set of recordings and the file they belong to.
#[derive(Clone, Debug)]
pub struct Cassette {
    path: PathBuf,
    recordings: Vec<Recording>,
}

/// One recorded exchange.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// The key of the question.
    pub key: String,
    /// The question, line by line.
    pub question: Vec<String>,
    /// The model that answered.
    pub model: String,
    /// The digest of its weights, when the server told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// When, in UTC.
    pub recorded: String,
    /// What went over the wire.
    pub exchange: Exchange,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "aura-cassette")]
    version: u32,
    recordings: Vec<Recording>,
}

#[derive(Deserialize)]
struct Version {
    #[serde(rename = "aura-cassette")]
    version: Option<u32>,
}

/// Why a cassette cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CassetteError {
    /// There is no such file.
    #[error("there is no cassette at {}", .0.display())]
    Missing(PathBuf),
    /// The system does not let it be read or written.
    #[error("the cassette {} cannot be {verb}: {why}", .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// `read` or `written`.
        verb: &'static str,
        /// The system's word.
        why: String,
    },
    /// It is not a cassette, or a damaged one.
    #[error("the cassette {} is damaged at {place}: {why}", .path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// Line and column, or the recording's number.
        place: String,
        /// What is wrong.
        why: String,
    },
    /// A later Aura wrote it.
    #[error("the cassette {} has version {version}; this Aura reads version {VERSION}", .path.display())]
    Newer {
        /// Which.
        path: PathBuf,
        /// Its version.
        version: u32,
    },
}

impl CassetteError {
    /// What to do about it.
    pub fn remedy(&self) -> String {
        match self {
            Self::Missing(_) => "record one with a model server at hand (--record FILE), or run with --alfred=auto".into(),
            Self::Io { .. } => "check the file's permissions and the disk".into(),
            Self::Damaged { .. } => {
                "put the file back from version control, or delete it and record again (--record FILE)".into()
            }
            Self::Newer { .. } => "update aura, or record again (--record FILE)".into(),
        }
    }
}

impl Cassette {
    /// An empty cassette that will be written to `path`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), recordings: Vec::new() }
    }

    /// Reads the cassette at `path`.
    pub fn load(path: impl Into<PathBuf>) -> Result<Self, CassetteError> {
        let path = path.into();
        let text = files::read(&path, MOST_BYTES).map_err(|e| unreadable(&path, e))?;
        let recordings = parse(&path, &text)?;
        Ok(Self { path, recordings })
    }

    /// Reads the cassette at `path`, or begins one when there is none.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, CassetteError> {
        match Self::load(path) {
            Err(CassetteError::Missing(path)) => Ok(Self::new(path)),
            other => other,
        }
    }

    /// The recording of a question.
    pub fn find(&self, question: &str) -> Result<&Recording, Box<Miss>> {
        let key = key(question);
        let found = self.recordings.iter().find(|r| r.key == key);
        found.ok_or_else(|| Box::new(Miss::new(&self.place(), question, &self.recordings)))
    }

    /// Keeps an answer, in the place of an earlier one to the same question.
    pub fn record(&mut self, question: &str, answer: &Answer, now: std::time::SystemTime) {
        let question = normal(question);
        let recording = Recording {
            key: key(&question),
            question: question.lines().map(str::to_string).collect(),
            model: answer.model.clone(),
            digest: answer.digest.clone(),
            recorded: humantime::format_rfc3339_seconds(now).to_string(),
            exchange: answer.exchange.clone(),
        };
        match self.recordings.iter_mut().find(|r| r.key == recording.key) {
            Some(old) => *old = recording,
            None => self.recordings.push(recording),
        }
    }

    /// Writes the file, whole or not at all.
    pub fn save(&self) -> Result<(), CassetteError> {
        let file = File { version: VERSION, recordings: self.recordings.clone() };
        let mut text = serde_json::to_string_pretty(&file).expect("a cassette is plain data");
        text.push('\n');
        let failed = |e: std::io::Error| CassetteError::Io { path: self.path.clone(), verb: "written", why: e.to_string() };
        files::replace(&self.path, &text).map_err(failed)
    }

    /// The file, for messages.
    pub fn place(&self) -> String {
        self.path.display().to_string()
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The model that made the recordings.
    pub fn model(&self) -> String {
        self.recordings.last().map_or_else(String::new, |r| r.model.clone())
    }

    /// How many recordings there are.
    pub fn len(&self) -> usize {
        self.recordings.len()
    }

    /// Nothing is recorded.
    pub fn is_empty(&self) -> bool {
        self.recordings.is_empty()
    }
}

/// The key of a question.
pub fn key(question: &str) -> String {
    sha256(&normal(question))
}

/// The question with the differences removed that mean nothing: line ends, trailing blanks, runs of empty lines.
fn normal(question: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in question.lines().map(str::trim_end) {
        if !(line.is_empty() && lines.last().is_none_or(|l| l.is_empty())) {
            lines.push(line);
        }
    }
    while lines.last().is_some_and(|l| l.is_empty()) {
        lines.pop();
    }
    lines.join("\n")
}

fn parse(path: &Path, text: &str) -> Result<Vec<Recording>, CassetteError> {
    let damaged = |place: String, why: String| CassetteError::Damaged { path: path.to_path_buf(), place, why };
    let json = |e: serde_json::Error| damaged(format!("line {}, column {}", e.line(), e.column()), e.to_string());
    match serde_json::from_str::<Version>(text).map_err(json)?.version {
        None => return Err(damaged("line 1".into(), "it has no \"aura-cassette\" version, so it is something else".into())),
        Some(version) if version > VERSION => return Err(CassetteError::Newer { path: path.to_path_buf(), version }),
        Some(_) => {}
    }
    let file: File = serde_json::from_str(text).map_err(json)?;
    let mut seen = std::collections::HashSet::new();
    for (i, recording) in file.recordings.iter().enumerate() {
        if recording.key != key(&recording.question.join("\n")) {
            return Err(damaged(format!("recording {}", i + 1), "its key does not belong to its question".into()));
        }
        if !seen.insert(recording.key.as_str()) {
            return Err(damaged(format!("recording {}", i + 1), "its question is recorded twice".into()));
        }
    }
    Ok(file.recordings)
}

fn unreadable(path: &Path, error: Unreadable) -> CassetteError {
    let path = path.to_path_buf();
    match error {
        Unreadable::Missing => CassetteError::Missing(path),
        Unreadable::Io(e) => CassetteError::Io { path, verb: "read", why: e.to_string() },
        Unreadable::TooLarge => {
            CassetteError::Damaged { path, place: "its end".into(), why: format!("it has more than {MOST_BYTES} bytes") }
        }
        Unreadable::NotText(at) => {
            CassetteError::Damaged { path, place: format!("byte {at}"), why: "it is not UTF-8 text".into() }
        }
    }
}
