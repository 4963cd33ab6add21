//! One function being made: its registers, instructions, labels and tables.
//!
//! Registers are handed out like a stack: `top` is the first free one, and everything live is below it. Instructions that
//! nothing can reach are not emitted, so a function never falls off its end.
//!
//! Not here: anything about the tree.

use rustc_hash::FxHashMap;

use super::facts::Decl;
use crate::code::{Code, Const, InlineSite, Local, Site, SiteKind};
use crate::op::{Instr, Op, Reg};

/// The most registers, sites and so on that a function may have; indexes are 16 bits.
pub(crate) const LIMIT: usize = 65_000;
/// The most arguments: self's register, which follows them, must fit a byte.
pub(crate) const MAX_ARGS: usize = 250;

/// A place in the code, perhaps not yet reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Label(usize);

#[derive(Default)]
struct LabelState {
    at: Option<u32>,
    jumps: Vec<u32>,
    joins: Vec<usize>,
}

/// See [`Func::land`].
struct Landing {
    join: Label,
    to: Reg,
    from: Reg,
    past: Label,
    span: (u32, u32),
}

/// Where a variable is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) reg: Reg,
    pub(crate) boxed: bool,
    /// In what.
    pub(crate) site: PlaceSite,
}

/// In what a variable is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PlaceSite {
    /// In that register of this activation.
    Here,
    /// In the captured value of that number, fetched where it is used.
    Captured,
    /// In that register of an activation around an inlined message's block: how far out.
    Up(u8),
}

/// A function being made.
pub(crate) struct Func {
    pub(crate) code: Code,
    pub(crate) top: usize,
    /// Where self is.
    pub(crate) self_reg: Reg,
    /// Where the token of the home activation is.
    pub(crate) home_reg: Option<Reg>,
    /// In an inlined message's block: where the tokens of the activations around it are, the nearest first.
    pub(crate) tokens: Vec<Reg>,
    /// `^` leaves this function itself.
    pub(crate) is_home: bool,
    /// Where its variables are, those it captured included.
    pub(crate) places: FxHashMap<Decl, Place>,
    /// Variables whose first assignment comes before any use: their names count from there.
    pub(crate) late: FxHashMap<Decl, String>,
    /// The span that new instructions get.
    pub(crate) span: (u32, u32),
    pub(crate) reachable: bool,
    /// Something did not fit its 16 bits.
    pub(crate) overflow: Option<&'static str>,
    /// Where control last came back from a message that may really be sent.
    joined_at: Option<u32>,
    /// As that, and names that the message's blocks may use have ended there: nothing else may lead to this instruction,
    /// because the collector looks at it while the message is really sent.
    private_at: Option<u32>,
    landings: Vec<Landing>,
    labels: Vec<LabelState>,
    consts: FxHashMap<ConstKey, i32>,
    prims: FxHashMap<String, u16>,
}

#[derive(PartialEq, Eq, Hash)]
enum ConstKey {
    Int(i64),
    Big(String),
    Float(u64),
    Str(String),
}

impl Func {
    pub(crate) fn new(code: Code, is_home: bool) -> Self {
        Self {
            code,
            top: 1,
            self_reg: 0,
            home_reg: None,
            tokens: Vec::new(),
            is_home,
            places: FxHashMap::default(),
            late: FxHashMap::default(),
            span: (0, 0),
            reachable: true,
            overflow: None,
            joined_at: None,
            private_at: None,
            landings: Vec::new(),
            labels: Vec::new(),
            consts: FxHashMap::default(),
            prims: FxHashMap::default(),
        }
    }

    fn check<T>(&mut self, count: usize, what: &'static str, value: T) -> T {
        if count > LIMIT {
            self.overflow = Some(what);
        }
        value
    }

    /// A new register above everything live.
    pub(crate) fn reserve(&mut self) -> Reg {
        let reg = self.top;
        self.top += 1;
        self.at_least(0);
        reg as Reg
    }

    /// Makes sure that `more` registers exist above what is live.
    pub(crate) fn at_least(&mut self, more: usize) {
        let need = self.top + more;
        if need > usize::from(self.code.nregs) {
            self.code.nregs = need.min(usize::from(u16::MAX)) as u16;
        }
        self.check(need, "values that are needed at the same time", ());
    }

    /// The first free register, made sure to exist with `more` after it.
    pub(crate) fn scratch(&mut self, more: usize) -> Reg {
        self.at_least(more + 1);
        self.top as Reg
    }

    /// Whether `reg` is the topmost reserved one.
    pub(crate) fn is_top(&self, reg: Reg) -> bool {
        usize::from(reg) + 1 == self.top
    }

    pub(crate) fn pc(&self) -> u32 {
        self.code.instrs.len() as u32
    }

    pub(crate) fn emit(&mut self, instr: Instr) {
        if self.reachable {
            self.code.instrs.push(instr);
            self.code.spans.push(self.span);
        }
    }

    pub(crate) fn op(&mut self, op: Op, a: Reg, b: u16, c: u16) {
        self.emit(Instr::new(op, 0, a, b, c));
    }

    pub(crate) fn copy(&mut self, to: Reg, from: Reg) {
        if to != from {
            self.op(Op::Move, to, from, 0);
        }
    }

    /// Answers to the caller.
    pub(crate) fn ret(&mut self, reg: Reg) {
        self.op(Op::Return, reg, 0, 0);
        self.reachable = false;
    }

    pub(crate) fn label(&mut self) -> Label {
        self.labels.push(LabelState::default());
        Label(self.labels.len() - 1)
    }

    /// What comes now needs an instruction of its own.
    fn leave_private(&mut self) {
        if self.private_at == Some(self.pc()) {
            self.op(Op::Nop, 0, 0, 0);
        }
    }

    /// The label is here.
    pub(crate) fn bind(&mut self, label: Label) {
        self.leave_private();
        let pc = self.pc();
        let state = &mut self.labels[label.0];
        state.at = Some(pc);
        if !state.jumps.is_empty() || !state.joins.is_empty() {
            self.reachable = true;
        }
        for at in std::mem::take(&mut state.jumps) {
            let instr = &mut self.code.instrs[at as usize];
            *instr = Instr { n: instr.n, ..Instr::wide(instr.op, instr.a, pc as i32 - at as i32 - 1) };
        }
        if !state.joins.is_empty() {
            self.joined_at = Some(pc);
        }
        for site in std::mem::take(&mut state.joins) {
            self.code.inline_sites[site].join = pc;
        }
    }

    /// Jumps (or perhaps jumps, on register `a`) to a label.
    pub(crate) fn jump(&mut self, op: Op, a: Reg, label: Label) {
        if !self.reachable {
            return;
        }
        let pc = self.pc();
        match self.labels[label.0].at {
            Some(at) => self.emit(Instr::wide(op, a, at as i32 - pc as i32 - 1)),
            None => {
                self.labels[label.0].jumps.push(pc);
                self.emit(Instr::wide(op, a, 0));
            }
        }
        self.reachable = !matches!(op, Op::Jump | Op::Loop);
    }

    /// Control that comes to `join` moves `from` to `to`, and goes on here. That happens at the end of the code, out of the
    /// way of those who come here without.
    pub(crate) fn land(&mut self, join: Label, to: Reg, from: Reg) {
        if self.labels[join.0].joins.is_empty() {
            return;
        }
        // Nobody has jumped here yet, but that move will.
        let past = self.label();
        self.leave_private();
        self.reachable = true;
        self.labels[past.0].at = Some(self.pc());
        self.landings.push(Landing { join, to, from, past, span: self.span });
    }

    fn emit_landings(&mut self) {
        for landing in std::mem::take(&mut self.landings) {
            self.span = landing.span;
            self.bind(landing.join);
            self.copy(landing.to, landing.from);
            self.jump(Op::Jump, 0, landing.past);
        }
    }

    /// Says that the next instruction is an inlined message's test.
    pub(crate) fn inline_site(&mut self, mut site: InlineSite, join: Label) {
        if !self.reachable {
            return;
        }
        self.leave_private();
        site.pc = self.pc();
        match self.labels[join.0].at {
            Some(at) => site.join = at,
            None => self.labels[join.0].joins.push(self.code.inline_sites.len()),
        }
        self.code.inline_sites.push(site);
    }

    pub(crate) fn site(&mut self, selector: String, argc: usize, kind: SiteKind) -> u16 {
        self.code.sites.push(Site { selector, argc: argc as u8, kind });
        let count = self.code.sites.len();
        self.check(count, "messages", (count - 1) as u16)
    }

    pub(crate) fn prim(&mut self, name: &str) -> u16 {
        if let Some(&index) = self.prims.get(name) {
            return index;
        }
        self.code.prims.push(name.to_owned());
        let count = self.code.prims.len();
        self.prims.insert(name.to_owned(), (count - 1) as u16);
        self.check(count, "primitives", (count - 1) as u16)
    }

    pub(crate) fn constant(&mut self, to: Reg, constant: Const) {
        let key = match &constant {
            Const::Int(i) => ConstKey::Int(*i),
            Const::Big(digits) => ConstKey::Big(digits.clone()),
            Const::Float(x) => ConstKey::Float(x.to_bits()),
            Const::Str(text) => ConstKey::Str(text.clone()),
        };
        let consts = &mut self.code.consts;
        let index = *self.consts.entry(key).or_insert_with(|| {
            consts.push(constant);
            consts.len() as i32 - 1
        });
        self.emit(Instr::wide(Op::LoadConst, to, index));
    }

    /// Notes a named register, set from here on; the number is for `out_of_scope`.
    pub(crate) fn named(&mut self, name: &str, place: Place) {
        if place.site == PlaceSite::Here {
            let from = self.pc();
            self.code.locals.push(Local { name: name.into(), reg: place.reg, boxed: place.boxed, from, to: u32::MAX });
        }
    }

    /// Whether a register has a name in scope.
    pub(crate) fn is_named(&self, reg: Reg) -> bool {
        self.code.locals.iter().any(|l| l.reg == reg && l.to == u32::MAX)
    }

    /// The names noted since there were `count` of them are out of scope.
    pub(crate) fn out_of_scope(&mut self, count: usize) {
        let pc = self.pc();
        let here = self.joined_at == Some(pc);
        for local in self.code.locals[count..].iter_mut().filter(|l| l.to == u32::MAX) {
            local.to = pc + u32::from(here);
            if here {
                self.private_at = Some(pc);
            }
        }
    }

    /// The finished code.
    pub(crate) fn finish(mut self) -> Code {
        self.emit_landings();
        self.out_of_scope(0);
        let end = self.pc();
        self.code.locals.iter_mut().for_each(|l| l.to = l.to.min(end));
        self.code.locals.retain(|l| l.from < l.to);
        self.code
    }
}
