//! Maps, read when the first object that has one comes in.

use std::sync::Arc;

use aura_heap::{Kind, Map, MapId, Slot, SlotKind, SlotMeta, Value};

use super::{Todo, Wrong};
use crate::format::record::{MapRow, Record};
use crate::format::slots::Holds;
use crate::format::{Broken, Read};
use crate::image::Image;
use crate::{ImageError, Machine};

impl Image {
    /// The map of an object of this kind, whose data slots hold `data`. Where the library's prototype has other data slots than it had
    /// when the object was stored, `data` is put in today's order.
    pub(super) fn map_of(
        &mut self,
        m: &mut impl Machine,
        id: u64,
        kind: Kind,
        data: &mut Vec<Value>,
        todo: &mut Todo,
    ) -> Result<MapId, Wrong> {
        let own = m.heap().kind_maps;
        let map = match (id, kind) {
            (0, Kind::Vector) => own.vector,
            (0, Kind::Bytes) => own.bytes,
            (0, Kind::Block) => own.block,
            (0, _) => return Err(Broken("a map").into()),
            _ => self.map(m, id, todo)?,
        };
        if let Some(order) = self.tables.adapted.get(&id) {
            let (old, nil) = (std::mem::take(data), m.specials()[0]);
            data.extend(order.iter().map(|from| from.and_then(|i| old.get(i as usize)).copied().unwrap_or(nil)));
        }
        let found = m.heap().map(map);
        if found.kind != kind || found.data as usize != data.len() {
            return Err(Broken("the map").into());
        }
        Ok(map)
    }

    fn map(&mut self, m: &mut impl Machine, id: u64, todo: &mut Todo) -> Result<MapId, Wrong> {
        if let Some(map) = self.tables.map_of_id.get(&id) {
            return Ok(*map);
        }
        let record = self.rows.record(id)?.ok_or_else(|| ImageError::Lost(format!("map {id}")))?;
        let map = match Record::read(&record, id)? {
            Record::Map(row) => self.make_map(m, &row, todo)?,
            Record::LibraryMap { of, names } => self.library_map(m, id, of, &names)?,
            _ => return Err(Broken("a map").into()),
        };
        self.tables.map_of_id.insert(id, map);
        self.tables.id_of_map.entry(map).or_insert(id);
        Ok(map)
    }

    fn make_map(&mut self, m: &mut impl Machine, row: &MapRow<'_>, todo: &mut Todo) -> Result<MapId, Wrong> {
        let kind = kind_of(row.kind)?;
        let fits = match kind {
            Kind::Plain => row.grown || row.data <= row.words,
            Kind::Vector => row.grown || row.data == 0,
            _ => row.data == 0,
        };
        if !fits || row.words == 0 {
            return Err(Broken("a map").into());
        }
        room_for_map(m)?;
        let mut map = Map::empty(kind);
        (map.words, map.grown, map.data) = (row.words, row.grown, row.data);
        map.annotation = row.annotation.map(Into::into);
        for s in &row.slots {
            let slot_kind = match s.holds {
                Holds::Constant(f) => SlotKind::Constant(self.value(m, &f, u64::MAX, todo)?),
                Holds::Data(i) | Holds::Assign(i) if i >= row.data => return Err(Broken("a slot").into()),
                Holds::Data(i) => SlotKind::Data(i),
                Holds::Assign(i) => SlotKind::Assign(i),
            };
            if let (true, SlotKind::Constant(v)) = (s.parent, slot_kind) {
                m.heap().mark_as_parent(v);
            }
            let name = m.heap().symbols.intern(s.name);
            map.push(Slot { name, kind: slot_kind, parent: s.parent, meta: meta_of(s.comment, s.annotation, s.type_text) });
        }
        Ok(m.heap().add_map(map))
    }

    /// The map of a library object's clones, where that object's data slots have these names in this order.
    fn library_map(&mut self, m: &mut impl Machine, id: u64, of: u64, names: &[&str]) -> Result<MapId, Wrong> {
        let prototype = match self.places.get(of) {
            Some(o) => o,
            None => {
                let name = self.names.missing.get(&of).cloned();
                return Err(Wrong::Error(name.map_or(ImageError::Lost(format!("name {of}")), ImageError::NoSuchLibraryObject)));
            }
        };
        let map = m.heap().original_map(prototype);
        let today = data_names(m, map);
        if today.iter().map(|n| &**n).eq(names.iter().copied()) {
            return Ok(map);
        }
        let order: Vec<Option<u32>> = today.iter().map(|n| names.iter().position(|old| *old == &**n).map(|i| i as u32)).collect();
        room_for_map(m)?;
        self.tables.adapted.insert(id, order.into());
        Ok(m.heap().map_for_room(map, (names.len() as u32).max(1)))
    }
}

/// Whether there can be one more map.
fn room_for_map(m: &mut impl Machine) -> Result<(), Wrong> {
    if m.heap().maps_left() > 0 { Ok(()) } else { Err(Wrong::Error(ImageError::NoRoom(size_of::<Map>()))) }
}

pub(crate) fn meta_of(comment: Option<&str>, annotation: Option<&str>, type_text: Option<&str>) -> Option<Arc<SlotMeta>> {
    (comment.is_some() || annotation.is_some() || type_text.is_some()).then(|| {
        Arc::new(SlotMeta {
            comment: comment.map(Into::into),
            annotation: annotation.map(Into::into),
            type_text: type_text.map(Into::into),
        })
    })
}

/// The names of a map's data slots, by their indices; those of removed slots are empty.
pub(crate) fn data_names(m: &mut impl Machine, map: MapId) -> Vec<Arc<str>> {
    let heap = m.heap();
    let found = heap.map(map);
    let mut names: Vec<Arc<str>> = vec!["".into(); found.data as usize];
    for s in &found.slots {
        if let SlotKind::Data(i) = s.kind {
            names[i as usize] = heap.symbols.name(s.name).clone();
        }
    }
    names
}

/// The kind of this number, if its objects can have slots.
fn kind_of(number: u8) -> Read<Kind> {
    [Kind::Plain, Kind::Vector, Kind::Bytes, Kind::Block, Kind::Foreign]
        .into_iter()
        .find(|k| *k as u8 == number)
        .ok_or(Broken("a map's kind"))
}
