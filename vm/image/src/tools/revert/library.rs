//! A slot of one of the library's objects: the difference of then instead of that of now.
//!
//! What must stay true: a data slot and the assignment slot that goes with it come and go together.

use crate::format::record::{DeltaRow, Record, Writer};
use crate::format::slots::{Holds, SlotRow};
use crate::format::{Broken, Read};
use crate::tools::edit::Edit;
use crate::{ImageError, Rows};

/// Puts a slot of one of the library's objects back. Answers whether anything changed.
pub(super) fn slot(
    edit: &mut Edit<'_>,
    rows: &Rows,
    id: u64,
    name: &str,
    then: Option<&(u64, Vec<u8>)>,
) -> Result<bool, ImageError> {
    let now = rows.record(id)?.ok_or_else(|| ImageError::Lost(format!("object {id}")))?;
    let old = then.filter(|(of, _)| *of == id).map(|(_, r)| r.as_slice());
    let record = merged(&now, old, id, name).map_err(|b| ImageError::broken(b, format!("object {id}")))?;
    if record == now {
        return Ok(false);
    }
    edit.change(id, &record)?;
    Ok(true)
}

fn read_delta(bytes: &[u8], id: u64) -> Read<DeltaRow<'_>> {
    match Record::read(bytes, id)? {
        Record::Delta(d) => Ok(d),
        _ => Err(Broken("the kind")),
    }
}

/// The record of today, with one slot as it was.
fn merged(now: &[u8], then: Option<&[u8]>, id: u64, name: &str) -> Read<Vec<u8>> {
    let (now, then) = (read_delta(now, id)?, then.map(|t| read_delta(t, id)).transpose()?);
    let mut row = DeltaRow {
        removed: now.removed.clone(),
        slots: vec![],
        values: vec![],
        elements: now.elements.clone(),
        bytes: now.bytes,
    };
    row.removed.retain(|n| *n != name);
    for s in &now.slots {
        if same_slot(s, &now.slots, name) {
            continue;
        }
        take(&mut row, s, &now)?;
    }
    if let Some(then) = &then {
        row.removed.extend(then.removed.iter().filter(|n| **n == name));
        for s in then.slots.iter().filter(|s| same_slot(s, &then.slots, name)) {
            take(&mut row, s, then)?;
        }
    }
    let mut out = Vec::new();
    Writer { out: &mut out, id }.delta(&row);
    Ok(out)
}

/// Whether a slot is the one of this name, or the assignment slot that goes with it.
fn same_slot(s: &SlotRow<'_>, all: &[SlotRow<'_>], name: &str) -> bool {
    let own = || all.iter().find(|o| o.name == name).map(|o| o.holds);
    s.name == name || matches!((s.holds, own()), (Holds::Assign(i), Some(Holds::Data(j))) if i == j)
}

/// Adds a slot with its value, if it has one of its own.
fn take<'a>(row: &mut DeltaRow<'a>, s: &SlotRow<'a>, from: &DeltaRow<'a>) -> Read<()> {
    let holds = match s.holds {
        Holds::Constant(f) => Holds::Constant(f),
        Holds::Data(i) => {
            row.values.push(*from.values.get(i as usize).ok_or(Broken("a slot"))?);
            Holds::Data(row.values.len() as u32 - 1)
        }
        // It stands behind its data slot.
        Holds::Assign(_) => Holds::Assign((row.values.len() as u32).checked_sub(1).ok_or(Broken("a slot"))?),
    };
    row.slots.push(SlotRow { holds, ..*s });
    Ok(())
}
