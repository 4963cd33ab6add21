//! A commit: what has changed, and everything new that it leads to, as rows in one atomic batch.
//!
//! Objects are numbered when they are first met and written in that order, so that neighbours in the graph are neighbours in the file, and
//! a commit of a million new objects only ever appends. A changed object's segment is read, changed and written; what its record was goes
//! to the history. Numbers that were given out for a commit that then fails are taken back.
//!
//! What must stay true: the nursery is empty when a commit begins, and nothing runs or is collected until it has ended; the batch is
//! applied only if the store's head is the one that this image knows.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use aura_code::Origin;
use aura_heap::{BASE, Heap, Kind, MapId, SlotKind, Value, layout};
use rustc_hash::FxHashMap;

use crate::decode::KINDS;
use crate::format::bytes::block;
use crate::format::commit::CommitRow;
use crate::format::field::{Field, LONGEST_TEXT, Special};
use crate::format::keys;
use crate::format::keys::meta;
use crate::format::record::{CodeRow, MapRow, Writer};
use crate::format::segment::{self, Builder, FULL, LARGEST, PLACES};
use crate::format::slots::{Holds, SlotRow};
use crate::image::Image;
use crate::rows::{Changes, LAST, MORE, NONE, PIECE_BYTES, PIECE_ELEMENTS, piece_history};
use crate::store::{Space, StoreError};
use crate::{ImageError, Machine};

/// The annotation of data slots that are not stored.
pub(crate) const TRANSIENT: &str = "transient";

/// Something that was given a number and waits to be written.
#[derive(Clone, Copy)]
enum Job {
    Object(Value, u64),
    Map(MapId, u64),
    Code(u64, u64),
}

/// What must be taken back if the commit fails.
#[derive(Default)]
struct Fresh {
    objects: Vec<(Value, u64)>,
    maps: Vec<(MapId, u64)>,
    codes: Vec<(u64, u64)>,
    bases: Vec<usize>,
    sources: Vec<*const Origin>,
}

impl Fresh {
    fn is_empty(&self) -> bool {
        self.objects.is_empty() && self.maps.is_empty() && self.codes.is_empty() && self.bases.is_empty()
    }
}

/// What is known of a map while objects that have it are written.
#[derive(Clone)]
struct MapFacts {
    id: u64,
    data: u32,
    /// Which data slots are not stored.
    transient: Option<Arc<[bool]>>,
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
        if m.heap().changes().is_empty() && self.moved.is_empty() && self.chronicle.is_empty() {
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
        if self.changed.is_empty() && self.fresh.is_empty() && self.image.chronicle.is_empty() {
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
        self.image.chronicle_rows(&mut self.changes)?;
        self.image.rows.store().apply(&self.changes.batch)?;
        (self.image.head, self.image.next, self.image.filled) = (head, self.next, self.filled);
        self.image.chronicle.clear();
        self.image.moved.clear();
        self.image.scratch.forget();
        Ok(head)
    }

    // ---- records to rows ----

    /// The record in `out` is that of a new object.
    fn store_new(&mut self, id: u64) -> Result<(), ImageError> {
        let number = segment::of(id);
        let large = self.out.len() > LARGEST;
        if large {
            for (i, piece) in self.pieces().into_iter().enumerate() {
                self.changes.put(Space::Large, &keys::pair(id, i as u64), &piece);
            }
        }
        let record: &[u8] = if large { &[] } else { &self.out };
        if let Some(builder) = self.touched.get_mut(&number) {
            builder.put(segment::place(id), record);
            return Ok(());
        }
        if self.current.as_ref().is_none_or(|(n, _)| *n != number) {
            if let Some((n, full)) = self.current.take() {
                self.changes.put(Space::Segments, &keys::number(n), &full.bytes());
            }
            self.current = Some((number, load(self.image, number)?));
        }
        if let Some((_, builder)) = &mut self.current {
            builder.put(segment::place(id), record);
        }
        Ok(())
    }

    /// The record in `out` is that of an object that was there before: what it was goes to the history.
    fn store_changed(&mut self, id: u64) -> Result<(), ImageError> {
        let (number, place) = (segment::of(id), segment::place(id));
        if !self.touched.contains_key(&number) {
            self.touched.insert(number, load(self.image, number)?);
        }
        let commit = self.image.head + 1;
        let large = self.out.len() > LARGEST;
        let builder = self.touched.get_mut(&number).expect("just loaded");
        let before = match builder.get(place) {
            None => vec![NONE],
            Some(record) if !large && record == &self.out[..] && !record.is_empty() => return Ok(()),
            Some(record) => record.to_vec(),
        };
        let was_large = before.is_empty();
        builder.put(place, if large { &[] } else { &self.out });
        if !(was_large && large) {
            self.changes.put(Space::History, &keys::pair(id, commit), &before);
        }
        let mut any = !(was_large && large);
        if was_large || large {
            any |= self.store_pieces(id, commit, large)?;
        }
        if any {
            self.changed.push(id);
        }
        Ok(())
    }

    /// Writes the pieces of a large object that are other than they were. Answers whether there were any.
    fn store_pieces(&mut self, id: u64, commit: u64, large: bool) -> Result<bool, ImageError> {
        let old = self.image.rows.pieces(id)?;
        let new = if large { self.pieces() } else { Vec::new() };
        let mut any = false;
        for (i, piece) in new.iter().enumerate() {
            let was = old.get(&(i as u64));
            if was != Some(piece) {
                any = true;
                self.changes.put(Space::Large, &keys::pair(id, i as u64), piece);
                let was = was.map_or(&[][..], |w| w);
                self.changes.put(Space::History, &piece_history(id, commit, i as u64), was);
            }
        }
        for (i, piece) in old.range(new.len() as u64..) {
            any = true;
            self.changes.delete(Space::Large, &keys::pair(id, *i));
            self.changes.put(Space::History, &piece_history(id, commit, *i), piece);
        }
        Ok(any)
    }

    /// The record in `out` cut into pieces, each with the byte that says whether it is the last.
    fn pieces(&self) -> Vec<Vec<u8>> {
        let mut ends: Vec<usize> = self.cuts.clone();
        if ends.is_empty() {
            ends = (PIECE_BYTES..self.out.len()).step_by(PIECE_BYTES).collect();
        }
        ends.retain(|e| *e > 0 && *e < self.out.len());
        ends.push(self.out.len());
        let mut from = 0;
        let last = ends.len() - 1;
        let cut = |(i, end): (usize, usize)| {
            let mut piece = self.out[from..end].to_vec();
            piece.push(if i == last { LAST } else { MORE });
            from = end;
            piece
        };
        ends.into_iter().enumerate().map(cut).collect()
    }

    // ---- numbers ----

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
    fn object_number(&mut self, heap: &mut Heap, o: Value) -> u64 {
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

    fn map_facts(&mut self, heap: &mut Heap, map: MapId) -> MapFacts {
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

    fn code_number(&mut self, word: u64) -> u64 {
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

    // ---- values ----

    /// Appends a value to the record of object `within`.
    #[inline]
    pub(crate) fn value(&mut self, heap: &mut Heap, specials: &[Value; 4], out: &mut Vec<u8>, within: u64, v: Value) {
        if let Some(i) = v.as_int() {
            return Field::Int(i).write(out, within);
        }
        if v.is_immediate_float() {
            return Field::Float(v.immediate_float_unchecked().to_bits()).write(out, within);
        }
        for (special, name) in specials.iter().zip([Special::Nil, Special::True, Special::False]) {
            if v == *special {
                return Field::Special(name).write(out, within);
            }
        }
        match heap.kind(v) {
            Some(Kind::Float) => Field::Float(heap.as_float(v).unwrap_or(f64::NAN).to_bits()).write(out, within),
            Some(Kind::Big) => {
                let i = heap.as_big(v).unwrap_or_default();
                let (sign, words) = i.as_sign_words();
                let bytes: Vec<u8> = words.iter().flat_map(|w| w.to_le_bytes()).collect();
                Field::Big { negative: sign == dashu_int::Sign::Negative, words: &bytes }.write(out, within);
            }
            Some(Kind::String) if heap.is_canonical(v) => {
                if heap.text_len(v) <= LONGEST_TEXT {
                    return Field::Text(heap.text(v)).write(out, within);
                }
                self.object_field(heap, out, within, v, true);
            }
            Some(Kind::Box) => {
                let eager = heap.has_map(v, heap.kind_maps.boxed);
                self.object_field(heap, out, within, v, eager);
            }
            _ => self.object_field(heap, out, within, v, false),
        }
    }

    #[inline]
    fn object_field(&mut self, heap: &mut Heap, out: &mut Vec<u8>, within: u64, v: Value, eager: bool) {
        let id = self.object_number(heap, v);
        Field::Object { id, words: heap.room(v) as u64, eager }.write(out, within);
    }

    // ---- records ----

    /// The record of an object, in `out`.
    fn object(&mut self, m: &mut impl Machine, o: Value, id: u64) {
        let mut out = std::mem::take(&mut self.out);
        out.clear();
        self.cuts.clear();
        let specials = m.specials();
        let heap = m.heap();
        let hash = ((heap.header(o) >> layout::HASH_SHIFT) & layout::HASH_MASK) as u32;
        let mut w = Writer { out: &mut out, id };
        match heap.kind(o) {
            Some(Kind::Plain) => {
                let facts = self.map_facts(heap, heap.map_of(o));
                w.plain(facts.id, hash, facts.data as usize);
                self.data(heap, &specials, &mut out, id, o, &facts);
            }
            Some(Kind::Vector) => {
                let facts = self.map_facts(heap, heap.map_of(o));
                w.vector(facts.id, hash, facts.data as usize);
                self.data(heap, &specials, &mut out, id, o, &facts);
                let count = heap.length(o);
                Writer { out: &mut out, id }.count(count);
                for i in 0..count {
                    if i % PIECE_ELEMENTS == 0 && i > 0 {
                        self.cuts.push(out.len());
                    }
                    let v = heap.element(o, i);
                    self.value(heap, &specials, &mut out, id, v);
                }
            }
            Some(Kind::Bytes) => {
                let facts = self.map_facts(heap, heap.map_of(o));
                w.bytes(facts.id, hash, heap.byte_slice(o));
            }
            Some(Kind::String) => w.text(hash, heap.text(o), heap.is_canonical(o)),
            Some(Kind::Block) => {
                let facts = self.map_facts(heap, heap.map_of(o));
                let count = heap.raw(o, layout::CAPTURE_COUNT) as usize;
                w.block(facts.id, hash, self.code_number(heap.raw(o, layout::CODE)), count);
                for i in 0..count {
                    let v = heap.word(o, layout::CAPTURES + i);
                    self.value(heap, &specials, &mut out, id, v);
                }
            }
            Some(Kind::Method) => w.method(hash, self.code_number(heap.raw(o, layout::CODE))),
            Some(Kind::Box) => {
                let mirror = heap.has_map(o, heap.kind_maps.mirror);
                let v = heap.word(o, 1);
                out.push(if mirror { crate::format::record::tag::MIRROR } else { crate::format::record::tag::BOX });
                crate::format::bytes::number(&mut out, u64::from(hash));
                self.value(heap, &specials, &mut out, id, v);
            }
            _ => {
                let view = m.kept(o);
                out.push(crate::format::record::tag::FOREIGN);
                crate::format::bytes::number(&mut out, u64::from(hash));
                out.push(view.kept as u8);
                crate::format::bytes::number(&mut out, view.number);
                self.value(m.heap(), &specials, &mut out, id, view.value);
            }
        }
        self.out = out;
    }

    fn data(&mut self, heap: &mut Heap, specials: &[Value; 4], out: &mut Vec<u8>, id: u64, o: Value, facts: &MapFacts) {
        for i in 0..facts.data {
            let transient = facts.transient.as_ref().is_some_and(|t| t[i as usize]);
            let v = if transient { specials[0] } else { heap.data(o, i) };
            self.value(heap, specials, out, id, v);
        }
    }

    fn map_record(&mut self, m: &mut impl Machine, map: MapId, id: u64) {
        let mut out = std::mem::take(&mut self.out);
        out.clear();
        self.cuts.clear();
        if let Some(index) = self.image.library.owner(map) {
            let names = crate::decode::data_names(m, map);
            let heap = m.heap();
            let of = self.base(index, heap, heap.bases()[index]);
            let names: Vec<&str> = names.iter().map(|n| &**n).collect();
            Writer { out: &mut out, id }.library_map(of, &names);
        } else {
            let found = m.heap().map(map).clone();
            let mut fields = Vec::new();
            let slots = self.slot_rows(m, &found.slots, id, &mut fields);
            let row = MapRow {
                kind: found.kind as u8,
                words: found.words,
                grown: found.grown,
                data: found.data,
                annotation: found.annotation.as_deref(),
                slots: rows_of(&slots, &fields, id),
            };
            Writer { out: &mut out, id }.map_row(&row);
        }
        self.out = out;
    }

    /// Slots with their constants as bytes, one after the other in `fields`.
    pub(crate) fn slot_rows<'h>(
        &mut self,
        m: &mut impl Machine,
        slots: &'h [aura_heap::Slot],
        id: u64,
        fields: &mut Vec<u8>,
    ) -> Vec<Named<'h>> {
        let specials = m.specials();
        let heap = m.heap();
        let mut rows = Vec::with_capacity(slots.len());
        for s in slots {
            let from = fields.len();
            if let SlotKind::Constant(v) = s.kind {
                self.value(heap, &specials, fields, id, v);
            }
            rows.push(Named { name: heap.symbols.name(s.name).clone(), slot: s, from });
        }
        rows
    }

    fn code_record(&mut self, m: &mut impl Machine, word: u64, id: u64) {
        let mut out = std::mem::take(&mut self.out);
        out.clear();
        self.cuts.clear();
        if let Some(index) = self.image.library.method(word) {
            let heap = m.heap();
            let method = self.base(index, heap, heap.bases()[index]);
            Writer { out: &mut out, id }.library_code(method);
        } else {
            let view = m.code(word);
            let outer = view.outer.map(|o| self.code_number(o));
            let source = self.source_key(&view.code.origin);
            let specials = m.specials();
            let mut module = Vec::new();
            self.value(m.heap(), &specials, &mut module, id, view.module);
            let body = aura_code::body(&view.code);
            let kind = KINDS.iter().position(|k| *k == view.code.kind).unwrap_or(0) as u8;
            let module = Field::read(&mut crate::format::bytes::Reader::new(&module), id).unwrap_or(Field::Special(Special::Nil));
            Writer { out: &mut out, id }.code(&CodeRow {
                generated: view.generated,
                name: &view.code.name,
                kind,
                version: aura_code::body_version(),
                source,
                span: view.code.span,
                outer,
                module,
                body: &body,
            });
        }
        self.out = out;
    }

    pub(crate) fn replace_out(&mut self, out: Vec<u8>) {
        self.out = out;
        self.cuts.clear();
    }

    /// The key of a source, which is written if it is new.
    fn source_key(&mut self, origin: &Arc<Origin>) -> [u8; 16] {
        let at = Arc::as_ptr(origin);
        if let Some((key, _)) = self.image.tables.key_of_source.get(&at) {
            return *key;
        }
        let mut row = Vec::with_capacity(origin.text.len() + origin.file.len() + 8);
        block(&mut row, origin.file.as_bytes());
        block(&mut row, origin.text.as_bytes());
        let key = xxhash_rust::xxh3::xxh3_128(&row).to_be_bytes();
        self.changes.put(Space::Texts, &key, &row);
        self.image.tables.key_of_source.insert(at, (key, origin.clone()));
        self.fresh.sources.push(at);
        key
    }
}

/// A slot, its name, and where its constant begins among the fields.
pub(crate) struct Named<'h> {
    pub(crate) name: Arc<str>,
    pub(crate) slot: &'h aura_heap::Slot,
    pub(crate) from: usize,
}

/// The rows of slots whose constants are in `fields`.
pub(crate) fn rows_of<'a>(slots: &'a [Named<'_>], fields: &'a [u8], id: u64) -> Vec<SlotRow<'a>> {
    let row = |s: &'a Named<'_>| {
        let meta = s.slot.meta.as_deref();
        let holds = match s.slot.kind {
            SlotKind::Constant(_) => {
                let mut r = crate::format::bytes::Reader::new(&fields[s.from..]);
                Holds::Constant(Field::read(&mut r, id).unwrap_or(Field::Special(Special::Nil)))
            }
            SlotKind::Data(i) => Holds::Data(i),
            SlotKind::Assign(i) => Holds::Assign(i),
        };
        SlotRow {
            name: &s.name,
            holds,
            parent: s.slot.parent,
            comment: meta.and_then(|m| m.comment.as_deref()),
            annotation: meta.and_then(|m| m.annotation.as_deref()),
            type_text: meta.and_then(|m| m.type_text.as_deref()),
        }
    };
    slots.iter().map(row).collect()
}

/// Whether what a data slot holds is not stored.
pub(crate) fn is_transient(s: &aura_heap::Slot) -> bool {
    s.meta.as_ref().and_then(|m| m.annotation.as_deref()).is_some_and(|a| a.lines().any(|l| l.trim() == TRANSIENT))
}

/// A segment that may be there.
fn load(image: &Image, number: u64) -> Result<Builder, ImageError> {
    let mut bytes = Vec::new();
    if !image.rows.segment(number, &mut bytes)? {
        return Ok(Builder::default());
    }
    Builder::from(&bytes).map_err(|b| ImageError::broken(b, format!("segment {number}")))
}
