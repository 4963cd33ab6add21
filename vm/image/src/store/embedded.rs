//! The store on disk: redb, with a seal on every block.
//!
//! One table per [`Space`]; all are made when the store is made, so that opening writes nothing of ours. Every batch is one
//! transaction of redb's, durable when `apply` returns and committed in two phases, with the state of its allocator recorded in
//! it: so opening after a crash takes no longer than opening after a farewell. Reads go through one snapshot with all tables
//! open, renewed after every batch.
//!
//! What must stay true: redb is called only inside [`guarded()`], and touches its file only through [`Sealed`]; a file that is
//! only read is not written to; after a write that failed nothing more is written until the store is opened again.
//!
//! Not here: what rows mean; how files come to be ([`files`]).

mod changes;
mod errors;
mod files;
mod guarded;
mod holder;
mod overlay;
mod sealed;
mod snapshot;

use std::ops::{Bound, ControlFlow};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use redb::{Database, StorageBackend};

use super::{Batch, ImageStore, Order, Space, StoreError, Visit};
use guarded::{dropped, guarded};
use holder::Holder;
use overlay::Overlay;
use sealed::{Damage, Sealed};
use snapshot::Snapshot;

/// How much of the file redb may keep in memory.
const CACHE: usize = 64 << 20;

/// A store in a file.
pub struct Embedded {
    /// Nothing only when it is closed.
    base: Option<Database>,
    read_only: bool,
    /// What reads see. Nothing only while redb demands that nobody reads, and after it could not be renewed.
    snapshot: Option<Snapshot>,
    /// Why nothing may be written any more.
    poison: Option<String>,
    damage: Arc<Damage>,
    path: Option<PathBuf>,
    holder: Option<Holder>,
}

/// A store that was opened, and what there was to it.
pub struct Opened {
    /// The store.
    pub store: Embedded,
    /// It was not there before.
    pub created: bool,
    /// It was not closed properly, and everything was looked through and put in order.
    pub repaired: bool,
}

impl Embedded {
    /// A store on any disk: made if the disk is empty, else opened.
    ///
    /// # Errors
    /// When what is on the disk is no store, or is damaged, or the disk fails.
    pub fn with_backend(disk: impl StorageBackend) -> Result<Opened, StoreError> {
        let sealed = Sealed::new(disk);
        let damage = sealed.damage();
        let opened = guarded(|| {
            let created = sealed.len().map_err(|error| errors::storage("read", error.into()))? == 0;
            let repaired = Arc::new(AtomicBool::new(false));
            let note = repaired.clone();
            let base = Database::builder()
                .set_cache_size(CACHE)
                .set_repair_callback(move |_| note.store(true, Ordering::Relaxed))
                .create_with_backend(sealed)
                .map_err(errors::database)?;
            if created {
                changes::make_tables(&base)?;
            }
            let repaired = repaired.load(Ordering::Relaxed);
            // Only a recovery may meet what is broken and go on.
            damage.forgive(repaired)?;
            let snapshot = Snapshot::of(&base)?;
            let store = Self {
                base: Some(base),
                read_only: false,
                snapshot: Some(snapshot),
                poison: None,
                damage: damage.clone(),
                path: None,
                holder: None,
            };
            Ok(Opened { store, created, repaired })
        });
        opened.map_err(|error| explained(error, damage.report()))
    }

    /// A store on any disk, for reading only; nothing is written to it.
    ///
    /// # Errors
    /// As [`Embedded::with_backend`].
    pub fn with_backend_read_only(disk: impl StorageBackend) -> Result<Opened, StoreError> {
        let disk = Overlay::over(disk).map_err(|error| errors::system("read", &error))?;
        let mut opened = Self::with_backend(disk)?;
        opened.store.read_only = true;
        Ok(opened)
    }

    /// Closes the store. Dropping it does the same, but cannot say what went wrong.
    ///
    /// # Errors
    /// When the last words to the disk fail. No batch is lost by that.
    pub fn close(mut self) -> Result<(), StoreError> {
        self.shut()
    }

    fn shut(&mut self) -> Result<(), StoreError> {
        // While the lock is still held: the file could else be that of the next holder.
        self.holder = None;
        dropped(self.snapshot.take());
        match self.base.take() {
            Some(base) => guarded(|| base.close().map_err(errors::database)),
            None => Ok(()),
        }
    }

    fn rows(&self) -> Result<&Snapshot, StoreError> {
        let lost = || StoreError::Poisoned(self.poison.clone().unwrap_or_else(|| "it is closed".to_owned()));
        self.snapshot.as_ref().ok_or_else(lost)
    }

    /// Lets reads see what was written last. The old snapshot stays if there is no new one.
    fn renew(&mut self) -> Result<(), StoreError> {
        let new = guarded(|| self.base.as_ref().map(Snapshot::of).transpose())?;
        dropped(std::mem::replace(&mut self.snapshot, new));
        Ok(())
    }

    /// The database, if it may be written to.
    fn writable(&mut self) -> Result<&mut Database, StoreError> {
        if self.read_only {
            return Err(StoreError::ReadOnly);
        }
        self.damage.found()?;
        self.healthy()
    }

    /// The database, unless a write failed.
    fn healthy(&mut self) -> Result<&mut Database, StoreError> {
        match (&mut self.base, &self.poison) {
            (_, Some(why)) => Err(StoreError::Poisoned(why.clone())),
            (Some(base), None) => Ok(base),
            (None, None) => Err(StoreError::Poisoned("it is closed".to_owned())),
        }
    }

    /// Runs a change of the file; after it, whatever it was, nothing is known of the file if it failed.
    fn writing<T>(&mut self, change: impl FnOnce(&mut Self) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let result = change(self).map_err(|error| explained(error, self.damage.found().err()));
        if let Err(error) = &result
            && !matches!(error, StoreError::Conflict(_) | StoreError::Poisoned(_) | StoreError::ReadOnly)
        {
            self.poison = Some(error.to_string());
        }
        result
    }

    /// Runs something that redb does only while nobody reads.
    fn alone<T>(&mut self, work: impl FnOnce(&mut Database) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.writing(|store| {
            store.healthy()?;
            dropped(store.snapshot.take());
            let base = store.healthy()?;
            let result = guarded(|| work(base));
            let renewed = store.renew();
            result.and_then(|done| renewed.map(|()| done))
        })
    }
}

/// What redb says of a page that it cannot read, or its panic, tells less than the seal that was found broken.
fn explained(error: StoreError, broken: Option<StoreError>) -> StoreError {
    if let StoreError::Damaged(_) = error { broken.unwrap_or(error) } else { error }
}

impl ImageStore for Embedded {
    fn get(&self, space: Space, key: &[u8], read: &mut dyn FnMut(&[u8])) -> Result<bool, StoreError> {
        let found = guarded(|| self.rows()?.get(space, key)).map_err(|error| explained(error, self.damage.found().err()))?;
        let Some(row) = found else { return Ok(false) };
        read(guarded(|| Ok(row.value()))?);
        Ok(true)
    }

    fn range(
        &self,
        space: Space,
        from: Bound<&[u8]>,
        to: Bound<&[u8]>,
        order: Order,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreError> {
        if super::is_empty_range(from, to) {
            return Ok(());
        }
        let told = |error| explained(error, self.damage.found().err());
        let mut rows = guarded(|| self.rows()?.range(space, from, to)).map_err(told)?;
        while let Some((key, value)) = guarded(|| snapshot::next(&mut rows, order)).map_err(told)? {
            let (key, value) = guarded(|| Ok((key.value(), value.value())))?;
            if let ControlFlow::Break(()) = visit(key, value) {
                break;
            }
        }
        Ok(())
    }

    fn apply(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.writing(|store| {
            let damage = store.damage.clone();
            let base = store.writable()?;
            guarded(|| changes::write(base, batch, &damage))?;
            store.renew()
        })
    }

    fn compact(&mut self) -> Result<bool, StoreError> {
        self.writable()?;
        // Everything is about to be moved; what is broken shall stay where it is, so that the rest can be read.
        self.verify()?;
        self.alone(|base| {
            let gained = base.compact().map_err(errors::compaction)?;
            // redb's compaction leaves the state of the allocator unrecorded; a crash would cost the next opening a look
            // through everything.
            changes::nothing(base)?;
            Ok(gained)
        })
    }

    fn verify(&mut self) -> Result<(), StoreError> {
        let sound = self.alone(|base| base.check_integrity().map_err(errors::database))?;
        self.damage.found()?;
        let repaired = || StoreError::Damaged("its tables did not agree with each other; they do now".to_owned());
        sound.then_some(()).ok_or_else(repaired)
    }
}

impl Embedded {
    /// Where it is, if it is in a file.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        // Whatever is not said to the disk here, the next opening finds out.
        let _ = self.shut();
    }
}
