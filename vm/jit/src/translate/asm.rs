//! Small pieces of code: registers of the activation, words of objects, calls of the machine's functions.

use aura_code::Reg;
use aura_heap::layout;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I8, I32, I64};
use cranelift_codegen::ir::{AliasRegionData, Block, BlockArg, Function, InstBuilder, MemFlagsData, Signature, Value};
use cranelift_codegen::isa::TargetIsa;

use super::Translator;
use super::cache::{Kind, Known};
use crate::abi::Sentinel;

/// The tag of references, which the address has too much.
pub(super) const TAG: i32 = 1;

/// The three kinds of memory, which are disjoint: registers of activations, objects, and what is the machine's own.
#[derive(Clone, Copy)]
pub(super) struct Memory {
    pub(super) registers: MemFlagsData,
    pub(super) heap: MemFlagsData,
    pub(super) machine: MemFlagsData,
}

impl Memory {
    pub(super) fn of(f: &mut Function) -> Memory {
        let mut region = |user_id, description: &'static str| {
            let region = f.dfg.alias_regions.insert(AliasRegionData { user_id, description: description.into() });
            MemFlagsData::trusted().with_alias_region(Some(region))
        };
        Memory { registers: region(0, "registers"), heap: region(1, "heap"), machine: region(2, "machine") }
    }
}

/// The signature of compiled functions.
pub(crate) fn signature(isa: &dyn TargetIsa) -> Signature {
    words(isa, 4)
}

/// A function from so many words to a word.
pub(super) fn words(isa: &dyn TargetIsa, count: usize) -> Signature {
    use cranelift_codegen::ir::AbiParam;
    let mut s = Signature::new(isa.default_call_conv());
    s.params.extend((0..count).map(|_| AbiParam::new(I64)));
    s.returns.push(AbiParam::new(I64));
    s
}

/// An argument of a block.
pub(super) fn arg(v: Value) -> [BlockArg; 1] {
    [BlockArg::Value(v)]
}

impl Translator<'_> {
    pub(super) fn word(&mut self, w: u64) -> Value {
        self.b.ins().iconst(I64, w as i64)
    }

    pub(super) fn int32(&mut self, w: u32) -> Value {
        self.b.ins().iconst(I32, i64::from(w))
    }

    /// What register `r` holds.
    pub(super) fn known(&mut self, r: Reg) -> Known {
        if let Some(k) = self.cache.get(r) {
            return k;
        }
        let word = self.b.ins().load(I64, self.mem.registers, self.base, i32::from(r) * 8);
        self.cache.set(r, word, Kind::Any);
        Known { word, kind: Kind::Any }
    }

    /// The word that register `r` holds.
    pub(super) fn get(&mut self, r: Reg) -> Value {
        self.known(r).word
    }

    /// Register `r` holds `v` from now on.
    pub(super) fn set(&mut self, r: Reg, v: Value, kind: Kind) {
        self.b.ins().store(self.mem.registers, v, self.base, i32::from(r) * 8);
        self.cache.set(r, v, kind);
    }

    /// The address of register `r`.
    pub(super) fn address(&mut self, r: Reg) -> Value {
        self.b.ins().iadd_imm_s(self.base, i64::from(r) * 8)
    }

    /// Word `i` of the object `o`, counted from the header.
    pub(super) fn field(&mut self, o: Value, i: usize) -> Value {
        self.b.ins().load(I64, self.mem.heap, o, (i * 8) as i32 - TAG)
    }

    pub(super) fn header(&mut self, o: Value) -> Value {
        self.field(o, 0)
    }

    /// The header's map, as a word.
    pub(super) fn map_in(&mut self, header: Value) -> Value {
        self.b.ins().ushr_imm_u(header, i64::from(layout::MAP_SHIFT))
    }

    /// Whether `v` is a reference.
    pub(super) fn is_ref(&mut self, v: Value) -> Value {
        let tag = self.b.ins().band_imm_u(v, 3);
        self.b.ins().icmp_imm_u(IntCC::Equal, tag, 1)
    }

    /// The instruction at which the interpreter would go on, and traces look.
    pub(super) fn save(&mut self, pc: usize) {
        let pc = self.int32(pc as u32);
        self.b.ins().store(self.mem.machine, pc, self.fp, self.abi.frame.pc);
    }

    /// Calls one of the machine's functions with `vm, frame, base` and these.
    pub(super) fn help(&mut self, helper: usize, args: &[Value]) -> Value {
        let mut all = vec![self.vm, self.fp, self.base];
        all.extend_from_slice(args);
        let callee = self.word(helper as u64);
        self.call(callee, &all)
    }

    pub(super) fn call(&mut self, callee: Value, args: &[Value]) -> Value {
        let signature = match self.signatures.get(&args.len()) {
            Some(s) => *s,
            None => {
                let s = self.b.import_signature(words(self.isa, args.len()));
                self.signatures.insert(args.len(), s);
                s
            }
        };
        let call = self.b.ins().call_indirect(signature, callee, args);
        self.b.inst_results(call)[0]
    }

    /// Goes on in a new block unless `v` says that compiled code is left.
    pub(super) fn or_bail(&mut self, v: Value) {
        let bails = self.b.ins().icmp_imm_u(IntCC::Equal, v, Sentinel::BAIL as i64);
        let on = self.b.create_block();
        self.b.ins().brif(bails, self.bailed, &[], on, &[]);
        self.b.switch_to_block(on);
    }

    /// A helper that may run code or collect, and may leave.
    pub(super) fn help_or_bail(&mut self, helper: usize, args: &[Value]) -> Value {
        let v = self.help(helper, args);
        self.or_bail(v);
        self.cache.collected();
        v
    }

    /// A block that is rarely reached.
    pub(super) fn cold(&mut self) -> Block {
        let b = self.b.create_block();
        self.b.set_cold_block(b);
        b
    }

    /// A block with one word as its parameter.
    pub(super) fn with_word(&mut self) -> (Block, Value) {
        let b = self.b.create_block();
        let v = self.b.append_block_param(b, I64);
        (b, v)
    }

    /// Counts one unit of fuel; a block that is reached when there is none is left to be filled.
    pub(super) fn spend(&mut self) -> Block {
        let left = self.b.ins().load(I64, self.mem.machine, self.vm, self.abi.budget);
        let left = self.b.ins().iadd_imm_s(left, -1);
        self.b.ins().store(self.mem.machine, left, self.vm, self.abi.budget);
        let over = self.b.ins().icmp_imm_s(IntCC::SignedLessThan, left, 0);
        let (none, on) = (self.cold(), self.b.create_block());
        self.b.ins().brif(over, none, &[], on, &[]);
        self.b.switch_to_block(on);
        none
    }

    /// A byte as a word.
    pub(super) fn byte(&mut self, at: Value, offset: i32) -> Value {
        let b = self.b.ins().load(I8, self.mem.machine, at, offset);
        self.b.ins().uextend(I64, b)
    }

    /// The interpreter goes on at instruction `pc`.
    pub(super) fn leave(&mut self, pc: usize) {
        self.save(pc);
        let v = self.help(self.abi.helpers.leave, &[]);
        self.b.ins().return_(&[v]);
    }
}
