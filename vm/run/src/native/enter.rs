//! The way into compiled code, and from compiled code into the interpreter.
//!
//! Compiled code answers BAIL when the interpreter is to go on, with the process's state complete (`depth`, every activation's `pc`, the registers). All that is on
//! the native stack above the outermost loop then returns BAIL as well; `Hot::left` says if the outermost loop is to be left, too.
#![allow(unsafe_code)]

use aura_heap::Value;
use aura_jit::Sentinel;

use crate::interp::{self, Left};
use crate::process::{Frame, Process};
use crate::vm::Vm;

/// Calls compiled code, which saves no registers: they are saved here.
#[cfg(all(target_arch = "x86_64", not(miri)))]
#[unsafe(naked)]
unsafe extern "C" fn through(
    vm: *mut Vm,
    fp: *mut Frame,
    base: *mut Value,
    at: usize,
    receiver: u64,
    argument: u64,
    start: usize,
) -> u64 {
    // All arguments but the last are already where compiled code takes them.
    core::arch::naked_asm!(
        "mov rax, [rsp + 8]",
        "push rbp",
        "mov rbp, rsp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "sub rsp, 8",
        "call rax",
        "add rsp, 8",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        "ret",
    )
}

/// Nothing is compiled here: `start` is that of [`interpreted`].
#[cfg(any(not(target_arch = "x86_64"), miri))]
unsafe fn through(
    vm: *mut Vm,
    fp: *mut Frame,
    base: *mut Value,
    at: usize,
    _receiver: u64,
    _argument: u64,
    _start: usize,
) -> u64 {
    // SAFETY: the caller's.
    unsafe { interpreted(vm, fp, base, at) }
}

/// Native stack that activations of compiled code, the interpreter's loops between them, and primitives may use.
const NATIVE_STACK: usize = 640 << 10;

/// The lowest native stack pointer at which something may begin without asking.
pub(crate) fn floor() -> usize {
    let here = 0u8;
    (&raw const here as usize).saturating_sub(NATIVE_STACK)
}

/// Runs the activation at `fp` in the compiled code at `start`, from place `at`. Its answer; `None` when it was left.
///
/// # Safety
/// `fp` is the last activation of the process that runs, `base` its register 0, compiled code of it begins at `start`, and `at` is one of its places, or 0 when
/// the activation begins.
#[inline]
pub(crate) unsafe fn call(vm: *mut Vm, start: usize, fp: *mut Frame, base: *mut Value, at: u16) -> Option<Value> {
    // SAFETY: register 0 is there, and register 1 if it is not behind all of them; what is in it matters only where there is an argument.
    let (receiver, argument) = unsafe {
        let second = base.add(1);
        (base.read().bits(), if second < (*vm).hot.stack_end { second.read().bits() } else { 0 })
    };
    // SAFETY: the start of a piece, or `interpreted`; the caller vouches for the rest.
    let word = unsafe { through(vm, fp, base, usize::from(at), receiver, argument, start) };
    // SAFETY: everything but BAIL is a value.
    (word != Sentinel::BAIL).then(|| unsafe { std::mem::transmute::<u64, Value>(word) })
}

/// The function of code that is not compiled: the interpreter runs the activation that compiled code has written at `fp`.
pub(crate) unsafe extern "C" fn interpreted(vm: *mut Vm, fp: *mut Frame, base: *mut Value, _at: usize) -> u64 {
    // SAFETY: called by compiled code or by `call`, which pass the running machine and its process's activation; `vm` is not otherwise borrowed while
    // compiled code runs.
    unsafe {
        let vm = &mut *vm;
        let p: *mut Process = vm.hot.process;
        vm.hot.budget -= 1;
        let code = (*fp).code;
        let end = base.add(code.nregs.get() as usize);
        if fp > vm.hot.last_frame || end > vm.hot.stack_end || here() < vm.hot.floor {
            return begin(vm, &mut *p, fp);
        }
        let index = fp.offset_from((*p).frames.as_ptr()) as usize;
        (*p).depth = index + 1;
        if vm.hot.budget < 0 {
            vm.hot.left = Some(Left::Slice);
            return Sentinel::BAIL;
        }
        if vm.warm(code) {
            // Counted above, and again when it begins.
            vm.hot.budget += 1;
            return call(vm, code.native.get(), fp, base, 0).map_or(Sentinel::BAIL, Value::bits);
        }
        let (ret, places) = ((*fp).ret, (*p).places());
        match interp::interpret(vm, &mut *p, fp) {
            Left::Returned(v) if (*p).places() != places || vm.hot.abandon => {
                // The caller cannot go on where it is: it gets its answer, and the outermost loop goes on with it.
                (*p).depth = index;
                (*p).set_reg(index - 1, ret, v);
                Sentinel::BAIL
            }
            Left::Returned(v) => v.bits(),
            Left::Bail => Sentinel::BAIL,
            left => {
                vm.hot.left = Some(left);
                Sentinel::BAIL
            }
        }
    }
}

fn here() -> usize {
    let here = 0u8;
    &raw const here as usize
}

/// An activation is written at `fp`, but something is used up: room is made or the overflow signalled. Left in any case, since registers may have moved.
pub(super) fn begin(vm: &mut Vm, p: &mut Process, fp: *mut Frame) -> u64 {
    // SAFETY: `fp` points into the process's activations, one beyond the last.
    let (index, frame) = unsafe { (fp.offset_from(p.frames.as_ptr()) as usize, *fp) };
    p.depth = index;
    // SAFETY: `base` is a register of the process's stack, which the activation's registers follow.
    let fits = fp <= vm.hot.last_frame
        && unsafe { p.stack.as_mut_ptr().add(frame.base as usize + frame.code.nregs.get() as usize) } <= vm.hot.stack_end;
    if fits {
        // Only the native stack is too deep: the outermost loop begins again at its bottom.
        p.depth = index + 1;
        return Sentinel::BAIL;
    }
    // Counted as the interpreter counts activations that its fast path does not make.
    vm.hot.budget += 1;
    p.budget.burn(1);
    if p.grow(frame.base as usize, frame.code.nregs.get() as usize) {
        p.depth = index + 1;
    } else {
        p.budget.give_back(1);
        vm.stack_overflow(p, frame.ret);
    }
    Sentinel::BAIL
}

/// Optimized code wants room for so many activations beyond its own and so many registers from its own first. It is left in any case: registers may
/// have moved, and if there is no such room, the interpreter does without.
pub(super) fn make_room(vm: &mut Vm, p: &mut Process, frames: usize, registers: usize, begins: bool) -> u64 {
    let index = p.depth - 1;
    let frame = p.frames[index];
    let (base, own) = (frame.base as usize, frame.code.nregs.get() as usize);
    p.grow_for(frames, base + registers.max(own));
    if !begins {
        return Sentinel::BAIL;
    }
    // It has not been counted yet.
    p.depth = index;
    if p.grow(base, own) {
        p.depth = index + 1;
        p.budget.burn(1);
    } else {
        vm.stack_overflow(p, frame.ret);
    }
    Sentinel::BAIL
}
