//! What another name would change besides the slots that are given it.
//!
//! A message that would mean a local, or another slot, than before makes renaming impossible. A slot that would hide another one, or be hidden by
//! it, may be what is wanted: that is a concern, for somebody to agree to.

use aura_syntax::tokens::{Kind, lex};
use aura_syntax::tree::{ExprKind, Receiver, Send, selector};
use aura_syntax::visit::{self, Visit};
use aura_types::{ObjectId, SlotId};

use crate::document::Document;
use crate::references::Reference;
use crate::rename::Edits;
use crate::resolve::{Here, TYPE_WORDS};
use crate::scope::{Local, LocalKind, locals_at};
use crate::target::{Target, target_at};
use crate::{Edit, Ide, Span};

/// Concerns that are told.
const MOST_TOLD: usize = 5;

impl Ide {
    /// What would mean something else if slots of a family had another name, and whoever renames them may agree to.
    ///
    /// # Errors
    /// What would mean something else, and nobody can want.
    pub(crate) fn clashes(&mut self, family: &[SlotId], references: &[Reference], new: &str) -> Result<Vec<String>, String> {
        let holders: Vec<ObjectId> = family.iter().map(|s| s.object).collect();
        for reference in references.iter().filter(|r| !r.is_declaration) {
            // What the library says to anything keeps its name.
            if !self.file(&reference.place.file).is_some_and(|f| self.project.known().is_of_library(f)) {
                self.is_not_hidden(reference, &holders, new)?;
            }
        }
        self.hides_no_other(&holders, new)?;
        self.overridden(&holders, new)
    }

    /// Whether a use of the new name would mean the slot still, and no local or slot nearer to it.
    fn is_not_hidden(&mut self, reference: &Reference, holders: &[ObjectId], new: &str) -> Result<(), String> {
        let Some(here) = self.here(&reference.place.file) else { return Ok(()) };
        let document = here.document.clone();
        let (text, file) = (document.text(), &document.parse().file);
        let at = format!("{}:{}", reference.place.file, document.lines().line_of(reference.place.span.start) + 1);
        let place = reference.place.span;
        match use_at(&document, place) {
            Use::Type if TYPE_WORDS.contains(&new) => Err(format!("the type <{new}> at {at} is one of the language")),
            Use::Implicit => {
                let is_write = reference.is_write || new.ends_with(':');
                let name = new.trim_end_matches(':');
                let hides = |l: &Local| l.name.text(text) == name && (!is_write || l.kind == LocalKind::Variable);
                if !name.contains(':') && locals_at(text, file, place).iter().any(hides) {
                    return Err(format!("at {at} '{name}' means a local already"));
                }
                let holder = self.universe().holder_at(here.file, place.start);
                let nearer = self.universe().found_in(holder, new, false).first().map(|f| f.0.object);
                let is_of_family = holders.iter().any(|h| self.universe().is_below(holder, *h));
                match nearer.filter(|_| !is_of_family) {
                    Some(other) => Err(format!("at {at} '{new}' means a slot of {} already", self.universe().describe(other))),
                    None => Ok(()),
                }
            }
            Use::Type | Use::Explicit => Ok(()),
        }
    }

    /// Whether no message without a receiver that means a slot of the file would mean the renamed slot.
    fn hides_no_other(&mut self, holders: &[ObjectId], new: &str) -> Result<(), String> {
        let names = [new.to_string()];
        for here in self.files_with(&names, None) {
            if self.universe().is_of_library(here.file) {
                continue;
            }
            let module = self.universe().module_of(here.file);
            for sent in self.sent_in(&here, &names, None) {
                let place = sent.parts[0];
                let document = here.document.clone();
                let is_implicit = matches!(use_at(&document, place), Use::Implicit);
                let means_module = sent.meant.iter().any(|slot| slot.object == module);
                let holder = self.universe().holder_at(here.file, place.start);
                let is_below = holder != module && holders.iter().any(|h| self.universe().is_below(holder, *h));
                if is_implicit && means_module && is_below {
                    let line = document.lines().line_of(place.start) + 1;
                    return Err(format!("at {}:{line} '{new}' means a slot of the file", self.name_of(here.file)));
                }
            }
        }
        Ok(())
    }

    /// The slots of the new name above and below; an object that has one itself cannot get another.
    fn overridden(&mut self, holders: &[ObjectId], new: &str) -> Result<Vec<String>, String> {
        let taken = self.universe().implementors_of(new);
        let heirs = if taken.is_empty() { Vec::new() } else { self.heirs(holders) };
        let (mut concerns, mut more) = (Vec::new(), 0);
        for slot in taken {
            let other = slot.object;
            if holders.contains(&other) {
                return Err(format!("{} has a slot '{new}' already", self.universe().describe(other)));
            }
            let Some(concern) = self.concern(holders, &heirs, other, new) else { continue };
            match concerns.len() < MOST_TOLD {
                true => concerns.push(concern),
                false => more += 1,
            }
        }
        if more > 0 {
            concerns.push(format!("and so do {more} more"));
        }
        Ok(concerns)
    }

    /// What a slot of the new name in another object would have to do with the renamed ones.
    fn concern(&mut self, holders: &[ObjectId], heirs: &[ObjectId], other: ObjectId, new: &str) -> Option<String> {
        let universe = self.universe();
        for holder in holders {
            let (hiding, hidden) = match () {
                () if universe.is_below(other, *holder) => (other, *holder),
                () if universe.lineage_of(*holder).contains(&other) => (*holder, other),
                () => continue,
            };
            let (hiding, hidden) = (universe.describe(hiding), universe.describe(hidden));
            return Some(format!("the slot '{new}' of {hiding} hides that of {hidden}"));
        }
        // Of two parents neither hides the other.
        let both = heirs.iter().find(|heir| universe.is_below(**heir, other))?;
        let (heir, other) = (universe.describe(*both), universe.describe(other));
        Some(format!("{heir} would find two slots '{new}', this one and that of {other}"))
    }

    /// The users' objects that inherit from some.
    fn heirs(&mut self, holders: &[ObjectId]) -> Vec<ObjectId> {
        let files = self.project.all_files();
        let all: Vec<ObjectId> = files.into_iter().flat_map(|f| self.project.known().objects_in(f)).collect();
        all.into_iter().filter(|o| holders.iter().any(|h| o != h && self.universe().is_below(*o, *h))).collect()
    }

    /// Texts that are sent as the message of this name (`perform: 'name'`), with the new one in their place.
    pub(crate) fn performed(&mut self, old: &str, new: &str) -> Edits {
        let mut edits = Edits::new();
        for here in self.files_performing() {
            let document = here.document.clone();
            let mut finder = Performed { text: document.text(), found: Vec::new() };
            visit::file(&mut finder, &document.parse().file);
            for (span, is_write) in finder.found.into_iter().filter_map(|span| Some((span, means(document.letters(span), old)?)))
            {
                let new = if is_write { format!("{new}:") } else { new.to_string() };
                let edit = Edit::replace(Span { start: span.start + 1, end: span.end - 1 }, &new);
                edits.entry(self.name_of(here.file).to_string()).or_default().push(edit);
            }
        }
        edits
    }

    fn files_performing(&mut self) -> Vec<Here> {
        let mut files = self.files_with(&["perform:".to_string()], None);
        files.retain(|here| !self.project.known().is_of_library(here.file));
        files
    }
}

/// Whether a string, quotes included, is a selector, or the one that assigns to it.
fn means(string: &str, selector: &str) -> Option<bool> {
    let inside = string.strip_prefix('\'')?.strip_suffix('\'')?;
    if inside == selector {
        return Some(false);
    }
    let is_plain = !selector.contains(':') && lex(selector).iter().all(|t| t.kind == Kind::Name);
    (is_plain && inside.strip_suffix(':') == Some(selector)).then_some(true)
}

/// Finds the strings that are sent as messages.
struct Performed<'t> {
    text: &'t str,
    found: Vec<Span>,
}

impl Visit for Performed<'_> {
    fn send(&mut self, send: &Send, _: Option<&Send>) {
        let is_performing = selector(&send.selector, self.text).starts_with("perform:");
        let name = send.arguments.first().filter(|_| is_performing);
        self.found.extend(name.filter(|e| matches!(e.kind, ExprKind::String)).map(|e| e.span));
    }
}

/// How a name is used.
enum Use {
    /// As a message without a receiver.
    Implicit,
    /// As a message to something, or to what is above.
    Explicit,
    /// In a written type.
    Type,
}

fn use_at(document: &Document, place: Span) -> Use {
    match target_at(document, place.start).map(|t| t.1) {
        Some(Target::Message(send, _)) if matches!(send.receiver, Receiver::Implicit) => Use::Implicit,
        Some(Target::Type(_)) => Use::Type,
        _ => Use::Explicit,
    }
}
