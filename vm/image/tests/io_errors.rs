//! The disk fails, or is full, at every operation.

mod support;

use std::collections::BTreeMap;
use std::time::Instant;

use aura_image::store::{Batch, Embedded, ImageStore, Space, StoreError};
use support::disk::{Disk, Fault};
use support::{Chance, history, sum_in, sums_along};

const BATCHES: usize = 40;

/// How a run under a fault ended.
struct Outcome {
    /// How many batches were acknowledged.
    acknowledged: usize,
    /// The error of the batch that was not.
    error: Option<StoreError>,
}

/// Applies a history until a batch fails. The store is closed and opened again in the middle, so that there is something to read.
fn run(disk: &Disk, history: &[Batch], sums: &[u64]) -> Outcome {
    let mut acknowledged = 0;
    for (number, part) in history.chunks(BATCHES / 4).enumerate() {
        let mut store = match Embedded::with_backend(disk.clone()) {
            Ok(opened) => opened.store,
            Err(error) => return Outcome { acknowledged, error: Some(error) },
        };
        for batch in part {
            // Reading may fail, too; what is read is right.
            assert!(sum_in(&store).is_ok_and(|sum| sum == sums[acknowledged]) || sum_in(&store).is_err());
            if let Err(error) = store.apply(batch) {
                after_a_failure(&mut store, sums[acknowledged], &error);
                return Outcome { acknowledged, error: Some(error) };
            }
            acknowledged += 1;
        }
        if let Err(error) = if number == 1 { store.verify().and_then(|()| store.compact()) } else { Ok(false) } {
            after_a_failure(&mut store, sums[acknowledged], &error);
            return Outcome { acknowledged, error: Some(error) };
        }
        // An error here loses nothing.
        let _ = store.close();
    }
    Outcome { acknowledged, error: None }
}

/// Nothing is written any more, and what can still be read is what it was.
fn after_a_failure(store: &mut Embedded, sum: u64, error: &StoreError) {
    assert!(matches!(error, StoreError::Io { .. }), "the disk failed, and that is what is said, not {error:?}");
    let mut batch = Batch::default();
    batch.put(Space::Meta, "never", "written");
    for _ in 0..2 {
        let refused = store.apply(&batch);
        assert!(matches!(refused, Err(StoreError::Poisoned(_))), "after {error}: {refused:?}");
    }
    assert!(sum_in(store).is_ok_and(|found| found == sum) || sum_in(store).is_err());
}

/// What is left is opened, on a disk that works, and holds the last state acknowledged, or with it the batch under way.
fn reopen(bytes: Vec<u8>, sums: &[u64], outcome: &Outcome, what: &str) {
    let opened = Embedded::with_backend(Disk::new(bytes, Fault::Nothing));
    let mut store = opened.unwrap_or_else(|error| panic!("{what}: {error}")).store;
    let found = sum_in(&store).unwrap_or_else(|error| panic!("{what}: {error}"));
    let allowed = &sums[outcome.acknowledged..sums.len().min(outcome.acknowledged + 2)];
    assert!(allowed.contains(&found), "{what}: {} batches were acknowledged, but: another state", outcome.acknowledged);
    store.verify().unwrap_or_else(|error| panic!("{what}: {error}"));
    let mut batch = Batch::default();
    batch.put(Space::Meta, "one", "more");
    store.apply(&batch).unwrap_or_else(|error| panic!("{what}: {error}"));
}

#[test]
fn io_errors_at_every_operation_are_errors_and_the_image_opens_as_of_the_last_commit() {
    let begin = Instant::now();
    let history = history(2, BATCHES);
    let sums = sums_along(&history);
    let empty = Disk::new(Vec::new(), Fault::Nothing);
    drop(Embedded::with_backend(empty.clone()).expect("a new store"));
    let whole = Disk::new(empty.seen(), Fault::Nothing);
    assert!(run(&whole, &history, &sums).error.is_none(), "without a fault there is no error");
    let mut words: BTreeMap<String, usize> = BTreeMap::new();
    let mut runs = 0;
    for at in 0..whole.count() {
        for fault in [Fault::Once(at), Fault::Always(at), Fault::Full(at)] {
            let what = format!("{fault:?}");
            let disk = Disk::new(empty.seen(), fault);
            let outcome = run(&disk, &history, &sums);
            assert!(outcome.error.is_some() || outcome.acknowledged == BATCHES, "{what}");
            let word = outcome.error.as_ref().map_or("no batch failed".to_owned(), ToString::to_string);
            *words.entry(word).or_default() += 1;
            reopen(disk.durable(), &sums, &outcome, &what);
            reopen(disk.survivors(&mut Chance::new(at)), &sums, &outcome, &what);
            runs += 1;
        }
    }
    println!("{runs} runs with a fault, in {:?}: {words:#?}", begin.elapsed());
    assert!(words.contains_key("the image cannot be written: the disk is full"), "a full disk is called by its name");
}
