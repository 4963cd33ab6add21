//! From what a model wrote to the text of exactly one method slot.
//!
//! Models wrap things: JSON in a fence, the method in a fence inside the JSON, the slot in `(| … |)` or bars, a period at its
//! end. All of that is taken off. What must stay true: exactly one slot comes out, it is a method, its selector is the one
//! that was missing, and nothing of the model's text is outside it.

use aura_syntax::tree::{Init, Slot, SlotName, Span, selector};
use serde_json::Value;

use crate::diagnostic::{Diagnostic, Gate};
use crate::gates::parse;
use crate::prompt::header;

/// Letters of a plan that are kept.
const MOST_PLAN: usize = 600;

/// A method as it came from the model.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// `manhattan = ( … )`, one slot, without a period.
    pub source: String,
    /// What the model says it does.
    pub plan: String,
}

impl Candidate {
    /// The same, with a word on what was set right in it.
    pub(crate) fn told(self, what: &str) -> Self {
        Self { plan: format!("{} (mended: {what})", self.plan), ..self }
    }
}

/// Takes an answer apart. `wanted` is the missing selector.
pub fn read(answer: &str, wanted: &str) -> Result<Candidate, Vec<Diagnostic>> {
    let (plan, source) = fields(answer);
    let bare = strip(&source, wanted);
    let plan = crate::text::line(&plan, MOST_PLAN);
    match aura_syntax::grouped(&bare) {
        Some(better) => Ok(Candidate { source: one_method(&better, wanted)?, plan }.told("parentheses")),
        None => Ok(Candidate { source: one_method(&bare, wanted)?, plan }),
    }
}

/// What a model would have answered to propose this method.
pub(crate) fn write(source: &str) -> String {
    serde_json::json!({"a_plan": "", "b_source": source}).to_string()
}

/// Takes the text of a method that was kept. What it must be is the same as for a new one, but nothing is taken off it.
pub(crate) fn kept(source: &str, wanted: &str) -> Result<String, Vec<Diagnostic>> {
    one_method(source, wanted)
}

/// The plan and the source as the model wrote them: from JSON, or, under a grammar, from a comment and what follows it.
pub(crate) fn fields(answer: &str) -> (String, String) {
    let text = crate::clients::unfenced(answer);
    let Ok(Value::Object(fields)) = serde_json::from_str::<Value>(text) else {
        let (plan, source) = text.strip_prefix('"').and_then(|t| t.split_once('"')).unwrap_or(("", text));
        return (plan.trim().to_string(), source.trim().to_string());
    };
    let field = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or("").to_string();
    (field("a_plan"), field("b_source"))
}

/// The source without fences, bars and a final period; with the header if only the body was given.
fn strip(source: &str, wanted: &str) -> String {
    let mut text = crate::clients::unfenced(source).trim();
    if let Some(inner) = text.strip_prefix("(|").and_then(|t| t.trim_end_matches('.').strip_suffix("|)")) {
        text = inner.trim();
    } else if let Some(inner) = text.strip_prefix('|').and_then(|t| t.strip_suffix('|')) {
        text = inner.trim();
    }
    text = text.trim_end_matches('.').trim_end();
    match text.strip_prefix('(') {
        Some(body) => format!("{} {}", header(wanted), body.trim_start()),
        None => text.to_string(),
    }
}

fn one_method(source: &str, wanted: &str) -> Result<String, Vec<Diagnostic>> {
    let (text, file) = (source, parse::slots(source)?);
    let slots = file.slots.as_ref().map_or(&[][..], |s| &s.slots[..]);
    let no = |d: Diagnostic| Err(vec![d]);
    if !file.body.is_empty() {
        let at = file.body[0].span;
        let d = Diagnostic::new(Gate::Answer, "more-than-a-method", "there is something after the method").at(
            text,
            at.start as usize,
            at.text(text),
        );
        return no(d.fix("answer with the one method only"));
    }
    let [slot] = slots else {
        let names: Vec<String> = slots.iter().map(|s| name(s, text)).collect();
        let d = Diagnostic::new(
            Gate::Answer,
            "not-one-method",
            format!("exactly one method is wanted, there are {}: {}", slots.len(), names.join(", ")),
        );
        return no(d.fix(format!("answer with '{wanted}' only; put what it needs into its own code")));
    };
    let found = name(slot, text);
    if found != wanted {
        let d =
            Diagnostic::new(Gate::Answer, "another-name", format!("the method is called '{found}', but '{wanted}' is missing"));
        return no(d.at(text, slot.span.start as usize, slot.span.text(text)).fix(format!("begin with: {}", header(wanted))));
    }
    if !matches!(slot.init, Init::Method(_)) {
        let d = Diagnostic::new(Gate::Answer, "not-a-method", format!("'{wanted}' is not a method but a slot with a value"));
        return no(d.fix(format!("write code between parentheses, beginning with: {}", header(wanted))));
    }
    if slot.is_parent {
        return no(Diagnostic::new(Gate::Answer, "a-parent", "a method cannot be a parent slot")
            .fix(format!("begin with: {}", header(wanted))));
    }
    Ok(slot.span.text(text).trim().to_string())
}

/// A slot's selector.
pub(crate) fn name(slot: &Slot, source: &str) -> String {
    match &slot.name {
        SlotName::Unary(span) => span.text(source).to_string(),
        SlotName::Binary { operator, .. } => operator.text(source).to_string(),
        SlotName::Keyword { parts, .. } => selector(parts as &[Span], source),
    }
}
