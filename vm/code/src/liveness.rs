//! Which registers still matter at an instruction: what the collector must keep, and may forget.
//!
//! Backward data flow over straight runs of instructions. For small functions the answer for every instruction is kept; for
//! large ones only that at the end of each run, and the rest is worked out when asked.
//!
//! What must stay true: `r0` is always live. At an inline site, and where control goes on after it (that is where the
//! activation stands while the message is really sent), all names in scope at the site are live, because the blocks of the
//! message share those registers. The code has passed `verify`.
//!
//! A guarded operation that allocates (a big sum) is over when it does: ask for the instruction after its send, since
//! the send's window is only filled when the send is really made.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::code::Code;
use crate::flow::{RegSet, in_scope, leaders, reads, site_at, target, window, writes};
use crate::op::{Instr, Op, Reg};

/// Functions with at most so many words of answers keep them all.
const KEEP: usize = 1 << 15;

/// The live registers of one function.
#[derive(Debug)]
pub struct Liveness {
    code: Arc<Code>,
    starts: Vec<usize>,
    /// What is live at the beginning of each run.
    live_at_start: Vec<RegSet>,
    joined: BTreeMap<usize, Vec<Reg>>,
    /// For small functions: the words for each instruction, one after the other.
    all: Option<Vec<u64>>,
    nregs: usize,
}

/// Works out what is live where.
pub fn liveness(code: &Arc<Code>) -> Liveness {
    let starts = leaders(code);
    let nregs = usize::from(code.nregs);
    let joined = joined(code);
    let live_at_start = vec![RegSet::new(nregs); starts.len()];
    let mut live = Liveness { code: code.clone(), live_at_start, starts, joined, all: None, nregs };
    live.settle();
    let words = nregs.div_ceil(64);
    if code.instrs.len() * words <= KEEP {
        live.keep_all(words);
    }
    live
}

/// The registers that the blocks of really sent messages may use, by where control goes on after the message.
fn joined(code: &Code) -> BTreeMap<usize, Vec<Reg>> {
    let mut joined: BTreeMap<usize, Vec<Reg>> = BTreeMap::new();
    for site in &code.inline_sites {
        let regs = joined.entry(site.join as usize).or_default();
        regs.extend(in_scope(code, site.pc as usize));
        regs.sort_unstable();
        regs.dedup();
    }
    joined
}

impl Liveness {
    /// The registers whose values may be read at `pc` or later, before they are written.
    pub fn live_in(&self, pc: u32) -> RegSet {
        let pc = pc as usize;
        if let Some(all) = &self.all {
            let words = self.nregs.div_ceil(64);
            return RegSet::from_words(all.get(pc * words..(pc + 1) * words).unwrap_or(&[]));
        }
        let run = self.starts.partition_point(|s| *s <= pc).saturating_sub(1);
        let mut answer = RegSet::new(self.nregs);
        self.walk(run, |at, set| {
            if at == pc {
                answer = set.clone();
            }
        });
        answer.insert(0);
        answer
    }

    fn settle(&mut self) {
        let mut changed = true;
        while changed {
            changed = false;
            for run in (0..self.starts.len()).rev() {
                let set = self.walk(run, |_, _| {});
                changed |= self.live_at_start[run].union(&set);
            }
        }
    }

    fn keep_all(&mut self, words: usize) {
        let code = self.code.clone();
        let mut all = vec![0; code.instrs.len() * words];
        for run in 0..self.starts.len() {
            self.walk(run, |pc, set| {
                all[pc * words..(pc + 1) * words].copy_from_slice(set.words());
                if let Some(first) = all.get_mut(pc * words) {
                    *first |= 1;
                }
            });
        }
        self.all = Some(all);
    }

    fn at_start(&self, pc: usize) -> Option<&RegSet> {
        self.starts.binary_search(&pc).ok().map(|i| &self.live_at_start[i])
    }

    /// Goes backwards through a run and shows what is live before each instruction; answers what is live before the first.
    fn walk(&self, run: usize, mut show: impl FnMut(usize, &RegSet)) -> RegSet {
        let code = &*self.code;
        let start = self.starts[run];
        let end = self.starts.get(run + 1).copied().unwrap_or(code.instrs.len());
        let mut set = RegSet::new(self.nregs);
        if let (Some(next), true) = (self.at_start(end), end > start && crate::flow::falls_through(code.instrs[end - 1].op)) {
            set = next.clone();
        }
        for pc in (start..end).rev() {
            self.step(pc, code.instrs[pc], &mut set);
            show(pc, &set);
        }
        set
    }

    /// From what is live after an instruction to what is live before it.
    fn step(&self, pc: usize, instr: Instr, set: &mut RegSet) {
        let code = &*self.code;
        if instr.op == Op::PrimOrJump {
            // On failure the first two registers of the window hold the error; on success the answer is written.
            set.remove(instr.a);
            set.remove(instr.a.saturating_add(1));
            let mut success = self.at_start(pc + 2).cloned().unwrap_or_else(|| RegSet::new(self.nregs));
            success.remove(instr.c);
            set.union(&success);
        } else if instr.op.is_guard() {
            if let Some(send) = code.instrs.get(pc + 1) {
                window(code, *send).into_iter().flatten().for_each(|r| set.remove(r as u16));
            }
        } else {
            writes(instr, |r| set.remove(r));
        }
        if let Some(there) = target(pc, instr).and_then(|t| self.at_start(t)) {
            set.union(there);
        }
        reads(code, instr, |r| set.insert(r as u16));
        if let Some(site) = site_at(code, pc) {
            if let Some(join) = self.at_start(site.join as usize) {
                let mut join = join.clone();
                join.remove(site.result);
                set.union(&join);
            }
            set.insert(site.receiver);
            site.arguments.iter().flatten().for_each(|r| set.insert(*r));
            in_scope(code, pc).for_each(|r| set.insert(r));
        }
        if let Some(regs) = self.joined.get(&pc) {
            regs.iter().for_each(|r| set.insert(*r));
        }
    }
}
