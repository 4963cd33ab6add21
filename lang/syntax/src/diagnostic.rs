//! What is wrong with a source, as plain data.
//!
//! A diagnostic says what happened (`message`), where (`span`, `label`), why (`secondary`, `notes`) and what to do (`help`,
//! `fix`). It is found where the mistake is seen and drawn in one place (`crate::render`); machines read the same data as
//! JSON.
//!
//! Not here: the codes and their explanations (`crate::codes`).

use crate::codes::Code;
use crate::tree::Span;
use serde::Serialize;

/// One thing that is wrong.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Diagnostic {
    /// `E0011`; the explanation is in [`crate::codes`].
    pub code: &'static str,
    /// Whether the program can still be used.
    pub severity: Severity,
    /// What happened, in one sentence without a full stop.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What is to be seen there.
    pub label: String,
    /// Other places that have to do with it.
    pub secondary: Vec<Label>,
    /// Why it is so.
    pub notes: Vec<String>,
    /// The same at full length, for machines, where the notes leave something out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// Edits that would repair it.
    pub fix: Option<Fix>,
}

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The program cannot be used.
    Error,
    /// The program means something, but perhaps not what was meant.
    Warning,
}

/// A place with a word about it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is to be seen there.
    pub text: String,
}

/// Edits that belong together.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Fix {
    /// What they do, as a command: "put parentheses around `a + b`".
    pub title: String,
    /// In source order, not overlapping.
    pub edits: Vec<Edit>,
    /// What was meant may be something else: nothing for a tool to do that asks nobody.
    pub is_guess: bool,
}

/// Replaces a range by a text.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// By what.
    pub text: String,
}

impl Edit {
    /// Puts `text` at a place.
    pub fn insert(at: u32, text: &str) -> Self {
        Self { span: Span { start: at, end: at }, text: text.to_owned() }
    }
    /// Puts `text` in the place of what is there.
    pub fn replace(span: Span, text: &str) -> Self {
        Self { span, text: text.to_owned() }
    }
}

impl Fix {
    /// The source with the edits made. Edits that do not fit it are left out.
    pub fn apply(&self, source: &str) -> String {
        let mut out = String::with_capacity(source.len() + 16);
        let mut at = 0;
        for edit in &self.edits {
            let (start, end) = (edit.span.start as usize, edit.span.end as usize);
            let Some(before) = source.get(at..start).filter(|_| source.is_char_boundary(end.min(source.len()))) else {
                continue;
            };
            out.push_str(before);
            out.push_str(&edit.text);
            at = end.min(source.len());
        }
        out.push_str(&source[at..]);
        out
    }
}

impl Diagnostic {
    /// An error with a code, a sentence, a place and a word about the place.
    pub fn error(code: &'static Code, message: impl Into<String>, span: Span, label: impl Into<String>) -> Self {
        Self {
            code: code.name,
            severity: Severity::Error,
            message: message.into(),
            span,
            label: label.into(),
            secondary: Vec::new(),
            notes: Vec::new(),
            reasons: Vec::new(),
            help: None,
            fix: None,
        }
    }
    /// Another place that has to do with it.
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: text.into() });
        self
    }
    /// Why it is so.
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }
    /// Why it is so at full length; it is kept if that is more than the notes.
    pub fn tell_in_full(&mut self, reasons: Vec<String>) {
        self.reasons = if reasons == self.notes { Vec::new() } else { reasons };
    }
    /// What to do.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }
    /// What to do, as edits; the title is the help when there is no other.
    pub fn fix(mut self, title: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.fix = Some(Fix { title: title.into(), edits, is_guess: false });
        self
    }
}
