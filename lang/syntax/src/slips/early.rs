//! Slots of a file that are used before they are there: they are made one after the other, and code that runs for the first value of one finds only those
//! that stand before it.
//!
//! What must stay true: only what certainly runs then is looked at, so nothing inside methods and blocks.

use std::collections::{HashMap, HashSet};

use crate::tree::{Body, Init, Receiver, Send, Slot, SlotList, SlotName, Span};
use crate::visit::{self, Visit};

/// Each use of a later slot: the word, and the slot.
pub(super) fn uses(source: &str, slots: &SlotList) -> Vec<(Span, Span)> {
    let mut later: HashMap<&str, Span> = slots.slots.iter().filter_map(plain).map(|name| (name.text(source), name)).collect();
    let mut found = Vec::new();
    for slot in &slots.slots {
        plain(slot).and_then(|name| later.remove(name.text(source)));
        let mut finder = Finder { source, later: &later, locals: HashSet::default(), found: &mut found };
        if let Init::Constant(e) | Init::Assignable(e) = &slot.init {
            visit::expr(&mut finder, e);
        }
    }
    found
}

/// The name of a slot that a word alone reads.
fn plain(slot: &Slot) -> Option<Span> {
    match slot.name {
        SlotName::Unary(name) => Some(name),
        _ => None,
    }
}

struct Finder<'f> {
    source: &'f str,
    later: &'f HashMap<&'f str, Span>,
    /// Names that mean something else here.
    locals: HashSet<&'f str>,
    found: &'f mut Vec<(Span, Span)>,
}

impl Visit for Finder<'_> {
    fn locals(&mut self, list: &SlotList) {
        let source = self.source;
        self.locals.extend(list.slots.iter().filter_map(plain).map(|name| name.text(source)));
        list.slots.iter().for_each(|slot| self.slot(slot));
    }

    fn slot(&mut self, slot: &Slot) {
        if !matches!(slot.init, Init::Method(_)) {
            visit::inside_slot(self, slot);
        }
    }

    fn block(&mut self, _: &Body) {}

    fn send(&mut self, send: &Send, _: Option<&Send>) {
        let (Receiver::Implicit, [word], true) = (&send.receiver, &send.selector[..], send.arguments.is_empty()) else { return };
        let name = word.text(self.source);
        if let Some(slot) = self.later.get(name).filter(|_| !self.locals.contains(name)) {
            self.found.push((*word, *slot));
        }
    }
}
