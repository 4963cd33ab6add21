//! See `aura_fuzz::targets::parser`.
#![no_main]

libfuzzer_sys::fuzz_target!(init: aura_fuzz::quiet(), |input: &[u8]| aura_fuzz::targets::parser::run(input));
