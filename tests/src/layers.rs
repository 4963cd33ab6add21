//! The arrows between rooms, as `docs/architecture.md` draws them, are those that the crates have.
//!
//! The document has a block marked `arrows` with lines `room -> room, room`; a line `room -> *` may use every room.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde::Deserialize;

use crate::support::root;

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// `dev` and `build` dependencies are arrows too.
    path: Option<String>,
}

type Arrows = BTreeMap<String, BTreeSet<String>>;

/// `aura-run` is the room `run`; the command's room is called `aura`.
fn room(package: &str) -> String {
    package.strip_prefix("aura-").unwrap_or(package).to_string()
}

fn drawn() -> Arrows {
    let text = std::fs::read_to_string(root().join("docs/architecture.md")).expect("docs/architecture.md");
    let block = text.split("```arrows\n").nth(1).and_then(|t| t.split("```").next()).expect("a block marked arrows");
    block
        .lines()
        .filter_map(|l| l.split_once("->"))
        .map(|(from, to)| {
            let to = to.split(',').map(|t| t.trim().to_string()).filter(|t| !t.is_empty() && t != "nothing");
            (from.trim().to_string(), to.collect())
        })
        .collect()
}

fn built() -> Arrows {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo metadata");
    let metadata: Metadata = serde_json::from_slice(&output.stdout).expect("cargo's JSON");
    metadata
        .packages
        .into_iter()
        .map(|p| {
            let to = p.dependencies.iter().filter(|d| d.path.is_some()).map(|d| room(&d.name)).collect();
            (room(&p.name), to)
        })
        .collect()
}

/// Arrows that are built and not drawn, and rooms that are in one place only.
fn differences(drawn: &Arrows, built: &Arrows) -> Vec<String> {
    let mut found = Vec::new();
    for (from, to) in built {
        match drawn.get(from) {
            None => found.push(format!("the room {from} is not in docs/architecture.md")),
            Some(may) if may.contains("*") => {}
            Some(may) => found.extend(to.difference(may).map(|t| format!("{from} -> {t} is built and not drawn"))),
        }
    }
    found.extend(drawn.keys().filter(|r| !built.contains_key(*r)).map(|r| format!("the room {r} is drawn and not built")));
    found
}

#[test]
fn the_crates_have_the_arrows_that_are_drawn() {
    let found = differences(&drawn(), &built());
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn an_arrow_that_is_not_drawn_is_noticed() {
    let mut wrong = built();
    wrong.entry("syntax".into()).or_default().insert("run".into());
    assert_eq!(differences(&drawn(), &wrong), ["syntax -> run is built and not drawn"]);
}
