//! Where something is used.
//!
//! A message means the slots that its receiver finds. Slots of one name in objects of which one inherits from the other are one family: who uses
//! one may use the others. Where the receiver is not known, a message of that name may mean any slot of that name: such a use is *possible*.

use aura_syntax::tree::{Send, selector};
use aura_syntax::visit::{self, Visit};
use aura_types::{Code, FileId, SlotId, SlotKind};

use crate::resolve::Here;
use crate::scope::{Use, uses};
use crate::target::{Target, name_spans, target_at, used_local};
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
            Some(Target::Message(..) | Target::Slot(_) | Target::Parent(_)) => {
                let slots = self.slots_at(&here, at);
                match slots.is_empty() {
                    true => self.senders(&self.selector_at_place(&here, at)),
                    false => self.references_to(&slots),
                }
            }
            _ => Vec::new(),
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
            Some(Target::Message(send, _) | Target::Parent(send)) => selector(&send.selector, here.document.text()),
            _ => String::new(),
        }
    }

    /// The slots that the word at a place means, or declares.
    pub(crate) fn slots_at(&mut self, here: &Here, at: u32) -> Vec<SlotId> {
        let document = here.document.clone();
        match target_at(&document, at).map(|t| t.1) {
            Some(Target::Message(send, _) | Target::Parent(send)) => self.meant(here, send).into_iter().map(|m| m.slot).collect(),
            Some(Target::Slot(slot)) => self.universe().slot_at(here.file, slot.span.start).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    /// Every message of a name, whoever it goes to.
    pub fn senders(&mut self, selector: &str) -> Vec<Reference> {
        self.read_all();
        let mut all = Vec::new();
        for here in self.files_with(&[selector.to_string()]) {
            for sent in self.sent_in(&here, &[selector.to_string()], None) {
                all.push(self.reference(&here, &sent, false, sent.meant.is_empty()));
            }
        }
        all.sort();
        all
    }

    /// Where slots, and those of their families, are written and used.
    pub(crate) fn references_to(&mut self, slots: &[SlotId]) -> Vec<Reference> {
        let family = self.family(slots);
        let names = self.names_of(&family);
        let mut all: Vec<Reference> = family.iter().filter_map(|s| self.declaration(*s)).collect();
        for here in self.files_with(&names) {
            for sent in self.sent_in(&here, &names, None) {
                let is_certain = sent.meant.iter().any(|s| family.contains(s));
                if is_certain || sent.meant.is_empty() {
                    let is_write = sent.name != names[0];
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

    /// The selectors that use slots: the name, and `x:` for what can be assigned to.
    fn names_of(&mut self, family: &[SlotId]) -> Vec<String> {
        let Some(first) = family.first() else { return Vec::new() };
        let name = self.universe().slot_info(*first).name;
        let is_data = family.iter().any(|s| self.project.known().slot_info(*s).kind == SlotKind::Data);
        let write = is_data.then(|| format!("{name}:"));
        std::iter::once(name).chain(write).collect()
    }

    /// The files in which messages of these names may be.
    fn files_with(&mut self, names: &[String]) -> Vec<Here> {
        self.settle();
        let universe = self.project.known();
        let mentions = |id: &FileId| names.iter().any(|n| universe.mentions_all(*id, words::parts(n).into_iter()));
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

impl Ide {
    /// Uses of the word at a place in the same file, for as long as the cursor is there.
    pub fn highlights(&mut self, name: &str, at: u32) -> Vec<(Span, bool)> {
        let Some(here) = self.here(name) else { return Vec::new() };
        let document = here.document.clone();
        let text = document.text();
        let names: Vec<String> = match target_at(&document, at).map(|t| t.1) {
            Some(Target::Local(local)) => {
                let mut all = vec![(local.name, true)];
                all.extend(uses(text, &local).into_iter().map(|u| (u.span, u.is_write)));
                return all;
            }
            Some(Target::Message(send, _) | Target::Parent(send)) => vec![selector(&send.selector, text)],
            Some(Target::Slot(slot)) => {
                let name = selector(&name_spans(slot), text);
                vec![format!("{name}:"), name]
            }
            _ => return Vec::new(),
        };
        let mut finder = Finder { text, names: &names, found: Vec::new() };
        visit::file(&mut finder, &document.parse().file);
        let mut all: Vec<(Span, bool)> = finder.found.iter().flat_map(|s| s.selector.iter().map(|p| (*p, false))).collect();
        all.extend(declared(&document.parse().file, text, &names).into_iter().map(|s| (s, true)));
        all.sort();
        all.dedup();
        all
    }
}

/// The parts of slots' names in a file.
fn declared(file: &aura_syntax::tree::File, text: &str, names: &[String]) -> Vec<Span> {
    struct Slots<'t>(&'t str, &'t [String], Vec<Span>);
    impl Visit for Slots<'_> {
        fn slot(&mut self, slot: &aura_syntax::tree::Slot) {
            let parts = name_spans(slot);
            if self.1.contains(&selector(&parts, self.0)) {
                self.2.extend(parts);
            }
            visit::inside_slot(self, slot);
        }
        fn locals(&mut self, list: &aura_syntax::tree::SlotList) {
            list.slots.iter().for_each(|slot| visit::inside_slot(self, slot));
        }
    }
    let mut slots = Slots(text, names, Vec::new());
    visit::file(&mut slots, file);
    slots.2
}
