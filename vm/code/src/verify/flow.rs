//! Each register is written before it is read: items 11 and 12 of the checklist.
//!
//! Forward data flow: for every straight run, the registers that have surely been written when it begins.

use super::{Complaint, bad, wrong};
use crate::code::Code;
use crate::flow::{RegSet, falls_through, in_scope, leaders, reads, site_at, target, window, writes};
use crate::op::{Instr, Op};

/// How often a run may be looked at, per run: more than code nested as deeply as the parser allows needs.
const PATIENCE: usize = 700;

struct Flow<'c> {
    code: &'c Code,
    starts: Vec<usize>,
    /// `None`: not reached yet.
    written: Vec<Option<RegSet>>,
    waiting: Vec<usize>,
}

pub(super) fn check(code: &Code) -> Result<(), Complaint> {
    let starts = leaders(code);
    let mut flow = Flow { code, written: vec![None; starts.len()], waiting: Vec::new(), starts };
    let mut entry = RegSet::new(usize::from(code.nregs));
    (0..=u16::from(code.argc)).for_each(|r| entry.insert(r));
    flow.reach(0, &entry);
    let mut steps = flow.starts.len() * PATIENCE;
    while let Some(run) = flow.waiting.pop() {
        steps = match steps.checked_sub(1) {
            Some(rest) => rest,
            None => return bad("its jumps are too tangled to be checked"),
        };
        flow.run(run)?;
    }
    flow.joins()
}

impl Flow<'_> {
    /// Control may come to `pc` with these registers written.
    fn reach(&mut self, pc: usize, set: &RegSet) {
        let Ok(run) = self.starts.binary_search(&pc) else { return };
        let changed = match &mut self.written[run] {
            Some(known) => known.intersect(set),
            unknown => {
                *unknown = Some(set.clone());
                true
            }
        };
        if changed && !self.waiting.contains(&run) {
            self.waiting.push(run);
        }
    }

    fn run(&mut self, run: usize) -> Result<(), Complaint> {
        let Some(mut set) = self.written[run].clone() else { return Ok(()) };
        let end = self.starts.get(run + 1).copied().unwrap_or(self.code.instrs.len());
        for pc in self.starts[run]..end {
            self.step(pc, self.code.instrs[pc], &mut set)?;
        }
        if falls_through(self.code.instrs[end - 1].op) {
            self.reach(end, &set);
        }
        Ok(())
    }

    fn step(&mut self, pc: usize, instr: Instr, set: &mut RegSet) -> Result<(), Complaint> {
        let code = self.code;
        if pc > 0 && code.instrs[pc - 1].op.is_guard() {
            // The guard has filled the window.
            window(code, instr).into_iter().flatten().for_each(|r| set.insert(r as u16));
        }
        let mut missing = None;
        reads(code, instr, |r| {
            if !set.contains(r as u16) {
                missing = Some(r);
            }
        });
        if let Some(reg) = missing {
            return wrong(pc, format!("register {reg} is read, but not written on every way here"));
        }
        self.at_site(pc, set)?;
        window(code, instr).into_iter().flatten().for_each(|r| set.remove(r as u16));
        if instr.op == Op::PrimOrJump {
            let mut success = set.clone();
            success.insert(instr.c);
            self.reach(pc + 2, &success);
            set.insert(instr.a);
            set.insert(instr.a.saturating_add(1));
            return Ok(());
        }
        writes(instr, |r| set.insert(r));
        if let Some(to) = target(pc, instr) {
            self.reach(to, set);
        }
        if instr.op.is_compare_jump() {
            self.compare(pc, set);
        }
        Ok(())
    }

    /// A comparison performs the jump two instructions further on, without having written the send's answer.
    fn compare(&mut self, pc: usize, set: &RegSet) {
        let (Some(send), Some(jump)) = (self.code.instrs.get(pc + 1), self.code.instrs.get(pc + 2)) else { return };
        let mut fast = set.clone();
        window(self.code, *send).into_iter().flatten().for_each(|r| fast.remove(r as u16));
        fast.remove(send.c);
        self.reach(pc + 3, &fast);
        if let Some(to) = target(pc + 2, *jump) {
            self.reach(to, &fast);
        }
    }

    /// Where control goes on after a real send, the names of the site still count: the blocks may use them until then.
    fn joins(&self) -> Result<(), Complaint> {
        for site in &self.code.inline_sites {
            let run = self.starts.binary_search(&(site.join as usize));
            let Some(set) = run.ok().and_then(|run| self.written[run].as_ref()) else { continue };
            if let Some(reg) = in_scope(self.code, site.pc as usize).find(|r| !set.contains(*r)) {
                return wrong(site.join as usize, format!("register {reg} has a name at the inlined message, but not here"));
            }
        }
        Ok(())
    }

    /// A test may become a real send, for which everything must be there, and which goes on at the join.
    fn at_site(&mut self, pc: usize, set: &RegSet) -> Result<(), Complaint> {
        let Some(site) = site_at(self.code, pc) else { return Ok(()) };
        let needed = site.arguments.iter().flatten().copied().chain([site.receiver]).chain(in_scope(self.code, pc));
        for reg in needed {
            if !set.contains(reg) {
                return wrong(pc, format!("register {reg} may be needed for the real message, but is not written"));
            }
        }
        if in_scope(self.code, pc).any(|r| r == site.result) {
            return wrong(pc, "the real message's answer would go to a register that its blocks may use");
        }
        let mut answered = set.clone();
        answered.insert(site.result);
        self.reach(site.join as usize, &answered);
        Ok(())
    }
}
