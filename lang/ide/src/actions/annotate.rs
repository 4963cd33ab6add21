//! Types that were inferred, written down.

use super::{Action, ActionKind};
use crate::resolve::Here;
use crate::{Edit, Ide, Span};

impl Ide {
    /// The types that are known of names in a range without a written one.
    pub(super) fn annotations(&mut self, here: &Here, name: &str, range: Span) -> Vec<Action> {
        // A cursor is enough to mean the word it is on.
        let word = crate::words::token_at(&here.document, range.start).map_or(range, |t| t.span.to(range));
        let hints = self.hints(name, word);
        let near = |at: u32| word.start <= at && at <= word.end + 1;
        let writable = hints.into_iter().filter(|h| near(h.at) && is_written_so(&h.label));
        let all: Vec<Action> = writable
            .map(|hint| {
                // Directly before an operator a bracket would be read with it.
                let is_apart = here.document.text()[hint.at as usize..].starts_with(char::is_whitespace);
                let edit = Edit::insert(hint.at, &format!(" {}{}", hint.label, if is_apart { "" } else { " " }));
                self.action(here, format!("write the type {}", hint.label), ActionKind::Rewrite, vec![edit])
            })
            .collect();
        all
    }
}

/// Whether what is shown of a type could be written: objects without a name cannot.
fn is_written_so(label: &str) -> bool {
    let text = match label.strip_prefix("^ ") {
        Some(result) => format!("m ^ {result} = ( 1 )"),
        None => format!("x {label} <- nil"),
    };
    !label.contains("an object") && !aura_syntax::parse_slots(&text).has_errors()
}
