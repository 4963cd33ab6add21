//! Language tests: files in `tests/lang`, each with several small programs and what they do.
//!
//! A program begins with `"--- name"` and has, among or after its lines, at most one of each:
//!
//! ```text
//! "expect:
//! what it prints, line by line
//! "
//! "fails: KIND: MESSAGE"       it ends with a condition that nobody handles
//! "rejected: E0011 E0013"      it is not run, for these reasons
//! "plain only: WHY"            it would take too long with collection or an image everywhere
//! ```
//!
//! Each runs in a world of its own, on every engine, and does the same on all. `INSTA_UPDATE=always` writes what the
//! programs do into the files instead of comparing it.

use crate::support::{Engine, root, run};

/// One program of a file.
#[derive(Debug, PartialEq, Eq)]
struct Case {
    name: String,
    /// Lines of the file, from 0: the first and the one after the last.
    lines: (usize, usize),
    code: String,
    expect: String,
    fails: Option<String>,
    rejected: Option<String>,
    /// Not run with collection everywhere.
    plain_only: bool,
}

/// Runs all programs of a file below `tests/lang`.
pub(crate) fn file(relative: &str) {
    let path = root().join("tests/lang").join(relative);
    let text = std::fs::read_to_string(&path).expect("a language test");
    let cases = cases(&text);
    assert!(!cases.is_empty(), "tests/lang/{relative} has no test: begin one with a line \"--- name\"");
    if std::env::var("INSTA_UPDATE").is_ok_and(|v| v == "always") {
        return update(&path, &text, &cases);
    }
    let mut wrong = Vec::new();
    for case in &cases {
        for engine in if case.plain_only { &Engine::QUIET[..] } else { &Engine::ALL } {
            wrong.extend(differs(&format!("lang/{relative}"), case, *engine));
        }
    }
    assert!(wrong.is_empty(), "{} of {} programs did something else:\n\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

fn differs(file: &str, case: &Case, engine: Engine) -> Option<String> {
    let got = actual(file, case, engine);
    let wanted = (case.expect.clone(), case.fails.clone(), case.rejected.clone());
    (got.0 != wanted).then(|| {
        format!(
            "{file}:{}: {} ({engine:?})\n--- expected\n{}--- got\n{}{}",
            case.lines.0 + 1,
            case.name,
            comments(&wanted),
            comments(&got.0),
            got.1
        )
    })
}

/// What a program printed, failed with, was rejected for.
type Deeds = (String, Option<String>, Option<String>);

fn actual(file: &str, case: &Case, engine: Engine) -> (Deeds, String) {
    let ran = run(file, &case.code, engine);
    if ran.failure.as_deref() == Some("rejected") {
        let found = aura_command::source::diagnose(file, &case.code);
        let codes: Vec<&str> = found.iter().map(|d| d.code).collect();
        return ((String::new(), None, Some(codes.join(" "))), ran.drawn);
    }
    ((tidy(&ran.out), ran.failure, None), ran.drawn)
}

/// Text without white space at the ends of its lines, and with a newline at its own.
fn tidy(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let text = lines.join("\n");
    let text = text.trim_matches('\n');
    if text.is_empty() { String::new() } else { format!("{text}\n") }
}

/// Expectations as they stand in a file.
fn comments((expect, fails, rejected): &Deeds) -> String {
    let mut out = String::new();
    if !expect.is_empty() {
        out.push_str(&format!("\"expect:\n{}\"\n", expect.replace('"', "\\\"")));
    }
    if let Some(f) = fails {
        out.push_str(&format!("\"fails: {}\"\n", f.replace('"', "\\\"")));
    }
    if let Some(r) = rejected {
        out.push_str(&format!("\"rejected: {r}\"\n"));
    }
    out
}

fn cases(text: &str) -> Vec<Case> {
    let lines: Vec<&str> = text.lines().collect();
    let starts: Vec<usize> = (0..lines.len()).filter(|i| lines[*i].starts_with("\"--- ")).collect();
    starts.iter().enumerate().map(|(k, &start)| case(&lines, start, starts.get(k + 1).copied().unwrap_or(lines.len()))).collect()
}

fn case(lines: &[&str], start: usize, end: usize) -> Case {
    let name = lines[start].trim_start_matches("\"--- ").trim_end_matches('"').trim().to_string();
    let mut c = Case {
        name,
        lines: (start, end),
        code: String::new(),
        expect: String::new(),
        fails: None,
        rejected: None,
        plain_only: false,
    };
    let mut i = start + 1;
    while i < end {
        let line = lines[i];
        let one =
            |prefix: &str| line.strip_prefix(prefix).map(|l| l.trim_end_matches('"').replace("\\\"", "\"").trim().to_string());
        if line == "\"expect:" {
            let last = (i + 1..end).find(|k| lines[*k] == "\"").unwrap_or(end);
            c.expect = tidy(&lines[i + 1..last].join("\n").replace("\\\"", "\""));
            i = last;
        } else if let Some(text) = one("\"fails:") {
            c.fails = Some(text);
        } else if one("\"plain only:").is_some() {
            c.plain_only = true;
            c.code.push_str(&format!("{line}\n"));
        } else if let Some(text) = one("\"rejected:") {
            c.rejected = Some(text);
        } else {
            c.code.push_str(line);
            c.code.push('\n');
        }
        i += 1;
    }
    c
}

/// Writes what the programs do into their file.
fn update(path: &std::path::Path, text: &str, cases: &[Case]) {
    let lines: Vec<&str> = text.lines().collect();
    let first = cases.first().map_or(lines.len(), |c| c.lines.0);
    let mut out: String = lines[..first].iter().map(|l| format!("{l}\n")).collect();
    let name = path.strip_prefix(root().join("tests")).expect("a test").display().to_string();
    for c in cases {
        let (deeds, _) = actual(&name, c, Engine::Plain);
        out.push_str(&format!("{}\n{}\n{}\n", lines[c.lines.0], c.code.trim_end(), comments(&deeds)));
    }
    std::fs::write(path, out.trim_end().to_string() + "\n").expect("written");
}

#[test]
fn a_case_is_read_as_it_is_written() {
    let text = "\"about\"\n\"--- one\"\n3 printLine\n\"expect:\n3\n\"\n\n\"--- two\"\nfoo\n\"fails: doesNotUnderstand: a 'b'\"\n";
    let all = cases(text);
    assert_eq!(all.len(), 2);
    assert_eq!((all[0].code.trim(), &*all[0].expect), ("3 printLine", "3\n"));
    assert_eq!(all[1].fails.as_deref(), Some("doesNotUnderstand: a 'b'"));
}

#[test]
fn a_wrong_expectation_is_noticed() {
    let all = cases("\"--- one\"\n3 printLine\n\"expect:\n4\n\"\n\"--- two\"\n3 foo\n\"fails: x: y\"\n\"--- three\"\n( 3\n");
    assert!(all.iter().all(|c| differs("nowhere", c, Engine::Plain).is_some()));
}
