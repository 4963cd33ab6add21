//! Compiles the library, in the order of `stdlib/world.aura`, so that the command carries it as bytecode and parses nothing of it when it starts.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use aura_code::{Code, Origin};

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../stdlib");
    let out = std::env::var("OUT_DIR").expect("cargo sets it");
    let out = Path::new(&out);
    println!("cargo:rerun-if-changed={}", root.display());
    let world = std::fs::read_to_string(root.join("world.aura")).expect("stdlib/world.aura");
    let mut table = String::from("pub(crate) const FILES: &[File] = &[\n");
    for line in world.lines() {
        let Some(name) = line.trim().strip_prefix("load: '").and_then(|l| l.strip_suffix('\'')) else { continue };
        let path = root.join(format!("{name}.aura"));
        println!("cargo:rerun-if-changed={}", path.display());
        let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let known = format!("stdlib/{name}.aura");
        let bytes = aura_code::to_bytes(&compile(&known, &text));
        let kept = format!("{}.code", name.replace('/', "-"));
        std::fs::write(out.join(&kept), bytes).expect("the build's own folder");
        let source = path.canonicalize().unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        writeln!(
            table,
            "    File {{ name: {known:?}, text: include_str!({source:?}), code: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{kept}\")) }},"
        )
        .expect("a string");
    }
    table.push_str("];\n");
    std::fs::write(out.join("library.rs"), table).expect("the build's own folder");
}

fn compile(name: &str, text: &str) -> Vec<Arc<Code>> {
    let parsed = aura_syntax::parse(text);
    let source = aura_syntax::Source::new(name, text);
    assert!(!parsed.has_errors(), "{}", aura_syntax::render(&source, &parsed.diagnostics, false));
    let origin = Arc::new(Origin::new(name, text));
    let code =
        aura_code::compile_file(&parsed.file, &origin).unwrap_or_else(|d| panic!("{}", aura_syntax::render(&source, &d, false)));
    for c in &code {
        aura_code::verify(c).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
    code
}
