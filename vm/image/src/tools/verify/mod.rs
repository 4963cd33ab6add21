//! A full check of an image: everything that can be wrong with its bytes, with what and where.
//!
//! * [`rows`] the store, every row's seal, counters, commits, tags, sources, chronicle
//! * [`records`] segments, objects, maps, code, old versions, and that every reference leads somewhere
//!
//! What must stay true: whatever the bytes are, this ends, does not panic, and goes on behind what it has found; what it finds is listed up to
//! a bound, and counted beyond that.
//!
//! Not here: whether the library of today has the objects that the image names; opening tells that.

mod records;
mod rows;

use rustc_hash::FxHashSet;
use serde::Serialize;

use crate::{ImageError, Rows};

/// Problems that are listed.
const MOST: usize = 100;

/// Something that is wrong.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Problem {
    /// Of which object or row.
    pub place: String,
    /// What.
    pub what: String,
}

/// What was checked, and what was found.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Report {
    /// Rows.
    pub rows: u64,
    /// Objects, maps and pieces of code.
    pub records: u64,
    /// Pieces of code whose instructions were verified.
    pub code: u64,
    /// Commits.
    pub commits: u64,
    /// Old versions.
    pub versions: u64,
    /// Sources.
    pub sources: u64,
    /// The first that were found.
    pub problems: Vec<Problem>,
    /// How many more there are.
    pub more: u64,
}

/// Told what is being looked at, and how many of them have been.
pub type Progress<'p> = dyn FnMut(&str, u64) + 'p;

/// A check under way.
struct Check<'p> {
    report: Report,
    seen: FxHashSet<(String, String)>,
    progress: &'p mut Progress<'p>,
}

impl Check<'_> {
    /// Notes a problem, once.
    fn problem(&mut self, place: impl Into<String>, what: impl Into<String>) {
        let (place, what) = (place.into(), what.into());
        if self.report.problems.len() >= MOST {
            self.report.more += 1;
        } else if self.seen.insert((place.clone(), what.clone())) {
            self.report.problems.push(Problem { place, what });
        }
    }

    /// Notes an error as a problem.
    fn error(&mut self, e: ImageError) {
        match e {
            ImageError::Broken { what, place } => self.problem(place, format!("{what} is not what was written")),
            ImageError::Lost(what) => self.problem(what, "is missing"),
            other => self.problem("the file", other.to_string()),
        }
    }

    /// What was read, or nothing and a problem.
    fn read<T>(&mut self, result: Result<T, ImageError>) -> Option<T> {
        result.map_err(|e| self.error(e)).ok()
    }

    /// Tells how far it is, now and then.
    fn tick(&mut self, step: &str, n: u64) {
        if n.is_multiple_of(1024) {
            (self.progress)(step, n);
        }
    }
}

/// Checks everything.
///
/// # Errors
/// Only when the rows are those of an earlier commit; what is wrong with the image is in the report.
pub fn verify<'p>(image: &mut Rows, progress: &'p mut Progress<'p>) -> Result<Report, ImageError> {
    if image.at.is_some() {
        return Err(crate::store::StoreError::ReadOnly.into());
    }
    let mut c = Check { report: Report::default(), seen: FxHashSet::default(), progress };
    rows::check(&mut c, image);
    records::check(&mut c, image);
    Ok(c.report)
}

#[cfg(test)]
mod tests {
    use super::super::sample::sample;
    use super::*;
    use crate::format::keys;
    use crate::format::seal::seal;
    use crate::store::{Batch, Space};
    use std::ops::{Bound, ControlFlow};

    fn checked(rows: &mut Rows) -> Vec<Problem> {
        verify(rows, &mut |_, _| {}).expect("reports").problems
    }

    fn all_rows(rows: &Rows) -> Vec<(Space, Vec<u8>, Vec<u8>)> {
        let mut found = Vec::new();
        for space in Space::ALL {
            let order = crate::store::Order::Ascending;
            let walk = rows.store_ref().range(space, Bound::Unbounded, Bound::Unbounded, order, &mut |k, v| {
                found.push((space, k.to_vec(), v.to_vec()));
                ControlFlow::Continue(())
            });
            walk.expect("reads");
        }
        found
    }

    #[test]
    fn a_sound_image_has_no_problems() {
        let mut s = sample();
        let report = verify(&mut s.rows, &mut |_, _| {}).expect("reports");
        assert_eq!((report.problems, report.more), (Vec::new(), 0));
        assert_eq!((report.records, report.commits, report.versions), (10, 3, 3));
    }

    #[test]
    fn every_row_that_is_changed_or_lost_is_found() {
        let s = sample();
        for (space, key, value) in all_rows(&s.rows) {
            let told = format!("{space:?} {}", key.escape_ascii());
            let mut bad = sample();
            let mut batch = Batch::default();
            let mut other = value.clone();
            let last = other.len() - 1;
            other[last] ^= 1;
            batch.put(space, key.clone(), other);
            bad.rows.store().apply(&batch).expect("applies");
            assert!(!checked(&mut bad.rows).is_empty(), "{told} was changed");
            if key == keys::meta::MADE {
                continue;
            }
            let mut bad = sample();
            let mut batch = Batch::default();
            batch.delete(space, key.clone());
            bad.rows.store().apply(&batch).expect("applies");
            assert!(!checked(&mut bad.rows).is_empty(), "{told} was lost");
        }
    }

    #[test]
    fn rows_that_are_sealed_and_make_no_sense_are_found_without_a_panic() {
        let s = sample();
        for (space, key, value) in all_rows(&s.rows) {
            for at in 8..value.len().min(80) {
                for bits in [1, 0x80, 0xff] {
                    let mut inner = value[8..].to_vec();
                    inner[at - 8] ^= bits;
                    let mut bad = sample();
                    let mut batch = Batch::default();
                    batch.put(space, key.clone(), seal(space, &key, &inner));
                    bad.rows.store().apply(&batch).expect("applies");
                    // Many such changes are sound images of other contents; what counts is that this ends.
                    checked(&mut bad.rows);
                }
            }
        }
    }

    #[test]
    fn rows_that_nobody_wrote_are_found() {
        for (space, key, value, part) in [
            (Space::Commits, keys::number(9).to_vec(), vec![0; 12], "commit 9"),
            (Space::Tags, b"lost".to_vec(), keys::number(77).to_vec(), "tag lost"),
            (Space::Texts, vec![1; 16], vec![0, 0], "source"),
            (Space::Large, keys::pair(1 << 20, 0).to_vec(), vec![1, 1], "object 1048576"),
            (Space::Segments, keys::number(1 << 40).to_vec(), vec![1, 3, 1, 6], "segment"),
            (Space::History, vec![7], vec![0], "history"),
            (Space::Chronicle, keys::number(3).to_vec(), vec![], "chronicle"),
            (Space::Names, b"globals x".to_vec(), keys::number(1).to_vec(), "globals x"),
        ] {
            let mut s = sample();
            let mut batch = Batch::default();
            batch.put(space, key.clone(), seal(space, &key, &value));
            s.rows.store().apply(&batch).expect("applies");
            let found = checked(&mut s.rows);
            assert!(found.iter().any(|p| p.place.contains(part)), "{space:?}: {found:?}");
        }
    }
}
