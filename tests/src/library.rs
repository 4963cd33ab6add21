//! Every example in the comments of the library: evaluated, and its answer printed as the comment says.

use aura_command::commands::test::{Terms, comments_check};
use aura_command::examples;
use aura_run::{CapSet, Limits};

use crate::support::{Engine, machine};

/// A limit for each example, so that a loop without end fails instead of hanging.
fn terms() -> Terms {
    Terms {
        caps: CapSet::script().with_read(Vec::new()),
        limits: Limits { fuel: Some(50_000_000), ..Limits::default() },
        aside: false,
    }
}

/// Tries all examples.
fn examples_are_true(engine: Engine) {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (file, text) in aura_command::kernel::sources() {
        let (mut vm, _) = machine();
        engine.set_up(&mut vm);
        for e in examples::find(text) {
            count += 1;
            let lobby = vm.specials.lobby;
            if let Err(why) = comments_check(&mut vm, lobby, &e, &terms()) {
                wrong.push(format!("{file}:{}: {}\n{why}", e.line, e.code));
            }
        }
    }
    assert!(count > 300, "only {count} examples were found");
    assert!(wrong.is_empty(), "{engine:?}: {} of {count} examples are wrong:\n\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_examples_in_its_comments_are_true() {
    examples_are_true(Engine::Plain);
}

#[test]
fn and_where_it_is_compiled() {
    for engine in [Engine::Warm, Engine::Baseline, Engine::Hot, Engine::Optimized, Engine::Shaken] {
        examples_are_true(engine);
    }
}

#[test]
fn and_with_collection_everywhere() {
    for engine in [Engine::Stress, Engine::BaselineStress, Engine::OptimizedStress] {
        examples_are_true(engine);
    }
}
