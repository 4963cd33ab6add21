//! Batches as transactions of redb's.
//!
//! What must stay true: every transaction is durable before it says that it is done, is committed in two phases, and records
//! redb's allocator; a batch whose conditions do not hold leaves no trace. Not here: guarding and poisoning ([`super`] does
//! both).

use redb::{Database, Durability, ReadableTable, Table, WriteTransaction};

use super::errors;
use super::sealed::Damage;
use super::snapshot::{Key, Value, definition};
use crate::store::{Batch, Condition, Space, StoreError};

/// A transaction as all of ours are.
fn begin(base: &Database) -> Result<WriteTransaction, StoreError> {
    let mut transaction = base.begin_write().map_err(|error| errors::transaction("written", error))?;
    transaction.set_durability(Durability::Immediate).map_err(errors::durability)?;
    transaction.set_two_phase_commit(true);
    transaction.set_quick_repair(true);
    Ok(transaction)
}

/// Makes all tables, in a new file.
pub(super) fn make_tables(base: &Database) -> Result<(), StoreError> {
    let transaction = begin(base)?;
    for space in Space::ALL {
        open_table(&transaction, space)?;
    }
    transaction.commit().map_err(errors::commit)
}

/// A transaction for the sake of what every transaction records.
pub(super) fn nothing(base: &Database) -> Result<(), StoreError> {
    begin(base)?.commit().map_err(errors::commit)
}

fn open_table(transaction: &WriteTransaction, space: Space) -> Result<Table<'_, Key, Value>, StoreError> {
    transaction.open_table(definition(space)).map_err(|error| errors::table("written", error))
}

/// Applies a batch.
pub(super) fn write(base: &Database, batch: &Batch, damage: &Damage) -> Result<(), StoreError> {
    let transaction = begin(base)?;
    if let Some(broken) = change_rows(&transaction, batch)? {
        transaction.abort().map_err(|error| errors::storage("written", error))?;
        return Err(broken.conflict());
    }
    // Later the disk would refuse; but then redb holds the disk to be broken, and nothing more could be read.
    damage.found()?;
    if batch.is_empty() {
        return transaction.abort().map_err(|error| errors::storage("written", error));
    }
    transaction.commit().map_err(errors::commit)
}

/// Makes the changes; answers the condition that does not hold, if there is one, and then nothing is changed.
fn change_rows<'a>(transaction: &WriteTransaction, batch: &'a Batch) -> Result<Option<&'a Condition>, StoreError> {
    let failed = |error| errors::storage("written", error);
    let mut tables = Tables::default();
    for condition in &batch.conditions {
        let table = table_of(&mut tables, transaction, condition.space)?;
        let found = table.get(condition.key.as_slice()).map_err(failed)?;
        if found.as_ref().map(|value| value.value()) != condition.value.as_deref() {
            return Ok(Some(condition));
        }
    }
    for change in &batch.changes {
        let table = table_of(&mut tables, transaction, change.space)?;
        match &change.value {
            Some(value) => drop(table.insert(change.key.as_slice(), value.as_slice()).map_err(failed)?),
            None => drop(table.remove(change.key.as_slice()).map_err(failed)?),
        }
    }
    Ok(None)
}

/// The tables that a transaction has opened so far.
type Tables<'a> = [Option<Table<'a, Key, Value>>; Space::ALL.len()];

fn table_of<'a, 'b>(
    tables: &'b mut Tables<'a>,
    transaction: &'a WriteTransaction,
    space: Space,
) -> Result<&'b mut Table<'a, Key, Value>, StoreError> {
    match &mut tables[space as usize] {
        Some(table) => Ok(table),
        empty => Ok(empty.insert(open_table(transaction, space)?)),
    }
}
