//! A text as an editor has it, with its lines and its tree.

use std::cell::OnceCell;
use std::rc::Rc;

use aura_syntax::Parse;

use crate::Span;
use crate::lines::{Encoding, Lines, Position};

/// A change of a text: the range that is replaced (nothing: all of it), and what by.
pub type Change = (Option<(Position, Position)>, String);

/// A text with its lines and its tree. It never changes: an edit makes another one.
#[derive(Debug)]
pub struct Document {
    text: Rc<str>,
    lines: Lines,
    /// Made when it is first asked for: of several edits at once only the last one's tree is wanted.
    parse: OnceCell<Parse>,
}

impl Document {
    /// A document of a text.
    pub fn new(text: &str) -> Self {
        Self { text: text.into(), lines: Lines::of(text), parse: OnceCell::new() }
    }

    /// The document with ranges replaced, one after the other; a change without a range is the whole text. Line ends that arrive or go are taken
    /// into account at once.
    pub(crate) fn edited(&self, changes: &[Change], encoding: Encoding) -> Self {
        let (mut text, mut lines) = (self.text.to_string(), self.lines.clone());
        for (range, new) in changes {
            match range {
                None => (text, lines) = (new.clone(), Lines::of(new)),
                Some((from, to)) => {
                    let (from, to) = (lines.offset(&text, *from, encoding), lines.offset(&text, *to, encoding));
                    let (from, to) = (from.min(to), from.max(to));
                    text.replace_range(from as usize..to as usize, new);
                    lines.replace(&text, from, from + new.len() as u32, to);
                }
            }
        }
        Self { text: text.into(), lines, parse: OnceCell::new() }
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the parser made of it.
    pub fn parse(&self) -> &Parse {
        self.parse.get_or_init(|| aura_syntax::parse(&self.text))
    }

    /// Its lines.
    pub fn lines(&self) -> &Lines {
        &self.lines
    }

    /// The position of a byte.
    pub fn position(&self, byte: u32, encoding: Encoding) -> Position {
        self.lines.position(&self.text, byte, encoding)
    }

    /// The byte of a position.
    pub fn offset(&self, position: Position, encoding: Encoding) -> u32 {
        self.lines.offset(&self.text, position, encoding)
    }

    /// The letters of a span.
    pub fn letters(&self, span: Span) -> &str {
        span.text(&self.text)
    }
}
