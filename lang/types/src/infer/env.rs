//! What is known of locals, and of tested slots, at one point of the code.
//!
//! What must stay true: joining two points knows of each local what either could have left in it.

use smallvec::SmallVec;

use crate::names::Name;
use crate::ty::{TypeId, Types};

/// A local at one point.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Held {
    pub(super) type_: TypeId,
    /// It may not have been assigned to yet.
    pub(super) maybe_unset: bool,
    /// Its type was written: a union of what it may be is as good as written.
    pub(super) is_written: bool,
}

/// One point of the code.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Env {
    pub(super) locals: SmallVec<[Held; 8]>,
    /// Slots of self about which a test has told more.
    pub(super) slots: SmallVec<[(Name, TypeId); 2]>,
    /// Nothing comes here.
    pub(super) is_dead: bool,
}

impl Env {
    /// What is known where two ways meet.
    pub(super) fn join(&mut self, other: &Env, types: &mut Types) {
        if other.is_dead {
            return;
        }
        if self.is_dead {
            let count = self.locals.len();
            self.clone_from(other);
            self.locals.truncate(count);
            return;
        }
        for (mine, theirs) in self.locals.iter_mut().zip(&other.locals) {
            mine.type_ = match mine.is_written {
                true => types.hard(&[mine.type_, theirs.type_]),
                false => types.soft(mine.type_, theirs.type_),
            };
            mine.maybe_unset |= theirs.maybe_unset;
        }
        self.slots.retain_mut(|slot| match other.slots.iter().find(|s| s.0 == slot.0) {
            Some(theirs) => {
                slot.1 = types.soft(slot.1, theirs.1);
                true
            }
            None => false,
        });
    }
}
