//! `aura image log`: the commits, the newest first.

use aura_image::{Rows, history};
use serde::Serialize;

use super::table::{columns, time};
use super::{Context, Done, fatal};
use crate::cli::image::LogArgs;

/// A commit, as it is printed.
#[derive(Serialize)]
pub(super) struct Told {
    pub(super) commit: u64,
    pub(super) time: String,
    pub(super) author: String,
    pub(super) reason: String,
    /// Objects that were there before and that it changed.
    pub(super) changed: usize,
    /// Objects that it made.
    pub(super) created: u64,
    pub(super) tags: Vec<String>,
    /// Whether what it had can still be seen.
    pub(super) readable: bool,
}

/// What can be told of a commit.
pub(super) fn told(rows: &Rows, number: u64) -> Result<Told, aura_image::ImageError> {
    let row = history::commit(rows, number)?;
    let tags = history::tags(rows)?.into_iter().filter(|(_, n)| *n == number).map(|(name, _)| name).collect();
    Ok(Told {
        commit: number,
        time: time(row.time),
        author: row.author,
        reason: row.reason,
        changed: row.changed.len(),
        created: row.created,
        tags,
        readable: history::check_readable(rows, number).is_ok(),
    })
}

impl Told {
    /// `2 changed, 5 new`
    pub(super) fn wrote(&self) -> String {
        match (self.changed, self.created) {
            (0, 0) => "nothing".into(),
            (changed, 0) => format!("{changed} changed"),
            (0, new) => format!("{new} new"),
            (changed, new) => format!("{changed} changed, {new} new"),
        }
    }
}

pub(super) fn run(c: &Context, a: &LogArgs) -> Done {
    let rows = c.rows()?;
    let numbers = history::log(&rows, a.limit).map_err(fatal)?;
    let all: Vec<Told> = numbers.iter().map(|(n, _)| told(&rows, *n)).collect::<Result<_, _>>().map_err(fatal)?;
    c.answer(&all, || if all.is_empty() { "no commits yet\n".into() } else { text(&all, a.limit) })
}

fn text(all: &[Told], limit: usize) -> String {
    let mut lines = vec![["commit", "time", "author", "wrote", "reason"].map(str::to_string).to_vec()];
    for t in all {
        let mut reason = t.reason.clone();
        t.tags.iter().for_each(|tag| reason.push_str(&format!(" [{tag}]")));
        if !t.readable {
            reason.push_str(" (collected)");
        }
        lines.push(vec![t.commit.to_string(), t.time.clone(), t.author.clone(), t.wrote(), reason.trim().to_string()]);
    }
    let mut out = columns(&lines, "");
    if all.len() == limit && all.last().is_some_and(|t| t.commit > 1) {
        out.push_str("… (--limit N shows more)\n");
    }
    out
}
