//! Activations and registers as the interpreter has them: written down before calls, told as data on the way out.

use std::sync::Arc;

use aura_heap::layout;
use cranelift_codegen::ir::{self, InstBuilder};
use rustc_hash::FxHashMap;

use super::{Leaving, Lower};
use crate::emit::arg;
use crate::exits::{Exit, ExitFrame, Made, SAVED, Source};
use crate::optimize::ir::{ContextId, Frames, Op, Point, Rep, Type, Val};

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
                let word = self.as_word(point.resolve(*v));
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

    /// The code of all exits: what the function alone has is handed over, and the machine does the rest.
    pub(super) fn leave(&mut self) {
        let exits = std::mem::take(&mut self.exits);
        let (out, exit) = self.e.with_word();
        self.e.b.set_cold_block(out);
        for x in &exits {
            self.e.b.switch_to_block(x.block);
            let mut row = Row::default();
            let exit = Arc::new(self.exit(x, &mut row));
            for (k, v) in row.saved.iter().enumerate() {
                let v = self.value(*v);
                self.e.b.ins().store(self.e.mem.machine, v, self.e.vm, self.e.abi.saved + k as i32 * 8);
            }
            if row.saved.len() > SAVED {
                self.is_too_large = true;
            }
            self.write_budget();
            let at = self.e.word(Arc::as_ptr(&exit) as u64);
            self.e.b.ins().jump(out, &arg(at));
            self.tables.push(exit);
        }
        self.e.b.switch_to_block(out);
        let v = self.e.help(self.e.abi.helpers.exit, &[exit]);
        self.e.b.ins().return_(&[v]);
    }

    fn exit(&self, x: &Leaving, row: &mut Row) -> Exit {
        let point = &self.g.points[x.point as usize];
        let frames = point.frames.each().map(|f| {
            let context = &self.g.contexts[f.context as usize];
            let regs = f.regs.iter().map(|(r, v)| (*r, self.source(*v, point, row))).collect();
            ExitFrame { depth: context.depth, code: context.code, first: context.base, pc: f.pc, ret: context.ret, regs }
        });
        let frames = frames.collect();
        Exit { root: self.g.contexts[0].code, why: x.why, frames, made: std::mem::take(&mut row.made) }
    }

    fn source(&self, v: Val, point: &Point, row: &mut Row) -> Source {
        let v = point.resolve(v);
        if let Some(known) = row.known.get(&v) {
            return *known;
        }
        let source = match self.g.op(v) {
            Op::Word(w) => Source::Word(*w),
            Op::Closure(code, captures) => {
                let captures = captures.iter().map(|c| self.source(*c, point, row)).collect();
                row.make(Made::Block(*code, captures))
            }
            Op::Virtual { words, .. } => {
                let first = layout::SLOTS as u32;
                let held: Vec<Source> = (first..first + words).map(|k| self.held(v, k, point, row)).collect();
                row.make(match self.g.type_of(v) {
                    Type::Map(map) => Made::Object(map, held),
                    _ => Made::Box(held[0]),
                })
            }
            Op::Token(c) if point.frames.each().all(|f| f.context != *c) => row.make(Made::Dead),
            Op::Token(c) => row.make(Made::Token(self.g.contexts[*c as usize].depth)),
            _ => {
                row.saved.push(v);
                let k = row.saved.len() as u16 - 1;
                if self.g.rep(v) == Rep::Double { Source::Double(k) } else { Source::Saved(k) }
            }
        };
        row.known.insert(v, source);
        source
    }

    /// What word `k` of a virtual object holds.
    fn held(&self, o: Val, k: u32, point: &Point, row: &mut Row) -> Source {
        match point.held.iter().find(|(key, _)| *key == (o, k)) {
            Some((_, held)) => self.source(*held, point, row),
            None => Source::Word(self.e.abi.special.nil),
        }
    }
}

/// What an exit hands over.
#[derive(Default)]
struct Row {
    saved: Vec<Val>,
    made: Vec<Made>,
    known: FxHashMap<Val, Source>,
}

impl Row {
    fn make(&mut self, made: Made) -> Source {
        self.made.push(made);
        Source::Made(self.made.len() as u16 - 1)
    }
}
