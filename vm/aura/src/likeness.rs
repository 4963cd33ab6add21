//! What a method is like: the library's methods, the script's, and those that were learned before, as one corpus.
//!
//! What must stay true: the library is taken apart once in a process, and only if somebody asks.

use std::sync::OnceLock;

use aura_alfred::chronicle::{Chronicle, Slot};
use aura_alfred::door::Lesson;
use aura_alfred::measure::{Corpus, Nearest};

use crate::kernel;

/// The library's methods.
pub fn library() -> Corpus {
    static LIBRARY: OnceLock<Corpus> = OnceLock::new();
    LIBRARY.get_or_init(|| Corpus::of_sources(kernel::sources().map(|(_, text)| text))).clone()
}

/// Those of the lessons of a run, from the one of that number on, that are there already: what to say about each. `script` is the program's text.
pub fn of_lessons(lessons: &[Lesson], from: usize, script: &str) -> Vec<String> {
    if lessons.len() <= from {
        return Vec::new();
    }
    let mut present = library();
    present.add_source(script);
    let mut said = Vec::new();
    for (i, lesson) in lessons.iter().enumerate() {
        if i >= from
            && let Some(near) = present.already(&lesson.source, (&lesson.at, &lesson.selector))
        {
            said.push(format!("'{}' is {}", lesson.selector, near.describe()));
        }
        present.add(&lesson.at, &lesson.selector, &lesson.source);
    }
    said
}

/// The method that the meant version of a learned one is nearly the same as: in the library, or among the others of its script that are in force.
pub fn of_slot(chronicle: &Chronicle, slot: &Slot) -> Option<Nearest> {
    let learning = chronicle.learning(&slot.meant().hash)?;
    let mut present = library();
    for (_, other) in chronicle.in_force(&slot.file).filter(|(v, _)| v.hash != slot.meant().hash) {
        present.add(&other.at, &other.selector, &other.source);
    }
    present.already(&learning.source, (&learning.at, &learning.selector))
}
