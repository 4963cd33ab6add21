//! The checksum around every row: over its space, its key and its value, so that a row that was damaged, or that lies where another
//! should, is noticed when it is read.
//!
//! It finds accidents, not attacks: who can write the file can write the checksum.

use xxhash_rust::xxh3::Xxh3;

use super::{Broken, Read};
use crate::store::Space;

/// Bytes that the seal takes.
pub const SEAL: usize = 8;

fn sum(space: Space, key: &[u8], value: &[u8]) -> [u8; SEAL] {
    let mut h = Xxh3::with_seed(space as u64 + 1);
    h.update(&(key.len() as u64).to_le_bytes());
    h.update(key);
    h.update(value);
    h.digest().to_le_bytes()
}

/// A value with its seal before it.
pub fn seal(space: Space, key: &[u8], value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(SEAL + value.len());
    out.extend_from_slice(&sum(space, key, value));
    out.extend_from_slice(value);
    out
}

/// The value behind its seal.
pub fn unseal<'a>(space: Space, key: &[u8], row: &'a [u8]) -> Read<&'a [u8]> {
    let (given, value) = row.split_at_checked(SEAL).ok_or(Broken("a row's checksum"))?;
    if given == sum(space, key, value) { Ok(value) } else { Err(Broken("a row's checksum")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_only_itself() {
        let row = seal(Space::Meta, b"head", b"7");
        assert_eq!(unseal(Space::Meta, b"head", &row), Ok(&b"7"[..]));
        assert!(unseal(Space::Tags, b"head", &row).is_err());
        assert!(unseal(Space::Meta, b"hea", &row).is_err());
        for at in 0..row.len() {
            let mut bad = row.clone();
            bad[at] ^= 4;
            assert!(unseal(Space::Meta, b"head", &bad).is_err());
        }
    }
}
