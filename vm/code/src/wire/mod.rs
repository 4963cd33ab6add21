//! Code as bytes: what the kernel image and the living image keep.
//!
//! ```text
//! "AURACODE"   8 bytes
//! format       u16, little-endian: the version of this encoding
//! opcodes      u16: Op::LIST_VERSION; code of another list is compiled anew from its source
//! checksum     u64 of everything that follows
//! body         postcard: origins (name and text, each once), then the codes, each with the number of its origin
//! ```
//!
//! Nested code is length-prefixed bytes inside the bytes of the code around it, so that a method can be left unread until it
//! is called. Its origin is that of the code around it.
//!
//! What must stay true: `from_bytes` takes any bytes whatever and answers verified code or an error; it neither panics, nor
//! nests without bound, nor allocates much more than it is given. `from_trusted_bytes` is for bytes that this program wrote
//! (it believes the checksum) and leaves methods unread.

mod model;
mod read;
mod write;

use std::fmt;
use std::sync::Arc;

use crate::code::{Code, Origin};
use crate::op::Op;
use crate::verify::{VerifyError, verify};

const MAGIC: &[u8; 8] = b"AURACODE";
/// The version of the encoding.
const FORMAT: u16 = 1;
const HEADER: usize = 20;

/// Why bytes are no code that can be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum WireError {
    /// They do not begin as stored code does.
    NotCode,
    /// Another version of Aura wrote them: the versions found of format and opcode list.
    Version(u16, u16),
    /// They are not what was written.
    Damaged,
    /// They are well-formed, but the code in them is not.
    Refused(VerifyError),
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotCode => f.write_str("this is not compiled Aura code"),
            Self::Version(format, opcodes) => write!(
                f,
                "this code was compiled by another version of Aura (format {format}, opcodes {opcodes}; this one has {FORMAT}, {}); compile it anew",
                Op::LIST_VERSION
            ),
            Self::Damaged => f.write_str("this compiled code is damaged; compile it anew"),
            Self::Refused(error) => write!(f, "this compiled code is not sound: {error}"),
        }
    }
}

impl std::error::Error for WireError {}

/// Code as bytes.
pub fn to_bytes(codes: &[Arc<Code>]) -> Vec<u8> {
    let body = write::body(codes);
    let mut out = Vec::with_capacity(HEADER + body.len());
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&FORMAT.to_le_bytes());
    out.extend_from_slice(&Op::LIST_VERSION.to_le_bytes());
    out.extend_from_slice(&checksum(&body).to_le_bytes());
    out.extend_from_slice(&body);
    out
}

/// Code from bytes of any provenance: all of it is read and verified.
pub fn from_bytes(bytes: &[u8]) -> Result<Vec<Arc<Code>>, WireError> {
    let body = checked_body(bytes)?;
    let codes = read::file(body, read::Reader::Eager).ok_or(WireError::Damaged)?;
    for code in &codes {
        verify(code).map_err(WireError::Refused)?;
    }
    Ok(codes)
}

/// Code from bytes that this program wrote and kept (its own kernel): methods are read when they are first called, and
/// nothing is verified but the checksum.
pub fn from_trusted_bytes(bytes: &[u8]) -> Result<Vec<Arc<Code>>, WireError> {
    let body: Arc<[u8]> = checked_body(bytes)?.into();
    read::file(&body, read::Reader::Lazy(&body)).ok_or(WireError::Damaged)
}

/// What [`body`] writes: the versions of the encoding and of the opcode list, as one number.
pub fn body_version() -> u32 {
    u32::from(FORMAT) << 16 | u32::from(Op::LIST_VERSION)
}

/// One piece of code without its origin, for those who keep sources apart.
pub fn body(code: &Code) -> Vec<u8> {
    write::encode(code)
}

/// A method from a body of any provenance, read and verified when it is first needed; what is then found unsound, or no method,
/// becomes one that says so. The caller has compared the version with [`body_version`].
pub fn stored_method(bytes: &[u8], origin: &Arc<Origin>) -> crate::MethodCode {
    crate::MethodCode::stored(bytes.into(), 0..bytes.len(), origin.clone(), |whole, range, origin| {
        verified(whole.get(range)?, origin).filter(|c| c.kind == crate::CodeKind::Method)
    })
}

/// Code from a body of any provenance, at once; nothing if it is not sound.
pub fn verified(bytes: &[u8], origin: &Arc<Origin>) -> Option<Code> {
    let code = read::whole(bytes, origin)?;
    verify(&code).ok().map(|()| code)
}

fn checked_body(bytes: &[u8]) -> Result<&[u8], WireError> {
    let Some((header, body)) = bytes.split_at_checked(HEADER) else { return Err(WireError::NotCode) };
    if &header[..8] != MAGIC {
        return Err(WireError::NotCode);
    }
    let short = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
    if (short(8), short(10)) != (FORMAT, Op::LIST_VERSION) {
        return Err(WireError::Version(short(8), short(10)));
    }
    if header[12..] != checksum(body).to_le_bytes() {
        return Err(WireError::Damaged);
    }
    Ok(body)
}

/// Finds accidents, not attacks: a multiplication for each eight bytes.
fn checksum(bytes: &[u8]) -> u64 {
    let mut sum = bytes.len() as u64 ^ 0x9E37_79B9_7F4A_7C15;
    let (words, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    for word in words.iter().chain([&last]) {
        sum = (sum.rotate_left(23) ^ u64::from_le_bytes(*word)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    }
    sum ^ (sum >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile_file;

    /// As `to_bytes`, of a body that may be anything: what somebody who knows the checksum would send.
    fn sealed(body: &[u8]) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend_from_slice(&FORMAT.to_le_bytes());
        out.extend_from_slice(&Op::LIST_VERSION.to_le_bytes());
        out.extend_from_slice(&checksum(body).to_le_bytes());
        out.extend_from_slice(body);
        out
    }

    fn sample() -> Vec<u8> {
        let text = "(| x <- 3. foo: a = ( [ a bar ] value ifTrue: [ `{a}` ] False: [ (| q = ( 3.5 ) |) ] ) |)";
        let origin = Arc::new(Origin::new("x", text));
        to_bytes(&compile_file(&aura_syntax::parse(text).file, &origin).expect("compiles"))
    }

    #[test]
    fn hostile_bodies_with_a_good_checksum_neither_panic_nor_pass_unverified() {
        let good = sample()[HEADER..].to_vec();
        for at in 0..good.len() {
            for flip in [1, 0x80, 0xFF] {
                let mut bad = good.clone();
                bad[at] ^= flip;
                let bytes = sealed(&bad);
                if let Ok(codes) = from_bytes(&bytes) {
                    codes.iter().for_each(|c| assert_eq!(verify(c), Ok(())));
                }
                // Trusted bytes are not verified, but reading them is safe all the same.
                for code in from_trusted_bytes(&bytes).unwrap_or_default() {
                    crate::disassemble(&code);
                }
            }
            assert!(from_bytes(&sealed(&good[..at])).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn bombs_are_refused() {
        // A vector that says it has 2^60 elements.
        let huge = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0];
        assert_eq!(from_bytes(&sealed(&huge)).unwrap_err(), WireError::Damaged);
    }

    #[test]
    fn other_versions_say_so() {
        let mut bytes = sample();
        bytes[10] ^= 0xFF;
        assert!(matches!(from_bytes(&bytes), Err(WireError::Version(FORMAT, _))));
        assert_eq!(from_bytes(b"#!/bin/sh").unwrap_err(), WireError::NotCode);
        let mut bytes = sample();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        assert_eq!(from_bytes(&bytes).unwrap_err(), WireError::Damaged);
    }

    #[test]
    fn origins_are_written_once() {
        let text = "foo. ".repeat(2000);
        let origin = Arc::new(Origin::new("x", text.as_str()));
        let codes = compile_file(&aura_syntax::parse(&text).file, &origin).expect("compiles");
        assert!(codes.len() > 5);
        let bytes = to_bytes(&codes);
        assert_eq!(bytes.windows(50).filter(|w| *w == &text.as_bytes()[..50]).count(), (text.len() - 50) / 5 + 1);
        let back = from_bytes(&bytes).expect("reads");
        assert!(Arc::ptr_eq(&back[0].origin, &back[1].origin));
    }
}
