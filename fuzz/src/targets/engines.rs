//! Random well-formed programs neither crash nor hang the machine, and do the same on every engine: with collection at every safepoint, compiled
//! by either tier before or soon after their first activation, and with guesses of the optimizing tier taken to be wrong at random.
//!
//! Input is choices for `aura_tests::programs`.

use aura_tests::machine::{Engine, run_within};
use aura_tests::programs::program;

/// Enough for every program that ends by itself. Fuel is exact, so the others end at the same point everywhere.
const FUEL: u64 = 3_000;

/// Engines that are held against the interpreter. Those that work at an image are the target `image`'s.
const OTHERS: [Engine; 6] =
    [Engine::Optimized, Engine::Shaken, Engine::Baseline, Engine::OptimizedStress, Engine::BaselineStress, Engine::Stress];

/// One input.
pub fn run(input: &[u8]) {
    let text = program(input);
    let plain = run_within("program", &text, Engine::Plain, FUEL);
    assert_ne!(plain.failure.as_deref(), Some("rejected"), "not well formed:\n{}\n{text}", plain.drawn);
    for engine in OTHERS {
        let other = run_within("program", &text, engine, FUEL);
        assert_eq!((&plain.out, &plain.failure), (&other.out, &other.failure), "{engine:?}:\n{text}");
    }
}
