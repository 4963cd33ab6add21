//! From the graph to Cranelift's form.
//!
//! Values are Cranelift's own. One that a collection may move and that is needed after a call is read again from the register that holds it at the call's point. What is left of the slice
//! is a variable, which is written down before anything of the machine's runs.
//!
//! `live` tells what is needed after calls, `paid` where fuel is looked for, `values` has the instructions, `integers` those on small integers, `calls` what the machine runs, `points` how activations and registers are written down.

mod calls;
mod integers;
mod live;
mod paid;
mod points;
mod values;

use std::collections::BTreeMap;
use std::sync::Arc;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{F64, I32, I64};
use cranelift_codegen::ir::{self, BlockArg, InstBuilder};
use cranelift_codegen::isa::TargetIsa;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext, Variable};
use rustc_hash::{FxHashMap, FxHashSet};

use paid::Paid;

use super::ir::{Blk, Edge, End, Graph, PointId, Rep, Val};
use crate::abi::{Abi, Sentinel};
use crate::compiler::NotCompiled;
use crate::emit::{Emit, GIVEN, Memory};
use crate::exits::{Exit, Why};
use crate::unit::Program;

/// An exit whose code is still to be written.
struct Leaving {
    block: ir::Block,
    point: PointId,
    why: Why,
}

struct Lower<'a> {
    e: Emit<'a>,
    g: &'a Graph,
    blocks: FxHashMap<Blk, ir::Block>,
    values: Vec<Option<ir::Value>>,
    /// Values that are read again after calls.
    variables: FxHashMap<Val, Variable>,
    after: FxHashMap<Val, Vec<Val>>,
    budget: Variable,
    /// The first registers, where the activation begins here.
    given: Option<[ir::Value; GIVEN]>,
    exits: Vec<Leaving>,
    /// What the machine is told about them.
    tables: Vec<Arc<Exit>>,
    /// Exits to each point.
    ways_out: FxHashMap<(PointId, Why), ir::Block>,
    /// Uses of fuel that need not look whether there is any, as one before has looked for them; and how many those before look for.
    paid: Paid,
    /// What is wrong with the graph.
    failed: Option<String>,
    /// More is alive somewhere than can be handed over.
    is_too_large: bool,
}

/// Fills `func` with the code of the graph. Answers its exits.
pub(crate) fn lower(
    func: &mut ir::Function,
    context: &mut FunctionBuilderContext,
    g: &Graph,
    program: &Program,
    abi: &Abi,
    isa: &dyn TargetIsa,
) -> Result<Vec<Arc<Exit>>, NotCompiled> {
    let mem = Memory::of(func);
    let mut b = FunctionBuilder::new(func, context);
    let entry = b.create_block();
    b.append_block_params_for_function_params(entry);
    b.switch_to_block(entry);
    let &[vm, fp, base, _, receiver, argument] = b.block_params(entry) else {
        return Err(NotCompiled("a signature of six words".into()));
    };
    let bailed = b.create_block();
    b.set_cold_block(bailed);
    let budget = b.declare_var(I64);
    let after = live::moved(g);
    let moving: FxHashSet<Val> = after.values().flatten().copied().collect();
    let variables = moving.into_iter().map(|v| (v, b.declare_var(I64))).collect();
    let (signatures, asides) = (BTreeMap::new(), BTreeMap::new());
    let e = Emit { b, abi, isa, mem, signatures, asides, compiled: None, vm, fp, base, bailed };
    let mut l = Lower {
        e,
        g,
        blocks: FxHashMap::default(),
        values: vec![None; g.ops.len()],
        variables,
        after,
        budget,
        given: (program.entry == 0).then_some([receiver, argument]),
        exits: Vec::new(),
        tables: Vec::new(),
        ways_out: FxHashMap::default(),
        paid: Paid::of(g),
        failed: None,
        is_too_large: false,
    };
    l.enter(program);
    l.body();
    l.leave();
    l.e.b.switch_to_block(bailed);
    let bail = l.e.word(Sentinel::BAIL);
    l.e.b.ins().return_(&[bail]);
    l.e.b.seal_all_blocks();
    l.e.b.finalize(isa.frontend_config());
    match l.failed {
        Some(why) => {
            debug_assert!(false, "{why}, in\n{g}");
            Err(NotCompiled(why))
        }
        None if l.is_too_large => Err(NotCompiled("more is alive than an exit hands over".into())),
        None => Ok(l.tables),
    }
}

impl Lower<'_> {
    /// Room for all activations that the function may stand for, and fuel for its own.
    fn enter(&mut self, program: &Program) {
        let deep = self.g.contexts.iter().map(|c| c.depth).max().unwrap_or(0);
        let wide = self.g.contexts.iter().filter_map(|c| Some(c.base + u32::from(program.units.get(&c.code)?.code.nregs))).max();
        let wide = wide.unwrap_or(0);
        let a = self.e.abi;
        let end = self.e.b.ins().iadd_imm_s(self.e.base, i64::from(wide) * 8);
        let last = self.e.b.ins().load(I64, self.e.mem.machine, self.e.vm, a.last_frame);
        let upper = self.e.b.ins().iadd_imm_s(self.e.fp, i64::from(deep) * i64::from(a.frame.size));
        let asks = self.e.cold();
        let high = self.e.b.ins().icmp(IntCC::UnsignedGreaterThan, upper, last);
        self.unless(high, asks);
        let stack_end = self.e.b.ins().load(I64, self.e.mem.machine, self.e.vm, a.stack_end);
        let broad = self.e.b.ins().icmp(IntCC::UnsignedGreaterThan, end, stack_end);
        self.unless(broad, asks);
        let sp = self.e.b.ins().get_stack_pointer(I64);
        let floor = self.e.b.ins().load(I64, self.e.mem.machine, self.e.vm, a.floor);
        let low = self.e.b.ins().icmp(IntCC::UnsignedLessThan, sp, floor);
        let on = self.unless(low, asks);
        self.e.b.switch_to_block(asks);
        let begins = self.e.word(u64::from(program.entry == 0));
        let (deep_word, wide_word) = (self.e.word(u64::from(deep)), self.e.word(u64::from(wide)));
        let v = self.e.help(a.helpers.room, &[deep_word, wide_word, begins]);
        self.e.b.ins().return_(&[v]);
        self.e.b.switch_to_block(on);
        let left = self.e.b.ins().load(I64, self.e.mem.machine, self.e.vm, a.budget);
        self.e.b.def_var(self.budget, left);
        if program.entry == 0 {
            let over = self.spend();
            let (none, on) = (self.e.cold(), self.e.b.create_block());
            self.e.b.ins().brif(over, none, &[], on, &[]);
            self.e.b.switch_to_block(none);
            self.write_budget();
            let v = self.e.help(a.helpers.poll, &[]);
            self.e.b.ins().return_(&[v]);
            self.e.b.switch_to_block(on);
        }
    }

    /// Goes on in a new block, which is answered, unless the flag is set.
    fn unless(&mut self, flag: ir::Value, otherwise: ir::Block) -> ir::Block {
        let on = self.e.b.create_block();
        self.e.b.ins().brif(flag, otherwise, &[], on, &[]);
        self.e.b.switch_to_block(on);
        on
    }

    /// Uses a unit of fuel; whether there was none left.
    fn spend(&mut self) -> ir::Value {
        self.spend_before(0)
    }

    /// Uses a unit of fuel; whether there was not that one and so many more.
    fn spend_before(&mut self, more: u32) -> ir::Value {
        let left = self.e.b.use_var(self.budget);
        let left = self.e.b.ins().iadd_imm_s(left, -1);
        self.e.b.def_var(self.budget, left);
        self.e.b.ins().icmp_imm_s(IntCC::SignedLessThan, left, i64::from(more))
    }

    fn write_budget(&mut self) {
        let left = self.e.b.use_var(self.budget);
        self.e.b.ins().store(self.e.mem.machine, left, self.e.vm, self.e.abi.budget);
    }

    fn read_budget(&mut self) {
        let left = self.e.b.ins().load(I64, self.e.mem.machine, self.e.vm, self.e.abi.budget);
        self.e.b.def_var(self.budget, left);
    }

    fn body(&mut self) {
        let order = super::order::reached(self.g);
        for b in &order {
            let block = self.e.b.create_block();
            for p in &self.g.block(*b).params {
                let ty = if self.g.rep(*p) == Rep::Double { F64 } else { I64 };
                self.e.b.append_block_param(block, ty);
            }
            self.blocks.insert(*b, block);
        }
        let first = self.blocks[&Blk(0)];
        self.e.b.ins().jump(first, &[]);
        for b in order {
            let block = self.blocks[&b];
            self.e.b.switch_to_block(block);
            let params: Vec<ir::Value> = self.e.b.block_params(block).to_vec();
            for (p, v) in self.g.block(b).params.iter().zip(params) {
                self.define(*p, v);
            }
            for v in &self.g.block(b).insts {
                self.instruction(*v);
            }
            self.end(b, &self.g.block(b).end);
        }
    }

    /// `v` is this from now on.
    fn define(&mut self, v: Val, is: ir::Value) {
        self.values[v.0 as usize] = Some(is);
        if let Some(var) = self.variables.get(&v) {
            self.e.b.def_var(*var, is);
        }
    }

    /// What `v` is here.
    fn value(&mut self, v: Val) -> ir::Value {
        if let Some(var) = self.variables.get(&v) {
            return self.e.b.use_var(*var);
        }
        match self.values[v.0 as usize] {
            Some(is) => is,
            None => {
                self.failed.get_or_insert_with(|| format!("{v:?} is not there"));
                self.e.word(0)
            }
        }
    }

    fn arguments(&mut self, e: &Edge) -> (ir::Block, Vec<BlockArg>) {
        let args = e.args.iter().map(|v| BlockArg::Value(self.value(*v))).collect();
        (self.blocks[&e.to], args)
    }

    fn end(&mut self, b: Blk, end: &End) {
        match end {
            End::Open => drop(self.failed.get_or_insert_with(|| "a block without an end".into())),
            End::Goto(e) => {
                let (to, args) = self.arguments(e);
                self.e.b.ins().jump(to, &args);
            }
            End::If(v, yes, no) => {
                let flag = self.value(*v);
                let (yes, yes_args) = self.arguments(yes);
                let (no, no_args) = self.arguments(no);
                self.e.b.ins().brif(flag, yes, &yes_args, no, &no_args);
            }
            End::Turn(e, _) if self.paid.turns.contains(&b) => {
                self.spend();
                let (to, args) = self.arguments(e);
                self.e.b.ins().jump(to, &args);
            }
            End::Turn(e, p) => {
                let over = self.spend();
                let out = self.exit_block(*p);
                let (to, args) = self.arguments(e);
                self.e.b.ins().brif(over, out, &[], to, &args);
            }
            End::Return(v, p) => self.answer(*v, *p),
            End::Exit(p) => {
                let out = self.exit_block(*p);
                self.e.b.ins().jump(out, &[]);
            }
        }
    }

    /// The function's own activation answers; one with flags of its own is the interpreter's to leave.
    fn answer(&mut self, v: Val, p: PointId) {
        let v = self.value(v);
        let f = self.e.abi.frame;
        let flags = self.e.b.ins().load(I32, self.e.mem.machine, self.e.fp, f.flags);
        let flags = self.e.b.ins().band_imm_u(flags, i64::from(!f.called));
        let (slow, on) = (self.exit_block(p), self.e.b.create_block());
        self.e.b.ins().brif(flags, slow, &[], on, &[]);
        self.e.b.switch_to_block(on);
        self.write_budget();
        self.e.b.ins().return_(&[v]);
    }

    /// The block that leaves to this point.
    fn exit_block(&mut self, point: PointId) -> ir::Block {
        self.exit_because(point, self.g.points[point as usize].why)
    }

    /// The same for another reason than the point's own.
    fn exit_because(&mut self, point: PointId, why: Why) -> ir::Block {
        if let Some(block) = self.ways_out.get(&(point, why)) {
            return *block;
        }
        let block = self.e.cold();
        self.ways_out.insert((point, why), block);
        self.exits.push(Leaving { block, point, why });
        block
    }
}
