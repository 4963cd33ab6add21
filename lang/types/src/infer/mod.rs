//! Inference: what code answers, assigns, and does wrong.
//!
//! One unit of code (a method, a slot's first value, a file's statements) is looked at once and remembered. Locals are followed
//! through the control flow; what cannot be followed that way (a local assigned in a block that may run at any time, a list that
//! fills up) is the union of all that flows in, and the unit is looked at again until that no longer grows. What must stay true:
//! every loop here has a bound, beyond which the answer is `any` and one notice.
//!
//! * `body` locals, passes, statements; `expr` expressions; `block` blocks; `literal` object literals
//! * `send` messages and what they find; `call` arguments against parameters
//! * `control` messages that are control structures; `narrow` what a test tells about a type
//! * `recursion` units that wait for one another
//! * `whose` whose objects code changes; `counted` which loops end
//! * `report` the diagnostics

mod assign;
mod block;
mod body;
mod call;
mod control;
mod counted;
mod env;
mod expr;
mod literal;
mod narrow;
mod recursion;
mod report;
mod send;
mod whose;

use std::rc::Rc;

use aura_syntax::Diagnostic;
use aura_syntax::tree::Init;
use rustc_hash::FxHashSet;

use crate::effects::Call;
use crate::names::Name;
use crate::object::{FileId, SlotId};
use crate::ty::TypeId;
use crate::universe::Universe;

pub(crate) use recursion::{Recursion, outcome};
pub(crate) use send::Missing;

/// Code that is looked at as one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Unit {
    /// A method.
    Method(SlotId),
    /// A slot's first value.
    Initial(SlotId),
    /// A file's statements.
    Statements(FileId),
    /// What a slot without a type may hold: its first value and what code assigns to it. Nothing is written there itself.
    Contents(SlotId),
}

/// What was found out about a unit.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// What it answers.
    pub(crate) result: TypeId,
    /// What it assigns to slots that nobody gave a type.
    pub(crate) stores: Vec<(SlotId, TypeId)>,
    /// What is wrong.
    pub(crate) found: Vec<Diagnostic>,
    /// Messages that nothing understands.
    pub(crate) holes: Vec<Missing>,
    /// Slots of objects that it makes to which it gives new contents.
    pub(crate) renewed: FxHashSet<Name>,
    /// What it does.
    pub(crate) calls: Rc<Vec<Call>>,
    /// The types of places, when they were asked for: expressions, then locals.
    pub(crate) places: Vec<(aura_syntax::Span, TypeId)>,
}

/// What a method answers, or a slot may hold; the second is false while that is not final.
pub(crate) fn result(u: &mut Universe, unit: Unit) -> (TypeId, bool) {
    match outcome(u, unit) {
        Some(outcome) => (outcome.result, u.bodies.contains_key(&unit)),
        None => (so_far(u, unit), false),
    }
}

/// What a unit that is being looked at answers, as far as known; `any` where too many wait for one another.
pub(crate) fn so_far(u: &mut Universe, unit: Unit) -> TypeId {
    u.recursion.so_far(unit).map_or(TypeId::ANY, |outcome| outcome.result)
}

/// What a unit does.
pub(crate) fn calls(u: &mut Universe, unit: Unit) -> Rc<Vec<Call>> {
    outcome(u, unit).map(|o| o.calls.clone()).unwrap_or_default()
}

/// The first value of a slot.
pub(crate) fn initial(u: &mut Universe, slot: SlotId) -> Rc<Outcome> {
    outcome(u, Unit::Initial(slot)).unwrap_or_default()
}

/// What is assigned to a slot, as far as known.
pub(crate) fn stored(u: &mut Universe, slot: SlotId) -> Vec<TypeId> {
    let (Some(file), name) = (u.slot(slot).file, u.slot(slot).name) else { return Vec::new() };
    let stores = u.file(file).stores.clone();
    let mut units: Vec<Unit> = Vec::new();
    for place in stores.get(&name).into_iter().flatten() {
        let unit = unit_at(u, file, *place);
        if !units.contains(&unit) {
            units.push(unit);
        }
    }
    let mut types = Vec::new();
    for unit in units {
        let known = outcome(u, unit).or_else(|| u.recursion.so_far(unit));
        types.extend(known.iter().flat_map(|outcome| &outcome.stores).filter(|s| s.0 == slot).map(|s| s.1));
    }
    types
}

/// The unit in which a place of a file lies.
pub(crate) fn unit_at(u: &Universe, file: FileId, place: u32) -> Unit {
    let methods = &u.file(file).methods;
    let at = methods.partition_point(|m| m.0.start <= place);
    match methods[..at].last() {
        Some((span, slot)) if span.end > place => Unit::Method(*slot),
        _ => Unit::Statements(file),
    }
}

/// All units of a file, in the order of its text as far as it has one.
pub(crate) fn units(u: &Universe, file: FileId) -> Vec<Unit> {
    let mut units = Vec::new();
    let here = u.file(file);
    let own = here.objects.iter().flat_map(|o| (0..u.object(*o).slots.len() as u32).map(|index| SlotId { object: *o, index }));
    for slot in own.chain(here.added.iter().copied()) {
        if u.slot(slot).file != Some(file) {
            continue;
        }
        match u.slot(slot).tree.as_ref().map(|t| &t.init) {
            Some(Init::Method(_)) => units.push(Unit::Method(slot)),
            Some(Init::None) if u.slot(slot).tree.as_ref().is_some_and(|t| t.type_.is_some()) && !is_type(u, slot) => {
                units.push(Unit::Initial(slot));
            }
            Some(Init::Constant(_) | Init::Assignable(_)) if !u.held.contains_key(&slot) => units.push(Unit::Initial(slot)),
            _ => {}
        }
    }
    units.push(Unit::Statements(file));
    units
}

/// A slot of a type that is written out, which holds nothing.
fn is_type(u: &Universe, slot: SlotId) -> bool {
    u.slot(slot).kind != crate::object::SlotKind::Data
}
