//! Where BABS looks: verified methods, docs and slots that may bear on a missing method.
//!
//! What must stay true: a library is only read; what it finds is data, with a bounded length.
//!
//! * [`Here`] what the situation of the send brings along, by common words
//! * [`Shelved`] methods from the shelf ([`crate::retrieve`]), which knows the library, too; docs and slots as [`Here`] finds them

use std::collections::BTreeSet;

use crate::retrieve::words::{has_sense, words};
use crate::retrieve::{Document, Shelf};
use crate::situation::{Situation, SlotKind};
use crate::text::{clean, line};

/// Something that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// What it is.
    pub kind: Kind,
    /// Where: `point manhattan`.
    pub title: String,
    /// Its text: a method's source, a comment, a slot's header.
    pub text: String,
}

/// What was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A method that passed the gates, or that a person wrote.
    Method,
    /// What a comment says.
    Doc,
    /// A slot without a comment.
    Slot,
}

/// What can be searched for something that bears on a missing method.
pub trait Library: Send {
    /// At most so many findings, the best first.
    fn find(&mut self, situation: &Situation, most: usize) -> Vec<Found>;

    /// At most so many methods that were learned and passed the gates, and that are about the same thing as the missing one. (They need
    /// no library.)
    fn resembling(&mut self, situation: &Situation, most: usize) -> Vec<Found> {
        let mut shelf = Shelf::default();
        situation.verified.iter().for_each(|v| shelf.verified(&v.at, &v.selector, &v.source));
        shelf.resembling(situation, most).into_iter().map(|(d, _)| method(&d)).collect()
    }
}

fn method(d: &Document) -> Found {
    Found { kind: Kind::Method, title: line(&format!("{} {}", d.at, d.selector), 80), text: clean(&d.source, 400) }
}

/// The simplest library: what the situation itself brings along, by common words.
#[derive(Clone, Copy, Debug, Default)]
pub struct Here;

impl Library for Here {
    fn find(&mut self, situation: &Situation, most: usize) -> Vec<Found> {
        let wanted = subjects(&situation.selector);
        let mut all: Vec<(usize, Found)> = everything(situation)
            .map(|found| (wanted.intersection(&subjects(&format!("{} {}", found.title, found.text))).count(), found))
            .filter(|(common, _)| *common > 0)
            .collect();
        all.sort_by_key(|(common, found)| (usize::MAX - common, found.kind != Kind::Method));
        all.into_iter().take(most).map(|(_, found)| found).collect()
    }
}

/// The shelf and the situation.
pub struct Shelved {
    /// Puts the library on the shelf; that takes its time, so it is done when BABS is first asked.
    make: Box<dyn Fn() -> Shelf + Send>,
    shelf: Option<Shelf>,
}

impl Shelved {
    /// With a shelf that is made when it is needed.
    pub fn new(make: impl Fn() -> Shelf + Send + 'static) -> Self {
        Self { make: Box::new(make), shelf: None }
    }
}

impl Library for Shelved {
    fn find(&mut self, situation: &Situation, most: usize) -> Vec<Found> {
        let mut shelf = self.shelf.get_or_insert_with(|| (self.make)()).clone();
        situation.verified.iter().for_each(|v| shelf.verified(&v.at, &v.selector, &v.source));
        // Half of the room is for methods; the rest, and what they leave, for docs and slots.
        let methods = shelf.examples(situation, most.div_ceil(2)).into_iter().map(|(d, _)| method(&d));
        let mut found: Vec<Found> = methods.collect();
        let others = Here.find(situation, usize::MAX).into_iter().filter(|f| f.kind != Kind::Method);
        found.extend(others.take(most.saturating_sub(found.len())));
        found
    }
}

fn everything(situation: &Situation) -> impl Iterator<Item = Found> + '_ {
    let verified = situation.verified.iter().map(|v| Found {
        kind: Kind::Method,
        title: line(&format!("{} {}", v.at, v.selector), 80),
        text: clean(&v.source, 400),
    });
    let slots = situation.path.iter().flat_map(|h| h.slots.iter().map(move |s| (h.path.as_deref().unwrap_or(""), s)));
    let found = slots.filter(|(_, s)| s.kind != SlotKind::Parent && !s.name.starts_with('_')).filter_map(|(at, s)| {
        let title = line(&format!("{at} {}", s.name), 80);
        match (&s.source, &s.comment) {
            (Some(source), _) if s.kind == SlotKind::Method => {
                Some(Found { kind: Kind::Method, title, text: clean(source, 400) })
            }
            (_, Some(comment)) => Some(Found { kind: Kind::Doc, title, text: line(comment, 240) }),
            (_, None) => Some(Found { kind: Kind::Slot, text: clean(s.header.as_deref()?, 160), title }),
        }
    });
    verified.chain(found)
}

/// What a text is about.
fn subjects(text: &str) -> BTreeSet<String> {
    words(text).into_iter().filter(|word| has_sense(word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::situation::{Holder, SlotView, Verified};

    #[test]
    fn what_shares_words_is_found_and_methods_come_first() {
        let slot = |name: &str, comment: Option<&str>, source: Option<&str>| SlotView {
            name: name.into(),
            kind: SlotKind::Method,
            comment: comment.map(str::to_string),
            source: source.map(str::to_string),
            ..SlotView::default()
        };
        let slots = vec![
            slot("norm", Some("The distance from the origin."), None),
            slot("distance", None, Some("distance = ( norm )")),
            slot("area", Some("The surface."), None),
        ];
        let situation = Situation {
            selector: "distanceTo:".into(),
            path: vec![Holder { path: Some("point".into()), slots, ..Holder::default() }],
            verified: vec![Verified {
                at: "line".into(),
                selector: "distance".into(),
                source: "distance = ( 1 )".into(),
                ..Verified::default()
            }],
            ..Situation::default()
        };
        let titles: Vec<String> = Here.find(&situation, 9).into_iter().map(|f| f.title).collect();
        assert_eq!(titles, ["line distance", "point distance", "point norm"]);
        assert_eq!(Here.find(&situation, 1).len(), 1);
        let library =
            || Shelf::new(&crate::measure::Corpus::of_sources(["\"l\"\ntraits ring _AddSlots: (| distanceRound = ( 3 ) |)\n"]));
        let found = Shelved::new(library).find(&situation, 6);
        let titles: Vec<&str> = found.iter().map(|f| f.title.as_str()).collect();
        assert!(titles.contains(&"traits ring distanceRound") && titles.contains(&"line distance"), "{titles:?}");
        assert_eq!(titles.last(), Some(&"point norm"), "what is documented comes after the methods");
    }
}
