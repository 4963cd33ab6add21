//! Messages that inherited code sends to itself although only heirs understand them: every heir must, or it fails where it inherits.
//!
//! Traits send to `self` what the objects that inherit from them have slots for; one of those is enough for the code itself to be right
//! (`infer::send`). In strict checking each object of a file from which nothing there inherits is asked whether it is one of them. The
//! library's own code is taken at its word.

use aura_syntax::Diagnostic;
use rustc_hash::FxHashSet;

use crate::codes;
use crate::find::Find;
use crate::infer::{self, Unit};
use crate::names::Name;
use crate::object::{FileId, ObjectId, SlotId};
use crate::universe::Universe;

/// The objects of a file that lack what they inherit the need of.
pub(crate) fn check(u: &mut Universe, file: FileId) -> Vec<Diagnostic> {
    let objects = u.file(file).objects.clone();
    let mut parents = FxHashSet::default();
    for object in &objects {
        parents.extend(u.parents_of(*object).slots.iter().flatten().map(|parent| parent.object));
    }
    let leaves = objects.into_iter().filter(|object| !parents.contains(object));
    leaves.filter_map(|object| lacks(u, object)).collect()
}

fn lacks(u: &mut Universe, object: ObjectId) -> Option<Diagnostic> {
    let mut todo = methods(u, object);
    let mut seen: FxHashSet<SlotId> = todo.iter().copied().collect();
    while let Some(method) = todo.pop() {
        let Some(outcome) = infer::outcome(u, Unit::Method(method)) else { continue };
        // What its own code awaits, its heirs in other files have.
        let awaited = if method.object == object { &[] } else { &outcome.awaited[..] };
        if let Some(name) = awaited.iter().copied().find(|name| is_missing(u, object, *name)) {
            return told(u, object, method, name);
        }
        todo.extend(outcome.resent.iter().copied().filter(|slot| is_ones_own(u, *slot) && seen.insert(*slot)));
    }
    None
}

/// The methods that an object has, or inherits from objects of users.
fn methods(u: &mut Universe, object: ObjectId) -> Vec<SlotId> {
    let above = u.above(object);
    let mut all = Vec::new();
    for ancestor in above.ancestors.iter().copied() {
        for index in 0..u.object(ancestor).slots.len() as u32 {
            let slot = SlotId { object: ancestor, index };
            let name = u.slot(slot).name;
            if is_ones_own(u, slot) && u.find(object, name).slots().iter().any(|found| found.slot == slot) {
                all.push(slot);
            }
        }
    }
    all
}

fn is_ones_own(u: &Universe, slot: SlotId) -> bool {
    u.is_method(slot) && u.slot(slot).file.is_some_and(|file| !u.file(file).is_library)
}

fn is_missing(u: &mut Universe, object: ObjectId, name: Name) -> bool {
    match u.find(object, name) {
        Find::Missing => true,
        Find::Some(all) => all.lacking.is_some(),
        Find::One(_) | Find::Open | Find::Ambiguous(..) => false,
    }
}

fn told(u: &Universe, object: ObjectId, method: SlotId, name: Name) -> Option<Diagnostic> {
    let parent = u.object(object).slots.iter().find(|slot| slot.is_parent)?;
    let span = parent.tree.as_ref()?.span;
    let (heir, above) = (u.described(object), u.described(method.object));
    let (name, sender) = (u.names.text(name), u.names.text(u.slot(method).name));
    let message = format!("{heir} does not understand '{name}', which '{sender}' of {above} sends to itself");
    let help = format!("define '{name}' in {heir}");
    Some(Diagnostic::error(&codes::NOT_UNDERSTOOD, message, span, "inherits it").help(help))
}
