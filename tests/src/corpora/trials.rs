//! Ten thousand trials that fail, one after the other in one machine: the world is as it was before the first.

use std::time::Duration;

use aura_heap::CollectionKind;
use aura_run::{Compiled, TrialLimits, Verdict};
use aura_tests::hostile::stage::Stage;

/// Objects of many kinds for the methods to change before they fail.
const SCRIPT: &str = "| part = (| parent* = traits clonable. x <- 0. name <- 'part'. |).
thing = (|
    parent* = traits clonable.
    mood* <- (| happy = ( 1 ) |).
    sum = ( x + y ). x <- 3. y <- 4. other <- nil. keep <- nil. parts <- nil. row <- nil. bytes <- nil. names <- nil. all <- nil. seen <- nil. words <- nil.
|).
it. first.
|
first: (part copy x: 1).
it: thing copy.
it parts: { first. part copy. (part copy x: 5) }. it row: { 1. 2. 3 }. it bytes: 'abc' asBytes. it all: list copy. it all add: first.
it names: dictionary copy. it names at: 'a' Put: first. it seen: set copy. it seen add: first. it words: stringBuilder copy.
it attack
";

/// What a method changes before it fails.
const CHANGES: [&str; 25] = [
    "",
    "x: 99.",
    "x: nil. y: self. other: thing.",
    "keep: list copy. keep add: self.",
    "parts do: [|:p| p x: 0. p name: 'changed' ].",
    "parts at: 0 Put: nil.",
    "row at: 1 Put: { row. self }.",
    "bytes at: 0 Put: 255.",
    "all add: 1. all add: 2. all removeFirst.",
    "1 to: 200 Do: [|:i| all add: i ].",
    "names at: 'a' Put: 2. names at: self Put: 3.",
    "1 to: 50 Do: [|:i| names at: i Put: part copy ].",
    "names removeKey: 'a' IfAbsent: [ 3 ].",
    "seen add: self. seen add: part. seen remove: first IfAbsent: [ 3 ].",
    "words add: 'more'. words << 3.",
    "identityHash. first identityHash. parts identityHash. part identityHash. thing hash.",
    "mood: (| happy = ( 2 ) |). happy.",
    "part x: 7. thing x: part.",
    "thing parts: parts. thing keep: [ x ].",
    "parts: (vector copySize: 5000 FillingWith: self).",
    "row: (row reversed , row) sort. row: (row first: 3).",
    "first: nil. it: nil.",
    "keep: (| parent* = traits clonable. go = ( 3 ). at <- 1 |). keep go. keep at: 2.",
    "other: copy. other other: self. other parts at: 1 Put: other.",
    "[ x: x + 1. x < 500 ] whileTrue.",
];

/// How it fails: the code, and a word of what is said.
const FAILURES: [(&str, &str); 16] = [
    ("nonsense", "doesNotUnderstand"),
    ("self error: 'no'", "no"),
    ("3 + 'a'", "Failed"),
    ("row at: 99", "Failed"),
    ("1 / 0", "Failed"),
    ("names at: 'nothing of that name'", "Failed"),
    ("x foo: 3 Bar: 4", "doesNotUnderstand"),
    ("nil attack", "doesNotUnderstand"),
    ("files read: 'x'", "noCapability"),
    ("'evil' printLine", "limit"),
    ("process sleep: 1", "noCapability"),
    ("[ 3 ] fork", "noCapability"),
    ("list add: 3", "everybody shares"),
    ("attack", "stack"),
    ("[ true ] whileTrue: [ x: 5 ]", "fuel"),
    ("('x' repeat: 90000000) size", "heap"),
];

/// Reasons that take longer: once in so many rounds.
const SLOW: [(&str, &str); 2] =
    [("[ true ] whileTrue: [ keep: { keep. x } ]", "heap"), ("[ true ] whileTrue: [ x: x + 1 ]", "time")];

const TRIALS: usize = 10_000;

fn limits(reason: &str) -> TrialLimits {
    let plain = TrialLimits { fuel: 40_000, heap: 4 << 20, depth: 300, time: Duration::from_secs(20) };
    match reason {
        "time" => TrialLimits { fuel: u64::MAX >> 1, heap: 4 << 30, time: Duration::from_millis(3), ..plain },
        "stack" => TrialLimits { fuel: 10_000_000, depth: 60, ..plain },
        "heap" => TrialLimits { fuel: 10_000_000, heap: 2 << 20, ..plain },
        _ => plain,
    }
}

fn compiled(changes: &str, failure: &str) -> Compiled {
    let source = format!("attack = ( {changes} {failure} )");
    Stage::compile(&source).unwrap_or_else(|e| panic!("{source}: {e}"))
}

/// The fingerprint is worth something: whatever a method changes is seen in it where nothing puts it back.
#[test]
fn a_change_that_is_not_put_back_is_seen() {
    let mut stage = Stage::new();
    for changes in CHANGES {
        stage.begin(SCRIPT);
        let send = stage.go_on().expect("the script misses a message");
        let method = compiled(changes, "self noSuchThing");
        stage.install(&send, &method);
        let before = stage.world();
        stage.retry(&send);
        let missed = stage.go_on().expect("it misses the next message");
        assert_eq!(stage.world().0 == before.0, changes.is_empty(), "{changes}");
        stage.let_go(*missed);
        stage.take_out(*send);
    }
}

#[test]
fn ten_thousand_trials_that_fail_leave_the_world_as_it_was() {
    let mut methods = Vec::new();
    for (i, changes) in CHANGES.iter().enumerate() {
        let slow = SLOW.iter().filter(|_| i % 12 == 0);
        methods
            .extend(FAILURES.iter().chain(slow).map(|(failure, word)| (compiled(changes, failure), *changes, *failure, *word)));
    }
    let mut stage = Stage::new();
    stage.begin(SCRIPT);
    let send = stage.go_on().expect("the script misses a message");
    // What the machine makes when it first describes something is made before.
    let (before, mut failed) = (stage.world(), 0);
    for (method, changes, failure, word) in methods.iter().cycle().take(TRIALS) {
        let report = stage.try_out(&send, method, limits(word));
        let said = format!("{:?}", report.verdict);
        assert!(!matches!(report.verdict, Verdict::Answered(_)) && said.contains(word), "( {changes} {failure} ): {said}");
        failed += 1;
        if failed % 200 == 0 {
            // What the trials have left behind goes, and nothing else.
            stage.vm.collect_as(CollectionKind::Full);
        }
        if failed % methods.len() == 0 || failed < methods.len() {
            assert_eq!(stage.world(), before, "after {failed} trials, the last of them ( {changes} {failure} )");
        }
    }
    assert_eq!((stage.world(), failed), (before, TRIALS));
    // Nothing is left that the script could trip over: a method that is right passes, and the script goes on to its end.
    let right = compiled("x: x + 1.", "x");
    assert!(matches!(&stage.try_out(&send, &right, limits("")).verdict, Verdict::Answered(four) if four == "4"));
    stage.install(&send, &right);
    stage.retry(&send);
    assert_eq!(stage.go_on().map(|_| ()), Err(aura_tests::hostile::stage::End::Answered));
    stage.take_out(*send);
}
