//! Images, in four ways, of which the first byte says which:
//!
//! * a store of rows on a disk that loses power, fails, and is full: what it holds is always that of the last batch acknowledged, or of the one
//!   under way, and what is left of it opens (the model is a map in memory)
//! * a file with objects in it of which bytes were changed: it opens or is refused with a word, whatever runs at it ends, nothing panics
//! * the same, but what is changed is inside rows that are then sealed again, so that it is not refused for its checksum
//! * a program, as [`crate::texts`] reads it, at an image, committed and fetched again every few activations, does what it does without
//!
//! The disk and the histories are those of the tests in `vm/image/tests`.

use std::ops::{Bound, ControlFlow};
use std::sync::LazyLock;

use aura_image::Rows as ImageRows;
use aura_image::format::seal::{seal, unseal};
use aura_image::store::{Batch, Embedded, ImageStore, Order, Space};
use aura_tests::machine::{Engine, Ran, machine, run_at_image};
use support::disk::{Disk, Fault};
use support::{Chance, Rows, apply, sum_in, sum_of};

use crate::choices::Choices;
use crate::texts;

#[path = "../../../vm/image/tests/support/mod.rs"]
#[allow(unreachable_pub, reason = "the tests of the image use it by itself")]
mod support;

/// One input.
pub fn run(input: &[u8]) {
    let Some((way, rest)) = input.split_first() else { return };
    match way % 4 {
        0 => Ordeal::new().go_through(&mut Choices(rest)),
        1 => damaged(rest),
        2 => at_an_image(rest),
        _ => damaged_inside(rest),
    }
}

/// A store, its disk, and the states that it may be in.
struct Ordeal {
    disk: Disk,
    store: Embedded,
    /// After the last batch that was acknowledged.
    rows: Rows,
    /// After a batch of which nobody knows whether it was applied.
    maybe: Option<Rows>,
}

fn open(disk: &Disk) -> Embedded {
    Embedded::with_backend(disk.clone()).unwrap_or_else(|e| panic!("what is left is opened: {e}")).store
}

impl Ordeal {
    fn new() -> Self {
        let disk = Disk::new(Vec::new(), Fault::Nothing);
        Self { store: open(&disk), disk, rows: Rows::new(), maybe: None }
    }

    fn go_through(mut self, choices: &mut Choices<'_>) {
        while !choices.are_over() {
            match choices.below(12) {
                0 => self.ends(choices.below(2) == 0),
                1 => self.loses_power(choices),
                2 => self.meets(Fault::Once(choices.below(30) as u64), choices),
                3 => self.meets(Fault::Always(choices.below(30) as u64), choices),
                4 => self.meets(Fault::Full(choices.below(30) as u64), choices),
                5 => drop(self.store.compact().expect("a sound store is compacted")),
                6 => self.store.verify().expect("the store is sound"),
                _ => {
                    let batch = batch(choices);
                    self.store.apply(&batch).expect("nothing is wrong with the disk");
                    apply(&mut self.rows, &batch);
                }
            }
            self.check();
        }
    }

    /// The process ends, with or without a farewell, and another one begins.
    fn ends(&mut self, well: bool) {
        if !well {
            return self.goes_on_with(self.disk.seen());
        }
        let before = std::mem::replace(&mut self.store, open(&Disk::new(Vec::new(), Fault::Nothing)));
        before.close().expect("the store is closed");
        self.store = open(&self.disk);
    }

    fn loses_power(&mut self, choices: &mut Choices<'_>) {
        let left = self.disk.survivors(&mut Chance::new(choices.below(1 << 16) as u64));
        self.goes_on_with(left);
    }

    /// Another disk with these bytes, on which nothing is wrong. What the store before it does to its own at its end is of no matter.
    fn goes_on_with(&mut self, bytes: Vec<u8>) {
        self.disk = Disk::new(bytes, Fault::Nothing);
        self.store = open(&self.disk);
    }

    /// The disk begins to fail, a batch is tried, and the process ends.
    fn meets(&mut self, fault: Fault, choices: &mut Choices<'_>) {
        let bytes = self.disk.seen();
        self.goes_on_with(bytes.clone());
        let (disk, batch) = (Disk::new(bytes, fault), batch(choices));
        let mut after = self.rows.clone();
        apply(&mut after, &batch);
        if let Ok(opened) = Embedded::with_backend(disk.clone()) {
            let mut store = opened.store;
            match store.apply(&batch) {
                Ok(()) => self.rows = after,
                Err(_) => self.maybe = Some(after),
            }
            // Whether it can still be closed or not.
            drop(store.close());
        }
        let left = if choices.below(2) == 0 { disk.seen() } else { disk.survivors(&mut Chance::new(choices.below(256) as u64)) };
        self.goes_on_with(left);
    }

    fn check(&mut self) {
        let found = sum_in(&self.store).unwrap_or_else(|e| panic!("the rows are read: {e}"));
        if let Some(rows) = self.maybe.take().filter(|rows| sum_of(rows) == found) {
            self.rows = rows;
        }
        assert_eq!(found, sum_of(&self.rows), "the rows are those of the last batch acknowledged, or of the one under way");
    }
}

fn batch(choices: &mut Choices<'_>) -> Batch {
    let mut batch = Batch::default();
    for _ in 0..=choices.below(6) {
        let space = choices.of(&Space::ALL);
        let key = (choices.below(40) as u16).to_be_bytes();
        let length = match choices.below(30) {
            0 => 30_000,
            1..4 => 3_000,
            n => n * 4,
        };
        match choices.below(3) {
            0 => batch.delete(space, key),
            _ => batch.put(space, key, Chance::new(choices.below(256) as u64).bytes(length)),
        }
    }
    batch
}

/// What the objects of [`FILE`] are, and what is done with them once they were read again.
const OBJECTS: &str = "
    image at: 'ape' Put: (| parent* = traits clonable. x <- 1.5. y <- 'text'. big = 100 factorial. m: i = ( x: x + i. self ) |).
    image at: 'bee' Put: ((list copy add: (image at: 'ape')) add: [|:a| a + 1 ]).
    image at: 'cat' Put: ((dictionary copy at: 'one' Put: 1) at: 'two' Put: (vector copySize: 1200 FillingWith: 'x' , 'y')).
    image at: 'dog' Put: ((image at: 'ape') _Mirror).
    image at: 'long' Put: ('0123456789' repeat: 900).
    image commit.
    (image at: 'ape') x: 7. image commit: 'another'";
const LOOK: &str = "
    ((image at: 'ape') m: 3) x printLine. (image at: 'bee') size printLine. ((image at: 'bee') last value: 3) printLine.
    ((image at: 'cat') at: 'two') size printLine. (image at: 'dog') printString printLine. (image at: 'long') size printLine.
    (image at: 'ape') y: 'changed'. image commit";
const FUEL: u64 = 200_000;

/// A file with objects and two commits, as it was closed.
static FILE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let disk = Disk::new(Vec::new(), Fault::Nothing);
    session(&disk, OBJECTS).expect("an empty disk takes an image").expect("the objects are made");
    assert!(session(&disk, LOOK).is_ok_and(|ran| ran.is_ok()), "what is sound is read again");
    disk.seen()
});

/// Runs code at the image on a disk: the image's refusal, or what the code printed or failed with.
fn session(disk: &Disk, code: &str) -> Result<Result<String, String>, String> {
    let mut store = Embedded::with_backend(disk.clone()).map_err(|e| e.to_string())?.store;
    if store.value(Space::Meta, b"format").map_err(|e| e.to_string())?.is_none() {
        aura_image::Image::format(&mut store, "a fuzzer").map_err(|e| e.to_string())?;
    }
    let (mut vm, out) = machine();
    let rows = ImageRows::new(Box::new(store));
    aura_command::image::attach_rows(&mut vm, rows, None, "a fuzzer").map_err(|e| e.to_string())?;
    let ended = run_at_image(&mut vm, code, FUEL);
    Ok(ended.map(|()| out.text()))
}

/// Bytes of the file are exchanged: where, how many, by what.
fn damaged(input: &[u8]) {
    let mut choices = Choices(input);
    let mut bytes = FILE.clone();
    for _ in 0..=choices.below(4) {
        let at = (choices.below(1 << 16) << 8 | choices.below(256)) % bytes.len();
        let length = 1 + choices.below(40);
        match choices.below(5) {
            0 => bytes.truncate(at.max(1)),
            1 => bytes[at] ^= 1 << choices.below(8),
            2 => bytes[at..].iter_mut().take(512).for_each(|b| *b = 0),
            _ => bytes[at..].iter_mut().zip(choices.bytes(length)).for_each(|(b, new)| *b = *new),
        }
    }
    // Refused, failed or done: that it ends is all that can be said.
    drop(session(&Disk::new(bytes, Fault::Nothing), LOOK));
}

/// A row: its space, its key, and its value without the seal.
type Row = (Space, Vec<u8>, Vec<u8>);

/// The rows of [`FILE`] that decoders read.
static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let store = open(&Disk::new(FILE.clone(), Fault::Nothing));
    let mut all = Vec::new();
    for space in Space::ALL {
        let mut visit = |key: &[u8], row: &[u8]| {
            all.extend(unseal(space, key, row).ok().map(|value| (space, key.to_vec(), value.to_vec())));
            ControlFlow::Continue(())
        };
        let walked = store.range(space, Bound::Unbounded, Bound::Unbounded, Order::Ascending, &mut visit);
        walked.unwrap_or_else(|e| panic!("a sound file is read: {e}"));
    }
    assert!(all.iter().any(|row| row.0 == Space::Segments), "there are objects in it");
    all
});

/// Bytes of rows are exchanged, before these are sealed: which row, where, by what.
fn damaged_inside(input: &[u8]) {
    let mut choices = Choices(input);
    let disk = Disk::new(FILE.clone(), Fault::Nothing);
    let (mut store, mut batch) = (open(&disk), Batch::default());
    for _ in 0..=choices.below(4) {
        let (space, key, mut value) = ROWS[choices.below(ROWS.len())].clone();
        damage(&mut value, &mut choices);
        batch.put(space, key.clone(), seal(space, &key, &value));
    }
    store.apply(&batch).expect("nothing is wrong with the disk");
    store.close().expect("the store is closed");
    drop(session(&disk, LOOK));
}

fn damage(value: &mut Vec<u8>, choices: &mut Choices<'_>) {
    let at = choices.below(value.len().max(1));
    match choices.below(5) {
        0 => value.truncate(at),
        1 => drop(value.splice(at.min(value.len())..at.min(value.len()), choices.bytes(8).iter().copied())),
        2 if at < value.len() => value[at] ^= 1 << choices.below(8),
        3 if at < value.len() => value[at] = [0, 1, 0x7f, 0x80, 0xff][choices.below(5)],
        _ => {
            let length = 1 + choices.below(8);
            value.iter_mut().skip(at).zip(choices.bytes(length)).for_each(|(b, new)| *b = *new);
        }
    }
}

fn at_an_image(input: &[u8]) {
    let Some(text) = texts::program(input) else { return };
    // Bringing objects shortens slices, so processes take turns at other moments.
    if text.contains("fork") {
        return;
    }
    let Ok(codes) = aura_command::source::compile("program", &text, false) else { return };
    let Some(plain) = texts::interpreted(&codes, FUEL / 50) else { return };
    let other = texts::run(&codes, Engine::Image, FUEL / 50);
    // Bringing objects is work, too: where fuel is used up at an image, it may not be without.
    let is_spent = |r: &Ran| {
        // A program may have caught that, and gone on with what a handler is given.
        r.failure.as_deref().is_some_and(|f| f.starts_with("limit: ")) || r.out.contains("the limit on fuel is used up")
    };
    if is_spent(&plain) || is_spent(&other) {
        return;
    }
    assert_eq!((&plain.out, &plain.failure), (&other.out, &other.failure), "{text}");
}
