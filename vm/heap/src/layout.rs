//! What an object looks like in memory: its header and where its words are. Offsets are constants with names, for the
//! compiled tiers as well.
//!
//! ```text
//! header   63            40 39        20 19    12 11   8 7          0
//!          | map          | hash       | words  | kind | flags      |
//!
//! plain    header, data slots…                     (at least one word after the header)
//! grown    header, reference to a vector of all its data slots, unused words…
//! vector   header, length, extension, elements…    (extension: a vector of its data slots, or 0)
//! bytes    header, length, bytes…
//! string   header, length in bytes and ASCII bit, characters and hash, bytes…
//! float    header, IEEE bits
//! big      header, length and sign, words…
//! block    header, code, number of captures, captures…
//! method   header, code
//! box      header, value                           (captured variables, mirrors)
//! foreign  header, raw number, value               (processes, semaphores, tokens: things that the machine keeps)
//! absent   header, image's number, words if many   (stands where an object of the image will be when it is needed)
//! ```
//!
//! `words` is the size of a plain object after its header, 255 if that must be asked of the map. `flags` belong to the
//! collector and the barrier; the lowest bit set means that the object has moved and the header is its new address plus 1.

/// Object kinds, as in the header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Kind {
    /// Named slots only.
    Plain = 0,
    /// Indexed values.
    Vector = 1,
    /// Indexed bytes.
    Bytes = 2,
    /// Immutable UTF-8 text.
    String = 3,
    /// A double that is not immediate.
    Float = 4,
    /// An integer beyond 63 bits.
    Big = 5,
    /// A block with its captured values.
    Block = 6,
    /// A method, as an object that mirrors show.
    Method = 7,
    /// One value.
    Box = 8,
    /// A number that means something to the machine, and one value.
    Foreign = 9,
    /// An object of the image that is not in memory. It has the size of that object, which will come to lie in its place.
    Absent = 10,
}

impl Kind {
    pub(crate) fn from_bits(b: u64) -> Kind {
        match b & 15 {
            0 => Kind::Plain,
            1 => Kind::Vector,
            2 => Kind::Bytes,
            3 => Kind::String,
            4 => Kind::Float,
            5 => Kind::Big,
            6 => Kind::Block,
            7 => Kind::Method,
            8 => Kind::Box,
            10 => Kind::Absent,
            _ => Kind::Foreign,
        }
    }
}

/// The header is the collector's forwarding address.
pub const FORWARDED: u64 = 1;
/// Reached by the running mark phase.
pub const MARK: u64 = 1 << 1;
/// A store must go through the slow path of the barrier.
pub const BARRIER: u64 = 1 << 2;
/// Lies in old space.
pub const OLD: u64 = 1 << 3;
/// Some map names it as a parent.
pub const PARENT: u64 = 1 << 4;
/// Owns its map: no other object has it.
pub const UNIQUE: u64 = 1 << 5;
/// An old-space cell that holds nothing.
pub const FREE: u64 = 1 << 6;
/// Its data slots are in an extension vector.
pub const GROWN: u64 = 1 << 7;

/// Where the kind begins in the header.
pub const KIND_SHIFT: u32 = 8;
/// Where the size of a plain object begins.
pub const WORDS_SHIFT: u32 = 12;
/// Where the identity hash begins.
pub const HASH_SHIFT: u32 = 20;
/// Bits of the identity hash.
pub const HASH_MASK: u64 = (1 << 20) - 1;
/// Where the map's number begins.
pub const MAP_SHIFT: u32 = 40;
/// Flags that a copy inherits from nothing.
pub const FLAGS: u64 = 0xff;

/// First data slot of a plain object, in words from the header.
pub const SLOTS: usize = 1;
/// Length of a vector, byte vector, string or big integer.
pub const LENGTH: usize = 1;
/// Extension of a vector.
pub const EXTENSION: usize = 2;
/// First element of a vector.
pub const ELEMENTS: usize = 3;
/// First byte of a byte vector.
pub const BYTES: usize = 2;
/// First byte of a string.
pub const TEXT: usize = 3;
/// Code of a block or method.
pub const CODE: usize = 1;
/// Number of captures of a block.
pub const CAPTURE_COUNT: usize = 2;
/// First capture of a block.
pub const CAPTURES: usize = 3;
/// The ASCII bit in a string's length word.
pub const ASCII: u64 = 1 << 63;
/// The sign bit in a big integer's length word.
pub const NEGATIVE: u64 = 1 << 63;

/// A header with no flags and no hash.
#[inline(always)]
pub fn header(map: u32, kind: Kind, words: usize) -> u64 {
    let w = if words >= 255 { 255 } else { words as u64 };
    ((map as u64) << MAP_SHIFT) | (w << WORDS_SHIFT) | ((kind as u64) << KIND_SHIFT)
}

/// The header of a copy of an object with this one: of a plain object whose data slots lie in a vector only that reference is copied, so the copy
/// has room for no more.
#[inline(always)]
pub(crate) fn header_of_copy(h: u64) -> u64 {
    let grown = h & GROWN != 0 && (h >> KIND_SHIFT) & 15 == Kind::Plain as u64;
    if grown { h & !(255 << WORDS_SHIFT) | 1 << WORDS_SHIFT } else { h }
}
