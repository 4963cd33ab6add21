//! Files that are checked together and change one at a time.
//!
//! A change loads one file again at once; what follows from it for others (`affected`) is found out in steps, so that whoever serves an editor
//! can look up between two of them: [`Project::change`] and [`Project::go_on`]. [`Project::set`] does both.
//!
//! What must stay true: after any sequence of edits, once nothing is left to do, the findings are those of a project that was loaded afresh.

mod affected;
mod imports;

use std::rc::Rc;

use aura_syntax::{Diagnostic, Parse};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::load::Source;
use crate::object::FileId;
use crate::promise::Interface;
use crate::universe::{Options, Universe};
use crate::world::World;

use affected::Pending;
use imports::Missed;
pub use imports::{Finder, NoFiles};

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
    /// What is to be looked at again.
    pending: Pending,
    /// Files that are imported and not there.
    missed: Missed,
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
            pending: Pending::default(),
            missed: Missed::default(),
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

    /// A file is there, or has changed. The answer tells which files may have other findings than before, this one first.
    pub fn set(&mut self, name: &str, text: String, find: &dyn Finder) -> Vec<FileId> {
        let id = self.change(name, text, find);
        let mut all = vec![id];
        all.extend(self.finish().into_iter().filter(|other| *other != id));
        all
    }

    /// A file is there, or has changed: from here on it is what is asked about. For which others something follows from that, is still to be
    /// found out ([`Project::go_on`]); until then they know this file as it was.
    pub fn change(&mut self, name: &str, text: String, find: &dyn Finder) -> FileId {
        let parse = aura_syntax::parse(&text);
        self.change_read(name, text, parse, find)
    }

    /// The same for a text that somebody has read already.
    pub fn change_read(&mut self, name: &str, text: String, parse: Parse, find: &dyn Finder) -> FileId {
        self.know_interfaces();
        let (id, mut again) = match self.file(name) {
            Some(id) => {
                let ring = self.ring(id);
                self.universe.reload(id, Source { name: name.to_string(), text, parse, is_library: false });
                (id, ring)
            }
            None => self.bring(name, text, parse, find),
        };
        again.extend(self.bring_imports(id, find));
        self.universe.reload_companion(id);
        self.begin(id, again);
        id
    }

    /// Live objects are there, or others than before: their file, and whether anything is otherwise now. What was found out is found out again then,
    /// from nothing ([`Project::go_on`]): anybody may have asked for any of them.
    pub fn adopt(&mut self, world: &dyn World) -> (FileId, bool) {
        let before = self.universe.live.map(|id| self.universe.text(id));
        let id = self.universe.adopt(world, &[]).0;
        let is_other = before.is_none_or(|text| text != self.universe.text(id));
        if is_other {
            self.start_again(id);
        }
        (id, is_other)
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

    /// A file is gone. The answer tells which others may have other findings than before.
    pub fn remove(&mut self, name: &str) -> Vec<FileId> {
        let Some(id) = self.files.remove(name) else { return Vec::new() };
        self.know_interfaces();
        let mut again = self.ring(id);
        again.extend(self.miss(name, id));
        again.extend(self.part(id));
        self.universe.unload(id);
        self.begin(id, again);
        let mut affected = self.finish();
        affected.retain(|other| *other != id);
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
}
