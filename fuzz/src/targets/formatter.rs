//! What can be formatted keeps its tree and its comments, and formatting it again changes nothing.

use aura_syntax::tokens::{Kind, lex_file};
use aura_syntax::{dump, format, parse};

/// One input.
pub fn run(input: &[u8]) {
    let Ok(source) = std::str::from_utf8(input) else { return };
    let Ok(formatted) = format(source) else { return };
    let (before, after) = (parse(source), parse(&formatted));
    assert_eq!(dump(&before.file, source), dump(&after.file, &formatted), "{formatted}");
    let comments = |text: &str| lex_file(text).iter().filter(|t| t.kind == Kind::Comment).count();
    assert_eq!(comments(source), comments(&formatted), "{formatted}");
    assert_eq!(format(&formatted).as_ref(), Ok(&formatted));
}
