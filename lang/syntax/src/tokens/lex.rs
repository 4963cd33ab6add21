//! From text to tokens.
//!
//! logos finds the longest match; what a regular expression cannot say is added here: templates (text, then code, then
//! text), the `.` of a resend, operators that come in two pieces, quotes that nobody closed, and the `#!` of a script.

use super::{Kind, Token};
use crate::tree::Span;
use logos::{Lexer, Logos};

/// The tokens of a piece of source. Never fails: what cannot be read is [`Kind::Bad`].
pub fn lex(source: &str) -> Vec<Token> {
    let mut lexing = Lexing::new(source);
    lexing.run();
    lexing.tokens
}

/// The tokens of a whole file, whose first line may begin with `#!`. In a piece, such as a method, that is an operator: nothing may hide
/// behind it there.
pub fn lex_file(source: &str) -> Vec<Token> {
    let mut lexing = Lexing::new(source);
    lexing.shebang();
    lexing.run();
    lexing.tokens
}

struct Lexing<'s> {
    source: &'s str,
    lexer: Lexer<'s, Kind>,
    tokens: Vec<Token>,
    /// For each template we are in a hole of: the braces open in that hole.
    templates: Vec<u32>,
    /// A quote was found that nothing closes.
    open_quote_seen: bool,
}

impl<'s> Lexing<'s> {
    fn new(source: &'s str) -> Self {
        Self {
            source,
            lexer: Kind::lexer(source),
            tokens: Vec::with_capacity(source.len() / 3 + 8),
            templates: Vec::new(),
            open_quote_seen: false,
        }
    }
}

impl Lexing<'_> {
    fn shebang(&mut self) {
        if self.source.starts_with("#!") {
            let end = self.source.find(['\n', '\r']).unwrap_or(self.source.len());
            self.push(Kind::Shebang, 0, end);
            self.lexer.bump(end);
        }
    }

    fn run(&mut self) {
        while let Some(next) = self.lexer.next() {
            let range = self.lexer.span();
            let kind = next.unwrap_or(Kind::Bad);
            match kind {
                Kind::Period => self.period(range.start, range.end),
                Kind::Greater | Kind::Star => self.push(kind, range.start, range.end),
                Kind::Operator => self.operator(range.start, range.end),
                Kind::OpenTemplate => {
                    self.push(kind, range.start, range.end);
                    self.template_text();
                }
                Kind::OpenBrace => {
                    if let Some(depth) = self.templates.last_mut() {
                        *depth += 1;
                    }
                    self.push(kind, range.start, range.end);
                }
                Kind::CloseBrace => self.close_brace(range.start, range.end),
                Kind::OpenString | Kind::OpenComment => self.open_quote(kind, range.start, range.end),
                Kind::Bad => self.bad(range.start, range.end),
                _ => self.push(kind, range.start, range.end),
            }
        }
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        self.tokens.push(Token { kind, span: Span { start: start as u32, end: end as u32 } });
    }

    fn bytes(&self) -> &[u8] {
        self.source.as_bytes()
    }

    /// A period that stands directly between a name and a letter or operator is a resend's.
    fn period(&mut self, start: usize, end: usize) {
        let after_name = self.tokens.last().is_some_and(|t| {
            t.span.end as usize == start && matches!(t.kind, Kind::Name | Kind::CapitalName | Kind::SelfWord | Kind::ResendWord)
        });
        let kind = if after_name && self.message_follows(end) { Kind::Dot } else { Kind::Period };
        self.push(kind, start, end);
    }

    fn message_follows(&self, at: usize) -> bool {
        let rest = &self.bytes()[at..];
        match rest {
            [b'a'..=b'z' | b'A'..=b'Z' | b'_', ..] => true,
            [b'-', b'0'..=b'9', ..] | [b'\\', b'\n' | b'\r', ..] => false,
            [b'|' | b'^', next, ..] => is_operator_byte(*next),
            [b'|' | b'^'] => false,
            [byte, ..] => is_operator_byte(*byte),
            [] => false,
        }
    }

    /// `>=` is `>` and a tail, and likewise what begins with `*`.
    fn operator(&mut self, start: usize, end: usize) {
        let head = match self.bytes()[start] {
            b'>' => Kind::Greater,
            b'*' => Kind::Star,
            _ => return self.push(Kind::Operator, start, end),
        };
        self.push(head, start, start + 1);
        let tail = match &self.source[start + 1..end] {
            "|" => Kind::TailBar,
            "=" => Kind::TailEqual,
            "<-" => Kind::TailArrow,
            _ => Kind::TailOther,
        };
        self.push(tail, start + 1, end);
    }

    fn close_brace(&mut self, start: usize, end: usize) {
        match self.templates.last_mut() {
            Some(0) => {
                self.templates.pop();
                self.push(Kind::CloseHole, start, end);
                self.template_text();
            }
            Some(depth) => {
                *depth -= 1;
                self.push(Kind::CloseBrace, start, end);
            }
            None => self.push(Kind::CloseBrace, start, end),
        }
    }

    /// Letters of a template up to a hole, the closing back-quote, or the end of the source.
    fn template_text(&mut self) {
        let start = self.lexer.span().end;
        let bytes = self.bytes();
        let mut at = start;
        while at < bytes.len() && !matches!(bytes[at], b'`' | b'{') {
            at += if bytes[at] == b'\\' { 2 } else { 1 };
        }
        let at = self.boundary(at);
        if at > start {
            self.push(Kind::TemplateText, start, at);
        }
        let closing = match self.bytes().get(at) {
            Some(b'{') => {
                self.templates.push(0);
                self.push(Kind::OpenHole, at, at + 1);
                1
            }
            Some(_) => {
                self.push(Kind::CloseTemplate, at, at + 1);
                1
            }
            None => 0,
        };
        self.lexer.bump(at - start + closing);
    }

    /// A back-slash may stand before a letter of several bytes, or at the very end.
    fn boundary(&self, mut at: usize) -> usize {
        while at < self.source.len() && !self.source.is_char_boundary(at) {
            at += 1;
        }
        at.min(self.source.len())
    }

    /// The first quote that nothing closes ends with its line, so that the rest can still be read. A second one (there can
    /// be one, behind a back-slash) takes all that is left: looking again for each would be quadratic.
    fn open_quote(&mut self, kind: Kind, start: usize, end: usize) {
        let text = &self.source[start..end];
        let line = text.find(['\n', '\r']).filter(|_| !self.open_quote_seen);
        self.open_quote_seen = true;
        let Some(line) = line else { return self.push(kind, start, end) };
        self.push(kind, start, start + line);
        let rest = start + line;
        self.lexer = Kind::lexer(self.source);
        self.lexer.bump(rest);
        // `bump` leaves a token of its own begun; the next one starts after it.
    }

    fn bad(&mut self, start: usize, end: usize) {
        let start = start as u32;
        match self.tokens.last_mut() {
            Some(last) if last.kind == Kind::Bad && last.span.end == start => last.span.end = end as u32,
            _ => self.push(Kind::Bad, start as usize, end),
        }
    }
}

/// The characters of which operators are made. The back-quote, an operator character in Self, begins a template here.
pub(super) fn is_operator_byte(byte: u8) -> bool {
    b"!#$%&*+,-/;<=>?@\\^|~".contains(&byte)
}
