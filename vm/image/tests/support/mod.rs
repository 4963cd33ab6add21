//! What the tests of the store share: a disk that fails as told, chance that is the same every time, and histories of batches.
#![allow(dead_code)] // Each test uses a part of it.

pub(crate) mod disk;

use std::collections::BTreeMap;
use std::ops::{Bound, ControlFlow};

use aura_image::store::{Batch, ImageStore, Order, Space, StoreError};
use xxhash_rust::xxh3::Xxh3;

/// Chance that is the same every time.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        // Neighbouring seeds shall not begin alike.
        Self(xxhash_rust::xxh3::xxh3_64(&seed.to_le_bytes()) | 1)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.below(256) as u8
    }

    pub(crate) fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.byte()).collect()
    }
}

/// What a store should hold.
pub(crate) type Rows = BTreeMap<(Space, Vec<u8>), Vec<u8>>;

/// Does to rows what a batch does to a store.
pub(crate) fn apply(rows: &mut Rows, batch: &Batch) {
    for change in &batch.changes {
        let place = (change.space, change.key.clone());
        match &change.value {
            Some(value) => rows.insert(place, value.clone()),
            None => rows.remove(&place),
        };
    }
}

/// A history: batches of puts and deletes in several spaces, small and large.
pub(crate) fn history(seed: u64, length: usize) -> Vec<Batch> {
    let mut chance = Chance::new(seed);
    (0..length).map(|_| batch(&mut chance)).collect()
}

fn batch(chance: &mut Chance) -> Batch {
    let mut batch = Batch::default();
    for _ in 0..=chance.below(8) {
        let space = Space::ALL[chance.below(5) as usize];
        let key = (chance.below(60) as u16).to_be_bytes();
        let length = match chance.below(40) {
            0 => 20_000 + chance.below(30_000),
            1..5 => chance.below(4000),
            _ => chance.below(100),
        };
        if chance.below(3) == 0 { batch.delete(space, key) } else { batch.put(space, key, chance.bytes(length as usize)) }
    }
    batch
}

/// One number for all rows. Equal numbers mean equal rows, as far as tests go.
pub(crate) fn sum<'a>(rows: impl Iterator<Item = (Space, &'a [u8], &'a [u8])>) -> u64 {
    let mut sum = Summer::default();
    rows.for_each(|(space, key, value)| sum.add(space, key, value));
    sum.0.digest()
}

#[derive(Default)]
struct Summer(Xxh3);

impl Summer {
    fn add(&mut self, space: Space, key: &[u8], value: &[u8]) {
        self.0.update(&[space as u8]);
        self.0.update(&(key.len() as u64).to_le_bytes());
        self.0.update(key);
        self.0.update(&(value.len() as u64).to_le_bytes());
        self.0.update(value);
    }
}

pub(crate) fn sum_of(rows: &Rows) -> u64 {
    sum(rows.iter().map(|((space, key), value)| (*space, key.as_slice(), value.as_slice())))
}

/// The number of a store's rows.
pub(crate) fn sum_in(store: &dyn ImageStore) -> Result<u64, StoreError> {
    let mut sum = Summer::default();
    for space in Space::ALL {
        store.range(space, Bound::Unbounded, Bound::Unbounded, Order::Ascending, &mut |key, value| {
            sum.add(space, key, value);
            ControlFlow::Continue(())
        })?;
    }
    Ok(sum.0.digest())
}

/// The numbers of all states that a history goes through; the first is that of no rows.
pub(crate) fn sums_along(history: &[Batch]) -> Vec<u64> {
    let mut rows = Rows::new();
    let mut sums = vec![sum_of(&rows)];
    for batch in history {
        apply(&mut rows, batch);
        sums.push(sum_of(&rows));
    }
    sums
}
