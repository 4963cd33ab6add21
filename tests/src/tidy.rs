//! House rules that a program can check: length of files, first comments, tabs, `unsafe` only where it is allowed, a reason
//! for every dependency, nothing unfinished.

use std::path::{Path, PathBuf};

use crate::support::root;

/// Lines that a source file may have.
const LONGEST: usize = 800;

/// The files that may say `unsafe`: the words of the heap's objects, and the machine's registers, code and tables. A new one should be
/// thought about.
const UNSAFE: &[&str] = &[
    "vm/heap/src/absent.rs",
    "vm/heap/src/accessors.rs",
    "vm/heap/src/gc.rs",
    "vm/heap/src/heap.rs",
    "vm/heap/src/integrity.rs",
    "vm/heap/src/number.rs",
    "vm/heap/src/slots.rs",
    "vm/heap/src/space.rs",
    "vm/heap/src/text.rs",
    "vm/heap/src/trial.rs",
    "vm/jit/src/memory.rs",
    "vm/run/src/interp.rs",
    "vm/run/src/linked.rs",
    "vm/run/src/native/aside.rs",
    "vm/run/src/native/enter.rs",
    "vm/run/src/native/exit.rs",
    "vm/run/src/native/helpers.rs",
    "vm/run/src/roots.rs",
    "vm/run/src/table.rs",
    "vm/run/src/sends.rs",
];

fn files(ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    walk(&root(), ending, &mut found);
    found.sort();
    found
        .into_iter()
        .map(|p| {
            let name = p.strip_prefix(root()).expect("below it").display().to_string();
            (name, std::fs::read_to_string(&p).expect("text"))
        })
        .collect()
}

fn walk(dir: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).expect("a folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || name == "target" || name == "node_modules" {
            continue;
        }
        if entry.path().is_dir() {
            walk(&entry.path(), ending, found);
        } else if name.ends_with(ending) {
            found.push(entry.path());
        }
    }
}

fn none(found: &[String]) {
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn no_source_file_is_too_long() {
    let long = |(name, text): (String, String)| {
        let n = text.lines().count();
        (n > LONGEST).then(|| format!("{name} has {n} lines; divide it"))
    };
    let found: Vec<String> = files(".rs").into_iter().chain(files(".aura")).filter_map(long).collect();
    none(&found);
}

#[test]
fn every_module_says_first_what_it_is() {
    let found: Vec<String> = files(".rs")
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//!") && !text.starts_with("#!"))
        .map(|(name, _)| format!("{name} does not begin with a //! comment"))
        .chain(
            files(".aura")
                .into_iter()
                .filter(|(n, _)| !n.contains(".learned."))
                .filter(|(_, t)| !t.starts_with('"'))
                .map(|(n, _)| format!("{n} does not begin with a comment")),
        )
        .collect();
    none(&found);
}

#[test]
fn nothing_is_unfinished_and_no_line_has_a_tab() {
    let marks = [concat!("todo", "!("), concat!("unimplemented", "!("), concat!("FIX", "ME"), concat!("XX", "X ")];
    let mut found = Vec::new();
    for (name, text) in files(".rs").into_iter().chain(files(".aura")).chain(files(".md")) {
        for (i, line) in text.lines().enumerate() {
            if line.contains('\t') {
                found.push(format!("{name}:{}: a tab", i + 1));
            }
            found.extend(marks.iter().filter(|m| line.contains(**m)).map(|m| format!("{name}:{}: {m}", i + 1)));
        }
    }
    none(&found);
}

#[test]
fn unsafe_stands_only_where_it_is_allowed_and_says_why() {
    let word = concat!("unsafe", " ");
    let uses = |text: &str| {
        text.lines().any(|l| {
            !l.trim_start().starts_with("//")
                && (l.contains(&format!("{word}{{")) || l.contains(&format!("{word}fn")) || l.contains(&format!("{word}impl")))
        })
    };
    let mut found = Vec::new();
    for (name, text) in files(".rs").into_iter().filter(|(_, t)| uses(t)) {
        if !UNSAFE.contains(&name.as_str()) {
            found.push(format!("{name} says {word}"));
        }
        if !text.contains("SAFETY:") && !text.contains("# Safety") {
            found.push(format!("{name} does not say why its {word}is sound"));
        }
    }
    none(&found);
}

#[test]
fn every_dependency_has_its_reason() {
    let mut found = Vec::new();
    for (name, text) in files("Cargo.toml") {
        let mut inside = false;
        let mut before = "";
        for line in text.lines() {
            if line.starts_with('[') {
                inside = line.contains("dependencies");
            } else if inside
                && line.contains('=')
                && !line.starts_with('#')
                && !line.starts_with("aura")
                && !line.starts_with([' ', ']', '}'])
            {
                // Names that stand one below another share the line above the first.
                let workspace = line.contains(".workspace = true");
                let reason = before.starts_with('#') || (workspace && before.contains(".workspace = true"));
                if !reason {
                    found.push(format!("{name}: `{line}` has no line above it that says why"));
                }
            }
            before = line;
        }
    }
    none(&found);
}

#[test]
fn nothing_names_a_machine() {
    let words = [concat!("/work", "/main"), concat!("/work", "/shared"), concat!("/ro", "ot/")];
    let mut found = Vec::new();
    for (name, text) in [".rs", ".aura", ".md", ".toml", ".json", ".snap"].iter().flat_map(|e| files(e)) {
        for (i, line) in text.lines().enumerate() {
            found.extend(words.iter().filter(|w| line.contains(**w)).map(|w| format!("{name}:{}: {w}", i + 1)));
        }
    }
    none(&found);
}
