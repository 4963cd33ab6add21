//! Every program in `examples/` is run as a person would run it, on every engine, and does what the comment at its end says.
//!
//! An example ends with a comment `"Prints: …"`: its whole standard output. `"Arguments: a b"` before it are given to it. Learned
//! files go to a folder of the test's own, so that the committed examples stay as they are.

use crate::support::{aura, root};

/// As usual, interpreted, and by each tier from the first activation on.
const ENGINES: [&[&str]; 4] = [&[], &["--jit=off"], &["--jit=baseline", "--jit-threshold=0"], &["--jit=on", "--jit-threshold=0"]];

/// Runs an example in copies of the folder, on every engine.
pub(crate) fn file(relative: &str) {
    let from = root().join("examples");
    let text = std::fs::read_to_string(from.join(relative)).expect("an example");
    assert!(text.starts_with('"'), "examples/{relative} does not begin with a comment that says its idea");
    if relative.ends_with("_test.aura") || !text.contains("\"Prints:") {
        let part = relative.contains('/') || relative.ends_with("_test.aura");
        assert!(part, "examples/{relative} does not end with a comment that says what it \"Prints:\"");
        return;
    }
    let arguments = after(&text, "\"Arguments:").unwrap_or_default();
    let flags = after(&text, "\"Flags:").unwrap_or_default();
    let wanted = after(&text, "\"Prints:").expect("looked for above");
    for engine in ENGINES {
        let folder = tempfile::tempdir().expect("a folder");
        copy(&from, folder.path());
        let mut command = aura(&["run"]);
        command.args(engine).args(flags.split_whitespace()).arg(relative).args(arguments.split_whitespace());
        let output = command.current_dir(folder.path()).env("CI", "true").output().expect("the command starts");
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(
            out.trim_end(),
            wanted.trim(),
            "examples/{relative} printed something else with {engine:?}; on standard error:\n{err}"
        );
    }
}

/// The main job: the recorded answers are learned, and a second run needs neither a model nor a recording.
#[test]
fn a_second_run_of_first_contact_asks_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["first_contact.aura", "first_contact.cassette.json"] {
        std::fs::copy(root().join("examples").join(name), folder.path().join(name)).expect("a copy");
    }
    let run = || {
        aura(&["run", "first_contact.aura"])
            .current_dir(folder.path())
            .env("OLLAMA_HOST", "127.0.0.1:9")
            .output()
            .expect("it starts")
    };
    let first = run();
    let told = String::from_utf8_lossy(&first.stderr);
    assert!(first.status.success() && told.contains("replaying the cassette") && told.contains("learned 'withdraw:'"), "{told}");
    std::fs::remove_file(folder.path().join("first_contact.cassette.json")).expect("removed");
    let second = run();
    let told = String::from_utf8_lossy(&second.stderr);
    assert_eq!(first.stdout, second.stdout);
    assert!(second.status.success() && told.contains("nothing was asked"), "{told}");
}

/// The text of the last comment that begins like this.
fn after(text: &str, begin: &str) -> Option<String> {
    let at = text.rfind(begin)? + begin.len();
    let mut out = String::new();
    let mut letters = text[at..].chars();
    while let Some(c) = letters.next() {
        match c {
            '"' => break,
            '\\' => out.extend(letters.next().map(|n| if n == '"' { "\"".to_string() } else { format!("\\{n}") })),
            c => out.push(c),
        }
    }
    let lines: Vec<&str> = out.lines().map(str::trim_end).collect();
    let indent = lines.iter().skip(1).filter(|l| !l.is_empty()).map(|l| l.len() - l.trim_start().len()).min().unwrap_or(0);
    let lines: Vec<&str> =
        lines.iter().enumerate().map(|(i, l)| if i == 0 { l.trim() } else { l.get(indent..).unwrap_or("") }).collect();
    Some(lines.join("\n").trim_matches('\n').to_string())
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let name = entry.file_name();
        if name.to_string_lossy().ends_with(".learned.aura") {
            continue;
        }
        let target = to.join(&name);
        if entry.path().is_dir() {
            std::fs::create_dir_all(&target).expect("a folder");
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}
