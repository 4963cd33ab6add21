//! What an editor offers to do to a piece of text.
//!
//! * `annotate` types written where they were inferred; `extract` a method out of code; `inline` a local put where it is used; `slots` a slot for
//!   a message that nothing understands
//!
//! What must stay true: after an action the text can still be read, and means what it meant, but for a slot that is added.

mod annotate;
mod extract;
mod inline;
pub(crate) mod slots;

use aura_syntax::Diagnostic;

use crate::job::Command;
use crate::rename::Edits;
use crate::resolve::Here;
use crate::{Edit, Ide, Span};

/// Something to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// What it does, as a command.
    pub title: String,
    /// What kind of thing it is.
    pub kind: ActionKind,
    /// The edits.
    pub edits: Edits,
    /// What is wrong and would be repaired by it.
    pub repairs: Option<Diagnostic>,
    /// What is to be done instead of edits.
    pub command: Option<Command>,
}

/// Kinds of actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionKind {
    /// Repairs something that is wrong.
    Fix,
    /// Takes a part out.
    Extract,
    /// Puts something in its place.
    Inline,
    /// Writes something else that means the same.
    Rewrite,
}

impl Ide {
    /// What can be done to a range of a file.
    pub fn actions(&mut self, name: &str, range: Span) -> Vec<Action> {
        let Some(here) = self.here(name) else { return Vec::new() };
        let found = self.findings(here.file);
        let touches = |d: &&Diagnostic| d.span.start <= range.end && range.start <= d.span.end;
        let mut actions = Vec::new();
        for wrong in found.iter().filter(touches) {
            if let Some(fix) = wrong.fix.as_ref().filter(|f| !f.edits.is_empty()) {
                let edits = Edits::from([(name.to_string(), fix.edits.clone())]);
                actions.push(Action {
                    title: fix.title.clone(),
                    kind: ActionKind::Fix,
                    edits,
                    repairs: Some(wrong.clone()),
                    command: None,
                });
            }
            actions.extend(self.missing_slot(&here, wrong));
            actions.extend(self.synthesis(&here, name, wrong));
        }
        actions.extend(self.annotations(&here, name, range));
        if !here.document.parse().has_errors() {
            actions.extend(self.extraction(&here, name, range));
            actions.extend(self.inlining(&here, name, range));
        }
        actions
    }

    /// An action in one file.
    fn action(&self, here: &Here, title: String, kind: ActionKind, edits: Vec<Edit>) -> Action {
        let edits = Edits::from([(self.name_of(here.file).to_string(), edits)]);
        Action { title, kind, edits, repairs: None, command: None }
    }
}

/// The white space that the line of a place begins with.
fn indentation(here: &Here, at: u32) -> String {
    let (text, lines) = (here.document.text(), here.document.lines());
    let start = lines.start(text, lines.line_of(at)) as usize;
    text[start..].chars().take_while(|c| matches!(c, ' ' | '\t')).collect()
}
