//! What a person is shown before a method is installed, and what they can say.

/// What a person is asked to approve.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proposal {
    /// The missing selector.
    pub selector: String,
    /// Where the method would go, by its place in `places`.
    pub at: usize,
    /// Where it could go: the objects on the lookup path that can be named.
    pub places: Vec<Place>,
    /// The method.
    pub source: String,
    /// What the model says it does.
    pub plan: String,
    /// Which model.
    pub model: String,
    /// What it takes and answers, by the checker.
    pub types: Option<String>,
    /// What it does besides answering, by the checker.
    pub effects: Option<String>,
    /// The tests that were run, each with how it went.
    pub tests: Vec<String>,
    /// How the trial went.
    pub trial: String,
    /// How many of the candidates do the same, when there were several.
    pub agreement: Option<String>,
    /// What was wrong with what the person said last: an edit that did not pass, a place where it does not work.
    pub problem: Option<String>,
    /// The send's place.
    pub place: String,
    /// Where it comes from, as the comment before it will say once a person has approved it.
    pub comment: String,
}

/// An object that a method could be installed at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Its number on the lookup path.
    pub index: usize,
    /// The name by which source reaches it.
    pub name: String,
    /// What a person should know about it: that it is the receiver itself, that everybody shares it.
    pub note: String,
}

impl Proposal {
    /// The object that the method would go to.
    pub fn home(&self) -> &str {
        self.places.get(self.at).map_or("(an object without a name)", |p| &p.name)
    }
}

/// What a person says.
#[derive(Clone, Debug, PartialEq)]
pub enum Approval {
    /// Install it.
    Yes,
    /// Install this instead; it goes through the gates like any other.
    Edited(String),
    /// Install it at another of the places, by its number in the proposal's list.
    Elsewhere(usize),
    /// Do not.
    No,
}
