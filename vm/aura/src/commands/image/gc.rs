//! `aura image gc`: away with what nothing reaches and with old versions that nobody can see.

use aura_image::tools::collect::{Collected, collect};
use serde::Serialize;

use super::table::{size, some};
use super::{Context, Done, fatal, store_fatal};
use crate::cli::image::GcArgs;

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
    rows.store().compact().map_err(store_fatal)?;
    drop(rows);
    let gained = Gained { collected, bytes_before, bytes_after: c.bytes() };
    c.answer(&gained, || text(&gained))
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
