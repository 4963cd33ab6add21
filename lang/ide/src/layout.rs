//! Formatting: the one layout, as the fewest edits that lead to it.
//!
//! What must stay true: what stands in a string stays as it is, to the letter, whichever line ends there are around it.

use std::borrow::Cow;

use aura_syntax::tokens::lex;

use crate::{Edit, Ide, Span};

impl Ide {
    /// The edits that put a file, or what of it lies in these lines, into its layout. None when it cannot be read.
    pub fn formatting(&mut self, name: &str, range: Option<Span>) -> Option<Vec<Edit>> {
        let document = self.document(name)?;
        let text = document.text();
        let formatted = aura_syntax::format(text).ok()?;
        let formatted = with_line_ends(&formatted, line_end(text));
        let mut edits = edits(text, &formatted);
        if let Some(range) = range {
            edits.retain(|e| e.span.start <= range.end && range.start <= e.span.end);
        }
        Some(edits)
    }
}

/// The line end that most lines of a text have, those in strings not counted.
fn line_end(text: &str) -> &'static str {
    let between = lex(text).into_iter().filter(|t| t.kind.is_trivia()).map(|t| t.span.text(text));
    let (mut all, mut wide) = (0, 0);
    for piece in between {
        all += piece.matches('\n').count();
        wide += piece.matches("\r\n").count();
    }
    if wide * 2 > all { "\r\n" } else { "\n" }
}

/// A text with these line ends everywhere but in strings.
fn with_line_ends(text: &str, end: &str) -> String {
    let piece = |token: aura_syntax::tokens::Token| {
        let letters = token.span.text(text);
        match token.kind.is_trivia() {
            true => Cow::Owned(letters.replace("\r\n", "\n").replace('\n', end)),
            false => Cow::Borrowed(letters),
        }
    };
    lex(text).into_iter().map(piece).collect()
}

/// The runs of lines that differ.
fn edits(before: &str, after: &str) -> Vec<Edit> {
    let diff = similar::TextDiff::from_lines(before, after);
    let starts = |text: &str| -> Vec<usize> {
        let ends = text.split_inclusive('\n').scan(0, |at, line| {
            *at += line.len();
            Some(*at)
        });
        std::iter::once(0).chain(ends).collect()
    };
    let (old, new) = (starts(before), starts(after));
    let place = |starts: &[usize], i: usize| starts.get(i).copied().unwrap_or(*starts.last().unwrap_or(&0));
    let mut edits = Vec::new();
    for op in diff.ops().iter().filter(|op| op.tag() != similar::DiffTag::Equal) {
        let (from, to) = (op.old_range(), op.new_range());
        let span = Span::new(place(&old, from.start), place(&old, from.end));
        let text = after.get(place(&new, to.start)..place(&new, to.end)).unwrap_or("");
        edits.push(Edit::replace(span, text));
    }
    edits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_that_differ_are_replaced() {
        let (before, after) = ("a\n b\nc\nd", "a\nb\nc\nd\n");
        let edits = edits(before, after);
        assert_eq!(edits, [Edit::replace(Span::new(2, 5), "b\n"), Edit::replace(Span::new(7, 8), "d\n")]);
        assert_eq!(crate::Fix { title: String::new(), edits }.apply(before), after);
    }
}
