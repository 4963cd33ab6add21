//! What an editor offers: all that a message to an object may find, and slots by the letters of their names.
//!
//! Inference does not look above the lobby for what objects inherit from one another (`lookup`): what is there is everybody's. Whoever writes
//! a message wants that, too. What must stay true: the nearest comes first.

use smallvec::SmallVec;

use crate::object::{ObjectId, SlotId, SlotKind};
use crate::ty::{Type, TypeId};
use crate::universe::Universe;

/// What the library says of slots that are nobody else's business.
const INTERNAL: &str = "\"Internal";

impl Universe {
    /// An object and everything above it: its parents, then theirs, at last what the lobby has for everybody.
    pub fn lineage_of(&mut self, object: ObjectId) -> Vec<ObjectId> {
        self.upwards(vec![object])
    }

    /// What `resend.message`, or `parent.message`, looks through from an object's method. Without such a parent that is nothing.
    pub fn lineage_above(&mut self, object: ObjectId, through: Option<&str>) -> Vec<ObjectId> {
        let parents = self.parents_of(object);
        let names = self.object(object).slots.iter().filter(|s| s.is_parent).map(|s| self.names.text(s.name));
        let groups = names.zip(&parents.slots).filter(|(name, _)| through.is_none_or(|wanted| wanted == *name));
        let first: Vec<ObjectId> = groups.flat_map(|(_, group)| group.iter().map(|parent| parent.object)).collect();
        self.upwards(first)
    }

    /// These objects, then the parents of all of them, and so on; each once.
    fn upwards(&mut self, mut all: Vec<ObjectId>) -> Vec<ObjectId> {
        let mut next = 0;
        while let Some(object) = all.get(next).copied() {
            next += 1;
            let parents = self.parents_of(object);
            let above: SmallVec<[ObjectId; 4]> = parents.slots.iter().flatten().map(|p| p.object).collect();
            for object in above {
                if !all.contains(&object) {
                    all.push(object);
                }
            }
        }
        all
    }

    /// Whether a slot is hardly ever meant from outside: a parent, or what the library calls internal.
    pub fn is_minor(&self, slot: SlotId) -> bool {
        let slot = self.slot(slot);
        let comment = || Some(slot.tree.as_ref()?.comment?.text(&self.file(slot.file?).text).starts_with(INTERNAL));
        slot.is_parent || comment().unwrap_or(false)
    }

    /// Whether a slot can be assigned to.
    pub fn is_assignable(&self, slot: SlotId) -> bool {
        self.slot(slot).kind == SlotKind::Data
    }

    /// The block among what something of this type may be.
    pub fn block_in(&self, type_: TypeId) -> Option<TypeId> {
        self.types.members(type_).into_iter().find(|member| matches!(self.types.get(*member), Type::Block(..)))
    }

    /// What a block takes, and what it answers.
    pub fn block_parts(&self, block: TypeId) -> Option<(Vec<TypeId>, TypeId)> {
        match self.types.get(block) {
            Type::Block(params, result) => Some((params.to_vec(), *result)),
            _ => None,
        }
    }

    /// The slots of all names that are wanted, one name after the other, those in users' files first. Each name is asked about once.
    pub fn slots_named(&mut self, wanted: impl Fn(&str) -> bool) -> Vec<SlotId> {
        let all = self.implementors();
        let is_wanted = |slots: &[SlotId]| slots.first().is_some_and(|first| wanted(self.slot_name(*first)));
        let is_library = |slot: &SlotId| self.slot(*slot).file.is_none_or(|f| self.file(f).is_library);
        let mut found = Vec::new();
        for slots in all.by_name().filter(|slots| is_wanted(slots)) {
            let begin = found.len();
            found.extend_from_slice(slots);
            found[begin..].sort_by_key(is_library);
        }
        found
    }

    /// A slot of each name that is wanted, one in users' files rather than one of the library; where it cannot be assigned to, one of the same
    /// name that can be is the next. There may be very many of one name: each name is asked about once, and nothing is put in order.
    pub fn slot_of_each(&mut self, wanted: impl Fn(&str) -> bool) -> Vec<SlotId> {
        let all = self.implementors();
        let is_wanted = |slots: &[SlotId]| slots.first().is_some_and(|first| wanted(self.slot_name(*first)));
        let is_users = |slot: &SlotId| self.slot(*slot).file.is_some_and(|f| !self.file(f).is_library);
        let mut found = Vec::new();
        for slots in all.by_name().filter(|slots| is_wanted(slots)) {
            let first = one_of(slots.iter().copied(), is_users);
            let is_other = first.is_some_and(|first| !self.is_assignable(first));
            found.extend(first);
            let assignable = || slots.iter().copied().filter(|slot| self.is_assignable(*slot));
            found.extend(is_other.then(|| one_of(assignable(), is_users)).flatten());
        }
        found
    }
}

/// One of these slots, rather one that is wanted.
fn one_of(mut slots: impl Iterator<Item = SlotId>, is_wanted: impl Fn(&SlotId) -> bool) -> Option<SlotId> {
    let first = slots.next()?;
    if is_wanted(&first) { Some(first) } else { slots.find(is_wanted).or(Some(first)) }
}
