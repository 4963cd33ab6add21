//! redb's errors in our words.
//!
//! What must stay true: what the system said (a full disk, no permission) is told as [`StoreError::Io`] with its own words, and
//! what the file's bytes are to blame for as [`StoreError::Damaged`]. An error of our own that travelled through redb inside an
//! I/O error (see [`super::sealed`]) comes out as it went in.

use std::io;

use redb::{CommitError, CompactionError, DatabaseError, SetDurabilityError, StorageError, TableError, TransactionError};

use crate::store::StoreError;

/// What was being done, for the sentence "the image cannot be …".
pub(super) type Verb = &'static str;

/// An error of the system.
pub(super) fn system(verb: Verb, error: &io::Error) -> StoreError {
    if let Some(own) = error.get_ref().and_then(|inner| inner.downcast_ref::<StoreError>()) {
        return own.clone();
    }
    match error.kind() {
        io::ErrorKind::UnexpectedEof => StoreError::Damaged("it ends too early".to_owned()),
        io::ErrorKind::InvalidData => StoreError::Damaged(error.to_string()),
        io::ErrorKind::StorageFull => StoreError::Io { verb, why: "the disk is full".to_owned() },
        _ => StoreError::Io { verb, why: error.to_string() },
    }
}

/// Any other of redb's errors that speak of storage.
pub(super) fn storage(verb: Verb, error: StorageError) -> StoreError {
    match error {
        StorageError::Corrupted(what) => StoreError::Damaged(what),
        StorageError::Io(error) => system(verb, &error),
        StorageError::ValueTooLarge(length) => StoreError::Io { verb, why: format!("a row of {length} bytes is too large") },
        StorageError::PreviousIo => StoreError::Io { verb, why: "an earlier read or write failed".to_owned() },
        StorageError::DatabaseClosed => StoreError::Io { verb, why: "it is closed".to_owned() },
        StorageError::LockPoisoned(_) => StoreError::Damaged("an earlier look at it ended in a panic".to_owned()),
        other => StoreError::Io { verb, why: other.to_string() },
    }
}

/// An error of opening or closing.
pub(super) fn database(error: DatabaseError) -> StoreError {
    match error {
        // The path and the holder are filled in by who knows them.
        DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch => {
            StoreError::Busy { path: String::new(), holder: String::new() }
        }
        DatabaseError::UpgradeRequired(version) => {
            StoreError::NotAnImage { path: String::new(), why: format!("its tables have the old form {version}") }
        }
        DatabaseError::Storage(error) => storage("opened", error),
        other => StoreError::Io { verb: "opened", why: other.to_string() },
    }
}

/// An error of beginning a transaction.
pub(super) fn transaction(verb: Verb, error: TransactionError) -> StoreError {
    match error {
        TransactionError::Storage(error) => storage(verb, error),
        other => StoreError::Io { verb, why: other.to_string() },
    }
}

/// An error of opening a table. All tables were made when the store was made, so any lack is damage.
pub(super) fn table(verb: Verb, error: TableError) -> StoreError {
    match error {
        TableError::Storage(error) => storage(verb, error),
        other => StoreError::Damaged(other.to_string()),
    }
}

/// An error of a commit.
pub(super) fn commit(error: CommitError) -> StoreError {
    match error {
        CommitError::Storage(error) => storage("written", error),
        other => StoreError::Damaged(other.to_string()),
    }
}

/// An error of compaction.
pub(super) fn compaction(error: CompactionError) -> StoreError {
    match error {
        CompactionError::Storage(error) => storage("written", error),
        other => StoreError::Io { verb: "written", why: other.to_string() },
    }
}

/// An error of asking for durability.
pub(super) fn durability(error: SetDurabilityError) -> StoreError {
    StoreError::Io { verb: "written", why: error.to_string() }
}
