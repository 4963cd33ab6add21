//! What was learned, in the listings of a dialogue: marked as such, with where it comes from, and there before it is first sent.
//!
//! What must stay true: nothing that a model wrote looks like something that a person wrote.

use aura_alfred::memory::Known;

use super::session::Session;
use crate::commands::doc::{Entry, Origin};

/// What was found for a name, with what is known of learned methods among it, and those that are remembered and not installed yet.
///
/// # Errors
/// Why nothing was found, if nothing is remembered either.
pub(super) fn with_learned(session: &mut Session, name: &str, found: Result<Vec<Entry>, String>) -> Result<Vec<Entry>, String> {
    let remembered = session.remembered();
    let waiting = |there: &[Entry]| -> Vec<Entry> {
        let new = |k: &&Known| is_meant(k, name) && !there.iter().any(|e| e.name == k.selector);
        remembered.iter().filter(new).map(waits).collect()
    };
    match found {
        Ok(mut all) => {
            for entry in &mut all {
                tell(session, &remembered, entry);
            }
            // A listing of one slot is about that slot.
            if !matches!(&all[..], [one] if name.ends_with(&one.name)) {
                all.extend(waiting(&all));
                all.sort_by(|a, b| a.name.cmp(&b.name));
            }
            Ok(all)
        }
        Err(why) => Some(waiting(&[])).filter(|w| !w.is_empty()).ok_or(why),
    }
}

/// Whether a method is the one of that name, or one of the object of that name.
fn is_meant(known: &Known, name: &str) -> bool {
    known.at == name || format!("{} {}", known.at, known.selector) == name
}

fn waits(known: &Known) -> Entry {
    let learned = Some(Origin { provenance: known.comment.clone(), waits: true });
    let (name, holder, source) = (known.selector.clone(), known.at.clone(), Some(known.source.clone()));
    Entry { name, holder, comment: String::new(), source, learned }
}

/// Where a learned method comes from: it was installed in this dialogue, or is in an image that remembers it.
fn tell(session: &Session, remembered: &[Known], entry: &mut Entry) {
    let (Some(origin), Some(source)) = (&mut entry.learned, &entry.source) else { return };
    let is_it = |k: &&Known| k.selector == entry.name && k.source.trim_end().ends_with(source.trim());
    let comment = session.origin(&entry.name, source).or_else(|| remembered.iter().find(is_it).map(|k| k.comment.clone()));
    origin.provenance = comment.unwrap_or_default();
}
