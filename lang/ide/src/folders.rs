//! The folders of a project, whose sources are read little by little.
//!
//! What must stay true: what is changed or listed everywhere is so in all of the project, so whoever does that reads what is left of it first; what
//! leaves the project is forgotten like a file that is gone, but for what somebody has open, and what files that stay import.

use std::collections::VecDeque;

use rustc_hash::FxHashSet;

use crate::Ide;
use crate::outside::Sources;

/// See the module's comment.
#[derive(Default)]
pub(crate) struct Folders {
    names: Vec<String>,
    /// Folders whose sources are not all named yet.
    left: VecDeque<(String, Sources)>,
    /// Sources that were not read yet, with the folders that they are of.
    unread: VecDeque<(String, String)>,
}

impl Folders {
    /// Whether nothing is left to be read.
    pub(crate) fn are_read(&self) -> bool {
        self.left.is_empty() && self.unread.is_empty()
    }

    /// The next source that was not read yet, if one is named already.
    fn next(&mut self) -> Option<String> {
        let named = self.unread.pop_front().map(|(_, source)| source);
        if named.is_none()
            && let Some((folder, sources)) = self.left.front_mut()
        {
            match sources.next() {
                Some(more) => self.unread.extend(more.into_iter().map(|source| (folder.clone(), source))),
                None => drop(self.left.pop_front()),
            }
        }
        named
    }

    fn forget(&mut self, folder: &str) {
        self.names.retain(|other| other != folder);
        self.left.retain(|(other, _)| other != folder);
        self.unread.retain(|(other, _)| other != folder);
    }
}

impl Ide {
    /// The sources in this folder are part of the project. They are read little by little.
    pub fn add_folder(&mut self, folder: &str) {
        let sources = self.outside.sources_in(folder);
        self.folders.names.push(folder.to_string());
        self.folders.left.push_back((folder.to_string(), sources));
    }

    /// The sources in this folder are not part of the project any more.
    pub fn remove_folder(&mut self, folder: &str) {
        self.folders.forget(folder);
        let sources = |folder: &str| self.outside.sources_in(folder).flatten();
        let kept: FxHashSet<String> = self.folders.names.iter().flat_map(|folder| sources(folder)).collect();
        let mut gone: FxHashSet<String> = sources(folder).filter(|name| !kept.contains(name) && !self.is_open(name)).collect();
        self.settle();
        // What a file imports that stays, stays; and what that imports.
        let files = self.project.all_files();
        let mut stay: Vec<_> = files.into_iter().filter(|id| !gone.contains(&*self.name_of(*id))).collect();
        while let Some(id) = stay.pop() {
            let imported = self.project.known().imports_of(id);
            stay.extend(imported.into_iter().filter(|other| gone.remove(&*self.name_of(*other))));
        }
        gone.iter().for_each(|name| self.is_gone(name));
    }

    /// Does a piece of what is to be done before the project is read. Answers whether there was something.
    pub(crate) fn read_on(&mut self) -> bool {
        if self.folders.are_read() {
            return false;
        }
        let Some(name) = self.folders.next().filter(|name| !self.is_open(name)) else { return true };
        match self.file(&name) {
            None => self.reread(&name),
            // Another file has imported it, and nobody has looked at it yet.
            Some(id) if !self.project.known().is_of_library(id) => self.look_later(id),
            Some(_) => {}
        }
        true
    }

    /// Reads what was not read yet of the project.
    pub(crate) fn read_all(&mut self) {
        while self.read_on() {}
        self.settle();
        self.find_out();
    }
}
