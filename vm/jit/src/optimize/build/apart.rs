//! Splitting: ways that meet and know different things about what is asked next go on by themselves for a while.
//!
//! What an inlined message answered on its ways, and what was found out about a receiver on each of them, would be forgotten where they meet and asked again. Here the instructions from
//! there to the last that asks are walked once for each group of ways that know the same; behind it all meet. Source: Chambers and Ungar, Iterative Type Analysis and Extended
//! Message Splitting, PLDI 1990.
//!
//! What must stay true: a loop has one head, so nothing is walked twice from there; and how much is walked again is bounded.

use std::collections::BTreeMap;

use aura_code::{Instr, Op as Code, Reg, Role};

use super::state::{State, Way};
use super::{Builder, sends};
use crate::optimize::ir::{Op, Type, Val};
use crate::translate::has_immediate;
use crate::unit::Unit;

/// Instructions that are walked more than once are at most so many in a row.
const STRETCH: u32 = 12;
/// So often are these walked.
const MOST_GROUPS: usize = 4;
/// In a function they are so many in sum.
const MOST_AGAIN: usize = 400;

/// Ways that go on together, and where they meet the others.
pub(super) struct Group {
    pub(super) ways: Vec<Way>,
    /// The instruction at which they meet, unless they went elsewhere.
    pub(super) until: Option<u32>,
}

/// What an instruction asks about what a register holds where the ways meet.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Question {
    /// Which boolean it is.
    Truth,
    /// Which map it has.
    Map,
    /// Which kind of number it is.
    Number,
}

/// What a way knows about it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Word(u64),
    Value(Val),
    Map(u32),
    Unknown,
}

/// What the instructions from a meeting on ask, and where they end.
struct Stretch {
    questions: Vec<(Reg, Question)>,
    /// Behind the last that asks; nothing if control goes elsewhere there.
    until: Option<u32>,
    length: usize,
}

impl Builder<'_> {
    /// The ways to the instruction at `pc` in groups, of which each goes on by itself. The heads of the loops are those of `unit`.
    pub(super) fn apart(&mut self, unit: &Unit, loops: &[(u32, u32)], pc: u32, ways: Vec<Way>) -> Vec<Group> {
        let together = |ways| vec![Group { ways, until: None }];
        if ways.len() < 2 || loops.iter().any(|(head, _)| *head == pc) {
            return together(ways);
        }
        let Stretch { questions, until, length } = self.stretch(unit, loops, pc);
        let answers = |q| ways.iter().map(|w| self.answer_in(&w.state, q)).collect::<Vec<Answer>>();
        let telling: Vec<Vec<Answer>> = questions.into_iter().map(answers).filter(|all| differ(all)).collect();
        let keys = (0..ways.len()).map(|k| telling.iter().map(|all| all[k]).collect()).collect();
        let groups = grouped(ways, keys);
        let again = length * (groups.len() - 1);
        if again == 0 || self.again + again > MOST_AGAIN {
            return together(groups.into_iter().flatten().collect());
        }
        self.again += again;
        groups.into_iter().map(|ways| Group { ways, until }).collect()
    }

    /// What is asked from here on, before control goes elsewhere or meets others.
    fn stretch(&self, unit: &Unit, loops: &[(u32, u32)], from: u32) -> Stretch {
        let mut stretch = Stretch { questions: Vec::new(), until: None, length: 0 };
        // Where what a register holds was at the beginning.
        let mut origins: BTreeMap<Reg, Option<Reg>> = BTreeMap::new();
        let mut pc = from;
        while pc < from + STRETCH && (pc as usize) < unit.instrs.len() {
            let met = pc > from && (self.top().incoming.contains_key(&pc) || loops.iter().any(|(head, _)| *head == pc));
            if met {
                break;
            }
            let i = unit.instrs[pc as usize];
            let (asked, next) = (asked(unit, i), pc + if i.op.is_guard() { 2 } else { 1 });
            let questions = asked.into_iter().filter_map(|(r, q)| Some((origins.get(&r).copied().unwrap_or(Some(r))?, q)));
            let before = stretch.questions.len();
            stretch.questions.extend(questions);
            let goes_on = goes_on(i.op);
            if stretch.questions.len() > before {
                stretch.until = goes_on.then_some(next);
                stretch.length = (next - from) as usize;
            }
            if !goes_on || matches!(i.op, Code::Send | Code::SendSelf) {
                break;
            }
            follow(&mut origins, i);
            pc = next;
        }
        stretch
    }

    fn answer_in(&self, state: &State, (r, question): (Reg, Question)) -> Answer {
        let Some(v) = state.regs.last().and_then(|regs| regs[usize::from(r)]) else { return Answer::Unknown };
        let v = state.resolve(v);
        match (question, self.type_in(state, v)) {
            (Question::Truth, _) => match self.known_word(v) {
                Some(word) => Answer::Word(word),
                // One that is branched on without being made.
                None if matches!(self.g.op(v), Op::Boolean(_)) => Answer::Value(v),
                None => Answer::Unknown,
            },
            (_, Type::Int) => Answer::Map(self.abi.maps.int),
            _ if self.is_double(state, v) => Answer::Map(self.abi.maps.float),
            (Question::Map, Type::Map(map)) => Answer::Map(map),
            _ => Answer::Unknown,
        }
    }
}

/// Whether two of them are known and not the same.
fn differ(answers: &[Answer]) -> bool {
    let mut known = answers.iter().filter(|a| **a != Answer::Unknown);
    let first = known.next();
    known.any(|a| Some(a) != first)
}

/// Those with the same keys together; where that would be too many groups, all others are in the last.
fn grouped(ways: Vec<Way>, keys: Vec<Vec<Answer>>) -> Vec<Vec<Way>> {
    let mut of: Vec<Vec<Answer>> = Vec::new();
    let mut groups: Vec<Vec<Way>> = Vec::new();
    for (way, key) in ways.into_iter().zip(keys) {
        match of.iter().position(|k| *k == key).or((groups.len() == MOST_GROUPS).then_some(MOST_GROUPS - 1)) {
            Some(at) => groups[at].push(way),
            None => {
                of.push(key);
                groups.push(vec![way]);
            }
        }
    }
    groups
}

/// The registers that an instruction asks something about.
fn asked(unit: &Unit, i: Instr) -> Vec<(Reg, Question)> {
    match i.op {
        Code::JumpTrue | Code::JumpFalse => vec![(i.a, Question::Truth)],
        Code::Send | Code::SendSelf if sends::is_polymorphic(&unit.sites[usize::from(i.b)]) => {
            vec![(if i.op == Code::SendSelf { Reg::from(i.n) } else { i.a }, Question::Map)]
        }
        Code::At | Code::AtPut | Code::Same | Code::SameJump | Code::SendTwo | Code::SendTwoInt | Code::SendThree => Vec::new(),
        op if op.is_guard() && has_immediate(op) => vec![(i.b, Question::Number)],
        op if op.is_guard() => vec![(i.b, Question::Number), (i.c, Question::Number)],
        _ => Vec::new(),
    }
}

/// Whether control goes on behind it, and there alone.
fn goes_on(op: Code) -> bool {
    let elsewhere = matches!(
        op,
        Code::Return
            | Code::ReturnHome
            | Code::Jump
            | Code::Loop
            | Code::JumpTrue
            | Code::JumpFalse
            | Code::CountUp
            | Code::CountBelow
            | Code::CountDown
            | Code::PrimOrJump
    );
    !elsewhere && !op.is_compare_jump()
}

/// After this instruction registers hold what was elsewhere at the beginning.
fn follow(origins: &mut BTreeMap<Reg, Option<Reg>>, i: Instr) {
    let moved = (i.op == Code::Move).then(|| origins.get(&i.b).copied().unwrap_or(Some(i.b))).flatten();
    for (role, r) in i.op.roles()[1..].iter().zip([i.a, i.b, i.c]) {
        if matches!(role, Role::Def | Role::Update) {
            origins.insert(r, moved);
        }
    }
}
