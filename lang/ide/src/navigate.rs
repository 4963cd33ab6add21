//! From a word to where what it means is written: definition, type definition, implementors.

use aura_syntax::tree::selector;
use aura_types::{ObjectId, SlotId};

use crate::target::{Target, name_spans, target_at};
use crate::{Ide, Place, Span};

impl Ide {
    /// Where what the word at a place means is written; several places if it may mean several things.
    pub fn definition(&mut self, name: &str, at: u32) -> Vec<Place> {
        let Some(here) = self.here(name) else { return Vec::new() };
        let document = here.document.clone();
        let Some((span, target)) = target_at(&document, at) else { return Vec::new() };
        match target {
            Target::Local(local) => vec![self.place(here.file, local.name)],
            Target::Slot(slot) => vec![self.place(here.file, name_spans(slot)[0])],
            Target::Message(..) | Target::Resend(_) | Target::Parent(_) | Target::Type(_) => {
                let slots = self.slots_at(&here, at);
                self.places_of(slots)
            }
            Target::Import => {
                let path = document.letters(span).trim_matches('\'').to_string();
                let file = self.universe().import_of(here.file, &path);
                file.map(|f| self.place(f, Span::default())).into_iter().collect()
            }
            Target::Value(expr) => self.type_definition(name, expr.span.start),
        }
    }

    /// Where the objects are written whose type the word at a place has.
    pub fn type_definition(&mut self, name: &str, at: u32) -> Vec<Place> {
        let Some(here) = self.here(name) else { return Vec::new() };
        let document = here.document.clone();
        let Some((_, target)) = target_at(&document, at) else { return Vec::new() };
        let code = self.universe().code_at(here.file, at);
        let type_ = match target {
            Target::Local(local) => self.universe().code_at(here.file, local.name.start).type_of(local.name),
            Target::Message(_, expr) | Target::Value(expr) => code.type_of(expr.span),
            Target::Slot(slot) => {
                let id = self.universe().slot_at(here.file, slot.span.start);
                id.map(|id| self.universe().type_of_slot(id))
            }
            Target::Type(_) | Target::Import | Target::Resend(_) | Target::Parent(_) => return self.definition(name, at),
        };
        let Some(type_) = type_ else { return Vec::new() };
        let objects = self.universe().objects_of(type_, code.holder);
        objects.into_iter().filter_map(|o| self.place_of_object(o)).collect()
    }

    /// Every slot of the name at a place, in whatever object.
    pub fn implementors(&mut self, name: &str, at: u32) -> Vec<Place> {
        self.read_all();
        let Some(selector) = self.selector_at(name, at) else { return Vec::new() };
        let slots = self.universe().implementors_of(&selector);
        self.places_of(slots)
    }

    /// The selector of the message or slot at a place.
    pub(crate) fn selector_at(&mut self, name: &str, at: u32) -> Option<String> {
        let here = self.here(name)?;
        let document = here.document.clone();
        match target_at(&document, at)?.1 {
            Target::Message(send, _) | Target::Resend(send) => Some(selector(&send.selector, document.text())),
            Target::Parent(name) | Target::Type(name) => Some(document.letters(name).to_string()),
            Target::Slot(slot) => Some(selector(&name_spans(slot), document.text())),
            _ => None,
        }
    }

    /// Where slots are written, those of users' files first.
    pub(crate) fn places_of(&mut self, slots: Vec<SlotId>) -> Vec<Place> {
        let is_library = |ide: &mut Self, s: SlotId| {
            let file = ide.universe().slot_info(s).file;
            file.is_none_or(|f| ide.universe().is_of_library(f))
        };
        let mut places: Vec<(bool, Place)> =
            slots.into_iter().filter_map(|s| Some((is_library(self, s), self.place_of(s)?))).collect();
        places.sort();
        places.dedup();
        places.into_iter().map(|p| p.1).collect()
    }

    fn place_of_object(&mut self, object: ObjectId) -> Option<Place> {
        let (file, span) = self.universe().origin_of(object)?;
        // The bracket that the literal begins with is enough to go to.
        Some(self.place(file, Span { start: span.start, end: (span.start + 1).min(span.end) }))
    }
}
