//! The way out of optimized code: activations, registers, and what was not made so far are put where the interpreter has them.
//!
//! What must stay true: nothing is collected on the way, so the words that compiled code has handed over stay what they are.
#![allow(unsafe_code)]

use aura_heap::Value;
use aura_jit::{Exit, ExitFrame, Made, Sentinel, Source, Why};

use super::helpers::at;
use crate::activate::token;
use crate::interp::Left;
use crate::linked::CodeRef;
use crate::process::Frame;
use crate::vm::Vm;

/// A function of optimized code, on its way out.
struct Leaving<'a> {
    vm: &'a mut Vm,
    /// Its own activation, and register 0 of that.
    fp: *mut Frame,
    base: *mut Value,
    /// The number of its own activation.
    index: usize,
    made: Vec<Value>,
}

pub(super) unsafe extern "C" fn exit(vm: *mut Vm, fp: *mut Frame, base: *mut Value, exit: *const Exit) -> u64 {
    // SAFETY: compiled code names one of its own exits, which live as long as the code does.
    let exit = unsafe { &*exit };
    let top = &exit.frames[0];
    // SAFETY: see `at`; the function has asked for room for all activations that it may stand for.
    let a = unsafe { at(vm, fp.add(top.depth as usize), base.add(top.first as usize)) };
    let index = a.p.depth - 1 - top.depth as usize;
    let mut leaving = Leaving { vm: a.vm, fp, base, index, made: Vec::with_capacity(exit.made.len()) };
    exit.frames.iter().for_each(|f| leaving.activation(f));
    for made in &exit.made {
        let v = leaving.make(made);
        leaving.made.push(v);
    }
    exit.frames.iter().for_each(|f| leaving.registers(f));
    leaving.because(exit, top)
}

impl Leaving<'_> {
    fn activation(&mut self, f: &ExitFrame) {
        // SAFETY: there is room for it; see `exit`.
        let (own, frame) = unsafe { (*self.fp, &mut *self.fp.add(f.depth as usize)) };
        if f.depth == 0 {
            frame.pc = f.pc;
            return;
        }
        let code = CodeRef::from_bits(f.code);
        *frame = Frame { code, pc: f.pc, base: own.base + f.first, ret: u32::from(f.ret), flags: 0, serial: 0 };
    }

    fn registers(&mut self, f: &ExitFrame) {
        for (r, source) in &f.regs {
            let v = self.value(*source);
            // SAFETY: a register of the activation, for which there is room.
            unsafe { *self.base.add(f.first as usize + usize::from(*r)) = v };
        }
    }

    fn value(&mut self, source: Source) -> Value {
        let word = match source {
            Source::Made(k) => return self.made[usize::from(k)],
            Source::Double(k) => return self.vm.heap.float(f64::from_bits(self.vm.hot.saved[usize::from(k)])),
            Source::Saved(k) => self.vm.hot.saved[usize::from(k)],
            Source::Word(word) => word,
        };
        // SAFETY: compiled code hands over values, and knows words that are values; Value is transparent over u64.
        unsafe { std::mem::transmute::<u64, Value>(word) }
    }

    fn make(&mut self, made: &Made) -> Value {
        match made {
            Made::Block(code, captures) => {
                let block = self.vm.heap.block(self.vm.heap.kind_maps.block, *code, captures.len());
                for (k, c) in captures.iter().enumerate() {
                    let v = self.value(*c);
                    self.vm.heap.init_capture(block, k, v);
                }
                block
            }
            Made::Box(held) => {
                let held = self.value(*held);
                self.vm.heap.boxed(self.vm.heap.kind_maps.boxed, held)
            }
            Made::Object(map, held) => {
                let words: Vec<Value> = held.iter().map(|h| self.value(*h)).collect();
                self.vm.heap.object(*map, &words)
            }
            Made::Token(depth) => {
                self.vm.serial += 1;
                // SAFETY: an activation of the function; see `exit`.
                unsafe { (*self.fp.add(*depth as usize)).serial = self.vm.serial };
                token(self.vm.serial, self.index + *depth as usize)
            }
            Made::Dead => {
                self.vm.serial += 1;
                token(self.vm.serial, 0)
            }
        }
    }

    fn because(self, exit: &Exit, top: &ExitFrame) -> u64 {
        let reason = match exit.why {
            Why::Guess => 0,
            Why::Early => 1,
            Why::New => 2,
            Why::Leave | Why::Call => 3,
            Why::Slice | Why::Nearly => 4,
        };
        self.vm.native.stats.left[reason] += 1;
        let counts = matches!(exit.why, Why::Guess | Why::New | Why::Early);
        if exit.why == Why::Slice || exit.why == Why::Nearly && self.vm.hot.budget < 0 {
            self.vm.hot.left = Some(Left::Slice);
        } else if !self.vm.shaken_off() && counts {
            let early = exit.why == Why::Early;
            self.vm.guess_failed(CodeRef::from_bits(exit.root), CodeRef::from_bits(top.code), top.pc, early);
        }
        Sentinel::BAIL
    }
}
