//! Files that are not what was written: every one is opened correctly, or refused; no row is lost without a word.

mod support;

use std::collections::BTreeMap;
use std::ops::{Bound, ControlFlow};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aura_image::store::{Batch, Embedded, ImageStore, Order, Space, StoreError};
use support::disk::{Disk, Fault};
use support::{Chance, Rows, apply, sum_in, sum_of};
use xxhash_rust::xxh3::xxh3_64;

const MUTANTS: u64 = 10_000;
/// No mutant may take longer than this to be opened and read through, several times over.
const PATIENCE: Duration = Duration::from_secs(10);

/// A file, as it was closed or as it was left, at two times, and its rows at the later one.
struct Original {
    bytes: Vec<u8>,
    earlier: Vec<u8>,
    rows: Expected,
}

/// What must be read.
#[derive(Clone)]
struct Expected {
    rows: Arc<Rows>,
    sum: u64,
}

impl Expected {
    fn new(rows: Rows) -> Self {
        Self { sum: sum_of(&rows), rows: Arc::new(rows) }
    }
}

/// A value with a checksum over it and its place, as the image writes its values.
fn sealed_value(space: Space, key: &[u8], mut value: Vec<u8>) -> Vec<u8> {
    let sum = value_sum(space, key, &value);
    value.extend_from_slice(&sum.to_le_bytes());
    value
}

fn value_sum(space: Space, key: &[u8], value: &[u8]) -> u64 {
    xxh3_64(&[&[space as u8][..], &(key.len() as u32).to_le_bytes(), key, value].concat())
}

fn is_intact(space: Space, key: &[u8], value: &[u8]) -> bool {
    value.split_last_chunk().is_some_and(|(value, sum)| value_sum(space, key, value) == u64::from_le_bytes(*sum))
}

/// Some thousand rows, many of them overwritten often, so that the file is full of older states.
fn original(left_open: bool) -> Original {
    let mut chance = Chance::new(7);
    let disk = Disk::new(Vec::new(), Fault::Nothing);
    let mut store = Embedded::with_backend(disk.clone()).expect("a new store").store;
    let mut rows = Rows::new();
    let mut earlier = Vec::new();
    for round in 0..50 {
        let mut batch = Batch::default();
        for _ in 0..120 {
            let space = Space::ALL[chance.below(9) as usize];
            let key = (chance.below(600) as u32).to_be_bytes();
            if chance.below(5) == 0 {
                batch.delete(space, key);
                continue;
            }
            let length = if chance.below(300) == 0 { 20_000 } else { chance.below(80) };
            batch.put(space, key, sealed_value(space, &key, chance.bytes(length as usize)));
        }
        store.apply(&batch).expect("a batch is applied");
        apply(&mut rows, &batch);
        if round == 48 {
            earlier = disk.seen();
        }
    }
    if left_open {
        std::mem::forget(store)
    } else {
        drop(store)
    }
    Original { bytes: disk.seen(), earlier, rows: Expected::new(rows) }
}

/// What was done to a file.
fn mutate(original: &Original, chance: &mut Chance) -> (&'static str, Vec<u8>) {
    let mut bytes = original.bytes.clone();
    let length = bytes.len() as u64;
    let what = match chance.below(12) {
        0..=3 => {
            bytes[chance.below(length) as usize] ^= 1 << chance.below(8);
            "a bit"
        }
        4 => {
            bytes[chance.below(512) as usize] ^= 1 << chance.below(8);
            "a bit of the header"
        }
        5 => {
            let (begin, run) = (chance.below(length) as usize, 1 + chance.below(300) as usize);
            let end = (begin + run).min(bytes.len());
            bytes[begin..end].copy_from_slice(&chance.bytes(end - begin));
            "a run of bytes"
        }
        6 => {
            let (begin, run) = (chance.below(340) as usize, 1 + chance.below(60) as usize);
            bytes[begin..begin + run].copy_from_slice(&chance.bytes(run));
            "a run of bytes of the header"
        }
        7 => {
            let begin = chance.below(length / 512) as usize * 512;
            bytes[begin..(begin + 512)].fill(0);
            "a sector of zeros"
        }
        8 => {
            bytes.truncate(chance.below(length) as usize);
            "the end cut off"
        }
        9 => {
            let more = 1 + chance.below(20_000) as usize;
            let zeros = chance.below(2) == 0;
            bytes.extend(if zeros { vec![0; more] } else { chance.bytes(more) });
            "more at the end"
        }
        10 => {
            exchange(&mut bytes, 0, 4096, chance);
            "two pages exchanged"
        }
        _ => {
            exchange(&mut bytes, 4096, 4104, chance);
            "two sealed blocks exchanged"
        }
    };
    (what, bytes)
}

fn exchange(bytes: &mut [u8], base: usize, size: usize, chance: &mut Chance) {
    let count = ((bytes.len() - base) / size) as u64;
    let (one, other) = (chance.below(count) as usize, chance.below(count) as usize);
    for index in 0..size {
        bytes.swap(base + one * size + index, base + other * size + index);
    }
}

/// Opens what is left of a file and looks at everything. Answers what came of it, in a few words; panics at a loss without a
/// word.
///
/// What is broken may first be met by reading, by a change, or by a compaction.
fn examine(original: &Original, bytes: Vec<u8>, chance: &mut Chance, what: &str) -> String {
    let disk = Disk::new(bytes, Fault::Nothing);
    let mut store = match Embedded::with_backend(disk.clone()) {
        Ok(opened) => opened.store,
        Err(error) => return format!("not opened: {}", words(&error)),
    };
    let mut rows = original.rows.clone();
    let mut found = Ok(());
    for step in 0..3 {
        let what_next = (step + chance.below(3)) % 3;
        let result = match what_next {
            0 => read(&store, &rows, chance, what),
            1 if chance.below(4) == 0 => store.compact().map(drop),
            1 => store.verify(),
            _ => {
                let batch = one_more(chance);
                store.apply(&batch).map(|()| {
                    apply(Arc::make_mut(&mut rows.rows), &batch);
                    rows.sum = sum_of(&rows.rows);
                })
            }
        };
        assert!(found.is_ok() || result.is_err() || what_next == 0, "{what}: after {found:?} something is written");
        found = found.and(result);
    }
    let reading = read(&store, &rows, chance, what);
    let sound = store.verify();
    assert!(reading.is_ok() || sound.is_err(), "{what}: verification finds nothing");
    found = found.and(reading).and(sound);
    let _ = read(&store, &rows, chance, what);
    drop(store);
    if let Ok(opened) = Embedded::with_backend(Disk::new(disk.seen(), Fault::Nothing)) {
        found = found.and(read(&opened.store, &rows, chance, what));
    } else {
        assert!(found.is_err(), "{what}: a sound file is opened again");
    }
    found.map_or_else(|error| format!("opened, something broken: {}", words(&error)), |()| "opened, every row right".to_owned())
}

/// The same for a store that is opened for reading only.
fn only_read(original: &Original, bytes: Vec<u8>, chance: &mut Chance, what: &str) {
    let disk = Disk::new(bytes.clone(), Fault::Nothing);
    if let Ok(opened) = Embedded::with_backend_read_only(disk.clone()) {
        let mut store = opened.store;
        let result = read(&store, &original.rows, chance, what);
        assert!(store.verify().is_err() || result.is_ok(), "{what}: verification finds nothing");
    }
    assert!(disk.seen() == bytes, "{what}: the file was written to");
}

/// Every row that is handed out must be right; all rows must be, unless an error was reported.
fn read(store: &Embedded, expected: &Expected, chance: &mut Chance, what: &str) -> Result<(), StoreError> {
    for _ in 0..40 {
        let (space, key) = (Space::ALL[chance.below(9) as usize], (chance.below(600) as u32).to_be_bytes());
        match store.value(space, &key) {
            Ok(found) => assert_eq!(found.as_ref(), expected.rows.get(&(space, key.to_vec())), "{what}: {space:?} {key:?}"),
            Err(error) => assert!(matches!(error, StoreError::Damaged(_)), "{what}: {error}"),
        }
    }
    backwards(store, expected, Space::ALL[chance.below(9) as usize], what);
    let sum = sum_in(store)?;
    assert_eq!(sum, expected.sum, "{what}: all rows were read, but they are not those that were written");
    Ok(())
}

/// From the greatest key, since that is another way through the pages. Up to an error, every row must come, and be right.
fn backwards(store: &Embedded, expected: &Expected, space: Space, what: &str) {
    let mut rows = expected.rows.range((space, Vec::new())..).take_while(|((other, _), _)| *other == space).collect::<Vec<_>>();
    let result = store.range(space, Bound::Unbounded, Bound::Unbounded, Order::Descending, &mut |key, value| {
        let next = rows.pop().map(|((_, key), value)| (key.as_slice(), value.as_slice()));
        assert_eq!(next, Some((key, value)), "{what}: {space:?}, backwards");
        ControlFlow::Continue(())
    });
    assert!(result.is_err() || rows.is_empty(), "{what}: {} rows of {space:?} do not come backwards", rows.len());
}

fn one_more(chance: &mut Chance) -> Batch {
    let mut batch = Batch::default();
    for _ in 0..3 {
        let (space, key) = (Space::ALL[chance.below(9) as usize], (chance.below(600) as u32).to_be_bytes());
        batch.put(space, key, sealed_value(space, &key, chance.bytes(50)));
        batch.delete(space, (chance.below(600) as u32).to_be_bytes());
    }
    batch
}

/// An error without its numbers.
fn words(error: &StoreError) -> String {
    let text: String = error.to_string().chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect();
    let mut text = text.replace("##", "#");
    while text.contains("##") {
        text = text.replace("##", "#");
    }
    if let StoreError::NotAnImage { .. } = error { "not an image".to_owned() } else { text }
}

#[test]
fn damaged_files_are_opened_correctly_or_refused() {
    let begin = Instant::now();
    let originals = [original(false), original(true)];
    for original in &originals {
        assert!(original.rows.rows.iter().all(|((space, key), value)| is_intact(*space, key, value)));
        let found = examine(original, original.bytes.clone(), &mut Chance::new(0), "nothing");
        assert_eq!(found, "opened, every row right", "what is not damaged is not");
    }
    let (next, longest) = (AtomicU64::new(0), AtomicU64::new(0));
    let outcomes: Mutex<BTreeMap<(String, &str), usize>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= MUTANTS {
                        return;
                    }
                    let (mut chance, original) = (Chance::new(number), &originals[(number % 2) as usize]);
                    let (kind, bytes) = mutate(original, &mut chance);
                    let started = Instant::now();
                    if number.is_multiple_of(4) {
                        only_read(original, bytes.clone(), &mut chance, &format!("mutant {number}, only read: {kind}"));
                    }
                    let outcome = examine(original, bytes, &mut chance, &format!("mutant {number}: {kind}"));
                    let took = started.elapsed();
                    assert!(took < PATIENCE, "mutant {number}: {kind}: {outcome}, but only after {took:?}");
                    longest.fetch_max(took.as_millis() as u64, Ordering::Relaxed);
                    *outcomes.lock().expect("no panic").entry((outcome, kind)).or_default() += 1;
                }
            });
        }
    });
    let outcomes = outcomes.into_inner().expect("no panic");
    report(&outcomes);
    println!("{MUTANTS} mutants of {} KiB in {:?}, the longest {longest:?} ms", originals[0].bytes.len() / 1024, begin.elapsed());
    assert_eq!(outcomes.values().sum::<usize>() as u64, MUTANTS);
}

/// Some bits of the header choose between the last commit and the one before, or say that nothing need be checked.
#[test]
fn every_bit_of_the_header_counts() {
    for original in [original(false), original(true)] {
        for bit in 0..512 * 8 {
            let mut bytes = original.bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let opened = Embedded::with_backend(Disk::new(bytes, Fault::Nothing));
            let error = opened.err().unwrap_or_else(|| panic!("bit {bit} was not noticed"));
            assert!(matches!(error, StoreError::Damaged(_) | StoreError::NotAnImage { .. }), "bit {bit}: {error}");
        }
    }
}

fn report(outcomes: &BTreeMap<(String, &str), usize>) {
    let mut sums: BTreeMap<&str, usize> = BTreeMap::new();
    for ((outcome, kind), count) in outcomes {
        *sums.entry(outcome).or_default() += count;
        println!("{count:6} {outcome} ({kind})");
    }
    println!("{sums:#?}");
}

/// A disk that said it had written a block and had not: what it then hands out is well sealed, but old. Reading cannot notice
/// that; verifying must.
#[test]
fn a_lost_write_is_found_by_verification() {
    let original = original(false);
    let (mut right, mut noticed) = (0, 0);
    for block in (4096..original.bytes.len().min(original.earlier.len()) - 4104).step_by(4104) {
        if original.bytes[block..][..4104] == original.earlier[block..][..4104] {
            continue;
        }
        let mut bytes = original.bytes.clone();
        bytes[block..][..4104].copy_from_slice(&original.earlier[block..][..4104]);
        let mut store = match Embedded::with_backend(Disk::new(bytes, Fault::Nothing)) {
            Ok(opened) => opened.store,
            Err(_) => {
                noticed += 1;
                continue;
            }
        };
        let same = sum_in(&store).is_ok_and(|sum| sum == original.rows.sum);
        let sound = store.verify().is_ok();
        assert!(same || !sound, "the block at {block} is old, rows are missing, and verification finds nothing");
        if same { right += 1 } else { noticed += 1 }
    }
    println!("{right} old blocks did not matter, {noticed} were noticed");
    assert!(noticed > 0);
}
