//! Random programs do the same on every engine.

use aura_tests::{loops, programs::program};

use crate::support::{Engine, run_within};

/// Engines on which programs with long loops are compared.
const LOOPING: [Engine; 4] = [Engine::Hot, Engine::Baseline, Engine::Optimized, Engine::Shaken];

/// Programs that are tried; the fuzz target `engines` tries more.
const PROGRAMS: u64 = 60;

/// Some of them never end by themselves; fuel is exact, so they end at the same point everywhere.
const FUEL: u64 = 3_000;

pub(crate) fn choices(seed: u64) -> Vec<u8> {
    let mut x = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    (0..400)
        .map(|_| {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            (x >> 32) as u8
        })
        .collect()
}

/// The seeds of the programs: a few.
fn programs() -> std::ops::Range<u64> {
    seeds(1..PROGRAMS + 1)
}

/// These seeds, or as many as a long run asks for (`AURA_SEEDS=1000..2000`).
pub(crate) fn seeds(few: std::ops::Range<u64>) -> std::ops::Range<u64> {
    let asked = std::env::var("AURA_SEEDS").ok().and_then(|range| {
        let (from, to) = range.split_once("..")?;
        Some(from.parse().ok()?..to.parse().ok()?)
    });
    asked.unwrap_or(few)
}

/// Whether a long run is to try this engine (`AURA_ENGINES=Optimized,Shaken`); all, if nothing is said.
fn asked(engine: Engine) -> bool {
    std::env::var("AURA_ENGINES").map_or(true, |only| only.split(',').any(|name| name == format!("{engine:?}")))
}

/// Methods that consist of a primitive, where it fails: the caches know them, so compiled code calls them as the interpreter does.
#[test]
fn fuel_ends_at_the_same_point_where_primitives_fail() {
    let code = "1 to: 9000 Do: [ |:i| 4 = 'a'. 4.5 != nil. { 1. 'b' } do: [|:e| 4 = e ]. i printLine ]";
    let ran = |engine| run_within("fuel", code, engine, 20_000);
    let plain = ran(Engine::Plain);
    assert!(plain.failure.as_deref().is_some_and(|f| f.starts_with("limit: ")) && plain.out.len() > 1000, "{plain:?}");
    for engine in [Engine::Baseline, Engine::Hot, Engine::Optimized, Engine::Shaken] {
        let other = ran(engine);
        assert_eq!((&plain.out, &plain.failure), (&other.out, &other.failure), "{engine:?}");
    }
}

#[test]
fn random_programs_do_the_same_on_every_engine() {
    let mut printed = 0;
    for seed in programs() {
        let text = program(&choices(seed));
        let plain = run_within("program", &text, Engine::Plain, FUEL);
        assert_ne!(plain.failure.as_deref(), Some("rejected"), "seed {seed} is not well formed:\n{}\n{text}", plain.drawn);
        for engine in Engine::ALL.into_iter().skip(1).filter(|e| asked(*e)) {
            let other = run_within("program", &text, engine, FUEL);
            assert_eq!((&plain.out, &plain.failure), (&other.out, &other.failure), "seed {seed}, {engine:?}:\n{text}");
        }
        printed += plain.out.lines().count();
    }
    assert!(printed > programs().count(), "the programs hardly do anything: {printed} lines");
}

#[test]
fn random_loops_do_the_same_on_every_engine() {
    const ENOUGH: u64 = 1 << 40;
    let mut printed = 0;
    for seed in programs() {
        let text = loops::program(&choices(seed));
        let plain = run_within("program", &text, Engine::Plain, ENOUGH);
        assert_eq!(plain.failure, None, "seed {seed} is not well formed:\n{}\n{text}", plain.drawn);
        for engine in LOOPING.into_iter().filter(|e| asked(*e)) {
            let other = run_within("program", &text, engine, ENOUGH);
            assert_eq!((&plain.out, &plain.failure), (&other.out, &other.failure), "seed {seed}, {engine:?}:\n{text}");
        }
        printed += plain.out.lines().filter(|l| l.contains("vector")).count();
    }
    assert!(printed > programs().count(), "the programs hardly do anything: {printed} vectors");
}
