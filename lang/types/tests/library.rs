//! What the library's messages answer, as the checker sees it: `tests/types/library.txt`, one `expression ==> type` a line.

use std::path::{Path, PathBuf};

use aura_types::{Options, Source, Universe};

/// A message that nothing understands: the finding about it names the type of its receiver.
const UNKNOWN: &str = "zzUnknown";

#[test]
fn library_messages_answer_what_a_person_expects() {
    let mut u = world();
    let probes = std::fs::read_to_string(root().join("tests/types/library.txt")).expect("the list is there");
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in probes.lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#')) {
        let (expression, wanted) = line.rsplit_once(" ==> ").expect("`expression ==> type`");
        let found = type_of(&mut u, expression.trim());
        count += 1;
        if found != wanted.trim() {
            wrong.push(format!("{} ==> {found}, not {}", expression.trim(), wanted.trim()));
        }
    }
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 150, "only {count} expressions");
}

#[test]
fn library_checks_without_a_finding() {
    let mut u = Universe::bare(Options::default());
    for (name, file) in load(&mut u) {
        let found: Vec<String> = u.check(file).into_iter().map(|d| format!("{name}: {d:?}")).collect();
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn world() -> Universe {
    let mut u = Universe::bare(Options::default());
    load(&mut u);
    u
}

fn load(u: &mut Universe) -> Vec<(String, aura_types::FileId)> {
    let folder = root().join("stdlib");
    let world = std::fs::read_to_string(folder.join("world.aura")).expect("the library is there");
    let names = world.lines().filter_map(|l| l.strip_prefix("load: '")?.strip_suffix('\''));
    names
        .map(|name| {
            let text = std::fs::read_to_string(folder.join(format!("{name}.aura"))).expect("listed in world.aura");
            (name.to_string(), u.load(source(name, text, true)))
        })
        .collect()
}

fn source(name: &str, text: String, is_library: bool) -> Source {
    let parse = aura_syntax::parse(&text);
    Source { name: name.to_string(), text, parse, is_library }
}

/// The type of an expression; `any` when nothing is found about a message that nothing understands, and what else is wrong with
/// the expression, if anything is.
fn type_of(u: &mut Universe, expression: &str) -> String {
    let file = u.load(source("probe.aura", format!("({expression}) {UNKNOWN}\n"), false));
    let found = u.check(file);
    let suffix = format!("` does not understand '{UNKNOWN}'");
    let mut type_ = "any".to_string();
    for finding in &found {
        match finding.message.strip_prefix('`').and_then(|m| m.strip_suffix(suffix.as_str())) {
            Some(shown) => type_ = shown.to_string(),
            None => return format!("an error: {}", finding.message),
        }
    }
    u.unload(file);
    type_
}
