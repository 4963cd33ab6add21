//! Moves, constants, captured variables, and what makes objects.

use aura_code::{Instr, Op};
use aura_heap::layout;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value};

use super::Translator;
use super::cache::Kind;
use crate::emit::{TAG, arg};

impl Translator<'_> {
    pub(super) fn simple(&mut self, pc: usize, i: Instr) -> (usize, bool) {
        match i.op {
            Op::Move => {
                let k = self.known(i.b);
                self.set(i.a, k.word, k.kind);
            }
            Op::LoadConst => {
                let word = self.unit.consts[i.bc() as usize];
                self.constant(i.a, word);
            }
            Op::LoadInt => self.constant(i.a, (i64::from(i.bc()) << 1) as u64),
            Op::LoadNil => self.constant(i.a, self.e.abi.special.nil),
            Op::LoadTrue => self.constant(i.a, self.e.abi.special.true_),
            Op::LoadFalse => self.constant(i.a, self.e.abi.special.false_),
            Op::Capture => {
                let block = self.get(0);
                let v = self.e.field(block, layout::CAPTURES + usize::from(i.b));
                self.set(i.a, v, Kind::Any);
            }
            Op::BoxGet => self.box_get(i),
            Op::BoxSet => self.box_set(i),
            Op::BoxNew => {
                let v = self.get(i.b);
                self.make(pc, i.a, self.e.abi.helpers.new_box, &[v]);
            }
            Op::Closure => {
                let block = self.e.word(u64::from(i.b));
                self.make(pc, i.a, self.e.abi.helpers.closure, &[block]);
            }
            Op::NewObject => {
                let (template, first) = (self.e.word(u64::from(i.b)), self.e.word(u64::from(i.c)));
                self.make(pc, i.a, self.e.abi.helpers.new_object, &[template, first]);
            }
            Op::NewVector | Op::Join => {
                let helper = if i.op == Op::Join { self.e.abi.helpers.join } else { self.e.abi.helpers.new_vector };
                let (first, count) = (self.e.word(u64::from(i.b)), self.e.word(u64::from(i.c)));
                self.make(pc, i.a, helper, &[first, count]);
            }
            Op::Home => {
                let v = self.e.help(self.e.abi.helpers.home, &[]);
                self.set(i.a, v, Kind::Int);
            }
            Op::UpGet => {
                let (level, register) = (self.e.word(u64::from(i.n)), self.e.word(u64::from(i.b)));
                let v = self.e.help(self.e.abi.helpers.up_get, &[level, register]);
                self.set(i.a, v, Kind::Any);
            }
            Op::UpSet => {
                let v = self.get(i.b);
                let (level, register) = (self.e.word(u64::from(i.n)), self.e.word(u64::from(i.a)));
                self.e.help(self.e.abi.helpers.up_set, &[level, register, v]);
            }
            // `Nop`; all others are dealt with elsewhere.
            _ => {}
        }
        (pc + 1, true)
    }

    fn constant(&mut self, r: u16, word: u64) {
        let v = self.e.word(word);
        let kind = match word & 3 {
            1 => Kind::Ref,
            3 => Kind::Float,
            _ => Kind::Int,
        };
        self.set(r, v, kind);
    }

    /// Something is made by the machine, which puts it into register `dest`.
    fn make(&mut self, pc: usize, dest: u16, helper: usize, args: &[Value]) {
        self.save(pc + 1);
        let mut all = vec![self.e.word(u64::from(dest))];
        all.extend_from_slice(args);
        let made = self.help_or_bail(helper, &all);
        let (done, v) = self.e.with_word();
        self.e.b.ins().jump(done, &arg(made));
        self.resumable(pc + 1, dest, done);
        self.e.b.switch_to_block(done);
        self.cache.clear();
        self.cache.set(dest, v, Kind::Ref);
    }

    /// Goes on with the header of `o` if it is a box, and with `otherwise` if not.
    fn if_box(&mut self, o: Value, otherwise: cranelift_codegen::ir::Block, beside: u64) {
        let is_ref = self.e.is_ref(o);
        let (object, on) = (self.e.b.create_block(), self.e.b.create_block());
        self.e.b.ins().brif(is_ref, object, &[], otherwise, &[]);
        self.e.b.switch_to_block(object);
        let header = self.e.header(o);
        let kind = self.e.b.ins().band_imm_u(header, (15 << layout::KIND_SHIFT | beside) as i64);
        let is_box = self.e.b.ins().icmp_imm_u(IntCC::Equal, kind, (layout::Kind::Box as i64) << layout::KIND_SHIFT);
        self.e.b.ins().brif(is_box, on, &[], otherwise, &[]);
        self.e.b.switch_to_block(on);
    }

    fn box_get(&mut self, i: Instr) {
        let o = self.get(i.b);
        let (done, v) = self.e.with_word();
        let other = self.e.cold();
        self.if_box(o, other, 0);
        let held = self.e.field(o, 1);
        self.e.b.ins().jump(done, &arg(held));
        self.e.b.switch_to_block(other);
        let nil = self.e.word(self.e.abi.special.nil);
        self.e.b.ins().jump(done, &arg(nil));
        self.e.b.switch_to_block(done);
        self.set(i.a, v, Kind::Any);
    }

    fn box_set(&mut self, i: Instr) {
        let (o, v) = (self.get(i.a), self.get(i.b));
        let (other, done) = (self.e.cold(), self.e.b.create_block());
        self.if_box(o, other, layout::BARRIER);
        self.e.b.ins().store(self.e.mem.heap, v, o, 8 - TAG);
        self.e.b.ins().jump(done, &[]);
        self.e.b.switch_to_block(other);
        self.e.aside(self.e.abi.helpers.set_box, &[o, v]);
        self.e.b.ins().jump(done, &[]);
        self.e.b.switch_to_block(done);
    }
}
