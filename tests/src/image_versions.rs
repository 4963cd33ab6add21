//! Images of other versions: files of each format that was ever released, bytecode of another opcode list, and a library whose objects have
//! other slots than when the image was written.

use std::ops::ControlFlow;

use aura_image::format::bytes::number;
use aura_image::format::keys;
use aura_image::format::record::{CodeRow, Record, Writer};
use aura_image::format::seal::{seal, unseal};
use aura_image::format::segment::{Builder, PLACES};
use aura_image::store::{Batch, ImageStore, Order, Space};

use crate::image::session;
use crate::support::{Kept, done, root};

/// What was put into each of the images in `tests/images`, and what answers from it.
const ASK: &str = "(image at: 'account') deposit: 5. ((image at: 'account') balance) printLine. (image at: 'list') printLine.
    3 trebled printLine. ((image at: 'block') value: 4) printLine. (image at: 'big') printLine";
const ANSWER: &str = "105\nlist('a', 2, 2.5)\n9\n7\n1267650600228229401496703205376\n";

#[test]
fn an_image_of_every_released_format_opens() {
    let folder = root().join("tests/images");
    let dir = tempfile::tempdir().expect("a folder");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).expect("tests/images").flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|e| e != "image") {
            continue;
        }
        let copy = dir.path().join(entry.file_name());
        std::fs::copy(&path, &copy).expect("copied");
        let ran = done(&["run", "--image", &copy.display().to_string(), "-e", ASK]);
        assert_eq!((ran.code, &*ran.out), (0, ANSWER), "{}: {}", path.display(), ran.err);
        seen += 1;
    }
    assert!(seen > 0, "tests/images has no image");
}

/// Rewrites records of an image.
fn rewrite(store: &mut Kept, change: impl Fn(u64, &Record<'_>) -> Option<Vec<u8>>) -> usize {
    let mut batch = Batch::default();
    let mut changed = 0;
    store
        .range(Space::Segments, std::ops::Bound::Unbounded, std::ops::Bound::Unbounded, Order::Ascending, &mut |key, row| {
            let bytes = unseal(Space::Segments, key, row).expect("sound");
            let segment = keys::read_number(key).expect("a number");
            let old = Builder::from(bytes).expect("sound");
            let mut new = old.clone();
            for (place, record) in old.iter().filter(|(_, r)| !r.is_empty()) {
                let id = segment * PLACES + u64::from(place);
                if let Some(other) = change(id, &Record::read(record, id).expect("sound")) {
                    new.put(place, &other);
                    changed += 1;
                }
            }
            batch.put(Space::Segments, key, seal(Space::Segments, key, &new.bytes()));
            ControlFlow::Continue(())
        })
        .expect("memory");
    store.apply(&batch).expect("memory");
    changed
}

#[test]
fn bytecode_of_another_version_is_compiled_again_from_its_source() {
    let mut store = Kept::default();
    session(
        &store,
        "| helper: x = ( x + 100 ) |
         image at: 'o' Put: (| parent* = traits clonable. n <- 2.
             twice = ( n * 2 ). fold: b = ( | s <- 0 | 1 to: 3 Do: [|:i| s: s + (b value: i) ]. s ). inner = ( (| m = ( 7 ) |) ) |).
         image at: 'b' Put: [|:x| helper: x ].
         image at: 'counter' Put: [ | n <- 3 | [ n: n + 1. n ] ] value",
    )
    .expect("stores");
    let old = rewrite(&mut store, |id, record| {
        let Record::Code(row) = record else { return None };
        let mut out = Vec::new();
        Writer { out: &mut out, id }.code(&CodeRow { version: row.version + 1, body: b"of another version", ..*row });
        Some(out)
    });
    assert!(old >= 5, "{old} pieces of code");
    let out = session(
        &store,
        "| o | o: (image at: 'o'). o twice printLine. (o fold: [|:i| i * i ]) printLine. o inner m printLine.
         ((image at: 'b') value: 5) printLine. (image at: 'counter') value. (image at: 'counter') value printLine",
    );
    assert_eq!(out.expect("runs"), "4\n14\n7\n105\n5\n");
}

#[test]
fn clones_of_a_library_object_get_the_slots_that_it_has_today() {
    let mut store = Kept::default();
    session(&store, "image at: 'd' Put: (dictionary copy at: 'a' Put: 1). image at: 'l' Put: (list copy add: 7)")
        .expect("stores");
    let out = "(image at: 'd') printLine. (image at: 'l') printLine. ((image at: 'd') at: 'b' Put: 2) printLine.
        ((image at: 'l') copy add: 8) printLine";
    let before = session(&store.copy(), out).expect("runs");
    // As if the library of that time had had its data slots in another order, and one more.
    let maps = rewrite(&mut store, |id, record| match record {
        Record::LibraryMap { of, names } => {
            let mut other: Vec<&str> = names.iter().rev().copied().collect();
            other.push("noLongerThere");
            let mut out = Vec::new();
            Writer { out: &mut out, id }.library_map(*of, &other);
            Some(out)
        }
        _ => None,
    });
    assert!(maps >= 2, "{maps} maps of the library");
    let objects = reversed(&mut store);
    assert!(objects >= 2, "{objects} clones");
    assert_eq!(session(&store, out).expect("runs"), before);
}

/// Puts the data of all plain objects with a library's map in the order that the test above pretends.
fn reversed(store: &mut Kept) -> usize {
    let maps = std::cell::RefCell::new(std::collections::HashSet::new());
    rewrite(store, |id, record| {
        if matches!(record, Record::LibraryMap { .. }) {
            maps.borrow_mut().insert(id);
        }
        None
    });
    rewrite(store, |id, record| {
        let Record::Plain { map, hash, data } = record else { return None };
        if !maps.borrow().contains(map) {
            return None;
        }
        let fields = data.0.collect().expect("sound");
        let mut out = Vec::new();
        let mut w = Writer { out: &mut out, id };
        w.plain(*map, *hash, fields.len() + 1);
        fields.iter().rev().for_each(|f| w.field(f));
        number(&mut out, 0);
        Some(out)
    })
}
