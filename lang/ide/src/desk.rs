//! The files of a project as an editor has them.
//!
//! Texts come and change; what follows from that is done in slices ([`Ide::work`]), so that whoever serves an editor can look up between two of them and
//! do something more urgent: first the file that was changed is looked at, then it is found out for whom something follows from that. A question
//! about one file waits for what that file needs of it; one about all files, for everything. What must
//! stay true: an answer is about the texts as they were last given (what is offered while somebody types may be a slice of work behind in what
//! other files make of it); while a text cannot be read, what is said about other files stays as it was; after any edits the findings are those of a
//! project opened afresh.

use std::cell::OnceCell;
use std::collections::VecDeque;
use std::rc::Rc;

use aura_syntax::{Diagnostic, Parse, Severity};
use aura_types::{FileId, Finder, Options, Project, Universe};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::complete::LastOffer;
use crate::document::{Change, Document};
use crate::folders::Folders;
use crate::lines::Encoding;
use crate::outside::Outside;

/// Trees of files that are not open, kept because they may be asked for again.
const MOST_KEPT: usize = 24;

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Findings {
    /// The file's name.
    pub file: String,
    /// What is wrong, in the order of the text.
    pub found: Vec<Diagnostic>,
}

/// What a slice of work brought.
#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    /// A file was looked at, and this is wrong with it.
    Found(Findings),
    /// Something was done that nobody needs to hear of.
    Done,
    /// There is nothing to do.
    Nothing,
}

/// How soon something is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// It is about a text on somebody's screen.
    Soon,
    /// The project is being read.
    Reading,
    /// It is about files that nobody looks at, which a change concerns: whoever is typing does not want to wait for it.
    Later,
    /// There is nothing.
    Nothing,
}

/// The files of a project.
pub struct Ide {
    pub(crate) project: Project,
    pub(crate) outside: Rc<dyn Outside>,
    /// The names of the library's files.
    library: FxHashSet<String>,
    /// The objects of an image, as a file.
    live: Option<FileId>,
    /// The name of the file that people see them in.
    live_name: OnceCell<Option<Rc<str>>>,
    /// Files for which something else may have been learned in the image.
    pub(crate) to_relearn: Vec<FileId>,
    /// What is shown of files may be something else though no text of an editor has changed.
    pub(crate) is_other_around: bool,
    /// Texts that an editor has open.
    open: FxHashMap<String, Rc<Document>>,
    /// Open texts that the checker has not seen yet.
    unseen: FxHashSet<String>,
    /// The project's folders, and what was not read yet in them.
    pub(crate) folders: Folders,
    /// Files that may have other findings than were told.
    stale: FxHashSet<FileId>,
    /// The same in the order in which they are looked at.
    line: VecDeque<FileId>,
    /// The same, once the text of another file can be read that somebody has open.
    held_back: FxHashMap<FileId, FxHashSet<FileId>>,
    /// The file from whose change something may follow that is not found out yet.
    cause: Option<FileId>,
    /// Files about which something bad was said.
    with_findings: FxHashSet<FileId>,
    /// Trees of files that are not open.
    kept: FxHashMap<FileId, Rc<Document>>,
    /// What was offered last.
    pub(crate) offered: LastOffer,
}

impl Ide {
    /// Nothing but the library, and the objects of an image.
    pub fn new(outside: Rc<dyn Outside>) -> Self {
        let library = outside.library();
        let names = library.iter().map(|(name, _)| name.clone()).collect();
        let mut project = Project::new(Options::default(), library);
        let live = outside.live().map(|world| project.adopt(&*world).0);
        Self {
            library: names,
            live,
            live_name: OnceCell::new(),
            to_relearn: Vec::new(),
            is_other_around: false,
            project,
            outside,
            open: FxHashMap::default(),
            unseen: FxHashSet::default(),
            folders: Folders::default(),
            stale: FxHashSet::default(),
            line: VecDeque::new(),
            held_back: FxHashMap::default(),
            cause: None,
            with_findings: FxHashSet::default(),
            kept: FxHashMap::default(),
            offered: LastOffer::default(),
        }
    }

    /// An editor has opened a file, perhaps one that was never saved, or has sent all of its text anew.
    pub fn open(&mut self, name: &str, text: &str) {
        self.show(name, Document::new(text));
    }

    /// An editor has changed an open file. Of one that was never opened nobody knows what was changed.
    pub fn change(&mut self, name: &str, changes: &[Change], encoding: Encoding) {
        if let Some(before) = self.open.get(name).cloned() {
            self.show(name, before.edited(changes, encoding));
        }
    }

    fn show(&mut self, name: &str, document: Document) {
        self.open.insert(name.to_string(), Rc::new(document));
        self.unseen.insert(name.to_string());
    }

    /// An editor has closed a file: its text is that of the disk again.
    pub fn close(&mut self, name: &str) {
        if self.open.remove(name).is_none() {
            return;
        }
        self.unseen.remove(name);
        self.reread(name);
    }

    /// A file on the disk has come, changed or gone. What is open stays as the editor has it.
    pub fn reread(&mut self, name: &str) {
        if self.is_open(name) || self.file(name).is_some_and(|id| self.is_copy(id)) {
            return;
        }
        // It is no file of its own: it says what was learned for another one.
        if self.outside.script_of(name).is_some() {
            return self.relearn(name);
        }
        match self.outside.read(name) {
            Some(text) => self.set(name, &text),
            None => self.is_gone(name),
        }
    }

    /// A file is not there any more, or is none of the project's.
    pub(crate) fn is_gone(&mut self, name: &str) {
        let Some(id) = self.file(name) else { return };
        self.forget_offer();
        self.find_out();
        let companion = self.universe().companion_of(id);
        let affected = self.project.remove(name);
        // What was said about it, and about what was learned for it, is taken back.
        for gone in companion.into_iter().chain([id]) {
            if self.with_findings.contains(&gone) {
                self.look_first(gone);
            }
        }
        self.note(id, &affected);
    }

    pub(crate) fn is_open(&self, name: &str) -> bool {
        self.open.contains_key(name)
    }

    /// The text of a file that is open.
    pub(crate) fn open_text(&self, name: &str) -> Option<&str> {
        self.open.get(name).map(|document| document.text())
    }

    /// The files that are open, with their texts.
    pub fn open_texts(&self) -> Vec<(String, String)> {
        self.open.iter().map(|(name, document)| (name.clone(), document.text().to_string())).collect()
    }

    /// Whether there is something to do.
    pub fn has_work(&self) -> bool {
        let is_done = self.unseen.is_empty() && self.stale.is_empty() && self.folders.are_read() && self.to_relearn.is_empty();
        !is_done || self.has_to_find_out()
    }

    /// How soon somebody wants to hear of the next thing that there is to do.
    pub fn due(&self) -> Due {
        let is_on_screen = |name: &String| self.file(name).is_some_and(|id| self.stale.contains(&id));
        match (self.folders.are_read(), self.stale.is_empty()) {
            _ if !self.unseen.is_empty() || self.open.keys().any(is_on_screen) => Due::Soon,
            (false, _) => Due::Reading,
            // It may be about other texts on the screen.
            _ if self.has_to_find_out() => Due::Soon,
            (true, true) if self.to_relearn.is_empty() => Due::Nothing,
            (true, _) => Due::Later,
        }
    }

    /// Does one thing that is to be done. A project is read before anything in it is looked at: a file that comes later would concern all those before it
    /// that mention its names.
    pub fn work(&mut self) -> Work {
        if self.read_on() {
            return Work::Done;
        }
        self.settle();
        match self.next_open() {
            Some(id) => Work::Found(self.check(id)),
            None if self.has_to_find_out() => {
                self.find_out_more();
                Work::Done
            }
            None if !self.to_relearn.is_empty() => {
                self.relearn_more();
                Work::Done
            }
            None => self.check_closed(),
        }
    }

    /// Whether it is worth while to look at the world around now and then, because an image may change.
    pub fn watches(&self) -> bool {
        self.outside.has_live()
    }

    /// Looks at the image, if others may have changed it. What was learned there is looked at file by file ([`Ide::work`]).
    pub fn look_around(&mut self) {
        let Some(world) = self.outside.live_anew() else { return };
        self.settle();
        self.find_out();
        let (id, is_other) = self.project.adopt(&*world);
        let (known, all) = (self.project.known(), self.project.all_files());
        let companions: FxHashSet<FileId> = all.iter().filter_map(|id| known.companion_of(*id)).collect();
        self.to_relearn = all.into_iter().filter(|id| !known.is_of_library(*id) && !companions.contains(id)).collect();
        if !is_other {
            return;
        }
        self.live = Some(id);
        self.is_other_around = true;
        self.cause = Some(id);
        self.kept.remove(&id);
        self.forget_offer();
        // People see it as it is now, if they have seen it at all.
        if self.live_name.take().is_some() {
            self.live_name();
        }
    }

    /// Whether what was learned, or what lives in the image, has become something else since this was asked last: an editor that shows
    /// what it asked for before (hints, lenses, colours) asks again only if it is told. Not before all that follows has been looked at.
    pub fn has_other_around(&mut self) -> bool {
        self.to_relearn.is_empty() && std::mem::take(&mut self.is_other_around)
    }

    /// Whether something may follow from a change that is not found out yet. While the text cannot be read, nothing does: most of what it
    /// says would be wrong a letter later.
    fn has_to_find_out(&self) -> bool {
        !self.project.is_settled() && !self.cause.is_some_and(|id| self.is_broken(id))
    }

    /// Finds out for some more files whether a change concerns them.
    fn find_out_more(&mut self) {
        let affected = self.project.go_on().unwrap_or_default();
        self.note_affected(&affected);
    }

    /// Finds out everything that follows from what has changed.
    pub(crate) fn find_out(&mut self) {
        if !self.project.is_settled() {
            let affected = self.project.finish();
            self.note_affected(&affected);
        }
    }

    /// Finds out of that what one file needs.
    fn find_out_for(&mut self, id: FileId) {
        if !self.project.is_settled() {
            let affected = self.project.finish_for(id);
            self.note_affected(&affected);
        }
    }

    fn note_affected(&mut self, affected: &[FileId]) {
        let Some(cause) = self.cause else { return };
        let others: Vec<FileId> = affected.iter().copied().filter(|id| *id != cause).collect();
        // It may have other findings since it was looked at: it has asked others, and these say something else by now.
        if others.len() < affected.len() {
            self.look_later(cause);
        }
        self.note(cause, &others);
    }

    /// Takes the first open file out of the line.
    fn next_open(&mut self) -> Option<FileId> {
        let waiting: FxHashSet<FileId> =
            self.open.keys().filter_map(|name| self.file(name)).filter(|id| self.stale.contains(id)).collect();
        if waiting.is_empty() {
            return None;
        }
        self.line.iter().position(|id| waiting.contains(id)).and_then(|at| self.line.remove(at))
    }

    /// What is right about a file that nobody has open, and always was, needs not be said.
    fn check_closed(&mut self) -> Work {
        let Some(id) = self.line.pop_front() else { return Work::Nothing };
        let was_bad = self.with_findings.contains(&id);
        // A file that was closed, and opened again before anything was said, is another one of the same name: that one is told of.
        if self.file(&self.name_of(id)).is_some_and(|now| now != id) {
            self.stale.remove(&id);
            self.with_findings.remove(&id);
            return Work::Done;
        }
        let findings = self.check(id);
        if findings.found.is_empty() && !was_bad { Work::Done } else { Work::Found(findings) }
    }

    /// Lets the checker see every text as it is now.
    pub(crate) fn settle(&mut self) {
        for name in std::mem::take(&mut self.unseen) {
            let Some(document) = self.open.get(&name).cloned() else { continue };
            self.set_read(&name, document.text(), || document.parse().clone());
        }
    }

    pub(crate) fn set(&mut self, name: &str, text: &str) {
        self.set_read(name, text, || aura_syntax::parse(text));
    }

    /// The same for a text whose tree somebody may have already.
    fn set_read(&mut self, name: &str, text: &str, parse: impl FnOnce() -> Parse) {
        // What lives in an image, or was learned there, is shown in a file, and not changed by it.
        if self.file(name).is_some_and(|id| self.live == Some(id) || self.is_copy(id)) {
            return;
        }
        if let Some(script) = self.outside.script_of(name) {
            return self.set_learned(name, &script, text);
        }
        let key = self.outside.library_file(name).unwrap_or_else(|| name.to_string());
        let is_new = self.file(&key).is_none();
        // A file that comes takes no slot away: while a project is read, what was offered can be described.
        if !is_new {
            self.forget_offer();
        }
        // What follows from the change of another file is told as that one's.
        if self.cause != self.file(&key) {
            self.find_out();
        }
        let find = Imports { outside: &*self.outside, open: &self.open };
        let id = self.project.change_read(&key, text.to_string(), parse(), &find);
        self.cause = Some(id);
        if let Some(learned) = self.outside.learned(name).filter(|_| is_new) {
            self.project.accompany(id, &learned.name, learned.text);
        }
        self.look_first(id);
        self.note(id, &[]);
    }

    /// What was changed last is what somebody looks at.
    pub(crate) fn look_first(&mut self, id: FileId) {
        if !self.stale.insert(id) {
            self.line.retain(|other| *other != id);
        }
        self.line.push_front(id);
    }

    /// A file has changed, and these others may have other findings now.
    pub(crate) fn note(&mut self, changed: FileId, others: &[FileId]) {
        self.kept.remove(&changed);
        let mut next = self.held_back.remove(&changed).unwrap_or_default();
        next.extend(others);
        if self.is_broken(changed) {
            self.held_back.insert(changed, std::mem::take(&mut next));
        }
        next.retain(|id| !self.held_back.values().any(|held| held.contains(id)));
        let mut next: Vec<FileId> = next.into_iter().collect();
        next.sort();
        next.into_iter().for_each(|id| self.look_later(id));
    }

    /// A file is looked at when nothing is more urgent.
    pub(crate) fn look_later(&mut self, id: FileId) {
        if self.stale.insert(id) {
            self.line.push_back(id);
        }
    }

    /// Whether somebody has a text open that cannot be read.
    fn is_broken(&self, id: FileId) -> bool {
        self.live != Some(id) && self.open.get(&*self.name_of(id)).is_some_and(|d| d.parse().has_errors())
    }

    /// Looks at a file that was taken out of the line.
    fn check(&mut self, id: FileId) -> Findings {
        self.stale.remove(&id);
        let file = self.name_of(id).to_string();
        let found = self.findings(id);
        match found.is_empty() {
            true => self.with_findings.remove(&id),
            false => self.with_findings.insert(id),
        };
        Findings { file, found }
    }

    /// What the parser says, else what the compiler says, else what the checker says.
    pub(crate) fn findings(&mut self, id: FileId) -> Vec<Diagnostic> {
        let is_there = self.project.file(&self.project.known().file_name(id)) == Some(id);
        let Some(document) = self.document_of(id).filter(|_| is_there) else { return Vec::new() };
        let mut found = document.parse().diagnostics.clone();
        let is_error = |d: &Diagnostic| d.severity == Severity::Error;
        if !found.iter().any(is_error) {
            let name = self.name_of(id);
            found.extend(aura_syntax::slips(document.text(), &document.parse().file));
            found.extend(self.outside.refused(&name, document.text(), &document.parse().file));
        }
        if !found.iter().any(is_error) {
            found.extend(self.project.check(id));
            found.extend(self.missing_imports(id, &document));
        }
        found
    }

    /// The imports of files that are neither on the disk nor in an editor alone.
    fn missing_imports(&self, id: FileId, document: &Document) -> Vec<Diagnostic> {
        let from = self.project.known().file_name(id);
        let missing = |path: &str| {
            let target = self.outside.imported(&from, path);
            (!self.open.contains_key(&target) && self.outside.is_absent(&target)).then_some(target)
        };
        aura_types::missing_imports(document.text(), &document.parse().file, &missing)
    }

    /// The number of a file. The checker knows files of the library by other names than editors do.
    pub(crate) fn file(&self, name: &str) -> Option<FileId> {
        let known = self.project.file(name).or_else(|| self.project.file(&self.outside.library_file(name)?));
        known.or_else(|| self.live.filter(|_| self.live_name().is_some_and(|live| &*live == name)))
    }

    /// The objects of an image, as a file.
    pub(crate) fn live(&self) -> Option<FileId> {
        self.live
    }

    /// The name of the file in which people see what lives in an image. It is made when somebody wants to see it.
    fn live_name(&self) -> Option<Rc<str>> {
        let make = || Some(Rc::from(self.outside.shown_objects(&self.project.known().file_text(self.live?))?));
        self.live_name.get_or_init(make).clone()
    }

    /// The name that an editor knows a file by.
    pub(crate) fn name_of(&self, id: FileId) -> Rc<str> {
        let name = self.project.known().file_name(id);
        if self.live == Some(id) {
            return self.live_name().unwrap_or(name);
        }
        match self.library.contains(&*name) {
            true => self.outside.shown(&name).map_or(name, Rc::from),
            false => name,
        }
    }

    /// A file's text and tree.
    pub(crate) fn document_of(&mut self, id: FileId) -> Option<Rc<Document>> {
        if let Some(document) = self.open.get(&*self.name_of(id)) {
            return Some(document.clone());
        }
        if let Some(document) = self.kept.get(&id) {
            return Some(document.clone());
        }
        let text = self.universe().file_text(id);
        let document = Rc::new(Document::new(&text));
        if self.kept.len() >= MOST_KEPT {
            self.kept.clear();
        }
        self.kept.insert(id, document.clone());
        Some(document)
    }

    /// A file by its name, with everything that follows for it from the latest changes: its number, text and tree. What follows for
    /// others is not waited for.
    pub(crate) fn at(&mut self, name: &str) -> Option<(FileId, Rc<Document>)> {
        let found = self.at_once(name)?;
        self.find_out_for(found.0);
        Some(found)
    }

    /// The same for whoever types at this moment: what the latest changes of other files mean for it is not waited for.
    pub(crate) fn at_once(&mut self, name: &str) -> Option<(FileId, Rc<Document>)> {
        self.settle();
        if self.file(name).is_none() {
            let text = self.outside.read(name)?;
            self.set(name, &text);
        }
        let id = self.file(name)?;
        Some((id, self.document_of(id)?))
    }

    /// A file's text and tree, by its name.
    pub fn document(&mut self, name: &str) -> Option<Rc<Document>> {
        match self.open.get(name) {
            Some(document) => Some(document.clone()),
            None => self.at(name).map(|(_, document)| document),
        }
    }

    pub(crate) fn universe(&mut self) -> &mut Universe {
        self.project.universe()
    }
}

/// The files that others import: as an editor has them, else as they are on the disk.
struct Imports<'i> {
    outside: &'i dyn Outside,
    open: &'i FxHashMap<String, Rc<Document>>,
}

impl Finder for Imports<'_> {
    fn name(&self, from: &str, path: &str) -> Option<String> {
        Some(self.outside.imported(from, path))
    }

    fn text(&self, from: &str, path: &str) -> Option<String> {
        let target = self.outside.imported(from, path);
        let open = self.open.get(&target).map(|document| document.text().to_string());
        open.or_else(|| self.outside.read(&target))
    }
}
