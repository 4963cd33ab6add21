//! A commit made of records: what was put back, or what a test writes.
//!
//! What must stay true, as for a commit of the machine's: the batch is applied only if the store's head is the one that it was made from; what a
//! changed record was goes to the history; numbers are given out upwards and never again.
//!
//! Not here: objects of a running machine. While one has the image open there is nobody else who could write to it.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::ImageError;
use crate::format::commit::CommitRow;
use crate::format::keys::{self, meta};
use crate::format::segment::{self, Builder, LARGEST};
use crate::rows::{Changes, LAST, MORE, NONE, PIECE_BYTES, Rows, piece_history};
use crate::store::{Space, StoreError};

/// A commit under way. See the module's comment.
pub struct Edit<'r> {
    rows: &'r Rows,
    changes: Changes,
    segments: BTreeMap<u64, Builder>,
    row: CommitRow,
    head: u64,
    /// Names that are new.
    named: u64,
}

/// A commit that is ready to be applied.
pub struct Ready(Changes, u64);

impl Ready {
    /// Applies it. Answers its number.
    ///
    /// # Errors
    /// When the store cannot be written, or somebody else has committed in the meantime; nothing is changed then.
    pub fn apply(self, rows: &mut Rows) -> Result<u64, ImageError> {
        rows.store().apply(&self.0.batch)?;
        Ok(self.1)
    }
}

impl<'r> Edit<'r> {
    /// Begins one on the last commit.
    ///
    /// # Errors
    /// When the store cannot be read, or the rows are those of an earlier commit.
    pub fn begin(rows: &'r Rows) -> Result<Edit<'r>, ImageError> {
        if rows.at.is_some() {
            return Err(StoreError::ReadOnly.into());
        }
        let (head, next, names) = (rows.head()?, rows.told(meta::NEXT)?, rows.told(meta::NAMES)?);
        let row = CommitRow { next, first_new: next, names, ..CommitRow::default() };
        Ok(Self { rows, changes: Changes::default(), segments: BTreeMap::new(), row, head, named: 0 })
    }

    /// A new number.
    pub fn number(&mut self) -> u64 {
        self.row.next += 1;
        self.row.next - 1
    }

    fn builder(&mut self, id: u64) -> Result<&mut Builder, ImageError> {
        use std::collections::btree_map::Entry;
        let number = segment::of(id);
        Ok(match self.segments.entry(number) {
            Entry::Occupied(e) => e.into_mut(),
            Entry::Vacant(e) => {
                let mut bytes = Vec::new();
                let there = self.rows.segment(number, &mut bytes)?;
                let builder = if there { Builder::from(&bytes) } else { Ok(Builder::default()) };
                e.insert(builder.map_err(|b| ImageError::broken(b, format!("segment {number}")))?)
            }
        })
    }

    /// Writes the record of something that has been given a new number.
    ///
    /// # Errors
    /// When its segment cannot be read.
    pub fn create(&mut self, id: u64, record: &[u8]) -> Result<(), ImageError> {
        self.row.created += 1;
        let large = record.len() > LARGEST;
        self.builder(id)?.put(segment::place(id), if large { &[] } else { record });
        if large {
            for (i, piece) in pieces(record).iter().enumerate() {
                self.changes.put(Space::Large, &keys::pair(id, i as u64), piece);
            }
        }
        Ok(())
    }

    /// Gives something that was there another record.
    ///
    /// # Errors
    /// When what it was cannot be read.
    pub fn change(&mut self, id: u64, record: &[u8]) -> Result<(), ImageError> {
        let (commit, large) = (self.head + 1, record.len() > LARGEST);
        let builder = self.builder(id)?;
        let before = builder.get(segment::place(id)).map(<[u8]>::to_vec);
        builder.put(segment::place(id), if large { &[] } else { record });
        let was_large = before.as_ref().is_some_and(Vec::is_empty);
        if !(was_large && large) {
            self.changes.put(Space::History, &keys::pair(id, commit), &before.unwrap_or_else(|| vec![NONE]));
        }
        self.row.changed.push(id);
        if was_large || large { self.change_pieces(id, if large { pieces(record) } else { Vec::new() }) } else { Ok(()) }
    }

    fn change_pieces(&mut self, id: u64, new: Vec<Vec<u8>>) -> Result<(), ImageError> {
        let (old, commit) = (self.rows.pieces(id)?, self.head + 1);
        for (i, piece) in new.iter().enumerate() {
            let was = old.get(&(i as u64));
            if was != Some(piece) {
                self.changes.put(Space::Large, &keys::pair(id, i as u64), piece);
                self.changes.put(Space::History, &piece_history(id, commit, i as u64), was.map_or(&[][..], |w| w));
            }
        }
        for (i, piece) in old.range(new.len() as u64..) {
            self.changes.delete(Space::Large, &keys::pair(id, *i));
            self.changes.put(Space::History, &piece_history(id, commit, *i), piece);
        }
        Ok(())
    }

    /// The commit, with who and why.
    pub fn ready(mut self, author: &str, reason: &str) -> Ready {
        let head = self.head + 1;
        for (number, builder) in &self.segments {
            self.changes.put(Space::Segments, &keys::number(*number), &builder.bytes());
        }
        self.row.changed.sort_unstable();
        self.row.time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_micros() as u64);
        (self.row.author, self.row.reason) = (author.into(), reason.into());
        self.row.names += self.named;
        self.changes.put(Space::Commits, &keys::number(head), &self.row.bytes());
        self.changes.require(Space::Meta, meta::HEAD, Some(&keys::number(self.head)));
        for (key, n) in [(meta::HEAD, head), (meta::NEXT, self.row.next), (meta::NAMES, self.row.names)] {
            self.changes.counter(key, n);
        }
        Ready(self.changes, head)
    }
}

#[cfg(test)]
impl Edit<'_> {
    /// Names an object of the library.
    pub(super) fn name(&mut self, path: &str) -> u64 {
        self.named += 1;
        let id = self.row.names + self.named;
        self.changes.put(Space::Names, path.as_bytes(), &keys::number(id));
        id
    }
}

/// A record cut into pieces, each with the byte that says whether it is the last.
fn pieces(record: &[u8]) -> Vec<Vec<u8>> {
    let last = record.len().div_ceil(PIECE_BYTES).saturating_sub(1);
    let cut = |(i, bytes): (usize, &[u8])| {
        let mut piece = bytes.to_vec();
        piece.push(if i == last { LAST } else { MORE });
        piece
    };
    record.chunks(PIECE_BYTES).enumerate().map(cut).collect()
}
