//! Away with what nobody can reach: objects that neither the image of now nor a kept commit leads to, old versions that no kept commit
//! sees, sources of code that is gone.
//!
//! What must stay true: an interruption at any point leaves a sound image. The first batch says which commits can no longer be read; the
//! others, of bounded size, take away rows that from then on nobody looks at; one that does not come about leaves rows that the next
//! collection finds. Numbers of objects are never given out again. Tagged commits and the last one are always kept.
//!
//! Not here: giving the file's room back, which is the store's own affair ([`crate::store::ImageStore::compact`]).

use std::ops::{Bound, ControlFlow};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::reach::{Cells, Commits, Reach, reach, readable};
use crate::format::commit::CommitRow;
use crate::format::keys::{self, meta};
use crate::format::segment::{self, Builder, PLACES};
use crate::rows::{Changes, Rows};
use crate::store::{Order, Space};
use crate::{ImageError, history};

/// Bytes after which a batch is applied.
const BATCH: usize = 8 << 20;

/// Which commits stay readable, beside tagged ones and the last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keep {
    /// All of them.
    All,
    /// So many.
    Last(u64),
    /// What the image was at any moment of this time up to now.
    Since(Duration),
}

impl std::str::FromStr for Keep {
    type Err = String;
    /// `all`, `100`, `30d` (also `s`, `m`, `h`, `w`).
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' does not say what to keep; write all, 100 (commits) or 30d (days; also h, w)");
        if text == "all" {
            return Ok(Keep::All);
        }
        if let Ok(n) = text.parse() {
            return Ok(Keep::Last(n));
        }
        let unit = match text.chars().last() {
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 3600,
            Some('d') => 86_400,
            Some('w') => 7 * 86_400,
            _ => return Err(wrong()),
        };
        let n: u64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
        n.checked_mul(unit).map(|s| Keep::Since(Duration::from_secs(s))).ok_or_else(wrong)
    }
}

/// What a collection did.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Collected {
    /// Commits that can be read.
    pub commits_kept: u64,
    /// Commits that could be read before and no longer can.
    pub commits_dropped: u64,
    /// Objects, maps and pieces of code that are reachable.
    pub objects_kept: u64,
    /// Those that were not.
    pub objects_dropped: u64,
    /// Old versions (and pieces of large ones) that were dropped.
    pub versions_dropped: u64,
    /// Sources that were dropped.
    pub sources_dropped: u64,
}

/// Collects.
///
/// # Errors
/// When the image is damaged, and nothing is changed then; when the store cannot be written.
pub fn collect(rows: &mut Rows, keep: Keep) -> Result<Collected, ImageError> {
    let (head, before) = (rows.head()?, readable(rows)?);
    let kept = kept(rows, keep, &before)?;
    let found = reach(rows, &kept, &mut |e| Err(e))?;
    let mut done = Collected {
        commits_kept: kept.count(),
        commits_dropped: before.count() - kept.count(),
        objects_kept: found.marked.count(),
        ..Collected::default()
    };
    if before != kept {
        let mut changes = Changes::default();
        changes.require(Space::Meta, meta::HEAD, Some(&keys::number(head)));
        changes.put(Space::Meta, meta::COLLECTED, &history::collected_row(&kept.others(head).0));
        changes.counter(meta::OLDEST, kept.0.first().map_or(head, |(first, _)| *first));
        rows.store().apply(&changes.batch)?;
    }
    sweep_history(rows, &kept, &found, &mut done)?;
    sweep_segments(rows, &found, &mut done)?;
    sweep(rows, Space::Large, &mut |key, _| {
        let gone = keys::read_pair(key).is_some_and(|(id, _)| !found.marked.has(id));
        Ok(if gone { Fate::Goes } else { Fate::Stays })
    })?;
    sweep(rows, Space::Texts, &mut |key, _| {
        let used = key.try_into().is_ok_and(|key: [u8; 16]| found.texts.contains(&key));
        done.sources_dropped += u64::from(!used);
        Ok(if used { Fate::Stays } else { Fate::Goes })
    })?;
    Ok(done)
}

/// The commits that are kept, of those that can be read.
fn kept(rows: &Rows, keep: Keep, readable: &Commits) -> Result<Commits, ImageError> {
    let head = rows.head()?;
    let mut numbers: Vec<u64> = history::tags(rows)?.into_iter().map(|(_, n)| n).collect();
    numbers.push(head);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_micros() as u64);
    let since = if let Keep::Since(t) = keep { now.saturating_sub(t.as_micros() as u64) } else { 0 };
    let first = if let Keep::Last(n) = keep { head.saturating_add(1).saturating_sub(n) } else { 0 };
    rows.all(Space::Commits, &mut |key, row| {
        let number = keys::read_number(key).unwrap_or(head);
        let row = CommitRow::read(row).map_err(|b| ImageError::broken(b, format!("commit {number}")))?;
        if number > first && row.time >= since {
            // The state that this one ended was still that of the image then.
            numbers.push(number - 1);
        }
        Ok(())
    })?;
    numbers.retain(|n| *n <= head && readable.any_in(*n, n + 1));
    numbers.sort_unstable();
    Ok(Commits::of(numbers))
}

/// Says what becomes of a row.
type Decide<'a> = dyn FnMut(&[u8], &[u8]) -> Result<Fate, ImageError> + 'a;

/// What happens to a row.
enum Fate {
    Stays,
    Goes,
    Becomes(Vec<u8>),
}

/// Decides about every row of a space, and does what was decided in batches.
fn sweep(rows: &mut Rows, space: Space, decide: &mut Decide<'_>) -> Result<(), ImageError> {
    let mut after: Option<Vec<u8>> = None;
    loop {
        let (mut changes, mut size, mut last) = (Changes::default(), 0, None);
        let from = after.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        rows.range(space, from, Bound::Unbounded, Order::Ascending, &mut |key, value| {
            match decide(key, value)? {
                Fate::Stays => return Ok(ControlFlow::Continue(())),
                Fate::Goes => changes.delete(space, key),
                Fate::Becomes(value) => {
                    size += value.len();
                    changes.put(space, key, &value);
                }
            }
            size += key.len() + 64;
            if size < BATCH {
                return Ok(ControlFlow::Continue(()));
            }
            last = Some(key.to_vec());
            Ok(ControlFlow::Break(()))
        })?;
        if !changes.batch.is_empty() {
            rows.store().apply(&changes.batch)?;
        }
        match last {
            Some(key) => after = Some(key),
            None => return Ok(()),
        }
    }
}

fn sweep_history(rows: &mut Rows, kept: &Commits, found: &Reach, done: &mut Collected) -> Result<(), ImageError> {
    let mut cells = Cells::default();
    sweep(rows, Space::History, &mut |key, _| {
        let cell = cells.next(key).map_err(|b| ImageError::broken(b, "a row of the history"))?;
        if found.marked.has(cell.id) && cell.is_seen(kept) {
            return Ok(Fate::Stays);
        }
        done.versions_dropped += 1;
        Ok(Fate::Goes)
    })
}

fn sweep_segments(rows: &mut Rows, found: &Reach, done: &mut Collected) -> Result<(), ImageError> {
    sweep(rows, Space::Segments, &mut |key, bytes| {
        let number = keys::read_number(key).unwrap_or(0);
        let mut builder = Builder::from(bytes).map_err(|b| ImageError::broken(b, format!("segment {number}")))?;
        let id = |place: u8| number.saturating_mul(PLACES) + u64::from(place);
        let gone: Vec<u8> = builder.iter().map(|(place, _)| place).filter(|p| !found.marked.has(id(*p))).collect();
        if gone.is_empty() {
            return Ok(Fate::Stays);
        }
        done.objects_dropped += gone.len() as u64;
        gone.into_iter().for_each(|place| builder.remove(place));
        debug_assert!(segment::of(id(0)) == number);
        Ok(if builder.is_empty() { Fate::Goes } else { Fate::Becomes(builder.bytes()) })
    })
}

#[cfg(test)]
mod tests {
    use super::super::edit::Edit;
    use super::super::sample::{account_slot, plain, sample, vector};
    use super::super::value::Value;
    use super::super::verify::verify;
    use super::*;
    use crate::format::field::Field;

    #[test]
    fn what_to_keep_is_written_as_people_do() {
        assert_eq!("all".parse(), Ok(Keep::All));
        assert_eq!("7".parse(), Ok(Keep::Last(7)));
        assert_eq!("2d".parse(), Ok(Keep::Since(Duration::from_secs(172_800))));
        for wrong in ["", "d", "much", "-1", "1y", "99999999999999999999w"] {
            assert!(wrong.parse::<Keep>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn garbage_and_unseen_versions_go_and_what_is_reached_stays() {
        let mut s = sample();
        let done = collect(&mut s.rows, Keep::All).expect("collects");
        assert_eq!((done.objects_dropped, done.versions_dropped, done.commits_dropped), (0, 0, 0));
        let done = collect(&mut s.rows, Keep::Last(1)).expect("collects");
        // The note, which only commit 1 reached; and the versions of the account, of globals and of the image before they were changed.
        assert_eq!((done.objects_dropped, done.versions_dropped, done.commits_dropped), (1, 3, 2));
        assert_eq!(account_slot(&mut s, None, "balance"), Some(Value::Int(250)));
        assert_eq!(verify(&mut s.rows, &mut |_, _| {}).expect("verifies").problems, []);
        assert!(history::check_readable(&s.rows, 1).is_err() && history::check_readable(&s.rows, 2).is_ok());
        assert!(history::tag(&mut s.rows, "late", 1).is_err());
        assert_eq!(collect(&mut s.rows, Keep::All).expect("collects").commits_kept, 1);
    }

    #[test]
    fn tagged_commits_stay_readable_among_those_that_do_not() {
        let mut s = sample();
        let map = super::super::objects::Objects::new(&s.rows).known(s.account).expect("there").map;
        for n in 0..20 {
            let mut e = Edit::begin(&s.rows).expect("begins");
            let id = e.number();
            e.create(id, &vector(id, &[Field::Int(n)])).expect("creates");
            let record =
                plain(s.account, map, &[Field::Int(n), Field::Text("Ada"), Field::Object { id, words: 3, eager: false }]);
            e.change(s.account, &record).expect("changes");
            let ready = e.ready("a test", "again");
            ready.apply(&mut s.rows).expect("applies");
        }
        history::tag(&mut s.rows, "ten", 10).expect("tags");
        let done = collect(&mut s.rows, Keep::Last(2)).expect("collects");
        assert_eq!((done.commits_kept, done.objects_dropped), (3, 18));
        assert_eq!(verify(&mut s.rows, &mut |_, _| {}).expect("verifies").problems, []);
        assert_eq!(account_slot(&mut s, Some(10), "balance"), Some(Value::Int(7)));
        assert_eq!(account_slot(&mut s, Some(21), "balance"), Some(Value::Int(18)));
        assert_eq!(account_slot(&mut s, None, "balance"), Some(Value::Int(19)));
        assert_eq!(history::collected(&s.rows), Ok(vec![(0, 9), (11, 20)]));
        history::untag(&mut s.rows, "ten").expect("untags");
        assert_eq!(collect(&mut s.rows, Keep::Last(1)).expect("collects").objects_dropped, 2);
        assert_eq!(verify(&mut s.rows, &mut |_, _| {}).expect("verifies").problems, []);
    }

    #[test]
    fn large_objects_keep_the_pieces_that_somebody_sees() {
        let mut s = sample();
        let big = |last: i64| {
            let mut all = vec![Field::Int(5); 200_000];
            all[199_999] = Field::Int(last);
            all
        };
        for last in 0..4 {
            let mut e = Edit::begin(&s.rows).expect("begins");
            e.change(s.limits, &vector(s.limits, &big(last))).expect("changes");
            let ready = e.ready("a test", "large");
            ready.apply(&mut s.rows).expect("applies");
        }
        history::tag(&mut s.rows, "small", 2).expect("tags");
        history::tag(&mut s.rows, "first", 3).expect("tags");
        collect(&mut s.rows, Keep::Last(1)).expect("collects");
        let mut last = |at| {
            s.rows.at = at;
            let o = super::super::objects::Objects::new(&s.rows).known(s.limits).expect("there");
            s.rows.at = None;
            o.elements.and_then(|e| e.last().cloned())
        };
        assert_eq!([last(Some(2)), last(Some(3)), last(None)], [2, 0, 3].map(|n| Some(Value::Int(n))));
        assert_eq!(verify(&mut s.rows, &mut |_, _| {}).expect("verifies").problems, []);
    }

    #[test]
    fn a_damaged_image_is_left_as_it_is() {
        let mut s = sample();
        s.rows
            .store()
            .apply(&{
                let mut c = Changes::default();
                c.delete(Space::Segments, &keys::number(segment::of(s.account)));
                c.batch
            })
            .expect("applies");
        assert!(collect(&mut s.rows, Keep::Last(1)).expect_err("refuses").is_damage());
        assert_eq!(history::collected(&s.rows), Ok(Vec::new()));
    }
}
