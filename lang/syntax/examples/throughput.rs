//! How fast source becomes a tree: `cargo run --release -p aura-syntax --example throughput [-- FILE …]`.
//!
//! Prints megabytes a second for the lexer alone, for source to tree with all diagnostics, and for the formatter: of the
//! files named (put together), or of a program written here. Each figure is the best of several runs of at least 1 MB.

use aura_syntax::tokens::lex;
use aura_syntax::{format, parse};
use std::hint::black_box;
use std::time::Instant;

const PROGRAM: &str = r#"
shapes _AddSlots: (| parent* = traits clonable.
    "A point in the plane, which knows how to add and to measure."
    point = (|
        x <int> <- 0.
        y <int> <- 0.
        + p <point> ^ <point> = ( (copy x: x + p x) y: y + p y ).
        distanceTo: p <point> ^ <float> = ( | dx. dy |
            dx: x - p x.
            dy: y - p y.
            ((dx * dx) + (dy * dy)) asFloat sqrt ).
        at: i Put: v = ( i = 0 ifTrue: [ x: v ] False: [ ^ resend.at: i Put: v - 1 ]. self ).
        asString = ( 'a point at ', x printString, ' and ', y printString ).
    |).
|)
(1 to: 1000) do: [|:i. sum <- 0| sum: sum + (i * i). sum printLine. `sum {sum}` size > 16rFF ifTrue: [ 'large' printLine ] ]
"#;

fn main() {
    let files: Vec<String> = std::env::args().skip(1).collect();
    let mut text = String::new();
    for file in &files {
        match std::fs::read(file) {
            Ok(bytes) => {
                let one = String::from_utf8_lossy(&bytes);
                if parse(&one).diagnostics.is_empty() {
                    text.push_str(&one);
                    text.push('\n');
                }
            }
            Err(error) => eprintln!("{file}: {error}"),
        }
    }
    if text.is_empty() {
        text.push_str(PROGRAM);
    }
    let text = text.repeat(1_000_000 / text.len() + 1);
    let parsed = parse(&text);
    println!("{} bytes, {} tokens, {} diagnostics", text.len(), parsed.tokens.len(), parsed.diagnostics.len());
    println!("source to tokens: {:.1} MB/s", best(&text, lex));
    println!("source to tree:   {:.1} MB/s", best(&text, parse));
    println!("formatter:        {:.1} MB/s", best(&text, format));
}

/// Megabytes a second in the best of five runs. Giving the result's memory back is not counted.
fn best<T>(text: &str, run: impl Fn(&str) -> T) -> f64 {
    let time = || {
        let start = Instant::now();
        let result = black_box(run(text));
        let time = start.elapsed().as_secs_f64();
        drop(result);
        time
    };
    let fastest = (0..5).map(|_| time()).fold(f64::INFINITY, f64::min);
    text.len() as f64 / fastest / 1e6
}
