//! What differs between two commits: slots and elements of objects that were changed, before and after, and what was made.
//!
//! Only what commits in between have written is looked at. The dictionary of names shows as `image`, with the names as its slots.
//!
//! What must stay true: each side is told as of its own commit; comparing costs about as much as what was changed, and not as the image.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::objects::{Object, Objects, What};
use super::paths::Finder;
use super::roots::{self, Roots};
use super::value::Value;
use super::view::{self, Shown};
use crate::{ImageError, Rows, history};

/// New objects that are listed, and differences of one object.
const MOST: usize = 200;

/// What differs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Diff {
    /// From this commit,
    pub from: u64,
    /// to this one.
    pub to: u64,
    /// Objects that are different, sorted by path.
    pub changed: Vec<Changed>,
    /// How many objects, maps and pieces of code were made in between.
    pub made: u64,
    /// The first of the objects among them.
    pub new: Vec<Named>,
}

/// An object that is different.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Changed {
    /// Its path, or its number.
    pub path: String,
    /// Its number. Nothing for the names as a whole.
    pub object: Option<u64>,
    /// Its slots and elements that are different.
    pub slots: Vec<Difference>,
    /// How many more there are.
    pub more: usize,
}

/// One slot or element.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Difference {
    /// Its name.
    pub name: String,
    /// What it held; nothing: it was not there.
    pub before: Option<Shown>,
    /// What it holds.
    pub after: Option<Shown>,
    /// The source of the method that it held, where that is a method.
    pub source_before: Option<String>,
    /// The source of the method that it holds.
    pub source_after: Option<String>,
}

/// A new object.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Named {
    /// Its path.
    pub path: String,
    /// Its number.
    pub object: u64,
    /// What it is.
    pub kind: String,
}

/// One side of the comparison.
struct Side {
    objects: FxHashMap<u64, Object>,
    roots: Roots,
}

/// A pair of values whose texts are still to be found.
struct Raw {
    name: String,
    before: Option<Value>,
    after: Option<Value>,
}

/// Compares two commits.
///
/// # Errors
/// When one of them cannot be read, or the store is damaged.
pub fn diff(rows: &mut Rows, from: u64, to: u64) -> Result<Diff, ImageError> {
    history::check_readable(rows, from)?;
    history::check_readable(rows, to)?;
    let touched = touched(rows, from.min(to), from.max(to))?;
    let done = compare(rows, from, to, &touched);
    rows.at = None;
    done
}

/// What commits in between have written.
#[derive(Default)]
struct Touched {
    changed: BTreeSet<u64>,
    new: BTreeSet<u64>,
    made: u64,
}

fn touched(rows: &Rows, after: u64, until: u64) -> Result<Touched, ImageError> {
    let mut t = Touched::default();
    for number in after + 1..=until {
        let row = history::commit(rows, number)?;
        t.made += row.created;
        let room = MOST.saturating_sub(t.new.len());
        t.new.extend((row.first_new..row.next).take(room));
        t.changed.extend(row.changed);
    }
    // What was made in between and then changed is new, and was nothing before.
    let next = history::commit(rows, after)?.next;
    t.changed.retain(|id| *id < next);
    Ok(t)
}

fn side(rows: &Rows, ids: &BTreeSet<u64>) -> Result<Side, ImageError> {
    let objects = Objects::new(rows);
    let mut found = FxHashMap::default();
    for id in ids {
        found.extend(objects.get(*id)?.map(|o| (*id, o)));
    }
    Ok(Side { objects: found, roots: Roots::read(&objects)? })
}

fn compare(rows: &mut Rows, from: u64, to: u64, touched: &Touched) -> Result<Diff, ImageError> {
    rows.at = Some(from);
    let then = side(rows, &touched.changed)?;
    let told: BTreeSet<u64> = touched.changed.iter().copied().collect();
    let paths_then = Finder::walk(&Objects::new(rows), told.iter().copied())?;
    rows.at = Some(to);
    let now = side(rows, &touched.changed)?;
    let objects = Objects::new(rows);
    let paths = Finder::walk(&objects, told.iter().chain(&touched.new).copied())?;
    let mut raw: BTreeMap<String, (Option<u64>, Vec<Raw>)> = BTreeMap::new();
    raw.insert("image".into(), (None, names(&then.roots, &now.roots)));
    for id in &touched.changed {
        let parts = then.roots.parts.contains(id) || now.roots.parts.contains(id);
        let mut slots = slots(then.objects.get(id), now.objects.get(id));
        if paths.names.get(id).is_some_and(|p| p == roots::HOLDER) {
            slots.retain(|r| r.name != "roots");
        }
        if !parts && !slots.is_empty() {
            let path = paths.path(*id).or_else(|| paths_then.path(*id)).unwrap_or_else(|| format!("object {id}"));
            raw.insert(path, (Some(*id), slots));
        }
    }
    raw.retain(|_, (_, slots)| !slots.is_empty());
    let mut changed = Vec::new();
    for (path, (object, slots)) in &raw {
        let most = slots.iter().take(MOST);
        let slots_now: Vec<Difference> = most.map(|r| after(&objects, r)).collect::<Result<_, _>>()?;
        changed.push(Changed { path: path.clone(), object: *object, more: slots.len() - slots_now.len(), slots: slots_now });
    }
    let new = new(&objects, &paths, &touched.new, &now.roots)?;
    rows.at = Some(from);
    let objects = Objects::new(rows);
    for (c, (_, slots)) in changed.iter_mut().zip(raw.values()) {
        for (d, r) in c.slots.iter_mut().zip(slots) {
            (d.before, d.source_before) = told_side(&objects, r.before.as_ref())?;
        }
    }
    Ok(Diff { from, to, changed, made: touched.made, new })
}

fn names(then: &Roots, now: &Roots) -> Vec<Raw> {
    let all: BTreeSet<&str> = then.entries.iter().chain(&now.entries).map(|e| e.name.as_str()).collect();
    let value = |r: &Roots, name: &str| r.at(name).map(|e| e.value.clone());
    let pair = |name: &str| Raw { name: roots::word(name), before: value(then, name), after: value(now, name) };
    all.into_iter().map(pair).filter(|r| r.before != r.after).collect()
}

/// The slots and elements that are different.
fn slots(then: Option<&Object>, now: Option<&Object>) -> Vec<Raw> {
    let mut found = Vec::new();
    let of = |o: Option<&Object>, name: &str| o.and_then(|o| o.slot(name)).map(|s| s.held.clone());
    let mut seen = BTreeSet::new();
    for s in then.into_iter().chain(now).flat_map(|o| &o.slots) {
        if seen.insert(&s.name) && of(then, &s.name) != of(now, &s.name) {
            let value = |o: Option<&Object>| o.and_then(|o| o.slot(&s.name)).and_then(|s| s.value()).cloned();
            found.push(Raw { name: s.name.to_string(), before: value(then), after: value(now) });
        }
    }
    let elements = |o: Option<&Object>| o.and_then(|o| o.elements.clone()).unwrap_or_default();
    let (a, b) = (elements(then), elements(now));
    for i in 0..a.len().max(b.len()) {
        if a.get(i) != b.get(i) {
            found.push(Raw { name: format!("[{i}]"), before: a.get(i).cloned(), after: b.get(i).cloned() });
        }
    }
    let contents = |o: Option<&Object>| match o.map(|o| &o.what) {
        Some(What::Bytes(bytes)) => Some(Value::Text(bytes.escape_ascii().to_string())),
        Some(What::Foreign { number, .. }) => Some(Value::Int(*number as i64)),
        _ => None,
    };
    let (before, after) = (contents(then), contents(now));
    if before != after {
        found.push(Raw { name: "(contents)".into(), before, after });
    }
    found
}

fn told_side(objects: &Objects<'_>, v: Option<&Value>) -> Result<(Option<Shown>, Option<String>), ImageError> {
    let Some(v) = v else { return Ok((None, None)) };
    let source = match v.object() {
        Some(id) => objects.get(id)?.map(|o| view::source(objects, &o)).transpose()?.flatten(),
        None => None,
    };
    Ok((Some(view::shown(objects, v)?), source))
}

fn after(objects: &Objects<'_>, r: &Raw) -> Result<Difference, ImageError> {
    let (after, source_after) = told_side(objects, r.after.as_ref())?;
    Ok(Difference { name: r.name.clone(), before: None, after, source_before: None, source_after })
}

fn new(objects: &Objects<'_>, paths: &Finder, ids: &BTreeSet<u64>, names: &Roots) -> Result<Vec<Named>, ImageError> {
    let mut found = Vec::new();
    for id in ids {
        let Some(path) = paths.path(*id).filter(|_| !names.parts.contains(id)) else { continue };
        match objects.get(*id)? {
            Some(o) if !matches!(o.what, What::Inner | What::Text { .. } | What::Box) => {
                found.push(Named { path, object: *id, kind: view::kind(objects, &o)? });
            }
            _ => {}
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample;
    use super::*;

    fn told(d: &Diff) -> Vec<String> {
        let side = |s: &Option<Shown>| s.as_ref().map_or("-".to_string(), |s| s.text.clone());
        let line = |c: &Changed| {
            let path = c.path.clone();
            c.slots
                .iter()
                .map(move |d| format!("{path} {}: {} -> {}", d.name, side(&d.before), side(&d.after)))
                .collect::<Vec<_>>()
        };
        d.changed.iter().flat_map(line).collect()
    }

    #[test]
    fn changed_slots_are_told_before_and_after() {
        let mut s = sample();
        let note = format!("a vector of 1 (object {})", s.note);
        let d = diff(&mut s.rows, 1, 2).expect("compares");
        assert_eq!(told(&d), ["image account balance: 100 -> 250".to_string(), format!("image account note: {note} -> nil")]);
        assert_eq!((d.made, d.new.len()), (0, 0));
        let back = diff(&mut s.rows, 2, 1).expect("compares");
        assert_eq!(told(&back)[0], "image account balance: 250 -> 100");
        assert_eq!(s.rows.at, None);
    }

    #[test]
    fn names_show_as_slots_of_the_image_and_new_objects_by_their_paths() {
        let mut s = sample();
        let d = diff(&mut s.rows, 0, 2).expect("compares");
        let lines = told(&d);
        assert_eq!(lines[0], format!("globals limits: - -> a vector of 2 (object {})", s.limits));
        assert_eq!(lines[1], format!("image account: - -> an object (object {})", s.account));
        assert_eq!(lines[2], "image 'two words': - -> 7");
        assert_eq!(lines.len(), 3, "{lines:?}");
        let new: Vec<&str> = d.new.iter().map(|n| n.path.as_str()).collect();
        assert_eq!(new, ["globals limits", "image account"]);
        assert_eq!(d.made, 8);
    }
}
