//! The parents of objects, as far as they were found out, and which objects are somebody's parent.
//!
//! What must stay true: an object is somebody's parent as long as those whose parents are known have it among these, however often they were
//! forgotten and found out again: so a change costs what it touches, and not a walk through all objects.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::lookup::Parents;
use crate::object::ObjectId;

/// See the module's comment.
#[derive(Default)]
pub(crate) struct Parentage {
    known: FxHashMap<ObjectId, Rc<Parents>>,
    /// How often each object is a parent of those.
    children: FxHashMap<ObjectId, u32>,
    /// Objects whose parents are not known.
    unknown: Vec<ObjectId>,
    /// Parents of such whose parents were found out, but not for good.
    others: FxHashSet<ObjectId>,
    /// All were asked for since something was forgotten.
    is_complete: bool,
}

impl Parentage {
    /// There is one object more.
    pub(crate) fn add(&mut self, object: ObjectId) {
        self.unknown.push(object);
    }

    /// What is known of an object's parents.
    pub(crate) fn of(&self, object: ObjectId) -> Option<&Rc<Parents>> {
        self.known.get(&object)
    }

    /// The parents of an object were found out.
    pub(crate) fn learn(&mut self, object: ObjectId, parents: Rc<Parents>) {
        each(&parents, |parent| *self.children.entry(parent).or_default() += 1);
        if let Some(before) = self.known.insert(object, parents) {
            self.lose(&before);
        }
    }

    /// Forgets the parents of an object.
    pub(crate) fn forget(&mut self, object: ObjectId) {
        if let Some(before) = self.known.remove(&object) {
            self.lose(&before);
            self.unknown.push(object);
        }
    }

    fn lose(&mut self, parents: &Parents) {
        each(parents, |parent| {
            if let Some(count) = self.children.get_mut(&parent) {
                *count -= 1;
            }
        });
    }

    /// Forgets everybody's parents.
    pub(crate) fn forget_all(&mut self) {
        self.unknown.extend(self.known.drain().map(|known| known.0));
        self.children.clear();
        self.is_complete = false;
    }

    /// Something has changed, so that more may be forgotten.
    pub(crate) fn open(&mut self) {
        self.is_complete = false;
    }

    /// The objects whose parents are to be asked for until everybody's are known.
    pub(crate) fn unknown(&mut self) -> Vec<ObjectId> {
        if self.is_complete {
            return Vec::new();
        }
        let mut all = std::mem::take(&mut self.unknown);
        all.sort();
        all.dedup();
        all
    }

    /// All of them were asked for; these have such parents, and it is not known for good.
    pub(crate) fn complete(&mut self, unsure: Vec<(ObjectId, Rc<Parents>)>) {
        self.others.clear();
        for (object, parents) in unsure {
            self.others.extend(parents.slots.iter().flatten().map(|parent| parent.object));
            self.unknown.push(object);
        }
        self.is_complete = true;
    }

    /// Whether everybody's parents are known.
    pub(crate) fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Whether an object is a parent of another one.
    pub(crate) fn is_parent(&self, object: ObjectId) -> bool {
        self.children.get(&object).is_some_and(|count| *count > 0) || self.others.contains(&object)
    }
}

fn each(parents: &Parents, act: impl FnMut(ObjectId)) {
    parents.slots.iter().flatten().map(|parent| parent.object).for_each(act);
}
