//! The living image when things go wrong, each test named after the harm. What the store itself withstands (power cuts, failing disks,
//! damaged blocks) is shown in `vm/image/tests`; here are the objects above it, and the command.

use std::collections::BTreeMap;
use std::io::BufRead as _;
use std::ops::ControlFlow;
use std::process::Stdio;

use aura_heap::{Kind, SlotKind, Value, layout};
use aura_image::format::seal::{seal, unseal};
use aura_image::store::{Batch, ImageStore, Order, Space, StoreError, Visit};
use aura_run::Vm;
use aura_tests::soak;

use crate::image::{run, session};
use crate::support::{Kept, attach, aura, done, machine};

/// A world with something of everything.
pub(crate) const WORLD: &str = "
    image at: 'account' Put: (| parent* = traits clonable. balance <- 5. owner <- 'somebody'.
        deposit: a = ( a > 0 ifFalse: [ error: 'no' ]. balance: balance + a. self ).
        each: b = ( 1 to: 3 Do: [|:i| b value: i + balance ]. balance ) |).
    image at: 'list' Put: list copy.
    1 to: 300 Do: [|:i| (image at: 'list') add: ((image at: 'account') copy balance: i) ].
    image at: 'dict' Put: (dictionary copy at: 'a' Put: { 1. 2.5. 100 factorial. 'text'. nil. true }).
    image at: 'block' Put: [ | :x. n <- 3 | [ n: n + x. n ] ].
    image at: 'bytes' Put: (byteVector copySize: 100 FillingWith: 7).
    image at: 'long' Put: ('0123456789' repeat: 2000).
    image at: 'mirror' Put: (image at: 'account') _Mirror.
    traits integer _AddSlots: (| trebled = ( self * 3 ) |).
    globals _AddSlots: (| thing = (| parent* = lobby. size <- 3. both: a With: b = ( a + b ) |) |)";

/// Uses everything in that world.
const USE: &str = "
    | check: b = ( [ b value ] onError: [|:e| e kind ] ) |
    check: [ (image at: 'account') deposit: 3 ]. check: [ (image at: 'account') each: [|:i| i ] ].
    check: [ (image at: 'list') do: [|:e| e balance ] ]. check: [ (image at: 'list') printString ].
    check: [ (image at: 'dict') printString ]. check: [ (((image at: 'block') value: 2) value) printString ].
    check: [ (image at: 'bytes') printString ]. check: [ (image at: 'long') size ]. check: [ (image at: 'mirror') printString ].
    check: [ 5 trebled ]. check: [ thing both: 2 With: 3 ]. check: [ thing printString ]";

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n.max(1)
    }
}

/// Brings everything that is there.
fn walk(vm: &mut Vm) {
    let (mut seen, mut todo) = (std::collections::HashSet::new(), vec![vm.specials.lobby]);
    while let Some(v) = todo.pop() {
        if !v.is_ref() || !seen.insert(v) || vm.present(v).is_err() {
            continue;
        }
        let heap = &vm.heap;
        let Some(kind) = heap.kind(v) else { continue };
        let inside = match kind {
            Kind::Vector => heap.elements(v).to_vec(),
            Kind::Block => (0..heap.raw(v, layout::CAPTURE_COUNT) as usize).map(|i| heap.word(v, layout::CAPTURES + i)).collect(),
            Kind::Box => vec![heap.word(v, 1)],
            _ => Vec::new(),
        };
        let slots = heap.map(heap.map_of(v)).slots.iter().filter_map(|s| match s.kind {
            SlotKind::Constant(c) => Some(c),
            SlotKind::Data(i) => Some(heap.data(v, i)),
            SlotKind::Assign(_) => None,
        });
        let found: Vec<Value> = slots.chain(inside).collect();
        todo.extend(found);
        if kind == Kind::Method || kind == Kind::Block {
            vm.source_of(v);
        }
    }
}

fn rows(store: &Kept) -> Vec<(Space, Vec<u8>, Vec<u8>)> {
    let mut all = Vec::new();
    for space in Space::ALL {
        store
            .range(space, std::ops::Bound::Unbounded, std::ops::Bound::Unbounded, Order::Ascending, &mut |k, v| {
                all.push((space, k.to_vec(), v.to_vec()));
                ControlFlow::Continue(())
            })
            .expect("memory");
    }
    all
}

#[test]
fn a_forged_image_makes_errors_and_nothing_worse() {
    let good = Kept::default();
    session(&good, WORLD).expect("stores");
    let rows = rows(&good);
    let mut random = Random(0x1234_5678_9abc_def1);
    let mut refused = 0;
    for turn in 0..400 {
        let mut batch = Batch::default();
        for (space, key, row) in &rows {
            batch.put(*space, key.clone(), row.clone());
        }
        // Somebody who knows how rows are sealed changes some bytes of some.
        for _ in 0..=random.below(3) {
            let (space, key, row) = &rows[random.below(rows.len())];
            let mut value = unseal(*space, key, row).expect("sound").to_vec();
            if value.is_empty() {
                continue;
            }
            let at = random.below(value.len());
            match random.below(4) {
                0 => value[at] ^= 1 << random.below(8),
                1 => value[at] = random.below(256) as u8,
                2 => value.truncate(at),
                _ => {
                    let from = random.below(value.len());
                    let n = random.below(8).min(value.len() - from.max(at));
                    value.copy_within(from..from + n, at);
                }
            }
            batch.put(*space, key.clone(), seal(*space, key, &value));
        }
        let mut bad = Kept::default();
        bad.apply(&batch).expect("memory");
        let (mut vm, _) = machine();
        if attach(&mut vm, &bad).is_err() {
            refused += 1;
            continue;
        }
        let _ = run(&mut vm, USE);
        walk(&mut vm);
        vm.collect_as(aura_heap::CollectionKind::Full);
        let _ = vm.commit("after all").map_err(|f| assert!(!f.text().is_empty(), "turn {turn}"));
    }
    assert!(refused > 10, "hardly anything was noticed: {refused}");
}

/// A store whose n-th use fails, and all after it if `for_good`.
struct Failing {
    store: Kept,
    left: std::sync::Arc<std::sync::atomic::AtomicI64>,
    for_good: bool,
}

impl Failing {
    fn turn(&self) -> Result<(), StoreError> {
        let left = self.left.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
        if left == 0 || (left < 0 && self.for_good) {
            Err(StoreError::Io { verb: "read", why: "the disk is gone".into() })
        } else {
            Ok(())
        }
    }
}

impl ImageStore for Failing {
    fn get(&self, space: Space, key: &[u8], read: &mut dyn FnMut(&[u8])) -> Result<bool, StoreError> {
        self.turn()?;
        self.store.get(space, key, read)
    }
    fn range(
        &self,
        space: Space,
        from: std::ops::Bound<&[u8]>,
        to: std::ops::Bound<&[u8]>,
        order: Order,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreError> {
        self.turn()?;
        self.store.range(space, from, to, order, visit)
    }
    fn apply(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.turn()?;
        self.store.apply(batch)
    }
}

#[test]
fn a_store_that_fails_at_any_use_makes_a_condition_and_loses_nothing() {
    let world = Kept::default();
    session(&world, WORLD).expect("stores");
    let change = "(image at: 'account') deposit: 1. (image at: 'list') do: [|:e| e balance: e balance + 1 ].
         image at: 'new' Put: { 1. 2. (image at: 'account') copy }. image commit. (image at: 'account') deposit: 1. image commit. image abort";
    let mut at = 0;
    for for_good in [false, true] {
        at = 0;
        loop {
            let store = world.copy();
            let left = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(at));
            let failing = Failing { store: store.clone(), left: left.clone(), for_good };
            let (mut vm, _) = machine();
            let opened = aura_command::image::attach_rows(&mut vm, aura_image::Rows::new(Box::new(failing)), None, "a test");
            let mut failure = opened.err().map(|e| e.to_string());
            if failure.is_none() {
                failure = run(&mut vm, change).err();
                let _ = vm.commit("the end");
            }
            let reached = left.load(std::sync::atomic::Ordering::SeqCst) < 0;
            drop(vm);
            let balance = session(&store, "(image at: 'account') balance printLine").expect("opens as of a commit");
            assert!(["5\n", "6\n", "7\n"].contains(&&*balance), "use {at}: {balance}");
            if !reached {
                assert_eq!((&*balance, failure), ("7\n", None));
                break;
            }
            at += 1;
        }
    }
    assert!(at > 20, "only {at} uses of the store were tried");
}

#[test]
fn after_a_failed_commit_the_next_one_stores_everything() {
    let world = Kept::default();
    session(&world, WORLD).expect("stores");
    let left = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(i64::MAX));
    let (mut vm, _) = machine();
    let failing = Failing { store: world.clone(), left: left.clone(), for_good: false };
    aura_command::image::attach_rows(&mut vm, aura_image::Rows::new(Box::new(failing)), None, "a test").expect("opens");
    run(&mut vm, "image at: 'n' Put: { (image at: 'account') copy balance: 77. [ 8 ]. list copy }").expect("runs");
    // The last use of the store in a commit is the batch itself.
    for uses in 0..40 {
        left.store(uses, std::sync::atomic::Ordering::SeqCst);
        if vm.commit("tried").is_ok() {
            break;
        }
    }
    drop(vm);
    let out = session(&world, "((image at: 'n') at: 0) balance printLine. ((image at: 'n') at: 1) value printLine");
    assert_eq!(out.expect("runs"), "77\n8\n");
}

#[test]
fn a_program_killed_while_it_commits_loses_no_acknowledged_commit() {
    let dir = tempfile::tempdir().expect("a folder");
    let report = soak::kills(env!("CARGO_BIN_EXE_aura-under-test").as_ref(), dir.path(), 25, 7).expect("no commit is lost");
    assert!(report.acknowledged > 25, "{report:?}");
}

#[test]
fn a_second_process_is_told_who_holds_the_image() {
    let dir = tempfile::tempdir().expect("a folder");
    let image = dir.path().join("held.image").display().to_string();
    let mut first = aura(&[
        "run",
        "--image",
        &image,
        "-e",
        "image at: 'n' Put: 1. image commit. 'open' printLine. console flush. process sleep: 60",
    ])
    .stdout(Stdio::piped())
    .stderr(Stdio::null())
    .spawn()
    .expect("starts");
    let mut said = String::new();
    std::io::BufReader::new(first.stdout.take().expect("piped")).read_line(&mut said).expect("it speaks");
    assert_eq!(said, "open\n");
    let second = done(&["run", "--image", &image, "-e", "3 printLine"]);
    let holder = first.id().to_string();
    let _ = first.kill();
    let _ = first.wait();
    assert_eq!(second.code, 1, "{}", second.err);
    assert!(second.err.contains("is in use by") && second.err.contains(&holder), "{}", second.err);
    let third = done(&["run", "--image", &image, "-e", "3 printLine"]);
    assert_eq!((third.code, &*third.out), (0, "3\n"), "{}", third.err);
}

#[test]
fn an_image_of_a_newer_format_is_refused_with_its_version_and_the_remedy() {
    let mut store = Kept::default();
    session(&store, "image at: 'n' Put: 1").expect("stores");
    let mut batch = Batch::default();
    let newer = (aura_image::format::VERSION + 1).to_be_bytes();
    batch.put(Space::Meta, b"format".to_vec(), seal(Space::Meta, b"format", &newer));
    store.apply(&batch).expect("memory");
    let (mut vm, _) = machine();
    let e = attach(&mut vm, &store).expect_err("refused");
    let told = format!("{e}; {}", e.remedy());
    assert!(told.contains(&(aura_image::format::VERSION + 1).to_string()) && told.contains("newer one"), "{told}");
}

#[test]
fn a_file_that_is_no_image_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().expect("a folder");
    for (name, bytes) in [("text", b"hello, world\n".to_vec()), ("empty", Vec::new()), ("noise", vec![0xa5; 10_000])] {
        let path = dir.path().join(name);
        std::fs::write(&path, &bytes).expect("written");
        let ran = done(&["run", "--image", &path.display().to_string(), "-e", "3 printLine"]);
        assert_eq!(ran.code, 9, "{name}: {}", ran.err);
        assert!(ran.err.contains("error:") && ran.out.is_empty(), "{name}: {}", ran.err);
        assert_eq!(std::fs::read(&path).expect("there"), bytes, "{name} was changed");
    }
}

#[test]
fn a_damaged_file_is_noticed_by_the_command() {
    let dir = tempfile::tempdir().expect("a folder");
    let good = dir.path().join("good.image");
    let made = done(&["run", "--image", &good.display().to_string(), "-e", WORLD]);
    assert_eq!(made.code, 0, "{}", made.err);
    let bytes = std::fs::read(&good).expect("there");
    let bad = dir.path().join("bad.image");
    let mut random = Random(99);
    let mut codes: BTreeMap<i32, usize> = BTreeMap::new();
    for turn in 0..60 {
        let mut mutant = bytes.clone();
        match random.below(3) {
            0 => {
                let at = random.below(mutant.len());
                mutant[at] ^= 1 << random.below(8);
            }
            1 => mutant.truncate(random.below(bytes.len())),
            _ => {
                let at = random.below(mutant.len() - 512);
                mutant[at..at + 512].fill(0);
            }
        }
        std::fs::write(&bad, &mutant).expect("written");
        let ran = done(&[
            "run",
            "--image",
            &bad.display().to_string(),
            "-e",
            "(image at: 'list') do: [|:e| e printString ]. 'done' printLine",
        ]);
        assert!([0, 9].contains(&ran.code), "turn {turn}: {} {}", ran.code, ran.err);
        assert_eq!(ran.code == 0, ran.out == "done\n", "turn {turn}: {}", ran.err);
        *codes.entry(ran.code).or_default() += 1;
    }
    assert!(codes.get(&9).is_some_and(|n| *n > 5), "{codes:?}");
}

#[test]
fn deep_lists_long_texts_and_cycles_are_ordinary_objects() {
    let store = Kept::default();
    session(
        &store,
        "| head <- nil | 1 to: 200000 Do: [|:i| head: ((| parent* = traits clonable. next <- nil. n <- 0 |) next: head) n: i ].
         image at: 'deep' Put: head.
         image at: 'text' Put: ('0123456789abcdef' repeat: 6600000).
         image at: 'wide' Put: (vector copySize: 200000 FillingWith: head)",
    )
    .expect("stores");
    let out = session(
        &store,
        "| n <- 0. at | at: (image at: 'deep'). [ at isNil ] whileFalse: [ n: n + 1. at: at next ]. n printLine.
         (image at: 'text') size printLine. ((image at: 'text') at: 99999999) printLine.
         (image at: 'wide') at: 150000 Put: 7",
    );
    assert_eq!(out.expect("runs"), "200000\n105600000\nf\n");
    assert_eq!(
        session(&store, "((image at: 'wide') at: 150000) printLine. ((image at: 'wide') at: 149999) n printLine").expect("runs"),
        "7\n200000\n"
    );
}
