//! Expressions: unary messages bind tighter than binary ones, these tighter than keyword messages; any of them may have
//! no written receiver.

use super::code::error_at;
use super::state::too_deep;
use super::{Deep, Extra, In, Input, MAX_NESTING, Rule, State, ahead, brackets, peek, token};
use crate::codes;
use crate::diagnostic::{Diagnostic, Edit};
use crate::tokens::Kind;
use crate::tree::{Arguments, Expr, ExprKind, Parts as Selector, Receiver, Send, SlotList, Span};
use chumsky::prelude::*;

/// What stands left of a message that may follow.
struct Left {
    receiver: Receiver,
    span: Span,
    height: usize,
}

impl Left {
    fn implicit(at: Span) -> Self {
        Self { receiver: Receiver::Implicit, span: Span { start: at.start, end: at.start }, height: 0 }
    }
}

impl From<Deep<Expr>> for Left {
    fn from(expr: Deep<Expr>) -> Self {
        Self { span: expr.node.span, height: expr.height, receiver: Receiver::Expr(expr.node) }
    }
}

/// The rule for any expression, given itself and the rule for slot lists.
pub(super) fn expression<'t>(expr: Rule<'t, Deep<Expr>>, slots: Rule<'t, Deep<SlotList>>) -> Rule<'t, Deep<Expr>> {
    let primary = brackets::primary(expr.clone(), slots);
    let unary = unary(primary);
    let parts = keyword_parts(expr.clone());
    let binary = binary(unary, expr, parts.clone());
    let implicit = ahead(|kind| kind == Kind::Keyword).map(Left::implicit);
    choice((implicit, binary))
        .then(parts.or_not())
        .map_with(|(left, parts), e| match parts {
            Some(parts) => parts.send(left, e.state()),
            None => finish(left, e.state()),
        })
        .boxed()
}

/// `a b c`: a primary or a name, then names.
fn unary<'t>(primary: Rule<'t, Deep<Expr>>) -> Rule<'t, Left> {
    let begin = choice((primary.map(Left::from), named()));
    let names = custom(|inp: &mut Input<'t, '_>| {
        let tok = peek(inp);
        match tok.kind {
            Kind::Name => {}
            Kind::CapitalName => inp.state().capital_name(tok.span),
            _ => return Err(EmptyErr::default()),
        }
        inp.skip();
        Ok(tok.span)
    });
    begin
        .foldl_with(names.repeated(), |left: Left, name, e| {
            send(left, Selector::from_slice(&[name]), Arguments::new(), 0, name, e.state()).into()
        })
        .boxed()
}

/// A name that begins an expression: a message to the implicit receiver, or `parent.` before a resent one.
fn named<'t>() -> impl Parser<'t, In<'t>, Left, Extra<'t>> + Clone {
    custom(|inp: &mut Input<'t, '_>| {
        let tok = peek(inp);
        let name = tok.span;
        match tok.kind {
            Kind::Name | Kind::CapitalName | Kind::ResendWord | Kind::SelfWord => inp.skip(),
            _ => return Err(EmptyErr::default()),
        }
        let dot = peek(inp);
        if dot.kind == Kind::Dot {
            inp.skip();
            return Ok(resend(inp.state(), tok.kind, name, dot.span));
        }
        let state = inp.state();
        match tok.kind {
            Kind::SelfWord => return Ok(Deep { node: Expr { kind: ExprKind::SelfRef, span: name }, height: 1 }.into()),
            Kind::ResendWord => {
                state.report(
                    Diagnostic::error(
                        &codes::RESEND,
                        "`resend` needs a message",
                        name,
                        "expected `.` and a message directly behind it",
                    )
                    .help("write `resend.message`, with no blanks around the period"),
                );
                return Ok(Deep { node: Expr { kind: ExprKind::Error, span: name }, height: 1 }.into());
            }
            Kind::CapitalName => state.capital_name(name),
            _ => {}
        }
        Ok(send(Left::implicit(name), Selector::from_slice(&[name]), Arguments::new(), 0, name, state).into())
    })
}

fn resend(state: &mut State<'_>, kind: Kind, name: Span, dot: Span) -> Left {
    let span = name.to(dot);
    match kind {
        Kind::ResendWord => Left { receiver: Receiver::Resend(name), span, height: 0 },
        Kind::SelfWord => {
            state.report(
                Diagnostic::error(&codes::RESEND, "messages to self are written without a period", dot, "a blank belongs here")
                    .fix("write a blank", vec![Edit::replace(dot, " ")]),
            );
            Deep { node: Expr { kind: ExprKind::SelfRef, span: name }, height: 1 }.into()
        }
        _ => Left { receiver: Receiver::Delegate(name), span, height: 0 },
    }
}

/// `a + b + c`: the same operator all along.
fn binary<'t>(unary: Rule<'t, Left>, expr: Rule<'t, Deep<Expr>>, parts: Rule<'t, Parts>) -> Rule<'t, Left> {
    let operand = operand(unary.clone(), expr, parts);
    let with_operator = operator().then(operand.or_not()).map_with(|(operator, operand), e| {
        let operand = operand.unwrap_or_else(|| missing_operand(operator, e.state()));
        (operator, operand)
    });
    let with_number = minus_number().then(names_after()).map_with(|((minus, number), names), e| {
        let operand = names
            .into_iter()
            .fold(number, |left, name| send(left.into(), Selector::from_slice(&[name]), Arguments::new(), 0, name, e.state()));
        (minus, operand)
    });
    let tail = choice((with_operator, with_number));
    let implicit = ahead(Kind::is_operator).map(Left::implicit);
    choice((unary, implicit))
        .map(|left| Chain { begin: left.span.start, left, operator: None, mixed: false })
        .foldl_with(tail.repeated(), |chain: Chain, (operator, operand), e| chain.step(operator, operand, e.state()))
        .map(|chain| chain.left)
        .boxed()
}

/// What may stand right of an operator: a unary expression, or a keyword message without receiver.
fn operand<'t>(unary: Rule<'t, Left>, expr: Rule<'t, Deep<Expr>>, parts: Rule<'t, Parts>) -> Rule<'t, Deep<Expr>> {
    custom(move |inp: &mut Input<'t, '_>| {
        if peek(inp).kind == Kind::Keyword {
            return inp.parse(&expr);
        }
        let left = inp.parse(&unary)?;
        let waits = !matches!(left.receiver, Receiver::Expr(_));
        if waits && peek(inp).kind == Kind::Keyword {
            let parts = inp.parse(&parts)?;
            return Ok(parts.send(left, inp.state()));
        }
        Ok(finish(left, inp.state()))
    })
    .boxed()
}

/// A chain of binary messages, as far as it has been read.
struct Chain {
    begin: u32,
    left: Left,
    operator: Option<Span>,
    mixed: bool,
}

impl Chain {
    fn step(mut self, operator: Span, operand: Deep<Expr>, state: &mut State<'_>) -> Self {
        if let Some(first) = self.operator.filter(|_| !self.mixed)
            && state.text(first) != state.text(operator)
        {
            self.mixed = true;
            mixed(first, operator, Span { start: self.begin, end: self.left.span.end }, state);
        }
        if state.text(operator) == "<-" {
            arrow(&self.left, operator, state);
        }
        let end = operand.node.span;
        let height = operand.height;
        self.operator.get_or_insert(operator);
        self.left =
            send(self.left, Selector::from_slice(&[operator]), Arguments::from_buf([operand.node]), height, end, state).into();
        self
    }
}

/// `x <- 4` where no slots are declared.
fn arrow(left: &Left, operator: Span, state: &mut State<'_>) {
    let found = Diagnostic::error(
        &codes::ARROW,
        "`<-` declares a slot, and stands only between bars",
        operator,
        "no slot is declared here",
    );
    let found = match &left.receiver {
        Receiver::Expr(Expr { kind: ExprKind::Send(name), .. }) if name.arguments.is_empty() && name.selector.len() == 1 => {
            let word = name.selector[0];
            let text = state.text(word).to_owned();
            match &name.receiver {
                Receiver::Implicit => found
                    .help(format!("to assign, write `{text}: …`; to declare, write `| {text} <- … |` at the begin of the method, block or file"))
                    .fix(format!("write `{text}:`"), vec![Edit::replace(Span { start: word.end, end: operator.end }, ":")]),
                Receiver::Expr(before) if state.text(Span { start: before.span.end, end: word.start }).contains(['\n', '\r']) => found
                    .also(Span { start: before.span.end.saturating_sub(1).max(before.span.start), end: before.span.end }, "no period stands behind this")
                    .help(format!("if `{text}` is the next slot, put a period behind the line before"))
                    .fix("put a period behind the line before", vec![Edit::insert(before.span.end, ".")]),
                _ => found,
            }
        }
        _ => found,
    };
    state.report(found);
}

fn mixed(first: Span, second: Span, left: Span, state: &mut State<'_>) {
    let (a, b) = (state.text(first).to_owned(), state.text(second).to_owned());
    let shown = if left.end - left.start <= 40 { state.text(left).to_owned() } else { "…".to_owned() };
    state.report(
        Diagnostic::error(
            &codes::MIXED_OPERATORS,
            format!("`{a}` and `{b}` stand side by side without parentheses"),
            second,
            "a different operator",
        )
        .also(first, "the first one")
        .note("all operators bind alike here, so the order must be written out")
        .help(format!(
            "for the order from left to right write `({shown}) {b} …`, otherwise put parentheses around what follows `{a}`"
        ))
        .fix("put parentheses around what stands left", vec![Edit::insert(left.start, "("), Edit::insert(left.end, ")")]),
    );
}

/// An operator that may consist of two tokens.
fn operator<'t>() -> impl Parser<'t, In<'t>, Span, Extra<'t>> + Clone {
    custom(|inp: &mut Input<'t, '_>| {
        let tok = peek(inp);
        if !tok.kind.is_operator() {
            return Err(EmptyErr::default());
        }
        inp.skip();
        let tail = peek(inp);
        if matches!(tok.kind, Kind::Greater | Kind::Star) && tail.kind.is_tail() {
            inp.skip();
            return Ok(tok.span.to(tail.span));
        }
        Ok(tok.span)
    })
}

/// `-3` after a complete receiver is a minus and a number.
fn minus_number<'t>() -> impl Parser<'t, In<'t>, (Span, Deep<Expr>), Extra<'t>> + Clone {
    custom(|inp: &mut Input<'t, '_>| {
        let tok = peek(inp);
        let kind = match tok.kind {
            Kind::NegativeInteger => ExprKind::Integer,
            Kind::NegativeFloat => ExprKind::Float,
            _ => return Err(EmptyErr::default()),
        };
        inp.skip();
        let middle = tok.span.start + 1;
        let number = Expr { kind, span: Span { start: middle, end: tok.span.end } };
        Ok((Span { start: tok.span.start, end: middle }, Deep { node: number, height: 1 }))
    })
}

fn names_after<'t>() -> impl Parser<'t, In<'t>, Vec<Span>, Extra<'t>> + Clone {
    token(Kind::Name).repeated().collect::<Vec<_>>()
}

fn missing_operand(operator: Span, state: &mut State<'_>) -> Deep<Expr> {
    let text = state.text(operator).to_owned();
    state.report(Diagnostic::error(
        &codes::MISSING_ARGUMENT,
        format!("`{text}` needs an argument on its right"),
        operator,
        "nothing that could be one follows",
    ));
    error_at(operator.end)
}

/// `at: i Put: v`, without what stands before it.
struct Parts {
    selector: Selector,
    arguments: Arguments,
    height: usize,
    end: Span,
}

impl Parts {
    fn send(self, left: Left, state: &mut State<'_>) -> Deep<Expr> {
        send(left, self.selector, self.arguments, self.height, self.end, state)
    }
}

fn keyword_parts<'t>(expr: Rule<'t, Deep<Expr>>) -> Rule<'t, Parts> {
    let part = move |kind: Kind| {
        token(kind).then(expr.clone().or_not()).map_with(|(keyword, argument), e| {
            let argument = argument.unwrap_or_else(|| missing_operand(keyword, e.state()));
            (keyword, argument)
        })
    };
    part(Kind::Keyword)
        .map(|(keyword, argument)| Parts {
            end: keyword.to(argument.node.span),
            height: argument.height,
            selector: Selector::from_slice(&[keyword]),
            arguments: Arguments::from_buf([argument.node]),
        })
        .foldl(part(Kind::CapitalKeyword).repeated(), |mut parts: Parts, (keyword, argument)| {
            parts.selector.push(keyword);
            parts.end = keyword.to(argument.node.span);
            parts.height = parts.height.max(argument.height);
            parts.arguments.push(argument.node);
            parts
        })
        .boxed()
}

/// Puts a message together. A chain that has become too deep is cut off here.
fn send(left: Left, selector: Selector, arguments: Arguments, height: usize, end: Span, state: &mut State<'_>) -> Deep<Expr> {
    let span = Span { start: left.span.start, end: end.end.max(left.span.end) };
    let height = left.height.max(height);
    let kind = ExprKind::Send(Box::new(Send { receiver: left.receiver, selector, arguments }));
    node(kind, span, height, end, state)
}

/// An expression around others of this height; too deep a one is cut off, reported at `place`.
pub(super) fn node(kind: ExprKind, span: Span, height: usize, place: Span, state: &mut State<'_>) -> Deep<Expr> {
    if height >= MAX_NESTING {
        state.report(too_deep(place));
        return Deep { node: Expr { kind: ExprKind::Error, span }, height: 1 };
    }
    Deep { node: Expr { kind, span }, height: height + 1 }
}

/// An expression is complete here; a resend without a message is not.
fn finish(left: Left, state: &mut State<'_>) -> Deep<Expr> {
    match left.receiver {
        Receiver::Expr(node) => Deep { node, height: left.height },
        _ => {
            state.report(Diagnostic::error(
                &codes::RESEND,
                "a message is missing after this period",
                left.span,
                "expected a message directly behind it",
            ));
            Deep { node: Expr { kind: ExprKind::Error, span: left.span }, height: 1 }
        }
    }
}

impl State<'_> {
    fn capital_name(&mut self, span: Span) {
        let text = self.text(span).to_owned();
        let mut lower = text.clone();
        if let Some(first) = lower.get_mut(..1) {
            first.make_ascii_lowercase();
        }
        self.report(
            Diagnostic::error(
                &codes::CAPITAL_NAME,
                format!("`{text}` begins with a capital letter"),
                span,
                "messages and slots begin lower-case",
            )
            .fix(format!("write `{lower}`"), vec![Edit::replace(span, &lower)]),
        );
    }
}
