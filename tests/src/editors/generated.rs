//! The parser for editors is what `grammar.js` makes; `INSTA_UPDATE=always` makes it again.
//!
//! Making it takes Node.js, which reads the grammar. Without it the hash of the grammar tells whether the parser was made from this one, and
//! the parser is made again from `grammar.json`.

use std::path::Path;
use std::process::Command;
use std::sync::Once;

use sha2::{Digest, Sha256};
use tree_sitter_generate::{OptLevel, generate_parser_in_directory};

use super::folder;

/// What Emacs 29 and Neovim 0.10 read; newer editors read it too.
const ABI: usize = 14;

/// What is generated, below `src`.
const FILES: &[&str] =
    &["grammar.json", "node-types.json", "parser.c", "tree_sitter/alloc.h", "tree_sitter/array.h", "tree_sitter/parser.h"];

/// Where the hash of the grammar lies that the parser was made from.
const HASH: &str = "src/grammar.sha256";

fn has_node() -> bool {
    Command::new("node").arg("--version").output().is_ok_and(|o| o.status.success())
}

fn generate(grammar: &Path, to: &Path) {
    let made = generate_parser_in_directory(
        folder(),
        Some(to),
        Some(grammar),
        ABI,
        None,
        Some("node"),
        true,
        OptLevel::default(),
        &mut Vec::new(),
    );
    made.unwrap_or_else(|e| panic!("{}: {e}", grammar.display()));
}

fn hash() -> String {
    let grammar = std::fs::read(folder().join("grammar.js")).expect("the grammar");
    Sha256::digest(grammar).iter().map(|byte| format!("{byte:02x}")).collect::<String>() + "\n"
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

/// Makes the parser again if that is wished for. Before anybody reads it: other tests compile it.
pub(super) fn renew() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let recorded = folder().join(HASH);
        if std::env::var("INSTA_UPDATE").is_ok_and(|v| v == "always") && text(&recorded) != hash() {
            assert!(has_node(), "Node.js is needed to make the parser again");
            generate(&folder().join("grammar.js"), &folder().join("src"));
            std::fs::write(&recorded, hash()).expect("the hash can be written");
        }
    });
}

#[test]
fn the_parser_is_what_the_grammar_makes() {
    renew();
    let (source, recorded, node) = (folder().join("src"), folder().join(HASH), has_node());
    assert_eq!(text(&recorded), hash(), "the parser was made from another grammar.js; INSTA_UPDATE=always makes it again");
    let made = tempfile::tempdir().expect("a folder");
    let grammar = if node { "grammar.js" } else { "src/grammar.json" };
    generate(&folder().join(grammar), made.path());
    for file in FILES.iter().filter(|f| node || **f != "grammar.json") {
        assert!(text(&made.path().join(file)) == text(&source.join(file)), "src/{file} is not what {grammar} makes");
    }
}
