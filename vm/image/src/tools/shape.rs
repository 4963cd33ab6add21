//! From records to objects as plain data: what a map says of slots, and where an object has what.
//!
//! Not here: finding the records ([`super::objects`]).

use super::objects::{Held, Object, Slot, What};
use super::value::Value;
use crate::format::record::{Data, DeltaRow, Record};
use crate::format::slots::{Holds, SlotRow};
use crate::format::{Broken, Read};

/// Where a slot's value is.
enum Where {
    Constant(Value),
    Data(usize),
}

struct ShapeSlot {
    slot: Slot,
    place: Where,
}

/// What a map says.
#[derive(Default)]
pub(crate) struct Shape {
    slots: Vec<ShapeSlot>,
    /// The library's object whose map it is.
    pub(crate) of: Option<u64>,
}

impl Shape {
    /// Of a map's record.
    pub(super) fn of_record(r: &Record<'_>) -> Read<Shape> {
        match r {
            Record::Map(row) => Ok(Shape { slots: row.slots.iter().filter_map(shape_slot).collect(), of: None }),
            Record::LibraryMap { of, names } => {
                let slot = |(i, name): (usize, &&str)| ShapeSlot { slot: bare(name), place: Where::Data(i) };
                let slots = names.iter().enumerate().filter(|(_, n)| !n.is_empty()).map(slot).collect();
                Ok(Shape { slots, of: Some(*of) })
            }
            _ => Err(Broken("a map")),
        }
    }

    /// The slots of an object with these data.
    pub(super) fn named(&self, data: &[Value]) -> Read<Vec<Slot>> {
        let slot = |s: &ShapeSlot| {
            let held = match &s.place {
                Where::Constant(v) => Held::Constant(v.clone()),
                Where::Data(i) => Held::Data(data.get(*i).cloned().ok_or(Broken("a slot"))?),
            };
            Ok(Slot { held, ..s.slot.clone() })
        };
        self.slots.iter().map(slot).collect()
    }
}

fn bare(name: &str) -> Slot {
    let held = Held::Data(Value::Int(0));
    Slot { name: name.into(), held, parent: false, comment: None, type_text: None }
}

fn shape_slot(s: &SlotRow<'_>) -> Option<ShapeSlot> {
    let place = match s.holds {
        Holds::Constant(f) => Where::Constant(f.into()),
        Holds::Data(i) => Where::Data(i as usize),
        Holds::Assign(_) => return None,
    };
    let slot =
        Slot { parent: s.parent, comment: s.comment.map(Into::into), type_text: s.type_text.map(Into::into), ..bare(s.name) };
    Some(ShapeSlot { slot, place })
}

fn all(data: &Data<'_>) -> Read<Vec<Value>> {
    Ok(data.0.collect()?.into_iter().map(Value::from).collect())
}

/// An object without its named slots, and its data.
pub(super) fn raw(id: u64, r: &Record<'_>) -> Read<(Object, Vec<Value>)> {
    let mut o = Object { id, what: What::Inner, map: 0, slots: Vec::new(), elements: None };
    let mut data = Vec::new();
    o.what = match r {
        Record::Plain { map, data: d, .. } => {
            (o.map, data) = (*map, all(d)?);
            What::Plain
        }
        Record::Vector { map, data: d, elements, .. } => {
            (o.map, data, o.elements) = (*map, all(d)?, Some(all(elements)?));
            What::Vector
        }
        Record::Bytes { map, bytes, .. } => {
            o.map = *map;
            What::Bytes(bytes.to_vec())
        }
        Record::Text { text, canonical, .. } => What::Text { text: (*text).into(), canonical: *canonical },
        Record::Block { map, code, captures, .. } => {
            (o.map, o.elements) = (*map, Some(all(captures)?));
            What::Block { code: *code }
        }
        Record::Method { code, .. } => What::Method { code: *code },
        Record::Box { value, mirror, .. } => {
            o.elements = Some(vec![(*value).into()]);
            if *mirror { What::Mirror } else { What::Box }
        }
        Record::Foreign { kept, number, value, .. } => {
            o.elements = Some(vec![(*value).into()]);
            What::Foreign { kept: *kept, number: *number }
        }
        Record::Delta(d) => {
            o.slots = changed_slots(d)?;
            o.elements = d.elements.as_ref().map(|e| e.iter().map(|f| Value::from(*f)).collect());
            What::Library
        }
        Record::Code(_) | Record::LibraryCode { .. } | Record::Map(_) | Record::LibraryMap { .. } => What::Inner,
    };
    Ok((o, data))
}

fn changed_slots(d: &DeltaRow<'_>) -> Read<Vec<Slot>> {
    let values: Vec<Value> = d.values.iter().map(|f| Value::from(*f)).collect();
    let shape = Shape { slots: d.slots.iter().filter_map(shape_slot).collect(), of: None };
    let mut slots = shape.named(&values)?;
    slots.extend(d.removed.iter().map(|name| Slot { held: Held::Removed, ..bare(name) }));
    Ok(slots)
}
