//! Moves, constants, captured variables, and what makes objects.

use aura_code::{Instr, Op, Reg};
use aura_heap::layout;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value};

use super::Translator;
use super::cache::Kind;
use crate::allocate::MOST_WORDS;
use crate::emit::{TAG, arg};
use crate::unit::Filling;

/// An object that can be made without the machine, if these values are those words.
struct Quick {
    header: u64,
    words: Vec<Value>,
    constants: Vec<(Value, u64)>,
}

impl Quick {
    fn new(header: u64, words: Vec<Value>) -> Self {
        Self { header, words, constants: Vec::new() }
    }
}

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
                let quick = Quick::new(layout::header(self.e.abi.maps.boxed, layout::Kind::Box, 0), vec![v]);
                self.make(pc, i.a, Some(quick), self.e.abi.helpers.new_box, &[v]);
            }
            Op::Closure => self.closure(pc, i),
            Op::NewObject => self.new_object(pc, i),
            Op::NewVector => self.new_vector(pc, i),
            Op::Join => {
                let (first, count) = (self.e.word(u64::from(i.b)), self.e.word(u64::from(i.c)));
                self.make(pc, i.a, None, self.e.abi.helpers.join, &[first, count]);
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

    fn closure(&mut self, pc: usize, i: Instr) {
        let code = self.unit.blocks[usize::from(i.b)];
        let captures = self.unit.code.blocks[usize::from(i.b)].captures.clone();
        let quick = (code != 0 && captures.len() < MOST_WORDS).then(|| {
            let mut words = vec![self.e.word(code), self.e.word(captures.len() as u64)];
            words.extend(captures.iter().map(|r| self.get(*r)));
            Quick::new(layout::header(self.e.abi.maps.block, layout::Kind::Block, 0), words)
        });
        let block = self.e.word(u64::from(i.b));
        self.make(pc, i.a, quick, self.e.abi.helpers.closure, &[block]);
    }

    fn new_vector(&mut self, pc: usize, i: Instr) {
        let quick = (usize::from(i.c) <= MOST_WORDS).then(|| {
            let mut words = vec![self.e.word(u64::from(i.c)), self.e.word(0)];
            words.extend((i.b..i.b + i.c).map(|r| self.get(r)));
            Quick::new(layout::header(self.e.abi.maps.vector, layout::Kind::Vector, 0), words)
        });
        let (first, count) = (self.e.word(u64::from(i.b)), self.e.word(u64::from(i.c)));
        self.make(pc, i.a, quick, self.e.abi.helpers.new_vector, &[first, count]);
    }

    fn new_object(&mut self, pc: usize, i: Instr) {
        let template = self.unit.objects[usize::from(i.b)].as_ref().filter(|t| t.words.len() <= MOST_WORDS);
        let quick = template.map(|t| {
            let words = t.words.iter().map(|w| match *w {
                Filling::Word(word) => self.e.word(word),
                Filling::Init(r) => self.get(i.c + r),
            });
            let words: Vec<Value> = words.collect();
            let constants = t.constants.iter().map(|(r, word)| (self.get(i.c + r), *word)).collect();
            Quick { header: layout::header(t.map, layout::Kind::Plain, words.len()), words, constants }
        });
        let (at, first) = (self.e.word(u64::from(i.b)), self.e.word(u64::from(i.c)));
        self.make(pc, i.a, quick, self.e.abi.helpers.new_object, &[at, first]);
    }

    /// Something is made and put into register `dest`: in the nursery if it is known what, by the machine where there is no room.
    fn make(&mut self, pc: usize, dest: Reg, quick: Option<Quick>, helper: usize, args: &[Value]) {
        let (done, v) = self.e.with_word();
        if let Some(Quick { header, words, constants }) = quick {
            let full = self.e.cold();
            self.all_are(&constants, full);
            let bytes = self.e.word((words.len() as u64 + 1) * 8);
            let o = self.e.in_nursery(header, bytes, full);
            self.e.fill(o, &words);
            self.e.b.ins().store(self.e.mem.registers, o, self.e.base, i32::from(dest) * 8);
            self.e.b.ins().jump(done, &arg(o));
            self.e.b.switch_to_block(full);
        }
        self.save(pc + 1);
        let mut all = vec![self.e.word(u64::from(dest))];
        all.extend_from_slice(args);
        let made = self.help_or_bail(helper, &all);
        self.e.b.ins().jump(done, &arg(made));
        self.resumable(pc + 1, dest, done);
        self.e.b.switch_to_block(done);
        self.cache.clear();
        self.cache.set(dest, v, Kind::Ref);
    }

    /// Goes on in a new block if each of these is that word, and with `otherwise` if not.
    fn all_are(&mut self, words: &[(Value, u64)], otherwise: Block) {
        for (v, word) in words {
            let is = self.e.b.ins().icmp_imm_u(IntCC::Equal, *v, *word as i64);
            let on = self.e.b.create_block();
            self.e.b.ins().brif(is, on, &[], otherwise, &[]);
            self.e.b.switch_to_block(on);
        }
    }

    /// Goes on with the header of `o` if it is a box, and with `otherwise` if not.
    fn if_box(&mut self, o: Value, otherwise: Block, beside: u64) {
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
