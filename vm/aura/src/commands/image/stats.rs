//! `aura image stats`: figures.

use aura_image::tools::stats::{Stats, Sum, stats};
use serde::Serialize;

use super::table::{columns, size};
use super::{Context, Done, fatal};

/// With the length of the file.
#[derive(Serialize)]
struct Figures {
    /// In bytes.
    file: u64,
    #[serde(flatten)]
    stats: Stats,
}

pub(super) fn run(c: &Context) -> Done {
    let figures = Figures { file: c.bytes(), stats: stats(&c.rows()?).map_err(fatal)? };
    c.answer(&figures, || text(&figures))
}

fn text(f: &Figures) -> String {
    let s = &f.stats;
    let head = [
        ("file", size(f.file)),
        ("commits", format!("{}, {} readable, {} tagged", s.head, s.readable, s.tags)),
        ("library objects", format!("{} referred to", s.names)),
    ];
    let head: Vec<Vec<String>> = head.into_iter().map(|(a, b)| vec![a.to_string(), b]).collect();
    let mut out = columns(&head, "");
    out.push_str(&format!("\nrecords\n{}", sums(s.kinds.iter())));
    out.push_str(&format!("\nrows\n{}", sums(s.rows.iter().filter(|(_, sum)| sum.count > 0))));
    if !s.largest.is_empty() {
        let lines: Vec<Vec<String>> = s.largest.iter().map(|l| vec![size(l.bytes), l.path.clone(), l.kind.clone()]).collect();
        out.push_str(&format!("\nlargest\n{}", columns(&lines, "  ")));
    }
    out
}

fn sums<'s>(all: impl Iterator<Item = (&'s &'static str, &'s Sum)>) -> String {
    columns(&all.map(|(name, sum)| vec![name.to_string(), sum.count.to_string(), size(sum.bytes)]).collect::<Vec<_>>(), "  ")
}
