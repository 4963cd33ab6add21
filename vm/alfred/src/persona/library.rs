//! Where BABS looks: verified methods, docs and slots that may bear on a missing method.
//!
//! What must stay true: a library is only read; what it finds is data, with a bounded length.
//!
//! Not here: a good ranking. [`Here`] compares words, over what the situation of the send brings along.

use std::collections::BTreeSet;

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
}

/// The simplest library: what the situation itself brings along, by common words.
#[derive(Clone, Copy, Debug, Default)]
pub struct Here;

impl Library for Here {
    fn find(&mut self, situation: &Situation, most: usize) -> Vec<Found> {
        let wanted = words(&situation.selector);
        let mut all: Vec<(usize, Found)> = everything(situation)
            .map(|found| (wanted.intersection(&words(&format!("{} {}", found.title, found.text))).count(), found))
            .filter(|(common, _)| *common > 0)
            .collect();
        all.sort_by_key(|(common, found)| (usize::MAX - common, found.kind != Kind::Method));
        all.into_iter().take(most).map(|(_, found)| found).collect()
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

/// The words of a text, those of names in it by themselves: `distanceTo:` is `distance`, `to`.
fn words(text: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut word = String::new();
    for c in text.chars().chain([' ']) {
        if !c.is_alphanumeric() || c.is_uppercase() {
            if word.chars().count() > 2 {
                words.insert(std::mem::take(&mut word));
            }
            word.clear();
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
    }
    words
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
            verified: vec![Verified { at: "line".into(), selector: "distance".into(), source: "distance = ( 1 )".into() }],
            ..Situation::default()
        };
        let titles: Vec<String> = Here.find(&situation, 9).into_iter().map(|f| f.title).collect();
        assert_eq!(titles, ["line distance", "point distance", "point norm"]);
        assert_eq!(Here.find(&situation, 1).len(), 1);
    }
}
