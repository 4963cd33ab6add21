//! Source text to a tree with all diagnostics: how many megabytes a second, on one core.
//!
//! The text is what lies in this folder's benchmarks: each file, between parentheses, an expression; repeated until it has
//! the size that is wanted. A second text is the same with a parenthesis lost now and then, because editors see broken
//! programs all day.

use std::fs;
use std::path::Path;
use std::time::Instant;

use crate::machine;
use crate::stats::{median, range};
use crate::table::{Table, bar};

/// Megabytes a second that the parser must reach.
const BAR: f64 = 40.0;

/// How the parser is measured.
#[derive(clap::Args, Clone)]
pub(crate) struct Options {
    /// Times that each text is parsed.
    #[arg(long, default_value_t = 9, value_name = "N")]
    runs: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { runs: 9 }
    }
}

/// Runs and reports.
pub(crate) fn run(options: &Options) -> Result<(), String> {
    let unit = unit()?;
    let small = repeated(&unit, 1 << 20);
    let large = repeated(&unit, 10 << 20);
    let broken = damaged(&small);

    machine::heading("Parser");
    println!("`aura_syntax::parse`: tokens, tree and diagnostics; {} times each.", options.runs);
    println!();
    let mut table = Table::new(&["text", "measured", "bar", "held"]);
    for (what, text, sound) in [("1 MB, sound", &small, true), ("10 MB, sound", &large, true), ("1 MB, damaged", &broken, false)]
    {
        let speeds = speeds(text, sound, options.runs)?;
        let (least, most) = range(&speeds);
        let speed = median(&speeds);
        let text = format!("{speed:.0} MB/s ({least:.0}–{most:.0})");
        table.row(bar(what, text, if sound { "40 MB/s" } else { "–" }, !sound || speed >= BAR));
    }
    table.print();
    Ok(())
}

fn speeds(text: &str, sound: bool, runs: u32) -> Result<Vec<f64>, String> {
    (0..runs.max(1))
        .map(|_| {
            let began = Instant::now();
            let parse = aura_syntax::parse(text);
            let seconds = began.elapsed().as_secs_f64();
            match parse.diagnostics.first() {
                Some(d) if sound => Err(format!("the text should be sound, but: {d:?}")),
                None if !sound => Err("the damaged text gave no diagnostic".to_owned()),
                _ => Ok(text.len() as f64 / 1e6 / seconds),
            }
        })
        .collect()
}

/// All sources of the benchmarks that consist of slots only, each as one expression.
fn unit() -> Result<String, String> {
    let mut files = Vec::new();
    collect(&machine::programs()?, &mut files).map_err(|e| format!("cannot read the benchmarks: {e}"))?;
    files.sort();
    let unit: String = files
        .into_iter()
        .map(|(_, text)| text)
        .filter(|text| aura_syntax::parse(text).file.body.is_empty())
        .map(|text| format!("(\n{text}\n) size\n\n"))
        .collect();
    if unit.is_empty() { Err("there are no benchmark sources to parse".to_owned()) } else { Ok(unit) }
}

fn collect(dir: &Path, files: &mut Vec<(String, String)>) -> std::io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        // The document that Json parses is one long string and no program.
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|e| e == "aura") && !path.ends_with("json/document.aura") {
            files.push((path.display().to_string(), fs::read_to_string(&path)?));
        }
    }
    Ok(())
}

fn repeated(unit: &str, size: usize) -> String {
    unit.repeat(size.div_ceil(unit.len()))
}

/// Loses the last closing parenthesis of every hundredth line that has one.
fn damaged(text: &str) -> String {
    let mut seen = 0;
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let place = line.rfind(')');
        seen += usize::from(place.is_some());
        match place {
            Some(at) if seen % 100 == 0 => {
                out.push_str(&line[..at]);
                out.push_str(&line[at + 1..]);
            }
            _ => out.push_str(line),
        }
        out.push('\n');
    }
    out
}
