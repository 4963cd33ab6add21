//! What can be wrong with a file of learned methods.

use std::path::PathBuf;

use crate::files::Unreadable;

/// Why a file of learned methods cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LearnedError {
    /// The system does not let it be read or written.
    #[error("{} cannot be {verb}: {why}", .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// `read` or `written`.
        verb: &'static str,
        /// The system's word.
        why: String,
    },
    /// It is not UTF-8, or far too large.
    #[error("{} is not a text: {why}", .path.display())]
    NotText {
        /// Which.
        path: PathBuf,
        /// What it is.
        why: String,
    },
    /// It does not parse, or holds something else than learned methods.
    #[error("{}:{line}: {why}", .path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// The line, from 1.
        line: u32,
        /// What is wrong.
        why: String,
    },
    /// A method in it reaches for a power.
    #[error("{}:{line}: {why}", .path.display())]
    Forbidden {
        /// Which.
        path: PathBuf,
        /// The line of the method, from 1.
        line: u32,
        /// Which rule, and where.
        why: String,
    },
}

impl LearnedError {
    /// What to do about it.
    pub fn remedy(&self) -> String {
        match self {
            Self::Io { .. } => "check the file's permissions and the disk".into(),
            Self::NotText { path, .. } => format!("put it back from version control, or delete {} to have its methods written again", path.display()),
            Self::Damaged { .. } => "each statement must be `object _AddSlots: (| \"where it comes from\" method |)`; mend this one, or delete it to have its method written again".into(),
            Self::Forbidden { .. } => "move the method into the script if it is meant to have this power, or delete its statement".into(),
        }
    }
}

pub(super) fn unreadable(path: PathBuf, error: Unreadable) -> LearnedError {
    match error {
        Unreadable::Missing => LearnedError::Io { path, verb: "read", why: "it is not there".into() },
        Unreadable::Io(e) => LearnedError::Io { path, verb: "read", why: e.to_string() },
        Unreadable::TooLarge => LearnedError::NotText { path, why: format!("it has more than {} bytes", super::MOST_BYTES) },
        Unreadable::NotText(at) => LearnedError::NotText { path, why: format!("byte {at} is not UTF-8") },
    }
}
