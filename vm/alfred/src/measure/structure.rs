//! Description length: how many bits a method takes for somebody who knows the library's vocabulary.
//!
//! A method's labels are coded one after the other under a model that counts the labels of the library: a label that was seen c times of N costs
//! log2((N + V) / c) bits, V being the number of different labels. A label that was never seen costs log2((N + V) / V) to say so, and
//! then eight bits for each of its bytes and eight for its end. (This is method C of Witten and Bell.) What must stay true: it is the length of a real
//! code, so the probabilities of all labels sum up to 1 at most; a method costs less the more it says in the library's own words.

use std::collections::HashMap;

use super::{Corpus, Tree};

/// The counts of labels.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    counts: HashMap<String, u64>,
    total: u64,
}

impl Vocabulary {
    /// Of all methods of a corpus.
    pub fn of(corpus: &Corpus) -> Self {
        let mut all = Self::default();
        corpus.methods().iter().for_each(|m| all.count(&m.tree));
        all
    }

    /// Counts the labels of a tree.
    pub fn count(&mut self, tree: &Tree) {
        for label in tree.labels() {
            *self.counts.entry(label.clone()).or_default() += 1;
            self.total += 1;
        }
    }

    /// The bits of one label.
    pub fn bits_of(&self, label: &str) -> f64 {
        let kinds = self.counts.len() as u64;
        let all = (self.total + kinds).max(1) as f64;
        match self.counts.get(label) {
            Some(count) => (all / *count as f64).log2(),
            None => (all / kinds.max(1) as f64).log2() + 8.0 * (label.len() + 1) as f64,
        }
    }

    /// The bits of a method.
    pub fn bits(&self, tree: &Tree) -> f64 {
        tree.labels().iter().map(|l| self.bits_of(l)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary() -> Vocabulary {
        let mut corpus = Corpus::default();
        assert!(corpus.add("x", "sum", "sum = ( | s <- 0 | do: [ | :e | s: s + e ]. s )"));
        assert!(corpus.add("x", "size", "size = ( | n <- 0 | do: [ n: n + 1 ]. n )"));
        Vocabulary::of(&corpus)
    }

    #[test]
    fn the_vocabulary_of_the_library_is_cheap() {
        let v = vocabulary();
        let bits = |source: &str| v.bits(&Tree::of(source).expect("a method"));
        assert!(
            bits("a = ( | s <- 0 | do: [ | :e | s: s + e ]. s )") < bits("a = ( | s <- 0 | mapcar: [ | :e | s: s plus: e ]. s )")
        );
        assert_eq!(bits("a = ( | s <- 0 | s )"), bits("b = ( | other <- 0 | other )"), "names of locals cost nothing");
        assert!(bits("a = ( 1. 1 )") > bits("a = ( 1 )"));
    }

    #[test]
    fn it_is_the_length_of_a_code() {
        let v = vocabulary();
        let seen: f64 = v.counts.keys().map(|l| 2f64.powf(-v.bits_of(l))).sum();
        // Every text of one byte, none of which was seen but some: an upper bound for what escapes leave.
        let new: f64 = (0..=255u8).map(|b| format!("\u{1}{b:03}")).map(|l| 2f64.powf(-v.bits_of(&l))).sum();
        let escape = v.counts.len() as f64 / (v.total as usize + v.counts.len()) as f64;
        assert!((seen + escape - 1.0).abs() < 1e-9 && new < escape);
        assert!(Vocabulary::default().bits_of("x").is_finite());
    }
}
