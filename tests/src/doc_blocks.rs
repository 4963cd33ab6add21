//! Code in documents runs: each block marked `aura` in `docs/` and the README.
//!
//! A block runs in a world of its own. Where a line ends in a comment `"==> TEXT"`, what stands before it is evaluated and its answer printed
//! (`asString`) is TEXT; blanks after the text separate a remark. A block marked `aura fails` ends with an unhandled condition, one marked `aura rejected` is not
//! run: `aura check` finds errors in it; in one marked `aura rejected strict` only `aura check --strict` does. A block marked `text` is not looked at. What a block prints itself, a block marked `output` right after it shows.

use std::path::Path;

use aura_command::checker::Checker;
use aura_syntax::Severity;
use aura_types::Options;

use crate::support::{Engine, root, run};

/// One block of a document.
struct Block {
    line: usize,
    mark: String,
    code: String,
    /// The `output` block that follows.
    output: Option<String>,
}

/// Runs the blocks of a document in `docs/`.
pub(crate) fn file(relative: &str) {
    document(&format!("docs/{relative}"));
}

#[test]
fn the_readme() {
    document("README.md");
}

fn document(name: &str) {
    let text = std::fs::read_to_string(root().join(name)).expect("a document");
    let wrong: Vec<String> =
        blocks(&text).iter().filter_map(|b| check(b).err().map(|e| format!("{name}:{}: {e}", b.line))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn blocks(text: &str) -> Vec<Block> {
    let mut all: Vec<Block> = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((i, line)) = lines.next() {
        let Some(mark) = line.trim_start().strip_prefix("```") else { continue };
        let mut code = String::new();
        for (_, l) in lines.by_ref().take_while(|(_, l)| l.trim() != "```") {
            code.push_str(l);
            code.push('\n');
        }
        match (mark.trim(), all.last_mut()) {
            ("output", Some(last)) => last.output = Some(code),
            (m, _) if m == "aura" || m.starts_with("aura ") => {
                all.push(Block { line: i + 1, mark: m.into(), code, output: None });
            }
            _ => {}
        }
    }
    all
}

fn check(b: &Block) -> Result<(), String> {
    match &*b.mark {
        "aura rejected" => rejected(b, false),
        "aura rejected strict" if rejected(b, false).is_ok() => Err("the block is rejected without strictness too".into()),
        "aura rejected strict" => rejected(b, true),
        _ => runs(b),
    }
}

fn rejected(b: &Block, strict: bool) -> Result<(), String> {
    let mut checker = Checker::new(&[], Options { strict, in_full: false })?;
    let found = checker.check(Path::new("the block"), &b.code);
    let is_wrong = found.iter().any(|d| d.severity == Severity::Error);
    is_wrong.then_some(()).ok_or_else(|| format!("`aura check` finds nothing wrong with the block:\n{}", b.code))
}

fn runs(b: &Block) -> Result<(), String> {
    let (code, wanted) = with_prints(&b.code);
    let ran = run("the block", &code, Engine::Plain);
    let failed = ran.failure.as_deref();
    match (&*b.mark, failed) {
        ("aura", None) => {}
        ("aura fails", Some(f)) if f != "rejected" => {}
        (mark, _) => return Err(format!("a block marked `{mark}` did something else ({failed:?}):\n{}", ran.drawn)),
    }
    let expected: String = match &b.output {
        Some(o) => o.clone(),
        None if wanted.is_empty() => return Ok(()),
        None => wanted.iter().map(|w| format!("{w}\n")).collect(),
    };
    if ran.out.trim_end() == expected.trim_end() {
        Ok(())
    } else {
        Err(format!("expected\n{}\ngot\n{}\n{}", expected.trim_end(), ran.out.trim_end(), ran.drawn))
    }
}

/// The code with each expression that has a `"==> …"` printed, and what they should print.
fn with_prints(code: &str) -> (String, Vec<String>) {
    let mut wanted = Vec::new();
    let mut out = String::new();
    for line in code.lines() {
        match line.split_once("\"==>") {
            Some((before, after)) => {
                let text = after.rsplit_once('"').map_or(after, |(t, _)| t).trim();
                let text = text.split("   ").next().unwrap_or("").trim();
                wanted.push(text.replace("\\\"", "\""));
                out.push_str(&format!("({}) printLine\n", before.trim()));
            }
            None => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    (out, wanted)
}

#[test]
fn a_block_that_lies_is_noticed() {
    let lies = [
        "```aura\n3 + 4 \"==> 8\"\n```\n",
        "```aura\n3 foo\n```\n",
        "```aura rejected\n3\n```\n",
        "```aura\n3 printLine\n```\n```output\n4\n```\n",
    ];
    for text in lies {
        assert!(blocks(text).iter().all(|b| check(b).is_err()), "{text}");
    }
    assert!(blocks("```aura\n3 + 4 \"==> 7     a remark\"\n```").iter().all(|b| check(b).is_ok()));
}
