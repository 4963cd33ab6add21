//! What the checker's tests share: the library, loaded from its sources.

use std::path::PathBuf;

use aura_types::{Options, Project};

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The library's files in the order of `stdlib/world.aura`.
#[allow(dead_code)] // Not every test binary is about the whole library.
pub(crate) fn library() -> Vec<(String, String)> {
    let folder = root().join("stdlib");
    let world = std::fs::read_to_string(folder.join("world.aura")).expect("stdlib/world.aura");
    let names = world.lines().filter_map(|l| l.trim().strip_prefix("load: '")?.strip_suffix('\''));
    names.map(|n| (n.to_string(), std::fs::read_to_string(folder.join(format!("{n}.aura"))).expect("is listed"))).collect()
}

/// A project over the library.
#[allow(dead_code)] // Not every test binary is about the whole library.
pub(crate) fn project(strict: bool) -> Project {
    Project::new(Options { strict, in_full: false }, library())
}

/// No other files.
#[allow(dead_code)] // Not every test binary has programs of several files.
pub(crate) fn alone(_: &str, _: &str) -> Option<(String, String)> {
    None
}
