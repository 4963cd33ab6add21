//! A commit: what has changed, and everything new that it leads to, as rows in one atomic batch.
//!
//! Objects are numbered when they are first met and written in that order, so that neighbours in the graph are neighbours in the file, and
//! a commit of a million new objects only ever appends. A changed object's segment is read, changed and written; what its record was goes
//! to the history. Numbers that were given out for a commit that then fails are taken back.
//!
//! What must stay true: the nursery is empty when a commit begins, and nothing runs or is collected until it has ended; the batch is
//! applied only if the store's head is the one that this image knows.
//!
//! * here: what is written, and the batch; `store` records as rows; `numbers` what is given a number; `records` objects as records

mod numbers;
mod records;
mod store;

use std::collections::{BTreeMap, VecDeque};
use std::time::{SystemTime, UNIX_EPOCH};

use aura_heap::{BASE, Heap, MapId, Value};
use rustc_hash::FxHashMap;

use self::numbers::{Fresh, MapFacts};
use crate::format::commit::CommitRow;
use crate::format::keys;
use crate::format::keys::meta;
use crate::format::segment::Builder;
use crate::image::Image;
use crate::rows::Changes;
use crate::store::{Space, StoreError};
use crate::{ImageError, Machine};

pub(crate) use self::records::{is_transient, rows_of};

/// Something that was given a number and waits to be written.
#[derive(Clone, Copy)]
enum Job {
    Object(Value, u64),
    Map(MapId, u64),
    Code(u64, u64),
}

/// A commit under way.
pub(crate) struct Commit<'i> {
    pub(crate) image: &'i mut Image,
    queue: VecDeque<Job>,
    fresh: Fresh,
    next: u64,
    filled: usize,
    changes: Changes,
    /// Segments that were there before.
    touched: BTreeMap<u64, Builder>,
    /// The segment that is being filled.
    current: Option<(u64, Builder)>,
    facts: FxHashMap<MapId, MapFacts>,
    last: Option<(MapId, MapFacts)>,
    changed: Vec<u64>,
    out: Vec<u8>,
    /// Where `out` may be cut into pieces.
    cuts: Vec<usize>,
}

impl Image {
    /// Makes everything that has changed durable. Answers the number of the commit, which is the last one's if nothing has changed.
    ///
    /// # Errors
    /// When the store fails or somebody else has committed; nothing is stored then, and everything is still to be committed.
    pub fn commit(&mut self, m: &mut impl Machine, reason: &str) -> Result<u64, ImageError> {
        if self.rows.at.is_some() {
            return Err(StoreError::ReadOnly.into());
        }
        if m.heap().changes().is_empty() && self.moved.is_empty() {
            return Ok(self.head);
        }
        let (next, filled, names) = (self.next, self.filled, self.names.next);
        let mut c = Commit {
            queue: VecDeque::new(),
            fresh: Fresh::default(),
            next,
            filled,
            changes: Changes::default(),
            touched: BTreeMap::new(),
            current: None,
            facts: FxHashMap::default(),
            last: None,
            changed: Vec::new(),
            out: Vec::new(),
            cuts: Vec::new(),
            image: self,
        };
        let done = c.write_all(m).and_then(|()| c.finish(m, reason));
        let fresh = c.fresh;
        match done {
            Ok(head) => {
                m.heap().clear_changes();
                Ok(head)
            }
            Err(e) => {
                self.take_back(m.heap(), fresh);
                (self.next, self.filled, self.names.next) = (next, filled, names);
                Err(e)
            }
        }
    }

    fn take_back(&mut self, heap: &mut Heap, fresh: Fresh) {
        for (o, id) in fresh.objects {
            heap.set_id(o, 0);
            self.places.forget(id);
        }
        for (map, id) in fresh.maps {
            self.tables.id_of_map.remove(&map);
            self.tables.map_of_id.remove(&id);
        }
        for (word, id) in fresh.codes {
            self.tables.id_of_code.remove(&word);
            self.tables.code_of_id.remove(&id);
        }
        for base in fresh.bases {
            if let Some(id) = self.names.id_of_base.remove(&base) {
                self.places.forget(id);
            }
        }
        for source in fresh.sources {
            self.tables.key_of_source.remove(&source);
        }
        self.scratch.forget();
    }
}

impl Commit<'_> {
    fn write_all(&mut self, m: &mut impl Machine) -> Result<(), ImageError> {
        let changes = m.heap().changes().to_vec();
        for o in changes {
            let id = m.heap().id(o);
            if id & BASE == 0 {
                self.object(m, o, id);
                self.store_changed(id)?;
            } else if let Some(id) = self.delta(m, o, (id & !BASE) as usize) {
                self.store_changed(id)?;
            }
        }
        for (id, _) in self.image.moved.clone() {
            if let Some(map) = self.image.tables.map_of_id.get(&id).copied() {
                self.map_record(m, map, id);
                self.store_changed(id)?;
            }
        }
        while let Some(job) = self.queue.pop_front() {
            let id = match job {
                Job::Object(o, id) => {
                    self.object(m, o, id);
                    id
                }
                Job::Map(map, id) => {
                    self.map_record(m, map, id);
                    id
                }
                Job::Code(word, id) => {
                    self.code_record(m, word, id);
                    id
                }
            };
            self.store_new(id)?;
        }
        Ok(())
    }

    /// The rest of the batch, and its application.
    fn finish(&mut self, m: &mut impl Machine, reason: &str) -> Result<u64, ImageError> {
        if self.changed.is_empty() && self.fresh.is_empty() {
            return Ok(self.image.head);
        }
        let written = std::mem::take(&mut self.touched).into_iter().chain(self.current.take());
        for (number, builder) in written {
            self.changes.put(Space::Segments, &keys::number(number), &builder.bytes());
        }
        let head = self.image.head + 1;
        self.changed.sort_unstable();
        let row = CommitRow {
            time: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_micros() as u64),
            author: self.image.author.clone(),
            reason: reason.to_string(),
            next: self.next,
            first_new: self.image.next,
            changed: std::mem::take(&mut self.changed),
            created: (self.fresh.objects.len() + self.fresh.maps.len() + self.fresh.codes.len()) as u64,
            names: self.image.names.next - 1,
        };
        self.changes.put(Space::Commits, &keys::number(head), &row.bytes());
        self.changes.require(Space::Meta, meta::HEAD, Some(&keys::number(self.image.head)));
        let numbers =
            [(meta::HEAD, head), (meta::NEXT, self.next), (meta::NAMES, self.image.names.next - 1), (meta::SERIAL, m.serial())];
        numbers.into_iter().for_each(|(key, n)| self.changes.counter(key, n));
        self.image.rows.store().apply(&self.changes.batch)?;
        (self.image.head, self.image.next, self.image.filled) = (head, self.next, self.filled);
        self.image.moved.clear();
        self.image.scratch.forget();
        Ok(head)
    }
}
