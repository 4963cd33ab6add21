//! What a commit says of itself: when, who, why, and which objects it wrote.

use super::Read;
use super::bytes::{Reader, block, number};

/// A commit.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CommitRow {
    /// Microseconds since 1970.
    pub time: u64,
    /// A person, a script, ALFRED.
    pub author: String,
    /// Why.
    pub reason: String,
    /// The first number after those that were given out up to it.
    pub next: u64,
    /// The numbers that it gave out: from this one up to `next`.
    pub first_new: u64,
    /// Objects that were there before and that it changed, ascending.
    pub changed: Vec<u64>,
    /// How many objects it wrote for the first time.
    pub created: u64,
    /// How many names of library objects there were.
    pub names: u64,
}

impl CommitRow {
    /// As bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        number(&mut out, self.time);
        block(&mut out, self.author.as_bytes());
        block(&mut out, self.reason.as_bytes());
        for n in [self.next, self.first_new, self.created, self.names, self.changed.len() as u64] {
            number(&mut out, n);
        }
        let mut last = 0;
        for id in &self.changed {
            number(&mut out, id - last);
            last = *id;
        }
        out
    }

    /// From bytes.
    pub fn read(bytes: &[u8]) -> Read<CommitRow> {
        let mut r = Reader::new(bytes);
        let time = r.number()?;
        let (author, reason) = (r.text()?.to_string(), r.text()?.to_string());
        let (next, first_new, created, names) = (r.number()?, r.number()?, r.number()?, r.number()?);
        let count = r.count()?;
        let mut changed = Vec::with_capacity(count);
        let mut last = 0u64;
        for _ in 0..count {
            last = last.saturating_add(r.number()?);
            changed.push(last);
        }
        Ok(CommitRow { time, author, reason, next, first_new, changed, created, names })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_survive() {
        let c = CommitRow {
            time: 7,
            author: "a script".into(),
            reason: "because".into(),
            next: 900,
            first_new: 800,
            changed: vec![3, 70, 71],
            created: 90,
            names: 4,
        };
        assert_eq!(CommitRow::read(&c.bytes()), Ok(c));
    }
}
