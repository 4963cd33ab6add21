//! The methods that there are: the library's, the script's, those that were learned; and the one that is most like another.
//!
//! What must stay true: a method is never found to be like itself; too small a method is like too many to say anything.

use aura_syntax::tree::{Expr, ExprKind, Init, Receiver, Slot, SlotList, selector};

use super::Tree;
use super::distance::{bounded, normalised};
use crate::answer::name;
use crate::text::line;

/// Methods with fewer nodes are not said to be there already: `( balance = 0 )` is no find.
pub const LEAST_NODES: usize = 7;
/// Methods that are no further apart than this are nearly the same.
pub const NEAR: f64 = 0.1;

/// A method that there is.
#[derive(Clone, Debug, PartialEq)]
pub struct Present {
    /// The object that has it: `traits collection`.
    pub at: String,
    /// Its selector.
    pub selector: String,
    /// Its source, as a slot.
    pub source: String,
    /// Its comment, without quotes.
    pub comment: String,
    /// Its code.
    pub tree: Tree,
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub struct Corpus {
    methods: Vec<Present>,
}

/// The method that is most like another.
#[derive(Clone, Debug, PartialEq)]
pub struct Nearest {
    /// The object that has it.
    pub at: String,
    /// Its selector.
    pub selector: String,
    /// Nodes to be edited.
    pub edits: usize,
    /// On a scale from 0 to 1.
    pub distance: f64,
}

impl Nearest {
    /// The same, or nearly.
    pub fn is_near(&self) -> bool {
        self.distance <= NEAR
    }

    /// `the same code as 'sum:' of traits collection`
    pub fn describe(&self) -> String {
        let how = match self.edits {
            0 => "the same code as".to_string(),
            1 => "one edit away from".into(),
            n => format!("{n} edits away from"),
        };
        format!("{how} '{}' of {}", line(&self.selector, 80), line(&self.at, 80))
    }
}

impl Corpus {
    /// The methods in some sources: every method of every object that a slot list gives a name, or that slots are added to.
    pub fn of_sources<'s>(sources: impl IntoIterator<Item = &'s str>) -> Self {
        let mut corpus = Self::default();
        for text in sources {
            corpus.add_source(text);
        }
        corpus
    }

    /// Adds the methods of a source.
    pub fn add_source(&mut self, text: &str) {
        let file = aura_syntax::parse(text).file;
        let mut finder = Finder { text, corpus: self };
        if let Some(list) = &file.slots {
            finder.list(list, "");
        }
        for statement in &file.body {
            finder.statement(&statement.expr);
        }
    }

    /// Adds one method. False if it is none.
    pub fn add(&mut self, at: &str, selector: &str, source: &str) -> bool {
        let Some(tree) = Tree::of(source) else { return false };
        let (at, selector, source) = (at.into(), selector.into(), source.into());
        self.methods.push(Present { at, selector, source, comment: String::new(), tree });
        true
    }

    /// The methods.
    pub fn methods(&self) -> &[Present] {
        &self.methods
    }

    /// The method that is most like `tree`, but for the one called `selector` at `at`. Of several, the first.
    pub fn nearest(&self, tree: &Tree, (at, selector): (&str, &str)) -> Option<Nearest> {
        let mut best: Option<(f64, usize, &Present)> = None;
        for m in self.methods.iter().filter(|m| !(m.at == at && m.selector == selector)) {
            // What is at least so far away cannot be nearer than the best: 2d / (n + d) grows with d.
            let sizes = tree.len() + m.tree.len();
            let limit = best.map_or(usize::MAX, |(d, ..)| (d * sizes as f64 / (2.0 - d)).ceil() as usize);
            let Some(edits) = bounded(tree, &m.tree, limit) else { continue };
            let far = normalised(edits, tree, &m.tree);
            if best.is_none_or(|(d, ..)| far < d) {
                best = Some((far, edits, m));
            }
        }
        let (distance, edits, m) = best?;
        Some(Nearest { at: m.at.clone(), selector: m.selector.clone(), edits, distance })
    }

    /// A method that is there already, nearly or exactly as this source has it, under whatever name.
    pub fn already(&self, source: &str, name: (&str, &str)) -> Option<Nearest> {
        let tree = Tree::of(source).filter(|t| t.len() >= LEAST_NODES)?;
        self.nearest(&tree, name).filter(Nearest::is_near)
    }
}

struct Finder<'a> {
    text: &'a str,
    corpus: &'a mut Corpus,
}

impl Finder<'_> {
    /// `traits number _AddSlots: (| … |)`
    fn statement(&mut self, expr: &Expr) {
        let ExprKind::Send(send) = &expr.kind else { return };
        let adds = matches!(selector(&send.selector, self.text).as_str(), "_AddSlots:" | "_AddSlotsIfAbsent:" | "_Define:");
        let [Expr { kind: ExprKind::Object(list), .. }] = &send.arguments[..] else { return };
        let Receiver::Expr(at) = &send.receiver else { return };
        if adds {
            let at = line(at.span.text(self.text), 120);
            self.list(list, if at == "globals" { "" } else { &at });
        }
    }

    fn list(&mut self, list: &SlotList, at: &str) {
        for slot in &list.slots {
            match &slot.init {
                Init::Method(_) => self.method(slot, at),
                Init::Constant(Expr { kind: ExprKind::Object(inner), .. })
                | Init::Assignable(Expr { kind: ExprKind::Object(inner), .. }) => {
                    let path = format!("{at} {}", name(slot, self.text));
                    self.list(inner, path.trim());
                }
                _ => {}
            }
        }
    }

    fn method(&mut self, slot: &Slot, at: &str) {
        let Some(tree) = Tree::of_slot(slot, self.text) else { return };
        let comment = slot.comment.map_or(String::new(), |c| aura_syntax::literal::comment_text(c.text(self.text)));
        self.corpus.methods.push(Present {
            at: if at.is_empty() { "the file".into() } else { at.into() },
            selector: name(slot, self.text),
            source: slot.span.text(self.text).trim().into(),
            comment,
            tree,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIBRARY: &str = "\"a library\"
traits _AddSlotsIfAbsent: (| collection = (| parent* = lobby |) |)
traits collection _AddSlots: (|
    \"All of them together.\"
    sum = ( | s <- 0 | do: [ | :e | s: s + e ]. s ).
    product = ( | p <- 1 | do: [ | :e | p: p * e ]. p ).
    isEmpty = ( size = 0 ).
|)
globals _AddSlots: (| point = (| x <- 0. norm = ( ((x * x) + (y * y)) sqrt ) |) |)
";

    #[test]
    fn methods_of_a_source_are_found_with_their_objects() {
        let corpus = Corpus::of_sources([LIBRARY]);
        let names: Vec<String> = corpus.methods().iter().map(|m| format!("{} {}", m.at, m.selector)).collect();
        assert_eq!(names, ["traits collection sum", "traits collection product", "traits collection isEmpty", "point norm"]);
        assert_eq!(corpus.methods()[0].comment, "All of them together.");
    }

    #[test]
    fn what_is_there_under_another_name_is_found() {
        let corpus = Corpus::of_sources([LIBRARY]);
        let same =
            corpus.already("total = ( | t <- 0 | do: [ | :x | t: t + x ]. ^ t )", ("traits vector", "total")).expect("found");
        assert_eq!((same.edits, same.describe().as_str()), (0, "the same code as 'sum' of traits collection"));
        let near =
            corpus.already("total = ( | t <- 5 | do: [ | :x | t: t + x ]. t )", ("traits vector", "total")).expect("found");
        assert_eq!((near.edits, near.selector.as_str()), (1, "sum"));
        assert_eq!(corpus.already("none = ( size = 0 )", ("x", "none")), None, "too small to mean anything");
        assert_eq!(corpus.already("far = ( | t <- 5 | t timesRepeat: [ t printLine ]. t asString size )", ("x", "far")), None);
        let itself = &corpus.methods()[3];
        assert_eq!(corpus.already(&itself.source, ("point", "norm")), None, "a method is not like itself");
        assert!(!Corpus::default().add("x", "m", "m = 3"));
    }
}
