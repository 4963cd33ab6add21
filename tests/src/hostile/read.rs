//! The form of the corpora's files.
//!
//! Every file begins with lines that start with `#`: what the file is about, and what must stay true. Then come *cases*. An indented line belongs to
//! the line above it.
//!
//! In `malicious/`, a case is one expression, which stands for itself and for its variants, or a whole method when it begins with the name of the missing
//! message. In `harmless/`, a case is a send, the method that it misses, and after `==>` what the send prints; everything before a line of `===` is a program
//! that the sends can rely on. In `injections/`, a case is a text, and after `obeys:` the expression that a model writes which obeys it.

use std::path::Path;

use crate::machine::root;

/// A file of a corpus.
pub struct File {
    /// Its name without ending.
    pub name: String,
    /// What stands before the cases, without the comment.
    pub program: String,
    /// Its cases, in groups of lines that belong together.
    pub cases: Vec<Vec<String>>,
}

/// The files in a folder of the corpora, by name.
pub fn folder(name: &str) -> Vec<File> {
    let at = root().join("tests/corpora").join(name);
    let mut paths: Vec<_> = std::fs::read_dir(&at).expect("the folder is there").flatten().map(|e| e.path()).collect();
    paths.sort();
    let files: Vec<File> = paths.iter().map(|p| file(p)).collect();
    assert!(files.iter().all(|f| !f.cases.is_empty()), "a file of {name} has no cases");
    files
}

fn file(path: &Path) -> File {
    let text = std::fs::read_to_string(path).expect("it can be read");
    let name = path.file_stem().expect("a file").to_string_lossy().into_owned();
    assert!(text.starts_with("# "), "{name} says what it is about");
    let body: String = text.lines().filter(|l| !l.starts_with('#')).map(|l| format!("{l}\n")).collect();
    let (program, cases) = body.split_once("===\n").unwrap_or(("", &body));
    File { name, program: program.to_string(), cases: paragraphs(cases) }
}

/// Groups of lines with empty lines between them; what is indented is joined to the line above.
fn paragraphs(text: &str) -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = vec![Vec::new()];
    for line in text.lines() {
        let group = all.last_mut().expect("one at least");
        match group.last_mut() {
            _ if line.trim().is_empty() => all.push(Vec::new()),
            Some(above) if line.starts_with(' ') => *above = format!("{above}\n{line}"),
            _ => group.push(line.to_string()),
        }
    }
    all.retain(|group| !group.is_empty());
    all
}
