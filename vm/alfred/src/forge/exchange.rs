//! From entries of a chronicle to conversations.
//!
//! A method that is in force gives one line of kind `method`: its question and the method, as if it had been right at once. If it was right only after
//! repairs, it gives another line of kind `repair`: the question, each proposal that failed with what the gates said, and the method. What a person
//! refused is in neither, not even as what was repaired.

use std::collections::HashSet;

use serde::Serialize;

use super::split::{Part, parts};
use crate::chronicle::entry::{CandidateRecord, GateRecord};
use crate::chronicle::{Chronicle, Learning, Version, What};
use crate::clients::{Message, Role};
use crate::diagnostic::Diagnostic;
use crate::measure::Tree;
use crate::measure::vector::code;
use crate::prompt;

/// What the question of a prompt begins with; what comes before it are examples.
const QUESTION: &str = "Missing method: ";

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Exchange {
    /// The conversation.
    pub messages: Vec<Turn>,
    /// Where it comes from.
    pub metadata: Metadata,
}

/// One turn.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Turn {
    /// `system`, `user`, `assistant`.
    pub role: &'static str,
    /// What was said.
    pub content: String,
    /// For an assistant's turns: 1 is to be learned, 0 is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<u8>,
}

/// What a conversation shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Shows {
    /// A question and its method.
    Method,
    /// How a proposal was repaired.
    Repair,
}

/// Where a conversation comes from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Metadata {
    /// What it shows.
    pub kind: Shows,
    /// Training or test.
    pub split: Part,
    /// The entry of the chronicle.
    pub entry: String,
    /// The object that the method belongs to.
    pub at: String,
    /// Its selector.
    pub selector: String,
    /// The model that wrote it.
    pub model: String,
    /// A person found it good.
    pub reviewed: bool,
    /// What the gates said to the method.
    pub verdicts: Vec<GateRecord>,
    /// How the trial went.
    pub trial: String,
    /// Tests that it passed.
    pub tests: Vec<String>,
}

/// The verified exchanges of a chronicle, in the order in which their methods were first learned.
pub fn exchanges(chronicle: &Chronicle) -> Vec<Exchange> {
    let unwanted = Unwanted::of(chronicle);
    let parts = parts(chronicle);
    let in_force = chronicle.slots().iter().filter_map(|s| s.in_force());
    let learned = in_force.filter_map(|v| Some((v, chronicle.learning(&v.hash)?)));
    let mut all = Vec::new();
    for (version, l) in learned.filter(|(_, l)| !unwanted.has(&l.selector, Tree::of(&l.source).as_ref())) {
        let (Some(chosen), Some(asked)) = (chosen(l), question(chronicle, l)) else { continue };
        let part = parts.get(&version.hash).copied().unwrap_or(Part::Train);
        let line = |shows, turns: Vec<Turn>| {
            let answer = Turn { weight: Some(1), ..turn("assistant", answer(l, chosen)) };
            let messages = asked.iter().cloned().chain(turns).chain([answer]).collect();
            Exchange { messages, metadata: metadata(version, l, chosen, shows, part) }
        };
        all.push(line(Shows::Method, Vec::new()));
        // (What was said to a sketch that failed is not kept.)
        let repaired = if chosen.meant.is_some() { Vec::new() } else { repaired(l, chosen, &unwanted) };
        if !repaired.is_empty() {
            all.push(line(Shows::Repair, repaired));
        }
    }
    all
}

fn metadata(version: &Version, l: &Learning, chosen: &CandidateRecord, kind: Shows, split: Part) -> Metadata {
    Metadata {
        kind,
        split,
        entry: version.hash.clone(),
        at: l.at.clone(),
        selector: l.selector.clone(),
        model: l.model.clone(),
        reviewed: version.approved.is_some(),
        verdicts: chosen.verdicts.clone(),
        trial: l.trial.clone(),
        tests: l.tests.clone(),
    }
}

/// The proposal that became the method, if it passed whatever it came to.
fn chosen(l: &Learning) -> Option<&CandidateRecord> {
    let chosen = l.chosen.map_or(l.candidates.last(), |n| l.candidates.get(n as usize))?;
    (!chosen.verdicts.is_empty() && chosen.verdicts.iter().all(|v| v.passed)).then_some(chosen)
}

/// The code of everything that people do not want, with its selector.
struct Unwanted(HashSet<(String, Vec<String>)>);

impl Unwanted {
    fn of(chronicle: &Chronicle) -> Self {
        let versions = chronicle.slots().iter().flat_map(|s| &s.versions).filter(|v| v.rejected.is_some());
        let learned = versions.filter_map(|v| chronicle.learning(&v.hash));
        Self(learned.filter_map(|l| Some((l.selector.clone(), Tree::of(&l.source)?.labels().to_vec()))).collect())
    }

    fn has(&self, selector: &str, tree: Option<&Tree>) -> bool {
        tree.is_some_and(|t| self.0.contains(&(selector.to_string(), t.labels().to_vec())))
    }
}

/// What was said before the first answer.
fn question(chronicle: &Chronicle, l: &Learning) -> Option<Vec<Turn>> {
    let messages = &l.prompt.messages;
    let end = messages.iter().rposition(|m| m.role == Role::User && m.text.starts_with(QUESTION))?;
    let role = |role| match role {
        Role::User => "user",
        Role::Assistant => "assistant",
    };
    let system = turn("system", chronicle.text(&l.prompt.system)?);
    // The examples that every prompt begins with are no news to whoever learns from all of them.
    let weighed = |m: &Message| Turn { weight: (m.role == Role::Assistant).then_some(0), ..turn(role(m.role), m.text.clone()) };
    Some([system].into_iter().chain(messages[..=end].iter().map(weighed)).collect())
}

/// The proposals that were repaired, in the conversation that led to the method, each with what was said to it.
fn repaired(l: &Learning, chosen: &CandidateRecord, unwanted: &Unwanted) -> Vec<Turn> {
    let before = l.candidates.iter().take_while(|c| !std::ptr::eq(*c, chosen));
    let mut turns = Vec::new();
    for c in before.filter(|c| c.sample == chosen.sample && !c.edited && !c.answer.is_empty()) {
        let findings: Vec<Diagnostic> = c.verdicts.iter().filter(|v| !v.passed).flat_map(|v| v.findings.clone()).collect();
        if !findings.is_empty() && !unwanted.has(&l.selector, code(c, &l.selector).as_ref()) {
            turns.push(Turn { weight: Some(0), ..turn("assistant", c.answer.clone()) });
            turns.push(turn("user", prompt::complaint(&findings, &l.selector)));
        }
    }
    turns
}

/// What a model should have answered: in the language in which it was asked.
fn answer(l: &Learning, chosen: &CandidateRecord) -> String {
    if chosen.meant.is_some() {
        let (plan, source) = crate::answer::fields(&chosen.answer);
        return serde_json::json!({"a_plan": plan, "b_source": source}).to_string();
    }
    serde_json::json!({"a_plan": l.plan, "b_source": l.source}).to_string()
}

fn turn(role: &'static str, content: impl Into<String>) -> Turn {
    Turn { role, content: content.into(), weight: None }
}

/// Every method that was ever learned, with its entry, the oldest first.
pub(super) fn learned(chronicle: &Chronicle) -> impl Iterator<Item = (&str, &Learning)> {
    chronicle.entries().filter_map(|(hash, entry)| match &entry.what {
        What::Learned(l) => Some((hash, &**l)),
        _ => None,
    })
}
