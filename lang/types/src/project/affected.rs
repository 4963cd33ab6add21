//! Whom a change concerns.
//!
//! A file that was loaded again may promise something else than before ([`crate::promise`]). Only files that have asked for that
//! ([`crate::asked`]) are looked at again, which may change what they promise, and so on. Files that have asked one
//! another are looked at again together, from nothing: what they know of one another could otherwise keep alive what is true no more.
//!
//! What must stay true: each step is about one file; a file that waits here is forgotten already, so nobody is told what was true of it before.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Project;
use crate::names::Name;
use crate::object::FileId;
use crate::promise::{Changes, Interface};
use crate::universe::Universe;

/// How often one file is looked at again after an edit before all are, from nothing.
const MOST_ROUNDS: usize = 6;

/// What is to be looked at again after edits.
#[derive(Default)]
pub(super) struct Pending {
    /// What these promise now is not known yet.
    left: Vec<FileId>,
    /// Those that were among them since the last edit.
    all: FxHashSet<FileId>,
    rounds: FxHashMap<FileId, usize>,
    /// That is every file.
    is_all: bool,
    /// Whose findings may be other than before, and nobody has been told.
    concerned: FxHashSet<FileId>,
    /// The file that was changed last.
    changed: Option<FileId>,
}

impl Pending {
    pub(super) fn add(&mut self, id: FileId) {
        self.all.insert(id);
        self.concerned.insert(id);
        if !self.left.contains(&id) {
            self.left.push(id);
        }
    }

    /// There was an edit: from here on it is counted anew.
    fn begin(&mut self, changed: FileId) {
        self.changed = Some(changed);
        self.rounds.clear();
        self.is_all = false;
        self.all = self.left.iter().copied().collect();
    }
}

impl Project {
    /// Finds out one thing more that follows from changes: the files that may have other findings because of it. Nothing if everything is known.
    pub fn go_on(&mut self) -> Option<Vec<FileId>> {
        let id = self.pending.left.pop()?;
        self.look_again(id);
        Some(self.take_concerned())
    }

    /// Whether something is left to be found out.
    pub fn is_settled(&self) -> bool {
        self.pending.left.is_empty()
    }

    /// Finds out everything that follows from changes: the files that may have other findings.
    pub fn finish(&mut self) -> Vec<FileId> {
        while let Some(id) = self.pending.left.pop() {
            self.look_again(id);
        }
        self.take_concerned()
    }

    /// Finds out of what follows from changes as much as must be known to ask about one file: the files that may have other findings. The code of
    /// the changed file itself is forgotten, so it is found out from what is true now whenever it is asked for, with that of all
    /// that have asked it and that it has asked. Any other file needs to know what those promise that it has asked, perhaps by way of others.
    pub fn finish_for(&mut self, file: FileId) -> Vec<FileId> {
        while let Some(at) = self.needed_by(file) {
            let id = self.pending.left.swap_remove(at);
            self.look_again(id);
        }
        self.take_concerned()
    }

    /// Which of those that are to be looked at again a file needs to know about.
    fn needed_by(&self, file: FileId) -> Option<usize> {
        let Pending { left, changed, .. } = &self.pending;
        if left.is_empty() || *changed == Some(file) {
            return None;
        }
        let needed = self.universe.asked.by(file);
        // The cause comes first: it tells who else is concerned.
        let place = |wanted: &dyn Fn(&FileId) -> bool| left.iter().position(wanted);
        place(&|id| *changed == Some(*id)).or_else(|| place(&|id| *id == file || needed.contains(id)))
    }

    fn take_concerned(&mut self) -> Vec<FileId> {
        let mut all: Vec<FileId> = self.pending.concerned.drain().filter(|id| !self.universe.file(*id).is_library).collect();
        all.sort();
        all
    }

    /// A file has changed, and these are to be looked at again with it. Whoever has changed it looks at it anyway.
    pub(super) fn begin(&mut self, changed: FileId, again: Vec<FileId>) {
        if !self.was_asked {
            return;
        }
        self.pending.begin(changed);
        self.pending.add(changed);
        again.into_iter().for_each(|id| self.again(id));
        if self.watches_effects() != self.watched_effects {
            // What others do was of no interest until now, or is so no longer.
            self.all_again();
        }
        self.pending.concerned.remove(&changed);
    }

    /// Something has changed that is none of the project's files, and all of them are to be looked at again.
    pub(super) fn start_again(&mut self, changed: FileId) {
        if !self.was_asked {
            return;
        }
        self.know_interfaces();
        self.pending.begin(changed);
        self.pending.is_all = true;
        self.all_again();
    }

    /// Looks at what a file promises now.
    fn look_again(&mut self, id: FileId) {
        let watches = self.watches_effects();
        let after = Interface::of(&mut self.universe, id, watches);
        if self.ring(id).iter().any(|other| !self.pending.all.contains(other)) {
            return self.again(id);
        }
        let before = self.interfaces.insert(id, after).unwrap_or_default();
        let changes = Changes::between(&before, &self.interfaces[&id], &self.universe, watches);
        self.users(id, &changes).into_iter().for_each(|user| self.again(user));
    }

    /// What every file promises, as long as nothing has changed yet.
    pub(super) fn know_interfaces(&mut self) {
        if !self.was_asked {
            return;
        }
        let watches = self.watches_effects();
        if std::mem::replace(&mut self.watched_effects, watches) != watches {
            self.interfaces.clear();
        }
        let unknown: Vec<FileId> = self.files.values().filter(|id| !self.interfaces.contains_key(id)).copied().collect();
        for id in unknown {
            let interface = Interface::of(&mut self.universe, id, watches);
            self.interfaces.insert(id, interface);
        }
    }

    /// The files that have asked one another together with this one, without it.
    pub(super) fn ring(&self, id: FileId) -> Vec<FileId> {
        self.universe.asked.ring(id).into_iter().filter(|other| *other != id).collect()
    }

    /// A file and its ring are to be looked at again, from nothing.
    fn again(&mut self, id: FileId) {
        let rounds = self.pending.rounds.entry(id).or_default();
        *rounds += 1;
        if *rounds > MOST_ROUNDS {
            if !std::mem::replace(&mut self.pending.is_all, true) {
                self.all_again();
            }
            return;
        }
        for one in self.ring(id).into_iter().chain([id]) {
            self.universe.forget_code(one);
            self.pending.add(one);
        }
    }

    fn all_again(&mut self) {
        let all: Vec<FileId> = self.files.values().copied().collect();
        for one in all {
            self.universe.forget_code(one);
            self.pending.add(one);
        }
    }

    /// Files that changes in the file concern: those that have asked for something that may be answered otherwise now.
    fn users(&mut self, id: FileId, changes: &Changes) -> Vec<FileId> {
        // The library does not look at the files above it, unless they add to its objects.
        let above = |other: &FileId| changes.adds || !self.universe.file(*other).is_library;
        let mut users: Vec<FileId> = self.files.values().copied().filter(|other| *other != id && above(other)).collect();
        users.retain(|other| self.concerns(*other, id, changes));
        users.sort();
        users
    }

    fn concerns(&mut self, other: FileId, id: FileId, changes: &Changes) -> bool {
        let mentions = |names| mentions(&self.universe, other, names);
        changes.opens
            || mentions(&changes.for_everyone)
            || changes.has_other_names && self.with_findings.contains(&other)
            || self.universe.asked.concerns(other, &changes.names, &changes.objects)
            || changes.has_other_parents && (self.imports(other, id) || self.imports(id, other))
            || self.universe.looked_for(other, changes)
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
}

/// Whether a file mentions one of the names, to read such a slot or to assign to it.
fn mentions(u: &Universe, file: FileId, names: &FxHashSet<Name>) -> bool {
    let words = &u.file(file).mentioned.words;
    let is_word = |part: &str| u.names.known(part).is_some_and(|p| words.contains(&p));
    names.iter().any(|name| {
        let text = u.names.text(*name);
        crate::near::parts(text).into_iter().all(is_word) || is_word(&format!("{text}:"))
    })
}
