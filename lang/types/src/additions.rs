//! Slots that running code adds to objects: `_AddSlots:`, `_AddSlotsIfAbsent:`, `_Define:` anywhere but where the loader reads it
//! off a file's statements.
//!
//! To whom they are added, only the run knows. What must stay true: it does not matter in which order code is looked at, so this
//! is found when a file is loaded, by the text alone. Slots that are written out there may be understood by any object; if they
//! come from elsewhere (`_AddSlots: parts`), any message may be understood by the objects of the file.

use std::rc::Rc;

use aura_syntax::tree::{ExprKind, Send};
use aura_syntax::visit::Visit;
use rustc_hash::FxHashSet;

use crate::names::{Name, Names};
use crate::object::ObjectId;
use crate::universe::Universe;

/// What a file's code adds to objects when it runs.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Additions {
    /// Slots that are written out.
    pub(crate) names: FxHashSet<Name>,
    /// Slots are added that are not.
    pub(crate) is_unwritten: bool,
    /// To these, by a statement of the file.
    pub(crate) opened: Vec<ObjectId>,
}

impl Additions {
    /// Whether nothing is added.
    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty() && !self.is_unwritten && self.opened.is_empty()
    }

    /// Whether both add slots that are not written out to the same objects.
    pub(crate) fn opens_as(&self, other: &Self) -> bool {
        (self.is_unwritten, &self.opened) == (other.is_unwritten, &other.opened)
    }
}

/// Whether a message adds slots to its receiver.
pub(crate) fn adds_slots(selector: &str) -> bool {
    matches!(selector, "_AddSlots:" | "_AddSlotsIfAbsent:" | "_Define:")
}

/// Finds additions in code.
pub(crate) struct Finder<'a> {
    pub(crate) text: Rc<str>,
    pub(crate) names: &'a mut Names,
    pub(crate) additions: &'a mut Additions,
}

impl Visit for Finder<'_> {
    fn send(&mut self, send: &Send, _: Option<&Send>) {
        // Most messages have other names: none is put together for them.
        let [keyword] = send.selector[..] else { return };
        if !adds_slots(keyword.text(&self.text)) {
            return;
        }
        match &send.arguments[..] {
            [one] => match &one.kind {
                ExprKind::Object(list) => {
                    let slots = list.slots.iter().filter(|s| !s.is_argument);
                    let names = slots.map(|s| crate::load::name_of(&s.name, &self.text, self.names));
                    self.additions.names.extend(names);
                }
                _ => self.additions.is_unwritten = true,
            },
            _ => self.additions.is_unwritten = true,
        }
    }
}

impl Universe {
    /// Whether running code may give an object a slot for a message.
    pub(crate) fn may_be_added(&mut self, object: ObjectId, name: Name) -> bool {
        let adding: Vec<usize> = (0..self.files.len()).filter(|f| !self.files[*f].additions.is_empty()).collect();
        if adding.is_empty() {
            return false;
        }
        let slot = self.names.assigned(name);
        let is_written = |a: &Additions| a.names.contains(&name) || slot.is_some_and(|s| a.names.contains(&s));
        if adding.iter().any(|f| is_written(&self.files[*f].additions)) {
            return true;
        }
        let above = self.above(object);
        above.ancestors.iter().any(|o| {
            let is_of = |f: usize| self.files[f].additions.is_unwritten && self.files[f].objects.contains(o);
            adding.iter().any(|f| self.files[*f].additions.opened.contains(o) || is_of(*f))
        })
    }
}
