//! Segments and what is in them; large objects; old versions; and that every reference leads somewhere.

use std::ops::{Bound, ControlFlow};
use std::sync::Arc;

use aura_code::Origin;
use rustc_hash::FxHashMap;

use super::Check;
use super::rows::each;
use crate::decode::{KINDS, read_source};
use crate::format::commit::CommitRow;
use crate::format::keys::{self, meta};
use crate::format::record::{CodeRow, MapRow, Record};
use crate::format::segment::{self, Directory, PLACES};
use crate::format::slots::Holds;
use crate::format::{Broken, Read};
use crate::rows::NONE;
use crate::store::{Order, Space};
use crate::tools::is_library;
use crate::tools::reach::{Cells, Commits, Reach, reach, readable};
use crate::{ImageError, Rows};

/// What is known of the maps that objects claim to have: how many data slots.
type Maps = FxHashMap<u64, Option<usize>>;

/// Looks at all objects.
pub(super) fn check(c: &mut Check<'_>, rows: &mut Rows) {
    let next = rows.told(meta::NEXT).unwrap_or(u64::MAX);
    let mut maps = Maps::default();
    each(c, rows, Space::Segments, &mut |c, key, bytes| match keys::read_number(key) {
        Some(number) if number <= segment::of(next) => one_segment(c, rows, &mut maps, number, bytes, next),
        Some(number) => c.problem(format!("segment {number}"), "is beyond all numbers that were given out"),
        None => c.problem("a segment", "its key is no number"),
    });
    pieces(c, rows);
    versions(c, rows);
    references(c, rows);
}

fn one_segment(c: &mut Check<'_>, rows: &Rows, maps: &mut Maps, number: u64, bytes: &[u8], next: u64) {
    let directory = match Directory::read(bytes) {
        Ok(d) => d,
        Err(b) => return c.problem(format!("segment {number}"), format!("{} is not what was written", b.0)),
    };
    for (place, range) in directory.iter() {
        let id = number * PLACES + u64::from(place);
        c.report.records += 1;
        c.tick("objects", c.report.records);
        if id >= next || id == 0 {
            c.problem(format!("object {id}"), "has a number that was not given out");
        }
        let done = if range.is_empty() {
            rows.large(id).and_then(|record| one_record(c, rows, maps, id, &record))
        } else {
            one_record(c, rows, maps, id, &bytes[range])
        };
        if let Err(e) = done {
            c.error(e);
        }
    }
}

fn one_record(c: &mut Check<'_>, rows: &Rows, maps: &mut Maps, id: u64, bytes: &[u8]) -> Result<(), ImageError> {
    let broken = |b| ImageError::broken(b, format!("object {id}"));
    let record = Record::read(bytes, id).map_err(broken)?;
    record.references(|_| {}).map_err(broken)?;
    if matches!(record, Record::Delta(_)) != is_library(id) {
        return Err(broken(Broken("the kind")));
    }
    match &record {
        Record::Code(row) => code(c, rows, id, row),
        Record::Map(row) => slots(row).map_err(broken),
        Record::Plain { map, data, .. } | Record::Vector { map, data, .. } => {
            let plain = matches!(record, Record::Plain { .. });
            match data_of(rows, maps, *map)? {
                _ if *map == 0 && !plain && data.0.count == 0 => Ok(()),
                Some(n) if n == data.0.count => Ok(()),
                _ => Err(broken(Broken("the map"))),
            }
        }
        Record::Delta(d) => {
            let beyond = |h: &Holds<'_>| matches!(h, Holds::Data(i) if *i as usize >= d.values.len());
            if d.slots.iter().any(|s| beyond(&s.holds)) { Err(broken(Broken("a slot"))) } else { Ok(()) }
        }
        _ => Ok(()),
    }
}

fn slots(row: &MapRow<'_>) -> Read<()> {
    let beyond = |h: &Holds<'_>| matches!(h, Holds::Data(i) | Holds::Assign(i) if *i >= row.data);
    if row.words == 0 || row.slots.iter().any(|s| beyond(&s.holds)) { Err(Broken("a map")) } else { Ok(()) }
}

/// How many data slots a map has; nothing if there is no such map.
fn data_of(rows: &Rows, maps: &mut Maps, map: u64) -> Result<Option<usize>, ImageError> {
    if map == 0 {
        return Ok(None);
    }
    if let Some(known) = maps.get(&map) {
        return Ok(*known);
    }
    let record = rows.record(map)?.ok_or_else(|| ImageError::Lost(format!("map {map}")))?;
    let data = match Record::read(&record, map) {
        Ok(Record::Map(row)) => Some(row.data as usize),
        Ok(Record::LibraryMap { names, .. }) => Some(names.len()),
        _ => None,
    };
    maps.insert(map, data);
    Ok(data)
}

fn code(c: &mut Check<'_>, rows: &Rows, id: u64, row: &CodeRow<'_>) -> Result<(), ImageError> {
    let broken = |what| ImageError::broken(Broken(what), format!("code {id} ('{}')", row.name));
    let kind = *KINDS.get(usize::from(row.kind)).ok_or_else(|| broken("the kind"))?;
    let text = rows.get(Space::Texts, &row.source)?;
    let text = text.ok_or_else(|| ImageError::Lost(format!("the source of code {id} ('{}')", row.name)))?;
    let origin: Arc<Origin> = Arc::new(read_source(&text).map_err(|_| broken("the source"))?);
    if origin.text.get(row.span.0 as usize..row.span.1 as usize).is_none() {
        return Err(broken("the place in the source"));
    }
    // Of another version only the source counts.
    if row.version == aura_code::body_version() {
        c.report.code += 1;
        aura_code::verified(row.body, &origin).filter(|code| code.kind == kind).ok_or_else(|| broken("the instructions"))?;
    }
    Ok(())
}

/// No pieces of objects that do not lie in pieces.
fn pieces(c: &mut Check<'_>, rows: &Rows) {
    let mut last = None;
    each(c, rows, Space::Large, &mut |c, key, _| {
        let Some((id, _)) = keys::read_pair(key) else { return c.problem("a piece", "its key is no pair of numbers") };
        if last.replace(id) == Some(id) {
            return;
        }
        let mut bytes = Vec::new();
        let in_pieces = rows.segment(segment::of(id), &mut bytes).is_ok_and(|there| {
            there && Directory::read(&bytes).is_ok_and(|d| d.find(segment::place(id)).is_some_and(|r| r.is_empty()))
        });
        if !in_pieces {
            c.problem(format!("object {id}"), "has pieces, and does not lie in pieces");
        }
    });
}

fn versions(c: &mut Check<'_>, rows: &Rows) {
    let head = rows.head().unwrap_or(u64::MAX);
    let mut cells = Cells::default();
    each(c, rows, Space::History, &mut |c, key, old| {
        c.report.versions += 1;
        c.tick("old versions", c.report.versions);
        let Ok(cell) = cells.next(key) else { return c.problem("a row of the history", "its key is no pair of numbers") };
        let place = format!("object {} before commit {}", cell.id, cell.until);
        if cell.until == 0 || cell.until > head {
            return c.problem(place, "was replaced by a commit that there is not");
        }
        if cell.piece.is_none() && !old.is_empty() && old != [NONE] {
            let read = Record::read(old, cell.id).and_then(|r| r.references(|_| {}));
            if let Err(b) = read {
                c.problem(place, format!("{} is not what was written", b.0));
            }
        }
    });
}

/// Everything that is reached, now or as of a commit that can be read, is there.
fn references(c: &mut Check<'_>, rows: &mut Rows) {
    (c.progress)("references", 0);
    let Some(kept) = c.read(readable(rows)) else { return };
    let mut found = Vec::new();
    let walked = reach(rows, &kept, &mut |e| {
        // A bound, in case that everything is missing.
        if found.len() < 10_000 {
            found.push(e);
        }
        Ok(())
    });
    match walked {
        Ok(reached) => changes(c, rows, &kept, &reached),
        Err(e) => found.push(e),
    }
    found.into_iter().for_each(|e| c.error(e));
}

/// What a commit says that it has changed is there, and what it was before, if a commit that can be read sees that.
fn changes(c: &mut Check<'_>, rows: &Rows, kept: &Commits, reached: &Reach) {
    each(c, rows, Space::Commits, &mut |c, key, row| {
        let (Some(number), Ok(row)) = (keys::read_number(key), CommitRow::read(row)) else { return };
        let before_is_seen = number > 0 && kept.any_in(number - 1, number);
        for id in row.changed.iter().filter(|id| reached.marked.has(**id)) {
            // Where it cannot be read, that has been told.
            if is_library(*id) && !has_record(rows, *id).unwrap_or(true) {
                c.problem(format!("object {id}"), "is missing");
            }
            if before_is_seen && !has_version(rows, *id, number).unwrap_or(true) {
                c.problem(format!("object {id} before commit {number}"), "is missing");
            }
        }
    });
}

fn has_record(rows: &Rows, id: u64) -> Result<bool, ImageError> {
    let mut bytes = Vec::new();
    let there = rows.segment(segment::of(id), &mut bytes)?;
    let broken = |b| ImageError::broken(b, format!("segment {}", segment::of(id)));
    Ok(there && Directory::read(&bytes).map_err(broken)?.find(segment::place(id)).is_some())
}

fn has_version(rows: &Rows, id: u64, commit: u64) -> Result<bool, ImageError> {
    let (from, to) = (keys::pair(id, commit), keys::pair(id, commit + 1));
    let mut any = false;
    rows.range(Space::History, Bound::Included(&from), Bound::Excluded(&to), Order::Ascending, &mut |_, _| {
        any = true;
        Ok(ControlFlow::Break(()))
    })?;
    Ok(any)
}
