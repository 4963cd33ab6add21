//! An open image: what it knows of the machine's objects, and where it stands.
//!
//! What must stay true: `head` is the number of the last commit in the store; every number below `next` has been given out and
//! none above it; an object in memory that the image knows has its number in the heap and its place in `places`. Maps and code, which are
//! no objects of the heap, are known by tables in both directions.

use std::ops::{Bound, ControlFlow};
use std::sync::Arc;

use aura_code::Origin;
use aura_heap::{BASE, Heap, Kind, MapId, Value};
use rustc_hash::FxHashMap;

use crate::format::commit::CommitRow;
use crate::format::keys::meta;
use crate::format::{Broken, VERSION, keys, segment};
use crate::library::{self, Library};
use crate::places::Places;
use crate::rows::{Changes, Rows};
use crate::store::{ImageStore, Order, Space, StoreError};
use crate::{ImageError, Machine};

/// Numbers below this one are those of the library's objects; 0 is none.
pub(crate) const FIRST: u64 = 1 << 20;

/// Serial numbers of activations that a machine can count up to.
const MOST_SERIALS: u64 = 1 << 43;

/// Numbers of maps and code, which are no objects of the heap.
#[derive(Default)]
pub(crate) struct Tables {
    pub(crate) id_of_map: FxHashMap<MapId, u64>,
    pub(crate) map_of_id: FxHashMap<u64, MapId>,
    /// For maps of library objects whose data slots are other than they were: where each one's contents come from.
    pub(crate) adapted: FxHashMap<u64, Arc<[Option<u32>]>>,
    pub(crate) id_of_code: FxHashMap<u64, u64>,
    pub(crate) code_of_id: FxHashMap<u64, u64>,
    pub(crate) source_of_key: FxHashMap<[u8; 16], Arc<Origin>>,
    pub(crate) key_of_source: FxHashMap<*const Origin, ([u8; 16], Arc<Origin>)>,
}

/// Numbers of the library's objects that the image refers to.
#[derive(Default)]
pub(crate) struct Names {
    /// By the object's place among the library's.
    pub(crate) id_of_base: FxHashMap<usize, u64>,
    /// What the library of today does not have.
    pub(crate) missing: FxHashMap<u64, String>,
    pub(crate) next: u64,
}

/// An open image.
pub struct Image {
    pub(crate) rows: Rows,
    pub(crate) head: u64,
    pub(crate) next: u64,
    /// Estimated bytes in the segment that `next` is in.
    pub(crate) filled: usize,
    pub(crate) library: Library,
    pub(crate) places: Places,
    pub(crate) tables: Tables,
    pub(crate) names: Names,
    pub(crate) scratch: crate::decode::Scratch,
    /// Maps that were replaced by others for all objects that have them, since the last commit: their numbers, and what they were.
    pub(crate) moved: Vec<(u64, Option<MapId>)>,
    /// Who commits.
    pub author: String,
}

impl Image {
    /// Whether nothing was ever put into a store.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn is_empty(store: &dyn ImageStore) -> Result<bool, ImageError> {
        let mut empty = true;
        for space in Space::ALL {
            store.range(space, Bound::Unbounded, Bound::Unbounded, Order::Ascending, &mut |_, _| {
                empty = false;
                ControlFlow::Break(())
            })?;
        }
        Ok(empty)
    }

    /// Makes an empty image in an empty store.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn format(store: &mut dyn ImageStore, made: &str) -> Result<(), ImageError> {
        let mut changes = Changes::default();
        changes.require(Space::Meta, meta::FORMAT, None);
        for (key, n) in [
            (meta::FORMAT, VERSION),
            (meta::HEAD, 0),
            (meta::NEXT, FIRST),
            (meta::NAMES, 0),
            (meta::SERIAL, 0),
            (meta::OLDEST, 0),
        ] {
            changes.counter(key, n);
        }
        changes.put(Space::Meta, meta::MADE, made.as_bytes());
        let first = CommitRow { next: FIRST, first_new: FIRST, ..CommitRow::default() };
        changes.put(Space::Commits, &keys::number(0), &first.bytes());
        store.apply(&changes.batch)?;
        Ok(())
    }

    /// Opens the image in some rows for a machine that has just loaded its library and run nothing since. `at` names an earlier commit: its objects are
    /// read, and nothing can be committed.
    ///
    /// # Errors
    /// When the store is no image, of a newer format, damaged, or refers to what the library does not have.
    pub fn open(mut rows: Rows, at: Option<u64>, machine: &mut impl Machine) -> Result<Image, ImageError> {
        check_format(&rows)?;
        let (head, next, serial) = (rows.head()?, rows.told(meta::NEXT)?, rows.told(meta::SERIAL)?);
        if next < FIRST || serial > MOST_SERIALS {
            return Err(ImageError::broken(Broken("a counter"), "meta"));
        }
        if let Some(at) = at {
            crate::history::check_readable(&rows, at)?;
            rows.at = Some(at);
        }
        machine.serials_from(serial);
        let mut image = Image {
            rows,
            head,
            next,
            filled: 0,
            library: Library::default(),
            places: Places::default(),
            tables: Tables::default(),
            names: Names::default(),
            scratch: crate::decode::Scratch::default(),
            moved: Vec::new(),
            author: String::new(),
        };
        image.meet_library(machine);
        image.read_names(machine)?;
        image.apply_deltas(machine)?;
        image.filled = image.estimate_filled()?;
        machine.flush();
        machine.heap().clear_changes();
        Ok(image)
    }

    /// Numbers the library's objects, and has the heap tell of changes from now on.
    fn meet_library(&mut self, machine: &mut impl Machine) {
        let lobby = machine.specials()[3];
        let walked = Library::walk(machine.heap(), lobby);
        self.library = walked.library;
        machine.heap().track(walked.objects, walked.hashes);
    }

    /// Finds the library's objects that the image refers to.
    fn read_names(&mut self, machine: &mut impl Machine) -> Result<(), ImageError> {
        let lobby = machine.specials()[3];
        let mut found = Vec::new();
        self.rows.all(Space::Names, &mut |path, id| {
            let broken = || ImageError::broken(Broken("a name"), String::from_utf8_lossy(path));
            let id = keys::read_number(id).filter(|id| (1..FIRST).contains(id)).ok_or_else(broken)?;
            found.push((String::from_utf8(path.to_vec()).map_err(|_| broken())?, id));
            Ok(())
        })?;
        let told = self.rows.counter(meta::NAMES)?.unwrap_or(0);
        if found.len() as u64 != told {
            return Err(ImageError::Lost(format!("{} of {told} names of library objects", told.abs_diff(found.len() as u64))));
        }
        self.names.next = told + 1;
        for (path, id) in found {
            let heap = machine.heap();
            match library::resolve(heap, lobby, &path).map(|o| (o, heap.id(o))) {
                Some((o, base)) if base & BASE != 0 => {
                    self.names.id_of_base.insert((base & !BASE) as usize, id);
                    self.places.set(id, o);
                }
                _ => {
                    self.names.missing.insert(id, path);
                }
            }
        }
        Ok(())
    }

    /// The estimated size of the segment that is being filled.
    fn estimate_filled(&mut self) -> Result<usize, ImageError> {
        if self.next.is_multiple_of(segment::PLACES) {
            return Ok(0);
        }
        let mut bytes = Vec::new();
        self.rows.segment(segment::of(self.next), &mut bytes)?;
        Ok(bytes.len())
    }

    /// The number of the last commit.
    pub fn head(&self) -> u64 {
        self.head
    }

    /// The commit whose objects are read, if it is not the last.
    pub fn at(&self) -> Option<u64> {
        self.rows.at
    }

    /// The rows.
    pub fn rows(&mut self) -> &mut Rows {
        &mut self.rows
    }

    /// The number of a library object, given out if it has none.
    pub(crate) fn name_base(&mut self, index: usize) -> (u64, bool) {
        if let Some(id) = self.names.id_of_base.get(&index) {
            return (*id, false);
        }
        let id = self.names.next;
        self.names.next += 1;
        self.names.id_of_base.insert(index, id);
        (id, true)
    }

    /// All objects that had the map `old`, in memory or not, have `new` from now on.
    pub fn map_moved(&mut self, old: MapId, new: MapId) {
        if let Some(id) = self.tables.id_of_map.remove(&old) {
            self.tables.id_of_map.insert(new, id);
            self.tables.map_of_id.insert(id, new);
            self.moved.push((id, Some(old)));
            self.scratch.forget();
        }
    }

    /// Forgets what objects hold that are as they were stored, so that everything has to be brought again: for tests. Answers how many.
    pub fn evict(&mut self, machine: &mut impl Machine) -> usize {
        let specials = machine.specials();
        let heap = machine.heap();
        let changed: rustc_hash::FxHashSet<Value> = heap.changes().iter().copied().collect();
        let evictable = |heap: &Heap, o: Value| match heap.kind(o) {
            Some(Kind::Plain | Kind::Vector | Kind::Bytes | Kind::Method) => true,
            Some(Kind::String) => !heap.is_canonical(o),
            _ => false,
        };
        let all: Vec<Value> = self.places.each().filter(|o| heap.id(*o) & BASE == 0 && evictable(heap, *o)).collect();
        let gone = all.into_iter().filter(|o| !changed.contains(o) && !specials.contains(o));
        let gone: Vec<Value> = gone.collect();
        gone.iter().for_each(|o| heap.make_absent(*o));
        machine.flush();
        gone.len()
    }

    /// After marking, before sweeping: forgets what will be gone.
    pub fn sweep(&mut self, map_alive: &dyn Fn(MapId) -> bool, alive: &dyn Fn(Value) -> bool) {
        self.places.sweep(alive);
        self.scratch.forget();
        self.tables.map_of_id.retain(|_, map| map_alive(*map));
        self.tables.id_of_map.retain(|map, _| map_alive(*map));
        self.moved.iter_mut().for_each(|(_, old)| *old = old.filter(|map| map_alive(*map)));
    }

    /// The number that the image knows an object by, if it does. For the library's objects that it does not refer to there is none.
    pub fn number_of(&self, heap: &Heap, o: Value) -> Option<u64> {
        match heap.id(o) {
            0 => None,
            id if id & BASE != 0 => self.names.id_of_base.get(&((id & !BASE) as usize)).copied(),
            id => Some(id),
        }
    }
}

/// Whether the store is an image that this program understands.
pub(crate) fn check_format(rows: &Rows) -> Result<(), ImageError> {
    match rows.counter(meta::FORMAT)? {
        None => Err(StoreError::NotAnImage { path: "the file".into(), why: "it does not say which format it has".into() }.into()),
        Some(found) if found > VERSION => Err(StoreError::Newer { found, known: VERSION }.into()),
        Some(_) => Ok(()),
    }
}
