//! The same conversation without JSON, for servers that constrain decoding by a grammar of the bare method.
//!
//! What must stay true: the examples and the earlier attempts have the form that the answer must have, or a small model writes one
//! thing while the grammar wants another; what is the same in every request stays the same, so that a server keeps it.

use super::{Message, Request, Role};
use crate::answer;
use crate::sketch;

/// Overrules what the prompt says about JSON.
const FORM: &str = "\nThis server takes answers without JSON: write the plan between double quotes, then the method, `name = ( code )`, and nothing else.\n";

/// The same where the method is wanted in Python.
const SKETCH: &str = "\nThis server takes answers without JSON: write a comment `# …` of one line that says what the function must answer or do, then the function, `def name(self):` and its lines, and nothing else.\n";

/// The system prompt and the messages of a request whose answer is to be bare.
pub(super) fn conversation(request: &Request) -> (String, Vec<Message>) {
    let message = |m: &Message| match m.role {
        Role::User => m.clone(),
        Role::Assistant => Message { role: m.role, text: bare(&m.text) },
    };
    (
        format!("{}{}", request.system, if request.is_sketch { SKETCH } else { FORM }),
        request.messages.iter().map(message).collect(),
    )
}

/// An answer in the form that the grammar wants.
fn bare(answer: &str) -> String {
    let (plan, source) = answer::fields(answer);
    if sketch::is_sketch(&source) {
        return if plan.is_empty() { source } else { format!("# {}\n{source}", plan.replace('\n', " ")) };
    }
    format!("\"{}\"\n{source}", plan.replace('"', "'"))
}

/// Whether a text is what the grammar lets a model write: one slot, and nothing wrong with it; or a function.
pub(super) fn is_bare(text: &str, request: &Request) -> bool {
    let text = super::unfenced(text);
    if request.is_sketch && (text.starts_with("def ") || text.starts_with("# ")) {
        return true;
    }
    let grouped = aura_syntax::grouped(text);
    let parsed = aura_syntax::parse_slots(grouped.as_deref().unwrap_or(text));
    parsed.diagnostics.is_empty() && parsed.file.slots.is_some_and(|list| list.slots.len() == 1)
}
