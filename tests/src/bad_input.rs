//! Files that are no programs: each gets a message that names the file and the remedy, its exit code, no panic and no hang.

use std::path::Path;

use crate::support::{Done, aura};

fn try_file(bytes: &[u8], arguments: &[&str]) -> Done {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("input.aura"), bytes).expect("written");
    run_in(folder.path(), arguments)
}

fn run_in(folder: &Path, arguments: &[&str]) -> Done {
    aura(arguments).current_dir(folder).output().expect("the command starts").into()
}

fn said(d: &Done, code: i32, parts: &[&str]) {
    assert_eq!(d.code, code, "{}{}", d.out, d.err);
    for part in parts {
        assert!(d.err.contains(part), "{part:?} is missing:\n{}", d.err);
    }
    assert!(!d.err.contains("panicked"), "{}", d.err);
}

#[test]
fn a_file_that_is_not_there() {
    said(&try_file(b"", &["run", "inpt.aura"]), 2, &["there is no file inpt.aura", "did you mean input.aura?"]);
    said(&try_file(b"", &["check", "nothing.aura"]), 2, &["there is no file nothing.aura"]);
}

#[test]
fn a_folder() {
    said(&try_file(b"", &["run", "."]), 2, &["is a folder"]);
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("input.aura");
    std::fs::write(&file, "3").expect("written");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o000)).expect("set");
    if std::fs::read(&file).is_ok() {
        return; // Whoever runs this may read everything.
    }
    said(&run_in(folder.path(), &["run", "input.aura"]), 2, &["input.aura may not be read"]);
}

#[test]
fn an_empty_file_is_a_program_that_does_nothing() {
    for text in ["", "\n\n", "\"only a comment\"", "\u{feff}", "| |"] {
        let d = try_file(text.as_bytes(), &["run", "input.aura"]);
        assert_eq!((d.code, &*d.out, &*d.err), (0, "", ""), "{text:?}");
    }
}

#[test]
fn bytes_that_are_no_text() {
    said(&try_file(b"3 printLine\n'caf\xe9' printLine\n", &["run", "input.aura"]), 2, &["input.aura:2:", "0xe9", "UTF-8"]);
    said(&try_file(&[0, 159, 146, 150, 0, 1, 2], &["run", "input.aura"]), 2, &["input.aura is not a text"]);
    said(&try_file(&[0xff; 4096], &["check", "input.aura"]), 3, &["input.aura", "UTF-8"]);
    said(&try_file(&[0xff; 4096], &["fmt", "input.aura"]), 3, &["input.aura", "UTF-8"]);
}

#[test]
fn what_is_never_closed() {
    for text in [
        "'abc",
        "\"abc",
        "( 3",
        "[ 3",
        "{ 3",
        "(| a = 3",
        "| a = 3",
        "`a {3",
        "`abc",
        "a: ",
        "3 + ",
        "( [ { (| x",
        "^",
        "16r",
        "'\\",
        "'\\x4",
    ] {
        said(&try_file(text.as_bytes(), &["run", "input.aura"]), 1, &["input.aura:1:", "Error"]);
        said(&try_file(text.as_bytes(), &["check", "--syntax", "input.aura"]), 3, &["input.aura:1:"]);
    }
}

#[test]
fn junk_that_is_text() {
    for text in [
        "}{][)(|^|^",
        "%%%%%%%%",
        ":::::",
        "((((((((((((((((((((",
        "\u{0}\u{1}\u{2}",
        "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 ⟨⟩",
        "<html><body>no</body></html>",
        "\n#!/bin/sh\necho no\n",
    ] {
        let d = try_file(text.as_bytes(), &["check", "--syntax", "input.aura"]);
        said(&d, 3, &["input.aura"]);
    }
}

#[test]
fn nesting_without_end() {
    for (open, close) in [("(", ")"), ("[", "]"), ("{", "}"), ("(| a = ", "|)")] {
        let text = open.repeat(100_000) + "3" + &close.repeat(100_000);
        let d = try_file(text.as_bytes(), &["check", "--syntax", "input.aura"]);
        said(&d, 3, &["input.aura:1:"]);
    }
}

#[test]
fn a_module_that_is_not_there_or_is_broken() {
    said(
        &try_file(b"import: 'nothing'", &["run", "input.aura"]),
        1,
        &["cannot import 'nothing'", "there is no file nothing.aura"],
    );
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("input.aura"), "import: 'part'").expect("written");
    std::fs::write(folder.path().join("part.aura"), "| a = ( 3 |").expect("written");
    said(&run_in(folder.path(), &["run", "input.aura"]), 1, &["part.aura"]);
}

#[test]
fn recursion_and_memory_without_end_are_conditions() {
    said(&try_file(b"| down = ( 1 + down ) |\ndown", &["run", "input.aura"]), 1, &["nested too deeply", "input.aura:1:"]);
    let caught = "| down = ( 1 + down ) |\n([ down ] onError: [|:e| e kind ]) printLine";
    assert_eq!(try_file(caught.as_bytes(), &["run", "input.aura"]).out, "stackOverflow\n");
    said(&try_file(b"vector copySize: 4000000000000000", &["run", "input.aura"]), 1, &["input.aura:1:"]);
}
