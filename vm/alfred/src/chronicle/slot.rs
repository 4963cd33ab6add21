//! What the entries amount to for one method: its versions, which of them is in force, what people said to each.

use super::Learning;

/// The versions of one method of one object of one script.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    /// The script.
    pub file: String,
    /// The object, as the script reaches it.
    pub at: String,
    /// The selector.
    pub selector: String,
    /// From the first to the last.
    pub versions: Vec<Version>,
    /// Which of them is in force.
    pub current: Option<usize>,
}

/// One version.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// The hash of its entry.
    pub hash: String,
    /// The digests of the interfaces that it passed the gates with.
    pub interfaces: Vec<String>,
    /// Who approved it.
    pub approved: Option<Decision>,
    /// Who rejected it.
    pub rejected: Option<Decision>,
}

/// What somebody decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// Who.
    pub by: String,
    /// What they had to say.
    pub note: String,
    /// When.
    pub time: String,
}

impl Slot {
    pub(super) fn new(file: &str, at: &str, selector: &str) -> Self {
        Self { file: file.into(), at: at.into(), selector: selector.into(), versions: Vec::new(), current: None }
    }

    pub(super) fn is(&self, file: &str, at: &str, selector: &str) -> bool {
        self.file == file && self.at == at && self.selector == selector
    }

    pub(super) fn position(&self, hash: &str) -> Option<usize> {
        self.versions.iter().position(|v| v.hash == hash)
    }

    pub(super) fn learned(&mut self, hash: &str, l: &Learning, time: &str) {
        self.current = Some(self.versions.len());
        let decision = |by: &String| Decision { by: by.clone(), note: "when it was learned".into(), time: time.into() };
        let approved = l.approver.as_ref().map(decision);
        self.versions.push(Version { hash: hash.into(), interfaces: vec![l.interface_digest()], approved, rejected: None });
    }

    /// Approval takes back a rejection, and puts the version in force again.
    pub(super) fn approved(&mut self, at: usize, decision: Decision) {
        let version = &mut self.versions[at];
        version.approved = Some(decision);
        if version.rejected.take().is_some() {
            self.current = Some(at);
        }
    }

    /// What was rejected is not in force; nothing is in its place until it is learned anew.
    pub(super) fn rejected(&mut self, at: usize, decision: Decision) {
        let version = &mut self.versions[at];
        version.rejected = Some(decision);
        version.approved = None;
        if self.current == Some(at) {
            self.current = None;
        }
    }

    /// The version in force.
    pub fn in_force(&self) -> Option<&Version> {
        self.versions.get(self.current?).filter(|v| v.rejected.is_none())
    }

    /// The version in force, or else the last one: what people mean when they name the slot.
    pub fn meant(&self) -> &Version {
        self.in_force().unwrap_or_else(|| self.versions.last().expect("a slot has versions"))
    }

    /// `point manhattan`
    pub fn title(&self) -> String {
        format!("{} {}", self.at, self.selector)
    }

    /// In one word: `reviewed`, `not reviewed`, `rejected`, `reverted`.
    pub fn state(&self) -> &'static str {
        match (self.in_force(), self.meant()) {
            (Some(v), _) if v.approved.is_some() => "reviewed",
            (Some(_), _) => "not reviewed",
            (None, v) if v.rejected.is_some() => "rejected",
            (None, _) => "reverted",
        }
    }
}
