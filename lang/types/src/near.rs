//! Names that were perhaps meant.

use crate::object::{FileId, ObjectId, SlotValue};
use crate::universe::Universe;

/// A prototype whose name is near to this one.
pub(crate) fn type_name(u: &mut Universe, file: FileId, name: &str) -> Option<String> {
    let b = u.builtin;
    let module = u.file(file).module;
    let mut known: Vec<String> = ["int", "bool", "string", "float", "vector", "any", "self", "nil"].map(String::from).into();
    for object in [module, b.lobby, b.globals, b.traits, b.mixins] {
        let slots = u.object(object).slots.iter().filter(|s| matches!(s.value, SlotValue::Object(_)));
        known.extend(slots.map(|s| u.names.text(s.name).to_string()));
    }
    nearest(name, known.iter().map(String::as_str))
}

/// A message that the object understands and whose name is near to this one. Nobody sends the name of a prototype to a receiver that is
/// written out (`is_explicit`).
pub(crate) fn message(u: &mut Universe, object: ObjectId, name: &str, is_explicit: bool) -> Option<String> {
    let globals = u.builtin.globals;
    let is_word = |text: &str| text.starts_with(|c: char| c.is_alphabetic());
    let mut best: Option<(usize, String)> = None;
    for ancestor in u.lineage_of(object) {
        if is_explicit && ancestor == globals && object != globals {
            continue;
        }
        for slot in &u.object(ancestor).slots {
            let text = u.names.text(slot.name);
            if text.matches(':').count() != name.matches(':').count() || is_word(text) != is_word(name) {
                continue;
            }
            consider(name, text, &mut best);
        }
    }
    best.map(|b| b.1)
}

fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut best = None;
    known.for_each(|text| consider(name, text, &mut best));
    best.map(|b| b.1)
}

fn consider(name: &str, text: &str, best: &mut Option<(usize, String)>) {
    let most = (name.chars().count() / 3).clamp(1, 3);
    let distance = strsim::osa_distance(name, text);
    // Of two that are as near, the order of slots must not tell: it depends on which file was loaded last.
    let is_nearer = |b: &(usize, String)| (distance, text) < (b.0, b.1.as_str());
    if distance > 0 && distance <= most && !text.is_empty() && best.as_ref().is_none_or(is_nearer) {
        *best = Some((distance, text.to_string()));
    }
}

/// The parts of a selector, as they stand in a message.
pub(crate) fn parts(selector: &str) -> Vec<&str> {
    if selector.contains(':') { selector.split_inclusive(':').collect() } else { vec![selector] }
}
