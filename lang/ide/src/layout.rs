//! Formatting: the one layout, as the fewest edits that lead to it.
//!
//! A layout moves nothing but white space. So the lines of a text before and after it go together where as many other letters stand before both, and
//! whatever lies between two such places can be changed, or left, by itself. Where a text cannot be read, the statements or slots that are wrong
//! are taken for names as long as they are, and stay as they are. What must stay true: no edit leaves the lines that were asked for.
//! And what stands in a string stays as it is, to the letter, whichever line ends there are around it.

use std::borrow::Cow;

use aura_syntax::tokens::lex_file;

use aura_syntax::{Diagnostic, Severity, parse};

use crate::document::Document;
use crate::path::{Node, path};
use crate::{Edit, Ide, Span};

impl Ide {
    /// The edits that put a file, or what of it lies in these lines, into its layout.
    ///
    /// # Errors
    /// Why nothing of it can be laid out.
    pub fn formatting(&mut self, name: &str, range: Option<Span>) -> Result<Vec<Edit>, String> {
        let document = self.document(name).ok_or_else(|| format!("there is no file {name}"))?;
        let readable = readable(&document)?;
        let formatted = aura_syntax::format(&readable.text).map_err(|wrong| why(&document, wrong.first()))?;
        let formatted = with_line_ends(&formatted, line_end(document.text()));
        let mut edits = edits(&readable.text, &formatted);
        edits.retain(|e| !readable.masked.iter().any(|m| m.start < e.span.end && e.span.start < m.end));
        if let Some(range) = range {
            let lines = whole_lines(&document, range);
            edits.retain(|e| lines.start <= e.span.start && e.span.end <= lines.end);
        }
        Ok(edits)
    }
}

/// The line end that most lines of a text have, those in strings not counted.
fn line_end(text: &str) -> &'static str {
    let between = lex_file(text).into_iter().filter(|t| t.kind.is_trivia()).map(|t| t.span.text(text));
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
    lex_file(text).into_iter().map(piece).collect()
}

/// A text as long as a document's that can be read.
struct Readable {
    text: String,
    /// What is a name in it, and something that cannot be read in the document.
    masked: Vec<Span>,
}

fn readable(document: &Document) -> Result<Readable, String> {
    let is_wrong = |d: &&Diagnostic| d.severity == Severity::Error;
    let wrong: Vec<&Diagnostic> = document.parse().diagnostics.iter().filter(is_wrong).collect();
    if wrong.is_empty() {
        return Ok(Readable { text: document.text().to_string(), masked: Vec::new() });
    }
    // As little as possible: else the slots of the file, and its statements, that something is wrong with.
    let masked = masked(document, &wrong, innermost).or_else(|| masked(document, &wrong, outermost));
    masked.ok_or_else(|| why(document, wrong.first().copied()))
}

/// Which part of those around a mistake is masked.
type Choice = fn(&[Node]) -> Option<Span>;

fn innermost(nodes: &[Node]) -> Option<Span> {
    nodes.iter().rev().find_map(part)
}

fn outermost(nodes: &[Node]) -> Option<Span> {
    nodes.iter().find_map(part)
}

/// A slot or a statement, which a name could stand for.
fn part(node: &Node) -> Option<Span> {
    match node {
        Node::Slot(slot) => Some(slot.span),
        Node::Statement(statement) => Some(statement.expr.span),
        _ => None,
    }
}

/// The text with names for the parts that something is wrong with; nothing if it cannot be read then.
fn masked(document: &Document, wrong: &[&Diagnostic], choice: Choice) -> Option<Readable> {
    let file = &document.parse().file;
    let (mut text, mut masked) = (document.text().to_string(), Vec::new());
    for wrong in wrong {
        let span =
            choice(&path(file, wrong.span)).or_else(|| choice(&path(file, Span { end: wrong.span.start, ..wrong.span })))?;
        let letters = span.end.saturating_sub(span.start) as usize;
        text.replace_range(span.start as usize..span.end as usize, &"x".repeat(letters));
        masked.push(span);
    }
    (!parse(&text).has_errors()).then_some(Readable { text, masked })
}

fn why(document: &Document, wrong: Option<&Diagnostic>) -> String {
    let place = wrong.map(|w| format!(" (line {}: {})", document.lines().line_of(w.span.start) + 1, w.message));
    format!("the text has no layout while it cannot be read{}", place.unwrap_or_default())
}

/// The lines of a range, from the first one's beginning to the last one's end; a line in which the range only ends is none of them.
fn whole_lines(document: &Document, range: Span) -> Span {
    let (text, lines) = (document.text(), document.lines());
    let first = lines.line_of(range.start);
    let last = lines.line_of(range.end);
    let ends_before = last > first && lines.start(text, last) == range.end;
    let end = if ends_before {
        range.end
    } else {
        text[lines.end(text, last) as usize..].find('\n').map_or(text.len() as u32, |i| lines.end(text, last) + i as u32 + 1)
    };
    Span { start: lines.start(text, first), end }
}

/// The smallest runs of lines that differ.
fn edits(before: &str, after: &str) -> Vec<Edit> {
    let diff = similar::TextDiff::from_lines(before, after);
    let (old, new) = (starts(before), starts(after));
    let place = |starts: &[usize], i: usize| starts.get(i).copied().unwrap_or(*starts.last().unwrap_or(&0));
    let mut edits = Vec::new();
    for op in diff.ops().iter().filter(|op| op.tag() != similar::DiffTag::Equal) {
        let (from, to) = (op.old_range(), op.new_range());
        let span = Span::new(place(&old, from.start), place(&old, from.end));
        let text = after.get(place(&new, to.start)..place(&new, to.end)).unwrap_or("");
        split(span, span.text(before), text, &mut edits);
    }
    edits
}

/// The edits that make one run of lines another one: a piece for each place where lines of both begin behind the same letters.
fn split(span: Span, old: &str, new: &str, edits: &mut Vec<Edit>) {
    let (mut from, mut to) = (0, 0);
    let is_same = || letters(old).eq(letters(new));
    let shared: Vec<(usize, usize)> = if is_same() { shared(old, new) } else { Vec::new() };
    for (next_from, next_to) in shared.into_iter().chain([(old.len(), new.len())]) {
        let (piece, text) = (&old[from..next_from], &new[to..next_to]);
        if piece != text {
            let start = span.start as usize;
            edits.push(Edit::replace(Span::new(start + from, start + next_from), text));
        }
        (from, to) = (next_from, next_to);
    }
}

/// What is no white space.
fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| !c.is_whitespace())
}

/// Where lines of both texts begin that have the same letters before them.
fn shared(old: &str, new: &str) -> Vec<(usize, usize)> {
    let (old, mut new) = (beginnings(old), beginnings(new).into_iter().peekable());
    let mut all = Vec::new();
    for (count, from) in old {
        while new.next_if(|(n, _)| *n < count).is_some() {}
        if let Some((_, to)) = new.next_if(|(n, _)| *n == count) {
            all.push((from, to));
        }
    }
    all
}

/// Where each line begins, but the first, and how many letters stand before it.
fn beginnings(text: &str) -> Vec<(usize, usize)> {
    let (mut count, mut at) = (0, 0);
    let lines = text.split_inclusive('\n').map(|line| {
        count += letters(line).count();
        at += line.len();
        (count, at)
    });
    lines.collect()
}

/// Where the lines of a text begin, and where it ends.
fn starts(text: &str) -> Vec<usize> {
    let ends = text.split_inclusive('\n').scan(0, |at, line| {
        *at += line.len();
        Some(*at)
    });
    std::iter::once(0).chain(ends).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(before: &str, edits: Vec<Edit>) -> String {
        crate::Fix { title: String::new(), edits, is_guess: false }.apply(before)
    }

    #[test]
    fn only_lines_that_differ_are_replaced() {
        let (before, after) = ("a\n b\nc\nd", "a\nb\nc\nd\n");
        let edits = edits(before, after);
        assert_eq!(edits, [Edit::replace(Span::new(2, 5), "b\n"), Edit::replace(Span::new(7, 8), "d\n")]);
        assert_eq!(applied(before, edits), after);
    }

    #[test]
    fn neighbours_are_replaced_each_by_itself() {
        let (before, after) = (" a\n b c\n\n d\n e", "a\nb\nc\nd e\n");
        let edits = edits(before, after);
        let spans: Vec<&str> = edits.iter().map(|e| e.span.text(before)).collect();
        assert_eq!(spans, [" a\n", " b c\n", "\n d\n e"]);
        assert_eq!(applied(before, edits), after);
    }
}
