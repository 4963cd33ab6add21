//! Where the bytes of a chronicle lie, as the host offers it, and how entries get there.
//!
//! What must stay true: what was appended is durable when the call returns; two who append at the same time do not both follow
//! the same entry: the second one reads what the first has written, and thinks again.

use std::time::SystemTime;

use super::{Chronicle, ChronicleError, What};

/// Where the entries of a chronicle lie.
pub trait ChronicleStore {
    /// The entries from number `from` on.
    ///
    /// # Errors
    /// When they cannot be read.
    fn entries(&mut self, from: u64) -> Result<Vec<Vec<u8>>, StoreFault>;

    /// Appends entries, durably, if there are exactly `at` of them. False if there are not, or no longer.
    ///
    /// # Errors
    /// When they cannot be written.
    fn append(&mut self, at: u64, entries: &[Vec<u8>]) -> Result<bool, StoreFault>;
}

/// Why a store did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct StoreFault {
    /// What is wrong, and what to do about it.
    pub text: String,
    /// What is in it is not what was written.
    pub is_damage: bool,
    /// Another process has it.
    pub is_busy: bool,
}

/// Why a chronicle cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChronicleFault {
    /// Its store.
    #[error(transparent)]
    Store(#[from] StoreFault),
    /// Its entries.
    #[error("{error}; {}", .error.remedy())]
    Chain {
        /// Which one, and how.
        #[from]
        error: ChronicleError,
    },
    /// What was asked for makes no sense.
    #[error("{0}")]
    Asked(String),
}

impl ChronicleFault {
    /// What is stored, rather than its use, is at fault.
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Store(fault) => fault.is_damage,
            Self::Chain { .. } => true,
            Self::Asked(_) => false,
        }
    }

    /// Another process has the store.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Store(StoreFault { is_busy: true, .. }))
    }
}

/// How often an entry is thought about again because others were faster.
const TRIES: u32 = 8;

impl Chronicle {
    /// Reads what was written since.
    ///
    /// # Errors
    /// When the store cannot be read, or its entries do not follow.
    pub fn catch_up(&mut self, store: &mut dyn ChronicleStore) -> Result<(), ChronicleFault> {
        let new = store.entries(self.len())?;
        Ok(self.extend(&new)?)
    }

    /// Appends what `make` says after it has seen everything that is there. Answers the hashes of the new entries.
    ///
    /// # Errors
    /// What `make` objects to; when the store cannot be read or written.
    pub fn append(
        &mut self,
        store: &mut dyn ChronicleStore,
        make: impl Fn(&Chronicle) -> Result<Vec<What>, ChronicleFault>,
    ) -> Result<Vec<String>, ChronicleFault> {
        for _ in 0..TRIES {
            self.catch_up(store)?;
            let sealed = self.sealed(make(self)?, SystemTime::now());
            let before = self.len();
            if sealed.is_empty() {
                return Ok(Vec::new());
            }
            if store.append(before, &sealed)? {
                self.extend(&sealed)?;
                return Ok(self.entries.iter().skip(before as usize).map(|(hash, _)| hash.clone()).collect());
            }
        }
        let text = "the chronicle does not come to rest: others write to it, or it was replaced; try again".into();
        Err(StoreFault { text, is_damage: false, is_busy: true }.into())
    }
}

/// A chronicle in memory, for tests.
#[derive(Clone, Debug, Default)]
pub struct InMemory(pub Vec<Vec<u8>>);

impl ChronicleStore for InMemory {
    fn entries(&mut self, from: u64) -> Result<Vec<Vec<u8>>, StoreFault> {
        Ok(self.0.get(from as usize..).unwrap_or_default().to_vec())
    }

    fn append(&mut self, at: u64, entries: &[Vec<u8>]) -> Result<bool, StoreFault> {
        let fits = self.0.len() as u64 == at;
        if fits {
            self.0.extend_from_slice(entries);
        }
        Ok(fits)
    }
}
