//! Exported images come back: the files that an image is written as make the same objects again, and are written the same again.
//!
//! The comparison is by [`shape::of`], which knows nothing of how the export looks at objects. It leaves out what files cannot say: identities of texts,
//! hash tables, where sources stand, and what is not written at all (processes, semaphores).

mod shape;

use std::path::Path;

use aura_command::drive::{End, Nobody, drive};
use aura_command::export::{Exported, export};
use aura_run::{CapSet, Capability, Limits, Vm};
use aura_tests::programs::program;

use crate::engines::choices;
use crate::image::session;
use crate::support::{Kept, attach, done, hang_in, machine};

/// What the image in a store is as files.
fn exported(store: &Kept) -> Exported {
    let (mut vm, _) = machine();
    attach(&mut vm, store).expect("opens");
    export(&mut vm).expect("can be read")
}

/// A fresh image that has read the files.
fn imported(name: &str, files: &[(String, String)]) -> Kept {
    let folder = tempfile::tempdir().expect("a folder");
    for (file, text) in files {
        std::fs::write(folder.path().join(file), text).expect("can be written");
    }
    let store = Kept::default();
    let (mut vm, _) = machine();
    attach(&mut vm, &store).expect("opens");
    let main = folder.path().join("main.aura");
    read(&mut vm, name, &main, files);
    vm.commit("import").expect("commits");
    store
}

fn read(vm: &mut Vm, name: &str, main: &Path, files: &[(String, String)]) {
    let text = &files.last().expect("there is main").1;
    let file = main.display().to_string();
    let code = aura_command::source::compile(&file, text, false).unwrap_or_else(|e| panic!("{name}: {e}"));
    let id = vm.spawn_file(&file, &code, CapSet::script().with(Capability::Image), Limits::default());
    if let End::Failed(f) = drive(vm, id, &mut Nobody) {
        panic!("{name}: {}\n{}", f.draw(false), all(files));
    }
    vm.forget(id);
}

fn all(files: &[(String, String)]) -> String {
    files.iter().map(|(name, text)| format!("==> {name}\n{text}\n")).collect()
}

/// The first lines in which two texts differ, with some before.
fn difference(a: &str, b: &str) -> String {
    let same = a.lines().zip(b.lines()).take_while(|(x, y)| x == y).count();
    let some = |t: &str| t.lines().skip(same.saturating_sub(4)).take(5).collect::<Vec<_>>().join("\n");
    format!("--- before\n{}\n--- after\n{}", some(a), some(b))
}

/// Exports, imports, compares, exports again.
fn comes_back(name: &str, store: &Kept) -> Exported {
    let first = exported(store);
    let copy = imported(name, &first.files);
    let (before, after) = (shape::of(store), shape::of(&copy));
    assert!(before == after, "{name}:\n{}", difference(&before, &after));
    let second = exported(&copy);
    let (a, b) = (all(&first.files), all(&second.files));
    // What was not written is told in the files once, and is not there the second time.
    assert!(a == b || !first.notes.is_empty(), "{name}:\n{}", difference(&a, &b));
    let third = exported(&imported(name, &second.files));
    assert!(b == all(&third.files), "{name}, again:\n{}", difference(&b, &all(&third.files)));
    first
}

fn code_comes_back(name: &str, code: &str) -> Exported {
    let store = Kept::default();
    session(&store, code).expect("stores");
    comes_back(name, &store)
}

#[test]
fn a_world_with_something_of_everything() {
    code_comes_back("world", crate::image_harm::WORLD);
}

#[test]
fn every_kind_of_object() {
    let code = "| parent* = lobby.
           ints = { 0. -1. 4611686018427387903. -4611686018427387904. 4611686018427387904. 100 factorial negate }.
           floats = { 1.5. 0.0. -0.0. 1.0e300. 1.0e-300. 1.0 / 3.0. 1.0 / 0.0. -1.0 / 0.0. 0.0 / 0.0 }.
           texts = { 'literal'. 'a' , 'b'. 'größe' , '!'. ''. 'it\\'s \\n \\t \\\\ \\x01 {x} `' }.
           bytes = { 1. 2. 255 } asByteVector.
           self_ <- nil.
           \"A point; \\\"quoted\\\" and a back-slash: \\\\.
             A second line.\"
           point = (| {} = 'of the whole'. parent* = traits clonable.
               { 'coordinates' \"The first.\" x <int> <- 1. y <- 2. { 'inner' z = 3 } }
               + p <point> ^ <point> = ( (copy x: x + p x) y: y + p y ).
               at: i Put: v = ( i , v ). < other = ( x < other x ) |).
           other <- nil. block <- nil. dict <- nil. set_ <- nil. seq <- nil. mirror_ <- nil. vec <- nil. uses_self <- nil. ring <- nil.
           many <- nil. assignable* <- nil.
         |
         other: (point copy x: 7). self_: self. block: [|:a| a + 1 ]. uses_self: [|:a| other x + a ].
         dict: ((((dictionary copy at: 'one' Put: 1) at: other Put: point) at: 3 Put: other) at: self Put: 4).
         set_: ((set copy add: 3) add: point copy). seq: (sequence copy add: 5).
         mirror_: other _Mirror.
         vec: (vector copySize: 3000 FillingWith: other). vec at: 2999 Put: vec. vec at: 0 Put: nil.
         ring: (point copy x: (point copy y: nil)). ring x y: ring.
         many: (list copy). 1 to: 1000 Do: [|:i| many add: (i -> (point copy x: i)) ].
         image at: 'v' Put: ((vector copySize: 2 FillingWith: 0) _AddSlots: (| extra <- 5. twice = ( size * 2 ) |)).
         image at: 'here' Put: self. image at: 'odd' Put: { 7. { 8. nil. true. lobby. traits list. list } }";
    let files = code_comes_back("kinds", code);
    assert!(files.notes.is_empty(), "{:?}", files.notes);
}

#[test]
fn changed_objects_of_the_library() {
    code_comes_back(
        "library",
        "traits integer _AddSlots: (| \"twice it\" doubled = ( self + self ) |).
         globals _AddSlots: (| answer <- 42. question = (| parent* = lobby. text = 'what?' |) |).
         list _AddSlots: (| extra = 5 |). image at: 'l' Put: (list copy add: 3).
         association _AddSlots: (| weight <- 0 |). image at: 'a' Put: ((1 -> 2) weight: 9). image at: 'b' Put: 3 -> 4.
         traits list _AddSlots: (| size = ( 17 ) |). traits list _RemoveSlot: 'add:'.
         globals _RemoveSlot: 'sortedList'",
    );
}

/// What differs from one object of a literal to the next, each holds itself. Made again these are constants, which nothing in a program tells apart.
#[test]
fn slots_without_assignment_stay_so() {
    let store = Kept::default();
    let code = "| make = (| of: a = ( (| parent* = traits clonable. first = a. more <- 0 |) ) |). x. y |\n\
        x: make of: 1. y: make of: 2. image at: 'y' Put: y. image at: 'z' Put: (make of: 'three')";
    session(&store, code).expect("stores");
    let files = exported(&store).files;
    let text = all(&files);
    assert!(text.contains("first = 2") && !text.contains("first <-"), "{text}");
    let again = all(&exported(&imported("varying", &files)).files);
    assert!(again.contains("first = 2") && again.contains("first = 'three'") && !again.contains("first <-"), "{again}");
}

#[test]
fn deep_and_circular_structures() {
    code_comes_back(
        "deep",
        "| chain <- nil. a <- nil. b <- nil |
         1 to: 200 Do: [|:i| chain: (i -> chain) ]. image at: 'chain' Put: chain.
         a: (| parent* = traits clonable. other <- nil. name = 'a' |). b: (| parent* = traits clonable. other <- nil. name = 'b' |).
         a other: b. b other: a. globals _AddSlots: (| second <- nil. first <- nil |). globals first: a. globals second: b.
         a _AddSlots: (| partner = b |). b _AddSlots: (| partner = a |). image at: 'copies' Put: { a copy. b copy. a copy }",
    );
}

#[test]
fn long_and_many_things_are_divided() {
    code_comes_back(
        "long",
        "| p = (| parent* = traits clonable. n <- 0. next <- nil |). l. chain <- nil. d. v |
         l: list copy. d: dictionary copy.
         1 to: 3000 Do: [|:i| chain: ((p copy n: i) next: chain). l add: (p copy n: i). d at: i Put: (p copy n: i) ].
         v: (vector copySize: 1500 FillingBy: [|:i| i squared ]). v at: 1200 Put: chain.
         image at: 'l' Put: l. image at: 'chain' Put: chain. image at: 'd' Put: d. image at: 'v' Put: v.
         image at: 'nested' Put: (vector copySize: 40 FillingBy: [ vector copySize: 40 FillingBy: [|:i| p copy n: i ] ])",
    );
}

#[test]
fn blocks_with_variables_are_told_of() {
    let files = code_comes_back(
        "closures",
        "| make = ( | n <- 0 | [ n: n + 1. n ] ) | image at: 'c' Put: make. image at: 's' Put: semaphore copy",
    );
    assert_eq!(files.notes.len(), 2, "{:?}", files.notes);
    assert!(all(&files.files).contains("n: n + 1. n ]"), "the source is told in the file");
}

#[test]
fn what_random_programs_leave() {
    for seed in 1..=40 {
        let name = format!("seed {seed}");
        let store = Kept::default();
        let (mut vm, _) = machine();
        attach(&mut vm, &store).expect("opens");
        let chunks = aura_command::source::compile(&name, &program(&choices(seed)), false).expect("compiles");
        let limits = Limits { fuel: Some(100_000), ..Limits::default() };
        let id = vm.spawn_file(&name, &chunks, CapSet::script(), limits);
        hang_in(&mut vm, &name);
        let _ = drive(&mut vm, id, &mut Nobody);
        vm.commit("a test").expect("stores");
        drop(vm);
        comes_back(&name, &store);
    }
}

#[test]
fn the_same_image_gives_the_same_files() {
    let store = Kept::default();
    session(&store, crate::image_harm::WORLD).expect("stores");
    assert_eq!(all(&exported(&store).files), all(&exported(&store).files));
}

#[test]
fn objects_with_methods_of_several_modules() {
    let store = Kept::default();
    session(
        &store,
        "| helper = ( 'one' ). box = (| parent* = traits clonable. n <- 1. first = ( helper ) |) |
         globals _AddSlots: (| shared = box. plain = (| parent* = traits clonable. a = ( helper ) |) |).
         image at: 'boxes' Put: { box copy. box copy n: 7 }. traits integer _AddSlots: (| one = ( helper ) |)",
    )
    .expect("stores");
    session(
        &store,
        "| helper = ( 'two' ). list = 'hides a global' |
         shared _AddSlots: (| second = ( helper ). third <- nil |). plain _AddSlots: (| b = ( helper ) |).
         traits integer _AddSlots: (| two = ( helper , list ) |). image at: 'l' Put: (lobby list copy add: shared copy)",
    )
    .expect("stores");
    let files = comes_back("modules", &store);
    assert!(files.notes.is_empty(), "{:?}", files.notes);
    // A method's own self comes before its module.
    let out = session(&imported("modules", &files.files), "shared first printLine. plain b printLine. 3 two printLine");
    assert_eq!(out.expect("runs"), "one\ntwo\ntwolist()\n");
}

#[test]
fn the_commands_write_a_folder_and_read_it() {
    let place = tempfile::tempdir().expect("a folder");
    let path = |name: &str| place.path().join(name).display().to_string();
    let (old, new, run, folder) = (path("old.image"), path("new.image"), path("run.image"), path("out"));
    let ends = |words: &[&str], code: i32| {
        let d = done(words);
        assert_eq!(d.code, code, "{words:?}: {}{}", d.out, d.err);
        d
    };
    ends(&["run", "--image", &old, "-e", "image at: 'n' Put: 1. globals _AddSlots: (| counter = (| up = ( 2 ) |) |)"], 0);
    ends(&["run", "--image", &old, "-e", "image at: 'n' Put: 2"], 0);
    assert!(ends(&["image", "--image", &old, "export", &folder, "--json"], 0).out.contains("counter.aura"));
    ends(&["image", "--image", &new, "import", &folder], 0);
    ends(&["run", "--image", &run, &path("out/main.aura")], 0);
    for image in [&new, &run] {
        assert_eq!(ends(&["run", "--image", image, "-e", "(image at: 'n') printLine. counter up printLine"], 0).out, "2\n2\n");
    }
    // An earlier export is replaced; a folder with something else is left alone.
    ends(&["image", "--image", &old, "export", &folder, "--at", "1"], 0);
    let text = std::fs::read_to_string(path("out/image.aura")).expect("written");
    assert_eq!(text, "image at: 'n' Put: 1\n");
    std::fs::write(path("other.aura"), "3 printLine").expect("can be written");
    let refused = ends(&["image", "--image", &old, "export", &place.path().display().to_string()], 2);
    assert!(refused.err.contains("no earlier export"), "{}", refused.err);
    // An import that fails leaves the image as it was.
    std::fs::write(path("out/image.aura"), "image at: 'n' Put: 3\n1 / 0\n").expect("can be written");
    assert!(ends(&["image", "--image", &new, "import", &folder], 1).err.contains("as it was"));
    assert_eq!(ends(&["run", "--image", &new, "-e", "(image at: 'n') printLine"], 0).out, "2\n");
}
