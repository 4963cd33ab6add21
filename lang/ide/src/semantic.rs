//! What each word of a text is, for colours: more than a grammar can know.

use aura_syntax::tokens::Kind;
use aura_syntax::tree::{Body, File, Init, Parameter, Receiver, Send, Slot, SlotList, Type, TypeKind};
use aura_syntax::visit::{self, Visit};
use aura_types::{FileId, SlotId, SlotInfo};
use rustc_hash::FxHashSet;

use crate::document::Document;
use crate::path::parameters;
use crate::resolve::Here;
use crate::target::name_spans;
use crate::{Ide, Span};

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A comment.
    Comment,
    /// Text.
    String,
    /// A number.
    Number,
    /// An operator.
    Operator,
    /// `self`, `resend`
    Word,
    /// A message, or a method's name.
    Method,
    /// A data slot's name.
    Property,
    /// An argument.
    Parameter,
    /// A local.
    Variable,
    /// A prototype in a written type.
    Type,
    /// A type variable.
    TypeParameter,
}

/// A word and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coloured {
    /// Where.
    pub span: Span,
    /// What it is.
    pub meaning: Meaning,
    /// It is where the name is given.
    pub is_declaration: bool,
    /// It cannot be assigned to.
    pub is_constant: bool,
    /// A model wrote it, or it means something that a model wrote.
    pub is_learned: bool,
}

impl Ide {
    /// What each word of a file is, in the order of the text. Nothing of it is longer than a line.
    pub fn colours(&mut self, name: &str) -> Vec<Coloured> {
        let Some(here) = self.here_at_once(name) else { return Vec::new() };
        let learned = self.learned_words(&here, name);
        let document = &here.document;
        let mut all = Colours { document, scopes: Vec::new(), learned: &learned, all: Vec::new() };
        all.file(&document.parse().file);
        let mut all = all.all;
        tokens(document, &mut all);
        all.sort_by_key(|c| c.span);
        all.dedup_by_key(|c| c.span.start);
        let mut pieces: Vec<Coloured> = all.into_iter().flat_map(|c| lines(document, c)).collect();
        // In broken texts a word may be taken for two things; editors want none that overlap.
        let mut end = 0;
        pieces.retain(|c| {
            c.span.start >= end && {
                end = c.span.end;
                true
            }
        });
        pieces
    }

    /// The words of a file that name learned methods: where these are written, and where messages mean them.
    fn learned_words(&mut self, here: &Here, name: &str) -> FxHashSet<Span> {
        let learned = self.learned_slots(here.file, name);
        let known = self.project.known();
        let infos: Vec<SlotInfo> = learned.iter().map(|slot| known.slot_info(*slot)).collect();
        let mut words: FxHashSet<Span> =
            infos.iter().filter(|i| i.file == Some(here.file)).flat_map(|i| i.parts.iter().copied()).collect();
        let mut names: Vec<String> = infos.into_iter().map(|info| info.name).collect();
        names.sort();
        names.dedup();
        if !names.is_empty() {
            let sent = self.sent_in(here, &names, None).into_iter();
            words.extend(sent.filter(|s| s.meant.iter().any(|slot| learned.contains(slot))).flat_map(|s| s.parts));
        }
        words
    }

    /// What was learned for a file, and everything whose comment says that a model wrote it.
    fn learned_slots(&mut self, file: FileId, name: &str) -> FxHashSet<SlotId> {
        let is_learned_file = self.outside.script_of(name).is_some();
        let known = self.project.known();
        let beside = known.companion_of(file).or(is_learned_file.then_some(file));
        let mut slots: FxHashSet<SlotId> = beside.map(|f| known.added_by(f)).unwrap_or_default().into_iter().collect();
        // Few files have such methods, and their texts are gone through at each letter that somebody types.
        let may_have = |f: &FileId| !known.is_of_library(*f) && known.file_text(*f).contains(crate::learned::MARK);
        for file in self.project.all_files().into_iter().filter(may_have) {
            let own = known.objects_in(file).into_iter().flat_map(|object| known.slots_of(object));
            let all = own.chain(known.added_by(file));
            slots.extend(all.filter(|slot| self.comment_of(*slot).is_some_and(|c| crate::learned::origin(&c).is_some())));
        }
        slots
    }
}

/// What needs no tree.
fn tokens(document: &Document, all: &mut Vec<Coloured>) {
    for token in &document.parse().tokens {
        let meaning = match token.kind {
            Kind::Comment | Kind::OpenComment | Kind::Shebang => Meaning::Comment,
            Kind::String | Kind::OpenString | Kind::TemplateText | Kind::OpenTemplate | Kind::CloseTemplate => Meaning::String,
            Kind::Integer | Kind::Float | Kind::NegativeInteger | Kind::NegativeFloat => Meaning::Number,
            Kind::SelfWord | Kind::ResendWord => Meaning::Word,
            _ => continue,
        };
        all.push(plain(token.span, meaning));
    }
}

fn plain(span: Span, meaning: Meaning) -> Coloured {
    Coloured { span, meaning, is_declaration: false, is_constant: false, is_learned: false }
}

/// One piece for each line: editors want no other.
fn lines(document: &Document, whole: Coloured) -> Vec<Coloured> {
    let (text, lines) = (document.text(), document.lines());
    let (first, last) = (lines.line_of(whole.span.start), lines.line_of(whole.span.end.saturating_sub(1).max(whole.span.start)));
    let piece = |line: u32| {
        let (start, end) = (lines.start(text, line).max(whole.span.start), lines.end(text, line).min(whole.span.end));
        (start < end).then_some(Coloured { span: Span { start, end }, ..whole })
    };
    (first..=last).filter_map(piece).collect()
}

/// Walks through a tree with the locals that are seen.
struct Colours<'d> {
    document: &'d Document,
    /// Names of locals, with whether they are arguments; nothing where a method begins.
    scopes: Vec<Option<(String, bool)>>,
    learned: &'d FxHashSet<Span>,
    all: Vec<Coloured>,
}

impl Colours<'_> {
    fn file(&mut self, file: &File) {
        visit::file(self, file);
    }

    fn local(&self, name: &str) -> Option<bool> {
        self.scopes.iter().rev().map_while(Option::as_ref).find(|s| s.0 == name).map(|s| s.1)
    }

    fn add(&mut self, span: Span, meaning: Meaning, is_declaration: bool, is_constant: bool) {
        let is_learned = self.learned.contains(&span);
        self.all.push(Coloured { span, meaning, is_declaration, is_constant, is_learned });
    }

    fn parameter(&mut self, parameter: &Parameter) {
        self.add(parameter.name, Meaning::Parameter, true, true);
        self.scopes.push(Some((self.document.letters(parameter.name).to_string(), true)));
        parameter.type_.iter().for_each(|t| self.type_(t));
    }

    fn type_(&mut self, type_: &Type) {
        match &type_.kind {
            TypeKind::Name(span) => {
                let is_variable = self.document.letters(*span).starts_with(|c: char| c.is_ascii_uppercase());
                self.add(*span, if is_variable { Meaning::TypeParameter } else { Meaning::Type }, false, false);
            }
            TypeKind::Apply(base, parts) => {
                self.type_(base);
                parts.iter().for_each(|(_, t)| self.type_(t));
            }
            TypeKind::Union(members) => members.iter().for_each(|t| self.type_(t)),
            TypeKind::Block(params, result) => {
                params.iter().chain(result.as_deref()).for_each(|t| self.type_(t));
            }
            TypeKind::Object(list) => list.slots.iter().flat_map(|s| s.type_.iter().chain(&s.result)).for_each(|t| self.type_(t)),
            TypeKind::Bound(_, bound) => self.type_(bound),
            TypeKind::Error => {}
        }
    }

    fn own_types(&mut self, slot: &Slot) {
        slot.type_.iter().chain(&slot.result).for_each(|t| self.type_(t));
    }
}

impl Visit for Colours<'_> {
    fn slot(&mut self, slot: &Slot) {
        let is_constant = !matches!(slot.init, Init::None | Init::Assignable(_));
        let meaning = if matches!(slot.init, Init::Method(_)) { Meaning::Method } else { Meaning::Property };
        name_spans(slot).into_iter().for_each(|part| self.add(part, meaning, true, is_constant));
        let depth = self.scopes.len();
        if matches!(slot.init, Init::Method(_)) {
            self.scopes.push(None);
        }
        parameters(slot).iter().for_each(|p| self.parameter(p));
        self.own_types(slot);
        visit::inside_slot(self, slot);
        self.scopes.truncate(depth);
    }

    fn locals(&mut self, list: &SlotList) {
        for slot in &list.slots {
            let name = name_spans(slot)[0];
            let meaning = if slot.is_argument { Meaning::Parameter } else { Meaning::Variable };
            self.add(name, meaning, true, !matches!(slot.init, Init::None | Init::Assignable(_)) || slot.is_argument);
            self.own_types(slot);
            visit::inside_slot(self, slot);
            self.scopes.push(Some((self.document.letters(name).to_string(), slot.is_argument)));
        }
    }

    fn body(&mut self, body: &Body) {
        let depth = self.scopes.len();
        visit::inside_body(self, body);
        self.scopes.truncate(depth);
    }

    fn send(&mut self, send: &Send, _: Option<&Send>) {
        let text = self.document.letters(send.selector[0]).to_string();
        let name = text.strip_suffix(':').unwrap_or(&text);
        let local = match (&send.receiver, send.selector.len()) {
            (Receiver::Implicit, 1) => self.local(name),
            _ => None,
        };
        if let Some(is_argument) = local {
            let meaning = if is_argument { Meaning::Parameter } else { Meaning::Variable };
            return self.add(crate::words::bare(self.document, send.selector[0]), meaning, false, false);
        }
        let is_operator = !text.starts_with(|c: char| c.is_alphabetic() || c == '_');
        let meaning = if is_operator { Meaning::Operator } else { Meaning::Method };
        for part in send.selector.iter() {
            self.add(*part, meaning, false, false);
        }
    }
}
