//! The shelf: everything that may be found for one send: the library's methods, the script's own that the situation shows, and those that were
//! learned and passed the gates.
//!
//! What must stay true: the method that is missing is not found as its own example; a source that a prompt cannot hold is not found.

use super::{Document, Hit, Index, Query};
use crate::measure::Corpus;
use crate::situation::{Situation, SlotKind};

/// Longer methods are no examples.
const MOST_SOURCE: usize = 400;

/// See the module's comment.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    library: Index,
    verified: Vec<Document>,
}

impl Shelf {
    /// A shelf with the methods of a library.
    pub fn new(library: &Corpus) -> Self {
        let mut index = Index::default();
        // Primitives are no example: generated code may not use them.
        for m in library.methods().iter().filter(|m| is_short(&m.source) && !m.source.contains(" _")) {
            index.add(Document {
                at: m.at.clone(),
                selector: m.selector.clone(),
                source: m.source.clone(),
                comment: m.comment.clone(),
                verified: false,
            });
        }
        Self { library: index, verified: Vec::new() }
    }

    /// Adds a method that was learned and passed the gates.
    pub fn verified(&mut self, at: &str, selector: &str, source: &str) {
        let (at, selector, source) = (at.into(), selector.into(), source.into());
        self.verified.push(Document { at, selector, source, comment: String::new(), verified: true });
    }

    /// At most so many methods that may serve as examples, the best first.
    pub fn examples(&self, situation: &Situation, most: usize) -> Vec<(Document, f64)> {
        self.found(situation, most, |_| true)
    }

    /// The verified ones that resemble the missing method.
    pub fn resembling(&self, situation: &Situation, most: usize) -> Vec<(Document, f64)> {
        self.found(situation, most, |h| h.resembles && h.document.verified)
    }

    fn found(&self, situation: &Situation, most: usize, wanted: impl Fn(&Hit<'_>) -> bool) -> Vec<(Document, f64)> {
        let mut index = self.library.clone();
        let own = self.verified.iter().cloned().chain(own(situation));
        own.filter(|d| is_short(&d.source)).for_each(|d| index.add(d));
        let hits = index.search(&Query::of(situation), usize::MAX);
        let hits = hits.into_iter().filter(|h| !is_missing(h.document, situation) && wanted(h));
        hits.take(most).map(|h| (h.document.clone(), h.score)).collect()
    }
}

fn is_short(source: &str) -> bool {
    source.chars().count() <= MOST_SOURCE
}

fn is_missing(d: &Document, situation: &Situation) -> bool {
    d.selector == situation.selector && situation.path.iter().any(|h| h.path.as_deref() == Some(&d.at))
}

/// The methods of the script's objects on the lookup path.
fn own(situation: &Situation) -> impl Iterator<Item = Document> + '_ {
    let holders = situation.path.iter().filter(|h| h.of_script && !h.is_shared);
    let slots = holders.flat_map(|h| h.slots.iter().map(move |s| (h.path.clone().unwrap_or_default(), s)));
    slots.filter(|(_, s)| s.kind == SlotKind::Method).filter_map(|(at, s)| {
        let comment = s.comment.clone().unwrap_or_default();
        Some(Document { at, selector: s.name.clone(), source: s.source.clone()?, comment, verified: false })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::situation::{Holder, SlotView, Thing};

    fn shelf() -> Shelf {
        let library = Corpus::of_sources(["\"a library\"\ntraits collection _AddSlots: (|
            \"All elements together.\"
            sum = ( | s <- 0 | do: [ | :e | s: s + e ]. s ).
            sumFast = ( _Sum ).
        |)\n"]);
        let mut shelf = Shelf::new(&library);
        shelf.verified("order", "totalPrice", "totalPrice = ( (items collect: [ | :i | i price ]) sum )");
        shelf.verified("cart", "total", "total = ( 0 )");
        shelf
    }

    fn situation(selector: &str) -> Situation {
        let source = Some("add: i = ( items add: i. self )".to_string());
        let slots = vec![SlotView { name: "add:".into(), kind: SlotKind::Method, source, ..SlotView::default() }];
        Situation {
            selector: selector.into(),
            receiver: Thing { path: "cart".into(), ..Thing::default() },
            path: vec![Holder { path: Some("cart".into()), of_script: true, slots, ..Holder::default() }],
            ..Situation::default()
        }
    }

    #[test]
    fn what_resembles_is_found_and_the_missing_method_is_not() {
        let titles = |found: Vec<(Document, f64)>| -> Vec<String> {
            found.into_iter().map(|(d, _)| format!("{} {}", d.at, d.selector)).collect()
        };
        let shelf = shelf();
        assert_eq!(titles(shelf.resembling(&situation("total"), 5)), ["order totalPrice"]);
        assert!(titles(shelf.resembling(&situation("weight"), 5)).is_empty());
        assert_eq!(titles(shelf.examples(&situation("sumOfAll"), 1)), ["traits collection sum"]);
        assert!(
            titles(shelf.examples(&situation("sumOfAll"), 9)).iter().all(|t| !t.contains("sumFast")),
            "primitives are no example"
        );
        assert!(titles(shelf.examples(&situation("weight"), 9)).contains(&"cart add:".to_string()));
    }
}
