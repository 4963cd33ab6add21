//! `{ 'effects: changes self, allocates' … }`: what a slot promises to do at most.
//!
//! It is held against what is known to be done. Messages to somebody unknown count in strict checking only, so that taking a written
//! type away never adds a finding.

use aura_syntax::{Diagnostic, Span};

use super::{Call, Effects};
use crate::codes;
use crate::infer::{self, Unit};
use crate::object::SlotId;
use crate::universe::Universe;

/// What a unit's annotation says; nothing if it says nothing about effects.
pub(super) fn of(u: &Universe, unit: Unit) -> Option<Effects> {
    let (effects, _) = read(u, unit)?;
    Some(effects.unwrap_or_default())
}

/// What stands in the annotation, and where; or the word that names no effect.
fn read(u: &Universe, unit: Unit) -> Option<(Result<Effects, String>, Span)> {
    let Unit::Method(slot) = unit else { return None };
    let slot = u.slot(slot);
    let (tree, file) = (slot.tree.as_ref()?, slot.file?);
    let text = &u.file(file).text;
    // The innermost annotation is the nearest.
    tree.annotations.iter().rev().find_map(|span| {
        let words = span.text(text).trim_matches('\'').strip_prefix("effects:")?;
        Some((Effects::read(words).map_err(String::from), *span))
    })
}

/// What is wrong with a unit's annotation.
pub(crate) fn check(u: &mut Universe, unit: Unit) -> Option<Diagnostic> {
    let (declared, span) = read(u, unit)?;
    let declared = match declared {
        Ok(declared) => declared,
        Err(word) => {
            let message = format!("no effect is called '{word}'");
            return Some(Diagnostic::error(&codes::UNKNOWN_EFFECT, message, span, "in this list"));
        }
    };
    let inferred = inferred(u, unit);
    let more = inferred.without(declared);
    if more.is_pure() {
        return None;
    }
    let Unit::Method(slot) = unit else { return None };
    let tree = u.slot(slot).tree.clone()?;
    let message = format!("the annotation allows: {declared}; the method may also: {more}");
    let mut found = Diagnostic::error(&codes::EFFECT, message, span, "declared here").also(tree.span, "does more");
    for word in more.words().take(3) {
        if let Some(way) = way(u, unit, word) {
            found.notes.push(format!("'{word}' by way of {way}"));
        }
    }
    Some(found)
}

/// What a method may do beyond what is written of the one that it replaces, and what that is.
pub(crate) fn beyond(u: &mut Universe, slot: SlotId, above: SlotId) -> Option<(Effects, Effects)> {
    let allowed = of(u, Unit::Method(above))?;
    let more = u.effects(slot).certain.without(allowed);
    (!more.is_pure()).then_some((more, allowed))
}

/// What the unit's own calls do; its declaration is not believed here.
fn inferred(u: &mut Universe, unit: Unit) -> Effects {
    let mut all = Effects::PURE;
    for call in infer::calls(u, unit).iter() {
        all |= super::walk::of_call(u, *call);
    }
    all
}

/// The first call that has an effect, as words.
pub(crate) fn way(u: &mut Universe, unit: Unit, word: &str) -> Option<String> {
    let calls = infer::calls(u, unit);
    let call = calls.iter().find(|c| super::walk::of_call(u, **c).words().any(|w| w == word))?;
    Some(match *call {
        Call::Method(slot, _) => {
            let (name, path) = (u.names.text(u.slot(slot).name).to_string(), u.object(slot.object).path.clone());
            format!("'{name}' of `{path}`")
        }
        Call::Primitive(name, _) | Call::Named(name) => format!("'{}'", u.names.text(name)),
        Call::Write(_) => "an assignment".into(),
        Call::Make => "an object that it makes".into(),
        Call::Loop => "a loop".into(),
    })
}
