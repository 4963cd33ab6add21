//! Records as rows: new ones are appended, changed ones replace what was there, which goes to the history; large ones lie in pieces.

use super::Commit;
use crate::ImageError;
use crate::format::keys;
use crate::format::segment::{self, Builder, LARGEST};
use crate::image::Image;
use crate::rows::{LAST, MORE, NONE, PIECE_BYTES, piece_history};
use crate::store::Space;

impl Commit<'_> {
    /// The record in `out` is that of a new object.
    pub(super) fn store_new(&mut self, id: u64) -> Result<(), ImageError> {
        let number = segment::of(id);
        let large = self.out.len() > LARGEST;
        if large {
            for (i, piece) in self.pieces().into_iter().enumerate() {
                self.changes.put(Space::Large, &keys::pair(id, i as u64), &piece);
            }
        }
        let record: &[u8] = if large { &[] } else { &self.out };
        if let Some(builder) = self.touched.get_mut(&number) {
            builder.put(segment::place(id), record);
            return Ok(());
        }
        if self.current.as_ref().is_none_or(|(n, _)| *n != number) {
            if let Some((n, full)) = self.current.take() {
                self.changes.put(Space::Segments, &keys::number(n), &full.bytes());
            }
            self.current = Some((number, load(self.image, number)?));
        }
        if let Some((_, builder)) = &mut self.current {
            builder.put(segment::place(id), record);
        }
        Ok(())
    }

    /// The record in `out` is that of an object that was there before: what it was goes to the history.
    pub(super) fn store_changed(&mut self, id: u64) -> Result<(), ImageError> {
        let (number, place) = (segment::of(id), segment::place(id));
        if !self.touched.contains_key(&number) {
            self.touched.insert(number, load(self.image, number)?);
        }
        let commit = self.image.head + 1;
        let large = self.out.len() > LARGEST;
        let builder = self.touched.get_mut(&number).expect("just loaded");
        let before = match builder.get(place) {
            None => vec![NONE],
            Some(record) if !large && record == &self.out[..] && !record.is_empty() => return Ok(()),
            Some(record) => record.to_vec(),
        };
        let was_large = before.is_empty();
        builder.put(place, if large { &[] } else { &self.out });
        if !(was_large && large) {
            self.changes.put(Space::History, &keys::pair(id, commit), &before);
        }
        let mut any = !(was_large && large);
        if was_large || large {
            any |= self.store_pieces(id, commit, large)?;
        }
        if any {
            self.changed.push(id);
        }
        Ok(())
    }

    /// Writes the pieces of a large object that are other than they were. Answers whether there were any.
    fn store_pieces(&mut self, id: u64, commit: u64, large: bool) -> Result<bool, ImageError> {
        let old = self.image.rows.pieces(id)?;
        let new = if large { self.pieces() } else { Vec::new() };
        let mut any = false;
        for (i, piece) in new.iter().enumerate() {
            let was = old.get(&(i as u64));
            if was != Some(piece) {
                any = true;
                self.changes.put(Space::Large, &keys::pair(id, i as u64), piece);
                let was = was.map_or(&[][..], |w| w);
                self.changes.put(Space::History, &piece_history(id, commit, i as u64), was);
            }
        }
        for (i, piece) in old.range(new.len() as u64..) {
            any = true;
            self.changes.delete(Space::Large, &keys::pair(id, *i));
            self.changes.put(Space::History, &piece_history(id, commit, *i), piece);
        }
        Ok(any)
    }

    /// The record in `out` cut into pieces, each with the byte that says whether it is the last.
    fn pieces(&self) -> Vec<Vec<u8>> {
        let mut ends: Vec<usize> = self.cuts.clone();
        if ends.is_empty() {
            ends = (PIECE_BYTES..self.out.len()).step_by(PIECE_BYTES).collect();
        }
        ends.retain(|e| *e > 0 && *e < self.out.len());
        ends.push(self.out.len());
        let mut from = 0;
        let last = ends.len() - 1;
        let cut = |(i, end): (usize, usize)| {
            let mut piece = self.out[from..end].to_vec();
            piece.push(if i == last { LAST } else { MORE });
            from = end;
            piece
        };
        ends.into_iter().enumerate().map(cut).collect()
    }
}

/// A segment that may be there.
fn load(image: &Image, number: u64) -> Result<Builder, ImageError> {
    let mut bytes = Vec::new();
    if !image.rows.segment(number, &mut bytes)? {
        return Ok(Builder::default());
    }
    Builder::from(&bytes).map_err(|b| ImageError::broken(b, format!("segment {number}")))
}
