//! The gates that need no machine, in the order of the door: parser, audit, names.

use aura_alfred::answer;
use aura_alfred::diagnostic::Diagnostic;
use aura_alfred::gates::{Context, Powers, audit, mended, unknown};
use aura_alfred::situation::Situation;
use serde_json::json;

/// What the gates say to a model's source for a send: the method as it would go on, or the first gate's findings.
pub(super) fn pass(source: &str, situation: &Situation) -> Result<String, Vec<Diagnostic>> {
    let answer = json!({"a_plan": "", "b_source": source}).to_string();
    let mut method = answer::read(&answer, &situation.selector)?.source;
    if let Some(better) = mended(&method, situation) {
        method = better;
    }
    for gate in [audit(&method, &Context::of(situation, Powers::none())), unknown(&method, situation)] {
        if !gate.is_empty() {
            return Err(gate);
        }
    }
    Ok(method)
}
