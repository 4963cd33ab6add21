//! Every slot of a name, anywhere.
//!
//! It is made anew after each change of any file, and wanted at each letter that somebody types: so it is one list of slots in the order of their
//! names, and where each name's begin, which costs two walks through the objects and no more than two allocations.

use crate::names::Name;
use crate::object::{Object, ObjectId, SlotId};

/// See the module's comment.
#[derive(Default)]
pub(crate) struct Implementors {
    slots: Vec<SlotId>,
    /// Where the slots of each name begin, by the names' numbers; behind the last: their end.
    starts: Vec<u32>,
}

impl Implementors {
    /// The slots of these objects; there are so many names.
    pub(crate) fn of(objects: &[Object], names: usize) -> Self {
        let mut starts = vec![0; names + 1];
        each(objects, |_, name| starts[name.number() + 1] += 1);
        for name in 0..names {
            starts[name + 1] += starts[name];
        }
        let mut next = starts.clone();
        let nobody = SlotId { object: ObjectId(0), index: 0 };
        let mut all = vec![nobody; starts[names] as usize];
        each(objects, |slot, name| {
            let place = &mut next[name.number()];
            all[*place as usize] = slot;
            *place += 1;
        });
        Self { slots: all, starts }
    }

    /// The slots of a name, in the order of their objects.
    pub(crate) fn named(&self, name: Name) -> &[SlotId] {
        let number = name.number();
        // A name that has come since has no slots yet.
        let ends = self.starts.get(number).zip(self.starts.get(number + 1));
        ends.map_or(&[], |(start, end)| &self.slots[*start as usize..*end as usize])
    }

    /// The slots of each name.
    pub(crate) fn by_name(&self) -> impl Iterator<Item = &[SlotId]> {
        self.starts.windows(2).map(|ends| &self.slots[ends[0] as usize..ends[1] as usize])
    }
}

/// Goes through the slots of objects with their names. Types that are written out look like objects, but nobody is one.
fn each(objects: &[Object], mut act: impl FnMut(SlotId, Name)) {
    for (number, object) in objects.iter().enumerate() {
        for (index, slot) in object.slots.iter().enumerate() {
            if !slot.is_hidden && !slot.is_requirement() {
                act(SlotId { object: ObjectId(number as u32), index: index as u32 }, slot.name);
            }
        }
    }
}
