//! Tokens around a place, and what comments say.

use aura_syntax::tokens::{Kind, Token};

use crate::Span;
use crate::document::Document;

/// The token that a cursor at this byte is on: what begins there or goes on there, or a word that ends there.
pub(crate) fn token_at(document: &Document, at: u32) -> Option<Token> {
    let tokens = &document.parse().tokens;
    let next = tokens.partition_point(|t| t.span.end <= at);
    let here = tokens.get(next).copied();
    let before = next.checked_sub(1).and_then(|i| tokens.get(i)).copied();
    let is_word = |t: &Token| is_word(t.kind);
    here.filter(is_word)
        .or(before.filter(|t| t.span.end == at && is_word(t)))
        .or(here.filter(|t| !t.kind.is_trivia()))
        .or(before.filter(|t| t.span.end == at))
}

/// The index of the token that this byte is in; behind the last: their number.
pub(crate) fn index_at(document: &Document, at: u32) -> usize {
    document.parse().tokens.partition_point(|t| t.span.end <= at)
}

/// Names and keywords.
pub(crate) fn is_word(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Name
            | Kind::CapitalName
            | Kind::Keyword
            | Kind::CapitalKeyword
            | Kind::Argument
            | Kind::SelfWord
            | Kind::ResendWord
    )
}

/// What a comment says, without quotes and the indentation that its lines share.
pub(crate) fn comment_text(comment: &str) -> String {
    let inside = comment.strip_prefix('"').unwrap_or(comment);
    let inside = inside.strip_suffix('"').unwrap_or(inside);
    let mut lines = inside.lines();
    let first = lines.next().unwrap_or("").trim();
    let rest: Vec<&str> = lines.collect();
    let depth = |l: &&str| l.len() - l.trim_start().len();
    let shared = rest.iter().filter(|l| !l.trim().is_empty()).map(depth).min().unwrap_or(0);
    let mut text = first.to_string();
    for line in rest {
        text.push('\n');
        text.push_str(line.get(shared..).unwrap_or("").trim_end());
    }
    text.trim().replace("\\\"", "\"")
}

/// The keywords or the one name of a selector.
pub(crate) fn parts(selector: &str) -> Vec<&str> {
    if selector.contains(':') { selector.split_inclusive(':').collect() } else { vec![selector] }
}

/// A span without the colon that ends a keyword, or begins an argument.
pub(crate) fn bare(document: &Document, span: Span) -> Span {
    let text = document.letters(span);
    let (start, end) = (text.starts_with(':') && text.len() > 1, text.ends_with(':') && text.len() > 1);
    Span { start: span.start + u32::from(start), end: span.end - u32::from(end) }
}

/// What the comment at the very beginning of a file says, or behind the line that says how it is run.
pub(crate) fn first_comment(text: &str) -> Option<String> {
    let tokens = aura_syntax::tokens::lex_file(text);
    let first = tokens.iter().find(|t| !matches!(t.kind, Kind::Space | Kind::Newline | Kind::Shebang))?;
    (first.kind == Kind::Comment).then(|| comment_text(first.span.text(text)))
}
