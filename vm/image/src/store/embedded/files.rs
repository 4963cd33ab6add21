//! How stores come to be in files, and how they are found again.
//!
//! What must stay true: a new file, whether a new image or a copy of one, appears under its name complete or not at all, and
//! never in the place of another; two processes do not write one file (redb's lock); and what stands in the way is told by
//! name.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use redb::backends::FileBackend;

use super::{Embedded, Holder, Opened, errors, guarded::guarded, holder};
use crate::store::{StoreError, copy};

impl Embedded {
    /// Opens a file for writing.
    ///
    /// # Errors
    /// When there is none, another process has it, it is no image, or it is damaged.
    pub fn open(path: &Path) -> Result<Opened, StoreError> {
        let file = existing(path, OpenOptions::new().read(true).write(true))?;
        let mut opened = backend(file).and_then(Self::with_backend).map_err(|error| placed(error, path))?;
        opened.store.holder = Holder::write(path);
        opened.store.path = Some(path.to_owned());
        Ok(opened)
    }

    /// Opens a file for reading only. Several processes may do that at a time, but none while another writes. The file is not
    /// written to, also if it was not closed properly; what has to be put in order then is so in memory.
    ///
    /// # Errors
    /// As [`Embedded::open`].
    pub fn open_read_only(path: &Path) -> Result<Opened, StoreError> {
        let file = existing(path, OpenOptions::new().read(true))?;
        let opened = backend(file).and_then(Self::with_backend_read_only);
        let mut opened = opened.map_err(|error| placed(error, path))?;
        opened.store.path = Some(path.to_owned());
        Ok(opened)
    }

    /// Makes a file and opens it for writing.
    ///
    /// # Errors
    /// When there is something of that name already, or the file cannot be made (its folder is not made).
    pub fn create(path: &Path) -> Result<Opened, StoreError> {
        appear(path, |_| Ok(()))?;
        Ok(Opened { created: true, ..Self::open(path)? })
    }

    /// Copies everything, as it is now, into a new file. Answers the number of rows.
    ///
    /// # Errors
    /// When there is something of that name already, or reading or writing fails; there is no new file then.
    pub fn backup(&self, to: &Path) -> Result<u64, StoreError> {
        appear(to, |new| copy(self, new))
    }

    /// The length of the file, in bytes.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn file_len(&self) -> Result<u64, StoreError> {
        let length = |path| fs::metadata(path).map(|data| data.len()).map_err(|error| errors::system("read", &error));
        self.path().map_or(Ok(0), length)
    }
}

fn existing(path: &Path, how: &OpenOptions) -> Result<File, StoreError> {
    let file = how.open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => StoreError::Missing(path.display().to_string()),
        ErrorKind::IsADirectory => not_an_image(path, "it is a folder"),
        _ => errors::system("opened", &error),
    })?;
    let data = file.metadata().map_err(|error| errors::system("opened", &error))?;
    if data.is_dir() {
        return Err(not_an_image(path, "it is a folder"));
    }
    if data.len() == 0 {
        return Err(not_an_image(path, "it is empty"));
    }
    Ok(file)
}

fn backend(file: File) -> Result<FileBackend, StoreError> {
    guarded(|| FileBackend::new(file).map_err(errors::database))
}

fn not_an_image(path: &Path, why: &str) -> StoreError {
    StoreError::NotAnImage { path: path.display().to_string(), why: why.to_owned() }
}

/// Says where it was, in errors that speak of a place.
fn placed(error: StoreError, path: &Path) -> StoreError {
    match error {
        StoreError::Busy { .. } => StoreError::Busy { path: path.display().to_string(), holder: holder::who(path) },
        StoreError::NotAnImage { why, .. } => not_an_image(path, &why),
        error => error,
    }
}

/// Makes a store under another name beside `path`, fills it, and gives it its name when it is complete and on the disk.
fn appear<T>(path: &Path, fill: impl FnOnce(&mut Embedded) -> Result<T, StoreError>) -> Result<T, StoreError> {
    if path.symlink_metadata().is_ok() {
        return Err(StoreError::Exists(path.display().to_string()));
    }
    let new = Unfinished(beside(path));
    let result = made(&new.0, path, fill)?;
    give_name(&new.0, path)?;
    Ok(result)
}

fn made<T>(new: &Path, path: &Path, fill: impl FnOnce(&mut Embedded) -> Result<T, StoreError>) -> Result<T, StoreError> {
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(new);
    let file = file.map_err(|error| match (error.kind(), path.parent()) {
        (ErrorKind::NotFound, Some(folder)) => {
            StoreError::Io { verb: "written", why: format!("there is no folder {}", folder.display()) }
        }
        _ => errors::system("written", &error),
    })?;
    let mut store = backend(file).and_then(Embedded::with_backend)?.store;
    let result = fill(&mut store)?;
    store.close()?;
    Ok(result)
}

/// A link, and not another name: that fails if the name is taken, where renaming would throw away what has it.
fn give_name(new: &Path, path: &Path) -> Result<(), StoreError> {
    match fs::hard_link(new, path) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Err(StoreError::Exists(path.display().to_string()));
        }
        // A file system without links. Nobody who has taken the name meanwhile is to lose what is there.
        Err(error) if matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::PermissionDenied) => {
            if path.symlink_metadata().is_ok() {
                return Err(StoreError::Exists(path.display().to_string()));
            }
            fs::rename(new, path).map_err(|error| errors::system("written", &error))?;
        }
        Err(error) => return Err(errors::system("written", &error)),
    }
    keep_name(path).map_err(|error| errors::system("written", &error))
}

/// The name itself must survive a power cut, too.
fn keep_name(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Only Unix lets a folder be opened and synced; elsewhere the system keeps names by itself.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// A file under its first name, which goes away in any case: what is complete has got its second name by then.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// A name that no other process and no other call has.
fn beside(path: &Path) -> PathBuf {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}-{}.new", std::process::id(), CALLS.fetch_add(1, Ordering::Relaxed)));
    name.into()
}
