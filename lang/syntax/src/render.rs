//! Diagnostics for people: ariadne draws them over the source.
//!
//! ariadne panics on spans that are inverted, end inside a character, or lie outside the source, so every span is put right
//! here, the one place that calls it. What a source holds of characters that a terminal obeys is drawn as what it is not: a source may come from anywhere.

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Source;
use crate::tree::Span;
use ariadne::{Color, Config, IndexType, Label, Report, ReportKind};
use std::borrow::Cow;
use std::ops::Range;

type Place<'s> = (&'s str, Range<usize>);

/// The diagnostics of one source as text, in colour if asked for, an empty line between them.
pub fn render(source: &Source, diagnostics: &[Diagnostic], colour: bool) -> String {
    let mut out = Vec::new();
    let text = visible(source.text());
    let mut cache = (source.name(), ariadne::Source::from(&*text));
    for (i, diagnostic) in diagnostics.iter().enumerate() {
        if i > 0 {
            out.push(b'\n');
        }
        // Writing into memory does not fail.
        let _ = report(source, diagnostic, colour).write(&mut cache, &mut out);
    }
    let text = String::from_utf8_lossy(&out);
    let mut result = String::with_capacity(text.len());
    for line in text.lines() {
        result.push_str(line.trim_end());
        result.push('\n');
    }
    result
}

fn report<'s>(source: &'s Source, diagnostic: &Diagnostic, colour: bool) -> Report<'s, Place<'s>> {
    let (kind, tint) = match diagnostic.severity {
        Severity::Error => (ReportKind::Error, Color::Red),
        Severity::Warning => (ReportKind::Warning, Color::Yellow),
    };
    let place = |span: Span| (source.name(), sane(span, source.text()));
    let mut report = Report::build(kind, place(diagnostic.span))
        .with_config(Config::default().with_index_type(IndexType::Byte).with_color(colour).with_tab_width(4))
        .with_code(diagnostic.code)
        .with_message(&diagnostic.message)
        .with_label(Label::new(place(diagnostic.span)).with_message(&diagnostic.label).with_color(tint));
    for label in &diagnostic.secondary {
        report = report.with_label(Label::new(place(label.span)).with_message(&label.text).with_color(Color::Blue));
    }
    for note in &diagnostic.notes {
        report = report.with_note(note);
    }
    let fix = diagnostic.fix.as_ref().map(|fix| fix.title.as_str());
    if let Some(help) = diagnostic.help.as_deref().or(fix) {
        report = report.with_help(help);
    }
    report.finish()
}

/// The text with something else, of as many bytes, in the place of control characters and of those that reorder others.
fn visible(text: &str) -> Cow<'_, str> {
    let hidden = |c: char| {
        let control = c.is_control() && !matches!(c, '\n' | '\r' | '\t');
        control || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| match c.len_utf8() {
        _ if !hidden(c) => c,
        1 => '?',
        2 => '\u{bf}',
        _ => '\u{fffd}',
    };
    Cow::Owned(text.chars().map(shown).collect())
}

/// A span that lies in the text, on character boundaries, in order.
fn sane(span: Span, text: &str) -> Range<usize> {
    let down = |at: u32| {
        let mut at = (at as usize).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (down(span.start), down(span.end));
    start.min(end)..end.max(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_not_given_orders() {
        let text = "a\u{1b}[2J\u{9b}\u{202e}b\tc\n";
        assert_eq!(visible(text), "a?[2J\u{bf}\u{fffd}b\tc\n");
        assert_eq!(visible(text).len(), text.len());
    }
}
