//! The chronicle's rows: entries that somebody else understands, one after the other, never changed.
//!
//! An entry that is recorded is durable at once, in a batch of its own that neither waits for a commit nor carries one: what was
//! learned is kept also if the run that learned it fails. What must stay true: the entries are numbered from 0 without a gap,
//! and the counter says how many there are; an entry is recorded only at the place where whoever records it believes the end
//! to be, so that two writers cannot both follow the same entry.
//!
//! Not here: what the entries say, and whether they follow from one another.

use std::ops::{Bound, ControlFlow};

use crate::format::keys::meta;
use crate::format::{Broken, keys};
use crate::image::check_format;
use crate::rows::{Changes, Rows};
use crate::store::{Order, Space, StoreError};
use crate::{Image, ImageError};

/// How many entries there are.
///
/// # Errors
/// When the rows are no image's, or the counter is damaged.
pub fn len(rows: &Rows) -> Result<u64, ImageError> {
    check_format(rows)?;
    Ok(rows.counter(meta::CHRONICLE)?.unwrap_or(0))
}

/// The entries from number `from` on, whichever commit the objects are read as of.
///
/// # Errors
/// When one is missing, damaged, or there is one too many.
pub fn read(rows: &Rows, from: u64) -> Result<Vec<Vec<u8>>, ImageError> {
    let told = len(rows)?;
    let mut found = Vec::new();
    let first = keys::number(from);
    rows.range(Space::Chronicle, Bound::Included(&first), Bound::Unbounded, Order::Ascending, &mut |key, entry| {
        let expected = from + found.len() as u64;
        match keys::read_number(key) {
            Some(n) if n == expected && n < told => found.push(entry.to_vec()),
            Some(n) if n > expected && expected < told => return Err(lost(expected)),
            _ => return Err(ImageError::broken(Broken("the key"), "an entry of the chronicle")),
        }
        Ok(ControlFlow::Continue(()))
    })?;
    match from + found.len() as u64 {
        next if next < told => Err(lost(next)),
        _ => Ok(found),
    }
}

fn lost(entry: u64) -> ImageError {
    ImageError::Lost(format!("entry {entry} of the chronicle"))
}

/// Records entries from number `at` on, durably, at once.
///
/// # Errors
/// [`StoreError::Conflict`] if `at` is not (or no longer) the number of entries; otherwise when the store cannot be written.
pub fn record(rows: &mut Rows, at: u64, entries: &[Vec<u8>]) -> Result<(), ImageError> {
    if rows.at.is_some() {
        return Err(StoreError::ReadOnly.into());
    }
    check_format(rows)?;
    let mut changes = Changes::default();
    let before = rows.counter(meta::CHRONICLE)?;
    if before.unwrap_or(0) != at {
        return Err(StoreError::Conflict("the chronicle".into()).into());
    }
    let before = before.map(keys::number);
    changes.require(Space::Meta, meta::CHRONICLE, before.as_ref().map(|b| &b[..]));
    for (entry, number) in entries.iter().zip(at..) {
        changes.put(Space::Chronicle, &keys::number(number), entry);
    }
    changes.counter(meta::CHRONICLE, at + entries.len() as u64);
    rows.store().apply(&changes.batch)?;
    Ok(())
}

impl Image {
    /// As [`record`], in this image, whatever of its objects is not committed yet.
    ///
    /// # Errors
    /// As [`record`].
    pub fn record_now(&mut self, at: u64, entries: &[Vec<u8>]) -> Result<(), ImageError> {
        record(&mut self.rows, at, entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{ImageStore, Memory};

    fn rows() -> Rows {
        let mut store = Memory::default();
        Image::format(&mut store, "test").expect("formatted");
        Rows::new(Box::new(store))
    }

    fn entries(words: &[&str]) -> Vec<Vec<u8>> {
        words.iter().map(|w| w.as_bytes().to_vec()).collect()
    }

    #[test]
    fn entries_are_read_back_in_order_from_anywhere() {
        let mut rows = rows();
        assert_eq!(read(&rows, 0), Ok(vec![]));
        record(&mut rows, 0, &entries(&["a", "b"])).expect("recorded");
        record(&mut rows, 2, &entries(&["c"])).expect("recorded");
        assert_eq!((read(&rows, 0), read(&rows, 2), len(&rows)), (Ok(entries(&["a", "b", "c"])), Ok(entries(&["c"])), Ok(3)));
    }

    #[test]
    fn two_writers_do_not_follow_the_same_entry() {
        let mut rows = rows();
        record(&mut rows, 0, &entries(&["a"])).expect("recorded");
        let error = record(&mut rows, 0, &entries(&["b"])).expect_err("taken");
        assert!(matches!(error, ImageError::Store(StoreError::Conflict(_))), "{error}");
        assert_eq!(read(&rows, 0), Ok(entries(&["a"])));
    }

    #[test]
    fn a_row_that_is_gone_or_too_many_is_noticed() {
        for number in [0_u64, 1, 2] {
            let mut rows = rows();
            record(&mut rows, 0, &entries(&["a", "b", "c"])).expect("recorded");
            let mut changes = Changes::default();
            changes.delete(Space::Chronicle, &keys::number(number));
            rows.store().apply(&changes.batch).expect("deleted");
            assert_eq!(read(&rows, 0), Err(lost(number)));
        }
        let mut rows = rows();
        let mut changes = Changes::default();
        changes.put(Space::Chronicle, &keys::number(0), b"from nowhere");
        rows.store().apply(&changes.batch).expect("put");
        assert!(read(&rows, 0).expect_err("too many").is_damage());
    }

    #[test]
    fn what_is_no_image_has_no_chronicle() {
        let store: Box<dyn ImageStore> = Box::new(Memory::default());
        assert!(read(&Rows::new(store), 0).is_err());
    }
}
