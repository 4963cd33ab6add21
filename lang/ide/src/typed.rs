//! Names that mean slots without being messages: prototypes in written types, parents in `parent.message`.

use aura_syntax::tree::{Receiver, Send, Slot, Type, TypeKind};
use aura_syntax::visit::{self, Visit};
use aura_types::{ObjectId, SlotId};

use crate::path::parameters;
use crate::resolve::Here;
use crate::{Ide, Span};

/// A name that means a slot, and which.
pub(crate) struct Named {
    pub(crate) span: Span,
    pub(crate) slot: SlotId,
}

impl Ide {
    /// Where a name stands in a file as that of a prototype in a type, or of a parent that a message is sent through.
    pub(crate) fn named_in(&mut self, here: &Here, name: &str) -> Vec<Named> {
        let document = here.document.clone();
        let mut finder = Finder { text: document.text(), name, types: Vec::new(), parents: Vec::new() };
        visit::file(&mut finder, &document.parse().file);
        let Finder { types, parents, .. } = finder;
        let prototype = (!types.is_empty()).then(|| self.type_slot(here.file, name)).flatten();
        let mut all: Vec<Named> =
            prototype.map_or_else(Vec::new, |slot| types.into_iter().map(|span| Named { span, slot }).collect());
        all.extend(parents.into_iter().filter_map(|span| Some(Named { span, slot: self.parent_slot(here, span)? })));
        all
    }

    /// The slot of the parent that a message is sent through, by the place of the parent's name.
    pub(crate) fn parent_slot(&mut self, here: &Here, name: Span) -> Option<SlotId> {
        let holder = self.universe().holder_at(here.file, name.start);
        self.own_slot(holder, here.document.letters(name)).filter(|slot| self.project.known().slot_info(*slot).is_parent)
    }

    /// An object's own slot of a name.
    pub(crate) fn own_slot(&self, object: ObjectId, name: &str) -> Option<SlotId> {
        let known = self.project.known();
        known.slots_of(object).into_iter().find(|slot| known.slot_name(*slot) == name)
    }
}

struct Finder<'t> {
    text: &'t str,
    name: &'t str,
    types: Vec<Span>,
    parents: Vec<Span>,
}

impl Visit for Finder<'_> {
    fn slot(&mut self, slot: &Slot) {
        written(slot).for_each(|type_| self.type_(type_));
        visit::inside_slot(self, slot);
    }

    fn send(&mut self, send: &Send, _: Option<&Send>) {
        if let Receiver::Delegate(parent) = send.receiver
            && parent.text(self.text) == self.name
        {
            self.parents.push(parent);
        }
    }
}

impl Finder<'_> {
    fn type_(&mut self, type_: &Type) {
        each_name(type_, &mut |name| {
            if name.text(self.text) == self.name {
                self.types.push(name);
            }
        });
    }
}

/// The types in a slot's header.
fn written(slot: &Slot) -> impl Iterator<Item = &Type> {
    parameters(slot).iter().filter_map(|p| p.type_.as_ref()).chain(&slot.type_).chain(&slot.result)
}

/// The names in a type, of prototypes and of variables.
fn each_name(type_: &Type, act: &mut impl FnMut(Span)) {
    match &type_.kind {
        TypeKind::Name(name) => act(*name),
        TypeKind::Apply(base, parts) => {
            each_name(base, act);
            parts.iter().for_each(|(_, part)| each_name(part, act));
        }
        TypeKind::Union(members) => members.iter().for_each(|member| each_name(member, act)),
        TypeKind::Block(params, result) => params.iter().chain(result.as_deref()).for_each(|t| each_name(t, act)),
        TypeKind::Object(list) => list.slots.iter().flat_map(written).for_each(|t| each_name(t, act)),
        TypeKind::Bound(_, bound) => each_name(bound, act),
        TypeKind::Error => {}
    }
}
