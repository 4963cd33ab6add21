//! What the checker knows of a send's place, told to its situation: the same that candidates are held against afterwards, and that an
//! editor's completion uses.
//!
//! What must stay true: nothing is told that is not known, so what may be anything is left out; headers are told for so many slots at
//! most, those nearest to the receiver first.

use aura_types::{ObjectId, TypeId, Universe};

use super::Loaded;
use crate::situation::{Situation, SlotKind, SlotView};

/// Slots whose headers are told.
const MOST_HEADERS: usize = 60;

impl Loaded {
    /// Tells a situation whose method is to go to the object called `at`.
    pub(super) fn tell(&mut self, situation: &mut Situation, at: &str) {
        let Some((_, hole)) = self.hole(situation, at) else { return };
        let was_sent: Vec<bool> = situation.arguments.iter().map(|a| self.type_of(a) != TypeId::ANY).collect();
        let u = self.project.universe();
        situation.expected = hole.wanted.and_then(|wanted| known(u, wanted));
        situation.uses = hole.uses;
        for (argument, (type_, was_sent)) in situation.arguments.iter_mut().zip(hole.arguments.into_iter().zip(was_sent)) {
            // What a thing is called says what it is, if the checker knows that name.
            argument.type_ = known(u, type_).filter(|_| !was_sent);
        }
        let mut left = MOST_HEADERS;
        if let Some((file, _)) = self.sender(situation) {
            let module = self.project.universe().module_of(file);
            headers(self.project.universe(), module, &mut situation.module, &mut left);
        }
        for holder in &mut situation.path {
            let file = holder.file.as_ref().and_then(|file| self.file(file)).unwrap_or(self.file);
            let u = self.project.universe();
            let Some(object) = holder.path.as_ref().and_then(|path| u.object_at(file, path)) else { continue };
            headers(u, object, &mut holder.slots, &mut left);
        }
    }
}

/// Gives headers with types to slots of an object.
fn headers(u: &mut Universe, object: ObjectId, slots: &mut [SlotView], left: &mut usize) {
    let own = u.slots_of(object);
    let named: Vec<_> = own.into_iter().map(|slot| (u.slot_info(slot).name, slot)).collect();
    for view in slots.iter_mut().filter(|s| s.kind != SlotKind::Parent) {
        let Some((_, slot)) = named.iter().find(|(name, _)| *name == view.name) else { continue };
        if *left == 0 {
            return;
        }
        *left -= 1;
        view.typed = match view.kind {
            SlotKind::Method => Some(u.show_signature(*slot)),
            _ => {
                let type_ = u.type_of_slot(*slot);
                // That a prototype is one of its own kind says nothing.
                known(u, type_).filter(|t| *t != view.name).map(|t| format!("{} <{t}>", view.name))
            }
        };
    }
}

/// A type as it is written, unless it may be anything.
fn known(u: &Universe, type_: TypeId) -> Option<String> {
    (type_ != TypeId::ANY).then(|| u.show(type_))
}
