//! redb alone, with rows that somebody else has made.

use std::path::Path;
use std::time::Instant;

use aura_image::store::{Batch, Space};
use redb::{Database, Durability, ReadableDatabase, TableDefinition};

/// The table of a space, called as Aura's own store calls it.
fn table(space: Space) -> TableDefinition<'static, &'static [u8], &'static [u8]> {
    TableDefinition::new(space.name())
}

const OBJECTS: TableDefinition<'static, u64, &'static [u8]> = TableDefinition::new("objects");

/// redb's own file.
pub(super) struct Raw(Database);

fn words(e: impl std::fmt::Display) -> String {
    format!("raw redb: {e}")
}

impl Raw {
    pub(super) fn create(path: &Path) -> Result<Raw, String> {
        Database::create(path).map(Raw).map_err(words)
    }

    /// The same file, opened anew: nothing of it is in this process's memory, as when Aura opens an image.
    pub(super) fn reopened(self, path: &Path) -> Result<Raw, String> {
        drop(self);
        Database::open(path).map(Raw).map_err(words)
    }

    fn begin(&self) -> Result<redb::WriteTransaction, String> {
        let mut transaction = self.0.begin_write().map_err(words)?;
        transaction.set_durability(Durability::Immediate).map_err(words)?;
        transaction.set_two_phase_commit(true);
        transaction.set_quick_repair(true);
        Ok(transaction)
    }

    /// Writes a batch durably; seconds.
    pub(super) fn apply(&self, batch: &Batch) -> Result<f64, String> {
        let began = Instant::now();
        let transaction = self.begin()?;
        {
            let mut open: Vec<(Space, _)> = Vec::new();
            for c in &batch.changes {
                let at = match open.iter().position(|(s, _)| *s == c.space) {
                    Some(at) => at,
                    None => {
                        open.push((c.space, transaction.open_table(table(c.space)).map_err(words)?));
                        open.len() - 1
                    }
                };
                match &c.value {
                    Some(v) => drop(open[at].1.insert(&c.key[..], &v[..]).map_err(words)?),
                    None => drop(open[at].1.remove(&c.key[..]).map_err(words)?),
                }
            }
        }
        transaction.commit().map_err(words)?;
        Ok(began.elapsed().as_secs_f64())
    }

    /// Writes one row for each object durably; seconds.
    pub(super) fn insert_objects(&self, records: &[(u64, Vec<u8>)]) -> Result<f64, String> {
        let began = Instant::now();
        let transaction = self.begin()?;
        {
            let mut objects = transaction.open_table(OBJECTS).map_err(words)?;
            for (id, record) in records {
                objects.insert(*id, &record[..]).map_err(words)?;
            }
        }
        transaction.commit().map_err(words)?;
        Ok(began.elapsed().as_secs_f64())
    }

    /// Reads one row for each object; seconds, and how many bytes there were.
    pub(super) fn read_objects(&self, records: &[(u64, Vec<u8>)]) -> Result<(f64, usize), String> {
        let began = Instant::now();
        let transaction = self.0.begin_read().map_err(words)?;
        let objects = transaction.open_table(OBJECTS).map_err(words)?;
        let mut bytes = 0;
        for (id, _) in records {
            bytes += objects.get(*id).map_err(words)?.map_or(0, |v| v.value().len());
        }
        Ok((began.elapsed().as_secs_f64(), bytes))
    }

    /// Reads the rows of the segments of a batch; seconds.
    pub(super) fn read_segments(&self, batch: &Batch) -> Result<f64, String> {
        let began = Instant::now();
        let transaction = self.0.begin_read().map_err(words)?;
        let segments = transaction.open_table(table(Space::Segments)).map_err(words)?;
        let mut bytes = 0;
        for c in batch.changes.iter().filter(|c| c.space == Space::Segments) {
            bytes += segments.get(&c.key[..]).map_err(words)?.map_or(0, |v| v.value().len());
        }
        if bytes == 0 { Err("no segments".into()) } else { Ok(began.elapsed().as_secs_f64()) }
    }
}
