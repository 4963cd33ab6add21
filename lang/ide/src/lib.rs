//! What an editor asks, as plain data.
//!
//! * [`Ide`] the files of a project as an editor has them, and what is wrong with them; [`Outside`] what it asks of the world around
//! * [`lines`] places as lines and columns; [`Document`] a text with its tree
//! * `path`, `scope`, `target` what stands at a place
//! * `hover`, … one module for each question
//!
//! What must stay true: every question has an answer for any text, however broken, and any place in it; nothing is read but through
//! [`Outside`]. Not here: the protocol that editors speak (`aura-lsp`), files, clocks.

mod desk;
mod document;
mod hover;
mod learned;
pub mod lines;
mod outside;
mod path;
mod resolve;
mod scope;
mod target;
mod words;

pub use aura_syntax::diagnostic::{Edit, Fix, Label};
pub use aura_syntax::tree::File;
pub use aura_syntax::{Diagnostic, Severity, Span};
pub use aura_types::World;
pub use desk::{Change, Findings, Ide, Work};
pub use document::Document;
pub use hover::{About, Hover};
pub use learned::Origin;
pub use lines::{Encoding, Position};
pub use outside::{Learned, Outside};

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file's name.
    pub file: String,
    /// Where in it.
    pub span: Span,
}
