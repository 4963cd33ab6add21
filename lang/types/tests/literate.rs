//! Types as readable pages: every `aura` block in `tests/types/*.md` is checked, and says what must be found.
//!
//! In a block, a comment `"error E0301 some words"` at the end of a line says that this code is found on the line, with these words in
//! the message; `"type int"` says which type the longest expression of the line has. Everything else must be without findings. A block
//! marked `aura strict` is checked strictly; a block `aura file: name` is a module that the page's later blocks import as 'name'. A block
//! `aura for hole` is a method proposed for the first message of the block before it that nothing understands. In a block
//! `aura imports` every file that is imported must be on the page.

mod support;

use std::fmt::Write as _;

use aura_syntax::{Diagnostic, Span};
use aura_types::{FileId, Project};

struct Block {
    line: usize,
    info: String,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut inside = false;
    for (i, line) in page.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(_) if inside => inside = false,
            Some(info) if info.starts_with("aura") => {
                inside = true;
                blocks.push(Block { line: i + 2, info: info.to_string(), text: String::new() });
            }
            _ if inside => {
                let block = blocks.last_mut().expect("is inside one");
                block.text.push_str(line);
                block.text.push('\n');
            }
            _ => {}
        }
    }
    blocks
}

#[test]
fn pages() {
    let folder = support::root().join("tests/types");
    let mut wrong = String::new();
    let mut count = 0;
    let mut pages: Vec<_> = std::fs::read_dir(folder).expect("tests/types").flatten().map(|e| e.path()).collect();
    pages.sort();
    for page in pages.iter().filter(|p| p.extension().is_some_and(|e| e == "md")) {
        let text = std::fs::read_to_string(page).expect("readable");
        let name = page.file_name().expect("a file").to_string_lossy().into_owned();
        count += page_of(&name, &text, &mut wrong);
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(count > 20, "only {count} blocks were found");
}

fn page_of(name: &str, text: &str, wrong: &mut String) -> usize {
    let blocks = blocks(text);
    let modules: Vec<(String, String)> =
        blocks.iter().filter_map(|b| Some((b.info.strip_prefix("aura file: ")?.to_string(), b.text.clone()))).collect();
    let find = |_: &str, path: &str| modules.iter().find(|m| m.0 == path).cloned();
    for (at, block) in blocks.iter().enumerate() {
        if block.info == "aura for hole" {
            let found = proposed(&blocks[at - 1].text, &block.text);
            compare(name, block, None, found, wrong);
            continue;
        }
        let mut project = support::project(block.info.contains("strict"));
        let file = match block.info.strip_prefix("aura file: ") {
            Some(module) => project.set(module, block.text.clone(), &find)[0],
            None => project.set("page", block.text.clone(), &find)[0],
        };
        let parse = aura_syntax::parse(&block.text);
        assert!(!parse.has_errors(), "{name}:{}: {:?}", block.line, parse.diagnostics);
        let mut found = project.check(file);
        if block.info == "aura imports" {
            let missing = |path: &str| modules.iter().all(|m| m.0 != path).then(|| path.to_string());
            found.extend(aura_types::missing_imports(&block.text, &parse.file, &missing));
        }
        compare(name, block, Some((&mut project, file)), found, wrong);
    }
    blocks.len()
}

/// What is found in a method that is proposed for the first hole of a program.
fn proposed(program: &str, method: &str) -> Vec<Diagnostic> {
    let mut project = support::project(false);
    let file = project.set("page", program.into(), &support::alone)[0];
    let universe = project.universe();
    let hole = universe.holes(file).into_iter().next().expect("a message that nothing understands");
    let receiver = universe.show(hole.receiver);
    let object = universe.object_at(file, &receiver).expect("a prototype of this name");
    universe.consider(object, file, method, Some(&hole)).found
}

fn compare(page: &str, block: &Block, mut of: Option<(&mut Project, FileId)>, found: Vec<Diagnostic>, wrong: &mut String) {
    let mut used = vec![false; found.len()];
    let mut start = 0;
    for (i, line) in block.text.split_inclusive('\n').enumerate() {
        let span = Span::new(start, start + line.len());
        start += line.len();
        let place = format!("{page}:{}", block.line + i);
        for words in comments(line, "error ") {
            let (code, words) = words.split_once(' ').unwrap_or((words, ""));
            let is_it = |d: &Diagnostic| d.code == code && inside(d.span, span) && d.message.contains(words);
            match found.iter().zip(&used).position(|(d, used)| !used && is_it(d)) {
                Some(at) => used[at] = true,
                None => _ = writeln!(wrong, "{place}: expected {code} {words}"),
            }
        }
        for expected in comments(line, "type ") {
            let (project, file) = of.as_mut().expect("a program");
            let places = project.universe().types_in(*file, Span { start: span.start, end: span.end });
            let longest = places.into_iter().max_by_key(|(s, _)| (s.end - s.start, std::cmp::Reverse(s.start)));
            let type_ = longest.map_or_else(|| "(nothing)".into(), |(_, id)| project.universe().show(id));
            if type_ != expected {
                _ = writeln!(wrong, "{place}: expected type {expected}, found {type_}");
            }
        }
    }
    for (diagnostic, _) in found.iter().zip(&used).filter(|(_, used)| !**used) {
        let line = block.text[..diagnostic.span.start as usize].matches('\n').count();
        _ = writeln!(wrong, "{page}:{}: unexpected {} {}", block.line + line, diagnostic.code, diagnostic.message);
    }
}

fn inside(inner: Span, outer: Span) -> bool {
    outer.start <= inner.start && inner.start < outer.end
}

#[test]
fn every_code_is_found_on_a_page() {
    let folder = support::root().join("tests/types");
    let pages: Vec<String> = std::fs::read_dir(folder)
        .expect("tests/types")
        .flatten()
        .map(|e| std::fs::read_to_string(e.path()).expect("readable"))
        .collect();
    let is_there = |code: &str| pages.iter().any(|page| page.contains(&format!("\"error {code}")));
    let missing: Vec<&str> = aura_types::codes::ALL.iter().map(|c| c.name).filter(|code| !is_there(code)).collect();
    assert!(missing.is_empty(), "no page in tests/types expects {missing:?}");
}

/// What the comments of a line say that begin with a word.
fn comments<'l>(line: &'l str, word: &str) -> Vec<&'l str> {
    line.split('"').skip(1).step_by(2).filter_map(|c| c.strip_prefix(word)).map(str::trim).collect()
}
