//! Random well-formed programs neither crash nor hang the machine, and do the same with collection at every safepoint.
#![no_main]

use libfuzzer_sys::fuzz_target;

mod machine;

/// Enough for every program that ends by itself.
const FUEL: u64 = 3_000;

fuzz_target!(|choices: &[u8]| {
    let text = aura_tests::programs::program(choices);
    assert_eq!(machine::deeds(&text, FUEL, false), machine::deeds(&text, FUEL, true), "{text}");
});
