//! Files that are checked together and change one at a time.
//!
//! An edit loads one file again and asks which slots now answer something else than before; only files that mention one of those
//! names and can see the file are looked at again. What must stay true: after any sequence of edits the findings are those of a
//! project that was loaded afresh.

use std::rc::Rc;

use aura_syntax::Diagnostic;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::additions::Additions;
use crate::effects::Doing;
use crate::load::Source;
use crate::names::Name;
use crate::object::{FileId, ObjectId, SlotId, SlotKind};
use crate::ty::TypeId;
use crate::universe::{Options, Universe};

/// What a slot promises: compared before and after an edit.
#[derive(PartialEq, Clone, Debug)]
struct Promise {
    kind: SlotKind,
    is_parent: bool,
    params: Vec<TypeId>,
    result: TypeId,
    /// What it does, if somebody's declaration depends on such things.
    doing: Doing,
}

/// A slot: its object's number and its name.
type Key = (u32, Name);

/// What the slots of a file promise to others.
#[derive(Default)]
struct Interface {
    slots: FxHashMap<Key, Promise>,
    /// Some are slots of objects that are not its own, so anybody may be concerned.
    adds: bool,
    /// Slots that its code adds to objects when it runs.
    additions: Additions,
}

/// Gives the file that an `import:` in a file means, by the file's name and the path as written: its name and text.
pub type Finder<'f> = dyn Fn(&str, &str) -> Option<(String, String)> + 'f;

/// A project.
pub struct Project {
    universe: Universe,
    files: FxHashMap<Rc<str>, FileId>,
    interfaces: FxHashMap<FileId, Interface>,
    /// A file was checked.
    was_asked: bool,
    /// Files in which something was found: what it says may suggest names that they do not mention.
    with_findings: FxHashSet<FileId>,
}

impl Project {
    /// A project over a library: its files in the order in which they are loaded, each with its name.
    pub fn new(options: Options, library: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut universe = Universe::bare(options);
        let mut files = FxHashMap::default();
        for (name, text) in library {
            let parse = aura_syntax::parse(&text);
            let id = universe.load(Source { name: name.clone(), text, parse, is_library: true });
            files.insert(name.as_str().into(), id);
        }
        Self { universe, files, interfaces: FxHashMap::default(), was_asked: false, with_findings: FxHashSet::default() }
    }

    /// What is known.
    pub fn universe(&mut self) -> &mut Universe {
        &mut self.universe
    }

    /// What is known, to look at.
    pub fn known(&self) -> &Universe {
        &self.universe
    }

    /// All files, the library's too, in the order in which they came.
    pub fn all_files(&self) -> Vec<FileId> {
        let mut all: Vec<FileId> = self.files.values().copied().collect();
        all.sort();
        all
    }

    /// The number of a file that was set.
    pub fn file(&self, name: &str) -> Option<FileId> {
        self.files.get(name).copied()
    }

    /// A file is there, or has changed. `find` gives the file that an `import:` in the file `from` means: its name and text. The
    /// answer tells which files may have other findings than before, this one first.
    pub fn set(&mut self, name: &str, text: String, find: &Finder<'_>) -> Vec<FileId> {
        let parse = aura_syntax::parse(&text);
        let source = Source { name: name.to_string(), text, parse, is_library: false };
        let id = match self.file(name) {
            Some(id) => {
                // What it promised is known only if somebody asked since the last edit.
                let before = self.interface(id);
                self.interfaces.insert(id, before);
                self.universe.reload(id, source);
                id
            }
            None => {
                let id = self.universe.load(source);
                self.files.insert(name.into(), id);
                // Until somebody has looked at a file, nobody can be surprised by a new one.
                if self.was_asked {
                    self.interfaces.insert(id, Interface::default());
                }
                id
            }
        };
        self.bring_imports(id, name, find);
        self.universe.reload_companion(id);
        self.affected(id)
    }

    /// A file goes with one that was set, and sees its module: what was learned for a script. It is told apart by its name, and
    /// another takes its place.
    pub fn accompany(&mut self, of: FileId, name: &str, text: String) -> FileId {
        let parse = aura_syntax::parse(&text);
        let id = self.universe.accompany(of, Source { name: name.to_string(), text, parse, is_library: false });
        self.files.insert(name.into(), id);
        id
    }

    /// A file is gone.
    pub fn remove(&mut self, name: &str) -> Vec<FileId> {
        let Some(id) = self.files.remove(name) else { return Vec::new() };
        let before = self.interface(id);
        self.interfaces.insert(id, before);
        let companion = self.universe.file(id).companion;
        companion.into_iter().for_each(|c| self.universe.unload(c));
        self.universe.unload(id);
        self.affected(id).into_iter().skip(1).collect()
    }

    fn bring_imports(&mut self, id: FileId, name: &str, find: &Finder<'_>) {
        for path in self.universe.file(id).mentioned.imports.clone() {
            let Some((target, text)) = find(name, &path) else { continue };
            let there = match self.file(&target) {
                Some(there) => there,
                None => self.set(&target, text, find)[0],
            };
            self.universe.files[id.0 as usize].imports.insert(path, there);
        }
    }

    /// What is wrong with a file.
    pub fn check(&mut self, id: FileId) -> Vec<Diagnostic> {
        self.was_asked = true;
        let found = self.universe.check(id);
        match found.is_empty() {
            true => self.with_findings.remove(&id),
            false => self.with_findings.insert(id),
        };
        found
    }

    /// The file itself, and those that mention a name whose slot has changed, and those that mention what changed in them.
    fn affected(&mut self, changed: FileId) -> Vec<FileId> {
        let (mut all, mut at) = (vec![changed], 0);
        while at < all.len() {
            let id = all[at];
            at += 1;
            let Some(before) = self.interfaces.remove(&id) else { continue };
            let after = self.interface(id);
            let changes = Changes::between(&before, &after, &self.universe);
            for user in self.users(id, &changes) {
                if all.contains(&user) {
                    continue;
                }
                let promised = self.interface(user);
                self.interfaces.insert(user, promised);
                self.universe.forget_code(user);
                all.push(user);
            }
        }
        all
    }

    /// Files that changes in the file may concern: those that can see it, and those that it sees, since its objects may inherit from
    /// theirs.
    fn users(&self, id: FileId, changes: &Changes) -> Vec<FileId> {
        let concerns = |other: &FileId| {
            let mentions = |names| mentions(&self.universe, *other, names);
            changes.opens
                || mentions(&changes.for_everyone)
                || changes.has_other_names && self.with_findings.contains(other)
                || mentions(&changes.for_related) && (self.imports(*other, id) || self.imports(id, *other))
        };
        // The library does not look at the files above it.
        let above = |other: &FileId| !self.universe.file(*other).is_library;
        let others = self.files.values().copied().filter(|o| *o != id);
        let mut users: Vec<FileId> = others.filter(|o| above(o) && concerns(o)).collect();
        users.sort();
        users
    }

    /// Whether one file imports another, perhaps through others.
    fn imports(&self, from: FileId, to: FileId) -> bool {
        let (mut seen, mut left) = (FxHashSet::default(), vec![from]);
        while let Some(file) = left.pop() {
            for next in self.universe.file(file).imports.values() {
                if *next == to {
                    return true;
                }
                if seen.insert(*next) {
                    left.push(*next);
                }
            }
        }
        false
    }

    /// Whether some file's slots are held against what they say they do.
    fn watches_effects(&self) -> bool {
        let declares = |id: &FileId| !self.universe.file(*id).is_library && self.universe.file(*id).mentioned.declares_effects;
        self.files.values().any(declares)
    }

    /// What a file promises now.
    fn interface(&mut self, id: FileId) -> Interface {
        let file = self.universe.file(id);
        let adds = !(file.added.is_empty() && file.additions.is_empty());
        let mut all = Interface { adds, additions: file.additions.clone(), ..Interface::default() };
        let own = file.objects.iter().flat_map(|o| {
            let count = self.universe.object(*o).slots.len() as u32;
            (0..count).map(|index| SlotId { object: *o, index })
        });
        let watches_effects = self.watches_effects();
        let slots: Vec<SlotId> = own.chain(file.added.iter().copied()).collect();
        for slot in slots {
            let here = self.universe.slot(slot);
            if here.file != Some(id) {
                continue;
            }
            let (name, kind, is_parent) = (here.name, here.kind, here.is_parent);
            let signature = self.universe.signature_of(slot, false);
            let doing = if watches_effects { self.universe.effects(slot) } else { Doing::default() };
            let promise = Promise { kind, is_parent, params: signature.params.to_vec(), result: signature.result, doing };
            all.slots.insert((slot.object.0, name), promise);
        }
        all
    }
}

/// Whether a file mentions one of the names.
fn mentions(u: &Universe, file: FileId, names: &FxHashSet<Name>) -> bool {
    let words = &u.file(file).mentioned.words;
    let is_word = |part: &&str| u.names.known(part).is_some_and(|p| words.contains(&p));
    names.iter().any(|n| crate::near::parts(u.names.text(*n)).iter().all(is_word))
}

/// What is not what it was in a file.
struct Changes {
    /// Slots that came or went or do something else, and what is read off methods of a name wherever they are (`isSomething`).
    for_everyone: FxHashSet<Name>,
    /// Slots that promise something else.
    for_related: FxHashSet<Name>,
    /// Slots came or went.
    has_other_names: bool,
    /// Which objects may get slots of any name.
    opens: bool,
}

impl Changes {
    fn between(before: &Interface, after: &Interface, u: &Universe) -> Self {
        let come = after.slots.keys().filter(|key| !before.slots.contains_key(key));
        let gone = before.slots.keys().filter(|key| !after.slots.contains_key(key));
        // An object that is written in code is known only to who can see that code.
        let (hidden, open): (Vec<Key>, Vec<Key>) = come.chain(gone).partition(|key| u.is_of_code(ObjectId(key.0)));
        let added = before.additions.names.symmetric_difference(&after.additions.names).copied();
        let has_other_names = !open.is_empty();
        let mut for_everyone: FxHashSet<Name> = open.into_iter().map(|key| key.1).chain(added).collect();
        let mut for_related: FxHashSet<Name> = hidden.into_iter().map(|key| key.1).collect();
        let changed = before.slots.iter().filter(|(key, promise)| after.slots.get(key).is_some_and(|p| p != *promise));
        for (key, promise) in changed {
            let does_other = after.slots[key].doing != promise.doing;
            match does_other || before.adds || after.adds || u.names.text(key.1).starts_with("is") {
                true => for_everyone.insert(key.1),
                false => for_related.insert(key.1),
            };
        }
        Self { for_everyone, for_related, has_other_names, opens: !before.additions.opens_as(&after.additions) }
    }
}
