//! Where a learned method comes from, as the comment before its slot says.

use aura_syntax::tree::{Init, Slot, SlotList};
use aura_syntax::visit::{self, Visit};

use crate::document::Document;
use crate::target::name_spans;
use crate::{Edit, Edits, Ide, Span, words};

/// What stands in every comment that says so.
pub(crate) const MARK: &str = "learned: ";

/// A learned method among the slots of a user's own file.
#[derive(Clone, Debug, PartialEq)]
pub struct InPlace {
    /// Its selector.
    pub selector: String,
    /// Where it comes from, as its comment says.
    pub comment: String,
    /// The edits that take it back.
    pub removal: Edits,
}

impl Ide {
    /// The learned method of a name at a place of a file, if it is written there as users' methods are. A file beside a script, or an image, has
    /// others, with more about each than its comment.
    pub fn learned_in_place(&mut self, name: &str, selector: &str, at: Option<u32>) -> Option<InPlace> {
        if self.outside.script_of(name).is_some() {
            return None;
        }
        let document = self.document(name)?;
        let mut finder = Finder { document: &document, selector, found: Vec::new() };
        visit::file(&mut finder, &document.parse().file);
        let is_it = |found: &&Found| at.is_none_or(|at| found.name.start == at) || finder.found.len() == 1;
        let Found { comment, removed, .. } = finder.found.iter().find(is_it)?;
        let removal = Edits::from([(name.to_string(), vec![Edit::replace(*removed, "")])]);
        Some(InPlace { selector: selector.to_string(), comment: comment.clone(), removal })
    }
}

/// A learned method in a list of slots.
struct Found {
    name: Span,
    comment: String,
    /// What is left out without it.
    removed: Span,
}

/// Finds the learned methods of a name.
struct Finder<'d> {
    document: &'d Document,
    selector: &'d str,
    found: Vec<Found>,
}

impl Visit for Finder<'_> {
    fn object(&mut self, list: &SlotList) {
        for slot in &list.slots {
            let parts = name_spans(slot);
            let comment = slot.comment.map(|c| words::comment_text(self.document.letters(c)));
            let is_it = aura_syntax::tree::selector(&parts, self.document.text()) == self.selector;
            if let Some(comment) = comment.filter(|c| is_it && matches!(slot.init, Init::Method(_)) && origin(c).is_some()) {
                self.found.push(Found { name: parts[0], comment, removed: with_surroundings(self.document, list, slot) });
            }
            self.slot(slot);
        }
    }
}

/// A slot with its comment, its period, and what is blank then.
pub(crate) fn with_surroundings(document: &Document, list: &SlotList, slot: &Slot) -> Span {
    let text = document.text();
    let start = slot.comment.map_or(slot.span.start, |comment| comment.start);
    let behind = text.get(slot.span.end as usize..list.span.end as usize).unwrap_or("");
    let period = behind.find('.').filter(|i| behind[..*i].trim().is_empty()).map_or(0, |i| i as u32 + 1);
    let end = slot.span.end + period;
    let line = text.get(..start as usize).map_or(0, |t| t.rfind('\n').map_or(0, |i| i + 1));
    let rest = text.get(end as usize..).unwrap_or("");
    let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let is_alone = text.get(line..start as usize).is_some_and(|before| before.trim().is_empty());
    match (is_alone, rest[blank..].starts_with(['\n', '\r'])) {
        // Lines of their own go with it.
        (true, true) => {
            let end_of_line = rest.find('\n').map_or(rest.len(), |i| i + 1);
            Span { start: line as u32, end: end + end_of_line as u32 }
        }
        _ => Span { start, end: end + blank as u32 },
    }
}

/// Where a method comes from that nobody wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The model that wrote it.
    pub model: String,
    /// When: a date.
    pub date: String,
    /// Somebody has looked at it.
    pub is_reviewed: bool,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let reviewed = if self.is_reviewed { "" } else { "; not reviewed yet" };
        write!(f, "learned from {} on {}{reviewed}", self.model, self.date)
    }
}

/// What a slot's comment says of where it comes from.
pub(crate) fn origin(comment: &str) -> Option<Origin> {
    let field = |name: &str| comment.lines().find_map(|l| l.trim().strip_prefix(name)?.strip_prefix(": "));
    let (time, model) = (field("learned")?, field("model")?);
    // Of the whole time people want the day.
    let date = time.split('T').next().unwrap_or(time).to_string();
    let model = model.split(" (").next().unwrap_or(model).to_string();
    Some(Origin { model, date, is_reviewed: field("reviewed").is_some_and(|r| !r.starts_with("no")) })
}

/// What a comment says of where a method comes from, without what only its judges want to know.
pub(crate) fn in_short(comment: &str) -> String {
    let kept = ["comment: ", "learned: ", "model: ", "plan: ", "reviewed: "];
    let lines = comment.lines().map(str::trim).filter(|l| kept.iter().any(|k| l.starts_with(k)));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_learned_method_says_where_it_comes_from() {
        let comment = "learned: 2026-11-22T23:00:00Z\nmodel: qwen2.5-coder:1.5b (sha256:1)\nreviewed: no";
        assert_eq!(
            origin(comment).expect("learned").to_string(),
            "learned from qwen2.5-coder:1.5b on 2026-11-22; not reviewed yet"
        );
        assert_eq!(origin("learned: by heart"), None);
    }
}
