//! BABS does the research: which of the methods, docs and slots that a [`Library`](super::Library) has found bear on it?
//!
//! It sees the send's headline and numbered findings, and answers with numbers; the text that reaches ALFRED is the
//! library's, not BABS's, but for one line of advice.

use serde_json::{Value, json};

use super::{Found, Kind, field, json};
use crate::prompt::{data, outline, word};
use crate::situation::Situation;

/// Findings that are shown.
pub const MOST_FOUND: usize = 12;
/// Findings that are chosen.
const MOST_CHOSEN: usize = 4;

/// What BABS is given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Question {
    selector: String,
    receiver: String,
    found: Vec<Found>,
}

/// What BABS says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Research {
    /// What bears on it.
    pub found: Vec<Found>,
    /// How to use it.
    pub note: String,
}

impl Question {
    /// About a send.
    pub fn of(situation: &Situation, found: Vec<Found>) -> Self {
        Self { selector: situation.selector.clone(), receiver: situation.receiver.path.clone(), found }
    }

    /// The question.
    pub fn text(&self) -> String {
        let mut text = format!("Missing method: {}\nReceiver: {}\n", word(&outline(&self.selector)), word(&self.receiver));
        for (i, found) in self.found.iter().enumerate() {
            text.push_str(&format!("Finding {} ({}) {}:\n{}", i + 1, found.kind.name(), word(&found.title), data(&found.text)));
        }
        text
    }

    /// What an answer says; nothing if it chooses nothing.
    pub fn read(&self, answer: &str) -> Option<Research> {
        let answer = json(answer)?;
        let chosen = answer.get("a_relevant").and_then(Value::as_array)?;
        let mut numbers: Vec<usize> = chosen.iter().filter_map(Value::as_u64).map(|n| n as usize).collect();
        let mut seen = std::collections::BTreeSet::new();
        numbers.retain(|n| seen.insert(*n));
        let found = numbers.iter().filter_map(|n| self.found.get(n.checked_sub(1)?)).take(MOST_CHOSEN).cloned();
        let research = Research { found: found.collect(), note: field(&answer, "b_note", 200) };
        (!research.found.is_empty()).then_some(research)
    }
}

impl Kind {
    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Method => "method",
            Kind::Doc => "doc",
            Kind::Slot => "slot",
        }
    }
}

/// The form of an answer.
pub(super) fn schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "a_relevant": {"type": "array", "maxItems": MOST_CHOSEN, "items": {"type": "integer"}},
            "b_note": {"type": "string", "maxLength": 200}
        },
        "required": ["a_relevant", "b_note"],
        "additionalProperties": false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_nobody_offered_are_not_chosen() {
        let found = |t: &str| Found { kind: Kind::Slot, title: t.into(), text: t.into() };
        let question = Question { found: vec![found("a"), found("b")], ..Question::default() };
        let research = question.read(r#"{"a_relevant": [2, 0, 9, -1, 2], "b_note": "look"}"#).expect("one is there");
        assert_eq!((research.found, research.note.as_str()), (vec![found("b")], "look"));
        assert_eq!(question.read(r#"{"a_relevant": [], "b_note": "nothing"}"#), None);
        assert_eq!(question.read("no JSON"), None);
    }
}
