//! What can be asked about the language itself: `aura explain`, `aura grammar`.

use aura_syntax::grammar::Start;
use clap::{Args, ValueEnum};

/// `aura explain`
#[derive(Args, Debug)]
pub struct ExplainArgs {
    /// A code, `E0011` (or only `11`). Nothing: all codes.
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
    /// Print as JSON.
    #[arg(long)]
    pub json: bool,
}

/// `aura grammar`
#[derive(Args, Debug)]
pub struct GrammarArgs {
    /// The notation.
    #[arg(long, value_enum, default_value = "ebnf")]
    pub format: Notation,
    /// What a text is to be.
    #[arg(long, value_enum, default_value = "file", conflicts_with = "method")]
    pub start: Root,
    /// One method for this selector (`at:Put:`), as the open door asks for it; for GBNF only.
    #[arg(long, value_name = "SELECTOR", allow_hyphen_values = true)]
    pub method: Option<String>,
}

/// `--format`
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Notation {
    /// The norm, as it stands in grammar/aura.ebnf.
    Ebnf,
    /// For llama.cpp's server and others that constrain decoding; a little narrower than the norm.
    Gbnf,
}

/// `--start`
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Root {
    /// A source file.
    File,
    /// One slot.
    Slot,
    /// One expression.
    Expression,
}

impl From<Root> for Start {
    fn from(root: Root) -> Self {
        match root {
            Root::File => Self::File,
            Root::Slot => Self::Slot,
            Root::Expression => Self::Expression,
        }
    }
}
