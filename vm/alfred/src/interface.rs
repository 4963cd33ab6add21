//! The interface that a learned method was written against: which messages the objects of the script on its receiver's lookup
//! path understood, apart from what was learned.
//!
//! What must stay true: it depends on nothing but the names, arities and kinds of slots, so that two runs of an unchanged
//! script have the same; a method that a model wrote is never part of it, because those come in the order in which they are
//! needed.

use serde::{Deserialize, Serialize};

use crate::situation::{Holder, Situation, SlotKind, arity};
use crate::text::sha256;

/// The slots of one object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    /// The name by which source reaches it; empty if there is none.
    pub of: String,
    /// Its slots, by name.
    pub slots: Vec<SlotShape>,
}

/// One slot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlotShape {
    /// Its selector.
    pub name: String,
    /// Arguments that it takes.
    pub arity: usize,
    /// What it is.
    pub kind: SlotKind,
}

/// The shapes of the receiver and of everything of the script that it inherits from, and that of object `at` of its path.
pub fn of(situation: &Situation, at: usize) -> Vec<Shape> {
    let counts = |(i, h): &(usize, &Holder)| *i == at || (h.of_script && !h.is_shared);
    situation.path.iter().enumerate().filter(counts).map(|(_, h)| shape(h)).collect()
}

fn shape(holder: &Holder) -> Shape {
    let own = holder.slots.iter().filter(|s| !s.is_generated);
    let mut slots: Vec<SlotShape> =
        own.map(|s| SlotShape { name: s.name.clone(), arity: arity(&s.name), kind: s.kind }).collect();
    slots.sort();
    slots.dedup();
    Shape { of: holder.path.clone().unwrap_or_default(), slots }
}

/// The SHA-256 of an interface, in hexadecimal.
pub fn digest(interface: &[Shape]) -> String {
    sha256(&serde_json::to_string(interface).expect("plain data"))
}

/// What the second interface has that the first one does not, and the other way round: `+ y, - z`. Empty if they are alike.
pub fn difference(then: &[Shape], now: &[Shape]) -> String {
    let words = |all: &[Shape]| -> Vec<String> {
        all.iter().flat_map(|shape| shape.slots.iter().map(|s| format!("{}{}", s.name, mark(s.kind)))).collect()
    };
    let (then, now) = (words(then), words(now));
    let gone = then.iter().filter(|w| !now.contains(w)).map(|w| format!("- {w}"));
    let come = now.iter().filter(|w| !then.contains(w)).map(|w| format!("+ {w}"));
    gone.chain(come).collect::<Vec<_>>().join(", ")
}

fn mark(kind: SlotKind) -> &'static str {
    match kind {
        SlotKind::Constant => " =",
        SlotKind::Data => " <-",
        SlotKind::Method => "",
        SlotKind::Parent => "*",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::situation::SlotView;

    fn situation(slots: &[(&str, SlotKind, bool)]) -> Situation {
        let slot = |(n, kind, learned): &(&str, SlotKind, bool)| SlotView {
            name: n.to_string(),
            kind: *kind,
            is_generated: *learned,
            ..SlotView::default()
        };
        let point =
            Holder { path: Some("point".into()), of_script: true, slots: slots.iter().map(slot).collect(), ..Holder::default() };
        let shared = Holder { path: Some("traits clonable".into()), is_shared: true, ..point.clone() };
        Situation { path: vec![point, shared], ..Situation::default() }
    }

    #[test]
    fn order_and_learned_methods_do_not_matter_and_names_do() {
        let one = of(&situation(&[("x", SlotKind::Data, false), ("+", SlotKind::Method, false)]), 0);
        let same =
            of(&situation(&[("+", SlotKind::Method, false), ("norm", SlotKind::Method, true), ("x", SlotKind::Data, false)]), 0);
        assert_eq!((one.len(), digest(&one)), (1, digest(&same)));
        let other = of(&situation(&[("+", SlotKind::Method, false), ("z", SlotKind::Data, false)]), 0);
        assert_ne!(digest(&one), digest(&other));
        assert_eq!(difference(&one, &other), "- x <-, + z <-");
        assert_eq!(one[0].slots[0], SlotShape { name: "+".into(), arity: 1, kind: SlotKind::Method });
    }
}
