//! Finding slots: an object's own, else its parents', depth first, as the machine does.
//!
//! What must stay true: what is found does not depend on the order of questions; a parent about which nothing is known makes
//! every miss an open one, so that nothing is reported that might be understood.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use crate::find::{Find, Found, both, either};
use crate::infer::{self, Unit};
use crate::names::Name;
use crate::object::{FileId, ObjectId, Slot, SlotId, SlotKind, SlotValue};
use crate::ty::subst::Vars;
use crate::ty::{Type, TypeId, VarId};
use crate::universe::Universe;

/// An object's parents.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Parents {
    /// For each parent slot what it may hold.
    pub(crate) slots: SmallVec<[SmallVec<[Parent; 1]>; 2]>,
    /// A parent is not known.
    pub(crate) is_open: bool,
}

impl Parents {
    /// Nothing is known of them.
    pub(crate) fn unknown() -> Self {
        Self { is_open: true, ..Self::default() }
    }
}

/// A parent, and what its parameters are here.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parent {
    pub(crate) object: ObjectId,
    pub(crate) bindings: SmallVec<[(VarId, TypeId); 1]>,
}

/// What is known of everything above an object.
#[derive(Debug, Default)]
pub(crate) struct Above {
    /// Itself, then its parents, theirs, and so on.
    pub(crate) ancestors: Vec<ObjectId>,
    /// Those of them that no assignment takes away, if these are not all.
    sure: Option<Vec<ObjectId>>,
    /// Its parameters: its own, then those of its parents that nothing was put for.
    pub(crate) params: SmallVec<[VarId; 2]>,
    /// What the other variables above are here.
    pub(crate) bindings: SmallVec<[(VarId, TypeId); 2]>,
}

/// The objects that a message has been looked for in, or above, and what was found; those on the way count as if they had nothing.
type Seen = SmallVec<[(ObjectId, Find); 12]>;

impl Above {
    /// Whether an object is above, whatever assignable parents hold.
    pub(crate) fn has_surely(&self, object: ObjectId) -> bool {
        self.sure.as_ref().unwrap_or(&self.ancestors).contains(&object)
    }

    /// Whether all that is above is there whatever assignable parents hold.
    pub(crate) fn is_sure(&self) -> bool {
        self.sure.is_none()
    }

    /// Adds what is above a parent, before [`Universe::add_above`] does so.
    fn add_sure(&mut self, theirs: &Above, is_kept: bool) {
        if is_kept && self.is_sure() && theirs.is_sure() {
            return;
        }
        let mine = self.sure.get_or_insert_with(|| self.ancestors.clone());
        if is_kept {
            mine.extend(theirs.sure.as_ref().unwrap_or(&theirs.ancestors));
        }
    }

    /// Whether an object is above, or may be.
    fn has(&self, object: ObjectId) -> bool {
        self.ancestors.contains(&object)
    }
}

/// What was gone through to find out what is above one object.
#[derive(Default)]
struct Within {
    /// The objects on the way.
    path: SmallVec<[ObjectId; 8]>,
    /// What was found above those that were left again, and whether that is all.
    known: FxHashMap<ObjectId, (Rc<Above>, bool)>,
}

impl Universe {
    /// What the object answers a message with.
    pub(crate) fn find(&mut self, object: ObjectId, name: Name) -> Find {
        self.ask_file(self.file_of_object(object));
        self.ask_up(object, name);
        if let Some(find) = self.finds.get(&(object, name)) {
            return find.clone();
        }
        let told = self.recursion.told;
        let find = match self.search(object, name, &mut Seen::new()) {
            Find::Missing if self.may_be_added(object, name) => Find::Open,
            find => find,
        };
        if self.recursion.told == told {
            self.finds.insert((object, name), find.clone());
        }
        find
    }

    /// What a resend from this object's method finds: above it.
    pub(crate) fn find_above(&mut self, object: ObjectId, name: Name, through: Option<Name>) -> Find {
        self.ask_up(object, name);
        let parents = self.parents_of(object);
        let wanted = through.map(|n| self.object(object).slots.iter().filter(|s| s.is_parent).position(|s| s.name == n));
        let mut seen = Seen::from_iter([(object, Find::Missing)]);
        match wanted {
            None => self.search_parents(&parents, name, &mut seen),
            Some(None) => Find::Missing,
            Some(Some(at)) => {
                let Some(group) = parents.slots.get(at) else { return Find::Open };
                let one = Parents { slots: SmallVec::from_iter([group.clone()]), is_open: parents.is_open };
                self.search_parents(&one, name, &mut seen)
            }
        }
    }

    /// The object's own slot for a message.
    pub(crate) fn own(&self, object: ObjectId, name: Name) -> Option<Found> {
        let here = self.object(object);
        if let Some((index, _)) = here.slot(name) {
            return Some(Found { slot: SlotId { object, index }, is_write: false });
        }
        let (index, slot) = here.slot(self.names.assigned(name)?)?;
        (slot.kind == SlotKind::Data).then_some(Found { slot: SlotId { object, index }, is_write: true })
    }

    /// Each object is gone through once, by however many ways it is reached.
    fn search(&mut self, object: ObjectId, name: Name, seen: &mut Seen) -> Find {
        if let Some((_, find)) = seen.iter().find(|s| s.0 == object) {
            return find.clone();
        }
        if let Some(found) = self.own(object, name) {
            return Find::One(found);
        }
        let at = seen.len();
        seen.push((object, Find::Missing));
        let parents = self.parents_of(object);
        let find = self.search_parents(&parents, name, seen);
        seen[at].1 = find.clone();
        find
    }

    fn search_parents(&mut self, parents: &Parents, name: Name, seen: &mut Seen) -> Find {
        let mut result = Find::Missing;
        for group in &parents.slots {
            let alternatives = group.iter().map(|parent| (parent.object, self.search(parent.object, name, seen))).collect();
            result = both(result, either(alternatives, parents.is_open && group.len() > 1), parents.is_open);
        }
        match result {
            Find::Missing if parents.is_open => Find::Open,
            result => result,
        }
    }

    /// The objects that a message may find slots in, after an object's own. What a parent slot holds may be found out by messages that
    /// are looked up through it, so this is a question like those for what code answers.
    pub(crate) fn parents_of(&mut self, object: ObjectId) -> Rc<Parents> {
        if let Some(parents) = self.parentage.of(object) {
            return parents.clone();
        }
        let told = self.recursion.told;
        let parents = match self.plain_parents(object) {
            Some(parents) => Rc::new(parents),
            None => match infer::known(self, Unit::Parents(object)) {
                Some(outcome) => outcome.parents.clone().unwrap_or_default(),
                None => Rc::new(Parents::unknown()),
            },
        };
        parents.slots.iter().flatten().for_each(|parent| self.ask_above(object, parent.object));
        if self.recursion.told == told {
            self.parentage.learn(object, parents.clone());
        }
        parents
    }

    /// The parents of an object whose parent slots hold what is written out there.
    fn plain_parents(&self, object: ObjectId) -> Option<Parents> {
        let mut parents = Parents::default();
        for slot in self.object(object).slots.iter().filter(|s| s.is_parent) {
            parents.slots.push(SmallVec::from_iter([plain_parent(slot)?]));
        }
        Some(parents)
    }

    /// Finds out the parents of an object.
    pub(crate) fn look_for_parents(&mut self, object: ObjectId) -> Parents {
        let mut parents = Parents::default();
        for index in 0..self.object(object).slots.len() as u32 {
            if self.object(object).slots[index as usize].is_parent {
                let group = self.parents_in(SlotId { object, index }, &mut parents.is_open);
                parents.slots.push(group);
            }
        }
        parents
    }

    fn parents_in(&mut self, slot: SlotId, is_open: &mut bool) -> SmallVec<[Parent; 1]> {
        if let Some(plain) = plain_parent(self.slot(slot)) {
            return SmallVec::from_iter([plain]);
        }
        let written = crate::signature::declared(self, slot);
        let held = match self.slot(slot).kind {
            // Whoever assigns to it may not be seen.
            SlotKind::Data if written.is_none() => {
                *is_open |= !self.options.strict;
                self.signature_of(slot, false).result
            }
            SlotKind::Data => written.unwrap_or(TypeId::ANY),
            _ => crate::signature::held(self, slot),
        };
        let declared = written.unwrap_or(held);
        let mut group = SmallVec::new();
        for member in self.types.members(held) {
            match self.types.get(member).clone() {
                // Something will be put there before it matters, by somebody who may not be seen.
                Type::Object(o, _) if o == self.builtin.nil && *is_open => {}
                Type::Object(object, args) => {
                    let bindings = self.bind(object, &args, declared);
                    group.push(Parent { object, bindings });
                }
                _ => *is_open = true,
            }
        }
        group
    }

    /// What the parameters of a parent are: from the slot's written type, else from the type of what it holds.
    fn bind(&mut self, object: ObjectId, args: &[TypeId], declared: TypeId) -> SmallVec<[(VarId, TypeId); 1]> {
        let params = self.params(object);
        let written: Vec<(Rc<str>, TypeId)> = match self.types.get(declared).clone() {
            Type::Object(other, given) => {
                let theirs = self.params(other);
                theirs.iter().zip(given.iter()).map(|(v, t)| (self.var(*v).keyword.clone(), *t)).collect()
            }
            _ => Vec::new(),
        };
        let held = |i: usize| args.get(i).copied().filter(|t| *t != TypeId::ANY && !self.types.inside(*t).has_meta);
        let mut bindings = SmallVec::new();
        for (i, var) in params.iter().enumerate() {
            let keyword = &self.var(*var).keyword;
            let of_written = written.iter().find(|w| w.0 == *keyword).map(|w| w.1).filter(|t| *t != TypeId::ANY);
            if let Some(type_) = of_written.or_else(|| held(i)) {
                bindings.push((*var, type_));
            }
        }
        bindings
    }

    /// An object's parameters: its own, then those of its parents that nothing was put for.
    pub(crate) fn params(&mut self, object: ObjectId) -> SmallVec<[VarId; 2]> {
        self.above(object).params.clone()
    }

    /// What is known of everything above an object.
    pub(crate) fn above(&mut self, object: ObjectId) -> Rc<Above> {
        self.above_within(object, &mut Within::default()).0
    }

    /// What is known of everything above an object, and whether that is all: what the path came from adds itself. Each object is gone
    /// through once, by however many ways it is reached: assignable parents may lead back to one another in very many.
    fn above_within(&mut self, object: ObjectId, within: &mut Within) -> (Rc<Above>, bool) {
        if let Some(above) = self.above.get(&object) {
            return (above.clone(), true);
        }
        if let Some(known) = within.known.get(&object) {
            return known.clone();
        }
        let told = self.recursion.told;
        let (mut above, mut is_all) = (Above { ancestors: vec![object], ..Above::default() }, !within.path.contains(&object));
        above.params.extend(self.object(object).params.iter().copied());
        let is_way_back = !is_all;
        // The lobby's parents are everybody's, and nobody's parameters come from there.
        if object != self.builtin.lobby && is_all {
            let parents = self.parents_of(object);
            within.path.push(object);
            let slots = self.object(object).slots.iter().filter(|s| s.is_parent);
            let kept: SmallVec<[bool; 2]> = slots.map(|s| s.kind != SlotKind::Data).collect();
            for (at, group) in parents.slots.iter().enumerate() {
                let is_kept = group.len() == 1 && kept.get(at).copied().unwrap_or(false);
                for parent in group {
                    let (theirs, is_theirs) = self.above_within(parent.object, within);
                    is_all &= is_theirs;
                    above.add_sure(&theirs, is_kept);
                    self.add_above(&mut above, &theirs, parent);
                }
            }
            within.path.pop();
        }
        let above = Rc::new(above);
        if is_all || within.path.is_empty() {
            self.objects[object.0 as usize].all_params.clone_from(&above.params);
            if self.recursion.told == told {
                self.above.insert(object, above.clone());
            }
        }
        if !is_way_back {
            within.known.insert(object, (above.clone(), is_all));
        }
        (above, is_all)
    }

    fn add_above(&mut self, above: &mut Above, theirs: &Above, parent: &Parent) {
        for var in &theirs.params {
            if !parent.bindings.iter().any(|b| b.0 == *var) && !above.params.contains(var) {
                above.params.push(*var);
            }
        }
        for (var, type_) in &theirs.bindings {
            let type_ = self.types.replace(*type_, &mut Vars(&parent.bindings));
            above.bindings.push((*var, type_));
        }
        above.bindings.extend(parent.bindings.iter().copied());
        let is_new = |known: &mut FxHashSet<ObjectId>, object: &ObjectId| known.insert(*object);
        let mut known: FxHashSet<ObjectId> = above.ancestors.iter().copied().collect();
        above.ancestors.extend(theirs.ancestors.iter().copied().filter(|object| is_new(&mut known, object)));
    }

    /// Finds out which objects are a parent of another one, to be asked before anything else is: inside another question this would be
    /// answered with what is known so far.
    pub(crate) fn prepare(&mut self) {
        if self.parentage.is_complete() {
            return;
        }
        let mut unsure = Vec::new();
        for object in self.parentage.unknown() {
            let parents = self.parents_of(object);
            if self.parentage.of(object).is_none() {
                unsure.push((object, parents));
            }
        }
        self.parentage.complete(unsure);
    }

    /// The slots for a message in objects that inherit from this one. An object's own slot that another such object inherits
    /// from counts once. Code of the library sees those of the library.
    pub(crate) fn below(&mut self, object: ObjectId, name: Name, from: FileId) -> SmallVec<[Found; 2]> {
        self.ask_down(object, name);
        if self.parentage.is_complete() && !self.parentage.is_parent(object) {
            return SmallVec::new();
        }
        let all = self.implementors();
        let mut found = SmallVec::new();
        for slot in all.named(name) {
            if slot.object != object && self.sees(from, *slot) && self.inherits(slot.object, object) {
                found.push(Found { slot: *slot, is_write: false });
            }
        }
        let stores = self.names.assigned(name).map_or(&[][..], |n| all.named(n));
        for slot in stores {
            let is_other = self.slot(*slot).kind == SlotKind::Data && slot.object != object;
            if is_other && self.sees(from, *slot) && self.inherits(slot.object, object) {
                found.push(Found { slot: *slot, is_write: true });
            }
        }
        found
    }

    /// Whether code of a file takes objects below its own into account that have this slot: the library is looked at as it is by itself.
    pub(crate) fn sees(&self, from: FileId, slot: SlotId) -> bool {
        !self.file(from).is_library || self.slot(slot).file.is_none_or(|f| self.file(f).is_library)
    }

    /// Whether one object is another, or has it above it, or may have.
    pub(crate) fn inherits(&mut self, object: ObjectId, from: ObjectId) -> bool {
        object == from || self.above(object).has(from)
    }

    /// Whether one object is another, or has it above it whatever is assigned to parents.
    pub(crate) fn surely_inherits(&mut self, object: ObjectId, from: ObjectId) -> bool {
        object == from || self.above(object).has_surely(from)
    }
}

/// The parent that is written out in a slot.
fn plain_parent(slot: &Slot) -> Option<Parent> {
    let is_plain = slot.kind == SlotKind::Constant && slot.tree.as_ref().is_none_or(|t| t.type_.is_none());
    match slot.value {
        SlotValue::Object(object) if is_plain => Some(Parent { object, bindings: SmallVec::new() }),
        _ => None,
    }
}
