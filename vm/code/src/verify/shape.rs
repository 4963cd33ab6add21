//! What each instruction and table entry must look like by itself: items 1 to 10 of the checklist.

use super::{Complaint, bad, wrong};
use crate::code::{Code, CodeKind, InlineSite, SiteKind, SlotInit};
use crate::flow::{falls_through, site_at, target, window};
use crate::op::{Instr, Op, Role};

type Check = Result<(), Complaint>;

pub(super) fn check(code: &Code) -> Check {
    header(code)?;
    tables(code)?;
    let mut targets = vec![false; code.instrs.len()];
    for (pc, instr) in code.instrs.iter().enumerate() {
        operands(code, pc, *instr)?;
        follow(code, pc, *instr)?;
        if let Some(to) = target(pc, *instr) {
            match targets.get_mut(to) {
                Some(mark) => *mark = true,
                None => return wrong(pc, "jumps outside"),
            }
        } else if matches!(instr.op.roles()[2], Role::Jump) || instr.op.roles()[3] == Role::Back {
            return wrong(pc, "jumps outside");
        }
    }
    sites(code, &mut targets)?;
    guards_are_whole(code, &targets)
}

fn header(code: &Code) -> Check {
    let (count, nregs) = (code.instrs.len(), usize::from(code.nregs));
    if count == 0 {
        return bad("no instructions");
    }
    if count > i32::MAX as usize {
        return bad("too many instructions");
    }
    if code.spans.len() != count {
        return bad("spans do not go with instructions");
    }
    let length = code.origin.text.len();
    let outside = |(start, end): (u32, u32)| start > end || end as usize > length;
    if outside(code.span) || code.spans.iter().any(|s| outside(*s)) {
        return bad("a span lies outside the source");
    }
    if nregs < usize::from(code.argc) + 1 {
        return bad("fewer registers than arguments");
    }
    let is_block = matches!(code.kind, CodeKind::Block | CodeKind::InlinedBlock);
    if !is_block && (!code.captures.is_empty() || code.self_capture.is_some()) {
        return bad("only blocks capture");
    }
    if code.self_capture.is_some_and(|i| usize::from(i) >= code.captures.len()) {
        return bad("self is not among the captures");
    }
    if code.fixed > code.nregs {
        return bad("more fixed registers than registers");
    }
    if code.home.is_some_and(|r| usize::from(r) >= nregs) {
        return bad("the token has no register");
    }
    if code.handler && (code.kind != CodeKind::Method || code.argc == 0) {
        return bad("a handler has no argument");
    }
    if code.leaf.as_ref().is_some_and(|l| l.argc != code.argc || code.kind != CodeKind::Method) {
        return bad("not the leaf that it says");
    }
    let local_fits = |l: &crate::code::Local| usize::from(l.reg) < nregs && l.from < l.to && l.to as usize <= count;
    if !code.locals.iter().all(local_fits) {
        return bad("a name has no register or no range");
    }
    Ok(())
}

fn tables(code: &Code) -> Check {
    for object in &code.objects {
        let values = object.slots.iter().filter_map(|s| if let SlotInit::Value(n) = s.init { Some(n) } else { None });
        if values.into_iter().any(|n| n >= object.inits) {
            return bad("an object literal uses a value that it does not have");
        }
    }
    if code.slots.iter().any(|s| matches!(s.init, SlotInit::Value(n) if n != 0)) {
        return bad("a slot of the top level has more than one value");
    }
    if !code.slots.is_empty() && code.kind != CodeKind::TopLevel {
        return bad("only the top level adds slots");
    }
    Ok(())
}

fn operands(code: &Code, pc: usize, instr: Instr) -> Check {
    let [n, a, b, c] = instr.op.roles();
    match n {
        Role::None if instr.n != 0 => return wrong(pc, "an unused operand is not zero"),
        Role::UseN => register(code, pc, usize::from(instr.n))?,
        _ => {}
    }
    operand(code, pc, instr, a, instr.a)?;
    operand(code, pc, instr, b, instr.b)?;
    if !matches!(b, Role::Const | Role::Jump) {
        operand(code, pc, instr, c, instr.c)?;
    }
    if let Some(window) = window(code, instr) {
        let least = if instr.op == Op::PrimOrJump { window.start + 2 } else { 0 };
        register(code, pc, window.end.max(least) - 1)?;
    }
    match instr.op {
        Op::Capture if !matches!(code.kind, CodeKind::Block | CodeKind::InlinedBlock) => wrong(pc, "only blocks read captures"),
        Op::UpGet | Op::UpSet if code.kind != CodeKind::InlinedBlock => wrong(pc, "only blocks of inlined messages reach up"),
        Op::UpGet | Op::UpSet if usize::from(instr.n) >= code.captures.len() => wrong(pc, "there is no such token"),
        Op::AddSlot if code.kind != CodeKind::TopLevel => wrong(pc, "only the top level adds slots"),
        Op::CountUp | Op::CountBelow | Op::CountDown if instr.n == 0 => wrong(pc, "counts by nothing"),
        _ => Ok(()),
    }
}

fn register(code: &Code, pc: usize, reg: usize) -> Check {
    if reg < usize::from(code.nregs) { Ok(()) } else { wrong(pc, format!("there is no register {reg}")) }
}

fn index(pc: usize, index: usize, count: usize, what: &str) -> Check {
    if index < count { Ok(()) } else { wrong(pc, format!("there is no {what} {index}")) }
}

fn operand(code: &Code, pc: usize, instr: Instr, role: Role, value: u16) -> Check {
    let number = usize::from(value);
    match role {
        Role::None if value != 0 => wrong(pc, "an unused operand is not zero"),
        Role::None | Role::Imm | Role::UseN | Role::Jump | Role::Back => Ok(()),
        Role::Def | Role::Use | Role::Update | Role::Window | Role::SelfWindow => register(code, pc, number),
        Role::Run => register(code, pc, (number + usize::from(instr.c)).saturating_sub(1)),
        Role::Inits => {
            let count = code.objects.get(usize::from(instr.b)).map_or(0, |o| usize::from(o.inits));
            register(code, pc, (number + count).saturating_sub(1))
        }
        Role::Const => match usize::try_from(instr.bc()) {
            Ok(number) => index(pc, number, code.consts.len(), "constant"),
            Err(_) => wrong(pc, "there is no such constant"),
        },
        Role::Site => site(code, pc, instr, number),
        Role::Prim => {
            index(pc, number, code.prims.len(), "primitive")?;
            let wanted = code.prims[number].matches(':').count();
            if usize::from(instr.n) == wanted {
                Ok(())
            } else {
                wrong(pc, format!("a primitive of {wanted} arguments with {}", instr.n))
            }
        }
        Role::Block => {
            index(pc, number, code.blocks.len(), "block")?;
            code.blocks[number].captures.iter().try_for_each(|r| register(code, pc, usize::from(*r)))
        }
        Role::Object => index(pc, number, code.objects.len(), "object literal"),
        Role::Slot => index(pc, number, code.slots.len(), "slot"),
        Role::Capture => index(pc, number, code.captures.len(), "capture"),
    }
}

fn site(code: &Code, pc: usize, instr: Instr, number: usize) -> Check {
    index(pc, number, code.sites.len(), "site")?;
    let site = &code.sites[number];
    let fits = match instr.op {
        Op::Send => site.kind == SiteKind::Explicit && site.argc == instr.n,
        Op::SendSelf => site.kind == SiteKind::Implicit,
        _ => matches!(site.kind, SiteKind::Resend | SiteKind::Delegate(_)) && site.argc == instr.n,
    };
    if fits { Ok(()) } else { wrong(pc, "the instruction does not fit its site") }
}

/// What must come after an instruction.
fn follow(code: &Code, pc: usize, instr: Instr) -> Check {
    let next = code.instrs.get(pc + 1).copied();
    if next.is_none() && falls_through(instr.op) {
        return wrong(pc, "falls off the end");
    }
    if instr.op == Op::PrimOrJump && next.is_none_or(|i| i.op != Op::Jump) {
        return wrong(pc, "no jump for failure follows");
    }
    if instr.op == Op::PrimOrJump && code.instrs.len() <= pc + 2 {
        return wrong(pc, "nothing follows success");
    }
    let Some(send) = next.filter(|_| instr.op.is_guard()) else { return Ok(()) };
    let argc = if matches!(instr.op, Op::AtPut | Op::SendThree) { 2 } else { 1 };
    if send.op != Op::Send || send.n != argc {
        return wrong(pc, "its send does not follow");
    }
    if instr.op.roles()[1] == Role::Def && instr.a != send.c {
        return wrong(pc, "its send answers elsewhere");
    }
    if !instr.op.is_compare_jump() {
        return Ok(());
    }
    match code.instrs.get(pc + 2) {
        Some(jump) if matches!(jump.op, Op::JumpTrue | Op::JumpFalse) && jump.a == send.c => Ok(()),
        _ => wrong(pc, "no jump follows the comparison's send"),
    }
}

fn sites(code: &Code, targets: &mut [bool]) -> Check {
    let mut last = None;
    for site in &code.inline_sites {
        let pc = site.pc as usize;
        if last.is_some_and(|l| l >= site.pc) {
            return wrong(pc, "inline sites are out of order");
        }
        last = Some(site.pc);
        inline_site(code, pc, site)?;
        targets[site.join as usize] = true;
    }
    let tests = code.instrs.iter().enumerate().filter(|(_, i)| matches!(i.op, Op::JumpTrue | Op::JumpFalse | Op::CheckNumber));
    for (pc, _) in tests {
        if site_at(code, pc).is_none() {
            return wrong(pc, "the test has no inline site");
        }
    }
    Ok(())
}

fn inline_site(code: &Code, pc: usize, site: &InlineSite) -> Check {
    let Some(test) = code.instrs.get(pc) else { return wrong(pc, "an inline site outside") };
    if !matches!(test.op, Op::JumpTrue | Op::JumpFalse | Op::CheckNumber) || test.a != site.receiver {
        return wrong(pc, "the inline site does not belong here");
    }
    index(pc, site.join as usize, code.instrs.len(), "instruction")?;
    register(code, pc, usize::from(site.result))?;
    register(code, pc, usize::from(site.window) + site.arguments.len())?;
    site.arguments.iter().flatten().try_for_each(|r| register(code, pc, usize::from(*r)))
}

/// Nothing leads to the send of a guard but the guard.
fn guards_are_whole(code: &Code, targets: &[bool]) -> Check {
    for (pc, instr) in code.instrs.iter().enumerate() {
        if instr.op.is_guard() && targets[pc + 1] {
            return wrong(pc + 1, "a jump leads into the middle of a guarded operation");
        }
        if instr.op == Op::PrimOrJump && targets[pc + 1] {
            return wrong(pc + 1, "a jump leads to what only a failure may do");
        }
    }
    Ok(())
}
