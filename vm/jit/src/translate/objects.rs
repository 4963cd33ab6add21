//! Moves, constants, captured variables, and what makes objects.

use aura_code::{Instr, Op};
use aura_heap::layout;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value};

use super::Translator;
use super::asm::{TAG, arg};
use super::cache::Kind;

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
            Op::LoadNil => self.constant(i.a, self.abi.special.nil),
            Op::LoadTrue => self.constant(i.a, self.abi.special.true_),
            Op::LoadFalse => self.constant(i.a, self.abi.special.false_),
            Op::Capture => {
                let block = self.get(0);
                let v = self.field(block, layout::CAPTURES + usize::from(i.b));
                self.set(i.a, v, Kind::Any);
            }
            Op::BoxGet => self.box_get(i),
            Op::BoxSet => self.box_set(i),
            Op::BoxNew => {
                let v = self.get(i.b);
                self.make(pc, i.a, self.abi.helpers.new_box, &[v]);
            }
            Op::Closure => {
                let block = self.word(u64::from(i.b));
                self.make(pc, i.a, self.abi.helpers.closure, &[block]);
            }
            Op::NewObject => {
                let (template, first) = (self.word(u64::from(i.b)), self.word(u64::from(i.c)));
                self.make(pc, i.a, self.abi.helpers.new_object, &[template, first]);
            }
            Op::NewVector | Op::Join => {
                let helper = if i.op == Op::Join { self.abi.helpers.join } else { self.abi.helpers.new_vector };
                let (first, count) = (self.word(u64::from(i.b)), self.word(u64::from(i.c)));
                self.make(pc, i.a, helper, &[first, count]);
            }
            Op::Home => {
                let v = self.help(self.abi.helpers.home, &[]);
                self.set(i.a, v, Kind::Int);
            }
            Op::UpGet => {
                let (level, register) = (self.word(u64::from(i.n)), self.word(u64::from(i.b)));
                let v = self.help(self.abi.helpers.up_get, &[level, register]);
                self.set(i.a, v, Kind::Any);
            }
            Op::UpSet => {
                let v = self.get(i.b);
                let (level, register) = (self.word(u64::from(i.n)), self.word(u64::from(i.a)));
                self.help(self.abi.helpers.up_set, &[level, register, v]);
            }
            // `Nop`; all others are dealt with elsewhere.
            _ => {}
        }
        (pc + 1, true)
    }

    fn constant(&mut self, r: u16, word: u64) {
        let v = self.word(word);
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
        let mut all = vec![self.word(u64::from(dest))];
        all.extend_from_slice(args);
        let made = self.help_or_bail(helper, &all);
        let (done, v) = self.with_word();
        self.b.ins().jump(done, &arg(made));
        self.resumable(pc + 1, dest, done);
        self.b.switch_to_block(done);
        self.cache.clear();
        self.cache.set(dest, v, Kind::Ref);
    }

    /// Goes on with the header of `o` if it is a box, and with `otherwise` if not.
    fn if_box(&mut self, o: Value, otherwise: cranelift_codegen::ir::Block, beside: u64) {
        let is_ref = self.is_ref(o);
        let (object, on) = (self.b.create_block(), self.b.create_block());
        self.b.ins().brif(is_ref, object, &[], otherwise, &[]);
        self.b.switch_to_block(object);
        let header = self.header(o);
        let kind = self.b.ins().band_imm_u(header, (15 << layout::KIND_SHIFT | beside) as i64);
        let is_box = self.b.ins().icmp_imm_u(IntCC::Equal, kind, (layout::Kind::Box as i64) << layout::KIND_SHIFT);
        self.b.ins().brif(is_box, on, &[], otherwise, &[]);
        self.b.switch_to_block(on);
    }

    fn box_get(&mut self, i: Instr) {
        let o = self.get(i.b);
        let (done, v) = self.with_word();
        let other = self.cold();
        self.if_box(o, other, 0);
        let held = self.field(o, 1);
        self.b.ins().jump(done, &arg(held));
        self.b.switch_to_block(other);
        let nil = self.word(self.abi.special.nil);
        self.b.ins().jump(done, &arg(nil));
        self.b.switch_to_block(done);
        self.set(i.a, v, Kind::Any);
    }

    fn box_set(&mut self, i: Instr) {
        let (o, v) = (self.get(i.a), self.get(i.b));
        let (other, done) = (self.cold(), self.b.create_block());
        self.if_box(o, other, layout::BARRIER);
        self.b.ins().store(self.mem.heap, v, o, 8 - TAG);
        self.b.ins().jump(done, &[]);
        self.b.switch_to_block(other);
        self.help(self.abi.helpers.set_box, &[o, v]);
        self.b.ins().jump(done, &[]);
        self.b.switch_to_block(done);
    }
}
