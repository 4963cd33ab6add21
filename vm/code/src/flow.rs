//! How values and control flow through instructions: what verifier and liveness have in common.
//!
//! A guarded operation and the send after it are one step here. On the slow path the guard fills the send's window and the
//! send empties it; on the fast path neither happens; since nothing may read a window after its send, both paths leave the
//! same registers behind, and the guard itself needs to be looked at for its reads only.
//!
//! What must stay true: all of this is only asked of instructions whose operands have been found in range.

use crate::code::{Code, InlineSite};
use crate::op::{Instr, Op, Reg, Role};

/// A set of registers.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RegSet {
    words: Vec<u64>,
}

impl RegSet {
    /// No register, with room for `nregs`.
    pub fn new(nregs: usize) -> Self {
        Self { words: vec![0; nregs.div_ceil(64)] }
    }
    /// Whether `reg` is in it.
    pub fn contains(&self, reg: Reg) -> bool {
        self.words.get(usize::from(reg) / 64).is_some_and(|w| w >> (reg % 64) & 1 == 1)
    }
    /// Puts `reg` in.
    pub fn insert(&mut self, reg: Reg) {
        if let Some(word) = self.words.get_mut(usize::from(reg) / 64) {
            *word |= 1 << (reg % 64);
        }
    }
    /// Takes `reg` out.
    pub fn remove(&mut self, reg: Reg) {
        if let Some(word) = self.words.get_mut(usize::from(reg) / 64) {
            *word &= !(1 << (reg % 64));
        }
    }
    /// Its registers in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = Reg> + '_ {
        self.words.iter().enumerate().flat_map(|(i, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros())?;
                rest &= rest - 1;
                Some((i * 64) as Reg + bit as Reg)
            })
        })
    }
    /// The words of the set, lowest registers first.
    pub fn words(&self) -> &[u64] {
        &self.words
    }
    pub(crate) fn from_words(words: &[u64]) -> Self {
        Self { words: words.to_vec() }
    }
    /// Adds all of `other`; whether that changed anything.
    pub(crate) fn union(&mut self, other: &Self) -> bool {
        self.merge(other, |a, b| a | b)
    }
    /// Keeps what is in `other` too; whether that changed anything.
    pub(crate) fn intersect(&mut self, other: &Self) -> bool {
        self.merge(other, |a, b| a & b)
    }
    fn merge(&mut self, other: &Self, f: impl Fn(u64, u64) -> u64) -> bool {
        let mut changed = false;
        for (a, b) in self.words.iter_mut().zip(&other.words) {
            let new = f(*a, *b);
            changed |= new != *a;
            *a = new;
        }
        changed
    }
}

/// The window of an instruction that has one.
pub(crate) fn window(code: &Code, instr: Instr) -> Option<std::ops::Range<usize>> {
    let a = usize::from(instr.a);
    match instr.op.roles()[1] {
        Role::Window => Some(a..a + usize::from(instr.n) + 1),
        Role::SelfWindow => {
            let argc = code.sites.get(usize::from(instr.b)).map_or(0, |s| usize::from(s.argc));
            Some(a..a + argc + 1)
        }
        _ => None,
    }
}

/// Every register that an instruction reads.
pub(crate) fn reads(code: &Code, instr: Instr, mut f: impl FnMut(usize)) {
    let roles = instr.op.roles();
    if roles[0] == Role::UseN {
        f(usize::from(instr.n));
    }
    for (role, value) in roles[1..].iter().zip([instr.a, instr.b, instr.c]) {
        let value = usize::from(value);
        match role {
            Role::Use | Role::Update => f(value),
            Role::Window => window(code, instr).into_iter().flatten().for_each(&mut f),
            Role::SelfWindow => window(code, instr).into_iter().flatten().skip(1).for_each(&mut f),
            Role::Run => (value..value + usize::from(instr.c)).for_each(&mut f),
            Role::Inits => {
                let count = code.objects.get(usize::from(instr.b)).map_or(0, |o| usize::from(o.inits));
                (value..value + count).for_each(&mut f);
            }
            Role::Block => {
                if let Some(block) = code.blocks.get(value) {
                    block.captures.iter().for_each(|r| f(usize::from(*r)));
                }
            }
            _ => {}
        }
    }
}

/// Every register that an instruction surely writes before the next one (see above for guards).
pub(crate) fn writes(instr: Instr, mut f: impl FnMut(Reg)) {
    if instr.op.is_guard() {
        return;
    }
    for (role, value) in instr.op.roles()[1..].iter().zip([instr.a, instr.b, instr.c]) {
        if *role == Role::Def {
            f(value);
        }
    }
}

/// The instruction that a jump at `pc` goes to, if that is a number at all.
pub(crate) fn target(pc: usize, instr: Instr) -> Option<usize> {
    match instr.op.roles() {
        [_, _, Role::Jump, _] => usize::try_from(pc as i64 + 1 + i64::from(instr.bc())).ok(),
        [_, _, _, Role::Back] => (pc + 1).checked_sub(usize::from(instr.c)),
        _ => None,
    }
}

/// Whether control may go from `pc` to the instruction after it. (A guard's send is "after it".)
pub(crate) fn falls_through(op: Op) -> bool {
    !matches!(op, Op::Jump | Op::Loop | Op::Return | Op::ReturnHome)
}

/// The instructions at which a straight run begins, in order: where something else than the instruction before leads to.
pub(crate) fn leaders(code: &Code) -> Vec<usize> {
    let count = code.instrs.len();
    let mut marks = vec![false; count + 1];
    marks[0] = true;
    for (pc, instr) in code.instrs.iter().enumerate() {
        if let Some(to) = target(pc, *instr).filter(|t| *t < count) {
            marks[to] = true;
            marks[pc + 1] = true;
        }
        if !falls_through(instr.op) || instr.op == Op::CheckNumber {
            marks[pc + 1] = true;
        }
    }
    for site in &code.inline_sites {
        if let Some(mark) = marks.get_mut(site.join as usize) {
            *mark = true;
        }
    }
    (0..count).filter(|pc| marks[*pc]).collect()
}

/// Inline sites by their instruction.
pub(crate) fn site_at(code: &Code, pc: usize) -> Option<&InlineSite> {
    let index = code.inline_sites.binary_search_by_key(&(pc as u32), |s| s.pc).ok()?;
    code.inline_sites.get(index)
}

/// The registers that blocks of an inlined message at `pc` may use: those of names in scope, and the fixed ones.
pub(crate) fn in_scope(code: &Code, pc: usize) -> impl Iterator<Item = Reg> + '_ {
    let pc = pc as u32;
    (0..code.fixed).chain(code.locals.iter().filter(move |l| l.from <= pc && pc < l.to).map(|l| l.reg))
}
