//! What is known of the word under the cursor: its type, what it does, what its comment says, where it comes from.

use aura_types::{SlotId, SlotKind, TypeId};

use crate::resolve::Here;
use crate::scope::{Local, LocalKind};
use crate::target::{Target, target_at};
use crate::{Ide, Span};

/// Slots that are told at one message.
const MOST_TOLD: usize = 4;

/// What is to be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Hover {
    /// The word.
    pub span: Span,
    /// What it is, one after the other if it may be several things.
    pub about: Vec<About>,
}

/// What is known of one thing.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct About {
    /// As it would be written: `balance <int>`, `deposit: amount <int> ^ <self>`.
    pub code: String,
    /// Whose it is: `` `account` ``.
    pub holder: Option<String>,
    /// What it does besides answering: `allocates, console`.
    pub effects: Option<String>,
    /// What its comment says.
    pub comment: Option<String>,
    /// Where a learned method comes from.
    pub provenance: Option<String>,
}

impl About {
    /// As Markdown.
    pub fn markdown(&self) -> String {
        let mut text = format!("```aura\n{}\n```", self.code);
        let mut line = |words: &str, rest: &Option<String>| {
            if let Some(rest) = rest {
                text.push_str(&format!("\n\n{words}{rest}"));
            }
        };
        line("in ", &self.holder);
        line("", &self.comment.as_deref().map(with_examples));
        line("*effects:* ", &self.effects);
        line("*", &self.provenance.as_ref().map(|p| format!("{p}*")));
        text
    }
}

/// What separates an example from its answer.
const ARROW: &str = " ==> ";

/// A comment as Markdown: lines with examples are code.
fn with_examples(comment: &str) -> String {
    let (mut text, mut is_in_code) = (String::new(), false);
    for line in comment.lines() {
        if line.contains(ARROW) != is_in_code {
            is_in_code = !is_in_code;
            text.push_str(if is_in_code { "\n```aura\n" } else { "```\n\n" });
        }
        text.push_str(if is_in_code { line.trim() } else { line });
        text.push('\n');
    }
    let end = if is_in_code { "```" } else { "" };
    format!("{}{end}", if is_in_code { &text } else { text.trim_end() })
}

impl Hover {
    /// As Markdown.
    pub fn markdown(&self) -> String {
        let all: Vec<String> = self.about.iter().map(About::markdown).collect();
        all.join("\n\n---\n\n")
    }
}

impl Ide {
    /// What is known of the word at a place.
    pub fn hover(&mut self, name: &str, at: u32) -> Option<Hover> {
        let here = self.here(name)?;
        let document = here.document.clone();
        let (span, target) = target_at(&document, at)?;
        let about = match target {
            Target::Local(local) => vec![self.about_local(&here, &local)],
            Target::Message(send, expr) => {
                let run = self.block_run_by(&here, send);
                let run = run.and_then(|(block, receiver)| self.about_evaluation(block, Some((&here, receiver))));
                let meant = self.meant(&here, send);
                let mut about: Vec<About> = run.into_iter().collect();
                about.extend(meant.iter().take(MOST_TOLD).map(|m| self.about_slot(m.slot)));
                if about.is_empty() {
                    about.push(self.about_value(&here, expr.span));
                }
                about
            }
            Target::Resend(_) | Target::Slot(_) | Target::Parent(_) | Target::Type(_) => {
                let slots = self.slots_at(&here, at);
                slots.into_iter().map(|slot| self.about_slot(slot)).collect()
            }
            Target::Value(expr) => vec![self.about_value(&here, expr.span)],
            Target::Import => self.about_import(&here, span).into_iter().collect(),
        };
        (!about.is_empty()).then_some(Hover { span, about })
    }

    fn about_local(&mut self, here: &Here, local: &Local) -> About {
        let code = self.universe().code_at(here.file, local.name.start);
        let type_ = code.type_of(local.name).unwrap_or(TypeId::ANY);
        let colon = if local.kind == LocalKind::Argument { ":" } else { "" };
        let shown = self.universe().show(type_);
        let word = match local.kind {
            LocalKind::Argument => "an argument",
            LocalKind::Variable => "a local",
            LocalKind::Constant => "a constant local",
        };
        About {
            code: format!("{colon}{} <{shown}>", here.document.letters(local.name)),
            comment: Some(word.to_string()),
            ..About::default()
        }
    }

    fn about_value(&mut self, here: &Here, span: Span) -> About {
        let code = self.universe().code_at(here.file, span.start);
        let type_ = match here.document.letters(span) {
            "self" => self.universe().type_of_object(code.holder),
            _ => code.type_of(span).unwrap_or(TypeId::ANY),
        };
        About { code: format!("<{}>", self.universe().show(type_)), ..About::default() }
    }

    /// What is known of a slot.
    pub(crate) fn about_slot(&mut self, slot: SlotId) -> About {
        let comment = self.comment_of(slot);
        let provenance = comment.as_deref().and_then(crate::learned::origin);
        // What a learned method's comment says is its provenance.
        let comment = comment.filter(|_| provenance.is_none());
        let holder = Some(self.universe().describe(slot.object));
        let info = self.universe().slot_info(slot);
        let code = self.header(slot);
        let effects = (info.kind == SlotKind::Method).then(|| self.universe().effects(slot).certain.to_string());
        About { code, holder, effects, comment, provenance: provenance.map(|p| p.to_string()) }
    }

    /// A slot as it would be written, without its value.
    pub(crate) fn header(&mut self, slot: SlotId) -> String {
        let info = self.universe().slot_info(slot);
        match info.kind {
            SlotKind::Method => self.universe().show_signature(slot),
            SlotKind::Data | SlotKind::Constant => {
                let type_ = self.universe().type_of_slot(slot);
                let (star, arrow) =
                    (if info.is_parent { "*" } else { "" }, if info.kind == SlotKind::Data { " <-" } else { " =" });
                format!("{}{star} <{}>{arrow}", info.name, self.universe().show(type_))
            }
        }
    }

    fn about_import(&mut self, here: &Here, span: Span) -> Option<About> {
        let path = here.document.letters(span).trim_matches('\'').to_string();
        let file = self.universe().import_of(here.file, &path)?;
        let name = self.name_of(file).to_string();
        let text = self.universe().file_text(file);
        let comment = text.starts_with(['"', '#']).then(|| crate::words::first_comment(&text)).flatten();
        Some(About { code: format!("import: '{path}'"), holder: Some(name), comment, ..About::default() })
    }
}
