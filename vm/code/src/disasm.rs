//! Code as a listing for people.
//!
//! One line an instruction: number, mnemonic, operands by their roles, and what an index stands for. Nested code follows,
//! indented. The listing is for reading and for tests; nothing reads it back.

use std::fmt::Write;

use crate::code::{Code, CodeKind, Const, ObjectTemplate, SiteKind, SlotInit, SlotTemplate};
use crate::op::{Instr, Op, Role};

/// A readable listing of code and of everything nested in it.
pub fn disassemble(code: &Code) -> String {
    let mut out = String::new();
    list(&mut out, code, 0);
    out
}

/// One instruction on one line.
pub fn disassemble_instr(code: &Code, pc: usize) -> String {
    code.instrs.get(pc).map_or_else(String::new, |instr| line(code, pc, *instr))
}

/// Nested code deeper than this is left out.
const DEPTH: usize = 300;

fn list(out: &mut String, code: &Code, depth: usize) {
    if depth > DEPTH {
        return;
    }
    let pad = "  ".repeat(depth);
    let _ = writeln!(out, "{pad}{}", header(code));
    for (pc, instr) in code.instrs.iter().enumerate() {
        let _ = writeln!(out, "{pad}  {pc:4} {}", line(code, pc, *instr));
    }
    for site in &code.inline_sites {
        let _ = writeln!(
            out,
            "{pad}  inlined at {}: r{} {} {} -> r{}, go on at {}, window r{}",
            site.pc,
            site.receiver,
            site.selector,
            site.arguments.iter().map(|a| a.map_or("[]".to_owned(), |r| format!("r{r}"))).collect::<Vec<_>>().join(" "),
            site.result,
            site.join,
            site.window
        );
    }
    if !code.locals.is_empty() {
        let names: Vec<String> = code
            .locals
            .iter()
            .map(|l| format!("r{}{} {} {}..{}", l.reg, if l.boxed { "[]" } else { "" }, l.name, l.from, l.to))
            .collect();
        let _ = writeln!(out, "{pad}  locals {}", names.join(", "));
    }
    for (i, block) in code.blocks.iter().enumerate() {
        let _ = writeln!(out, "{pad}  block {i}:");
        list(out, block, depth + 2);
    }
    for (i, object) in code.objects.iter().enumerate() {
        list_object(out, i, object, depth + 1);
    }
    for slot in &code.slots {
        list_slot(out, slot, depth + 1);
    }
}

fn header(code: &Code) -> String {
    let kind = match code.kind {
        CodeKind::Method => "method",
        CodeKind::Block => "block",
        CodeKind::TopLevel => "top level",
        CodeKind::InlinedBlock => "inlined block",
    };
    let mut text = format!("{kind} `{}` args {} regs {}", code.name, code.argc, code.nregs);
    if !code.captures.is_empty() {
        let regs: Vec<String> = code.captures.iter().map(|r| format!("r{r}")).collect();
        let _ = write!(text, " captures {}", regs.join(" "));
    }
    if let Some(capture) = code.self_capture {
        let _ = write!(text, " self #{capture}");
    }
    if let Some(home) = code.home {
        let _ = write!(text, " home r{home}");
    }
    if let Some(leaf) = &code.leaf {
        let _ = write!(text, " leaf {}/{}", leaf.primitive, leaf.argc);
    }
    if code.handler {
        text.push_str(" handler");
    }
    text
}

fn list_object(out: &mut String, number: usize, object: &ObjectTemplate, depth: usize) {
    let _ = writeln!(out, "{}object {number}:", "  ".repeat(depth));
    for slot in &object.slots {
        list_slot(out, slot, depth + 1);
    }
}

fn list_slot(out: &mut String, slot: &SlotTemplate, depth: usize) {
    let star = if slot.parent { "*" } else { "" };
    let arrow = if slot.assignable { "<-" } else { "=" };
    let type_ = slot.type_text.as_ref().map_or(String::new(), |t| format!(" {t}"));
    let value = match &slot.init {
        SlotInit::Nil => "nil".to_owned(),
        SlotInit::Value(n) => format!("value {n}"),
        SlotInit::Method(_) => "method".to_owned(),
    };
    let _ = writeln!(out, "{}slot {}{star}{type_} {arrow} {value}", "  ".repeat(depth), slot.name);
    if let SlotInit::Method(method) = &slot.init {
        list(out, method.code(), depth + 1);
    }
}

fn line(code: &Code, pc: usize, instr: Instr) -> String {
    let [n, a, b, c] = instr.op.roles();
    let wide = matches!(b, Role::Const | Role::Jump) || instr.op == Op::LoadInt;
    let mut parts = Vec::new();
    operand(code, pc, instr, a, instr.a, &mut parts);
    if instr.op == Op::LoadInt {
        parts.push(instr.bc().to_string());
    } else {
        operand(code, pc, instr, b, instr.b, &mut parts);
    }
    if !wide {
        operand(code, pc, instr, c, instr.c, &mut parts);
    }
    match n {
        Role::UseN => parts.push(format!("self r{}", instr.n)),
        Role::Imm if !matches!(a, Role::Window) => parts.push(format!("by {}", instr.n)),
        _ => {}
    }
    format!("{:<12} {}", instr.op.mnemonic(), parts.join(" ")).trim_end().to_owned()
}

fn operand(code: &Code, pc: usize, instr: Instr, role: Role, value: u16, parts: &mut Vec<String>) {
    let text = match role {
        Role::None | Role::UseN => return,
        Role::Def => format!("-> r{value}"),
        Role::Use | Role::Inits | Role::Update | Role::Run => format!("r{value}"),
        Role::Window => format!("r{value}..{}", usize::from(value) + usize::from(instr.n)),
        Role::SelfWindow => format!("r{value}.."),
        Role::Const => constant(code, instr),
        Role::Site => site(code, value),
        Role::Prim => code.prims.get(usize::from(value)).cloned().unwrap_or_else(|| "?".to_owned()),
        Role::Block => format!("block {value}"),
        Role::Object => format!("object {value}"),
        Role::Slot => code.slots.get(usize::from(value)).map_or_else(|| "?".to_owned(), |s| s.name.clone()),
        Role::Capture => format!("#{value}"),
        Role::Imm => (value as i16).to_string(),
        Role::Jump => format!("to {}", pc as i64 + 1 + i64::from(instr.bc())),
        Role::Back => format!("to {}", pc as i64 + 1 - i64::from(value)),
    };
    parts.push(text);
}

fn constant(code: &Code, instr: Instr) -> String {
    match usize::try_from(instr.bc()).ok().and_then(|i| code.consts.get(i)) {
        Some(Const::Int(i)) => i.to_string(),
        Some(Const::Big(digits)) => format!("16r{digits}"),
        Some(Const::Float(x)) => format!("{x:?}"),
        Some(Const::Str(text)) => format!("{text:?}"),
        None => "?".to_owned(),
    }
}

fn site(code: &Code, index: u16) -> String {
    let Some(site) = code.sites.get(usize::from(index)) else { return "?".to_owned() };
    match &site.kind {
        SiteKind::Delegate(parent) => format!("{parent}.{}", site.selector),
        SiteKind::Resend => format!("resend.{}", site.selector),
        _ => site.selector.clone(),
    }
}
