//! The four personas: roles with inputs and duties of their own, not tones of voice.
//!
//! | persona | duty | is given |
//! | --- | --- | --- |
//! | BRICK | says what the method must do: signature, cases, edge cases | [`brick::Site`]: the call site and types |
//! | ROBIN | says what the caller wants, and writes example calls as tests, and the comment | [`robin::Intent`]: names and docs, no code |
//! | BABS | picks what bears on it from what was found in the image | [`babs::Question`]: findings of a [`Library`] |
//! | ALFRED | writes the method | everything, see [`crate::prompt`] |
//!
//! What must stay true: a persona's question is made from its input and from nothing else, so what its input's type cannot
//! hold, it cannot see; everything that a persona answers is data: it goes into ALFRED's question between marks, or through
//! the gates as a test, and never decides anything.
//!
//! Not here: when they are asked (`door`).

pub mod babs;
pub mod brick;
mod library;
pub mod robin;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::text::line;

pub use library::{Found, Here, Kind, Library, Shelved};

/// A role.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Persona {
    /// Takes the task apart.
    Brick,
    /// Finds the intent.
    Robin,
    /// Does the research.
    Babs,
    /// Writes the method.
    #[default]
    Alfred,
}

impl Persona {
    /// All of them, in the order in which they are asked.
    pub const ALL: [Persona; 4] = [Persona::Brick, Persona::Robin, Persona::Babs, Persona::Alfred];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Persona::Brick => "BRICK",
            Persona::Robin => "ROBIN",
            Persona::Babs => "BABS",
            Persona::Alfred => "ALFRED",
        }
    }

    /// Its key in `aura.toml`.
    pub fn key(self) -> &'static str {
        match self {
            Persona::Brick => "brick",
            Persona::Robin => "robin",
            Persona::Babs => "babs",
            Persona::Alfred => "alfred",
        }
    }

    /// The model that it is when nobody names one. (`qwen3:4b` is a build that thinks aloud; ALFRED needs the one that does not.)
    pub fn default_model(self) -> &'static str {
        match self {
            Persona::Brick => "phi4-mini-reasoning",
            Persona::Robin => "gemma3",
            Persona::Babs => "gemma3:4b",
            Persona::Alfred => "qwen3:4b-instruct",
        }
    }

    /// Its duties, as it is told them.
    pub fn duties(self) -> &'static str {
        match self {
            Persona::Brick => include_str!("../prompt/personas/brick.md"),
            Persona::Robin => include_str!("../prompt/personas/robin.md"),
            Persona::Babs => include_str!("../prompt/personas/babs.md"),
            Persona::Alfred => include_str!("../prompt/personas/alfred.md"),
        }
    }

    /// The form of its answers.
    pub fn schema(self) -> Value {
        match self {
            Persona::Brick => brick::schema(),
            Persona::Robin => robin::schema(),
            Persona::Babs => babs::schema(),
            Persona::Alfred => crate::prompt::schema(),
        }
    }
}

/// What the other personas have to say to ALFRED.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Briefing {
    /// What BRICK made of it.
    pub task: Option<brick::Task>,
    /// What ROBIN made of it.
    pub intent: Option<robin::Intention>,
    /// What BABS found.
    pub research: Option<babs::Research>,
    /// Methods that may serve as examples. They are shown, and are no part of the question: a recording outlives them.
    pub examples: Vec<Found>,
}

impl Briefing {
    /// Nobody had anything to say.
    pub fn is_empty(&self) -> bool {
        self.task.is_none() && self.intent.is_none() && self.research.is_none()
    }
}

/// The text of a field of an answer, on one line.
fn field(answer: &Value, name: &str, limit: usize) -> String {
    answer.get(name).and_then(Value::as_str).map_or_else(String::new, |t| line(t, limit))
}

/// The texts of a list in an answer, each on one line, the empty ones left out.
fn list(answer: &Value, name: &str, most: usize, limit: usize) -> Vec<String> {
    let all = answer.get(name).and_then(Value::as_array).into_iter().flatten();
    all.filter_map(Value::as_str).map(|t| line(t, limit)).filter(|t| !t.is_empty()).take(most).collect()
}

/// An answer as JSON; nothing if it is none.
fn json(answer: &str) -> Option<Value> {
    serde_json::from_str(crate::clients::unfenced(answer)).ok().filter(Value::is_object)
}
