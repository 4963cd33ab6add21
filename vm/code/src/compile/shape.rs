//! Which messages become jumps: those to booleans, blocks and numbers that every program is full of, when their block
//! arguments are written out as blocks.
//!
//! What must stay true: both walks over the tree ask here, so they agree on which blocks are real.

use aura_syntax::literal;
use aura_syntax::tree::{Body, Expr, ExprKind, Receiver, Send, SlotName, selector};

/// A message that becomes jumps.
pub(crate) enum Shape<'t> {
    /// `ifTrue:False:` and its relatives; `first` is the branch that is written first.
    If { cond: &'t Expr, yes: Option<&'t Body>, no: Option<&'t Body>, first: bool },
    /// `and:`
    And(&'t Expr, &'t Body),
    /// `or:`
    Or(&'t Expr, &'t Body),
    /// `whileTrue:`, `whileFalse:` (`sense`), also without a body.
    While { cond: &'t Body, sense: bool, body: Option<&'t Body> },
    /// `untilTrue:`, `untilFalse:`
    Until { body: &'t Body, cond: &'t Body, sense: bool },
    /// `loop`
    Loop(&'t Body),
    /// `to:Do:` and its relatives.
    Count(Count<'t>),
}

/// A counting loop.
pub(crate) struct Count<'t> {
    pub(crate) from: &'t Expr,
    pub(crate) to: &'t Expr,
    /// The step as it is written; it is added when going up and subtracted when `subtract`.
    pub(crate) by: Option<&'t Expr>,
    /// Whether the step is subtracted.
    pub(crate) subtract: bool,
    /// Whether the counter grows.
    pub(crate) up: bool,
    /// Whether the limit itself is left out.
    pub(crate) exclusive: bool,
    pub(crate) body: &'t Body,
}

/// What jumps the message becomes, if any.
pub(crate) fn shape<'t>(send: &'t Send, source: &str) -> Option<Shape<'t>> {
    let Receiver::Expr(receiver) = &send.receiver else { return None };
    if send.selector.len() > 3 {
        return None;
    }
    let args = &send.arguments;
    let name = selector(&send.selector, source);
    let block = |i: usize| literal_block(args.get(i)?, 0);
    Some(match name.as_str() {
        "ifTrue:" => Shape::If { cond: receiver, yes: Some(block(0)?), no: None, first: true },
        "ifFalse:" => Shape::If { cond: receiver, yes: None, no: Some(block(0)?), first: false },
        "ifTrue:False:" | "ifTrue:IfFalse:" => {
            Shape::If { cond: receiver, yes: Some(block(0)?), no: Some(block(1)?), first: true }
        }
        "ifFalse:True:" | "ifFalse:IfTrue:" => {
            Shape::If { cond: receiver, yes: Some(block(1)?), no: Some(block(0)?), first: false }
        }
        "and:" => Shape::And(receiver, block(0)?),
        "or:" => Shape::Or(receiver, block(0)?),
        "whileTrue:" | "whileFalse:" => {
            Shape::While { cond: literal_block(receiver, 0)?, sense: name == "whileTrue:", body: Some(block(0)?) }
        }
        "whileTrue" | "whileFalse" => Shape::While { cond: literal_block(receiver, 0)?, sense: name == "whileTrue", body: None },
        "untilTrue:" | "untilFalse:" => {
            Shape::Until { body: literal_block(receiver, 0)?, cond: block(0)?, sense: name == "untilTrue:" }
        }
        "loop" => Shape::Loop(literal_block(receiver, 0)?),
        _ => Shape::Count(count(&name, receiver, args, source)?),
    })
}

fn count<'t>(name: &str, from: &'t Expr, args: &'t [Expr], source: &str) -> Option<Count<'t>> {
    let (down, exclusive, by) = match name {
        "to:Do:" => (false, false, None),
        "upTo:Do:" => (false, true, None),
        "downTo:Do:" => (true, false, None),
        "to:By:Do:" => (false, false, Some(args.get(1)?)),
        "upTo:By:Do:" => (false, true, Some(args.get(1)?)),
        "downTo:By:Do:" => (true, false, Some(args.get(1)?)),
        _ => return None,
    };
    let body = literal_block(args.last()?, 1)?;
    let positive = by.map_or(Some(true), |step| sign(step, source))?;
    if !positive && name != "to:By:Do:" {
        return None;
    }
    Some(Count { from, to: args.first()?, by, subtract: down, up: positive && !down, exclusive, body })
}

/// Whether a literal number is above zero; `None` for zero and for anything else.
fn sign(step: &Expr, source: &str) -> Option<bool> {
    let text = step.span.text(source);
    match step.kind {
        ExprKind::Integer => {
            let number = literal::decode_integer(text).ok()?;
            (!number.digits.bytes().all(|d| d == b'0')).then_some(!number.negative)
        }
        ExprKind::Float => literal::decode_float(text).ok().filter(|x| *x != 0.0).map(|x| x > 0.0),
        _ => None,
    }
}

/// The body of an expression that is a block with at most `most` arguments, whose slots are plain locals.
pub(crate) fn literal_block(expr: &Expr, most: usize) -> Option<&Body> {
    let ExprKind::Block(body) = &expr.kind else { return None };
    (argument_count(body) <= most).then_some(body)
}

/// How many `:arg` slots a body has.
pub(crate) fn argument_count(body: &Body) -> usize {
    body.slots.as_ref().map_or(0, |list| list.slots.iter().filter(|s| s.is_argument).count())
}

/// Takes parentheses without locals around one expression away.
pub(crate) fn peel(mut expr: &Expr) -> &Expr {
    while let ExprKind::Group(body) = &expr.kind {
        match body.statements.as_slice() {
            [only] if !only.is_return && body.slots.as_ref().is_none_or(|l| l.slots.is_empty()) => expr = &only.expr,
            _ => break,
        }
    }
    expr
}

/// A slot's name as one word.
pub(crate) fn slot_selector(name: &SlotName, source: &str) -> String {
    match name {
        SlotName::Unary(span) => span.text(source).to_owned(),
        SlotName::Binary { operator, .. } => operator.text(source).to_owned(),
        SlotName::Keyword { parts, .. } => selector(parts, source),
    }
}
