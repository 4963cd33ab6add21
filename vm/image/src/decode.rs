//! Bringing objects in.
//!
//! A fault reads the segment of the object that is needed and brings in, with it, whatever else of that segment is referred to from
//! memory: what was found together by a commit is mostly needed together. What lies in other segments gets a stand-in of its
//! size. Maps, methods' code and sources are read when the first object needs them.
//!
//! What must stay true: a record is read to its end before anything is written into the object's place, so that a damaged one leaves
//! a stand-in behind; nothing here runs code or collects; no chain of references, however long, is followed by recursion.

use std::sync::Arc;

use aura_code::{CodeKind, MethodCode, Origin};
use aura_heap::{Kind, Map, MapId, Shape, Slot, SlotKind, SlotMeta, Value, WrongSize, layout};
use dashu_int::{IBig, Sign, UBig, Word};

use crate::format::bytes::Reader;
use crate::format::field::{Field, Special};
use crate::format::record::{CodeRow, Data, MapRow, Record};
use crate::format::segment::{self, Directory};
use crate::format::slots::Holds;
use crate::format::{Broken, Read};
use crate::image::{FIRST, Image};
use crate::machine::Wanted;
use crate::store::Space;
use crate::{ImageError, Machine};

/// How deeply code may be nested in code.
const MOST_NESTED: usize = 600;
/// Words beyond which a reference's claim is held against the size of what it refers to.
const LARGE_CLAIM: u64 = 2048;

/// Room that faults use again and again.
#[derive(Default)]
pub(crate) struct Scratch {
    segment: Vec<u8>,
    number: Option<u64>,
    directory: Directory,
    values: Vec<Value>,
    /// The map of the last plain object, by its number, if its objects are read without further ado.
    last_map: Option<(u64, MapId, usize)>,
}

impl Scratch {
    /// Forgets the segment that was read last: it has been written.
    pub(crate) fn forget(&mut self) {
        self.number = None;
        self.last_map = None;
    }
}

/// Objects that are still to be brought in.
#[derive(Default)]
pub(crate) struct Todo {
    /// Those that must be there before anything runs.
    pub(crate) must: Vec<Value>,
    /// Those that lie at hand.
    near: Vec<Value>,
}

/// What reading fails with, before it is known for which object.
enum Wrong {
    Bytes(Broken),
    Size,
    Error(ImageError),
}

impl From<Broken> for Wrong {
    fn from(b: Broken) -> Self {
        Wrong::Bytes(b)
    }
}
impl From<WrongSize> for Wrong {
    fn from(_: WrongSize) -> Self {
        Wrong::Size
    }
}
impl From<ImageError> for Wrong {
    fn from(e: ImageError) -> Self {
        Wrong::Error(e)
    }
}

impl Wrong {
    fn of(self, id: u64) -> ImageError {
        let place = format!("object {id}");
        match self {
            Wrong::Bytes(b) => ImageError::broken(b, place),
            Wrong::Size => ImageError::broken(Broken("the size"), place),
            Wrong::Error(e) => e,
        }
    }
}

impl Image {
    /// Brings in the object that `o` stands for. Other stand-ins may become objects as well.
    ///
    /// # Errors
    /// When the store cannot be read or is damaged; `o` is a stand-in still.
    pub fn fault(&mut self, m: &mut impl Machine, o: Value) -> Result<(), ImageError> {
        self.finish(m, Todo { must: vec![o], near: Vec::new() })
    }

    /// Brings everything that is still to be brought.
    pub(crate) fn finish(&mut self, m: &mut impl Machine, mut todo: Todo) -> Result<(), ImageError> {
        loop {
            let (o, must) = match (todo.must.pop(), todo.near.pop()) {
                (Some(o), near) => {
                    todo.near.extend(near);
                    (o, true)
                }
                (None, Some(o)) => (o, false),
                (None, None) => return Ok(()),
            };
            if m.heap().is_absent(o) {
                self.bring(m, o, must, &mut todo)?;
            }
        }
    }

    /// Reads the record of an object and writes it into the object's place. One that is merely at hand is left where it is if it is large, or
    /// if the segment is no longer at hand.
    fn bring(&mut self, m: &mut impl Machine, o: Value, must: bool, todo: &mut Todo) -> Result<(), ImageError> {
        let id = m.heap().absent_id(o);
        let number = segment::of(id);
        if self.scratch.number != Some(number) {
            if !must {
                return Ok(());
            }
            self.load_segment(number)?;
            todo.near.clear();
            todo.near.extend(self.places.page(number).iter().filter(|v| v.is_ref() && m.heap().is_absent(**v)));
        }
        let range = self.scratch.directory.find(segment::place(id)).ok_or_else(|| ImageError::Lost(format!("object {id}")))?;
        if range.is_empty() {
            if !must {
                return Ok(());
            }
            let record = self.rows.large(id)?;
            return self.settle(m, o, id, &record, todo);
        }
        let bytes = std::mem::take(&mut self.scratch.segment);
        let done = self.settle(m, o, id, &bytes[range], todo);
        // Nothing in between has read another segment into its room: maps and code are read apart.
        self.scratch.segment = bytes;
        done
    }

    fn load_segment(&mut self, number: u64) -> Result<(), ImageError> {
        self.scratch.number = None;
        if !self.rows.segment(number, &mut self.scratch.segment)? {
            return Err(ImageError::Lost(format!("segment {number}")));
        }
        self.scratch
            .directory
            .read_again(&self.scratch.segment)
            .map_err(|b| ImageError::broken(b, format!("segment {number}")))?;
        self.scratch.number = Some(number);
        Ok(())
    }

    /// Makes the object in `o`'s place what its record says.
    pub(crate) fn settle(
        &mut self,
        m: &mut impl Machine,
        o: Value,
        id: u64,
        record: &[u8],
        todo: &mut Todo,
    ) -> Result<(), ImageError> {
        let read = Record::read(record, id).map_err(|b| ImageError::broken(b, format!("object {id}")))?;
        let mut values = std::mem::take(&mut self.scratch.values);
        let done = self.become_record(m, o, id, &read, &mut values, todo).map_err(|w| w.of(id));
        self.scratch.values = values;
        done
    }

    fn become_record(
        &mut self,
        m: &mut impl Machine,
        o: Value,
        id: u64,
        record: &Record<'_>,
        values: &mut Vec<Value>,
        todo: &mut Todo,
    ) -> Result<(), Wrong> {
        let near = segment::of(id);
        match record {
            Record::Plain { map, hash, data } => {
                self.values(m, data, near, values, todo)?;
                if let Some((id, known, count)) = self.scratch.last_map
                    && id == *map
                    && count == values.len()
                {
                    m.heap().become_plain(o, Shape { map: known, hash: *hash }, values)?;
                    return Ok(());
                }
                let id = *map;
                let map = self.map_of(m, id, Kind::Plain, values, todo)?;
                m.heap().become_plain(o, Shape { map, hash: *hash }, values)?;
                let parents = Self::mark_data_parents(m, map, values);
                let simple = !parents && !self.tables.adapted.contains_key(&id);
                self.scratch.last_map = simple.then_some((id, map, values.len()));
            }
            Record::Vector { map, hash, data, elements } => {
                self.values(m, data, near, values, todo)?;
                let map = self.map_of(m, *map, Kind::Vector, values, todo)?;
                let slots = std::mem::take(values);
                self.values(m, elements, near, values, todo)?;
                m.heap().become_vector(o, Shape { map, hash: *hash }, values, &slots)?;
                Self::mark_data_parents(m, map, &slots);
            }
            Record::Bytes { map, hash, bytes } => {
                values.clear();
                let map = self.map_of(m, *map, Kind::Bytes, values, todo)?;
                m.heap().become_bytes(o, Shape { map, hash: *hash }, bytes)?;
            }
            Record::Text { hash, text, .. } => m.heap().become_string(o, *hash, text)?,
            Record::Block { map, hash, code, captures } => {
                values.clear();
                let map = self.map_of(m, *map, Kind::Block, values, todo)?;
                self.values(m, captures, near, values, todo)?;
                let word = self.code_word(m, *code, todo, 0)?;
                check_block(m, word, values.len())?;
                m.heap().become_block(o, Shape { map, hash: *hash }, word, values)?;
            }
            Record::Method { hash, code } => {
                let word = self.code_word(m, *code, todo, 0)?;
                if m.code(word).code.kind != CodeKind::Method {
                    return Err(Broken("the kind of some code").into());
                }
                m.heap().become_method(o, *hash, word)?;
            }
            Record::Box { hash, value, mirror } => {
                let v = self.value(m, value, near, todo)?;
                let maps = m.heap().kind_maps;
                let map = if *mirror { maps.mirror } else { maps.boxed };
                m.heap().become_box(o, Shape { map, hash: *hash }, v)?;
            }
            Record::Foreign { hash, kept, number, value } => {
                let v = self.value(m, value, near, todo)?;
                let (map, number) = m.keep(*kept, *number);
                m.heap().become_foreign(o, Shape { map, hash: *hash }, number, v)?;
            }
            Record::Code(_) | Record::LibraryCode { .. } | Record::Map(_) | Record::LibraryMap { .. } | Record::Delta(_) => {
                return Err(Broken("the kind").into());
            }
        }
        Ok(())
    }

    /// Notes which objects are parents by data slots. Answers whether there are any.
    fn mark_data_parents(m: &mut impl Machine, map: MapId, data: &[Value]) -> bool {
        let heap = m.heap();
        let parents: Vec<Value> = (heap.map(map).parents.iter())
            .filter_map(|i| match heap.map(map).slots[*i as usize].kind {
                SlotKind::Data(at) => data.get(at as usize).copied(),
                _ => None,
            })
            .collect();
        parents.iter().for_each(|p| heap.mark_as_parent(*p));
        !parents.is_empty()
    }

    fn values(
        &mut self,
        m: &mut impl Machine,
        fields: &Data<'_>,
        near: u64,
        out: &mut Vec<Value>,
        todo: &mut Todo,
    ) -> Result<(), Wrong> {
        out.clear();
        out.reserve(fields.0.count);
        let mut failed = None;
        fields
            .0
            .each(|f| {
                match self.value(m, &f, near, todo) {
                    Ok(v) => out.push(v),
                    Err(e) => {
                        failed = Some(e);
                        return Err(Broken("a value"));
                    }
                }
                Ok(())
            })
            .map_err(|b| failed.take().unwrap_or(Wrong::Bytes(b)))
    }

    /// What a field says, as a value of the heap. `near` is the segment whose objects are brought in at once.
    pub(crate) fn field_value(&mut self, m: &mut impl Machine, f: &Field<'_>, todo: &mut Todo) -> Result<Value, ImageError> {
        self.value(m, f, u64::MAX, todo).map_err(|w| w.of(0))
    }

    #[inline]
    fn value(&mut self, m: &mut impl Machine, f: &Field<'_>, near: u64, todo: &mut Todo) -> Result<Value, Wrong> {
        Ok(match *f {
            Field::Int(i) => Value::try_int(i).ok_or(Broken("an integer"))?,
            Field::Special(s) => {
                let [nil, yes, no, _] = m.specials();
                match s {
                    Special::Nil => nil,
                    Special::True => yes,
                    Special::False => no,
                    Special::Nothing => Value::ZERO,
                }
            }
            Field::Float(bits) => m.heap().old_float(f64::from_bits(bits)),
            Field::Big { negative, words } => {
                let (chunks, _) = words.as_chunks::<8>();
                let words: Vec<Word> = chunks.iter().map(|c| Word::from_le_bytes(*c)).collect();
                let sign = if negative { Sign::Negative } else { Sign::Positive };
                m.heap().old_integer(&IBig::from_parts(sign, UBig::from_words(&words)))
            }
            Field::Text(text) => m.heap().canonical(text),
            Field::Object { id, words, eager } => self.object(m, id, words, eager, near, todo)?,
        })
    }

    #[inline]
    fn object(
        &mut self,
        m: &mut impl Machine,
        id: u64,
        words: u64,
        eager: bool,
        near: u64,
        todo: &mut Todo,
    ) -> Result<Value, Wrong> {
        if let Some(v) = self.places.get(id) {
            if eager && m.heap().is_absent(v) {
                todo.must.push(v);
            }
            return Ok(v);
        }
        if id < FIRST {
            let name = self.names.missing.get(&id).cloned();
            return Err(Wrong::Error(name.map_or(ImageError::Lost(format!("name {id}")), ImageError::NoSuchLibraryObject)));
        }
        if eager && let Some(v) = self.canonical(m, id)? {
            return Ok(v);
        }
        if words > LARGE_CLAIM {
            self.check_claim(id, words)?;
        }
        let v = m.heap().absent(id, words as usize).map_err(|e| ImageError::NoRoom(e.bytes))?;
        self.places.set(id, v);
        if eager {
            todo.must.push(v);
        } else if segment::of(id) == near {
            todo.near.push(v);
        }
        Ok(v)
    }

    /// The canonical string that an object is, if it is one.
    fn canonical(&mut self, m: &mut impl Machine, id: u64) -> Result<Option<Value>, Wrong> {
        let record = self.rows.record(id)?.ok_or_else(|| ImageError::Lost(format!("object {id}")))?;
        let Record::Text { text, canonical: true, .. } = Record::read(&record, id)? else { return Ok(None) };
        let v = m.heap().canonical(text);
        self.places.set(id, v);
        m.heap().set_id(v, id);
        Ok(Some(v))
    }

    /// A reference may not claim more words for an object than the object's record has bytes.
    fn check_claim(&mut self, id: u64, words: u64) -> Result<(), Wrong> {
        if words > self.rows.size_bound(id)? { Err(Wrong::Size) } else { Ok(()) }
    }

    // ---- maps ----

    /// The map of an object of this kind, whose data slots hold `data`. Where the library's prototype has other data slots than it had
    /// when the object was stored, `data` is put in today's order.
    fn map_of(
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
        if !fits || row.words == 0 || m.heap().maps_left() == 0 {
            return Err(Broken("a map").into());
        }
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
        self.tables.adapted.insert(id, order.into());
        Ok(m.heap().map_for_room(map, (names.len() as u32).max(1)))
    }

    // ---- code ----

    /// The code word of the code with this number.
    fn code_word(&mut self, m: &mut impl Machine, id: u64, todo: &mut Todo, depth: usize) -> Result<u64, Wrong> {
        if let Some(word) = self.tables.code_of_id.get(&id) {
            return Ok(*word);
        }
        if depth > MOST_NESTED {
            return Err(Broken("the nesting of code").into());
        }
        let record = self.rows.record(id)?.ok_or_else(|| ImageError::Lost(format!("code {id}")))?;
        let word = match Record::read(&record, id)? {
            Record::Code(row) => {
                let outer = row.outer.map(|o| self.code_word(m, o, todo, depth + 1)).transpose()?;
                let module = self.value(m, &row.module, u64::MAX, todo)?;
                let code = self.read_code(m, &row)?;
                m.add_code(code, module, outer, row.generated)
            }
            Record::LibraryCode { method } => {
                let name = || self.names.missing.get(&method).cloned();
                let o = self.places.get(method).filter(|o| m.heap().is_kind(*o, Kind::Method));
                let o =
                    o.ok_or_else(|| name().map_or(ImageError::Lost(format!("name {method}")), ImageError::NoSuchLibraryObject))?;
                m.heap().raw(o, layout::CODE)
            }
            _ => return Err(Broken("some code").into()),
        };
        self.tables.code_of_id.insert(id, word);
        self.tables.id_of_code.insert(word, id);
        Ok(word)
    }

    fn read_code(&mut self, m: &mut impl Machine, row: &CodeRow<'_>) -> Result<MethodCode, Wrong> {
        let origin = self.source(row.source)?;
        let kind = *KINDS.get(usize::from(row.kind)).ok_or(Broken("a kind of code"))?;
        if row.version != aura_code::body_version() {
            let wanted = Wanted { kind, name: row.name, span: row.span };
            let code = m.recompile(&origin, wanted).ok_or_else(|| ImageError::NotCompiled(row.name.to_string()))?;
            return Ok(code.into());
        }
        if kind == CodeKind::Method {
            return Ok(aura_code::stored_method(row.body, &origin));
        }
        let code = aura_code::verified(row.body, &origin).filter(|c| c.kind == kind).ok_or(Broken("some code"))?;
        Ok(Arc::new(code).into())
    }

    /// A source by its key.
    pub(crate) fn source(&mut self, key: [u8; 16]) -> Result<Arc<Origin>, ImageError> {
        if let Some(origin) = self.tables.source_of_key.get(&key) {
            return Ok(origin.clone());
        }
        let row = self.rows.get(Space::Texts, &key)?.ok_or_else(|| ImageError::Lost("a source".into()))?;
        let origin = Arc::new(read_source(&row).map_err(|b| ImageError::broken(b, "a source"))?);
        self.tables.source_of_key.insert(key, origin.clone());
        self.tables.key_of_source.insert(Arc::as_ptr(&origin), (key, origin.clone()));
        Ok(origin)
    }
}

/// The kinds of code, by their numbers in records.
pub(crate) const KINDS: [CodeKind; 4] = [CodeKind::Method, CodeKind::Block, CodeKind::TopLevel, CodeKind::InlinedBlock];

/// A source's row: its name and its text.
pub(crate) fn read_source(row: &[u8]) -> Read<Origin> {
    let mut r = Reader::new(row);
    Ok(Origin { file: r.text()?.into(), text: r.text()?.into() })
}

/// A block must have what its code reads.
fn check_block(m: &impl Machine, word: u64, captures: usize) -> Result<(), Wrong> {
    let code = m.code(word).code;
    let block = matches!(code.kind, CodeKind::Block | CodeKind::InlinedBlock);
    if block && captures >= code.captures.len().max(usize::from(code.kind == CodeKind::InlinedBlock)) {
        Ok(())
    } else {
        Err(Broken("a block's captured values").into())
    }
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
