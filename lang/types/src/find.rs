//! What a message finds, and what becomes of it where parents come together: those that one slot may hold, and those of several slots.
//!
//! What must stay true: what one slot may hold are alternatives, of which only one is there at a time; what several slots hold is all
//! there, and two different slots of one name stand in each other's way.

use std::rc::Rc;

use smallvec::SmallVec;

use crate::object::{ObjectId, SlotId};

/// What a message finds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Find {
    /// One slot.
    One(Found),
    /// That depends on what assignable parents hold.
    Some(Rc<Several>),
    /// Nothing, and nothing could be hidden.
    Missing,
    /// Nothing, but a parent is not known.
    Open,
    /// Two slots of different parents: an error when it is sent.
    Ambiguous(SlotId, SlotId),
}

/// A slot, and how it is used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Found {
    pub(crate) slot: SlotId,
    /// The message assigns to it.
    pub(crate) is_write: bool,
}

/// What a message finds, one or the other.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Several {
    pub(crate) found: SmallVec<[Found; 2]>,
    /// A parent may be this object, and then nothing is found.
    pub(crate) lacking: Option<ObjectId>,
    /// A parent may be something that is not known.
    pub(crate) is_open: bool,
}

impl Several {
    fn found(self) -> Find {
        match (&self.found[..], self.lacking, self.is_open) {
            ([], None, false) => Find::Missing,
            ([], None, true) => Find::Open,
            ([one], None, false) => Find::One(*one),
            _ => Find::Some(Rc::new(self)),
        }
    }
}

impl Find {
    /// All slots that may be found.
    pub(crate) fn slots(&self) -> SmallVec<[Found; 2]> {
        match self {
            Find::One(one) => SmallVec::from_slice(&[*one]),
            Find::Some(all) => all.found.clone(),
            Find::Ambiguous(a, b) => [*a, *b].into_iter().map(|slot| Found { slot, is_write: false }).collect(),
            Find::Missing | Find::Open => SmallVec::new(),
        }
    }

    /// What is found in one parent, among others that it may be.
    fn alternative(self, parent: ObjectId) -> Several {
        let nothing = Several { found: SmallVec::new(), lacking: None, is_open: false };
        match self {
            Find::One(one) => Several { found: SmallVec::from_slice(&[one]), ..nothing },
            Find::Some(all) => Several::clone(&all),
            Find::Missing => Several { lacking: Some(parent), ..nothing },
            Find::Open | Find::Ambiguous(..) => Several { is_open: true, ..nothing },
        }
    }
}

/// What is found in a parent slot that holds one of these. If that may be something else as well, nothing that only one of them lacks is
/// known to be missing.
pub(crate) fn either(all: SmallVec<[(ObjectId, Find); 1]>, may_be_other: bool) -> Find {
    let is_missing = all.iter().all(|(_, find)| *find == Find::Missing);
    if is_missing || all.len() == 1 && !may_be_other {
        return all.into_iter().next().map_or(Find::Missing, |one| one.1);
    }
    let is_found = all.iter().any(|(_, find)| matches!(find, Find::One(_) | Find::Some(_)));
    let ambiguous = all.iter().find(|(_, find)| matches!(find, Find::Ambiguous(..)));
    if let Some((_, find)) = ambiguous.filter(|_| !(is_found && may_be_other)) {
        return find.clone();
    }
    let mut several = Several { found: SmallVec::new(), lacking: None, is_open: may_be_other };
    for (parent, find) in all {
        let one = find.alternative(parent);
        let others = one.found.into_iter().filter(|f| !several.found.contains(f)).collect::<SmallVec<[Found; 2]>>();
        several.found.extend(others);
        several.lacking = several.lacking.or(one.lacking);
        several.is_open |= one.is_open;
    }
    several.lacking = several.lacking.filter(|_| !may_be_other);
    several.found()
}

/// What is found in two parent slots: the same, or slots that stand in each other's way.
pub(crate) fn both(a: Find, b: Find, is_open: bool) -> Find {
    match (&a, &b) {
        (Find::Missing, _) | (Find::Open, Find::One(_) | Find::Some(_)) => b,
        (_, Find::Missing) | (Find::One(_) | Find::Open, Find::Open) => a,
        (Find::Ambiguous(..), _) => a,
        (_, Find::Ambiguous(..)) => b,
        (Find::One(x), Find::One(y)) if x == y => a,
        (Find::One(x), Find::One(y)) => Find::Ambiguous(x.slot, y.slot),
        _ => together(&a, &b, is_open),
    }
}

/// What depends on what one slot holds, with what is found in another one.
fn together(a: &Find, b: &Find, is_open: bool) -> Find {
    let nobody = ObjectId(0);
    let (one, other) = (a.clone().alternative(nobody), b.clone().alternative(nobody));
    let differ = one.found.iter().find_map(|x| Some((x.slot, other.found.iter().find(|y| *y != x)?.slot)));
    if let (Some((x, y)), false) = (differ, is_open) {
        return Find::Ambiguous(x, y);
    }
    let mut found = one.found;
    found.extend(other.found.into_iter().filter(|f| !found.contains(f)).collect::<SmallVec<[Found; 2]>>());
    let (lacking, is_unknown) = match (one.lacking.is_some() || one.is_open, other.lacking.is_some() || other.is_open) {
        (true, true) => (one.lacking.and(other.lacking), one.is_open || other.is_open),
        _ => (None, false),
    };
    Several { found, lacking, is_open: is_unknown }.found()
}
