//! Gate 5: tests. Each is an expression that sends the missing message, and what should come of it.
//!
//! * [`user`] what the user wrote: examples in comments (`EXPRESSION ==> PRINTED`) and test cases in the script; `beside` the same in files of
//!   tests
//! * [`robin`] what ROBIN wrote, who never sees the code: calls with the values that they should answer
//!
//! What must stay true: a test counts only if it can be judged: without the candidate it must fail because nothing
//! understands the very message (so it neither tests something else nor needs a power that a trial has not), and with
//! it no failure that another missing method explains is held against the candidate; a method that fails a test of the user
//! does not pass, whatever else it does. Tests run as trials.
//!
//! Not here: running them ([`crate::door::World::evaluate`]).

mod beside;
pub mod robin;
mod sends;
pub mod user;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::candidates::Ending;
use crate::diagnostic::{Diagnostic, Gate};
use crate::text::line;

/// A test of a missing method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Test {
    /// Who wrote it.
    pub by: By,
    /// What is evaluated.
    pub call: String,
    /// What should come of it.
    pub should: Should,
    /// Where it stands: `geometry.aura:12`; empty for ROBIN's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// Slots that stand around what is evaluated: those of the file that it comes from, if that is not the script.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub setting: String,
}

/// A script, as far as its tests are looked for.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
    /// Where it lies, if it is a file.
    pub path: Option<PathBuf>,
}

/// Tests of one message that are run.
const MOST: usize = 16;

/// The user's tests of `selector`: those in the script, then those in files beside it. `own` are the names around the send.
pub fn of_user(script: &Script, selector: &str, own: &[&str]) -> Vec<Test> {
    let mut tests = user::find(&script.name, &script.text, selector);
    if let Some(path) = &script.path {
        tests.extend(beside::find(path, &script.text, selector, own));
    }
    tests.truncate(MOST);
    tests
}

/// Who wrote a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// A person.
    User,
    /// The persona.
    Robin,
}

/// What should come of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Should {
    /// It answers something that prints itself so.
    Print(String),
    /// It ends with a condition of that kind.
    Fail(String),
    /// It answers something that is equal to this expression's value.
    Equal(String),
    /// It answers, whatever that is: a test case, which signals what is wrong.
    Pass,
}

/// How a test went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// As it should.
    Passed,
    /// Otherwise: in which way.
    Failed(String),
    /// It says nothing about the candidate: why.
    Void(String),
}

impl Test {
    /// The text that is evaluated for one of its expressions.
    pub fn code(&self, expression: &str) -> String {
        match self.setting.as_str() {
            "" => expression.to_string(),
            setting => format!("|\n{setting}.\n|\n{expression}"),
        }
    }

    /// `(point copy) norm ==> 0`, with who wrote it.
    pub fn title(&self) -> String {
        let call = line(&self.call, 160);
        let text = match &self.should {
            Should::Print(text) => format!("{call} ==> {}", line(text, 80)),
            Should::Fail(kind) => format!("{call} ==> error {}", line(kind, 40)),
            Should::Equal(value) => format!("{call} = {}", line(value, 80)),
            Should::Pass => call,
        };
        match (self.by, self.place.as_str()) {
            (By::Robin, _) => format!("ROBIN: {text}"),
            (By::User, "") => text,
            (By::User, place) => format!("{text} ({place})"),
        }
    }

    /// Whether it can be judged at all, by what comes of it without any candidate.
    ///
    /// # Errors
    /// Why not.
    pub fn is_about(&self, selector: &str, without: &Ending) -> Result<(), String> {
        match without {
            Ending::Failed { kind, message, .. } if kind == "doesNotUnderstand" && names(message, selector) => Ok(()),
            other => Err(format!("without the method it {}, so it does not test it here", other.describe())),
        }
    }

    /// How it went, by what came of the call. `same` is what came of comparing the answer with the expected value where
    /// their texts differ.
    pub fn mark(&self, selector: &str, got: &Ending, expected: Option<&Ending>, same: Option<&Ending>) -> Mark {
        if let Some(why) = elsewhere(selector, got) {
            return Mark::Void(why);
        }
        let ok = match (&self.should, got) {
            (Should::Print(text), Ending::Answered(answer)) => text == answer,
            (Should::Fail(kind), Ending::Failed { kind: is, .. }) => kind == is,
            (Should::Pass, Ending::Answered(_)) => true,
            (Should::Equal(_), Ending::Answered(answer)) => {
                let printed = matches!(expected, Some(Ending::Answered(e)) if e == answer);
                printed || matches!(same, Some(Ending::Answered(t)) if t == "true")
            }
            _ => false,
        };
        if ok { Mark::Passed } else { Mark::Failed(got.describe()) }
    }

    /// The finding for a candidate that did not pass.
    pub fn finding(&self, got: &str) -> Diagnostic {
        let (code, said) = match &self.should {
            Should::Print(text) => ("test-failed", format!("should answer {}", line(text, 80))),
            Should::Fail(kind) => ("test-failed", format!("should end with an error of the kind '{}'", line(kind, 40))),
            Should::Equal(value) => ("example-failed", format!("should answer {}", line(value, 80))),
            Should::Pass => ("test-failed", "should pass".into()),
        };
        let message = format!("the test «{}» {said}; it {got}", line(&self.call, 160));
        Diagnostic::new(Gate::Tests, code, message).fix("write the method so that this test passes")
    }
}

/// A failure that is not the candidate's: another missing message outside of it, or a power that a trial does not have.
fn elsewhere(selector: &str, got: &Ending) -> Option<String> {
    match got {
        Ending::Failed { kind, message, in_generated: false } if kind == "doesNotUnderstand" && !names(message, selector) => {
            Some(format!("something else is missing, too: {}", line(message, 120)))
        }
        Ending::Withheld(capability) => Some(format!("it needs '{capability}', which a trial does not give")),
        Ending::Impossible(why) => Some(line(why, 160)),
        _ => None,
    }
}

/// Whether a condition's message speaks of this selector.
fn names(message: &str, selector: &str) -> bool {
    message.contains(&format!("'{selector}'"))
}
