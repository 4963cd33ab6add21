//! Files that are checked together and change one at a time.
//!
//! An edit loads one file again and asks which slots now promise something else than before ([`crate::promise`]); only files that mention
//! one of those names and can see the file, or have asked for them ([`crate::asked`]), are looked at again. Files that have asked one
//! another are looked at again together, from nothing: what they know of one another could otherwise keep alive what is true no more.
//!
//! What must stay true: after any sequence of edits the findings are those of a project that was loaded afresh.

use std::rc::Rc;

use aura_syntax::Diagnostic;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::load::Source;
use crate::names::Name;
use crate::object::FileId;
use crate::promise::{Changes, Interface};
use crate::universe::{Options, Universe};

/// How often one file is looked at again after an edit before all are, from nothing.
const MOST_ROUNDS: usize = 6;

/// Gives the file that an `import:` in a file means, by the file's name and the path as written: its name and text.
pub type Finder<'f> = dyn Fn(&str, &str) -> Option<(String, String)> + 'f;

/// A project.
pub struct Project {
    universe: Universe,
    files: FxHashMap<Rc<str>, FileId>,
    /// What each file promises, once somebody has looked at one.
    interfaces: FxHashMap<FileId, Interface>,
    /// These tell what slots do.
    watched_effects: bool,
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
        Self {
            universe,
            files,
            interfaces: FxHashMap::default(),
            watched_effects: false,
            was_asked: false,
            with_findings: FxHashSet::default(),
        }
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
        self.know_interfaces();
        let mut again = Vec::new();
        let id = match self.file(name) {
            Some(id) => {
                again = self.ring(id);
                self.universe.reload(id, source);
                id
            }
            None => {
                let id = self.universe.load(source);
                self.files.insert(name.into(), id);
                // Until somebody has looked at a file, nobody can be surprised by a new one.
                if self.was_asked {
                    self.interfaces.insert(id, Interface::default());
                    again = self.bring_missing(name, id, find);
                }
                id
            }
        };
        self.bring_imports(id, name, find);
        self.universe.reload_companion(id);
        self.affected(id, again)
    }

    /// A file goes with one that was set, and sees its module: what was learned for a script. It is told apart by its name, and
    /// another takes its place.
    pub fn accompany(&mut self, of: FileId, name: &str, text: String) -> FileId {
        let parse = aura_syntax::parse(&text);
        // It may have been there by another name.
        if let Some(before) = self.universe.file(of).companion {
            self.files.remove(&self.universe.file(before).name);
        }
        let id = self.universe.accompany(of, Source { name: name.to_string(), text, parse, is_library: false });
        self.files.insert(name.into(), id);
        id
    }

    /// A file is gone.
    pub fn remove(&mut self, name: &str) -> Vec<FileId> {
        let Some(id) = self.files.remove(name) else { return Vec::new() };
        self.know_interfaces();
        let mut again = self.ring(id);
        for other in self.files.values() {
            let imports = &mut self.universe.files[other.0 as usize].imports;
            let count = imports.len();
            imports.retain(|_, there| *there != id);
            if imports.len() < count {
                again.push(*other);
            }
        }
        again.extend(self.part(id));
        self.universe.unload(id);
        let affected = self.affected(id, again).into_iter().skip(1).collect();
        self.interfaces.remove(&id);
        affected
    }

    /// A file that goes takes its companion with it; a companion leaves its file, which is the answer, on its own.
    fn part(&mut self, id: FileId) -> Option<FileId> {
        if let Some(companion) = self.universe.files[id.0 as usize].companion.take() {
            self.universe.unload(companion);
            self.files.remove(&self.universe.file(companion).name);
        }
        let owner = self.files.values().copied().find(|owner| self.universe.file(*owner).companion == Some(id))?;
        self.universe.files[owner.0 as usize].companion = None;
        Some(owner)
    }

    /// Gives a file that is new to those that asked for it in vain: it tells which these are.
    fn bring_missing(&mut self, name: &str, id: FileId, find: &Finder<'_>) -> Vec<FileId> {
        let mut all = Vec::new();
        for (other, of) in &self.files {
            let file = &mut self.universe.files[of.0 as usize];
            for path in file.mentioned.imports.iter() {
                if !file.imports.contains_key(path) && find(other, path).is_some_and(|(target, _)| target == name) {
                    file.imports.insert(path.clone(), id);
                    all.push(*of);
                }
            }
        }
        all
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

    /// What every file promises, as long as nothing has changed yet.
    fn know_interfaces(&mut self) {
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
    fn ring(&self, id: FileId) -> Vec<FileId> {
        self.universe.asked.ring(id).into_iter().filter(|other| *other != id).collect()
    }

    /// The file that has changed, those that are to be looked at again with it, those whom changes in these concern, and so on.
    fn affected(&mut self, changed: FileId, again: Vec<FileId>) -> Vec<FileId> {
        let mut work = Work { all: vec![changed], left: vec![changed], ..Work::default() };
        if !self.was_asked {
            return work.all;
        }
        again.into_iter().for_each(|id| self.again(id, &mut work));
        let watches = self.watches_effects();
        if watches != self.watched_effects {
            // What others do was of no interest until now, or is so no longer.
            self.all_again(&mut work);
        }
        while let Some(id) = work.left.pop() {
            let after = Interface::of(&mut self.universe, id, watches);
            let ring = self.ring(id);
            if ring.iter().any(|other| !work.all.contains(other)) {
                self.again(id, &mut work);
                continue;
            }
            let before = self.interfaces.insert(id, after).unwrap_or_default();
            let changes = Changes::between(&before, &self.interfaces[&id], &self.universe);
            for user in self.users(id, &changes) {
                self.again(user, &mut work);
            }
        }
        work.all.retain(|id| *id == changed || !self.universe.file(*id).is_library);
        work.all[1..].sort();
        work.all
    }

    /// A file and its ring are to be looked at again, from nothing.
    fn again(&mut self, id: FileId, work: &mut Work) {
        let rounds = work.rounds.entry(id).or_default();
        *rounds += 1;
        if *rounds > MOST_ROUNDS {
            if !std::mem::replace(&mut work.is_all, true) {
                self.all_again(work);
            }
            return;
        }
        let ring = self.ring(id);
        for one in ring.into_iter().chain([id]) {
            self.universe.forget_code(one);
            work.add(one);
        }
    }

    fn all_again(&mut self, work: &mut Work) {
        let all: Vec<FileId> = self.files.values().copied().collect();
        for one in all {
            self.universe.forget_code(one);
            work.add(one);
        }
    }

    /// Files that changes in the file may concern: those that can see it, and those that it sees, since its objects may inherit from
    /// theirs.
    fn users(&self, id: FileId, changes: &Changes) -> Vec<FileId> {
        let concerns = |other: &FileId| {
            let mentions = |names| mentions(&self.universe, *other, names);
            changes.opens
                || mentions(&changes.for_everyone)
                || changes.has_other_names && self.with_findings.contains(other)
                || self.universe.asked.concerns(*other, &changes.names, &changes.objects)
                || (changes.has_other_parents || mentions(&changes.for_related))
                    && (self.imports(*other, id) || self.imports(id, *other))
        };
        // The library does not look at the files above it, unless they add to its objects.
        let above = |other: &FileId| changes.adds || !self.universe.file(*other).is_library;
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
}

/// What is to be looked at again after an edit.
#[derive(Default)]
struct Work {
    /// Whose findings may be other than before.
    all: Vec<FileId>,
    left: Vec<FileId>,
    rounds: FxHashMap<FileId, usize>,
    /// That is every file.
    is_all: bool,
}

impl Work {
    fn add(&mut self, id: FileId) {
        if !self.all.contains(&id) {
            self.all.push(id);
        }
        if !self.left.contains(&id) {
            self.left.push(id);
        }
    }
}

/// Whether a file mentions one of the names.
fn mentions(u: &Universe, file: FileId, names: &FxHashSet<Name>) -> bool {
    let words = &u.file(file).mentioned.words;
    let is_word = |part: &&str| u.names.known(part).is_some_and(|p| words.contains(&p));
    names.iter().any(|n| crate::near::parts(u.names.text(*n)).iter().all(is_word))
}
