//! Small pieces of Cranelift's form that both tiers need: words, fields of objects, calls of the machine's functions, doubles.

use std::collections::BTreeMap;

use aura_heap::layout;
use aura_heap::{EXPONENT_OFFSET, FOLD, Kind};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{F64, I8, I32, I64};
use cranelift_codegen::ir::{AliasRegionData, Block, BlockArg, Function, InstBuilder, MemFlagsData, SigRef, Signature, Value};
use cranelift_codegen::isa::{CallConv, TargetIsa};
use cranelift_frontend::FunctionBuilder;

use crate::abi::{Abi, Sentinel};

/// The tag of references, which the address has too much.
pub(crate) const TAG: i32 = 1;
/// The three kinds of memory, which are disjoint: registers of activations, objects, and what is the machine's own.
#[derive(Clone, Copy)]
pub(crate) struct Memory {
    pub(crate) registers: MemFlagsData,
    pub(crate) heap: MemFlagsData,
    pub(crate) machine: MemFlagsData,
}

impl Memory {
    pub(crate) fn of(f: &mut Function) -> Memory {
        let mut region = |user_id, description: &'static str| {
            let region = f.dfg.alias_regions.insert(AliasRegionData { user_id, description: description.into() });
            MemFlagsData::trusted().with_alias_region(Some(region))
        };
        Memory { registers: region(0, "registers"), heap: region(1, "heap"), machine: region(2, "machine") }
    }
}

/// The signature of compiled functions. They save no registers for their callers, who have next to nothing to be saved: what can move is read again after calls. (Of Cranelift's
/// conventions, the one made for Winch, its other compiler, is the one that is so.)
pub(crate) fn signature() -> Signature {
    words(CallConv::Winch, 4 + GIVEN)
}

/// How many of an activation's first registers are handed over in registers of the processor, besides where they lie.
pub(crate) const GIVEN: usize = 2;

/// A function from so many words to a word.
fn words(convention: CallConv, count: usize) -> Signature {
    use cranelift_codegen::ir::AbiParam;
    let mut s = Signature::new(convention);
    s.params.extend((0..count).map(|_| AbiParam::new(I64)));
    s.returns.push(AbiParam::new(I64));
    s
}

/// An argument of a block.
pub(crate) fn arg(v: Value) -> [BlockArg; 1] {
    [BlockArg::Value(v)]
}

/// A function on its way, and what it was called with.
pub(crate) struct Emit<'a> {
    pub(crate) b: FunctionBuilder<'a>,
    pub(crate) abi: &'a Abi,
    pub(crate) isa: &'a dyn TargetIsa,
    pub(crate) mem: Memory,
    /// Of the machine's functions, by the number of their arguments.
    pub(crate) signatures: BTreeMap<usize, SigRef>,
    /// Of those that change no register.
    pub(crate) asides: BTreeMap<usize, SigRef>,
    /// Of compiled functions.
    pub(crate) compiled: Option<SigRef>,
    pub(crate) vm: Value,
    pub(crate) fp: Value,
    pub(crate) base: Value,
    /// Answers BAIL.
    pub(crate) bailed: Block,
}

impl Emit<'_> {
    pub(crate) fn word(&mut self, w: u64) -> Value {
        self.b.ins().iconst(I64, w as i64)
    }

    pub(crate) fn int32(&mut self, w: u32) -> Value {
        self.b.ins().iconst(I32, i64::from(w))
    }

    /// Word `i` of the object `o`, counted from the header.
    pub(crate) fn field(&mut self, o: Value, i: usize) -> Value {
        self.b.ins().load(I64, self.mem.heap, o, (i * 8) as i32 - TAG)
    }

    pub(crate) fn header(&mut self, o: Value) -> Value {
        self.field(o, 0)
    }

    /// The header's map, as a word.
    pub(crate) fn map_in(&mut self, header: Value) -> Value {
        self.b.ins().ushr_imm_u(header, i64::from(layout::MAP_SHIFT))
    }

    /// Whether `v` is a reference.
    pub(crate) fn is_ref(&mut self, v: Value) -> Value {
        // One instruction less than comparing the tag.
        let address = self.b.ins().iadd_imm_s(v, -i64::from(TAG));
        let tag = self.b.ins().band_imm_u(address, 3);
        self.b.ins().icmp_imm_u(IntCC::Equal, tag, 0)
    }

    /// Calls one of the machine's functions with `vm, frame, base` and these.
    pub(crate) fn help(&mut self, helper: usize, args: &[Value]) -> Value {
        let mut all = vec![self.vm, self.fp, self.base];
        all.extend_from_slice(args);
        let callee = self.word(helper as u64);
        self.call(callee, &all)
    }

    /// Calls one of those of the machine's functions that change no register; see `abi`.
    pub(crate) fn aside(&mut self, helper: usize, args: &[Value]) -> Value {
        let mut all = vec![self.vm, self.fp, self.base];
        all.extend_from_slice(args);
        let callee = self.word(helper as u64);
        let signature = match self.asides.get(&all.len()) {
            Some(s) => *s,
            None => {
                let mut s = words(CallConv::PreserveAll, all.len());
                s.returns.clear();
                let s = self.b.import_signature(s);
                self.asides.insert(all.len(), s);
                s
            }
        };
        self.b.ins().call_indirect(signature, callee, &all);
        self.b.ins().load(I64, self.mem.machine, self.vm, self.abi.answer)
    }

    fn call(&mut self, callee: Value, args: &[Value]) -> Value {
        let signature = match self.signatures.get(&args.len()) {
            Some(s) => *s,
            None => {
                let s = self.b.import_signature(words(self.isa.default_call_conv(), args.len()));
                self.signatures.insert(args.len(), s);
                s
            }
        };
        self.call_as(signature, callee, args)
    }

    /// Calls a compiled function, or what stands in for one. `given` are the receiver and the first argument, if there is one.
    pub(crate) fn call_compiled(&mut self, callee: Value, frame: Value, base: Value, given: [Value; GIVEN]) -> Value {
        let s = match self.compiled {
            Some(s) => s,
            None => *self.compiled.insert(self.b.import_signature(signature())),
        };
        let begins = self.word(0);
        let [receiver, argument] = given;
        self.call_as(s, callee, &[self.vm, frame, base, begins, receiver, argument])
    }

    fn call_as(&mut self, signature: SigRef, callee: Value, args: &[Value]) -> Value {
        let call = self.b.ins().call_indirect(signature, callee, args);
        self.b.inst_results(call)[0]
    }

    /// Goes on in a new block unless `v` says that compiled code is left.
    pub(crate) fn or_bail(&mut self, v: Value) {
        let bails = self.b.ins().icmp_imm_u(IntCC::Equal, v, Sentinel::BAIL as i64);
        let on = self.b.create_block();
        self.b.ins().brif(bails, self.bailed, &[], on, &[]);
        self.b.switch_to_block(on);
    }

    /// A block that is rarely reached.
    pub(crate) fn cold(&mut self) -> Block {
        let b = self.b.create_block();
        self.b.set_cold_block(b);
        b
    }

    /// A block with one word as its parameter.
    pub(crate) fn with_word(&mut self) -> (Block, Value) {
        let b = self.b.create_block();
        let v = self.b.append_block_param(b, I64);
        (b, v)
    }

    /// A byte as a word.
    pub(crate) fn byte(&mut self, at: Value, offset: i32) -> Value {
        let b = self.b.ins().load(I8, self.mem.machine, at, offset);
        self.b.ins().uextend(I64, b)
    }

    /// Calls one of the machine's functions for another activation than the function's own.
    pub(crate) fn help_at(&mut self, fp: Value, base: Value, helper: usize, args: &[Value]) -> Value {
        let mut all = vec![self.vm, fp, base];
        all.extend_from_slice(args);
        let callee = self.word(helper as u64);
        self.call(callee, &all)
    }

    /// The double of an immediate; see `heap/value.rs`.
    pub(crate) fn double(&mut self, v: Value) -> Value {
        let folded = self.b.ins().ushr_imm_u(v, 2);
        let bits = self.b.ins().rotr_imm_u(folded, 1);
        let d = self.b.ins().bitcast(F64, MemFlagsData::new(), bits);
        let fold = self.b.ins().f64const(FOLD);
        self.b.ins().fmul(d, fold)
    }

    /// The immediate of a double, and whether it has one that is not a zero; see `Value::immediate_float`.
    pub(crate) fn immediate(&mut self, d: Value) -> (Value, Value) {
        /// Exponents that are folded, as a double has them.
        const LEAST: u64 = (EXPONENT_OFFSET >> 53) + 1;
        let bits = self.b.ins().bitcast(I64, MemFlagsData::new(), d);
        let rotated = self.b.ins().rotl_imm_u(bits, 1);
        let exponent = self.b.ins().ushr_imm_u(rotated, 53);
        let above = self.b.ins().iadd_imm_s(exponent, -(LEAST as i64));
        let fits = self.b.ins().icmp_imm_u(IntCC::UnsignedLessThan, above, (1 << (62 - 53)) - 1);
        let v = self.b.ins().ishl_imm_u(rotated, 2);
        // Of what is subtracted only the highest bit is left after the shift, and to subtract that is to change it.
        let fold = self.word((EXPONENT_OFFSET << 2) | 3);
        (self.b.ins().bxor(v, fold), fits)
    }

    /// Whether two words are the same object, in a new block; control goes to `slow` where it takes a look into both: numbers that are objects have no
    /// identity of their own, and an object of the image may be one.
    pub(crate) fn same(&mut self, x: Value, y: Value, slow: Block) -> Value {
        const LOOK: i64 = 1 << Kind::Float as i64 | 1 << Kind::Big as i64 | 1 << Kind::Absent as i64;
        let same = self.b.ins().icmp(IntCC::Equal, x, y);
        let (differ, objects, known) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        self.b.ins().brif(same, known, &[], differ, &[]);
        self.b.switch_to_block(differ);
        let (a, b) = (self.is_ref(x), self.is_ref(y));
        let both = self.b.ins().band(a, b);
        self.b.ins().brif(both, objects, &[], known, &[]);
        self.b.switch_to_block(objects);
        let mut looks = self.word(0);
        for o in [x, y] {
            let header = self.header(o);
            let kind = self.b.ins().ushr_imm_u(header, i64::from(layout::KIND_SHIFT));
            let kind = self.b.ins().band_imm_u(kind, 15);
            let kinds = self.word(LOOK as u64);
            let bit = self.b.ins().ushr(kinds, kind);
            looks = self.b.ins().bor(looks, bit);
        }
        let looks = self.b.ins().band_imm_u(looks, 1);
        self.b.ins().brif(looks, slow, &[], known, &[]);
        self.b.switch_to_block(known);
        same
    }

    /// A boolean of the machine for a condition.
    pub(crate) fn boolean(&mut self, condition: Value) -> Value {
        let (t, f) = (self.word(self.abi.special.true_), self.word(self.abi.special.false_));
        self.b.ins().select(condition, t, f)
    }
}
