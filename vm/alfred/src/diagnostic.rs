//! What a gate says about generated code, in the form in which it goes back to the model.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The gate that said no.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Gate {
    /// The answer as a whole: JSON, one method, the right name.
    Answer,
    /// The parser.
    Parse,
    /// The guardian.
    Audit,
    /// The compiler and its verifier.
    Compile,
    /// The tests.
    Tests,
    /// The trial.
    Trial,
    /// A person.
    Approval,
}

/// One finding.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Which gate.
    pub gate: Gate,
    /// A stable name for the rule or the kind of failure.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// Line in the generated source, from 1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<u32>,
    /// The text it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub text: Option<String>,
    /// Why it is a rule.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub because: Option<String>,
    /// What to write instead.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fix: Option<String>,
}

impl Diagnostic {
    /// A finding without a place.
    pub fn new(gate: Gate, code: &str, message: impl Into<String>) -> Self {
        Self { gate, code: code.into(), message: message.into(), line: None, text: None, because: None, fix: None }
    }

    /// With the place `start` in `source` and the text that stands there.
    pub fn at(mut self, source: &str, start: usize, text: &str) -> Self {
        self.line = Some(1 + source.get(..start).map_or(0, |s| s.matches('\n').count()) as u32);
        self.text = Some(crate::text::line(text, 80));
        self
    }

    /// With a reason.
    pub fn because(mut self, why: impl Into<String>) -> Self {
        self.because = Some(why.into());
        self
    }

    /// With a remedy.
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        if let (Some(line), Some(text)) = (self.line, &self.text) {
            write!(f, " (line {line}: «{text}»)")?;
        }
        match &self.fix {
            Some(fix) => write!(f, "; {fix}"),
            None => Ok(()),
        }
    }
}
