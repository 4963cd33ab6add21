//! A store in memory: what the embedded one does, without a disk. For tests, and for images that nobody keeps.
//!
//! What must stay true: it answers exactly as the embedded store does ([`super::conformance`] holds both to it), so that a test
//! over it says something about an image on disk.
//!
//! Not here: durability, and failing on demand.

use std::collections::BTreeMap;
use std::ops::{Bound, ControlFlow};

use super::{Batch, ImageStore, Order, Space, StoreError, Visit, is_empty_range};

/// Rows in memory.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Memory {
    spaces: [BTreeMap<Vec<u8>, Vec<u8>>; Space::ALL.len()],
}

impl Memory {
    /// A store without rows.
    pub fn new() -> Self {
        Self::default()
    }

    fn rows(&self, space: Space) -> &BTreeMap<Vec<u8>, Vec<u8>> {
        &self.spaces[space as usize]
    }
}

impl ImageStore for Memory {
    fn get(&self, space: Space, key: &[u8], read: &mut dyn FnMut(&[u8])) -> Result<bool, StoreError> {
        let found = self.rows(space).get(key);
        if let Some(value) = found {
            read(value);
        }
        Ok(found.is_some())
    }

    fn range(
        &self,
        space: Space,
        from: Bound<&[u8]>,
        to: Bound<&[u8]>,
        order: Order,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreError> {
        if is_empty_range(from, to) {
            return Ok(());
        }
        let mut rows = self.rows(space).range::<[u8], _>((from, to));
        let mut next = || match order {
            Order::Ascending => rows.next(),
            Order::Descending => rows.next_back(),
        };
        while let Some((key, value)) = next() {
            if let ControlFlow::Break(()) = visit(key, value) {
                break;
            }
        }
        Ok(())
    }

    fn apply(&mut self, batch: &Batch) -> Result<(), StoreError> {
        for condition in &batch.conditions {
            if self.rows(condition.space).get(&condition.key) != condition.value.as_ref() {
                return Err(condition.conflict());
            }
        }
        for change in &batch.changes {
            let rows = &mut self.spaces[change.space as usize];
            match &change.value {
                Some(value) => rows.insert(change.key.clone(), value.clone()),
                None => rows.remove(&change.key),
            };
        }
        Ok(())
    }
}
