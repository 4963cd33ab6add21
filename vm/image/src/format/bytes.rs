//! Numbers and texts as bytes: unsigned numbers seven bits at a time, the lowest first; signed ones folded (zigzag) before that.

use super::{Broken, Read};

/// Appends an unsigned number.
#[inline]
pub fn number(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

/// A signed number as an unsigned one that is small when the number is near zero.
#[inline]
pub fn fold(n: i64) -> u64 {
    ((n << 1) ^ (n >> 63)) as u64
}

/// The other way round.
#[inline]
pub fn unfold(n: u64) -> i64 {
    (n >> 1) as i64 ^ -((n & 1) as i64)
}

/// Appends bytes with their length.
pub fn block(out: &mut Vec<u8>, bytes: &[u8]) {
    number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Appends a text, or that there is none.
pub fn maybe(out: &mut Vec<u8>, text: Option<&str>) {
    match text {
        None => number(out, 0),
        Some(t) => {
            number(out, t.len() as u64 + 1);
            out.extend_from_slice(t.as_bytes());
        }
    }
}

/// Reads what the functions above wrote.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// From the start of these bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Everything was read.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// What was not read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// One byte.
    #[inline]
    pub fn byte(&mut self) -> Read<u8> {
        let (first, rest) = self.rest.split_first().ok_or(Broken("a byte"))?;
        self.rest = rest;
        Ok(*first)
    }

    /// An unsigned number.
    #[inline]
    pub fn number(&mut self) -> Read<u64> {
        let first = self.byte()?;
        if first < 0x80 {
            return Ok(u64::from(first));
        }
        let mut n = u64::from(first & 0x7f);
        for shift in (7..64).step_by(7) {
            let b = self.byte()?;
            if shift == 63 && b > 1 {
                break;
            }
            n |= u64::from(b & 0x7f) << shift;
            if b < 0x80 {
                return Ok(n);
            }
        }
        Err(Broken("a number"))
    }

    /// A number that counts things of at least one byte each, and so is at most as large as what is left.
    pub fn count(&mut self) -> Read<usize> {
        let n = self.number()?;
        if n <= self.rest.len() as u64 { Ok(n as usize) } else { Err(Broken("a count")) }
    }

    /// A number that fits 32 bits.
    pub fn short(&mut self) -> Read<u32> {
        u32::try_from(self.number()?).map_err(|_| Broken("a short number"))
    }

    /// So many bytes.
    #[inline]
    pub fn take(&mut self, n: usize) -> Read<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(n).ok_or(Broken("bytes"))?;
        self.rest = rest;
        Ok(taken)
    }

    /// Eight bytes as a number.
    pub fn word(&mut self) -> Read<u64> {
        let b = self.take(8)?;
        Ok(u64::from_le_bytes(b.try_into().map_err(|_| Broken("a word"))?))
    }

    /// Bytes with their length.
    pub fn block(&mut self) -> Read<&'a [u8]> {
        let n = self.count()?;
        self.take(n)
    }

    /// A text.
    pub fn text(&mut self) -> Read<&'a str> {
        std::str::from_utf8(self.block()?).map_err(|_| Broken("a text"))
    }

    /// A text, or that there is none.
    pub fn maybe(&mut self) -> Read<Option<&'a str>> {
        match self.number()? {
            0 => Ok(None),
            n => {
                let n = usize::try_from(n - 1).map_err(|_| Broken("a text"))?;
                std::str::from_utf8(self.take(n)?).map(Some).map_err(|_| Broken("a text"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_survive() {
        for n in [0, 1, 127, 128, 300, 1 << 32, (1 << 63) - 1, 1 << 63, u64::MAX] {
            let mut out = Vec::new();
            number(&mut out, n);
            let mut r = Reader::new(&out);
            assert_eq!(r.number(), Ok(n));
            assert!(r.is_empty());
        }
        for i in [0, 1, -1, i64::MAX, i64::MIN] {
            assert_eq!(unfold(fold(i)), i);
        }
    }

    #[test]
    fn endless_and_overlong_numbers_are_refused() {
        assert!(Reader::new(&[0xff; 20]).number().is_err());
        assert!(Reader::new(&[0x80]).number().is_err());
        assert!(Reader::new(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 2]).number().is_err());
        assert!(Reader::new(&[200, 1, 0]).block().is_err());
    }
}
