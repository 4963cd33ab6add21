//! The regular expressions of tokens, as GBNF.
//!
//! What is read is what `grammar/aura.ebnf` needs: classes, groups, `|`, `?`, `*`, `+`, `{m,n}`, and escapes. There are no
//! anchors and no classes by name.

use std::iter::Peekable;
use std::str::Chars;

use super::expr::{Class, Expr};

/// Reads a regular expression.
///
/// # Errors
/// What it has that is not supported.
pub(super) fn read(regex: &str) -> Result<Expr, String> {
    let mut reader = Reader { rest: regex.chars().peekable() };
    let expr = reader.choice().map_err(|what| format!("/{regex}/: {what}"))?;
    match reader.rest.next() {
        None => Ok(expr),
        Some(c) => Err(format!("/{regex}/: `{c}` closes nothing")),
    }
}

struct Reader<'r> {
    rest: Peekable<Chars<'r>>,
}

impl Reader<'_> {
    fn choice(&mut self) -> Result<Expr, String> {
        let mut choices = vec![self.sequence()?];
        while self.rest.next_if_eq(&'|').is_some() {
            choices.push(self.sequence()?);
        }
        Ok(Expr::choice(choices))
    }

    fn sequence(&mut self) -> Result<Expr, String> {
        let mut items = Vec::new();
        while let Some(c) = self.rest.next_if(|c| !matches!(c, '|' | ')')) {
            let item = match c {
                '(' => {
                    let inner = self.choice()?;
                    self.rest.next_if_eq(&')').ok_or("a group without end")?;
                    inner
                }
                '[' => Expr::Class(self.class()?),
                '\\' => Expr::Text(self.escape()?.to_string()),
                c => Expr::Text(c.to_string()),
            };
            items.push(self.repeated(item)?);
        }
        Ok(Expr::sequence(items))
    }

    fn repeated(&mut self, item: Expr) -> Result<Expr, String> {
        let (least, most) = match self.rest.peek() {
            Some('?') => (0, Some(1)),
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('{') => return self.counted(item),
            _ => return Ok(item),
        };
        self.rest.next();
        Ok(Expr::Repeat(Box::new(item), least, most))
    }

    /// `{2}`, `{1,3}`
    fn counted(&mut self, item: Expr) -> Result<Expr, String> {
        self.rest.next();
        let least = self.number()?;
        let most = if self.rest.next_if_eq(&',').is_some() { self.number()? } else { least };
        self.rest.next_if_eq(&'}').ok_or("a number of times without end")?;
        Ok(Expr::Repeat(Box::new(item), least, Some(most)))
    }

    fn number(&mut self) -> Result<usize, String> {
        let mut digits = String::new();
        while let Some(c) = self.rest.next_if(char::is_ascii_digit) {
            digits.push(c);
        }
        digits.parse().map_err(|_| "a number of times that is none".to_owned())
    }

    /// `[a-z_]`, `[^'\\]`
    fn class(&mut self) -> Result<Class, String> {
        let negated = self.rest.next_if_eq(&'^').is_some();
        let mut ranges = Vec::new();
        loop {
            let from = match self.rest.next().ok_or("a class without end")? {
                ']' => return Ok(Class { negated, ranges }),
                '\\' => self.escape()?,
                c => c,
            };
            let mut ahead = self.rest.clone();
            let is_range = ahead.next() == Some('-') && ahead.next().is_some_and(|c| c != ']');
            if !is_range {
                ranges.push((from, from));
                continue;
            }
            self.rest.next();
            let to = match self.rest.next() {
                Some('\\') => self.escape()?,
                other => other.ok_or("a class without end")?,
            };
            ranges.push((from, to));
        }
    }

    fn escape(&mut self) -> Result<char, String> {
        Ok(match self.rest.next().ok_or("a back-slash at the end")? {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'f' => '\u{C}',
            'v' => '\u{B}',
            'x' => {
                let digits: String = self.rest.by_ref().take(2).collect();
                u8::from_str_radix(&digits, 16).map(char::from).map_err(|_| format!("`\\x{digits}` is no character"))?
            }
            c if c.is_ascii_alphanumeric() => return Err(format!("`\\{c}` is not known")),
            c => c,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_tokens_need_is_read() {
        for (regex, gbnf) in [
            ("[a-z_][A-Za-z0-9_]{0,9}:", r#"[a-z_] [A-Za-z0-9_]{0,9} ":""#),
            (r"-?(0|[1-9][0-9]*)", r#""-"? ("0" | [1-9] [0-9]*)"#),
            (r"'([^'\\\x00-\x1F]|\\[tn'])*'", r#""'" ([^'\\\x00-\x1F] | "\\" [tn'])* "'""#),
            (r"\\x[0-9A-F]{2}\n", r#""\\x" [0-9A-F]{2} "\n""#),
            (r"[+\-]?", r"[+\x2D]?"),
        ] {
            assert_eq!(read(regex).map(|e| e.text()).as_deref(), Ok(gbnf), "{regex}");
        }
        for wrong in ["(a", "[a", "a)", r"\d", "a{", r"\"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
