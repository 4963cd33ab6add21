//! A slot or element of any other object.
//!
//! What must stay true: the object keeps its size, since every reference to it tells that.

use super::{Slot, Then, no_slot};
use crate::ImageError;
use crate::format::field::Field;
use crate::format::record::{DeltaRow, MapRow, Record, Writer};
use crate::format::slots::{Holds, SlotRow};
use crate::format::{Broken, Read};
use crate::tools::edit::Edit;
use crate::tools::objects::{Held, Object, Objects};
use crate::tools::value::Value;

/// Puts a slot back. Answers whether anything changed.
pub(super) fn slot(
    edit: &mut Edit<'_>,
    objects: &Objects<'_>,
    o: &Object,
    name: &str,
    then: &Then,
    path: &str,
) -> Result<bool, ImageError> {
    let other = || no_slot(path, "it has become another kind of slot since, which only a program can undo");
    match (o.slot(name).map(|s| &s.held), &then.value, &then.constant) {
        (None, None, _) => Err(no_slot(path, "it is not there, and was not")),
        (Some(Held::Data(now)), Some(v), None) => {
            if now == v {
                return Ok(false);
            }
            let place = data_place(objects, o.map, name)?.ok_or_else(other)?;
            change(edit, objects, o, &Change { data: Some((place, v.field())), ..Change::default() })
        }
        (Some(Held::Constant(now)), Some(v), Some(_)) if now == v => Ok(false),
        (Some(Held::Constant(_)) | None, Some(v), Some(meta)) => another_map(edit, objects, o, name, Some((v, meta)), path),
        (Some(Held::Constant(_)), None, None) => another_map(edit, objects, o, name, None, path),
        _ => Err(other()),
    }
}

fn data_place(objects: &Objects<'_>, map: u64, name: &str) -> Result<Option<usize>, ImageError> {
    let found = objects.with(map, |r| {
        Ok(match r {
            Record::Map(row) => row.slots.iter().find_map(|s| match s.holds {
                Holds::Data(i) if s.name == name => Some(i as usize),
                _ => None,
            }),
            Record::LibraryMap { names, .. } => names.iter().position(|n| *n == name),
            _ => None,
        })
    })?;
    Ok(found.flatten())
}

/// Gives the object a map of its own, with the constant slot as it was, or without it.
pub(super) fn another_map(
    edit: &mut Edit<'_>,
    objects: &Objects<'_>,
    o: &Object,
    name: &str,
    slot: Option<(&Value, &Slot)>,
    path: &str,
) -> Result<bool, ImageError> {
    let id = edit.number();
    let record = objects.with(o.map.max(1), |r| match r {
        Record::Map(row) => Ok(Some(map_with(&row, id, name, slot))),
        _ => Ok(None),
    })?;
    let record = record.flatten().ok_or_else(|| no_slot(path, "the object has become a clone of one of the library's"))?;
    edit.create(id, &record)?;
    change(edit, objects, o, &Change { map: Some(id), ..Change::default() })
}

fn map_with(row: &MapRow<'_>, id: u64, name: &str, slot: Option<(&Value, &Slot)>) -> Vec<u8> {
    let new = slot.map(|(v, meta)| SlotRow {
        name,
        holds: Holds::Constant(v.field()),
        parent: meta.parent,
        comment: meta.comment.as_deref(),
        annotation: meta.annotation.as_deref(),
        type_text: meta.type_text.as_deref(),
    });
    let mut slots = row.slots.clone();
    match (slots.iter().position(|s| s.name == name), new) {
        (Some(i), Some(s)) => slots[i] = s,
        (Some(i), None) => {
            slots.remove(i);
        }
        (None, new) => slots.extend(new),
    }
    let row = MapRow { slots, annotation: row.annotation, ..*row };
    let mut out = Vec::new();
    Writer { out: &mut out, id }.map_row(&row);
    out
}

/// Puts an element back. Answers whether anything changed.
pub(super) fn element(
    edit: &mut Edit<'_>,
    objects: &Objects<'_>,
    o: &Object,
    place: usize,
    v: &Value,
    path: &str,
) -> Result<bool, ImageError> {
    match o.elements.as_ref().and_then(|e| e.get(place)) {
        None => Err(no_slot(path, "there is no such element now")),
        Some(now) if now == v => Ok(false),
        Some(_) => change(edit, objects, o, &Change { element: Some((place, v.field())), ..Change::default() }),
    }
}

/// What is other in a record.
#[derive(Default)]
struct Change<'a> {
    map: Option<u64>,
    data: Option<(usize, Field<'a>)>,
    element: Option<(usize, Field<'a>)>,
}

fn change(edit: &mut Edit<'_>, objects: &Objects<'_>, o: &Object, c: &Change<'_>) -> Result<bool, ImageError> {
    let record = objects.with(o.id, |r| rewritten(&r, o.id, c))?;
    edit.change(o.id, &record.ok_or_else(|| ImageError::Lost(format!("object {}", o.id)))?)?;
    Ok(true)
}

fn rewritten(r: &Record<'_>, id: u64, c: &Change<'_>) -> Read<Vec<u8>> {
    let mut out = Vec::new();
    let mut w = Writer { out: &mut out, id };
    let fields = |w: &mut Writer<'_>, all: Vec<Field<'_>>, other: Option<(usize, Field<'_>)>| {
        for (i, f) in all.iter().enumerate() {
            w.field(&other.filter(|(at, _)| *at == i).map_or(*f, |(_, new)| new));
        }
    };
    let of = |map: u64| c.map.unwrap_or(map);
    match r {
        Record::Plain { map, hash, data } => {
            w.plain(of(*map), *hash, data.0.count);
            fields(&mut w, data.0.collect()?, c.data);
        }
        Record::Vector { map, hash, data, elements } => {
            w.vector(of(*map), *hash, data.0.count);
            fields(&mut w, data.0.collect()?, c.data);
            w.count(elements.0.count);
            fields(&mut w, elements.0.collect()?, c.element);
        }
        Record::Bytes { map, hash, bytes } => w.bytes(of(*map), *hash, bytes),
        Record::Block { map, hash, code, captures } => {
            w.block(of(*map), *hash, *code, captures.0.count);
            fields(&mut w, captures.0.collect()?, c.element);
        }
        Record::Box { hash, value, mirror } => {
            w.boxed(*hash, *mirror);
            w.field(&c.element.map_or(*value, |(_, v)| v));
        }
        Record::Delta(d) => {
            let mut d = d.clone();
            if let (Some(elements), Some((i, v))) = (&mut d.elements, c.element) {
                *elements.get_mut(i).ok_or(Broken("an element"))? = v;
            }
            let d = DeltaRow { removed: d.removed, slots: d.slots, values: d.values, elements: d.elements, bytes: d.bytes };
            w.delta(&d);
        }
        _ => return Err(Broken("the kind")),
    }
    Ok(out)
}
