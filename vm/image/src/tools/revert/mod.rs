//! One slot put back to what it was as of a commit, and nothing else touched.
//!
//! What is put back is what the path led to then; where it is put is where the path leads now. A data slot or element gets the old value. A constant
//! slot's value lies in the object's map, which other objects may have too: the object gets a map of its own. Of an object of the library the
//! old difference is put back, or, where there was none, what the library has.
//!
//! What must stay true: an object that was put back has the state that it has now, since only the reference to it was changed.
//!
//! Not here: what would need the machine, such as entries of dictionaries (but for those of `image`), or slots that have become another kind.

mod library;
mod own;

use crate::format::record::Record;
use crate::tools::edit::Edit;
use crate::tools::objects::{Held, Objects, What};
use crate::tools::paths::Step;
use crate::tools::resolve::{holder_of, resolve};
use crate::tools::roots::Roots;
use crate::tools::value::Value;
use crate::tools::view;
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
    let job = Job { path: &path, to, holder, step: &step, then: &then };
    let Some(edit) = prepare(rows, &objects, &job)? else { return Ok(done) };
    let ready = edit.ready(author, &format!("revert {path} to {to}"));
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

/// What is to be done.
struct Job<'a> {
    path: &'a str,
    to: u64,
    holder: u64,
    step: &'a Step,
    then: &'a Then,
}

/// The changes that do it; nothing if there is nothing to do.
fn prepare<'r>(rows: &'r Rows, objects: &Objects<'_>, job: &Job<'_>) -> Result<Option<Edit<'r>>, ImageError> {
    let Job { path, to, holder, step, then } = *job;
    let mut edit = Edit::begin(rows)?;
    let missing = || no_slot(path, &format!("it was not there as of commit {to}, and is no slot that could be taken away"));
    let object = objects.get(holder)?.ok_or_else(|| no_slot(path, "the object that has it is as the library made it"))?;
    let changed = match step {
        Step::Slot(name) if object.what == What::Library => library::slot(&mut edit, rows, holder, name, then.delta.as_ref())?,
        Step::Slot(name) => own::slot(&mut edit, objects, &object, name, then, path)?,
        Step::Element(i) => {
            let v = then.value.as_ref().ok_or_else(missing)?;
            own::element(&mut edit, objects, &object, *i, v, path)?
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
            own::element(&mut edit, objects, &object, entry, v, path)?
        }
        Step::Module => return Err(no_slot(path, "a module is no slot")),
    };
    Ok(changed.then_some(edit))
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
        own::another_map(&mut e, &objects, &o, "rate", Some((&Value::Int(4), &meta)), "").expect("made");
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
