//! What the slots of a file promise to others, and what is no longer so after an edit.
//!
//! What must stay true: whatever code of another file can see of a slot is part of its promise.

use std::hash::{Hash, Hasher};
use std::rc::Rc;

use aura_syntax::tree::Init;
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use crate::additions::Additions;
use crate::effects::Doing;
use crate::infer::{self, Unit};
use crate::lookup::Above;
use crate::names::Name;
use crate::object::{FileId, ObjectId, SlotId, SlotKind};
use crate::ty::TypeId;
use crate::universe::Universe;

/// What a slot promises: compared before and after an edit.
#[derive(PartialEq, Clone, Debug)]
struct Promise {
    /// Its place among the slots of its object: code that was looked at knows it by that.
    index: u32,
    kind: SlotKind,
    is_parent: bool,
    params: Vec<TypeId>,
    result: TypeId,
    /// Its header as written: the names of arguments, the bounds of variables.
    header: u64,
    /// What a method `isSomething` says.
    says: Option<bool>,
    deeds: Option<Deeds>,
    needs: Option<Needs>,
}

/// What a method needs of who inherits it, in strict checking: messages that it sends to itself, and slots that it resends to.
type Needs = (Vec<Name>, Vec<SlotId>);

/// What a slot does, if somebody's declaration depends on such things.
#[derive(PartialEq, Clone, Debug)]
struct Deeds {
    doing: Doing,
    /// Slots of new objects to which it gives new contents.
    renewed: FxHashSet<Name>,
}

/// A slot: its object, its name, and how many of that name the object has from the same file before it (a parent and a method may be called
/// the same).
type Key = (ObjectId, Name, u32);

/// What the slots of a file promise to others.
#[derive(Default)]
pub(crate) struct Interface {
    slots: FxHashMap<Key, Promise>,
    /// Its objects, with what is above them.
    objects: FxHashMap<ObjectId, Rc<Above>>,
    /// Those of them that are a parent of another one.
    parented: FxHashSet<ObjectId>,
    /// Some are slots of objects that are not its own, so anybody may be concerned.
    adds: bool,
    /// Slots that its code adds to objects when it runs.
    additions: Additions,
}

impl Interface {
    /// What a file promises now.
    pub(crate) fn of(u: &mut Universe, id: FileId, watches_effects: bool) -> Self {
        u.prepare();
        u.checked = Some(id);
        let file = u.file(id);
        let adds = !(file.added.is_empty() && file.additions.is_empty());
        let (additions, own) = (file.additions.clone(), file.objects.clone());
        let mut all = Self { adds, additions, ..Self::default() };
        let slots_of = |object: &ObjectId| {
            let (object, count) = (*object, u.object(*object).slots.len() as u32);
            (0..count).map(move |index| SlotId { object, index })
        };
        let slots: Vec<SlotId> = own.iter().flat_map(slots_of).chain(file.added.iter().copied()).collect();
        all.parented = own.iter().copied().filter(|object| u.parentage.is_parent(*object)).collect();
        all.objects = own.into_iter().map(|object| (object, u.above(object))).collect();
        for slot in slots {
            let here = u.slot(slot);
            if here.file == Some(id) && !here.is_requirement() && !here.is_hidden {
                let name = here.name;
                let promise = Promise::of(u, slot, watches_effects);
                let mut key = (slot.object, name, 0);
                while all.slots.contains_key(&key) {
                    key.2 += 1;
                }
                all.slots.insert(key, promise);
            }
        }
        u.checked = None;
        all
    }
}

impl Promise {
    fn of(u: &mut Universe, slot: SlotId, watches_effects: bool) -> Self {
        let signature = u.signature_of(slot, false);
        let deeds = watches_effects.then(|| {
            let method = (u.slot(slot).kind == SlotKind::Method).then(|| infer::outcome(u, Unit::Method(slot))).flatten();
            Deeds { doing: u.effects(slot), renewed: method.map(|m| m.renewed.clone()).unwrap_or_default() }
        });
        let needs = (u.options.strict && u.is_method(slot)).then(|| infer::outcome(u, Unit::Method(slot))).flatten();
        let needs = needs.map(|method| (method.awaited.clone(), method.resent.clone()));
        let here = u.slot(slot);
        let (kind, is_parent) = (here.kind, here.is_parent);
        let (params, result) = (signature.params.to_vec(), signature.result);
        Self { index: slot.index, kind, is_parent, params, result, header: header(u, slot), says: u.says(slot), deeds, needs }
    }
}

fn header(u: &Universe, slot: SlotId) -> u64 {
    let slot = u.slot(slot);
    let (Some(tree), Some(file)) = (&slot.tree, slot.file) else { return 0 };
    let end = match &tree.init {
        Init::None => tree.span.end,
        Init::Constant(e) | Init::Assignable(e) => e.span.start,
        Init::Method(body) => body.span.start,
    };
    let text: Rc<str> = u.text(file);
    let mut hasher = FxHasher::default();
    text.get(tree.span.start as usize..end as usize).unwrap_or_default().hash(&mut hasher);
    hasher.finish()
}

/// What is not what it was in a file.
pub(crate) struct Changes {
    /// What is of interest wherever the name is mentioned: what slots do, what is read off methods of a name in any object (`isSomething`), slots
    /// of objects that are not its own, and those that come or go together with what inherits them.
    pub(crate) for_everyone: FxHashSet<Name>,
    /// Slots that came or went or promise something else, by their names: the objects that they are in.
    pub(crate) slots: FxHashMap<Name, Vec<ObjectId>>,
    /// The names of all of these.
    pub(crate) names: FxHashSet<Name>,
    /// The objects whose slots they are.
    pub(crate) objects: FxHashSet<ObjectId>,
    /// What was above those that are gone.
    gone: FxHashMap<ObjectId, Rc<Above>>,
    /// Slots came or went.
    pub(crate) has_other_names: bool,
    /// Objects that were there before inherit from others.
    pub(crate) has_other_parents: bool,
    /// Which objects may get slots of any name.
    pub(crate) opens: bool,
    /// Objects of other files have, or had, slots of this one.
    pub(crate) adds: bool,
}

impl Changes {
    pub(crate) fn between(before: &Interface, after: &Interface, u: &Universe, watches_effects: bool) -> Self {
        let come = after.slots.keys().filter(|key| !before.slots.contains_key(key));
        let gone = before.slots.keys().filter(|key| !after.slots.contains_key(key));
        let come_or_gone: Vec<Key> = come.chain(gone).copied().collect();
        let changed: Vec<Key> = before
            .slots
            .iter()
            .filter(|(key, promise)| after.slots.get(key).is_some_and(|p| p != *promise))
            .map(|c| *c.0)
            .collect();
        let added = before.additions.names.symmetric_difference(&after.additions.names).copied();
        let mut all = Self {
            for_everyone: added.collect(),
            slots: FxHashMap::default(),
            names: FxHashSet::default(),
            objects: FxHashSet::default(),
            gone: before.objects.iter().filter(|o| !after.objects.contains_key(o.0)).map(|o| (*o.0, o.1.clone())).collect(),
            has_other_names: !come_or_gone.is_empty(),
            has_other_parents: false,
            opens: !before.additions.opens_as(&after.additions),
            adds: before.adds || after.adds,
        };
        for key in come_or_gone.iter().chain(&changed) {
            let (was, is) = (before.slots.get(key), after.slots.get(key));
            all.objects.insert(key.0);
            all.names.insert(key.1);
            all.slots.entry(key.1).or_default().push(key.0);
            let is_parent = was.is_some_and(|p| p.is_parent) || is.is_some_and(|p| p.is_parent);
            let (was_there, is_there) = (before.objects.contains_key(&key.0), after.objects.contains_key(&key.0));
            let is_open = match (was, is) {
                (Some(was), Some(is)) => was.deeds != is.deeds,
                // What others inherited from an object that is gone, nobody can ask any more.
                _ => {
                    let is_inherited = before.parented.contains(&key.0) || after.parented.contains(&key.0);
                    watches_effects || if was_there && is_there { is_parent } else { is_inherited }
                }
            };
            if is_open || all.adds || u.names.text(key.1).starts_with("is") {
                all.for_everyone.insert(key.1);
            }
            if is_parent && was_there && is_there || is_parent && all.adds {
                all.has_other_parents = true;
                // Whoever asks for something that the object has may see who else is above it.
                let theirs = before.slots.keys().chain(after.slots.keys()).filter(|other| other.0 == key.0);
                all.for_everyone.extend(theirs.map(|other| other.1));
            }
        }
        all.opens |= all.has_other_parents && all.adds;
        all.names.extend(all.for_everyone.iter().copied());
        all
    }

    /// Whether an object that is gone inherited from another one.
    pub(crate) fn was_below(&self, object: ObjectId, other: ObjectId) -> bool {
        self.gone.get(&object).is_some_and(|above| above.ancestors.contains(&other))
    }
}
