//! `aura lsp`, the built command, over its standard input and output.

use std::path::{Path, PathBuf};

use aura_tests::editor::{Editor, at};
use serde_json::{Value, json};

/// A folder with files; the path of the first one.
fn project(files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        std::fs::write(dir.path().join(name), text).expect("written");
    }
    let first = dir.path().join(files[0].0);
    (dir, first)
}

fn aura() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_aura-under-test"))
}

fn codes(found: &[Value]) -> Vec<&str> {
    found.iter().filter_map(|d| d["code"].as_str()).collect()
}

#[test]
fn a_session_from_hello_to_goodbye() {
    let text = "| parts = (import: 'parts') |\nparts account deposit: 3\nparts account witdraw: 3\n";
    let parts = "| account = (| balance <- 0. deposit: a = ( balance: balance + a ) |) |\n";
    let (dir, main) = project(&[("main.aura", text), ("parts.aura", parts)]);
    let mut editor = Editor::start(&aura(), dir.path()).expect("hello");
    editor.open(&main, text).expect("opened");
    assert_eq!(codes(&editor.findings(&main, 1).expect("findings")), ["E0301"]);
    let hover = editor.ask("textDocument/hover", at(&main, 1, 16)).expect("hover");
    assert!(hover["contents"]["value"].as_str().is_some_and(|v| v.contains("deposit: a <any>")), "{hover}");
    let found = editor.ask("textDocument/definition", at(&main, 1, 16)).expect("definition");
    assert!(found[0]["uri"].as_str().is_some_and(|u| u.ends_with("/parts.aura")), "{found}");
    editor.edit(&main, 2, [2, 14, 2, 21], "deposit").expect("edited");
    assert_eq!(editor.findings(&main, 2).expect("findings"), Vec::<Value>::new());
    assert!(editor.leave().expect("ends").success());
}

#[test]
fn what_only_the_compiler_refuses_is_told_too() {
    let text = "| x = 1. x = 2 |\nx\n";
    let (dir, main) = project(&[("main.aura", text)]);
    let mut editor = Editor::start(&aura(), dir.path()).expect("hello");
    editor.open(&main, text).expect("opened");
    let told = editor.findings(&main, 1).expect("findings");
    let compiled = aura_command::source::diagnose("main.aura", text);
    assert_eq!(codes(&told), compiled.iter().map(|d| d.code).collect::<Vec<_>>());
    assert!(!told.is_empty());
    editor.leave().expect("ends");
}

#[test]
fn the_library_is_shown_in_files_that_can_be_opened() {
    let (dir, main) = project(&[("main.aura", "'abc' size\n")]);
    let mut editor = Editor::start(&aura(), dir.path()).expect("hello");
    let found = editor.ask("textDocument/definition", at(&main, 0, 7)).expect("definition");
    let path = found[0]["uri"].as_str().and_then(|u| u.strip_prefix("file://")).expect("a file").to_string();
    let line = found[0]["range"]["start"]["line"].as_u64().expect("a line") as usize;
    let text = std::fs::read_to_string(&path).expect("a text");
    assert!(text.lines().nth(line).is_some_and(|l| l.trim_start().starts_with("size")), "{path}:{line}");
    editor.leave().expect("ends");
}

#[test]
fn what_was_learned_beside_a_script_is_known_and_marked() {
    let text = "| account = (| balance <- 0 |) |\naccount withdraw: 3\n";
    let learned = "account _AddSlots: (|\n    \"learned: 2026-11-22T23:00:00Z\nmodel: small\nreviewed: no\"\n    withdraw: a = ( balance: balance - a ) |).\n";
    let (dir, main) = project(&[("main.aura", text), ("main.learned.aura", learned)]);
    let mut editor = Editor::start(&aura(), dir.path()).expect("hello");
    editor.open(&main, text).expect("opened");
    assert_eq!(editor.findings(&main, 1).expect("findings"), Vec::<Value>::new());
    let hover = editor.ask("textDocument/hover", at(&main, 1, 9)).expect("hover");
    assert!(hover["contents"]["value"].as_str().is_some_and(|v| v.contains("learned from small on 2026-11-22")), "{hover}");
    let file = json!({ "textDocument": { "uri": aura_tests::editor::uri(&dir.path().join("main.learned.aura")) } });
    let lenses = editor.ask("textDocument/codeLens", file).expect("lenses");
    let commands: Vec<&Value> = lenses.as_array().expect("a list").iter().map(|l| &l["command"]["command"]).collect();
    assert_eq!(commands, ["aura.why", "aura.approve", "aura.revert"]);
    editor.leave().expect("ends");
}

#[test]
fn a_program_is_run_for_an_editor() {
    let (dir, main) = project(&[("main.aura", "(3 + 4) printLine\n")]);
    let mut editor = Editor::start(&aura(), dir.path()).expect("hello");
    let run = json!({ "command": "aura.run", "arguments": [aura_tests::editor::uri(&main)] });
    assert_eq!(editor.ask("workspace/executeCommand", run).expect("run"), "7");
    editor.leave().expect("ends");
}

fn run(file: &Path) -> Value {
    json!({ "command": "aura.run", "arguments": [aura_tests::editor::uri(file)], "workDoneToken": "here" })
}

#[test]
fn a_program_that_prints_without_end_is_ended() {
    let (dir, main) = project(&[("main.aura", "[ true ] whileTrue: [ 'again' printLine ]\n")]);
    let mut editor = Editor::start(&aura(), dir.path()).expect("hello");
    let why = editor.ask("workspace/executeCommand", run(&main)).expect_err("it was ended");
    assert!(why.contains("printed more than 16 MB and was ended") && why.contains("again\nagain\n"), "{why}");
    assert!(why.len() < 20_000, "{}", why.len());
    editor.leave().expect("ends");
}

/// Whether a process was started with this among its words.
#[cfg(target_os = "linux")]
fn runs(word: &Path) -> bool {
    let processes = std::fs::read_dir("/proc").expect("processes").flatten();
    let words = |process: std::fs::DirEntry| std::fs::read(process.path().join("cmdline")).unwrap_or_default();
    processes.into_iter().any(|process| String::from_utf8_lossy(&words(process)).contains(&*word.to_string_lossy()))
}

#[cfg(target_os = "linux")]
#[test]
fn an_editor_that_is_gone_leaves_no_program_behind() {
    for says_exit in [false, true] {
        let (dir, main) = project(&[("main.aura", "[ true ] whileTrue: [ ]\n")]);
        let mut editor = Editor::start(&aura(), dir.path()).expect("hello");
        editor.begin("workspace/executeCommand", run(&main)).expect("asked");
        editor.told("$/progress", |p| p["value"]["kind"] == "report").expect("under way");
        while !runs(&main) {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        if says_exit {
            editor.tell("exit", Value::Null).expect("told");
        }
        assert_eq!(editor.vanish().expect("ends").code(), Some(1));
        assert!(!runs(&main));
    }
}

#[test]
fn an_end_that_nobody_announced_is_told_by_the_exit_code() {
    let (dir, _) = project(&[("main.aura", "3\n")]);
    let editor = Editor::start(&aura(), dir.path()).expect("hello");
    assert_eq!(editor.vanish().expect("ends").code(), Some(1));
}
