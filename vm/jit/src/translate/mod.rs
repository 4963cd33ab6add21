//! From bytecode to Cranelift's intermediate form, one instruction after the other: the baseline tier.
//!
//! Nothing is guessed. Each instruction has its fast path inline, as the interpreter has it, and a call of the machine for the rest. Inline caches are read as data,
//! so changing the world needs no new code. What was seen at a site only decides which kinds of entries get a path inline.
//!
//! A *place to go on* is: after each send and primitive, at loop heads, after instructions that are left to the interpreter, and where inlined messages join. There all
//! is in memory, so that a function is one body with several entries.
//!
//! `asm` has the small pieces, `cache` what is known of registers; `sends`, `numbers`, `jumps`, `objects` have the instructions.

mod asm;
mod cache;
mod jumps;
mod numbers;
mod objects;
mod sends;

use std::collections::{BTreeMap, BTreeSet};

use aura_code::{Instr, Op, Reg};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I32, I64};
use cranelift_codegen::ir::{self, Block, BlockCall, InstBuilder, JumpTableData, Value};
use cranelift_codegen::isa::TargetIsa;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};

pub(crate) use numbers::{SAME, conditions, has_immediate, which};

use crate::abi::{Abi, Sentinel};
use crate::compiler::NotCompiled;
use crate::emit::{Emit, Memory, arg};
use crate::unit::Unit;
use cache::{Cache, Kind};

/// One function on its way.
struct Translator<'a> {
    e: Emit<'a>,
    unit: &'a Unit,
    /// Where straight runs begin.
    blocks: BTreeMap<usize, Block>,
    /// How many ways lead there; where it is one, what is known goes along.
    ways: BTreeMap<usize, u32>,
    carried: BTreeMap<usize, Cache>,
    cache: Cache,
    /// The places to go on: instruction and block.
    places: BTreeMap<usize, Block>,
}

/// Fills `func` with the code of `unit`; answers the number of the place to go on before each instruction.
pub(crate) fn translate(
    func: &mut ir::Function,
    context: &mut FunctionBuilderContext,
    unit: &Unit,
    abi: &Abi,
    isa: &dyn TargetIsa,
) -> Result<Vec<u16>, NotCompiled> {
    let mem = Memory::of(func);
    let mut b = FunctionBuilder::new(func, context);
    let entry = b.create_block();
    b.append_block_params_for_function_params(entry);
    b.switch_to_block(entry);
    let &[vm, fp, base, at, receiver, argument] = b.block_params(entry) else {
        return Err(NotCompiled("a signature of six words".into()));
    };
    let bailed = b.create_block();
    b.set_cold_block(bailed);
    let mut t = Translator {
        e: Emit { b, abi, isa, mem, signatures: BTreeMap::new(), asides: BTreeMap::new(), compiled: None, vm, fp, base, bailed },
        unit,
        blocks: BTreeMap::new(),
        ways: BTreeMap::new(),
        carried: BTreeMap::new(),
        cache: Cache::default(),
        places: BTreeMap::new(),
    };
    t.find_blocks();
    let (start, dispatch) = (t.e.b.create_block(), t.e.cold());
    t.e.b.ins().brif(at, dispatch, &[], start, &[]);
    t.e.b.switch_to_block(start);
    t.enter();
    for (r, word) in [receiver, argument].into_iter().enumerate().take(1 + usize::from(unit.code.argc)) {
        t.cache.set(r as Reg, word, Kind::Any);
    }
    t.body();
    t.e.b.switch_to_block(bailed);
    let bail = t.e.word(Sentinel::BAIL);
    t.e.b.ins().return_(&[bail]);
    t.e.b.switch_to_block(dispatch);
    let resume = t.dispatch(at)?;
    t.e.b.seal_all_blocks();
    t.e.b.finalize(isa.frontend_config());
    Ok(resume)
}

impl Translator<'_> {
    /// Whether the activation may begin: fuel, room for activations and registers, native stack.
    fn enter(&mut self) {
        let end = self.address(self.unit.code.nregs);
        let none = self.spend();
        let (asks, on) = (self.e.cold(), self.e.b.create_block());
        let last = self.e.b.ins().load(I64, self.e.mem.machine, self.e.vm, self.e.abi.last_frame);
        let deep = self.e.b.ins().icmp(IntCC::UnsignedGreaterThan, self.e.fp, last);
        let stack_end = self.e.b.ins().load(I64, self.e.mem.machine, self.e.vm, self.e.abi.stack_end);
        let wide = self.e.b.ins().icmp(IntCC::UnsignedGreaterThan, end, stack_end);
        let sp = self.e.b.ins().get_stack_pointer(I64);
        let floor = self.e.b.ins().load(I64, self.e.mem.machine, self.e.vm, self.e.abi.floor);
        let low = self.e.b.ins().icmp(IntCC::UnsignedLessThan, sp, floor);
        let any = self.e.b.ins().bor(deep, wide);
        let any = self.e.b.ins().bor(any, low);
        self.e.b.ins().brif(any, asks, &[], on, &[]);
        for (block, helper) in [(asks, self.e.abi.helpers.enter), (none, self.e.abi.helpers.poll)] {
            self.e.b.switch_to_block(block);
            let v = self.e.help(helper, &[]);
            self.e.b.ins().return_(&[v]);
        }
        self.e.b.switch_to_block(on);
    }

    fn body(&mut self) {
        let mut pc = 0;
        let mut reached = true;
        while pc < self.unit.instrs.len() {
            if let Some(block) = self.blocks.get(&pc).copied() {
                if reached {
                    self.go(pc);
                }
                self.e.b.switch_to_block(block);
                self.cache = self.carried.remove(&pc).unwrap_or_default();
                reached = true;
            }
            if reached {
                (pc, reached) = self.instruction(pc);
            } else {
                pc += 1;
            }
        }
        if reached {
            // Verified code does not run over its end.
            self.leave(0);
        }
    }

    /// Translates the instruction at `pc`: the next one, and whether control goes there by itself.
    fn instruction(&mut self, pc: usize) -> (usize, bool) {
        let i = self.unit.instrs[pc];
        match i.op {
            Op::Send | Op::SendSelf | Op::Resend => self.send(pc, i),
            Op::Prim | Op::PrimOrJump => self.primitive(pc, i),
            Op::Return => self.answer(pc, i),
            Op::Jump | Op::Loop | Op::JumpTrue | Op::JumpFalse | Op::CheckNumber => self.jump(pc, i),
            Op::CountUp | Op::CountBelow | Op::CountDown => self.count(pc, i),
            Op::Protect | Op::Unwind | Op::ReturnHome | Op::AddSlot => {
                self.leave(pc);
                (pc + 1, false)
            }
            op if op.is_guard() => self.guard(pc, i),
            _ => self.simple(pc, i),
        }
    }

    /// Goes to the instruction at `pc`, which begins a block. What is known goes along if this is the only way there.
    fn go(&mut self, pc: usize) {
        let block = self.way(pc);
        self.e.b.ins().jump(block, &[]);
    }

    /// The block of `pc`, to which there is a way with what is known now.
    fn way(&mut self, pc: usize) -> Block {
        if self.ways.get(&pc) == Some(&1) {
            self.carried.insert(pc, self.cache.clone());
        }
        self.blocks[&pc]
    }

    fn find_blocks(&mut self) {
        let mut heads = BTreeSet::new();
        let mut ways = BTreeMap::new();
        let mut way = |to: usize, from: usize, ways_more: u32| {
            *ways.entry(to).or_insert(0) += ways_more;
            if to <= from {
                heads.insert(to);
            }
        };
        let mut joined = BTreeSet::new();
        let unit = self.unit;
        let instrs = &unit.instrs;
        let mut pc = 0;
        while pc < instrs.len() {
            let i = instrs[pc];
            let next = pc + length(i);
            match i.op {
                op if op.is_compare_jump() => {
                    way(next, pc, 1);
                    way(target(next, instrs[pc + 2]), pc, 1);
                }
                Op::Jump | Op::Loop => way(target(next, i), pc, 1),
                Op::JumpTrue | Op::JumpFalse => {
                    way(next, pc, 1);
                    way(target(next, i), pc, 1);
                }
                Op::CountUp | Op::CountBelow | Op::CountDown => {
                    way(next, pc, 1);
                    way(next - usize::from(i.c), pc, 1);
                }
                Op::PrimOrJump => {
                    way(pc + 2, pc, 1);
                    way(target(pc + 2, instrs[pc + 1]), pc, 1);
                }
                // Only the interpreter goes on behind these.
                Op::Protect | Op::Unwind | Op::AddSlot => {
                    way(next, pc, 2);
                    joined.insert(next);
                }
                _ => {}
            }
            pc = next;
        }
        for site in &self.unit.code.inline_sites {
            let join = site.join as usize;
            way(join, 0, 2);
            joined.insert(join);
            // It may be a comparison's jump, which is then gone on with in two ways.
            if join >= 2 && instrs[join - 2].op.is_compare_jump() {
                way(join + 1, 0, 2);
                way(target(join + 1, instrs[join]), 0, 2);
            }
        }
        // Control also comes from the instruction before, if that goes on by itself.
        let mut pc = 0;
        while pc < instrs.len() {
            let next = pc + length(instrs[pc]);
            if goes_on(instrs[pc].op)
                && let Some(n) = ways.get_mut(&next)
            {
                *n += 1;
            }
            pc = next;
        }
        for pc in ways.keys().filter(|pc| **pc < instrs.len()) {
            self.blocks.insert(*pc, self.e.b.create_block());
        }
        for head in heads.into_iter().filter(|h| *h < instrs.len()) {
            // One more way: from the interpreter into the middle of the loop.
            *ways.entry(head).or_insert(0) += 1;
            joined.insert(head);
        }
        self.ways = ways;
        for pc in joined.into_iter().filter(|pc| *pc < instrs.len()) {
            let place = self.e.cold();
            self.places.insert(pc, place);
        }
    }

    /// The block for going on behind an instruction whose answer is in register `ret`, which it gives to `done`.
    fn resumable(&mut self, pc: usize, ret: aura_code::Reg, done: Block) {
        if self.places.contains_key(&pc) {
            return;
        }
        let place = self.e.cold();
        self.e.b.switch_to_block(place);
        let v = self.e.b.ins().load(I64, self.e.mem.registers, self.e.base, i32::from(ret) * 8);
        self.e.b.ins().jump(done, &arg(v));
        self.places.insert(pc, place);
    }

    /// Goes to the place number `at`; the places' numbers.
    fn dispatch(&mut self, at: Value) -> Result<Vec<u16>, NotCompiled> {
        let mut resume = vec![0; self.unit.instrs.len() + 1];
        let mut table = Vec::new();
        let places = std::mem::take(&mut self.places);
        for (n, (pc, block)) in places.iter().enumerate() {
            resume[*pc] = u16::try_from(n + 1).map_err(|_| NotCompiled("too many places to go on".into()))?;
            table.push(BlockCall::new(*block, [], &mut self.e.b.func.dfg.value_lists));
        }
        if table.is_empty() {
            self.e.b.ins().jump(self.e.bailed, &[]);
            return Ok(resume);
        }
        let number = self.e.b.ins().iadd_imm_s(at, -1);
        let number = self.e.b.ins().ireduce(I32, number);
        let other = BlockCall::new(self.e.bailed, [], &mut self.e.b.func.dfg.value_lists);
        let table = self.e.b.create_jump_table(JumpTableData::new(other, &table));
        self.e.b.ins().br_table(number, table);
        // Those that begin a block have nothing of their own to do.
        for (pc, place) in places {
            if let Some(block) = self.blocks.get(&pc)
                && self.e.b.func.layout.first_inst(place).is_none()
            {
                self.e.b.switch_to_block(place);
                self.e.b.ins().jump(*block, &[]);
            }
        }
        Ok(resume)
    }
}

/// Instructions that are translated together.
fn length(i: Instr) -> usize {
    if i.op.is_compare_jump() {
        3
    } else if (i.op.is_guard() && !switched_off(i.op)) || i.op == Op::PrimOrJump {
        2
    } else {
        1
    }
}

fn switched_off(op: Op) -> bool {
    matches!(op, Op::SendTwo | Op::SendTwoInt | Op::SendThree)
}

/// Whether control goes to the next instruction by itself, as far as blocks are concerned.
fn goes_on(op: Op) -> bool {
    !(op.is_compare_jump()
        || matches!(
            op,
            Op::Jump
                | Op::Loop
                | Op::JumpTrue
                | Op::JumpFalse
                | Op::CountUp
                | Op::CountBelow
                | Op::CountDown
                | Op::PrimOrJump
                | Op::Protect
                | Op::Unwind
                | Op::AddSlot
                | Op::Return
                | Op::ReturnHome
        ))
}

/// Where a jump leads that is directly before `next`.
fn target(next: usize, jump: Instr) -> usize {
    (next as i64 + i64::from(jump.bc())) as usize
}
