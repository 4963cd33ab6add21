//! Operations on small integers, which are twice their numbers as words.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self, InstBuilder};

use super::Lower;
use crate::optimize::ir::{IntOp, Op, PointId, Val};

impl Lower<'_> {
    /// Leaves where there is no answer.
    pub(super) fn integers(&mut self, op: IntOp, a: Val, b: Val, p: PointId) -> ir::Value {
        match (op, self.positive(a), self.positive(b)) {
            (IntOp::Add | IntOp::Sub, _, Some(c)) => return self.add_constant(op, a, c, p),
            (IntOp::Add, Some(c), _) => return self.add_constant(op, b, c, p),
            _ => {}
        }
        let (x, y) = (self.value(a), self.value(b));
        let (v, over) = match op {
            IntOp::Add => self.e.b.ins().sadd_overflow(x, y),
            IntOp::Sub => self.e.b.ins().ssub_overflow(x, y),
            IntOp::Mul => {
                let n = self.e.b.ins().sshr_imm_u(y, 1);
                self.e.b.ins().smul_overflow(x, n)
            }
            IntOp::Left => return self.shift_left(a, b, p),
            IntOp::Right => {
                self.check_distance(b, p);
                return self.surely(op, a, b);
            }
            IntOp::Div | IntOp::Mod => {
                if self.positive(b).is_none() {
                    let positive = self.e.b.ins().icmp_imm_s(IntCC::SignedGreaterThan, y, 0);
                    self.go_on_if(positive, p);
                }
                return self.surely(op, a, b);
            }
            IntOp::And | IntOp::Or | IntOp::Xor => return self.surely(op, a, b),
        };
        self.go_on_unless(over, p);
        v
    }

    /// There is an answer.
    pub(super) fn surely(&mut self, op: IntOp, a: Val, b: Val) -> ir::Value {
        let (x, y) = (self.value(a), self.value(b));
        match op {
            IntOp::Add => self.e.b.ins().iadd(x, y),
            IntOp::Sub => self.e.b.ins().isub(x, y),
            IntOp::Mul => {
                let n = self.e.b.ins().sshr_imm_u(y, 1);
                self.e.b.ins().imul(x, n)
            }
            IntOp::And => self.e.b.ins().band(x, y),
            IntOp::Or => self.e.b.ins().bor(x, y),
            IntOp::Xor => self.e.b.ins().bxor(x, y),
            IntOp::Div => {
                let q = self.e.b.ins().sdiv(x, y);
                self.e.b.ins().ishl_imm_u(q, 1)
            }
            // The rest of doubled numbers is the doubled rest.
            IntOp::Mod => self.e.b.ins().srem(x, y),
            IntOp::Left | IntOp::Right => {
                let n = self.e.b.ins().sshr_imm_u(y, 1);
                if op == IntOp::Left {
                    return self.e.b.ins().ishl(x, n);
                }
                let v = self.e.b.ins().sshr(x, n);
                // Without the bit that was the number's.
                self.e.b.ins().band_imm_s(v, -2)
            }
        }
    }

    /// The integer, as a word, if it is one that is known and greater than 0.
    fn positive(&self, v: Val) -> Option<i64> {
        match self.g.op(v) {
            Op::Word(w) => Some(*w as i64).filter(|w| *w > 0),
            _ => None,
        }
    }

    /// Adds or subtracts a known positive number: too much is what does not come out greater, or less. (A comparison and a jump; Cranelift makes a value of the
    /// flag of overflow, and tests that.)
    fn add_constant(&mut self, op: IntOp, x: Val, c: i64, p: PointId) -> ir::Value {
        let (x, c) = (self.value(x), self.e.word(c as u64));
        let (v, wrong) = match op {
            IntOp::Add => (self.e.b.ins().iadd(x, c), IntCC::SignedLessThan),
            _ => (self.e.b.ins().isub(x, c), IntCC::SignedGreaterThan),
        };
        let over = self.e.b.ins().icmp(wrong, v, x);
        self.go_on_unless(over, p);
        v
    }

    /// Leaves unless a number can be shifted so far.
    fn check_distance(&mut self, by: Val, p: PointId) {
        if self.positive(by).is_some_and(|w| w >> 1 < 63) {
            return;
        }
        let word = self.value(by);
        let fine = self.e.b.ins().icmp_imm_u(IntCC::UnsignedLessThan, word, 63 << 1);
        self.go_on_if(fine, p);
    }

    fn shift_left(&mut self, a: Val, b: Val, p: PointId) -> ir::Value {
        self.check_distance(b, p);
        let v = self.surely(IntOp::Left, a, b);
        let (x, y) = (self.value(a), self.value(b));
        let n = self.e.b.ins().sshr_imm_u(y, 1);
        let back = self.e.b.ins().sshr(v, n);
        let same = self.e.b.ins().icmp(IntCC::Equal, back, x);
        self.go_on_if(same, p);
        v
    }
}
