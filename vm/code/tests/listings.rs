//! Every construct as a listing: the files in `cases/`, each with its snapshot.

mod support;

use std::fmt::Write;

use aura_code::{disassemble, verify};

#[test]
fn every_case_compiles_to_its_listing() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 8, "the cases are there");
    for file in files {
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        let mut listing = String::new();
        let compile = if name == "mistakes" { support::compile_anyway } else { support::compile };
        match compile(&name, &text) {
            Ok(codes) => codes.iter().for_each(|code| {
                assert_eq!(verify(code), Ok(()), "{name}");
                listing.push_str(&disassemble(code));
            }),
            Err(diagnostics) => diagnostics.iter().for_each(|d| {
                let _ = writeln!(listing, "{} {} | {}: {}", d.code, d.span.text(&text), d.message, d.label);
            }),
        }
        insta::assert_snapshot!(name, listing);
    }
}

#[test]
fn every_code_of_the_compiler_has_a_case() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let text = std::fs::read_to_string(folder.join("mistakes.aura")).unwrap();
    let found: Vec<&str> = support::compile_anyway("mistakes", &text).unwrap_err().iter().map(|d| d.code).collect();
    // Where the others are tested: see the comments.
    let elsewhere = ["E0100" /* the parser complains first */, "E0102" /* limits.rs */, "E0108" /* limits.rs */];
    for code in aura_code::compile::codes::ALL {
        assert!(found.contains(&code.name) || elsewhere.contains(&code.name), "{} has no case", code.name);
    }
}

#[test]
fn local_methods_are_blocks_with_a_home_of_their_own() {
    // The parser refuses them today; the tree can hold them, so the compiler must know what they mean.
    let text = "(| m = ( | f: n = ( n < 2 ifTrue: [ ^ 1 ]. list do: [ ^ n ]. n * (f: n - 1) ). g = ( 3 ) | (f: 5) + g ) |)";
    let codes = support::compile_anyway("local methods", text).unwrap();
    assert_eq!(verify(&codes[0]), Ok(()));
    insta::assert_snapshot!("local_methods", disassemble(&codes[0]));
}
