//! Formats each file named and prints the result: `cargo run -p aura-syntax --example format -- FILE …`. With `--check` it
//! only says which files the formatter does not treat well (another tree, or another text the second time).

use aura_syntax::{Source, dump, format, parse, render};

fn main() {
    let (flags, files): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|a| a.starts_with("--"));
    let check = flags.iter().any(|f| f == "--check");
    for name in &files {
        let Ok(text) = std::fs::read(name) else { continue };
        let text = String::from_utf8_lossy(&text).into_owned();
        match format(&text) {
            Err(_) if check => {}
            Err(diagnostics) => print!("{}", render(&Source::new(name, text), &diagnostics, false)),
            Ok(new) if check => {
                let (before, after) = (parse(&text), parse(&new));
                if dump(&before.file, &text) != dump(&after.file, &new) {
                    println!("{name}: another tree");
                } else if format(&new).as_ref() != Ok(&new) {
                    println!("{name}: another text the second time");
                }
            }
            Ok(new) => print!("{new}"),
        }
    }
}
