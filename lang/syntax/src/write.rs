//! Pieces of source text, with how strongly they bind, so that parentheses stand where they must and nowhere else.
//!
//! For whoever makes Aura of something else: objects of an image, a method in another language. What must stay true: a piece that is put into another
//! means there what it meant alone; a text is read back as the same text.
//!
//! Not here: layout, which is the formatter's.

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

    /// `self + right`
    pub fn binary(&self, operator: &str, right: &Expr) -> Expr {
        Expr { text: format!("{} {operator} {}", self.at(Level::Unary), right.at(Level::Unary)), level: Level::Binary }
    }

    /// `self keyword: argument`
    pub fn keyword(&self, keyword: &str, argument: &Expr) -> Expr {
        self.keywords(&[(keyword, argument.clone())])
    }

    /// `self a: x B: y`
    pub fn keywords(&self, parts: &[(&str, Expr)]) -> Expr {
        Expr { text: format!("{} {}", self.at(Level::Binary), message(parts)), level: Level::Keyword }
    }

    /// An integer of any size.
    pub fn integer(digits: String) -> Expr {
        let level = if digits.starts_with('-') { Level::Binary } else { Level::Primary };
        Expr { text: digits, level }
    }

    /// A string.
    pub fn string(text: &str) -> Expr {
        Expr::primary(quoted(text))
    }
}

/// `a: x B: y`, to nobody in particular.
pub fn message(parts: &[(&str, Expr)]) -> String {
    parts.iter().map(|(keyword, argument)| format!("{keyword} {}", argument.at(Level::Binary))).collect::<Vec<_>>().join(" ")
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::literal::decode_string;

    #[test]
    fn texts_are_read_back_as_the_same_texts() {
        for text in ["", "a'b\\\n\t\r\0\u{7}", "\u{202e}\u{feff}\u{ad}", "😀 ` {x}", "\u{7f}\u{85}\u{2028}"] {
            let written = quoted(text);
            assert_eq!(decode_string(&written).as_deref(), Ok(text), "{written}");
            assert!(!written.chars().any(char::is_control), "{written}");
        }
    }

    #[test]
    fn parentheses_stand_where_they_must() {
        let (a, sum) = (Expr::primary("a"), Expr::primary("a").binary("+", &Expr::integer("-1".into())));
        assert_eq!(sum.text, "a + (-1)");
        assert_eq!(sum.unary("abs").text, "(a + (-1)) abs");
        assert_eq!(a.keyword("at:", &sum).text, "a at: a + (-1)");
        assert_eq!(a.keyword("at:", &a.keyword("at:", &a)).unary("x").text, "(a at: (a at: a)) x");
    }
}
