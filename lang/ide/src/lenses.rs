//! What stands above lines: run this file, run these tests, where a method comes from.

use aura_syntax::tree::{Init, Slot};
use aura_syntax::visit::{self, Visit};

use crate::document::Document;
use crate::learned::{Origin, origin};
use crate::target::name_spans;
use crate::{Ide, Span, words};

/// Something above a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Lens {
    /// Above what.
    pub span: Span,
    /// What it offers.
    pub offer: Offer,
}

/// What can be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Offer {
    /// Run the file.
    Run,
    /// Run the file's tests.
    Test,
    /// See where a method comes from, and take it back.
    Learned {
        /// Where it comes from.
        origin: Origin,
        /// Its selector.
        selector: String,
        /// It can be judged here: a method in a script of one's own is taken back as it is written, by hand.
        is_beside: bool,
    },
}

impl Ide {
    /// What is offered above the lines of a file.
    pub fn lenses(&mut self, name: &str) -> Vec<Lens> {
        let Some(document) = self.document(name) else { return Vec::new() };
        let file = &document.parse().file;
        let is_beside = self.outside.script_of(name).is_some();
        let mut all = Learned { document: &document, is_beside, found: Vec::new() };
        visit::file(&mut all, file);
        let mut lenses = all.found;
        let first = file.body.first().map(|s| s.span);
        if name.ends_with("_test.aura") {
            lenses.insert(0, Lens { span: Span { start: 0, end: 0 }, offer: Offer::Test });
        } else if let Some(span) = first.filter(|_| !is_beside) {
            lenses.insert(0, Lens { span, offer: Offer::Run });
        }
        lenses
    }
}

/// Finds the slots whose comments say that a model wrote them.
struct Learned<'d> {
    document: &'d Document,
    is_beside: bool,
    found: Vec<Lens>,
}

impl Visit for Learned<'_> {
    fn slot(&mut self, slot: &Slot) {
        let comment = slot.comment.map(|c| words::comment_text(self.document.letters(c)));
        if let (Init::Method(_), Some(origin)) = (&slot.init, comment.as_deref().and_then(origin)) {
            let parts = name_spans(slot);
            let selector = aura_syntax::tree::selector(&parts, self.document.text());
            let offer = Offer::Learned { origin, selector, is_beside: self.is_beside };
            self.found.push(Lens { span: parts[0], offer });
        }
        visit::inside_slot(self, slot);
    }
}
