//! Slots that replace inherited ones: whoever expects the parent's must be content with the object's own.
//!
//! Held against in strict checking only: else code may do as it likes. What nobody has written is held to what is found out about it.

use aura_syntax::{Diagnostic, Span};

use crate::codes;
use crate::find::Found;
use crate::names::Name;
use crate::object::{FileId, SlotId};
use crate::relate::Relate;
use crate::relate::metas::Metas;
use crate::ty::TypeId;
use crate::universe::Universe;

/// The slots of a file that do not fit those they replace.
pub(crate) fn check(u: &mut Universe, file: FileId) -> Vec<Diagnostic> {
    let objects = u.file(file).objects.clone();
    let mut found = Vec::new();
    for object in objects {
        for index in 0..u.object(object).slots.len() as u32 {
            let slot = SlotId { object, index };
            if u.slot(slot).is_parent {
                continue;
            }
            let name = u.slot(slot).name;
            let read = one(u, slot, name, false);
            let is_data = read.is_none() && u.is_data(slot);
            found.extend(read.or_else(|| {
                let name = u.names.assigning(name);
                is_data.then(|| one(u, slot, name, true)).flatten()
            }));
        }
    }
    found
}

/// One slot, as it is read or assigned to. What is assigned to an inherited slot by those who know that one only comes to the object's
/// own.
fn one(u: &mut Universe, slot: SlotId, name: Name, is_write: bool) -> Option<Diagnostic> {
    let all = u.find_above(slot.object, name, None).slots();
    all.into_iter().find_map(|above| against(u, slot, above, name, is_write).or_else(|| does_more(u, slot, above)))
}

/// Who sends the inherited slot's message believes what is written there of its effects.
fn does_more(u: &mut Universe, slot: SlotId, above: Found) -> Option<Diagnostic> {
    if !(u.is_method(slot) && u.is_method(above.slot)) {
        return None;
    }
    let (more, allowed) = crate::effects::beyond(u, slot, above.slot)?;
    let span = u.slot(slot).tree.as_ref()?.span;
    let text = u.names.text(u.slot(slot).name).to_string();
    let span = Span { start: span.start, end: span.start + crate::near::parts(&text)[0].len() as u32 };
    let path = u.object(above.slot.object).path.clone();
    let message = format!("the one it replaces in `{path}` allows: {allowed}; '{text}' may also: {more}");
    Some(Diagnostic::error(&codes::EFFECT, message, span, "replaces an inherited slot"))
}

/// One slot, against one that it replaces.
fn against(u: &mut Universe, slot: SlotId, above: Found, name: Name, is_write: bool) -> Option<Diagnostic> {
    let theirs = u.signature_of(above.slot, above.is_write);
    // A slot without a type takes what is assigned to it, and what a file calls by a name of the library's is its own affair.
    let is_module = u.slot(slot).file.is_some_and(|file| u.file(file).module == slot.object);
    if (is_write || above.is_write || is_module) && !theirs.is_written {
        return None;
    }
    let holder = crate::signature::prototype(u, slot.object);
    let (my_params, my_result) = u.used(holder, slot, is_write);
    let (their_params, their_result) = u.used(holder, above.slot, above.is_write);
    let fits = |u: &mut Universe, a: TypeId, b: TypeId| Relate::new(u, &mut Metas::default(), holder).fits(a, b);
    let takes_less = their_params.iter().zip(&my_params).any(|(given, taken)| !fits(u, *given, *taken));
    // Whether it answers `true` or `false` is its own affair.
    let their_result = if theirs.is_written { their_result } else { u.types.widened(their_result) };
    let answers_other = !fits(u, my_result, their_result);
    if !takes_less && !answers_other {
        return None;
    }
    let span = u.slot(slot).tree.as_ref().map(|t| t.span)?;
    let text = u.names.text(name).to_string();
    // The slot's own name stands there, not that of its assignment.
    let written = crate::near::parts(u.names.text(u.slot(slot).name))[0].len();
    let span = Span { start: span.start, end: span.start + written as u32 };
    let path = u.object(above.slot.object).path.clone();
    let what = if takes_less { "does not take all that" } else { "does not answer what" };
    let message = format!("'{text}' {what} the one it replaces in `{path}` does");
    let (own, other) = (u.show_signature(slot), u.show_signature(above.slot));
    Some(
        Diagnostic::error(&codes::BAD_OVERRIDE, message, span, "replaces an inherited slot")
            .note(format!("`{own}` stands for `{other}`")),
    )
}
