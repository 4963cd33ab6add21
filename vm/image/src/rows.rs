//! The rows of an image with their seals checked, as they are now or as they were.
//!
//! An object as of commit `c` is what the first commit after `c` that wrote it replaced, and its row of today if none did
//! ([`Space::History`] has what was replaced, under the number of the commit that did it).

use std::collections::BTreeMap;
use std::ops::{Bound, ControlFlow};

use crate::ImageError;
use crate::format::seal::{seal, unseal};
use crate::format::segment::{self, Builder, Directory, PLACES};
use crate::format::{Broken, keys};
use crate::store::{Batch, ImageStore, Order, Space};

/// No image has counted so far: a number beyond is damage, and would not stay a small integer.
const MOST_COUNTED: u64 = 1 << 56;

/// Told each key and value of a range; says whether to go on.
pub type RowVisit<'a> = dyn FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>, ImageError> + 'a;
/// Told each key and value of a space.
pub type EachRow<'a> = dyn FnMut(&[u8], &[u8]) -> Result<(), ImageError> + 'a;

/// See the module's comment.
pub struct Rows {
    store: Box<dyn ImageStore>,
    /// As of which commit objects are read; nothing: as of the last.
    pub at: Option<u64>,
}

/// A short name of a row, for messages.
fn name_of(space: Space, key: &[u8]) -> String {
    let key = match (keys::read_number(key), keys::read_pair(key)) {
        (Some(n), _) => n.to_string(),
        (_, Some((a, b))) => format!("{a} at {b}"),
        _ => String::from_utf8_lossy(key).into_owned(),
    };
    format!("{} {key}", space.name())
}

impl Rows {
    /// The rows of a store.
    pub fn new(store: Box<dyn ImageStore>) -> Self {
        Self { store, at: None }
    }

    /// The store itself.
    pub fn store(&mut self) -> &mut dyn ImageStore {
        &mut *self.store
    }

    /// The store itself, to be read.
    pub fn store_ref(&self) -> &dyn ImageStore {
        &*self.store
    }

    /// The value of a row.
    pub fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, ImageError> {
        let mut out = Vec::new();
        Ok(self.get_into(space, key, &mut out)?.then_some(out))
    }

    /// The value of a row, in the room of another.
    pub fn get_into(&self, space: Space, key: &[u8], out: &mut Vec<u8>) -> Result<bool, ImageError> {
        out.clear();
        let mut bad = None;
        let found = self.store.get(space, key, &mut |row| match unseal(space, key, row) {
            Ok(value) => out.extend_from_slice(value),
            Err(b) => bad = Some(b),
        })?;
        match bad {
            Some(b) => Err(ImageError::broken(b, name_of(space, key))),
            None => Ok(found),
        }
    }

    /// Walks the rows between two keys.
    pub fn range(
        &self,
        space: Space,
        from: Bound<&[u8]>,
        to: Bound<&[u8]>,
        order: Order,
        visit: &mut RowVisit<'_>,
    ) -> Result<(), ImageError> {
        let mut bad = None;
        self.store.range(space, from, to, order, &mut |key, row| {
            let seen = unseal(space, key, row)
                .map_err(|b| ImageError::broken(b, name_of(space, key)))
                .and_then(|value| visit(key, value));
            match seen {
                Ok(go_on) => go_on,
                Err(e) => {
                    bad = Some(e);
                    ControlFlow::Break(())
                }
            }
        })?;
        bad.map_or(Ok(()), Err)
    }

    /// Walks all rows of a space.
    pub fn all(&self, space: Space, visit: &mut EachRow<'_>) -> Result<(), ImageError> {
        self.range(space, Bound::Unbounded, Bound::Unbounded, Order::Ascending, &mut |k, v| {
            visit(k, v).map(|()| ControlFlow::Continue(()))
        })
    }

    /// A number in [`Space::Meta`].
    pub fn counter(&self, key: &[u8]) -> Result<Option<u64>, ImageError> {
        let Some(bytes) = self.get(Space::Meta, key)? else { return Ok(None) };
        let number = keys::read_number(&bytes).filter(|n| *n < MOST_COUNTED);
        number.map(Some).ok_or_else(|| ImageError::broken(Broken("a counter"), name_of(Space::Meta, key)))
    }

    /// A number in [`Space::Meta`] that every image has.
    pub fn told(&self, key: &[u8]) -> Result<u64, ImageError> {
        self.counter(key)?.ok_or_else(|| ImageError::Lost(String::from_utf8_lossy(key).into_owned()))
    }

    /// The number of the last commit.
    pub fn head(&self) -> Result<u64, ImageError> {
        self.told(keys::meta::HEAD)
    }

    /// The bytes of a segment; none: it is empty.
    pub fn segment(&self, number: u64, out: &mut Vec<u8>) -> Result<bool, ImageError> {
        let found = self.get_into(Space::Segments, &keys::number(number), out)?;
        match self.at {
            None => Ok(found),
            Some(at) => self.segment_as_of(number, at, out),
        }
    }

    /// Replaces the records in `out` that have changed since.
    fn segment_as_of(&self, number: u64, at: u64, out: &mut Vec<u8>) -> Result<bool, ImageError> {
        let (first, last) = (keys::pair(number * PLACES, 0), keys::pair(number * PLACES + (PLACES - 1), u64::MAX));
        let mut then: BTreeMap<u8, Vec<u8>> = BTreeMap::new();
        self.range(Space::History, Bound::Included(&first), Bound::Included(&last), Order::Ascending, &mut |key, old| {
            if let Some((id, commit)) = keys::read_pair(key)
                && commit > at
            {
                then.entry(segment::place(id)).or_insert_with(|| old.to_vec());
            }
            Ok(ControlFlow::Continue(()))
        })?;
        if then.is_empty() {
            return Ok(!out.is_empty());
        }
        let broken = |b| ImageError::broken(b, name_of(Space::Segments, &keys::number(number)));
        let mut builder = if out.is_empty() { Builder::default() } else { Builder::from(out).map_err(broken)? };
        for (place, old) in &then {
            match old.as_slice() {
                [NONE] => builder.remove(*place),
                old => builder.put(*place, old),
            }
        }
        *out = builder.bytes();
        Ok(true)
    }

    /// The record of an object; nothing if there is none.
    pub fn record(&self, id: u64) -> Result<Option<Vec<u8>>, ImageError> {
        let mut bytes = Vec::new();
        if !self.segment(segment::of(id), &mut bytes)? {
            return Ok(None);
        }
        let directory = Directory::read(&bytes).map_err(|b| ImageError::broken(b, format!("segment {}", segment::of(id))))?;
        match directory.find(segment::place(id)) {
            None => Ok(None),
            Some(range) if range.is_empty() => self.large(id).map(Some),
            Some(range) => Ok(Some(bytes[range].to_vec())),
        }
    }

    /// The record of an object that lies in pieces.
    pub fn large(&self, id: u64) -> Result<Vec<u8>, ImageError> {
        let mut record = Vec::new();
        let pieces = self.pieces(id)?;
        if pieces.is_empty() {
            return Err(ImageError::Lost(format!("object {id}")));
        }
        for (expected, (number, piece)) in pieces.into_iter().enumerate() {
            if number != expected as u64 {
                return Err(ImageError::Lost(format!("piece {expected} of object {id}")));
            }
            let (last, bytes) = piece.split_last().ok_or_else(|| ImageError::Lost(format!("object {id}")))?;
            record.extend_from_slice(bytes);
            if *last == LAST {
                return Ok(record);
            }
        }
        Err(ImageError::Lost(format!("the end of object {id}")))
    }

    /// A number of bytes that the record of an object is no larger than.
    pub fn size_bound(&self, id: u64) -> Result<u64, ImageError> {
        let (first, last) = (keys::pair(id, 0), keys::pair(id, u64::MAX));
        let mut pieces = None;
        self.range(Space::Large, Bound::Included(&first), Bound::Included(&last), Order::Descending, &mut |key, _| {
            pieces = keys::read_pair(key).map(|(_, n)| n);
            Ok(ControlFlow::Break(()))
        })?;
        Ok(pieces.map_or(segment::LARGEST as u64, |n| n.saturating_add(1).saturating_mul(PIECE_BOUND)))
    }

    /// The pieces of a large object, by their numbers, each with the byte that says whether it is the last.
    pub fn pieces(&self, id: u64) -> Result<BTreeMap<u64, Vec<u8>>, ImageError> {
        let mut pieces = BTreeMap::new();
        let (first, last) = (keys::pair(id, 0), keys::pair(id, u64::MAX));
        self.range(Space::Large, Bound::Included(&first), Bound::Included(&last), Order::Ascending, &mut |key, piece| {
            if let Some((_, n)) = keys::read_pair(key) {
                pieces.insert(n, piece.to_vec());
            }
            Ok(ControlFlow::Continue(()))
        })?;
        if let Some(at) = self.at {
            self.pieces_as_of(id, at, &mut pieces)?;
        }
        Ok(pieces)
    }

    fn pieces_as_of(&self, id: u64, at: u64, pieces: &mut BTreeMap<u64, Vec<u8>>) -> Result<(), ImageError> {
        let (first, last) = (keys::pair(id, at + 1), keys::pair(id + 1, 0));
        let mut then: BTreeMap<u64, Option<Vec<u8>>> = BTreeMap::new();
        self.range(Space::History, Bound::Included(&first), Bound::Excluded(&last), Order::Ascending, &mut |key, old| {
            if let Some(piece) = key.get(16..).and_then(keys::read_number) {
                then.entry(piece).or_insert_with(|| (!old.is_empty()).then(|| old.to_vec()));
            }
            Ok(ControlFlow::Continue(()))
        })?;
        for (n, old) in then {
            match old {
                Some(old) => pieces.insert(n, old),
                None => pieces.remove(&n),
            };
        }
        Ok(())
    }
}

/// Elements of a vector in one piece.
pub(crate) const PIECE_ELEMENTS: usize = 8192;
/// Bytes of anything else in one piece.
pub(crate) const PIECE_BYTES: usize = 64 << 10;
/// No piece has more bytes: an element has at most a number, and another for its words.
const PIECE_BOUND: u64 = (PIECE_ELEMENTS as u64) * 256;

/// The last byte of the last piece of a large object, and of the others.
pub(crate) const LAST: u8 = 1;
/// In the history: there was no such object before. (No record begins like this.)
pub(crate) const NONE: u8 = 0;
/// See [`LAST`].
pub(crate) const MORE: u8 = 0;

/// The key of a piece as it was before a commit.
pub(crate) fn piece_history(id: u64, commit: u64, piece: u64) -> Vec<u8> {
    let mut key = keys::pair(id, commit).to_vec();
    key.extend_from_slice(&keys::number(piece));
    key
}

/// Changes of sealed rows.
#[derive(Default)]
pub struct Changes {
    /// What will be applied.
    pub batch: Batch,
}

impl Changes {
    /// Sets a row.
    pub fn put(&mut self, space: Space, key: &[u8], value: &[u8]) {
        self.batch.put(space, key, seal(space, key, value));
    }
    /// Removes a row.
    pub fn delete(&mut self, space: Space, key: &[u8]) {
        self.batch.delete(space, key);
    }
    /// Demands that a row hold this.
    pub fn require(&mut self, space: Space, key: &[u8], value: Option<&[u8]>) {
        self.batch.require(space, key, value.map(|v| seal(space, key, v)));
    }
    /// Sets a number in [`Space::Meta`].
    pub fn counter(&mut self, key: &[u8], n: u64) {
        self.put(Space::Meta, key, &keys::number(n));
    }
}
