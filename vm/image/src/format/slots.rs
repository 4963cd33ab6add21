//! What a map says about its slots, and what an image says about a changed object of the library: the slots that differ.

use super::bytes::{Reader, maybe, number};
use super::field::Field;
use super::{Broken, Read};

/// Most slots of one object.
const MOST: usize = 1 << 20;

/// What a slot is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Holds<'a> {
    /// The same for all clones.
    Constant(Field<'a>),
    /// A data slot of this index.
    Data(u32),
    /// Assigns to the data slot of this index.
    Assign(u32),
}

/// One slot.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SlotRow<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is.
    pub holds: Holds<'a>,
    /// Lookup goes on in it.
    pub parent: bool,
    /// The comment before it.
    pub comment: Option<&'a str>,
    /// The annotations around it.
    pub annotation: Option<&'a str>,
    /// Its type annotation.
    pub type_text: Option<&'a str>,
}

const PARENT: u8 = 4;
const META: u8 = 8;

impl<'a> SlotRow<'a> {
    /// Appends it to the record of object `within`.
    pub fn write(&self, out: &mut Vec<u8>, within: u64) {
        let meta = self.comment.is_some() || self.annotation.is_some() || self.type_text.is_some();
        let kind = match self.holds {
            Holds::Constant(_) => 0,
            Holds::Data(_) => 1,
            Holds::Assign(_) => 2,
        };
        out.push(kind | if self.parent { PARENT } else { 0 } | if meta { META } else { 0 });
        super::bytes::block(out, self.name.as_bytes());
        match &self.holds {
            Holds::Constant(f) => f.write(out, within),
            Holds::Data(i) | Holds::Assign(i) => number(out, u64::from(*i)),
        }
        if meta {
            [self.comment, self.annotation, self.type_text].into_iter().for_each(|t| maybe(out, t));
        }
    }

    /// Reads one.
    pub fn read(r: &mut Reader<'a>, within: u64) -> Read<SlotRow<'a>> {
        let flags = r.byte()?;
        if flags & !(3 | PARENT | META) != 0 {
            return Err(Broken("a slot"));
        }
        let name = r.text()?;
        let holds = match flags & 3 {
            0 => Holds::Constant(Field::read(r, within)?),
            1 => Holds::Data(r.short()?),
            2 => Holds::Assign(r.short()?),
            _ => return Err(Broken("a slot")),
        };
        let [comment, annotation, type_text] = if flags & META != 0 { [r.maybe()?, r.maybe()?, r.maybe()?] } else { [None; 3] };
        Ok(SlotRow { name, holds, parent: flags & PARENT != 0, comment, annotation, type_text })
    }
}

/// Appends some slots.
pub fn write(out: &mut Vec<u8>, slots: &[SlotRow<'_>], within: u64) {
    number(out, slots.len() as u64);
    slots.iter().for_each(|s| s.write(out, within));
}

/// Reads some slots.
pub fn read<'a>(r: &mut Reader<'a>, within: u64) -> Read<Vec<SlotRow<'a>>> {
    let count = r.count()?;
    if count > MOST {
        return Err(Broken("a number of slots"));
    }
    (0..count).map(|_| SlotRow::read(r, within)).collect()
}
