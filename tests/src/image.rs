//! The living image: what is stored comes back as it was, in another process, whatever it is.
//!
//! * [`dump`] everything that an object leads to, as text that is the same in every machine
//! * here: programs whose objects are dumped, stored, read by a fresh machine, and dumped again
//!
//! Not here: what happens when things go wrong ([`crate::image_harm`]), and the command line (`image_commands`).

pub(crate) mod dump;

use aura_command::drive::{End, Nobody, drive};
use aura_heap::Value;
use aura_run::{CapSet, Limits, Vm};
use aura_tests::programs::program;

use crate::engines::choices;
use crate::support::{Kept, attach, attach_at, hang_in, machine, run_at_image};

/// Runs code in a machine with the image in `store`, and commits if it ended well. Answers what it printed, or how it failed.
pub(crate) fn session(store: &Kept, code: &str) -> Result<String, String> {
    let (mut vm, out) = machine();
    attach(&mut vm, store).map_err(|e| e.to_string())?;
    run(&mut vm, code)?;
    vm.commit("a test").map_err(|f| f.text())?;
    Ok(out.text())
}

/// Runs code in a machine.
pub(crate) fn run(vm: &mut Vm, code: &str) -> Result<(), String> {
    run_at_image(vm, code, 100_000_000)
}

/// What was put at a name of the image.
fn root(vm: &mut Vm) -> Value {
    let lobby = vm.specials.lobby;
    vm.global_constant(lobby, "image").expect("the library has it")
}

/// What the image leads to in a fresh machine.
pub(crate) fn reopened(store: &Kept) -> String {
    let (mut vm, _) = machine();
    attach(&mut vm, store).expect("opens");
    let root = root(&mut vm);
    dump::of(&mut vm, root)
}

/// Everything that code leaves behind in its module comes back as it was.
fn comes_back(name: &str, code: &str, well: bool) {
    let store = Kept::default();
    let (mut vm, _) = machine();
    attach(&mut vm, &store).expect("opens");
    let chunks = aura_command::source::compile(name, code, false).expect("compiles");
    let limits = Limits { fuel: Some(100_000), ..Limits::default() };
    let id = vm.spawn_file(name, &chunks, CapSet::script(), limits);
    hang_in(&mut vm, name);
    let end = drive(&mut vm, id, &mut Nobody);
    assert!(!well || matches!(end, End::Answered), "{name}: {end:?}");
    vm.commit("a test").expect("stores");
    let place = root(&mut vm);
    let before = dump::of(&mut vm, place);
    let after = reopened(&store);
    assert!(before == after, "{name}:\n{}", dump::difference(&before, &after));
    assert!(before.lines().count() > 3, "{name}: nothing was dumped");
}

#[test]
fn every_kind_of_object_comes_back() {
    comes_back(
        "kinds",
        "| parent* = lobby.
           ints = { 0. -1. 4611686018427387903. -4611686018427387904. 4611686018427387904. 100 factorial negate }.
           floats = { 1.5. 0.0. 1.0e300. 1.0e-300. 1.0 / 3.0 }.
           odd = { nil. true. false }.
           texts = { 'literal'. 'a' , 'b'. 'größe' , '!'. ''. 'x' }.
           long <- nil.
           bytes = byteVector copySize: 5 FillingWith: 200.
           self_ <- nil.
           point = (| parent* = traits clonable. x <- 1. y <- 2. + p = ( (copy x: x + p x) y: y + p y ) |).
           other <- nil.
           block <- nil. counter <- nil.
           dict <- nil. set_ <- nil. sorted <- nil.
           mirror_ <- nil.
           sem <- nil.
           proc <- nil.
           vec <- nil.
           make = ( | n <- 0 | [ n: n + 1. n ] ).
         |
         other: (point copy x: 7).
         self_: self.
         long: 'abcdefghij' , ('0123456789' repeat: 3000).
         block: [|:a| a + 1 ].
         counter: make. counter value. counter value.
         dict: ((dictionary copy at: 'one' Put: 1) at: other Put: dict).
         set_: (set copy add: 3).
         mirror_: other _Mirror.
         sem: (semaphore copy).
         proc: [ 42 ] fork. proc join.
         vec: (vector copySize: 3000 FillingWith: other).
         vec at: 2999 Put: vec.
         (vec copySize: 2 FillingWith: 0) _AddSlots: (| extra <- 5 |).
         ",
        true,
    );
}

#[test]
fn objects_with_many_slots_and_changed_slots_come_back() {
    comes_back(
        "slots",
        "| parent* = lobby.
           o = (| parent* = traits clonable. a <- 1 |). v <- nil. b <- nil. |
         1 to: 300 Do: [|:i| o _AddSlots: (`(| x{i} <- {i}. c{i} = {i} |)` _Evaluate: lobby Named: 'slots') ].
         o _RemoveSlot: 'x7'. o x9: 'changed'.
         v: (vector copySize: 3 FillingWith: 1). v _AddSlots: (| name <- 'v'. size2 = ( size * 2 ) |).
         b: [ 3 ]. b _AddSlots: (| comment = 'a block with a slot' |).
         traits integer _AddSlots: (| \"twice it\" doubled = ( self + self ) |).
         globals _AddSlots: (| answer <- 42. question = (| parent* = lobby. text = 'what?' |) |).
         list _AddSlots: (| extra = 5 |).
         globals _RemoveSlot: 'sortedList'.",
        true,
    );
}

#[test]
fn random_programs_leave_objects_that_come_back() {
    for seed in 1..=40 {
        comes_back(&format!("seed {seed}"), &program(&choices(seed)), false);
    }
}

#[test]
fn what_a_session_leaves_the_next_one_finds() {
    let store = Kept::default();
    session(&store, "image at: 'a' Put: (| parent* = traits clonable. n <- 1. more = ( n: n + 1. n ) |).").expect("stores");
    for expected in 2..6 {
        assert_eq!(session(&store, "(image at: 'a') more printLine").expect("runs"), format!("{expected}\n"));
    }
}

#[test]
fn a_session_that_fails_changes_nothing() {
    let store = Kept::default();
    session(&store, "image at: 'a' Put: 1").expect("stores");
    session(&store, "image at: 'a' Put: 2. globals _AddSlots: (| x = 3 |). 1 / 0").expect_err("fails");
    assert_eq!(session(&store, "(image at: 'a') printLine. (lobby respondsTo: 'x') printLine").expect("runs"), "1\nfalse\n");
}

#[test]
fn committing_and_aborting_in_the_middle() {
    let store = Kept::default();
    let out = session(
        &store,
        "image at: 'l' Put: (list copy add: 1).
         image commit printLine.
         (image at: 'l') add: 2. image at: 'x' Put: 5. traits integer _AddSlots: (| foo = 7 |). 3 foo printLine.
         (image abort > 0) printLine.
         (image at: 'l') printLine. (image includesKey: 'x') printLine. (3 respondsTo: 'foo') printLine.
         (image at: 'l') add: 3.
         ((image commit: 'the second') = image head) printLine",
    );
    assert_eq!(out.expect("runs"), "1\n7\ntrue\nlist(1)\nfalse\nfalse\ntrue\n");
    assert_eq!(session(&store, "(image at: 'l') printLine").expect("runs"), "list(1, 3)\n");
}

#[test]
fn transactions_nest_and_the_outermost_commits() {
    let store = Kept::default();
    let out = session(
        &store,
        "| acc <- nil | acc: (| parent* = traits clonable. n <- 0 |).
         image at: 'acc' Put: acc. image commit.
         [ acc n: 1. [ acc n: 2 ] transaction. [ [ acc n: 99. acc _AddSlots: (| bad = 1 |). error: 'no' ] transaction ] onError: [ 0 ].
           acc n printLine ] transaction.
         acc n printLine. (acc respondsTo: 'bad') printLine.
         [ [ acc n: 50. [ acc n: 60 ] transaction. error: 'outer' ] transaction ] onError: [|:e| e message printLine ].
         acc n printLine. image head printLine",
    );
    assert_eq!(out.expect("runs"), "2\n2\nfalse\nouter\n2\n2\n");
    let (mut vm, out) = machine();
    attach(&mut vm, &store).expect("opens");
    run(&mut vm, "(image at: 'acc') n printLine").expect("runs");
    assert_eq!(out.text(), "2\n");
}

#[test]
fn nobody_else_runs_inside_a_transaction() {
    let store = Kept::default();
    let out = session(
        &store,
        "| n <- 0. p. seen |
         p: [ 1 to: 1000 Do: [ n: n + 1. process yield ] ] fork.
         [ seen: n. 1 to: 50000 Do: [|:i| i * i ]. (n = seen) printLine ] transaction.
         [ [ p join ] transaction ] onError: [|:e| e message printLine ].
         p join. n printLine",
    );
    assert_eq!(
        out.expect("runs"),
        "true\ninside a transaction nobody else runs, so one cannot wait for others or signal them\n1000\n"
    );
}

#[test]
fn earlier_commits_can_be_seen_and_not_changed() {
    let store = Kept::default();
    for n in 1..=5 {
        session(&store, &format!("image at: 'n' Put: {n}. image at: 'v' IfAbsentPut: [ list copy ]. (image at: 'v') add: {n}"))
            .expect("stores");
    }
    for n in 1..=5 {
        let (mut vm, out) = machine();
        attach_at(&mut vm, &store, Some(n)).expect("opens");
        run(&mut vm, "(image at: 'n') printLine. (image at: 'v') size printLine").expect("runs");
        assert_eq!(out.text(), format!("{n}\n{n}\n"));
        assert!(run(&mut vm, "image at: 'n' Put: 9. image commit").expect_err("refused").contains("reading only"));
    }
    let (mut vm, out) = machine();
    attach_at(&mut vm, &store, Some(0)).expect("opens");
    run(&mut vm, "(image includesKey: 'n') printLine").expect("runs");
    assert_eq!(out.text(), "false\n");
}

#[test]
fn blocks_of_another_process_do_not_return_into_this_one() {
    let store = Kept::default();
    let code = "| leave = ( image at: 'b' Put: [|:x| x = 1 ifTrue: [ ^ 'returned' ]. x ]. 0 ) | leave.";
    session(&store, code).expect("stores");
    let out = session(
        &store,
        "| go = ( [ ^ 5 ] value: 0. 6 ). call = ( | r | r: ([ (image at: 'b') value: 1 ] onError: [|:e| e kind ]). r ) |
         ((image at: 'b') value: 2) printLine. call printLine. go printLine",
    );
    assert_eq!(out.expect("runs"), "2\ndeadHome\n5\n");
}

#[test]
fn identity_and_hashes_are_the_same_the_next_day() {
    let store = Kept::default();
    session(
        &store,
        "| a. d | a: (| parent* = traits clonable |). d: dictionary copy. d at: a Put: 'a'. d at: list Put: 'l'.
         image at: 'a' Put: a. image at: 'd' Put: d. image at: 's' Put: 'a literal'. image at: 'both' Put: { a. a copy. a }",
    )
    .expect("stores");
    let out = session(
        &store,
        "| b | b: (image at: 'both'). ((image at: 'd') at: (image at: 'a')) printLine. ((image at: 'd') at: list) printLine.
         ((image at: 's') == 'a literal') printLine. ((b at: 0) == (b at: 2)) printLine. ((b at: 0) == (b at: 1)) printLine",
    );
    assert_eq!(out.expect("runs"), "a\nl\ntrue\ntrue\nfalse\n");
}

#[test]
fn transient_slots_are_not_stored() {
    let store = Kept::default();
    session(&store, "image at: 'o' Put: (| parent* = traits clonable. {'transient' cache <- 5. } n <- 6 |)").expect("stores");
    assert_eq!(session(&store, "(image at: 'o') cache printLine. (image at: 'o') n printLine").expect("runs"), "nil\n6\n");
}

#[test]
fn a_run_that_changes_nothing_commits_nothing() {
    let store = Kept::default();
    session(&store, "image at: 'n' Put: 1").expect("stores");
    session(&store, "(image at: 'n') printLine. (random integerBelow: 5) printLine").expect("runs");
    session(
        &store,
        "image at: 'n' Put: 5. image at: 'n' Put: 1. [ [ image at: 'n' Put: 7. error: 'no' ] transaction ] onError: [ 0 ]",
    )
    .expect("runs");
    assert_eq!(session(&store, "image head printLine").expect("runs"), "1\n");
}
