//! What an editor asks about places, slots and objects.
//!
//! What must stay true: questions change nothing that is found out about files; whoever asks gets plain data and numbers, no parts of the
//! checker's own tables. Not here: anything about text, lines or trees beyond spans.

use std::rc::Rc;

use aura_syntax::Span;
use aura_syntax::tree::SlotName;
use rustc_hash::FxHashSet;

use crate::find::Find;
use crate::infer::{self, Unit};
use crate::object::{FileId, ObjectId, SlotId, SlotKind, SlotValue};
use crate::ty::{Type, TypeId};
use crate::universe::Universe;

/// A slot, as far as an editor wants to know it.
#[derive(Clone, Debug, PartialEq)]
pub struct SlotInfo {
    /// Its selector.
    pub name: String,
    /// What it is.
    pub kind: SlotKind,
    /// Lookup goes on there.
    pub is_parent: bool,
    /// Where it is written; the machine makes a few itself.
    pub file: Option<FileId>,
    /// The whole slot in that file.
    pub span: Span,
    /// The parts of its name there.
    pub parts: Vec<Span>,
    /// The comment before it, with its quotes.
    pub comment: Option<Span>,
    /// The names of its arguments.
    pub parameters: Vec<String>,
}

/// The code that a place lies in.
#[derive(Clone, Debug)]
pub struct Code {
    /// The object that is `self` there.
    pub holder: ObjectId,
    /// The method or slot whose code it is; nothing for a file's statements.
    pub slot: Option<SlotId>,
    /// The types of its expressions, locals and arguments, inner ones first.
    pub places: Vec<(Span, TypeId)>,
    /// What the places of expressions ask for, as far as they do.
    pub wants: Vec<(Span, TypeId)>,
    /// What the code of blocks is to answer, likewise.
    pub body_wants: Vec<(Span, TypeId)>,
}

impl Code {
    /// The type of what stands exactly there.
    pub fn type_of(&self, span: Span) -> Option<TypeId> {
        self.places.iter().rev().find(|(s, _)| *s == span).map(|p| p.1)
    }
}

impl Universe {
    /// What a file is called.
    pub fn file_name(&self, file: FileId) -> Rc<str> {
        self.file(file).name.clone()
    }

    /// A file's text.
    pub fn file_text(&self, file: FileId) -> Rc<str> {
        self.text(file)
    }

    /// Whether it is part of the library.
    pub fn is_of_library(&self, file: FileId) -> bool {
        self.file(file).is_library
    }

    /// The object that holds a file's slots.
    pub fn module_of(&self, file: FileId) -> ObjectId {
        self.file(file).module
    }

    /// The file that a path behind `import:` leads to, if it has been loaded.
    pub fn import_of(&self, file: FileId, path: &str) -> Option<FileId> {
        self.file(file).imports.get(path).copied()
    }

    /// The files that a file imports.
    pub fn imports_of(&self, file: FileId) -> Vec<FileId> {
        self.file(file).imports.values().copied().collect()
    }

    /// The file of what was learned for a file.
    pub fn companion_of(&self, file: FileId) -> Option<FileId> {
        self.file(file).companion
    }

    /// Whether a file is that of what was learned for another one.
    pub fn is_companion(&self, file: FileId) -> bool {
        self.files.iter().any(|other| other.companion == Some(file))
    }

    /// Whether a file has all these words in it.
    pub fn mentions_all<'w>(&self, file: FileId, mut words: impl Iterator<Item = &'w str>) -> bool {
        let mentioned = &self.file(file).mentioned.words;
        words.all(|word| self.names.known(word).is_some_and(|name| mentioned.contains(&name)))
    }

    /// How an object is called, in backquotes.
    pub fn describe(&self, object: ObjectId) -> String {
        match self.object(object).path.is_empty() {
            true => "this module".into(),
            false => self.described(object),
        }
    }

    /// Where an object is written.
    pub fn origin_of(&self, object: ObjectId) -> Option<(FileId, Span)> {
        self.object(object).origin
    }

    /// An object's own slots, the last of a name only.
    pub fn slots_of(&self, object: ObjectId) -> Vec<SlotId> {
        let (slots, mut seen) = (&self.object(object).slots, FxHashSet::default());
        let mut own: Vec<SlotId> = (0..slots.len() as u32)
            .rev()
            .filter(|index| {
                let name = slots[*index as usize].name;
                !self.names.text(name).is_empty() && seen.insert(name)
            })
            .map(|index| SlotId { object, index })
            .collect();
        own.reverse();
        own
    }

    /// The object that a slot holds, where that is a literal.
    pub fn object_in(&self, slot: SlotId) -> Option<ObjectId> {
        match self.slot(slot).value {
            SlotValue::Object(object) => Some(object),
            _ => None,
        }
    }

    /// A slot's selector.
    pub fn slot_name(&self, slot: SlotId) -> &str {
        self.names.text(self.slot(slot).name)
    }

    /// What a slot is, and whether lookup goes on there.
    pub fn slot_kind(&self, slot: SlotId) -> (SlotKind, bool) {
        let here = self.slot(slot);
        (here.kind, here.is_parent)
    }

    /// Where a slot's name is written; the machine makes a few itself.
    pub fn slot_place(&self, slot: SlotId) -> Option<(FileId, Span)> {
        let here = self.slot(slot);
        let span = match &here.tree.as_ref()?.name {
            SlotName::Unary(span) => *span,
            SlotName::Binary { operator, .. } => *operator,
            SlotName::Keyword { parts, .. } => parts.first()?.to(*parts.last()?),
        };
        Some((here.file?, span))
    }

    /// What is to be told of a slot.
    pub fn slot_info(&self, slot: SlotId) -> SlotInfo {
        let here = self.slot(slot);
        let text = here.file.map(|f| self.text(f)).unwrap_or_default();
        let tree = here.tree.as_deref();
        SlotInfo {
            name: self.names.text(here.name).to_string(),
            kind: here.kind,
            is_parent: here.is_parent,
            file: here.file.filter(|_| tree.is_some()),
            span: tree.map_or(Span::default(), |t| t.span),
            parts: tree.map_or_else(Vec::new, |t| parts(&t.name)),
            comment: tree.and_then(|t| t.comment),
            parameters: tree.map(|t| crate::hole::parameter_names(t, &text)).unwrap_or_default(),
        }
    }

    /// The type of what a slot holds or answers.
    pub fn type_of_slot(&mut self, slot: SlotId) -> TypeId {
        self.signature_of(slot, false).result
    }

    /// The types of a method's arguments, as far as they are known.
    pub fn parameter_types(&mut self, slot: SlotId) -> Vec<TypeId> {
        self.signature_of(slot, false).params.to_vec()
    }

    /// Every slot of a name, in any object.
    pub fn implementors_of(&mut self, selector: &str) -> Vec<SlotId> {
        let Some(name) = self.names.known(selector) else { return Vec::new() };
        let all = self.implementors();
        all.named(name).to_vec()
    }

    /// The objects that a value of this type may be, seen from code whose `self` is the holder.
    pub fn objects_of(&mut self, type_: TypeId, holder: ObjectId) -> Vec<ObjectId> {
        let mut objects = Vec::new();
        for member in self.types.members(type_) {
            let object = match self.types.get(member).clone() {
                Type::SelfType | Type::SelfWith(_) => Some(holder),
                Type::Object(object, _) => Some(object),
                Type::Block(..) => Some(self.builtin.block),
                Type::Var(var) => match self.var(var).bound {
                    Some(bound) => self.objects_of(bound, holder).first().copied(),
                    None => Some(self.builtin.lobby),
                },
                Type::SelfAnswer(..) | Type::Any | Type::Never | Type::Meta(_) | Type::Union(..) => None,
            };
            objects.extend(object.filter(|o| !objects.contains(o)));
        }
        objects
    }

    /// The slots that a message to an object finds, and whether it assigns to them. `self` may be something that inherits from its object.
    pub fn found_in(&mut self, object: ObjectId, selector: &str, is_self: bool) -> Vec<(SlotId, bool)> {
        let name = self.names.of(selector);
        let mut found = self.find(object, name).slots();
        if is_self
            && found.is_empty()
            && let Some(from) = self.reader(object)
        {
            found.extend(self.below(object, name, from));
        }
        found.into_iter().map(|f| (f.slot, f.is_write)).collect()
    }

    /// A file whose code sees what code that has this object as its self sees: the one that its slots are written in.
    fn reader(&self, object: ObjectId) -> Option<FileId> {
        self.object(object).slots.iter().find_map(|slot| slot.file)
    }

    /// The slots that `resend.name`, or `parent.name`, finds from an object's method.
    pub fn found_above(&mut self, object: ObjectId, selector: &str, through: Option<&str>) -> Vec<(SlotId, bool)> {
        let name = self.names.of(selector);
        let through = through.map(|t| self.names.of(t));
        match self.find_above(object, name, through) {
            Find::Ambiguous(..) => Vec::new(),
            find => find.slots().into_iter().map(|f| (f.slot, f.is_write)).collect(),
        }
    }

    /// Whether one object is another or inherits from it.
    pub fn is_below(&mut self, object: ObjectId, other: ObjectId) -> bool {
        self.inherits(object, other)
    }

    /// The code around a place, with the types in it.
    pub fn code_at(&mut self, file: FileId, place: u32) -> Code {
        let mut unit = self.innermost(file, place);
        let mut looked_at = self.looked_at(unit);
        // Looking at code makes the objects that are written in it, whose methods may be nearer.
        loop {
            let next = self.innermost(file, place);
            if next == unit {
                break;
            }
            unit = next;
            looked_at = self.looked_at(unit);
        }
        let (holder, slot) = self.holder_of(file, unit);
        let (places, wants) = looked_at.map(|o| (o.places.clone(), o.wants.clone())).unwrap_or_default();
        Code { holder, slot, places, wants: wants.exprs, body_wants: wants.bodies }
    }

    /// The object that is `self` at a place.
    pub fn holder_at(&self, file: FileId, place: u32) -> ObjectId {
        self.holder_of(file, self.innermost(file, place)).0
    }

    fn holder_of(&self, file: FileId, unit: Unit) -> (ObjectId, Option<SlotId>) {
        match unit {
            Unit::Method(slot) => (slot.object, Some(slot)),
            Unit::Initial(slot) | Unit::Contents(slot) => (self.file(file).module, Some(slot)),
            Unit::Statements(_) | Unit::Parents(_) => (self.file(file).module, None),
        }
    }

    /// The method or slot whose code a place lies in: places with the same one have the same [`Code`].
    pub fn slot_of_code(&self, file: FileId, place: u32) -> Option<SlotId> {
        match self.innermost(file, place) {
            Unit::Method(slot) | Unit::Initial(slot) | Unit::Contents(slot) => Some(slot),
            Unit::Statements(_) | Unit::Parents(_) => None,
        }
    }

    fn innermost(&self, file: FileId, place: u32) -> Unit {
        self.slots_around(file, place).find_map(|slot| infer::unit_of(self, slot)).unwrap_or(Unit::Statements(file))
    }

    /// The slots of a file that are written around a place, the innermost first.
    fn slots_around(&self, file: FileId, place: u32) -> impl Iterator<Item = SlotId> {
        let written = self.file(file).written.get_or_init(|| infer::in_order(self.written(file)));
        infer::around(written, place).filter(move |slot| place <= slot.span.end).map(|slot| slot.unit)
    }

    fn written(&self, file: FileId) -> Vec<infer::Code<SlotId>> {
        let here = self.file(file);
        let own =
            here.objects.iter().flat_map(|o| (0..self.object(*o).slots.len() as u32).map(|index| SlotId { object: *o, index }));
        let all = own.chain(here.added.iter().copied()).filter(|id| self.slot(*id).file == Some(file));
        all.filter_map(|unit| Some(infer::Code { span: self.slot(unit).tree.as_ref()?.span, unit, around: None })).collect()
    }

    /// The objects that a file makes, those written in code once it was looked at.
    pub fn objects_in(&self, file: FileId) -> Vec<ObjectId> {
        self.file(file).objects.clone()
    }

    /// The slots that a file adds to objects that are not its own.
    pub fn added_by(&self, file: FileId) -> Vec<SlotId> {
        self.file(file).added.clone()
    }

    /// The slot that is written at a place: the innermost whose text is around it.
    pub fn slot_at(&self, file: FileId, place: u32) -> Option<SlotId> {
        self.slots_around(file, place).next()
    }
}

fn parts(name: &SlotName) -> Vec<Span> {
    match name {
        SlotName::Unary(span) => vec![*span],
        SlotName::Binary { operator, .. } => vec![*operator],
        SlotName::Keyword { parts, .. } => parts.clone(),
    }
}
