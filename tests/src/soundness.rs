//! What strict checking passes never fails to understand a message.

use aura_command::kernel;
use aura_tests::typed_programs::program;
use aura_types::{NoFiles, Options, Project};

use crate::engines::choices;
use crate::support::{Engine, run_within};

/// Programs that are made; the fuzz target `checker` makes more.
const PROGRAMS: u64 = 1000;

fn library() -> impl Iterator<Item = (String, String)> {
    kernel::sources().map(|(name, text)| (name.to_string(), text.to_string()))
}

#[test]
fn what_strict_checking_passes_is_understood() {
    let mut project = Project::new(Options { strict: true }, library());
    let (mut passed, mut stopped) = (0u64, 0u64);
    for seed in 1..=PROGRAMS {
        let text = program(&choices(seed));
        let file = project.set("program", text.clone(), &NoFiles)[0];
        let found = project.check(file);
        if !found.is_empty() {
            // A program that goes wrong is among those that were refused, or the test would show nothing.
            stopped += u64::from(is_not_understood(&text));
            continue;
        }
        passed += 1;
        assert!(
            !is_not_understood(&text),
            "seed {seed}:\n{}\n{text}",
            run_within("program", &text, Engine::Plain, 100_000).drawn
        );
    }
    assert!(passed > PROGRAMS / 4, "only {passed} of {PROGRAMS} programs pass");
    assert!(stopped > 0, "no program that was refused goes wrong");
}

fn is_not_understood(text: &str) -> bool {
    let ran = run_within("program", text, Engine::Plain, 100_000);
    assert_ne!(ran.failure.as_deref(), Some("rejected"), "{}\n{text}", ran.drawn);
    ran.failure.is_some_and(|f| f.starts_with("doesNotUnderstand"))
}
