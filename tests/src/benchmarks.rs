//! The fourteen programs of *Are We Fast Yet*, at sizes that take no time: each verifies its own result, on every engine.

use std::io::Write as _;

use aura_command::drive::{End, Nobody, drive};
use aura_command::output::Shared;
use aura_command::world::{Wiring, machine};
use aura_run::{CapSet, Limits};

use crate::support::{Captured, Engine, root};

/// Program, inner iterations, and whether collection everywhere takes too long for it.
const PROGRAMS: [(&str, u32, bool); 14] = [
    ("Richards", 1, true),
    ("DeltaBlue", 20, false),
    ("Json", 1, true),
    ("CD", 2, true),
    ("Havlak", 1, true),
    ("Bounce", 1, false),
    ("List", 1, false),
    ("Permute", 1, false),
    ("Queens", 1, false),
    ("Sieve", 1, false),
    ("Storage", 1, true),
    ("Towers", 1, false),
    ("NBody", 1, false),
    ("Mandelbrot", 1, false),
];

fn passes(name: &str, inner: u32, engine: Engine) {
    passes_in(name, inner, engine, None);
}

/// The program in a nursery of so many bytes.
fn passes_in(name: &str, inner: u32, engine: Engine, nursery: Option<usize>) {
    let file = root().join("tests/benchmarks/harness.aura");
    let text = std::fs::read_to_string(&file).expect("the harness");
    let file = file.display().to_string();
    let chunks = aura_command::source::compile(&file, &text, false).expect("compiles");
    let out = Captured::default();
    let mut vm = machine(Wiring {
        out: Shared::new(out.clone()),
        err: Shared::new(std::io::sink()),
        input: aura_run::Input::default(),
        arguments: vec![name.into(), "1".into(), inner.to_string()],
    })
    .expect("the library loads");
    engine.set_up(&mut vm);
    if let Some(bytes) = nursery {
        vm.collect_as(aura_heap::CollectionKind::Minor);
        vm.heap.shrink_nursery(bytes);
    }
    let id = vm.spawn_file(&file, &chunks, CapSet::all(), Limits::default());
    let end = drive(&mut vm, id, &mut Nobody);
    let _ = vm.host.out.flush();
    let what = match end {
        End::Failed(f) => f.draw(false),
        End::Exit(code) => format!("exit {code}"),
        End::Answered => String::new(),
    };
    assert!(what.is_empty() && out.text().contains("Total Runtime"), "{name} ({engine:?}): {what}\n{}", out.text());
}

#[test]
fn every_program_verifies_its_result() {
    for (name, inner, _) in PROGRAMS {
        passes(name, inner, Engine::Plain);
    }
}

#[test]
fn compiled_they_do_too() {
    for (name, inner, _) in PROGRAMS {
        for engine in [Engine::Warm, Engine::Baseline, Engine::Hot, Engine::Optimized, Engine::Shaken] {
            passes(name, inner, engine);
        }
    }
}

#[test]
fn with_collection_everywhere_too() {
    for (name, inner, _) in PROGRAMS.into_iter().filter(|p| !p.2) {
        for engine in [Engine::Stress, Engine::BaselineStress, Engine::OptimizedStress] {
            passes(name, inner, engine);
        }
    }
}

/// Those for which that takes too long collect after every few objects, at places that differ each time.
#[test]
fn the_others_with_collection_after_every_few_objects() {
    for (name, inner, _) in PROGRAMS.into_iter().filter(|p| p.2) {
        for engine in [Engine::Plain, Engine::Baseline, Engine::Shaken] {
            passes_in(name, inner, engine, Some(509 * 8));
        }
    }
}
