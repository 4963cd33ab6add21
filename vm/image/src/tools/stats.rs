//! Figures: rows and bytes by kind, the largest objects, the commits.
//!
//! What must stay true: one walk over all rows, memory bounded by what is listed.

use std::collections::BTreeMap;

use serde::Serialize;

use super::objects::Objects;
use super::paths::Finder;
use super::{each_row, reach, view};
use crate::format::record::tag;
use crate::format::seal::unseal;
use crate::format::segment::{Directory, PLACES};
use crate::format::{Broken, keys};
use crate::store::Space;
use crate::{ImageError, Rows, history};

/// Objects that are listed as the largest.
const LARGEST: usize = 10;

/// How many, and how many bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Sum {
    /// How many.
    pub count: u64,
    /// Bytes.
    pub bytes: u64,
}

impl Sum {
    fn add(&mut self, bytes: u64) {
        self.count += 1;
        self.bytes += bytes;
    }
}

/// A large object.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Large {
    /// Its path, or its number.
    pub path: String,
    /// Its number.
    pub object: u64,
    /// What it is.
    pub kind: String,
    /// Bytes of its record.
    pub bytes: u64,
}

/// Figures of an image.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Stats {
    /// The last commit.
    pub head: u64,
    /// Commits whose objects can be read.
    pub readable: u64,
    /// Names of commits.
    pub tags: u64,
    /// Names of the library's objects that are referred to.
    pub names: u64,
    /// Records as they are now, by what they are.
    pub kinds: BTreeMap<&'static str, Sum>,
    /// Rows, by what they hold; bytes are those of keys and values.
    pub rows: BTreeMap<&'static str, Sum>,
    /// The largest objects, the largest first.
    pub largest: Vec<Large>,
}

/// What a first byte stands for.
fn kind_of(first: u8) -> Option<&'static str> {
    Some(match first {
        tag::PLAIN => "objects",
        tag::VECTOR => "vectors",
        tag::BYTES => "byte vectors",
        tag::STRING | tag::CANONICAL => "strings",
        tag::BLOCK => "blocks",
        tag::METHOD => "methods",
        tag::BOX => "captured variables",
        tag::MIRROR => "mirrors",
        tag::FOREIGN => "machine's things",
        tag::CODE | tag::LIBRARY_CODE => "code",
        tag::MAP | tag::LIBRARY_MAP => "maps",
        tag::DELTA => "changed library objects",
        _ => return None,
    })
}

/// Bytes of all keys and values: what the file would hold if it had no room to spare.
///
/// # Errors
/// When the store cannot be read or is damaged.
pub fn bytes(rows: &Rows) -> Result<u64, ImageError> {
    Ok(by_space(rows)?.values().map(|sum| sum.bytes).sum())
}

fn by_space(rows: &Rows) -> Result<BTreeMap<&'static str, Sum>, ImageError> {
    let mut found = BTreeMap::new();
    for space in Space::ALL {
        let mut sum = Sum::default();
        rows.all(space, &mut |key, value| {
            sum.add((key.len() + value.len()) as u64);
            Ok(())
        })?;
        found.insert(space.name(), sum);
    }
    Ok(found)
}

/// Counts.
///
/// # Errors
/// When the store cannot be read or is damaged.
pub fn stats(rows: &Rows) -> Result<Stats, ImageError> {
    let mut s = Stats { head: rows.head()?, readable: reach::readable(rows)?.count(), ..Stats::default() };
    s.rows = by_space(rows)?;
    s.names = s.rows["names"].count;
    s.tags = history::tags(rows)?.len() as u64;
    let mut largest: Vec<(u64, u64)> = Vec::new();
    each_row(rows.store_ref(), Space::Segments, &mut |key, row| {
        let bytes = unseal(Space::Segments, key, row).map_err(|b| ImageError::broken(b, "a segment"))?;
        segment(rows, &mut s, &mut largest, key, bytes)
    })?;
    let objects = Objects::new(rows);
    let paths = Finder::walk(&objects, largest.iter().map(|(_, id)| *id))?;
    for (bytes, id) in largest {
        let o = objects.known(id)?;
        s.largest.push(Large { path: paths.told(id), object: id, kind: view::kind(&objects, &o)?, bytes });
    }
    Ok(s)
}

fn segment(rows: &Rows, s: &mut Stats, largest: &mut Vec<(u64, u64)>, key: &[u8], bytes: &[u8]) -> Result<(), ImageError> {
    let number = keys::read_number(key).unwrap_or(0);
    let broken = |b| ImageError::broken(b, format!("segment {number}"));
    for (place, range) in Directory::read(bytes).map_err(broken)?.iter() {
        let id = number.saturating_mul(PLACES) + u64::from(place);
        let (first, size) = if range.is_empty() {
            let record = rows.large(id)?;
            (record.first().copied(), record.len() as u64)
        } else {
            (Some(bytes[range.start]), range.len() as u64)
        };
        let kind = first.and_then(kind_of).ok_or_else(|| broken(Broken("a kind of object")))?;
        s.kinds.entry(kind).or_default().add(size);
        if !["code", "maps"].contains(&kind) {
            largest.push((size, id));
            if largest.len() > LARGEST * 8 {
                shorten(largest);
            }
        }
    }
    shorten(largest);
    Ok(())
}

fn shorten(largest: &mut Vec<(u64, u64)>) {
    largest.sort_unstable_by_key(|(bytes, id)| (std::cmp::Reverse(*bytes), *id));
    largest.truncate(LARGEST);
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample;
    use super::*;

    #[test]
    fn everything_is_counted_once() {
        let s = sample();
        let figures = stats(&s.rows).expect("counts");
        let counts: Vec<(&str, u64)> = figures.kinds.iter().map(|(k, sum)| (*k, sum.count)).collect();
        assert_eq!(counts, [("changed library objects", 2), ("maps", 2), ("objects", 2), ("vectors", 4)]);
        assert_eq!((figures.head, figures.readable, figures.names, figures.rows["commits"].count), (2, 3, 3, 3));
        assert_eq!(figures.largest.len(), 8);
        assert!(figures.largest[0].path.starts_with("globals"), "{:?}", figures.largest[0]);
    }
}
