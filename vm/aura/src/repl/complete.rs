//! Line editing that knows Aura: an entry goes on over several lines until it is complete, and names are completed from the
//! object that stands before the cursor.

use aura_heap::Value;
use rustyline::completion::{Completer, Pair};
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Result};

use super::session::Session;

/// What rustyline asks.
#[derive(Default)]
pub(super) struct Helper {
    /// The messages that each global and each slot of the dialogue's module understands.
    objects: Vec<(String, Vec<String>)>,
    /// What self understands.
    here: Vec<String>,
    /// A question of the menu is being answered: one line is enough.
    pub(super) asking: bool,
}

impl Helper {
    /// Looks at the living objects. Done before each entry, so that completion itself needs no machine.
    pub(super) fn refresh(&mut self, session: &Session) {
        let heap = &session.vm.heap;
        let names = |o: Value| -> Vec<String> {
            aura_run::understood(heap, o).into_iter().map(|(s, _)| heap.symbols.name(s).to_string()).collect()
        };
        let module = session.module();
        self.here = names(module);
        self.objects = session.named_objects().into_iter().map(|(name, o)| (name, names(o))).collect();
    }

    /// Selectors for what stands before the cursor, and where the word begins.
    fn candidates(&self, line: &str, at: usize) -> (usize, Vec<String>) {
        let before = &line[..at];
        let start = before.rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |i| i + 1);
        let start = before[start..].char_indices().next().map_or(at, |_| start);
        let start = before.ceil_char_boundary(start);
        let word = &before[start..];
        let receiver = before[..start].trim_end().rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("");
        let names = self.objects.iter().find(|(n, _)| n == receiver).map_or(&self.here, |(_, names)| names);
        let mut found: Vec<String> = names.iter().filter(|n| n.starts_with(word)).cloned().collect();
        found.sort();
        found.dedup();
        (start, found)
    }
}

impl Completer for Helper {
    type Candidate = Pair;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> Result<(usize, Vec<Pair>)> {
        let (start, found) = self.candidates(line, at);
        Ok((start, found.into_iter().map(|n| Pair { display: n.clone(), replacement: n }).collect()))
    }
}

impl Validator for Helper {
    fn validate(&self, ctx: &mut ValidationContext<'_>) -> Result<ValidationResult> {
        let open = !self.asking && !ctx.input().starts_with([':', '?']) && aura_syntax::is_incomplete(ctx.input());
        Ok(if open { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

impl Hinter for Helper {
    type Hint = String;
}
impl Highlighter for Helper {}
impl rustyline::Helper for Helper {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_before_the_cursor_is_completed_from_its_receiver() {
        let helper = Helper {
            objects: vec![("list".into(), vec!["add:".into(), "addAll:".into(), "size".into()])],
            here: vec!["lobby".into(), "list".into()],
            asking: false,
        };
        assert_eq!(helper.candidates("list ad", 7), (5, vec!["add:".into(), "addAll:".into()]));
        assert_eq!(helper.candidates("l", 1), (0, vec!["list".into(), "lobby".into()]));
        assert_eq!(helper.candidates("é l", 4).0, 3);
    }
}
