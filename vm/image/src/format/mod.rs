//! How an image looks as rows of bytes. `docs/image-format.md` draws the same as pictures.
//!
//! * [`bytes`] numbers and texts; [`seal`] the checksum around every row; [`keys`] how rows are named
//! * [`field`] one value inside an object; [`record`] one object; [`slots`] what a map says; [`segment`] neighbours in one row
//! * [`commit`] what a commit says of itself
//!
//! What must stay true: nothing read from a row is believed before it is checked: every reader here takes any bytes whatever and
//! answers something sound or [`Broken`]. No machine address and no map number of a running machine is ever written.
//!
//! Not here: the heap.

pub mod bytes;
pub mod commit;
pub mod field;
pub mod keys;
pub mod record;
pub mod seal;
pub mod segment;
pub mod slots;

/// The version of the format that this program writes, and the newest that it reads.
pub const VERSION: u64 = 1;

/// Bytes that are not what they should be: what was being read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Broken(pub &'static str);

/// What reading answers.
pub type Read<T> = Result<T, Broken>;
