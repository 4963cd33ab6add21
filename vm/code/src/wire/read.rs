//! From bytes to code.

use std::sync::Arc;

use super::model::{Bytes, WireCode, WireConst, WireFile, WireInit, WireInline, WireSite, WireSlot};
use crate::code::{
    Code, CodeKind, Const, InlineSite, Leaf, Local, ObjectTemplate, Origin, Site, SiteKind, SlotInit, SlotTemplate,
};
use crate::lazy::MethodCode;
use crate::op::{Instr, Op};

/// Code nested more deeply than this is not read: the parser allows far less.
const MAX_DEPTH: usize = 600;

/// What happens to methods.
#[derive(Clone, Copy)]
pub(super) enum Reader<'a> {
    /// They are read at once.
    Eager,
    /// They are left as ranges of these bytes, which everything is part of.
    Lazy(&'a Arc<[u8]>),
}

pub(super) fn file(bytes: &[u8], reader: Reader<'_>) -> Option<Vec<Arc<Code>>> {
    let file: WireFile<'_> = postcard::from_bytes(bytes).ok()?;
    let origins: Vec<Arc<Origin>> = file.origins.iter().map(|(name, text)| Arc::new(Origin::new(*name, *text))).collect();
    let codes = file.codes.iter().map(|(origin, bytes)| {
        let origin = origins.get(*origin as usize)?;
        code(bytes.0, origin, reader, 0).map(Arc::new)
    });
    codes.collect()
}

/// One piece of code, read at once.
pub(super) fn whole(bytes: &[u8], origin: &Arc<Origin>) -> Option<Code> {
    code(bytes, origin, Reader::Eager, 0)
}

/// A method that was left unread.
fn later(whole: &Arc<[u8]>, range: std::ops::Range<usize>, origin: &Arc<Origin>) -> Option<Code> {
    code(whole.get(range)?, origin, Reader::Lazy(whole), 0)
}

fn code(bytes: &[u8], origin: &Arc<Origin>, reader: Reader<'_>, depth: usize) -> Option<Code> {
    if depth > MAX_DEPTH {
        return None;
    }
    let wire: WireCode<'_> = postcard::from_bytes(bytes).ok()?;
    let instrs = instructions(wire.instrs.0)?;
    let spans = spans(wire.spans.0, instrs.len())?;
    let nested = |bytes: &Bytes<'_>| code(bytes.0, origin, reader, depth + 1).map(Arc::new);
    let slots = |slots: &[WireSlot<'_>]| slots.iter().map(|s| slot(s, origin, reader, depth)).collect::<Option<Vec<_>>>();
    let objects = wire.objects.iter().map(|object| {
        Some(ObjectTemplate { slots: slots(&object.slots)?, annotation: object.annotation.map(Into::into), inits: object.inits })
    });
    Some(Code {
        kind: kind(wire.kind)?,
        name: wire.name.into(),
        argc: wire.argc,
        nregs: wire.nregs,
        fixed: wire.fixed,
        instrs,
        spans,
        consts: wire.consts.iter().map(constant).collect(),
        sites: wire.sites.iter().map(site).collect(),
        prims: wire.prims.iter().map(|p| (*p).to_owned()).collect(),
        blocks: wire.blocks.iter().map(nested).collect::<Option<_>>()?,
        objects: objects.collect::<Option<_>>()?,
        slots: slots(&wire.slots)?,
        captures: wire.captures,
        path: wire.path,
        self_capture: wire.self_capture,
        home: wire.home,
        inline_sites: wire.inline_sites.into_iter().map(inline).collect(),
        locals: wire.locals.iter().map(local).collect(),
        leaf: wire.leaf.map(|(primitive, argc)| Leaf { primitive: primitive.to_owned(), argc }),
        handler: wire.handler,
        origin: origin.clone(),
        span: wire.span,
    })
}

fn kind(number: u8) -> Option<CodeKind> {
    let all = [CodeKind::Method, CodeKind::Block, CodeKind::TopLevel, CodeKind::InlinedBlock];
    all.into_iter().find(|kind| super::write::kind_number(*kind) == number)
}

fn instructions(bytes: &[u8]) -> Option<Vec<Instr>> {
    let (words, rest) = bytes.as_chunks::<8>();
    if !rest.is_empty() {
        return None;
    }
    let short = |low: u8, high: u8| u16::from_le_bytes([low, high]);
    let instr = |w: &[u8; 8]| {
        let op = *Op::ALL.get(usize::from(w[0]))?;
        Some(Instr::new(op, w[1], short(w[2], w[3]), short(w[4], w[5]), short(w[6], w[7])))
    };
    words.iter().map(instr).collect()
}

fn spans(mut bytes: &[u8], count: usize) -> Option<Vec<(u32, u32)>> {
    let mut spans = Vec::with_capacity(count);
    let mut last = 0i64;
    for _ in 0..count {
        let distance = number(&mut bytes)?;
        last = last.checked_add((distance >> 1) as i64 ^ -((distance & 1) as i64))?;
        let start = u32::try_from(last).ok()?;
        let length = u32::try_from(number(&mut bytes)?).ok()?;
        spans.push((start, start.checked_add(length)?));
    }
    bytes.is_empty().then_some(spans)
}

fn number(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..63).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7F) << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn constant(constant: &WireConst<'_>) -> Const {
    match constant {
        WireConst::Int(i) => Const::Int(*i),
        WireConst::Big(digits) => Const::Big((*digits).to_owned()),
        WireConst::Float(x) => Const::Float(*x),
        WireConst::Str(text) => Const::Str((*text).to_owned()),
    }
}

fn site(site: &WireSite<'_>) -> Site {
    let (selector, argc, kind) = match site {
        WireSite::Explicit(selector, argc) => (selector, argc, SiteKind::Explicit),
        WireSite::Implicit(selector, argc) => (selector, argc, SiteKind::Implicit),
        WireSite::Resend(selector, argc) => (selector, argc, SiteKind::Resend),
        WireSite::Delegate(selector, argc, parent) => (selector, argc, SiteKind::Delegate((*parent).to_owned())),
    };
    Site { selector: (*selector).to_owned(), argc: *argc, kind }
}

fn inline(site: WireInline<'_>) -> InlineSite {
    InlineSite {
        pc: site.pc,
        selector: site.selector.to_owned(),
        receiver: site.receiver,
        arguments: site.arguments,
        result: site.result,
        join: site.join,
        window: site.window,
        span: site.span,
    }
}

fn local((name, reg, boxed, from, to): &(&str, u16, bool, u32, u32)) -> Local {
    Local { name: (*name).into(), reg: *reg, boxed: *boxed, from: *from, to: *to }
}

fn slot(slot: &WireSlot<'_>, origin: &Arc<Origin>, reader: Reader<'_>, depth: usize) -> Option<SlotTemplate> {
    let init = match &slot.init {
        WireInit::Nil => SlotInit::Nil,
        WireInit::Value(n) => SlotInit::Value(*n),
        WireInit::Method(bytes) => SlotInit::Method(match reader {
            Reader::Eager => Arc::new(code(bytes.0, origin, reader, depth + 1)?).into(),
            Reader::Lazy(whole) => {
                let start = (bytes.0.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)?;
                MethodCode::stored(whole.clone(), start..start + bytes.0.len(), origin.clone(), later)
            }
        }),
    };
    Some(SlotTemplate {
        name: slot.name.to_owned(),
        assignable: slot.assignable,
        parent: slot.parent,
        init,
        comment: slot.comment.map(Into::into),
        annotation: slot.annotation.map(Into::into),
        type_text: slot.type_text.map(Into::into),
    })
}
