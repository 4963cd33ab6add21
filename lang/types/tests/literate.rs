//! Types as readable pages: every `aura` block in `tests/types/*.md` is checked, and says what must be found.
//!
//! In a block, a comment `"error E0301 some words"` at the end of a line says that this code is found on the line, with these words in
//! the message; `"type int"` says which type the longest expression of the line has. Everything else must be without findings. A block
//! marked `aura strict` is checked strictly; a block `aura file: name` is a module that the page's later blocks import as 'name'.

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
    for block in &blocks {
        let mut project = support::project(block.info.contains("strict"));
        let file = match block.info.strip_prefix("aura file: ") {
            Some(module) => project.set(module, block.text.clone(), &find)[0],
            None => project.set("page", block.text.clone(), &find)[0],
        };
        compare(name, block, &mut project, file, wrong);
    }
    blocks.len()
}

fn compare(page: &str, block: &Block, project: &mut Project, file: FileId, wrong: &mut String) {
    let parse = aura_syntax::parse(&block.text);
    assert!(!parse.has_errors(), "{page}:{}: {:?}", block.line, parse.diagnostics);
    let found = project.check(file);
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
            let places = project.universe().types_in(file, Span { start: span.start, end: span.end });
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

/// What the comments of a line say that begin with a word.
fn comments<'l>(line: &'l str, word: &str) -> Vec<&'l str> {
    line.split('"').skip(1).step_by(2).filter_map(|c| c.strip_prefix(word)).map(str::trim).collect()
}
