//! A disk in memory that loses its power, fails, or is full, when it is told to.
//!
//! It tells apart what is durable (was there at the last sync) from what was written since, of which a power cut leaves any
//! part: each write is there whole, not at all, or up to the end of one of its sectors.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use redb::StorageBackend;

use super::Chance;

const SECTOR: u64 = 512;

/// What was done to the disk.
#[derive(Clone, Debug)]
pub(crate) enum Operation {
    Write { offset: u64, bytes: Vec<u8> },
    Length(u64),
    Sync,
}

/// What goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    Nothing,
    /// The operation of this number, reads counted, fails; the next ones do not.
    Once(u64),
    /// From this operation on, nothing works.
    Always(u64),
    /// From this operation on, the file cannot grow, and what is written is not.
    Full(u64),
}

#[derive(Debug)]
struct State {
    /// What was there at the last sync.
    durable: Vec<u8>,
    /// What was done since.
    pending: Vec<Operation>,
    /// What the process sees.
    seen: Vec<u8>,
    /// Everything that was done, if that is wanted.
    log: Option<Vec<Operation>>,
    fault: Fault,
    /// How many operations there were, reads included.
    count: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct Disk(Arc<Mutex<State>>);

/// Does an operation to bytes. A write beyond the end makes a file longer.
pub(crate) fn perform(bytes: &mut Vec<u8>, operation: &Operation) {
    match operation {
        Operation::Write { offset, bytes: new } => {
            let begin = *offset as usize;
            if bytes.len() < begin + new.len() {
                bytes.resize(begin + new.len(), 0);
            }
            bytes[begin..][..new.len()].copy_from_slice(new);
        }
        Operation::Length(length) => bytes.resize(*length as usize, 0),
        Operation::Sync => {}
    }
}

/// What a power cut leaves of operations that were not synced.
pub(crate) fn perform_some(bytes: &mut Vec<u8>, pending: &[Operation], chance: &mut Chance) {
    // Also the simple cases: nothing of it, and all of it.
    let mood = chance.below(8);
    for operation in pending {
        match (if mood < 2 { mood } else { chance.below(3) }, operation) {
            (0, _) => {}
            (2, Operation::Write { offset, bytes: new }) => {
                let sectors = (offset % SECTOR + new.len() as u64).div_ceil(SECTOR);
                let end = (offset / SECTOR + chance.below(sectors + 1)) * SECTOR;
                let length = (end.saturating_sub(*offset) as usize).min(new.len());
                if length > 0 {
                    perform(bytes, &Operation::Write { offset: *offset, bytes: new[..length].to_vec() });
                }
            }
            _ => perform(bytes, operation),
        }
    }
}

impl Disk {
    pub(crate) fn new(bytes: Vec<u8>, fault: Fault) -> Self {
        let (durable, seen) = (bytes.clone(), bytes);
        Self(Arc::new(Mutex::new(State { durable, pending: Vec::new(), seen, log: None, fault, count: 0 })))
    }

    /// A disk that remembers everything.
    pub(crate) fn recorded(bytes: Vec<u8>) -> Self {
        let disk = Self::new(bytes, Fault::Nothing);
        disk.state().log = Some(Vec::new());
        disk
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no panic inside a disk")
    }

    pub(crate) fn log_len(&self) -> usize {
        self.state().log.as_ref().map_or(0, Vec::len)
    }

    pub(crate) fn take_log(&self) -> Vec<Operation> {
        self.state().log.take().unwrap_or_default()
    }

    pub(crate) fn count(&self) -> u64 {
        self.state().count
    }

    pub(crate) fn seen(&self) -> Vec<u8> {
        self.state().seen.clone()
    }

    pub(crate) fn durable(&self) -> Vec<u8> {
        self.state().durable.clone()
    }

    /// What a power cut would leave.
    pub(crate) fn survivors(&self, chance: &mut Chance) -> Vec<u8> {
        let state = self.state();
        let mut bytes = state.durable.clone();
        perform_some(&mut bytes, &state.pending, chance);
        bytes
    }

    fn act(&self, operation: Operation) -> io::Result<()> {
        let mut state = self.state();
        if let Err(error) = state.next(Some(&operation)) {
            // A part of a write that fails may have been done: whole sectors, as ever.
            if let Operation::Write { offset, bytes } = operation {
                let end = (offset + bytes.len() as u64 / 2) / SECTOR * SECTOR;
                let part = &bytes[..end.saturating_sub(offset) as usize];
                if !part.is_empty() && end <= state.seen.len() as u64 {
                    let part = Operation::Write { offset, bytes: part.to_vec() };
                    perform(&mut state.seen, &part);
                    state.pending.push(part);
                }
            }
            return Err(error);
        }
        if let Some(log) = &mut state.log {
            log.push(operation.clone());
        }
        if let Operation::Sync = operation {
            for operation in std::mem::take(&mut state.pending) {
                perform(&mut state.durable, &operation);
            }
        } else {
            perform(&mut state.seen, &operation);
            state.pending.push(operation);
        }
        Ok(())
    }
}

impl State {
    fn next(&mut self, operation: Option<&Operation>) -> io::Result<()> {
        let number = self.count;
        self.count += 1;
        let grows = match operation {
            Some(Operation::Length(length)) => *length > self.seen.len() as u64,
            Some(Operation::Write { .. }) => true,
            _ => false,
        };
        match self.fault {
            Fault::Once(at) if number == at => Err(io::Error::other("the disk did not do it")),
            Fault::Always(at) if number >= at => Err(io::Error::other("the disk is gone")),
            Fault::Full(from) if number >= from && grows => Err(io::ErrorKind::StorageFull.into()),
            _ => Ok(()),
        }
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.state().seen.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let mut state = self.state();
        state.next(None)?;
        let found = state.seen.get(offset as usize..offset as usize + out.len());
        out.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.act(Operation::Length(length))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.act(Operation::Sync)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.act(Operation::Write { offset, bytes: data.to_vec() })
    }
}
