//! How rows are named. Numbers are eight bytes, the highest first, so that the order of the bytes is the order of the numbers.

/// Rows of [`crate::store::Space::Meta`].
pub mod meta {
    /// The format's version.
    pub const FORMAT: &[u8] = b"format";
    /// The number of the last commit.
    pub const HEAD: &[u8] = b"head";
    /// The next number for an object, and the estimated bytes in its segment.
    pub const NEXT: &[u8] = b"next";
    /// How many names of library objects there are.
    pub const NAMES: &[u8] = b"names";
    /// The last serial number of an activation.
    pub const SERIAL: &[u8] = b"serial";
    /// When and by which version it was made.
    pub const MADE: &[u8] = b"made";
    /// How many entries the chronicle has.
    pub const CHRONICLE: &[u8] = b"chronicle";
    /// The oldest commit whose objects can still be read.
    pub const OLDEST: &[u8] = b"oldest";
    /// The commits whose objects were collected: ranges. Not there: none were.
    pub const COLLECTED: &[u8] = b"collected";
}

/// A number as a key.
pub fn number(n: u64) -> [u8; 8] {
    n.to_be_bytes()
}

/// Two numbers as a key: an object and a commit, an object and a piece.
pub fn pair(a: u64, b: u64) -> [u8; 16] {
    let mut key = [0; 16];
    key[..8].copy_from_slice(&a.to_be_bytes());
    key[8..].copy_from_slice(&b.to_be_bytes());
    key
}

/// The number that a key is.
pub fn read_number(key: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(key.try_into().ok()?))
}

/// The two numbers that a key is.
pub fn read_pair(key: &[u8]) -> Option<(u64, u64)> {
    let (a, b) = key.split_at_checked(8)?;
    Some((read_number(a)?, read_number(b)?))
}
