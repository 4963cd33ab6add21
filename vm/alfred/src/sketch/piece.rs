//! Aura's text, piece by piece, with what is known of each piece's value.

use aura_syntax::write::{Expr, Level, message};

use super::kind::Kind;

/// An expression in Aura.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) expr: Expr,
    /// Its outermost operator: the same may follow without parentheses.
    operator: Option<&'static str>,
    /// What it answers, as far as that is known.
    pub(super) kind: Kind,
}

impl Piece {
    /// Something that needs no parentheses anywhere.
    pub(super) fn new(text: impl Into<String>, kind: Kind) -> Self {
        Self::at(Level::Primary, text, kind)
    }

    /// Something that binds so strongly.
    pub(super) fn at(level: Level, text: impl Into<String>, kind: Kind) -> Self {
        Self { expr: Expr { text: text.into(), level }, operator: None, kind }
    }

    pub(super) fn block(text: impl Into<String>) -> Self {
        Self::new(text, Kind::Block)
    }

    /// A text of which nothing is known.
    pub(super) fn any(text: impl Into<String>) -> Self {
        let text = text.into();
        let is_word = text.chars().all(char::is_alphanumeric);
        Self::at(if is_word { Level::Primary } else { Level::Keyword }, text, Kind::Unknown)
    }

    /// The same, known to be something else.
    pub(super) fn of(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    pub(super) fn unary(&self, name: &str, kind: Kind) -> Self {
        Self { expr: self.expr.unary(name), operator: None, kind }
    }

    pub(super) fn binary(&self, operator: &'static str, right: &Piece, kind: Kind) -> Self {
        let left = if self.operator == Some(operator) { &Expr::primary(&*self.expr.text) } else { &self.expr };
        Self { expr: left.binary(operator, &right.expr), operator: Some(operator), kind }
    }

    /// `receiver at: a Put: b`, for the selector `at:Put:`.
    pub(super) fn keyword(&self, selector: &str, arguments: &[Piece], kind: Kind) -> Self {
        let text = format!("{} {}", self.expr.at(Level::Binary), parts(selector, arguments));
        Self::at(Level::Keyword, text, kind)
    }
}

/// `at: a Put: b`, as sent to nobody in particular.
pub(super) fn parts(selector: &str, arguments: &[Piece]) -> String {
    let parts: Vec<(&str, Expr)> = selector.split_inclusive(':').zip(arguments).map(|(part, a)| (part, a.expr.clone())).collect();
    message(&parts)
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
