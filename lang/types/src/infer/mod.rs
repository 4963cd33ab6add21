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
pub(crate) mod prototypes;
mod recursion;
mod report;
mod send;
mod whose;

use std::rc::Rc;

use aura_syntax::tree::Init;
use aura_syntax::{Diagnostic, Span};
use rustc_hash::FxHashSet;

use crate::effects::Call;
use crate::lookup::Parents;
use crate::names::Name;
use crate::object::{FileId, ObjectId, SlotId};
use crate::ty::TypeId;
use crate::universe::Universe;

pub(crate) use recursion::{Recursion, held, outcome};
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
    /// The parents of an object. Nothing is written there itself.
    Parents(ObjectId),
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
    /// Messages to itself that only objects below understand, and slots above that it resends to: looked for in strict checking.
    pub(crate) awaited: Vec<Name>,
    pub(crate) resent: Vec<SlotId>,
    /// Messages to prototypes of the library by their names, which must not change them.
    pub(crate) to_prototypes: Vec<(ObjectId, Name, Span)>,
    /// Slots of objects that it makes to which it gives new contents.
    pub(crate) renewed: FxHashSet<Name>,
    /// What it does.
    pub(crate) calls: Rc<Vec<Call>>,
    /// What the slots of objects that it makes hold at first.
    pub(crate) held: Vec<(SlotId, TypeId)>,
    /// The parents that were asked for.
    pub(crate) parents: Option<Rc<Parents>>,
    /// Something in it lies beyond a bound, and was taken to be `any`.
    pub(crate) was_cut: bool,
    /// The types of places, when they were asked for: expressions, then locals.
    pub(crate) places: Vec<(Span, TypeId)>,
    /// What places ask for, likewise.
    pub(crate) wants: Wants,
}

/// What places ask for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wants {
    /// Of expressions.
    pub(crate) exprs: Vec<(Span, TypeId)>,
    /// Of the last expressions of blocks, by the blocks' code.
    pub(crate) bodies: Vec<(Span, TypeId)>,
}

/// What a method answers, or a slot may hold, as far as known; `any` where too many wait for one another.
pub(crate) fn result(u: &mut Universe, unit: Unit) -> TypeId {
    known(u, unit).map_or(TypeId::ANY, |outcome| outcome.result)
}

/// What is known of a unit, also while it is being looked at; nothing where too many wait for one another.
pub(crate) fn known(u: &mut Universe, unit: Unit) -> Option<Rc<Outcome>> {
    outcome(u, unit).or_else(|| u.recursion.so_far(unit))
}

/// What a unit does.
pub(crate) fn calls(u: &mut Universe, unit: Unit) -> Rc<Vec<Call>> {
    outcome(u, unit).map(|o| o.calls.clone()).unwrap_or_default()
}

/// The first value of a slot.
pub(crate) fn initial(u: &mut Universe, slot: SlotId) -> TypeId {
    match u.is_of_code(slot.object) {
        true if !u.slot(slot).is_alone => match maker(u, slot.object) {
            Some(maker) => held(u, maker, slot),
            None => TypeId::ANY,
        },
        _ => result(u, Unit::Initial(slot)),
    }
}

/// The unit in whose code an object is made.
fn maker(u: &Universe, object: ObjectId) -> Option<Unit> {
    let (file, span) = u.object(object).origin?;
    Some(unit_at(u, file, span.start))
}

/// The object that is `self` in a unit's code.
fn self_in(u: &Universe, unit: Unit) -> ObjectId {
    match unit {
        Unit::Method(slot) => slot.object,
        Unit::Initial(slot) if u.is_of_code(slot.object) => {
            maker(u, slot.object).map_or(u.builtin.lobby, |maker| self_in(u, maker))
        }
        Unit::Initial(slot) | Unit::Contents(slot) => u.slot(slot).file.map_or(u.builtin.lobby, |f| u.file(f).module),
        Unit::Statements(file) => u.file(file).module,
        Unit::Parents(object) => object,
    }
}

/// What is assigned to a slot, as far as known.
pub(crate) fn stored(u: &mut Universe, slot: SlotId) -> Vec<TypeId> {
    let (Some(file), name) = (u.slot(slot).file, u.slot(slot).name) else { return Vec::new() };
    let stores = u.file(file).stores.clone();
    let mut types = Vec::new();
    for unit in stores.get(&name).into_iter().flatten() {
        let known = known(u, *unit);
        types.extend(known.iter().flat_map(|outcome| &outcome.stores).filter(|s| s.0 == slot).map(|s| s.1));
    }
    types
}

/// The unit in which a place of a file lies.
pub(crate) fn unit_at(u: &Universe, file: FileId, place: u32) -> Unit {
    unit_among(file, &u.file(file).code, place)
}

/// The same where the file's code is not there yet.
pub(crate) fn unit_among(file: FileId, code: &[Code], place: u32) -> Unit {
    let mut around = around(code, place);
    around.find(|code| place < code.span.end).map_or(Unit::Statements(file), |code| code.unit)
}

/// Where a unit is written: its slot, or its first statement.
pub(crate) fn span_of(u: &Universe, unit: Unit) -> Span {
    match unit {
        Unit::Method(slot) | Unit::Initial(slot) | Unit::Contents(slot) => {
            u.slot(slot).tree.as_ref().map_or(Span::default(), |t| t.span)
        }
        Unit::Parents(object) => {
            let first = u.object(object).slots.iter().find(|s| s.is_parent);
            first.and_then(|s| s.tree.as_ref()).map_or(Span::default(), |t| t.span)
        }
        Unit::Statements(file) => u.file(file).statements.first().map_or(Span::default(), |s| s.span),
    }
}

/// The assignable slots of a file whose contents nobody gave a type.
pub(crate) fn inferred_slots(u: &Universe, file: FileId) -> Vec<SlotId> {
    let here = u.file(file);
    let own = here.objects.iter().flat_map(|o| (0..u.object(*o).slots.len() as u32).map(|index| SlotId { object: *o, index }));
    let is_inferred = |slot: &SlotId| {
        let of = u.slot(*slot);
        let is_untyped = of.tree.as_ref().is_some_and(|t| t.type_.is_none());
        of.file == Some(file) && u.is_data(*slot) && is_untyped && !u.is_of_code(slot.object)
    };
    own.chain(here.added.iter().copied()).filter(is_inferred).collect()
}

/// All units of a file, in the order of its text as far as it has one.
pub(crate) fn units(u: &Universe, file: FileId) -> Vec<Unit> {
    let mut units = Vec::new();
    let here = u.file(file);
    let own = here.objects.iter().flat_map(|o| (0..u.object(*o).slots.len() as u32).map(|index| SlotId { object: *o, index }));
    for slot in own.chain(here.added.iter().copied()) {
        if u.slot(slot).file == Some(file) {
            units.extend(unit_of(u, slot));
        }
    }
    units.push(Unit::Statements(file));
    units
}

/// A slot's own code.
pub(crate) fn unit_of(u: &Universe, slot: SlotId) -> Option<Unit> {
    let tree = u.slot(slot).tree.as_ref()?;
    match &tree.init {
        Init::Method(_) => Some(Unit::Method(slot)),
        Init::None if tree.type_.is_some() && !is_type(u, slot) => Some(Unit::Initial(slot)),
        Init::Constant(_) | Init::Assignable(_) if !u.is_of_code(slot.object) => Some(Unit::Initial(slot)),
        Init::None | Init::Constant(_) | Init::Assignable(_) => None,
    }
}

/// Code of a file that is looked at as one (or something else that has a place in its text), the innermost such code around it being the
/// `around`-th of the file.
pub(crate) struct Code<T = Unit> {
    pub(crate) span: Span,
    pub(crate) unit: T,
    pub(crate) around: Option<usize>,
}

/// The code that begins before a place and may be around it, inner before outer.
pub(crate) fn around<T>(code: &[Code<T>], place: u32) -> impl Iterator<Item = &Code<T>> {
    let nearest = code.partition_point(|c| c.span.start <= place).checked_sub(1);
    std::iter::successors(nearest.map(|at| &code[at]), |inner| Some(&code[inner.around?]))
}

/// Puts code in the order of its text, each knowing the code around it.
pub(crate) fn in_order<T>(mut code: Vec<Code<T>>) -> Vec<Code<T>> {
    code.sort_by_key(|c| (c.span.start, std::cmp::Reverse(c.span.end)));
    for at in 1..code.len() {
        let mut around = Some(at - 1);
        while let Some(outer) = around.filter(|outer| code[*outer].span.end <= code[at].span.start) {
            around = code[outer].around;
        }
        code[at].around = around;
    }
    code
}

/// A slot of a type that is written out, which holds nothing.
fn is_type(u: &Universe, slot: SlotId) -> bool {
    u.slot(slot).kind != crate::object::SlotKind::Data
}
