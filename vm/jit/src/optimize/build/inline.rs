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
use crate::optimize::ir::{Context, ContextId, Op, Val, Why};
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
    if unit.code.prims.iter().any(|name| name == "_RunHandler:") {
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

    /// Control goes on with one of these answers to the send at `pc`. `None` if there are none; or several, which meet behind it, if they do.
    pub(super) fn join_answers(&mut self, mut ways: Vec<Way>, pc: u32, ret: Reg) -> Option<Val> {
        if ways.len() < 2 {
            return self.meet(ways, None).flatten();
        }
        for way in &mut ways {
            if let (Some(regs), Some(v)) = (way.state.regs.last_mut(), way.value.take()) {
                regs[usize::from(ret)] = Some(v);
            }
        }
        self.top_mut().incoming.entry(pc + 1).or_default().extend(ways);
        None
    }
}
