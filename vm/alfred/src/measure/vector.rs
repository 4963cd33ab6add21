//! The vector of one learned method.
//!
//! What must stay true: a component that cannot be known is absent, never zero.

use serde::Serialize;

use super::diversity::effective;
use super::structure::Vocabulary;
use super::{Corpus, Nearest, Tree};
use crate::chronicle::Learning;
use crate::chronicle::entry::CandidateRecord;

/// The Composite Entropy Metric.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Vector {
    /// The effective number of different proposals for the send.
    pub diversity: Option<f64>,
    /// The distance to the nearest method that was there, from 0 to 1.
    pub novelty: Option<f64>,
    /// Bits.
    pub structure: Option<f64>,
    /// The part of gates and tests that its proposals passed, of those that they came to.
    pub relevance: Option<f64>,
}

impl Vector {
    /// Of a method, beside what was there when it was learned.
    pub fn of(learning: &Learning, before: &Corpus, vocabulary: &Vocabulary) -> (Self, Option<Nearest>) {
        let tree = Tree::of(&learning.source);
        let nearest = tree.as_ref().and_then(|t| before.nearest(t, (&learning.at, &learning.selector)));
        let vector = Self {
            diversity: diversity(learning),
            novelty: nearest.as_ref().map(|n| n.distance),
            structure: tree.as_ref().map(|t| vocabulary.bits(t)),
            relevance: relevance(learning),
        };
        (vector, nearest)
    }
}

/// Where candidates were compared by what they do, of the groups that they fell into. Otherwise proposals that have the same code behave
/// alike, and those that are no code are each unlike any other.
fn diversity(learning: &Learning) -> Option<f64> {
    if !learning.behaviours.is_empty() {
        return effective(&learning.behaviours);
    }
    let mut clusters: Vec<(Option<Tree>, usize)> = Vec::new();
    for candidate in &learning.candidates {
        let tree = code(candidate, &learning.selector);
        match clusters.iter_mut().find(|(t, _)| t.is_some() && *t == tree) {
            Some((_, n)) => *n += 1,
            None => clusters.push((tree, 1)),
        }
    }
    effective(&clusters.iter().map(|c| c.1).collect::<Vec<_>>())
}

/// The tree of what a candidate proposed.
pub(crate) fn code(candidate: &CandidateRecord, selector: &str) -> Option<Tree> {
    match &candidate.meant {
        Some(source) => Tree::of(source),
        None => Tree::of(&crate::answer::read(&candidate.answer, selector).ok()?.source),
    }
}

fn relevance(learning: &Learning) -> Option<f64> {
    let verdicts = || learning.candidates.iter().flat_map(|c| &c.verdicts);
    let failed = learning.tested.iter().filter(|t| t.went.starts_with("failed")).count();
    let all = verdicts().count() + learning.tests.len() + failed;
    let passed = verdicts().filter(|v| v.passed).count() + learning.tests.len();
    (all > 0).then(|| passed as f64 / all as f64)
}
