//! What an editor asks, as plain data.
//!
//! * [`Ide`] the files of a project as an editor has them, and what is wrong with them; [`Outside`] what it asks of the world around
//! * [`lines`] places as lines and columns; [`Document`] a text with its tree
//! * `path`, `scope`, `target` what stands at a place
//! * `hover`, … one module for each question
//!
//! What must stay true: every question has an answer for any text, however broken, and any place in it; nothing is read but through
//! [`Outside`]. Not here: the protocol that editors speak (`aura-lsp`), files, clocks.

mod actions;
mod calls;
mod clashes;
mod companions;
mod complete;
mod desk;
mod document;
mod evaluation;
mod folders;
mod highlights;
mod hints;
mod hover;
mod job;
mod layout;
mod learned;
mod lenses;
pub mod lines;
mod navigate;
mod outline;
mod outside;
mod path;
mod references;
mod rename;
mod resolve;
mod scope;
mod semantic;
mod shape;
mod signature;
mod target;
mod typed;
mod words;
mod written;

pub use actions::{Action, ActionKind};
pub use aura_syntax::diagnostic::{Edit, Fix, Label};
pub use aura_syntax::tree::File;
pub use aura_syntax::{Diagnostic, Severity, Span};
pub use aura_types::World;
pub use calls::{Call, Method};
pub use complete::{Completion, Completions, Key, Offered};
pub use desk::{Due, Findings, Ide, Work};
pub use document::{Change, Document};
pub use hints::Hint;
pub use hover::{About, Hover};
pub use job::{Command, Done, Job, Progress, What};
pub use learned::{InPlace, Origin};
pub use lenses::{Lens, Offer};
pub use lines::{Encoding, Position};
pub use outline::{Found, Symbol, SymbolKind};
pub use outside::{Learned, Outside, Sources};
pub use references::Reference;
pub use rename::{Edits, Renaming};
pub use semantic::{Coloured, Meaning};
pub use shape::Fold;
pub use signature::{SignatureHelp, SignatureShown};
pub use written::{Beside, Placed, Written};

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file's name.
    pub file: String,
    /// Where in it.
    pub span: Span,
}
