//! Gate 1: the same parser as for a person's text.

use aura_syntax::tree::File;
use aura_syntax::{Parse, Severity, parse, parse_slots};

use crate::diagnostic::{Diagnostic, Gate};
use crate::prompt::MOST_SOURCE;
use crate::text::is_plain;

/// Findings that go back to the model at once; more would only blur the first ones.
const MOST_FINDINGS: usize = 4;

/// Reads `source` as the inside of a slot list.
pub(crate) fn slots(source: &str) -> Result<File, Vec<Diagnostic>> {
    if source.trim().is_empty() {
        return Err(vec![
            Diagnostic::new(Gate::Answer, "no-source", "there is no source in the answer").fix("put the method into b_source"),
        ]);
    }
    if !is_plain(source) {
        let message = "there are control characters, or characters that nobody sees, in the source";
        return Err(vec![Diagnostic::new(Gate::Answer, "control-characters", message).fix("in a text, write them as `\\u{…}`")]);
    }
    if source.len() > 4 * MOST_SOURCE {
        let message = format!("the method has {} bytes, and {MOST_SOURCE} characters are the most", source.len());
        return Err(vec![Diagnostic::new(Gate::Answer, "too-long", message).fix("write less, or several methods")]);
    }
    sound(parse_slots(source), source)
}

/// The tree of a whole file, or what is wrong with it.
pub(crate) fn file(text: &str) -> Result<File, Vec<Diagnostic>> {
    sound(parse(text), text)
}

fn sound(parsed: Parse, text: &str) -> Result<File, Vec<Diagnostic>> {
    let errors = parsed.diagnostics.iter().filter(|d| d.severity == Severity::Error);
    let findings: Vec<Diagnostic> = errors.take(MOST_FINDINGS).map(|d| finding(d, text)).collect();
    if findings.is_empty() { Ok(parsed.file) } else { Err(findings) }
}

fn finding(diagnostic: &aura_syntax::Diagnostic, text: &str) -> Diagnostic {
    let around = around(text, diagnostic.span.start as usize, diagnostic.span.end as usize);
    let mut finding =
        Diagnostic::new(Gate::Parse, diagnostic.code, &diagnostic.message).at(text, diagnostic.span.start as usize, around);
    finding.because = diagnostic.notes.first().cloned();
    finding.fix = diagnostic.help.clone().or_else(|| diagnostic.fix.as_ref().map(|f| f.title.clone()));
    finding
}

/// The line in which a place lies, so that a reader sees it in its surroundings.
fn around(text: &str, start: usize, end: usize) -> &str {
    let begin = text.get(..start).and_then(|t| t.rfind('\n')).map_or(0, |i| i + 1);
    let stop = text.get(end..).and_then(|t| t.find('\n')).map_or(text.len(), |i| end + i);
    text.get(begin..stop).unwrap_or("")
}
