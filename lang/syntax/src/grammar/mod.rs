//! The grammar of Aura as a text that other programs can use: `grammar/aura.ebnf`, which is the norm, and what is derived from
//! it for model servers that constrain their answers by a grammar.
//!
//! * `ebnf` reads the notation of the norm; `narrow.ebnf` and `learned.ebnf` are written in it, and say what a model need
//!   not be able to write
//! * `lower` makes a grammar of characters of that, with `spacing`, `words`, `regex` and `reach`; `expr` writes it down as
//!   GBNF
//!
//! What must stay true: the norm is the only place where the syntax is defined; every text that a GBNF from here generates
//! parses without a diagnostic, whatever the model; the longest of them is bounded, and nests less deeply than
//! [`MAX_NESTING`](crate::MAX_NESTING); a method for the open door in which any one thing is repeated to its end is short.
//!
//! Not here: comments, which models need not write under a grammar, and meaning: names may be unknown, arguments may have
//! the same name.

pub mod ebnf;
mod expr;
mod lower;
mod reach;
mod regex;
mod spacing;
mod words;

use std::sync::LazyLock;

use ebnf::Grammar;
use expr::Expr;
use lower::{Lowering, Place};

use crate::tokens::{Kind, lex};

/// `grammar/aura.ebnf`, the norm.
pub const NORM: &str = include_str!("../../../../grammar/aura.ebnf");
const NARROW: &str = include_str!("narrow.ebnf");
const LEARNED: &str = include_str!("learned.ebnf");

/// Tokens of a model that an answer under the grammar of a method may take. Longer ones are in the grammar as well, but none in which only one
/// thing is repeated.
pub const MOST_ANSWER: u32 = 1600;

/// How many levels of brackets and of keyword messages in arguments a constrained answer may have.
const MOST_LEVELS: usize = 9;

/// What a text is to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Start {
    /// A source file.
    File,
    /// One slot, as [`parse_slots`](crate::parse_slots) reads it.
    Slot,
    /// One expression on a line.
    Expression,
}

impl Start {
    /// Every one, by the name of its rule.
    pub const NAMES: [(&'static str, Start); 3] =
        [("file", Start::File), ("slot", Start::Slot), ("expression", Start::Expression)];

    /// The name of its rule.
    pub fn name(self) -> &'static str {
        match self {
            Start::File => "file",
            Start::Slot => "slot",
            Start::Expression => "expression",
        }
    }
}

/// The norm, narrowed to what a model may write.
static NARROWED: LazyLock<Grammar> = LazyLock::new(|| read(NORM).with(read(NARROW)));

/// Reads a grammar that this crate carries.
fn read(text: &str) -> Grammar {
    Grammar::read(text).expect("the grammars of this crate are read by its tests")
}

/// The norm's rules for what `start` means, and all that they lead to, as they stand there.
pub fn ebnf(start: Start) -> String {
    if start == Start::File {
        return NORM.to_owned();
    }
    let needed = reach::needed(&read(NORM), start.name());
    let kept: Vec<&str> = entries(NORM).filter(|(name, _)| needed.contains(*name)).map(|(_, text)| text).collect();
    kept.join("\n") + "\n"
}

/// The rules and tokens of a grammar by name, each with its own lines. (A rule begins a line, and ends with one.)
fn entries(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').filter_map(move |line| {
        let rest = &text[at..];
        at += line.len();
        let name = line.split_whitespace().next()?;
        let end = rest.find(";\n").map_or(rest.len(), |n| n + 1);
        line.starts_with(|c: char| c.is_ascii_alphabetic()).then_some((name, &rest[..end]))
    })
}

/// A GBNF grammar of what a model may write.
pub fn gbnf(start: Start) -> String {
    let mut lowering = Lowering::new(&NARROWED, MOST_LEVELS);
    // Brackets hold the lines of a slot together; the others may stand in a file.
    let place = Place { level: 0, line: start != Start::Slot };
    let root = lowering.rule(start.name(), place).expect("there is room for one level");
    format!("root ::= {}\n{}", root.text(), lowering.lines(&root))
}

/// Letters of a plan.
const PLAN: &str = r#""\"" [ !#-\[\]-~\n]{4,600} "\"\n""#;

/// A GBNF grammar of one method for `selector` as a model may write it at the open door: `at: i Put: v = ( … )` with names of
/// its own choice for the arguments, without primitives and resends. A comment comes before it, in which the model says what it is about to
/// write: small ones write better code when they have done so. Nothing if no method can be called that.
pub fn gbnf_for(selector: &str) -> Option<String> {
    let mut header = vec![Expr::Rule("plan".into())];
    for (part, takes_argument) in parts(selector)? {
        header.push(Expr::Text(format!("{part} ")));
        if takes_argument {
            header.extend([Expr::Rule(ARGUMENT_NAME.into()), Expr::Text(" ".into())]);
        }
    }
    header.extend([Expr::Text("= ".into()), Expr::Rule("method".into())]);
    Some(format!("root ::= {}\nplan ::= {PLAN}\n{}", Expr::sequence(header).text(), *LEARNED_METHOD))
}

/// What the name of an argument is called in a GBNF.
const ARGUMENT_NAME: &str = "SLOT-NAME";

/// The rules behind every header; only the root tells one selector's grammar from another's.
static LEARNED_METHOD: LazyLock<String> = LazyLock::new(|| {
    let learnable = NARROWED.clone().with(read(LEARNED));
    let mut lowering = Lowering::new(&learnable, MOST_LEVELS);
    let method = lowering.rule("method", Place { level: 0, line: false }).expect("there is room for one level");
    let name = lowering.token("SLOT_NAME");
    lowering.lines(&Expr::Sequence(vec![method, name]))
});

/// The parts of a selector, `at:` and `Put:`, and whether an argument belongs to each. Nothing if no slot can be called that.
fn parts(selector: &str) -> Option<Vec<(&str, bool)>> {
    let tokens = lex(selector);
    let kinds: Vec<Kind> = tokens.iter().map(|token| token.kind).collect();
    match kinds[..] {
        _ if selector.starts_with('_') => None,
        [Kind::Name] => Some(vec![(selector, false)]),
        [Kind::Keyword, ref more @ ..] if more.iter().all(|kind| *kind == Kind::CapitalKeyword) => {
            Some(tokens.iter().map(|token| (token.span.text(selector), true)).collect())
        }
        [operator, ref more @ ..] if operator.is_operator() && more.iter().all(|kind| kind.is_tail()) => {
            Some(vec![(selector, true)])
        }
        _ => None,
    }
}
