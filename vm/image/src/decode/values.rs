//! Values inside records: numbers and texts by what they are, objects as what is in their place, which may be a stand-in of their size.

use aura_heap::Value;
use dashu_int::{IBig, Sign, UBig, Word};

use super::{Todo, Wrong};
use crate::format::Broken;
use crate::format::field::{Field, Special};
use crate::format::record::Record;
use crate::format::segment;
use crate::image::{FIRST, Image};
use crate::{ImageError, Machine};

/// Words beyond which a reference's claim is held against the size of what it refers to.
const LARGE_CLAIM: u64 = 2048;

impl Image {
    /// What a field says, as a value of the heap. `near` is the segment whose objects are brought in at once.
    pub(crate) fn field_value(&mut self, m: &mut impl Machine, f: &Field<'_>, todo: &mut Todo) -> Result<Value, ImageError> {
        self.value(m, f, u64::MAX, todo).map_err(|w| w.of(0))
    }

    #[inline]
    pub(super) fn value(&mut self, m: &mut impl Machine, f: &Field<'_>, near: u64, todo: &mut Todo) -> Result<Value, Wrong> {
        Ok(match *f {
            Field::Int(i) => Value::try_int(i).ok_or(Broken("an integer"))?,
            Field::Special(s) => {
                let [nil, yes, no, _] = m.specials();
                match s {
                    Special::Nil => nil,
                    Special::True => yes,
                    Special::False => no,
                    Special::Nothing => Value::ZERO,
                }
            }
            Field::Float(bits) => m.heap().old_float(f64::from_bits(bits)),
            Field::Big { negative, words } => {
                let (chunks, _) = words.as_chunks::<8>();
                let words: Vec<Word> = chunks.iter().map(|c| Word::from_le_bytes(*c)).collect();
                let sign = if negative { Sign::Negative } else { Sign::Positive };
                m.heap().old_integer(&IBig::from_parts(sign, UBig::from_words(&words)))
            }
            Field::Text(text) => m.heap().canonical(text),
            Field::Object { id, words, eager } => self.object(m, id, words, eager, near, todo)?,
        })
    }

    #[inline]
    fn object(
        &mut self,
        m: &mut impl Machine,
        id: u64,
        words: u64,
        eager: bool,
        near: u64,
        todo: &mut Todo,
    ) -> Result<Value, Wrong> {
        if let Some(v) = self.places.get(id) {
            if eager && m.heap().is_absent(v) {
                todo.must.push(v);
            }
            return Ok(v);
        }
        if id < FIRST {
            let name = self.names.missing.get(&id).cloned();
            return Err(Wrong::Error(name.map_or(ImageError::Lost(format!("name {id}")), ImageError::NoSuchLibraryObject)));
        }
        if eager && let Some(v) = self.canonical(m, id)? {
            return Ok(v);
        }
        if words > LARGE_CLAIM {
            self.check_claim(id, words)?;
        }
        let v = m.heap().absent(id, words as usize).map_err(|e| ImageError::NoRoom(e.bytes))?;
        self.places.set(id, v);
        if eager {
            todo.must.push(v);
        } else if segment::of(id) == near {
            todo.near.push(v);
        }
        Ok(v)
    }

    /// The canonical string that an object is, if it is one.
    fn canonical(&mut self, m: &mut impl Machine, id: u64) -> Result<Option<Value>, Wrong> {
        let record = self.rows.record(id)?.ok_or_else(|| ImageError::Lost(format!("object {id}")))?;
        let Record::Text { text, canonical: true, .. } = Record::read(&record, id)? else { return Ok(None) };
        let v = m.heap().canonical(text);
        self.places.set(id, v);
        m.heap().set_id(v, id);
        Ok(Some(v))
    }

    /// A reference may not claim more words for an object than the object's record has bytes.
    fn check_claim(&mut self, id: u64, words: u64) -> Result<(), Wrong> {
        if words > self.rows.size_bound(id)? { Err(Wrong::Size) } else { Ok(()) }
    }
}
