//! Where an image's rows are kept: the seam behind which the embedded store could be exchanged for another.
//!
//! A store is a handful of ordered maps from bytes to bytes ([`Space`]) that change in atomic batches. What must stay true of
//! every implementation (and is held by [`conformance`]): a batch is applied whole or not at all, and only if all its
//! conditions hold; once `apply` has returned, its batch survives the end of the process and of the machine's power; reads see the
//! last applied batch; keys are ordered by their bytes; no sequence of damaged bytes makes a store panic or hang.
//!
//! Not here: what the rows mean ([`crate::format`]), and checksums over them ([`seal`] is the image's own: a store that
//! answers wrong bytes is noticed).

pub mod conformance;
mod copy;
mod embedded;
mod error;
mod memory;

use std::ops::{Bound, ControlFlow};

pub use copy::copy;
pub use embedded::{Embedded, Opened};
pub use error::StoreError;
pub use memory::Memory;

/// One ordered map of a store.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
#[repr(u8)]
pub enum Space {
    /// What the image is: format, head, counters. Keys are names.
    Meta = 0,
    /// Objects as they are now, in segments of neighbours.
    Segments = 1,
    /// Objects too large for a segment, in pieces.
    Large = 2,
    /// Objects as they were, by object and by the commit that replaced them.
    History = 3,
    /// What each commit was.
    Commits = 4,
    /// Objects of the library that the image refers to, by path.
    Names = 5,
    /// Source texts, by their hash.
    Texts = 6,
    /// Commits that were given a name.
    Tags = 7,
    /// What the door learned, entry after entry.
    Chronicle = 8,
}

impl Space {
    /// All of them.
    pub const ALL: [Space; 9] = [
        Space::Meta,
        Space::Segments,
        Space::Large,
        Space::History,
        Space::Commits,
        Space::Names,
        Space::Texts,
        Space::Tags,
        Space::Chronicle,
    ];

    /// The name of its table.
    pub fn name(self) -> &'static str {
        match self {
            Space::Meta => "meta",
            Space::Segments => "segments",
            Space::Large => "large",
            Space::History => "history",
            Space::Commits => "commits",
            Space::Names => "names",
            Space::Texts => "texts",
            Space::Tags => "tags",
            Space::Chronicle => "chronicle",
        }
    }
}

/// In which direction a range is walked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// From the least key.
    Ascending,
    /// From the greatest key.
    Descending,
}

/// One change of a batch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// Where.
    pub space: Space,
    /// Which row.
    pub key: Vec<u8>,
    /// Its new value; nothing: the row goes away.
    pub value: Option<Vec<u8>>,
}

/// What must be true for a batch to be applied: the row has exactly this value, or is not there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Condition {
    /// Where.
    pub space: Space,
    /// Which row.
    pub key: Vec<u8>,
    /// What it must hold.
    pub value: Option<Vec<u8>>,
}

impl Condition {
    /// That it does not hold.
    fn conflict(&self) -> StoreError {
        StoreError::Conflict(format!("{} {}", self.space.name(), self.key.escape_ascii()))
    }
}

/// Whether no key can lie between two bounds. Maps of the standard library panic at some of these.
fn is_empty_range(from: Bound<&[u8]>, to: Bound<&[u8]>) -> bool {
    match (from, to) {
        (Bound::Unbounded, _) | (_, Bound::Unbounded) => false,
        (Bound::Included(from), Bound::Included(to)) => from > to,
        (Bound::Included(from) | Bound::Excluded(from), Bound::Included(to) | Bound::Excluded(to)) => from >= to,
    }
}

/// Changes that happen together, or not at all. Later changes of the same row win.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Batch {
    /// What must be true.
    pub conditions: Vec<Condition>,
    /// What is changed, in order.
    pub changes: Vec<Change>,
}

impl Batch {
    /// Sets a row.
    pub fn put(&mut self, space: Space, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        self.changes.push(Change { space, key: key.into(), value: Some(value.into()) });
    }
    /// Removes a row.
    pub fn delete(&mut self, space: Space, key: impl Into<Vec<u8>>) {
        self.changes.push(Change { space, key: key.into(), value: None });
    }
    /// Demands that a row hold this, or not be there.
    pub fn require(&mut self, space: Space, key: impl Into<Vec<u8>>, value: Option<Vec<u8>>) {
        self.conditions.push(Condition { space, key: key.into(), value });
    }
    /// Nothing to do.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// The walker of a range: told each key and value, says whether to go on.
pub type Visit<'a> = dyn FnMut(&[u8], &[u8]) -> ControlFlow<()> + 'a;

/// A store of rows. See the module's comment for what must stay true.
pub trait ImageStore: Send {
    /// Hands the value of a row to `read`; answers whether there is one.
    ///
    /// # Errors
    /// When the storage cannot be read, or is damaged.
    fn get(&self, space: Space, key: &[u8], read: &mut dyn FnMut(&[u8])) -> Result<bool, StoreError>;

    /// Walks the rows between two keys.
    ///
    /// # Errors
    /// When the storage cannot be read, or is damaged.
    fn range(
        &self,
        space: Space,
        from: Bound<&[u8]>,
        to: Bound<&[u8]>,
        order: Order,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreError>;

    /// Applies a batch, durably.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if a condition does not hold. After any other error the store is read-only until it is opened again:
    /// nothing is known of what the disk holds.
    fn apply(&mut self, batch: &Batch) -> Result<(), StoreError>;

    /// Gives back to the system what the store does not need. Answers whether anything was gained.
    ///
    /// # Errors
    /// When the storage fails.
    fn compact(&mut self) -> Result<bool, StoreError> {
        Ok(false)
    }

    /// Looks at everything the store itself can check.
    ///
    /// # Errors
    /// What is wrong.
    fn verify(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    /// The value of a row.
    ///
    /// # Errors
    /// As [`ImageStore::get`].
    fn value(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let mut found = None;
        self.get(space, key, &mut |v| found = Some(v.to_vec()))?;
        Ok(found)
    }
}
