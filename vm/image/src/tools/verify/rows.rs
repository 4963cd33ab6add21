//! The store, every row's seal, and what is not about objects.

use std::ops::{Bound, ControlFlow};

use super::Check;
use crate::format::VERSION;
use crate::format::bytes::Reader;
use crate::format::commit::CommitRow;
use crate::format::keys::{self, meta};
use crate::format::seal::unseal;
use crate::image::FIRST;
use crate::store::{Order, Space};
use crate::tools::each_row;
use crate::{ImageError, Rows, history};

/// Looks at everything but objects.
pub(super) fn check(c: &mut Check<'_>, rows: &mut Rows) {
    (c.progress)("the file", 0);
    if let Err(e) = rows.store().verify() {
        c.error(e.into());
    }
    for space in Space::ALL {
        seals(c, rows, space);
    }
    let head = counters(c, rows);
    commits(c, rows, head);
    names(c, rows);
    tags(c, rows);
    texts(c, rows);
    chronicle(c, rows);
}

/// Every row of a space is what was written under its key.
fn seals(c: &mut Check<'_>, rows: &Rows, space: Space) {
    let done = rows.store_ref().range(space, Bound::Unbounded, Bound::Unbounded, Order::Ascending, &mut |key, row| {
        c.report.rows += 1;
        c.tick("rows", c.report.rows);
        if unseal(space, key, row).is_err() {
            let key = match (keys::read_number(key), keys::read_pair(key)) {
                (Some(n), _) => n.to_string(),
                (_, Some((a, b))) => format!("{a} at {b}"),
                _ => key.escape_ascii().to_string(),
            };
            c.problem(format!("{} {key}", space.name()), "a row's checksum is not what was written");
        }
        ControlFlow::Continue(())
    });
    if let Err(e) = done {
        c.error(e.into());
    }
}

/// Told the key and value of each row.
pub(super) type Visit<'v> = dyn FnMut(&mut Check<'_>, &[u8], &[u8]) + 'v;

/// Walks the sound rows of a space; those that are not have been told already.
pub(super) fn each(c: &mut Check<'_>, rows: &Rows, space: Space, visit: &mut Visit<'_>) {
    let done = each_row(rows.store_ref(), space, &mut |key, row| {
        if let Ok(value) = unseal(space, key, row) {
            visit(c, key, value);
        }
        Ok(())
    });
    if let Err(e) = done {
        c.error(e);
    }
}

fn counters(c: &mut Check<'_>, rows: &Rows) -> u64 {
    let mut told = |key| c.read(rows.told(key)).unwrap_or(0);
    let (format, head, next, oldest) = (told(meta::FORMAT), told(meta::HEAD), told(meta::NEXT), told(meta::OLDEST));
    told(meta::SERIAL);
    if format != VERSION {
        c.problem("meta format", format!("it is {format}; this Aura knows formats up to {VERSION}"));
    }
    if next < FIRST {
        c.problem("meta next", "is below the first number of an object");
    }
    if oldest > head {
        c.problem("meta oldest", "is above the last commit");
    }
    match history::collected(rows) {
        Ok(ranges) if ranges.last().is_some_and(|(_, last)| *last >= head) => {
            c.problem("meta collected", "says that the last commit was collected");
        }
        Ok(_) => {}
        Err(e) => c.error(e),
    }
    head
}

fn commits(c: &mut Check<'_>, rows: &Rows, head: u64) {
    let (mut expected, mut last) = (0, CommitRow { next: FIRST, ..CommitRow::default() });
    each(c, rows, Space::Commits, &mut |c, key, row| {
        c.report.commits += 1;
        let Some(number) = keys::read_number(key) else { return c.problem("a commit", "its key is no number") };
        let place = format!("commit {number}");
        if number > head {
            return c.problem(place, "is above the last commit");
        }
        for lost in (expected..number).take(3) {
            c.problem(format!("commit {lost}"), "is missing");
        }
        expected = number + 1;
        match CommitRow::read(row) {
            Err(b) => c.problem(place, format!("{} is not what was written", b.0)),
            Ok(row) => {
                let ordered = row.first_new >= last.next && row.next >= row.first_new && row.names >= last.names;
                if !ordered || row.changed.iter().any(|id| *id == 0 || *id >= row.next) {
                    c.problem(place, "gave out numbers that are not its own");
                }
                last = row;
            }
        }
    });
    if expected <= head {
        c.problem(format!("commit {expected}"), "is missing");
    }
    for (key, told) in [(meta::NEXT, last.next), (meta::NAMES, last.names)] {
        if rows.told(key).is_ok_and(|n| n != told) {
            c.problem(format!("meta {}", key.escape_ascii()), format!("is not {told}, as the last commit says"));
        }
    }
}

fn names(c: &mut Check<'_>, rows: &Rows) {
    let count = c.read(rows.told(meta::NAMES)).unwrap_or(0);
    let mut seen = super::super::reach::Marks::default();
    each(c, rows, Space::Names, &mut |c, path, id| {
        let place = format!("name {}", String::from_utf8_lossy(path));
        match keys::read_number(id) {
            Some(id) if (1..=count.min(FIRST - 1)).contains(&id) && seen.set(id) => {}
            _ => c.problem(place, "has no number of its own"),
        }
    });
    if seen.count() != count {
        c.problem("names", format!("{} of {count} are missing", count.abs_diff(seen.count())));
    }
}

fn tags(c: &mut Check<'_>, rows: &Rows) {
    each(c, rows, Space::Tags, &mut |c, name, value| {
        let place = format!("tag {}", String::from_utf8_lossy(name));
        match keys::read_number(value).map(|n| history::check_readable(rows, n)) {
            None => c.problem(place, "is no number"),
            Some(Err(ImageError::NoSuchCommit(why))) => c.problem(place, why),
            // What else is wrong with the commit is told with the commits.
            Some(_) => {}
        }
    });
}

fn texts(c: &mut Check<'_>, rows: &Rows) {
    each(c, rows, Space::Texts, &mut |c, key, row| {
        c.report.sources += 1;
        let mut r = Reader::new(row);
        if r.text().and_then(|_| r.text()).is_err() || !r.is_empty() {
            c.problem(format!("source {}", key.escape_ascii()), "is no text");
        }
        if key != xxhash_rust::xxh3::xxh3_128(row).to_be_bytes() {
            c.problem(format!("source {}", key.escape_ascii()), "is not the text that its key stands for");
        }
    });
}

fn chronicle(c: &mut Check<'_>, rows: &Rows) {
    let count = c.read(rows.counter(meta::CHRONICLE)).flatten().unwrap_or(0);
    let mut expected = 0;
    each(c, rows, Space::Chronicle, &mut |c, key, _| {
        if keys::read_number(key) != Some(expected) {
            c.problem(format!("chronicle {expected}"), "is missing, or another entry is in its place");
        }
        expected += 1;
    });
    if expected != count {
        c.problem("chronicle", format!("it has {expected} entries, and should have {count}"));
    }
}
