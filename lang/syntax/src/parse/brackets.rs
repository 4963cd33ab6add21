//! Literals, and everything that stands in brackets.
//!
//! `( … )` is read one way and classified afterwards: without code it is a data object, with code a sub-expression, and if
//! it is all there is to the initialiser of a slot, a method (`slot` decides that).

use super::code::{self, Inside, Place};
use super::expr::node;
use super::feed::Tok;
use super::{Deep, Input, Rule, State, peek};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::tokens::Kind;
use crate::tree::{Body, Expr, ExprKind, Slot, SlotList, Span, Statement, TemplatePart};
use chumsky::prelude::*;

/// A literal, a bracket, or a template; names are not primaries here.
pub(super) fn primary<'t>(expr: Rule<'t, Deep<Expr>>, slots: Rule<'t, Deep<SlotList>>) -> Rule<'t, Deep<Expr>> {
    let inside = code::code(expr, slots, Place::Body);
    custom(move |inp: &mut Input<'t, '_>| {
        let tok = peek(inp);
        let kind = match tok.kind {
            Kind::Integer | Kind::NegativeInteger => ExprKind::Integer,
            Kind::Float | Kind::NegativeFloat => ExprKind::Float,
            Kind::String | Kind::OpenString => ExprKind::String,
            Kind::TooDeep => ExprKind::Error,
            Kind::OpenParen => return paren(inp, &inside, None),
            Kind::OpenBracket => return block(inp, &inside, None),
            Kind::OpenBrace => return brace(inp, &inside),
            Kind::OpenTemplate => return template(inp, &inside),
            _ => return Err(EmptyErr::default()),
        };
        inp.skip();
        Ok(Deep { node: Expr { kind, span: tok.span }, height: 1 })
    })
    .boxed()
}

type Result<T> = std::result::Result<T, EmptyErr>;

/// The closing bracket; `feed` has seen to it that it is there.
fn close(inp: &mut Input<'_, '_>) -> Span {
    let tok = peek(inp);
    if tok.kind.is_closer() {
        inp.skip();
    }
    tok.span
}

fn paren<'t>(inp: &mut Input<'t, '_>, inside: &Rule<'t, Inside>, annotation: Option<Span>) -> Result<Deep<Expr>> {
    let open = peek(inp);
    inp.skip();
    let is_initialiser = std::mem::replace(&mut inp.state().initialiser, u32::MAX) == open.index;
    let Inside { slots, statements, height } = inp.parse(inside)?;
    let span = open.span.to(close(inp));
    let kind = if statements.is_empty() {
        let mut list = slots.unwrap_or(SlotList { slots: Vec::new(), annotation: None, span });
        list.annotation = list.annotation.or(annotation);
        no_arguments(inp.state(), &list.slots, "a data object");
        ExprKind::Object(list)
    } else {
        let annotation = slots.as_ref().and_then(|list| list.annotation).or(annotation);
        let body = Body { slots, statements, annotation, span };
        if !is_initialiser {
            sub_expression(inp.state(), &body);
        }
        ExprKind::Group(Box::new(body))
    };
    Ok(node(kind, span, height, open.span, inp.state()))
}

/// What a method may have and a sub-expression may not.
pub(super) fn sub_expression(state: &mut State<'_>, body: &Body) {
    if let Some(list) = &body.slots {
        no_arguments(state, &list.slots, "a sub-expression");
    }
    for statement in body.statements.iter().filter(|s| s.is_return) {
        let caret = Span { start: statement.span.start, end: statement.span.start + 1 };
        state.report(
            Diagnostic::error(&codes::RETURN_PLACE, "a sub-expression cannot return", caret, "in parentheses that are no method")
                .help("code that is run later, as an argument of ifTrue: and the like, stands in square brackets: `[ ^ … ]`"),
        );
    }
}

fn no_arguments(state: &mut State<'_>, slots: &[Slot], what: &str) {
    for slot in slots.iter().filter(|slot| slot.is_argument) {
        state.report(
            Diagnostic::error(&codes::ARGUMENT_PLACE, format!("{what} has no arguments"), slot.span, "declares an argument")
                .help("methods in slots and blocks in square brackets have arguments"),
        );
    }
}

fn block<'t>(inp: &mut Input<'t, '_>, inside: &Rule<'t, Inside>, annotation: Option<Span>) -> Result<Deep<Expr>> {
    let open = peek(inp);
    inp.skip();
    let Inside { slots, statements, height } = inp.parse(inside)?;
    let span = open.span.to(close(inp));
    let annotation = slots.as_ref().and_then(|list| list.annotation).or(annotation);
    let body = Body { slots, statements, annotation, span };
    Ok(node(ExprKind::Block(Box::new(body)), span, height, open.span, inp.state()))
}

/// `{ 1. 2. 3 }`, or `{ 'text' ( … ) }`: a string and directly behind it a bracket.
fn brace<'t>(inp: &mut Input<'t, '_>, inside: &Rule<'t, Inside>) -> Result<Deep<Expr>> {
    let open = peek(inp);
    inp.skip();
    let first = peek(inp);
    if first.kind == Kind::String {
        let before = inp.save();
        inp.skip();
        if matches!(peek(inp).kind, Kind::OpenParen | Kind::OpenBracket) {
            return annotated(inp, inside, open, first.span);
        }
        inp.rewind(before);
    }
    vector(inp, inside, open)
}

fn annotated<'t>(inp: &mut Input<'t, '_>, inside: &Rule<'t, Inside>, open: Tok, text: Span) -> Result<Deep<Expr>> {
    let bracket = peek(inp);
    let state = inp.state();
    if state.initialiser == open.index {
        state.initialiser = bracket.index;
    }
    let mut literal =
        if bracket.kind == Kind::OpenParen { paren(inp, inside, Some(text))? } else { block(inp, inside, Some(text))? };
    let rest = inp.parse(inside)?;
    let end = close(inp);
    if rest.slots.is_some() || !rest.statements.is_empty() {
        inp.state().report(
            Diagnostic::error(
                &codes::ANNOTATION,
                "an annotation belongs to one literal",
                end,
                "expected only the literal before this",
            )
            .also(text, "the annotation"),
        );
    }
    literal.node.span = open.span.to(end);
    Ok(literal)
}

fn vector<'t>(inp: &mut Input<'t, '_>, inside: &Rule<'t, Inside>, open: Tok) -> Result<Deep<Expr>> {
    let Inside { slots, statements, height } = inp.parse(inside)?;
    let span = open.span.to(close(inp));
    if let Some(list) = slots {
        inp.state().report(
            Diagnostic::error(&codes::UNEXPECTED, "a vector has no slots", list.span, "no slot list can stand here")
                .help("slots stand in parentheses: `(| x <- 1 |)`"),
        );
    }
    let elements = statements.into_iter().map(|s| plain(inp.state(), s, "a vector")).collect();
    Ok(node(ExprKind::Vector(elements), span, height, open.span, inp.state()))
}

/// An expression that is not returned.
fn plain(state: &mut State<'_>, statement: Statement, what: &str) -> Expr {
    if statement.is_return {
        let caret = Span { start: statement.span.start, end: statement.span.start + 1 };
        state.report(Diagnostic::error(&codes::RETURN_PLACE, format!("{what} cannot return"), caret, "remove it"));
    }
    statement.expr
}

fn template<'t>(inp: &mut Input<'t, '_>, inside: &Rule<'t, Inside>) -> Result<Deep<Expr>> {
    let open = peek(inp);
    inp.skip();
    let mut parts = Vec::new();
    let mut height = 0;
    loop {
        let tok = peek(inp);
        match tok.kind {
            Kind::TemplateText => {
                inp.skip();
                parts.push(TemplatePart::Text(tok.span));
            }
            Kind::OpenHole => {
                let hole = hole(inp, inside)?;
                height = height.max(hole.height);
                parts.push(TemplatePart::Hole(hole.node));
            }
            Kind::TooDeep => {
                inp.skip();
                parts.push(TemplatePart::Hole(Expr { kind: ExprKind::Error, span: tok.span }));
            }
            _ => break,
        }
    }
    let span = open.span.to(close(inp));
    Ok(node(ExprKind::Template(parts), span, height, open.span, inp.state()))
}

fn hole<'t>(inp: &mut Input<'t, '_>, inside: &Rule<'t, Inside>) -> Result<Deep<Expr>> {
    let open = peek(inp);
    inp.skip();
    let Inside { slots, mut statements, height } = inp.parse(inside)?;
    let span = open.span.to(close(inp));
    let state = inp.state();
    if slots.is_some() || statements.len() != 1 {
        state.report(
            Diagnostic::error(&codes::HOLE, "a hole in a template holds exactly one expression", span, "expected one expression")
                .help("write \\{ for a brace that is just a brace"),
        );
    }
    let expr = match statements.is_empty() {
        true => Expr { kind: ExprKind::Error, span },
        false => plain(state, statements.swap_remove(0), "a hole in a template"),
    };
    Ok(Deep { node: expr, height: height.max(1) })
}
