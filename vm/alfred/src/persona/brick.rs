//! BRICK takes the task apart: what must the method do, in which cases, and what lies at the edges?
//!
//! It sees the call site and types: the caller's source, the headers of slots. Not the bodies of the receiver's methods, not
//! what others have written before.

use serde_json::{Value, json};

use super::{field, json, list};
use crate::prompt::{data, outline, type_of, word};
use crate::situation::{Situation, SlotKind};
use crate::text::clean;

/// Slots whose headers are shown.
const MOST_SLOTS: usize = 30;
/// Characters of the caller's source.
const MOST_CALLER: usize = 1200;

/// What BRICK is given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Site {
    selector: String,
    receiver: String,
    arguments: Vec<String>,
    expected: Option<String>,
    caller: String,
    /// Headers of data and constants with their types, and selectors of methods.
    slots: Vec<String>,
}

/// What BRICK says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Task {
    /// What the method takes and answers.
    pub signature: String,
    /// The cases that it must tell apart.
    pub cases: Vec<String>,
    /// What lies at the edges.
    pub edges: Vec<String>,
}

impl Site {
    /// Of a send.
    pub fn of(situation: &Situation) -> Self {
        let own = situation.path.iter().filter(|h| h.of_script && !h.is_shared).flat_map(|h| &h.slots);
        let header = |s: &crate::situation::SlotView| s.typed.as_ref().or(s.header.as_ref()).unwrap_or(&s.name).clone();
        Self {
            selector: situation.selector.clone(),
            receiver: situation.receiver.path.clone(),
            arguments: situation.arguments.iter().map(|a| a.path.clone()).collect(),
            expected: situation.expected.clone(),
            caller: situation.caller.as_ref().map_or_else(String::new, |c| c.source.clone()),
            slots: own.filter(|s| s.kind != SlotKind::Parent).take(MOST_SLOTS).map(header).collect(),
        }
    }

    /// The question.
    pub fn question(&self) -> String {
        let mut text = format!("Missing method: {}\n", word(&outline(&self.selector)));
        text.push_str(&format!("Receiver: {}\n", word(&self.receiver)));
        for (i, argument) in self.arguments.iter().enumerate() {
            text.push_str(&format!("Argument {}: {}\n", char::from(b'a' + (i % 26) as u8), word(argument)));
        }
        if let Some(type_) = &self.expected {
            text.push_str(&format!("The caller expects: {}\n", type_of(type_)));
        }
        text.push_str(&format!("Sent by:\n{}", data(&clean(&self.caller, MOST_CALLER))));
        if !self.slots.is_empty() {
            let headers: Vec<String> = self.slots.iter().map(|s| clean(s, 160)).collect();
            text.push_str(&format!("Slots of the receiver:\n{}", data(&headers.join("\n"))));
        }
        text
    }
}

/// The form of an answer.
pub(super) fn schema() -> Value {
    let items = json!({"type": "array", "maxItems": 5, "items": {"type": "string", "maxLength": 160}});
    json!({
        "type": "object",
        "properties": {"a_signature": {"type": "string", "minLength": 1, "maxLength": 200}, "b_cases": items, "c_edges": items},
        "required": ["a_signature", "b_cases", "c_edges"],
        "additionalProperties": false
    })
}

/// What an answer says; nothing if it says nothing.
pub fn read(answer: &str) -> Option<Task> {
    let answer = json(answer)?;
    let task = Task {
        signature: field(&answer, "a_signature", 200),
        cases: list(&answer, "b_cases", 5, 160),
        edges: list(&answer, "c_edges", 5, 160),
    };
    (task != Task::default()).then_some(task)
}
