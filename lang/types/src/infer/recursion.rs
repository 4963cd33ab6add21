//! Code that waits for itself: units that are looked at inside one another, and what those in a circle answer together.
//!
//! A method that is asked for while it is looked at answers what is known of it so far, at first `never`. Whoever has used that is a
//! member of a circle, and provisional. The outermost unit that a member waits for, the head of the circle (Tarjan, *Depth-first search
//! and linear graph algorithms*, 1972), is looked at again, members and all, until nobody was told anything that has changed since: the
//! least fixed point, whichever unit is asked for first.
//!
//! Not everything that is looked at only ever grows, so where a circle is entered could be seen in what it answers. Therefore it is always
//! entered at the same member, the one that is written first ([`place`]): if the question came to another one, all is looked at again from
//! there.
//!
//! What must stay true: within one round each member is looked at once; nothing provisional is remembered after the last round, here or
//! by anybody else (see [`Recursion::told`]); what is not stable after [`MOST_ROUNDS`], or was told too often, is `any`.

use std::rc::Rc;

use aura_syntax::Span;
use rustc_hash::FxHashMap;

use super::{Outcome, Unit, body};
use crate::lookup::Parents;
use crate::object::SlotId;
use crate::ty::TypeId;
use crate::universe::Universe;

/// Units that wait for one another.
const MOST_NESTED: usize = 1000;
/// Provisional answers told until a circle must be closed. Counted from its first member on, so it is the same wherever it is entered.
const MOST_TOLD: u64 = 100_000;
/// Rounds until what a circle answers must be stable.
const MOST_ROUNDS: usize = 4;

/// The units that are looked at, and what is known of circles among them.
#[derive(Default)]
pub(crate) struct Recursion {
    /// Units that are being looked at, innermost last.
    stack: Vec<Progress>,
    /// Where each of them is in the stack.
    at: FxHashMap<Unit, usize>,
    /// Members that were looked at in this round of their circle.
    members: FxHashMap<Unit, Member>,
    /// What was found out about members in the round before, each with how far out its circle reaches.
    before: FxHashMap<Unit, (Rc<Outcome>, usize)>,
    /// How often something provisional was told. Whoever remembers an answer looks whether that has grown while it was found.
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
    /// What the slots of the objects that it makes hold at first, and whether somebody was told so.
    held: FxHashMap<SlotId, (TypeId, bool)>,
    /// How often something provisional had been told when it was begun.
    told: u64,
    /// Too much was told.
    is_spent: bool,
}

/// What is known of a member.
struct Member {
    outcome: Rc<Outcome>,
    outermost: usize,
}

impl Recursion {
    /// The unit that is being looked at and that nobody inside it waits for.
    pub(crate) fn innermost(&self) -> Option<Unit> {
        self.stack.last().map(|p| p.unit)
    }

    /// Whether so much was told provisionally that what is left is not found out.
    fn is_spent(&self) -> bool {
        self.stack.first().is_some_and(|p| self.told - p.told > MOST_TOLD)
    }

    fn wait_for(&mut self, place: usize) {
        self.told += 1;
        if let Some(innermost) = self.stack.last_mut() {
            innermost.outermost = innermost.outermost.min(place);
        }
    }

    /// What a slot of an object holds at first that the innermost unit makes.
    pub(super) fn hold(&mut self, slot: SlotId, type_: TypeId) {
        let Some(innermost) = self.stack.last_mut() else { return };
        let (held, was_told) = innermost.held.entry(slot).or_insert((type_, false));
        if *held != type_ {
            *held = type_;
            innermost.is_unstable |= *was_told;
        }
    }

    /// What a slot of an object holds at first, while the unit that makes it is being looked at.
    fn held_so_far(&mut self, maker: Unit, slot: SlotId) -> Option<TypeId> {
        let place = *self.at.get(&maker)?;
        if self.is_spent() {
            return Some(TypeId::ANY);
        }
        self.wait_for(place);
        let (held, was_told) = self.stack[place].held.entry(slot).or_insert((TypeId::NEVER, false));
        *was_told = true;
        Some(*held)
    }

    /// What is known so far of a unit that is being looked at.
    pub(super) fn so_far(&mut self, unit: Unit) -> Option<Rc<Outcome>> {
        if self.is_spent() {
            return None;
        }
        let place = *self.at.get(&unit)?;
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

    /// The members of the circle whose head is at this place.
    fn members_from(&self, head: usize) -> Vec<Unit> {
        self.members.iter().filter(|(_, m)| m.outermost >= head).map(|(unit, _)| *unit).collect()
    }

    /// Takes out all that is known of the circle whose head is at this place: its members.
    fn forget_circle(&mut self, head: usize) -> Vec<(Unit, Rc<Outcome>)> {
        self.before.retain(|_, b| b.1 < head);
        self.take_members(head)
    }

    /// Takes out the members of the circle whose head is at this place.
    fn take_members(&mut self, head: usize) -> Vec<(Unit, Rc<Outcome>)> {
        let members = self.members.extract_if(|_, m| m.outermost >= head);
        members.map(|(unit, member)| (unit, member.outcome)).collect()
    }
}

/// What is known of a unit; nothing while it is being looked at, or when too many wait for one another.
pub(crate) fn outcome(u: &mut Universe, unit: Unit) -> Option<Rc<Outcome>> {
    u.ask_file(u.file_of(unit));
    if let Some(known) = u.bodies.get(&unit) {
        return Some(known.clone());
    }
    if u.recursion.is_spent() {
        return given_up(u);
    }
    if let Some(provisional) = u.recursion.member(unit) {
        return Some(provisional);
    }
    let here = u.recursion.stack.len();
    if u.recursion.at.contains_key(&unit) {
        return None;
    }
    if here >= MOST_NESTED {
        return given_up(u);
    }
    let told = u.recursion.told;
    let (mut outcome, mut done) = stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, || entered(u, unit, here));
    if done.outermost >= here {
        let first = u.recursion.members_from(here).into_iter().min_by_key(|member| place(u, *member));
        if let Some(first) = first.filter(|f| place(u, *f) < place(u, unit)) {
            u.recursion.forget_circle(here);
            u.recursion.told = told;
            self::outcome(u, first);
            if let Some(known) = u.bodies.get(&unit) {
                u.recursion.told = told;
                return Some(known.clone());
            }
            (outcome, done) = entered(u, unit, here);
        }
    }
    if done.outermost < here {
        u.recursion.join(&done, &outcome);
        return Some(outcome);
    }
    let mut members = u.recursion.forget_circle(here);
    if done.is_spent {
        outcome = unknown(unit);
        members.iter_mut().for_each(|(unit, outcome)| *outcome = unknown(*unit));
    }
    for (unit, outcome) in members.into_iter().chain([(unit, outcome.clone())]) {
        if let Unit::Parents(object) = unit {
            u.parents_among.push(object);
        }
        u.bodies.insert(unit, outcome);
    }
    // What was told inside is what is remembered now.
    u.recursion.told = told;
    Some(outcome)
}

/// Nothing is found out any more. Whoever asks is told so, and remembers nothing that comes of it.
fn given_up(u: &mut Universe) -> Option<Rc<Outcome>> {
    u.types.cuts += 1;
    u.recursion.told += 1;
    None
}

/// Looks at a unit that nothing is known of.
fn entered(u: &mut Universe, unit: Unit, here: usize) -> (Rc<Outcome>, Progress) {
    let so_far = u.recursion.before.get(&unit).map_or_else(nothing, |b| b.0.clone());
    let told = u.recursion.told;
    let held = so_far.held.iter().map(|h| (h.0, (h.1, false))).collect();
    u.recursion.at.insert(unit, here);
    u.recursion.stack.push(Progress {
        unit,
        so_far,
        was_told: false,
        outermost: usize::MAX,
        is_unstable: false,
        held,
        told,
        is_spent: false,
    });
    let outcome = settled(u, unit, here);
    let done = u.recursion.stack.pop().expect("pushed above");
    u.recursion.at.remove(&unit);
    (outcome, done)
}

/// Where a unit is written: in which file, at which place; methods before all others.
fn place(u: &Universe, unit: Unit) -> (u8, Rc<str>, u32) {
    let of_slot = |kind: u8, slot: SlotId| {
        let slot = u.slot(slot);
        let span = slot.tree.as_ref().map_or(Span::default(), |t| t.span);
        (kind, slot.file.map(|f| u.file(f).name.clone()).unwrap_or_default(), span.start)
    };
    match unit {
        Unit::Method(slot) => of_slot(0, slot),
        Unit::Initial(slot) => of_slot(1, slot),
        Unit::Contents(slot) => of_slot(2, slot),
        Unit::Parents(object) => {
            let slots = &u.object(object).slots;
            let first = slots.iter().position(|s| s.is_parent && s.file.is_some());
            first.map_or((3, Rc::default(), 0), |index| of_slot(3, SlotId { object, index: index as u32 }))
        }
        Unit::Statements(file) => (4, u.file(file).name.clone(), 0),
    }
}

/// What a slot of an object holds at first that is written in code: whoever makes it knows.
pub(crate) fn held(u: &mut Universe, maker: Unit, slot: SlotId) -> TypeId {
    if let Some(held) = u.recursion.held_so_far(maker, slot) {
        return held;
    }
    let Some(outcome) = outcome(u, maker) else { return TypeId::ANY };
    outcome.held.iter().find(|h| h.0 == slot).map_or(TypeId::NEVER, |h| h.1)
}

/// What is known of a unit at first.
fn nothing() -> Rc<Outcome> {
    Rc::new(Outcome { result: TypeId::NEVER, ..Outcome::default() })
}

/// What is taken to be known of a unit that is not found out.
fn unknown(unit: Unit) -> Rc<Outcome> {
    let parents = matches!(unit, Unit::Parents(_)).then(|| Rc::new(Parents::unknown()));
    Rc::new(Outcome { result: TypeId::ANY, parents, was_cut: true, ..Outcome::default() })
}

/// Whether two rounds found out the same, as far as others were told.
fn is_same(a: &Outcome, b: &Outcome) -> bool {
    a.result == b.result && a.stores == b.stores && a.parents == b.parents
}

/// Looks at a unit, and if it is the head of a circle, as often as it takes.
fn settled(u: &mut Universe, unit: Unit, here: usize) -> Rc<Outcome> {
    let mut round = 1;
    loop {
        let cuts = u.types.cuts;
        let mut outcome = look(u, unit);
        // It concerns this unit alone.
        outcome.was_cut |= u.types.cuts > cuts;
        u.types.cuts = cuts;
        let is_spent = u.recursion.is_spent();
        let progress = &mut u.recursion.stack[here];
        progress.is_spent = is_spent;
        outcome.held = progress.held.iter().map(|(slot, held)| (*slot, held.0)).collect();
        let mut outcome = Rc::new(outcome);
        let was_right = !progress.was_told || is_same(&progress.so_far, &outcome);
        if progress.outermost < here || was_right && !progress.is_unstable || is_spent {
            return outcome;
        }
        progress.so_far = outcome.clone();
        (progress.was_told, progress.is_unstable, progress.outermost) = (false, false, usize::MAX);
        u.recursion.take_members(here);
        if round == MOST_ROUNDS {
            u.recursion.stack[here].so_far = nothing();
            if let Some(outcome) = Rc::get_mut(&mut outcome) {
                outcome.result = TypeId::ANY;
                outcome.parents = outcome.parents.as_ref().map(|_| Rc::new(Parents::unknown()));
            }
            return outcome;
        }
        round += 1;
    }
}

fn look(u: &mut Universe, unit: Unit) -> Outcome {
    match unit {
        Unit::Contents(slot) => Outcome { result: crate::signature::inferred(u, slot), ..Outcome::default() },
        Unit::Parents(object) => Outcome { parents: Some(Rc::new(u.look_for_parents(object))), ..Outcome::default() },
        Unit::Method(_) | Unit::Initial(_) | Unit::Statements(_) => body::run(u, unit),
    }
}
