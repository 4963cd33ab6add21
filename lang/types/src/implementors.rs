//! Every slot of a name, anywhere.
//!
//! It is wanted at each letter that somebody types, and a letter changes few objects: so it is kept, and only objects that were touched are looked at
//! again. What must stay true: the slots of a name are in the order of their objects, then in their own.

use crate::names::Name;
use crate::object::{Object, ObjectId, SlotId};

/// See the module's comment.
#[derive(Default, Clone)]
pub(crate) struct Implementors {
    /// The slots of each name, by the names' numbers.
    slots: Vec<Vec<SlotId>>,
    /// What was entered of each object: the names of its slots, and which of its slots they are.
    entered: Vec<Vec<(Name, u32)>>,
}

impl Implementors {
    /// Whether an object has the slots that were entered.
    pub(crate) fn know(&self, id: ObjectId, object: &Object) -> bool {
        let entered = self.entered.get(id.0 as usize).map_or(&[][..], Vec::as_slice);
        entered.iter().copied().eq(named(object))
    }

    /// Enters the slots of an object in the place of those that were entered before.
    pub(crate) fn enter(&mut self, id: ObjectId, object: &Object) {
        let number = id.0 as usize;
        if self.entered.len() <= number {
            self.entered.resize_with(number + 1, Vec::new);
        }
        let after = named(object).collect();
        for (name, _) in std::mem::replace(&mut self.entered[number], after) {
            let all = &mut self.slots[name.number()];
            let begin = all.partition_point(|slot| slot.object < id);
            all.drain(begin..begin + all[begin..].partition_point(|slot| slot.object == id));
        }
        for (name, index) in &self.entered[number] {
            if self.slots.len() <= name.number() {
                self.slots.resize_with(name.number() + 1, Vec::new);
            }
            let (all, slot) = (&mut self.slots[name.number()], SlotId { object: id, index: *index });
            all.insert(all.partition_point(|other| *other < slot), slot);
        }
    }

    /// The slots of a name, in the order of their objects.
    pub(crate) fn named(&self, name: Name) -> &[SlotId] {
        self.slots.get(name.number()).map_or(&[], Vec::as_slice)
    }

    /// The slots of each name.
    pub(crate) fn by_name(&self) -> impl Iterator<Item = &[SlotId]> {
        self.slots.iter().map(Vec::as_slice)
    }
}

/// The slots of an object with their names. Types that are written out look like objects, but nobody is one.
fn named(object: &Object) -> impl Iterator<Item = (Name, u32)> {
    let all = object.slots.iter().enumerate().filter(|(_, slot)| !slot.is_hidden && !slot.is_requirement());
    all.map(|(index, slot)| (slot.name, index as u32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::Names;
    use crate::object::{Slot, SlotKind, SlotValue};

    /// An object with data slots of these names.
    fn object(names: &mut Names, slots: &[&str]) -> Object {
        let slots = slots.iter().map(|name| Slot::new(names.of(name), SlotKind::Data, SlotValue::Nothing)).collect();
        Object { slots, ..Object::default() }
    }

    /// Everything that is entered, as numbers of objects and slots by name.
    fn drawn(all: &Implementors) -> String {
        let name = |slots: &[SlotId], number: usize| {
            let slots: Vec<String> = slots.iter().map(|s| format!("{}.{}", s.object.0, s.index)).collect();
            format!("{number}: {}", slots.join(" "))
        };
        all.by_name().enumerate().map(|(number, slots)| name(slots, number)).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn an_object_that_changes_is_entered_as_if_it_had_always_been_so() {
        let mut names = Names::default();
        let versions: [&[&str]; 5] = [&["a", "b", "a"], &["b"], &["a"], &["c", "a"], &["a", "b", "a"]];
        let others = [object(&mut names, &["a", "b"]), object(&mut names, &["c", "a"])];
        let mut edited = Implementors::default();
        others.iter().zip([0, 2]).for_each(|(other, id)| edited.enter(ObjectId(id), other));
        for version in versions {
            let middle = object(&mut names, version);
            assert!(!edited.know(ObjectId(1), &middle));
            edited.enter(ObjectId(1), &middle);
            assert!(edited.know(ObjectId(1), &middle));
            let mut afresh = Implementors::default();
            let all = [&others[0], &middle, &others[1]];
            all.iter().zip(0..).for_each(|(object, id)| afresh.enter(ObjectId(id), object));
            assert_eq!(drawn(&edited), drawn(&afresh));
        }
    }
}
