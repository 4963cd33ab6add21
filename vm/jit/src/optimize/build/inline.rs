//! Which code becomes part of the function, and how.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::sync::Arc;

use aura_code::{CodeKind, Op as Code, Reg};
use rustc_hash::FxHasher;

use super::state::{Way, forget};
use super::{Active, Builder};
use crate::compiler::NotCompiled;
use crate::optimize::ir::{Context, ContextId, End, Op, Val, Why};
use crate::unit::Unit;

/// Methods of more instructions than this are called.
const LARGE_METHOD: usize = 60;
/// Blocks, and methods that are given blocks, may be longer: much is gained.
const LARGE_BLOCK: usize = 250;
/// A method of so many instructions may become part of itself, once: half of the calls are saved.
const RECURSIVE: usize = 45;
/// The function takes in no more when it has so many instructions of others.
const LARGE: usize = 1200;
/// Activations in one another.
const DEEP: usize = 10;

/// Why code of this kind is not compiled by this tier.
pub(super) fn refused(unit: &Unit) -> Option<&'static str> {
    if unit.code.handler {
        return Some("condition handlers are looked at by the machine");
    }
    if unit.code.kind == CodeKind::InlinedBlock {
        return Some("it works on the registers of another activation");
    }
    if unit.code.prims.iter().any(|name| name == "_HandlerRunning:") {
        return Some("the machine is told when its activation is over");
    }
    let odd = |op: Code| matches!(op, Code::Protect | Code::Unwind | Code::AddSlot | Code::UpGet | Code::UpSet);
    unit.instrs.iter().any(|i| odd(i.op)).then_some("unwinding stops there, or slots are added")
}

impl Builder<'_> {
    /// The code at this address, if a send at `pc` of it may become part of the function.
    pub(super) fn inlinable(&self, code: u64, pc: u32, block: bool, values: &[Val]) -> Option<Arc<Unit>> {
        let unit = self.program.units.get(&code)?;
        let given_blocks = values.iter().skip(1).any(|v| matches!(self.g.op(*v), Op::Closure(..)));
        let most = if block || given_blocks { LARGE_BLOCK } else { LARGE_METHOD };
        let small = unit.instrs.len() <= most && self.size + unit.instrs.len() <= LARGE;
        let again = self.stack.iter().filter(|a| a.unit.address == code).count();
        let fine = small
            && self.stack.len() < DEEP
            && (again == 0 || again == 1 && unit.instrs.len() <= RECURSIVE)
            && refused(unit).is_none()
            && values.len() > usize::from(unit.code.argc)
            && !self.guesses.outside.contains(&self.key_of(code, pc));
        fine.then(|| unit.clone())
    }

    /// What names an activation of `code` that a send at `pc` of the running one begins, however often the function is built.
    fn key_of(&self, code: u64, pc: u32) -> u64 {
        let mut h = FxHasher::default();
        (self.top().key, pc, code).hash(&mut h);
        h.finish()
    }

    /// An activation of `unit` becomes part of the function. Its answer, if it ever answers.
    pub(super) fn inline(
        &mut self,
        unit: Arc<Unit>,
        pc: u32,
        window: Reg,
        ret: Reg,
        values: &[Val],
    ) -> Result<Option<Val>, NotCompiled> {
        let key = self.key_of(unit.address, pc);
        let below = self.frames(pc + 1, Some(ret));
        // What is dead behind the send must not be named in what becomes part of it: no collection would update it.
        let live = self.liveness(&self.top().unit.clone()).live_in(pc + 1);
        if let Some(regs) = self.state.regs.last_mut() {
            forget(regs, &live);
        }
        let under = &self.g.contexts[self.top().context as usize];
        let context = Context {
            code: unit.address,
            base: under.base + u32::from(window),
            depth: under.depth + 1,
            ret,
            name: Rc::from(&*unit.code.name),
        };
        self.g.contexts.push(context);
        self.size += unit.instrs.len();
        let mut regs = vec![None; usize::from(unit.code.nregs).max(values.len())];
        for (r, v) in values.iter().enumerate().take(usize::from(unit.code.argc) + 1) {
            regs[r] = Some(*v);
        }
        self.state.regs.push(regs);
        self.stack.push(Active {
            context: self.g.contexts.len() as ContextId - 1,
            unit,
            key,
            below: Some(below),
            answers: Vec::new(),
            incoming: BTreeMap::new(),
            anew: BTreeMap::new(),
            open: Vec::new(),
        });
        let p = self.point(0, Why::Slice);
        self.act(Op::Spend(p));
        self.walk(0)?;
        let over = self.stack.pop().map_or(Vec::new(), |a| a.answers);
        Ok(self.join_answers(over, pc, ret))
    }

    /// Control goes on with one of these answers to the send at `pc`. `None` if there are none.
    pub(super) fn join_answers(&mut self, ways: Vec<Way>, pc: u32, ret: Reg) -> Option<Val> {
        let next = self.top().unit.instrs.get(pc as usize + 1);
        let is_tested = next.is_some_and(|i| matches!(i.op, Code::JumpTrue | Code::JumpFalse) && i.a == ret);
        let kept = if is_tested && ways.len() > 1 { self.copies(&ways) } else { Vec::new() };
        let value = self.meet(ways, None).flatten()?;
        if !kept.is_empty() {
            self.met = Some(super::Met { at: self.at, value, ways: kept });
        }
        Some(value)
    }

    fn copies(&self, ways: &[Way]) -> Vec<Way> {
        ways.iter().map(|w| Way { from: w.from, state: w.state.clone(), value: w.value }).collect()
    }

    /// The ways that have just met here with this value, if nothing was done since: they have not met then, and each may go on by itself.
    pub(super) fn part(&mut self, value: Val) -> Option<Vec<Way>> {
        let met = self.met.take().filter(|m| m.at == self.at && m.value == value && self.g.block(m.at).insts.is_empty())?;
        for w in &met.ways {
            self.g.blocks[w.from.0 as usize].end = End::Open;
        }
        Some(met.ways)
    }
}
