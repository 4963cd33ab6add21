//! Walks the folders of language tests and examples, and writes a Rust test for each file: a test is added by adding a file.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() {
    let here = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let here = Path::new(&here);
    let mut out = String::new();
    tests(&here.join("lang"), "lang", "crate::lang::file", &mut out);
    tests(&here.join("../examples"), "example", "crate::example::file", &mut out);
    tests(&here.join("../docs"), "doc", "crate::doc_blocks::file", &mut out);
    let to = Path::new(&std::env::var("OUT_DIR").expect("cargo sets it")).join("files.rs");
    std::fs::write(to, out).expect("the build's own folder");
}

/// A test for each file below a folder, in a module called after it.
fn tests(folder: &Path, module: &str, call: &str, out: &mut String) {
    let ending = if module == "doc" { "md" } else { "aura" };
    let mut files = Vec::new();
    walk(folder, ending, &mut files);
    files.sort();
    writeln!(out, "mod {module}_files {{").expect("a string");
    for file in files {
        let relative = file.strip_prefix(folder).expect("below it").display().to_string().replace('\\', "/");
        let name: String = relative
            .trim_end_matches(&format!(".{ending}"))
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' })
            .collect();
        writeln!(out, "    #[test]\n    fn {name}() {{ {call}({relative:?}); }}").expect("a string");
    }
    writeln!(out, "}}").expect("a string");
}

/// Files that begin with `_` are parts of others; those that end in `.learned.aura` were written by runs.
fn walk(folder: &Path, ending: &str, files: &mut Vec<PathBuf>) {
    println!("cargo:rerun-if-changed={}", folder.display());
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            walk(&path, ending, files);
        } else if name.ends_with(&format!(".{ending}")) && !name.starts_with('_') && !name.ends_with(".learned.aura") {
            files.push(path);
        }
    }
}
