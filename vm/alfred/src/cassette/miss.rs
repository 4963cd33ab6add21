//! A question that no recording answers: said loudly, with the nearest recording and how it differs.

use std::fmt;

use similar::TextDiff;

use super::{Recording, normal};
use crate::text::clean;

/// Lines of difference to show.
const MOST_LINES: usize = 24;

/// A question without a recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Miss {
    /// The cassette's file.
    pub place: String,
    /// The question's key.
    pub key: String,
    /// How many recordings there are.
    pub recordings: usize,
    /// The one that is most like it.
    pub nearest: Option<Nearest>,
}

/// The recording that is most like a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Nearest {
    /// Its key.
    pub key: String,
    /// Its place in the file, counted from 1.
    pub number: usize,
    /// From 0 to 100.
    pub likeness: u8,
    /// `-` what was recorded, `+` what is asked now.
    pub diff: String,
}

impl Miss {
    pub(super) fn new(place: &str, question: &str, recordings: &[Recording]) -> Self {
        let question = normal(question);
        let old = |r: &Recording| r.question.join("\n");
        let ratio = |r: &Recording| TextDiff::from_lines(old(r).as_str(), question.as_str()).ratio();
        let best = recordings.iter().enumerate().max_by(|a, b| ratio(a.1).total_cmp(&ratio(b.1)));
        let nearest = best.map(|(i, r)| Nearest {
            key: r.key.clone(),
            number: i + 1,
            likeness: (ratio(r) * 100.0) as u8,
            diff: difference(&old(r), &question),
        });
        Self { place: place.to_string(), key: super::key(&question), recordings: recordings.len(), nearest }
    }
}

fn difference(old: &str, new: &str) -> String {
    let text = TextDiff::from_lines(old, new).unified_diff().context_radius(1).to_string();
    let mut lines: Vec<&str> = text.lines().filter(|l| !l.starts_with("\\ No newline")).collect();
    let more = lines.len().saturating_sub(MOST_LINES);
    lines.truncate(MOST_LINES);
    let mut out = clean(&lines.join("\n"), 4000);
    if more > 0 {
        out.push_str(&format!("\n… and {more} more lines"));
    }
    out
}

impl fmt::Display for Miss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the cassette {} has no recording of this question (key {})", self.place, &self.key[..12])?;
        match &self.nearest {
            None => write!(f, "; it is empty"),
            Some(n) => write!(
                f,
                "; of its {} the nearest is number {} ({} % alike, key {}):\n{}",
                self.recordings,
                n.number,
                n.likeness,
                &n.key[..n.key.len().min(12)],
                n.diff
            ),
        }
    }
}
