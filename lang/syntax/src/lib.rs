//! Aura's syntax: from text to tokens, tree, diagnostics, and back to formatted text.
//!
//! * [`tree`] the syntax tree, and [`Span`](tree::Span)s, of which it is made
//! * [`tokens`] every byte of a source in a token
//! * [`parse`](mod@parse) text to tree; never fails
//! * [`literal`] what the letters of literals mean
//! * [`diagnostic`], [`codes`] what is wrong, as data; [`render()`] draws it for people
//! * [`slips()`] what means something, and hardly what was meant
//! * [`visit`] a way through a tree, for who looks for something in it
//! * [`dump()`] a tree as readable text
//! * [`format()`] a program in its one layout
//! * [`write`](mod@write) pieces of source text, put together
//! * [`grouped()`] parentheses where other languages do without
//! * [`grammar`] the norm of the syntax, and grammars for model servers derived from it
//! * [`source`] a named text with lines and columns
//!
//! Not here: meaning. Which slot a name refers to, what a type allows, is the business of later stages.

pub mod codes;
pub mod diagnostic;
mod dump;
mod format;
pub mod grammar;
pub mod literal;
pub mod parse;
mod precedence;
mod render;
mod slips;
pub mod source;
pub mod tokens;
pub mod tree;
pub mod visit;
pub mod write;

pub use diagnostic::{Diagnostic, Severity};
pub use dump::dump;
pub use format::format;
pub use parse::{MAX_NESTING, Mode, Parse, is_incomplete, parse, parse_as, parse_code, parse_slots};
pub use precedence::grouped;
pub use render::render;
pub use slips::{slip_at, slips};
pub use source::Source;
pub use tree::Span;
