//! What is wrong with single tokens: characters, quotes, numbers, escapes.

use super::{Kind, Token};
use crate::codes;
use crate::diagnostic::{Diagnostic, Edit};
use crate::literal::{LiteralError, decode_float, decode_integer, decode_string, decode_template};
use crate::tree::Span;

/// A diagnostic for a token that is malformed in itself.
pub(crate) fn check(source: &str, token: Token) -> Option<Diagnostic> {
    let text = token.span.text(source);
    let start = Span { start: token.span.start, end: token.span.start + 1 };
    match token.kind {
        Kind::Integer | Kind::NegativeInteger if !plain_integer(text) => {
            decode_integer(text).err().map(|e| number(token, text, e))
        }
        Kind::Float | Kind::NegativeFloat => decode_float(text).err().map(|e| number(token, text, e)),
        Kind::String if text.contains('\\') => decode_string(text).err().map(|e| escape(token, e)),
        Kind::TemplateText if text.contains('\\') => decode_template(text).err().map(|e| escape(token, e)),
        Kind::OpenString => Some(
            Diagnostic::error(&codes::OPEN_STRING, "this string has no end", start, "begins here")
                .help("close it with a single quote; write \\' for a quote inside it"),
        ),
        Kind::OpenComment => Some(
            Diagnostic::error(&codes::OPEN_COMMENT, "this comment has no end", start, "begins here")
                .help("close it with a double quote; strings are written in single quotes"),
        ),
        Kind::Bad => Some(bad(token, text)),
        _ => None,
    }
}

/// The common case, without taking the literal apart.
fn plain_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
    digits.iter().all(u8::is_ascii_digit) && (digits[0] != b'0' || digits.len() == 1)
}

fn within(token: Token, error: &LiteralError) -> Span {
    let at = token.span.start;
    Span { start: at + error.range.start as u32, end: at + error.range.end as u32 }
}

fn number(token: Token, text: &str, error: LiteralError) -> Diagnostic {
    let span = within(token, &error);
    let diagnostic = Diagnostic::error(&codes::BAD_NUMBER, format!("`{text}` is not a number"), span, error.message);
    let (sign, body) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    if let Some(hex) = body.strip_prefix("0x").or_else(|| body.strip_prefix("0X")).filter(|h| !h.is_empty()) {
        let repaired = format!("{sign}16r{hex}");
        return diagnostic.fix(format!("write `{repaired}`"), vec![Edit::replace(token.span, &repaired)]);
    }
    if body.len() > 1 && body.bytes().all(|b| b.is_ascii_digit() || b == b'_') {
        let digits: String = body.chars().filter(char::is_ascii_digit).collect();
        let digits = digits.trim_start_matches('0');
        let repaired = format!("{sign}{}", if digits.is_empty() { "0" } else { digits });
        return diagnostic.fix(format!("write `{repaired}`"), vec![Edit::replace(token.span, &repaired)]);
    }
    diagnostic
}

fn escape(token: Token, error: LiteralError) -> Diagnostic {
    let span = within(token, &error);
    Diagnostic::error(&codes::BAD_ESCAPE, "this back-slash begins no escape", span, error.message)
        .help("write \\\\ for a back-slash itself")
}

fn bad(token: Token, text: &str) -> Diagnostic {
    let first = text.chars().next().unwrap_or('\u{FFFD}');
    let shown = if first.is_control() || first.is_whitespace() {
        format!("the character U+{:04X}", first as u32)
    } else {
        format!("`{first}`")
    };
    let diagnostic =
        Diagnostic::error(&codes::UNKNOWN_CHARACTER, format!("{shown} has no meaning here"), token.span, "not part of Aura");
    let replacement = match first {
        '‘' | '’' | '‚' | '‛' => "'",
        '“' | '”' | '„' => "\"",
        '–' | '—' | '−' => "-",
        '×' => "*",
        '÷' => "/",
        '\u{A0}' | '\u{2007}' | '\u{202F}' | '\u{3000}' | '\u{200B}' => " ",
        '←' => "<-",
        '…' => "...",
        _ => return diagnostic,
    };
    let span = Span { start: token.span.start, end: token.span.start + first.len_utf8() as u32 };
    diagnostic.fix(format!("write `{replacement}` instead"), vec![Edit::replace(span, replacement)])
}
