//! Any program is checked without a panic and in bounded work, and what is found lies in its text. After any edits the findings are
//! those of a project that was loaded afresh. What strict checking passes never fails to understand a message.
//!
//! Input that begins with a byte 0 is choices, of which `tests/src/typed_programs.rs` makes a program that nearly has no mistakes. All
//! other input is text: versions of the files `a`, `b` and `c`, in turn, between lines of `---`; each may import the others.

use std::cell::RefCell;
use std::collections::BTreeMap;

use aura_syntax::{Diagnostic, Source, Span, render};
use aura_tests::machine::{Engine, run_within};
use aura_tests::typed_programs;
use aura_types::{NoFiles, Options, Project};

/// Loaded for every input, and so a small one.
const SMALL: &str = include_str!("small.aura");
const NAMES: [&str; 3] = ["a", "b", "c"];
/// Edits that are followed.
const MOST_EDITS: usize = 8;
/// Inputs after which a project that is used again and again is made anew, or names and types would fill the memory.
const RENEWED_AFTER: u32 = 2_000;

type Files = BTreeMap<&'static str, String>;

fn set(project: &mut Project, files: &Files, name: &str) -> Vec<aura_types::FileId> {
    let find = |_: &str, path: &str| files.get_key_value(path).map(|(n, text)| ((*n).to_string(), text.clone()));
    project.set(name, files[name].clone(), &find)
}

/// What is wrong with a file, every place being one of its text.
fn check(project: &mut Project, name: &str, text: &str) -> Vec<Diagnostic> {
    let id = project.file(name).expect("was set");
    let found = project.check(id);
    for diagnostic in &found {
        let places = diagnostic.secondary.iter().map(|label| label.span).chain([diagnostic.span]);
        places.for_each(|span| assert!(text.get(span.start as usize..span.end as usize).is_some(), "{diagnostic:?}"));
        if let Some(fix) = &diagnostic.fix {
            fix.apply(text);
        }
    }
    if found.len() < 20 {
        render(&Source::new(name, text), &found, false);
    }
    found
}

/// A project in which the files were set once each.
fn afresh(strict: bool, files: &Files) -> Project {
    let mut project = Project::new(Options { strict, in_full: true }, [("small".to_string(), SMALL.to_string())]);
    NAMES.iter().for_each(|name| drop(set(&mut project, files, name)));
    project
}

/// Each version is set in turn, and what the project says was affected is looked at again; so is everything, afresh.
fn edits(versions: &[&str], strict: bool) {
    let mut files: Files = NAMES.iter().map(|name| (*name, String::new())).collect();
    let mut project = afresh(strict, &files);
    let mut known: BTreeMap<&str, Vec<Diagnostic>> =
        NAMES.iter().map(|name| (*name, check(&mut project, name, &files[name]))).collect();
    for (i, version) in versions.iter().enumerate() {
        files.insert(NAMES[i % 3], (*version).to_string());
        let affected = set(&mut project, &files, NAMES[i % 3]);
        for name in NAMES {
            if affected.contains(&project.file(name).expect("was set")) {
                known.insert(name, check(&mut project, name, &files[name]));
            }
        }
        let mut fresh = afresh(strict, &files);
        for name in NAMES {
            assert_eq!(known[name], check(&mut fresh, name, &files[name]), "{name} after edit {i}, strict: {strict}");
        }
    }
}

thread_local! {
    /// Projects over the whole library, lenient and strict, each with the number of its inputs so far.
    static WHOLE: RefCell<[Option<(Project, u32)>; 2]> = const { RefCell::new([None, None]) };
}

/// What is wrong with a program that uses the library, and everything else that is asked about it.
fn over_the_library(text: &str, strict: bool) -> Vec<Diagnostic> {
    WHOLE.with_borrow_mut(|both| {
        let place = &mut both[usize::from(strict)];
        if place.as_ref().is_none_or(|(_, count)| *count >= RENEWED_AFTER) {
            let library = aura_command::kernel::sources().map(|(name, text)| (name.to_string(), text.to_string()));
            *place = Some((Project::new(Options { strict, in_full: true }, library), 0));
        }
        let (project, count) = place.as_mut().expect("made above");
        *count += 1;
        let id = project.set("a", text.to_string(), &NoFiles)[0];
        let found = check(project, "a", text);
        let universe = project.universe();
        universe.effects_of_file(id);
        universe.holes(id);
        universe.types_in(id, Span::new(0, text.len()));
        assert_eq!(found, check(project, "a", text), "the second answer is the first one");
        found
    })
}

/// One input.
pub fn run(input: &[u8]) {
    if let Some(choices) = input.strip_prefix(&[0]) {
        let text = typed_programs::program(choices);
        over_the_library(&text, false);
        if over_the_library(&text, true).is_empty() {
            let failure = run_within("program", &text, Engine::Plain, 100_000).failure;
            assert!(!failure.is_some_and(|f| f.starts_with("doesNotUnderstand")), "{text}");
        }
        return;
    }
    let Ok(text) = std::str::from_utf8(input) else { return };
    let versions: Vec<&str> = text.split("\n---\n").take(MOST_EDITS).collect();
    for strict in [false, true] {
        over_the_library(versions[0], strict);
        edits(&versions, strict);
    }
}
