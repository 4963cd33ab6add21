//! What editors are given (`grammar/`): the tree-sitter grammar and its corpus, and the TextMate grammar.
//!
//! * [`generated`] the parser is what the grammar makes
//! * [`queries`] what the queries say about a small text
//! * [`packages`] the folders that editors take
//!
//! What must stay true: both grammars have the tokens of the norm (`grammar/aura.ebnf`); every example, the library and what the language tests
//! run is read without an error. The corpus is made from the language tests; `INSTA_UPDATE=always` writes it again.

mod generated;
mod packages;
mod queries;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use aura_syntax::grammar::NORM;
use aura_syntax::grammar::ebnf::{Grammar, Node};
use proptest::strategy::{Strategy, ValueTree};
use proptest::string::string_regex;
use proptest::test_runner::TestRunner;
use regex::Regex;
use serde_json::Value;
use tree_sitter::{Language, Parser, TreeCursor};
use tree_sitter_loader::{CompileConfig, Loader};

use crate::support::root;

/// Texts that are made of each token.
const SAMPLES: usize = 200;

fn folder() -> PathBuf {
    root().join("grammar/tree-sitter-aura")
}

/// The language, compiled from the generated parser by the loader that tree-sitter's own command has.
static LANGUAGE: LazyLock<Language> = LazyLock::new(|| {
    generated::renew();
    let libraries = Path::new(env!("CARGO_TARGET_TMPDIR")).join("grammars");
    std::fs::create_dir_all(&libraries).expect("a folder for what is compiled");
    let source = folder().join("src");
    let loader = Loader::with_parser_lib_path(libraries);
    loader.load_language_at_path(CompileConfig::new(&source, None, None)).expect("the generated parser compiles")
});

fn parsed(text: &str) -> tree_sitter::Tree {
    let mut parser = Parser::new();
    parser.set_language(&LANGUAGE).expect("the generated parser is of a version that the library knows");
    parser.parse(text, None).expect("there is a language and no time limit")
}

/// Where a text is not understood, if anywhere.
fn error_in(text: &str) -> Option<String> {
    fn find(cursor: &mut TreeCursor<'_>) -> Option<String> {
        let node = cursor.node();
        if node.is_error() || node.is_missing() {
            return Some(format!("line {}: {}", node.start_position().row + 1, node.to_sexp()));
        }
        if !node.has_error() || !cursor.goto_first_child() {
            return None;
        }
        loop {
            if let Some(found) = find(cursor) {
                return Some(found);
            }
            if !cursor.goto_next_sibling() {
                cursor.goto_parent();
                return None;
            }
        }
    }
    let tree = parsed(text);
    tree.root_node().has_error().then(|| find(&mut tree.walk()).unwrap_or_else(|| tree.root_node().to_sexp()))
}

fn sources(folders: &[&str]) -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|e| e == "aura") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    folders.iter().for_each(|f| walk(&root().join(f), &mut found));
    found.sort();
    let named = |path: PathBuf| {
        let name = path.strip_prefix(root()).expect("below it").display().to_string();
        (name, std::fs::read_to_string(path).expect("text"))
    };
    found.into_iter().map(named).collect()
}

#[test]
fn tree_sitter_reads_every_example_and_the_library() {
    let all = sources(&["examples", "stdlib", "tests/benchmarks"]);
    assert!(all.len() > 50, "{} files", all.len());
    let wrong: Vec<String> = all.iter().filter_map(|(name, text)| Some(format!("{name}, {}", error_in(text)?))).collect();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn tree_sitter_says_where_something_is_wrong() {
    for (text, line) in [("3 foo\n(3 foo", 2), ("| x = 3. ) |\n", 1), ("3\n4\na foo: }\n", 3)] {
        let found = error_in(text).unwrap_or_default();
        assert!(found.starts_with(&format!("line {line}: ")), "{text}: {found}");
    }
}

/// A case of a file of language tests: its title and its program. Those that the parser rejects are left out.
fn cases(text: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for part in text.split("\n\"--- ").skip(1) {
        let Some((title, rest)) = part.split_once("\"\n") else { continue };
        let code =
            ["\n\"expect", "\n\"rejected", "\n\"error"].iter().filter_map(|mark| rest.find(mark)).min().unwrap_or(rest.len());
        let code = rest[..code].trim_matches('\n');
        if !aura_syntax::parse(code).has_errors() && !code.is_empty() {
            all.push((title.to_string(), code.to_string()));
        }
    }
    all
}

/// The tree as the corpus has it: named nodes with the fields that they are in, one a line.
fn shown(cursor: &mut TreeCursor<'_>, depth: usize, out: &mut String) {
    let field = cursor.field_name().map(|f| format!("{f}: ")).unwrap_or_default();
    let _ = write!(out, "\n{}{field}({}", "  ".repeat(depth), cursor.node().kind());
    if cursor.goto_first_child() {
        loop {
            if cursor.node().is_named() {
                shown(cursor, depth + 1, out);
            }
            if !cursor.goto_next_sibling() {
                break;
            }
        }
        cursor.goto_parent();
    }
    out.push(')');
}

#[test]
fn the_corpus_is_what_the_language_tests_make_it() {
    let corpus = folder().join("test/corpus");
    let mut names = BTreeSet::new();
    for (name, text) in sources(&["tests/lang"]) {
        let mut wanted = String::new();
        for (title, code) in cases(&text) {
            let error = error_in(&code);
            assert!(error.is_none(), "{name}, {title}: {error:?}");
            let mut tree = String::new();
            shown(&mut parsed(&code).walk(), 0, &mut tree);
            let line = "=".repeat(18);
            let _ = write!(wanted, "{line}\n{title}\n{line}\n\n{code}\n\n---\n{tree}\n\n");
        }
        if wanted.is_empty() {
            continue;
        }
        let file = name.trim_start_matches("tests/lang/").trim_end_matches(".aura").replace('/', "_") + ".txt";
        let path = corpus.join(&file);
        names.insert(file);
        if std::env::var("INSTA_UPDATE").is_ok_and(|v| v == "always") {
            std::fs::create_dir_all(&corpus).expect("a folder for the corpus");
            std::fs::write(&path, &wanted).expect("the corpus can be written");
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(found == wanted, "{} is not what {name} makes it; INSTA_UPDATE=always writes it", path.display());
    }
    let there = std::fs::read_dir(&corpus).expect("the corpus").flatten().map(|e| e.file_name().to_string_lossy().into_owned());
    assert_eq!(there.collect::<BTreeSet<_>>(), names);
}

fn norm() -> Grammar {
    Grammar::read(NORM).expect("the norm is of its notation")
}

fn json(path: &str) -> Value {
    generated::renew();
    serde_json::from_str(&std::fs::read_to_string(root().join("grammar").join(path)).expect("text")).expect("JSON")
}

/// Texts that a regular expression matches.
fn samples(pattern: &str) -> Vec<String> {
    let strategy = string_regex(pattern).unwrap_or_else(|e| panic!("{pattern}: {e}"));
    let mut runner = TestRunner::deterministic();
    (0..SAMPLES).map(|_| strategy.new_tree(&mut runner).expect("nothing is filtered").current()).collect()
}

fn whole(pattern: &str) -> Regex {
    Regex::new(&format!("^(?:{pattern})$")).unwrap_or_else(|e| panic!("{pattern}: {e}"))
}

/// The tokens of the norm, and what both grammars call them.
const TOKENS: &[(&str, &str, &str)] = &[
    ("NAME", "identifier", "name"),
    ("SLOT_NAME", "identifier", "name"),
    ("CAPITAL_NAME", "type_variable", "capital-name"),
    ("KEYWORD", "keyword", "keyword"),
    ("SLOT_KEYWORD", "keyword", "keyword"),
    ("CAPITAL_KEYWORD", "capital_keyword", "capital-keyword"),
    ("ARGUMENT", "argument_name", "argument"),
    ("OPERATOR", "operator", "operator"),
    ("INTEGER", "integer", "integer"),
    ("RADIX_INTEGER", "integer", "radix-integer"),
    ("FLOAT", "float", "float"),
    ("STRING", "string", "string"),
    ("TEMPLATE_TEXT", "template_text", "template"),
    ("COMMENT", "comment", "comment"),
    ("SHEBANG", "shebang", "shebang"),
];
/// What lies between tokens, and is no node of a tree.
const SPACE: &[&str] = &["LINE_END", "SPACE"];

#[test]
fn every_token_of_the_norm_is_in_both_grammars() {
    let norm = norm();
    let known: BTreeSet<&str> = TOKENS.iter().map(|t| t.0).chain(SPACE.iter().copied()).collect();
    let tokens: BTreeSet<&str> = norm.tokens.keys().map(String::as_str).collect();
    assert_eq!(known, tokens);
    let (tree_sitter, text_mate) = (json("tree-sitter-aura/src/grammar.json"), json("textmate/aura.tmLanguage.json"));
    for (token, rule, entry) in TOKENS {
        let theirs = whole(&pattern_of(&tree_sitter["rules"][rule]));
        let entry = &text_mate["repository"][entry];
        for sample in samples(&norm.tokens[*token]) {
            // The norm says so in words.
            if *token == "OPERATOR" && ["|", "^"].contains(&sample.as_str()) {
                continue;
            }
            assert!(theirs.is_match(&sample), "{token}: tree-sitter's {rule} does not match {sample:?}");
            match entry["match"].as_str() {
                Some(pattern) => {
                    assert!(whole(pattern).is_match(&sample), "{token}: the TextMate grammar does not match {sample:?}")
                }
                None => escapes_are_known(token, entry, &text_mate, &sample),
            }
        }
    }
}

/// The regular expression of a token in grammar.json, whatever it is wrapped in.
fn pattern_of(rule: &Value) -> String {
    match rule["type"].as_str() {
        Some("PATTERN") => rule["value"].as_str().expect("a pattern").to_string(),
        Some(_) => pattern_of(&rule["content"]),
        None => panic!("{rule} is no token"),
    }
}

/// What stands between delimiters in the TextMate grammar: it begins as the token does, and knows its escapes.
fn escapes_are_known(token: &str, entry: &Value, all: &Value, sample: &str) {
    let delimited = token != "TEMPLATE_TEXT";
    let begin = Regex::new(&format!("^{}", entry["begin"].as_str().expect("begins somewhere"))).expect("a pattern");
    assert!(!delimited || begin.is_match(sample), "{token}: {sample:?}");
    let patterns: Vec<&Value> = entry["patterns"].as_array().expect("patterns").iter().collect();
    let escape = patterns
        .iter()
        .map(|p| if p["include"] == "#string-escape" { &all["repository"]["string-escape"]["patterns"][0] } else { *p });
    let escape = escape.filter_map(|p| p["match"].as_str()).find(|m| m.starts_with("\\\\")).expect("escapes");
    let escape = Regex::new(&format!("(?m)^{escape}")).expect("a pattern");
    let mut rest = sample;
    while let Some(at) = rest.find('\\') {
        assert!(escape.is_match(&rest[at..]), "{token}: the TextMate grammar does not know the escape in {:?}", &rest[at..]);
        rest = &rest[at..];
        let mut letters = rest.char_indices().skip(2);
        rest = letters.next().map_or("", |(next, _)| &rest[next..]);
    }
}

#[test]
fn tree_sitter_has_no_tokens_beyond_the_norm() {
    let norm = norm();
    let grammar = json("tree-sitter-aura/src/grammar.json");
    for rule in TOKENS.iter().map(|t| t.1).collect::<BTreeSet<_>>() {
        let theirs = TOKENS.iter().filter(|t| t.1 == rule).map(|t| norm.tokens[t.0].as_str()).collect::<Vec<_>>();
        let theirs = whole(&theirs.join("|"));
        for sample in samples(&pattern_of(&grammar["rules"][rule])) {
            let sample = sample.replace("\r\n", "\n");
            // Of these the norm names a few, and says in words that there are more.
            let is_loose = rule == "integer" && sample.contains(['r', 'R']) || sample.contains("\\u{");
            assert!(is_loose || theirs.is_match(&sample), "{rule}: the norm does not know {sample:?}");
        }
    }
}

#[test]
fn words_and_punctuation_are_those_of_the_norm() {
    fn of_norm<'n>(node: &'n Node, all: &mut BTreeSet<&'n str>) {
        if let Node::Literal(text) = node {
            all.insert(text);
        }
        node.parts().into_iter().for_each(|part| of_norm(part, all));
    }
    fn of_json<'v>(value: &'v Value, all: &mut BTreeSet<&'v str>) {
        match value {
            Value::Object(map) if map.get("type").is_some_and(|t| t == "STRING") => {
                all.extend(map["value"].as_str());
            }
            Value::Object(map) => map.values().for_each(|v| of_json(v, all)),
            Value::Array(items) => items.iter().for_each(|v| of_json(v, all)),
            _ => {}
        }
    }
    let (norm, grammar) = (norm(), json("tree-sitter-aura/src/grammar.json"));
    let (mut wanted, mut found) = (BTreeSet::new(), BTreeSet::new());
    norm.rules.values().for_each(|node| of_norm(node, &mut wanted));
    of_json(&grammar["rules"], &mut found);
    assert_eq!(found, wanted);
    let text_mate = json("textmate/aura.tmLanguage.json");
    let entries = ["self", "bar", "return", "assignable", "operator"].map(|name| &text_mate["repository"][name]);
    let punctuation = text_mate["repository"]["punctuation"]["patterns"].as_array().expect("patterns").iter();
    let around = Regex::new(r"\(\?[=!][^)]*\)").expect("a pattern");
    let patterns: Vec<Regex> = entries
        .into_iter()
        .chain(punctuation)
        .map(|entry| whole(&around.replace_all(entry["match"].as_str().expect("one pattern"), "")))
        .collect();
    for literal in wanted.into_iter().filter(|l| *l != "`") {
        assert!(patterns.iter().any(|p| p.is_match(literal)), "the TextMate grammar has no '{literal}'");
    }
}

#[test]
fn the_text_mate_grammar_names_only_what_it_has() {
    fn check(value: &Value, repository: &Value, used: &mut BTreeSet<String>) {
        match value {
            Value::Object(map) => {
                if let Some(name) = map.get("include").and_then(|i| i.as_str()).and_then(|i| i.strip_prefix('#')) {
                    assert!(repository.get(name).is_some(), "nothing is called '{name}'");
                    used.insert(name.to_string());
                }
                map.values().for_each(|v| check(v, repository, used));
            }
            Value::Array(items) => items.iter().for_each(|v| check(v, repository, used)),
            _ => {}
        }
    }
    let grammar = json("textmate/aura.tmLanguage.json");
    let mut used = BTreeSet::new();
    check(&grammar, &grammar["repository"], &mut used);
    let there: BTreeSet<String> = grammar["repository"].as_object().expect("entries").keys().cloned().collect();
    assert_eq!(used, there);
}
