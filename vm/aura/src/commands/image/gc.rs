//! `aura image gc`: away with what nothing reaches and with old versions that nobody can see.

use aura_image::Rows;
use aura_image::tools::collect::{Collected, collect};
use aura_image::tools::stats;
use serde::Serialize;

use super::table::{size, some};
use super::{Context, Done, fatal, store_fatal};
use crate::cli::image::GcArgs;
use crate::exit::Exit;

/// What was gained.
#[derive(Serialize)]
struct Gained {
    #[serde(flatten)]
    collected: Collected,
    /// The length of the file, in bytes.
    bytes_before: u64,
    bytes_after: u64,
}

pub(super) fn run(c: &Context, a: &GcArgs) -> Done {
    let bytes_before = c.bytes();
    let mut rows = c.writable()?;
    let collected = collect(&mut rows, a.keep).map_err(fatal)?;
    if has_room(&rows, &collected, bytes_before)? {
        rows.store().compact().map_err(store_fatal)?;
    }
    drop(rows);
    let gained = Gained { collected, bytes_before, bytes_after: c.bytes() };
    c.answer(&gained, || text(&gained))
}

/// Whether compaction could gain something. Of a file that is full already it makes a larger one: it needs room to move things about.
fn has_room(rows: &Rows, done: &Collected, file: u64) -> Result<bool, (Exit, String)> {
    let dropped = done.objects_dropped + done.versions_dropped + done.sources_dropped > 0;
    Ok(dropped || stats::bytes(rows).map_err(fatal)?.saturating_mul(2) < file)
}

fn text(g: &Gained) -> String {
    let d = &g.collected;
    format!(
        "{} kept, {} dropped\n{} and {} dropped, {} kept\n{} -> {}\n",
        some(d.commits_kept, "readable commit"),
        d.commits_dropped,
        some(d.objects_dropped, "object"),
        some(d.versions_dropped, "old version"),
        some(d.objects_kept, "object"),
        size(g.bytes_before),
        size(g.bytes_after),
    )
}
