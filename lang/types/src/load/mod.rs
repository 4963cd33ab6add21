//! From a syntax tree to objects: a file's module, the objects its literals make, and the slots it adds to others.
//!
//! What a file does when it runs is not run. What is read off it is what can be read off without running: the slots of its
//! module, object literals in them, and top-level statements of the form `some path _AddSlots: (| … |)`, which is how a
//! library is written. What must stay true: every slot literal at these places becomes slots of exactly one object; an
//! object gets the number that it had when the file was loaded before.
//!
//! Object literals inside code are made here as well, all of them: which objects there are must not depend on what code was looked at
//! before. What their slots hold at first is found out with the code around them (`crate::infer`).

mod literals;
mod path;

use std::rc::Rc;

use aura_syntax::Span;
use aura_syntax::tree::{self, Expr, ExprKind, File, Init, Receiver, Send, SlotList, Statement, selector};
use aura_syntax::visit;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::additions::{Additions, Finder, adds_slots};
use crate::infer::{Code, Unit, in_order};
use crate::mentioned::mentioned;
use crate::names::{Name, Names};
use crate::object::{FileId, ObjectId, Slot, SlotId, SlotKind, SlotValue};
use crate::stores::{self, Places};
use crate::universe::{FileData, Universe};

/// A file's text and tree.
pub struct Source {
    /// How the file is called.
    pub name: String,
    /// Its text.
    pub text: String,
    /// What the parser made of it.
    pub parse: aura_syntax::Parse,
    /// Part of the library.
    pub is_library: bool,
}

impl Universe {
    /// Loads a file. Files that it imports, or that it adds slots to, must be loaded before.
    pub fn load(&mut self, source: Source) -> FileId {
        let id = FileId(self.files.len() as u32);
        let module = self.add_object("");
        let lobby = self.builtin.lobby;
        self.constant(module, "parent", lobby, true);
        self.files.push(FileData {
            name: source.name.as_str().into(),
            text: source.text.as_str().into(),
            objects: vec![module],
            is_library: source.is_library,
            ..FileData::empty(module)
        });
        self.fill_file(id, source);
        self.forget_all_parents();
        id
    }

    /// Loads a file again: its objects keep their numbers, and everything else about them is new.
    pub fn reload(&mut self, id: FileId, source: Source) {
        // What its companion has put into its objects goes with them, and comes again.
        let companion = self.file(id).companion;
        companion.into_iter().for_each(|c| self.unload(c));
        self.unload(id);
        let file = &mut self.files[id.0 as usize];
        (file.name, file.text) = (source.name.as_str().into(), source.text.as_str().into());
        let module = file.module;
        let lobby = self.builtin.lobby;
        self.constant(module, "parent", lobby, true);
        self.files[id.0 as usize].objects.push(module);
        self.fill_file(id, source);
    }

    /// Loads the companion of a file again, when the file and what it imports have been loaded.
    pub(crate) fn reload_companion(&mut self, of: FileId) {
        if let Some(companion) = self.file(of).companion {
            let (name, text) = (self.file(companion).name.to_string(), self.file(companion).text.to_string());
            let parse = aura_syntax::parse(&text);
            self.accompany(of, Source { name, text, parse, is_library: false });
        }
    }

    /// Loads a file whose code sees the module of another one, such as what was learned for a script. There is one for a file: another takes
    /// its place.
    pub(crate) fn accompany(&mut self, of: FileId, source: Source) -> FileId {
        let module = self.file(of).module;
        let id = match self.file(of).companion {
            Some(id) => {
                self.unload(id);
                id
            }
            None => {
                let id = FileId(self.files.len() as u32);
                self.files.push(FileData::empty(module));
                self.files[of.0 as usize].companion = Some(id);
                id
            }
        };
        let file = &mut self.files[id.0 as usize];
        (file.name, file.text) = (source.name.as_str().into(), source.text.as_str().into());
        self.fill_file(id, source);
        // Any object may understand more now: only what the library answers by itself stays as it is.
        let of_library: Vec<bool> = self.files.iter().map(|f| f.is_library).collect();
        self.forget_signatures(|file| file.is_some_and(|f| !of_library[f.0 as usize]));
        self.forget_all_parents();
        id
    }

    /// Takes a file's slots away. Its number stays.
    pub fn unload(&mut self, id: FileId) {
        self.forget_code(id);
        let file = &mut self.files[id.0 as usize];
        let (objects, added) = (std::mem::take(&mut file.objects), std::mem::take(&mut file.added));
        file.literals.clear();
        file.statements = Rc::default();
        file.additions = Additions::default();
        file.code.clear();
        file.written.take();
        for object in objects {
            let object = self.object_mut(object);
            object.origin = None;
            object.slots.clear();
            object.params.clear();
        }
        for slot in added {
            // The slots behind it keep their numbers, so its place stays, empty.
            let nobody = self.names.of("");
            let place = &mut self.object_mut(slot.object).slots[slot.index as usize];
            let name = std::mem::replace(place, Slot::empty(nobody)).name;
            self.choose(slot.object, name);
        }
    }

    /// Which of an object's slots of one name is found: of those that several files have written the last one's, files being in the order
    /// of the library, then of their names, and not one that was added only if there was none. So it does not matter which file was
    /// loaded last.
    fn choose(&mut self, object: ObjectId, name: Name) {
        let rank = |slot: &Slot| {
            let file = slot.file.map(|f| (f, self.file(f)));
            let is_library = file.is_none_or(|(_, data)| data.is_library);
            let by_number = file.filter(|_| is_library).map(|(id, _)| id);
            let by_name = file.filter(|_| !is_library).map(|(_, data)| data.name.clone());
            (!slot.is_default, !is_library, by_number, by_name)
        };
        let slots = &self.object(object).slots;
        let of_name: Vec<usize> = (0..slots.len()).filter(|i| slots[*i].name == name).collect();
        let first = of_name.iter().map(|i| rank(&slots[*i])).max();
        let hidden: Vec<bool> = of_name.iter().map(|i| Some(rank(&slots[*i])) != first).collect();
        for (index, is_hidden) in of_name.into_iter().zip(hidden) {
            self.object_mut(object).slots[index].is_hidden = is_hidden;
        }
    }

    /// Adds the slots of a text to an object, as code of another file would see them. The same number serves every time.
    pub(crate) fn load_slots(&mut self, object: ObjectId, seen_from: FileId, source: Source) -> FileId {
        let (module, imports) = (self.file(seen_from).module, self.file(seen_from).imports.clone());
        let id = match self.candidate {
            Some(id) => {
                self.unload(id);
                id
            }
            None => {
                let id = FileId(self.files.len() as u32);
                self.files.push(FileData::empty(module));
                self.candidate = Some(id);
                id
            }
        };
        let text: Rc<str> = source.text.as_str().into();
        let stores = stores::find(&source.parse.file, &text, &mut self.names);
        let slots = source.parse.file.slots;
        let file = &mut self.files[id.0 as usize];
        (file.name, file.text, file.module, file.imports) = (source.name.as_str().into(), text.clone(), module, imports);
        let mut loader = Loader::new(self, id, text);
        if let Some(list) = slots {
            loader.fill(object, list, false);
        }
        loader.finish(stores);
        id
    }

    fn fill_file(&mut self, id: FileId, source: Source) {
        let text: Rc<str> = self.text(id);
        let module = self.file(id).module;
        let mentioned = mentioned(&source.parse.tokens, &text, &mut self.names);
        let stores = stores::find(&source.parse.file, &text, &mut self.names);
        let File { slots, body, .. } = source.parse.file;
        let file = &mut self.files[id.0 as usize];
        file.mentioned = mentioned;
        file.imports.clear();
        let mut loader = Loader::new(self, id, text);
        if let Some(list) = slots {
            loader.fill(module, list, false);
        }
        let statements: Vec<Statement> = body.into_iter().map(|s| loader.statement(s)).collect();
        loader.finish(stores);
        self.files[id.0 as usize].statements = Rc::new(statements);
    }
}

/// Makes the objects of one file.
struct Loader<'u> {
    u: &'u mut Universe,
    file: FileId,
    text: Rc<str>,
    /// How many objects lie at a place already.
    made: FxHashMap<Rc<str>, u32>,
    /// The file's own objects.
    own: FxHashSet<ObjectId>,
    /// What its code adds to objects when it runs.
    additions: Additions,
    code: Vec<Code>,
}

impl<'u> Loader<'u> {
    fn new(u: &'u mut Universe, file: FileId, text: Rc<str>) -> Self {
        let own = u.file(file).objects.iter().copied().collect();
        Self { u, file, text, own, made: FxHashMap::default(), additions: Additions::default(), code: Vec::new() }
    }

    fn finish(self, stores: Places) {
        let file = &mut self.u.files[self.file.0 as usize];
        file.additions = self.additions;
        file.code = in_order(self.code);
        file.stores = Rc::new(stores::in_code(stores, self.file, &file.code));
        file.written.take();
        let filled: FxHashSet<ObjectId> = file.added.iter().map(|slot| slot.object).chain(file.objects.iter().copied()).collect();
        self.u.forget_parents(filled);
        self.u.forget_lookups();
    }

    fn statement(&mut self, mut statement: Statement) -> Statement {
        if let ExprKind::Send(send) = &mut statement.expr.kind {
            self.added_now(send);
        }
        visit::expr(&mut self.finder(), &statement.expr);
        Literals { loader: self, whose: None, locals: FxHashSet::default() }.of_statement(&statement);
        statement
    }

    fn finder(&mut self) -> Finder<'_> {
        Finder { text: self.text.clone(), names: &mut self.u.names, additions: &mut self.additions }
    }

    /// `receiver _AddSlots: (| … |)`
    fn added_now(&mut self, send: &mut Send) {
        let selector = selector(&send.selector, &self.text);
        if !adds_slots(&selector) {
            return;
        }
        let target = match &send.receiver {
            Receiver::Implicit => Some(self.u.builtin.lobby),
            Receiver::Expr(e) => path::object(self.u, self.file, &self.text, e).or_else(|| self.imported(e)),
            Receiver::Resend(_) | Receiver::Delegate(_) => None,
        };
        if let (Some(target), [Expr { kind: ExprKind::Object(list), .. }]) = (target, &mut send.arguments[..]) {
            let list = std::mem::replace(list, empty(list));
            self.fill(target, list, selector == "_AddSlotsIfAbsent:");
        } else {
            self.additions.opened.extend(target);
        }
    }

    /// What a companion adds to may be an object that its file has from another one, and no literal of its own.
    fn imported(&mut self, path: &Expr) -> Option<ObjectId> {
        let is_companion = self.u.files.iter().any(|f| f.companion == Some(self.file));
        is_companion.then(|| self.u.object_at(self.file, path.span.text(&self.text))).flatten()
    }

    fn fill(&mut self, object: ObjectId, list: SlotList, only_absent: bool) {
        for slot in list.slots {
            if slot.is_argument {
                continue;
            }
            let name = self.name(&slot.name);
            // What other files add may come and go, so only what is written in this one is absent for good.
            let is_here = |s: &Slot| s.name == name && s.file == Some(self.file);
            if only_absent && self.u.object(object).slots.iter().any(is_here) {
                continue;
            }
            self.slot(object, name, slot, only_absent);
        }
    }

    fn slot(&mut self, object: ObjectId, name: Name, mut tree: tree::Slot, is_default: bool) {
        let kind = match &tree.init {
            Init::None | Init::Assignable(_) => SlotKind::Data,
            Init::Constant(_) => SlotKind::Constant,
            Init::Method(_) => SlotKind::Method,
        };
        let value = match &mut tree.init {
            Init::None => SlotValue::Nothing,
            Init::Method(_) => SlotValue::Code,
            Init::Constant(e) | Init::Assignable(e) => match literal(e) {
                Some(list) => {
                    let span = e.span;
                    let made = self.make(object, name, span);
                    crate::annotation::declare(self.u, self.file, made, &tree, &self.text);
                    self.fill(made, list, false);
                    SlotValue::Object(made)
                }
                None => SlotValue::Written,
            },
        };
        visit::inside_slot(&mut self.finder(), &tree);
        if !matches!(value, SlotValue::Object(_)) {
            Literals { loader: self, whose: Some((object, name)), locals: FxHashSet::default() }.of_slot(&tree);
        }
        let (is_parent, span) = (tree.is_parent, tree.span);
        let index = self.u.object(object).slots.len() as u32;
        let unit = match value {
            SlotValue::Code => Some(Unit::Method(SlotId { object, index })),
            SlotValue::Written => Some(Unit::Initial(SlotId { object, index })),
            SlotValue::Object(_) | SlotValue::Nothing => None,
        };
        self.code.extend(unit.map(|unit| Code { span, unit, around: None }));
        let (file, tree) = (Some(self.file), Some(Rc::new(tree)));
        self.u.object_mut(object).slots.push(Slot { is_parent, file, tree, is_default, ..Slot::new(name, kind, value) });
        if !self.own.contains(&object) {
            self.u.files[self.file.0 as usize].added.push(SlotId { object, index });
            self.u.choose(object, name);
        }
    }

    /// The object for a literal in the slot `name` of `inside`.
    fn make(&mut self, inside: ObjectId, name: Name, span: Span) -> ObjectId {
        let path = path::of(self.u, inside, name);
        self.made(path.clone(), &path, span)
    }

    /// The next object of those that lie at one place.
    fn made(&mut self, place: Rc<str>, path: &str, span: Span) -> ObjectId {
        let count = self.made.entry(place.clone()).or_insert(0);
        *count += 1;
        let key = (self.file, if *count == 1 { place } else { format!("{place}#{count}").into() });
        let id = match self.u.places.get(&key) {
            Some(id) => *id,
            None => {
                let id = self.u.add_object(path);
                self.u.places.insert(key, id);
                id
            }
        };
        self.u.object_mut(id).origin = Some((self.file, span));
        self.u.files[self.file.0 as usize].objects.push(id);
        self.own.insert(id);
        id
    }

    fn name(&mut self, name: &tree::SlotName) -> Name {
        name_of(name, &self.text, &mut self.u.names)
    }
}

use literals::Literals;

/// A slot's name.
pub(crate) fn name_of(name: &tree::SlotName, text: &str, names: &mut Names) -> Name {
    match name {
        tree::SlotName::Unary(span) => names.of(span.text(text)),
        tree::SlotName::Binary { operator, .. } => names.of(operator.text(text)),
        tree::SlotName::Keyword { parts, .. } => match parts.as_slice() {
            [one] => names.of(one.text(text)),
            _ => names.of(&selector(parts, text)),
        },
    }
}

/// The slots of an object literal, taken out of its expression; also of one in plain parentheses.
fn literal(expr: &mut Expr) -> Option<SlotList> {
    match &mut expr.kind {
        ExprKind::Object(list) => Some(std::mem::replace(list, empty(list))),
        _ => None,
    }
}

fn empty(list: &SlotList) -> SlotList {
    SlotList { slots: Vec::new(), annotation: None, span: list.span }
}
