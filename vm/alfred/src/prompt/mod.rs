//! What the model is told.
//!
//! A prompt has three parts. The *standing* part (who the model is, the language card, examples) is the same in every request, so
//! that a server keeps it in its cache. The *question* describes the send, its receiver's own slots and its caller; a recording is
//! found by it. The *reference* adds what may change without changing the question: values of this run, what the checker knows of the
//! call, inherited messages.
//!
//! What must stay true: everything from the image or the user stands between `<data>` marks that it cannot close, or is a single
//! name, or a string in the findings, which are JSON; nowhere does it have control characters, marks of who speaks, or an unbounded length;
//! the same situation gives the same text.

mod briefing;
mod examples;
mod grammar;
mod question;
mod sketch;

use serde_json::{Value, json};

use crate::clients::{Message, Role};
use crate::diagnostic::Diagnostic;
use crate::persona::Briefing;
use crate::situation::{Situation, arity};
use crate::text::clean;

pub use examples::TURNS as EXAMPLE_TURNS;
pub use grammar::grammar;
pub(crate) use question::{data, type_of, word};
pub use sketch::{grammar as sketch_grammar, header as sketch_header};

/// Duties, in a few lines.
const DUTIES: &str = include_str!("personas/alfred.md");
/// The language, on a card. The same page is documentation, and its code blocks are run by the tests.
const CARD: &str = include_str!("../../../../docs/language-card.md");

/// The most characters a generated method may have.
pub const MOST_SOURCE: usize = 1500;

/// A prompt.
#[derive(Clone, Debug, PartialEq)]
pub struct Prompt {
    /// Who the model is, and the language card.
    pub system: String,
    /// The question and the reference, then earlier attempts.
    pub messages: Vec<Message>,
    /// What identifies the question.
    pub key: String,
}

/// An earlier attempt, and why it was not good enough.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// What the model answered.
    pub answer: String,
    /// What the gates said.
    pub findings: Vec<Diagnostic>,
}

/// The prompt for `situation`, whose method will be installed at `home`. `failed` are the attempts of this conversation;
/// `sample` counts conversations, from 1; `briefing` is what the other personas had to say.
pub fn prompt(situation: &Situation, home: &str, failed: &[Attempt], sample: u32, briefing: &Briefing) -> Prompt {
    let (question, reference) = (question::question(situation, home), question::reference(situation));
    let first = format!("{question}\n{reference}{}", briefing::text(briefing));
    let asked = format!("Write the whole method again, corrected: {}", outline(&situation.selector));
    let messages = conversation(examples::turns(), first, failed, &asked, briefing);
    Prompt { system: standing(), messages, key: key(situation, home, failed, sample, briefing) }
}

/// The same for a sketch of it. Recordings are found by the same key: what was answered in one language serves a question in the other.
pub fn sketch_prompt(situation: &Situation, home: &str, failed: &[Attempt], sample: u32, briefing: &Briefing) -> Prompt {
    let first = format!("{}{}", sketch::question(situation), briefing::text(briefing));
    let asked = format!("Write the whole function again, corrected: {}", sketch_header(situation));
    let messages = conversation(sketch::turns(), first, failed, &asked, briefing);
    Prompt { system: sketch::DUTIES.to_string(), messages, key: key(situation, home, failed, sample, briefing) }
}

/// The examples, the question, and each attempt with what was wrong with it.
fn conversation(mut turns: Vec<Message>, first: String, failed: &[Attempt], asked: &str, briefing: &Briefing) -> Vec<Message> {
    let found = briefing::examples(briefing);
    // Where there are attempts, the conversation before them stays as it was, so that a server has read it already.
    let (with_first, with_last) = if failed.is_empty() { (&*found, "") } else { ("", &*found) };
    turns.push(Message { role: Role::User, text: format!("{first}{with_first}") });
    for (i, attempt) in failed.iter().enumerate() {
        turns.push(Message { role: Role::Assistant, text: answered(attempt) });
        let complaint = complained(&attempt.findings, asked);
        let is_last = i + 1 == failed.len() && !with_last.is_empty();
        turns.push(Message { role: Role::User, text: if is_last { format!("{complaint}\n{with_last}") } else { complaint } });
    }
    turns
}

fn answered(attempt: &Attempt) -> String {
    question::unmarked(&clean(&attempt.answer, 2 * MOST_SOURCE))
}

/// What identifies a question, in whichever form it is put.
fn key(situation: &Situation, home: &str, failed: &[Attempt], sample: u32, briefing: &Briefing) -> String {
    let mut key = format!("{}{}", question::question(situation, home), briefing::text(briefing));
    for attempt in failed {
        key.push_str(&format!("\nAttempt:\n{}\n{}", answered(attempt), complaint(&attempt.findings, &situation.selector)));
    }
    if sample > 1 {
        key.push_str(&format!("\nSample {sample}"));
    }
    key
}

/// The part that is the same in every prompt for a method in Aura.
pub fn standing() -> String {
    format!("{DUTIES}\n{CARD}")
}

/// What prompts begin with, in either form: a figure of an evaluation holds for this text.
pub fn beginnings() -> String {
    format!("{}\n{}", standing(), sketch::beginning())
}

/// The machine's form of the findings, and what to do with them.
pub(crate) fn complaint(findings: &[Diagnostic], selector: &str) -> String {
    complained(findings, &format!("Write the whole method again, corrected: {}", outline(selector)))
}

/// The machine's form of the findings, and `what` is to be done.
fn complained(findings: &[Diagnostic], what: &str) -> String {
    let mut text = String::from("That does not work yet. Findings:\n");
    for finding in findings.iter().take(6) {
        text.push_str(&serde_json::to_string(finding).expect("plain data"));
        text.push('\n');
    }
    text.push_str(what);
    question::unmarked(&clean(&text, 3000))
}

/// The schema of an answer. The names of its fields are in alphabetical order, because a server may put them into it.
pub fn schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "a_plan": {"type": "string", "maxLength": 600},
            "b_source": {"type": "string", "minLength": 5, "maxLength": MOST_SOURCE}
        },
        "required": ["a_plan", "b_source"],
        "additionalProperties": false
    })
}

/// How the missing method begins: `at: a Put: b = (`.
pub fn header(selector: &str) -> String {
    format!("{} = (", signature(selector))
}

/// The missing method with its code left out: `at: a Put: b = ( … )`.
pub fn outline(selector: &str) -> String {
    format!("{} … )", header(selector))
}

fn signature(selector: &str) -> String {
    let name = |i: usize| char::from(b'a' + (i % 26) as u8);
    match arity(selector) {
        0 => selector.to_string(),
        1 if !selector.ends_with(':') => format!("{selector} a"),
        _ => selector
            .split_terminator(':')
            .enumerate()
            .map(|(i, part)| format!("{part}: {}", name(i)))
            .collect::<Vec<_>>()
            .join(" "),
    }
}
