//! Activations and registers written down as the interpreter has them: before calls, and on the way out.

use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{self, InstBuilder};
use rustc_hash::FxHashMap;

use super::Lower;
use crate::emit::TAG;
use crate::optimize::ir::{ContextId, Frames, Op, Point, Rep, Val, Why};

/// Where an activation and its registers are.
#[derive(Clone, Copy)]
pub(super) struct Whose {
    pub(super) frame: ir::Value,
    pub(super) base: ir::Value,
    /// Register 0, counted from the function's own.
    pub(super) first: u32,
}

impl Lower<'_> {
    pub(super) fn whose(&mut self, c: ContextId) -> Whose {
        let context = &self.g.contexts[c as usize];
        let (depth, first) = (context.depth, context.base);
        let frame = self.e.b.ins().iadd_imm_s(self.e.fp, i64::from(depth) * i64::from(self.e.abi.frame.size));
        let base = self.e.b.ins().iadd_imm_s(self.e.base, i64::from(first) * 8);
        Whose { frame, base, first }
    }

    /// Sets a register, counted from the function's own first.
    pub(super) fn write(&mut self, register: u32, v: ir::Value) {
        self.e.b.ins().store(self.e.mem.registers, v, self.e.base, register as i32 * 8);
    }

    /// The index of the function's own register 0, in the upper half of a word.
    fn own_base(&mut self) -> ir::Value {
        let base = self.e.b.ins().uload32(self.e.mem.machine, self.e.fp, self.e.abi.frame.base);
        self.e.b.ins().ishl_imm_u(base, 32)
    }

    /// The records of all activations.
    pub(super) fn write_frames(&mut self, frames: &Frames) {
        let f = self.e.abi.frame;
        let mut own = None;
        for at in frames.each() {
            if at.context == 0 {
                let pc = self.e.int32(at.pc);
                self.e.b.ins().store(self.e.mem.machine, pc, self.e.fp, f.pc);
                continue;
            }
            let context = &self.g.contexts[at.context as usize];
            let (code, first, ret, depth) = (context.code, context.base, context.ret, context.depth as i32);
            let own = match own {
                Some(own) => own,
                None => *own.insert(self.own_base()),
            };
            let code = self.e.word(code);
            let place = self.e.b.ins().iadd_imm_s(own, (i64::from(first) << 32) | i64::from(at.pc));
            let ret = self.e.word(u64::from(ret));
            let zero = self.e.word(0);
            for (v, offset) in [(code, f.code), (place, f.pc), (ret, f.ret), (zero, f.serial)] {
                self.e.b.ins().store(self.e.mem.machine, v, self.e.fp, depth * f.size + offset);
            }
        }
    }

    /// The activations at a call, whose registers are all real.
    pub(super) fn write_point(&mut self, point: &Point) {
        self.write_frames(&point.frames);
        for f in point.frames.each() {
            let first = self.g.contexts[f.context as usize].base;
            for (r, v) in &f.regs {
                let word = self.as_word(*v);
                self.write(first + u32::from(*r), word);
            }
        }
    }

    /// The value as a word, whatever it is.
    pub(super) fn as_word(&mut self, v: Val) -> ir::Value {
        match self.g.rep(v) {
            Rep::Double => {
                let d = self.value(v);
                self.boxed(d)
            }
            _ => self.value(v),
        }
    }

    /// The code of all exits.
    pub(super) fn leave(&mut self) {
        let exits = std::mem::take(&mut self.exits);
        for x in exits {
            self.e.b.switch_to_block(x.block);
            self.exit(&self.g.points[x.point as usize]);
        }
    }

    fn exit(&mut self, point: &Point) {
        self.write_budget();
        self.write_frames(&point.frames);
        let mut made = FxHashMap::default();
        for f in point.frames.each() {
            let first = self.g.contexts[f.context as usize].base;
            for (r, v) in &f.regs {
                let word = self.real(*v, point, &mut made);
                self.write(first + u32::from(*r), word);
            }
        }
        let top = self.whose(point.frames.context);
        let helpers = &self.e.abi.helpers;
        if point.why == Why::Slice {
            let v = self.e.help_at(top.frame, top.base, helpers.poll, &[]);
            self.e.b.ins().return_(&[v]);
            return;
        }
        let helper = helpers.exit;
        let (root, why) = (self.e.word(self.g.contexts[0].code), self.e.word(point.why as u64));
        let v = self.e.help_at(top.frame, top.base, helper, &[root, why]);
        self.e.b.ins().return_(&[v]);
    }

    /// The value as a word that the interpreter can have; what was not made is made now. (Making does not collect.)
    fn real(&mut self, v: Val, point: &Point, made: &mut FxHashMap<Val, ir::Value>) -> ir::Value {
        if let Some(word) = made.get(&v) {
            return *word;
        }
        let h = &self.e.abi.helpers;
        let (exit_block, exit_box, home, dead, double) = (h.exit_block, h.exit_box, h.home, h.dead, h.double);
        let word = match self.g.op(v) {
            Op::Closure(code, captures) => {
                let (code, count) = (self.e.word(*code), self.e.word(captures.len() as u64));
                let block = self.e.help(exit_block, &[code, count]);
                for (k, c) in captures.iter().enumerate() {
                    let c = self.real(*c, point, made);
                    let offset = ((aura_heap::layout::CAPTURES + k) * 8) as i32 - TAG;
                    self.e.b.ins().store(self.e.mem.heap, c, block, offset);
                }
                block
            }
            Op::VirtualBox => {
                let held = point.boxes.iter().find(|(b, _)| *b == v).map(|(_, held)| *held);
                let held = match held {
                    Some(held) => self.real(held, point, made),
                    None => self.e.word(self.e.abi.special.nil),
                };
                self.e.help(exit_box, &[held])
            }
            // That activation has answered.
            Op::Token(c) if point.frames.each().all(|f| f.context != *c) => self.e.help(dead, &[]),
            Op::Token(c) => {
                let whose = self.whose(*c);
                self.e.help_at(whose.frame, whose.base, home, &[])
            }
            _ if self.g.rep(v) == Rep::Double => {
                let d = self.value(v);
                let bits = self.e.b.ins().bitcast(I64, ir::MemFlagsData::new(), d);
                self.e.help(double, &[bits])
            }
            _ => self.value(v),
        };
        made.insert(v, word);
        word
    }
}
