//! The way of control through one activation's code.

use aura_code::{Instr, Op as Code, Reg, Role};
use cranelift_codegen::ir::condcodes::IntCC;

use super::state::{Slot, Way, join};
use super::{Builder, OpenLoop, small_enough};
use crate::compiler::NotCompiled;
use crate::optimize::ir::{Blk, Edge, End, Op, Rep, Type, Val, Why};
use crate::unit::Unit;

/// What comes after an instruction.
pub(super) enum Next {
    /// The instruction there.
    At(u32),
    /// Nothing: control went elsewhere.
    Ended,
}

impl Builder<'_> {
    /// Walks through the running activation from `pc`; its answers are left with it.
    pub(super) fn walk(&mut self, pc: u32) -> Result<(), NotCompiled> {
        let unit = self.top().unit.clone();
        let loops = loops(&unit);
        self.to(pc);
        while let Some((pc, ways)) = self.next_meeting() {
            self.top_mut().open.retain(|l| l.head < pc && pc <= l.end);
            let ways = self.only_inside(pc, ways);
            let live = self.liveness(&unit).live_in(pc);
            for group in self.apart(&unit, &loops, pc, ways) {
                if self.meet(group.ways, Some(&live)).is_none() {
                    continue;
                }
                if let Some((_, end)) = loops.iter().find(|(head, _)| *head == pc) {
                    self.open_loop(&unit, pc, *end);
                }
                self.stretch_from(&unit, pc, &loops, group.until)?;
            }
        }
        Ok(())
    }

    /// Walks from `pc` to where control goes elsewhere or meets other ways, as it does at `until`.
    fn stretch_from(&mut self, unit: &Unit, mut pc: u32, loops: &[(u32, u32)], until: Option<u32>) -> Result<(), NotCompiled> {
        loop {
            small_enough(&self.g)?;
            match self.step(unit, pc)? {
                Next::Ended => return Ok(()),
                Next::At(next) => pc = next,
            }
            let meets = until == Some(pc) || self.top().incoming.contains_key(&pc) || loops.iter().any(|(head, _)| *head == pc);
            if meets {
                self.to(pc);
                return Ok(());
            }
        }
    }

    /// Control goes from here to the instruction at `pc`.
    pub(super) fn to(&mut self, pc: u32) {
        let way = Way { from: self.at, state: self.state.clone(), value: None };
        self.top_mut().incoming.entry(pc).or_default().push(way);
    }

    /// Where the walk goes on: at the first instruction that ways lead to, since what is behind it may be led to from it. Where the function began in the middle of loops,
    /// their heads come last, the innermost first, so that each of these loops is then walked through as one that is entered at its head alone.
    fn next_meeting(&mut self) -> Option<(u32, Vec<Way>)> {
        let top = self.top_mut();
        top.incoming.pop_first().or_else(|| top.anew.pop_last())
    }

    /// The ways to `pc` that come out of all open loops around it. What is known at a loop's head is known in it only because no way leads past the head: others leave.
    fn only_inside(&mut self, pc: u32, ways: Vec<Way>) -> Vec<Way> {
        let Some(first) = self.top().open.iter().map(|l| l.block).max() else { return ways };
        let (inside, past): (Vec<Way>, Vec<Way>) = ways.into_iter().partition(|w| w.from >= first);
        for w in past {
            (self.at, self.state) = (w.from, w.state);
            self.leave(pc, Why::Leave);
        }
        inside
    }

    /// Both ways of a condition; the walk goes on with the first block, and the second is answered.
    pub(super) fn split(&mut self, flag: Val) -> Blk {
        let (yes, no) = (self.g.new_block(), self.g.new_block());
        let at = self.at;
        let edge = |to| Edge { to, args: Vec::new() };
        self.end(at, End::If(flag, edge(yes), edge(no)));
        self.at = yes;
        no
    }

    fn open_loop(&mut self, unit: &Unit, head: u32, end: u32) {
        let place = self.place(head);
        self.materialize_for(place);
        self.do_early(unit, place);
        self.unbox_early();
        let block = self.g.new_block();
        let mut args = Vec::new();
        let mut slots = Vec::new();
        let live = self.liveness(unit).live_in(head);
        for r in written(unit, head, end).into_iter().filter(|r| live.contains(*r)) {
            let Some(v) = self.state.regs.last().and_then(|regs| regs[usize::from(r)]) else { continue };
            let (arg, p, rep, ty) = self.loop_slot(block, (place, Slot::Register(r)), v);
            args.push(arg);
            slots.push((Slot::Register(r), None, rep, ty));
            self.set(r, p);
        }
        for (slot, o, v) in self.changed_by(place) {
            let (arg, p, rep, ty) = self.loop_slot(block, (place, slot), v);
            args.push(arg);
            slots.push((slot, Some(o), rep, ty));
            if let Slot::Held(_, k) = slot {
                self.state.held.insert((o, k), p);
            }
        }
        let at = self.at;
        self.end(at, End::Goto(Edge { to: block, args }));
        self.at = block;
        if self.guesses.calling.contains(&place) {
            self.state.called();
        }
        if let Some(changed) = self.guesses.storing.get(&place) {
            self.state.loads.retain(|(_, k), _| !changed.contains(k));
        }
        self.state.heard.clear();
        let (known, first) = (self.state.clone(), self.g.ops.len() as u32);
        self.top_mut().open.push(OpenLoop { head, end, block, slots, known, first });
    }

    /// A parameter of a loop's head for something that holds `v` at first: the argument, the parameter, and what it is.
    fn loop_slot(&mut self, block: Blk, key: (super::Place, Slot), v: Val) -> (Val, Val, Rep, Type) {
        self.must_be_real(v);
        let (mut rep, mut ty) = match self.guesses.loops.get(&key) {
            Some(guess) => *guess,
            None if self.is_double(&self.state, v) => (Rep::Double, Type::Float),
            None => (Rep::Word, self.type_of(v)),
        };
        if rep == Rep::Double && !self.is_double(&self.state, v) {
            (rep, ty) = (Rep::Word, Type::Any);
        }
        let arg = if rep == Rep::Double { self.double(v) } else { self.word_of(v) };
        if rep == Rep::Word {
            ty = join(ty, self.type_of(arg));
        }
        let p = self.g.value(Op::Param(rep), if matches!(ty, Type::Map(_)) { Type::Ref } else { ty });
        self.block_mut(block).params.push(p);
        if matches!(ty, Type::Map(_)) {
            self.state.types.insert(p, ty);
        }
        (arg, p, rep, ty)
    }

    /// Control goes back to the head of an open loop, or to that of a loop that is to be walked through anew.
    pub(super) fn turn(&mut self, head: u32) {
        let Some(at) = self.top().open.iter().rposition(|l| l.head == head) else { return self.turn_anew(head) };
        let p = self.point(head, Why::Slice);
        let open = &self.top().open[at];
        let (place, block, slots, known) = (self.place(head), open.block, open.slots.clone(), open.known.clone());
        let mut args = Vec::new();
        for (slot, o, rep, ty) in slots {
            let v = match slot {
                Slot::Register(r) => self.reg(r),
                // One that has been made meanwhile is made before the loop next time.
                Slot::Held(_, k) => match o.and_then(|o| self.held(o, k)) {
                    Some(v) => v,
                    None => self.nil(),
                },
            };
            self.must_be_real(v);
            args.push(self.loop_arg((place, slot), v, rep, ty));
        }
        self.note_assigned(place, &known);
        let from = self.at;
        self.end(from, End::Turn(Edge { to: block, args }, p));
    }

    /// Where the function began in the middle of a loop, control goes back to a head that is met for the first time. A counting loop has two, its test and its body; it is
    /// entered at the first, which lets pass what was just tested.
    fn turn_anew(&mut self, head: u32) {
        let p = self.point(head, Why::Slice);
        self.act(Op::Spend(p));
        let unit = self.top().unit.clone();
        let way = Way { from: self.at, state: self.state.clone(), value: None };
        self.top_mut().anew.entry(test_of(&unit, head)).or_default().push(way);
    }

    /// What the loop's variable is at its next turn; if it is not what was guessed, the guess is taken back.
    fn loop_arg(&mut self, key: (super::Place, Slot), v: Val, rep: Rep, ty: Type) -> Val {
        if rep == Rep::Double {
            if self.is_double(&self.state, v) {
                return self.double(v);
            }
            self.guesses.loops.insert(key, (Rep::Word, Type::Any));
            self.guesses.changed = true;
            return self.constant(Op::Double(0), Type::Float);
        }
        let v = self.word_of(v);
        let is = self.type_of(v);
        let both = join(ty, is);
        if both != ty {
            let known = self.guesses.loops.get(&key).map_or(both, |(_, t)| join(*t, both));
            self.guesses.loops.insert(key, (Rep::Word, known));
            self.guesses.changed = true;
        }
        v
    }

    /// The conditional jump at `pc` on a condition.
    pub(super) fn branch(&mut self, unit: &Unit, pc: u32, flag: Val) {
        let jump = unit.instrs[pc as usize];
        let no = self.split(flag);
        let (if_true, if_false) = match jump.op {
            Code::JumpTrue => (target(pc, jump), pc + 1),
            _ => (pc + 1, target(pc, jump)),
        };
        let state = self.state.clone();
        self.to(if_true);
        (self.at, self.state) = (no, state);
        self.to(if_false);
    }

    /// The conditional jump at `pc` on the value of its register.
    pub(super) fn jump_on(&mut self, unit: &Unit, pc: u32, v: Val) {
        let jump = unit.instrs[pc as usize];
        let s = self.abi.special;
        let go = if jump.op == Code::JumpTrue { s.true_ } else { s.false_ };
        let stay = if jump.op == Code::JumpTrue { s.false_ } else { s.true_ };
        match self.known_word(v) {
            Some(w) if w == go => return self.to(target(pc, jump)),
            Some(w) if w == stay => return self.to(pc + 1),
            _ => {}
        }
        if let Op::Boolean(flag) = *self.g.op(v) {
            return self.branch(unit, pc, flag);
        }
        self.must_be_real(v);
        let v = self.word_of(v);
        if self.type_of(v) == Type::Bool {
            let yes = self.word(s.true_);
            let flag = self.push(Op::IntCompare(IntCC::Equal, v, yes), Type::Any);
            return self.branch(unit, pc, flag);
        }
        let goes = self.word(go);
        let flag = self.push(Op::IntCompare(IntCC::Equal, v, goes), Type::Any);
        let no = self.split(flag);
        let state = self.state.clone();
        self.to(target(pc, jump));
        (self.at, self.state) = (no, state);
        let p = self.point(pc, Why::Leave);
        self.act(Op::CheckWord(v, stay, p));
        self.to(pc + 1);
    }

    fn step(&mut self, unit: &Unit, pc: u32) -> Result<Next, NotCompiled> {
        let i = unit.instrs[pc as usize];
        Ok(match i.op {
            Code::Return => {
                let v = self.reg(i.a);
                self.answer(pc, v);
                Next::Ended
            }
            Code::ReturnHome => {
                self.answer_home(pc, i);
                Next::Ended
            }
            Code::Jump => {
                self.to(target(pc, i));
                Next::Ended
            }
            Code::Loop => {
                self.turn(target(pc, i));
                Next::Ended
            }
            Code::JumpTrue | Code::JumpFalse => {
                let v = self.reg(i.a);
                self.jump_on(unit, pc, v);
                Next::Ended
            }
            Code::CountUp | Code::CountBelow | Code::CountDown => self.count(unit, pc, i),
            Code::CheckNumber => self.check_number(unit, pc, i),
            Code::Send | Code::SendSelf | Code::Resend => self.send(unit, pc, i)?,
            Code::Prim | Code::PrimOrJump => self.primitive(unit, pc, i),
            op if op.is_guard() => self.guarded(unit, pc, i)?,
            _ => self.simple(unit, pc, i)?,
        })
    }

    /// The running activation answers.
    fn answer(&mut self, pc: u32, v: Val) {
        let last = self.stack.len() - 1;
        self.answer_from(last, pc, v);
    }

    /// The activation at `index` of the stack answers, and those above it are over.
    fn answer_from(&mut self, index: usize, pc: u32, v: Val) {
        if index == 0 {
            let v = self.word_of(v);
            self.must_be_real(v);
            let p = self.point(pc, Why::Leave);
            let at = self.at;
            return self.end(at, End::Return(v, p));
        }
        let mut state = self.state.clone();
        state.regs.truncate(index);
        let way = Way { from: self.at, state, value: Some(v) };
        self.stack[index].answers.push(way);
    }

    /// `^` in a block: a jump where the activation that it belongs to is part of this function.
    fn answer_home(&mut self, pc: u32, i: Instr) {
        let (v, token) = (self.reg(i.a), self.reg(i.b));
        let home = match *self.g.op(token) {
            Op::Token(c) => self.stack.iter().position(|a| a.context == c),
            _ => None,
        };
        match home {
            Some(index) => self.answer_from(index, pc, v),
            None => self.leave(pc, Why::Leave),
        }
    }
}

/// Where a jump leads.
pub(super) fn target(pc: u32, jump: Instr) -> u32 {
    (i64::from(pc) + 1 + i64::from(jump.bc())) as u32
}

/// The loops of a piece of code: head, and last instruction that leads back there.
pub(super) fn loops(unit: &Unit) -> Vec<(u32, u32)> {
    let mut loops: Vec<(u32, u32)> = Vec::new();
    for (pc, i) in unit.instrs.iter().enumerate() {
        let pc = pc as u32;
        let head = match i.op {
            Code::Loop => target(pc, *i),
            Code::CountUp | Code::CountBelow | Code::CountDown => pc + 1 - u32::from(i.c),
            _ => continue,
        };
        match loops.iter_mut().find(|(h, _)| *h == head) {
            Some((_, end)) => *end = pc.max(*end),
            None => loops.push((head, pc)),
        }
    }
    loops
}

/// The head at which the loop with this head begins: the test of a counting loop, if it is the body's head. Behind the instruction that counts comes the jump to the test.
fn test_of(unit: &Unit, head: u32) -> u32 {
    let counts = |i: &Instr| matches!(i.op, Code::CountUp | Code::CountBelow | Code::CountDown);
    let of_body = |(pc, i): &(usize, &Instr)| counts(i) && *pc as u32 + 1 - u32::from(i.c) == head;
    let Some((count, _)) = unit.instrs.iter().enumerate().rev().find(of_body) else { return head };
    let jump = unit.instrs.iter().enumerate().skip(count + 1).find(|(_, i)| i.op == Code::Loop);
    jump.map(|(pc, i)| target(pc as u32, *i)).filter(|test| *test < head).unwrap_or(head)
}

/// The registers that instructions of a loop write.
fn written(unit: &Unit, head: u32, end: u32) -> Vec<Reg> {
    let mut regs = Vec::new();
    for pc in head..=end {
        let i = unit.instrs[pc as usize];
        for (role, r) in i.op.roles()[1..].iter().zip([i.a, i.b, i.c]) {
            if matches!(role, Role::Def | Role::Update) {
                regs.push(r);
            }
        }
        if i.op == Code::AtPut {
            regs.push(unit.instrs[pc as usize + 1].c);
        }
    }
    regs.sort_unstable();
    regs.dedup();
    regs
}
