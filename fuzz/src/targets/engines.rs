//! Random well-formed programs neither crash nor hang the machine, and do the same on every engine: with collection at every safepoint, compiled
//! by either tier before or soon after their first activation, and with guesses of the optimizing tier taken to be wrong at random.
//!
//! Input is a program as [`crate::texts`] reads it: choices for `aura_tests::programs` or `loops`, or a text, which need not be well formed.

use aura_tests::machine::Engine;

use crate::texts;

/// Enough for every program that ends by itself. Fuel is exact, so the others end at the same point everywhere.
const FUEL: u64 = 3_000;

/// Engines that are held against the interpreter. Those that work at an image are the target `image`'s.
const OTHERS: [Engine; 6] =
    [Engine::Optimized, Engine::Shaken, Engine::Baseline, Engine::OptimizedStress, Engine::BaselineStress, Engine::Stress];

/// Enough for programs with long loops, all of which end.
const ENOUGH: u64 = 1 << 26;

/// Engines that these are held against the interpreter: collecting everywhere would take long.
const LOOPING: [Engine; 4] = [Engine::Hot, Engine::Optimized, Engine::Shaken, Engine::Baseline];

/// One input.
pub fn run(input: &[u8]) {
    let Some(text) = texts::program(input) else { return };
    let codes = match aura_command::source::compile("program", &text, false) {
        Ok(codes) => codes,
        Err(_) if input.first() == Some(&texts::TEXT) => return,
        Err(drawn) => panic!("not well formed:\n{drawn}\n{text}"),
    };
    let loops = input.first() == Some(&texts::LOOPS);
    let (fuel, others) = if loops { (ENOUGH, &LOOPING[..]) } else { (FUEL, &OTHERS[..]) };
    let Some(plain) = texts::interpreted(&codes, fuel) else { return };
    for engine in others.iter().copied() {
        let other = texts::run(&codes, engine, fuel);
        assert_eq!((&plain.out, &plain.failure), (&other.out, &other.failure), "{engine:?}:\n{text}");
    }
}
