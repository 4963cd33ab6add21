//! Object literals inside code: each is one object, known by the slot whose code makes it and its number there.
//!
//! What must stay true: an edit elsewhere in the file leaves it the same object, so that nobody has to look at what mentions its slots again.

use std::rc::Rc;

use aura_syntax::tree::{Init, Slot as Tree, SlotList, Statement};
use aura_syntax::visit::{self, Visit};

use super::{Loader, name_of, path};
use crate::infer::{Code, Unit};
use crate::names::Name;
use crate::object::{ObjectId, Slot, SlotId, SlotKind, SlotValue};
use crate::universe::UNNAMED;

/// Makes the objects for the literals in code.
pub(super) struct Literals<'l, 'u> {
    pub(super) loader: &'l mut Loader<'u>,
    /// Whose code it is: a slot of an object; a file's statements are nobody's.
    pub(super) whose: Option<(ObjectId, Name)>,
}

impl Literals<'_, '_> {
    pub(super) fn of_slot(mut self, slot: &Tree) {
        visit::inside_slot(&mut self, slot);
    }

    pub(super) fn of_statement(mut self, statement: &Statement) {
        visit::expr(&mut self, &statement.expr);
    }
}

impl Visit for Literals<'_, '_> {
    fn object(&mut self, list: &SlotList) {
        let (file, text) = (self.loader.file, self.loader.text.clone());
        let place = match self.whose {
            Some((inside, name)) => format!("{} (…)", path::of(self.loader.u, inside, name)),
            None => "(…)".to_string(),
        };
        let object = self.loader.made(place.into(), UNNAMED, list.span);
        let u = &mut *self.loader.u;
        u.files[file.0 as usize].literals.insert(list.span.start, object);
        for (index, tree) in list.slots.iter().filter(|s| !s.is_argument).enumerate() {
            let name = name_of(&tree.name, &text, &mut u.names);
            let (kind, value) = match &tree.init {
                Init::None => (SlotKind::Data, SlotValue::Nothing),
                Init::Assignable(_) => (SlotKind::Data, SlotValue::Written),
                Init::Constant(_) => (SlotKind::Constant, SlotValue::Written),
                Init::Method(_) => (SlotKind::Method, SlotValue::Code),
            };
            if kind == SlotKind::Method {
                let unit = Unit::Method(SlotId { object, index: index as u32 });
                self.loader.code.push(Code { span: tree.span, unit, around: None });
            }
            let (is_parent, tree) = (tree.is_parent, Some(Rc::new(tree.clone())));
            let slot = Slot { is_parent, file: Some(file), tree, ..Slot::new(name, kind, value) };
            u.object_mut(object).slots.push(slot);
        }
        list.slots.iter().for_each(|slot| self.slot(slot));
    }
}
