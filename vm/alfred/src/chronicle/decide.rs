//! What people do with what was learned: find it, approve it, reject it, go back to an earlier version.
//!
//! Not here: taking a method out of objects that live in an image; the host does that.

use super::{Chronicle, ChronicleFault, ChronicleStore, Slot, What};

/// The slots that a person means by `account withdraw:`, or by `withdraw:` alone; `file` narrows it down.
///
/// # Errors
/// When there is none, or more than one.
pub fn find<'a>(chronicle: &'a Chronicle, name: &str, file: Option<&str>) -> Result<&'a Slot, ChronicleFault> {
    let words: Vec<&str> = name.split_whitespace().collect();
    let Some((selector, path)) = words.split_last() else {
        return Err(ChronicleFault::Asked("name a method: `account withdraw:`".into()));
    };
    let path = path.join(" ");
    let means = |s: &&Slot| s.selector == *selector && (path.is_empty() || s.at == path) && file.is_none_or(|f| s.file == f);
    let found: Vec<&Slot> = chronicle.slots().iter().filter(means).collect();
    match &found[..] {
        [one] => Ok(one),
        [] => Err(ChronicleFault::Asked(format!("nothing was learned that is called '{name}'; `aura alfred log` lists it"))),
        several => {
            let names: Vec<String> = several.iter().map(|s| format!("{} (--script {})", s.title(), s.file)).collect();
            Err(ChronicleFault::Asked(format!("'{name}' could be: {}", names.join(", "))))
        }
    }
}

/// What is done to a method.
#[derive(Clone, Debug, PartialEq)]
pub enum Verb {
    /// It was looked at and found good.
    Approve {
        /// What there is to say.
        note: String,
    },
    /// It is not wanted, now or later.
    Reject {
        /// Why.
        why: String,
    },
    /// The version that it replaced is in force again, or none.
    Revert,
}

/// What was done.
#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    /// The entry that says so.
    pub entry: String,
    /// The version that it is about.
    pub of: String,
    /// The version that is in force now.
    pub now: Option<String>,
}

/// Does it, for the version in force or else for the last one.
///
/// # Errors
/// When there is no such method, when nothing would change, or when the store fails.
pub fn decide(
    chronicle: &mut Chronicle,
    store: &mut dyn ChronicleStore,
    (name, file): (&str, Option<&str>),
    verb: &Verb,
    by: &str,
) -> Result<Decided, ChronicleFault> {
    chronicle.catch_up(store)?;
    let (of, at, script) = {
        let slot = find(chronicle, name, file)?;
        (slot.meant().hash.clone(), slot.title(), slot.file.clone())
    };
    let hashes = chronicle.append(store, |c| what(c, find(c, &at, Some(&script))?, &of, verb, by).map(|w| vec![w]))?;
    let slot = find(chronicle, &at, Some(&script))?;
    let now = slot.in_force().map(|v| v.hash.clone());
    Ok(Decided { entry: hashes.last().cloned().unwrap_or_default(), of, now })
}

fn what(chronicle: &Chronicle, slot: &Slot, of: &str, verb: &Verb, by: &str) -> Result<What, ChronicleFault> {
    let (of, by) = (of.to_string(), by.to_string());
    let again = |word: &str| Err(ChronicleFault::Asked(format!("'{}' was {word} already", slot.title())));
    let version = slot.versions.iter().find(|v| v.hash == of);
    Ok(match verb {
        Verb::Approve { note } if version.is_some_and(|v| v.approved.is_none()) || !note.is_empty() => {
            What::Approved { of, by, note: note.clone() }
        }
        Verb::Approve { .. } => return again("approved"),
        Verb::Reject { .. } if version.is_some_and(|v| v.rejected.is_some()) => return again("rejected"),
        Verb::Reject { why } => What::Rejected { of, by, why: why.clone() },
        Verb::Revert if slot.in_force().is_none() => return again("taken back"),
        Verb::Revert => {
            let to = chronicle.learning(&of).and_then(|l| l.parent.clone());
            // What a person has refused does not come back this way.
            let to = to.filter(|p| slot.versions.iter().any(|v| v.hash == *p && v.rejected.is_none()));
            What::Reverted { of, to, by }
        }
    })
}
