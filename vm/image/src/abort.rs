//! Back to the last commit: every changed object is read again, into its own place.
//!
//! What must stay true: afterwards no object that the image knows differs from its record. Objects that the image does not know stay as
//! they are. To be called at a safepoint, and followed by a collection, which has the barrier look again.

use aura_heap::BASE;

use crate::image::Image;
use crate::{ImageError, Machine};

impl Image {
    /// Puts everything back that has changed since the last commit. Answers how many objects that were.
    ///
    /// # Errors
    /// When the store cannot be read; then some objects are put back and the others are not.
    pub fn abort(&mut self, m: &mut impl Machine) -> Result<usize, ImageError> {
        self.scratch.forget();
        for (id, old) in std::mem::take(&mut self.moved).into_iter().rev() {
            if let Some(new) = self.tables.map_of_id.remove(&id) {
                self.tables.id_of_map.remove(&new);
            }
            // A map that died in the meantime is read again when it is needed.
            if let Some(old) = old {
                self.tables.map_of_id.insert(id, old);
                self.tables.id_of_map.insert(old, id);
            }
        }
        let changes = m.heap().changes().to_vec();
        let mut todo = crate::decode::Todo::default();
        for o in &changes {
            match m.heap().id(*o) {
                base if base & BASE != 0 => {
                    m.heap().restore_original(*o);
                    if let Some(id) = self.names.id_of_base.get(&((base & !BASE) as usize)).copied()
                        && let Some(record) = self.rows.record(id)?
                    {
                        self.apply_delta(m, id, &record)?;
                    }
                }
                id => {
                    let record = self.rows.record(id)?.ok_or_else(|| ImageError::Lost(format!("object {id}")))?;
                    self.settle(m, *o, id, &record, &mut todo)?;
                }
            }
        }
        self.finish(m, todo)?;
        m.heap().clear_changes();
        m.flush();
        Ok(changes.len())
    }
}
