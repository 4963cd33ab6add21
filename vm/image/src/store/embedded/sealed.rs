//! The seal on every block of the file, below redb.
//!
//! redb keeps checksums of its pages but looks at them only after a crash; otherwise it follows whatever pointer it reads. A
//! single wrong bit in a page's count of rows then loses rows without a word, and one in the header's first bytes brings back
//! an older commit. So everything that goes to the disk passes here and is sealed with a checksum over its bytes *and its
//! place*, and everything that comes back is compared with its seal first.
//!
//! The file: a header block, then blocks of [`BLOCK`] bytes, each followed by its seal ([`SEAL`] bytes). The header block's
//! first sector holds redb's header, our label and the version of this form, and one seal over all of that; the rest of it is
//! empty. A sector is what a disk writes whole or not at all (redb rests on this too: its header is overwritten in place), so
//! the header and its seal never part. A torn block is one that no committed state refers to: its writer syncs before it says
//! "committed".
//!
//! What must stay true: this layer keeps no state of the file's, so it can lose none; and nothing is written on the strength of
//! what is broken.
//!
//! Not here: bytes that are *old* though well sealed, as after a write that a disk only pretended to do. redb's own checksums
//! find that ([`crate::store::ImageStore::verify`]).

use std::io;
use std::ops::Bound;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use redb::{BackendError, StorageBackend};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::store::StoreError;

/// How much has one seal: a page of redb's.
const BLOCK: usize = 4096;
/// What a broken page is made of. As a page's kind it is unknown; as a count of rows or a place in the page it is far too
/// large; as the number of another page it is none. Zeros would do less: a page of no rows.
const NONSENSE: u8 = 0xff;
/// The size of a seal.
const SEAL: usize = 8;
/// A block with its seal, as it stands in the file.
const STRIDE: usize = BLOCK + SEAL;
/// What a disk writes whole.
const SECTOR: usize = 512;
/// The length of redb's header, which is at the beginning of the file.
const HEADER: usize = 320;
/// Where our part of the first sector begins.
const LABEL: std::ops::Range<usize> = HEADER..HEADER + 16;
/// Where the version of this form stands.
const VERSION: std::ops::Range<usize> = 336..344;
/// Where the header's seal stands: last, over all before it.
const HEADER_SEAL: std::ops::Range<usize> = SECTOR - SEAL..SECTOR;
/// What says that this is a file of ours.
const LABEL_TEXT: &[u8; 16] = b"Aura image store";
/// The newest form that is known here. Every later form must keep label, version and this seal where they are, so that it is told
/// from damage.
const KNOWN: u64 = 1;
/// The header's place, as far as its seal goes. Blocks have their number, so any number that is none of a block does.
const HEADER_PLACE: u64 = u64::MAX;

/// How often a seal did not fit, and where last.
#[derive(Debug)]
pub(super) struct Damage {
    count: AtomicU64,
    block: AtomicU64,
    /// How often that does not matter.
    limit: AtomicU64,
}

impl Damage {
    /// The opening is over, and everything that is read from now on belongs to the last commit. What a recovery found to be
    /// broken was a part of a commit that never was, and was given up with it; without a recovery nothing may have been broken.
    pub(super) fn forgive(&self, recovered: bool) -> Result<(), StoreError> {
        self.limit.store(if recovered { self.count.load(Ordering::Relaxed) } else { 0 }, Ordering::Relaxed);
        self.found()
    }

    /// What is wrong, if anything is: then nothing may be written any more. What redb makes of a
    /// page that it cannot read must not become, well sealed, a part of the next commit.
    pub(super) fn found(&self) -> Result<(), StoreError> {
        if self.count.load(Ordering::Relaxed) <= self.limit.load(Ordering::Relaxed) { Ok(()) } else { Err(self.describe()) }
    }

    /// The error that names the block found last, if there is one.
    pub(super) fn report(&self) -> Option<StoreError> {
        (self.count.load(Ordering::Relaxed) > 0).then(|| self.describe())
    }

    fn describe(&self) -> StoreError {
        StoreError::Damaged(format!("block {} is not what was written", self.block.load(Ordering::Relaxed)))
    }

    fn note(&self, block: u64) {
        self.block.store(block, Ordering::Relaxed);
        self.count.fetch_add(1, Ordering::Relaxed);
    }
}

/// A disk whose blocks are sealed.
#[derive(Debug)]
pub(super) struct Sealed<B> {
    disk: B,
    damage: Arc<Damage>,
}

impl<B: StorageBackend> Sealed<B> {
    /// Seals a disk.
    pub(super) fn new(disk: B) -> Self {
        let damage = Damage { count: AtomicU64::new(0), block: AtomicU64::new(0), limit: AtomicU64::new(u64::MAX) };
        Self { disk, damage: Arc::new(damage) }
    }

    /// What was found to be wrong, as it is found.
    pub(super) fn damage(&self) -> Arc<Damage> {
        self.damage.clone()
    }

    /// redb asks for its header, or for the beginning of it.
    fn read_header(&self, out: &mut [u8]) -> io::Result<()> {
        let mut sector = [0; SECTOR];
        let length = self.disk.len()?.min(SECTOR as u64) as usize;
        self.disk.read(0, &mut sector[..length])?;
        check_header(&sector).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        out.copy_from_slice(&sector[..out.len()]);
        Ok(())
    }

    fn writable(&self) -> io::Result<()> {
        self.damage.found().map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }

    fn write_header(&self, header: &[u8]) -> io::Result<()> {
        let mut sector = [0; SECTOR];
        sector[..HEADER].copy_from_slice(header);
        sector[LABEL].copy_from_slice(LABEL_TEXT);
        sector[VERSION].copy_from_slice(&KNOWN.to_le_bytes());
        let seal = seal_of(&sector[..HEADER_SEAL.start], HEADER_PLACE);
        sector[HEADER_SEAL].copy_from_slice(&seal);
        self.disk.write(0, &sector)
    }
}

/// Says what the first sector of a file is not, if it is not ours.
fn check_header(sector: &[u8; SECTOR]) -> Result<(), StoreError> {
    let intact = sector[HEADER_SEAL] == seal_of(&sector[..HEADER_SEAL.start], HEADER_PLACE);
    let labelled = sector[LABEL] == *LABEL_TEXT;
    if intact && labelled {
        let found = u64::from_le_bytes(std::array::from_fn(|index| sector[VERSION.start + index]));
        return if found > KNOWN { Err(StoreError::Newer { found, known: KNOWN }) } else { Ok(()) };
    }
    if labelled || sector.starts_with(b"redb") {
        return Err(StoreError::Damaged("its header is not what was written".to_owned()));
    }
    Err(StoreError::NotAnImage { path: String::new(), why: describe(sector) })
}

/// What a foreign file seems to be.
fn describe(sector: &[u8; SECTOR]) -> String {
    let begin: Vec<u8> = sector.iter().copied().take_while(|&byte| byte != 0).take(16).collect();
    match std::str::from_utf8(&begin) {
        Ok("") => "it begins with zeros".to_owned(),
        Ok(text) => format!("it begins with {text:?}"),
        Err(_) => "it is a file of another kind".to_owned(),
    }
}

/// The seal of a block at its place.
fn seal_of(bytes: &[u8], place: u64) -> [u8; SEAL] {
    xxh3_64_with_seed(bytes, place).to_le_bytes()
}

/// The blocks that a range of redb's bytes lies in: the first one's number and how many.
fn blocks(offset: u64, length: usize) -> io::Result<(u64, usize)> {
    let whole = offset.is_multiple_of(BLOCK as u64) && length.is_multiple_of(BLOCK);
    if !whole || offset == 0 || length == 0 {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not whole blocks"));
    }
    Ok((offset / BLOCK as u64, length / BLOCK))
}

/// Where a block stands in the file.
fn place(block: u64) -> io::Result<u64> {
    let too_far = || io::Error::new(io::ErrorKind::InvalidInput, "too large a file");
    match block.checked_sub(1) {
        None => Ok(0),
        Some(before) => before.checked_mul(STRIDE as u64).and_then(|n| n.checked_add(BLOCK as u64)).ok_or_else(too_far),
    }
}

impl<B: StorageBackend> StorageBackend for Sealed<B> {
    fn len(&self) -> io::Result<u64> {
        let length = self.disk.len()?;
        if length == 0 {
            return Ok(0);
        }
        // What is behind the last whole block is not ours and is not looked at.
        Ok(BLOCK as u64 + length.saturating_sub(BLOCK as u64) / STRIDE as u64 * BLOCK as u64)
    }

    /// A block whose seal does not fit is handed out as nonsense that redb stumbles over ([`NONSENSE`]). An error would be
    /// remembered by redb as a broken disk, and not one row more would be read, of all that are intact. And its recovery, which
    /// looks whether a commit is complete, would see a broken disk where there is only an incomplete commit.
    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        if offset == 0 && out.len() <= HEADER {
            return self.read_header(out);
        }
        let (first, count) = blocks(offset, out.len())?;
        let mut raw = vec![0; count * STRIDE];
        self.disk.read(place(first)?, &mut raw)?;
        for (index, block) in raw.chunks_exact(STRIDE).enumerate() {
            let (bytes, seal) = block.split_at(BLOCK);
            let number = first + index as u64;
            if seal != seal_of(bytes, number) {
                self.damage.note(number);
                // What kind of page it is stands in its first block, so the whole page has to go.
                out.fill(NONSENSE);
                break;
            }
            out[index * BLOCK..][..BLOCK].copy_from_slice(bytes);
        }
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.writable()?;
        self.disk.set_len(if length == 0 { 0 } else { place(length.div_ceil(BLOCK as u64))? })
    }

    fn sync_data(&self) -> io::Result<()> {
        self.disk.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.writable()?;
        if offset == 0 && data.len() == HEADER {
            return self.write_header(data);
        }
        let (first, count) = blocks(offset, data.len())?;
        let mut raw = Vec::with_capacity(count * STRIDE);
        for (number, block) in (first..).zip(data.chunks_exact(BLOCK)) {
            raw.extend_from_slice(block);
            raw.extend_from_slice(&seal_of(block, number));
        }
        self.disk.write(place(first)?, &raw)
    }

    fn close(&self) -> io::Result<()> {
        self.disk.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.disk.try_lock_range(start, end)
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.disk.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.disk.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.disk.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.disk.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.disk.query_lock_range(start, end)
    }
}

#[cfg(test)]
mod tests {
    use redb::backends::InMemoryBackend;

    use super::*;

    /// A disk of three blocks behind the header.
    fn disk() -> Sealed<InMemoryBackend> {
        let sealed = Sealed::new(InMemoryBackend::new());
        sealed.set_len(4 * BLOCK as u64).expect("memory");
        sealed.write(BLOCK as u64, &[1; BLOCK]).expect("memory");
        sealed.write(2 * BLOCK as u64, &[[2; BLOCK], [3; BLOCK]].concat()).expect("memory");
        sealed
    }

    fn read(sealed: &Sealed<InMemoryBackend>, block: usize, count: usize) -> Vec<u8> {
        let mut out = vec![7; count * BLOCK];
        sealed.read((block * BLOCK) as u64, &mut out).expect("memory");
        out
    }

    #[test]
    fn what_is_written_comes_back() {
        let sealed = disk();
        assert_eq!(sealed.len().expect("a length"), 4 * BLOCK as u64);
        assert!(read(&sealed, 1, 3) == [[1; BLOCK], [2; BLOCK], [3; BLOCK]].concat());
        assert_eq!(sealed.damage().report(), None);
    }

    #[test]
    fn a_broken_block_spoils_the_page_that_it_is_in() {
        let sealed = disk();
        sealed.disk.write((BLOCK + STRIDE + 10) as u64, &[0]).expect("memory");
        assert!(read(&sealed, 1, 1) == [1; BLOCK]);
        assert!(read(&sealed, 2, 2) == [NONSENSE; 2 * BLOCK]);
        assert_eq!(sealed.damage().report(), Some(StoreError::Damaged("block 2 is not what was written".to_owned())));
    }

    #[test]
    fn a_block_at_another_place_is_broken() {
        let sealed = disk();
        let mut block = [0; STRIDE];
        sealed.disk.read(BLOCK as u64, &mut block).expect("memory");
        sealed.disk.write((BLOCK + STRIDE) as u64, &block).expect("memory");
        assert!(read(&sealed, 2, 1) == [NONSENSE; BLOCK]);
    }

    #[test]
    fn blocks_that_were_never_written_are_broken() {
        let sealed = disk();
        sealed.set_len(6 * BLOCK as u64).expect("memory");
        assert!(read(&sealed, 5, 1) == [NONSENSE; BLOCK]);
        assert!(sealed.damage().report().is_some());
    }
}
