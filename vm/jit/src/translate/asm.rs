//! Small pieces of code: registers of the activation, fuel, leaving.

use aura_code::Reg;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{Block, InstBuilder, Value};

use super::Translator;
use super::cache::{Kind, Known};

impl Translator<'_> {
    /// What register `r` holds.
    pub(super) fn known(&mut self, r: Reg) -> Known {
        if let Some(k) = self.cache.get(r) {
            return k;
        }
        let word = self.e.b.ins().load(I64, self.e.mem.registers, self.e.base, i32::from(r) * 8);
        self.cache.set(r, word, Kind::Any);
        Known { word, kind: Kind::Any }
    }

    /// The word that register `r` holds.
    pub(super) fn get(&mut self, r: Reg) -> Value {
        self.known(r).word
    }

    /// Register `r` holds `v` from now on.
    pub(super) fn set(&mut self, r: Reg, v: Value, kind: Kind) {
        self.e.b.ins().store(self.e.mem.registers, v, self.e.base, i32::from(r) * 8);
        self.cache.set(r, v, kind);
    }

    /// The address of register `r`.
    pub(super) fn address(&mut self, r: Reg) -> Value {
        self.e.b.ins().iadd_imm_s(self.e.base, i64::from(r) * 8)
    }

    /// The instruction at which the interpreter would go on, and traces look.
    pub(super) fn save(&mut self, pc: usize) {
        let pc = self.e.int32(pc as u32);
        self.e.b.ins().store(self.e.mem.machine, pc, self.e.fp, self.e.abi.frame.pc);
    }

    /// A helper that may run code or collect, and may leave.
    pub(super) fn help_or_bail(&mut self, helper: usize, args: &[Value]) -> Value {
        let v = self.e.help(helper, args);
        self.e.or_bail(v);
        self.cache.collected();
        v
    }

    /// Counts one unit of fuel; a block that is reached when there is none is left to be filled.
    pub(super) fn spend(&mut self) -> Block {
        let left = self.e.b.ins().load(I64, self.e.mem.machine, self.e.vm, self.e.abi.budget);
        let left = self.e.b.ins().iadd_imm_s(left, -1);
        self.e.b.ins().store(self.e.mem.machine, left, self.e.vm, self.e.abi.budget);
        let over = self.e.b.ins().icmp_imm_s(IntCC::SignedLessThan, left, 0);
        let (none, on) = (self.e.cold(), self.e.b.create_block());
        self.e.b.ins().brif(over, none, &[], on, &[]);
        self.e.b.switch_to_block(on);
        none
    }

    /// The interpreter goes on at instruction `pc`.
    pub(super) fn leave(&mut self, pc: usize) {
        self.save(pc);
        let v = self.e.help(self.e.abi.helpers.leave, &[]);
        self.e.b.ins().return_(&[v]);
    }
}
