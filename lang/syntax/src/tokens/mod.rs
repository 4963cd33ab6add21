//! Tokens: every byte of the source in exactly one of them, in order.
//!
//! What must stay true: the tokens' spans put together are the whole source, whatever the source is; a token is small
//! (a kind and a span), because a source has many; the lexer is linear even on text that is nothing but open quotes.
//!
//! Not here: what the letters mean (`crate::literal`), and whether they are well-formed (`check`).

mod check;
mod kind;
mod lex;

pub use kind::Kind;
pub use lex::{lex, lex_file};

pub(crate) use check::check;

use crate::tree::Span;

/// A piece of the source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Where it is.
    pub span: Span,
}

impl Kind {
    /// White space, line ends, comments, `#!…`: what the parser does not see.
    pub fn is_trivia(self) -> bool {
        matches!(self, Self::Space | Self::Newline | Self::Comment | Self::OpenComment | Self::Join | Self::Shebang)
    }

    /// Can be (or begin) a binary message. `=` and `<-` can: only a slot's header gives them another meaning.
    pub fn is_operator(self) -> bool {
        matches!(
            self,
            Self::Operator | Self::Less | Self::Greater | Self::Star | Self::Comma | Self::Equal | Self::Arrow | Self::CaretLess
        )
    }

    /// The second half of an operator that begins with `>` or `*`.
    pub fn is_tail(self) -> bool {
        matches!(self, Self::TailBar | Self::TailEqual | Self::TailArrow | Self::TailOther)
    }

    /// An opening bracket, and the closing one that belongs to it.
    pub fn closer(self) -> Option<Self> {
        Some(match self {
            Self::OpenParen => Self::CloseParen,
            Self::OpenBracket => Self::CloseBracket,
            Self::OpenBrace => Self::CloseBrace,
            Self::OpenTemplate => Self::CloseTemplate,
            Self::OpenHole => Self::CloseHole,
            _ => return None,
        })
    }

    /// A closing bracket of any kind.
    pub fn is_closer(self) -> bool {
        matches!(self, Self::CloseParen | Self::CloseBracket | Self::CloseBrace | Self::CloseTemplate | Self::CloseHole)
    }

    /// Can begin an expression, other than by an operator or a keyword.
    pub fn begins_operand(self) -> bool {
        matches!(
            self,
            Self::Name
                | Self::CapitalName
                | Self::SelfWord
                | Self::ResendWord
                | Self::Integer
                | Self::NegativeInteger
                | Self::Float
                | Self::NegativeFloat
                | Self::String
                | Self::OpenString
                | Self::OpenParen
                | Self::OpenBracket
                | Self::OpenBrace
                | Self::OpenTemplate
                | Self::TooDeep
        )
    }
}

const _: () = assert!(size_of::<Token>() == 12);
