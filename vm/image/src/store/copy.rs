//! All rows of one store into another.
//!
//! What must stay true: what arrives is one state of the source, since reads of a store see one state for as long as nothing is
//! applied to it. Not here: that the copy appears whole or not at all; a file that is copied into is given its name when it is
//! complete ([`super::Embedded::backup`]).

use std::ops::{Bound, ControlFlow};

use super::{Batch, ImageStore, Order, Space, StoreError};

/// How many bytes of rows are applied at a time: bounds the memory that a copy takes.
const PIECE: usize = 4 << 20;

/// Copies all rows, in pieces. Answers how many there were.
///
/// # Errors
/// When either store fails; the copy is then incomplete.
pub fn copy(from: &dyn ImageStore, to: &mut dyn ImageStore) -> Result<u64, StoreError> {
    let mut copied = 0;
    let mut piece = Piece::default();
    for space in Space::ALL {
        let mut failed = Ok(());
        from.range(space, Bound::Unbounded, Bound::Unbounded, Order::Ascending, &mut |key, value| {
            piece.add(space, key, value);
            copied += 1;
            if piece.bytes < PIECE {
                return ControlFlow::Continue(());
            }
            failed = piece.apply(to);
            if failed.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        failed?;
    }
    piece.apply(to)?;
    Ok(copied)
}

/// Rows that wait.
#[derive(Default)]
struct Piece {
    rows: Batch,
    bytes: usize,
}

impl Piece {
    fn add(&mut self, space: Space, key: &[u8], value: &[u8]) {
        self.bytes += key.len() + value.len();
        self.rows.put(space, key, value);
    }

    fn apply(&mut self, to: &mut dyn ImageStore) -> Result<(), StoreError> {
        self.bytes = 0;
        to.apply(&std::mem::take(&mut self.rows))
    }
}
