//! Where something is used.
//!
//! A message means the slots that its receiver finds. Slots of one name in objects of which one inherits from the other are one family: who uses
//! one may use the others. A prototype is also used by its name in a type, a parent by its name in `parent.message`. Where the receiver is not known, a message of that name may mean any slot of that name: such a use is *possible*.

use aura_syntax::tree::{Send, selector};
use aura_syntax::visit::{self, Visit};
use aura_types::{Code, FileId, SlotId, SlotKind};

use crate::resolve::{Here, in_types};
use crate::scope::{Use, uses};
use crate::target::{Target, target_at, used_local};
use crate::{Ide, Place, Span, words};

/// A use of something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The name; all of its parts if it is a keyword message.
    pub place: Place,
    /// The parts of the name that stand there.
    pub parts: Vec<Span>,
    /// Something is assigned.
    pub is_write: bool,
    /// It is where the thing is written, and not where it is used.
    pub is_declaration: bool,
    /// Nobody knows whether it means this.
    pub is_possible: bool,
}

/// A message in a file, copied out of its tree.
pub(crate) struct Sent {
    pub(crate) parts: Vec<Span>,
    pub(crate) name: String,
    pub(crate) meant: Vec<SlotId>,
}

impl Ide {
    /// Where what the word at a place means is used, its declarations among them.
    pub fn references(&mut self, name: &str, at: u32) -> Vec<Reference> {
        self.read_all();
        let Some(here) = self.here(name) else { return Vec::new() };
        let document = here.document.clone();
        match target_at(&document, at).map(|t| t.1) {
            Some(Target::Local(local)) => {
                let declaration = Use { span: local.name, is_write: false };
                let mut all = vec![self.reference_to_local(here.file, declaration, true)];
                let found = uses(document.text(), &local);
                all.extend(found.into_iter().map(|u| self.reference_to_local(here.file, u, false)));
                all
            }
            Some(_) => self.references_within(&here, at, None),
            None => Vec::new(),
        }
    }

    /// Where the slots that the word at a place means are used, in all files or in one. Where nobody knows which slots these are, it is every
    /// message of the name.
    pub(crate) fn references_within(&mut self, here: &Here, at: u32, only: Option<FileId>) -> Vec<Reference> {
        let slots = self.slots_at(here, at);
        match slots.is_empty() {
            true => self.senders_in(&self.selector_at_place(here, at), only),
            false => self.references_to(&slots, only),
        }
    }

    fn reference_to_local(&self, file: FileId, found: Use, is_declaration: bool) -> Reference {
        Reference {
            place: self.place(file, found.span),
            parts: vec![found.span],
            is_write: found.is_write,
            is_declaration,
            is_possible: false,
        }
    }

    fn selector_at_place(&self, here: &Here, at: u32) -> String {
        match target_at(&here.document, at).map(|t| t.1) {
            Some(Target::Message(send, _) | Target::Resend(send)) => selector(&send.selector, here.document.text()),
            _ => String::new(),
        }
    }

    /// The slots that the word at a place means, or declares.
    pub(crate) fn slots_at(&mut self, here: &Here, at: u32) -> Vec<SlotId> {
        let document = here.document.clone();
        match target_at(&document, at).map(|t| t.1) {
            Some(Target::Message(send, _) | Target::Resend(send)) => self.meant(here, send).into_iter().map(|m| m.slot).collect(),
            Some(Target::Slot(slot)) => self.universe().slot_at(here.file, slot.span.start).into_iter().collect(),
            Some(Target::Parent(name)) => self.parent_slot(here, name).into_iter().collect(),
            Some(Target::Type(name)) => self.type_slot(here.file, document.letters(name)).into_iter().collect(),
            Some(Target::Local(_) | Target::Import | Target::Value(_)) | None => Vec::new(),
        }
    }

    /// Every message of a name, whoever it goes to.
    pub fn senders(&mut self, selector: &str) -> Vec<Reference> {
        self.read_all();
        self.senders_in(selector, None)
    }

    fn senders_in(&mut self, selector: &str, only: Option<FileId>) -> Vec<Reference> {
        let mut all = Vec::new();
        for here in self.files_with(&[selector.to_string()], only) {
            for sent in self.sent_in(&here, &[selector.to_string()], None) {
                all.push(self.reference(&here, &sent, false, sent.meant.is_empty()));
            }
        }
        all.sort();
        all
    }

    /// Where slots, and those of their families, are written and used, in all files or in one.
    pub(crate) fn references_to(&mut self, slots: &[SlotId], only: Option<FileId>) -> Vec<Reference> {
        let family = self.family(slots);
        let names = self.names_of(&family);
        let is_data = family.iter().any(|s| self.project.known().slot_info(*s).kind == SlotKind::Data);
        let Some(name) = names.first() else { return Vec::new() };
        let is_there = |ide: &Self, slot: &SlotId| only.is_none() || ide.project.known().slot_info(*slot).file == only;
        let mut all: Vec<Reference> = family.iter().filter(|s| is_there(self, s)).filter_map(|s| self.declaration(*s)).collect();
        let spellings = in_types(name);
        let mentioned: Vec<String> = names.iter().chain(&spellings).cloned().collect();
        for here in self.files_with(&mentioned, only) {
            let named = spellings
                .iter()
                .flat_map(|name| self.named_in(&here, name))
                .collect::<Vec<_>>()
                .into_iter()
                .filter(|named| family.contains(&named.slot));
            all.extend(named.map(|named| self.reference_to_name(&here, named.span)).collect::<Vec<_>>());
            for sent in self.sent_in(&here, &names, None) {
                let is_certain = sent.meant.iter().any(|s| family.contains(s));
                let is_write = sent.name != *name;
                // What cannot be assigned to is meant only by who certainly means it.
                if is_certain || sent.meant.is_empty() && (!is_write || is_data) {
                    all.push(self.reference(&here, &sent, is_write, !is_certain));
                }
            }
        }
        all.sort();
        all.dedup();
        all
    }

    fn reference(&self, here: &Here, sent: &Sent, is_write: bool, is_possible: bool) -> Reference {
        let parts: Vec<Span> = match is_write {
            true => sent.parts.iter().map(|p| words::bare(&here.document, *p)).collect(),
            false => sent.parts.clone(),
        };
        let span = parts.first().map_or(Span::default(), |first| parts.last().map_or(*first, |last| first.to(*last)));
        // Of `at: x Put: y` the first keyword is shown.
        let shown = if parts.len() > 1 { parts[0] } else { span };
        Reference { place: self.place(here.file, shown), parts, is_write, is_declaration: false, is_possible }
    }

    fn reference_to_name(&self, here: &Here, span: Span) -> Reference {
        let place = self.place(here.file, span);
        Reference { place, parts: vec![span], is_write: false, is_declaration: false, is_possible: false }
    }

    fn declaration(&self, slot: SlotId) -> Option<Reference> {
        let info = self.project.known().slot_info(slot);
        let first = *info.parts.first()?;
        let place = self.place(info.file?, first);
        Some(Reference { place, parts: info.parts, is_write: false, is_declaration: true, is_possible: false })
    }

    /// Slots, and those of the same name above and below.
    pub(crate) fn family(&mut self, slots: &[SlotId]) -> Vec<SlotId> {
        let Some(first) = slots.first() else { return Vec::new() };
        let name = self.universe().slot_info(*first).name;
        let mut others = self.universe().implementors_of(&name);
        others.retain(|other| !slots.contains(other));
        let (mut family, mut next) = (slots.to_vec(), 0);
        // A slot that joins may bring others.
        while let Some(slot) = family.get(next).copied() {
            next += 1;
            let universe = self.universe();
            let mut is_kin =
                |other: &SlotId| universe.is_below(slot.object, other.object) || universe.is_below(other.object, slot.object);
            let (kin, strangers) = others.into_iter().partition(|other| is_kin(other));
            let kin: Vec<SlotId> = kin;
            family.extend(kin);
            others = strangers;
        }
        family
    }

    /// The selectors that use slots: the name, and `x:`, also for what cannot be assigned to, where it is a mistake.
    fn names_of(&mut self, family: &[SlotId]) -> Vec<String> {
        let Some(first) = family.first() else { return Vec::new() };
        let name = self.universe().slot_info(*first).name;
        let is_word = name.starts_with(|c: char| c.is_alphabetic()) && !name.contains(':');
        let write = is_word.then(|| format!("{name}:"));
        std::iter::once(name).chain(write).collect()
    }

    /// The files in which messages of these names may be.
    pub(crate) fn files_with(&mut self, names: &[String], only: Option<FileId>) -> Vec<Here> {
        self.settle();
        let universe = self.project.known();
        let mentions = |id: &FileId| {
            only.is_none_or(|only| only == *id) && names.iter().any(|n| universe.mentions_all(*id, words::parts(n).into_iter()))
        };
        let files: Vec<FileId> = self.project.all_files().into_iter().filter(mentions).collect();
        files.into_iter().filter_map(|file| Some(Here { file, document: self.document_of(file)? })).collect()
    }

    /// The messages of these names in a file, or in a part of it, with what they mean.
    pub(crate) fn sent_in(&mut self, here: &Here, names: &[String], within: Option<Span>) -> Vec<Sent> {
        let document = here.document.clone();
        let mut finder = Finder { text: document.text(), names, found: Vec::new() };
        visit::file(&mut finder, &document.parse().file);
        let mut found = std::mem::take(&mut finder.found);
        found.retain(|s| within.is_none_or(|w| w.start <= s.selector[0].start && s.selector[0].end <= w.end));
        found.sort_by_key(|s| s.selector[0]);
        let mut known: Option<(Option<SlotId>, Code)> = None;
        let mut all = Vec::new();
        for send in found {
            let place = send.selector[0];
            if used_local(&document, &document.parse().file, &send, place).is_some() {
                continue;
            }
            let unit = self.universe().slot_of_code(here.file, place.start);
            let code = match known.take() {
                Some((slot, code)) if slot == unit => code,
                _ => self.universe().code_at(here.file, place.start),
            };
            let meant = self.meant_in(here, &code, &send).into_iter().map(|m| m.slot).collect();
            all.push(Sent { parts: send.selector.to_vec(), name: selector(&send.selector, document.text()), meant });
            known = Some((code.slot, code));
        }
        all
    }
}

struct Finder<'t> {
    text: &'t str,
    names: &'t [String],
    found: Vec<Send>,
}

impl Visit for Finder<'_> {
    fn send(&mut self, send: &Send, _: Option<&Send>) {
        let name = selector(&send.selector, self.text);
        if self.names.contains(&name) {
            self.found.push(send.clone());
        }
    }
}
