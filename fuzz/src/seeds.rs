//! What fuzzing begins with: nothing of it is stored, all is made from the library, the examples and the tests.

use std::path::{Path, PathBuf};

use aura_tests::hostile::read;
use aura_tests::machine::root;

/// Seeds of targets that take choices.
const CHOICES: u64 = 200;

/// Files with one of these endings in a folder of the repository and in those below it, in the order of their names.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    fn walk(at: &Path, ending: &str, all: &mut Vec<PathBuf>) {
        let mut entries: Vec<PathBuf> = std::fs::read_dir(at).into_iter().flatten().flatten().map(|e| e.path()).collect();
        entries.sort();
        for path in entries {
            match path.is_dir() {
                true => walk(&path, ending, all),
                false if path.extension().is_some_and(|e| e == ending) => all.push(path),
                false => {}
            }
        }
    }
    let mut all = Vec::new();
    walk(&root().join(folder), ending, &mut all);
    all
}

fn texts(folder: &str, ending: &str) -> impl Iterator<Item = String> {
    files(folder, ending).into_iter().filter_map(|path| std::fs::read_to_string(path).ok())
}

/// Every source in the repository.
pub fn sources() -> Vec<Vec<u8>> {
    ["stdlib", "examples", "tests/lang", "tests/benchmarks"]
        .iter()
        .flat_map(|f| texts(f, "aura"))
        .map(String::into_bytes)
        .collect()
}

/// The blocks of code in `tests/types`, alone and as versions one after the other, and choices for programs with types.
pub fn checked() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for text in texts("tests/types", "md") {
        let blocks: Vec<&str> = text.split("```").skip(1).step_by(2).filter_map(|b| Some(b.split_once('\n')?.1)).collect();
        all.extend(blocks.iter().map(|b| b.as_bytes().to_vec()));
        all.extend(blocks.windows(3).map(|w| w.join("\n---\n").into_bytes()));
    }
    all.extend(choices().into_iter().map(|c| [&[0], &c[..]].concat()));
    all
}

/// Methods and texts of the corpora, as answers to a missing `size`.
pub fn answers() -> Vec<Vec<u8>> {
    let cases = ["malicious", "harmless", "injections"].into_iter().flat_map(read::folder).flat_map(|f| f.cases).flatten();
    cases.map(|case| format!("size\n{case}").into_bytes()).collect()
}

/// Methods that mean harm.
pub fn harm() -> Vec<Vec<u8>> {
    // What has a program of its own is about other receivers.
    let files = read::folder("malicious").into_iter().filter(|f| f.program.is_empty());
    files.flat_map(|f| f.cases).flatten().map(String::into_bytes).collect()
}

/// Choices that are the same every time.
pub fn choices() -> Vec<Vec<u8>> {
    (1..=CHOICES).map(|seed| chance(seed).take(40 + (seed as usize * 37) % 360).collect()).collect()
}

fn chance(seed: u64) -> impl Iterator<Item = u8> {
    // Source: Marsaglia, Xorshift RNGs, 2003.
    let mut x = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    std::iter::repeat_with(move || {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        (x >> 32) as u8
    })
}

/// What a target found once: name and input.
pub fn found(target: &str) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<(String, Vec<u8>)> = std::fs::read_dir(root().join("tests/found").join(target))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|e| Some((e.file_name().into_string().ok()?, std::fs::read(e.path()).ok()?)))
        .collect();
    all.sort();
    all
}
