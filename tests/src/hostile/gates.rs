//! The gates that need no machine, in the order of the door: parser, audit, names, types.

use aura_alfred::answer;
use aura_alfred::diagnostic::Diagnostic;
use aura_alfred::gates::{Submission, walk};
use aura_alfred::mend::mended;
use aura_alfred::situation::Situation;
use aura_alfred::typing::Typing;
use serde_json::json;

/// What the gates say to a model's source for a send, at the object of its path where it is to go: the method as it would go on, or the first
/// gate's findings.
pub fn pass(source: &str, situation: &Situation, at: usize, typing: &Typing) -> Result<String, Vec<Diagnostic>> {
    let answer = json!({"a_plan": "", "b_source": source}).to_string();
    let method = mended(answer::read(&answer, &situation.selector)?, situation).source;
    let at = situation.path[at].path.as_deref().unwrap_or("");
    match walk(&Submission { source: &method, situation, at }, Some(typing)).refused {
        Some((_, findings)) => Err(findings),
        None => Ok(method),
    }
}
