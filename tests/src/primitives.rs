//! Every primitive that works on its operands alone, with every pair of kinds of operands, does the same on every engine.
//!
//! Which there are is read from `docs/primitives.md`, which a test holds to the machine's table.

use std::fmt::Write as _;

use crate::support::{Engine, root, run};

const ENGINES: [Engine; 4] = [Engine::Baseline, Engine::Hot, Engine::Optimized, Engine::Shaken];

/// One of each kind, and those at the ends of kinds.
const OPERANDS: [&str; 21] = [
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
];

/// Their names begin so; others are about the world, other processes, or activations.
const BEGINNINGS: [&str; 14] = [
    "_Int",
    "_Float",
    "_String",
    "_At:",
    "_Byte",
    "_Bytes",
    "_Clone",
    "_Eq:",
    "_Size",
    "_New",
    "_JSON",
    "_Regex",
    "_Describe",
    "_Inherits",
];

/// These print.
const NOT: [&str; 2] = ["_StringPrint", "_StringPrintError"];

fn primitives() -> Vec<String> {
    let page = std::fs::read_to_string(root().join("docs/primitives.md")).expect("the page of primitives");
    let words = page.lines().filter(|l| l.starts_with("| `_")).flat_map(|l| l.split('`').skip(1).step_by(2));
    let wanted = |w: &&str| BEGINNINGS.iter().any(|b| w.starts_with(b)) && !NOT.contains(w) && w.matches(':').count() <= 2;
    let mut all: Vec<String> = words.filter(wanted).map(str::to_owned).collect();
    all.sort();
    all.dedup();
    all
}

/// `a _IntAdd: b IfFail: […]`
fn send(name: &str) -> String {
    const FAILS: &str = "IfFail: [|:e| 'fails: ' , e ]";
    if !name.contains(':') {
        return format!("a {name}{FAILS}");
    }
    let arguments = ["b", "c"];
    let parts = name.split_inclusive(':').zip(arguments).map(|(part, a)| format!("{part} {a} "));
    format!("a {}{FAILS}", parts.collect::<String>())
}

/// Tries one primitive with all operands; what is printed is what comes back.
fn program(name: &str) -> String {
    let mut text = String::from("| fresh = ( { ");
    text += &OPERANDS.join(". ");
    text += " } ).\n";
    text += "tell: v = ( ((v isNumber) || [ v isString ]) ifTrue: [ v printString printLine ] False: [ v printString size printLine ] ).\n";
    let _ = writeln!(text, "do: a With: b With: c = ( {} ).", send(name));
    let inner = if name.contains(':') { OPERANDS.len() } else { 1 };
    let _ = write!(
        text,
        "all = ( 0 upTo: {n} Do: [|:i| 0 upTo: {inner} Do: [|:j| tell: (do: (fresh at: i) With: (fresh at: j) With: (fresh at: (i + j) % {n})) ] ] ) |\nall\n",
        n = OPERANDS.len()
    );
    text
}

#[test]
fn every_primitive_does_the_same_with_all_operands_on_every_engine() {
    let all = primitives();
    assert!(all.len() > 90, "only {} primitives were found", all.len());
    for name in all {
        let text = program(&name);
        let plain = run("primitive", &text, Engine::Plain);
        assert_eq!(plain.failure, None, "{name}: {}\n{text}", plain.drawn);
        assert!(plain.out.lines().count() >= OPERANDS.len(), "{name} tells nothing:\n{}", plain.out);
        for engine in ENGINES {
            let other = run("primitive", &text, engine);
            let first = plain.out.lines().zip(other.out.lines()).enumerate().find(|(_, (a, b))| a != b);
            assert!(plain == other, "{name}, {engine:?}: line {first:?}\n{}\n{text}", other.drawn);
        }
    }
}
