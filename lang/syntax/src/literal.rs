//! What the letters of literals mean.
//!
//! Everything works on the text of one token and tells where, within it, something is wrong. Integers stay text (sign,
//! radix, digits), because only the machine knows how big a number it can hold.

use std::ops::Range;

/// A malformed literal: what is wrong, and where within its text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LiteralError {
    /// In a few words.
    pub message: String,
    /// Bytes of the literal's text.
    pub range: Range<usize>,
}

/// An integer literal taken apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Integer<'s> {
    /// A `-` stands before it.
    pub negative: bool,
    /// 2 to 36.
    pub radix: u32,
    /// Digits and letters, all below the radix.
    pub digits: &'s str,
}

impl Integer<'_> {
    /// Its value, when it is small enough.
    pub fn to_i64(&self) -> Option<i64> {
        let magnitude = i128::from_str_radix(self.digits, self.radix).ok()?;
        i64::try_from(if self.negative { -magnitude } else { magnitude }).ok()
    }
}

fn wrong<T>(message: impl Into<String>, range: Range<usize>) -> Result<T, LiteralError> {
    Err(LiteralError { message: message.into(), range })
}

/// `12`, `-12`, `16r1F`.
pub fn decode_integer(text: &str) -> Result<Integer<'_>, LiteralError> {
    let (negative, body) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let at = text.len() - body.len();
    let end = body.find(|c: char| !c.is_ascii_digit()).unwrap_or(body.len());
    let (head, tail) = body.split_at(end);
    if head.is_empty() {
        return wrong("a number begins with a digit", 0..text.len());
    }
    match tail.chars().next() {
        None if head.len() > 1 && head.starts_with('0') => wrong("a number has no leading zero", at..at + 1),
        None => Ok(Integer { negative, radix: 10, digits: head }),
        Some('x' | 'X') if head == "0" => wrong("hexadecimal numbers are written with a radix, 16r…", at..at + 2),
        Some('r' | 'R') => radix_digits(head, &tail[1..], negative, at),
        Some(_) => wrong("a blank is needed between a number and what follows", at + end..text.len()),
    }
}

fn radix_digits<'s>(radix: &str, digits: &'s str, negative: bool, at: usize) -> Result<Integer<'s>, LiteralError> {
    let start = at + radix.len() + 1;
    let Some(value) = radix.parse::<u32>().ok().filter(|r| (2..=36).contains(r)) else {
        return wrong("a radix is a number from 2 to 36", at..at + radix.len());
    };
    if digits.is_empty() {
        return wrong("digits are missing after the radix", at..start);
    }
    match digits.char_indices().find(|(_, c)| !c.is_digit(value)) {
        Some((i, c)) => wrong(format!("`{c}` is no digit for radix {value}"), start + i..start + i + c.len_utf8()),
        None => Ok(Integer { negative, radix: value, digits }),
    }
}

/// `1.5`, `-1e10`, `1.5e-3`.
pub fn decode_float(text: &str) -> Result<f64, LiteralError> {
    let body = text.strip_prefix('-').unwrap_or(text);
    let sign = text.len() - body.len();
    let mut at = digits(body, 0);
    if body.len() > 1 && body.starts_with('0') && at > 1 {
        return wrong("a number has no leading zero", sign..sign + 1);
    }
    if body[at..].starts_with('.') {
        at = digits(body, at + 1);
    }
    if body[at..].starts_with(['e', 'E']) {
        let exponent = at + 1 + usize::from(body[at + 1..].starts_with(['+', '-']));
        let end = digits(body, exponent);
        if end == exponent {
            return wrong("digits are missing in the exponent", sign + at..text.len());
        }
        at = end;
    }
    if at < body.len() {
        let what = if body[..at].contains('.') && body.contains(['r', 'R']) {
            "a number with a radix has no fraction"
        } else {
            "a blank is needed between a number and what follows"
        };
        return wrong(what, sign + at..text.len());
    }
    match text.parse::<f64>() {
        Ok(value) => Ok(value),
        Err(_) => wrong("not a number", 0..text.len()),
    }
}

fn digits(text: &str, from: usize) -> usize {
    text[from..].find(|c: char| !c.is_ascii_digit()).map_or(text.len(), |n| from + n)
}

/// The letters of a string literal, given with its quotes (a missing closing quote is forgiven: the lexer has reported it).
pub fn decode_string(text: &str) -> Result<String, LiteralError> {
    let body = text.strip_prefix('\'').unwrap_or(text);
    let at = text.len() - body.len();
    unescape(strip_quote(body, '\''), at, false)
}

/// The letters of a template's text part.
pub fn decode_template(text: &str) -> Result<String, LiteralError> {
    unescape(text, 0, true)
}

/// The text of a comment, without quotes, escapes resolved, blank edges removed, and the indentation that its lines share.
pub fn comment_text(text: &str) -> String {
    let body = text.strip_prefix('"').unwrap_or(text);
    let body = strip_quote(body, '"').replace("\\\"", "\"").replace("\\\\", "\\").replace("\r\n", "\n");
    let margin = body
        .lines()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or(0);
    let lines: Vec<&str> = body
        .lines()
        .enumerate()
        .map(|(i, line)| if i == 0 { line.trim() } else { line.get(margin..).unwrap_or("").trim_end() })
        .collect();
    lines.join("\n").trim_matches('\n').trim_end().to_owned()
}

/// Takes the closing quote away, unless a back-slash makes it a letter.
fn strip_quote(body: &str, quote: char) -> &str {
    match body.strip_suffix(quote) {
        Some(inner) if inner.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 0 => inner,
        _ => body,
    }
}

/// Resolves escapes. `offset` is where `body` begins within the literal, for errors.
fn unescape(body: &str, offset: usize, template: bool) -> Result<String, LiteralError> {
    let mut out = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(slash) = rest.find('\\') {
        push_raw(&mut out, &rest[..slash]);
        let at = body.len() - rest.len() + slash;
        let after = &rest[slash + 1..];
        let used = match after.chars().next() {
            None => 0,
            Some(c) => {
                if let Some(plain) = plain_escape(c, template) {
                    out.extend(plain);
                    c.len_utf8() + usize::from(c == '\r' && after[1..].starts_with('\n'))
                } else {
                    coded_escape(after, &mut out)
                        .map_err(|(message, len)| LiteralError { message, range: offset + at..offset + at + 1 + len })?
                }
            }
        };
        rest = &after[used..];
    }
    push_raw(&mut out, rest);
    Ok(out)
}

/// Line ends within strings are one character, however the file writes them.
fn push_raw(out: &mut String, text: &str) {
    if text.contains('\r') {
        out.push_str(&text.replace("\r\n", "\n").replace('\r', "\n"));
    } else {
        out.push_str(text);
    }
}

/// An escape of one letter: `Some(None)` stands for nothing (a joined line).
fn plain_escape(letter: char, template: bool) -> Option<Option<char>> {
    Some(Some(match letter {
        '\n' | '\r' => return Some(None),
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{C}',
        'v' => '\u{B}',
        'a' => '\u{7}',
        '0' => '\0',
        '\\' | '\'' | '"' | '?' => letter,
        '`' | '{' | '}' if template => letter,
        _ => return None,
    }))
}

/// `x41`, `d065`, `o101`, `u{1F600}`; answers how many bytes it took, or what is wrong and how long it is.
fn coded_escape(after: &str, out: &mut String) -> Result<usize, (String, usize)> {
    let letter = after.chars().next().unwrap_or(' ');
    let (radix, count) = match letter {
        'x' => (16, 2),
        'd' => (10, 3),
        'o' => (8, 3),
        'u' => return unicode_escape(after, out),
        _ => return Err((format!("`\\{letter}` is no escape"), letter.len_utf8())),
    };
    let value =
        after.get(1..=count).and_then(|digits| u32::from_str_radix(digits, radix).ok().filter(|_| all_digits(digits, radix)));
    match value.filter(|v| *v < 256).and_then(char::from_u32) {
        Some(c) => {
            out.push(c);
            Ok(1 + count)
        }
        None => Err((format!("`\\{letter}` needs {count} digits of radix {radix}, at most 255"), 1)),
    }
}

fn all_digits(text: &str, radix: u32) -> bool {
    text.chars().all(|c| c.is_digit(radix))
}

fn unicode_escape(after: &str, out: &mut String) -> Result<usize, (String, usize)> {
    let code = after[1..].strip_prefix('{').and_then(|rest| rest.split_once('}')).map(|(digits, _)| digits);
    let value = code.filter(|d| (1..=6).contains(&d.len()) && all_digits(d, 16)).and_then(|d| u32::from_str_radix(d, 16).ok());
    match (value.and_then(char::from_u32), code) {
        (Some(c), Some(digits)) => {
            out.push(c);
            Ok(digits.len() + 3)
        }
        _ => Err(("`\\u` needs a character's number in braces, as in \\u{1F600}".to_owned(), 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_of_any_size_and_radix() {
        assert_eq!(decode_integer("-16r1F").unwrap(), Integer { negative: true, radix: 16, digits: "1F" });
        assert_eq!(decode_integer("16r1F").unwrap().to_i64(), Some(31));
        assert_eq!(decode_integer("0").unwrap().to_i64(), Some(0));
        assert_eq!(decode_integer("-9223372036854775808").unwrap().to_i64(), Some(i64::MIN));
        assert_eq!(decode_integer(&"9".repeat(1000)).unwrap().digits.len(), 1000);
        assert_eq!(decode_integer(&"9".repeat(1000)).unwrap().to_i64(), None);
    }

    #[test]
    fn integers_that_are_none() {
        for text in ["0x1F", "012", "2r3", "1r1", "37r1", "16r", "3abs", "1_000", "-", ""] {
            let error = decode_integer(text).expect_err(text);
            assert!(error.range.end <= text.len(), "{text}");
        }
    }

    #[test]
    fn floats() {
        assert_eq!(decode_float("1.5"), Ok(1.5));
        assert_eq!(decode_float("-1.5e-3"), Ok(-0.0015));
        assert_eq!(decode_float("1e10"), Ok(1e10));
        assert_eq!(decode_float("0.25"), Ok(0.25));
        for text in ["1e", "1e+", "1.5abs", "16r1.5", "00.5", "1e5x"] {
            assert!(decode_float(text).is_err(), "{text}");
        }
    }

    #[test]
    fn strings_with_every_escape() {
        assert_eq!(decode_string(r"'a\tb\n\'\\\x41\d065\o101\u{1F600}\?\0'").unwrap(), "a\tb\n'\\AAA😀?\0");
        assert_eq!(decode_string("'one\\\ntwo\r\nthree'").unwrap(), "onetwo\nthree");
        assert_eq!(decode_string("'open").unwrap(), "open");
        assert_eq!(decode_string(r"'open\'").unwrap(), "open'");
        assert_eq!(decode_template(r"\`\{x\}").unwrap(), "`{x}");
    }

    #[test]
    fn an_unknown_escape_says_where() {
        for (text, range) in
            [(r"'ab\q'", 3..5), (r"'\x4'", 1..3), (r"'\d256'", 1..3), (r"'\u{110000}'", 1..3), (r"'\{'", 1..3), (r"'\é'", 1..4)]
        {
            assert_eq!(decode_string(text).expect_err(text).range, range, "{text}");
        }
    }

    #[test]
    fn comments_lose_quotes_and_margin() {
        assert_eq!(comment_text("\"The \\\"x\\\".\n   Second.\n     Third.\""), "The \"x\".\nSecond.\n  Third.");
    }
}
