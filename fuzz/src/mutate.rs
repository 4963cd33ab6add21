//! Fuzzing without feedback: seeds changed at random. It needs nothing but what `cargo test` has built, and so it is what CI does.
//!
//! A finding is made smaller and kept in `tests/found`, where it is replayed from then on. An input that takes too long is kept, too, and ends
//! the process: nothing else can stop it.
//!
//! What must stay true: the same number begins the same run.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use aura_tests::machine::root;

use crate::words::words;
use crate::{Target, seeds};

/// For one input. What takes longer hangs; the slowest of all seeds takes a few seconds on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(120);
/// In which a finding is made smaller.
const MINIMISING: Duration = Duration::from_secs(20);

/// An input that a target did not survive.
pub struct Found {
    /// The target.
    pub target: &'static str,
    /// Where it is kept.
    pub path: PathBuf,
}

struct Chance(u64);

impl Chance {
    /// Other numbers for every seed. The state is never 0, of which nothing else comes.
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15).max(1))
    }

    fn below(&mut self, n: usize) -> usize {
        // Source: Marsaglia, Xorshift RNGs, 2003.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n.max(1)
    }
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

/// Keeps a finding in a folder, by a name that is that of the input.
fn keep(folder: &Path, input: &[u8]) -> PathBuf {
    std::fs::create_dir_all(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let path = folder.join(format!("{:016x}", xxhash_rust::xxh3::xxh3_64(input)));
    std::fs::write(&path, input).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    path
}

/// Looks at the clock while a target runs.
struct Watch(Sender<Option<Vec<u8>>>);

impl Watch {
    /// What takes longer than `patience` is handed to `hangs`.
    fn new(patience: Duration, hangs: impl Fn(&[u8]) + Send + 'static) -> Self {
        let (told, tells) = channel();
        std::thread::spawn(move || watch(&tells, patience, hangs));
        Self(told)
    }

    /// Whether the target survives an input.
    fn survives(&self, run: fn(&[u8]), input: &[u8]) -> bool {
        // Nobody listens any more once something hung; then it ended in time all the same.
        let _ = self.0.send(Some(input.to_vec()));
        let survives = catch_unwind(AssertUnwindSafe(|| run(input))).is_ok();
        let _ = self.0.send(None);
        survives
    }
}

fn watch(tells: &Receiver<Option<Vec<u8>>>, patience: Duration, hangs: impl Fn(&[u8])) {
    while let Ok(began) = tells.recv() {
        let Some(input) = began else { continue };
        if tells.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
            return hangs(&input);
        }
    }
}

/// Makes an input smaller that fails: pieces of it are left out, first halves, then ever smaller ones.
fn smaller(input: &[u8], time: Duration, fails: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let (began, mut least) = (Instant::now(), input.to_vec());
    let mut piece = least.len().div_ceil(2);
    while piece > 0 && began.elapsed() < time {
        let mut at = 0;
        while at < least.len() && began.elapsed() < time {
            let mut without = least.clone();
            without.drain(at..(at + piece).min(least.len()));
            if fails(&without) {
                least = without;
            } else {
                at += piece;
            }
        }
        piece /= 2;
    }
    least
}

/// Runs a target on changed seeds for so long. How many inputs it survived, or the first that it did not.
///
/// # Errors
/// That input, made smaller.
pub fn run(target: Target, time: Duration, seed: u64) -> Result<u64, Found> {
    run_into(&root().join("tests/found").join(target.name), target, time, seed)
}

/// The same, with another folder for what is found.
fn run_into(folder: &Path, target: Target, time: Duration, seed: u64) -> Result<u64, Found> {
    let (mut chance, words) = (Chance::new(seed), words());
    let mut all = (target.seeds)();
    all.extend(seeds::found(target.name).into_iter().map(|(_, input)| input));
    let kept = folder.to_owned();
    let watch = Watch::new(PATIENCE, move |input| {
        eprintln!("{} hangs: FOUND {}", target.name, keep(&kept, input).display());
        std::process::abort();
    });
    let (began, mut count) = (Instant::now(), 0);
    while began.elapsed() < time {
        let input = changed(&all, &words, target, &mut chance);
        if !watch.survives(target.run, &input) {
            // Kept as it is first: a smaller one may hang.
            let whole = keep(folder, &input);
            let least = smaller(&input, MINIMISING, |input| !watch.survives(target.run, input));
            let path = keep(folder, &least);
            if path != whole {
                let _ = std::fs::remove_file(whole);
            }
            return Err(Found { target: target.name, path });
        }
        count += 1;
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no_x(input: &[u8]) {
        assert!(!input.contains(&b'x'), "an x");
    }

    #[test]
    fn a_finding_is_made_smaller_and_kept() {
        let target = Target {
            name: "no x",
            run: no_x,
            seeds: || vec![b"a long text with an x in the middle".to_vec()],
            longest: 99,
            is_text: false,
        };
        let folder = tempfile::tempdir().expect("a folder");
        let found = run_into(folder.path(), target, Duration::from_secs(20), 1).expect_err("an x is found");
        assert_eq!(std::fs::read(&found.path).expect("kept"), b"x");
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1, "only the smaller one is kept");
    }

    #[test]
    fn every_number_begins_another_run() {
        let begin = |seed: u64| -> Vec<usize> {
            let mut chance = Chance::new(seed);
            (0..8).map(|_| chance.below(1 << 20)).collect()
        };
        let all: std::collections::BTreeSet<Vec<usize>> = (0..1000).chain([u64::MAX]).map(begin).collect();
        assert_eq!(all.len(), 1001);
    }

    #[test]
    fn what_takes_too_long_is_told() {
        let (told, tells) = channel();
        let watch = Watch::new(Duration::from_millis(20), move |input| told.send(input.to_vec()).expect("somebody waits"));
        assert!(watch.survives(|_| {}, b"quick"));
        assert!(watch.survives(|_| std::thread::sleep(Duration::from_millis(400)), b"slow"));
        assert_eq!(tells.recv_timeout(Duration::from_secs(10)).as_deref(), Ok(&b"slow"[..]));
    }

    #[test]
    fn smaller_inputs_fail_as_the_first_did() {
        let fails = |input: &[u8]| input.iter().filter(|b| **b == b'a').count() >= 2;
        assert_eq!(smaller(b"xxaxxxxaxxaxx", Duration::from_secs(5), fails), b"aa");
    }
}
