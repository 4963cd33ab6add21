//! `aura test`: test files and the examples in comments, each file in a world of its own.
//!
//! A file whose name ends in `_test.aura` is run, and the test cases in its slots and whatever it gave to `tests` are run
//! after it. In every other file the examples in comments of slots are evaluated, the file's module being self.

mod cases;
mod comments;

pub use comments::check as comments_check;

use std::path::{Path, PathBuf};

use aura_run::{CapSet, Limits};
use serde::Serialize;

use crate::cli::TestArgs;
use crate::exit::Exit;
use crate::{output, source};

/// How one test went.
#[derive(Clone, Debug, Serialize)]
pub struct TestResult {
    /// Which file.
    pub file: String,
    /// Which test or example.
    pub name: String,
    /// Whether it went well.
    pub passed: bool,
    /// What went wrong.
    pub message: String,
}

/// What tests may do.
#[derive(Clone)]
pub struct Terms {
    /// Their powers.
    pub caps: CapSet,
    /// Their limits.
    pub limits: Limits,
    /// What they print goes where errors go: the output is the report's.
    pub aside: bool,
}

pub(super) fn run(a: &TestArgs) -> Exit {
    let here = [PathBuf::from(".")];
    let paths = if a.paths.is_empty() { &here[..] } else { &a.paths };
    let files = match source::files(paths, ".aura") {
        Ok(files) => files,
        Err(text) => {
            output::error(&text);
            return Exit::Usage;
        }
    };
    let mut results = Vec::new();
    for file in files {
        let terms = Terms { caps: a.powers.set(), limits: a.bounds.limits(), aside: a.json };
        results.extend(file_results(&file, &terms, a.filter.as_deref()));
    }
    let exit = report(&results, a.json);
    match &a.filter {
        Some(filter) if results.is_empty() => {
            output::error(&format!("no test has '{filter}' in its name"));
            Exit::Usage
        }
        _ => exit,
    }
}

/// Whether a file holds tests (and not only examples).
fn is_test_file(path: &Path) -> bool {
    path.file_name().is_some_and(|n| n.to_string_lossy().ends_with("_test.aura"))
}

/// Runs what one file has to be tested.
pub fn file_results(path: &Path, terms: &Terms, filter: Option<&str>) -> Vec<TestResult> {
    let name = path.display().to_string();
    let failed =
        |message: String| vec![TestResult { file: name.clone(), name: "the file itself".into(), passed: false, message }];
    let text = match source::read(path) {
        Ok(text) => text,
        Err(why) => return failed(why),
    };
    let mut results = if is_test_file(path) {
        match cases::run(&name, &text, terms) {
            Ok(results) => results,
            Err(why) => return failed(why),
        }
    } else {
        Vec::new()
    };
    results.extend(comments::run(&name, &text, terms).unwrap_or_else(failed));
    results.retain(|r| filter.is_none_or(|f| r.name.contains(f)));
    results
}

fn report(results: &[TestResult], json: bool) -> Exit {
    let failed: Vec<&TestResult> = results.iter().filter(|r| !r.passed).collect();
    if json {
        output::print(&(serde_json::to_string_pretty(results).expect("plain data") + "\n"));
    } else {
        let mut text = String::new();
        for r in &failed {
            text.push_str(&format!("FAILED {}: {}\n", r.file, r.name));
            r.message.lines().for_each(|l| text.push_str(&format!("    {l}\n")));
        }
        text.push_str(&format!("{} tests, {} failed\n", results.len(), failed.len()));
        output::print(&text);
    }
    if failed.is_empty() { Exit::Fine } else { Exit::Tests }
}
