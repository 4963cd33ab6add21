//! Object literals inside code: a fresh object each time for the program, one kind of object for the checker.
//!
//! Its methods are units of their own, which see none of the locals around; its first values are computed where they stand.

use std::rc::Rc;

use aura_syntax::Span;
use aura_syntax::tree::{self, Expr, ExprKind, Init, SlotList};

use super::body::Body;
use crate::object::{ObjectId, Slot, SlotId, SlotKind, SlotValue};
use crate::ty::TypeId;

impl Body<'_> {
    pub(super) fn object_literal(&mut self, list: &SlotList, span: Span) -> TypeId {
        let key: (_, Rc<str>) = (self.file, format!("object at {}", span.start).into());
        let object = match self.u.places.get(&key) {
            Some(object) => *object,
            None => {
                let object = self.u.add_object(crate::universe::UNNAMED);
                self.u.places.insert(key, object);
                object
            }
        };
        if self.u.object(object).origin.is_none() {
            self.make(object, list, span);
        }
        self.values(object, list);
        self.u.add_to_parents(object);
        self.calls.insert(crate::effects::Call::Make);
        let params = self.u.params(object).len();
        self.u.types.applied(object, &vec![TypeId::ANY; params])
    }

    fn make(&mut self, object: ObjectId, list: &SlotList, span: Span) {
        self.u.object_mut(object).origin = Some((self.file, span));
        self.u.files[self.file.0 as usize].objects.push(object);
        let text = self.text.clone();
        for slot in list.slots.iter().filter(|s| !s.is_argument) {
            let name = crate::load::name_of(&slot.name, &text, &mut self.u.names);
            let (kind, value) = match &slot.init {
                Init::None => (SlotKind::Data, SlotValue::Nothing),
                Init::Assignable(_) => (SlotKind::Data, SlotValue::Written),
                Init::Constant(_) => (SlotKind::Constant, SlotValue::Written),
                Init::Method(_) => (SlotKind::Method, SlotValue::Code),
            };
            let slot =
                Slot { name, kind, is_parent: slot.is_parent, file: Some(self.file), tree: Some(Rc::new(slot.clone())), value };
            self.u.object_mut(object).slots.push(slot);
        }
        self.u.add_child_later(object);
    }

    /// The first values, looked at here because they see the locals.
    fn values(&mut self, object: ObjectId, list: &SlotList) {
        let slots = list.slots.iter().filter(|s| !s.is_argument);
        for (index, slot) in slots.enumerate() {
            if let Init::Constant(e) | Init::Assignable(e) = &slot.init {
                self.value(SlotId { object, index: index as u32 }, slot, e);
            }
        }
    }

    fn value(&mut self, id: SlotId, slot: &tree::Slot, e: &Expr) {
        let wanted = crate::signature::declared(self.u, id);
        let type_ = self.expr(e, wanted);
        if let Some(wanted) = wanted
            && !self.fits(type_, wanted)
        {
            self.bad_initial(slot, e.span, type_, wanted);
        }
        let held = self.finish(type_);
        // `self` here is the object around, which its slots do not know.
        let held = if self.u.types.inside(held).has_self { self.holder_type } else { held };
        if self.u.held.insert(id, held) != Some(held) && matches!(e.kind, ExprKind::Send(_) | ExprKind::Object(_)) {
            self.u.forget_object(id.object);
        }
    }
}
