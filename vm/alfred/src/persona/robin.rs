//! ROBIN finds the intent: what does the caller want, and what would a reader expect? It writes example calls as tests, and
//! the comment.
//!
//! It sees names and docs and never code, so that its tests say what the method should do and not what somebody wrote.
//! What must stay true: [`Intent`] is made of [`Name`]s and [`Doc`]s alone. A name has no brackets, no quotes and no period,
//! so that code is none; docs are the comments of slots that people wrote. Sources, values of the run, earlier attempts and
//! findings of gates have no place in it.

use serde_json::{Value, json};

use super::{field, json};
use crate::prompt::{data, outline, word};
use crate::situation::{Situation, SlotKind, SlotView};
use crate::text::{clean, line};

/// Slots that are named for each object, and other names.
const MOST_NAMES: usize = 40;
/// Examples that are asked for.
const MOST_EXAMPLES: usize = 4;

/// A selector, or the words that lead to an object: `at:Put:`, `traits integer`, `a vector`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// What is no name has none.
    fn of(text: &str) -> Option<Self> {
        let is_word = |w: &str| w.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | ':'));
        let is_operator = |w: &str| w.chars().all(|c| "!#$%&*+,-/;<=>?@^|~".contains(c)) && w.chars().count() <= 3;
        let words: Vec<&str> = text.split(' ').collect();
        let is_name = match &words[..] {
            [one] => !one.is_empty() && (is_word(one) || is_operator(one)),
            // A keyword message with its arguments has colons; a path has none.
            several => several.len() <= 4 && several.iter().all(|w| !w.is_empty() && is_word(w) && !w.contains(':')),
        };
        (is_name && text.chars().count() <= 80).then(|| Self(text.into()))
    }
}

/// What a person wrote about a slot or an object, on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doc(String);

impl Doc {
    fn of(comment: Option<&String>) -> Option<Self> {
        comment.map(|c| Self(line(c, 160))).filter(|d| !d.0.is_empty())
    }
}

/// A named thing: a slot, or an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    name: Name,
    kind: SlotKind,
    doc: Option<Doc>,
}

/// What ROBIN is given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Intent {
    selector: Option<Name>,
    receiver: Option<Name>,
    receiver_doc: Option<Doc>,
    arguments: Vec<Option<Name>>,
    caller: Option<Name>,
    slots: Vec<Named>,
    /// Names that an example can begin with.
    visible: Vec<Name>,
}

/// What ROBIN says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Intention {
    /// What the caller wants.
    pub wanted: String,
    /// The comment for the method.
    pub comment: String,
    /// Example calls, each with the value that it should answer.
    pub examples: Vec<Example>,
}

/// An example call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Example {
    /// The call, an expression.
    pub call: String,
    /// What it should answer, an expression.
    pub expected: String,
}

impl Intent {
    /// Of a send.
    pub fn of(situation: &Situation) -> Self {
        let own = || situation.path.iter().filter(|h| h.of_script && !h.is_shared);
        let visible = situation.module.iter().filter(|s| s.kind != SlotKind::Parent).filter_map(|s| Name::of(&s.name));
        Self {
            selector: Name::of(&situation.selector),
            receiver: Name::of(&situation.receiver.path),
            receiver_doc: own().find_map(|h| Doc::of(h.comment.as_ref())),
            arguments: situation.arguments.iter().map(|a| Name::of(&a.path)).collect(),
            caller: situation.caller.as_ref().and_then(|c| Name::of(c.selector.as_ref()?)),
            slots: own().flat_map(|h| &h.slots).filter_map(named).take(MOST_NAMES).collect(),
            visible: visible.take(MOST_NAMES).collect(),
        }
    }

    /// The question.
    pub fn question(&self) -> String {
        let said = |name: Option<&Name>| name.map_or("(no name)".to_string(), |n| word(&n.0));
        let selector = self.selector.as_ref().map_or("", |n| &n.0);
        let mut text = format!("Missing method: {}\n", word(&outline(selector)));
        text.push_str(&format!("Receiver: {}\n", said(self.receiver.as_ref())));
        for (i, argument) in self.arguments.iter().enumerate() {
            text.push_str(&format!("Argument {}: {}\n", char::from(b'a' + (i % 26) as u8), said(argument.as_ref())));
        }
        let caller = self.caller.as_ref().map_or("the script".into(), |c| format!("the method {}", word(&c.0)));
        text.push_str(&format!("Sent by: {caller}\n"));
        let mut about: Vec<String> = self.receiver_doc.iter().map(|d| d.0.clone()).collect();
        about.extend(self.slots.iter().map(Named::described));
        if !about.is_empty() {
            text.push_str(&format!("What the receiver has:\n{}", data(&clean(&about.join("\n"), 4000))));
        }
        if !self.visible.is_empty() {
            let names: Vec<String> = self.visible.iter().map(|n| word(&n.0)).collect();
            text.push_str(&format!("Names that calls can begin with: {}\n", names.join(", ")));
        }
        text
    }
}

fn named(slot: &SlotView) -> Option<Named> {
    // What a model wrote has a name, and no docs that a person answers for.
    let doc = Doc::of(slot.comment.as_ref()).filter(|_| !slot.is_generated);
    (slot.kind != SlotKind::Parent).then(|| Some(Named { name: Name::of(&slot.name)?, kind: slot.kind, doc })).flatten()
}

impl Named {
    fn described(&self) -> String {
        let kind = match self.kind {
            SlotKind::Data => "data, can be set with",
            SlotKind::Method => "message",
            SlotKind::Constant | SlotKind::Parent => "constant",
        };
        let name = &self.name.0;
        let head = if self.kind == SlotKind::Data { format!("{name} ({kind} {name}:)") } else { format!("{name} ({kind})") };
        self.doc.as_ref().map_or(head.clone(), |d| format!("{head}: {}", d.0))
    }
}

/// The form of an answer.
pub(super) fn schema() -> Value {
    let text = |least: u32, most: u32| json!({"type": "string", "minLength": least, "maxLength": most});
    let example = json!({
        "type": "object",
        "properties": {"a_call": text(1, 200), "b_expected": text(1, 120)},
        "required": ["a_call", "b_expected"],
        "additionalProperties": false
    });
    json!({
        "type": "object",
        "properties": {
            "a_intent": text(1, 240),
            "b_comment": text(0, 160),
            "c_examples": {"type": "array", "maxItems": MOST_EXAMPLES, "items": example}
        },
        "required": ["a_intent", "b_comment", "c_examples"],
        "additionalProperties": false
    })
}

/// What an answer says; nothing if it says nothing.
pub fn read(answer: &str) -> Option<Intention> {
    let answer = json(answer)?;
    let all = answer.get("c_examples").and_then(Value::as_array).into_iter().flatten();
    // The text of an example is code: it is bounded here and cleaned nowhere, since the parser must see what was written.
    let text = |e: &Value, name: &str| e.get(name).and_then(Value::as_str).unwrap_or("").trim().to_string();
    let examples = all.map(|e| Example { call: text(e, "a_call"), expected: text(e, "b_expected") }).take(MOST_EXAMPLES);
    let intention = Intention {
        wanted: field(&answer, "a_intent", 240),
        comment: field(&answer, "b_comment", 160),
        examples: examples.collect(),
    };
    (intention != Intention::default()).then_some(intention)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_selector_or_a_path_and_code_is_none() {
        for name in ["size", "at:Put:", "+", "<=>", "traits integer", "a vector", "größe"] {
            assert!(Name::of(name).is_some(), "{name}");
        }
        for code in ["", "x + y", "(x)", "at: 1 Put: 2", "x. y", "'text'", "[ x ]", "x foo bar baz boo", "{1}", "a\nb", "++++"] {
            assert_eq!(Name::of(code), None, "{code}");
        }
    }
}
