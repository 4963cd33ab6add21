//! Guarded operations: arithmetic, comparison, elements of vectors. Each is directly followed by the send that it stands for.

use aura_code::{Instr, Op};
use aura_heap::layout;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::types::{I8, I64};
use cranelift_codegen::ir::{Block, InstBuilder, Value};

use std::mem::offset_of;

use super::Translator;
use super::cache::{Kind, Known};
use crate::abi::Sentinel;
use crate::emit::{TAG, arg};
use crate::unit::Unit;

impl Translator<'_> {
    pub(super) fn guard(&mut self, pc: usize, i: Instr) -> (usize, bool) {
        match i.op {
            Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Mod | Op::AddInt | Op::SubInt => self.arithmetic(pc, i),
            Op::At => self.at(pc, i),
            Op::AtPut => self.at_put(pc, i),
            Op::SendTwo | Op::SendTwoInt | Op::SendThree => {
                let send = self.unit.instrs[pc + 1];
                let values = self.operands(i);
                self.fill_window(send.a, &values);
                return (pc + 1, true);
            }
            op if op.is_compare_jump() => {
                self.compare_jump(pc, i);
                self.jump_alone(pc + 2);
                return (pc + 3, false);
            }
            _ => self.compare(pc, i),
        }
        (pc + 2, true)
    }

    /// What the operation's send takes.
    fn operands(&mut self, i: Instr) -> Vec<Value> {
        match i.op {
            Op::AtPut | Op::SendThree => vec![self.get(i.a), self.get(i.b), self.get(i.c)],
            _ => {
                let (x, y) = self.pair(i);
                vec![x.word, y.word]
            }
        }
    }

    fn pair(&mut self, i: Instr) -> (Known, Known) {
        let x = self.known(i.b);
        let y = if has_immediate(i.op) {
            let word = self.e.word((i64::from(i.c as i16) << 1) as u64);
            Known { word, kind: Kind::Int }
        } else {
            self.known(i.c)
        };
        (x, y)
    }

    /// The guarded operation at `pc` was used on this, which the optimizing tier wants to know.
    fn note(&mut self, pc: usize, what: u8) {
        let what = self.e.b.ins().iconst(I8, i64::from(what));
        self.note_value(pc, what);
    }

    /// It was used on these, which its fast path does not handle.
    fn note_slow(&mut self, pc: usize, x: Value, y: Value) {
        let mixed = [self.int_and_float(x, y), self.int_and_float(y, x)];
        let mixed = self.e.b.ins().bor(mixed[0], mixed[1]);
        // Doubles come here as well: their answer was a zero, or is no immediate.
        let both = self.e.b.ins().band(x, y);
        let both = self.e.b.ins().band_imm_u(both, 3);
        let floats = self.e.b.ins().icmp_imm_u(IntCC::Equal, both, 3);
        let kinds = [Unit::FLOATS, Unit::MIXED, Unit::OTHERS].map(|what| self.e.b.ins().iconst(I8, i64::from(what)));
        let what = self.e.b.ins().select(mixed, kinds[1], kinds[2]);
        let what = self.e.b.ins().select(floats, kinds[0], what);
        self.note_value(pc, what);
    }

    fn int_and_float(&mut self, x: Value, y: Value) -> Value {
        let (int, float) = (self.e.b.ins().band_imm_u(x, 1), self.e.b.ins().band_imm_u(y, 3));
        let int = self.e.b.ins().icmp_imm_u(IntCC::Equal, int, 0);
        let float = self.e.b.ins().icmp_imm_u(IntCC::Equal, float, 3);
        self.e.b.ins().band(int, float)
    }

    fn note_value(&mut self, pc: usize, what: Value) {
        let at = self.e.word(self.unit.instrs_at + (pc * size_of::<Instr>() + offset_of!(Instr, n)) as u64);
        let noted = self.e.b.ins().load(I8, self.e.mem.machine, at, 0);
        let noted = self.e.b.ins().bor(noted, what);
        self.e.b.ins().store(self.e.mem.machine, noted, at, 0);
    }

    fn fill_window(&mut self, window: u16, values: &[Value]) {
        for (k, v) in values.iter().enumerate() {
            self.set(window + k as u16, *v, Kind::Any);
        }
    }

    /// The send after the operation at `pc`, made by the machine; its answer.
    fn send_after(&mut self, pc: usize, values: &[Value]) -> Value {
        let send = self.unit.instrs[pc + 1];
        for (k, v) in values.iter().enumerate() {
            self.e.b.ins().store(self.e.mem.registers, *v, self.e.base, (i32::from(send.a) + k as i32) * 8);
        }
        self.save(pc + 2);
        let unknown = self.e.word(0);
        let args =
            [self.e.word(u64::from(send.b)), self.e.word(u64::from(send.a)), values[0], self.e.word(u64::from(send.c)), unknown];
        let v = self.e.help(self.e.abi.helpers.send, &args);
        self.e.or_bail(v);
        v
    }

    fn arithmetic(&mut self, pc: usize, i: Instr) {
        let (x, y) = self.pair(i);
        let (done, v) = self.e.with_word();
        let slow = self.e.cold();
        let may_be_float = x.kind != Kind::Int && y.kind != Kind::Int && i.op != Op::Mod;
        let others = if may_be_float { self.e.b.create_block() } else { slow };
        match i.op {
            // Division of integers truncates and may overflow, which is not worth a path of its own.
            Op::Div => {
                self.e.b.ins().jump(others, &[]);
            }
            _ => {
                self.both_ints(x, y, others);
                self.integers(i.op, x.word, y.word, slow, done);
            }
        }
        if may_be_float {
            self.e.b.switch_to_block(others);
            self.floats(pc, i.op, x.word, y.word, slow, done);
        }
        self.e.b.switch_to_block(slow);
        if i.op != Op::Div {
            self.note_slow(pc, x.word, y.word);
        }
        self.save(pc + 2);
        let which = self.e.word(which(i.op));
        let dest = self.e.word(u64::from(i.a));
        let r = self.e.help(self.e.abi.helpers.arith, &[dest, x.word, y.word, which]);
        self.e.or_bail(r);
        let send = self.or_send(r);
        self.e.b.ins().jump(done, &arg(r));
        self.e.b.switch_to_block(send);
        let r = self.send_after(pc, &[x.word, y.word]);
        self.e.b.ins().jump(done, &arg(r));
        self.finish(i.a, done, v);
    }

    /// Goes on unless `answer` says that the message is to be sent; the block for that is left to be filled.
    fn or_send(&mut self, answer: Value) -> Block {
        let (send, answered) = (self.e.cold(), self.e.b.create_block());
        let is = self.e.b.ins().icmp_imm_u(IntCC::Equal, answer, Sentinel::SEND as i64);
        self.e.b.ins().brif(is, send, &[], answered, &[]);
        self.e.b.switch_to_block(answered);
        send
    }

    /// The answer `v` of an operation is there. (Left in the send after it, the interpreter goes on: what is known stays known.)
    fn finish(&mut self, dest: u16, done: Block, v: Value) {
        self.e.b.switch_to_block(done);
        self.cache.collected();
        self.set(dest, v, Kind::Any);
    }

    fn integers(&mut self, op: Op, x: Value, y: Value, slow: Block, done: Block) {
        let (v, over) = match op {
            Op::Add | Op::AddInt => self.e.b.ins().sadd_overflow(x, y),
            Op::Sub | Op::SubInt => self.e.b.ins().ssub_overflow(x, y),
            Op::Mul => {
                let n = self.e.b.ins().sshr_imm_u(y, 1);
                self.e.b.ins().smul_overflow(x, n)
            }
            _ => return self.modulo(x, y, slow, done),
        };
        self.e.b.ins().brif(over, slow, &[], done, &arg(v));
    }

    fn modulo(&mut self, x: Value, y: Value, slow: Block, done: Block) {
        let positive = self.e.b.ins().icmp_imm_s(IntCC::SignedGreaterThan, y, 0);
        let on = self.e.b.create_block();
        self.e.b.ins().brif(positive, on, &[], slow, &[]);
        self.e.b.switch_to_block(on);
        // The rest of doubled numbers is the doubled rest.
        let v = self.e.b.ins().srem(x, y);
        self.e.b.ins().jump(done, &arg(v));
    }

    /// Two words that are not both integers, if both are immediate doubles.
    fn floats(&mut self, pc: usize, op: Op, x: Value, y: Value, slow: Block, done: Block) {
        self.both_floats(x, y, slow);
        self.note(pc, Unit::FLOATS);
        let (a, b) = (self.e.double(x), self.e.double(y));
        let r = match op {
            Op::Add => self.e.b.ins().fadd(a, b),
            Op::Sub => self.e.b.ins().fsub(a, b),
            Op::Mul => self.e.b.ins().fmul(a, b),
            _ => self.e.b.ins().fdiv(a, b),
        };
        let (v, fits) = self.e.immediate(r);
        self.e.b.ins().brif(fits, done, &arg(v), slow, &[]);
    }

    fn both_floats(&mut self, x: Value, y: Value, otherwise: Block) {
        let both = self.e.b.ins().band(x, y);
        let tags = self.e.b.ins().band_imm_u(both, 3);
        let floats = self.e.b.ins().icmp_imm_u(IntCC::Equal, tags, 3);
        let on = self.e.b.create_block();
        self.e.b.ins().brif(floats, on, &[], otherwise, &[]);
        self.e.b.switch_to_block(on);
    }

    /// A comparison whose answer is a value.
    fn compare(&mut self, pc: usize, i: Instr) {
        let (x, y) = self.pair(i);
        let (done, v) = self.e.with_word();
        let slow = self.e.cold();
        self.compare_fast(pc, i.op, x, y, slow, |t, c| {
            let v = t.e.boolean(c);
            t.e.b.ins().jump(done, &arg(v));
        });
        self.e.b.switch_to_block(slow);
        let c = self.compare_slow(pc, i.op, x.word, y.word);
        let send = self.or_send(c);
        let r = self.e.boolean(c);
        self.e.b.ins().jump(done, &arg(r));
        self.e.b.switch_to_block(send);
        let r = self.send_after(pc, &[x.word, y.word]);
        self.e.b.ins().jump(done, &arg(r));
        self.finish(i.a, done, v);
    }

    /// A comparison whose answer is jumped on.
    fn compare_jump(&mut self, pc: usize, i: Instr) {
        let (x, y) = self.pair(i);
        let slow = self.e.cold();
        // What the ways carry must hold whichever was taken.
        self.cache.collected();
        self.cache.forget(self.unit.instrs[pc + 1].c);
        self.compare_fast(pc, i.op, x, y, slow, |t, c| t.branch(pc + 2, c));
        self.e.b.switch_to_block(slow);
        let c = self.compare_slow(pc, i.op, x.word, y.word);
        let send = self.or_send(c);
        self.branch(pc + 2, c);
        self.e.b.switch_to_block(send);
        let r = self.send_after(pc, &[x.word, y.word]);
        let ret = self.unit.instrs[pc + 1].c;
        self.e.b.ins().store(self.e.mem.registers, r, self.e.base, i32::from(ret) * 8);
        self.jump_on(pc + 2, self.unit.instrs[pc + 2], r);
    }

    /// The jump of a comparison, for inlined messages that join there.
    fn jump_alone(&mut self, pc: usize) {
        let Some(block) = self.blocks.get(&pc).copied() else { return };
        self.e.b.switch_to_block(block);
        self.cache.clear();
        let jump = self.unit.instrs[pc];
        let v = self.get(jump.a);
        self.jump_on(pc, jump, v);
    }

    /// Compares two integers, or two immediate doubles; `then` ends the blocks with the condition.
    fn compare_fast(&mut self, pc: usize, op: Op, x: Known, y: Known, slow: Block, then: impl Fn(&mut Self, Value)) {
        if which(op) == SAME {
            let c = self.e.same(x.word, y.word, slow);
            return then(self, c);
        }
        let may_be_float = x.kind != Kind::Int && y.kind != Kind::Int;
        let others = if may_be_float { self.e.b.create_block() } else { slow };
        self.both_ints(x, y, others);
        let (ints, floats) = conditions(op);
        let c = self.e.b.ins().icmp(ints, x.word, y.word);
        then(self, c);
        if may_be_float {
            self.e.b.switch_to_block(others);
            self.both_floats(x.word, y.word, slow);
            self.note(pc, Unit::FLOATS);
            let (a, b) = (self.e.double(x.word), self.e.double(y.word));
            let c = self.e.b.ins().fcmp(floats, a, b);
            then(self, c);
        }
    }

    fn compare_slow(&mut self, pc: usize, op: Op, x: Value, y: Value) -> Value {
        self.note_slow(pc, x, y);
        let which = self.e.word(which(op));
        self.e.aside(self.e.abi.helpers.compare, &[x, y, which])
    }

    /// The length of the vector `v` with the index `k`, in a block where both are right; else `otherwise`. Answers the element's address but for the
    /// offset, and the header.
    fn element(&mut self, v: Value, k: Known, otherwise: Block) -> (Value, Value) {
        let not_int = Known { word: v, kind: Kind::Int };
        self.both_ints(k, not_int, otherwise);
        let is_ref = self.e.is_ref(v);
        let object = self.e.b.create_block();
        self.e.b.ins().brif(is_ref, object, &[], otherwise, &[]);
        self.e.b.switch_to_block(object);
        let header = self.e.header(v);
        let map = self.e.map_in(header);
        let is_vector = self.e.b.ins().icmp_imm_u(IntCC::Equal, map, i64::from(self.e.abi.maps.vector));
        let vector = self.e.b.create_block();
        self.e.b.ins().brif(is_vector, vector, &[], otherwise, &[]);
        self.e.b.switch_to_block(vector);
        let length = self.e.field(v, layout::LENGTH);
        let index = self.e.b.ins().sshr_imm_u(k.word, 1);
        let within = self.e.b.ins().icmp(IntCC::UnsignedLessThan, index, length);
        let inside = self.e.b.create_block();
        self.e.b.ins().brif(within, inside, &[], otherwise, &[]);
        self.e.b.switch_to_block(inside);
        let bytes = self.e.b.ins().ishl_imm_u(k.word, 2);
        (self.e.b.ins().iadd(v, bytes), header)
    }

    fn at(&mut self, pc: usize, i: Instr) {
        let (v, k) = (self.get(i.b), self.known(i.c));
        let (done, answer) = self.e.with_word();
        let slow = self.e.cold();
        let (at, _) = self.element(v, k, slow);
        let e = self.e.b.ins().load(I64, self.e.mem.heap, at, (layout::ELEMENTS * 8) as i32 - TAG);
        self.e.b.ins().jump(done, &arg(e));
        self.e.b.switch_to_block(slow);
        let r = self.send_after(pc, &[v, k.word]);
        self.e.b.ins().jump(done, &arg(r));
        self.finish(i.a, done, answer);
    }

    fn at_put(&mut self, pc: usize, i: Instr) {
        let (v, k, x) = (self.get(i.a), self.known(i.b), self.get(i.c));
        let send = self.unit.instrs[pc + 1];
        let (done, answer) = self.e.with_word();
        let (slow, remembered) = (self.e.cold(), self.e.cold());
        let (at, header) = self.element(v, k, slow);
        let barrier = self.e.b.ins().band_imm_u(header, layout::BARRIER as i64);
        let plain = self.e.b.create_block();
        self.e.b.ins().brif(barrier, remembered, &[], plain, &[]);
        self.e.b.switch_to_block(plain);
        self.e.b.ins().store(self.e.mem.heap, x, at, (layout::ELEMENTS * 8) as i32 - TAG);
        self.e.b.ins().jump(done, &arg(v));
        self.e.b.switch_to_block(remembered);
        let r = self.e.aside(self.e.abi.helpers.at_put, &[v, k.word, x]);
        self.e.b.ins().brif(r, slow, &[], done, &arg(v));
        self.e.b.switch_to_block(slow);
        let r = self.send_after(pc, &[v, k.word, x]);
        self.e.b.ins().jump(done, &arg(r));
        self.finish(send.c, done, answer);
    }
}

/// Whether the second operand is a number in the instruction.
pub(crate) fn has_immediate(op: Op) -> bool {
    matches!(
        op,
        Op::AddInt
            | Op::SubInt
            | Op::SendTwoInt
            | Op::LessIntJump
            | Op::LessEqIntJump
            | Op::GreaterIntJump
            | Op::GreaterEqIntJump
            | Op::EqualIntJump
    )
}

/// The number of `==` among the comparing messages.
pub(crate) const SAME: u64 = 6;

/// The operation's number among the machine's arithmetic or comparing messages.
pub(crate) fn which(op: Op) -> u64 {
    match op {
        Op::Sub | Op::SubInt => 1,
        Op::Mul => 2,
        Op::Div => 3,
        Op::Mod => 4,
        Op::LessEq | Op::LessEqJump | Op::LessEqIntJump => 1,
        Op::Greater | Op::GreaterJump | Op::GreaterIntJump => 2,
        Op::GreaterEq | Op::GreaterEqJump | Op::GreaterEqIntJump => 3,
        Op::Equal | Op::EqualJump | Op::EqualIntJump => 4,
        Op::NotEqual | Op::NotEqualJump => 5,
        Op::Same | Op::SameJump => SAME,
        _ => 0,
    }
}

pub(crate) fn conditions(op: Op) -> (IntCC, FloatCC) {
    match which(op) {
        0 => (IntCC::SignedLessThan, FloatCC::LessThan),
        1 => (IntCC::SignedLessThanOrEqual, FloatCC::LessThanOrEqual),
        2 => (IntCC::SignedGreaterThan, FloatCC::GreaterThan),
        3 => (IntCC::SignedGreaterThanOrEqual, FloatCC::GreaterThanOrEqual),
        4 => (IntCC::Equal, FloatCC::Equal),
        _ => (IntCC::NotEqual, FloatCC::NotEqual),
    }
}
