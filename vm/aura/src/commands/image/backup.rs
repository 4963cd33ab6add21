//! `aura image backup FILE`: a consistent copy under a new name.

use serde::Serialize;

use super::table::{size, some};
use super::{Context, Done, store_fatal};
use crate::cli::image::BackupArgs;

/// What was written.
#[derive(Serialize)]
struct Written {
    file: String,
    rows: u64,
    bytes: u64,
}

pub(super) fn run(c: &Context, a: &BackupArgs) -> Done {
    let store = c.store()?;
    // So that something else is not copied and taken for an image.
    aura_image::tools::check(&store).map_err(super::fatal)?;
    let rows = store.backup(&a.to).map_err(store_fatal)?;
    let bytes = std::fs::metadata(&a.to).map_or(0, |m| m.len());
    let done = Written { file: a.to.display().to_string(), rows, bytes };
    c.answer(&done, || format!("{}: {}, {}\n", done.file, some(done.rows, "row"), size(done.bytes)))
}
