//! Collects the library's files in the order of `stdlib/world.aura`, so that the command carries it.

use std::fmt::Write as _;
use std::path::Path;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../stdlib");
    println!("cargo:rerun-if-changed={}", root.display());
    let world = std::fs::read_to_string(root.join("world.aura")).expect("stdlib/world.aura");
    let mut out = String::from("pub(crate) const FILES: &[(&str, &str)] = &[\n");
    for line in world.lines() {
        let Some(name) = line.trim().strip_prefix("load: '").and_then(|l| l.strip_suffix('\'')) else { continue };
        let path = root.join(format!("{name}.aura"));
        println!("cargo:rerun-if-changed={}", path.display());
        let full = path.canonicalize().unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        writeln!(out, "    (\"stdlib/{name}.aura\", include_str!({:?})),", full).expect("a string");
    }
    out.push_str("];\n");
    let to = Path::new(&std::env::var("OUT_DIR").expect("cargo sets it")).join("library.rs");
    std::fs::write(to, out).expect("the build's own folder");
}
