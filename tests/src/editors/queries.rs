//! What the queries say about a small text, for each editor that has its own.
//!
//! A colour is shown as an editor picks it: that of the innermost node, and of several for one node the last, which in Helix is the first.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::PathBuf;

use tree_sitter::{Node, Query, QueryCursor, StreamingIterator as _};

use super::{LANGUAGE, parsed};
use crate::support::root;

/// Where queries lie, and whether the first pattern wins there.
pub(super) const FOLDERS: [(&str, bool); 3] =
    [("tree-sitter-aura/queries", false), ("editors/helix/queries/aura", true), ("editors/zed/languages/aura", false)];

/// Something of everything.
const TEXT: &str = r#"#!/usr/bin/env -S aura run
"Accounts."
|
account = (|
    parent* = traits clonable.
    balance <int> <- 0.
    { 'transient' seen <- nil }.
    "Puts money in."
    deposit: amount <list of: T> From: other ^ <nil | self> = ( | sum |
        sum: balance + amount first.
        sum > 1.5 ifTrue: [|:x| ^ { x. -3. true } ].
        resend.deposit: sum From: other ).
    + other = ( other _IntAdd: balance ).
    size = ( (| u <- 3 | u) + ([| t <- 1 | t ] value) ).
    each: block <[T ^ (E: int)]> = ( { 'pure' [ parent.size _Size ] } ).
    {} = 'traits'.
|)
|
(account copy deposit: `one {1}` From: 'a') printLine
"#;

/// What a query finds: where, by which of its patterns, as what.
struct Capture {
    range: Range<usize>,
    pattern: usize,
    name: String,
}

fn captures(query: &Query) -> Vec<Capture> {
    let tree = parsed(TEXT);
    let mut cursor = QueryCursor::new();
    let mut matches = cursor.matches(query, tree.root_node(), TEXT.as_bytes());
    let mut all = Vec::new();
    while let Some(found) = matches.next() {
        all.extend(found.captures().iter().map(|c| Capture {
            range: c.node.byte_range(),
            pattern: found.pattern_index,
            name: query.capture_names()[c.index as usize].to_owned(),
        }));
    }
    all
}

/// The queries of a folder, in the order of their names.
pub(super) fn queries(folder: &str) -> Vec<(String, Query)> {
    let all = std::fs::read_dir(root().join("grammar").join(folder)).expect("queries").flatten().map(|e| e.path());
    let mut files: Vec<PathBuf> = all.filter(|p| p.extension().is_some_and(|e| e == "scm")).collect();
    files.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("text");
        let query = Query::new(&LANGUAGE, &text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        (path.file_stem().expect("a name").to_string_lossy().into_owned(), query)
    };
    files.into_iter().map(read).collect()
}

/// Every token with its colour.
fn colours(query: &Query, first_wins: bool) -> String {
    fn leaves(node: Node<'_>, all: &mut Vec<Range<usize>>) {
        if node.child_count() == 0 {
            all.push(node.byte_range());
        }
        (0..node.child_count()).filter_map(|i| node.child(i)).for_each(|child| leaves(child, all));
    }
    let (tree, found) = (parsed(TEXT), captures(query));
    let mut tokens = Vec::new();
    leaves(tree.root_node(), &mut tokens);
    let mut out = String::new();
    for token in tokens.into_iter().filter(|t| !TEXT[t.clone()].trim().is_empty()) {
        let around = found.iter().filter(|c| c.range.start <= token.start && token.end <= c.range.end);
        let order = |c: &&Capture| (c.range.len(), if first_wins { c.pattern } else { usize::MAX - c.pattern });
        let colour = around.min_by_key(order).map_or("-", |c| c.name.as_str());
        let _ = writeln!(out, "    {:<28} {colour}", &TEXT[token]);
    }
    out
}

/// Every capture: its name, its lines, and how it begins and ends.
fn places(query: &Query) -> String {
    let line = |at: usize| TEXT[..at].matches('\n').count() + 1;
    let mut out = String::new();
    for capture in captures(query) {
        let text = &TEXT[capture.range.clone()];
        let (first, last) = (text.lines().next().unwrap_or(""), text.lines().last().unwrap_or("").trim());
        let shown = if text.contains('\n') { format!("{first} … {last}") } else { text.to_owned() };
        let _ = writeln!(out, "    {:<28} {}-{} {shown}", capture.name, line(capture.range.start), line(capture.range.end));
    }
    out
}

#[test]
fn what_queries_say_about_a_small_text() {
    assert!(!parsed(TEXT).root_node().has_error());
    for (folder, first_wins) in FOLDERS {
        let all = queries(folder);
        assert!(all.len() >= 4, "{folder}");
        let mut said = String::new();
        for (name, query) in all {
            let found = if name == "highlights" { colours(&query, first_wins) } else { places(&query) };
            let _ = writeln!(said, "{name}\n{found}");
        }
        insta::assert_snapshot!(folder.replace('/', "_"), said.trim_end());
    }
}

/// A pattern that finds nothing in a text that has something of everything is a slip of the pen.
#[test]
fn every_pattern_finds_something() {
    for (folder, _) in FOLDERS {
        for (name, query) in queries(folder) {
            let found: Vec<usize> = captures(&query).iter().map(|c| c.pattern).collect();
            let idle: Vec<usize> = (0..query.pattern_count()).filter(|p| !found.contains(p)).collect();
            assert!(idle.is_empty(), "{folder}/{name}.scm: patterns {idle:?} (counted from 0) find nothing");
        }
    }
}
