//! From records to objects, in the places of their stand-ins.

use aura_code::CodeKind;
use aura_heap::{Kind, MapId, Shape, SlotKind, Value};

use super::{Todo, Wrong};
use crate::Machine;
use crate::format::Broken;
use crate::format::record::{Data, Record};
use crate::format::segment;
use crate::image::Image;

impl Image {
    pub(super) fn become_record(
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
            // The machine's own are stored by name; it relies on there being no others.
            Record::Text { text, .. } if text.len() == 1 => {
                return Err(Broken("a text of one character that is an object").into());
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
