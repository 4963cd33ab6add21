//! Another name for something, everywhere.
//!
//! What must stay true: where a name is known to mean the thing, it is changed everywhere or nowhere; what cannot be renamed says why. A use whose
//! receiver is not known is one of them when nothing else has a slot of that name, so that it can mean nothing else; other such uses, and texts that
//! are sent as messages, are told apart, for somebody to look at. After it every message means what it meant, or somebody has agreed to what it will
//! mean (`clashes`).

use std::collections::BTreeMap;

use aura_syntax::tokens::{Kind, lex};

use crate::document::Document;
use crate::resolve::Here;
use crate::scope::{Scope, locals_at, uses};
use crate::target::{Target, target_at};
use crate::words::{bare, parts};
use crate::{Edit, Ide, Span};

/// Edits in files, by the files' names.
pub type Edits = BTreeMap<String, Vec<Edit>>;

/// The edits that give something another name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Renaming {
    /// Where it is certainly meant.
    pub certain: Edits,
    /// Where it may be meant, or another thing of that name: nobody knows the receiver.
    pub possible: Edits,
    /// What messages will mean besides, for somebody to agree to.
    pub concerns: Vec<String>,
}

impl Ide {
    /// What would be renamed at a place: where it stands, and its name as it is now.
    ///
    /// # Errors
    /// Why it cannot be.
    pub fn can_rename(&mut self, name: &str, at: u32) -> Result<(Span, String), String> {
        let here = self.here(name).ok_or("there is no such file")?;
        let document = here.document.clone();
        let (span, target) = target_at(&document, at).ok_or("there is no name here")?;
        match target {
            Target::Local(local) => Ok((bare(&document, span), document.letters(local.name).to_string())),
            Target::Message(..) | Target::Slot(_) | Target::Parent(_) | Target::Type(_) => {
                let slots = self.slots_at(&here, at);
                let first = *slots.first().ok_or("nobody knows which slot this message means, so it cannot be renamed")?;
                self.is_ours(&slots)?;
                let name = self.universe().slot_info(first).name;
                // `int` in a type means `traits integer`.
                if matches!(target, Target::Type(_)) && document.letters(span) != name {
                    return Err(format!("'{}' is a word of the language", document.letters(span)));
                }
                Ok((if name.contains(':') { span } else { bare(&document, span) }, name))
            }
            _ => Err("this has no name that could be changed".into()),
        }
    }

    /// Whether slots, and their families, are written in users' files alone.
    fn is_ours(&mut self, slots: &[aura_types::SlotId]) -> Result<(), String> {
        for slot in self.family(slots) {
            let info = self.universe().slot_info(slot);
            let is_library = info.file.is_none_or(|f| self.universe().is_of_library(f));
            if is_library {
                let holder = self.universe().describe(slot.object);
                let whose = if info.file == self.live() { "lives in the image" } else { "is a message of the library" };
                return Err(format!("'{}' {whose} too (in {holder}), which cannot be changed", info.name));
            }
        }
        Ok(())
    }

    /// The edits that give what stands at a place another name.
    ///
    /// # Errors
    /// Why that cannot be done.
    pub fn rename(&mut self, name: &str, at: u32, new: &str) -> Result<Renaming, String> {
        self.read_all();
        let (_, old) = self.can_rename(name, at)?;
        let here = self.here(name).ok_or("there is no such file")?;
        let document = here.document.clone();
        match target_at(&document, at).map(|t| t.1) {
            Some(Target::Local(local)) => {
                is_name(new)?;
                is_free(&document, &local, new)?;
                let mut spans = vec![local.name];
                spans.extend(uses(document.text(), &local).into_iter().map(|u| u.span));
                let edits = spans.into_iter().map(|s| Edit::replace(s, new)).collect();
                Ok(Renaming { certain: Edits::from([(name.to_string(), edits)]), ..Renaming::default() })
            }
            _ => self.rename_slots(&here, at, &old, new),
        }
    }

    fn rename_slots(&mut self, here: &Here, at: u32, old: &str, new: &str) -> Result<Renaming, String> {
        is_selector_like(old, new)?;
        let slots = self.slots_at(here, at);
        let family = self.family(&slots);
        let is_only = self.universe().implementors_of(old).iter().all(|s| family.contains(s));
        let references = self.references_to(&slots, None);
        let concerns = self.clashes(&family, &references, new)?;
        let mut renaming = Renaming { possible: self.performed(old, new), concerns, ..Renaming::default() };
        let mut editable = BTreeMap::new();
        for reference in references {
            // What the library says to anything is the library's.
            if self.file(&reference.place.file).is_some_and(|f| self.universe().is_of_library(f)) {
                continue;
            }
            let is_certain = is_only || !reference.is_possible;
            let file = &reference.place.file;
            match editable.entry(file.clone()).or_insert_with(|| self.is_editable(file)) {
                Err(why) if is_certain => return Err(format!("'{old}' is in {why}")),
                Err(_) => continue,
                Ok(()) => {}
            }
            let edits = if is_certain { &mut renaming.certain } else { &mut renaming.possible };
            let new = if reference.is_write { vec![new] } else { parts(new) };
            let here = edits.entry(reference.place.file.clone()).or_default();
            here.extend(reference.parts.iter().zip(new).map(|(span, part)| Edit::replace(*span, part)));
        }
        for edits in [&mut renaming.certain, &mut renaming.possible] {
            edits.values_mut().for_each(|e| e.sort_by_key(|edit| edit.span));
            edits.values_mut().for_each(|e| e.dedup());
        }
        Ok(renaming)
    }
}

fn kinds(text: &str) -> Vec<Kind> {
    lex(text).iter().map(|t| t.kind).collect()
}

fn is_name(new: &str) -> Result<(), String> {
    match kinds(new)[..] {
        [Kind::Name] if !new.starts_with('_') => Ok(()),
        _ => Err(format!("'{new}' is no name: letters and digits, a small letter first")),
    }
}

/// Whether a name is of the form of the old one, so that it takes as many arguments.
fn is_selector_like(old: &str, new: &str) -> Result<(), String> {
    let (old_parts, new_parts) = (parts(old), parts(new));
    if !old.contains(':') && old.starts_with(|c: char| c.is_alphabetic()) {
        return is_name(new);
    }
    if !old.contains(':') {
        let is_operator = |k: &Kind| k.is_operator() || k.is_tail();
        return match !new.is_empty() && kinds(new).iter().all(is_operator) {
            true => Ok(()),
            false => Err(format!("'{new}' is no operator, and '{old}' is one")),
        };
    }
    let fits = |(i, part): (usize, &&str)| match kinds(part)[..] {
        [Kind::Keyword] => i == 0 && !part.starts_with('_'),
        [Kind::CapitalKeyword] => i > 0,
        _ => false,
    };
    match new_parts.len() == old_parts.len() && new_parts.iter().enumerate().all(fits) {
        true => Ok(()),
        false => {
            Err(format!("'{old}' takes {} arguments, so its new name has as many keywords, as in `at:Put:`", old_parts.len()))
        }
    }
}

/// Whether no other local of that name is seen where this one is.
fn is_free(document: &Document, local: &crate::scope::Local, new: &str) -> Result<(), String> {
    let (text, file) = (document.text(), &document.parse().file);
    let mut places = vec![local.name];
    places.extend(uses(text, local).iter().map(|u| u.span));
    let is_taken = |place: &Span| locals_at(text, file, *place).iter().any(|l| l.name != local.name && l.name.text(text) == new);
    let inside = match local.scope {
        Scope::Method(slot) => slot.span,
        Scope::Body(body) => body.span,
    };
    let is_hidden = crate::scope::is_used_in(text, file, inside, new);
    match places.iter().any(is_taken) || is_hidden {
        true => Err(format!("'{new}' means something else here already")),
        false => Ok(()),
    }
}
