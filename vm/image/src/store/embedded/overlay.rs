//! A disk that is only read: what is written to it stays in memory.
//!
//! redb's own way to open a file for reading only refuses a file that was not closed properly, and that is the very file one
//! wants to look at. Over this disk it opens as for writing: it puts in order what it must, checks what it is asked to check,
//! and nothing of that reaches the file.
//!
//! What must stay true: nothing is ever written below; any number of readers share a file, and no writer has it while they do.
//! So what was to be locked for oneself is locked together with others.

use std::collections::BTreeMap;
use std::io;
use std::ops::{Bound, Range};
use std::sync::{Mutex, MutexGuard, PoisonError};

use redb::{BackendError, StorageBackend};

/// How much is kept at a time. Nothing depends on it but speed.
const PAGE: u64 = 4096;

/// A disk with pages over it.
#[derive(Debug)]
pub(super) struct Overlay<B> {
    disk: B,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// The pages that were written, by number.
    pages: BTreeMap<u64, Box<[u8]>>,
    /// The length that the file seems to have.
    length: u64,
    /// How much of the file itself is still to be seen: the least length it ever seemed to have.
    below: u64,
}

impl<B: StorageBackend> Overlay<B> {
    /// Shields a disk.
    pub(super) fn over(disk: B) -> io::Result<Self> {
        let length = disk.len()?;
        Ok(Self { disk, state: Mutex::new(State { pages: BTreeMap::new(), length, below: length }) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The state is sound between any two of its changes.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the file has at a place; zeros where it has nothing.
    fn read_below(&self, state: &State, offset: u64, out: &mut [u8]) -> io::Result<()> {
        out.fill(0);
        let there = state.below.saturating_sub(offset).min(out.len() as u64) as usize;
        if there > 0 { self.disk.read(offset, &mut out[..there]) } else { Ok(()) }
    }
}

/// The parts of a range that lie in one page each: the page, where in the page, and where in the range.
fn parts(offset: u64, length: usize) -> impl Iterator<Item = (u64, Range<usize>, Range<usize>)> {
    let end = offset + length as u64;
    (offset / PAGE..end.div_ceil(PAGE)).map(move |page| {
        let (begin, stop) = ((page * PAGE).max(offset), ((page + 1) * PAGE).min(end));
        let within = |base: u64| (begin - base) as usize..(stop - base) as usize;
        (page, within(page * PAGE), within(offset))
    })
}

impl<B: StorageBackend> StorageBackend for Overlay<B> {
    fn len(&self) -> io::Result<u64> {
        Ok(self.state().length)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.state();
        if offset + out.len() as u64 > state.length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.read_below(&state, offset, out)?;
        for (page, inside, outside) in parts(offset, out.len()) {
            if let Some(bytes) = state.pages.get(&page) {
                out[outside].copy_from_slice(&bytes[inside]);
            }
        }
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        let mut state = self.state();
        state.length = length;
        state.below = state.below.min(length);
        state.pages.retain(|&page, _| page * PAGE < length);
        if let Some(bytes) = state.pages.get_mut(&(length / PAGE)) {
            bytes[(length % PAGE) as usize..].fill(0);
        }
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        for (page, inside, outside) in parts(offset, data.len()) {
            if !state.pages.contains_key(&page) {
                let mut bytes = vec![0; PAGE as usize].into_boxed_slice();
                self.read_below(&state, page * PAGE, &mut bytes)?;
                state.pages.insert(page, bytes);
            }
            if let Some(bytes) = state.pages.get_mut(&page) {
                bytes[inside].copy_from_slice(&data[outside]);
            }
        }
        state.length = state.length.max(offset + data.len() as u64);
        Ok(())
    }

    fn close(&self) -> io::Result<()> {
        self.disk.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.disk.try_lock_shared_range(start, end)
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.disk.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.disk.lock_shared_range(start, end)
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

    #[test]
    fn it_is_a_disk_and_leaves_the_one_below_alone() {
        let disk = InMemoryBackend::new();
        disk.set_len(30_000).expect("memory");
        disk.write(0, &[9; 30_000]).expect("memory");
        let overlay = Overlay::over(disk).expect("a disk");
        let mut model = vec![9; 30_000];
        let mut chance = 1_u64;
        let mut below = |limit: u64| {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (chance >> 33) % limit
        };
        for round in 0..2000_u64 {
            let length = model.len() as u64;
            match below(8) {
                0 => {
                    let length = below(40_000);
                    overlay.set_len(length).expect("memory");
                    model.resize(length as usize, 0);
                }
                1..4 => {
                    let (offset, data) = (below(length + 1), vec![round as u8; below(9000) as usize]);
                    overlay.write(offset, &data).expect("memory");
                    let end = offset as usize + data.len();
                    model.resize(model.len().max(end), 0);
                    model[offset as usize..end].copy_from_slice(&data);
                }
                _ => {
                    let offset = below(length + 1);
                    let mut out = vec![1; below(length - offset + 1) as usize];
                    overlay.read(offset, &mut out).expect("memory");
                    assert!(out == model[offset as usize..][..out.len()], "round {round}");
                }
            }
            assert_eq!(overlay.len().expect("a length"), model.len() as u64);
        }
        assert!(overlay.read(model.len() as u64, &mut [0]).is_err(), "there is nothing behind the end");
        let mut out = vec![0; 30_000];
        overlay.disk.read(0, &mut out).expect("memory");
        assert!(out.iter().all(|&byte| byte == 9), "the disk below has changed");
    }
}
