//! Sets of commits and of objects.
//!
//! What must stay true: commits are ranges, ascending, with gaps in between; objects take a bit each, and nothing where there are none.

use std::collections::BTreeMap;

use crate::format::segment::{self, PLACES};

/// Some commits, as ranges: first and last, ascending, with gaps in between.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Commits(pub Vec<(u64, u64)>);

impl Commits {
    /// Of single numbers, ascending.
    pub fn of(numbers: impl IntoIterator<Item = u64>) -> Self {
        let mut ranges: Vec<(u64, u64)> = Vec::new();
        for n in numbers {
            match ranges.last_mut() {
                Some((_, last)) if n <= last.saturating_add(1) => *last = n.max(*last),
                _ => ranges.push((n, n)),
            }
        }
        Self(ranges)
    }

    /// Whether one of them is in this range (the end not included).
    pub fn any_in(&self, from: u64, to: u64) -> bool {
        self.last_below(to).is_some_and(|n| n >= from)
    }

    /// The last that is smaller than a number.
    pub fn last_below(&self, n: u64) -> Option<u64> {
        let at = self.0.partition_point(|(first, _)| *first < n);
        let (_, last) = self.0[..at].last()?;
        Some((*last).min(n - 1))
    }

    /// Those up to `head` that are not among them.
    pub fn others(&self, head: u64) -> Commits {
        let (mut found, mut next) = (Vec::new(), 0);
        for (first, last) in &self.0 {
            if next < *first {
                found.push((next, first - 1));
            }
            next = last + 1;
        }
        if next <= head {
            found.push((next, head));
        }
        Commits(found)
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.0.iter().map(|(first, last)| last - first + 1).sum()
    }
}

/// Numbers of objects, a bit each.
#[derive(Clone, Default, Debug)]
pub struct Marks(BTreeMap<u64, [u64; (PLACES / 64) as usize]>);

impl Marks {
    /// Adds a number. Answers whether it is new.
    pub fn set(&mut self, id: u64) -> bool {
        let place = usize::from(segment::place(id));
        let word = &mut self.0.entry(segment::of(id)).or_default()[place / 64];
        let bit = 1 << (place % 64);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    /// Whether it is among them.
    pub fn has(&self, id: u64) -> bool {
        let place = usize::from(segment::place(id));
        self.0.get(&segment::of(id)).is_some_and(|words| words[place / 64] & (1 << (place % 64)) != 0)
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.0.values().flatten().map(|w| u64::from(w.count_ones())).sum()
    }

    /// Whether some are in a segment.
    pub(super) fn has_some(&self, segment: u64) -> bool {
        self.0.contains_key(&segment)
    }

    /// Takes those of the first segment from a number on, or else of the first of all.
    pub(super) fn take(&mut self, from: u64) -> Option<(u64, Vec<u64>)> {
        let segment = *self.0.range(from..).next().or_else(|| self.0.iter().next())?.0;
        let words = self.0.remove(&segment)?;
        let has = |p: &u64| words[(*p / 64) as usize] & (1 << (*p % 64)) != 0;
        Some((segment, (0..PLACES).filter(has).map(|p| segment * PLACES + p).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_are_ranges_with_gaps() {
        let c = Commits::of([0, 1, 2, 5, 7, 8]);
        assert_eq!(c.0, [(0, 2), (5, 5), (7, 8)]);
        assert_eq!(c.others(10).0, [(3, 4), (6, 6), (9, 10)]);
        assert_eq!(c.count(), 6);
        assert_eq!((c.last_below(0), c.last_below(2), c.last_below(5), c.last_below(100)), (None, Some(1), Some(2), Some(8)));
        assert!(c.any_in(3, 6) && !c.any_in(3, 5) && !c.any_in(6, 7));
        assert_eq!(Commits::default().others(2).0, [(0, 2)]);
    }
}
