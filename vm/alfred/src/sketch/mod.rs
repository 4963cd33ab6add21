//! Sketches: a method that a model wrote in Python, put into Aura.
//!
//! No model has seen much Aura, and nearly every one writes Python well. A sketch is one function in the part of Python that small
//! methods need; each of its constructs becomes the messages that do the same, so that a model that cannot write the language can
//! still say what the method does. It is no second language of the machine's: what comes out is Aura's text, and goes through every
//! gate like a text that a model or a person wrote in Aura.
//!
//! What must stay true: what cannot be put into Aura is refused, with its place, never guessed at by leaving something out; nothing of
//! the model's text gets into Aura's but names, numbers and texts, each written by Aura's own rules; every answer is read to its end in
//! bounded time and depth.
//!
//! * `uses` what the function does with its names; `translator` what is carried along
//! * `statement`, `walk`, `expression`, `call`, `methods` the constructs
//! * `known` the program's names in either language; `kind` what values are, as far as that can be seen
//! * `piece` Aura's text
//!
//! Python's numbers divide downwards (`div:`, `mod:`) and its indexes may count from the end; both are kept. Not kept: `a is b` of
//! numbers and texts, and the order of a `sort` that is reversed where keys are equal.

mod call;
mod expression;
mod kind;
mod known;
mod methods;
mod piece;
mod statement;
mod translator;
mod uses;
mod walk;

use ruff_python_parser::parse_module;

use crate::answer::Candidate;
use crate::diagnostic::{Diagnostic, Gate};
use crate::prompt::MOST_SOURCE;
use crate::situation::Situation;

use known::{Known, RESERVED};
pub(crate) use known::{class_name, parameters, python_name, python_type};
use translator::{Translator, Unsaid};

/// Brackets and indentation one inside the other: more is no method, and the parser calls itself for each.
const MOST_DEPTH: usize = 40;

/// Whether an answer is a sketch rather than a method in Aura.
pub fn is_sketch(source: &str) -> bool {
    let source = crate::clients::unfenced(source);
    source.lines().any(|l| l.trim_start().starts_with("def ") && l.trim_end().ends_with(':') || l.starts_with("def "))
}

/// The methods in Aura that a sketch may mean: one, or two where it cannot be seen whether something is added or joined.
///
/// # Errors
/// What is not Python, or cannot be said in Aura.
pub fn translated(source: &str, situation: &Situation) -> Result<Vec<String>, Vec<Diagnostic>> {
    let text = readable(crate::clients::unfenced(source));
    let no = |finding: Diagnostic| vec![finding];
    if text.len() > 2 * MOST_SOURCE || depth(&text) > MOST_DEPTH {
        let finding = Diagnostic::new(Gate::Answer, "sketch-size", "the function is too long, or too deep");
        return Err(no(finding.fix("write it shorter, without what it does not need")));
    }
    let module = parse_module(&text).map_err(|e| {
        let at = e.location.start().to_usize();
        let finding = Diagnostic::new(Gate::Parse, "sketch-syntax", format!("this is not Python: {}", e.error));
        no(finding.at(&text, at, line_at(&text, at)))
    })?;
    let known = Known::new(situation);
    let name = python_name(&situation.selector);
    let Some(function) = translator::function(module.into_syntax().body, &name) else {
        let finding = Diagnostic::new(Gate::Answer, "sketch-without-function", "there is no function");
        return Err(no(finding.fix(format!("begin with: def {name}(self"))));
    };
    let said = |joins| Translator::new(&known, &function, joins).method(&function).map_err(|e| no(told(&e, &text)));
    let (added, joined) = (said(false)?, said(true)?);
    Ok(if added == joined { vec![added] } else { vec![added, joined] })
}

/// A candidate whose plan is the sketch.
pub fn candidate(source: String, sketch: &str) -> Candidate {
    Candidate { source, plan: crate::text::clean(crate::clients::unfenced(sketch), 600) }
}

fn told(error: &Unsaid, text: &str) -> Diagnostic {
    Diagnostic::new(Gate::Answer, "sketch-unsaid", format!("{} cannot be put into Aura", error.what))
        .at(text, error.at, line_at(text, error.at))
        .fix("say it with plain loops, if, assignments, and what is shown of the objects")
}

fn line_at(text: &str, at: usize) -> &str {
    let at = at.min(text.len());
    let start = text.get(..at).and_then(|t| t.rfind('\n')).map_or(0, |i| i + 1);
    text.get(start..).and_then(|t| t.lines().next()).unwrap_or("").trim()
}

/// The text with attributes called what Python keeps for itself (`self.from`) made readable, and without tabs.
fn readable(source: &str) -> String {
    let mut out = String::new();
    let text = source.replace('\t', "    ").replace('\r', "");
    let mut rest = text.as_str();
    while let Some(at) = rest.find('.') {
        let (before, after) = rest.split_at(at + 1);
        out.push_str(before);
        let end = after.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(after.len());
        let (word, more) = after.split_at(end);
        out.push_str(word);
        if RESERVED.contains(&word) {
            out.push('_');
        }
        rest = more;
    }
    out.push_str(rest);
    out
}

/// How deep brackets and indentation go, at most; and how many operators that stand before something follow each other.
fn depth(text: &str) -> usize {
    let (mut open, mut deepest) = (0_usize, 0);
    for line in text.lines() {
        let indented = (line.len() - line.trim_start().len()) / 2;
        for c in line.chars() {
            match c {
                '(' | '[' | '{' => open += 1,
                ')' | ']' | '}' => open = open.saturating_sub(1),
                _ => {}
            }
            deepest = deepest.max(open + indented);
        }
        let words = |w: &str| line.matches(w).count();
        deepest =
            deepest.max(words("not ") + words("lambda") + words(" if ") + words("--") + words("~") + words("**") + words("."));
    }
    deepest
}
