//! Bringing objects in.
//!
//! A fault reads the segment of the object that is needed and brings in, with it, whatever else of that segment is referred to from
//! memory: what was found together by a commit is mostly needed together. What lies in other segments gets a stand-in of its
//! size. Maps, methods' code and sources are read when the first object needs them.
//!
//! What must stay true: a record is read to its end before anything is written into the object's place, so that a damaged one leaves
//! a stand-in behind; nothing here runs code or collects; no chain of references, however long, is followed by recursion.
//!
//! * here: which record is read when; `objects` from records to objects; `values`, `maps`, `code` what is in them

mod code;
mod maps;
mod objects;
mod values;

use aura_heap::{MapId, Value, WrongSize};

use crate::format::Broken;
use crate::format::record::Record;
use crate::format::segment::{self, Directory};
use crate::image::Image;
use crate::{ImageError, Machine};

pub(crate) use self::code::{KINDS, read_source};
pub(crate) use self::maps::{data_names, meta_of};

/// Room that faults use again and again.
#[derive(Default)]
pub(crate) struct Scratch {
    segment: Vec<u8>,
    number: Option<u64>,
    directory: Directory,
    values: Vec<Value>,
    /// The map of the last plain object, by its number, if its objects are read without further ado.
    last_map: Option<(u64, MapId, usize)>,
}

impl Scratch {
    /// Forgets the segment that was read last: it has been written.
    pub(crate) fn forget(&mut self) {
        self.number = None;
        self.last_map = None;
    }
}

/// Objects that are still to be brought in.
#[derive(Default)]
pub(crate) struct Todo {
    /// Those that must be there before anything runs.
    pub(crate) must: Vec<Value>,
    /// Those that lie at hand.
    near: Vec<Value>,
}

/// What reading fails with, before it is known for which object.
enum Wrong {
    Bytes(Broken),
    Size,
    Error(ImageError),
}

impl From<Broken> for Wrong {
    fn from(b: Broken) -> Self {
        Wrong::Bytes(b)
    }
}
impl From<WrongSize> for Wrong {
    fn from(_: WrongSize) -> Self {
        Wrong::Size
    }
}
impl From<ImageError> for Wrong {
    fn from(e: ImageError) -> Self {
        Wrong::Error(e)
    }
}

impl Wrong {
    fn of(self, id: u64) -> ImageError {
        let place = format!("object {id}");
        match self {
            Wrong::Bytes(b) => ImageError::broken(b, place),
            Wrong::Size => ImageError::broken(Broken("the size"), place),
            Wrong::Error(e) => e,
        }
    }
}

impl Image {
    /// Brings in the object that `o` stands for. Other stand-ins may become objects as well.
    ///
    /// # Errors
    /// When the store cannot be read or is damaged; `o` is a stand-in still.
    pub fn fault(&mut self, m: &mut impl Machine, o: Value) -> Result<(), ImageError> {
        self.finish(m, Todo { must: vec![o], near: Vec::new() })
    }

    /// Brings everything that is still to be brought.
    pub(crate) fn finish(&mut self, m: &mut impl Machine, mut todo: Todo) -> Result<(), ImageError> {
        loop {
            let (o, must) = match (todo.must.pop(), todo.near.pop()) {
                (Some(o), near) => {
                    todo.near.extend(near);
                    (o, true)
                }
                (None, Some(o)) => (o, false),
                (None, None) => return Ok(()),
            };
            if m.heap().is_absent(o) {
                self.bring(m, o, must, &mut todo)?;
            }
        }
    }

    /// Reads the record of an object and writes it into the object's place. One that is merely at hand is left where it is if it is large, or
    /// if the segment is no longer at hand.
    fn bring(&mut self, m: &mut impl Machine, o: Value, must: bool, todo: &mut Todo) -> Result<(), ImageError> {
        let id = m.heap().absent_id(o);
        let number = segment::of(id);
        if self.scratch.number != Some(number) {
            if !must {
                return Ok(());
            }
            self.load_segment(number)?;
            todo.near.clear();
            todo.near.extend(self.places.page(number).iter().filter(|v| v.is_ref() && m.heap().is_absent(**v)));
        }
        let range = self.scratch.directory.find(segment::place(id)).ok_or_else(|| ImageError::Lost(format!("object {id}")))?;
        if range.is_empty() {
            if !must {
                return Ok(());
            }
            let record = self.rows.large(id)?;
            return self.settle(m, o, id, &record, todo);
        }
        let bytes = std::mem::take(&mut self.scratch.segment);
        let done = self.settle(m, o, id, &bytes[range], todo);
        // Nothing in between has read another segment into its room: maps and code are read apart.
        self.scratch.segment = bytes;
        done
    }

    fn load_segment(&mut self, number: u64) -> Result<(), ImageError> {
        self.scratch.number = None;
        if !self.rows.segment(number, &mut self.scratch.segment)? {
            return Err(ImageError::Lost(format!("segment {number}")));
        }
        self.scratch
            .directory
            .read_again(&self.scratch.segment)
            .map_err(|b| ImageError::broken(b, format!("segment {number}")))?;
        self.scratch.number = Some(number);
        Ok(())
    }

    /// Makes the object in `o`'s place what its record says.
    pub(crate) fn settle(
        &mut self,
        m: &mut impl Machine,
        o: Value,
        id: u64,
        record: &[u8],
        todo: &mut Todo,
    ) -> Result<(), ImageError> {
        let read = Record::read(record, id).map_err(|b| ImageError::broken(b, format!("object {id}")))?;
        let mut values = std::mem::take(&mut self.scratch.values);
        let done = self.become_record(m, o, id, &read, &mut values, todo).map_err(|w| w.of(id));
        self.scratch.values = values;
        done
    }
}
