//! Aura's text, piece by piece, with no more parentheses than it needs.
//!
//! What must stay true: a piece that is put into another means there what it meant alone.

use super::kind::Kind;

/// How tightly the outermost message of a piece binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Primary,
    Unary,
    Binary(&'static str),
    Keyword,
}

impl Rank {
    /// Its place in the order in which messages bind.
    fn order(self) -> u8 {
        match self {
            Rank::Primary => 0,
            Rank::Unary => 1,
            Rank::Binary(_) => 2,
            Rank::Keyword => 3,
        }
    }
}

/// An expression in Aura.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) rank: Rank,
    /// What it answers, as far as that is known.
    pub(super) kind: Kind,
}

impl Piece {
    pub(super) fn new(text: impl Into<String>, kind: Kind) -> Self {
        Self { text: text.into(), rank: Rank::Primary, kind }
    }

    pub(super) fn block(text: impl Into<String>) -> Self {
        Self::new(text, Kind::Block)
    }

    /// A text of which nothing is known.
    pub(super) fn any(text: impl Into<String>) -> Self {
        let text = text.into();
        let is_word = text.chars().all(|c| c.is_alphanumeric());
        Self { rank: if is_word { Rank::Primary } else { Rank::Keyword }, text, kind: Kind::Unknown }
    }

    /// The same, known to be something else.
    pub(super) fn of(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    pub(super) fn unary(&self, name: &str, kind: Kind) -> Self {
        Self { text: format!("{} {name}", self.below(2)), rank: Rank::Unary, kind }
    }

    pub(super) fn binary(&self, operator: &'static str, right: &Piece, kind: Kind) -> Self {
        let left = if self.rank == Rank::Binary(operator) { self.text.clone() } else { self.below(2) };
        Self { text: format!("{left} {operator} {}", right.below(2)), rank: Rank::Binary(operator), kind }
    }

    /// `receiver at: a Put: b`, for the selector `at:Put:`.
    pub(super) fn keyword(&self, selector: &str, arguments: &[Piece], kind: Kind) -> Self {
        Self { text: format!("{} {}", self.below(3), parts(selector, arguments)), rank: Rank::Keyword, kind }
    }

    /// Its text, in parentheses if it binds no tighter than what is around it.
    fn below(&self, order: u8) -> String {
        if self.rank.order() < order { self.text.clone() } else { format!("({})", self.text) }
    }
}

/// `at: a Put: b`, as sent to nobody in particular.
pub(super) fn parts(selector: &str, arguments: &[Piece]) -> String {
    let part = |(name, argument): (&str, &Piece)| format!("{name}: {}", argument.below(3));
    selector.split_terminator(':').zip(arguments).map(part).collect::<Vec<_>>().join(" ")
}

/// `[ | :x | … ]`.
pub(super) fn block(arguments: &[String], lines: &[String]) -> String {
    let names: String = arguments.iter().map(|a| format!(":{a}")).collect::<Vec<_>>().join(". ");
    let head = if names.is_empty() { "[".to_string() } else { format!("[ | {names} |") };
    match lines {
        [] => format!("{head} ]"),
        [only] if !only.contains('\n') && only.len() < 90 => format!("{head} {only} ]"),
        _ => format!("{head}\n{} ]", indented(lines)),
    }
}

/// Statements, each on lines of its own.
pub(super) fn indented(lines: &[String]) -> String {
    lines.join(".\n").lines().map(|l| format!("    {l}")).collect::<Vec<_>>().join("\n")
}

/// A text as Aura writes it.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("'");
    for c in text.chars() {
        match c {
            '\'' => out.push_str("\\'"),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            // What is not seen, or turns the text round, is written by its number.
            c if c.is_control()
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}') =>
            {
                out.push_str(&format!("\\u{{{:X}}}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}
