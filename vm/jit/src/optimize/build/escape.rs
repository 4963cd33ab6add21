//! Objects and boxes that are made only where something sees them, if anything does.
//!
//! A copy of a plain object, and a box, is at first *virtual*: what its words hold is known on each way, and no object is there. Where something sees it (it is stored in an object, given
//! to a call, or one of several values where ways meet) it is *materialized*: made with what it holds there, and is that object on this way from then on. Source: Stadler, Würthinger, Mössenböck,
//! Partial Escape Analysis and Scalar Replacement for Java, CGO 2014.
//!
//! What must stay true: registers and activations go on naming the virtual object, whatever has become of it ([`Builder::resolve`], [`Point::resolve`](crate::optimize::ir::Point::resolve)); what it holds
//! is no virtual object itself. One that a loop materializes is materialized before it, and a loop has parameters for those words alone that it
//! changes: both are found out as [`Guesses`](super::Guesses) are.

use std::collections::{BTreeMap, BTreeSet};

use aura_heap::layout;
use rustc_hash::FxHashSet;

use super::state::{Slot, State, Way};
use super::{Builder, Place};
use crate::optimize::ir::{Blk, Frames, Op, Type, Val};

/// The first word of an object that holds a value.
const FIRST: u32 = layout::SLOTS as u32;

/// What the words of virtual objects hold, and what virtual objects have become.
type Virtual = (Vec<((Val, u32), Val)>, Vec<(Val, Val)>);

impl Builder<'_> {
    /// An object that nothing has seen yet, made at this place.
    pub(super) fn virtual_object(&mut self, place: Place, header: u64, ty: Type, words: &[Val]) -> Val {
        let v = self.push(Op::Virtual { header, words: words.len() as u32 }, ty);
        self.made.insert(v, place);
        for (k, held) in (FIRST..).zip(words) {
            self.state.held.insert((v, k), *held);
        }
        v
    }

    /// What `v` is here.
    pub(super) fn resolve(&self, v: Val) -> Val {
        self.state.resolve(v)
    }

    /// Whether it is an object or a box that is not there.
    pub(super) fn is_virtual_object(&self, v: Val) -> bool {
        matches!(self.g.op(self.resolve(v)), Op::Virtual { .. })
    }

    /// Something sees `v`: if it is a virtual object, it is made here. Blocks may stay what they are.
    pub(super) fn object_must_be_real(&mut self, v: Val) {
        if self.is_virtual_object(v) {
            self.materialize(v);
        }
    }

    /// What word `k` of `o` holds, if that is a virtual object.
    pub(super) fn held(&self, o: Val, k: u32) -> Option<Val> {
        self.state.held.get(&(o, k)).copied()
    }

    /// Word `k` of `o` holds `v` from now on, if `o` is a virtual object; whether it is.
    pub(super) fn hold(&mut self, o: Val, k: u32, v: Val) -> bool {
        if !self.state.held.contains_key(&(o, k)) {
            return false;
        }
        self.must_be_real(v);
        let v = self.resolve(v);
        // To be held by itself it had to be made.
        if !self.state.held.contains_key(&(o, k)) {
            return false;
        }
        self.state.held.insert((o, k), v);
        true
    }

    /// Makes a virtual object here, and answers it.
    pub(super) fn materialize(&mut self, v: Val) -> Val {
        let Op::Virtual { header, words } = *self.g.op(v) else { return v };
        if let Some(real) = self.state.real.get(&v) {
            return *real;
        }
        self.better_before_loops(v);
        let all: Vec<Val> = (FIRST..FIRST + words).filter_map(|k| self.state.held.remove(&(v, k))).collect();
        if all.len() < words as usize {
            self.failed = Some("what a virtual object holds is not known");
            return self.nil();
        }
        let held = all.iter().map(|v| self.word_of(*v)).collect();
        let real = self.new_object(header, held, self.g.type_of(v));
        for (k, held) in (FIRST..).zip(all) {
            self.state.loads.insert((real, k), held);
        }
        self.state.real.insert(v, real);
        real
    }

    /// Where loops were entered with `v` unmade, it is made before them next time.
    fn better_before_loops(&mut self, v: Val) {
        let made = self.made[&v];
        let open = self.stack.iter().flat_map(|a| a.open.iter().map(move |l| (a, l)));
        let entered: Vec<Place> =
            open.filter(|(_, l)| l.known.held.contains_key(&(v, FIRST))).map(|(a, l)| (a.key, l.head)).collect();
        for place in entered {
            self.guesses.changed |= self.guesses.escaping.entry(place).or_default().insert(made);
        }
    }

    /// Makes what the loop at `place`, which is about to begin, would make.
    pub(super) fn materialize_for(&mut self, place: Place) {
        let Some(escaping) = self.guesses.escaping.get(&place).cloned() else { return };
        let all: BTreeSet<Val> = self.state.held.keys().map(|(v, _)| *v).filter(|v| escaping.contains(&self.made[v])).collect();
        for v in all {
            self.materialize(v);
        }
    }

    /// The words of virtual objects that the loop at `place` is known to change, with what they hold.
    pub(super) fn changed_by(&self, place: Place) -> Vec<(Slot, Val, Val)> {
        let Some(assigned) = self.guesses.assigned.get(&place) else { return Vec::new() };
        let slots = self.state.held.iter().map(|((o, k), held)| (Slot::Held(self.made[o], *k), *o, *held));
        slots.filter(|(slot, ..)| assigned.contains(slot)).collect()
    }

    /// Control goes back to a loop that began with `known`: what it has changed without having a parameter for it gets one next time.
    pub(super) fn note_assigned(&mut self, place: Place, known: &State) {
        for (key, held) in &known.held {
            if self.state.held.get(key).is_some_and(|now| now != held) {
                let slot = Slot::Held(self.made[&key.0], key.1);
                self.guesses.changed |= self.guesses.assigned.entry(place).or_default().insert(slot);
            }
        }
    }

    /// Merges what virtual objects hold, and have become, where ways meet. One that has been made on one of the ways is made on all.
    pub(super) fn meet_virtual(
        &mut self,
        to: Blk,
        ways: &mut [Way],
        args: &mut [Vec<Val>],
        state: &mut State,
        value: Option<Val>,
    ) {
        (state.held, state.real) = (BTreeMap::new(), BTreeMap::new());
        let first = &ways[0].state;
        let all: BTreeSet<Val> = first.held.keys().map(|(v, _)| *v).chain(first.real.keys().copied()).collect();
        let wanted = self.reachable(state.regs.iter().flatten().flatten().copied().chain(value));
        for v in all.into_iter().filter(|v| wanted.contains(v)) {
            if ways.iter().all(|w| w.state.held.contains_key(&(v, FIRST))) {
                let Op::Virtual { words, .. } = *self.g.op(v) else { continue };
                for k in FIRST..FIRST + words {
                    let held: Option<Vec<Val>> = ways.iter().map(|w| w.state.held.get(&(v, k)).copied()).collect();
                    let Some(held) = held else { continue };
                    let one = self.one_of(to, ways, args, state, held);
                    state.held.insert((v, k), one);
                }
            } else if ways.iter().all(|w| w.state.knows(v)) {
                let real: Vec<Val> = ways.iter_mut().map(|w| self.on(w, |b| b.materialize(v))).collect();
                let one = self.one_of(to, ways, args, state, real);
                state.real.insert(v, one);
            }
        }
    }

    /// Does something at the end of a way.
    pub(super) fn on<T>(&mut self, w: &mut Way, f: impl FnOnce(&mut Self) -> T) -> T {
        let at = std::mem::replace(&mut self.at, w.from);
        let state = std::mem::replace(&mut self.state, std::mem::take(&mut w.state));
        let answer = f(self);
        self.at = at;
        w.state = std::mem::replace(&mut self.state, state);
        answer
    }

    /// The values that these lead to, through blocks that are virtual as well.
    fn reachable(&self, from: impl Iterator<Item = Val>) -> FxHashSet<Val> {
        let mut todo: Vec<Val> = from.collect();
        let mut all = FxHashSet::default();
        while let Some(v) = todo.pop() {
            if all.insert(v)
                && let Op::Closure(_, captures) = self.g.op(v)
            {
                todo.extend(captures);
            }
        }
        all
    }

    /// The virtual objects that the activations lead to: what they hold, and what they have become.
    pub(super) fn virtual_in(&self, frames: &Frames) -> Virtual {
        let all = self.reachable(frames.each().flat_map(|f| f.regs.iter().map(|(_, v)| *v)));
        let mut all: Vec<Val> = all.into_iter().filter(|v| matches!(self.g.op(*v), Op::Virtual { .. })).collect();
        all.sort_unstable();
        let mut found = Virtual::default();
        for v in all {
            match self.state.real.get(&v) {
                Some(real) => found.1.push((v, *real)),
                // One that is held by nothing any more is never looked at.
                None => found.0.extend(self.state.held.range((v, 0)..=(v, u32::MAX)).map(|(key, held)| (*key, *held))),
            }
        }
        found
    }
}

impl State {
    /// What `v` is: another if it is a virtual object that has been made.
    pub(super) fn resolve(&self, v: Val) -> Val {
        self.real.get(&v).copied().unwrap_or(v)
    }

    /// Whether the virtual object `v` is there, made or not.
    fn knows(&self, v: Val) -> bool {
        self.held.contains_key(&(v, FIRST)) || self.real.contains_key(&v)
    }
}
