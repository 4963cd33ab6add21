//! The pages in `docs/errors`: one for each diagnostic code, with an example that really yields it.
//!
//! A page is made of what the code's own text says, what the example yields, and what people wrote: the example itself (the first block) and
//! everything from `## Instead` on, whose code checks without a finding. An example marked `strict` yields its code in strict checking
//! only. `INSTA_UPDATE=always` writes the made parts anew; a page for a new code begins as a file with an example in it. The snapshots hold
//! each code's diagnostics in both renderings, as drawings and as JSON.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aura_code::Origin;
use aura_command::checker::Checker;
use aura_command::{codes, source};
use aura_syntax::codes::Code;
use aura_syntax::{Diagnostic, Source, parse, render};
use aura_types::{Options, codes as types};

use crate::support::root;

/// A code, and how its example is built.
type Built = (&'static str, fn() -> String);

/// Examples too long to be read; the page shows their begin.
const BUILT: [Built; 3] = [("E0009", nested), ("E0029", many), ("E0102", arguments)];

fn nested() -> String {
    format!("{}3{}", "(".repeat(257), ")".repeat(257))
}

fn many() -> String {
    ") ".repeat(600)
}

fn arguments() -> String {
    let parts: String = (2..=251).map(|n| format!(" And: a{n}")).collect();
    format!("(| sum: a1{parts} = ( a1 ) |)")
}

/// Before the method that the example of a hole's page is asked to take.
const PROPOSAL: &str = "A method is proposed for it:\n\n```text\n";

/// What people wrote on a page: the first block, with its mark, and what to do instead.
struct Written {
    mark: String,
    example: String,
    /// The method that is to fill the example's hole.
    proposal: Option<String>,
    instead: String,
}

/// What an example yields of one code.
struct Yield {
    found: Vec<Diagnostic>,
    /// The code that is reported in its place, since the parser sees the mistake first.
    first: Option<&'static str>,
}

fn folder() -> PathBuf {
    root().join("docs/errors")
}

fn written(code: &Code) -> Written {
    let path = folder().join(format!("{}.md", code.name));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|_| {
        panic!(
            "{} has no page: write docs/errors/{}.md with an example in an `aura rejected` block and `## Instead`",
            code.name, code.name
        )
    });
    let (mark, rest) = text.split_once("```").and_then(|(_, t)| t.split_once('\n')).expect("a block");
    let (example, rest) = rest.split_once("\n```\n").expect("the block ends");
    let instead = rest.find("## Instead").map_or("", |at| &rest[at..]);
    let proposal = rest.split_once(PROPOSAL).and_then(|(_, t)| t.split_once("\n```")).map(|(t, _)| format!("{t}\n"));
    assert!(
        instead.contains("```aura"),
        "docs/errors/{}.md shows under `## Instead` what to write, as code that runs",
        code.name
    );
    Written { mark: mark.to_owned(), example: example.to_owned(), proposal, instead: instead.trim_end().to_owned() }
}

impl Written {
    fn is_strict(&self) -> bool {
        self.mark.contains("strict")
    }

    /// What the diagnostics' places are in.
    fn looked_at<'t>(&'t self, example: &'t str) -> &'t str {
        self.proposal.as_deref().unwrap_or(example)
    }
}

fn is_of_types(code: &Code) -> bool {
    types::ALL.iter().any(|c| c.name == code.name)
}

fn yields(code: &Code, written: &Written, text: &str) -> Yield {
    let of_code = |all: Vec<Diagnostic>| -> Vec<Diagnostic> { all.into_iter().filter(|d| d.code == code.name).collect() };
    if is_of_types(code) {
        let found = match &written.proposal {
            Some(method) => proposed(text, method),
            None => check(text, written.is_strict()),
        };
        return Yield { found: of_code(found), first: None };
    }
    let all = source::diagnose("example.aura", text);
    let first = all.first().map(|d| d.code);
    let found = of_code(all);
    if !found.is_empty() {
        return Yield { found, first: None };
    }
    let origin = Arc::new(Origin::new("example.aura", text));
    let compiled = aura_code::compile_file(&parse(text).file, &origin).err().unwrap_or_default();
    Yield { found: of_code(compiled), first }
}

/// What the checker says of a program that is not a file.
fn check(text: &str, strict: bool) -> Vec<Diagnostic> {
    Checker::new(&[], Options { strict, in_full: true })
        .expect("the library that the command carries")
        .check(Path::new("example.aura"), text)
}

/// What the checker says of a method that is to fill the first hole of a program.
fn proposed(text: &str, method: &str) -> Vec<Diagnostic> {
    let mut checker = Checker::new(&[], Options { strict: false, in_full: true }).expect("the library that the command carries");
    checker.check(Path::new("example.aura"), text);
    let project = checker.project();
    let file = project.file("example.aura").expect("was just checked");
    let universe = project.universe();
    let hole = universe.holes(file).into_iter().next().expect("a message that nothing understands");
    let receiver = universe.show(hole.receiver);
    let object = universe.object_at(file, &receiver).expect("a prototype of this name");
    universe.consider(object, file, method, Some(&hole)).found
}

fn page(code: &Code, written: &Written, yields: &Yield, text: &str) -> String {
    let Code { name, title, explanation } = code;
    let Written { mark, example, proposal, instead } = written;
    let drawn = drawn(yields, text);
    let mut out = format!("# {name}: {title}\n\n{}\n\n## Example\n\n```{mark}\n{example}\n```\n\n", markdown(explanation));
    if written.is_strict() {
        out.push_str("Only `aura check --strict` says so:\n\n");
    }
    if let Some(method) = proposal {
        let _ = write!(out, "{PROPOSAL}{method}```\n\n");
    }
    if let Some(first) = yields.first {
        let _ =
            write!(out, "In a text, the parser sees this first and says [{first}]({first}.md). The compiler looks again:\n\n");
    }
    let shown = if is_built(name) { drawn.lines().next().unwrap_or("").to_owned() } else { drawn.trim_end().to_owned() };
    let _ = write!(out, "```text\n{shown}\n```\n\n{instead}\n");
    out
}

fn drawn(yields: &Yield, text: &str) -> String {
    render(&Source::new("example.aura", text), &yields.found, false)
}

fn is_built(name: &str) -> bool {
    BUILT.iter().any(|(built, _)| *built == name)
}

/// Text in which Markdown sees no signs of its own. What stands between two back-quotes stays code, unless they do not come in pairs.
fn markdown(text: &str) -> String {
    let paired = text.matches('`').count().is_multiple_of(2);
    let mut in_code = false;
    let mut out = String::new();
    for c in text.chars() {
        in_code ^= c == '`' && paired;
        let is_sign =
            matches!(c, '\\' | '*' | '_' | '<' | '>' | '[' | ']' | '#' | '{' | '}' | '|' | '~') || (c == '`' && !paired);
        if is_sign && !in_code {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The list of all pages.
fn index() -> String {
    let mut out = String::from(
        "# What can be wrong with a program\n\nEach code has a page. `aura explain E0011` says the same on a terminal; `aura check --json FILE` names them to machines.\n\n| code | what |\n| --- | --- |\n",
    );
    for code in codes::all() {
        let _ = writeln!(out, "| [{}]({}.md) | {} |", code.name, code.name, markdown(code.title));
    }
    out
}

/// Compares a made file with what it should be, or writes it where expectations are rewritten.
fn compare(name: &str, wanted: &str) {
    let path = folder().join(name);
    if std::env::var("INSTA_UPDATE").is_ok_and(|v| v == "always") {
        std::fs::write(&path, wanted).expect("written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, wanted, "docs/errors/{name} is not what its code and example make it; INSTA_UPDATE=always writes it");
}

#[test]
fn every_code_has_a_page_with_an_example_that_yields_it() {
    for code in codes::all() {
        let written = written(code);
        let built = BUILT.iter().find(|(name, _)| *name == code.name);
        let text = built.map_or_else(|| format!("{}\n", written.example), |(_, build)| build());
        let yields = yields(code, &written, &text);
        assert!(!yields.found.is_empty(), "the example of {} does not yield it:\n{text}", code.name);
        let shown = written.looked_at(&text);
        compare(&format!("{}.md", code.name), &page(code, &written, &yields, shown));
        let data = serde_json::to_string_pretty(&yields.found).expect("plain data");
        let drawing = if built.is_some() { String::new() } else { drawn(&yields, shown) + "\n" };
        insta::assert_snapshot!(code.name, drawing + &data);
    }
}

#[test]
fn what_is_to_be_written_instead_checks() {
    let mut wrong = String::new();
    for code in codes::all() {
        let written = written(code);
        for text in blocks(&written.instead) {
            for found in check(&text, written.is_strict()) {
                let _ = writeln!(wrong, "{}: {} {}, in\n{text}", code.name, found.code, found.message);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The blocks of a page that are programs.
fn blocks(page: &str) -> Vec<String> {
    let begun = page.split("```aura\n").skip(1);
    begun.filter_map(|rest| Some(format!("{}\n", rest.split_once("\n```")?.0))).collect()
}

#[test]
fn what_only_strict_checking_says_is_marked_so() {
    for code in codes::all().filter(|c| is_of_types(c)) {
        let written = written(code);
        let is_said = check(&format!("{}\n", written.example), false).iter().any(|d| d.code == code.name);
        assert!(
            !(written.is_strict() && is_said),
            "{} is reported without strictness; mark its example `aura rejected`",
            code.name
        );
    }
}

#[test]
fn the_list_of_codes_names_every_page_and_no_other() {
    compare("README.md", &index());
    let mut pages: Vec<String> = std::fs::read_dir(folder())
        .expect("docs/errors")
        .flatten()
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .collect();
    pages.sort();
    let mut wanted: Vec<String> = codes::all().map(|code| format!("{}.md", code.name)).chain(["README.md".into()]).collect();
    wanted.sort();
    assert_eq!(pages, wanted);
}
