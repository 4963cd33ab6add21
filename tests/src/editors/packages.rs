//! The folders that editors take: every file is there that the editor looks for, and calls things as that editor does.

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use regex::Regex;
use toml::Table;
use tree_sitter::Query;

use super::queries::queries;
use super::{LANGUAGE, folder, json};
use crate::support::root;

/// The first line of a script, as people write it.
const SHEBANGS: [&str; 2] = ["#!/usr/bin/env -S aura run", "#!/usr/local/bin/aura run"];

fn read(path: &str) -> String {
    let path = root().join("grammar").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn toml(text: &str) -> Table {
    text.parse().expect("TOML")
}

/// Where each editor looks for the file, what it is, and which names it knows. A name behind a dot means more to a theme that knows it.
fn names_are_known(folder: &str, wanted: &[(&str, &[&str])]) {
    let all = queries(folder);
    for (file, known) in wanted {
        let (_, query) = all.iter().find(|(name, _)| name == file).unwrap_or_else(|| panic!("{folder} has no {file}.scm"));
        for name in query.capture_names() {
            let is_known = known.iter().any(|k| name == k || name.strip_prefix(k).is_some_and(|rest| rest.starts_with('.')));
            assert!(is_known, "{folder}/{file}.scm: nothing is called @{name} there");
        }
    }
    assert_eq!(all.len(), wanted.len(), "{folder}: {:?}", all.iter().map(|(name, _)| name).collect::<Vec<_>>());
}

const LOCALS: &[&str] = &["local.scope", "local.definition", "local.reference"];

#[test]
fn the_grammar_has_the_names_of_tree_sitter_and_neovim() {
    // Source: Neovim's help, treesitter-highlight-groups; tree-sitter's page on code navigation.
    const COLOURS: &[&str] = &[
        "attribute",
        "comment",
        "constant",
        "embedded",
        "function",
        "keyword",
        "number",
        "operator",
        "property",
        "punctuation",
        "string",
        "type",
        "variable",
    ];
    names_are_known(
        "tree-sitter-aura/queries",
        &[
            ("folds", &["fold"]),
            ("highlights", COLOURS),
            ("indents", &["indent.begin", "indent.branch", "indent.end", "indent.ignore"]),
            ("locals", LOCALS),
            ("tags", &["name", "definition", "reference"]),
            ("textobjects", &["function", "class", "block", "parameter", "comment", "call", "number"]),
        ],
    );
}

#[test]
fn helix_finds_what_it_looks_for() {
    // Source: Helix's book, "Themes", "Adding indent queries", "Adding textobject queries".
    const COLOURS: &[&str] = &[
        "attribute",
        "comment.block",
        "constant",
        "function",
        "keyword",
        "operator",
        "punctuation",
        "string",
        "type",
        "variable",
    ];
    names_are_known(
        "editors/helix/queries/aura",
        &[
            ("highlights", COLOURS),
            ("indents", &["indent", "outdent"]),
            ("locals", LOCALS),
            ("textobjects", &["function", "class", "parameter", "comment"]),
        ],
    );
    let settings = toml(&read("editors/helix/languages.toml"));
    let (language, grammar) = (&settings["language"][0], &settings["grammar"][0]);
    assert_eq!((language["name"].as_str(), grammar["name"].as_str()), (Some("aura"), Some("aura")));
    let source = grammar["source"]["path"].as_str().expect("a path");
    assert!(source.ends_with("/grammar/tree-sitter-aura") && folder().join("src/parser.c").exists(), "{source}");
    let server = language["language-servers"][0].as_str().expect("a server");
    assert_eq!(settings["language-server"][server]["command"].as_str(), Some("aura"));
}

/// What Zed calls otherwise than the grammar's own queries do.
const OF_ZED: &[(&str, &str)] = &[
    (
        "; What things are called here are the common names of editors; later patterns win.",
        "; Made from the grammar's own, with Zed's names.",
    ),
    ("@variable.builtin", "@variable.special"),
    ("@variable.member", "@property"),
    ("@keyword.directive", "@preproc"),
    ("@constant.builtin", "@constant"),
];

/// Zed's colours, made from the grammar's own; also written, if that is wished for.
fn colours_of_zed() -> &'static str {
    static MADE: LazyLock<String> = LazyLock::new(|| {
        let colours = OF_ZED.iter().fold(read("tree-sitter-aura/queries/highlights.scm"), |text, (ours, theirs)| {
            assert!(text.contains(ours), "{ours}");
            text.replace(ours, theirs)
        });
        if std::env::var("INSTA_UPDATE").is_ok_and(|v| v == "always") {
            let path = root().join("grammar/editors/zed/languages/aura/highlights.scm");
            std::fs::write(path, &colours).expect("it can be written");
        }
        colours
    });
    &MADE
}

#[test]
fn zed_has_the_colours_of_the_grammar() {
    let colours = colours_of_zed();
    assert!(read("editors/zed/languages/aura/highlights.scm") == colours, "INSTA_UPDATE=always writes Zed's highlights.scm");
}

/// Zed takes queries from the extension's folder of the language only, never from the grammar's.
#[test]
fn zed_finds_what_it_looks_for() {
    colours_of_zed();
    // Source: Zed's documentation, "Language extensions".
    const COLOURS: &[&str] = &[
        "attribute",
        "comment",
        "constant",
        "embedded",
        "function",
        "keyword",
        "number",
        "operator",
        "preproc",
        "property",
        "punctuation",
        "string",
        "type",
        "variable",
    ];
    names_are_known(
        "editors/zed/languages/aura",
        &[
            ("brackets", &["open", "close"]),
            ("highlights", COLOURS),
            ("indents", &["indent", "end"]),
            ("outline", &["item", "name", "context"]),
            ("overrides", &["comment", "string"]),
            ("textobjects", &["function.around", "function.inside", "class.around", "class.inside", "comment.around"]),
        ],
    );
    let config = toml(&read("editors/zed/languages/aura/config.toml"));
    let scopes = config["brackets"].as_array().expect("brackets").iter().filter_map(|b| b.get("not_in")?.as_array()).flatten();
    let overrides = read("editors/zed/languages/aura/overrides.scm");
    for scope in scopes.filter_map(|s| s.as_str()) {
        assert!(overrides.contains(&format!("@{scope}")), "Zed does not know what '{scope}' is: overrides.scm does not say it");
    }
}

/// A copy of the repository's part that Zed needs, as a repository: `prepare.sh` must write an extension that leads to the grammar.
#[test]
fn zed_is_led_to_the_grammar() {
    let copy = tempfile::tempdir().expect("a folder");
    let run = |program: &str, folder: &Path, arguments: &[&str]| {
        let done = Command::new(program).current_dir(folder).args(arguments).output();
        done.ok().filter(|d| d.status.success()).map(|d| String::from_utf8_lossy(&d.stdout).trim().to_owned())
    };
    if run("git", copy.path(), &["init", "--quiet"]).is_none() {
        return eprintln!("there is no git: what Zed is given was not prepared");
    }
    for part in ["LICENSE-MIT", "grammar/editors/zed", "grammar/tree-sitter-aura/src"] {
        let to = copy.path().join(part);
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        run("cp", &root(), &["-R", part, &to.display().to_string()]).expect("it can be copied");
    }
    let zed = copy.path().join("grammar/editors/zed");
    run("git", copy.path(), &["add", "."]).expect("added");
    run("git", copy.path(), &["-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "-m", "a"]).expect("committed");
    run("sh", &zed, &["prepare.sh"]).expect("prepared");
    let extension = toml(&std::fs::read_to_string(zed.join("extension.toml")).expect("prepare.sh writes it"));
    let config = toml(&read("editors/zed/languages/aura/config.toml"));
    let grammar = &extension["grammars"][config["grammar"].as_str().expect("a grammar")];
    let repository =
        grammar["repository"].as_str().and_then(|r| r.strip_prefix("file://")).expect("a repository on this machine");
    let parser =
        format!("{}:{}/src/parser.c", grammar["rev"].as_str().expect("a commit"), grammar["path"].as_str().expect("a path"));
    assert!(run("git", Path::new(repository), &["cat-file", "-e", &parser]).is_some(), "{parser}");
    assert_eq!(extension["language_servers"]["aura"]["languages"][0], config["name"]);
    for file in ["LICENSE", "Cargo.toml", "src/lib.rs", "languages/aura/highlights.scm"] {
        assert!(zed.join(file).exists(), "{file}");
    }
}

/// What `package.json` names is there, or is copied before packing.
#[test]
fn visual_studio_code_finds_what_its_manifest_names() {
    let manifest = json("vscode/package.json");
    let gives = &manifest["contributes"];
    let language = &gives["languages"][0];
    for file in [&manifest["main"], &language["configuration"]] {
        read(&format!("vscode/{}", file.as_str().expect("a path").trim_start_matches("./")));
    }
    let grammar = gives["grammars"][0]["path"].as_str().expect("a path").trim_start_matches("./");
    assert!(read("vscode/prepare.mjs").contains(grammar), "{grammar} is not prepared");
    assert_eq!(gives["grammars"][0]["scopeName"], json("textmate/aura.tmLanguage.json")["scopeName"]);
    // Packing takes what the lock file says, and nothing newer.
    let lock = json("vscode/package-lock.json");
    for kind in ["dependencies", "devDependencies"] {
        assert_eq!(lock["packages"][""][kind], manifest[kind], "package-lock.json is of another package.json");
    }
}

/// Every editor takes a script for Aura by the line that the language accepts.
#[test]
fn scripts_are_known_by_their_first_line() {
    let patterns = [
        json("vscode/package.json")["contributes"]["languages"][0]["firstLine"].as_str().map(str::to_owned),
        json("textmate/aura.tmLanguage.json")["firstLineMatch"].as_str().map(str::to_owned),
        toml(&read("editors/zed/languages/aura/config.toml"))["first_line_pattern"].as_str().map(str::to_owned),
    ];
    for pattern in patterns {
        let pattern = Regex::new(&pattern.expect("a pattern")).expect("a pattern");
        assert!(SHEBANGS.iter().all(|line| pattern.is_match(line)) && !pattern.is_match("#!/bin/sh"), "{pattern}");
    }
    let helix = toml(&read("editors/helix/languages.toml"));
    assert_eq!(helix["language"][0]["shebangs"][0].as_str(), Some("aura"));
    for line in SHEBANGS {
        assert!(!aura_syntax::parse(&format!("{line}\n3 printLine\n")).has_errors(), "{line}");
    }
}

/// The queries in Emacs's mode. They are written as lists of Emacs Lisp, which look like tree-sitter's but for predicates.
#[test]
fn emacs_colours_are_of_the_grammar() {
    let mode = read("editors/emacs/aura-ts-mode.el");
    let lists: Vec<&str> =
        mode.split(":feature '").skip(1).map(|part| list(&part[part.find("'(").expect("a quoted list") + 1..])).collect();
    assert!(lists.len() > 8, "{}", lists.len());
    let predicate = Regex::new(r#"\(:match "(?:[^"\\]|\\.)*" (@[a-z-]+)\)"#).expect("a pattern");
    for elisp in lists {
        let patterns = predicate.replace_all(&elisp[1..elisp.len() - 1], r#"(#match? $1 "x")"#);
        Query::new(&LANGUAGE, &patterns).unwrap_or_else(|e| panic!("{e}\n{patterns}"));
    }
}

/// The list with which a text begins.
fn list(text: &str) -> &str {
    let (mut depth, mut is_in_string, mut bytes) = (0, false, text.bytes().enumerate());
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => drop(bytes.next()),
            b'"' => is_in_string = !is_in_string,
            b'(' if !is_in_string => depth += 1,
            b')' if !is_in_string => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[..=at];
        }
    }
    panic!("a list without end: {text}");
}
