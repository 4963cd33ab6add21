//! What the commits were, and the names that were given to some.

use std::ops::{Bound, ControlFlow};

use crate::ImageError;
use crate::format::bytes::{Reader, number};
use crate::format::commit::CommitRow;
use crate::format::{Broken, keys};
use crate::rows::{Changes, Rows};
use crate::store::{Order, Space};

/// A commit by its number.
///
/// # Errors
/// When there is none, or its row is damaged.
pub fn commit(rows: &Rows, number: u64) -> Result<CommitRow, ImageError> {
    let key = keys::number(number);
    let bytes =
        rows.get(Space::Commits, &key)?.ok_or_else(|| ImageError::NoSuchCommit(format!("there is no commit {number}")))?;
    CommitRow::read(&bytes).map_err(|b| ImageError::broken(b, format!("commit {number}")))
}

/// The last commits, the newest first; at most `most`.
///
/// # Errors
/// When a row is damaged.
pub fn log(rows: &Rows, most: usize) -> Result<Vec<(u64, CommitRow)>, ImageError> {
    let mut found = Vec::new();
    rows.range(Space::Commits, Bound::Unbounded, Bound::Unbounded, Order::Descending, &mut |key, bytes| {
        if found.len() == most {
            return Ok(ControlFlow::Break(()));
        }
        let number = keys::read_number(key).unwrap_or(0);
        let row = CommitRow::read(bytes).map_err(|b| ImageError::broken(b, format!("commit {number}")))?;
        if number > 0 {
            found.push((number, row));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// The names of commits, sorted.
///
/// # Errors
/// When a row is damaged.
pub fn tags(rows: &Rows) -> Result<Vec<(String, u64)>, ImageError> {
    let mut found = Vec::new();
    rows.all(Space::Tags, &mut |name, value| {
        let name = String::from_utf8_lossy(name).into_owned();
        let number = keys::read_number(value).ok_or_else(|| ImageError::broken(Broken("a tag"), name.clone()))?;
        found.push((name, number));
        Ok(())
    })?;
    Ok(found)
}

/// Gives a commit a name.
///
/// # Errors
/// When there is no such commit, the name is taken, or the store cannot be written.
pub fn tag(rows: &mut Rows, name: &str, number: u64) -> Result<(), ImageError> {
    check_readable(rows, number)?;
    if name == "head" {
        return Err(ImageError::NoSuchCommit("'head' is always the last commit; use another word".into()));
    }
    if let Some((_, taken)) = tags(rows)?.iter().find(|(n, _)| n == name) {
        return Err(ImageError::NoSuchCommit(format!(
            "'{name}' is the name of commit {taken} already; `aura image tag --remove {name}` takes it away"
        )));
    }
    if name.is_empty() || name.bytes().all(|b| b.is_ascii_digit()) {
        return Err(ImageError::NoSuchCommit(format!("'{name}' cannot be told from a commit's number; use a word")));
    }
    let mut changes = Changes::default();
    changes.require(Space::Tags, name.as_bytes(), None);
    changes.put(Space::Tags, name.as_bytes(), &keys::number(number));
    rows.store().apply(&changes.batch)?;
    Ok(())
}

/// Takes a name away.
///
/// # Errors
/// When there is none, or the store cannot be written.
pub fn untag(rows: &mut Rows, name: &str) -> Result<(), ImageError> {
    if rows.get(Space::Tags, name.as_bytes())?.is_none() {
        return Err(ImageError::NoSuchCommit(format!("there is no tag '{name}'")));
    }
    let mut changes = Changes::default();
    changes.delete(Space::Tags, name.as_bytes());
    rows.store().apply(&changes.batch)?;
    Ok(())
}

/// The commits whose objects were collected: ranges, first and last, ascending.
///
/// # Errors
/// When the row is damaged.
pub fn collected(rows: &Rows) -> Result<Vec<(u64, u64)>, ImageError> {
    let broken = |b| ImageError::broken(b, "meta collected");
    let Some(bytes) = rows.get(Space::Meta, keys::meta::COLLECTED)? else { return Ok(Vec::new()) };
    let mut r = Reader::new(&bytes);
    let mut found: Vec<(u64, u64)> = Vec::new();
    while !r.is_empty() {
        let (first, last) = (r.number().map_err(broken)?, r.number().map_err(broken)?);
        if first > last || found.last().is_some_and(|(_, before)| first <= *before) {
            return Err(broken(Broken("a range of commits")));
        }
        found.push((first, last));
    }
    Ok(found)
}

/// As a row: see [`collected`].
pub(crate) fn collected_row(ranges: &[(u64, u64)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (first, last) in ranges {
        number(&mut out, *first);
        number(&mut out, *last);
    }
    out
}

/// Makes sure that the objects of a commit can be read.
///
/// # Errors
/// When there is no such commit, or its objects were collected.
pub fn check_readable(rows: &Rows, at: u64) -> Result<(), ImageError> {
    commit(rows, at)?;
    if collected(rows)?.iter().any(|(first, last)| (*first..=*last).contains(&at)) {
        let text = format!("what commit {at} had was collected by `aura image gc`, which keeps tagged commits and the latest");
        return Err(ImageError::NoSuchCommit(text));
    }
    Ok(())
}

/// The commit that a word means: its number, a tag, or `head`.
///
/// # Errors
/// When there is none.
pub fn find(rows: &Rows, word: &str) -> Result<u64, ImageError> {
    if word == "head" {
        return rows.head();
    }
    let number = match word.parse::<u64>() {
        Ok(n) => n,
        Err(_) => {
            let all = tags(rows)?;
            let found = all.iter().find(|(name, _)| name == word).map(|(_, n)| *n);
            found.ok_or_else(|| ImageError::NoSuchCommit(format!("there is no commit and no tag '{word}'")))?
        }
    };
    commit(rows, number)?;
    Ok(number)
}
