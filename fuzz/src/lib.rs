//! The fuzz targets of Aura, as plain functions of an input, and what is known about each.
//!
//! * [`targets`] what is fuzzed, one file each; [`ALL`] all of them
//! * [`seeds`] what they begin with, made from the tests and the library; [`pieces`] long sources as several short ones
//! * [`mutate`] a short run without feedback, for CI; `words` the dictionary; `texts` inputs that hold programs
//! * `main.rs` the command that builds, runs and reports; `fuzz_targets` the binaries that libFuzzer drives
//!
//! What must stay true: a target does the same for the same input, in whatever process and however often; what was found once stays in
//! `tests/found` and is replayed by `cargo test`, which needs neither libFuzzer nor a compiler for C++.

mod choices;
pub mod mutate;
pub mod pieces;
pub mod seeds;
pub mod targets;
mod texts;
mod words;

/// A target.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name, which is that of its binary.
    pub name: &'static str,
    /// What becomes of an input. It panics when something does not hold.
    pub run: fn(&[u8]),
    /// What fuzzing begins with.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// The longest input that is tried, in bytes.
    pub longest: usize,
    /// Whether there is text in inputs, in which the words of `aura.dict` mean something.
    pub is_text: bool,
}

/// The longest text that is tried, in bytes.
pub(crate) const LONGEST_TEXT: usize = 3_000;

const fn text(name: &'static str, run: fn(&[u8]), seeds: fn() -> Vec<Vec<u8>>) -> Target {
    Target { name, run, seeds, longest: LONGEST_TEXT, is_text: true }
}

/// A target of choices, in which texts may lie, too.
const fn choices(name: &'static str, run: fn(&[u8]), seeds: fn() -> Vec<Vec<u8>>) -> Target {
    Target { name, run, seeds, longest: 1_200, is_text: true }
}

/// All targets.
pub const ALL: [Target; 10] = [
    text("parser", targets::parser::run, seeds::sources),
    text("formatter", targets::formatter::run, pieces::formatted),
    text("checker", targets::checker::run, seeds::checked),
    text("model_answers", targets::model_answers::run, seeds::answers),
    text("door", targets::door::run, seeds::harm),
    choices("grammar", targets::grammar::run, seeds::grammar),
    choices("engines", targets::engines::run, seeds::engines),
    choices("bytecode", targets::bytecode::run, seeds::bytecode),
    choices("image", targets::image::run, seeds::image),
    choices("lsp", targets::lsp::run, seeds::sessions),
];

/// The target of this name.
pub fn target(name: &str) -> Option<Target> {
    ALL.into_iter().find(|t| t.name == name)
}

/// Lets panics that somebody catches pass: libFuzzer would end the process at each. It is told of those that leave a target all the same.
pub fn quiet() {
    drop(std::panic::take_hook());
}

#[cfg(test)]
mod tests {
    use super::{ALL, mutate, seeds};

    /// Seeds of each target that are tried here; fuzzing begins with all.
    const SEEDS: usize = 12;

    #[test]
    fn what_was_found_once_is_mended() {
        for target in ALL {
            for (name, input) in seeds::found(target.name) {
                println!("{} {name}", target.name);
                (target.run)(&input);
            }
        }
    }

    /// A second for each target, or as many as `AURA_FUZZ_SECONDS` says, or for the one that `AURA_FUZZ_TARGET` names; the same each time, unless `AURA_FUZZ_SEED` is another.
    #[test]
    fn a_short_run_finds_nothing() {
        let number = |name: &str| std::env::var(name).ok().and_then(|n| n.parse::<u64>().ok());
        let seed = number("AURA_FUZZ_SEED").unwrap_or(1);
        let time = std::time::Duration::from_secs(number("AURA_FUZZ_SECONDS").unwrap_or(1));
        let only = std::env::var("AURA_FUZZ_TARGET").ok();
        for target in ALL.into_iter().filter(|t| only.as_deref().is_none_or(|name| name == t.name)) {
            match mutate::run(target, time, seed) {
                Ok(count) => println!("{}: {count} inputs", target.name),
                Err(found) => {
                    panic!("{} did not survive {}, with AURA_FUZZ_SEED={seed}", found.target, found.path.display())
                }
            }
        }
    }

    #[test]
    fn every_target_takes_its_seeds() {
        for target in ALL {
            let all = (target.seeds)();
            assert!(all.len() >= SEEDS, "{} has {} seeds", target.name, all.len());
            let step = all.len().div_ceil(SEEDS);
            for (number, seed) in all.iter().enumerate().step_by(step) {
                println!("{} {number}", target.name);
                (target.run)(&seed[..seed.len().min(target.longest)]);
            }
        }
    }
}
