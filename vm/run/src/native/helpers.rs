//! The functions that compiled code calls; see [`aura_jit::Helpers`] for what each takes and answers.
//!
//! What must stay true: a function that may run code or collect puts the process's `depth` right first, and answers BAIL whenever the caller cannot go on just where
//! it is: its registers have moved, its activation is not the last one any more, the process does not run on, or the compiled code was thrown away.
#![allow(unsafe_code)]

use aura_heap::{Kind, Value, layout};
use aura_jit::Sentinel;

use super::enter::{self, call};
use crate::activate::token;
use crate::arith::{self, Binary, Compare};
use crate::control::Outcome;
use crate::interp::Left;
use crate::linked::{CodeRef, Entry, EntryKind, Ic};
use crate::prim::Run;
use crate::process::{Frame, Process, Status, flag};
use crate::vm::Vm;

const BAIL: u64 = Sentinel::BAIL;
/// Compiled code takes entries for first ones, and adds this to their addresses.
const FIRST: u64 = std::mem::offset_of!(Ic, first) as u64;

/// What a helper works with: the machine, the process that runs, the activation and its registers.
pub(super) struct At<'a> {
    pub(super) vm: &'a mut Vm,
    pub(super) p: &'a mut Process,
    fp: *mut Frame,
    base: *mut Value,
}

/// # Safety
/// The arguments are those that compiled code was called with.
pub(super) unsafe fn at<'a>(vm: *mut Vm, fp: *mut Frame, base: *mut Value) -> At<'a> {
    // SAFETY: while compiled code runs, nothing else borrows the machine or the process.
    unsafe {
        let vm = &mut *vm;
        let p = &mut *vm.hot.process;
        p.depth = fp.offset_from(p.frames.as_ptr()) as usize + 1;
        At { vm, p, fp, base }
    }
}

/// A word of compiled code as a value.
fn value(word: u64) -> Value {
    // SAFETY: compiled code passes what it read from registers, or made as the machine makes it; Value is transparent over u64.
    unsafe { std::mem::transmute::<u64, Value>(word) }
}

impl At<'_> {
    fn reg(&self, r: u64) -> Value {
        // SAFETY: a register of the activation, by verification.
        unsafe { *self.base.add(r as usize) }
    }

    fn set(&mut self, r: u64, v: Value) {
        // SAFETY: as above.
        unsafe { *self.base.add(r as usize) = v }
    }

    pub(super) fn code(&self) -> CodeRef {
        // SAFETY: the activation.
        unsafe { (*self.fp).code }
    }

    fn registers(&self, first: u64, count: usize) -> &[Value] {
        // SAFETY: registers of the activation, by verification.
        unsafe { std::slice::from_raw_parts(self.base.add(first as usize), count) }
    }

    /// The stack index of register `r`.
    fn index(&self, r: u64) -> usize {
        // SAFETY: the activation.
        unsafe { (*self.fp).base as usize + r as usize }
    }

    /// A safepoint. False when the slice is over.
    fn attend(&mut self) -> bool {
        if self.vm.heap.wants_collection || self.vm.charged != 0 {
            self.vm.hot.budget -= std::mem::take(&mut self.vm.charged) as i64;
            if self.vm.heap.wants_collection {
                self.vm.collect();
            }
            if self.vm.hot.budget < 0 {
                self.vm.hot.left = Some(Left::Slice);
                return false;
            }
        }
        true
    }

    /// `v` is the answer, for register `dest`.
    fn answer(mut self, dest: u64, v: Value) -> u64 {
        self.set(dest, v);
        if !self.attend() || self.vm.hot.abandon {
            return BAIL;
        }
        self.reg(dest).bits()
    }

    /// Something of the machine's has worked on the activations, which were `places` and `depth`; the answer comes to register `ret`.
    fn after(mut self, places: Places, ret: u64) -> u64 {
        let depth = self.p.depth;
        if self.p.status != Status::Ready || !self.attend() || self.p.places() != places.stacks {
            return BAIL;
        }
        if depth == places.depth {
            return if self.vm.hot.abandon { BAIL } else { self.reg(ret).bits() };
        }
        if depth == places.depth + 1 && self.p.frames[places.depth].flags == 0 && !self.vm.hot.abandon {
            return self.run_pushed(ret);
        }
        BAIL
    }

    /// Runs the activation that was pushed on this one.
    fn run_pushed(self, ret: u64) -> u64 {
        let depth = self.p.depth;
        let f = &mut self.p.frames[depth - 1];
        f.flags |= flag::CALLED;
        let (code, at) = (f.code, f.base as usize);
        let fp: *mut Frame = f;
        let base = &raw mut self.p.stack[at];
        // It was counted when it was pushed, and counts itself when it begins.
        self.vm.hot.budget += 1;
        let vm: *mut Vm = self.vm;
        // SAFETY: the last activation of the running process, which begins.
        match unsafe { call(vm, code.native.get(), fp, base, 0) } {
            Some(v) => {
                // SAFETY: answered, so nothing has moved.
                unsafe { *self.base.add(ret as usize) = v };
                v.bits()
            }
            None => BAIL,
        }
    }

    fn places(&self) -> Places {
        Places { depth: self.p.depth, stacks: self.p.places() }
    }
}

/// Where the stacks lay, and how deep they were.
struct Places {
    depth: usize,
    stacks: (usize, usize),
}

pub(super) unsafe extern "C" fn enter(vm: *mut Vm, fp: *mut Frame, base: *mut Value) -> u64 {
    // SAFETY: see `at`.
    let a = unsafe { at(vm, fp, base) };
    enter::begin(a.vm, a.p, fp)
}

pub(super) unsafe extern "C" fn poll(vm: *mut Vm, fp: *mut Frame, base: *mut Value) -> u64 {
    // SAFETY: see `at`.
    let a = unsafe { at(vm, fp, base) };
    a.vm.hot.left = Some(Left::Slice);
    BAIL
}

pub(super) unsafe extern "C" fn leave(vm: *mut Vm, fp: *mut Frame, base: *mut Value) -> u64 {
    // SAFETY: see `at`.
    let _ = unsafe { at(vm, fp, base) };
    BAIL
}

pub(super) unsafe extern "C" fn find(_vm: *mut Vm, _fp: *mut Frame, _base: *mut Value, cache: *const Ic, map: u64) -> u64 {
    // SAFETY: inline caches live as long as the arena.
    let more = unsafe { &(*cache).more };
    more.iter().find(|e| u64::from(e.map) == map).map_or(0, |e| std::ptr::from_ref(e) as u64 - FIRST)
}

#[allow(clippy::too_many_arguments, reason = "one argument, one register")]
pub(super) unsafe extern "C" fn send(
    vm: *mut Vm,
    fp: *mut Frame,
    base: *mut Value,
    site: u64,
    window: u64,
    receiver: u64,
    ret: u64,
    entry: u64,
) -> u64 {
    // SAFETY: see `at`.
    let mut a = unsafe { at(vm, fp, base) };
    let receiver = value(receiver);
    let code = a.code();
    let ic = &code.parts().ics[site as usize];
    let map = a.vm.heap.map_of(receiver);
    let cached = match entry {
        0 if ic.first.map == map => Some(ic.first),
        0 => ic.find(map),
        // SAFETY: what `find` answered, or the cache itself; see there.
        at => Some(unsafe { *((at + FIRST) as *const Entry) }),
    };
    let argc = usize::from(ic.argc);
    if let Some(e) = cached
        && let Some(v) = a.leaf(e, window, argc, receiver)
    {
        return a.answer(ret, v);
    }
    let places = a.places();
    let at = a.index(window);
    match cached {
        Some(e) => {
            // Its primitive, if it consists of one, has just failed.
            let kind = if e.kind == EntryKind::Leaf { EntryKind::Method } else { e.kind };
            a.vm.send_to(a.p, Entry { kind, ..e }, site as usize, at, receiver, ret as u32);
            a.count_call(kind, &places);
        }
        None => a.vm.send_slow(a.p, site as usize, at, receiver, ret as u32),
    }
    a.after(places, ret)
}

impl At<'_> {
    /// What the caches know the interpreter calls by itself, and counts against its slice at once; what is pushed is counted for the process,
    /// which notices its limit when the slice is over. Compiled code notices it where the interpreter does.
    fn count_call(&mut self, kind: EntryKind, places: &Places) {
        let calls = matches!(kind, EntryKind::Method | EntryKind::Block);
        if calls && self.p.depth == places.depth + 1 && self.p.places() == places.stacks {
            self.p.budget.give_back(1);
            self.vm.charge_slice(1);
        }
    }

    /// What the primitive answers that a method consists of, if the entry is such a method and it does.
    fn leaf(&mut self, e: Entry, window: u64, argc: usize, receiver: Value) -> Option<Value> {
        if e.kind != EntryKind::Leaf {
            return None;
        }
        let Run::Leaf(f) = CodeRef::from_bits(e.target).leaf.get()?.run else { return None };
        self.set(window, receiver);
        // SAFETY: the window, which primitives do not write.
        let args = unsafe { std::slice::from_raw_parts(self.base.add(window as usize), argc + 1) };
        self.vm.call_leaf(f, args).ok()
    }
}

#[allow(clippy::too_many_arguments, reason = "one argument, one register")]
pub(super) unsafe extern "C" fn prim(
    vm: *mut Vm,
    fp: *mut Frame,
    base: *mut Value,
    which: u64,
    window: u64,
    argc: u64,
    ret: u64,
    or_jump: u64,
) -> u64 {
    // SAFETY: see `at`.
    let mut a = unsafe { at(vm, fp, base) };
    let code = a.code();
    let places = a.places();
    let at = a.index(window);
    let outcome = match code.prim(which as usize).map(|p| p.run) {
        Some(Run::Leaf(f)) => {
            // SAFETY: the window, which primitives do not write.
            let args = unsafe { std::slice::from_raw_parts(base.add(window as usize), argc as usize + 1) };
            match a.vm.call_leaf(f, args) {
                Ok(v) => Outcome::Value(v),
                Err(f) => Outcome::Fail(f),
            }
        }
        Some(Run::Control(c)) => a.vm.control(a.p, c, at, argc as usize, ret as u32),
        None => Outcome::Fail(crate::Fail::new("primitiveNotDefinedError")),
    };
    match outcome {
        Outcome::Value(v) if a.p.places() == places.stacks => a.answer(ret, v),
        Outcome::Value(v) => {
            a.vm.answer(a.p, ret as u32, v);
            a.after(places, ret)
        }
        Outcome::Pushed => a.after(places, ret),
        Outcome::Leave => {
            a.vm.hot.left = Some(Left::Status);
            BAIL
        }
        Outcome::Fail(f) if or_jump != 0 => {
            let name = a.vm.heap.canonical(&code.code().prims[which as usize]);
            let text = a.vm.heap.string(&f.text()).unwrap_or(a.vm.specials.nil);
            a.set(window, text);
            a.set(window + 1, name);
            if a.vm.hot.abandon {
                // The jump after it is the interpreter's.
                // SAFETY: the activation.
                unsafe { (*fp).pc -= 1 };
                return BAIL;
            }
            Sentinel::FAILED
        }
        Outcome::Fail(f) => {
            a.vm.primitive_failed(a.p, &code.code().prims[which as usize], &f, at, argc as usize, ret as u32);
            a.after(places, ret)
        }
    }
}

pub(super) unsafe extern "C" fn arith(
    vm: *mut Vm,
    fp: *mut Frame,
    base: *mut Value,
    dest: u64,
    x: u64,
    y: u64,
    which: u64,
) -> u64 {
    // SAFETY: see `at`.
    let a = unsafe { at(vm, fp, base) };
    let op = [Binary::Add, Binary::Sub, Binary::Mul, Binary::Div, Binary::Mod][which as usize];
    match arith::binary(a.vm, op, value(x), value(y)) {
        Some(v) => a.answer(dest, v),
        None => Sentinel::SEND,
    }
}

pub(super) unsafe extern "C" fn compare(vm: *mut Vm, _fp: *mut Frame, _base: *mut Value, x: u64, y: u64, which: u64) -> u64 {
    use Compare::{Equal, Greater, GreaterEq, Less, LessEq, NotEqual, Same};
    let op = [Less, LessEq, Greater, GreaterEq, Equal, NotEqual, Same][which as usize];
    // SAFETY: the running machine.
    match arith::compare(unsafe { &mut *vm }, op, value(x), value(y)) {
        Some(b) => u64::from(b),
        None => Sentinel::SEND,
    }
}

pub(super) unsafe extern "C" fn inlined_send(vm: *mut Vm, fp: *mut Frame, base: *mut Value) -> u64 {
    // SAFETY: see `at`.
    let a = unsafe { at(vm, fp, base) };
    let pc = a.p.top().pc - 1;
    debug_assert!(a.code().code().inline_sites.iter().any(|s| s.pc == pc));
    a.vm.inlined_send(a.p);
    // Its blocks may set registers, which the interpreter alone always reads.
    BAIL
}

pub(super) unsafe extern "C" fn new_box(vm: *mut Vm, fp: *mut Frame, base: *mut Value, dest: u64, v: u64) -> u64 {
    // SAFETY: see `at`.
    let a = unsafe { at(vm, fp, base) };
    let b = a.vm.heap.boxed(a.vm.heap.kind_maps.boxed, value(v));
    a.answer(dest, b)
}

pub(super) unsafe extern "C" fn closure(vm: *mut Vm, fp: *mut Frame, base: *mut Value, dest: u64, block: u64) -> u64 {
    // SAFETY: see `at`.
    let a = unsafe { at(vm, fp, base) };
    let code = a.code();
    let callee = match code.parts().blocks[block as usize] {
        Some(b) => b,
        None => a.vm.block_code(code, block as usize),
    };
    let captures = &callee.code().captures;
    let b = a.vm.heap.block(a.vm.heap.kind_maps.block, callee.bits(), captures.len());
    for (k, r) in captures.iter().enumerate() {
        let v = a.reg(u64::from(*r));
        a.vm.heap.init_capture(b, k, v);
    }
    a.answer(dest, b)
}

pub(super) unsafe extern "C" fn new_object(
    vm: *mut Vm,
    fp: *mut Frame,
    base: *mut Value,
    dest: u64,
    template: u64,
    first: u64,
) -> u64 {
    // SAFETY: see `at`.
    let a = unsafe { at(vm, fp, base) };
    let code = a.code();
    let count = usize::from(code.code().objects[template as usize].inits);
    // SAFETY: registers of the activation, by verification.
    let inits = unsafe { std::slice::from_raw_parts(base.add(first as usize), count) };
    let o = a.vm.new_object(code, template as usize, inits);
    a.answer(dest, o)
}

pub(super) unsafe extern "C" fn new_vector(
    vm: *mut Vm,
    fp: *mut Frame,
    base: *mut Value,
    dest: u64,
    first: u64,
    count: u64,
) -> u64 {
    // SAFETY: see `at`.
    let a = unsafe { at(vm, fp, base) };
    // SAFETY: registers of the activation, by verification.
    let elements = unsafe { std::slice::from_raw_parts(base.add(first as usize), count as usize) };
    let v = a.vm.heap.short_vector_of(elements);
    a.answer(dest, v)
}

pub(super) unsafe extern "C" fn join(vm: *mut Vm, fp: *mut Frame, base: *mut Value, dest: u64, first: u64, count: u64) -> u64 {
    // SAFETY: see `at`.
    let a = unsafe { at(vm, fp, base) };
    let parts = a.registers(first, count as usize).to_vec();
    match a.vm.join(&parts) {
        Ok(v) => a.answer(dest, v),
        Err(f) => {
            let places = a.places();
            let at = a.index(first);
            a.vm.primitive_failed(a.p, "template", &f, at, 0, dest as u32);
            a.after(places, dest)
        }
    }
}

pub(super) unsafe extern "C" fn home(vm: *mut Vm, fp: *mut Frame, base: *mut Value) -> u64 {
    // SAFETY: see `at`.
    let a = unsafe { at(vm, fp, base) };
    a.vm.serial += 1;
    let serial = a.vm.serial;
    a.p.top_mut().serial = serial;
    token(serial, a.p.depth - 1).bits()
}

pub(super) unsafe extern "C" fn set_box(vm: *mut Vm, _fp: *mut Frame, _base: *mut Value, b: u64, v: u64) -> u64 {
    // SAFETY: the running machine.
    let heap = unsafe { &mut (*vm).heap };
    if heap.is_kind(value(b), Kind::Box) {
        heap.store(value(b), 1, value(v));
    }
    0
}

pub(super) unsafe extern "C" fn at_put(vm: *mut Vm, _fp: *mut Frame, _base: *mut Value, v: u64, k: u64, x: u64) -> u64 {
    // SAFETY: the running machine.
    let heap = unsafe { &mut (*vm).heap };
    if heap.is_shared(value(v)) {
        return Sentinel::SEND;
    }
    heap.store(value(v), layout::ELEMENTS + value(k).int_unchecked() as usize, value(x));
    0
}

pub(super) unsafe extern "C" fn set_word(vm: *mut Vm, _fp: *mut Frame, _base: *mut Value, o: u64, word: u64, v: u64) -> u64 {
    // SAFETY: the running machine.
    let heap = unsafe { &mut (*vm).heap };
    if heap.is_shared(value(o)) {
        return Sentinel::SEND;
    }
    heap.store(value(o), word as usize, value(v));
    0
}

pub(super) unsafe extern "C" fn room(
    vm: *mut Vm,
    fp: *mut Frame,
    base: *mut Value,
    frames: u64,
    registers: u64,
    begins: u64,
) -> u64 {
    // SAFETY: see `at`.
    let a = unsafe { at(vm, fp, base) };
    enter::make_room(a.vm, a.p, frames as usize, registers as usize, begins != 0)
}

pub(super) unsafe extern "C" fn double(vm: *mut Vm, _fp: *mut Frame, _base: *mut Value, bits: u64) -> u64 {
    // SAFETY: the running machine.
    unsafe { &mut *vm }.heap.float(f64::from_bits(bits)).bits()
}

pub(super) unsafe extern "C" fn allocate(vm: *mut Vm, _fp: *mut Frame, _base: *mut Value, header: u64, words: u64) -> u64 {
    // SAFETY: the running machine; compiled code fills all words in before anything else happens.
    unsafe { (*vm).heap.unfilled(header, words as usize) }.bits()
}

pub(super) unsafe extern "C" fn calm(
    vm: *mut Vm,
    _fp: *mut Frame,
    _base: *mut Value,
    primitive: *const crate::prim::Prim,
    first: *const Value,
    count: u64,
) -> u64 {
    // SAFETY: the running machine; a primitive of its table, by `Unit::prims`; registers of its process, which primitives do not write.
    let (vm, prim, args) = unsafe { (&mut *vm, &*primitive, std::slice::from_raw_parts(first, count as usize)) };
    match prim.run {
        Run::Leaf(f) => {
            let charged = vm.charged;
            vm.call_leaf(f, args).map_or_else(
                |_| {
                    // The interpreter does it again, and charges it.
                    vm.charged = charged;
                    Sentinel::SEND
                },
                Value::bits,
            )
        }
        Run::Control(_) => Sentinel::SEND,
    }
}

pub(super) unsafe extern "C" fn pressed(vm: *mut Vm, _fp: *mut Frame, _base: *mut Value) -> u64 {
    /// More than any slice.
    const ALL: i64 = 1 << 40;
    // SAFETY: the running machine.
    let vm = unsafe { &mut *vm };
    let charged = std::mem::take(&mut vm.charged);
    if !vm.heap.wants_collection || vm.hot.withheld > 0 {
        return charged;
    }
    vm.hot.withheld = ALL;
    charged + ALL as u64
}

pub(super) unsafe extern "C" fn up_get(vm: *mut Vm, fp: *mut Frame, base: *mut Value, level: u64, r: u64) -> u64 {
    // SAFETY: see `at`.
    let a = unsafe { at(vm, fp, base) };
    a.vm.up_get(a.p, level as u8, r as u32).bits()
}

pub(super) unsafe extern "C" fn up_set(vm: *mut Vm, fp: *mut Frame, base: *mut Value, level: u64, r: u64, v: u64) -> u64 {
    // SAFETY: see `at`.
    let a = unsafe { at(vm, fp, base) };
    a.vm.up_set(a.p, level as u8, r as u32, value(v));
    0
}
