//! What can be done with an image's rows alone, without a machine: looking, comparing, putting back, collecting, checking.
//!
//! * [`value`] a value that outlives its record; [`objects`] records as plain data, now or as of a commit (`shape`: what maps say)
//! * [`paths`] names for objects; [`resolve`] objects for names; [`roots`] what was put at names; [`view`] an object for people and JSON
//! * [`diff`] what differs between two commits; [`edit`] a commit of changed records; [`revert`] one slot as it was
//! * [`reach`] what is reachable (`sets` of objects and commits); [`collect`] away with the rest; [`verify`] a full check; [`stats`] figures
//!
//! What must stay true: nothing here needs the library of today, so that an image can be looked at, mended and backed up whichever version of
//! Aura wrote it; nothing that is read is believed before it is checked; a write is one atomic batch, or several of which each leaves
//! a sound image.
//!
//! Not here: running code, and anything that needs to know what the library's objects hold.

pub mod collect;
pub mod diff;
pub mod edit;
pub mod objects;
pub mod paths;
pub mod reach;
pub mod resolve;
pub mod revert;
pub mod roots;
mod sets;
mod shape;
pub mod stats;
pub mod value;
pub mod verify;
pub mod view;

#[cfg(test)]
mod sample;

use std::ops::{Bound, ControlFlow};

use crate::store::{ImageStore, Order, Space, StoreError};
use crate::{ImageError, Rows};

/// The rows of a store that holds an image of a format that is known.
///
/// # Errors
/// When it is no image, or of a newer format.
pub fn open(store: Box<dyn ImageStore>) -> Result<Rows, ImageError> {
    check(&*store)?;
    Ok(Rows::new(store))
}

/// Whether a store holds an image of a format that is known.
///
/// # Errors
/// When it does not.
pub fn check(store: &dyn ImageStore) -> Result<(), ImageError> {
    use crate::format::{VERSION, keys, seal::unseal};
    let key = keys::meta::FORMAT;
    let row = store.value(Space::Meta, key)?;
    let found = row.and_then(|row| keys::read_number(unseal(Space::Meta, key, &row).ok()?));
    match found {
        None => Err(StoreError::NotAnImage { path: "the file".into(), why: "it does not say which format it has".into() }.into()),
        Some(found) if found > VERSION => Err(StoreError::Newer { found, known: VERSION }.into()),
        Some(_) => Ok(()),
    }
}

/// Bytes of rows that are held at a time while all are walked.
const AT_A_TIME: usize = 1 << 20;

/// Walks all rows of a space as the store has them, seals and all, outside of any read of the store, so that `visit` may read other rows.
pub(crate) fn each_row(store: &dyn ImageStore, space: Space, visit: &mut crate::EachRow<'_>) -> Result<(), ImageError> {
    let mut held: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    loop {
        let last = held.pop().map(|(key, _)| key);
        held.clear();
        let mut size = 0;
        let from = last.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        store.range(space, from, Bound::Unbounded, Order::Ascending, &mut |key, row| {
            held.push((key.to_vec(), row.to_vec()));
            size += key.len() + row.len();
            if size < AT_A_TIME { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        held.iter().try_for_each(|(key, row)| visit(key, row))?;
        if size < AT_A_TIME {
            return Ok(());
        }
    }
}

/// Whether a number is one of the library's objects.
pub fn is_library(id: u64) -> bool {
    id < crate::image::FIRST
}
