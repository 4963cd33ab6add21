//! Programs that targets run: made of choices, or whole texts, so that the tests' own programs can be changed, too.
//!
//! An input whose first byte is 0 has a text behind it, one whose first byte is 255 has choices for a program with long loops; any other is choices for
//! another program from its first byte on.

use std::sync::Arc;

use aura_code::Code;
use aura_tests::machine::{Engine, Ran, run_in_memory};
use aura_tests::{loops, programs};

/// The first byte of what holds texts.
pub(crate) const TEXT: u8 = 0;
/// The first byte of choices for a program that spends its time in loops.
pub(crate) const LOOPS: u8 = 255;

/// Programs that hold one of these words depend on time, chance, or what is outside, or sleep. They are not run.
const FOREIGN: [&str; 14] = [
    "time",
    "now",
    "today",
    "random",
    "entropy",
    "shuffled",
    "sleep",
    "files",
    "environment",
    "image",
    "transaction",
    "import",
    "identityHash",
    "hash",
];
/// So do primitives that begin like this.
const FOREIGN_PRIMITIVES: [&str; 11] = [
    "_Time",
    "_Sleep",
    "_Random",
    "_File",
    "_Directory",
    "_Input",
    "_Image",
    "_Transaction",
    "_Environment",
    "_IdentityHash",
    "_Import",
];

/// Memory of a program. A text may want any amount, and what collects everywhere takes its time with it.
const MEMORY: u64 = 24 << 20;

/// The program that an input means, if it is one that may be run.
pub(crate) fn program(input: &[u8]) -> Option<String> {
    match input.split_first() {
        Some((&TEXT, text)) => std::str::from_utf8(text).ok().filter(|text| is_by_itself(text)).map(str::to_owned),
        Some((&LOOPS, choices)) => Some(loops::program(choices)),
        _ => Some(programs::program(input)),
    }
}

/// Whether a program does the same whenever it is run. Words count wherever they stand: a text may be performed.
fn is_by_itself(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    !words.any(|word| FOREIGN.contains(&word) || FOREIGN_PRIMITIVES.iter().any(|begin| word.starts_with(begin)))
}

/// What a program does on an engine.
pub(crate) fn run(codes: &[Arc<Code>], engine: Engine, fuel: u64) -> Ran {
    run_in_memory("program", codes, engine, fuel, MEMORY)
}

/// What it does when it is interpreted; nothing if that depends on how much memory there is, which engines need not use alike.
pub(crate) fn interpreted(codes: &[Arc<Code>], fuel: u64) -> Option<Ran> {
    let plain = run(codes, Engine::Plain, fuel);
    let narrow = run_in_memory("program", codes, Engine::Plain, fuel, MEMORY * 2 / 3);
    ((&plain.out, &plain.failure) == (&narrow.out, &narrow.failure)).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_choices_are_told_apart() {
        assert_eq!(program(b"\x003 printLine").as_deref(), Some("3 printLine"));
        assert_eq!(program(b"\x01\x02"), Some(programs::program(b"\x01\x02")));
        assert_eq!(program(b"\xff\x02"), Some(loops::program(b"\x02")));
        assert_eq!(program(b"\x00\xff"), None);
        for text in ["process sleep: 9", "date now", "3 perform: 'time'", "_TimeMicroseconds"] {
            assert!(!is_by_itself(text), "{text}");
        }
        assert!(is_by_itself("timeless nowhere"));
    }
}
