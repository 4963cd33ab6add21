//! What strict checking passes never fails to understand a message.

use aura_command::kernel;
use aura_tests::typed_programs::program;
use aura_types::{NoFiles, Options, Project};

use crate::engines::{choices, seeds};
use crate::support::{Engine, run_within};

/// Programs that are made; the fuzz target `checker` makes more, and so does `AURA_SEEDS=1000..20000`.
const PROGRAMS: u64 = 1000;

/// What a program may do; those without an end stop there.
const FUEL: u64 = 30_000;

fn library() -> impl Iterator<Item = (String, String)> {
    kernel::sources().map(|(name, text)| (name.to_string(), text.to_string()))
}

#[test]
fn what_strict_checking_passes_is_understood() {
    let mut project = Project::new(Options { strict: true, in_full: false }, library());
    let (mut passed, mut stopped) = (0u64, 0u64);
    let seeds = seeds(1..PROGRAMS + 1);
    let count = seeds.end - seeds.start;
    for seed in seeds {
        let text = program(&choices(seed));
        let file = project.set("program", text.clone(), &NoFiles)[0];
        let found = project.check(file);
        if !found.is_empty() {
            // A program that goes wrong is among those that were refused, or the test would show nothing.
            stopped += u64::from(stopped < 20 && is_not_understood(&text));
            continue;
        }
        passed += 1;
        assert!(!is_not_understood(&text), "seed {seed}:\n{}\n{text}", run_within("program", &text, Engine::Plain, FUEL).drawn);
    }
    println!("{count} programs, {passed} pass strict checking, all of those are understood");
    assert!(passed > count / 4, "only {passed} of {count} programs pass");
    assert!(stopped > 0, "no program that was refused goes wrong");
}

fn is_not_understood(text: &str) -> bool {
    let ran = run_within("program", text, Engine::Plain, FUEL);
    assert_ne!(ran.failure.as_deref(), Some("rejected"), "{}\n{text}", ran.drawn);
    ran.failure.is_some_and(|f| f.starts_with("doesNotUnderstand"))
}
