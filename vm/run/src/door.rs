//! What the door for messages that are not understood needs of the machine: a paused send as plain data, a trial of a method
//! for it, and the splice.
//!
//! What must stay true: describing a send runs no code and changes nothing; a method that is spliced at the receiver's own kind
//! reaches every live object of that kind (they share its map), in a trial too; generated methods have no powers but what policy gives them of
//! the program's.
//!
//! Not here: where a method goes, and who writes it.

use std::sync::Arc;

use aura_code::ObjectTemplate;
use aura_heap::{CollectionKind, Kind, SlotKind, Value, layout};

use crate::caps::CapSet;
use crate::fail::Fail;
use crate::lookup;
use crate::probe::VALUES;
use crate::process::{Frame, Process, ProcessId, Status};
use crate::trial::{TrialLimits, TrialReport};
use crate::vm::{Handle, Vm};

/// Objects on a lookup path that are told about, and slots of one object.
const MOST_HOLDERS: usize = 24;
const MOST_SLOTS: usize = 400;
/// Other objects of the script that are told about, slots of the receiver whose contents are, and elements of a vector there.
const MOST_OBJECTS: usize = 8;
const MOST_HELD: usize = 12;
const MOST_ELEMENTS: usize = 8;
/// A compiled method slot, ready to be put into an object.
#[derive(Clone)]
pub struct Compiled(Arc<ObjectTemplate>);

impl Compiled {
    /// From what the compiler made of one slot.
    pub fn new(template: ObjectTemplate) -> Self {
        Compiled(Arc::new(template))
    }
}

/// A paused send that nothing understood.
pub struct Missing {
    /// The process that stands at it.
    pub process: ProcessId,
    /// What was sent.
    pub selector: String,
    /// It was sent to nobody in particular.
    pub implicit: bool,
    /// The receiver, then the arguments.
    pub values: Vec<ValueView>,
    /// The objects on the lookup path, the receiver first.
    pub path: Vec<HolderView>,
    /// Every selector that the receiver understands.
    pub understood: Vec<String>,
    /// Slots of the module that the sending code was written in.
    pub module: Vec<SlotView>,
    /// The other objects that the module names, one of each kind.
    pub objects: Vec<HolderView>,
    /// Where it was sent from.
    pub caller: CallerView,
    /// Activations of generated methods below it.
    pub generated: usize,
    /// What the sender may use: the program's capabilities, narrowed by policy below a generated method.
    pub powers: CapSet,
    pub(crate) kept: Vec<Handle>,
    pub(crate) home: Handle,
}

/// A value, seen from outside.
#[derive(Clone, Debug, Default)]
pub struct ValueView {
    /// What it is called, or its kind.
    pub name: String,
    /// How the machine describes it.
    pub text: String,
    /// It is nil.
    pub is_nil: bool,
    /// What the slots of an object of the script hold, by their names: for the receiver.
    pub held: Vec<(String, String)>,
}

/// An object on the lookup path.
#[derive(Clone, Debug, Default)]
pub struct HolderView {
    /// The expression that names it.
    pub path: Option<String>,
    /// The names that modules have for it, that of the module whose own it is first.
    pub names: Vec<Named>,
    /// A module names it.
    pub of_script: bool,
    /// Everything inherits from it, or it is one of several representations of a kind.
    pub is_shared: bool,
    /// Its comment.
    pub comment: Option<String>,
    /// Its slots.
    pub slots: Vec<SlotView>,
}

/// A name that a module has for an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// The module's file.
    pub file: String,
    /// The expression there: `point`, `shapes point`.
    pub path: String,
}

/// A slot.
#[derive(Clone, Debug, Default)]
pub struct SlotView {
    /// Its selector.
    pub name: String,
    /// It holds a method.
    pub is_method: bool,
    /// Lookup goes on in it.
    pub is_parent: bool,
    /// It can be assigned to.
    pub is_data: bool,
    /// Its type annotation.
    pub type_text: Option<String>,
    /// Its comment.
    pub comment: Option<String>,
    /// The source of a method.
    pub source: Option<String>,
    /// What kind of thing is in it, unless it is a method: `an integer`, `nil`, the name of an object. Not the value itself.
    pub holds: Option<String>,
    /// A model wrote the method.
    pub is_generated: bool,
}

/// Where a send stands.
#[derive(Clone, Debug, Default)]
pub struct CallerView {
    /// The method's name; nothing at top level.
    pub selector: Option<String>,
    /// The file.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// The bytes of the whole expression.
    pub span: (u32, u32),
    /// The method's source, or the lines around the send.
    pub source: String,
    /// The comment with which the file begins.
    pub heading: Option<String>,
}

impl Vm {
    /// The send that a paused process stands at, if nothing understood it and a method at its receiver would help.
    pub fn missing(&mut self, id: ProcessId) -> Option<Missing> {
        self.present_names();
        self.present_failed(id);
        let unanswered = self.unanswered(id)?;
        let p = self.process(id).filter(|p| p.status == Status::Paused)?;
        let failed = p.failed.last()?;
        let handler = p.frames[..p.depth].get(failed.depth)?;
        if &*handler.code.code().name != "doesNotUnderstand:Receiver:Arguments:Kind:" {
            return None;
        }
        let at = handler.base as usize;
        let selector = self.heap.as_text(p.stack[at + 1])?.to_string();
        let kind = self.heap.as_text(p.stack[at + 4])?.to_string();
        if !matches!(kind.as_str(), "normal" | "implicit") {
            return None;
        }
        if *selector != unanswered {
            return None;
        }
        let values = failed.values.clone();
        let sender = failed.depth - 1;
        let frame = &p.frames[sender];
        let (caller, module) = (self.caller(p, sender, failed.pc), frame.code.module.get());
        let generated = p.frames[..failed.depth].iter().filter(|f| f.code.method().generated).count();
        let powers = if generated > 0 { p.caps.and(&self.policy) } else { p.caps.clone() };
        let objects = self.lookup_path(values[0]);
        objects.iter().for_each(|o| self.bring_slots(*o));
        let path = objects.iter().map(|o| self.holder_view(*o)).collect();
        let mut understood: Vec<String> =
            lookup::understood(&self.heap, values[0]).iter().map(|(s, _)| self.heap.symbols.name(*s).to_string()).collect();
        if self.is_block(values[0]) {
            understood.extend(VALUES[1..].iter().map(|v| v.to_string()));
        }
        let mut views: Vec<ValueView> = values.iter().map(|v| self.value_view(*v)).collect();
        views[0].held = self.held_by(values[0]);
        let others = self.other_objects(module, &objects);
        let slots = if module == self.specials.lobby { Vec::new() } else { self.slot_views(module) };
        let kept = objects.into_iter().map(|o| self.keep(o)).collect();
        let home = self.keep(module);
        Some(Missing {
            process: id,
            selector,
            implicit: kind == "implicit",
            values: views,
            path,
            understood,
            module: slots,
            objects: others,
            caller,
            generated,
            powers,
            kept,
            home,
        })
    }

    /// A send that nobody has made, of a message to the object that the module of `file` calls `path`: for putting a method there that is
    /// known already. It cannot be tried.
    pub fn supposed(&mut self, file: &str, path: &str, selector: &str) -> Option<Missing> {
        let module = self.module(file)?;
        let receiver = self.reached(module, path).or_else(|| self.reached_in_library(path))?;
        let objects = self.lookup_path(receiver);
        objects.iter().for_each(|o| self.bring_slots(*o));
        let understood = lookup::understood(&self.heap, receiver);
        Some(Missing {
            process: ProcessId::NONE,
            selector: selector.into(),
            implicit: false,
            values: vec![self.value_view(receiver)],
            path: objects.iter().map(|o| self.holder_view(*o)).collect(),
            understood: understood.iter().map(|(s, _)| self.heap.symbols.name(*s).to_string()).collect(),
            module: if module == self.specials.lobby { Vec::new() } else { self.slot_views(module) },
            objects: Vec::new(),
            caller: CallerView { file: file.into(), ..CallerView::default() },
            generated: 0,
            powers: self.policy.clone(),
            kept: objects.into_iter().map(|o| self.keep(o)).collect(),
            home: self.keep(module),
        })
    }

    /// The object that names lead to, one after the other.
    fn reached(&self, from: Value, path: &str) -> Option<Value> {
        path.split(' ').try_fold(from, |at, word| self.child(at, word))
    }

    fn reached_in_library(&self, path: &str) -> Option<Value> {
        let lobby = self.specials.lobby;
        let globals = || self.reached(self.child(lobby, "globals")?, path);
        if path == "lobby" { Some(lobby) } else { self.reached(lobby, path).or_else(globals) }
    }

    /// Brings what a paused send is about: receiver, arguments, and everything on the way of the lookup.
    fn present_failed(&mut self, id: ProcessId) {
        let values: Vec<Value> = self.failed_send(id).map(<[Value]>::to_vec).unwrap_or_default();
        for v in values {
            // What cannot be read is described as what it is: an object.
            let _ = self.bring_ancestors(v);
        }
    }

    /// Tries a method for a paused send, at object `at` of its path: the same send in a process of its own, in a world that is put back.
    ///
    /// # Errors
    /// When the object takes no slots.
    pub fn try_method(&mut self, m: &Missing, at: usize, method: &Compiled, limits: TrialLimits) -> Result<TrialReport, Fail> {
        let values: Vec<Value> = self.failed_send(m.process).map(<[Value]>::to_vec).unwrap_or_default();
        if values.is_empty() {
            return Err(Fail::with("badTypeError", "the send is no longer waiting"));
        }
        // Kept first: looking for kin collects, and what is young moves.
        let handles: Vec<Handle> = values.into_iter().map(|v| self.keep(v)).collect();
        let kin = self.kin(&m.kept[at]);
        self.trying = m.powers.and(&self.policy);
        let report = self.try_out(&m.selector, &handles, limits, |vm| vm.put(m, at, &kin, method));
        self.trying = CapSet::none();
        for h in handles {
            self.release(h);
        }
        report
    }

    /// Splices a method at object `at` of a paused send's path, and at every object of the same kind.
    ///
    /// # Errors
    /// When the object takes no slots.
    pub fn splice(&mut self, m: &Missing, at: usize, method: &Compiled) -> Result<(), Fail> {
        let kin = self.kin(&m.kept[at]);
        self.put(m, at, &kin, method)
    }

    /// Takes a spliced method out again.
    ///
    /// # Errors
    /// When it is no longer there.
    pub fn unsplice(&mut self, m: &Missing, at: usize) -> Result<(), Fail> {
        let kin = self.kin(&m.kept[at]);
        let home = self.kept(&m.kept[at]);
        let old = self.heap.map_of(home);
        self.uninstall(home, &m.selector)?;
        self.follow(home, old, &kin);
        Ok(())
    }

    /// Takes a method that a model wrote out of an object, and of every object of the same kind. False if there is none of that
    /// source.
    ///
    /// # Errors
    /// When the object takes no slots.
    pub fn take_out(&mut self, home: Value, selector: &str, source: &str) -> Result<bool, Fail> {
        self.bring_slots(home);
        let map = self.heap.map(self.heap.map_of(home));
        let slot = self.heap.symbols.find(selector).and_then(|name| map.find(name));
        let view = slot.map(|s| self.slot_view(home, s)).filter(|s| s.is_generated);
        if view.and_then(|s| s.source).is_none_or(|s| !source.trim_end().ends_with(s.trim())) {
            return Ok(false);
        }
        let kept = self.keep(home);
        let kin = self.kin(&kept);
        let home = self.release(kept);
        let old = self.heap.map_of(home);
        self.uninstall(home, selector)?;
        self.follow(home, old, &kin);
        Ok(true)
    }

    /// Lets go of a paused send's objects.
    pub fn let_go(&mut self, m: Missing) {
        for h in m.kept.into_iter().chain([m.home]) {
            self.release(h);
        }
    }

    pub(crate) fn put(&mut self, m: &Missing, at: usize, kin: &[Value], method: &Compiled) -> Result<(), Fail> {
        let (home, module) = (self.kept(&m.kept[at]), self.kept(&m.home));
        let old = self.heap.map_of(home);
        self.install(home, &method.0, module, true)?;
        self.follow(home, old, kin);
        Ok(())
    }

    /// Moves the objects that shared `home`'s old map to its new one.
    fn follow(&mut self, home: Value, old: aura_heap::MapId, kin: &[Value]) {
        let new = self.heap.map_of(home);
        for o in kin {
            if *o != home && self.heap.map_of(*o) == old {
                self.heap.set_map(*o, new);
            }
        }
        // Objects of the kind that are not in memory follow when they come.
        if !self.heap.in_trial() && !kin.is_empty() && new != old {
            self.with_image(|image, _| image.map_moved(old, new));
        }
        self.flush();
    }

    /// The plain objects with the map of the kept one. They are in old space: later collections do not move them.
    pub(crate) fn kin(&mut self, kept: &Handle) -> Vec<Value> {
        self.collect_as(CollectionKind::Minor);
        let o = self.kept(kept);
        if self.heap.kind(o) != Some(Kind::Plain) || self.heap.header(o) & layout::UNIQUE != 0 {
            return Vec::new();
        }
        let map = self.heap.map_of(o);
        self.heap.objects_with_map(map)
    }

    /// Brings what an object's slots hold for good, so that methods are seen to be methods. What cannot be brought stays a
    /// stranger.
    fn bring_slots(&mut self, o: Value) {
        if !self.heap.has_absents() || !o.is_ref() {
            return;
        }
        let slots = &self.heap.map(self.heap.map_of(o)).slots;
        let constants: Vec<Value> = slots
            .iter()
            .filter_map(|s| match s.kind {
                SlotKind::Constant(v) => Some(v),
                _ => None,
            })
            .collect();
        for v in constants {
            let _ = self.present(v);
        }
    }

    /// The receiver (or, for a clone, the prototype that shares its map), then its parents in the order of the search.
    fn lookup_path(&self, receiver: Value) -> Vec<Value> {
        let first = self.prototype_of(receiver).map_or(receiver, |(_, proto)| proto);
        let (mut seen, mut todo) = (Vec::new(), vec![receiver]);
        while let Some(o) = todo.pop() {
            if seen.contains(&o) || seen.len() == MOST_HOLDERS {
                continue;
            }
            seen.push(o);
            let m = self.heap.map(self.heap.map_of(o));
            for &i in m.parents.iter().rev() {
                match m.slots[i as usize].kind {
                    SlotKind::Constant(v) => todo.push(v),
                    SlotKind::Data(at) => todo.push(self.heap.data(o, at)),
                    SlotKind::Assign(_) => {}
                }
            }
        }
        seen[0] = first;
        seen
    }

    /// The named object that `o` was cloned from: of all with its map, the one that was named first. Other things name themselves.
    fn prototype_of(&self, o: Value) -> Option<(String, Value)> {
        // A number is not what some slot happens to hold.
        if !o.is_ref() {
            return None;
        }
        let itself = || self.path_of(o).map(|path| (path, o));
        if self.heap.kind(o) != Some(Kind::Plain) {
            return itself();
        }
        let map = self.heap.map_of(o);
        let modules = self.modules.values().copied().filter(|m| *m != self.specials.lobby);
        for place in modules.chain(self.child(self.specials.lobby, "globals")) {
            for (name, v) in self.constants(place) {
                if v.is_ref() && name != "parent" && self.heap.kind(v) == Some(Kind::Plain) && self.heap.map_of(v) == map {
                    return Some((name, v));
                }
            }
        }
        itself()
    }

    fn child(&self, o: Value, name: &str) -> Option<Value> {
        self.constants(o).into_iter().find(|(n, _)| n == name).map(|(_, v)| v)
    }

    fn value_view(&self, v: Value) -> ValueView {
        let name = match self.prototype_of(v) {
            Some((path, _)) => path,
            None => self.kind_name(v),
        };
        ValueView { name, text: self.describe(v), is_nil: v == self.specials.nil, held: Vec::new() }
    }

    /// What the slots of a plain object hold, as far as it fits into a line each.
    fn held_by(&self, o: Value) -> Vec<(String, String)> {
        if self.heap.kind(o) != Some(Kind::Plain) || o == self.specials.lobby || o == self.specials.nil {
            return Vec::new();
        }
        let is_parent = |name: &str| {
            self.heap.symbols.find(name).and_then(|s| self.heap.map(self.heap.map_of(o)).find(s)).is_some_and(|s| s.parent)
        };
        let told = self.constants(o).into_iter().filter(|(name, v)| !self.heap.is_kind(*v, Kind::Method) && !is_parent(name));
        let text = |v| match self.library_prototype(v) {
            Some(name) if matches!(&*name, "nil" | "true" | "false") => name,
            Some(name) => format!("a {name}"),
            None => self.describe_with_elements(v),
        };
        told.take(MOST_HELD).map(|(name, v)| (name, text(v))).collect()
    }

    fn describe_with_elements(&self, v: Value) -> String {
        if self.heap.kind(v) != Some(Kind::Vector) || self.heap.length(v) == 0 {
            return self.describe(v);
        }
        let elements = self.heap.elements(v);
        let mut told: Vec<String> = elements.iter().take(MOST_ELEMENTS).map(|e| self.describe(*e)).collect();
        if elements.len() > MOST_ELEMENTS {
            told.push(format!("… {} in all", elements.len()));
        }
        format!("vector({})", told.join(", "))
    }

    /// The objects that a module names, but for those in `shown`, one of each kind.
    fn other_objects(&self, module: Value, shown: &[Value]) -> Vec<HolderView> {
        if module == self.specials.lobby {
            return Vec::new();
        }
        let mut maps: Vec<_> = shown.iter().map(|o| self.heap.map_of(*o)).collect();
        let mut views = Vec::new();
        for (name, v) in self.constants(module) {
            let map = self.heap.map_of(v);
            if name == "parent" || self.heap.kind(v) != Some(Kind::Plain) || maps.contains(&map) || views.len() == MOST_OBJECTS {
                continue;
            }
            maps.push(map);
            let view = self.holder_view(v);
            views.extend(Some(view).filter(|v| v.of_script));
        }
        views
    }

    /// What kind of thing a slot holds: of a library's object the prototype's name, whatever else it may be called.
    fn content_name(&self, v: Value) -> String {
        if !v.is_ref() || self.heap.kind(v) != Some(Kind::Plain) {
            return self.kind_name(v);
        }
        let named = self.library_prototype(v).or_else(|| self.prototype_of(v).map(|(path, _)| path));
        named.unwrap_or_else(|| self.kind_name(v))
    }

    /// The name of the library's object that `v` was cloned from: `list`.
    fn library_prototype(&self, v: Value) -> Option<String> {
        if !v.is_ref() || self.heap.kind(v) != Some(Kind::Plain) {
            return None;
        }
        let oddballs = [(self.specials.nil, "nil"), (self.specials.true_, "true"), (self.specials.false_, "false")];
        if let Some((_, name)) = oddballs.iter().find(|(o, _)| *o == v) {
            return Some((*name).to_string());
        }
        let globals = self.constants(self.child(self.specials.lobby, "globals")?);
        let same = |o: Value| o.is_ref() && self.heap.kind(o) == Some(Kind::Plain) && self.heap.map_of(o) == self.heap.map_of(v);
        globals.into_iter().find(|(_, o)| same(*o)).map(|(name, _)| name)
    }

    /// `an integer`, `a string`, … for values without a name.
    fn kind_name(&self, v: Value) -> String {
        if v.is_int() {
            return "an integer".into();
        }
        match self.heap.kind(v) {
            Some(Kind::Float) | None => "a float".into(),
            Some(Kind::Big) => "an integer".into(),
            Some(Kind::String) => "a string".into(),
            Some(Kind::Vector) => "a vector".into(),
            Some(Kind::Bytes) => "a byteVector".into(),
            Some(Kind::Block) => "a block".into(),
            Some(_) => self.describe(v),
        }
    }

    fn holder_view(&self, o: Value) -> HolderView {
        let names = self.names_of(o);
        let path = names.first().map(|n| n.path.clone()).or_else(|| self.path_of(o));
        let slotless = o.is_int()
            || matches!(
                self.heap.kind(o),
                None | Some(
                    Kind::Float
                        | Kind::Big
                        | Kind::String
                        | Kind::Method
                        | Kind::Box
                        | Kind::Foreign
                        | Kind::Block
                        | Kind::Vector
                        | Kind::Bytes
                )
            );
        let library = path.as_deref().is_none_or(|p| self.names_in_library(p, o));
        HolderView {
            is_shared: slotless || path.as_deref().is_some_and(is_shared),
            of_script: !library || (path.is_none() && !slotless),
            comment: self.heap.map(self.heap.map_of(o)).annotation.as_ref().map(|a| a.to_string()),
            slots: if slotless { Vec::new() } else { self.slot_views(o) },
            path,
            names,
        }
    }

    /// Whether `path` leads to `o` from the lobby alone, without any module.
    fn names_in_library(&self, path: &str, o: Value) -> bool {
        let inside = path.strip_prefix("lobby ").map(|rest| self.reached(self.specials.lobby, rest));
        inside.unwrap_or_else(|| self.reached_in_library(path)) == Some(o)
    }

    /// The names that modules have for an object. What a module calls by a slot of its own comes before what it reaches through another
    /// object, and of several such modules that one is the first in which the object's methods were written.
    pub fn names_of(&self, o: Value) -> Vec<Named> {
        let (written_in, mut names) = (self.written_in(o), Vec::new());
        if !o.is_ref() {
            return Vec::new();
        }
        for (file, module) in self.modules().filter(|(_, m)| *m != self.specials.lobby) {
            for (name, held) in self.constants(module).into_iter().filter(|(n, _)| n != "parent") {
                let inner = || self.constants(held).into_iter().find(|(n, v)| *v == o && n != "parent");
                let path = match held == o {
                    true => Some((false, name)),
                    false if self.heap.is_kind(held, Kind::Plain) => inner().map(|(inner, _)| (true, format!("{name} {inner}"))),
                    false => None,
                };
                let named = path.map(|(is_far, path)| (is_far, written_in != Some(module), Named { file: file.into(), path }));
                names.extend(named);
            }
        }
        // Modules come in no order, the slots of one in theirs.
        names.sort_by(|a, b| (a.0, a.1, &a.2.file).cmp(&(b.0, b.1, &b.2.file)));
        names.into_iter().map(|(.., named)| named).collect()
    }

    /// The module in which an object's methods were written, but for those of a model.
    fn written_in(&self, o: Value) -> Option<Value> {
        let slots = &self.heap.map(self.heap.map_of(o)).slots;
        let methods = slots.iter().filter_map(|s| match s.kind {
            SlotKind::Constant(v) if self.heap.is_kind(v, Kind::Method) => self.code_of(v),
            _ => None,
        });
        methods.filter(|c| !c.generated).map(|c| c.module.get()).next()
    }

    /// The message of which the condition that a process stopped at says that it is not understood. A handler of such a condition may have signalled another.
    fn unanswered(&mut self, id: ProcessId) -> Option<String> {
        let condition = self.process(id)?.result;
        let mut text = |name| self.global_constant(condition, name).and_then(|v| self.heap.as_text(v).map(str::to_string));
        text("kind").filter(|kind| kind == "doesNotUnderstand")?;
        text("selector")
    }

    fn slot_views(&self, o: Value) -> Vec<SlotView> {
        let m = self.heap.map(self.heap.map_of(o));
        let shown = m.slots.iter().filter(|s| !matches!(s.kind, SlotKind::Assign(_))).take(MOST_SLOTS);
        shown.map(|s| self.slot_view(o, s)).collect()
    }

    fn slot_view(&self, o: Value, s: &aura_heap::Slot) -> SlotView {
        let m = self.heap.map(self.heap.map_of(o));
        let content = match s.kind {
            SlotKind::Constant(v) => Some(v),
            SlotKind::Data(i) => self.heap.is_kind(o, Kind::Plain).then(|| self.heap.data(o, i)),
            SlotKind::Assign(_) => None,
        };
        let method = content.filter(|v| self.heap.is_kind(*v, Kind::Method));
        let text = |t: &Option<Arc<str>>| t.as_ref().map(|t| t.to_string());
        SlotView {
            name: self.heap.symbols.name(s.name).to_string(),
            is_method: method.is_some(),
            is_parent: s.parent,
            is_data: matches!(s.kind, SlotKind::Data(i) if m.slots.iter().any(|s| s.kind == SlotKind::Assign(i))),
            type_text: s.meta.as_ref().and_then(|m| text(&m.type_text)),
            comment: s.meta.as_ref().and_then(|m| text(&m.comment)),
            source: method.and_then(|v| self.source_of(v)),
            holds: content.filter(|_| method.is_none()).map(|v| self.content_name(v)),
            is_generated: method.is_some_and(|v| self.is_generated(v)),
        }
    }

    fn caller(&self, p: &Process, sender: usize, pc: u32) -> CallerView {
        let code = p.frames[sender].code.code();
        let span = code.spans.get(pc as usize).copied().unwrap_or(code.span);
        let (line, column) = code.origin.place(span.0);
        let method = home_frame(&p.frames[..=sender]);
        let (selector, source) = match method {
            Some(f) => {
                (Some(f.name.to_string()), code.origin.text.get(f.span.0 as usize..f.span.1 as usize).unwrap_or("").to_string())
            }
            None => (None, lines_around(&code.origin, span)),
        };
        let heading = heading(&code.origin.text);
        CallerView { selector, file: code.origin.file.to_string(), line, column, span, source, heading }
    }
}

/// The comment with which a file begins.
fn heading(text: &str) -> Option<String> {
    let (comment, _) = text.trim_start().strip_prefix('"')?.split_once('"')?;
    Some(comment.trim().to_string()).filter(|c| !c.is_empty())
}

/// The method that the innermost activation belongs to, if it is one and not the top level.
fn home_frame(frames: &[Frame]) -> Option<Arc<aura_code::Code>> {
    let home = frames.last()?.code.method();
    let code = home.code().clone();
    (code.kind == aura_code::CodeKind::Method).then_some(code)
}

/// The lines of a span, with two before and one after.
fn lines_around(origin: &aura_code::Origin, span: (u32, u32)) -> String {
    let ((first, _), (last, _)) = (origin.place(span.0), origin.place(span.1));
    let skip = first.saturating_sub(3);
    origin.text.lines().skip(skip).take(last + 1 - skip).collect::<Vec<_>>().join("\n")
}

/// Objects that nearly everything inherits from, and representations of one kind: nothing is learned there.
fn is_shared(path: &str) -> bool {
    matches!(
        path,
        "lobby"
            | "globals"
            | "traits"
            | "mixins"
            | "defaultBehavior"
            | "traits clonable"
            | "traits oddball"
            | "traits smallInt"
            | "traits bigInt"
    )
}
