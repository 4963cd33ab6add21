//! Everything the checker knows: objects, files, types, and what was found out about them so far.
//!
//! What must stay true: what is remembered here (look-ups, signatures, parents) is a function of the loaded files alone, and is
//! forgotten when one of those it came from changes ([`Universe::forget_code`], [`Universe::forget_lookups`]).

use std::cell::OnceCell;
use std::rc::Rc;

use aura_syntax::tree::Statement;
use rustc_hash::FxHashMap;

use crate::find::Find;
use crate::implementors::Implementors;
use crate::infer::{Code, Outcome, Recursion, Unit};
use crate::lookup::Above;
use crate::names::{Name, Names};
use crate::object::{FileId, Object, ObjectId, Slot, SlotId, SlotKind, SlotValue};
use crate::parentage::Parentage;
use crate::relate::Related;
use crate::signature::Signature;
use crate::ty::{Booleans, TypeId, Types, VarId};

/// A loaded file.
pub(crate) struct FileData {
    pub(crate) name: Rc<str>,
    pub(crate) text: Rc<str>,
    /// The object that holds its slots.
    pub(crate) module: ObjectId,
    pub(crate) statements: Rc<Vec<Statement>>,
    /// The objects it makes, in the order of its text, its module first.
    pub(crate) objects: Vec<ObjectId>,
    /// Those of them that are written in code, by where each begins.
    pub(crate) literals: FxHashMap<u32, ObjectId>,
    /// Slots it adds to objects that are not its own.
    pub(crate) added: Vec<SlotId>,
    /// Slots that its code adds to objects when it runs.
    pub(crate) additions: crate::additions::Additions,
    /// The files that it imports, by the path as written.
    pub(crate) imports: FxHashMap<Rc<str>, FileId>,
    /// What it mentions.
    pub(crate) mentioned: crate::mentioned::Mentioned,
    /// Part of the library: its mistakes are reported only when it is checked itself.
    pub(crate) is_library: bool,
    /// The code that assigns to slots, by the slot's name: for slots whose type nobody wrote.
    pub(crate) stores: Rc<crate::stores::Stores>,
    /// Its code other than its statements, in the order of its text.
    pub(crate) code: Vec<Code>,
    /// The slots that are written in it, in the order of its text, once an editor has asked what stands somewhere.
    pub(crate) written: OnceCell<Vec<Code<SlotId>>>,
    /// The file that adds to its objects, with its module as its own.
    pub(crate) companion: Option<FileId>,
}

impl FileData {
    pub(crate) fn empty(module: ObjectId) -> Self {
        Self {
            name: Rc::default(),
            text: Rc::default(),
            module,
            statements: Rc::default(),
            objects: Vec::new(),
            literals: FxHashMap::default(),
            added: Vec::new(),
            additions: crate::additions::Additions::default(),
            imports: FxHashMap::default(),
            is_library: false,
            mentioned: crate::mentioned::Mentioned::default(),
            stores: Rc::default(),
            code: Vec::new(),
            written: OnceCell::new(),
            companion: None,
        }
    }
}

/// What an object is called that nobody has named.
pub(crate) const UNNAMED: &str = "an object";
/// Slots by which an object without a name is described.
const MOST_NAMED: usize = 3;

/// A type variable.
pub(crate) struct Var {
    pub(crate) name: Rc<str>,
    /// `of:`; empty for the variables of one method.
    pub(crate) keyword: Rc<str>,
    pub(crate) bound: Option<TypeId>,
}

/// The objects that literals are of, and a few that rules of the language name.
#[derive(Clone, Copy, Debug)]
pub struct Builtin {
    /// The lobby.
    pub lobby: ObjectId,
    /// `traits`, `globals`, `mixins`.
    pub traits: ObjectId,
    /// `globals`
    pub globals: ObjectId,
    /// `mixins`
    pub mixins: ObjectId,
    /// Integers.
    pub int: ObjectId,
    /// Floats.
    pub float: ObjectId,
    /// Text.
    pub string: ObjectId,
    /// Vectors.
    pub vector: ObjectId,
    /// Byte vectors.
    pub bytes: ObjectId,
    /// `traits block`
    pub block: ObjectId,
    /// What a block answers, as a parameter of `traits block`.
    pub block_result: VarId,
    /// `nil`
    pub nil: ObjectId,
    /// `true`
    pub true_: ObjectId,
    /// `false`
    pub false_: ObjectId,
    /// `traits boolean`
    pub bool_: ObjectId,
}

/// How strictly to check.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Options {
    /// Nothing unknown: every argument has a type, inferred unions are taken as written.
    pub strict: bool,
    /// Reasons are told at full length besides, for machines that ask for them: people are shown the beginning.
    pub in_full: bool,
}

/// Everything the checker knows.
pub struct Universe {
    pub(crate) names: Names,
    pub(crate) types: Types,
    pub(crate) objects: Vec<Object>,
    pub(crate) files: Vec<FileData>,
    pub(crate) vars: Vec<Var>,
    pub(crate) builtin: Builtin,
    pub(crate) options: Options,
    /// The object at a place of a file, by file and path: it keeps its number when the file is loaded again.
    pub(crate) places: FxHashMap<(FileId, Rc<str>), ObjectId>,
    pub(crate) parentage: Parentage,
    pub(crate) above: FxHashMap<ObjectId, Rc<Above>>,
    pub(crate) finds: FxHashMap<(ObjectId, Name), Find>,
    pub(crate) signatures: FxHashMap<(SlotId, bool), Rc<Signature>>,
    /// The variables of methods and of generic objects (these have no slot number), by name.
    pub(crate) variables: FxHashMap<(SlotId, Name), VarId>,
    pub(crate) implementors: Rc<Implementors>,
    /// Objects whose slots may be others than those entered there.
    pub(crate) touched: Vec<ObjectId>,
    pub(crate) related: FxHashMap<(Option<FileId>, TypeId, TypeId), Related>,
    pub(crate) bodies: FxHashMap<Unit, Rc<Outcome>>,
    /// The objects whose parents are among these units.
    pub(crate) parents_among: Vec<ObjectId>,
    /// Units whose inference is under way.
    pub(crate) recursion: Recursion,
    /// What the files' code has asked for so far.
    pub(crate) asked: crate::asked::Asked,
    /// The file that is being checked.
    pub(crate) checked: Option<FileId>,
    /// Names that were compared with others for its findings.
    pub(crate) compared: usize,
    /// The file that stands for candidates, one after the other.
    pub(crate) candidate: Option<FileId>,
    /// The file that stands for live objects.
    pub(crate) live: Option<FileId>,
    /// What the arguments of a method are taken to be where it does not say.
    pub(crate) assumed: Option<(SlotId, Vec<TypeId>)>,
    /// Remember what is known where this is sent, whether it is understood or not.
    pub(crate) watched: Option<Name>,
    /// Remember the types of expressions.
    pub(crate) wants_places: bool,
    pub(crate) effects: crate::effects::Memory,
    pub(crate) words: Words,
}

/// Selectors that the rules name.
pub(crate) struct Words {
    pub(crate) value: Name,
    pub(crate) is_nil: Name,
    pub(crate) is_not_nil: Name,
    pub(crate) eq: Name,
    pub(crate) ne: Name,
    pub(crate) same: Name,
    pub(crate) not_same: Name,
    pub(crate) import: Name,
    pub(crate) fork: Name,
    pub(crate) inherits: Name,
}

impl Universe {
    /// A world with nothing in it but what the machine makes itself: the lobby, nil, true, false, and an empty traits object for
    /// each built-in kind.
    pub fn bare(options: Options) -> Self {
        crate::boot::bare(options)
    }

    pub(crate) fn add_object(&mut self, path: &str) -> ObjectId {
        let id = ObjectId(self.objects.len() as u32);
        self.objects.push(Object { path: path.into(), ..Object::default() });
        self.parentage.add(id);
        id
    }

    pub(crate) fn object(&self, id: ObjectId) -> &Object {
        &self.objects[id.0 as usize]
    }

    /// How an object is called in messages, in backquotes; one without a name is known by what it has.
    pub(crate) fn described(&self, id: ObjectId) -> String {
        let object = self.object(id);
        if !self.is_of_code(id) {
            return format!("`{}`", object.path);
        }
        let names = object.slots.iter().filter(|s| !s.is_parent).map(|s| format!("'{}'", self.names.text(s.name)));
        let shown: Vec<String> = names.take(MOST_NAMED).collect();
        let rest = if object.slots.iter().filter(|s| !s.is_parent).count() > shown.len() { ", …" } else { "" };
        match shown.is_empty() {
            true => "an object without slots".into(),
            false => format!("the object with {}{rest}", shown.join(", ")),
        }
    }

    /// An object that is to be changed.
    pub(crate) fn object_mut(&mut self, id: ObjectId) -> &mut Object {
        if self.touched.last() != Some(&id) {
            self.touched.push(id);
        }
        let object = &mut self.objects[id.0 as usize];
        object.forget_places();
        object
    }

    pub(crate) fn slot(&self, id: SlotId) -> &Slot {
        &self.objects[id.object.0 as usize].slots[id.index as usize]
    }

    /// Whether there is such a slot, and it is a method.
    pub(crate) fn is_method(&self, id: SlotId) -> bool {
        let slot = self.object(id.object).slots.get(id.index as usize);
        slot.is_some_and(|slot| slot.kind == SlotKind::Method)
    }

    pub(crate) fn file(&self, id: FileId) -> &FileData {
        &self.files[id.0 as usize]
    }

    pub(crate) fn text(&self, id: FileId) -> Rc<str> {
        self.file(id).text.clone()
    }

    /// A constant slot that the machine itself makes.
    pub(crate) fn constant(&mut self, object: ObjectId, name: &str, value: ObjectId, is_parent: bool) {
        let name = self.names.of(name);
        let slot = Slot { is_parent, ..Slot::new(name, SlotKind::Constant, SlotValue::Object(value)) };
        self.object_mut(object).slots.push(slot);
    }

    pub(crate) fn add_var(&mut self, name: &str, keyword: &str, bound: Option<TypeId>) -> VarId {
        let id = VarId(self.vars.len() as u32);
        self.vars.push(Var { name: name.into(), keyword: keyword.into(), bound });
        id
    }

    pub(crate) fn var(&self, id: VarId) -> &Var {
        &self.vars[id.0 as usize]
    }

    /// The built-in objects.
    pub fn builtin(&self) -> Builtin {
        self.builtin
    }

    /// The types.
    pub fn types(&self) -> &Types {
        &self.types
    }

    /// How strictly it checks.
    pub fn options(&self) -> Options {
        self.options
    }

    pub(crate) fn nil_type(&mut self) -> TypeId {
        self.types.object(self.builtin.nil)
    }

    pub(crate) fn bool_type(&mut self) -> TypeId {
        self.types.object(self.builtin.bool_)
    }

    pub(crate) fn int_type(&mut self) -> TypeId {
        self.types.object(self.builtin.int)
    }

    /// Forgets everything that was concluded from slots and parents; what is written stays, and what code was found to do.
    pub(crate) fn forget_lookups(&mut self) {
        self.above.clear();
        self.finds.clear();
        self.related.clear();
        self.effects.clear();
        self.parentage.open();
    }

    /// Forgets the parents of some objects.
    pub(crate) fn forget_parents(&mut self, of: impl IntoIterator<Item = ObjectId>) {
        for object in of {
            self.parentage.forget(object);
            self.bodies.remove(&Unit::Parents(object));
        }
    }

    /// Forgets everybody's parents.
    pub(crate) fn forget_all_parents(&mut self) {
        self.parentage.forget_all();
        self.bodies.retain(|unit, _| !matches!(unit, Unit::Parents(_)));
    }

    /// Forgets the signatures of a file's slots, and what its code was found to do. Only the file is gone through: there are many more.
    fn forget_signatures_of(&mut self, file: FileId) {
        let data = &self.files[file.0 as usize];
        let own = data.objects.iter().flat_map(|object| {
            let count = self.objects[object.0 as usize].slots.len() as u32;
            (0..count).map(|index| SlotId { object: *object, index })
        });
        let slots: Vec<SlotId> = own.chain(data.added.iter().copied()).filter(|s| self.slot(*s).file == Some(file)).collect();
        for slot in slots {
            self.signatures.remove(&(slot, false));
            self.signatures.remove(&(slot, true));
            for unit in [Unit::Method(slot), Unit::Initial(slot), Unit::Contents(slot)] {
                self.bodies.remove(&unit);
            }
        }
        self.bodies.remove(&Unit::Statements(file));
        for object in std::mem::take(&mut self.parents_among) {
            self.bodies.remove(&Unit::Parents(object));
        }
    }

    /// Forgets the signatures of files' slots.
    pub(crate) fn forget_signatures(&mut self, of: impl Fn(Option<FileId>) -> bool) {
        let objects = &self.objects;
        let stays = |slot: &SlotId| objects[slot.object.0 as usize].slots.get(slot.index as usize).is_some_and(|s| !of(s.file));
        self.signatures.retain(|(slot, _), _| stays(slot));
        self.bodies.retain(|unit, _| match unit {
            Unit::Method(slot) | Unit::Initial(slot) | Unit::Contents(slot) => stays(slot),
            Unit::Statements(file) => !of(Some(*file)),
            Unit::Parents(_) => false,
        });
    }

    /// Whether an object is written inside code.
    pub(crate) fn is_of_code(&self, object: ObjectId) -> bool {
        &*self.object(object).path == UNNAMED
    }

    /// Forgets all that was found out about a file's code.
    pub(crate) fn forget_code(&mut self, file: FileId) {
        self.forget_signatures_of(file);
        // Parents that it adds to objects of others are found out by its code.
        let data = self.file(file);
        let filled: Vec<ObjectId> = data.objects.iter().copied().chain(data.added.iter().map(|slot| slot.object)).collect();
        self.forget_parents(filled);
        self.asked.forget(file);
        self.forget_lookups();
    }

    /// Every slot of a name, anywhere.
    pub(crate) fn implementors(&mut self) -> Rc<Implementors> {
        let mut touched = std::mem::take(&mut self.touched);
        touched.sort();
        touched.dedup();
        touched.retain(|id| !self.implementors.know(*id, self.object(*id)));
        if !touched.is_empty() {
            let all = Rc::make_mut(&mut self.implementors);
            touched.into_iter().for_each(|id| all.enter(id, &self.objects[id.0 as usize]));
        }
        self.implementors.clone()
    }

    pub(crate) fn signature_of(&mut self, slot: SlotId, is_write: bool) -> Rc<Signature> {
        crate::signature::of(self, slot, is_write)
    }
}

impl Booleans {
    pub(crate) fn of(builtin: &Builtin) -> Self {
        Booleans { true_: builtin.true_, false_: builtin.false_, bool_: builtin.bool_ }
    }
}
