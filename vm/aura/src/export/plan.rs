//! Where each object is written: in the middle of what holds it, nearest first.
//!
//! A unit is something that is written for its own sake: a slot of the library's that is new or changed, what was put at a name of the
//! image, a module, an object that lies too deep in others. Everything else is written inside of what holds it.
//!
//! What must stay true: every object has one place, and the places do not depend on anything but the image.
//!
//! Not here: the order in which units are written (`order`), and how (`emit`).

use std::collections::{HashMap, HashSet, VecDeque};

use super::graph::{Body, Context, Graph, Holds, NodeId, Ref, SlotView};
use super::library::Changed;
use aura_syntax::write::Expr;

/// How deep literals are nested in each other.
const DEEPEST: usize = 8;

/// What is written for its own sake.
pub enum Target {
    /// A slot of `globals`.
    Global(SlotView),
    /// Slots of another object of the library: which change, and which of its slots.
    Slots(usize, Vec<SlotView>),
    /// What was put at a name of the image.
    Root(Expr, Ref),
    /// The module of a file.
    Module(NodeId),
    /// An object that gets a name for as long as the files are read.
    Helper(NodeId),
}

/// See the module's comment.
pub struct Unit {
    /// What it is.
    pub target: Target,
    /// The module in which its methods were written.
    pub context: Context,
    /// The file, without its ending.
    pub file: String,
}

/// The step from what holds an object to the object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// A slot.
    Slot(String),
    /// An element of a vector or list.
    Element(usize),
    /// The value of an entry, by its place.
    Entry(usize),
    /// What a mirror is on.
    Reflectee,
}

/// Where an object is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// It is what a unit is about; for slots of the library, the slot.
    Unit(usize, Option<String>),
    /// Inside another.
    In(NodeId, Step),
}

/// The plan.
#[derive(Default)]
pub struct Plan {
    /// The units, in the order in which they were found.
    pub units: Vec<Unit>,
    /// For each object its place.
    pub places: Vec<Option<Place>>,
    /// For each object the unit it is written with.
    pub unit_of: Vec<usize>,
    depth: Vec<usize>,
    todo: VecDeque<NodeId>,
}

impl Plan {
    /// Makes the plan.
    pub fn make(graph: &Graph, changed: &[Changed], globals: usize, roots: Vec<(Expr, Ref)>) -> Plan {
        let n = graph.nodes.len();
        let mut p = Plan { places: vec![None; n], unit_of: vec![0; n], depth: vec![0; n], ..Plan::default() };
        let mut modules: Vec<NodeId> = graph.modules.keys().copied().collect();
        modules.sort_unstable();
        for m in modules {
            p.unit(Target::Module(m), &[(None, Ref::Node(m))]);
        }
        p.prototypes_of_modules(graph);
        for s in changed.get(globals).map_or(&[][..], |c| &c.slots) {
            p.unit(Target::Global(s.clone()), &slot_refs(std::slice::from_ref(s)));
        }
        for (key, r) in roots {
            p.unit(Target::Root(key, r.clone()), &[(None, r)]);
        }
        for (i, c) in changed.iter().enumerate().filter(|(i, _)| *i != globals) {
            p.unit(Target::Slots(i, c.slots.clone()), &slot_refs(&c.slots));
        }
        while let Some(at) = p.todo.pop_front() {
            p.spread(graph, at);
        }
        p.contexts(graph);
        p.files(graph);
        p
    }

    fn unit(&mut self, target: Target, refs: &[(Option<String>, Ref)]) {
        let u = self.units.len();
        self.units.push(Unit { target, context: Context::Lobby, file: String::new() });
        for (slot, r) in refs {
            if let Ref::Node(n) = r {
                self.put(*n, Place::Unit(u, slot.clone()), u, 0);
            }
        }
    }

    fn put(&mut self, n: NodeId, place: Place, unit: usize, depth: usize) {
        if self.places[n].is_none() {
            (self.places[n], self.unit_of[n], self.depth[n]) = (Some(place), unit, depth);
            self.todo.push_back(n);
        }
    }

    /// What stands in a constant slot of a module is written there, whatever else refers to it: that is where people write their prototypes.
    fn prototypes_of_modules(&mut self, graph: &Graph) {
        for m in self.todo.clone() {
            let constants: Vec<SlotView> = graph.nodes[m].slots.iter().filter(|s| s.data.is_none()).cloned().collect();
            for (name, r) in slot_refs(&constants) {
                if let Ref::Node(n) = r {
                    self.put(n, Place::In(m, Step::Slot(name.unwrap_or_default())), self.unit_of[m], 1);
                }
            }
        }
    }

    /// Gives places to what an object holds.
    fn spread(&mut self, graph: &Graph, at: NodeId) {
        for (step, r, own) in inside(graph, at) {
            let Ref::Node(n) = r else { continue };
            if self.places[n].is_some() {
                continue;
            }
            if own || self.depth[at] >= DEEPEST {
                let u = self.units.len();
                self.units.push(Unit { target: Target::Helper(n), context: Context::Lobby, file: String::new() });
                self.put(n, Place::Unit(u, None), u, 0);
            } else {
                self.put(n, Place::In(at, step), self.unit_of[at], self.depth[at] + 1);
            }
        }
    }

    /// A unit is written in the module of its first method.
    fn contexts(&mut self, graph: &Graph) {
        let mut found: Vec<Option<Context>> = self.units.iter().map(|u| target_context(graph, &u.target)).collect();
        for n in 0..graph.nodes.len() {
            if let (Some(_), Some(c)) = (&self.places[n], context_of(graph, n)) {
                found[self.unit_of[n]].get_or_insert(c);
            }
        }
        for (u, c) in self.units.iter_mut().zip(found) {
            u.context = c.unwrap_or(Context::Lobby);
        }
    }

    fn files(&mut self, graph: &Graph) {
        let mut taken: HashSet<String> =
            ["main", "links", "library", "objects", "image"].into_iter().map(str::to_string).collect();
        let mut of_module = vec![String::new(); graph.nodes.len()];
        // A module that is a global, as the dialogue's is, has that name.
        let names: HashMap<NodeId, String> = self
            .units
            .iter()
            .filter_map(|u| match &u.target {
                Target::Global(SlotView { name, holds: Holds::Value(Ref::Node(n)), .. }) => Some((*n, name.clone())),
                _ => None,
            })
            .collect();
        for u in &mut self.units {
            if let Target::Module(m) = u.target {
                u.context = Context::Module(m);
                of_module[m] = free(&mut taken, &stem(names.get(&m).unwrap_or(&graph.modules[&m])));
            }
        }
        for u in &mut self.units {
            u.file = match (&u.target, u.context) {
                (_, Context::Module(m)) => of_module[m].clone(),
                (Target::Global(s), _) => free(&mut taken, &stem(&s.name)),
                (Target::Slots(..), _) => "library".into(),
                (Target::Root(..), _) => "image".into(),
                (Target::Helper(_) | Target::Module(_), _) => "objects".into(),
            };
        }
    }
}

/// A name that no other file has, whatever the file system makes of capital letters.
fn free(taken: &mut HashSet<String>, wanted: &str) -> String {
    let tries = std::iter::once(wanted.to_string()).chain((2..).map(|i| format!("{wanted}_{i}")));
    let name = tries.into_iter().find(|n| !taken.contains(&n.to_lowercase())).unwrap_or_default();
    taken.insert(name.to_lowercase());
    name
}

/// The name of a file without folders and ending, as a name that is one everywhere.
fn stem(file: &str) -> String {
    let name = std::path::Path::new(file).file_stem().map_or(String::new(), |s| s.to_string_lossy().into_owned());
    let plain: String = name.chars().map(|c| if c.is_alphanumeric() || c == '_' || c == '-' { c } else { '_' }).collect();
    let plain = plain.trim_matches(['_', '-']).to_string();
    if plain.is_empty() { "module".into() } else { plain }
}

/// The slots that hold objects.
fn slot_refs(slots: &[SlotView]) -> Vec<(Option<String>, Ref)> {
    let held = slots.iter().filter_map(|s| match &s.holds {
        Holds::Value(r) => Some((Some(s.name.clone()), r.clone())),
        Holds::Method(_) => None,
    });
    held.collect()
}

fn target_context(graph: &Graph, t: &Target) -> Option<Context> {
    let slots = match t {
        Target::Module(m) => return Some(Context::Module(*m)),
        Target::Global(SlotView { holds: Holds::Value(Ref::Node(m)), .. }) if graph.modules.contains_key(m) => {
            return Some(Context::Module(*m));
        }
        Target::Global(s) => std::slice::from_ref(s),
        Target::Slots(_, slots) => slots,
        _ => return None,
    };
    first_method(slots)
}

fn first_method(slots: &[SlotView]) -> Option<Context> {
    slots.iter().find_map(|s| match &s.holds {
        Holds::Method(m) => Some(m.context),
        Holds::Value(_) => None,
    })
}

/// The module in which an object's own code was written, if it has some.
pub fn context_of(graph: &Graph, n: NodeId) -> Option<Context> {
    match &graph.nodes[n].body {
        Body::Block(s, _) => Some(s.context),
        _ => first_method(&graph.nodes[n].slots),
    }
}

/// What an object holds: the step, what, and whether it must have a name of its own.
pub fn inside(graph: &Graph, at: NodeId) -> Vec<(Step, Ref, bool)> {
    let node = &graph.nodes[at];
    let slots = slot_refs(&node.slots).into_iter().map(|(name, r)| (Step::Slot(name.unwrap_or_default()), r, false));
    let mut all: Vec<(Step, Ref, bool)> = slots.collect();
    match &node.body {
        Body::Elements(e) | Body::Items(_, e) => {
            all.extend(e.iter().enumerate().map(|(i, r)| (Step::Element(i), r.clone(), false)));
        }
        Body::Entries(e) => {
            for (i, (k, v)) in e.iter().enumerate() {
                all.push((Step::Entry(i), k.clone(), true));
                all.push((Step::Entry(i), v.clone(), !matches!(k, Ref::Known(_))));
            }
        }
        Body::Mirror(r) => all.push((Step::Reflectee, r.clone(), true)),
        Body::Block(_, Some(r)) => all.push((Step::Reflectee, r.clone(), true)),
        _ => {}
    }
    all
}
