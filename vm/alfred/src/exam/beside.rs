//! The user's tests in files of their own: `*_test.aura` beside the script, which `aura test` runs.
//!
//! Such a file is about the program if all that it imports is the script, or what the script imports. Its tests are run where the send
//! stands, with the slots of their file around them. Nothing is loaded for them: what a slot would import is what the program has under the
//! slot's name. What must stay true: files are only read, so many and so large ones at most; one that cannot be read, or
//! does not parse, stops nobody (`aura test` says what is wrong with it).
//!
//! Not here: what a test is (`user`). What a file gives to `tests` when it runs is not found.

use std::path::{Path, PathBuf};

use aura_syntax::tokens::{Kind, lex_file};
use aura_syntax::tree::Slot;

use super::{Test, user};
use crate::answer::name;
use crate::files;

/// How the names of such files end.
const ENDING: &str = "_test.aura";
/// Files of tests that are read, and files of the program that are read for their imports.
const MOST_FILES: usize = 32;
/// Bytes of one of them.
const MOST_BYTES: u64 = 1 << 20;

/// The tests of `selector` in the files beside the script at `path`, which has that text. `own` are the names around the send.
pub(super) fn find(path: &Path, text: &str, selector: &str, own: &[&str]) -> Vec<Test> {
    let word = selector.split(':').next().unwrap_or(selector);
    let mentions = |file: &PathBuf| Some((file.clone(), read(file)?)).filter(|(_, text)| text.contains(word));
    let files: Vec<(PathBuf, String)> = test_files(path).iter().filter_map(mentions).collect();
    if files.is_empty() {
        return Vec::new();
    }
    let program = program(path, text);
    let is_about = |file: &Path, text: &str| imports(file, text).iter().all(|i| program.contains(i));
    let about = files.iter().filter(|(file, text)| is_about(file, text));
    about.flat_map(|(file, text)| tests(file, text, selector, own)).collect()
}

fn tests(file: &Path, text: &str, selector: &str, own: &[&str]) -> Vec<Test> {
    let parsed = aura_syntax::parse(text);
    if parsed.has_errors() {
        return Vec::new();
    }
    let slots = parsed.file.slots.as_ref().map_or(&[][..], |list| &list.slots[..]);
    let is_the_programs = |slot: &&Slot| own.contains(&name(slot, text).as_str()) && has_import(slot.span.text(text));
    let around = slots.iter().filter(|s| !is_the_programs(s)).map(|s| s.span.text(text).trim().trim_end_matches('.'));
    let setting = around.collect::<Vec<_>>().join(".\n");
    let found = user::find(&file.file_name().unwrap_or_default().to_string_lossy(), text, selector);
    found.into_iter().map(|test| Test { setting: setting.clone(), ..test }).collect()
}

/// The files of tests in the script's folder, by name.
fn test_files(script: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder(script)) else { return Vec::new() };
    let is_other = |file: &PathBuf| file.file_name() != script.file_name();
    let is_test = |file: &PathBuf| file.file_name().is_some_and(|n| n.to_string_lossy().ends_with(ENDING)) && is_other(file);
    let mut all: Vec<PathBuf> = entries.flatten().map(|e| e.path()).filter(is_test).collect();
    all.sort();
    all.truncate(MOST_FILES);
    all
}

/// The script and everything that it imports, perhaps through others.
fn program(script: &Path, text: &str) -> Vec<PathBuf> {
    let mut all = vec![whole(script)];
    let mut left = imports(script, text);
    while let Some(file) = left.pop() {
        if all.len() < MOST_FILES && !all.contains(&file) {
            left.extend(read(&file).map_or_else(Vec::new, |text| imports(&file, &text)));
            all.push(file);
        }
    }
    all
}

/// The files that a text imports by name.
fn imports(file: &Path, text: &str) -> Vec<PathBuf> {
    let tokens = lex_file(text);
    let meaning: Vec<_> = tokens.iter().filter(|t| !t.kind.is_trivia()).collect();
    let pairs = meaning.windows(2).filter(|w| w[0].span.text(text) == "import:" && w[1].kind == Kind::String);
    let path = |path: &str| if path.ends_with(".aura") { path.to_string() } else { format!("{path}.aura") };
    pairs.map(|w| whole(&folder(file).join(path(w[1].span.text(text).trim_matches('\''))))).collect()
}

fn has_import(text: &str) -> bool {
    lex_file(text).iter().any(|t| t.kind == Kind::Keyword && t.span.text(text) == "import:")
}

fn folder(file: &Path) -> &Path {
    file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A file has one name, however it is reached.
fn whole(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

fn read(file: &Path) -> Option<String> {
    files::read(file, MOST_BYTES).ok()
}

#[cfg(test)]
mod tests {

    fn folder_with(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a folder");
        files.iter().for_each(|(name, text)| std::fs::write(dir.path().join(name), text).expect("written"));
        dir
    }

    fn found(dir: &tempfile::TempDir, script: &str, own: &[&str]) -> Vec<(String, String)> {
        let path = dir.path().join(script);
        let text = std::fs::read_to_string(&path).expect("is there");
        let all = super::find(&path, &text, "norm", own);
        all.into_iter().map(|t| (t.title(), t.setting)).collect()
    }

    const CASE: &str =
        "pointTests = (| parent* = testCase. testNorm = ( assert: point norm Equals: zero ). testX = ( point x ) |)";

    #[test]
    fn cases_are_found_with_what_stands_around_them() {
        let test = format!("| point = (import: 'point') point. zero = 0.\n{CASE}. |\n");
        let dir = folder_with(&[
            ("main.aura", "| point = (import: 'point') point |\npoint norm"),
            ("point.aura", "| point = (| x <- 0 |) |\n"),
            ("point_test.aura", &test),
        ]);
        let title = "pointTests _Clone runTest: 'testNorm' (point_test.aura:2)".to_string();
        // The program's own point is meant, in the script that imports it and in the file that makes it.
        for script in ["main.aura", "point.aura"] {
            let setting = format!("zero = 0.\n{CASE}");
            assert_eq!(found(&dir, script, &["point"]), [(title.clone(), setting)]);
        }
        // Without such a name the test says what it would import, and is dropped when it is run.
        assert!(found(&dir, "main.aura", &[])[0].1.starts_with("point = (import: 'point') point.\n"));
        assert_eq!(found(&dir, "point_test.aura", &["point"]), []);
    }

    #[test]
    fn files_about_something_else_are_left_alone() {
        let other = format!("| point = (import: 'other') point. zero = 0.\n{CASE}. |\n");
        let dir = folder_with(&[
            ("main.aura", "| point = (| x <- 0 |) |\npoint norm"),
            ("other.aura", "| point = (| x <- 1 |) |\n"),
            ("other_test.aura", &other),
            ("broken_test.aura", "| norm = ( |"),
            ("third.aura", "\"point norm ==> 3\""),
        ]);
        assert_eq!(found(&dir, "main.aura", &["point"]), []);
    }
}
