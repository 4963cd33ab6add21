//! Code that waits for itself: units that are looked at inside one another, and what those in a circle answer together.
//!
//! A method that is asked for while it is looked at answers what is known of it so far, at first `never`. Whoever has used that is a
//! member of a circle, and provisional. The outermost unit that a member waits for, the head of the circle (Tarjan, *Depth-first search
//! and linear graph algorithms*, 1972), is looked at again, members and all, until nobody was told anything that has changed since: the
//! least fixed point, whichever unit is asked for first.
//!
//! What must stay true: within one round each member is looked at once; nothing provisional is remembered after the last round; what
//! is not stable after [`MOST_ROUNDS`] is `any`.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::{Outcome, Unit, body};
use crate::ty::TypeId;
use crate::universe::Universe;

/// Units that wait for one another.
const MOST_NESTED: usize = 40;
/// Rounds until what a circle answers must be stable.
const MOST_ROUNDS: usize = 4;

/// The units that are looked at, and what is known of circles among them.
#[derive(Default)]
pub(crate) struct Recursion {
    /// Units that are being looked at, innermost last.
    stack: Vec<Progress>,
    /// Members that were looked at in this round of their circle.
    members: FxHashMap<Unit, Member>,
    /// What was found out about members in the round before, each with how far out its circle reaches.
    before: FxHashMap<Unit, (Rc<Outcome>, usize)>,
    /// How often something provisional was told.
    pub(crate) told: u64,
}

/// A unit that is being looked at.
struct Progress {
    unit: Unit,
    /// What is known of it so far.
    so_far: Rc<Outcome>,
    /// Somebody was told so.
    was_told: bool,
    /// The outermost place in the stack that it waits for.
    outermost: usize,
    /// A member inside it was told about and then answered something else.
    is_unstable: bool,
}

/// What is known of a member.
struct Member {
    outcome: Rc<Outcome>,
    outermost: usize,
}

impl Recursion {
    fn wait_for(&mut self, place: usize) {
        self.told += 1;
        if let Some(innermost) = self.stack.last_mut() {
            innermost.outermost = innermost.outermost.min(place);
        }
    }

    /// What is known so far of a unit that is being looked at.
    pub(super) fn so_far(&mut self, unit: Unit) -> Option<Rc<Outcome>> {
        let place = self.stack.iter().position(|p| p.unit == unit)?;
        self.wait_for(place);
        self.stack[place].was_told = true;
        Some(self.stack[place].so_far.clone())
    }

    fn member(&mut self, unit: Unit) -> Option<Rc<Outcome>> {
        let member = self.members.get(&unit)?;
        let (outcome, outermost) = (member.outcome.clone(), member.outermost);
        self.wait_for(outermost);
        Some(outcome)
    }

    /// A unit was looked at that waits for one further out: it is known for the rest of the round.
    fn join(&mut self, done: &Progress, outcome: &Rc<Outcome>) {
        let (here, outermost) = (self.stack.len(), done.outermost);
        // Whoever waits for this unit waits for what it waits for.
        self.members.values_mut().for_each(|m| {
            if m.outermost >= here {
                m.outermost = outermost
            }
        });
        self.before.values_mut().for_each(|b| {
            if b.1 >= here {
                b.1 = outermost
            }
        });
        self.members.insert(done.unit, Member { outcome: outcome.clone(), outermost });
        self.before.insert(done.unit, (outcome.clone(), outermost));
        let around = self.stack.last_mut().expect("somebody further out is being looked at");
        around.outermost = around.outermost.min(outermost);
        around.is_unstable |= done.is_unstable || done.was_told && !is_same(&done.so_far, outcome);
    }

    /// Takes out the members of the circle whose head is at this place.
    fn take_members(&mut self, head: usize) -> Vec<(Unit, Rc<Outcome>)> {
        let members = self.members.extract_if(|_, m| m.outermost >= head);
        members.map(|(unit, member)| (unit, member.outcome)).collect()
    }
}

/// What is known of a unit; nothing while it is being looked at, or when too many wait for one another.
pub(crate) fn outcome(u: &mut Universe, unit: Unit) -> Option<Rc<Outcome>> {
    if let Some(known) = u.bodies.get(&unit) {
        return Some(known.clone());
    }
    if let Some(provisional) = u.recursion.member(unit) {
        return Some(provisional);
    }
    let here = u.recursion.stack.len();
    if here >= MOST_NESTED || u.recursion.stack.iter().any(|p| p.unit == unit) {
        return None;
    }
    let so_far = u.recursion.before.get(&unit).map_or_else(nothing, |b| b.0.clone());
    u.recursion.stack.push(Progress { unit, so_far, was_told: false, outermost: usize::MAX, is_unstable: false });
    let outcome = settled(u, unit, here);
    let done = u.recursion.stack.pop().expect("pushed above");
    if done.outermost < here {
        u.recursion.join(&done, &outcome);
        return Some(outcome);
    }
    u.recursion.before.retain(|_, b| b.1 < here);
    let members = u.recursion.take_members(here);
    u.bodies.extend(members);
    u.bodies.insert(unit, outcome.clone());
    Some(outcome)
}

/// What is known of a unit at first.
fn nothing() -> Rc<Outcome> {
    Rc::new(Outcome { result: TypeId::NEVER, ..Outcome::default() })
}

/// Whether two rounds found out the same, as far as others were told.
fn is_same(a: &Outcome, b: &Outcome) -> bool {
    a.result == b.result && a.stores == b.stores
}

/// Looks at a unit, and if it is the head of a circle, as often as it takes.
fn settled(u: &mut Universe, unit: Unit, here: usize) -> Rc<Outcome> {
    let mut round = 1;
    loop {
        let mut outcome = Rc::new(look(u, unit));
        let progress = &mut u.recursion.stack[here];
        let was_right = !progress.was_told || is_same(&progress.so_far, &outcome);
        if progress.outermost < here || was_right && !progress.is_unstable {
            return outcome;
        }
        progress.so_far = outcome.clone();
        (progress.was_told, progress.is_unstable, progress.outermost) = (false, false, usize::MAX);
        u.recursion.take_members(here);
        if round == MOST_ROUNDS {
            u.recursion.stack[here].so_far = nothing();
            if let Some(outcome) = Rc::get_mut(&mut outcome) {
                outcome.result = TypeId::ANY;
            }
            return outcome;
        }
        round += 1;
    }
}

fn look(u: &mut Universe, unit: Unit) -> Outcome {
    match unit {
        Unit::Contents(slot) => Outcome { result: crate::signature::inferred(u, slot), ..Outcome::default() },
        Unit::Method(_) | Unit::Initial(_) | Unit::Statements(_) => body::run(u, unit),
    }
}
