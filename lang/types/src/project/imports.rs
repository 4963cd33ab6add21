//! Which file an `import:` means, and files that are imported and not there.
//!
//! What must stay true: every path that a file mentions leads to a file of the project, or is among those that are missed; a file that comes is
//! given to those that missed it, without a look at any other. No text is read of a file that is known already.

use std::rc::Rc;

use aura_syntax::Parse;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Project;
use crate::load::Source;
use crate::object::FileId;
use crate::promise::Interface;

/// Finds the files that `import:` means.
pub trait Finder {
    /// The name of the file that a path means in the file `from`, whether there is one or not, as far as that is known.
    fn name(&self, from: &str, path: &str) -> Option<String>;

    /// The text of that file, if there is one.
    fn text(&self, from: &str, path: &str) -> Option<String>;
}

/// Gives a file's name and its text.
impl<F: Fn(&str, &str) -> Option<(String, String)>> Finder for F {
    fn name(&self, from: &str, path: &str) -> Option<String> {
        self(from, path).map(|file| file.0)
    }

    fn text(&self, from: &str, path: &str) -> Option<String> {
        self(from, path).map(|file| file.1)
    }
}

/// For a file that imports nothing.
pub struct NoFiles;

impl Finder for NoFiles {
    fn name(&self, _: &str, _: &str) -> Option<String> {
        None
    }

    fn text(&self, _: &str, _: &str) -> Option<String> {
        None
    }
}

/// A file, and a path in it that leads nowhere.
type Miss = (FileId, Rc<str>);

/// What files import that is not there.
#[derive(Default)]
pub(super) struct Missed {
    by_name: FxHashMap<String, FxHashSet<Miss>>,
    /// Nobody could tell the name of the file that is meant.
    unnamed: FxHashSet<Miss>,
    /// The files that miss something.
    files: FxHashSet<FileId>,
}

impl Missed {
    fn add(&mut self, name: Option<String>, miss: Miss) {
        self.files.insert(miss.0);
        match name {
            Some(name) => self.by_name.entry(name).or_default().insert(miss),
            None => self.unnamed.insert(miss),
        };
    }

    /// A file misses nothing any more: it is gone, or looks anew.
    pub(super) fn forget(&mut self, id: FileId) {
        if !self.files.remove(&id) {
            return;
        }
        self.unnamed.retain(|miss| miss.0 != id);
        self.by_name.retain(|_, all| {
            all.retain(|miss| miss.0 != id);
            !all.is_empty()
        });
    }
}

impl Project {
    /// Files that are new lead to what they import; this is done for each of them, one after the other, however they import one another. It
    /// answers those that had missed one of them.
    pub(super) fn bring_imports(&mut self, id: FileId, find: &dyn Finder) -> Vec<FileId> {
        let (mut had_missed, mut left) = (Vec::new(), vec![id]);
        while let Some(id) = left.pop() {
            self.missed.forget(id);
            let from = self.universe.file(id).name.clone();
            for path in self.universe.file(id).mentioned.imports.clone() {
                let name = find.name(&from, &path);
                let known = name.as_deref().and_then(|name| self.file(name));
                let there = known.or_else(|| {
                    let text = find.text(&from, &path)?;
                    let parse = aura_syntax::parse(&text);
                    let (new, missed_it) = self.bring(name.as_deref()?, text, parse, find);
                    left.push(new);
                    had_missed.extend(missed_it);
                    Some(new)
                });
                match there {
                    Some(there) => drop(self.universe.files[id.0 as usize].imports.insert(path, there)),
                    None => self.missed.add(name, (id, path)),
                }
            }
        }
        had_missed
    }

    /// A file is new: it comes with those that had missed it.
    pub(super) fn bring(&mut self, name: &str, text: String, parse: Parse, find: &dyn Finder) -> (FileId, Vec<FileId>) {
        let id = self.universe.load(Source { name: name.to_string(), text, parse, is_library: false });
        self.files.insert(name.into(), id);
        // Until somebody has looked at a file, nobody can be surprised by a new one.
        if self.was_asked {
            self.interfaces.insert(id, Interface::default());
            self.pending.add(id);
        }
        let missed_it = self.give(name, id, find);
        (id, missed_it)
    }

    /// Gives a file that is new to those that missed it: it tells which these are.
    fn give(&mut self, name: &str, id: FileId, find: &dyn Finder) -> Vec<FileId> {
        let mut all: Vec<Miss> = self.missed.by_name.remove(name).into_iter().flatten().collect();
        let known = &self.universe;
        let means = |miss: &Miss| find.name(&known.file_name(miss.0), &miss.1).as_deref() == Some(name);
        all.extend(self.missed.unnamed.extract_if(means));
        for (of, path) in &all {
            self.universe.files[of.0 as usize].imports.insert(path.clone(), id);
        }
        let mut files: Vec<FileId> = all.into_iter().map(|miss| miss.0).collect();
        files.sort();
        files.dedup();
        files
    }

    /// A file goes: those that import it, which are the answer, miss it.
    pub(super) fn miss(&mut self, name: &str, id: FileId) -> Vec<FileId> {
        self.missed.forget(id);
        let mut all = Vec::new();
        for other in self.files.values() {
            let imports = &mut self.universe.files[other.0 as usize].imports;
            let lost: Vec<Rc<str>> = imports.extract_if(|_, there| *there == id).map(|import| import.0).collect();
            all.extend((!lost.is_empty()).then_some(*other));
            lost.into_iter().for_each(|path| self.missed.add(Some(name.to_string()), (*other, path)));
        }
        all
    }
}
