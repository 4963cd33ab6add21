//! What is known at a point of the function that is being built, and how it is merged where ways meet.

use std::collections::BTreeMap;

use aura_code::Reg;
use aura_heap::{FOLD, Value};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::optimize::ir::{Blk, Edge, End, Op, Rep, Type, Val};

use super::{Builder, Place};

/// See the module's comment.
#[derive(Clone, Default)]
pub(super) struct State {
    /// The registers of each activation, the function's own first.
    pub(super) regs: Vec<Vec<Option<Val>>>,
    /// What was found out about values.
    pub(super) types: FxHashMap<Val, Type>,
    /// Words of objects that were read or written.
    pub(super) loads: FxHashMap<(Val, u32), Val>,
    /// What the words of virtual objects hold that have not been made; and as what the others have been.
    pub(super) held: BTreeMap<(Val, u32), Val>,
    pub(super) real: BTreeMap<Val, Val>,
    /// Doubles as words, and the other way round.
    pub(super) words: FxHashMap<Val, Val>,
    pub(super) doubles: FxHashMap<Val, Val>,
    /// Indexes that are in the range of a vector.
    pub(super) within: FxHashMap<(Val, Val), ()>,
    /// Objects that were made or changed here, since when nothing was collected: the barrier has nothing more to hear of them.
    pub(super) heard: FxHashSet<Val>,
}

/// A way to where control will meet: its block, which is still open, what is known there, and perhaps a value.
pub(super) struct Way {
    pub(super) from: Blk,
    pub(super) state: State,
    pub(super) value: Option<Val>,
}

impl State {
    /// Something ran that may have changed any object.
    pub(super) fn called(&mut self) {
        self.loads.clear();
        // A double's word may be an object, which moves.
        self.words.clear();
        self.heard.clear();
        for t in self.types.values_mut() {
            // It may have other slots now, but an object it is.
            if matches!(t, Type::Map(_)) {
                *t = Type::Ref;
            }
        }
    }

    /// Keeps what both know.
    fn meet(&mut self, other: &State) {
        self.types.retain(|v, t| match other.types.get(v) {
            Some(o) => {
                *t = join(*t, *o);
                *t != Type::Any
            }
            None => false,
        });
        self.loads.retain(|k, v| other.loads.get(k) == Some(v));
        self.words.retain(|k, v| other.words.get(k) == Some(v));
        self.doubles.retain(|k, v| other.doubles.get(k) == Some(v));
        self.within.retain(|k, ()| other.within.contains_key(k));
        self.heard.retain(|v| other.heard.contains(v));
    }
}

/// What is known of something that is one or the other.
pub(super) fn join(a: Type, b: Type) -> Type {
    match (a, b) {
        _ if a == b => a,
        (Type::Ref | Type::Map(_) | Type::Bool, Type::Ref | Type::Map(_) | Type::Bool) => Type::Ref,
        _ => Type::Any,
    }
}

impl Builder<'_> {
    /// Control goes on where these ways meet, with the value that they bring. Nothing if there are none.
    pub(super) fn meet(&mut self, mut ways: Vec<Way>, live: Option<&aura_code::RegSet>) -> Option<Option<Val>> {
        match ways.len() {
            0 => return None,
            1 => {
                let way = ways.remove(0);
                (self.at, self.state) = (way.from, way.state);
                if let (Some(live), Some(top)) = (live, self.state.regs.last_mut()) {
                    forget(top, live);
                }
                return Some(way.value);
            }
            _ => {}
        }
        let mut args: Vec<Vec<Val>> = vec![Vec::new(); ways.len()];
        let to = self.g.new_block();
        let mut state = ways[0].state.clone();
        for w in &ways[1..] {
            state.meet(&w.state);
        }
        let top = state.regs.len() - 1;
        for r in 0..state.regs[top].len() {
            let all: Vec<Option<Val>> = ways.iter().map(|w| w.state.regs[top][r]).collect();
            let wanted = live.is_none_or(|l| l.contains(r as Reg));
            state.regs[top][r] = match all.iter().copied().collect::<Option<Vec<Val>>>() {
                Some(all) if wanted => Some(self.one_of(to, &mut ways, &mut args, &mut state, all)),
                _ => None,
            };
        }
        let values: Option<Vec<Val>> = ways.iter().map(|w| w.value).collect();
        let value = values.map(|all| self.one_of(to, &mut ways, &mut args, &mut state, all));
        self.meet_virtual(to, &mut ways, &mut args, &mut state, value);
        for (w, args) in ways.iter().zip(args) {
            self.end(w.from, End::Goto(Edge { to, args }));
        }
        (self.at, self.state) = (to, state);
        Some(value)
    }

    /// The value that is one of these, depending on the way.
    pub(super) fn one_of(&mut self, to: Blk, ways: &mut [Way], args: &mut [Vec<Val>], state: &mut State, all: Vec<Val>) -> Val {
        let first = all[0];
        if all.iter().all(|v| *v == first) {
            return first;
        }
        let real = |b: &mut Self, v: Val| {
            b.must_be_real(v);
            b.resolve(v)
        };
        let all: Vec<Val> = ways.iter_mut().zip(all).map(|(w, v)| self.on(w, |b| real(b, v))).collect();
        let doubles = all.iter().any(|v| self.g.rep(*v) == Rep::Double);
        let rep = match doubles && ways.iter().zip(&all).all(|(w, v)| self.is_double(&w.state, *v)) {
            true => Rep::Double,
            false => Rep::Word,
        };
        let mut ty = if rep == Rep::Double { Type::Float } else { self.type_in(&ways[0].state, all[0]) };
        for ((w, v), args) in ways.iter_mut().zip(&all).zip(args.iter_mut()) {
            if rep == Rep::Word {
                ty = join(ty, self.type_in(&w.state, *v));
            }
            args.push(self.on(w, |b| if rep == Rep::Double { b.double(*v) } else { b.word_of(*v) }));
        }
        // A double as a word may be one that is not immediate.
        if rep == Rep::Word && all.iter().any(|v| self.g.rep(*v) == Rep::Double) {
            ty = Type::Any;
        }
        let p = self.g.value(Op::Param(rep), if matches!(ty, Type::Map(_)) { Type::Ref } else { ty });
        if matches!(ty, Type::Map(_)) {
            state.types.insert(p, ty);
        }
        self.g.blocks[to.0 as usize].params.push(p);
        p
    }

    /// What is known of `v` in `state`.
    pub(super) fn type_in(&self, state: &State, v: Val) -> Type {
        let v = state.resolve(v);
        state.types.get(&v).copied().unwrap_or(self.g.type_of(v))
    }

    /// Whether it can be had as a double without asking.
    pub(super) fn is_double(&self, state: &State, v: Val) -> bool {
        self.g.rep(v) == Rep::Double || self.type_in(state, v) == Type::Float
    }

    /// The value as a word.
    pub(super) fn word_of(&mut self, v: Val) -> Val {
        if matches!(self.g.op(v), Op::Virtual { .. }) {
            return self.materialize(v);
        }
        if self.g.rep(v) != Rep::Double {
            return v;
        }
        if let Some(w) = self.state.words.get(&v) {
            return *w;
        }
        if let Op::Double(bits) = *self.g.op(v)
            && let Some(word) = Value::immediate_float(f64::from_bits(bits))
        {
            return self.word(word.bits());
        }
        let w = self.push(Op::Box(v), Type::Any);
        self.state.words.insert(v, w);
        w
    }

    /// The value as a double, which it is known to be.
    pub(super) fn double(&mut self, v: Val) -> Val {
        if self.g.rep(v) == Rep::Double {
            return v;
        }
        if let Some(d) = self.state.doubles.get(&v) {
            return *d;
        }
        if let Op::Word(word) = *self.g.op(v) {
            let folded = f64::from_bits((word >> 2).rotate_right(1));
            return self.constant(Op::Double((folded * FOLD).to_bits()), Type::Float);
        }
        let d = self.push(Op::Unbox(v), Type::Float);
        self.state.doubles.insert(v, d);
        self.state.words.insert(d, v);
        d
    }
}

/// Forgets registers that are not alive.
pub(super) fn forget(regs: &mut [Option<Val>], live: &aura_code::RegSet) {
    for (r, v) in regs.iter_mut().enumerate() {
        if !live.contains(r as Reg) {
            *v = None;
        }
    }
}

/// Something whose value a loop changes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Slot {
    /// A register of the loop's activation.
    Register(Reg),
    /// A word of the virtual object that is made there.
    Held(Place, u32),
}
