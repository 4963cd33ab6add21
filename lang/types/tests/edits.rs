//! After any sequence of edits, in any number of files, what is found is what a project finds that was loaded afresh.
//!
//! Files are put together from the slots and statements of the literate tests and of a few programs that were found by fuzzing, with
//! names exchanged, so that they mean one another's slots. `PROPTEST_CASES` says how many sequences are tried, `EDITS_SEED` which.

mod support;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use aura_syntax::Diagnostic;
use aura_syntax::tokens::Kind;
use aura_types::{FileId, Options, Project};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// A library small enough to be loaded again after every edit.
const SMALL: &str = include_str!("../../../fuzz/src/targets/small.aura");
const NAMES: [&str; 3] = ["a", "b", "c"];

type Files = BTreeMap<&'static str, String>;

/// Slots and statements, of which files are made.
struct Pieces {
    slots: Vec<String>,
    statements: Vec<String>,
    names: Vec<String>,
}

static PIECES: LazyLock<Pieces> = LazyLock::new(pieces);

/// Every slot at the top of a block, and every statement.
fn pieces() -> Pieces {
    let mut all = Pieces { slots: Vec::new(), statements: Vec::new(), names: Vec::new() };
    let mut texts: Vec<String> = Vec::new();
    let folder = support::root().join("tests/types");
    let mut pages: Vec<_> = std::fs::read_dir(folder).expect("tests/types").map(|e| e.expect("is listed").path()).collect();
    pages.sort();
    for page in pages.iter().filter(|p| p.extension().is_some_and(|e| e == "md")) {
        let text = std::fs::read_to_string(page).expect("is text");
        let blocks = text.split("```").skip(1).step_by(2);
        texts.extend(blocks.filter_map(|b| Some(b.strip_prefix("aura")?.split_once('\n')?.1.to_string())));
    }
    texts.push(MORE.to_string());
    for text in &texts {
        let parse = aura_syntax::parse(text);
        let lists = parse.file.slots.iter().flat_map(|l| &l.slots);
        for slot in lists {
            all.slots.push(slot.span.text(text).to_string());
        }
        all.statements.extend(parse.file.body.iter().map(|s| s.span.text(text).to_string()));
        let names = parse.tokens.iter().filter(|t| t.kind == Kind::Name).map(|t| t.span.text(text).to_string());
        all.names.extend(names);
    }
    all.names.sort();
    all.names.dedup();
    all
}

/// Slots that have led to differences.
const MORE: &str = "|
us* = twice.
up* = a.
up* = (import: 'a') twice.
twice = ( 3 ).
twice = ( us twice ).
thing = (| mixed* <any> = nil. twice = ( 'x' ) |).
thing = (| p* <- twice. q = ( p ). size = ( zork ) |).
duck = (| speak ^ <string> = ( 'quack' ) |).
robot = (| parent* = thing. speak = ( twice ). x <- 3 |).
make = ( (| parent* = self. y <- twice. grow = ( y: y + 1. y ) |) ).
make = ( (| parent* = me. y <- twice. twice = ( y: y + 1. y ) |) ).
me = ( self ).
make = ( (| parent* = traits clonable. z = a. foo = ( z twice ) |) copy ).
hear: d <duck> ^ <string> = ( d speak , '!' ).
isOdd = ( true ).
count <- 0.
up = ( count: count + 1. down ).
down = ( up size. count ).
{'effects: none' quiet = ( twice ) }.
a = import: 'a'.
b = import: 'b'.
c = import: 'c'.
|
hear: robot.
thing _AddSlots: (| zork = ( 'z' ) |).
traits clonable _AddSlots: (| zork = ( size ) |).
lobby _AddSlots: (| twice = ( 'z' ) |).
make grow zork.
a twice zork.
(a make) foo bar.
b hear: a robot";

/// Choices, one after the other.
struct Choices<'c> {
    left: &'c [u16],
}

impl Choices<'_> {
    fn of(&mut self, count: usize) -> usize {
        match self.left.split_first() {
            Some((first, rest)) => {
                self.left = rest;
                *first as usize % count
            }
            None => 0,
        }
    }
}

/// Puts a file together.
fn file(pieces: &Pieces, choices: &mut Choices) -> String {
    let few: Vec<&str> = (0..3).map(|_| pieces.names[choices.of(pieces.names.len())].as_str()).collect();
    let mut slots: Vec<String> = Vec::new();
    for _ in 0..choices.of(6) {
        let piece = &pieces.slots[choices.of(pieces.slots.len())];
        slots.push(renamed(piece, &few, choices));
    }
    let last = pieces.slots.len() - 1;
    slots.extend((0..choices.of(3)).map(|_| pieces.slots[last - choices.of(20)].clone()));
    let statements: Vec<String> = (0..choices.of(3))
        .map(|_| renamed(&pieces.statements[pieces.statements.len() - 1 - choices.of(pieces.statements.len())], &few, choices))
        .collect();
    format!("| {} |\n{}\n", slots.join(". "), statements.join(".\n"))
}

/// The piece with one of its names put for another.
fn renamed(piece: &str, few: &[&str], choices: &mut Choices) -> String {
    const COMMON: [&str; 10] = ["twice", "a", "b", "thing", "robot", "size", "parent", "zork", "make", "self"];
    let mut text = piece.to_string();
    for _ in 0..choices.of(3) {
        let parse = aura_syntax::parse(&text);
        let names: Vec<_> = parse.tokens.iter().filter(|t| t.kind == Kind::Name).map(|t| t.span).collect();
        if names.is_empty() {
            return text;
        }
        let span = names[choices.of(names.len())];
        let new = match choices.of(3) {
            0 => few[choices.of(few.len())],
            1 => COMMON[choices.of(COMMON.len())],
            _ => names[choices.of(names.len())].text(&text),
        }
        .to_string();
        text.replace_range(span.start as usize..span.end as usize, &new);
    }
    text
}

fn set(project: &mut Project, files: &Files, name: &str) -> Vec<FileId> {
    let find = |_: &str, path: &str| files.get_key_value(path).map(|(n, text)| ((*n).to_string(), text.clone()));
    project.set(name, files[name].clone(), &find)
}

fn check(project: &mut Project, name: &str) -> Vec<Diagnostic> {
    let id = project.file(name).expect("was set");
    project.check(id)
}

fn afresh(strict: bool, files: &Files) -> Project {
    let mut project = Project::new(Options { strict, in_full: false }, [("small".to_string(), SMALL.to_string())]);
    NAMES.iter().for_each(|name| drop(set(&mut project, files, name)));
    project
}

/// Sets each version in turn; what is affected is looked at again, and so is everything afresh.
fn differences(versions: &[(usize, String)], strict: bool) -> Result<(), String> {
    let mut files: Files = NAMES.iter().map(|name| (*name, String::new())).collect();
    let mut project = afresh(strict, &files);
    let mut known: BTreeMap<&str, Vec<Diagnostic>> = NAMES.iter().map(|name| (*name, check(&mut project, name))).collect();
    for (i, (which, version)) in versions.iter().enumerate() {
        let edited = NAMES[which % 3];
        files.insert(edited, version.clone());
        let affected = set(&mut project, &files, edited);
        for name in NAMES {
            if affected.contains(&project.file(name).expect("was set")) {
                known.insert(name, check(&mut project, name));
            }
        }
        let mut fresh = afresh(strict, &files);
        for name in NAMES {
            let wanted = check(&mut fresh, name);
            if known[name] != wanted {
                let short = |all: &[Diagnostic]| -> Vec<String> {
                    all.iter()
                        .map(|d| format!("    {} {} at {:?} {:?} {:?} {:?}", d.code, d.message, d.span, d.notes, d.help, d.fix))
                        .collect()
                };
                let (mine, theirs) = (short(&known[name]).join("\n"), short(&wanted).join("\n"));
                return Err(format!("{name} after edit {i}, strict: {strict}\n{mine}\nafresh:\n{theirs}"));
            }
        }
    }
    Ok(())
}

/// Sequences in which a difference was found, each with the reason, and how many findings there are at the end.
#[test]
fn after_edits_that_were_found_everything_is_as_afresh() {
    let found: &[(&str, &[(usize, &str)])] = &[
        (
            "a parent is found through itself",
            &[(1, "| twice = ( 3 ) |"), (1, "| us* = twice |"), (0, "| up* = (import: 'b') twice |")],
        ),
        (
            "an object inherits from itself",
            &[(0, "| circle = (| parent* = circle. a <- 1 |). make = ( (| parent* = self. y <- a |) ) |")],
        ),
        (
            "two slots of one name",
            &[(0, "| x <stack of: E> = (| items <- list copy. map: f = ( list foo ) |). x = (| x <int> <- 0 |) |")],
        ),
        (
            "a parent's name comes and goes",
            &[(0, "| us* = twice |"), (2, "| c = 3 |\nlobby _AddSlots: (| twice = ( 'z' ) |)"), (2, "| |")],
        ),
        (
            "a parent changes",
            &[
                (1, "| person = (| parent* = traits clonable. n* = named |). up* = (import: 'a') twice |"),
                (0, "| twice = ( 3 ) |"),
            ],
        ),
        (
            "what was added is gone, and is near to nothing",
            &[(2, "traits clonable _AddSlots: (| f = ( 3 ) |)"), (0, "| m = ( e ) |"), (2, "")],
        ),
        ("the first of several ways", &[(0, "| zork = ( a: 3 ) |"), (0, WAYS)]),
        ("parameters of what inherits from itself", &[(1, BAG), (0, "| held <any> <- 3 |")]),
        ("an object goes and comes", &[(2, ROBOT), (2, "| |"), (2, ROBOT)]),
        (
            "an object in code has an open parent",
            &[(0, "| name: x = ( self twice ) |"), (1, "| make = ( (| p* = _Clone clonable. twice = ( 3 ) |) ) |"), (1, "| |")],
        ),
        (
            "two files add the same slot",
            &[
                (1, "lobby _AddSlots: (| t = ( 'z' ) |)"),
                (2, "lobby _AddSlots: (| t = ( 3 ) |)"),
                (1, "lobby _AddSlots: (| t = ( 'y' ) |)"),
                (0, "t zork"),
            ],
        ),
        (
            "an interface lost a message",
            &[(1, "| robot = (| speak = ( 'beep' ) |) |"), (0, HEARS), (1, "| robot = (| size = 3 |) |")],
        ),
        (
            "methods that answer one another",
            &[
                (0, "| b = import: 'b'. x = ( 3 ) |"),
                (1, "| a = import: 'a'. y = ( a x ). z = ( y foo ) |"),
                (0, "| b = import: 'b'. x = ( b y ) |"),
            ],
        ),
        (
            "a parent and a method of one name",
            &[(0, "| twice = ( 3 ) |"), (1, "| up* = (import: 'a') twice. up = ( 3 ) |"), (0, "| down = ( up size ) |")],
        ),
        (
            "the library's objects have a parent that a file replaces",
            &[(1, "lobby _AddSlots: (| lobby = ( 'z' ) |)"), (0, "| label: n <int> ^ <string> = ( n < 9 ifTrue: [ 'many' ] ) |")],
        ),
        (
            "an object in code elsewhere has a slot of the same name",
            &[
                (0, "| make = ( (| parent* = self. y <- twice. twice = ( y: y + 1. y ) |) ) |"),
                (1, "| make = ( (| parent* = self. y <- twice. twice = ( y: y + 1. y ) |) ) |"),
            ],
        ),
        (
            "an object in code is self's heir in a roundabout way",
            &[(0, ROUNDABOUT), (1, ROUNDABOUT), (0, "| |"), (0, ROUNDABOUT), (2, ROUNDABOUT)],
        ),
        (
            "an object in code is self's heir and something else's",
            &[(0, TWO_PARENTS), (1, TWO_PARENTS), (0, "| |"), (0, TWO_PARENTS), (1, ROUNDABOUT)],
        ),
        (
            "an object in code elsewhere says what it is",
            &[
                (2, "lobby _AddSlots: (| thing = (| parent* = traits clonable. isOdd ^ <bool> = ( false ) |) |)"),
                (0, "| f: x <thing> = ( x isOdd ifTrue: [ x foo ]. 3 ) |"),
                (1, "| make = ( (| parent* = thing. isOdd = ( true ) |) ) |"),
            ],
        ),
    ];
    for (reason, versions) in found {
        let versions: Vec<(usize, String)> = versions.iter().map(|v| (v.0, v.1.to_string())).collect();
        for strict in [false, true] {
            let differences = differences(&versions, strict);
            assert!(differences.is_ok(), "{reason}: {differences:?}");
        }
    }
}

const WAYS: &str = "| zork = (| count <- 0. {'effects: allocates'  more ^ <thing> = ( a count: count + 1 ) }. a = ( count: 3. b ). b = ( zork count: 3 ) |) |";
const ROUNDABOUT: &str = "| me = ( self ). make = ( (| parent* = me. y <- twice. twice = ( y: y + 1. y ) |) ) |";
const TWO_PARENTS: &str = "| make = ( (| parent* = self. p* = traits clonable. y <- twice. twice = ( y: y + 1. y ) |) ) |";
const BAG: &str =
    "| bag <bag of: E> = (| parent* <bag of: E Keys: int> = traits collection. items <list of: E> <- list copy |) |";
const ROBOT: &str = "| robot = (| parent* = thing. speak = ( twice ). x <- 3 |) |";
const HEARS: &str = "| b = import: 'b'. c = import: 'c'. duck = (| speak ^ <string> = ( 'quack' ) |). hear: d <duck> = ( d speak ) |\nhear: b robot";

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: seed(), cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn after_edits_everything_is_as_afresh(edits in prop::collection::vec((0usize..3, prop::collection::vec(any::<u16>(), 0..60)), 1..8)) {
        let versions: Vec<(usize, String)> =
            edits.iter().map(|(which, choices)| (*which, file(&PIECES, &mut Choices { left: choices }))).collect();
        for strict in [false, true] {
            if let Err(difference) = differences(&versions, strict) {
                let shown: Vec<String> = versions.iter().map(|v| format!("--- {}\n{}", NAMES[v.0], v.1)).collect();
                prop_assert!(false, "{difference}\n{}", shown.join(""));
            }
        }
    }
}

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|s| s.parse().ok()).unwrap_or(100)
}

fn seed() -> RngSeed {
    RngSeed::Fixed(std::env::var("EDITS_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(1))
}
