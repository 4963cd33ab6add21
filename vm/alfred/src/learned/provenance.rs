//! Where a learned method comes from, as lines of a comment.

use std::time::SystemTime;

use crate::chronicle::Learning;
use crate::text::line;

/// Where a learned method comes from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Provenance {
    /// The model, by its server's word.
    pub model: String,
    /// The digest of its weights.
    pub digest: Option<String>,
    /// Where it answered: a server or a cassette.
    pub source: String,
    /// The SHA-256 of the question.
    pub question: String,
    /// `'manhattan' to point at first_contact.aura:12`
    pub send: String,
    /// What the model said it would do.
    pub plan: String,
    /// What ROBIN says of it, for readers.
    pub comment: String,
    /// The tests that it passed.
    pub tests: String,
    /// How many candidates do the same.
    pub agreement: String,
    /// Which sample it was, and after how many repairs.
    pub attempt: String,
    /// How the trial went.
    pub trial: String,
    /// Who said yes, if anybody was asked.
    pub approver: Option<String>,
}

impl Provenance {
    /// The short form of everything that is known.
    pub fn of(l: &Learning) -> Self {
        let chosen = l.chosen.map_or(l.candidates.len(), |c| c as usize + 1);
        let written = l.candidates.iter().take(chosen).rev().find(|c| !c.edited);
        Self {
            model: l.model.clone(),
            digest: l.digest.clone(),
            source: l.through.clone(),
            question: l.prompt.question.clone(),
            send: l.send.describe(),
            plan: l.plan.clone(),
            comment: l.comment.clone(),
            tests: l.tests.join("; "),
            agreement: l.agreement.clone(),
            attempt: written.map_or(String::new(), |c| format!("sample {}, {} repairs", c.sample, c.repair)),
            trial: l.trial.clone(),
            approver: l.approver.clone(),
        }
    }

    /// The comment, without its quotes.
    pub(crate) fn comment(&self, now: SystemTime) -> String {
        self.comment_at(&humantime::format_rfc3339_seconds(now).to_string())
    }

    /// The same, for a time that is written already.
    pub(crate) fn comment_at(&self, time: &str) -> String {
        let model = match &self.digest {
            Some(digest) => format!("{} ({})", self.model, digest),
            None => self.model.clone(),
        };
        let reviewed = self.approver.as_ref().map_or("no".to_string(), |who| format!("yes, by {who}"));
        let rows = [
            ("learned", time.to_string()),
            ("model", model),
            ("through", self.source.clone()),
            ("question", self.question.clone()),
            ("send", self.send.clone()),
            ("plan", self.plan.clone()),
            ("comment", self.comment.clone()),
            ("attempt", self.attempt.clone()),
            ("agreement", self.agreement.clone()),
            ("tests", self.tests.clone()),
            ("trial", self.trial.clone()),
            ("reviewed", reviewed),
        ];
        let shown: Vec<String> = rows.iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| format!("{k}: {}", quiet(v))).collect();
        shown.join("\n")
    }
}

/// Text that cannot end the comment it stands in.
fn quiet(text: &str) -> String {
    line(text, 240).replace(['"', '\\'], "'")
}

/// What a listing says of a method with this comment, in a few words: `learned from qwen3:4b on 2026-11-22, not reviewed`.
pub fn mark(comment: &str) -> String {
    let part = |name: &str, word: &str, most: usize| {
        let value = field(comment, name).and_then(|v| v.split(' ').next()).filter(|v| !v.is_empty());
        value.map_or_else(String::new, |v| format!(" {word} {}", line(v, most)))
    };
    let date = part("learned", "on", 10).replace('…', "");
    format!("learned{}{date}, {}", part("model", "from", 60), if is_reviewed(comment) { "reviewed" } else { "not reviewed" })
}

/// A person has looked at the method with this comment.
pub(super) fn is_reviewed(comment: &str) -> bool {
    field(comment, "reviewed").is_some_and(|r| !r.starts_with("no"))
}

/// The value of `name` in a comment.
pub(super) fn field<'a>(comment: &'a str, name: &str) -> Option<&'a str> {
    comment.lines().find_map(|l| l.trim().strip_prefix(name)?.strip_prefix(':')).map(str::trim)
}
