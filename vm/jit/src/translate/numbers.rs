//! Guarded operations: arithmetic, comparison, elements of vectors. Each is directly followed by the send that it stands for.

use aura_code::{Instr, Op};
use aura_heap::layout;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::types::{F64, I64};
use cranelift_codegen::ir::{Block, InstBuilder, MemFlagsData, Value};

use super::Translator;
use super::asm::{TAG, arg};
use super::cache::{Kind, Known};
use crate::abi::Sentinel;

/// As in `heap/value.rs`.
const EXPONENT_OFFSET: u64 = 0x300 << 53;

impl Translator<'_> {
    pub(super) fn guard(&mut self, pc: usize, i: Instr) -> (usize, bool) {
        match i.op {
            Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Mod | Op::AddInt | Op::SubInt => self.arithmetic(pc, i),
            Op::Same => {
                let (x, y) = (self.get(i.b), self.get(i.c));
                let same = self.b.ins().icmp(IntCC::Equal, x, y);
                let v = self.boolean(same);
                self.set(i.a, v, Kind::Ref);
            }
            Op::SameJump => {
                let (x, y) = (self.get(i.b), self.get(i.c));
                let same = self.b.ins().icmp(IntCC::Equal, x, y);
                self.branch(pc + 2, same);
                self.jump_alone(pc + 2);
                return (pc + 3, false);
            }
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
        let immediate = matches!(
            i.op,
            Op::AddInt
                | Op::SubInt
                | Op::SendTwoInt
                | Op::LessIntJump
                | Op::LessEqIntJump
                | Op::GreaterIntJump
                | Op::GreaterEqIntJump
                | Op::EqualIntJump
        );
        let y = if immediate {
            let word = self.word((i64::from(i.c as i16) << 1) as u64);
            Known { word, kind: Kind::Int }
        } else {
            self.known(i.c)
        };
        (x, y)
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
            self.b.ins().store(self.mem.registers, *v, self.base, (i32::from(send.a) + k as i32) * 8);
        }
        self.save(pc + 2);
        let unknown = self.word(0);
        let args = [self.word(u64::from(send.b)), self.word(u64::from(send.a)), values[0], self.word(u64::from(send.c)), unknown];
        let v = self.help(self.abi.helpers.send, &args);
        self.or_bail(v);
        v
    }

    fn arithmetic(&mut self, pc: usize, i: Instr) {
        let (x, y) = self.pair(i);
        let (done, v) = self.with_word();
        let slow = self.cold();
        let may_be_float = x.kind != Kind::Int && y.kind != Kind::Int && i.op != Op::Mod;
        let others = if may_be_float { self.b.create_block() } else { slow };
        match i.op {
            // Division of integers truncates and may overflow, which is not worth a path of its own.
            Op::Div => {
                self.b.ins().jump(others, &[]);
            }
            _ => {
                self.both_ints(x, y, others);
                self.integers(i.op, x.word, y.word, slow, done);
            }
        }
        if may_be_float {
            self.b.switch_to_block(others);
            self.floats(i.op, x.word, y.word, slow, done);
        }
        self.b.switch_to_block(slow);
        self.save(pc + 2);
        let which = self.word(which(i.op));
        let dest = self.word(u64::from(i.a));
        let r = self.help(self.abi.helpers.arith, &[dest, x.word, y.word, which]);
        self.or_bail(r);
        let send = self.or_send(r);
        self.b.ins().jump(done, &arg(r));
        self.b.switch_to_block(send);
        let r = self.send_after(pc, &[x.word, y.word]);
        self.b.ins().jump(done, &arg(r));
        self.finish(i.a, done, v);
    }

    /// Goes on unless `answer` says that the message is to be sent; the block for that is left to be filled.
    fn or_send(&mut self, answer: Value) -> Block {
        let (send, answered) = (self.cold(), self.b.create_block());
        let is = self.b.ins().icmp_imm_u(IntCC::Equal, answer, Sentinel::SEND as i64);
        self.b.ins().brif(is, send, &[], answered, &[]);
        self.b.switch_to_block(answered);
        send
    }

    /// The answer `v` of an operation is there. (Left in the send after it, the interpreter goes on: what is known stays known.)
    fn finish(&mut self, dest: u16, done: Block, v: Value) {
        self.b.switch_to_block(done);
        self.cache.collected();
        self.set(dest, v, Kind::Any);
    }

    fn integers(&mut self, op: Op, x: Value, y: Value, slow: Block, done: Block) {
        let (v, over) = match op {
            Op::Add | Op::AddInt => self.b.ins().sadd_overflow(x, y),
            Op::Sub | Op::SubInt => self.b.ins().ssub_overflow(x, y),
            Op::Mul => {
                let n = self.b.ins().sshr_imm_u(y, 1);
                self.b.ins().smul_overflow(x, n)
            }
            _ => return self.modulo(x, y, slow, done),
        };
        self.b.ins().brif(over, slow, &[], done, &arg(v));
    }

    fn modulo(&mut self, x: Value, y: Value, slow: Block, done: Block) {
        let positive = self.b.ins().icmp_imm_s(IntCC::SignedGreaterThan, y, 0);
        let on = self.b.create_block();
        self.b.ins().brif(positive, on, &[], slow, &[]);
        self.b.switch_to_block(on);
        // The rest of doubled numbers is the doubled rest.
        let v = self.b.ins().srem(x, y);
        self.b.ins().jump(done, &arg(v));
    }

    /// Two words that are not both integers, if both are immediate doubles.
    fn floats(&mut self, op: Op, x: Value, y: Value, slow: Block, done: Block) {
        self.both_floats(x, y, slow);
        let (a, b) = (self.double(x), self.double(y));
        let r = match op {
            Op::Add => self.b.ins().fadd(a, b),
            Op::Sub => self.b.ins().fsub(a, b),
            Op::Mul => self.b.ins().fmul(a, b),
            _ => self.b.ins().fdiv(a, b),
        };
        // The fold of `Value::immediate_float`.
        let bits = self.b.ins().bitcast(I64, MemFlagsData::new(), r);
        let rotated = self.b.ins().rotl_imm_u(bits, 1);
        let offset = self.word(EXPONENT_OFFSET);
        let folded = self.b.ins().isub(rotated, offset);
        let least = self.b.ins().iadd_imm_s(folded, -2);
        let fits = self.b.ins().icmp_imm_u(IntCC::UnsignedLessThan, least, (1 << 62) - 2);
        let v = self.b.ins().ishl_imm_u(folded, 2);
        let v = self.b.ins().bor_imm_u(v, 3);
        self.b.ins().brif(fits, done, &arg(v), slow, &[]);
    }

    fn both_floats(&mut self, x: Value, y: Value, otherwise: Block) {
        let both = self.b.ins().band(x, y);
        let tags = self.b.ins().band_imm_u(both, 3);
        let floats = self.b.ins().icmp_imm_u(IntCC::Equal, tags, 3);
        let on = self.b.create_block();
        self.b.ins().brif(floats, on, &[], otherwise, &[]);
        self.b.switch_to_block(on);
    }

    /// The double of an immediate.
    fn double(&mut self, v: Value) -> Value {
        let folded = self.b.ins().ushr_imm_u(v, 2);
        let offset = self.word(EXPONENT_OFFSET);
        let bits = self.b.ins().iadd(folded, offset);
        let bits = self.b.ins().rotr_imm_u(bits, 1);
        let zero = self.b.ins().icmp_imm_u(IntCC::UnsignedLessThanOrEqual, folded, 1);
        let sign = self.b.ins().ishl_imm_u(folded, 63);
        let bits = self.b.ins().select(zero, sign, bits);
        self.b.ins().bitcast(F64, MemFlagsData::new(), bits)
    }

    /// A comparison whose answer is a value.
    fn compare(&mut self, pc: usize, i: Instr) {
        let (x, y) = self.pair(i);
        let (done, v) = self.with_word();
        let slow = self.cold();
        self.compare_fast(i.op, x, y, slow, |t, c| {
            let v = t.boolean(c);
            t.b.ins().jump(done, &arg(v));
        });
        self.b.switch_to_block(slow);
        let c = self.compare_slow(i.op, x.word, y.word);
        let send = self.or_send(c);
        let r = self.boolean(c);
        self.b.ins().jump(done, &arg(r));
        self.b.switch_to_block(send);
        let r = self.send_after(pc, &[x.word, y.word]);
        self.b.ins().jump(done, &arg(r));
        self.finish(i.a, done, v);
    }

    /// A comparison whose answer is jumped on.
    fn compare_jump(&mut self, pc: usize, i: Instr) {
        let (x, y) = self.pair(i);
        let slow = self.cold();
        // What the ways carry must hold whichever was taken.
        self.cache.collected();
        self.cache.forget(self.unit.instrs[pc + 1].c);
        self.compare_fast(i.op, x, y, slow, |t, c| t.branch(pc + 2, c));
        self.b.switch_to_block(slow);
        let c = self.compare_slow(i.op, x.word, y.word);
        let send = self.or_send(c);
        self.branch(pc + 2, c);
        self.b.switch_to_block(send);
        let r = self.send_after(pc, &[x.word, y.word]);
        let ret = self.unit.instrs[pc + 1].c;
        self.b.ins().store(self.mem.registers, r, self.base, i32::from(ret) * 8);
        self.jump_on(pc + 2, self.unit.instrs[pc + 2], r);
    }

    /// The jump of a comparison, for inlined messages that join there.
    fn jump_alone(&mut self, pc: usize) {
        let Some(block) = self.blocks.get(&pc).copied() else { return };
        self.b.switch_to_block(block);
        self.cache.clear();
        let jump = self.unit.instrs[pc];
        let v = self.get(jump.a);
        self.jump_on(pc, jump, v);
    }

    /// Compares two integers, or two immediate doubles; `then` ends the blocks with the condition.
    fn compare_fast(&mut self, op: Op, x: Known, y: Known, slow: Block, then: impl Fn(&mut Self, Value)) {
        let may_be_float = x.kind != Kind::Int && y.kind != Kind::Int;
        let others = if may_be_float { self.b.create_block() } else { slow };
        self.both_ints(x, y, others);
        let (ints, floats) = conditions(op);
        let c = self.b.ins().icmp(ints, x.word, y.word);
        then(self, c);
        if may_be_float {
            self.b.switch_to_block(others);
            self.both_floats(x.word, y.word, slow);
            let (a, b) = (self.double(x.word), self.double(y.word));
            let c = self.b.ins().fcmp(floats, a, b);
            then(self, c);
        }
    }

    fn compare_slow(&mut self, op: Op, x: Value, y: Value) -> Value {
        let which = self.word(which(op));
        self.help(self.abi.helpers.compare, &[x, y, which])
    }

    /// The length of the vector `v` with the index `k`, in a block where both are right; else `otherwise`. Answers the element's address but for the
    /// offset, and the header.
    fn element(&mut self, v: Value, k: Known, otherwise: Block) -> (Value, Value) {
        let not_int = Known { word: v, kind: Kind::Int };
        self.both_ints(k, not_int, otherwise);
        let is_ref = self.is_ref(v);
        let object = self.b.create_block();
        self.b.ins().brif(is_ref, object, &[], otherwise, &[]);
        self.b.switch_to_block(object);
        let header = self.header(v);
        let map = self.map_in(header);
        let is_vector = self.b.ins().icmp_imm_u(IntCC::Equal, map, i64::from(self.abi.maps.vector));
        let vector = self.b.create_block();
        self.b.ins().brif(is_vector, vector, &[], otherwise, &[]);
        self.b.switch_to_block(vector);
        let length = self.field(v, layout::LENGTH);
        let index = self.b.ins().sshr_imm_u(k.word, 1);
        let within = self.b.ins().icmp(IntCC::UnsignedLessThan, index, length);
        let inside = self.b.create_block();
        self.b.ins().brif(within, inside, &[], otherwise, &[]);
        self.b.switch_to_block(inside);
        let bytes = self.b.ins().ishl_imm_u(k.word, 2);
        (self.b.ins().iadd(v, bytes), header)
    }

    fn at(&mut self, pc: usize, i: Instr) {
        let (v, k) = (self.get(i.b), self.known(i.c));
        let (done, answer) = self.with_word();
        let slow = self.cold();
        let (at, _) = self.element(v, k, slow);
        let e = self.b.ins().load(I64, self.mem.heap, at, (layout::ELEMENTS * 8) as i32 - TAG);
        self.b.ins().jump(done, &arg(e));
        self.b.switch_to_block(slow);
        let r = self.send_after(pc, &[v, k.word]);
        self.b.ins().jump(done, &arg(r));
        self.finish(i.a, done, answer);
    }

    fn at_put(&mut self, pc: usize, i: Instr) {
        let (v, k, x) = (self.get(i.a), self.known(i.b), self.get(i.c));
        let send = self.unit.instrs[pc + 1];
        let (done, answer) = self.with_word();
        let (slow, remembered) = (self.cold(), self.cold());
        let (at, header) = self.element(v, k, slow);
        let barrier = self.b.ins().band_imm_u(header, layout::BARRIER as i64);
        let plain = self.b.create_block();
        self.b.ins().brif(barrier, remembered, &[], plain, &[]);
        self.b.switch_to_block(plain);
        self.b.ins().store(self.mem.heap, x, at, (layout::ELEMENTS * 8) as i32 - TAG);
        self.b.ins().jump(done, &arg(v));
        self.b.switch_to_block(remembered);
        let r = self.help(self.abi.helpers.at_put, &[v, k.word, x]);
        self.b.ins().brif(r, slow, &[], done, &arg(v));
        self.b.switch_to_block(slow);
        let r = self.send_after(pc, &[v, k.word, x]);
        self.b.ins().jump(done, &arg(r));
        self.finish(send.c, done, answer);
    }
}

/// The operation's number among the machine's arithmetic or comparing messages.
fn which(op: Op) -> u64 {
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
        _ => 0,
    }
}

fn conditions(op: Op) -> (IntCC, FloatCC) {
    match which(op) {
        0 => (IntCC::SignedLessThan, FloatCC::LessThan),
        1 => (IntCC::SignedLessThanOrEqual, FloatCC::LessThanOrEqual),
        2 => (IntCC::SignedGreaterThan, FloatCC::GreaterThan),
        3 => (IntCC::SignedGreaterThanOrEqual, FloatCC::GreaterThanOrEqual),
        4 => (IntCC::Equal, FloatCC::Equal),
        _ => (IntCC::NotEqual, FloatCC::NotEqual),
    }
}
