//! One value inside an object's record.
//!
//! The first number's low three bits say what it is:
//!
//! ```text
//! 0  small integer, folded                          4  big integer: sign and number of words; words, 8 bytes each
//! 1  nil, true, false, nothing                      5  canonical string: length; its bytes
//! 2  object: distance of its number; its words      6  object that must be there at once; as 2
//! 3  double; 8 bytes                                7  integer that does not fit the first number; 8 bytes
//! ```
//!
//! An object's number is told as its distance from that of the object it is in, which is small for neighbours. How many words it has
//! is told with it, so that its place can be kept before it is read. Big integers, doubles and canonical strings have no identity of
//! their own; they are told by value.

use super::bytes::{Reader, fold, number, unfold};
use super::{Broken, Read};

/// Longest canonical string that is told by value, in bytes.
pub const LONGEST_TEXT: usize = 200;

/// nil and its like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Special {
    /// `nil`
    Nil,
    /// `true`
    True,
    /// `false`
    False,
    /// A word that nothing was ever stored in.
    Nothing,
}

/// A value.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Field<'a> {
    /// A small integer.
    Int(i64),
    /// `nil` and its like.
    Special(Special),
    /// An object.
    Object {
        /// Its number.
        id: u64,
        /// Words after its header.
        words: u64,
        /// It must be in memory as soon as what refers to it is.
        eager: bool,
    },
    /// A double, by its bits.
    Float(u64),
    /// A big integer: its magnitude, eight bytes for each word, the lowest first.
    Big {
        /// It is negative.
        negative: bool,
        /// The bytes.
        words: &'a [u8],
    },
    /// A canonical string.
    Text(&'a str),
}

impl<'a> Field<'a> {
    /// Appends it to the record of object `within`.
    #[inline(always)]
    pub fn write(&self, out: &mut Vec<u8>, within: u64) {
        match *self {
            Field::Int(i) if fold(i) < 1 << 61 => number(out, fold(i) << 3),
            Field::Int(i) => {
                out.push(7);
                out.extend_from_slice(&i.to_le_bytes());
            }
            Field::Special(s) => number(out, ((s as u64) << 3) | 1),
            Field::Object { id, words, eager } => {
                let distance = fold((id as i64).wrapping_sub(within as i64));
                number(out, (distance << 3) | if eager { 6 } else { 2 });
                number(out, words);
            }
            Field::Float(bits) => {
                out.push(3);
                out.extend_from_slice(&bits.to_le_bytes());
            }
            Field::Big { negative, words } => {
                number(out, ((((words.len() / 8) as u64) << 1 | u64::from(negative)) << 3) | 4);
                out.extend_from_slice(words);
            }
            Field::Text(text) => {
                number(out, ((text.len() as u64) << 3) | 5);
                out.extend_from_slice(text.as_bytes());
            }
        }
    }

    /// Reads one from the record of object `within`.
    #[inline]
    pub fn read(r: &mut Reader<'a>, within: u64) -> Read<Field<'a>> {
        let n = r.number()?;
        let rest = n >> 3;
        Ok(match n & 7 {
            0 => Field::Int(unfold(rest)),
            1 => Field::Special(match rest {
                0 => Special::Nil,
                1 => Special::True,
                2 => Special::False,
                3 => Special::Nothing,
                _ => return Err(Broken("a special value")),
            }),
            k @ (2 | 6) => {
                let id = (within as i64).wrapping_add(unfold(rest)) as u64;
                Field::Object { id, words: r.number()?, eager: k == 6 }
            }
            3 => Field::Float(r.word()?),
            4 => {
                let n = usize::try_from(rest >> 1).ok().and_then(|n| n.checked_mul(8)).ok_or(Broken("a big integer"))?;
                Field::Big { negative: rest & 1 != 0, words: r.take(n)? }
            }
            5 => {
                let bytes = r.take(usize::try_from(rest).map_err(|_| Broken("a text"))?)?;
                Field::Text(std::str::from_utf8(bytes).map_err(|_| Broken("a text"))?)
            }
            _ => {
                let i = r.word()? as i64;
                if fold(i) < 1 << 61 || !(-(1 << 62)..1 << 62).contains(&i) {
                    return Err(Broken("an integer"));
                }
                Field::Int(i)
            }
        })
    }
}

/// Some fields, one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    /// How many.
    pub count: usize,
    bytes: &'a [u8],
    within: u64,
}

impl<'a> Fields<'a> {
    /// Reads a count and takes all that follow it. They are checked when they are walked.
    pub fn rest(r: &mut Reader<'a>, within: u64) -> Read<Fields<'a>> {
        let count = r.count()?;
        let bytes = r.take(r.rest().len())?;
        Ok(Fields { count, bytes, within })
    }

    /// Reads a count and so many fields, and leaves what follows.
    pub fn some(r: &mut Reader<'a>, within: u64) -> Read<Fields<'a>> {
        let count = r.count()?;
        let bytes = r.rest();
        for _ in 0..count {
            Field::read(r, within)?;
        }
        Ok(Fields { count, bytes: &bytes[..bytes.len() - r.rest().len()], within })
    }

    /// None.
    pub fn none() -> Fields<'static> {
        Fields { count: 0, bytes: &[], within: 0 }
    }

    /// Walks them; whatever follows the last is an error too.
    pub fn each(&self, mut f: impl FnMut(Field<'a>) -> Read<()>) -> Read<()> {
        let mut r = Reader::new(self.bytes);
        for _ in 0..self.count {
            f(Field::read(&mut r, self.within)?)?;
        }
        if r.is_empty() { Ok(()) } else { Err(Broken("the end of a record")) }
    }

    /// All of them.
    pub fn collect(&self) -> Read<Vec<Field<'a>>> {
        let mut all = Vec::with_capacity(self.count);
        self.each(|f| {
            all.push(f);
            Ok(())
        })?;
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_survive() {
        let all = [
            Field::Int(0),
            Field::Int(-1),
            Field::Int((1 << 62) - 1),
            Field::Int(-(1 << 62)),
            Field::Special(Special::False),
            Field::Object { id: 3, words: 70_000, eager: false },
            Field::Object { id: u64::MAX >> 8, words: 1, eager: true },
            Field::Float(1.5f64.to_bits()),
            Field::Big { negative: true, words: &[1; 16] },
            Field::Text("größe"),
        ];
        for within in [0, 1, 1 << 40] {
            let mut out = Vec::new();
            all.iter().for_each(|f| f.write(&mut out, within));
            let mut r = Reader::new(&out);
            for f in &all {
                assert_eq!(Field::read(&mut r, within), Ok(*f));
            }
            assert!(r.is_empty());
        }
    }
}
