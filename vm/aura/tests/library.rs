//! The library's own tests, run as a user runs tests: its test files, and every example in its comments.

use std::path::Path;
use std::process::Command;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

fn aura_test(folder: &Path, arguments: &[&str]) -> String {
    let run =
        Command::new(env!("CARGO_BIN_EXE_aura")).arg("test").args(arguments).current_dir(folder).output().expect("aura runs");
    let out = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success(), "{out}\n{}", String::from_utf8_lossy(&run.stderr));
    out
}

#[test]
fn the_library_passes_its_tests_and_examples() {
    let out = aura_test(Path::new(ROOT), &["stdlib"]);
    let count: usize = out.lines().last().and_then(|l| l.split(' ').next()?.parse().ok()).expect("a summary");
    assert!(count > 1000, "only {count} tests were found");
}

#[test]
fn files_are_read_and_written_where_that_is_allowed() {
    let folder = tempfile::tempdir().expect("a folder");
    let test = Path::new(ROOT).join("stdlib/system/system_test.aura");
    std::fs::copy(&test, folder.path().join("system_test.aura")).expect("a copy");
    aura_test(folder.path(), &["--allow-read=.", "--allow-write=.", "system_test.aura"]);
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("the folder").flatten().map(|e| e.file_name()).collect();
    assert_eq!(left, ["system_test.aura"], "the test leaves nothing behind");
}

#[test]
fn ending_the_program_runs_what_ensures() {
    let code = "[ process exit: 3 ] ensure: [ 'left' printLine ]. 'never' printLine";
    let run = Command::new(env!("CARGO_BIN_EXE_aura")).args(["run", "-e", code]).output().expect("aura runs");
    assert_eq!(String::from_utf8_lossy(&run.stdout), "left\n");
    assert_eq!(run.status.code(), Some(3));
}
