//! Random well-formed programs neither crash nor hang the machine, and do the same with collection at every safepoint, compiled, and both.
#![no_main]

use aura_run::Tiers;
use libfuzzer_sys::fuzz_target;

mod machine;

/// Enough for every program that ends by itself.
const FUEL: u64 = 3_000;

fuzz_target!(|choices: &[u8]| {
    let text = aura_tests::programs::program(choices);
    let plain = machine::deeds(&text, FUEL, false, Tiers::Interpreter);
    for (stress, tiers) in [(true, Tiers::Interpreter), (false, Tiers::Baseline), (true, Tiers::Baseline)] {
        assert_eq!(plain, machine::deeds(&text, FUEL, stress, tiers), "stress: {stress}, {tiers:?}\n{text}");
    }
});
