//! Numbers: what is met for the first time is given one, and waits to be written. They are given out so that what is met together lies in one
//! segment, and taken back if the commit fails.

use std::sync::Arc;

use aura_code::Origin;
use aura_heap::{BASE, Heap, Kind, MapId, SlotKind, Value};

use super::{Commit, Job, is_transient};
use crate::format::keys;
use crate::format::segment::{self, FULL, LARGEST, PLACES};
use crate::store::Space;

/// What must be taken back if the commit fails.
#[derive(Default)]
pub(super) struct Fresh {
    pub(super) objects: Vec<(Value, u64)>,
    pub(super) maps: Vec<(MapId, u64)>,
    pub(super) codes: Vec<(u64, u64)>,
    pub(super) bases: Vec<usize>,
    pub(super) sources: Vec<*const Origin>,
}

impl Fresh {
    pub(super) fn is_empty(&self) -> bool {
        self.objects.is_empty() && self.maps.is_empty() && self.codes.is_empty() && self.bases.is_empty()
    }
}

/// What is known of a map while objects that have it are written.
#[derive(Clone)]
pub(super) struct MapFacts {
    pub(super) id: u64,
    pub(super) data: u32,
    /// Which data slots are not stored.
    pub(super) transient: Option<Arc<[bool]>>,
}

impl Commit<'_> {
    /// The number of a library object.
    pub(crate) fn base(&mut self, index: usize, heap: &Heap, o: Value) -> u64 {
        let (id, new) = self.image.name_base(index);
        if new {
            let path = self.image.library.path(heap, index);
            self.changes.put(Space::Names, path.as_bytes(), &keys::number(id));
            self.image.places.set(id, o);
            self.fresh.bases.push(index);
        }
        id
    }

    /// A new number for something of about so many bytes.
    fn number(&mut self, bytes: usize) -> u64 {
        let full = self.filled > FULL && !self.next.is_multiple_of(PLACES);
        if full {
            self.next = (segment::of(self.next) + 1) * PLACES;
        }
        if full || self.next.is_multiple_of(PLACES) {
            self.filled = 0;
        }
        self.filled += bytes;
        self.next += 1;
        self.next - 1
    }

    /// The number of an object, given out if it has none.
    #[inline]
    pub(super) fn object_number(&mut self, heap: &mut Heap, o: Value) -> u64 {
        let id = heap.id(o);
        if id & BASE != 0 {
            return self.base((id & !BASE) as usize, heap, o);
        }
        if id != 0 {
            return id;
        }
        let words = heap.room(o);
        let bytes = match heap.kind(o) {
            Some(Kind::String | Kind::Bytes) => words * 8,
            _ => 6 + words * 3,
        };
        let id = self.number(if bytes > LARGEST { 4 } else { bytes });
        heap.set_id(o, id);
        self.image.places.set(id, o);
        self.fresh.objects.push((o, id));
        self.queue.push_back(Job::Object(o, id));
        id
    }

    pub(super) fn map_facts(&mut self, heap: &mut Heap, map: MapId) -> MapFacts {
        if let Some((m, facts)) = &self.last
            && *m == map
        {
            return facts.clone();
        }
        if let Some(facts) = self.facts.get(&map) {
            self.last = Some((map, facts.clone()));
            return facts.clone();
        }
        let found = heap.map(map);
        let k = &heap.kind_maps;
        let own = [k.vector, k.bytes, k.block].contains(&map);
        let transient = found.slots.iter().any(is_transient).then(|| {
            let mut flags = vec![false; found.data as usize];
            for s in found.slots.iter().filter(|s| is_transient(s)) {
                if let SlotKind::Data(i) = s.kind {
                    flags[i as usize] = true;
                }
            }
            flags.into()
        });
        let data = found.data;
        let id = match (own, self.image.tables.id_of_map.get(&map)) {
            (true, _) => 0,
            (false, Some(id)) => *id,
            (false, None) => {
                let id = self.number(200);
                self.image.tables.id_of_map.insert(map, id);
                self.image.tables.map_of_id.insert(id, map);
                self.fresh.maps.push((map, id));
                self.queue.push_back(Job::Map(map, id));
                id
            }
        };
        let facts = MapFacts { id, data, transient };
        self.facts.insert(map, facts.clone());
        facts
    }

    pub(super) fn code_number(&mut self, word: u64) -> u64 {
        if let Some(id) = self.image.tables.id_of_code.get(&word) {
            return *id;
        }
        let id = self.number(400);
        self.image.tables.id_of_code.insert(word, id);
        self.image.tables.code_of_id.insert(id, word);
        self.fresh.codes.push((word, id));
        self.queue.push_back(Job::Code(word, id));
        id
    }
}
