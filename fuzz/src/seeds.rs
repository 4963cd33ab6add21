//! What fuzzing begins with: nothing of it is stored, all is made from the library, the examples and the tests.

use std::path::{Path, PathBuf};

use aura_syntax::tokens::{Kind, lex_file};
use aura_tests::hostile::read;
use aura_tests::machine::root;

use crate::targets::{grammar, lsp};
use crate::texts::{LOOPS, TEXT};

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

/// The programs of `tests/lang`, each by itself.
pub(crate) fn programs() -> Vec<String> {
    let of_file = |text: String| -> Vec<String> {
        let parts = text.split("\n\"--- ").skip(1).filter_map(|part| Some(part.split_once("\"\n")?.1));
        let marks = ["\n\"expect", "\n\"fails", "\n\"rejected"];
        let code = |part: &str| part[..marks.iter().filter_map(|m| part.find(m)).min().unwrap_or(part.len())].trim().to_owned();
        parts.map(code).filter(|code| !code.is_empty()).collect()
    };
    texts("tests/lang", "aura").flat_map(of_file).collect()
}

/// Choices, and texts behind what says that they are texts.
fn beside_choices(texts: impl IntoIterator<Item = Vec<u8>>) -> Vec<Vec<u8>> {
    texts.into_iter().chain(choices()).collect()
}

fn behind(begin: &[u8], text: &str) -> Vec<u8> {
    [begin, text.as_bytes()].concat()
}

/// Programs for engines.
pub fn engines() -> Vec<Vec<u8>> {
    let loops = choices().into_iter().take(12).map(|choices| [&[LOOPS], &choices[..]].concat());
    beside_choices(programs().iter().map(|text| behind(&[TEXT], text)).chain(loops))
}

/// Programs with damage to one of their instructions, another one for each.
pub fn bytecode() -> Vec<Vec<u8>> {
    let damaged = |(number, text): (usize, &String)| {
        let by: Vec<u8> = chance(number as u64 + 1).take(5).collect();
        // One instruction: which (two bytes), its field, what it becomes (not from all numbers).
        behind(&[0, by[0], by[1], by[2], 1, by[3], TEXT], text)
    };
    beside_choices(programs().iter().enumerate().map(damaged))
}

/// Programs for the third way of the target `image`, and choices for every way.
pub fn image() -> Vec<Vec<u8>> {
    beside_choices(programs().iter().map(|text| behind(&[2, TEXT], text)))
}

/// Programs and methods that decoders may follow, without comments, which grammars for models do not have.
pub fn grammar() -> Vec<Vec<u8>> {
    let bare = |text: &str| -> String {
        let kept = lex_file(text).into_iter().filter(|t| !matches!(t.kind, Kind::Comment | Kind::Shebang));
        kept.map(|t| t.span.text(text)).collect()
    };
    let files =
        programs().iter().map(|text| behind(&[grammar::TEXT], &(bare(text).trim().to_owned() + "\n"))).collect::<Vec<_>>();
    // A case is a send, the method that it misses, and what comes of it.
    let slots = read::folder("harmless").into_iter().flat_map(|f| f.cases).filter_map(|case| case.into_iter().nth(1));
    let slots = slots.map(|text| behind(&[grammar::TEXT + 1], bare(&text).trim()));
    beside_choices(files.into_iter().chain(slots))
}

/// Sessions that begin with texts of the tests, three at a time, and go on by choices.
pub fn sessions() -> Vec<Vec<u8>> {
    let all: Vec<String> = programs().into_iter().chain(blocks().flatten()).filter(|text| text.len() < 350).collect();
    let session = |(number, texts): (usize, &[String])| {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        lsp::opened(&texts, &chance(number as u64 + 1).take(80).collect::<Vec<u8>>())
    };
    beside_choices(all.chunks(3).enumerate().map(session))
}

/// The blocks of code in the documents of `tests/types`.
fn blocks() -> impl Iterator<Item = Vec<String>> {
    texts("tests/types", "md").map(|text| {
        let blocks = text.split("```").skip(1).step_by(2);
        blocks.filter_map(|b| Some(b.split_once('\n')?.1.to_owned())).collect()
    })
}

/// The blocks of code in `tests/types`, alone and as versions one after the other, and choices for programs with types.
pub fn checked() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for blocks in blocks() {
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
