//! What the optimizing tier is asked for, what it is told, and when its code is thrown away.
//!
//! At the end of each slice those that run are counted; what is counted often is compiled again, from its beginning or from the head of the loop that it is in. The compiler is given the code with
//! everything that it has called, as plain data.
//!
//! What must stay true: optimized code takes for granted what the inline caches of its code held. Whatever empties one of these caches throws the code away
//! ([`Vm::caches_changed`]); while it is running, as everything that is thrown away, it leaves at the next return into it. Guesses that fail are remembered with the instruction
//! (`Feedback::wrong`), and code whose guesses fail often is thrown away and compiled anew.

use std::sync::Arc;
use std::time::Instant;

use aura_code::Op;
use aura_heap::{Kind, Value, layout};
use aura_jit::{Exit, Found, Program, SiteView, Unit, What};
use rustc_hash::FxHashMap;

use super::Tiers;
use crate::linked::{CodeRef, Entry, EntryKind};
use crate::prim::Prim;
use crate::process::Process;
use crate::vm::Vm;

/// Slices at whose end code was found running, after which it is optimized.
const SAMPLES: u32 = 2;
/// So often code that names what is young waits for a collection that comes by itself.
const PATIENCE: u32 = 3;
/// Activations that are counted at the end of a slice.
const LOOKED_AT: usize = 8;
/// Failed guesses after which code is compiled anew.
const MOST_EXITS: u32 = 8;
/// So often code is compiled by this tier.
const MOST_TIMES: u32 = 12;
/// Code of more instructions than this is not given along.
const LARGE: usize = 400;
/// Nor is anything when there are so many.
const MANY: usize = 12_000;
/// How far from the root code is given along.
const FAR: usize = 10;

/// Objects of more words than this are copied by the machine.
const LARGEST_COPY: u32 = 24;

/// Primitives that neither run code nor collect, look at no activation, and change nothing that can be seen.
const CALM: &[&str] = &[
    "_Clone",
    "_Eq:",
    "_FloatAdd:",
    "_FloatAsInt",
    "_FloatCeil",
    "_FloatCos",
    "_FloatDiv:",
    "_FloatExp",
    "_FloatFloor",
    "_FloatLn",
    "_FloatMul:",
    "_FloatNegate",
    "_FloatRound",
    "_FloatSin",
    "_FloatSqrt",
    "_FloatSub:",
    "_IntAdd:",
    "_IntAnd:",
    "_IntAsCharacter",
    "_IntAsFloat",
    "_IntFloorDiv:",
    "_IntFloorMod:",
    "_IntMod:",
    "_IntMul:",
    "_IntOr:",
    "_IntShiftLeft:",
    "_IntShiftRight:",
    "_IntSub:",
    "_IntXor:",
    "_NewVector:Filler:",
    "_StringAt:",
    "_StringCodePoint",
    "_StringConcat:",
    "_StringEQ:",
    "_StringFrom:UpTo:",
    "_StringHash",
    "_StringLT:",
    "_StringNE:",
    "_StringSize",
];

/// The primitive's address, if it is one of these; else 0.
pub(super) fn calm(p: &'static Prim) -> u64 {
    if CALM.contains(&p.name) { std::ptr::from_ref(p) as u64 } else { 0 }
}

/// What is known about code for the optimizing tier's sake.
#[derive(Default)]
pub(crate) struct Feedback {
    samples: u32,
    /// Times that something it names was too young.
    early: u32,
    exits: u32,
    times: u32,
    /// What has been asked for and not come back: 0, or loops' heads.
    asked: Vec<u32>,
    /// Guesses that failed once: of which root, in its how-manieth code, and at which instruction of this.
    once: Vec<(CodeRef, u32, u32)>,
    /// Instructions about which guesses failed again.
    wrong: Vec<u32>,
    /// When its inline caches were last emptied; see [`Native::changes`].
    changed: u64,
    /// Optimized code that this code's inline caches are part of.
    relied_on_by: Vec<CodeRef>,
    /// Its own.
    pieces: Vec<Optimized>,
    /// It is not for this tier.
    refused: bool,
}

/// Optimized code, from the beginning or from a loop's head.
struct Optimized {
    entry: u32,
    /// The last instruction of the loop; 0 from the beginning.
    end: u32,
    start: usize,
    len: usize,
    /// It names them by address.
    exits: Vec<Arc<Exit>>,
}

impl Feedback {
    /// Where the code goes on in optimized code at the loop's head `pc`.
    pub(crate) fn at_loop(&self, pc: u32) -> Option<usize> {
        self.pieces.iter().find(|p| p.entry == pc && pc > 0).map(|p| p.start)
    }

    /// Whether `pc` is in a loop that optimized code waits for at its head.
    pub(crate) fn waits(&self, pc: u32) -> bool {
        self.pieces.iter().any(|p| p.entry > 0 && p.entry <= pc && pc <= p.end)
    }
}

impl CodeRef {
    /// The instructions about which guesses have failed more than once.
    pub(super) fn wrong_guesses(&self) -> Vec<u32> {
        self.feedback().borrow().wrong.clone()
    }

    /// Whether what it names may still be left to move by itself.
    fn wait_for_collection(self) -> bool {
        let mut f = self.feedback().borrow_mut();
        f.early += 1;
        f.early < PATIENCE
    }

    /// The last instruction that leads back to `head`.
    fn loop_end(&self, head: u32) -> Option<u32> {
        self.loops().filter(|(h, _)| *h == head).map(|(_, end)| end).max()
    }

    /// The jumps back: head and jump.
    fn loops(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.code().instrs.iter().enumerate().filter_map(|(pc, i)| {
            let pc = pc as u32;
            match i.op {
                Op::Loop => Some(((i64::from(pc) + 1 + i64::from(i.bc())) as u32, pc)),
                Op::CountUp | Op::CountBelow | Op::CountDown => Some((pc + 1 - u32::from(i.c), pc)),
                _ => None,
            }
        })
    }

    /// The head of the innermost loop around `pc`.
    fn loop_around(&self, pc: u32) -> Option<u32> {
        self.loops().filter(|(head, end)| *head <= pc && pc <= *end && *head > 0).map(|(head, _)| head).max()
    }
}

impl Vm {
    /// A slice is over: those that run are counted, and what is hot is compiled again.
    pub(crate) fn count_running(&mut self, p: &Process) {
        if self.native.tiers != Tiers::Optimizing || p.trial {
            return;
        }
        for k in (0..p.depth).rev().take(LOOKED_AT) {
            let (code, pc) = (p.frames[k].code, p.frames[k].pc);
            let hot = {
                let mut f = code.feedback().borrow_mut();
                f.samples += 1;
                f.samples >= SAMPLES
            };
            if hot && code.piece().is_some() {
                self.optimize(code, 0, None);
                if let Some(head) = code.loop_around(pc) {
                    self.optimize(code, head, Some((p, k)));
                }
            }
        }
    }

    /// Has code compiled by the optimizing tier from `entry`. Whether it is there now.
    pub(super) fn optimize(&mut self, c: CodeRef, entry: u32, running: Option<(&Process, usize)>) -> bool {
        {
            let f = c.feedback().borrow();
            if f.pieces.iter().any(|p| p.entry == entry) {
                return true;
            }
            if f.refused || f.times >= MOST_TIMES || f.asked.contains(&entry) {
                return false;
            }
        }
        let began = Instant::now();
        let Some(mut program) = self.program(c, entry) else { return false };
        if self.native.threshold > 0 && self.is_early(&program) {
            // What is young moves once, and can then be named. This is between two slices; mostly the nursery is full soon anyway.
            if c.wait_for_collection() {
                return false;
            }
            self.collect_as(aura_heap::CollectionKind::Minor);
            let Some(again) = self.program(c, entry) else { return false };
            program = again;
        }
        if let Some((p, k)) = running {
            program.first = self.numbers_in(p, k, c, entry);
        }
        c.feedback().borrow_mut().asked.push(entry);
        self.native.waited(began);
        self.ask_for_program(c, program)
    }

    /// The numbers in the registers of the activation at `k`, which `c` has alive at `entry`.
    fn numbers_in(&self, p: &Process, k: usize, c: CodeRef, entry: u32) -> Vec<(u16, aura_jit::First)> {
        let both = [c.liveness().live_in(entry), c.liveness().live_in(p.frames[k].pc)];
        let [at_entry, now] = &both;
        at_entry
            .iter()
            .filter(|r| now.contains(*r))
            .filter_map(|r| match p.reg(k, u32::from(r)) {
                v if v.is_int() => Some((r, aura_jit::First::Int)),
                v if v.is_immediate_float() => Some((r, aura_jit::First::Float)),
                _ => None,
            })
            .collect()
    }

    /// The code with all that it has called, as plain data.
    fn program(&self, root: CodeRef, entry: u32) -> Option<Program> {
        let mut units: FxHashMap<u64, Arc<Unit>> = FxHashMap::default();
        let mut todo = vec![(root, 0)];
        let mut size = 0;
        while let Some((c, far)) = todo.pop() {
            if units.contains_key(&c.bits()) || !c.ready.get() || (far > 0 && c.code().instrs.len() > LARGE) || size > MANY {
                continue;
            }
            let Some(unit) = self.unit(c) else { continue };
            size += unit.instrs.len();
            if far < FAR {
                let called = unit.sites.iter().flat_map(|s| &s.found).filter_map(|f| match f.what {
                    What::Method(code) | What::Leaf(code) | What::Module(code, _) => Some(code),
                    _ => None,
                });
                let all = called.chain(unit.blocks.iter().copied().filter(|b| *b != 0));
                todo.extend(all.map(|code| (CodeRef::from_bits(code), far + 1)));
            }
            units.insert(c.bits(), Arc::new(unit));
        }
        let plain = self.plain_maps(&units);
        units.contains_key(&root.bits()).then(|| Program {
            units,
            root: root.bits(),
            entry,
            plain,
            characters: self.heap.ascii_characters().iter().map(|c| c.bits()).collect(),
            first: Vec::new(),
        })
    }

    /// The maps of plain objects that sends of these have found, with the number of words; without those of large objects.
    fn plain_maps(&self, units: &FxHashMap<u64, Arc<Unit>>) -> FxHashMap<u32, u32> {
        let found = units.values().flat_map(|u| &u.sites).flat_map(|s| &s.found).map(|f| f.map);
        let words = |m: u32| {
            let map = self.heap.find_map(m)?;
            let is_plain = m != self.heap.kind_maps.int && map.kind == Kind::Plain && !map.grown;
            (is_plain && map.words <= LARGEST_COPY).then_some((m, map.words))
        };
        found.filter_map(words).collect()
    }

    /// Whether something that the program's sends have found is still young.
    fn is_early(&self, program: &Program) -> bool {
        let young = |code: &u64| {
            let c = CodeRef::from_bits(*code);
            let any =
                c.parts().ics.iter_mut().any(|ic| ic.entries().any(|e| e.target_value().is_some_and(|v| self.heap.is_young(*v))));
            let constants = || c.parts().objects.iter().filter_map(|o| o.last.as_ref()).flat_map(|(constants, _)| constants);
            any || constants().any(|v| self.heap.is_young(*v)) || self.heap.is_young(c.module.get())
        };
        program.units.keys().any(young)
    }

    /// A send site as the compilers see it.
    pub(super) fn site_view(&self, code: CodeRef, ic: &mut crate::linked::Ic) -> SiteView {
        let entries: Vec<Entry> = ic.entries().filter(|e| e.kind != EntryKind::Empty).map(|e| *e).collect();
        SiteView {
            cache: std::ptr::from_mut(ic) as u64,
            argc: ic.argc,
            seen: entries.iter().fold(0, |seen, e| seen | 1 << e.kind as u32),
            found: entries.iter().map(|e| Found { map: e.map, what: self.what(code, *e) }).collect(),
            many: ic.mega,
        }
    }

    fn what(&self, code: CodeRef, mut e: Entry) -> What {
        let target = e.target;
        let young = e.target_value().is_some_and(|v| self.heap.is_young(*v));
        match e.kind {
            EntryKind::Method => What::Method(target),
            EntryKind::Leaf => What::Leaf(target),
            EntryKind::Constant if !young => What::Constant(target),
            EntryKind::Data => What::Data(e.word),
            EntryKind::Assign => What::Assign(e.word),
            EntryKind::HolderData | EntryKind::HolderAssign if !young && self.is_plain(e.constant()) => {
                let word = e.word + layout::SLOTS as u32;
                if e.kind == EntryKind::HolderData { What::HolderData(target, word) } else { What::HolderAssign(target, word) }
            }
            EntryKind::Block => What::Block,
            EntryKind::ModuleMethod if !self.heap.is_young(code.module.get()) => What::Module(target, code.module.get().bits()),
            _ => What::Other,
        }
    }

    /// Whether an object's data slots are in it.
    fn is_plain(&self, o: Value) -> bool {
        self.heap.is_kind(o, Kind::Plain) && self.heap.header(o) & layout::GROWN == 0
    }

    // ---- what comes back ----

    /// Optimized code is there.
    pub(super) fn place_optimized(&mut self, c: CodeRef, program: &Program, (start, len): (usize, usize), exits: Vec<Arc<Exit>>) {
        let end = if program.entry == 0 { None } else { c.loop_end(program.entry) }.unwrap_or(0);
        {
            let mut f = c.feedback().borrow_mut();
            f.exits = 0;
            f.pieces.push(Optimized { entry: program.entry, end, start, len, exits });
        }
        for code in program.units.keys() {
            let code = CodeRef::from_bits(*code);
            let mut f = code.feedback().borrow_mut();
            if !f.relied_on_by.contains(&c) {
                f.relied_on_by.push(c);
            }
        }
        if program.entry == 0 {
            c.native.set(start);
            c.heat.set(0);
        }
    }

    /// What was asked for has come back; if `refused`, it will not be asked for again. It counts as compiled even if nothing becomes of it, so that
    /// nobody asks for ever.
    pub(super) fn asked_optimized(&mut self, c: CodeRef, entry: u32, refused: bool) {
        let mut f = c.feedback().borrow_mut();
        f.times += u32::from(entry == 0);
        f.asked.retain(|e| *e != entry);
        f.refused |= refused;
    }

    // ---- what ends it ----

    /// Optimized code of `root` has left, because a guess about instruction `pc` of `code` was wrong. One made `early`, before a loop, is not made
    /// again: there is little to be lost.
    pub(super) fn guess_failed(&mut self, root: CodeRef, code: CodeRef, pc: u32, early: bool) {
        self.native.stats.exits += 1;
        *self.native.wrong.entry((code.bits(), pc)).or_default() += 1;
        if early {
            let mut f = code.feedback().borrow_mut();
            if !f.wrong.contains(&pc) {
                f.wrong.push(pc);
            }
            drop(f);
            return self.drop_optimized(root);
        }
        let times = root.feedback().borrow().times;
        {
            let mut f = code.feedback().borrow_mut();
            match f.once.iter().find(|(r, _, at)| *r == root && *at == pc).map(|(_, t, _)| *t) {
                Some(before) if before < times && !f.wrong.contains(&pc) => f.wrong.push(pc),
                Some(_) => {}
                None => f.once.push((root, times, pc)),
            }
        }
        let many = {
            let mut f = root.feedback().borrow_mut();
            f.exits += 1;
            f.exits > MOST_EXITS
        };
        if many {
            self.drop_optimized(root);
        }
    }

    /// Where guesses were wrong, for people.
    pub(super) fn wrong_guesses(&self) -> Vec<(String, u64)> {
        let mut all: Vec<(String, u64)> =
            self.native.wrong.iter().map(|((c, pc), n)| (place(CodeRef::from_bits(*c), *pc), *n)).collect();
        all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        all
    }

    /// Throws the optimized code of `c` away.
    pub(crate) fn drop_optimized(&mut self, c: CodeRef) {
        let pieces = {
            let mut f = c.feedback().borrow_mut();
            f.samples = 0;
            f.exits = 0;
            std::mem::take(&mut f.pieces)
        };
        if pieces.is_empty() {
            return;
        }
        self.native.stats.dropped += 1;
        self.native.dropped.extend(pieces.into_iter().map(|p| (p.start, p.len, p.exits)));
        self.hot.abandon = true;
        c.reset_native();
        if self.native.threshold == 0 {
            c.heat.set(super::SOON);
        }
    }

    /// Whether a program that was gathered at `changes` still says what is so.
    pub(super) fn still_so(program: &Program, changes: u64) -> bool {
        program.units.keys().all(|code| CodeRef::from_bits(*code).feedback().borrow().changed <= changes)
    }

    /// Inline caches of `c` were emptied because what they held is not so any more.
    pub(crate) fn caches_changed(&mut self, c: CodeRef) {
        self.native.changes += 1;
        let relied = {
            let mut f = c.feedback().borrow_mut();
            f.changed = self.native.changes;
            std::mem::take(&mut f.relied_on_by)
        };
        for root in relied {
            self.drop_optimized(root);
        }
    }
}

/// An instruction, for people: what it does, and where that is written.
fn place(c: CodeRef, pc: u32) -> String {
    let code = c.code();
    let span = code.spans.get(pc as usize).copied().unwrap_or(code.span);
    let before = code.origin.text.get(..span.0 as usize).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let what = code.instrs.get(pc as usize).map_or("", |i| i.op.mnemonic());
    format!("{what} at {pc} of '{}' ({}:{line})", code.name, code.origin.file)
}
