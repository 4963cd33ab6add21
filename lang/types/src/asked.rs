//! What a file's code has asked for beyond the names that are written in it, and of which files: whom a change elsewhere may concern.
//!
//! What must stay true: what is remembered about a file was asked for by its own code, in the innermost unit that is being looked at;
//! what that unit has from another one is an answer of the other one's file.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::infer::Unit;
use crate::names::Name;
use crate::object::{FileId, ObjectId};
use crate::promise::Changes;
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
    /// Messages that were looked up, each with the object where that began.
    found: FxHashSet<(ObjectId, Name)>,
    /// Messages to self, each with the object of the code: what inherits from it may answer.
    below: FxHashSet<(ObjectId, Name)>,
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

    /// The files that a file has asked, perhaps by way of others.
    pub(crate) fn by(&self, file: FileId) -> FxHashSet<FileId> {
        reached(file, &mut |file| self.of.get(file).into_iter().flat_map(|of| &of.files).copied().collect())
    }

    /// The files that a file has asked and that have asked it, both perhaps by way of others: with itself, if there are any.
    pub(crate) fn ring(&self, file: FileId) -> FxHashSet<FileId> {
        // Who was asked by whom, among those that the file has asked.
        let mut askers: FxHashMap<FileId, Vec<FileId>> = FxHashMap::default();
        let mut asked = |file: &FileId| -> Vec<FileId> {
            let others: Vec<FileId> = self.of.get(file).into_iter().flat_map(|of| &of.files).copied().collect();
            others.iter().for_each(|other| askers.entry(*other).or_default().push(*file));
            others
        };
        reached(file, &mut asked);
        reached(file, &mut |file| askers.get(file).cloned().unwrap_or_default())
    }
}

/// All that is reached from a file by one step or more.
fn reached(file: FileId, step: &mut dyn FnMut(&FileId) -> Vec<FileId>) -> FxHashSet<FileId> {
    let (mut all, mut left) = (FxHashSet::default(), vec![file]);
    let mut gone_from = FxHashSet::default();
    while let Some(file) = left.pop() {
        if gone_from.insert(file) {
            left.extend(step(&file).into_iter().filter(|other| all.insert(*other)));
        }
    }
    all
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

    /// The code that is asking looks a message up, from an object upwards.
    pub(crate) fn ask_up(&mut self, object: ObjectId, name: Name) {
        if let Some(file) = self.asking() {
            self.ask_up_by(file, object, name);
        }
    }

    /// The same where what is written in a file says what is looked up, whoever wants to know.
    pub(crate) fn ask_up_by(&mut self, file: FileId, object: ObjectId, name: Name) {
        self.asked.of.entry(file).or_default().found.insert((object, name));
    }

    /// The code that is asking sends a message to self, which objects below an object may answer.
    pub(crate) fn ask_down(&mut self, object: ObjectId, name: Name) {
        if let Some(file) = self.asking() {
            self.asked.of.entry(file).or_default().below.insert((object, name));
        }
    }

    /// Whether a file has looked for one of the slots that have changed, from where it is found now or was found before.
    pub(crate) fn looked_for(&mut self, file: FileId, changes: &Changes) -> bool {
        let Some(of) = self.asked.of.get(&file) else { return false };
        // Each slot that has changed, with where a look-up began that may find it.
        let pairs = |looked: &FxHashSet<(ObjectId, Name)>| -> Vec<(ObjectId, ObjectId)> {
            let slots = |name: &Name| [Some(*name), self.names.assigned(*name)].into_iter().flatten();
            let changed = |name: Name| changes.slots.get(&name).into_iter().flatten().copied();
            let all = looked.iter().flat_map(|(from, name)| slots(name).flat_map(changed).map(|to| (*from, to)));
            all.collect()
        };
        let (up, down) = (pairs(&of.found), pairs(&of.below));
        up.into_iter().any(|(from, to)| self.inherits(from, to))
            || down.into_iter().any(|(from, to)| changes.was_below(to, from) || self.inherits(to, from))
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
