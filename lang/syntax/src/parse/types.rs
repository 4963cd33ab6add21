//! Type annotations: `< … >`. They are read and kept; they mean nothing to the program.

use super::{Deep, Extra, In, Input, Rule, ahead, peek, token};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::tokens::Kind;
use crate::tree::{SlotList, Span, Type, TypeKind};
use chumsky::prelude::*;

type D = Deep<Type>;

/// `< type >`, beginning at the `<`. The `>` may have a tail behind it that belongs to the slot.
pub(super) fn annotation<'t>(slots: Rule<'t, Deep<SlotList>>) -> Rule<'t, D> {
    let inner = recursive(|inner| {
        let atom = choice((name(), block(inner.clone().boxed()), paren(inner.boxed(), slots))).boxed();
        union(choice((bound(atom.clone()), applied(atom))).boxed())
    })
    .boxed();
    let less = any()
        .filter(|tok: &super::Tok| matches!(tok.kind, Kind::Less | Kind::CaretLess))
        .map(|tok: super::Tok| Span { start: tok.span.end - 1, end: tok.span.end });
    let greater = token(Kind::Greater).or_not();
    less.then(inner.or(missing()))
        .then(greater)
        .map_with(|((less, mut inner), greater), e| {
            let state = e.state();
            let end = greater.unwrap_or_else(|| {
                state.report(
                    Diagnostic::error(&codes::TYPE, "this type has no end", less, "begins here")
                        .help("a type stands between `<` and `>`, with a blank before an operator that follows"),
                );
                inner.node.span
            });
            inner.node.span = less.to(end);
            inner
        })
        .boxed()
}

fn leaf(kind: TypeKind, span: Span) -> D {
    Deep { node: Type { kind, span }, height: 0 }
}

/// A type that is not there.
fn missing<'t>() -> impl Parser<'t, In<'t>, D, Extra<'t>> + Clone {
    custom(|inp: &mut Input<'t, '_>| {
        let tok = peek(inp);
        inp.state().report(Diagnostic::error(&codes::TYPE, "a type is missing here", tok.span, "expected a type").help(
            "types are named by their prototypes, `<int>`, or written out: `<A | nil>`, `<[int ^ bool]>`, `<list of: int>`",
        ));
        Ok(leaf(TypeKind::Error, Span { start: tok.span.start, end: tok.span.start }))
    })
}

fn name<'t>() -> impl Parser<'t, In<'t>, D, Extra<'t>> + Clone {
    any()
        .filter(|tok: &super::Tok| matches!(tok.kind, Kind::Name | Kind::CapitalName | Kind::SelfWord))
        .map(|tok: super::Tok| leaf(TypeKind::Name(tok.span), tok.span))
}

/// `A | B`
fn union<'t>(member: Rule<'t, D>) -> Rule<'t, D> {
    let more = token(Kind::Bar).ignore_then(member.clone().or(missing()));
    member
        .then(more.repeated().collect::<Vec<_>>())
        .map(|(first, more)| {
            if more.is_empty() {
                return first;
            }
            let members: Vec<D> = std::iter::once(first).chain(more).collect();
            let height = members.iter().map(|m| m.height).max().unwrap_or(0);
            let members: Vec<Type> = members.into_iter().map(|m| m.node).collect();
            let span = members[0].span.to(members[members.len() - 1].span);
            Deep { node: Type { kind: TypeKind::Union(members), span }, height }
        })
        .boxed()
}

/// `T: bound`
fn bound<'t>(atom: Rule<'t, D>) -> Rule<'t, D> {
    token(Kind::CapitalKeyword)
        .then(atom.or(missing()))
        .map(|(keyword, bound)| {
            let variable = Span { start: keyword.start, end: keyword.end - 1 };
            let span = keyword.to(bound.node.span);
            Deep { node: Type { kind: TypeKind::Bound(variable, Box::new(bound.node)), span }, height: bound.height }
        })
        .boxed()
}

/// `dictionary of: K To: V`
fn applied<'t>(atom: Rule<'t, D>) -> Rule<'t, D> {
    let part = |kind: Kind| token(kind).then(atom.clone().or(missing()));
    let parts = part(Kind::Keyword).map(|part| vec![part]).foldl(
        part(Kind::CapitalKeyword).repeated(),
        |mut parts: Vec<(Span, D)>, part| {
            parts.push(part);
            parts
        },
    );
    atom.clone()
        .then(ahead(|kind| kind == Kind::Keyword).ignore_then(parts).or_not())
        .map(|(base, parts)| {
            let Some(parts) = parts else { return base };
            let height = parts.iter().map(|(_, part)| part.height).max().unwrap_or(0).max(base.height);
            let span = parts.last().map_or(base.node.span, |(_, part)| base.node.span.to(part.node.span));
            let parts = parts.into_iter().map(|(keyword, part)| (keyword, part.node)).collect();
            Deep { node: Type { kind: TypeKind::Apply(Box::new(base.node), parts), span }, height }
        })
        .boxed()
}

/// `[A, B ^ R]`
fn block<'t>(inner: Rule<'t, D>) -> Rule<'t, D> {
    custom(move |inp: &mut Input<'t, '_>| {
        let open = peek(inp);
        if open.kind != Kind::OpenBracket {
            return Err(EmptyErr::default());
        }
        inp.skip();
        let (mut arguments, mut height) = (Vec::new(), 0);
        while let Some(argument) = inp.parse(inner.clone().or_not())? {
            height = height.max(argument.height);
            arguments.push(argument.node);
            if peek(inp).kind != Kind::Comma {
                break;
            }
            inp.skip();
        }
        let result = match peek(inp).kind {
            Kind::Caret => {
                inp.skip();
                let result = inp.parse(inner.clone().or(missing()))?;
                height = height.max(result.height);
                Some(Box::new(result.node))
            }
            _ => None,
        };
        let span = open.span.to(finish(inp));
        Ok(Deep { node: Type { kind: TypeKind::Block(arguments, result), span }, height: height + 1 })
    })
    .boxed()
}

/// `(| slots |)`, or a type in parentheses.
fn paren<'t>(inner: Rule<'t, D>, slots: Rule<'t, Deep<SlotList>>) -> Rule<'t, D> {
    custom(move |inp: &mut Input<'t, '_>| {
        let open = peek(inp);
        if open.kind != Kind::OpenParen {
            return Err(EmptyErr::default());
        }
        inp.skip();
        let mut type_ = if peek(inp).kind == Kind::Bar {
            let list = inp.parse(&slots)?;
            Deep { node: Type { kind: TypeKind::Object(list.node), span: open.span }, height: list.height }
        } else {
            inp.parse(inner.clone().or(missing()))?
        };
        type_.node.span = open.span.to(finish(inp));
        type_.height += 1;
        Ok(type_)
    })
    .boxed()
}

/// Up to the closing bracket; what stands before it does not belong there.
fn finish(inp: &mut Input<'_, '_>) -> Span {
    let (mut depth, mut junk) = (0, None::<Span>);
    loop {
        let tok = peek(inp);
        if tok.kind == Kind::End {
            return tok.span;
        }
        inp.skip();
        if depth == 0 && tok.kind.is_closer() {
            if let Some(span) = junk {
                inp.state().report(Diagnostic::error(&codes::TYPE, "this does not belong to a type", span, "skipped"));
            }
            return tok.span;
        }
        junk = Some(junk.map_or(tok.span, |before| before.to(tok.span)));
        depth = depth + u32::from(tok.kind.closer().is_some()) - u32::from(tok.kind.is_closer());
    }
}
