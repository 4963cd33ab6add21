//! The parser: from text to a tree and a list of diagnostics, always both.
//!
//! Three steps: tokens (`crate::tokens`), balanced brackets and meaningful line ends (`feed`), grammar (chumsky rules in
//! the other modules, one per family of construct). The grammar never fails: where something is missing a rule matches
//! nothing and reports it (a *virtual token*), where there is too much a rule reports and skips it.
//!
//! What must stay true: no input makes it panic, take more than linear time, or return a tree deeper than
//! [`MAX_NESTING`].

mod brackets;
mod code;
mod expr;
mod feed;
mod slot;
mod slots;
mod state;
mod types;

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::tokens::{Kind, Token, lex, lex_file};
use crate::tree::{File, SlotList, Span};
use chumsky::prelude::*;
use feed::{Tok, feed};
use state::State;

/// No path from a tree's root to a leaf passes through more expressions than this. Whoever walks a tree recursively may
/// rely on it.
pub const MAX_NESTING: usize = 256;

/// More errors than this are not reported.
pub const MAX_DIAGNOSTICS: usize = 500;

/// What a source was read as.
#[derive(Clone, Debug)]
pub struct Parse {
    /// The tree, complete in any case.
    pub file: File,
    /// Every token, comments and white space included.
    pub tokens: Vec<Token>,
    /// What is wrong, in source order.
    pub diagnostics: Vec<Diagnostic>,
}

impl Parse {
    /// Whether anything is wrong that keeps the program from being used.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|d| d.severity == crate::diagnostic::Severity::Error)
    }
}

/// What a text is meant to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// A source file or a REPL entry: slots of a module perhaps, then expressions; a line end ends an expression.
    File,
    /// The inside of a method: slots perhaps, then expressions separated by periods; line ends are white space.
    Code,
    /// The inside of a slot list, without bars: `x <- 3. foo: y = ( … )`.
    Slots,
}

/// Reads a source file or a REPL entry.
pub fn parse(source: &str) -> Parse {
    parse_as(source, Mode::File)
}

/// Reads the inside of a slot list (the bars not included), as a generated or learned method is written.
pub fn parse_slots(source: &str) -> Parse {
    parse_as(source, Mode::Slots)
}

/// Reads the inside of a method: line ends are white space.
pub fn parse_code(source: &str) -> Parse {
    parse_as(source, Mode::Code)
}

/// Reads a text as what it is meant to be.
pub fn parse_as(source: &str, mode: Mode) -> Parse {
    if u32::try_from(source.len()).is_err() {
        return too_long();
    }
    let tokens = if mode == Mode::File { lex_file(source) } else { lex(source) };
    let fed = feed(source, &tokens, mode);
    let mut state = State { source, tokens: &tokens, diagnostics: fed.diagnostics, initialiser: u32::MAX };
    let (output, errors) = grammar(mode).parse_with_state(fed.toks.as_slice(), &mut state).into_output_errors();
    let mut diagnostics = state.diagnostics;
    let span = Span::new(0, source.len());
    let mut file = output.unwrap_or(File { slots: None, body: Vec::new(), span });
    file.span = span;
    if !errors.is_empty() {
        // No rule of the grammar fails, so this is a mistake in the grammar; it must not pass as a good program.
        diagnostics.push(Diagnostic::error(&codes::UNEXPECTED, "this source could not be read", span, "somewhere here"));
    }
    diagnostics.sort_by_key(|d| d.span.start);
    limit(&mut diagnostics);
    Parse { file, tokens, diagnostics }
}

fn limit(diagnostics: &mut Vec<Diagnostic>) {
    if diagnostics.len() > MAX_DIAGNOSTICS {
        diagnostics.truncate(MAX_DIAGNOSTICS);
        let at = diagnostics.last().map_or(Span::default(), |d| d.span);
        diagnostics.push(Diagnostic::error(&codes::TOO_MANY, "there are more errors after this one", at, "the last one shown"));
    }
}

fn too_long() -> Parse {
    let span = Span::default();
    Parse {
        file: File { slots: None, body: Vec::new(), span },
        tokens: Vec::new(),
        diagnostics: vec![
            Diagnostic::error(&codes::UNEXPECTED, "a source of 4 GiB or more cannot be read", span, "begins here")
                .help("split it into several files"),
        ],
    }
}

/// Whether a REPL entry is the unfinished begin of a program: a bracket, string, comment or slot list is open at its end, or
/// an operator or keyword waits for its argument. What is wrong in another way is not incomplete.
pub fn is_incomplete(source: &str) -> bool {
    feed(source, &lex_file(source), Mode::File).is_incomplete
}

/// What all rules read.
type In<'t> = &'t [Tok];
/// No errors of chumsky's own (see above), our state.
type Extra<'t> = extra::Full<EmptyErr, State<'t>, ()>;
/// A rule, boxed: one concrete type, so that compile times stay sane.
type Rule<'t, O> = Boxed<'t, 't, In<'t>, O, Extra<'t>>;
/// The input while a `custom` rule runs.
type Input<'t, 'p> = chumsky::input::InputRef<'t, 'p, In<'t>, Extra<'t>>;

/// A node and the number of expressions on its longest path downwards.
struct Deep<T> {
    node: T,
    height: usize,
}

/// The rules that others are made of.
struct Rules<'t> {
    expr: Rule<'t, Deep<crate::tree::Expr>>,
    slots: Rule<'t, Deep<SlotList>>,
}

fn rules<'t>() -> Rules<'t> {
    let expr = recursive(|expr| {
        let expr = expr.boxed();
        let slots = slots_rule(expr.clone());
        expr::expression(expr, slots)
    })
    .boxed();
    let slots = slots_rule(expr.clone());
    Rules { expr, slots }
}

fn slots_rule<'t>(expr: Rule<'t, Deep<crate::tree::Expr>>) -> Rule<'t, Deep<SlotList>> {
    recursive(|slots| {
        let types = types::annotation(slots.boxed());
        slots::slot_list(slot::slot(expr, types))
    })
    .boxed()
}

fn grammar<'t>(mode: Mode) -> Rule<'t, File> {
    let Rules { expr, slots } = rules();
    let code = code::code(expr, slots.clone(), if mode == Mode::File { code::Place::Top } else { code::Place::Body });
    custom(move |inp: &mut Input<'t, '_>| {
        let mut file = File { slots: None, body: Vec::new(), span: Span::default() };
        if mode == Mode::Slots {
            file.slots = Some(inp.parse(&slots)?.node);
        } else {
            let inside = inp.parse(&code)?;
            file.slots = inside.slots;
            file.body = inside.statements;
        }
        code::skip_rest(inp);
        Ok(file)
    })
    .boxed()
}

/// The next token, which stays there.
fn peek(inp: &mut Input<'_, '_>) -> Tok {
    inp.peek().unwrap_or(Tok { kind: Kind::End, span: Span::default(), index: u32::MAX })
}

/// The next token, if it is of this kind.
fn token<'t>(kind: Kind) -> impl Parser<'t, In<'t>, Span, Extra<'t>> + Clone {
    any().filter(move |tok: &Tok| tok.kind == kind).map(|tok: Tok| tok.span)
}

/// Matches nothing, where the next token satisfies a condition.
fn ahead<'t>(condition: impl Fn(Kind) -> bool + Clone + 't) -> impl Parser<'t, In<'t>, Span, Extra<'t>> + Clone {
    custom(move |inp: &mut Input<'t, '_>| {
        let tok = peek(inp);
        if condition(tok.kind) { Ok(tok.span) } else { Err(EmptyErr::default()) }
    })
}
