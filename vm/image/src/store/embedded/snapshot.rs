//! What reads see: one state of all tables.
//!
//! The tables are opened once per state and not once per read, so a read is one descent of one tree. Each holds redb's read
//! transaction; when the snapshot goes, the pages that only it needed are free. Not here: guarding ([`super`] does it).

use std::ops::Bound;

use redb::{AccessGuard, Range, ReadOnlyTable, ReadableDatabase, TableDefinition};

use super::errors;
use crate::store::{Order, Space, StoreError};

/// The keys of all tables, in redb's eyes.
pub(super) type Key = &'static [u8];
/// The values of all tables, in redb's eyes.
pub(super) type Value = &'static [u8];
/// A key and a value, where redb has them.
pub(super) type Row = (AccessGuard<'static, Key>, AccessGuard<'static, Value>);

/// All tables at one time.
pub(super) struct Snapshot {
    tables: [ReadOnlyTable<Key, Value>; Space::ALL.len()],
}

/// The table of a space.
pub(super) fn definition(space: Space) -> TableDefinition<'static, Key, Value> {
    TableDefinition::new(space.name())
}

impl Snapshot {
    /// The last committed state.
    pub(super) fn of(base: &impl ReadableDatabase) -> Result<Self, StoreError> {
        let transaction = base.begin_read().map_err(|error| errors::transaction("read", error))?;
        let mut tables = Vec::with_capacity(Space::ALL.len());
        for space in Space::ALL {
            tables.push(transaction.open_table(definition(space)).map_err(|error| errors::table("read", error))?);
        }
        let tables = tables.try_into().map_err(|_| StoreError::Damaged("it has other tables".to_owned()))?;
        Ok(Self { tables })
    }

    /// The value of a row.
    pub(super) fn get(&self, space: Space, key: &[u8]) -> Result<Option<AccessGuard<'static, Value>>, StoreError> {
        self.tables[space as usize].get(key).map_err(|error| errors::storage("read", error))
    }

    /// The rows between two keys.
    pub(super) fn range(
        &self,
        space: Space,
        from: Bound<&[u8]>,
        to: Bound<&[u8]>,
    ) -> Result<Range<'static, Key, Value>, StoreError> {
        self.tables[space as usize].range::<&[u8]>((from, to)).map_err(|error| errors::storage("read", error))
    }
}

/// The next row of a range.
pub(super) fn next(rows: &mut Range<'static, Key, Value>, order: Order) -> Result<Option<Row>, StoreError> {
    let row = match order {
        Order::Ascending => rows.next(),
        Order::Descending => rows.next_back(),
    };
    row.transpose().map_err(|error| errors::storage("read", error))
}
