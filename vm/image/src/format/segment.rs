//! Neighbouring objects in one row.
//!
//! ```text
//! count
//! count times: place in the segment (1 byte), length of the record
//! the records, one after the other
//! ```
//!
//! An object's number is its segment's number and its place in it ([`PLACES`] to a segment). Objects are numbered in the order in which a
//! commit finds them, so what is reached together lies together; how many bytes go into one segment is the commit's affair. A record that
//! is larger than [`LARGEST`] lies elsewhere, in pieces, and has the length 0 here.

use super::bytes::{Reader, number};
use super::{Broken, Read};

/// Objects that a segment has numbers for.
pub const PLACES: u64 = 256;
/// The largest record that lies in a segment, in bytes.
pub const LARGEST: usize = 4096;
/// Estimated bytes after which objects are given numbers of the next segment.
pub const FULL: usize = 12 << 10;

/// The segment that an object is in.
pub fn of(id: u64) -> u64 {
    id / PLACES
}

/// An object's place in its segment.
pub fn place(id: u64) -> u8 {
    (id % PLACES) as u8
}

/// Where the records of a segment are in its bytes.
#[derive(Clone, Default, Debug)]
pub struct Directory {
    /// Place and range, by ascending place.
    entries: Vec<(u8, u32, u32)>,
}

impl Directory {
    /// Reads the directory of a segment.
    pub fn read(bytes: &[u8]) -> Read<Directory> {
        let mut directory = Directory::default();
        directory.read_again(bytes)?;
        Ok(directory)
    }

    /// As [`Directory::read`], in the room of an earlier one.
    pub fn read_again(&mut self, bytes: &[u8]) -> Read<()> {
        self.entries.clear();
        let mut r = Reader::new(bytes);
        let count = r.count()?;
        let (mut at, mut last) = (0u64, -1i32);
        for _ in 0..count {
            let place = r.byte()?;
            if i32::from(place) <= last {
                return Err(Broken("a segment's directory"));
            }
            last = i32::from(place);
            let length = r.number()?;
            let end = at.checked_add(length).filter(|e| *e <= bytes.len() as u64).ok_or(Broken("a segment's directory"))?;
            self.entries.push((place, at as u32, end as u32));
            at = end;
        }
        let start = (bytes.len() - r.rest().len()) as u32;
        if start as u64 + at != bytes.len() as u64 {
            return Err(Broken("a segment's length"));
        }
        for e in &mut self.entries {
            (e.1, e.2) = (e.1 + start, e.2 + start);
        }
        Ok(())
    }

    /// Where the record at a place is.
    pub fn find(&self, place: u8) -> Option<std::ops::Range<usize>> {
        let i = self.entries.binary_search_by_key(&place, |e| e.0).ok()?;
        let (_, from, to) = self.entries[i];
        Some(from as usize..to as usize)
    }

    /// All places and where their records are.
    pub fn iter(&self) -> impl Iterator<Item = (u8, std::ops::Range<usize>)> + '_ {
        self.entries.iter().map(|(p, from, to)| (*p, *from as usize..*to as usize))
    }
}

/// A segment that is being written. Records that come by ascending place are only appended.
#[derive(Clone, Default, Debug)]
pub struct Builder {
    entries: Vec<(u8, u32, u32)>,
    data: Vec<u8>,
}

impl Builder {
    /// With the records of a segment's bytes.
    pub fn from(bytes: &[u8]) -> Read<Builder> {
        let directory = Directory::read(bytes)?;
        Ok(Builder { entries: directory.entries, data: bytes.to_vec() })
    }

    /// Puts a record at a place, instead of what was there.
    pub fn put(&mut self, place: u8, record: &[u8]) {
        let from = self.data.len() as u32;
        self.data.extend_from_slice(record);
        let entry = (place, from, self.data.len() as u32);
        if self.entries.last().is_none_or(|last| last.0 < place) {
            return self.entries.push(entry);
        }
        match self.entries.binary_search_by_key(&place, |e| e.0) {
            Ok(i) => self.entries[i] = entry,
            Err(i) => self.entries.insert(i, entry),
        }
    }

    /// Takes a record away.
    pub fn remove(&mut self, place: u8) {
        self.entries.retain(|e| e.0 != place);
    }

    /// The record at a place.
    pub fn get(&self, place: u8) -> Option<&[u8]> {
        let i = self.entries.binary_search_by_key(&place, |e| e.0).ok()?;
        Some(&self.data[self.entries[i].1 as usize..self.entries[i].2 as usize])
    }

    /// Nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All records, by place.
    pub fn iter(&self) -> impl Iterator<Item = (u8, &[u8])> {
        self.entries.iter().map(|(p, from, to)| (*p, &self.data[*from as usize..*to as usize]))
    }

    /// The segment as bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.data.len() + self.entries.len() * 3 + 4);
        number(&mut out, self.entries.len() as u64);
        for (place, from, to) in &self.entries {
            out.push(*place);
            number(&mut out, u64::from(to - from));
        }
        self.iter().for_each(|(_, record)| out.extend_from_slice(record));
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_survive() {
        let mut b = Builder::default();
        for (p, n) in [(7u8, 3usize), (0, 0), (255, 200), (9, 4000)] {
            b.put(p, &vec![p; n]);
        }
        let bytes = b.bytes();
        let d = Directory::read(&bytes).expect("sound");
        assert_eq!(d.iter().map(|(p, r)| (p, r.len())).collect::<Vec<_>>(), [(0, 0), (7, 3), (9, 4000), (255, 200)]);
        assert_eq!(&bytes[d.find(255).expect("there")], &[255; 200]);
        assert_eq!(d.find(8), None);
        assert_eq!(Builder::from(&bytes).expect("sound").bytes(), bytes);
    }

    #[test]
    fn damaged_directories_are_refused() {
        let mut b = Builder::default();
        b.put(1, &[1, 2, 3]);
        b.put(2, &[4]);
        let good = b.bytes();
        for cut in 0..good.len() {
            assert!(Directory::read(&good[..cut]).is_err(), "cut at {cut}");
        }
        let mut longer = good.clone();
        longer.push(0);
        assert!(Directory::read(&longer).is_err());
    }
}
