//! Changed objects of the library: only what is different from what the library made is stored, and put in place when the image is
//! opened. So a newer library brings its own methods, and what was added or changed stays.

use aura_heap::{Heap, Kind, SlotKind, Value};

use crate::decode::{Todo, meta_of};
use crate::encode::{Commit, is_transient, rows_of};
use crate::format::Broken;
use crate::format::bytes::Reader;
use crate::format::field::Field;
use crate::format::record::{DeltaRow, Record, Writer};
use crate::format::segment::{self, Directory, PLACES};
use crate::format::slots::Holds;
use crate::image::{FIRST, Image};
use crate::store::{Order, Space};
use crate::{ImageError, Machine};

/// What is different about a library object.
#[derive(Default)]
struct Difference {
    removed: Vec<std::sync::Arc<str>>,
    slots: Vec<aura_heap::Slot>,
    /// What the data slots among those hold, in their order.
    held: Vec<Value>,
    elements: Option<Vec<Value>>,
    bytes: Option<Vec<u8>>,
}

impl Difference {
    fn of(heap: &Heap, o: Value) -> Self {
        let mut d = Self { elements: elements(heap, o), bytes: bytes(heap, o), ..Self::default() };
        d.compare_slots(heap, o);
        d
    }

    fn is_empty(&self) -> bool {
        self.removed.is_empty() && self.slots.is_empty() && self.elements.is_none() && self.bytes.is_none()
    }

    fn compare_slots(&mut self, heap: &Heap, o: Value) {
        let (then, now) = (heap.map(heap.original_map(o)), heap.map(heap.map_of(o)));
        let before = heap.original_data(o);
        for (i, s) in now.slots.iter().enumerate() {
            let same = then.find(s.name).is_some_and(|old| match (old.kind, s.kind) {
                (SlotKind::Constant(a), SlotKind::Constant(b)) => a == b && old.parent == s.parent,
                (SlotKind::Data(a), SlotKind::Data(b)) => {
                    old.parent == s.parent && before.get(a as usize) == Some(&heap.data(o, b))
                }
                _ => false,
            });
            if !same && !is_transient(s) {
                self.add(heap, o, s, now.slots.get(i + 1));
            }
        }
        let gone = then.slots.iter().filter(|s| !matches!(s.kind, SlotKind::Assign(_)) && now.find(s.name).is_none());
        self.removed = gone.map(|s| heap.symbols.name(s.name).clone()).collect();
    }

    /// Notes a slot, a data slot together with the assignment slot that may follow it.
    fn add(&mut self, heap: &Heap, o: Value, s: &aura_heap::Slot, next: Option<&aura_heap::Slot>) {
        match s.kind {
            SlotKind::Constant(_) => self.slots.push(s.clone()),
            SlotKind::Data(at) => {
                let index = self.held.len() as u32;
                self.held.push(heap.data(o, at));
                self.slots.push(aura_heap::Slot { kind: SlotKind::Data(index), ..s.clone() });
                if let Some(setter) = next.filter(|n| n.kind == SlotKind::Assign(at)) {
                    self.slots.push(aura_heap::Slot { kind: SlotKind::Assign(index), ..setter.clone() });
                }
            }
            SlotKind::Assign(_) => {}
        }
    }
}

/// The contents of a vector or box, if they are other than the library made them.
fn elements(heap: &Heap, o: Value) -> Option<Vec<Value>> {
    let then = heap.original_words(o)?;
    match heap.kind(o)? {
        Kind::Vector => {
            let now = heap.elements(o);
            (!then[2..].iter().copied().eq(now.iter().map(|v| v.bits()))).then(|| now.to_vec())
        }
        Kind::Box => (then[0] != heap.raw(o, 1)).then(|| vec![heap.word(o, 1)]),
        _ => None,
    }
}

fn bytes(heap: &Heap, o: Value) -> Option<Vec<u8>> {
    let then = heap.original_words(o).filter(|_| heap.is_kind(o, Kind::Bytes))?;
    let now = heap.byte_slice(o);
    let then: Vec<u8> = then[1..].iter().flat_map(|w| w.to_ne_bytes()).collect();
    (!then.starts_with(now)).then(|| now.to_vec())
}

impl Commit<'_> {
    /// What is different about the library's object at a place, as its record in `out`; its number. Nothing if nothing is, and the
    /// image does not refer to it.
    pub(crate) fn delta(&mut self, m: &mut impl Machine, o: Value, place: usize) -> Option<u64> {
        let d = Difference::of(m.heap(), o);
        if d.is_empty() && !self.image.names.id_of_base.contains_key(&place) {
            return None;
        }
        let id = self.base(place, m.heap(), o);
        let mut fields = Vec::new();
        let named = self.slot_rows(m, &d.slots, id, &mut fields);
        let (mut values, mut inside) = (Vec::new(), Vec::new());
        let specials = m.specials();
        d.held.iter().for_each(|v| self.value(m.heap(), &specials, &mut values, id, *v));
        d.elements.iter().flatten().for_each(|v| self.value(m.heap(), &specials, &mut inside, id, *v));
        let row = DeltaRow {
            removed: d.removed.iter().map(|n| &**n).collect(),
            slots: rows_of(&named, &fields, id),
            values: read_all(&values, d.held.len(), id),
            elements: d.elements.as_ref().map(|e| read_all(&inside, e.len(), id)),
            bytes: d.bytes.as_deref(),
        };
        let mut out = Vec::new();
        Writer { out: &mut out, id }.delta(&row);
        self.replace_out(out);
        Some(id)
    }
}

fn read_all(bytes: &[u8], count: usize, id: u64) -> Vec<Field<'_>> {
    let mut r = Reader::new(bytes);
    (0..count).map(|_| Field::read(&mut r, id).expect("just written")).collect()
}

impl Image {
    /// Puts what is different about the library's objects in place.
    pub(crate) fn apply_deltas(&mut self, m: &mut impl Machine) -> Result<(), ImageError> {
        for segment in self.delta_segments()? {
            let mut bytes = Vec::new();
            self.rows.segment(segment, &mut bytes)?;
            let directory = Directory::read(&bytes).map_err(|b| ImageError::broken(b, format!("segment {segment}")))?;
            for (place, range) in directory.iter() {
                let id = segment * PLACES + u64::from(place);
                let large = if range.is_empty() { Some(self.rows.large(id)?) } else { None };
                self.apply_delta(m, id, large.as_deref().unwrap_or(&bytes[range]))?;
            }
        }
        Ok(())
    }

    fn delta_segments(&self) -> Result<Vec<u64>, ImageError> {
        let mut found = Vec::new();
        let last = crate::format::keys::number(segment::of(FIRST));
        self.rows.range(
            Space::Segments,
            std::ops::Bound::Unbounded,
            std::ops::Bound::Excluded(&last),
            Order::Ascending,
            &mut |key, _| {
                found.extend(crate::format::keys::read_number(key));
                Ok(std::ops::ControlFlow::Continue(()))
            },
        )?;
        Ok(found)
    }

    /// Puts what is different about one library object in place.
    pub(crate) fn apply_delta(&mut self, m: &mut impl Machine, id: u64, record: &[u8]) -> Result<(), ImageError> {
        let broken = |b| ImageError::broken(b, format!("object {id}"));
        let Record::Delta(row) = Record::read(record, id).map_err(broken)? else { return Err(broken(Broken("the kind"))) };
        let Some(o) = self.places.get(id) else {
            let name = self.names.missing.get(&id).cloned();
            return Err(name.map_or(ImageError::Lost(format!("name {id}")), ImageError::NoSuchLibraryObject));
        };
        let mut todo = Todo::default();
        for name in &row.removed {
            if let Some(s) = m.heap().symbols.find(name) {
                // A library that no longer has it is as good.
                let _ = m.heap().remove_slot(o, s);
            }
        }
        for (i, s) in row.slots.iter().enumerate() {
            let name = m.heap().symbols.intern(s.name);
            let meta = meta_of(s.comment, s.annotation, s.type_text);
            let done = match s.holds {
                Holds::Constant(f) => {
                    let v = self.field_value(m, &f, &mut todo)?;
                    m.heap().add_constant(o, name, v, s.parent, meta)
                }
                Holds::Data(at) => {
                    let f = row.values.get(at as usize).ok_or_else(|| broken(Broken("a slot")))?;
                    let v = self.field_value(m, f, &mut todo)?;
                    let assignable = row.slots.get(i + 1).is_some_and(|n| n.holds == Holds::Assign(at));
                    m.heap().add_data(o, name, v, assignable, s.parent, meta)
                }
                Holds::Assign(_) => Ok(()),
            };
            done.map_err(|_| broken(Broken("a slot")))?;
        }
        self.apply_contents(m, o, &row, &mut todo).map_err(|b| b.unwrap_or(broken(Broken("the size"))))?;
        self.finish(m, todo)
    }

    fn apply_contents(
        &mut self,
        m: &mut impl Machine,
        o: Value,
        row: &DeltaRow<'_>,
        todo: &mut Todo,
    ) -> Result<(), Option<ImageError>> {
        for (i, f) in row.elements.iter().flatten().enumerate() {
            let v = self.field_value(m, f, todo).map_err(Some)?;
            let heap = m.heap();
            match heap.kind(o) {
                Some(Kind::Vector) if i < heap.length(o) => heap.set_element(o, i, v),
                Some(Kind::Box) if i == 0 => heap.store(o, 1, v),
                _ => return Err(None),
            }
        }
        if let Some(bytes) = row.bytes {
            let heap = m.heap();
            if !heap.is_kind(o, Kind::Bytes) || heap.length(o) != bytes.len() {
                return Err(None);
            }
            heap.byte_slice_mut(o).copy_from_slice(bytes);
        }
        Ok(())
    }
}
