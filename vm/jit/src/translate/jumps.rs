//! Jumps, loops, answers, and messages that were inlined and must be sent after all.

use aura_code::{Instr, Op};
use aura_heap::layout;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I32;
use cranelift_codegen::ir::{InstBuilder, Value};

use super::cache::Kind;
use super::{Translator, length, target};

impl Translator<'_> {
    /// The activation answers; one with flags of its own is the interpreter's to leave.
    pub(super) fn answer(&mut self, pc: usize, i: Instr) -> (usize, bool) {
        let v = self.get(i.a);
        let flags = self.e.b.ins().load(I32, self.e.mem.machine, self.e.fp, self.e.abi.frame.flags);
        let flags = self.e.b.ins().band_imm_u(flags, i64::from(!self.e.abi.frame.called));
        let (slow, on) = (self.e.cold(), self.e.b.create_block());
        self.e.b.ins().brif(flags, slow, &[], on, &[]);
        self.e.b.switch_to_block(slow);
        self.leave(pc);
        self.e.b.switch_to_block(on);
        self.e.b.ins().return_(&[v]);
        (pc + 1, false)
    }

    pub(super) fn jump(&mut self, pc: usize, i: Instr) -> (usize, bool) {
        let next = pc + length(i);
        match i.op {
            Op::Jump => self.go(target(next, i)),
            Op::Loop => self.turn(target(next, i)),
            Op::JumpTrue | Op::JumpFalse => {
                let v = self.get(i.a);
                self.jump_on(pc, i, v);
            }
            _ => return self.check_number(pc, i),
        }
        (next, false)
    }

    /// The end of a loop's turn.
    fn turn(&mut self, head: usize) {
        let over = self.spend();
        self.go(head);
        self.e.b.switch_to_block(over);
        self.save(head);
        let v = self.e.help(self.e.abi.helpers.poll, &[]);
        self.e.b.ins().return_(&[v]);
    }

    /// The conditional jump `i` at `pc` on the boolean `v`; anything else is an inlined message that is really sent.
    pub(super) fn jump_on(&mut self, pc: usize, i: Instr, v: Value) {
        let (go, stay) = self.booleans(i.op);
        let there = self.way(target(pc + 1, i));
        let on = self.way(pc + 1);
        let (not_go, surprise) = (self.e.b.create_block(), self.e.cold());
        let is = self.e.b.ins().icmp_imm_u(IntCC::Equal, v, go as i64);
        self.e.b.ins().brif(is, there, &[], not_go, &[]);
        self.e.b.switch_to_block(not_go);
        let is = self.e.b.ins().icmp_imm_u(IntCC::Equal, v, stay as i64);
        self.e.b.ins().brif(is, on, &[], surprise, &[]);
        self.e.b.switch_to_block(surprise);
        self.inlined(pc);
    }

    /// The boolean on which a jump is taken, and the other.
    fn booleans(&self, op: Op) -> (u64, u64) {
        let s = &self.e.abi.special;
        if op == Op::JumpTrue { (s.true_, s.false_) } else { (s.false_, s.true_) }
    }

    /// Both ways of a comparison's jump, which is at `pc`.
    pub(super) fn branch(&mut self, pc: usize, condition: Value) {
        let jump = self.unit.instrs[pc];
        let (there, on) = (self.way(target(pc + 1, jump)), self.way(pc + 1));
        let (if_true, if_false) = if jump.op == Op::JumpTrue { (there, on) } else { (on, there) };
        self.e.b.ins().brif(condition, if_true, &[], if_false, &[]);
    }

    /// Sends the message that was inlined at `pc`.
    fn inlined(&mut self, pc: usize) {
        self.save(pc + 1);
        let v = self.e.help(self.e.abi.helpers.inlined_send, &[]);
        self.e.or_bail(v);
        let sites = &self.unit.code.inline_sites;
        match sites.iter().find(|s| s.pc == pc as u32).map(|s| s.join as usize).filter(|j| self.blocks.contains_key(j)) {
            Some(join) => self.go(join),
            // Without a description it is an error, which the interpreter signals.
            None => self.leave(pc),
        }
    }

    fn check_number(&mut self, pc: usize, i: Instr) -> (usize, bool) {
        let k = self.known(i.a);
        if matches!(k.kind, Kind::Int | Kind::Float) {
            return (pc + 1, true);
        }
        let (object, on, surprise) = (self.e.cold(), self.e.b.create_block(), self.e.cold());
        let is_ref = self.e.is_ref(k.word);
        self.e.b.ins().brif(is_ref, object, &[], on, &[]);
        self.e.b.switch_to_block(object);
        let header = self.e.header(k.word);
        let kind = self.e.b.ins().ushr_imm_u(header, i64::from(layout::KIND_SHIFT));
        let kind = self.e.b.ins().band_imm_u(kind, 15);
        let float = self.e.b.ins().icmp_imm_u(IntCC::Equal, kind, layout::Kind::Float as i64);
        let big = self.e.b.ins().icmp_imm_u(IntCC::Equal, kind, layout::Kind::Big as i64);
        let number = self.e.b.ins().bor(float, big);
        self.e.b.ins().brif(number, on, &[], surprise, &[]);
        self.e.b.switch_to_block(surprise);
        self.inlined(pc);
        self.e.b.switch_to_block(on);
        (pc + 1, true)
    }

    /// The short end of a counting loop.
    pub(super) fn count(&mut self, pc: usize, i: Instr) -> (usize, bool) {
        let (x, limit) = (self.known(i.a), self.known(i.b));
        let slow = self.e.b.create_block();
        self.both_ints(x, limit, slow);
        let step = self.e.word(u64::from(i.n) << 1);
        let (next, over) = if i.op == Op::CountDown {
            self.e.b.ins().ssub_overflow(x.word, step)
        } else {
            self.e.b.ins().sadd_overflow(x.word, step)
        };
        let fits = self.e.b.create_block();
        self.e.b.ins().brif(over, slow, &[], fits, &[]);
        self.e.b.switch_to_block(fits);
        let within = match i.op {
            Op::CountUp => IntCC::SignedLessThanOrEqual,
            Op::CountBelow => IntCC::SignedLessThan,
            _ => IntCC::SignedGreaterThanOrEqual,
        };
        let within = self.e.b.ins().icmp(within, next, limit.word);
        let again = self.e.b.create_block();
        self.e.b.ins().brif(within, again, &[], slow, &[]);
        self.e.b.switch_to_block(again);
        self.e.b.ins().store(self.e.mem.registers, next, self.e.base, i32::from(i.a) * 8);
        self.turn(pc + 1 - usize::from(i.c));
        self.e.b.switch_to_block(slow);
        self.go(pc + 1);
        (pc + 1, false)
    }

    /// Goes on if both are small integers, and else to `otherwise`. Both are known to be afterwards.
    pub(super) fn both_ints(&mut self, x: super::cache::Known, y: super::cache::Known, otherwise: cranelift_codegen::ir::Block) {
        let unsure: Vec<Value> = [x, y].iter().filter(|k| k.kind != Kind::Int).map(|k| k.word).collect();
        let Some(first) = unsure.first().copied() else { return };
        let mixed = unsure[1..].iter().fold(first, |a, b| self.e.b.ins().bor(a, *b));
        let tag = self.e.b.ins().band_imm_u(mixed, 1);
        let on = self.e.b.create_block();
        self.e.b.ins().brif(tag, otherwise, &[], on, &[]);
        self.e.b.switch_to_block(on);
    }
}
