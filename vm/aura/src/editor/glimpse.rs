//! The image that files work at, looked at now and then while others work at it.
//!
//! Whoever opens an image keeps others out of it, so a copy is looked at, and the image itself only where that would be much to copy. What must stay
//! true: nobody who wants the image is refused for more than a moment; what was read while somebody wrote is not believed: the file must have been
//! left alone for a while before, and until everything has been read.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use aura_alfred::chronicle::Chronicle;
use aura_image::Rows;
use aura_image::store::{Embedded, StoreError};

use crate::live::Live;
use crate::world::{self, Wiring};
use crate::{image, memory};

/// Larger images are looked at in their place.
const MOST_COPIED: u64 = 64 << 20;

/// How long a file has been left alone that nobody is writing: longer than its times are apart.
const STILL: Duration = Duration::from_millis(30);

/// How often a first look is tried.
const TRIES: u32 = 4;

/// When a file was written last, and its length.
type Stamp = (SystemTime, u64);

/// An image, and what was seen of it.
pub(super) struct Glimpsed {
    pub(super) path: PathBuf,
    /// The chronicle, as it was read last.
    pub(super) chronicle: RefCell<Option<Chronicle>>,
    /// The file as it was looked at, whatever came of that.
    seen: Cell<Option<Stamp>>,
}

/// What an image has in it.
pub(super) struct Glimpse {
    pub(super) live: Live,
    pub(super) chronicle: Chronicle,
}

impl Glimpsed {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, chronicle: RefCell::default(), seen: Cell::default() }
    }

    /// What is in it at the start, if that can be read. Whoever is writing at this moment may be done soon.
    pub(super) fn first(&self) -> Option<Glimpse> {
        let look = |_| {
            let found = self.anew();
            if found.is_none() && self.is_unseen() {
                std::thread::sleep(STILL);
            }
            found
        };
        (0..TRIES).filter(|_| self.is_unseen()).find_map(look)
    }

    fn is_unseen(&self) -> bool {
        stamp(&self.path).is_some_and(|stamp| self.seen.get() != Some(stamp))
    }

    /// What is in it, if it is not what was looked at last. If that cannot be read now, it is tried again later; what is damaged stays so until it is
    /// written again.
    pub(super) fn anew(&self) -> Option<Glimpse> {
        let before = stamp(&self.path).filter(|before| self.seen.get() != Some(*before) && is_still(*before))?;
        let found = look(&self.path, before.1);
        let is_busy = matches!(found, Err(Reason::Busy));
        if !is_busy && stamp(&self.path) == Some(before) {
            self.seen.set(Some(before));
            return found.ok();
        }
        None
    }
}

/// Why nothing was seen.
enum Reason {
    /// Somebody else has it.
    Busy,
    /// It cannot be read.
    Damaged,
}

fn stamp(path: &Path) -> Option<Stamp> {
    let data = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    Some((data.modified().ok()?, data.len()))
}

/// Whether a file has not been written for a while. One that will be written in the future never was, as far as anybody knows.
fn is_still(stamp: Stamp) -> bool {
    stamp.0.elapsed().map_or(true, |age| age >= STILL)
}

fn look(path: &Path, length: u64) -> Result<Glimpse, Reason> {
    if length > MOST_COPIED {
        return read(path);
    }
    let folder = tempfile::Builder::new().prefix("aura-look-").tempdir().map_err(|_| Reason::Busy)?;
    let copy = folder.path().join("copy.image");
    // Where a lock keeps readers out, too, the copy fails.
    std::fs::copy(path, &copy).map_err(|_| Reason::Busy)?;
    read(&copy)
}

fn read(path: &Path) -> Result<Glimpse, Reason> {
    let store = Embedded::open_read_only(path).map_err(|e| match e {
        StoreError::Busy { .. } => Reason::Busy,
        _ => Reason::Damaged,
    })?;
    let rows = Rows::new(Box::new(store.store));
    let head = aura_image::history::find(&rows, "head").map_err(|_| Reason::Damaged)?;
    let mut vm = world::machine(Wiring::quiet()).map_err(|_| Reason::Damaged)?;
    image::attach_rows(&mut vm, rows, Some(head), "lsp").map_err(|_| Reason::Damaged)?;
    let live = Live::of(&mut vm).map_err(|_| Reason::Damaged)?;
    // The chronicle is another reader's business: the machine has let go of the file by then.
    drop(vm);
    let chronicle = memory::chronicle(path).unwrap_or_default();
    Ok(Glimpse { live, chronicle })
}
