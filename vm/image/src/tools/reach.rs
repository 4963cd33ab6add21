//! What is reachable from the names of library objects, now and as of every commit that is kept.
//!
//! An object is marked once, with all of its versions that a kept commit can see; so what only an old version refers to is marked as well, and
//! a version that nobody can see any more marks nothing. That may keep a little more than what the kept commits reach one by one, and
//! never less.
//!
//! What must stay true: memory grows by about a bit for each object and by what is said of sources, not by the contents; segments are read
//! in order, again and again until nothing is left to do; no chain of references is followed by recursion.

use std::collections::BTreeSet;
use std::ops::{Bound, ControlFlow};

use rustc_hash::{FxHashMap, FxHashSet};

use super::is_library;
pub use super::sets::{Commits, Marks};
use crate::format::keys::{self, meta};
use crate::format::record::Record;
use crate::format::segment::{self, Directory, PLACES};
use crate::format::{Broken, Read};
use crate::rows::NONE;
use crate::store::{Order, Space};
use crate::{ImageError, Rows};

/// The commits that can be read.
///
/// # Errors
/// When the store cannot be read or is damaged.
pub fn readable(rows: &Rows) -> Result<Commits, ImageError> {
    Ok(Commits(crate::history::collected(rows)?).others(rows.head()?))
}

/// The rows of the history in their order, each with when the state that it keeps began.
#[derive(Default)]
pub(crate) struct Cells {
    id: u64,
    before: FxHashMap<Option<u64>, u64>,
}

/// A row of the history: the state of an object, or of a piece of it, from `since` on, which the commit `until` ended.
pub(crate) struct Cell {
    pub(crate) id: u64,
    pub(crate) piece: Option<u64>,
    pub(crate) since: u64,
    pub(crate) until: u64,
}

impl Cells {
    /// The next row, by its key.
    pub(crate) fn next(&mut self, key: &[u8]) -> Read<Cell> {
        let (own, piece) = key.split_at_checked(16).ok_or(Broken("a key"))?;
        let (id, until) = keys::read_pair(own).ok_or(Broken("a key"))?;
        let piece = if piece.is_empty() { None } else { Some(keys::read_number(piece).ok_or(Broken("a key"))?) };
        if self.id != id {
            self.id = id;
            self.before.clear();
        }
        let since = self.before.insert(piece, until).unwrap_or(0);
        Ok(Cell { id, piece, since, until })
    }
}

impl Cell {
    /// Whether one of these commits sees it.
    pub(crate) fn is_seen(&self, by: &Commits) -> bool {
        by.any_in(self.since, self.until)
    }
}

/// What is reachable.
#[derive(Default)]
pub struct Reach {
    /// Objects, maps, code.
    pub marked: Marks,
    /// Sources of code.
    pub texts: FxHashSet<[u8; 16]>,
}

/// Told of what is wrong; an error ends the walk.
pub type Trouble<'t> = dyn FnMut(ImageError) -> Result<(), ImageError> + 't;

/// Walks. Where `trouble` allows that, what is damaged or missing is left out.
///
/// # Errors
/// What `trouble` answers; when the counters cannot be read.
pub fn reach(rows: &mut Rows, kept: &Commits, trouble: &mut Trouble<'_>) -> Result<Reach, ImageError> {
    let names = rows.told(meta::NAMES)?.min(crate::image::FIRST - 1);
    let mut walk = Walk { kept, names, reach: Reach::default(), pending: Marks::default() };
    for id in 1..=names {
        walk.reach.marked.set(id);
        walk.pending.set(id);
    }
    let mut cursor = 0;
    while let Some((segment, ids)) = walk.pending.take(cursor) {
        cursor = segment + 1;
        if let Err(e) = walk.segment(rows, segment, ids, trouble) {
            trouble(e)?;
        }
    }
    Ok(walk.reach)
}

struct Walk<'k> {
    kept: &'k Commits,
    names: u64,
    reach: Reach,
    pending: Marks,
}

/// What older versions of an object refer to.
#[derive(Default)]
struct Older {
    references: BTreeSet<u64>,
    /// As of which commits it has to be read as a whole, since it lay in pieces.
    whole: BTreeSet<u64>,
}

impl Walk<'_> {
    /// Goes on from some objects of a segment.
    fn segment(&mut self, rows: &mut Rows, number: u64, ids: Vec<u64>, trouble: &mut Trouble<'_>) -> Result<(), ImageError> {
        let mut bytes = Vec::new();
        let there = rows.segment(number, &mut bytes)?;
        let directory = if there { Directory::read(&bytes) } else { Ok(Directory::default()) };
        let directory = directory.map_err(|b| ImageError::broken(b, format!("segment {number}")))?;
        let older = self.older(rows, number)?;
        let mut todo = ids;
        while let Some(id) = todo.pop() {
            if let Err(e) = self.object(rows, id, &bytes, &directory, &older, trouble) {
                trouble(e)?;
            }
            // What lies in the same segment is done while that is at hand.
            if let Some((_, more)) = self.pending.has_some(number).then(|| self.pending.take(number)).flatten() {
                todo.extend(more);
            }
        }
        Ok(())
    }

    /// What kept commits see of the objects of a segment that is not so any more.
    fn older(&self, rows: &Rows, number: u64) -> Result<FxHashMap<u64, Older>, ImageError> {
        let mut found: FxHashMap<u64, Older> = FxHashMap::default();
        let mut cells = Cells::default();
        let (from, to) = (keys::pair(number * PLACES, 0), keys::pair((number + 1) * PLACES, 0));
        rows.range(Space::History, Bound::Included(&from), Bound::Excluded(&to), Order::Ascending, &mut |key, old| {
            let place = || String::from_utf8_lossy(key).escape_debug().to_string();
            let cell = cells.next(key).map_err(|b| ImageError::broken(b, place()))?;
            if !cell.is_seen(self.kept) {
                return Ok(ControlFlow::Continue(()));
            }
            let older = found.entry(cell.id).or_default();
            if cell.piece.is_some() || old.is_empty() {
                older.whole.extend(self.kept.last_below(cell.until));
            } else if old != [NONE] {
                let read = Record::read(old, cell.id).and_then(|r| {
                    r.references(|id| {
                        older.references.insert(id);
                    })
                });
                read.map_err(|b| ImageError::broken(b, format!("object {} before commit {}", cell.id, cell.until)))?;
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }

    fn object(
        &mut self,
        rows: &mut Rows,
        id: u64,
        bytes: &[u8],
        directory: &Directory,
        older: &FxHashMap<u64, Older>,
        trouble: &mut Trouble<'_>,
    ) -> Result<(), ImageError> {
        match directory.find(segment::place(id)) {
            Some(range) if range.is_empty() => {
                let record = rows.large(id)?;
                self.record(&record, id, trouble)?;
            }
            Some(range) => self.record(&bytes[range], id, trouble)?,
            // An object of the library may be as the library made it; others may have come later than a kept commit.
            None if is_library(id) || older.contains_key(&id) => {}
            None => return Err(ImageError::Lost(format!("object {id}"))),
        }
        let Some(older) = older.get(&id) else { return Ok(()) };
        for to in &older.references {
            self.refer(id, *to, trouble)?;
        }
        for at in &older.whole {
            rows.at = Some(*at);
            let record = rows.record(id);
            rows.at = None;
            if let Some(record) = record? {
                self.record(&record, id, trouble)?;
            }
        }
        Ok(())
    }

    fn record(&mut self, record: &[u8], id: u64, trouble: &mut Trouble<'_>) -> Result<(), ImageError> {
        let broken = |b| ImageError::broken(b, format!("object {id}"));
        let record = Record::read(record, id).map_err(broken)?;
        if let Record::Code(c) = &record {
            self.reach.texts.insert(c.source);
        }
        let mut found = Vec::new();
        record.references(|to| found.push(to)).map_err(broken)?;
        found.into_iter().try_for_each(|to| self.refer(id, to, trouble))
    }

    fn refer(&mut self, from: u64, to: u64, trouble: &mut Trouble<'_>) -> Result<(), ImageError> {
        // Map 0 is that of all objects of a kind.
        if to == 0 {
            return Ok(());
        }
        if is_library(to) && to > self.names {
            return trouble(ImageError::Lost(format!("the name of library object {to}, which object {from} refers to")));
        }
        if self.reach.marked.set(to) {
            self.pending.set(to);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample;
    use super::*;

    #[test]
    fn what_only_an_old_version_refers_to_is_reached_while_a_commit_sees_it() {
        let mut s = sample();
        let fail = &mut |e| Err(e);
        assert!(reach(&mut s.rows, &Commits::of([1, 2]), fail).expect("walks").marked.has(s.note));
        let r = reach(&mut s.rows, &Commits::of([2]), fail).expect("walks");
        assert!(!r.marked.has(s.note));
        assert!(s.everything.iter().all(|id| r.marked.has(*id)));
    }
}
