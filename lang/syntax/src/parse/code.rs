//! The inside of methods, blocks, parentheses and files: perhaps slots, then statements.
//!
//! Here is most of the recovery: a list of statements goes on until the bracket around it closes, whatever stands in it.

use super::feed::Tok;
use super::{Deep, Extra, In, Input, Rule, State, peek};
use crate::codes;
use crate::diagnostic::{Diagnostic, Edit};
use crate::tokens::Kind;
use crate::tree::{Expr, ExprKind, Init, SlotList, Span, Statement};
use chumsky::prelude::*;

/// Where code stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// At the top level of a file.
    Top,
    /// In brackets.
    Body,
}

/// Slots and statements, without the brackets around them.
pub(super) struct Inside {
    pub(super) slots: Option<SlotList>,
    pub(super) statements: Vec<Statement>,
    pub(super) height: usize,
}

pub(super) fn code<'t>(expr: Rule<'t, Deep<Expr>>, slots: Rule<'t, Deep<SlotList>>, place: Place) -> Rule<'t, Inside> {
    let statement = statement(expr);
    custom(move |inp: &mut Input<'t, '_>| {
        let mut inside = Inside { slots: None, statements: Vec::new(), height: 0 };
        if peek(inp).kind == Kind::Bar {
            let list = inp.parse(&slots)?;
            inside.slots = Some(list.node);
            inside.height = list.height;
            if place == Place::Top && peek(inp).kind == Kind::Period {
                inp.skip();
            }
        }
        statements(inp, &statement, &mut inside)?;
        check(inp.state(), &inside, place);
        Ok(inside)
    })
    .boxed()
}

/// `expression` or `^ expression`.
fn statement<'t>(expr: Rule<'t, Deep<Expr>>) -> Rule<'t, Deep<Statement>> {
    let returned = super::token(Kind::Caret).then(expr.clone().or(missing_result())).map(|(caret, expr)| Deep {
        height: expr.height,
        node: Statement { span: caret.to(expr.node.span), expr: expr.node, is_return: true },
    });
    let plain = expr
        .map(|expr| Deep { height: expr.height, node: Statement { span: expr.node.span, expr: expr.node, is_return: false } });
    choice((plain, returned)).boxed()
}

fn missing_result<'t>() -> impl Parser<'t, In<'t>, Deep<Expr>, Extra<'t>> + Clone {
    custom(|inp: &mut Input<'t, '_>| {
        let tok = peek(inp);
        inp.state().report(
            Diagnostic::error(
                &codes::MISSING_ARGUMENT,
                "`^` answers the value of an expression, but none follows",
                tok.span,
                "expected an expression",
            )
            .help("write `^ self` to answer the receiver"),
        );
        Ok(error_at(tok.span.start))
    })
}

/// An expression that is not there.
pub(super) fn error_at(at: u32) -> Deep<Expr> {
    Deep { node: Expr { kind: ExprKind::Error, span: Span { start: at, end: at } }, height: 1 }
}

fn statements<'t>(inp: &mut Input<'t, '_>, statement: &Rule<'t, Deep<Statement>>, inside: &mut Inside) -> Result<(), EmptyErr> {
    loop {
        let tok = peek(inp);
        if ends(tok.kind) {
            return Ok(());
        }
        if tok.kind == Kind::Newline {
            inp.skip();
            continue;
        }
        if !begins_statement(tok.kind) {
            junk(inp, tok);
            continue;
        }
        let next = inp.parse(statement)?;
        inside.height = inside.height.max(next.height);
        push_exact(&mut inside.statements, next.node);
        separator(inp);
    }
}

/// Most lists have one element, and the smallest vector has room for four.
pub(super) fn push_exact<T>(list: &mut Vec<T>, element: T) {
    if list.is_empty() {
        list.reserve_exact(1);
    }
    list.push(element);
}

/// The bracket closes, or the source ends.
pub(super) fn ends(kind: Kind) -> bool {
    kind.is_closer() || kind == Kind::End
}

fn begins_statement(kind: Kind) -> bool {
    kind.begins_operand() || kind.is_operator() || matches!(kind, Kind::Keyword | Kind::Caret)
}

/// What follows a statement: a period, a line end, or a complaint.
fn separator(inp: &mut Input<'_, '_>) {
    let tok = peek(inp);
    match tok.kind {
        Kind::Period | Kind::Newline => inp.skip(),
        Kind::Dot => {
            inp.skip();
            inp.state().report(
                Diagnostic::error(
                    &codes::RESEND,
                    "a period between a message and a letter",
                    tok.span,
                    "end of the expression, or a resend?",
                )
                .note("only a parent's name at the begin of an expression can direct a message: `parentName.message`")
                .fix("put a blank after the period", vec![Edit::insert(tok.span.end, " ")]),
            );
        }
        kind if ends(kind) => {}
        kind if kind.begins_operand() || kind == Kind::Caret => {
            let at = inp.state().end_before(tok);
            let found = Diagnostic::error(
                &codes::MISSING_PERIOD,
                "two expressions without a period between them",
                tok.span,
                "a new expression begins here",
            )
            .fix("put a period before it", vec![Edit::insert(at, ".")]);
            let mut found = match meant(inp.state(), tok, at) {
                Some(help) => found.help(help),
                None => return inp.state().report(found),
            };
            found.fix.iter_mut().for_each(|fix| fix.is_guess = true);
            inp.state().report(found);
        }
        _ => {}
    }
}

/// What somebody who knows other languages may have meant by two expressions side by side. `end` is where the first one ends.
fn meant(state: &State<'_>, second: Tok, end: u32) -> Option<&'static str> {
    let is_adjacent = second.span.start == end;
    let before = state.text(Span { start: 0, end });
    let is_call = before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    match second.kind {
        Kind::OpenBracket if is_adjacent => {
            Some("elements are asked for with a message: `all at: 0`, and set with `all at: 0 Put: x`")
        }
        Kind::String if is_adjacent && before.ends_with('\'') => Some("a quote inside a text is written `\\'`"),
        Kind::String | Kind::Integer | Kind::Float | Kind::OpenParen | Kind::OpenBracket | Kind::OpenBrace if is_call => Some(
            "a message stands behind its receiver, `'hello' printLine`, and what it takes behind keywords: `all at: 0`, `x > 3 ifTrue: [ … ]`",
        ),
        _ => None,
    }
}

/// Something that no statement begins with: report and skip it.
fn junk(inp: &mut Input<'_, '_>, tok: Tok) {
    inp.skip();
    let equal = peek(inp);
    if tok.kind == Kind::Colon && equal.kind == Kind::Equal && equal.span.start == tok.span.end {
        inp.skip();
        return inp.state().report(colon_equal(tok.span.to(equal.span)));
    }
    let state = inp.state();
    let text = state.text(tok.span).to_owned();
    let diagnostic = match tok.kind {
        Kind::Period => {
            Diagnostic::error(&codes::STRAY_PERIOD, "there is no expression before this period", tok.span, "one too many")
                .fix("remove it", vec![Edit::replace(tok.span, "")])
        }
        Kind::CapitalKeyword => capital_keyword(tok.span, &text),
        Kind::Bar | Kind::TailBar => {
            Diagnostic::error(&codes::UNEXPECTED, "a bar stands only around a slot list", tok.span, "no slot list can stand here")
                .help("slot lists stand directly behind the opening bracket, or at the begin of the file; for a choice between truths write `||` or `or:`")
        }
        Kind::Argument | Kind::Colon => Diagnostic::error(
            &codes::UNEXPECTED,
            format!("`{text}` makes no sense in an expression"),
            tok.span,
            "a colon without a keyword before it",
        )
        .help("arguments are declared between bars: `[|:x| x + 1]`; a keyword and its colon stand together: `at: i`"),
        _ => Diagnostic::error(&codes::UNEXPECTED, format!("`{text}` makes no sense here"), tok.span, "skipped"),
    };
    state.report(diagnostic);
}

fn colon_equal(span: Span) -> Diagnostic {
    Diagnostic::error(&codes::UNEXPECTED, "`:=` means nothing in Aura", span, "assigns in other languages").help(
        "to assign, write a keyword message: `total: 3`; what is assigned to is declared between bars first: `| total <- 0 |`",
    )
}

fn capital_keyword(span: Span, text: &str) -> Diagnostic {
    let mut lower = text.to_owned();
    if let Some(first) = lower.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    Diagnostic::error(
        &codes::CAPITAL_KEYWORD,
        format!("`{text}` continues a keyword message, but none is open"),
        span,
        "begins with a capital",
    )
    .help(format!("a new message begins lower-case: write `{lower}`"))
    .fix(format!("write `{lower}`"), vec![Edit::replace(span, &lower)])
}

/// What has to be true of the whole list.
fn check(state: &mut State<'_>, inside: &Inside, place: Place) {
    for (i, statement) in inside.statements.iter().enumerate().filter(|(_, s)| s.is_return) {
        let caret = Span { start: statement.span.start, end: statement.span.start + 1 };
        if place == Place::Top {
            state.report(
                Diagnostic::error(
                    &codes::RETURN_PLACE,
                    "there is nothing to return from at the top level",
                    caret,
                    "not in a method",
                )
                .fix("remove it", vec![Edit::replace(caret, "")]),
            );
        } else if let Some(next) = inside.statements.get(i + 1) {
            state.report(
                Diagnostic::error(&codes::RETURN_PLACE, "what follows a return can never run", next.span, "never reached")
                    .also(caret, "the method is left here"),
            );
        }
    }
    if inside.statements.is_empty() || place == Place::Top {
        return;
    }
    for slot in inside.slots.iter().flat_map(|list| &list.slots) {
        if let Init::Method(body) = &slot.init {
            let span = Span { start: slot.span.start, end: body.span.start + 1 };
            state.report(
                Diagnostic::error(
                    &codes::LOCAL_METHOD,
                    "a local slot cannot hold a method",
                    span,
                    "`=` and parentheses make a method",
                )
                .help("write `<-` to compute its first value, or a block `[ … ]` for a local function"),
            );
        }
    }
}

/// At the end of a grammar nothing may be left over.
pub(super) fn skip_rest(inp: &mut Input<'_, '_>) {
    while inp.peek().is_some() {
        let tok = peek(inp);
        if tok.kind == Kind::End {
            inp.skip();
        } else {
            junk(inp, tok);
        }
    }
}

impl State<'_> {
    /// Where the last token before this one ends that is not white space.
    pub(super) fn end_before(&self, tok: Tok) -> u32 {
        let before = self.tokens.get(..tok.index as usize).unwrap_or(self.tokens);
        before.iter().rev().find(|t| !t.kind.is_trivia()).map_or(0, |t| t.span.end)
    }
}
