//! What can go wrong with a store.

/// Why a store did not do what it was asked.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process has it.
    #[error("{path} is in use by {holder}")]
    Busy {
        /// The file.
        path: String,
        /// Who: a process's number and command where that is known.
        holder: String,
    },
    /// There is no such file.
    #[error("there is no image {0}")]
    Missing(String),
    /// It is there already.
    #[error("{0} is there already")]
    Exists(String),
    /// The file is no image, or another program wrote it.
    #[error("{path} is not an image: {why}")]
    NotAnImage {
        /// The file.
        path: String,
        /// What it is.
        why: String,
    },
    /// The file was written by a newer version.
    #[error("the image has format {found}, and this Aura knows formats up to {known}")]
    Newer {
        /// The file's.
        found: u64,
        /// The newest known.
        known: u64,
    },
    /// What is in it is not what was written.
    #[error("the image is damaged: {0}")]
    Damaged(String),
    /// The system does not let it be read or written.
    #[error("the image cannot be {verb}: {why}")]
    Io {
        /// `read`, `written`, `opened`.
        verb: &'static str,
        /// The system's word.
        why: String,
    },
    /// Somebody else has changed what this change rests on.
    #[error("somebody else has changed {0} in the meantime")]
    Conflict(String),
    /// An earlier write failed, so nothing is written until the image is opened again.
    #[error("an earlier write failed ({0}); the image is read-only until it is opened again")]
    Poisoned(String),
    /// It was opened for reading only.
    #[error("the image was opened for reading only")]
    ReadOnly,
}

impl StoreError {
    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Busy { .. } => "wait until the other program has ended, or end it; two programs may not work at one image",
            Self::Missing(_) => "look at the path; `aura run FILE --image PATH` makes a new one",
            Self::Exists(_) => "name another file, or move the old one away",
            Self::NotAnImage { .. } => "look at the path, or restore the file from a backup",
            Self::Newer { .. } => "use the version of Aura that wrote it, or a newer one",
            Self::Damaged(_) => {
                "`aura image verify` says what is damaged; restore it from a backup (`aura image backup` makes them)"
            }
            Self::Io { .. } => "look at the disk's free space and at the file's permissions",
            Self::Conflict(_) => "do it again",
            Self::Poisoned(_) => "open the image again; it is as of its last commit",
            Self::ReadOnly => "open it without --at",
        }
    }
}
