//! Prints the tree of each file named, and what is wrong with it: `cargo run -p aura-syntax --example tree -- FILE …`.
//! With `--quiet` only what is wrong, and a line of totals.

use aura_syntax::{Source, dump, parse, render};

fn main() {
    let (flags, files): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|a| a.starts_with("--"));
    let quiet = flags.iter().any(|f| f == "--quiet");
    let (mut wrong, mut bytes) = (0, 0);
    for name in &files {
        let text = match std::fs::read(name) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) => {
                eprintln!("{name}: {error}");
                continue;
            }
        };
        let parsed = parse(&text);
        if !quiet {
            print!("{}", dump(&parsed.file, &text));
        }
        wrong += usize::from(!parsed.diagnostics.is_empty());
        bytes += text.len();
        print!("{}", render(&Source::new(name, text), &parsed.diagnostics, false));
    }
    eprintln!("{} files, {bytes} bytes, {wrong} with diagnostics", files.len());
}
