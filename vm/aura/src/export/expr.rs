//! Pieces of source text, with how strongly they bind, so that parentheses stand where they must and nowhere else.
//!
//! Not here: layout, which is the formatter's (`aura_syntax::format`).

use aura_run::float_text;

/// How strongly an expression binds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    /// `a b: c`
    Keyword,
    /// `a + b`, and numbers with a sign, which are no receivers either.
    Binary,
    /// `a b`
    Unary,
    /// `a`, `(| … |)`, `{ … }`
    Primary,
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Its text.
    pub text: String,
    /// How strongly it binds.
    pub level: Level,
}

impl Expr {
    /// Something that needs no parentheses anywhere.
    pub fn primary(text: impl Into<String>) -> Expr {
        Expr { text: text.into(), level: Level::Primary }
    }

    /// The text where at least this level is needed.
    pub fn at(&self, level: Level) -> String {
        if self.level >= level { self.text.clone() } else { format!("({})", self.text) }
    }

    /// `self name`
    pub fn unary(&self, name: &str) -> Expr {
        Expr { text: format!("{} {name}", self.at(Level::Unary)), level: Level::Unary }
    }

    /// `self keyword: argument`
    pub fn keyword(&self, keyword: &str, argument: &Expr) -> Expr {
        self.keywords(&[(keyword, argument.clone())])
    }

    /// `self a: x B: y`
    pub fn keywords(&self, parts: &[(&str, Expr)]) -> Expr {
        let mut text = self.at(Level::Binary);
        for (keyword, argument) in parts {
            text.push_str(&format!(" {keyword} {}", argument.at(Level::Binary)));
        }
        Expr { text, level: Level::Keyword }
    }

    /// An integer of any size.
    pub fn integer(digits: String) -> Expr {
        let level = if digits.starts_with('-') { Level::Binary } else { Level::Primary };
        Expr { text: digits, level }
    }

    /// A float, exactly.
    pub fn float(f: f64) -> Expr {
        let text = match f {
            f if f.is_nan() => "0.0 / 0.0".into(),
            f if f.is_infinite() => if f > 0.0 { "1.0 / 0.0" } else { "-1.0 / 0.0" }.to_string(),
            f => float_text(f),
        };
        let level = if f.is_finite() && f.is_sign_positive() { Level::Primary } else { Level::Binary };
        Expr { text, level }
    }

    /// A string.
    pub fn string(text: &str) -> Expr {
        Expr::primary(quoted(text))
    }
}

/// A text as a literal.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("'");
    for c in text.chars() {
        match c {
            '\'' => out.push_str("\\'"),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() || is_invisible(c) => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

/// What an editor would not show, or would change.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A text as a comment.
pub fn comment(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Whether a word can be sent as a unary message.
pub fn is_unary(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !matches!(name, "self" | "resend")
}
