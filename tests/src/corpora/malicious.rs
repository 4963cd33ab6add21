//! Methods that mean harm, and the same in disguise. Each is done as if no gate had looked, and does none.

use std::fmt::Write as _;

use aura_tests::hostile::harm::{Bait, SCRIPT, attempt};
use aura_tests::hostile::read::{self, File};
use aura_tests::hostile::stage::Stage;

use super::on_threads;
use super::variants::{BOMB, DISGUISES, Disguise};

/// A method and how it is disguised.
fn methods(case: &str, nth: usize, expensive: bool) -> Vec<(&'static str, String)> {
    if case.starts_with("attack = ") || case.starts_with("attack=") {
        return vec![("as written", case.to_string())];
    }
    let some = |(i, d): (usize, &'static Disguise)| {
        let wanted = match (i, expensive) {
            (0, _) => true,
            (_, false) => d.name == BOMB || (i + nth).is_multiple_of(3),
            // What uses up the limits of a trial would only use up those of the script.
            (_, true) => d.name != BOMB && (i + nth).is_multiple_of(9),
        };
        wanted.then(|| (d.name, d.of(case)))
    };
    DISGUISES.iter().enumerate().filter_map(some).collect()
}

/// What came of a file.
#[derive(Default)]
struct Tally {
    cases: usize,
    methods: usize,
    refused: usize,
    harm: Vec<String>,
    /// Methods that the gates let through.
    passed: Vec<String>,
}

/// Classes whose methods use up what they may use each time.
const EXPENSIVE: [&str; 8] = ["fuel", "heap", "amplifiers", "numbers", "patterns", "stack", "swallowing", "asking"];

fn file(file: &File) -> Tally {
    let mut stage = Stage::new();
    let bait = Bait::new();
    let script = bait.fill(if file.program.is_empty() { SCRIPT } else { &file.program });
    let mut tally = Tally { cases: file.cases.iter().map(Vec::len).sum(), ..Tally::default() };
    for (nth, case) in file.cases.iter().flatten().enumerate() {
        for (disguise, method) in methods(case, nth, EXPENSIVE.contains(&file.name.as_str())) {
            let method = bait.fill(&method);
            let fate = attempt(&mut stage, &bait, &script, &method);
            tally.methods += 1;
            match &fate.refused {
                Some(_) => tally.refused += 1,
                None => tally.passed.push(method.clone()),
            }
            if fate.used_up || !fate.harm.is_empty() {
                stage = Stage::new();
            }
            tally.harm.extend(fate.harm.into_iter().map(|harm| format!("{} ({disguise}): {method}\n    {harm}", file.name)));
        }
    }
    tally
}

#[test]
fn methods_that_mean_harm_are_contained_even_where_no_gate_has_looked() {
    let files = read::folder("malicious");
    let tallies = on_threads(&files, file);
    let mut table = String::from("class, as written, with variants, refused by the gates\n");
    for (file, t) in files.iter().zip(&tallies) {
        let _ = writeln!(table, "{}, {}, {}, {}", file.name, t.cases, t.methods, t.refused);
    }
    let harm: Vec<&str> = tallies.iter().flat_map(|t| &t.harm).map(String::as_str).collect();
    let (cases, methods) = tallies.iter().fold((0, 0), |(c, m), t| (c + t.cases, m + t.methods));
    println!("{table}{cases} written, {methods} with variants");
    if std::env::var_os("AURA_CORPORA").is_some() {
        tallies.iter().flat_map(|t| &t.passed).for_each(|m| println!("passed the gates: {m}"));
    }
    assert!(harm.is_empty(), "{} of {methods} did harm:\n{}", harm.len(), harm.join("\n"));
    assert!(files.len() >= 12 && cases >= 300, "{cases} methods in {} classes", files.len());
}
