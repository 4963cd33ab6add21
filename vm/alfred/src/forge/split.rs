//! Training or test: decided by what a method is for, not by chance.
//!
//! Methods for the same message of the same object, and methods whose code is nearly the same, belong together: they are one group, and a group is in one
//! part. Which one follows from the SHA-256 of the receiver and selector of the group's oldest member: one in ten is for testing. What must stay true: a
//! method's part depends on nothing that was learned after the group was complete; no two methods nearer than [`APART`] are in different parts.
//!
//! A method that joins two groups brings the younger one over to the part of the older. That can only be avoided by leaving it out.

use std::collections::HashMap;

use serde::Serialize;

use super::exchange::learned;
use crate::chronicle::Chronicle;
use crate::measure::Tree;
use crate::measure::distance::{at_least, bounded, normalised};
use crate::text::sha256;

/// Methods that are nearer than this are in one part.
pub const APART: f64 = 0.2;
/// One group in so many is for testing.
const ONE_IN: u32 = 10;

/// What an exchange is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// To learn from.
    Train,
    /// To be measured with.
    Test,
}

/// The part of each method that was ever learned, by its entry.
pub fn parts(chronicle: &Chronicle) -> HashMap<String, Part> {
    let all: Vec<(&str, String, Option<Tree>)> =
        learned(chronicle).map(|(hash, l)| (hash, key(&l.at, &l.selector), Tree::of(&l.source))).collect();
    let mut groups = Groups::new(all.len());
    for (i, (_, key, tree)) in all.iter().enumerate() {
        for (j, (_, other_key, other)) in all[..i].iter().enumerate() {
            if key == other_key || matches!((tree, other), (Some(a), Some(b)) if are_near(a, b)) {
                groups.join(i, j);
            }
        }
    }
    all.iter().enumerate().map(|(i, (hash, ..))| (hash.to_string(), part(&all[groups.oldest(i)].1))).collect()
}

fn key(at: &str, selector: &str) -> String {
    format!("{at}\n{selector}")
}

/// What is too large to be compared counts as near if nothing speaks against it.
fn are_near(a: &Tree, b: &Tree) -> bool {
    let sizes = a.len() + b.len();
    // 2d / (n + d) < APART where d < n · APART / (2 - APART).
    let limit = (sizes as f64 * APART / (2.0 - APART)).ceil() as usize;
    if at_least(a, b) > limit {
        return false;
    }
    bounded(a, b, limit).is_some_and(|d| normalised(d, a, b) < APART)
}

/// The part of a group whose oldest member has this key.
fn part(key: &str) -> Part {
    let digest = sha256(key);
    let number = digest.get(..8).and_then(|d| u32::from_str_radix(d, 16).ok()).unwrap_or(0);
    if number % ONE_IN == 0 { Part::Test } else { Part::Train }
}

/// Disjoint sets, each called after its oldest member.
struct Groups(Vec<usize>);

impl Groups {
    fn new(n: usize) -> Self {
        Self((0..n).collect())
    }

    fn oldest(&mut self, mut i: usize) -> usize {
        while self.0[i] != i {
            self.0[i] = self.0[self.0[i]];
            i = self.0[i];
        }
        i
    }

    fn join(&mut self, i: usize, j: usize) {
        let (i, j) = (self.oldest(i), self.oldest(j));
        let (old, young) = (i.min(j), i.max(j));
        self.0[young] = old;
    }
}
