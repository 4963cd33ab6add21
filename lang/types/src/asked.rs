//! What a file's code has asked for beyond the names that are written in it, and of which files: whom a change elsewhere may concern.
//!
//! What must stay true: what is remembered about a file was asked for by its own code, in the innermost unit that is being looked at;
//! what that unit has from another one is an answer of the other one's file.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::infer::Unit;
use crate::names::Name;
use crate::object::{FileId, ObjectId};
use crate::universe::Universe;

/// What files have asked for.
#[derive(Default)]
pub(crate) struct Asked {
    of: FxHashMap<FileId, OfFile>,
    /// Who asked whom last: mostly it is the same again.
    last: Option<(FileId, FileId)>,
}

/// What one file has asked for.
#[derive(Default)]
struct OfFile {
    /// Messages that interfaces consist of.
    names: FxHashSet<Name>,
    /// Objects whose slots were gone through.
    objects: FxHashSet<ObjectId>,
    /// Files whose code was to tell something.
    files: FxHashSet<FileId>,
}

impl Asked {
    /// Forgets what a file has asked for.
    pub(crate) fn forget(&mut self, file: FileId) {
        self.of.remove(&file);
        self.last = None;
    }

    fn add(&mut self, from: FileId, to: FileId) {
        if from != to && self.last != Some((from, to)) {
            self.last = Some((from, to));
            self.of.entry(from).or_default().files.insert(to);
        }
    }

    /// Whether a file asked for one of the messages, or went through one of the objects.
    pub(crate) fn concerns(&self, file: FileId, names: &FxHashSet<Name>, objects: &FxHashSet<ObjectId>) -> bool {
        self.of.get(&file).is_some_and(|of| !of.names.is_disjoint(names) || !of.objects.is_disjoint(objects))
    }

    /// The files that a file has asked and that have asked it, both perhaps by way of others: with itself, if there are any.
    pub(crate) fn ring(&self, file: FileId) -> FxHashSet<FileId> {
        let mut below = self.reached(file);
        below.retain(|other| *other == file || self.reached(*other).contains(&file));
        below
    }

    /// The files that a file has asked, perhaps by way of others.
    fn reached(&self, file: FileId) -> FxHashSet<FileId> {
        let (mut all, mut left) = (FxHashSet::default(), vec![file]);
        while let Some(of) = left.pop().and_then(|file| self.of.get(&file)) {
            left.extend(of.files.iter().filter(|other| all.insert(**other)));
        }
        all
    }
}

impl Universe {
    /// The file whose code is asking.
    pub(crate) fn asking(&self) -> Option<FileId> {
        self.recursion.innermost().map_or(self.checked, |unit| self.file_of(unit))
    }

    /// The file in which a unit is written.
    pub(crate) fn file_of(&self, unit: Unit) -> Option<FileId> {
        match unit {
            Unit::Method(slot) | Unit::Initial(slot) | Unit::Contents(slot) => self.slot(slot).file,
            Unit::Statements(file) => Some(file),
            Unit::Parents(object) => self.object(object).slots.iter().filter(|s| s.is_parent).find_map(|s| s.file),
        }
    }

    /// The code that is asking wants to know what something answers to a message.
    pub(crate) fn ask_for(&mut self, name: Name) {
        if let Some(file) = self.asking() {
            self.asked.of.entry(file).or_default().names.insert(name);
        }
    }

    /// The code that is asking goes through an object's slots.
    pub(crate) fn ask_through(&mut self, object: ObjectId) {
        if let Some(file) = self.asking() {
            self.asked.of.entry(file).or_default().objects.insert(object);
        }
    }

    /// The code that is asking wants to know something from a file.
    pub(crate) fn ask_file(&mut self, to: Option<FileId>) {
        if let (Some(from), Some(to)) = (self.asking(), to) {
            self.asked.add(from, to);
        }
    }

    /// What an object finds depends on what is above it.
    pub(crate) fn ask_above(&mut self, object: ObjectId, above: ObjectId) {
        if let (Some(from), Some(to)) = (self.file_of_object(object), self.file_of_object(above)) {
            self.asked.add(from, to);
        }
    }

    /// The file in which an object is written.
    pub(crate) fn file_of_object(&self, object: ObjectId) -> Option<FileId> {
        let object = self.object(object);
        object.origin.map(|o| o.0).or_else(|| object.slots.iter().find_map(|s| s.file))
    }
}
