//! Slot lists: `| slot. slot. { 'annotation' slot. slot } |`.

use super::code::{ends, push_exact};
use super::feed::Tok;
use super::{Deep, Input, Rule, peek};
use crate::codes;
use crate::diagnostic::{Diagnostic, Edit};
use crate::tokens::Kind;
use crate::tree::{Slot, SlotList, Span};
use chumsky::prelude::*;

/// A slot list from bar to bar; without bars, up to the end, if there is none at the begin.
pub(super) fn slot_list<'t>(slot: Rule<'t, Deep<Slot>>) -> Rule<'t, Deep<SlotList>> {
    custom(move |inp: &mut Input<'t, '_>| {
        let first = peek(inp);
        let with_bars = first.kind == Kind::Bar;
        if with_bars {
            inp.skip();
        }
        let mut list = Listing { slots: Vec::new(), annotation: None, around: Vec::new(), height: 0, after_slot: false };
        let end = list.read(inp, &slot, first, with_bars)?;
        let node = SlotList { slots: list.slots, annotation: list.annotation, span: first.span.to(end) };
        Ok(Deep { node, height: list.height })
    })
    .boxed()
}

/// A slot list as far as it has been read.
struct Listing {
    slots: Vec<Slot>,
    annotation: Option<Span>,
    /// The annotations we are in.
    around: Vec<Span>,
    height: usize,
    /// A slot stands directly before, without a period.
    after_slot: bool,
}

impl Listing {
    fn read<'t>(
        &mut self,
        inp: &mut Input<'t, '_>,
        slot: &Rule<'t, Deep<Slot>>,
        first: Tok,
        with_bars: bool,
    ) -> Result<Span, EmptyErr> {
        loop {
            let tok = peek(inp);
            match tok.kind {
                Kind::Bar | Kind::TailBar if with_bars => {
                    inp.skip();
                    return Ok(tok.span);
                }
                Kind::Operator if with_bars && self.after_slot && inp.state().text(tok.span).starts_with('|') => {
                    inp.skip();
                    bar_and_operator(inp, tok);
                    return Ok(tok.span);
                }
                Kind::CloseBrace if !self.around.is_empty() => {
                    inp.skip();
                    self.around.pop();
                    optional_period(inp);
                }
                kind if ends(kind) => return Ok(self.unclosed(inp, first, tok, with_bars)),
                Kind::OpenBrace => self.open_annotation(inp, tok),
                kind if begins_slot(kind) => self.slot(inp, slot)?,
                _ => not_a_slot(inp, tok),
            }
        }
    }

    fn slot<'t>(&mut self, inp: &mut Input<'t, '_>, slot: &Rule<'t, Deep<Slot>>) -> Result<(), EmptyErr> {
        let mut slot = inp.parse(slot)?;
        slot.node.annotations.clone_from(&self.around);
        self.height = self.height.max(slot.height);
        push_exact(&mut self.slots, slot.node);
        let next = peek(inp);
        self.after_slot = next.kind == Kind::Operator;
        match next.kind {
            Kind::Operator if inp.state().text(next.span).starts_with('|') => {}
            Kind::Period => inp.skip(),
            Kind::Bar | Kind::TailBar | Kind::CloseBrace => {}
            kind if ends(kind) => {}
            kind if begins_slot(kind) || kind == Kind::OpenBrace || kind.begins_operand() => {
                let at = inp.state().end_before(next);
                inp.state().report(
                    Diagnostic::error(
                        &codes::MISSING_PERIOD,
                        "two slots without a period between them",
                        next.span,
                        "expected a period before this",
                    )
                    .fix("put a period before it", vec![Edit::insert(at, ".")]),
                );
            }
            _ => {}
        }
        Ok(())
    }

    /// `{ 'text'` or `{} = 'text'`.
    fn open_annotation(&mut self, inp: &mut Input<'_, '_>, open: Tok) {
        inp.skip();
        let next = peek(inp);
        match next.kind {
            Kind::String => {
                inp.skip();
                self.around.push(next.span);
                optional_period(inp);
            }
            Kind::CloseBrace => {
                inp.skip();
                self.of_the_whole(inp, open.span.to(next.span));
            }
            _ => {
                inp.state().report(
                    Diagnostic::error(
                        &codes::ANNOTATION,
                        "an annotation begins with its text",
                        next.span,
                        "expected a string in single quotes",
                    )
                    .also(open.span, "the annotation begins here"),
                );
                self.around.push(Span { start: open.span.end, end: open.span.end });
            }
        }
    }

    fn of_the_whole(&mut self, inp: &mut Input<'_, '_>, braces: Span) {
        let equal = peek(inp);
        if equal.kind == Kind::Equal {
            inp.skip();
            let text = peek(inp);
            if text.kind == Kind::String {
                inp.skip();
                self.annotation = Some(text.span);
                optional_period(inp);
                return;
            }
        }
        inp.state().report(Diagnostic::error(
            &codes::ANNOTATION,
            "empty braces annotate the whole object",
            braces,
            "expected `{} = 'text'`",
        ));
    }

    fn unclosed(&mut self, inp: &mut Input<'_, '_>, first: Tok, tok: Tok, with_bars: bool) -> Span {
        let at = inp.state().end_before(tok);
        // An empty span: the bracket itself has no end, which has been reported.
        let bracket_is_there = tok.span.start < tok.span.end || tok.kind == Kind::End;
        if with_bars && bracket_is_there {
            inp.state().report(
                Diagnostic::error(&codes::UNCLOSED_SLOTS, "this slot list has no end", first.span, "begins here")
                    .also(tok.span, "expected a bar before this")
                    .fix("put a bar in", vec![Edit::insert(at, " |")]),
            );
        }
        Span { start: at, end: at }
    }
}

/// `|:x|- x`: what should be a bar was read as part of an operator.
fn bar_and_operator(inp: &mut Input<'_, '_>, tok: Tok) {
    let text = inp.state().text(tok.span).to_owned();
    inp.state().report(
        Diagnostic::error(
            &codes::UNCLOSED_SLOTS,
            format!("`{text}` was read as one operator"),
            tok.span,
            "no bar ends the slot list",
        )
        .fix("put a blank behind the bar", vec![Edit::insert(tok.span.start + 1, " ")]),
    );
}

fn optional_period(inp: &mut Input<'_, '_>) {
    if peek(inp).kind == Kind::Period {
        inp.skip();
    }
}

pub(super) fn begins_slot(kind: Kind) -> bool {
    kind.is_operator() || matches!(kind, Kind::Name | Kind::CapitalName | Kind::Argument | Kind::Keyword | Kind::CapitalKeyword)
}

/// Reports what cannot be a slot and skips it, brackets and all, up to the next period or bar.
fn not_a_slot(inp: &mut Input<'_, '_>, tok: Tok) {
    if tok.kind == Kind::Period {
        inp.skip();
        return inp.state().report(
            Diagnostic::error(&codes::STRAY_PERIOD, "there is no slot before this period", tok.span, "one too many")
                .fix("remove it", vec![Edit::replace(tok.span, "")]),
        );
    }
    inp.skip();
    let (mut depth, mut span) = (i32::from(tok.kind.closer().is_some()), tok.span);
    loop {
        let next = peek(inp);
        let stops = matches!(next.kind, Kind::Period | Kind::Bar | Kind::TailBar) || ends(next.kind);
        if next.kind == Kind::End || (depth == 0 && stops) {
            break;
        }
        inp.skip();
        span = span.to(next.span);
        depth += i32::from(next.kind.closer().is_some()) - i32::from(next.kind.is_closer());
    }
    optional_period(inp);
    let text = inp.state().text(tok.span).to_owned();
    inp.state().report(
        Diagnostic::error(&codes::NOT_A_SLOT, format!("no slot begins with `{text}`"), span, "not a slot")
            .help("a slot is `x`, `x = e`, `x <- e`, `:argument`, or a method such as `at: i Put: v = ( … )`"),
    );
}
