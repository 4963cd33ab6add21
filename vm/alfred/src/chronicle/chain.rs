//! The chain: entries as bytes, each with its own hash and the one before it.
//!
//! ```text
//! entry  =  SHA-256 of the rest, 64 hexadecimal digits   newline   the entry as JSON
//! ```
//!
//! What must stay true: a byte that was changed, and an entry that was removed, added, repeated or moved, is noticed and
//! located. It shows that nothing was damaged, and what was there when a later entry was written; who can write the file can
//! write another chain, and can leave off its end. That gives nobody powers: see `docs/security.md`.

use sha2::{Digest, Sha256};

use super::entry::{Entry, VERSION};

/// What the first entry follows.
pub const NOTHING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What is wrong with an entry, counted from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("entry {entry} of the chronicle {how}")]
pub struct ChronicleError {
    /// Which.
    pub entry: u64,
    /// In which way.
    pub how: How,
}

/// In which way an entry is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum How {
    /// Its bytes are not those of its hash.
    #[error("is not what was written: its hash does not fit")]
    Changed,
    /// Its hash fits, and it is no entry.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// A later Aura wrote it.
    #[error("has version {0}; this Aura reads version {VERSION}")]
    Newer(u32),
    /// It is there for the second time.
    #[error("is entry {0} once more")]
    Repeated(u64),
    /// It does not follow the one before it, but another one.
    #[error("follows entry {0}, not the one before it")]
    Moved(u64),
    /// It follows none that is there.
    #[error("follows an entry that is not there")]
    Gap,
    /// It speaks about an entry that is not there, or that is of another kind.
    #[error("speaks about a method that is not there ({0})")]
    Unknown(String),
}

impl ChronicleError {
    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self.how {
            How::Newer(_) => "use the version of Aura that wrote it, or a newer one",
            _ => {
                "restore the image from a backup; the journal beside it has the methods as text (`aura alfred export --journal`)"
            }
        }
    }
}

/// The SHA-256 of some bytes, in hexadecimal.
fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// The bytes of an entry, and its hash.
pub(super) fn seal(entry: &Entry) -> (Vec<u8>, String) {
    let json = serde_json::to_vec(entry).expect("plain data");
    let hash = hash(&json);
    let mut bytes = hash.clone().into_bytes();
    bytes.push(b'\n');
    bytes.extend_from_slice(&json);
    (bytes, hash)
}

/// The entry in some bytes, and its hash. Whether it follows the one before is for the caller to see.
pub(super) fn unseal(bytes: &[u8]) -> Result<(Entry, String), How> {
    let (told, json) = bytes.split_at_checked(NOTHING.len()).ok_or(How::Changed)?;
    let json = json.strip_prefix(b"\n").ok_or(How::Changed)?;
    let found = hash(json);
    if found.as_bytes() != told {
        return Err(How::Changed);
    }
    let version = |bytes| serde_json::from_slice::<serde_json::Value>(bytes).ok()?.get("version")?.as_u64();
    match version(json) {
        Some(v) if v > u64::from(VERSION) => Err(How::Newer(u32::try_from(v).unwrap_or(u32::MAX))),
        _ => serde_json::from_slice(json).map(|entry| (entry, found)).map_err(|e| How::Unreadable(e.to_string())),
    }
}
