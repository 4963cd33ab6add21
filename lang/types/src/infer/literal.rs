//! Object literals inside code: a fresh object each time for the program, one kind of object for the checker.
//!
//! Its methods are units of their own, which see none of the locals around; its first values are computed where they stand.

use aura_syntax::tree::{self, Expr, Init, SlotList};

use super::body::Body;
use crate::object::{ObjectId, SlotId};
use crate::ty::TypeId;

impl Body<'_> {
    pub(super) fn object_literal(&mut self, list: &SlotList) -> TypeId {
        // Code that is not part of a file, such as what stands in a type, makes nothing.
        let Some(object) = self.u.file(self.file).literals.get(&list.span.start).copied() else { return TypeId::ANY };
        self.values(object, list);
        self.calls.insert(crate::effects::Call::Make);
        let params = self.u.params(object).len();
        self.u.types.applied(object, &vec![TypeId::ANY; params])
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
        self.u.recursion.hold(id, held);
    }
}
