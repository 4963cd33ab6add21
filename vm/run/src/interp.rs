//! The interpreter's loop.
//!
//! It keeps the running activation in local variables (code, next instruction, base of the registers, inline caches, frame) and writes them
//! back (`save!`) before it calls anything that looks at the process; afterwards it reads them again (`load!`). Slow paths are functions of
//! the machine that push, pop and change activations of the process.
//!
//! *Safepoints* are: after an instruction that allocated, at the entry of a method, and at the end of a loop's turn. Only there may a collection run,
//! the process be preempted, or a limit be noticed. `hot.budget` counts activations and loop turns; when it is below zero the slow path
//! finds out why, so that counting, preemption and interruption cost one decrement.
//!
//! What must stay true: the code was verified, so registers, constants and jumps are in range; the stack has room for the running activation's
//! registers.
#![allow(unsafe_code)]

use aura_code::Op;
use aura_heap::{Kind, Value, layout};

use crate::activate::token;
use crate::arith::{self, Compare};
use crate::control::Outcome;
use crate::linked::{CodeRef, EntryKind};
use crate::native::{self, FLOATS, OTHERS, slow_kinds};
use crate::prim::Run;
use crate::process::{Frame, Process, flag};
use crate::vm::Vm;

/// Why the loop was left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Left {
    /// The slice of fuel is used up; the process is ready.
    Slice,
    /// The process's status says why.
    Status,
    /// The activation that compiled code asked for has answered. (Never the outermost loop's.)
    Returned(Value),
    /// The activations below, which compiled code runs, are to be gone on with by the outermost loop. (Never the outermost loop's.)
    Bail,
}

/// Runs process `p` for at most `slice` units of fuel.
pub(crate) fn run(vm: &mut Vm, p: &mut Process, slice: u64) -> Left {
    let granted = p.grant(slice) as i64;
    let hot = &mut vm.hot;
    (hot.budget, hot.granted) = (granted, granted);
    (hot.process, hot.floor) = (&raw mut *p, native::floor());
    // Of trials everything is counted and judged exactly, which only the interpreter does.
    hot.native = !p.trial;
    if hot.abandon {
        vm.free_dropped();
    }
    vm.take_over_compiled();
    let left = loop {
        let left = interpret(vm, p, std::ptr::null_mut());
        let withheld = std::mem::take(&mut vm.hot.withheld);
        vm.hot.budget += withheld;
        // Optimized code only wanted a collection.
        if withheld == 0 || left != Left::Slice || vm.hot.budget < 0 {
            break left;
        }
        if vm.heap.wants_collection {
            vm.collect();
        }
    };
    p.budget.burn((granted - vm.hot.budget) as u64);
    if left == Left::Slice {
        vm.count_running(p);
    }
    left
}

/// Runs the last activation of process `p`: all that there are if `floor` is null, else those down to that at `floor`, which compiled code has made and waits for.
#[allow(clippy::too_many_lines)]
#[inline(never)]
pub(crate) fn interpret(vm: &mut Vm, p: &mut Process, mut floor: *mut Frame) -> Left {
    // The activations may come to lie elsewhere.
    let nested = !floor.is_null();
    let lowest = p.depth - 1;
    let proc: *mut Process = p;
    // SAFETY: throughout, `proc` is the process that the caller lent; it is reborrowed only while no other reference to it is in use. Register and
    // instruction pointers stay in range by verification, and are read anew after every call that may move the stacks.
    unsafe {
        // Few enough for the registers that a call preserves; everything else is read from memory when it is needed.
        let mut pc: *const aura_code::Instr;
        let mut base: *mut Value;
        let mut ics: *mut crate::linked::Ic;
        let mut fp: *mut Frame;

        macro_rules! load {
            () => {{
                let p = &mut *proc;
                fp = p.frames.as_mut_ptr().add(p.depth - 1);
                if nested {
                    floor = p.frames.as_mut_ptr().add(lowest);
                }
                // Only unwinding leads below: what waits there in compiled code has been left.
                if fp < floor {
                    return Left::Bail;
                }
                vm.hot.last_frame = p.frames.as_mut_ptr().add(p.frame_limit());
                vm.hot.stack_end = p.stack.as_mut_ptr().add(p.stack.len());
                let code = (*fp).code;
                pc = code.start().add((*fp).pc as usize);
                base = p.stack.as_mut_ptr().add((*fp).base as usize);
                ics = code.ics();
            }};
        }
        // The receiver and the arguments of the send that the next instruction is.
        macro_rules! window {
            ($values:expr) => {
                std::ptr::write(base.add((*pc).a as usize).cast(), $values)
            };
        }
        // Primitives judge powers by the activations below them, so the process must know how many those are.
        macro_rules! depth {
            () => {
                (*proc).depth = fp.offset_from((*proc).frames.as_ptr()) as usize + 1
            };
        }
        macro_rules! save {
            () => {{
                (*fp).pc = pc.offset_from((*fp).code.start()) as u32;
                depth!();
            }};
        }
        macro_rules! reg {
            ($r:expr) => {
                *base.add($r as usize)
            };
        }
        macro_rules! leave {
            ($why:expr) => {
                return $why
            };
        }
        // Compiled code was left: the outermost loop goes on.
        macro_rules! bailed {
            () => {{
                if nested {
                    return Left::Bail;
                }
                if let Some(why) = vm.hot.left.take() {
                    return why;
                }
                load!();
            }};
        }
        // The activation at `fp` goes on in compiled code at place `at`, where there is one.
        macro_rules! resume {
            () => {{
                let mut on = vm.hot.native;
                while on {
                    let Some((start, at)) = native::going_on(&*fp) else { break };
                    match native::call(vm, start, fp, base, at) {
                        Some(v) if fp == floor => leave!(Left::Returned(v)),
                        Some(v) => answered!(v),
                        None => {
                            bailed!();
                            on = false;
                        }
                    }
                }
            }};
        }
        // The activation at `fp` has answered `v`: the one below is the last.
        macro_rules! answered {
            ($v:expr) => {{
                let (ret, at) = ((*fp).ret, (*fp).base);
                fp = fp.sub(1);
                let code = (*fp).code;
                pc = code.start().add((*fp).pc as usize);
                base = base.sub((at - (*fp).base) as usize);
                ics = code.ics();
                reg!(ret) = $v;
            }};
        }
        // After an instruction that may have allocated or charged: a safepoint.
        macro_rules! attention {
            () => {{
                if vm.heap.wants_collection || vm.charged != 0 {
                    vm.hot.budget -= std::mem::take(&mut vm.charged) as i64;
                    if vm.heap.wants_collection {
                        save!();
                        vm.collect();
                    }
                    if vm.hot.budget < 0 {
                        poll!();
                    }
                }
            }};
        }
        // The slice is used up: the scheduler looks at limits and interruptions, and who is next.
        macro_rules! poll {
            () => {{
                save!();
                leave!(Left::Slice);
            }};
        }
        // Activates `callee` with its registers beginning at `win`.
        macro_rules! call {
            ($callee:expr, $win:expr, $ret:expr) => {{
                let callee: CodeRef = $callee;
                let win: *mut Value = $win;
                if fp < vm.hot.last_frame && win.add(callee.nregs.get() as usize) <= vm.hot.stack_end {
                    (*fp).pc = pc.offset_from((*fp).code.start()) as u32;
                    let at = (*fp).base + win.offset_from(base) as u32;
                    fp = fp.add(1);
                    *fp = Frame { code: callee, pc: 0, base: at, ret: $ret as u32, flags: 0, serial: 0 };
                    let heat = callee.heat.get() - 1;
                    callee.heat.set(heat);
                    if heat < 0 && vm.hot.native && vm.compile(callee) {
                        match native::call(vm, callee.native.get(), fp, win, 0) {
                            Some(v) => {
                                fp = fp.sub(1);
                                reg!($ret) = v;
                            }
                            None => bailed!(),
                        }
                        continue;
                    }
                    pc = callee.start();
                    base = win;
                    ics = callee.ics();
                    vm.hot.budget -= 1;
                    if vm.hot.budget < 0 {
                        poll!();
                    }
                } else {
                    save!();
                    let at = index!(win);
                    vm.push(&mut *proc, callee, at, $ret as u32, 0);
                    load!();
                }
            }};
        }
        // A loop goes back to its beginning.
        macro_rules! turn {
            () => {{
                vm.hot.budget -= 1;
                if vm.hot.budget < 0 {
                    poll!();
                }
                let code = (*fp).code;
                let heat = code.heat.get() - 1;
                code.heat.set(heat);
                if heat < 0 && vm.hot.native {
                    let head = pc.offset_from(code.start()) as u32;
                    if vm.compile_loop(code, head) {
                        (*fp).pc = head;
                        resume!();
                    }
                }
            }};
        }
        // The stack index of a register.
        macro_rules! index {
            ($r:expr) => {
                ((*fp).base as usize + $r.offset_from(base) as usize)
            };
        }
        macro_rules! map_of {
            ($v:expr) => {{
                let v: Value = $v;
                if v.is_ref() {
                    (vm.heap.header(v) >> layout::MAP_SHIFT) as u32
                } else if v.is_int() {
                    vm.heap.kind_maps.int
                } else {
                    vm.heap.kind_maps.float
                }
            }};
        }
        // What every send does once its receiver, window and inline cache are known.
        macro_rules! dispatch {
            ($i:ident, $recv:ident, $win:ident, $argc:expr, $self_send:expr) => {{
                let map = map_of!($recv);
                let ic = ics.add($i.b as usize);
                let mut e = (*ic).first;
                if e.map != map {
                    match (*ic).find(map) {
                        Some(found) => e = found,
                        None => e.kind = EntryKind::Empty,
                    }
                }
                match e.kind {
                    EntryKind::Method => {
                        if $self_send {
                            *$win = $recv;
                        }
                        call!(CodeRef::from_bits(e.target), $win, $i.c);
                    }
                    EntryKind::Data => reg!($i.c) = vm.heap.word($recv, e.word as usize),
                    EntryKind::Constant => reg!($i.c) = e.constant(),
                    EntryKind::Assign if !vm.heap.is_shared($recv) => {
                        vm.heap.store($recv, e.word as usize, *$win.add(1));
                        reg!($i.c) = $recv;
                    }
                    EntryKind::Leaf => {
                        if $self_send {
                            *$win = $recv;
                        }
                        let callee = CodeRef::from_bits(e.target);
                        depth!();
                        let args = std::slice::from_raw_parts($win, $argc + 1);
                        match callee.leaf.get().map(|p| p.run) {
                            Some(Run::Leaf(f)) => match vm.call_leaf(f, args) {
                                Ok(v) => {
                                    reg!($i.c) = v;
                                    attention!();
                                }
                                Err(_) => call!(callee, $win, $i.c),
                            },
                            _ => call!(callee, $win, $i.c),
                        }
                    }
                    EntryKind::Block => {
                        let callee = CodeRef::from_bits(vm.heap.raw($recv, layout::CODE));
                        if callee.argc.get() as usize <= $argc {
                            if $self_send {
                                *$win = $recv;
                            }
                            call!(callee, $win, $i.c);
                        } else {
                            save!();
                            vm.too_few_arguments(&mut *proc, callee, $argc, $i.c as u32);
                            load!();
                        }
                    }
                    kind => {
                        save!();
                        let (p, at) = (&mut *proc, index!($win));
                        match kind {
                            EntryKind::Empty => vm.send_slow(p, $i.b as usize, at, $recv, $i.c as u32),
                            _ => vm.send_to(p, e, $i.b as usize, at, $recv, $i.c as u32),
                        }
                        load!();
                        attention!();
                    }
                }
            }};
        }
        // The guarded operation at `pc` was used on something else than integers, which the optimizing tier wants to know.
        macro_rules! note {
            ($what:expr) => {{
                let at = pc.offset_from((*fp).code.start()) as usize - 1;
                (*fp).code.note(at, $what);
            }};
        }
        macro_rules! number {
            ($i:ident, $ints:ident, $floats:tt, $slow:expr) => {{
                let (x, y) = (reg!($i.b), reg!($i.c));
                if x.both_ints(y) && let Some(v) = x.$ints(y) {
                    reg!($i.a) = v;
                    pc = pc.add(1);
                } else if x.is_immediate_float() && y.is_immediate_float()
                    && let Some(v) = Value::immediate_float(x.immediate_float_unchecked() $floats y.immediate_float_unchecked())
                {
                    note!(FLOATS);
                    reg!($i.a) = v;
                    pc = pc.add(1);
                } else {
                    slow_number!($i, x, y, $slow);
                }
            }};
        }
        macro_rules! note_slow {
            ($x:expr, $y:expr, $op:expr) => {{
                if !($x.both_ints($y) && $op == arith::Binary::Div) {
                    note!(slow_kinds($x, $y));
                }
            }};
        }
        macro_rules! slow_number {
            ($i:ident, $x:expr, $y:expr, $slow:expr) => {{
                let (x, y) = ($x, $y);
                note_slow!(x, y, $slow);
                match arith::binary(vm, $slow, x, y) {
                    Some(v) => {
                        reg!($i.a) = v;
                        pc = pc.add(1);
                        attention!();
                    }
                    None => {
                        window!([x, y]);
                    }
                }
            }};
        }
        macro_rules! number_int {
            ($i:ident, $ints:ident, $slow:expr) => {{
                let x = reg!($i.b);
                let y = Value::int($i.c as i16 as i64);
                if x.is_int()
                    && let Some(v) = x.$ints(y)
                {
                    reg!($i.a) = v;
                    pc = pc.add(1);
                } else {
                    slow_number!($i, x, y, $slow);
                }
            }};
        }
        macro_rules! compared {
            ($x:expr, $y:expr, $op:tt, $slow:expr, $then:expr) => {{
                let (x, y) = ($x, $y);
                if x.both_ints(y) {
                    $then(x.raw_signed() $op y.raw_signed())
                } else if x.is_immediate_float() && y.is_immediate_float() {
                    note!(FLOATS);
                    $then(x.immediate_float_unchecked() $op y.immediate_float_unchecked())
                } else {
                    note!(slow_kinds(x, y));
                    compared_slowly!(x, y, $slow, $then)
                }
            }};
        }
        macro_rules! compared_slowly {
            ($x:expr, $y:expr, $slow:expr, $then:expr) => {{
                match arith::compare(vm, $slow, $x, $y) {
                    Some(b) => $then(b),
                    None => {
                        window!([$x, $y]);
                    }
                }
            }};
        }
        macro_rules! compare {
            ($i:ident, $op:tt, $slow:expr) => {{
                compared!(reg!($i.b), reg!($i.c), $op, $slow, |b: bool| {
                    reg!($i.a) = vm.boolean(b);
                    pc = pc.add(1);
                })
            }};
        }
        macro_rules! same {
            ($i:ident, $then:expr) => {{
                let (x, y) = (reg!($i.b), reg!($i.c));
                if arith::is_told_apart(&vm.heap, x, y) { $then(x == y) } else { compared_slowly!(x, y, Compare::Same, $then) }
            }};
        }
        macro_rules! jump_if {
            ($b:expr) => {{
                let jump = *pc.add(1);
                pc = pc.add(2);
                if $b == (jump.op == Op::JumpTrue) {
                    pc = pc.offset(jump.bc() as isize);
                }
            }};
        }
        macro_rules! compare_jump {
            ($i:ident, $op:tt, $slow:expr) => {{ compared!(reg!($i.b), reg!($i.c), $op, $slow, |b: bool| jump_if!(b)) }};
        }
        macro_rules! compare_int_jump {
            ($i:ident, $op:tt, $slow:expr) => {{
                let x = reg!($i.b);
                let y = Value::int($i.c as i16 as i64);
                compared!(x, y, $op, $slow, |b: bool| jump_if!(b))
            }};
        }
        macro_rules! count {
            ($i:ident, $step:ident, $in_range:tt) => {{
                let (x, y) = (reg!($i.a), reg!($i.b));
                if x.both_ints(y)
                    && let Some(next) = x.$step(Value::int($i.n as i64))
                    && next.raw_signed() $in_range y.raw_signed()
                {
                    reg!($i.a) = next;
                    pc = pc.sub($i.c as usize);
                    turn!();
                }
            }};
        }
        macro_rules! boolean_jump {
            ($i:ident, $sense:expr) => {{
                let v = reg!($i.a);
                let (go, stay) = (vm.boolean($sense), vm.boolean(!$sense));
                if v == go {
                    pc = pc.offset($i.bc() as isize);
                } else if v != stay {
                    save!();
                    vm.inlined_send(&mut *proc);
                    load!();
                }
            }};
        }

        load!();
        loop {
            let i = &*pc;
            pc = pc.add(1);
            match i.op {
                Op::Nop => {}
                Op::Move => reg!(i.a) = reg!(i.b),
                Op::LoadConst => reg!(i.a) = (*fp).code.constant(i.bc() as usize),
                Op::LoadInt => reg!(i.a) = Value::int(i.bc() as i64),
                Op::LoadNil => reg!(i.a) = vm.specials.nil,
                Op::LoadTrue => reg!(i.a) = vm.specials.true_,
                Op::LoadFalse => reg!(i.a) = vm.specials.false_,
                Op::Capture => reg!(i.a) = vm.heap.word(*base, layout::CAPTURES + i.b as usize),
                Op::BoxNew => {
                    let v = vm.heap.boxed(vm.heap.kind_maps.boxed, reg!(i.b));
                    reg!(i.a) = v;
                    attention!();
                }
                // That it is a box is the machine's affair, not the verifier's: a block's captured values may come from a file.
                Op::BoxGet => {
                    let b = reg!(i.b);
                    reg!(i.a) = if vm.heap.is_kind(b, Kind::Box) { vm.heap.word(b, 1) } else { vm.specials.nil };
                }
                Op::BoxSet => {
                    let b = reg!(i.a);
                    if vm.heap.is_kind(b, Kind::Box) {
                        vm.heap.store(b, 1, reg!(i.b));
                    }
                }
                Op::Closure => {
                    let code = (*fp).code;
                    let callee = match code.parts().blocks[i.b as usize] {
                        Some(b) => b,
                        None => vm.block_code(code, i.b as usize),
                    };
                    let captures = &callee.code().captures;
                    let b = vm.heap.block(vm.heap.kind_maps.block, callee.bits(), captures.len());
                    for (k, r) in captures.iter().enumerate() {
                        vm.heap.init_capture(b, k, reg!(*r));
                    }
                    reg!(i.a) = b;
                    attention!();
                }
                Op::Home => {
                    vm.serial += 1;
                    (*fp).serial = vm.serial;
                    let depth = fp.offset_from((*proc).frames.as_ptr()) as usize;
                    reg!(i.a) = token(vm.serial, depth);
                }
                Op::Send => {
                    let win = base.add(i.a as usize);
                    let recv = *win;
                    dispatch!(i, recv, win, i.n as usize, false);
                }
                Op::SendSelf => {
                    let win = base.add(i.a as usize);
                    let recv = reg!(i.n);
                    dispatch!(i, recv, win, (*ics.add(i.b as usize)).argc as usize, true);
                }
                Op::Resend => {
                    let win = base.add(i.a as usize);
                    let recv = *win;
                    dispatch!(i, recv, win, i.n as usize, false);
                }
                Op::Prim | Op::PrimOrJump => {
                    let code = (*fp).code;
                    let win = base.add(i.a as usize);
                    let or_jump = i.op == Op::PrimOrJump;
                    if or_jump {
                        pc = pc.add(1);
                    }
                    let outcome = match code.prim(i.b as usize).map(|p| p.run) {
                        Some(Run::Leaf(f)) => {
                            depth!();
                            match vm.call_leaf(f, std::slice::from_raw_parts(win, i.n as usize + 1)) {
                                Ok(v) => Outcome::Value(v),
                                Err(f) => Outcome::Fail(f),
                            }
                        }
                        Some(Run::Control(c)) => {
                            save!();
                            let at = index!(win);
                            vm.control(&mut *proc, c, at, i.n as usize, i.c as u32)
                        }
                        None => Outcome::Fail(crate::Fail::new("primitiveNotDefinedError")),
                    };
                    match outcome {
                        Outcome::Value(v) => {
                            reg!(i.c) = v;
                            attention!();
                        }
                        Outcome::Pushed => {
                            load!();
                            attention!();
                        }
                        Outcome::Leave => {
                            leave!(Left::Status);
                        }
                        Outcome::Fail(f) if or_jump => {
                            pc = pc.sub(1);
                            let text = f.text();
                            let name = &code.code().prims[i.b as usize];
                            *win = vm.heap.string(&text).unwrap_or(vm.specials.nil);
                            *win.add(1) = vm.heap.canonical(name);
                        }
                        Outcome::Fail(f) => {
                            save!();
                            let at = index!(win);
                            vm.primitive_failed(&mut *proc, &code.code().prims[i.b as usize], &f, at, i.n as usize, i.c as u32);
                            load!();
                        }
                    }
                }
                Op::Return => {
                    let v = reg!(i.a);
                    // The bottom activation has a flag, since nothing receives its answer.
                    if (*fp).flags & !(flag::CALLED | flag::LENT) == 0 {
                        if fp == floor {
                            leave!(Left::Returned(v));
                        }
                        answered!(v);
                        if (*fp).code.is_native() {
                            resume!();
                        }
                    } else {
                        save!();
                        if !vm.return_slow(&mut *proc, v) {
                            leave!(Left::Status);
                        }
                        load!();
                    }
                }
                Op::ReturnHome => {
                    save!();
                    if !vm.return_home(&mut *proc, reg!(i.b), reg!(i.a)) {
                        leave!(Left::Status);
                    }
                    load!();
                }
                Op::Jump => pc = pc.offset(i.bc() as isize),
                Op::Loop => {
                    pc = pc.offset(i.bc() as isize);
                    turn!();
                }
                Op::CountUp => count!(i, add_ints, <=),
                Op::CountBelow => count!(i, add_ints, <),
                Op::CountDown => count!(i, sub_ints, >=),
                Op::JumpTrue => boolean_jump!(i, true),
                Op::JumpFalse => boolean_jump!(i, false),
                Op::CheckNumber => {
                    let v = reg!(i.a);
                    if v.is_ref() && !vm.heap.is_kind(v, Kind::Float) && !vm.heap.is_kind(v, Kind::Big) {
                        save!();
                        vm.inlined_send(&mut *proc);
                        load!();
                    }
                }
                Op::NewObject => {
                    let code = (*fp).code;
                    let n = code.code().objects[i.b as usize].inits as usize;
                    let inits = std::slice::from_raw_parts(base.add(i.c as usize), n);
                    let o = vm.new_object(code, i.b as usize, inits);
                    reg!(i.a) = o;
                    attention!();
                }
                Op::NewVector => {
                    let elements = std::slice::from_raw_parts(base.add(i.b as usize), i.c as usize);
                    reg!(i.a) = vm.heap.short_vector_of(elements);
                    attention!();
                }
                Op::Join => {
                    let parts = std::slice::from_raw_parts(base.add(i.b as usize), i.c as usize);
                    save!();
                    match vm.join(parts) {
                        Ok(v) => reg!(i.a) = v,
                        Err(f) => {
                            let at = index!(base.add(i.b as usize));
                            vm.primitive_failed(&mut *proc, "template", &f, at, 0, i.a as u32);
                            load!();
                        }
                    }
                    attention!();
                }
                Op::AddSlot => {
                    let (o, v) = (reg!(i.a), reg!(i.c));
                    vm.add_module_slot((*fp).code, i.b as usize, o, v);
                    attention!();
                }
                Op::Protect => {
                    let b = reg!(i.a);
                    reg!(i.b) = vm.specials.nil;
                    reg!(i.c) = vm.specials.nil;
                    if vm.heap.is_kind(b, Kind::Block) {
                        save!();
                        vm.protect(&mut *proc, b, i.c as u32);
                        load!();
                    } else {
                        reg!(i.c) = b;
                    }
                }
                Op::Unwind => {
                    let target = reg!(i.a);
                    if target != vm.specials.nil {
                        save!();
                        if !vm.return_home(&mut *proc, target, reg!(i.b)) {
                            leave!(Left::Status);
                        }
                        load!();
                    }
                }
                Op::UpGet => {
                    save!();
                    let v = vm.up_get(&mut *proc, i.n, i.b as u32);
                    reg!(i.a) = v;
                }
                Op::UpSet => {
                    save!();
                    let v = reg!(i.b);
                    vm.up_set(&mut *proc, i.n, i.a as u32, v);
                }
                Op::Add => number!(i, add_ints, +, arith::Binary::Add),
                Op::Sub => number!(i, sub_ints, -, arith::Binary::Sub),
                Op::Mul => number!(i, mul_ints, *, arith::Binary::Mul),
                Op::Div => {
                    let (x, y) = (reg!(i.b), reg!(i.c));
                    if x.is_immediate_float()
                        && y.is_immediate_float()
                        && let Some(v) = Value::immediate_float(x.immediate_float_unchecked() / y.immediate_float_unchecked())
                    {
                        note!(FLOATS);
                        reg!(i.a) = v;
                        pc = pc.add(1);
                    } else {
                        slow_number!(i, x, y, arith::Binary::Div);
                    }
                }
                Op::Mod => {
                    let (x, y) = (reg!(i.b), reg!(i.c));
                    if x.both_ints(y) && y.int_unchecked() > 0 {
                        reg!(i.a) = Value::int(x.int_unchecked() % y.int_unchecked());
                        pc = pc.add(1);
                    } else {
                        slow_number!(i, x, y, arith::Binary::Mod);
                    }
                }
                Op::AddInt => number_int!(i, add_ints, arith::Binary::Add),
                Op::SubInt => number_int!(i, sub_ints, arith::Binary::Sub),
                Op::Less => compare!(i, <, Compare::Less),
                Op::LessEq => compare!(i, <=, Compare::LessEq),
                Op::Greater => compare!(i, >, Compare::Greater),
                Op::GreaterEq => compare!(i, >=, Compare::GreaterEq),
                Op::Equal => compare!(i, ==, Compare::Equal),
                Op::NotEqual => compare!(i, !=, Compare::NotEqual),
                Op::Same => same!(i, |b: bool| {
                    reg!(i.a) = vm.boolean(b);
                    pc = pc.add(1);
                }),
                Op::LessJump => compare_jump!(i, <, Compare::Less),
                Op::LessEqJump => compare_jump!(i, <=, Compare::LessEq),
                Op::GreaterJump => compare_jump!(i, >, Compare::Greater),
                Op::GreaterEqJump => compare_jump!(i, >=, Compare::GreaterEq),
                Op::EqualJump => compare_jump!(i, ==, Compare::Equal),
                Op::NotEqualJump => compare_jump!(i, !=, Compare::NotEqual),
                Op::SameJump => same!(i, |b: bool| jump_if!(b)),
                Op::LessIntJump => compare_int_jump!(i, <, Compare::Less),
                Op::LessEqIntJump => compare_int_jump!(i, <=, Compare::LessEq),
                Op::GreaterIntJump => compare_int_jump!(i, >, Compare::Greater),
                Op::GreaterEqIntJump => compare_int_jump!(i, >=, Compare::GreaterEq),
                Op::EqualIntJump => compare_int_jump!(i, ==, Compare::Equal),
                Op::At => {
                    let (v, k) = (reg!(i.b), reg!(i.c));
                    if k.is_int() && vm.heap.has_map(v, vm.heap.kind_maps.vector) {
                        let k = k.int_unchecked() as usize;
                        if k < vm.heap.length(v) {
                            reg!(i.a) = vm.heap.element(v, k);
                            pc = pc.add(1);
                            continue;
                        }
                    }
                    note!(OTHERS);
                    window!([v, k]);
                }
                Op::AtPut => {
                    let (v, k, x) = (reg!(i.a), reg!(i.b), reg!(i.c));
                    if k.is_int() && vm.heap.has_map(v, vm.heap.kind_maps.vector) {
                        let k = k.int_unchecked() as usize;
                        if k < vm.heap.length(v) && !vm.heap.is_shared(v) {
                            vm.heap.set_element(v, k, x);
                            reg!((*pc).c) = v;
                            pc = pc.add(1);
                            continue;
                        }
                    }
                    note!(OTHERS);
                    window!([v, k, x]);
                }
                Op::SendTwo => {
                    let (x, y) = (reg!(i.b), reg!(i.c));
                    window!([x, y]);
                }
                Op::SendTwoInt => {
                    let x = reg!(i.b);
                    window!([x, Value::int(i.c as i16 as i64)]);
                }
                Op::SendThree => {
                    let (v, k, x) = (reg!(i.a), reg!(i.b), reg!(i.c));
                    window!([v, k, x]);
                }
            }
        }
    }
}
