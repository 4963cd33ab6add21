//! What was learned in a run, for the short account at its end.

use std::fmt;
use std::time::Duration;

use crate::chronicle::entry::CandidateRecord;
use crate::clients::Tokens;
use crate::state::Record;
use crate::text::line;

use super::Outcome;

/// A method that was learned.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    /// Its selector.
    pub selector: String,
    /// Where it was installed.
    pub at: String,
    /// The method.
    pub source: String,
    /// Which model wrote it.
    pub model: String,
    /// Where that was asked.
    pub through: String,
    /// From the pause to the splice.
    pub took: Duration,
    /// Of that, waiting for the model.
    pub waited: Duration,
    /// Tokens, over all attempts.
    pub tokens: Tokens,
    /// Candidates that were looked at.
    pub candidates: u32,
    /// How the trial went.
    pub trial: String,
    /// The file it was kept in.
    pub kept: Option<String>,
    /// The way through the states.
    pub record: Record,
}

/// One send and everything that was proposed for it, however it ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    /// What was sent.
    pub selector: String,
    /// The object at which a method would have been installed; empty if it did not come to that.
    pub at: String,
    /// The proposals, each with what the gates said.
    pub candidates: Vec<CandidateRecord>,
    /// How it ended.
    pub outcome: Outcome,
    /// Tokens, over all attempts.
    pub tokens: Tokens,
    /// From the pause to the end.
    pub took: Duration,
    /// Of that, waiting for the model.
    pub waited: Duration,
}

/// What happened at the door during a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Account {
    /// What was learned.
    pub lessons: Vec<Lesson>,
    /// Every send that came to the door, in the order in which they left it.
    pub stories: Vec<Story>,
    /// What was known from earlier runs and used: `point manhattan`.
    pub remembered: Vec<String>,
    /// What a person should know: no server reachable, a file that could not be written.
    pub notes: Vec<String>,
}

impl Account {
    /// Nothing happened.
    pub fn is_empty(&self) -> bool {
        self.lessons.is_empty() && self.remembered.is_empty() && self.notes.is_empty()
    }

    /// Adds a note, once.
    pub fn note(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !self.notes.contains(&text) {
            self.notes.push(text);
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for note in &self.notes {
            writeln!(f, "alfred: {note}")?;
        }
        for lesson in &self.lessons {
            let Lesson { selector, at, model, through, tokens, candidates, .. } = lesson;
            let tries = if *candidates == 1 { String::new() } else { format!(", {candidates} candidates") };
            let (took, waited) = (seconds(lesson.took), seconds(lesson.waited));
            writeln!(
                f,
                "alfred: learned '{selector}', installed at {at} ({took}, of which {waited} for the model; {} tokens{tries}; {model} through {through})",
                tokens.read + tokens.written
            )?;
            writeln!(f, "        {}", line(&lesson.source, 160))?;
        }
        if let Some(kept) = self.lessons.iter().find_map(|l| l.kept.as_ref()) {
            writeln!(f, "alfred: kept in {kept}; not reviewed yet")?;
        }
        match self.remembered.len() {
            0 => Ok(()),
            n if n <= 6 => writeln!(f, "alfred: remembered {}; nothing was asked for it", self.remembered.join(", ")),
            n => writeln!(f, "alfred: remembered {n} methods of earlier runs; nothing was asked for them"),
        }
    }
}

fn seconds(time: Duration) -> String {
    match time.as_secs_f64() {
        s if s < 0.1 => format!("{:.1} ms", s * 1000.0),
        s => format!("{s:.1} s"),
    }
}
