//! The machine loses its power at every moment at which that could matter.
//!
//! What a process does up to the cut does not depend on the cut. So the workload runs once, on a disk that writes down
//! everything that is done to it, and every beginning of that record is a cut.

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use aura_image::store::{Batch, Embedded, ImageStore, Space};
use support::disk::{Disk, Fault, Operation, perform, perform_some};
use support::{Chance, history, sum_in, sums_along};

/// How many batches the workload has.
const BATCHES: usize = 200;
/// How many of the things that a cut may leave are looked at, for each cut.
const DRAWS: u64 = 3;

/// A run: what was done to the disk, and how much of that was done when each batch was acknowledged.
struct Run {
    before: Vec<u8>,
    log: Vec<Operation>,
    acknowledged: Vec<usize>,
    sums: Vec<u64>,
}

fn open(disk: &Disk) -> Embedded {
    Embedded::with_backend(disk.clone()).expect("what a power cut left is opened").store
}

/// The workload: batches, and now and then the end of the process, a compaction, a check.
fn run() -> Run {
    let empty = Disk::recorded(Vec::new());
    open(&empty).close().expect("a new store is closed");
    let disk = Disk::recorded(empty.seen());
    let before = disk.seen();
    let mut store = open(&disk);
    let history = history(1, BATCHES);
    let mut acknowledged = Vec::new();
    for (number, batch) in history.iter().enumerate() {
        store.apply(batch).expect("a batch is applied");
        acknowledged.push(disk.log_len());
        match number % 60 {
            20 => {
                store.close().expect("the store is closed");
                store = open(&disk);
            }
            30 => drop(store.compact().expect("the store is compacted")),
            40 => store.verify().expect("the store is sound"),
            50 => {
                // The end of a process without a farewell.
                std::mem::forget(store);
                store = open(&disk);
            }
            _ => {}
        }
    }
    store.close().expect("the store is closed");
    Run { before, log: disk.take_log(), acknowledged, sums: sums_along(&history) }
}

/// Goes through all cuts of a record: hands out what is durable and what is pending at each.
fn at_every_cut(before: &[u8], log: &[Operation], mut visit: impl FnMut(usize, &[u8], &[Operation])) {
    let mut durable = before.to_vec();
    let mut synced = 0;
    for (number, operation) in log.iter().enumerate() {
        // The operation itself is under way: it is among the pending, or a sync that has not said that it is done.
        let end = if let Operation::Sync = operation { number } else { number + 1 };
        visit(number, &durable, &log[synced..end]);
        if let Operation::Sync = operation {
            log[synced..number].iter().for_each(|operation| perform(&mut durable, operation));
            synced = number + 1;
        }
    }
}

/// The state must be that of the last batch acknowledged, or of the one under way.
fn check(store: &mut Embedded, sums: &[u64], acknowledged: usize, what: &str) -> usize {
    let found = sum_in(store).unwrap_or_else(|error| panic!("{what}: {error}"));
    let allowed = &sums[acknowledged..sums.len().min(acknowledged + 2)];
    let Some(index) = allowed.iter().position(|&sum| sum == found) else {
        let earlier = sums.iter().position(|&sum| sum == found);
        panic!("{what}: {acknowledged} batches were acknowledged, and the rows are those after {earlier:?}");
    };
    acknowledged + index
}

fn one_more(store: &mut Embedded, what: &str) {
    let mut batch = Batch::default();
    batch.put(Space::Chronicle, "one more", what);
    store.apply(&batch).unwrap_or_else(|error| panic!("{what}: one more batch: {error}"));
    let value = store.value(Space::Chronicle, b"one more");
    assert_eq!(value, Ok(Some(what.as_bytes().to_vec())), "{what}");
}

#[test]
fn power_cut_at_every_write_loses_no_acknowledged_commit() {
    let begin = Instant::now();
    let run = run();
    let (threads, cuts, second) = (2, AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let (run, cuts, second) = (&run, &cuts, &second);
            scope.spawn(move || {
                at_every_cut(&run.before, &run.log, |number, durable, pending| {
                    if number % threads == thread {
                        cuts.fetch_add(1, Ordering::Relaxed);
                        for draw in 0..DRAWS {
                            second.fetch_add(cut(run, number, draw, durable, pending), Ordering::Relaxed);
                        }
                    }
                });
            });
        }
    });
    assert_eq!(cuts.load(Ordering::Relaxed), run.log.len());
    let (cuts, second) = (run.log.len(), second.load(Ordering::Relaxed));
    println!("{cuts} cuts with {DRAWS} outcomes each, {second} cuts more during recovery, {:?}", begin.elapsed());
}

/// One cut; answers how many more were made while what it left was opened.
fn cut(run: &Run, number: usize, draw: u64, durable: &[u8], pending: &[Operation]) -> usize {
    let what = format!("cut at operation {number}, outcome {draw}");
    let acknowledged = run.acknowledged.iter().filter(|&&done| done <= number).count();
    let mut left = durable.to_vec();
    perform_some(&mut left, pending, &mut Chance::new(number as u64 * DRAWS + draw));
    let twice = draw == 0 && number.is_multiple_of(16);
    let disk = if twice { Disk::recorded(left.clone()) } else { Disk::new(left.clone(), Fault::Nothing) };
    let mut store = open(&disk);
    let state = check(&mut store, &run.sums, acknowledged, &what);
    store.verify().unwrap_or_else(|error| panic!("{what}: {error}"));
    one_more(&mut store, &what);
    drop(store);
    if !twice {
        return 0;
    }
    let log = disk.take_log();
    at_every_cut(&left, &log, |second, durable, pending| {
        let what = format!("{what}, and again at {second}");
        let mut left = durable.to_vec();
        perform_some(&mut left, pending, &mut Chance::new((number * 1000 + second) as u64));
        let mut store = open(&Disk::new(left, Fault::Nothing));
        // The row that was put after the recovery may be there.
        if store.value(Space::Chronicle, b"one more") == Ok(None) {
            assert_eq!(check(&mut store, &run.sums, state, &what), state, "{what}");
        }
        store.verify().unwrap_or_else(|error| panic!("{what}: {error}"));
        one_more(&mut store, &what);
    });
    log.len()
}
