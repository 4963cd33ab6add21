//! What can go wrong with an image.

use crate::format::Broken;
use crate::store::StoreError;

/// Why an image did not do what it was asked.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ImageError {
    /// Its store did not.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A row is not what was written.
    #[error("the image is damaged: {what} of {place} is not what was written")]
    Broken {
        /// What was being read.
        what: &'static str,
        /// Of which object or row.
        place: String,
    },
    /// A row that another one names is not there.
    #[error("the image is damaged: {0} is missing")]
    Lost(String),
    /// The library of this version has no such object.
    #[error("the image refers to `{0}`, which the library of this version of Aura does not have")]
    NoSuchLibraryObject(String),
    /// The memory limit does not allow what is to be brought in.
    #[error("there is no room for an object of {0} bytes of the image")]
    NoRoom(usize),
    /// There is no such commit, or its objects were collected.
    #[error("{0}")]
    NoSuchCommit(String),
    /// The machine cannot say what some code was.
    #[error("the code of '{0}' was written by another version of Aura and its source does not compile any more")]
    NotCompiled(String),
    /// Nothing is at this path.
    #[error("{0}")]
    NoSuchPath(String),
}

impl ImageError {
    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Store(e) => e.remedy(),
            Self::Broken { .. } | Self::Lost(_) => StoreError::Damaged(String::new()).remedy(),
            Self::NoSuchLibraryObject(_) => "use the version of Aura that wrote it, or add the object to `globals` before",
            Self::NoRoom(_) => "allow more memory",
            Self::NoSuchCommit(_) => "`aura image log` lists the commits",
            Self::NotCompiled(_) => "use the version of Aura that wrote it to export the image, and mend the source",
            Self::NoSuchPath(_) => "a path is made of slot names: 'globals accounts mine'; `aura image show` lists them",
        }
    }

    /// Whether the image's bytes, rather than its use, are at fault.
    pub fn is_damage(&self) -> bool {
        let store = matches!(self, Self::Store(StoreError::Damaged(_) | StoreError::NotAnImage { .. }));
        store || matches!(self, Self::Broken { .. } | Self::Lost(_))
    }

    pub(crate) fn broken(b: Broken, place: impl Into<String>) -> Self {
        Self::Broken { what: b.0, place: place.into() }
    }
}
