//! From code to bytes.

use std::sync::Arc;

use super::model::{Bytes, WireCode, WireConst, WireFile, WireInit, WireInline, WireObject, WireSite, WireSlot};
use crate::code::{Code, CodeKind, Const, Origin, SiteKind, SlotInit, SlotTemplate};
use crate::op::Instr;

pub(super) fn body(codes: &[Arc<Code>]) -> Vec<u8> {
    let mut origins: Vec<&Arc<Origin>> = Vec::new();
    let mut written = Vec::with_capacity(codes.len());
    for code in codes {
        let number = origins.iter().position(|o| Arc::ptr_eq(o, &code.origin)).unwrap_or_else(|| {
            origins.push(&code.origin);
            origins.len() - 1
        });
        written.push((number as u32, encode(code)));
    }
    pack(&WireFile {
        origins: origins.iter().map(|o| (&*o.file, &*o.text)).collect(),
        codes: written.iter().map(|(number, bytes)| (*number, Bytes(bytes))).collect(),
    })
}

fn pack(value: &impl serde::Serialize) -> Vec<u8> {
    // Only a serializer that runs out of room or a length that is not known ahead could fail; neither happens to a vector.
    postcard::to_stdvec(value).unwrap_or_default()
}

pub(super) fn encode(code: &Code) -> Vec<u8> {
    let instrs = instructions(&code.instrs);
    let spans = spans(&code.spans);
    let blocks: Vec<Vec<u8>> = code.blocks.iter().map(|b| encode(b)).collect();
    let objects: Vec<Vec<Vec<u8>>> = code.objects.iter().map(|o| methods(&o.slots)).collect();
    let own = methods(&code.slots);
    pack(&WireCode {
        kind: kind_number(code.kind),
        name: &code.name,
        argc: code.argc,
        nregs: code.nregs,
        fixed: code.fixed,
        instrs: Bytes(&instrs),
        spans: Bytes(&spans),
        consts: code.consts.iter().map(constant).collect(),
        sites: code.sites.iter().map(site).collect(),
        prims: code.prims.iter().map(String::as_str).collect(),
        blocks: blocks.iter().map(|b| Bytes(b)).collect(),
        objects: code.objects.iter().zip(&objects).map(|(o, m)| object(o, m)).collect(),
        slots: slots(&code.slots, &own),
        captures: code.captures.clone(),
        path: code.path.clone(),
        self_capture: code.self_capture,
        home: code.home,
        inline_sites: code.inline_sites.iter().map(inline).collect(),
        locals: code.locals.iter().map(|l| (&*l.name, l.reg, l.boxed, l.from, l.to)).collect(),
        leaf: code.leaf.as_ref().map(|l| (l.primitive.as_str(), l.argc)),
        handler: code.handler,
        span: code.span,
    })
}

pub(super) fn kind_number(kind: CodeKind) -> u8 {
    match kind {
        CodeKind::Method => 0,
        CodeKind::Block => 1,
        CodeKind::TopLevel => 2,
        CodeKind::InlinedBlock => 3,
    }
}

fn instructions(instrs: &[Instr]) -> Vec<u8> {
    let mut out = Vec::with_capacity(instrs.len() * 8);
    for instr in instrs {
        out.extend_from_slice(&[instr.op as u8, instr.n]);
        for operand in [instr.a, instr.b, instr.c] {
            out.extend_from_slice(&operand.to_le_bytes());
        }
    }
    out
}

fn spans(spans: &[(u32, u32)]) -> Vec<u8> {
    let mut out = Vec::with_capacity(spans.len() * 3);
    let mut last = 0i64;
    for (start, end) in spans {
        let distance = i64::from(*start) - last;
        last = i64::from(*start);
        number(&mut out, ((distance << 1) ^ (distance >> 63)) as u64);
        number(&mut out, u64::from(end.saturating_sub(*start)));
    }
    out
}

fn number(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn constant(constant: &Const) -> WireConst<'_> {
    match constant {
        Const::Int(i) => WireConst::Int(*i),
        Const::Big(digits) => WireConst::Big(digits),
        Const::Float(x) => WireConst::Float(*x),
        Const::Str(text) => WireConst::Str(text),
    }
}

fn site(site: &crate::code::Site) -> WireSite<'_> {
    match &site.kind {
        SiteKind::Explicit => WireSite::Explicit(&site.selector, site.argc),
        SiteKind::Implicit => WireSite::Implicit(&site.selector, site.argc),
        SiteKind::Resend => WireSite::Resend(&site.selector, site.argc),
        SiteKind::Delegate(parent) => WireSite::Delegate(&site.selector, site.argc, parent),
    }
}

fn inline(site: &crate::code::InlineSite) -> WireInline<'_> {
    WireInline {
        pc: site.pc,
        selector: &site.selector,
        receiver: site.receiver,
        arguments: site.arguments.clone(),
        result: site.result,
        join: site.join,
        window: site.window,
        span: site.span,
    }
}

/// The methods of slots as bytes, nothing for other slots.
fn methods(slots: &[SlotTemplate]) -> Vec<Vec<u8>> {
    let method = |slot: &SlotTemplate| match &slot.init {
        SlotInit::Method(method) => encode(method.code()),
        _ => Vec::new(),
    };
    slots.iter().map(method).collect()
}

fn object<'a>(object: &'a crate::code::ObjectTemplate, methods: &'a [Vec<u8>]) -> WireObject<'a> {
    WireObject { slots: slots(&object.slots, methods), annotation: object.annotation.as_deref(), inits: object.inits }
}

fn slots<'a>(slots: &'a [SlotTemplate], methods: &'a [Vec<u8>]) -> Vec<WireSlot<'a>> {
    let wire = |(slot, method): (&'a SlotTemplate, &'a Vec<u8>)| WireSlot {
        name: &slot.name,
        assignable: slot.assignable,
        parent: slot.parent,
        init: match slot.init {
            SlotInit::Nil => WireInit::Nil,
            SlotInit::Value(n) => WireInit::Value(n),
            SlotInit::Method(_) => WireInit::Method(Bytes(method)),
        },
        comment: slot.comment.as_deref(),
        annotation: slot.annotation.as_deref(),
        type_text: slot.type_text.as_deref(),
    };
    slots.iter().zip(methods).map(wire).collect()
}
