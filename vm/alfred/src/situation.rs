//! The situation of a send that is not understood, as plain data.
//!
//! The machine writes it while the process stands still; the door reads it on another thread. It holds no reference into the
//! heap. What must stay true: every text in it is data from the image or a user, never to be trusted; the machine bounds
//! the number of slots, the door the length of every text.

use serde::{Deserialize, Serialize};

/// Everything that is told about a send.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Default)]
pub struct Situation {
    /// The send's number in this run; the machine finds the paused process by it.
    pub id: u64,
    /// What was sent.
    pub selector: String,
    /// To what.
    pub receiver: Thing,
    /// With what.
    pub arguments: Vec<Thing>,
    /// The objects on the lookup path in the order of the search, the receiver first.
    pub path: Vec<Holder>,
    /// From where.
    pub caller: Option<Caller>,
    /// The type that the call site expects, by the checker, without its brackets.
    pub expected: Option<String>,
    /// Messages that the call site sends to the answer.
    #[serde(default)]
    pub uses: Vec<String>,
    /// Every selector that the receiver understands, for "did you mean".
    pub understood: Vec<String>,
    /// Names that code of the script sees besides: its module's slots.
    pub module: Vec<SlotView>,
    /// The other objects that it names, one of each kind.
    #[serde(default)]
    pub objects: Vec<Holder>,
    /// How many other sends wait for a method, of which this one is the innermost.
    pub depth: u32,
    /// The capabilities that the sender holds, by name.
    pub capabilities: Vec<String>,
    /// Those of them that policy gives to generated code.
    #[serde(default)]
    pub powers: Vec<String>,
    /// Methods for this message that a person has refused.
    #[serde(default)]
    pub refused: Vec<Refused>,
    /// Methods of the program that passed the gates earlier.
    #[serde(default)]
    pub verified: Vec<Verified>,
    /// All methods that were learned for the program: they are there, or will be when they are first needed.
    #[serde(default)]
    pub learned: Vec<Verified>,
    /// The user's tests of the message.
    #[serde(default)]
    pub tests: Vec<crate::exam::Test>,
    /// What the objects of the script's source define, wherever they are: an argument or an element may understand it.
    #[serde(default)]
    pub defined: Vec<String>,
}

/// A method that passed the gates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Default)]
pub struct Verified {
    /// The file that its object is from, as the machine knows it; empty for the program's own.
    #[serde(default)]
    pub file: String,
    /// The object that it belongs to.
    pub at: String,
    /// Its selector.
    pub selector: String,
    /// The method, as a slot.
    pub source: String,
}

/// A method that a person has refused: it must not come again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Default)]
pub struct Refused {
    /// The object that it was meant for.
    pub at: String,
    /// The method.
    pub source: String,
    /// Why.
    pub why: String,
}

/// An object that takes part in the send.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Default)]
pub struct Thing {
    /// What it is called: `point`, `traits integer`, or a description when it has no name.
    pub path: String,
    /// It is `nil`.
    pub is_nil: bool,
    /// How it prints, when policy lets values be told.
    pub printed: Option<String>,
    /// Its type, where the checker knows more than the path says, without its brackets.
    #[serde(default)]
    pub type_: Option<String>,
    /// What its slots hold, by their names, when policy lets values be told: of the receiver.
    #[serde(default)]
    pub held: Vec<(String, String)>,
}

/// An object on the lookup path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Default)]
pub struct Holder {
    /// The name by which source can reach it; without one nothing can be installed there for good.
    pub path: Option<String>,
    /// The file that remembers what is learned for it, as the machine knows that file.
    #[serde(default)]
    pub file: Option<String>,
    /// It belongs to the script, not to the standard library.
    pub of_script: bool,
    /// Everybody inherits from it: lobby, `traits clonable`, `traits oddball`, and their like.
    pub is_shared: bool,
    /// It is the receiver or a prototype with the receiver's map.
    pub is_receiver: bool,
    /// Its comment.
    pub comment: Option<String>,
    /// Its slots.
    pub slots: Vec<SlotView>,
}

/// A slot, seen from outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Default)]
pub struct SlotView {
    /// Its selector.
    pub name: String,
    /// What it is.
    pub kind: SlotKind,
    /// Its header with parameters and types, as written: `distanceTo: p <point> ^ <float>`.
    pub header: Option<String>,
    /// The same with the types that the checker has found.
    #[serde(default)]
    pub typed: Option<String>,
    /// What kind of thing is in it, for data and constants: `an integer`, `nil`, the name of an object.
    #[serde(default)]
    pub holds: Option<String>,
    /// Its comment.
    pub comment: Option<String>,
    /// Its source, for methods of the script.
    pub source: Option<String>,
    /// A model wrote it: it comes and goes, and is no part of the object's own interface.
    #[serde(default)]
    pub is_generated: bool,
}

/// What a slot is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum SlotKind {
    /// `x = 3`
    Constant,
    /// `x <- 3`
    #[default]
    Data,
    /// `x = ( … )`
    Method,
    /// `p* = …`
    Parent,
}

/// Where a send stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Default)]
pub struct Caller {
    /// The method's selector, or nothing for the file itself.
    pub selector: Option<String>,
    /// The file's name as the user gave it.
    pub file: String,
    /// The line of the send, from 1.
    pub line: u32,
    /// The column of the send, from 1.
    pub column: u32,
    /// The source around it.
    pub source: String,
    /// The file, as the machine knows it.
    #[serde(default)]
    pub whole_file: String,
    /// The comment with which it begins.
    #[serde(default)]
    pub heading: Option<String>,
    /// What to do where the text looks as if no method were missing: a forgotten period, `=` for a definition.
    #[serde(default)]
    pub slip: Option<String>,
}

impl Situation {
    /// `first_contact.aura:12`, for messages.
    pub fn place(&self) -> String {
        self.caller.as_ref().map_or_else(|| "(no source)".into(), |c| format!("{}:{}", c.file, c.line))
    }

    /// What was learned for the objects on the lookup path: the receiver understands it, now or when it is first sent.
    pub fn learned_for_receiver(&self) -> impl Iterator<Item = &Verified> {
        self.learned.iter().filter(|l| self.path.iter().any(|h| h.path.as_ref() == Some(&l.at)))
    }
}

/// How many arguments a selector takes.
pub fn arity(selector: &str) -> usize {
    match selector.chars().next() {
        Some(c) if c.is_alphabetic() || c == '_' => selector.matches(':').count(),
        Some(_) => 1,
        None => 0,
    }
}

/// The object at which a method for this send belongs: the first on the lookup path that holds methods of the receiver's own
/// kind. Never one that everybody shares; a nameless clone only if nothing else is left. (People whose tools put a missing
/// method elsewhere have complained for years that it lands in the wrong place.)
pub fn home(situation: &Situation) -> Option<&Holder> {
    let own = || situation.path.iter().filter(|h| !h.is_shared && h.path.is_some());
    let has_methods = |h: &&Holder| h.slots.iter().any(|s| s.kind == SlotKind::Method);
    own().find(has_methods).or_else(|| own().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(path: Option<&str>, shared: bool, methods: &[&str]) -> Holder {
        let slot = |n: &&str| SlotView { name: n.to_string(), kind: SlotKind::Method, ..SlotView::default() };
        Holder {
            path: path.map(str::to_string),
            is_shared: shared,
            slots: methods.iter().map(slot).collect(),
            ..Holder::default()
        }
    }

    fn home_of(path: Vec<Holder>) -> Option<String> {
        home(&Situation { path, ..Situation::default() }).and_then(|h| h.path.clone())
    }

    #[test]
    fn a_method_goes_to_the_first_own_object_with_methods() {
        let shared = || holder(Some("traits clonable"), true, &["copy"]);
        assert_eq!(
            home_of(vec![holder(None, false, &[]), holder(Some("traits point"), false, &["+"]), shared()]).as_deref(),
            Some("traits point")
        );
        assert_eq!(home_of(vec![holder(Some("point"), false, &["+"]), shared()]).as_deref(), Some("point"));
        assert_eq!(
            home_of(vec![holder(Some("origin"), false, &[]), holder(Some("traits point"), false, &["+"])]).as_deref(),
            Some("traits point")
        );
    }

    #[test]
    fn an_object_without_methods_gets_its_first_and_the_shared_ones_never() {
        let shared = || holder(Some("lobby"), true, &["copy"]);
        assert_eq!(home_of(vec![holder(Some("bag"), false, &[]), shared()]).as_deref(), Some("bag"));
        assert_eq!(home_of(vec![holder(None, false, &["x"]), shared()]), None);
    }

    #[test]
    fn arity_is_read_off_the_selector() {
        for (selector, n) in [("size", 0), ("+", 1), ("at:", 1), ("at:Put:", 2), ("", 0)] {
            assert_eq!(arity(selector), n, "{selector}");
        }
    }
}
