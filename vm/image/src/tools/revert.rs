//! One slot put back to what it was as of a commit, and nothing else touched.
//!
//! What is put back is what the path led to then; where it is put is where the path leads now. A data slot or element gets the old value. A constant
//! slot's value lies in the object's map, which other objects may have too: the object gets a map of its own. Of an object of the library the
//! old difference is put back, or, where there was none, what the library has.
//!
//! What must stay true: an object that was put back has the state that it has now, since only the reference to it was changed.
//!
//! Not here: what would need the machine, such as entries of dictionaries (but for those of `image`), or slots that have become another kind.

use super::edit::{Edit, Ready};
use super::objects::{Held, Object, Objects, What};
use super::paths::{Step, holder_of, resolve};
use super::roots::Roots;
use super::value::Value;
use super::view;
use crate::format::field::Field;
use crate::format::record::{DeltaRow, MapRow, Record, Writer};
use crate::format::slots::{Holds, SlotRow};
use crate::format::{Broken, Read};
use crate::{ImageError, Rows, history};

/// What was put back.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Reverted {
    /// Where.
    pub path: String,
    /// What was there; nothing: no such slot.
    pub before: Option<String>,
    /// What is there now.
    pub after: Option<String>,
    /// The commit that did it. Nothing: it was so already.
    pub commit: Option<u64>,
}

/// Puts the slot at a path back to what it was as of a commit, in a commit of its own.
///
/// # Errors
/// When there is no such commit or slot, it has become another kind of slot, or the store cannot be read or written; nothing is changed then.
pub fn revert(rows: &mut Rows, path: &str, to: u64, author: &str) -> Result<Reverted, ImageError> {
    history::check_readable(rows, to)?;
    let then = then(rows, path, to)?;
    let objects = Objects::new(rows);
    let place = holder_of(&objects, path)?;
    let (holder, step) = place.ok_or_else(|| no_slot(path, "it is an object, and not the slot of one"))?;
    let before = resolve(&objects, path).ok();
    let path = before.as_ref().map_or(path, |p| p.path.as_str()).to_string();
    let told = |v: Option<&Value>| v.map(|v| view::value_text(&objects, v)).transpose();
    let mut done = Reverted {
        before: told(before.as_ref().and_then(|p| p.value.as_ref()))?,
        after: then.told.clone(),
        path: path.clone(),
        commit: None,
    };
    let Some(ready) = prepare(rows, &objects, &path, to, author, holder, &step, &then)? else { return Ok(done) };
    done.commit = Some(ready.apply(rows)?);
    Ok(done)
}

/// The slot as it was.
struct Then {
    value: Option<Value>,
    /// It is a constant slot, with its comment and annotations.
    constant: Option<Slot>,
    /// The record of the object that had it, if that is one of the library.
    delta: Option<(u64, Vec<u8>)>,
    told: Option<String>,
}

/// A constant slot, on its own.
#[derive(Clone)]
struct Slot {
    parent: bool,
    comment: Option<String>,
    annotation: Option<String>,
    type_text: Option<String>,
}

fn then(rows: &mut Rows, path: &str, to: u64) -> Result<Then, ImageError> {
    rows.at = Some(to);
    let found = as_of_then(rows, path);
    rows.at = None;
    found
}

fn as_of_then(rows: &Rows, path: &str) -> Result<Then, ImageError> {
    let objects = Objects::new(rows);
    let mut t = Then { value: None, constant: None, delta: None, told: None };
    match resolve(&objects, path) {
        Ok(place) => t.value = place.value,
        Err(ImageError::NoSuchPath(_)) => {}
        Err(e) => return Err(e),
    }
    t.told = t.value.as_ref().map(|v| view::value_text(&objects, v)).transpose()?;
    let holder = match holder_of(&objects, path) {
        Err(ImageError::NoSuchPath(_)) | Ok(None) => return Ok(t),
        other => other?,
    };
    if let Some((id, Step::Slot(name))) = holder
        && let Some(o) = objects.get(id)?
    {
        if o.what == What::Library {
            t.delta = rows.record(id)?.map(|r| (id, r));
        } else if matches!(o.slot(&name), Some(s) if matches!(s.held, Held::Constant(_))) {
            t.constant = constant(&objects, o.map, &name)?;
        }
    }
    Ok(t)
}

fn constant(objects: &Objects<'_>, map: u64, name: &str) -> Result<Option<Slot>, ImageError> {
    let own = |t: Option<&str>| t.map(str::to_string);
    let found = objects.with(map, |r| match r {
        Record::Map(row) => Ok(row.slots.iter().find(|s| s.name == name).map(|s| Slot {
            parent: s.parent,
            comment: own(s.comment),
            annotation: own(s.annotation),
            type_text: own(s.type_text),
        })),
        _ => Ok(None),
    })?;
    Ok(found.flatten())
}

fn no_slot(path: &str, why: &str) -> ImageError {
    ImageError::NoSuchPath(format!("'{path}' cannot be put back: {why}"))
}

/// The commit that does it; nothing if there is nothing to do.
#[allow(clippy::too_many_arguments)]
fn prepare(
    rows: &Rows,
    objects: &Objects<'_>,
    path: &str,
    to: u64,
    author: &str,
    holder: u64,
    step: &Step,
    then: &Then,
) -> Result<Option<Ready>, ImageError> {
    let mut edit = Edit::begin(rows)?;
    let missing = || no_slot(path, &format!("it was not there as of commit {to}, and is no slot that could be taken away"));
    let object = objects.get(holder)?.ok_or_else(|| no_slot(path, "the object that has it is as the library made it"))?;
    let changed = match step {
        Step::Slot(name) if object.what == What::Library => library_slot(&mut edit, rows, holder, name, then.delta.as_ref())?,
        Step::Slot(name) => own_slot(&mut edit, objects, &object, name, then, path)?,
        Step::Element(i) => {
            let v = then.value.as_ref().ok_or_else(missing)?;
            element(&mut edit, objects, &object, *i, v, path)?
        }
        Step::Name(name) => {
            let Some(v) = &then.value else {
                let why =
                    format!("nothing was at that name as of commit {to}; `image removeKey: '{name}'` in a program takes it away");
                return Err(no_slot(path, &why));
            };
            let entry = Roots::read(objects)?.at(name).map(|e| e.place).ok_or_else(|| {
                let why = format!("nothing is at that name now; a program can put it there, having read it with --at {to}");
                no_slot(path, &why)
            })?;
            element(&mut edit, objects, &object, entry, v, path)?
        }
        Step::Module => return Err(no_slot(path, "a module is no slot")),
    };
    Ok(changed.then(|| edit.ready(author, &format!("revert {path} to {to}"))))
}

// ---- the library's objects ----

fn library_slot(
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

// ---- other objects ----

fn own_slot(
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
fn another_map(
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

fn element(
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

#[cfg(test)]
mod tests {
    use super::super::sample::{account_slot, sample};
    use super::*;

    #[test]
    fn a_data_slot_is_put_back_and_nothing_else() {
        let mut s = sample();
        let done = revert(&mut s.rows, "image account balance", 1, "me").expect("reverts");
        assert_eq!((done.before.as_deref(), done.after.as_deref(), done.commit), (Some("250"), Some("100"), Some(3)));
        assert_eq!(account_slot(&mut s, None, "balance"), Some(Value::Int(100)));
        assert_eq!(account_slot(&mut s, Some(2), "balance"), Some(Value::Int(250)));
        assert_eq!(account_slot(&mut s, None, "note"), Some(Value::Special(crate::format::field::Special::Nil)));
        assert_eq!(history::commit(&s.rows, 3).expect("there").reason, "revert image account balance to 1");
        assert_eq!(revert(&mut s.rows, "image account balance", 1, "me").expect("reverts").commit, None);
    }

    #[test]
    fn a_reference_to_an_object_comes_back() {
        let mut s = sample();
        let done = revert(&mut s.rows, "image account note", 1, "me").expect("reverts");
        assert_eq!(done.before.as_deref(), Some("nil"));
        assert_eq!(account_slot(&mut s, None, "note").and_then(|v| v.object()), Some(s.note));
    }

    #[test]
    fn a_constant_gets_a_map_of_its_own() {
        let mut s = sample();
        let map = Objects::new(&s.rows).known(s.account).expect("there").map;
        let mut e = Edit::begin(&s.rows).expect("begins");
        let objects = Objects::new(&s.rows);
        let o = objects.known(s.account).expect("there");
        let meta = Slot { parent: false, comment: None, annotation: None, type_text: None };
        another_map(&mut e, &objects, &o, "rate", Some((&Value::Int(4), &meta)), "").expect("made");
        let ready = e.ready("me", "another rate");
        ready.apply(&mut s.rows).expect("applies");
        assert_eq!(account_slot(&mut s, None, "rate"), Some(Value::Int(4)));
        assert_eq!(account_slot(&mut s, Some(2), "rate"), Some(Value::Int(3)));
        revert(&mut s.rows, "image account rate", 2, "me").expect("reverts");
        assert_eq!(account_slot(&mut s, None, "rate"), Some(Value::Int(3)));
        assert_ne!(Objects::new(&s.rows).known(s.account).expect("there").map, map);
    }

    #[test]
    fn a_slot_of_a_library_object_is_taken_away_again() {
        let mut s = sample();
        let done = revert(&mut s.rows, "globals limits", 0, "me").expect("reverts");
        assert_eq!(done.after, None);
        let objects = Objects::new(&s.rows);
        assert!(resolve(&objects, "globals limits").is_err());
        assert!(resolve(&objects, "image account").is_ok());
    }

    #[test]
    fn what_cannot_be_put_back_is_told() {
        let mut s = sample();
        for (path, at, part) in [
            ("image account", 0, "removeKey"),
            ("globals", 1, "not the slot of one"),
            ("image account zork", 1, "not there, and was not"),
            ("limits [7]", 1, "no slot that could be taken away"),
        ] {
            let told = revert(&mut s.rows, path, at, "me").expect_err("cannot be").to_string();
            assert!(told.contains(part), "{path}: {told}");
        }
        assert_eq!(s.rows.head(), Ok(2));
    }
}
