//! The ranking: BM25F, which is BM25 over several fields of a document.
//!
//! A document's fields are the words of its selector (weight 3), of the object that has it (2), of its comment (1) and of the identifiers in its source (1). For a
//! word of the query with weight q that n of the N documents have, and that occurs tf times in a field that is len words long (avg on average),
//!
//! ```text
//! tf'    =  Σ over fields of  weight · tf / (1 - b + b · len / avg)
//! score  =  Σ over words of   q · ln(1 + (N - n + 0.5) / (n + 0.5)) · tf' / (k + tf')           k = 1.2, b = 0.75
//! ```
//!
//! What must stay true: documents of one score stand in the order in which they were added, but verified ones first.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::words::{has_sense, words};
use crate::situation::Situation;

const K: f64 = 1.2;
const B: f64 = 0.75;
/// Selector, object, comment, source.
const WEIGHTS: [f64; 4] = [3.0, 2.0, 1.0, 1.0];

/// A method that may be found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// The object that has it.
    pub at: String,
    /// Its selector.
    pub selector: String,
    /// Its source, as a slot.
    pub source: String,
    /// What its comment says.
    pub comment: String,
    /// A model wrote it, and it passed the gates.
    pub verified: bool,
}

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    words: BTreeMap<String, f64>,
    /// Words of sense in the selector.
    about: Vec<String>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit<'a> {
    /// The method.
    pub document: &'a Document,
    /// How well it fits.
    pub score: f64,
    /// It shares a word of sense with the missing selector.
    pub resembles: bool,
}

/// Methods that may be found. A copy shares them.
#[derive(Clone, Debug, Default)]
pub struct Index {
    documents: Vec<Arc<Entry>>,
    /// In how many documents a word is.
    spread: HashMap<String, usize>,
    /// Words in each field, of all documents together.
    lengths: [usize; 4],
}

#[derive(Clone, Debug)]
struct Entry {
    document: Document,
    fields: [HashMap<String, usize>; 4],
    lengths: [usize; 4],
}

impl Query {
    /// For a missing send.
    pub fn of(situation: &Situation) -> Self {
        let about = words(&situation.selector).into_iter().filter(|w| has_sense(w)).collect();
        let mut query = Self { about, ..Self::default() };
        query.add(&situation.selector, 3.0);
        query.add(&situation.receiver.path, 2.0);
        for holder in situation.path.iter().filter(|h| !h.is_shared) {
            query.add(holder.path.as_deref().unwrap_or(""), 1.0);
            if holder.of_script {
                holder.slots.iter().take(40).for_each(|s| query.add(&s.name, 0.5));
            }
        }
        situation.arguments.iter().for_each(|a| query.add(&a.path, 0.5));
        query
    }

    /// Adds the words of a text. A word that is there keeps its higher weight.
    pub fn add(&mut self, text: &str, weight: f64) {
        for word in words(text).into_iter().filter(|w| has_sense(w)) {
            let w = self.words.entry(word).or_insert(0.0);
            *w = w.max(weight);
        }
    }
}

impl Index {
    /// Adds a method.
    pub fn add(&mut self, document: Document) {
        let texts = [&document.selector, &document.at, &document.comment, &document.source];
        let mut fields: [HashMap<String, usize>; 4] = Default::default();
        let mut lengths = [0; 4];
        for (i, text) in texts.into_iter().enumerate() {
            for word in words(text).into_iter().filter(|w| has_sense(w)) {
                *fields[i].entry(word).or_default() += 1;
                lengths[i] += 1;
            }
            self.lengths[i] += lengths[i];
        }
        let mut all: Vec<&String> = fields.iter().flat_map(HashMap::keys).collect();
        all.sort_unstable();
        all.dedup();
        for word in all {
            *self.spread.entry(word.clone()).or_default() += 1;
        }
        self.documents.push(Arc::new(Entry { document, fields, lengths }));
    }

    /// At most so many methods, the best first; none that shares no word.
    pub fn search(&self, query: &Query, most: usize) -> Vec<Hit<'_>> {
        let mut hits: Vec<Hit<'_>> = self.documents.iter().map(|e| self.hit(e, query)).filter(|h| h.score > 0.0).collect();
        hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(b.document.verified.cmp(&a.document.verified)));
        hits.truncate(most);
        hits
    }

    fn hit<'a>(&self, entry: &'a Entry, query: &Query) -> Hit<'a> {
        let score = query.words.iter().map(|(word, weight)| weight * self.rarity(word) * self.saturated(entry, word)).sum();
        let resembles = query.about.iter().any(|w| entry.fields[0].contains_key(w));
        Hit { document: &entry.document, score, resembles }
    }

    fn rarity(&self, word: &str) -> f64 {
        let n = self.spread.get(word).copied().unwrap_or(0) as f64;
        (1.0 + (self.documents.len() as f64 - n + 0.5) / (n + 0.5)).ln()
    }

    fn saturated(&self, entry: &Entry, word: &str) -> f64 {
        let mut tf = 0.0;
        for (i, weight) in WEIGHTS.iter().enumerate() {
            let Some(count) = entry.fields[i].get(word) else { continue };
            let average = (self.lengths[i] as f64 / self.documents.len() as f64).max(f64::MIN_POSITIVE);
            tf += weight * *count as f64 / (1.0 - B + B * entry.lengths[i] as f64 / average);
        }
        tf / (K + tf)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::situation::{Holder, SlotView, Thing};
    use proptest::prelude::*;

    fn document(at: &str, selector: &str, comment: &str) -> Document {
        let (at, selector, comment) = (at.into(), selector.into(), comment.into());
        Document { source: format!("{selector} = ( 1 )"), at, selector, comment, verified: false }
    }

    fn situation(selector: &str, receiver: &str, slots: &[&str]) -> Situation {
        let slots = slots.iter().map(|n| SlotView { name: n.to_string(), ..SlotView::default() }).collect();
        Situation {
            selector: selector.into(),
            receiver: Thing { path: receiver.into(), ..Thing::default() },
            path: vec![Holder { path: Some(receiver.into()), of_script: true, slots, ..Holder::default() }],
            ..Situation::default()
        }
    }

    fn library() -> Index {
        let mut index = Index::default();
        for (at, selector, comment) in [
            ("traits collection", "sum", "All elements together."),
            ("account", "deposit:", "Puts an amount on the balance."),
            ("account", "isEmpty", "Nothing is on it."),
            ("traits string", "trim", "Without blanks at both ends."),
            ("point", "distanceTo:", "How far it is to another point."),
        ] {
            index.add(document(at, selector, comment));
        }
        index
    }

    fn found(index: &Index, s: &Situation) -> Vec<String> {
        index
            .search(&Query::of(s), 3)
            .iter()
            .map(|h| format!("{}{}", h.document.selector, if h.resembles { "!" } else { "" }))
            .collect()
    }

    #[test]
    fn selector_words_count_most_then_the_receiver() {
        let index = library();
        assert_eq!(found(&index, &situation("distanceFrom:", "line", &[]))[0], "distanceTo:!");
        assert_eq!(found(&index, &situation("withdraw:", "account", &["balance"])), ["deposit:", "isEmpty"]);
        assert!(found(&index, &situation("frobnicate", "gadget", &[])).is_empty());
        assert_eq!(found(&index, &situation("deposits", "account", &[])), ["deposit:!", "isEmpty"]);
    }

    #[test]
    fn of_equals_the_verified_one_comes_first() {
        let mut index = Index::default();
        index.add(document("account", "withdraw:", ""));
        index.add(Document { verified: true, ..document("account", "withdraw:", "") });
        let hits = index.search(&Query::of(&situation("withdrawAll", "account", &[])), 2);
        assert!(hits[0].document.verified && !hits[1].document.verified && hits[0].score == hits[1].score);
    }

    proptest! {
        #[test]
        fn anything_can_be_looked_for(selector in "\\PC{0,40}", receiver in "\\PC{0,40}") {
            let index = library();
            let s = situation(&selector, &receiver, &[&selector]);
            let hits = index.search(&Query::of(&s), 3);
            prop_assert!(hits.len() <= 3 && hits.windows(2).all(|w| w[0].score >= w[1].score));
            prop_assert!(hits.iter().all(|h| h.score.is_finite() && h.score > 0.0));
        }
    }
}
