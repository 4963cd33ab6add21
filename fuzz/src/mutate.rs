//! Fuzzing without feedback: seeds changed at random. It needs nothing but what `cargo test` has built, and so it is what CI does.
//!
//! What must stay true: the same number begins the same run.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use crate::{Target, seeds};

/// Words that mean something, where inputs are text.
const WORDS: &str = include_str!("../aura.dict");

/// An input that a target did not survive.
pub struct Found {
    /// The target.
    pub target: &'static str,
    /// The input.
    pub input: Vec<u8>,
}

struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        // Source: Marsaglia, Xorshift RNGs, 2003.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n.max(1)
    }
}

/// The words of the dictionary, without their quotes and escapes.
fn words() -> Vec<Vec<u8>> {
    let word = |line: &str| {
        Some(line.strip_prefix('"')?.strip_suffix('"')?.replace("\\x0a", "\n").replace("\\\"", "\"").replace("\\\\", "\\"))
    };
    WORDS.lines().filter_map(word).map(String::into_bytes).collect()
}

/// One of the seeds, changed in a few places.
fn changed(all: &[Vec<u8>], words: &[Vec<u8>], target: Target, chance: &mut Chance) -> Vec<u8> {
    let mut input = all[chance.below(all.len())].clone();
    for _ in 0..=chance.below(6) {
        let at = chance.below(input.len() + 1);
        match chance.below(6) {
            0 if at < input.len() => input[at] ^= 1 << chance.below(8),
            1 if at < input.len() => input[at] = chance.below(256) as u8,
            2 => input.truncate(at),
            3 => drop(input.drain(at..(at + chance.below(20)).min(input.len()))),
            4 if target.is_text => drop(input.splice(at..at, words[chance.below(words.len())].iter().copied())),
            _ => {
                let other = &all[chance.below(all.len())];
                let from = chance.below(other.len());
                let piece = &other[from..(from + chance.below(80)).min(other.len())];
                input.splice(at..at, piece.iter().copied());
            }
        }
    }
    input.truncate(target.longest);
    input
}

/// Runs a target on changed seeds for so long. How many inputs it survived, or the first that it did not.
///
/// # Errors
/// That input.
pub fn run(target: Target, time: Duration, seed: u64) -> Result<u64, Found> {
    let (mut chance, words) = (Chance(seed | 1), words());
    let mut all = (target.seeds)();
    all.extend(seeds::found(target.name).into_iter().map(|(_, input)| input));
    let (began, mut count) = (Instant::now(), 0);
    while began.elapsed() < time {
        let input = changed(&all, &words, target, &mut chance);
        if catch_unwind(AssertUnwindSafe(|| (target.run)(&input))).is_err() {
            return Err(Found { target: target.name, input });
        }
        count += 1;
    }
    Ok(count)
}
