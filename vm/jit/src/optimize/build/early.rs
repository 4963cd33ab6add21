//! What is done before loops, once, instead of in them at each turn.
//!
//! A guess in a loop about something that the loop does not change becomes a wish: when the function is built anew, the guess is made before the loop, at whose head the
//! interpreter goes on if it is wrong. The same is wished for words of objects that nothing in the loop changes. What needs no guess (arithmetic) is moved
//! by Cranelift.
//!
//! What must stay true: a wish names its value by what stays the same when the function is built anew; what is wished for before a loop is right wherever the loop is
//! entered, or leaves. Guesses that were wrong before a loop are made in it again.

use aura_code::Reg;

use super::state::State;
use super::{Builder, Place};
use crate::optimize::ir::{Op, Type, Val};
use crate::unit::Unit;

/// More than this is not done before one loop: it would only be kept in memory.
const MOST: usize = 24;

/// A name goes through so many objects.
const FAR: u32 = 4;

/// A value that is there when a loop begins.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Name {
    /// That of a register of an activation, counted from the function's own.
    Register(usize, Reg),
    /// An object that does not move.
    Word(u64),
    /// A word of an object.
    Field(Box<Name>, u32),
}

/// What is to be done before a loop.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Early {
    value: Name,
    /// What it is guessed to be; nothing: it is only read.
    is: Option<Type>,
}

impl Builder<'_> {
    /// It is about to be guessed that `v` is `ty`: better before the outermost loop that does not change it.
    pub(super) fn wish(&mut self, v: Val, ty: Type) {
        let found = self.outermost(|b, place, known, first| {
            let fleeting = matches!(ty, Type::Map(_)) && b.guesses.calling.contains(&place);
            if v.0 >= first || fleeting { None } else { b.name(v, known, FAR) }
        });
        if let Some((place, value)) = found {
            self.wish_for(place, Early { value, is: Some(ty) });
        }
    }

    /// Word `k` of `o` is about to be read.
    pub(super) fn wish_to_read(&mut self, o: Val, k: u32) {
        let is = self.type_of(o);
        let found = self.outermost(|b, place, known, first| {
            let stays = !b.guesses.calling.contains(&place) && b.guesses.storing.get(&place).is_none_or(|s| !s.contains(&k));
            // That it has such a word must be known by then.
            let has_it = b.known_word(o).is_some() || matches!(is, Type::Map(_)) && known.types.get(&o) == Some(&is);
            if o.0 < first && stays && has_it { b.name(o, known, FAR) } else { None }
        });
        if let Some((place, object)) = found {
            self.wish_for(place, Early { value: Name::Field(Box::new(object), k), is: None });
        }
    }

    /// The outermost open loop for which there is a name.
    fn outermost(&self, name: impl Fn(&Self, Place, &State, u32) -> Option<Name>) -> Option<(Place, Name)> {
        let mut open = self.stack.iter().flat_map(|a| a.open.iter().map(move |l| (a, l)));
        open.find_map(|(a, l)| {
            if a.unit.wrong.contains(&l.head) {
                return None;
            }
            let place = (a.key, l.head);
            Some((place, name(self, place, &l.known, l.first)?))
        })
    }

    /// What `v` is called at the beginning of a loop at which this was known.
    fn name(&self, v: Val, known: &State, far: u32) -> Option<Name> {
        if let Some(word) = self.known_word(v) {
            return Some(Name::Word(word));
        }
        for (level, regs) in known.regs.iter().enumerate() {
            if let Some(r) = regs.iter().position(|held| *held == Some(v)) {
                return Some(Name::Register(level, r as Reg));
            }
        }
        // A word of something that has a name itself; the least, so that it is the same one each time. Objects may lead to one another in circles.
        let far = far.checked_sub(1)?;
        let of = |(o, k): &(Val, u32)| Some(Name::Field(Box::new(self.name(*o, known, far)?), *k));
        let mut all: Vec<&(Val, u32)> = known.loads.iter().filter(|(_, held)| **held == v).map(|(key, _)| key).collect();
        all.sort_unstable();
        all.into_iter().find_map(of)
    }

    fn wish_for(&mut self, place: Place, early: Early) {
        let all = self.guesses.before.entry(place).or_default();
        if all.len() < MOST && !all.contains(&early) {
            all.push(early);
            self.guesses.changed = true;
        }
    }

    /// Does what was wished for before the loop at `place` of the running activation.
    pub(super) fn do_early(&mut self, unit: &Unit, place: Place) {
        let head = place.1;
        if unit.wrong.contains(&head) {
            return;
        }
        for early in self.guesses.before.get(&place).cloned().unwrap_or_default() {
            // More is known of the loop than when this was wished for.
            if !self.keeps(place, &early) {
                continue;
            }
            let Some(v) = self.find(&early.value) else { continue };
            self.early = true;
            match early.is {
                Some(Type::Int) if self.may_be(v, Type::Int) => self.check_int(head, v),
                Some(Type::Float) if self.may_be(v, Type::Float) => self.check_float(head, v),
                Some(Type::Map(map)) if self.may_be(v, Type::Map(map)) => self.check_map(head, v, map),
                _ => {}
            }
            self.early = false;
        }
    }

    /// Doubles that are there when a loop begins are not to be decoded at each of its turns. What it does not need is dropped later.
    pub(super) fn unbox_early(&mut self) {
        let known = self.state.regs.iter().flatten().flatten().chain(self.state.loads.values()).chain(self.state.held.values());
        let mut all: Vec<Val> = known.copied().filter(|v| self.type_of(*v) == Type::Float).collect();
        all.sort_unstable();
        all.dedup();
        for v in all {
            self.double(v);
        }
    }

    /// Whether what is done before the loop at `place` still holds in it.
    fn keeps(&self, place: Place, early: &Early) -> bool {
        let calls = self.guesses.calling.contains(&place);
        match (&early.value, early.is) {
            (_, Some(Type::Map(_))) | (Name::Field(..), _) if calls => false,
            (Name::Field(_, k), _) => self.guesses.storing.get(&place).is_none_or(|s| !s.contains(k)),
            _ => true,
        }
    }

    /// The value of that name, read if it was not.
    fn find(&mut self, name: &Name) -> Option<Val> {
        match name {
            Name::Register(level, r) => *self.state.regs.get(*level)?.get(usize::from(*r))?,
            Name::Word(word) => Some(self.word(*word)),
            Name::Field(object, k) => {
                let o = self.find(object)?;
                let has_it = self.known_word(o).is_some() || matches!(self.type_of(o), Type::Map(_));
                has_it.then(|| self.field(o, *k))
            }
        }
    }

    /// Whether guessing that makes sense.
    fn may_be(&self, v: Val, ty: Type) -> bool {
        if self.g.is_virtual(v) || matches!(self.g.op(v), Op::Word(_)) {
            return false;
        }
        match (self.type_of(v), ty) {
            (Type::Any, _) => !self.is_double(&self.state, v) || ty == Type::Float,
            (Type::Ref, Type::Map(_)) => true,
            (known, wanted) => known == wanted,
        }
    }
}
