//! The kinds of token.
//!
//! Whatever a kind is for, its letters are in the source; a kind says only which rule of `grammar/aura.ebnf` matched. Every
//! byte of a source belongs to exactly one token, so white space and comments have kinds too.
//!
//! An operator that begins with `>` or `*` is two tokens, the first character and a *tail*: `x <int>| …` and `p*<- e` need the
//! first character alone, `a >= b` needs both, and only the parser knows which place it is in.

use logos::Logos;

/// What a token is.
#[derive(Logos, Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[repr(u8)]
pub enum Kind {
    /// Blanks, tabs, form feeds; a byte order mark.
    #[regex(r"[ \t\f\x0B\x08\u{FEFF}]+")]
    Space,
    /// One line end.
    #[regex(r"\r\n|\n|\r")]
    Newline,
    /// `"text"`
    #[regex(r#""([^"\\]|\\[\s\S])*""#)]
    Comment,
    /// `#!/usr/bin/env -S aura run`: the first line of a file, for the system that starts it.
    Shebang,
    /// A back-slash directly before a line end: the line goes on.
    #[regex(r"\\(\r\n|\n|\r)")]
    Join,

    /// `size`, `_Clone`
    #[regex(r"[a-z_][A-Za-z0-9_]*")]
    Name,
    /// `Size`: a type variable, or a mistake.
    #[regex(r"[A-Z][A-Za-z0-9_]*")]
    CapitalName,
    /// `at:`, `_IntAdd:`
    #[regex(r"[a-z_][A-Za-z0-9_]*:")]
    Keyword,
    /// `Put:`
    #[regex(r"[A-Z][A-Za-z0-9_]*:")]
    CapitalKeyword,
    /// `:x`
    #[regex(r":[A-Za-z_][A-Za-z0-9_]*")]
    Argument,
    /// A colon that belongs to no name.
    #[token(":")]
    Colon,
    /// `self`
    #[token("self")]
    SelfWord,
    /// `resend`
    #[token("resend")]
    ResendWord,

    /// `12`, `16r1F`
    #[regex(r"[0-9][0-9A-Za-z_]*", number)]
    Integer,
    /// `-12`, which after a complete receiver is a minus and `12`.
    #[regex(r"-[0-9][0-9A-Za-z_]*", negative)]
    NegativeInteger,
    /// `1.5`, `1e10`
    #[regex(r"[0-9][0-9A-Za-z_]*\.[0-9][0-9A-Za-z_]*")]
    #[regex(r"[0-9]+(\.[0-9]+)?[eE][+-][0-9A-Za-z]+")]
    Float,
    /// `-1.5`
    #[regex(r"-[0-9][0-9A-Za-z_]*\.[0-9][0-9A-Za-z_]*")]
    #[regex(r"-[0-9]+(\.[0-9]+)?[eE][+-][0-9A-Za-z]+")]
    NegativeFloat,
    /// `'text'`
    #[regex(r"'([^'\\]|\\[\s\S])*'")]
    String,

    /// Any operator that has no kind of its own.
    #[regex(r"[!#$%&*+,\-/;<=>?@\\^|~]+", priority = 1)]
    Operator,
    /// `<`: an operator, or the begin of a type.
    #[token("<", priority = 9)]
    Less,
    /// `>`: an operator (perhaps with a tail), or the end of a type.
    #[token(">", priority = 9)]
    Greater,
    /// `*`: an operator (perhaps with a tail), or the mark of a parent.
    #[token("*", priority = 9)]
    Star,
    /// `,`
    #[token(",", priority = 9)]
    Comma,
    /// `=`
    #[token("=", priority = 9)]
    Equal,
    /// `<-`
    #[token("<-", priority = 9)]
    Arrow,
    /// `|`
    #[token("|", priority = 9)]
    Bar,
    /// `^`
    #[token("^", priority = 9)]
    Caret,
    /// `^<`: an operator, or `^` and the begin of a type.
    #[token("^<", priority = 9)]
    CaretLess,
    /// `|` directly behind `>` or `*`.
    TailBar,
    /// `=` directly behind `>` or `*`.
    TailEqual,
    /// `<-` directly behind `>` or `*`.
    TailArrow,
    /// Other operator characters directly behind `>` or `*`.
    TailOther,

    /// `.` between expressions or slots.
    #[token(".")]
    Period,
    /// `.` directly between a name and a message: a resend.
    Dot,
    /// `(`
    #[token("(")]
    OpenParen,
    /// `)`
    #[token(")")]
    CloseParen,
    /// `[`
    #[token("[")]
    OpenBracket,
    /// `]`
    #[token("]")]
    CloseBracket,
    /// `{`
    #[token("{")]
    OpenBrace,
    /// `}`
    #[token("}")]
    CloseBrace,

    /// The back-quote that opens a template.
    #[token("`")]
    OpenTemplate,
    /// Letters of a template.
    TemplateText,
    /// `{` in a template.
    OpenHole,
    /// `}` in a template.
    CloseHole,
    /// The back-quote that closes a template.
    CloseTemplate,

    /// A string without its closing quote.
    #[regex(r"'([^'\\]|\\[\s\S])*\\?", priority = 1)]
    OpenString,
    /// A comment without its closing quote.
    #[regex(r#""([^"\\]|\\[\s\S])*\\?"#, priority = 1)]
    OpenComment,
    /// Characters that nothing in Aura begins with.
    Bad,

    /// Stands for what was nested too deeply. Only between lexer and parser.
    TooDeep,
    /// The end of the source. Only between lexer and parser.
    End,
}

/// `1e10` looks like an integer until its letters are read.
fn is_exponent(text: &str) -> bool {
    let digits = text.trim_start_matches('-').trim_start_matches(|c: char| c.is_ascii_digit());
    digits.starts_with(['e', 'E'])
}

fn number(lexer: &mut logos::Lexer<'_, Kind>) -> Kind {
    if is_exponent(lexer.slice()) { Kind::Float } else { Kind::Integer }
}

fn negative(lexer: &mut logos::Lexer<'_, Kind>) -> Kind {
    if is_exponent(lexer.slice()) { Kind::NegativeFloat } else { Kind::NegativeInteger }
}
