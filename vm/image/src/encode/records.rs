//! Objects, maps and code as records.

use std::sync::Arc;

use aura_code::Origin;
use aura_heap::{Heap, Kind, MapId, SlotKind, Value, layout};

use super::Commit;
use super::numbers::MapFacts;
use crate::Machine;
use crate::decode::KINDS;
use crate::format::bytes::{Reader, block};
use crate::format::field::{Field, LONGEST_TEXT, Special};
use crate::format::record::{CodeRow, MapRow, Writer};
use crate::format::slots::{Holds, SlotRow};
use crate::rows::PIECE_ELEMENTS;
use crate::store::Space;

/// The annotation of data slots that are not stored.
pub(crate) const TRANSIENT: &str = "transient";

impl Commit<'_> {
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

    /// The record of an object, in `out`.
    pub(super) fn object(&mut self, m: &mut impl Machine, o: Value, id: u64) {
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
                self.elements(heap, &specials, &mut out, id, o);
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
                w.boxed(hash, heap.has_map(o, heap.kind_maps.mirror));
                let v = heap.word(o, 1);
                self.value(heap, &specials, &mut out, id, v);
            }
            _ => {
                let view = m.kept(o);
                w.foreign(hash, view.kept, view.number);
                self.value(m.heap(), &specials, &mut out, id, view.value);
            }
        }
        self.out = out;
    }

    fn elements(&mut self, heap: &mut Heap, specials: &[Value; 4], out: &mut Vec<u8>, id: u64, o: Value) {
        let count = heap.length(o);
        Writer { out, id }.count(count);
        for i in 0..count {
            if i % PIECE_ELEMENTS == 0 && i > 0 {
                self.cuts.push(out.len());
            }
            let v = heap.element(o, i);
            self.value(heap, specials, out, id, v);
        }
    }

    fn data(&mut self, heap: &mut Heap, specials: &[Value; 4], out: &mut Vec<u8>, id: u64, o: Value, facts: &MapFacts) {
        for i in 0..facts.data {
            let transient = facts.transient.as_ref().is_some_and(|t| t[i as usize]);
            let v = if transient { specials[0] } else { heap.data(o, i) };
            self.value(heap, specials, out, id, v);
        }
    }

    pub(super) fn map_record(&mut self, m: &mut impl Machine, map: MapId, id: u64) {
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

    pub(super) fn code_record(&mut self, m: &mut impl Machine, word: u64, id: u64) {
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
            let kind = KINDS.iter().position(|k| *k == view.code.kind).expect("every kind is in the table") as u8;
            let module = Field::read(&mut Reader::new(&module), id).expect("just written");
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
                let mut r = Reader::new(&fields[s.from..]);
                Holds::Constant(Field::read(&mut r, id).expect("just written"))
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
