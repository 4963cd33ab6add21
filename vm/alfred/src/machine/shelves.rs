//! The memories of a program's files, as far as they were needed, and what is in them.
//!
//! What must stay true: nothing is read before it is needed, since a program that misses nothing pays nothing, and everything is read
//! once; a method is found by the file and the name of its object, never by the name alone.

use std::collections::{BTreeMap, BTreeSet};

use aura_run::{Missing, Vm};

use crate::memory::{Known, Memories, Memory, MemoryError, Opened, Recalled};
use crate::situation::{Refused, Verified};

/// Methods of earlier runs that are told about.
const MOST_VERIFIED: usize = 200;

/// See the module's comment.
pub(super) struct Shelves {
    memories: Box<dyn Memories>,
    open: BTreeMap<String, Shelf>,
    /// Names that the program's files define.
    own: BTreeSet<String>,
}

/// One file's.
#[derive(Default)]
struct Shelf {
    memory: Option<Box<dyn Memory>>,
    methods: Vec<Held>,
    /// What people have refused, with the selector.
    refused: Vec<(String, Refused)>,
}

/// A method that can be installed.
pub(super) struct Held {
    pub(super) known: Known,
    /// How often it was, in this run.
    pub(super) uses: u32,
}

/// Where something may be remembered for an object of a send's path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    /// The file, as the machine knows it.
    pub(super) file: String,
    /// What the object is called there.
    pub(super) at: String,
    /// The object's place on the path.
    pub(super) holder: usize,
}

impl Shelves {
    pub(super) fn new(memories: Box<dyn Memories>, own: BTreeSet<String>) -> Self {
        Self { memories, open: BTreeMap::new(), own }
    }

    /// The program's own file.
    pub(super) fn main(&self) -> String {
        self.memories.main()
    }

    /// Where something may be remembered for a send, objects nearest to the receiver first. An object of the library is nobody's own:
    /// whoever sends to it remembers, and everybody's memory is looked at.
    pub(super) fn spots(&self, missing: &Missing, vm: &Vm) -> Vec<Spot> {
        let mut all = Vec::new();
        for (holder, view) in missing.path.iter().enumerate() {
            let own = view.names.iter().map(|n| Spot { file: self.memories.home(&n.file, &n.path), at: n.path.clone(), holder });
            all.extend(own);
            if let (true, Some(path)) = (view.names.is_empty(), &view.path) {
                let mut others: Vec<String> = vm.modules().map(|(file, _)| file.to_string()).collect();
                others.sort();
                let files = [missing.caller.file.clone(), self.main()].into_iter().chain(others);
                all.extend(files.map(|file| Spot { file, at: path.clone(), holder }));
            }
        }
        all
    }

    /// Reads what is known in these places, as far as it is not. Answers what a person should know.
    ///
    /// # Errors
    /// When something is damaged, or cannot be read.
    pub(super) fn read(&mut self, spots: &[Spot], vm: &mut Vm) -> Result<Vec<String>, MemoryError> {
        let mut all = Vec::new();
        for spot in spots {
            all.extend(self.shelf(&spot.file, vm)?.1);
        }
        Ok(all)
    }

    /// A file's shelf, and what was to be known when it was read just now.
    fn shelf(&mut self, file: &str, vm: &mut Vm) -> Result<(&mut Shelf, Vec<String>), MemoryError> {
        let mut news = Vec::new();
        if !self.open.contains_key(file) {
            let Opened { mut memory, own } = self.memories.open(vm, file)?;
            let recalled = memory.as_mut().map(|m| m.recall(vm)).transpose()?.unwrap_or_default();
            let Recalled { methods, refused, notes } = recalled;
            let methods = methods.into_iter().map(|known| Held { known, uses: 0 }).collect();
            self.own.extend(own);
            self.open.insert(file.into(), Shelf { memory, methods, refused });
            news = notes;
        }
        Ok((self.open.entry(file.into()).or_default(), news))
    }

    /// A file's memory.
    ///
    /// # Errors
    /// As [`Shelves::read`].
    pub(super) fn memory(&mut self, file: &str, vm: &mut Vm) -> Result<Option<&mut dyn Memory>, MemoryError> {
        let (shelf, _) = self.shelf(file, vm)?;
        Ok(match &mut shelf.memory {
            Some(memory) => Some(&mut **memory),
            None => None,
        })
    }

    /// The file that remembers what is learned for an object of a send's path.
    pub(super) fn keeper(&self, holder: usize, spots: &[Spot]) -> String {
        let keeps = |file: &str| self.open.get(file).is_some_and(|shelf| shelf.memory.is_some());
        let mut own = spots.iter().filter(|s| s.holder == holder);
        own.find(|s| keeps(&s.file)).map_or_else(|| self.main(), |s| s.file.clone())
    }

    /// Takes the first method with this selector out that fits a place.
    pub(super) fn take(&mut self, selector: &str, spots: &[Spot], fits: impl Fn(&Known, &Spot) -> bool) -> Option<(Spot, Held)> {
        spots.iter().find_map(|spot| {
            let methods = &mut self.open.get_mut(&spot.file)?.methods;
            let is_it = |h: &Held| h.known.selector == selector && h.known.at == spot.at && fits(&h.known, spot);
            let index = methods.iter().position(is_it)?;
            Some((spot.clone(), methods.remove(index)))
        })
    }

    /// Puts a method back, or in.
    pub(super) fn put(&mut self, file: &str, held: Held) {
        let methods = &mut self.open.entry(file.into()).or_default().methods;
        methods.retain(|h| !(h.known.at == held.known.at && h.known.selector == held.known.selector));
        methods.push(held);
    }

    /// What people have refused, for the files of these places.
    pub(super) fn refused(&self, selector: &str, spots: &[Spot]) -> Vec<Refused> {
        let files: BTreeSet<&String> = spots.iter().map(|s| &s.file).collect();
        let shelves = files.into_iter().filter_map(|file| self.open.get(file));
        shelves.flat_map(|s| &s.refused).filter(|(s, _)| s == selector).map(|(_, r)| r.clone()).collect()
    }

    /// All methods that are known.
    pub(super) fn known(&self) -> Vec<Verified> {
        self.open.iter().flat_map(|(file, shelf)| shelf.methods.iter().map(|h| h.known.verified(file))).collect()
    }

    /// All that are known for a file.
    pub(super) fn of_file(&self, file: &str) -> Vec<Known> {
        self.open.get(file).map_or_else(Vec::new, |shelf| shelf.methods.iter().map(|h| h.known.clone()).collect())
    }

    /// Those that may serve as examples.
    pub(super) fn verified(&self) -> Vec<Verified> {
        self.known().into_iter().take(MOST_VERIFIED).collect()
    }

    /// Names that the program's files define.
    pub(super) fn own(&self) -> Vec<String> {
        self.own.iter().cloned().collect()
    }
}
