//! `aura image revert PATH --to COMMIT`: one slot as it was, and nothing else touched.

use aura_image::tools::revert::{Reverted, revert};

use super::{Context, Done, commit, fatal, path};
use crate::cli::image::RevertArgs;

/// Who commits.
const AUTHOR: &str = "aura image revert";

pub(super) fn run(c: &Context, a: &RevertArgs) -> Done {
    let mut rows = c.writable()?;
    let to = commit(&rows, &a.to)?;
    let done = revert(&mut rows, &path(&a.path), to, AUTHOR).map_err(fatal)?;
    c.answer(&done, || text(&done, to))
}

fn text(r: &Reverted, to: u64) -> String {
    let side = |s: &Option<String>| s.clone().unwrap_or_else(|| "nothing of its own".into());
    match r.commit {
        None => format!("{} is what it was in commit {to} already: {}\n", r.path, side(&r.after)),
        Some(n) => format!("{}: {} -> {} (commit {n})\n", r.path, side(&r.before), side(&r.after)),
    }
}
