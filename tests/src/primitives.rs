//! Every primitive, but for a few that are named with a reason, does the same on every engine with every pair of kinds of operands; and the
//! checker's table has every primitive, but for those that are named.
//!
//! Which there are is read from `docs/primitives.md`, which a test holds to the machine's table. So a new one is tested, and asked for a
//! type, without anybody's having to think of it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::support::{Engine, root, run};

const ENGINES: [Engine; 4] = [Engine::Baseline, Engine::Hot, Engine::Optimized, Engine::Shaken];

/// One of each kind, and those at the ends of kinds.
const OPERANDS: [&str; 25] = [
    "0",
    "1",
    "-1",
    "3",
    "4611686018427387903",
    "-4611686018427387904",
    "4611686018427387904",
    "0.5",
    "0.0",
    "0.0 negate",
    "1.0e300",
    "(0.0 / 0.0)",
    "''",
    "'a'",
    "'\u{e4}b'",
    "nil",
    "true",
    "(vector copySize: 2 FillingWith: 7)",
    "(byteVector copySize: 2 FillingWith: 7)",
    "[ 1 ]",
    "(| x <- 1. parent* = traits clonable |)",
    "(reflect: (| a <- 1. parent* = traits clonable |))",
    "((| a = ( 3 ) |) _Mirror _MirrorContentsAt: 'a')",
    "[ 3 ] fork",
    "(semaphore copyCount: 1)",
];

/// Those of them that nobody else has: what happens to them does not change the world.
const OWN: [&str; 4] = [
    "(vector copySize: 2 FillingWith: 7)",
    "(byteVector copySize: 2 FillingWith: 7)",
    "[ 1 ]",
    "(| x <- 1. parent* = traits clonable |)",
];

/// These are not tried, and why.
const EXCEPT: [(&str, &str); 9] = [
    ("_TimeMicroseconds", "it is another each time"),
    ("_TimeNow", "it is another each time"),
    ("_RandomEntropy", "it is another each time"),
    ("_Exit:", "it ends the program"),
    ("_Unhandled:", "it stops the program for its host"),
    ("_UnwindTo:Value:", "it leaves the activation that a number names, with all that tries it"),
    ("_HandlerMark", "an instruction, in the library's own way of writing it only"),
    ("_Protect:", "an instruction, in the library's own way of writing it only"),
    ("_ContinueUnwind:", "an instruction, in the library's own way of writing it only"),
];

/// The checker's table does not have these: what they answer is written at the library's messages that send them.
const UNTYPED: &[&str] = &[
    "_Arguments",
    "_BlockValueWithArguments:",
    "_CollectGarbage",
    "_ContinueUnwind:",
    "_DirectoryMake",
    "_DirectoryRemove",
    "_EnvironmentAll",
    "_EnvironmentAt",
    "_Evaluate:Named:",
    "_FileAppend:",
    "_FileRemove",
    "_FileRename:",
    "_FileWrite:",
    "_FileWriteBytes:",
    "_FlushOutput",
    "_ImageAbort",
    "_ImageCommit",
    "_ImageHead",
    "_Import:From:",
    "_InputAll",
    "_InputLine",
    "_MethodSource",
    "_MirrorAt:Put:",
    "_MirrorCommentAt:",
    "_MirrorContentsAt:",
    "_MirrorNameOf:",
    "_MirrorReflectee",
    "_MirrorSourceAt:",
    "_Perform:",
    "_Perform:With:",
    "_Perform:With:With:",
    "_Perform:With:With:With:",
    "_Perform:With:With:With:With:",
    "_Perform:WithArguments:",
    "_ProcessJoin",
    "_ProcessResume",
    "_ProcessSuspend",
    "_ProcessTerminate",
    "_Protect:",
    "_RandomBelow:",
    "_RandomEntropy",
    "_RandomFloat",
    "_SemaphoreSignal",
    "_SemaphoreTryWait",
    "_SemaphoreWait",
    "_SleepMilliseconds:",
    "_StringPrint",
    "_StringPrintError",
    "_TimeAdd:Zone:",
    "_TimeFields:",
    "_TimeFormat:Zone:",
    "_TimeFromFields:",
    "_TimeParse:",
    "_TimeParse:Format:",
    "_TimePrint:",
    "_TransactionAbort",
    "_TransactionBegin",
    "_TransactionEnd",
    "_Unhandled:",
    "_Yield",
];

/// Of these, nothing else goes on as it was if the receiver is an object that everybody has.
const CHANGING: [&str; 5] = ["_AddSlots:", "_AddSlotsIfAbsent:", "_Define:", "_RemoveSlot:", "_RemoveAllSlots"];

/// What the page names.
fn on_the_page() -> BTreeSet<String> {
    let page = std::fs::read_to_string(root().join("docs/primitives.md")).expect("the page of primitives");
    let words = page.lines().filter(|l| l.starts_with("| `_")).flat_map(|l| l.split('`').skip(1).step_by(2));
    words.filter(|w| w.starts_with('_')).map(str::to_owned).collect()
}

fn is_excepted(name: &str) -> bool {
    EXCEPT.iter().any(|(n, _)| *n == name)
}

/// `a _IntAdd: b IfFail: […]`
fn send(name: &str) -> String {
    const FAILS: &str = "IfFail: [|:e| 'fails: ' , e ]";
    if !name.contains(':') {
        return format!("a {name}{FAILS}");
    }
    let arguments = ["b", "c", "b", "c", "b"];
    let parts = name.split_inclusive(':').zip(arguments).map(|(part, a)| format!("{part} {a} "));
    format!("a {}{FAILS}", parts.collect::<String>())
}

/// Tries one primitive with all operands; what is printed is what comes back, or the kind of condition that it ended with.
fn program(name: &str) -> String {
    let receivers = if CHANGING.contains(&name) { &OWN[..] } else { &OPERANDS[..] };
    // Blocks, so that each try has operands of its own.
    let blocks = |all: &[&str]| all.iter().map(|o| format!("[ {o} ]")).collect::<Vec<_>>().join(". ");
    let mut text = format!("| operands = {{ {} }}.\nreceivers = {{ {} }}.\n", blocks(&OPERANDS), blocks(receivers));
    text += "tell: v = ( ((v isNumber) || [ v isString ]) ifTrue: [ v printString printLine ] False: [ v printString size printLine ] ).\n";
    let _ = writeln!(text, "do: a With: b With: c = ( {} ).", send(name));
    text += "try: a With: b With: c = ( [ tell: (do: a With: b With: c) ] onError: [|:e| ('ends: ' , e kind) printLine ] ).\n";
    let inner = if name.contains(':') { OPERANDS.len() } else { 1 };
    let _ = write!(
        text,
        "all = ( 0 upTo: {r} Do: [|:i| 0 upTo: {inner} Do: [|:j| try: (receivers at: i) value With: (operands at: j) value With: (operands at: (i + j) % {n}) value ] ] ) |\nall\n",
        r = receivers.len(),
        n = OPERANDS.len()
    );
    text
}

/// What is wrong with a primitive, if anything is.
fn difference(name: &str) -> Option<String> {
    let text = program(name);
    let plain = run("primitive", &text, Engine::Plain);
    if let Some(failure) = &plain.failure {
        return Some(format!(
            "{name} ends the program: {failure}\n{}\n{}",
            plain.drawn,
            plain.out.lines().last().unwrap_or_default()
        ));
    }
    let least = if CHANGING.contains(&name) { OWN.len() } else { OPERANDS.len() };
    if plain.out.lines().count() < least {
        return Some(format!("{name} tells nothing:\n{}", plain.out));
    }
    ENGINES.into_iter().find_map(|engine| {
        let other = run("primitive", &text, engine);
        let first = plain.out.lines().zip(other.out.lines()).enumerate().find(|(_, (a, b))| a != b);
        (plain != other).then(|| format!("{name}, {engine:?}: line {first:?}\n{}", other.drawn))
    })
}

#[test]
fn every_primitive_does_the_same_with_all_operands_on_every_engine() {
    let all = on_the_page();
    let unknown: Vec<&str> = EXCEPT.iter().map(|(name, _)| *name).chain(CHANGING).filter(|name| !all.contains(*name)).collect();
    assert!(unknown.is_empty(), "there are no such primitives: {unknown:?}");
    let wrong: Vec<String> = all.iter().filter(|name| !is_excepted(name)).filter_map(|name| difference(name)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is new is given a type, or a place in the list of those that have none.
#[test]
fn the_checker_knows_every_primitive_but_those_that_are_named() {
    let all: BTreeSet<&str> =
        aura_run::primitive_names().into_iter().chain(["_HandlerMark", "_Protect:", "_ContinueUnwind:"]).collect();
    let typed: BTreeSet<&str> = aura_types::typed_primitives().collect();
    let untyped: BTreeSet<&str> = UNTYPED.iter().copied().collect();
    let gone: Vec<_> = typed.union(&untyped).filter(|name| !all.contains(**name)).collect();
    assert!(gone.is_empty(), "the machine has none of these: {gone:?}");
    let both: Vec<_> = typed.intersection(&untyped).collect();
    assert!(both.is_empty(), "these have a type: {both:?}");
    let missing: Vec<_> = all.iter().filter(|name| !typed.contains(**name) && !untyped.contains(**name)).collect();
    assert!(missing.is_empty(), "nothing is known of these (lang/types/src/primitives.rs): {missing:?}");
}

#[test]
fn what_is_not_a_vector_of_activations_is_refused() {
    for receiver in ["3", "nil", "'text'", "(| x <- 1 |)", "0.5"] {
        let code = format!("({receiver} _ActivationsTextIfFail: [|:e| e ]) printLine");
        assert_eq!(run("activations", &code, Engine::Plain).out, "badTypeError\n", "{receiver}");
    }
}
