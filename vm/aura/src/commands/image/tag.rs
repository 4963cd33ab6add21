//! `aura image tag`: names of commits.

use aura_image::{Rows, history};
use serde::Serialize;

use super::table::columns;
use super::{Context, Done, commit, fatal};
use crate::cli::image::TagArgs;

/// A name and the commit that has it.
#[derive(Serialize)]
struct Tag {
    name: String,
    commit: u64,
}

pub(super) fn run(c: &Context, a: &TagArgs) -> Done {
    if let Some(name) = &a.remove {
        let mut rows = c.writable()?;
        history::untag(&mut rows, name).map_err(fatal)?;
        return c.answer(&tags(&rows).map_err(fatal)?, || format!("'{name}' is no longer the name of a commit\n"));
    }
    let Some(name) = &a.name else {
        let all = tags(&c.rows()?).map_err(fatal)?;
        return c.answer(&all, || list(&all));
    };
    let mut rows = c.writable()?;
    let number = commit(&rows, &a.commit)?;
    history::tag(&mut rows, name, number).map_err(fatal)?;
    c.answer(&Tag { name: name.clone(), commit: number }, || format!("commit {number} is called '{name}'\n"))
}

fn tags(rows: &Rows) -> Result<Vec<Tag>, aura_image::ImageError> {
    Ok(history::tags(rows)?.into_iter().map(|(name, commit)| Tag { name, commit }).collect())
}

fn list(all: &[Tag]) -> String {
    if all.is_empty() {
        return "no commit has a name; `aura image tag NAME COMMIT` gives one\n".into();
    }
    columns(&all.iter().map(|t| vec![t.name.clone(), t.commit.to_string()]).collect::<Vec<_>>(), "")
}
