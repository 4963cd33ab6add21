//! One slot: its name with parameters and types, and what it holds at first.

use super::brackets::sub_expression;
use super::code::error_at;
use super::feed::Tok;
use super::{Deep, Input, Rule, State, peek};
use crate::codes;
use crate::diagnostic::{Diagnostic, Edit};
use crate::tokens::Kind;
use crate::tree::{Body, Expr, ExprKind, Init, Parameter, Slot, SlotName, Span, Type};
use chumsky::prelude::*;

type Result<T> = std::result::Result<T, EmptyErr>;

/// The rule for one slot, period not included.
pub(super) fn slot<'t>(expr: Rule<'t, Deep<Expr>>, types: Rule<'t, Deep<Type>>) -> Rule<'t, Deep<Slot>> {
    let rules = Slots { expr, types };
    custom(move |inp: &mut Input<'t, '_>| rules.slot(inp)).boxed()
}

struct Slots<'t> {
    expr: Rule<'t, Deep<Expr>>,
    types: Rule<'t, Deep<Type>>,
}

impl<'t> Slots<'t> {
    fn slot(&self, inp: &mut Input<'t, '_>) -> Result<Deep<Slot>> {
        let first = peek(inp);
        let mut height = 0;
        let mut slot = Slot {
            name: SlotName::Unary(first.span),
            is_parent: false,
            is_argument: false,
            type_: None,
            result: None,
            init: Init::None,
            comment: comment_before(inp.state(), first),
            annotations: Vec::new(),
            span: first.span,
        };
        match first.kind {
            Kind::Argument => self.argument(inp, &mut slot, &mut height)?,
            Kind::Keyword | Kind::CapitalKeyword => slot.name = self.keywords(inp, &mut height)?,
            kind if kind.is_operator() => slot.name = self.operator(inp, &mut height)?,
            _ => self.unary(inp, &mut slot, &mut height)?,
        }
        slot.result = self.result(inp, &mut height)?;
        self.initialiser(inp, &mut slot, &mut height)?;
        let next = peek(inp);
        let end = inp.state().end_before(next);
        slot.span.end = end.max(slot.span.end);
        Ok(Deep { node: slot, height })
    }

    /// `:x`, `:x <T>`
    fn argument(&self, inp: &mut Input<'t, '_>, slot: &mut Slot, height: &mut usize) -> Result<()> {
        let tok = peek(inp);
        inp.skip();
        let name = Span { start: tok.span.start + 1, end: tok.span.end };
        check_name(inp.state(), name);
        slot.name = SlotName::Unary(name);
        slot.is_argument = true;
        slot.type_ = self.type_(inp, height)?;
        Ok(())
    }

    /// `x`, `x*`, `x <T>`
    fn unary(&self, inp: &mut Input<'t, '_>, slot: &mut Slot, height: &mut usize) -> Result<()> {
        let name = peek(inp).span;
        inp.skip();
        check_name(inp.state(), name);
        let star = peek(inp);
        if star.kind == Kind::Star {
            inp.skip();
            slot.is_parent = true;
            slot.span = name.to(star.span);
            let tail = peek(inp);
            if tail.kind == Kind::TailOther {
                inp.skip();
                inp.state().report(Diagnostic::error(
                    &codes::NOT_A_SLOT,
                    "a parent is marked by a single star",
                    tail.span,
                    "not understood here",
                ));
            }
        }
        slot.type_ = self.type_(inp, height)?;
        Ok(())
    }

    /// `+`, `+ a`, `+ a <T>`
    fn operator(&self, inp: &mut Input<'t, '_>, height: &mut usize) -> Result<SlotName> {
        let tok = peek(inp);
        inp.skip();
        let mut operator = tok.span;
        let tail = peek(inp);
        if matches!(tok.kind, Kind::Greater | Kind::Star) && tail.kind.is_tail() {
            inp.skip();
            operator = operator.to(tail.span);
        }
        let parameter = self.parameter(inp, height)?;
        Ok(SlotName::Binary { operator, parameter })
    }

    /// `at: i Put: v`, `at:Put:`
    fn keywords(&self, inp: &mut Input<'t, '_>, height: &mut usize) -> Result<SlotName> {
        let (mut parts, mut parameters) = (Vec::new(), Vec::new());
        let first = peek(inp);
        check_name(inp.state(), first.span);
        while matches!(peek(inp).kind, Kind::Keyword | Kind::CapitalKeyword) {
            let part = peek(inp);
            inp.skip();
            if part.kind == Kind::Keyword && !parts.is_empty() {
                later_part(inp.state(), part.span);
            }
            parts.push(part.span);
            parameters.extend(self.parameter(inp, height)?);
        }
        if !parameters.is_empty() && parameters.len() != parts.len() {
            let span = first.span.to(parts[parts.len() - 1]);
            let (want, have) = (parts.len(), parameters.len());
            inp.state().report(Diagnostic::error(
                &codes::ARGUMENT_COUNT,
                format!("not every one of {want} keywords has an argument ({have} have)"),
                span,
                "each keyword takes one argument",
            ));
            let last = Parameter { name: Span { start: span.end, end: span.end }, type_: None };
            parameters.resize(want, last);
        }
        Ok(SlotName::Keyword { parts, parameters })
    }

    fn parameter(&self, inp: &mut Input<'t, '_>, height: &mut usize) -> Result<Option<Parameter>> {
        let tok = peek(inp);
        match tok.kind {
            Kind::Name | Kind::CapitalName => check_name(inp.state(), tok.span),
            _ => return Ok(None),
        }
        inp.skip();
        Ok(Some(Parameter { name: tok.span, type_: self.type_(inp, height)? }))
    }

    fn type_(&self, inp: &mut Input<'t, '_>, height: &mut usize) -> Result<Option<Type>> {
        if peek(inp).kind != Kind::Less {
            return Ok(None);
        }
        self.any_type(inp, height)
    }

    /// `^ <T>`
    fn result(&self, inp: &mut Input<'t, '_>, height: &mut usize) -> Result<Option<Type>> {
        let tok = peek(inp);
        match tok.kind {
            Kind::CaretLess => self.any_type(inp, height),
            Kind::Caret => {
                inp.skip();
                if peek(inp).kind == Kind::Less {
                    return self.any_type(inp, height);
                }
                inp.state().report(
                    Diagnostic::error(
                        &codes::TYPE,
                        "the type of the answer is missing",
                        tok.span,
                        "expected `<type>` after this",
                    )
                    .help("write `name ^ <type> = ( … )`"),
                );
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    fn any_type(&self, inp: &mut Input<'t, '_>, height: &mut usize) -> Result<Option<Type>> {
        let type_ = inp.parse(&self.types)?;
        *height = (*height).max(type_.height);
        Ok(Some(type_.node))
    }

    fn initialiser(&self, inp: &mut Input<'t, '_>, slot: &mut Slot, height: &mut usize) -> Result<()> {
        let sign = peek(inp);
        let is_constant = match sign.kind {
            Kind::Equal | Kind::TailEqual => true,
            Kind::Arrow | Kind::TailArrow => false,
            _ => {
                check_without_initialiser(inp.state(), slot, sign);
                return Ok(());
            }
        };
        inp.skip();
        let begin = peek(inp);
        if is_constant {
            inp.state().initialiser = begin.index;
        }
        let value = match inp.parse((&self.expr).or_not())? {
            Some(value) => value,
            None => missing_value(inp, slot, sign),
        };
        *height = (*height).max(value.height);
        slot.init = classify(inp.state(), slot, value.node, sign, is_constant);
        Ok(())
    }
}

fn missing_value(inp: &mut Input<'_, '_>, slot: &Slot, sign: Tok) -> Deep<Expr> {
    let state = inp.state();
    let name = state.text(slot.span).to_owned();
    let text = state.text(sign.span).to_owned();
    state.report(
        Diagnostic::error(&codes::MISSING_ARGUMENT, format!("`{name} {text}` needs a value"), sign.span, "no expression follows")
            .help(format!("without `{text}` the slot would hold nil at first")),
    );
    error_at(sign.span.end)
}

/// A method, a constant, or the first value of an assignable slot.
fn classify(state: &mut State<'_>, slot: &Slot, value: Expr, sign: Tok, is_constant: bool) -> Init {
    let start = state_start(state, &value);
    if slot.is_argument {
        state.report(Diagnostic::error(
            &codes::ARGUMENT_PLACE,
            "an argument has no initial value",
            sign.span,
            "its value is what the caller passes",
        ));
        return Init::None;
    }
    let takes_arguments = !matches!(slot.name, SlotName::Unary(_));
    if takes_arguments && !is_constant {
        state.report(
            Diagnostic::error(&codes::TWO_ARROWS, "a method cannot be assigned", sign.span, "`=` belongs here")
                .fix("write `=`", vec![Edit::replace(sign.span, "=")]),
        );
    }
    let span = value.span;
    match value.kind {
        ExprKind::Group(body) if is_constant || takes_arguments => {
            check_arguments(state, slot, &body);
            Init::Method(*body)
        }
        ExprKind::Object(list) if takes_arguments && list.slots.iter().all(|s| s.is_argument) => {
            state.report(
                Diagnostic::error(&codes::NOT_A_METHOD, "this method has no code", span, "empty")
                    .help("write `( self )` for a method that only answers its receiver"),
            );
            Init::Method(Body { slots: Some(list), statements: Vec::new(), annotation: None, span })
        }
        kind => {
            let expr = Expr { kind, span };
            leading_group(state, &expr, start);
            if takes_arguments && !matches!(expr.kind, ExprKind::Error) {
                state.report(
                    Diagnostic::error(
                        &codes::NOT_A_METHOD,
                        "a slot that takes arguments must hold a method",
                        expr.span,
                        "not a method",
                    )
                    .also(slot.span, "takes arguments")
                    .help("write the code in parentheses: `= ( … )`"),
                );
            }
            if is_constant { Init::Constant(expr) } else { Init::Assignable(expr) }
        }
    }
}

fn state_start(state: &mut State<'_>, value: &Expr) -> u32 {
    state.initialiser = u32::MAX;
    value.span.start
}

/// `( … ) foo` began like a method and was none: what only methods may have must not stand in it.
fn leading_group(state: &mut State<'_>, expr: &Expr, start: u32) {
    let mut expr = expr;
    while let ExprKind::Send(send) = &expr.kind {
        let crate::tree::Receiver::Expr(receiver) = &send.receiver else { return };
        expr = receiver;
    }
    if let ExprKind::Group(body) = &expr.kind
        && body.span.start == start
    {
        sub_expression(state, body);
    }
}

/// As many arguments as the name asks for, in the name or in the body.
fn check_arguments(state: &mut State<'_>, slot: &Slot, body: &Body) {
    let (want, in_name) = match &slot.name {
        SlotName::Unary(_) => (0, 0),
        SlotName::Binary { parameter, .. } => (1, usize::from(parameter.is_some())),
        SlotName::Keyword { parts, parameters } => (parts.len(), parameters.len()),
    };
    let arguments: Vec<&Slot> = body.slots.iter().flat_map(|list| &list.slots).filter(|s| s.is_argument).collect();
    let have = in_name + arguments.len();
    if have != want {
        let span = arguments.last().map_or(slot.span, |argument| argument.span);
        state.report(
            Diagnostic::error(
                &codes::ARGUMENT_COUNT,
                format!("arguments declared: {have}; arguments that the name asks for: {want}"),
                span,
                "does not fit",
            )
            .also(slot.span, "the name of the method decides")
            .help(
                "declare arguments in the name, `at: i Put: v = ( … )`, or all of them in the body, `at:Put: = (| :i. :v | … )`",
            ),
        );
    }
}

fn check_without_initialiser(state: &mut State<'_>, slot: &Slot, next: Tok) {
    if !matches!(slot.name, SlotName::Unary(_)) {
        let name = state.text(slot.span).to_owned();
        state.report(
            Diagnostic::error(
                &codes::NOT_A_METHOD,
                format!("`{name}` needs a method"),
                slot.span,
                "takes arguments, but has no code",
            )
            .also(next.span, "expected `= ( … )` before this"),
        );
    }
}

/// A slot's name begins lower-case and not with an underscore.
fn check_name(state: &mut State<'_>, name: Span) {
    let text = state.text(name).to_owned();
    let capital = text.starts_with(|c: char| c.is_ascii_uppercase());
    if !capital && !text.starts_with('_') {
        return;
    }
    let mut better = text.trim_start_matches('_').to_owned();
    if let Some(first) = better.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    let why = if capital { "begins with a capital letter" } else { "begins with an underscore, as primitives do" };
    let diagnostic = Diagnostic::error(&codes::SLOT_NAME, format!("a slot cannot be called `{text}`"), name, why);
    state.report(if better.is_empty() {
        diagnostic
    } else {
        diagnostic.fix(format!("call it `{better}`"), vec![Edit::replace(name, &better)])
    });
}

fn later_part(state: &mut State<'_>, part: Span) {
    let mut better = state.text(part).to_owned();
    if let Some(first) = better.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    state.report(
        Diagnostic::error(&codes::SLOT_NAME, "the later parts of a keyword name are Capitalised", part, "begins lower-case")
            .fix(format!("write `{better}`"), vec![Edit::replace(part, &better)]),
    );
}

/// The comment directly before a slot: no blank line between, and not the trailing comment of what stands before it.
fn comment_before(state: &State<'_>, first: Tok) -> Option<Span> {
    let before = state.tokens.get(..first.index as usize)?;
    let mut line_ends = 0;
    let mut at = before.len();
    while at > 0 {
        at -= 1;
        match before[at].kind {
            Kind::Space | Kind::Join => {}
            Kind::Newline => line_ends += 1,
            Kind::Comment => break,
            _ => return None,
        }
    }
    let comment = before.get(at).filter(|t| t.kind == Kind::Comment && line_ends < 2)?;
    // Several comments behind something are all about that.
    let previous = before[..at].iter().rev().find(|t| !matches!(t.kind, Kind::Space | Kind::Join | Kind::Comment));
    let trails = line_ends > 0 && previous.is_some_and(|t| !matches!(t.kind, Kind::Newline | Kind::Bar | Kind::OpenBrace));
    (!trails).then_some(comment.span)
}
