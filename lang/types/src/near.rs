//! Names that were perhaps meant.

use crate::find::Find;
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

/// A name that was perhaps meant.
pub(crate) struct Near {
    pub(crate) name: String,
    /// It is long, no other is as near, and one letter is another or two have changed places: it may be put in its place.
    pub(crate) is_sure: bool,
}

/// Characters of the longest names that are compared.
const LONGEST: usize = 60;
/// Names that are compared for the findings of a file.
const MOST_COMPARED: usize = 400_000;
/// Letters of the shortest names that are put in another's place.
const SURE: usize = 5;

/// A message that the object understands and whose name is near to this one. Nobody sends the name of a prototype to a receiver that is
/// written out (`is_explicit`). Nothing once too much was compared in a file.
pub(crate) fn message(u: &mut Universe, object: ObjectId, name: &str, is_explicit: bool) -> Option<Near> {
    let globals = u.builtin.globals;
    if !name.contains(|c: char| c.is_alphanumeric()) {
        // No operator is a slip of the pen for another one; only texts are added in many languages, and joined here.
        let comma = u.names.of(",");
        return (name == "+" && u.find(object, comma) != Find::Missing).then(|| Near { name: ",".into(), is_sure: false });
    }
    if name.len() > LONGEST || u.compared > MOST_COMPARED {
        return None;
    }
    let is_word = |text: &str| text.starts_with(|c: char| c.is_alphabetic());
    let (mut best, mut compared) = (Best::default(), 0);
    for ancestor in u.lineage_of(object) {
        if is_explicit && ancestor == globals && object != globals {
            continue;
        }
        for slot in &u.object(ancestor).slots {
            let text = u.names.text(slot.name);
            if text.matches(':').count() != name.matches(':').count() || is_word(text) != is_word(name) || text.len() > LONGEST {
                continue;
            }
            compared += 1;
            best.consider(name, text);
        }
    }
    u.compared += compared;
    best.near(name)
}

fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut best = Best::default();
    known.filter(|text| text.len() <= LONGEST && name.len() <= LONGEST).for_each(|text| best.consider(name, text));
    best.found.map(|b| b.1)
}

/// The nearest name so far.
#[derive(Default)]
struct Best {
    found: Option<(usize, String)>,
    is_shared: bool,
}

impl Best {
    fn consider(&mut self, name: &str, text: &str) {
        let most = (name.chars().count() / 3).clamp(1, 3);
        let distance = strsim::osa_distance(name, text);
        if distance == 0 || distance > most || text.is_empty() {
            return;
        }
        // Of two that are as near, the order of slots must not tell: it depends on which file was loaded last.
        match &self.found {
            Some((nearest, other)) if *nearest == distance && other != text => {
                self.is_shared = true;
                if text < other.as_str() {
                    self.found = Some((distance, text.to_string()));
                }
            }
            Some((nearest, _)) if *nearest <= distance => {}
            _ => *self = Self { found: Some((distance, text.to_string())), is_shared: false },
        }
    }

    fn near(self, name: &str) -> Option<Near> {
        let (distance, near) = self.found?;
        let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
        let is_long = letters(name).min(letters(&near)) >= SURE;
        // `line3` and `line1`, `part` and `parts` differ on purpose.
        let last = |text: &str| text.trim_end_matches(':').chars().next_back();
        let is_sure = distance == 1 && !self.is_shared && is_long && last(name) == last(&near);
        Some(Near { name: near, is_sure })
    }
}

/// The parts of a selector, as they stand in a message.
pub(crate) fn parts(selector: &str) -> Vec<&str> {
    if selector.contains(':') { selector.split_inclusive(':').collect() } else { vec![selector] }
}
