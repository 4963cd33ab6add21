//! Sends through inline caches, and primitives.

use aura_code::{Instr, Op, Reg};
use aura_heap::layout;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I32, I64};
use cranelift_codegen::ir::{Block, InstBuilder, Value};

use super::Translator;
use super::cache::{Kind, Known};
use crate::abi::Sentinel;
use crate::emit::{TAG, arg};

/// A send that is being translated.
struct Sending {
    pc: usize,
    site: u16,
    window: Reg,
    argc: usize,
    ret: Reg,
    receiver: Value,
    /// The receiver is not in the window yet.
    to_self: bool,
    done: Block,
    slow: Block,
}

impl Translator<'_> {
    pub(super) fn send(&mut self, pc: usize, i: Instr) -> (usize, bool) {
        let to_self = i.op == Op::SendSelf;
        let receiver = self.known(if to_self { u16::from(i.n) } else { i.a });
        let (done, answer) = self.e.with_word();
        // With the entry, or 0 if the cache has none.
        let slow = self.e.cold();
        let found = self.e.b.append_block_param(slow, I64);
        let argc = usize::from(self.unit.sites[usize::from(i.b)].argc);
        let s = Sending { pc, site: i.b, window: i.a, argc, ret: i.c, receiver: receiver.word, to_self, done, slow };
        let entry = self.entry_for(&s, receiver);
        self.by_kind(&s, entry);
        self.e.b.switch_to_block(slow);
        self.save(pc + 1);
        let args = [self.e.word(u64::from(i.b)), self.e.word(u64::from(i.a)), s.receiver, self.e.word(u64::from(i.c)), found];
        let v = self.e.help(self.e.abi.helpers.send, &args);
        self.e.or_bail(v);
        self.e.b.ins().jump(done, &arg(v));
        self.resumable(pc + 1, i.c, done);
        self.e.b.switch_to_block(done);
        self.cache.clear();
        self.set(i.c, answer, Kind::Any);
        (pc + 1, true)
    }

    /// The number of the receiver's map.
    fn map_of(&mut self, receiver: Known) -> Value {
        match receiver.kind {
            Kind::Int => self.e.word(u64::from(self.e.abi.maps.int)),
            Kind::Float => self.e.word(u64::from(self.e.abi.maps.float)),
            Kind::Ref => {
                let h = self.e.header(receiver.word);
                self.e.map_in(h)
            }
            Kind::Any => {
                let (done, map) = self.e.with_word();
                let (object, immediate) = (self.e.b.create_block(), self.e.b.create_block());
                let is_ref = self.e.is_ref(receiver.word);
                self.e.b.ins().brif(is_ref, object, &[], immediate, &[]);
                self.e.b.switch_to_block(object);
                let h = self.e.header(receiver.word);
                let m = self.e.map_in(h);
                self.e.b.ins().jump(done, &arg(m));
                self.e.b.switch_to_block(immediate);
                let bit = self.e.b.ins().band_imm_u(receiver.word, 1);
                let (int, float) = (self.e.word(u64::from(self.e.abi.maps.int)), self.e.word(u64::from(self.e.abi.maps.float)));
                let m = self.e.b.ins().select(bit, float, int);
                self.e.b.ins().jump(done, &arg(m));
                self.e.b.switch_to_block(done);
                map
            }
        }
    }

    /// The address of the cache's entry for the receiver; where there is none, the machine sends.
    fn entry_for(&mut self, s: &Sending, receiver: Known) -> Value {
        let map = self.map_of(receiver);
        let cache = self.e.word(self.unit.sites[usize::from(s.site)].cache);
        let first = self.e.b.ins().uload32(self.e.mem.machine, cache, self.e.abi.entry.map);
        let hit = self.e.b.ins().icmp(IntCC::Equal, first, map);
        let (found, entry) = self.e.with_word();
        let more = self.e.cold();
        self.e.b.ins().brif(hit, found, &arg(cache), more, &[]);
        self.e.b.switch_to_block(more);
        let other = self.e.help(self.e.abi.helpers.find, &[cache, map]);
        self.e.b.ins().brif(other, found, &arg(other), s.slow, &arg(other));
        self.e.b.switch_to_block(found);
        entry
    }

    /// What the kinds of entries mean that were seen here; all others are the machine's.
    fn by_kind(&mut self, s: &Sending, entry: Value) {
        let k = self.e.abi.kinds;
        let seen = self.unit.sites[usize::from(s.site)].seen;
        let mut kinds: Vec<u8> =
            [k.method, k.data, k.constant, k.assign, k.block].into_iter().filter(|k| seen >> k & 1 == 1).collect();
        if kinds.is_empty() && seen == 0 {
            kinds.push(k.method);
        }
        let kind = self.e.byte(entry, self.e.abi.entry.kind);
        for wanted in kinds {
            let (this, next) = (self.e.b.create_block(), self.e.b.create_block());
            let is = self.e.b.ins().icmp_imm_u(IntCC::Equal, kind, i64::from(wanted));
            self.e.b.ins().brif(is, this, &[], next, &[]);
            self.e.b.switch_to_block(this);
            if wanted == k.method {
                let code = self.e.b.ins().load(I64, self.e.mem.machine, entry, self.e.abi.entry.target);
                self.activate(s, code);
            } else if wanted == k.block {
                self.evaluate(s, entry);
            } else if wanted == k.constant {
                let v = self.e.b.ins().load(I64, self.e.mem.machine, entry, self.e.abi.entry.target);
                self.e.b.ins().jump(s.done, &arg(v));
            } else {
                self.slot(s, entry, wanted == k.assign);
            }
            self.e.b.switch_to_block(next);
        }
        self.e.b.ins().jump(s.slow, &arg(entry));
    }

    /// Reads or sets a data slot of the receiver's own.
    fn slot(&mut self, s: &Sending, entry: Value, assign: bool) {
        let word = self.e.b.ins().uload32(self.e.mem.machine, entry, self.e.abi.entry.word);
        let offset = self.e.b.ins().ishl_imm_u(word, 3);
        let at = self.e.b.ins().iadd(s.receiver, offset);
        if !assign {
            let v = self.e.b.ins().load(I64, self.e.mem.heap, at, -TAG);
            self.e.b.ins().jump(s.done, &arg(v));
            return;
        }
        let header = self.e.header(s.receiver);
        let barrier = self.e.b.ins().band_imm_u(header, layout::BARRIER as i64);
        let plain = self.e.b.create_block();
        self.e.b.ins().brif(barrier, s.slow, &arg(entry), plain, &[]);
        self.e.b.switch_to_block(plain);
        let v = self.e.b.ins().load(I64, self.e.mem.registers, self.e.base, (i32::from(s.window) + 1) * 8);
        self.e.b.ins().store(self.e.mem.heap, v, at, -TAG);
        self.e.b.ins().jump(s.done, &arg(s.receiver));
    }

    /// Evaluates the receiver, a block, if it takes no more arguments than there are.
    fn evaluate(&mut self, s: &Sending, entry: Value) {
        let code = self.e.field(s.receiver, layout::CODE);
        let takes = self.e.b.ins().load(I32, self.e.mem.machine, code, self.e.abi.linked.argc);
        let enough = self.e.b.ins().icmp_imm_u(IntCC::UnsignedLessThanOrEqual, takes, s.argc as i64);
        let on = self.e.b.create_block();
        self.e.b.ins().brif(enough, on, &[], s.slow, &arg(entry));
        self.e.b.switch_to_block(on);
        self.activate(s, code);
    }

    /// Writes an activation of `code` and calls it.
    fn activate(&mut self, s: &Sending, code: Value) {
        if s.to_self {
            self.e.b.ins().store(self.e.mem.registers, s.receiver, self.e.base, i32::from(s.window) * 8);
        }
        self.save(s.pc + 1);
        let f = self.e.abi.frame;
        let frame = self.e.b.ins().iadd_imm_s(self.e.fp, i64::from(f.size));
        let base = self.e.b.ins().uload32(self.e.mem.machine, self.e.fp, f.base);
        let base = self.e.b.ins().iadd_imm_s(base, i64::from(s.window));
        let base = self.e.b.ins().ishl_imm_u(base, 32);
        let ret = self.e.word(u64::from(s.ret) | u64::from(f.called) << 32);
        let zero = self.e.word(0);
        for (value, offset) in [(code, f.code), (base, f.pc), (ret, f.ret), (zero, f.serial)] {
            self.e.b.ins().store(self.e.mem.machine, value, frame, offset);
        }
        let callee = self.e.b.ins().load(I64, self.e.mem.machine, code, self.e.abi.linked.native);
        let window = self.address(s.window);
        let argument = match s.argc {
            0 => zero,
            _ => self.e.b.ins().load(I64, self.e.mem.registers, window, 8),
        };
        let v = self.e.call_compiled(callee, frame, window, [s.receiver, argument]);
        let bails = self.e.b.ins().icmp_imm_u(IntCC::Equal, v, Sentinel::BAIL as i64);
        self.e.b.ins().brif(bails, self.e.bailed, &[], s.done, &arg(v));
    }

    pub(super) fn primitive(&mut self, pc: usize, i: Instr) -> (usize, bool) {
        let or_jump = i.op == Op::PrimOrJump;
        let next = pc + 1 + usize::from(or_jump);
        self.save(next);
        let args = [u64::from(i.b), u64::from(i.a), u64::from(i.n), u64::from(i.c), u64::from(or_jump)].map(|w| self.e.word(w));
        let v = self.help_or_bail(self.e.abi.helpers.prim, &args);
        let (done, answer) = self.e.with_word();
        self.cache.clear();
        if or_jump {
            let failed = self.e.b.ins().icmp_imm_u(IntCC::Equal, v, Sentinel::FAILED as i64);
            let jump = self.unit.instrs[pc + 1];
            let there = self.way(super::target(pc + 2, jump));
            self.e.b.ins().brif(failed, there, &[], done, &arg(v));
        } else {
            self.e.b.ins().jump(done, &arg(v));
        }
        self.resumable(next, i.c, done);
        self.e.b.switch_to_block(done);
        self.set(i.c, answer, Kind::Any);
        if or_jump {
            self.go(next);
        }
        (next, !or_jump)
    }
}
