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
use crate::names::Name;
use crate::object::{FileId, ObjectId, SlotId, SlotKind};
use crate::ty::TypeId;
use crate::universe::Universe;

/// What a slot promises: compared before and after an edit.
#[derive(PartialEq, Clone, Debug)]
struct Promise {
    kind: SlotKind,
    is_parent: bool,
    params: Vec<TypeId>,
    result: TypeId,
    /// Its header as written: the names of arguments, the bounds of variables.
    header: u64,
    /// What a method `isSomething` says.
    says: Option<bool>,
    deeds: Option<Deeds>,
}

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
    objects: FxHashSet<ObjectId>,
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
        let (additions, objects) = (file.additions.clone(), file.objects.iter().copied().collect());
        let mut all = Self { adds, additions, objects, slots: FxHashMap::default() };
        let own = file.objects.iter().flat_map(|o| {
            let count = u.object(*o).slots.len() as u32;
            (0..count).map(|index| SlotId { object: *o, index })
        });
        let slots: Vec<SlotId> = own.chain(file.added.iter().copied()).collect();
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
        let here = u.slot(slot);
        let (kind, is_parent) = (here.kind, here.is_parent);
        let (params, result) = (signature.params.to_vec(), signature.result);
        Self { kind, is_parent, params, result, header: header(u, slot), says: u.says(slot), deeds }
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
    /// Slots that came or went or do something else, and what is read off methods of a name wherever they are (`isSomething`).
    pub(crate) for_everyone: FxHashSet<Name>,
    /// Slots that promise something else.
    pub(crate) for_related: FxHashSet<Name>,
    /// All of these.
    pub(crate) names: FxHashSet<Name>,
    /// The objects whose slots they are.
    pub(crate) objects: FxHashSet<ObjectId>,
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
    pub(crate) fn between(before: &Interface, after: &Interface, u: &Universe) -> Self {
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
            for_related: FxHashSet::default(),
            names: FxHashSet::default(),
            objects: FxHashSet::default(),
            has_other_names: !come_or_gone.is_empty(),
            has_other_parents: false,
            opens: !before.additions.opens_as(&after.additions),
            adds: before.adds || after.adds,
        };
        for key in come_or_gone.iter().chain(&changed) {
            let (was, is) = (before.slots.get(key), after.slots.get(key));
            all.objects.insert(key.0);
            all.names.insert(key.1);
            // All slots of a name are gone through to find what may be below `self`, also those of objects that are written in code.
            let is_open = match (was, is) {
                (Some(was), Some(is)) => was.deeds != is.deeds || u.names.text(key.1).starts_with("is"),
                _ => true,
            };
            match is_open || all.adds {
                true => all.for_everyone.insert(key.1),
                false => all.for_related.insert(key.1),
            };
            let is_parent = was.is_some_and(|p| p.is_parent) || is.is_some_and(|p| p.is_parent);
            if is_parent && before.objects.contains(&key.0) && after.objects.contains(&key.0) || is_parent && all.adds {
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
}
