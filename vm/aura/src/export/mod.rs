//! The exit door of the living image: all that is the user's, as ordinary source files that make the same objects again.
//!
//! * [`expr`] pieces of text; [`library`] what the library has and what has changed in it; [`graph`] the objects, with `contents`
//! * [`plan`] where each is written; [`emit`] how, with `names`, `slots`, `collections`; [`order`] when
//!
//! What must stay true: the same image gives the same files, byte by byte; what cannot be written is told, in the file where it is missing and in
//! the report.
//!
//! Not here: reading the files again, which is running `main.aura`.

pub mod expr;
pub mod graph;
pub mod library;
pub mod plan;

mod collections;
mod contents;
mod emit;
mod names;
mod order;
mod slots;

use aura_heap::{Kind, MapId};
use aura_run::{Fail, Vm};
use rustc_hash::FxHashMap;

use self::emit::{Emit, Prototype};
use self::graph::{Body, Graph, Holds, Ref};
use self::library::{Changed, Names};
use self::order::Order;
use self::plan::{Plan, Target};
use aura_syntax::write::{Expr, comment, quoted};

/// What an export gives.
#[derive(Debug)]
pub struct Exported {
    /// Files: names and texts, in the order in which they are read; `main.aura`, which reads the others, is the last.
    pub files: Vec<(String, String)>,
    /// How many objects.
    pub objects: usize,
    /// What could not be written as it is.
    pub notes: Vec<String>,
}

/// Writes all that an image has beyond the library. The machine has the image open and has run nothing.
///
/// # Errors
/// When the image cannot be read.
pub fn export(vm: &mut Vm) -> Result<Exported, Fail> {
    let names = Names::find(vm);
    let mut graph = Graph::default();
    let mut changed = library::changes(vm, &mut graph, &names)?;
    let roots = roots(vm, &mut graph, &names, &mut changed)?;
    graph.walk(vm, &names)?;
    let globals = changed.iter().position(|c| names.of(c.base).is_some_and(|e| e.text == "globals")).unwrap_or(usize::MAX);
    let plan = Plan::make(&graph, &changed, globals, roots);
    let base_names: Vec<Expr> = changed.iter().map(|c| names.of(c.base).unwrap_or(Expr::primary("nil"))).collect();
    let prototypes = prototypes(vm, &graph, &names, &changed);
    let mut order = Order::new(Emit::new(&graph, &plan, base_names, prototypes), &changed);
    order.run();
    let mut notes = std::mem::take(&mut order.emit.notes);
    notes.extend(library::changed_elements(vm));
    if graph.generated > 0 {
        notes.push(format!("methods that a model wrote, and that will be yours when the files are read: {}", graph.generated));
    }
    let done = std::mem::take(&mut order.done);
    let removed = changed.get(globals).map_or(&[][..], |c| &c.removed);
    let first = order_of_roots(&plan, &order.roots);
    Ok(Exported { files: files(done, &plan, removed, &first, &mut notes), objects: graph.nodes.len(), notes })
}

/// What was put at names, if the dictionary of it is one; it is then no change of the library's.
fn roots(vm: &mut Vm, graph: &mut Graph, names: &Names, changed: &mut [Changed]) -> Result<Vec<(Expr, Ref)>, Fail> {
    let Some(c) = changed.iter_mut().find(|c| names.of(c.base).is_some_and(|e| e.text == "image")) else { return Ok(Vec::new()) };
    let Some(at) = c.slots.iter().position(|s| s.name == "roots") else { return Ok(Vec::new()) };
    let Holds::Value(Ref::Node(n)) = c.slots[at].holds else { return Ok(Vec::new()) };
    let o = graph.nodes[n].value;
    let Some(Body::Entries(all)) = graph.collection(vm, names, o)? else { return Ok(Vec::new()) };
    let mut out = Vec::new();
    for (k, v) in all {
        match k {
            Ref::Known(e) => out.push((e, v)),
            // Names are texts; whoever uses something else finds it among the rest of the image.
            _ => return Ok(Vec::new()),
        }
    }
    c.slots.remove(at);
    Ok(out)
}

/// What each object is a copy of: what the library has, or the first of the user's with its map.
fn prototypes(vm: &Vm, graph: &Graph, names: &Names, changed: &[Changed]) -> Vec<Prototype> {
    let mut of_map: FxHashMap<MapId, Prototype> = FxHashMap::default();
    for b in vm.heap.bases() {
        if vm.heap.is_kind(*b, Kind::Plain)
            && let Some(e) = names.of(*b)
        {
            let at = changed.iter().position(|c| c.base == *b).unwrap_or(usize::MAX);
            of_map.entry(vm.heap.map_of(*b)).or_insert(Prototype::Base(e, at));
        }
    }
    let mut out = Vec::new();
    for (n, node) in graph.nodes.iter().enumerate() {
        let plain = vm.heap.is_kind(node.value, Kind::Plain);
        out.push(match of_map.get(&node.map) {
            Some(p) if plain => p.clone(),
            _ => {
                of_map.insert(node.map, Prototype::Node(n));
                Prototype::Own
            }
        });
    }
    out
}

/// The texts, formatted, and the file that reads them all.
fn files(
    done: Vec<(String, String)>,
    plan: &Plan,
    removed: &[String],
    first: &str,
    notes: &mut Vec<String>,
) -> Vec<(String, String)> {
    let mut main = comment(
        "Everything that an image holds beyond the library, written out by `aura image export`.\nReading this file makes it again: `aura image import`.",
    );
    main.push_str("\n\n");
    removed.iter().for_each(|name| main.push_str(&format!("globals _RemoveSlot: {}\n", quoted(name))));
    let helpers = plan.units.iter().any(|u| matches!(u.target, Target::Helper(_)));
    if helpers {
        main.push_str(&comment("Names for objects that have none, until everything is read."));
        main.push_str("\nglobals _AddSlots: (| exported = () |)\n");
    }
    main.push_str(&order_of_globals(plan, &done));
    main.push_str(first);
    let mut files = Vec::new();
    for (name, text) in done {
        main.push_str(&format!("import: {}\n", quoted(&name)));
        files.push((format!("{name}.aura"), formatted(&name, &text, notes)));
    }
    if helpers {
        main.push_str("globals _RemoveSlot: 'exported'\n");
    }
    files.push(("main.aura".into(), formatted("main", &main, notes)));
    files
}

/// Slots of globals come in the order of the files; where that is not theirs, they are made first.
fn order_of_globals(plan: &Plan, done: &[(String, String)]) -> String {
    let globals: Vec<_> =
        plan.units.iter().filter_map(|u| if let Target::Global(s) = &u.target { Some((s, &u.file)) } else { None }).collect();
    let at: Vec<_> = globals.iter().map(|(_, file)| done.iter().position(|(name, _)| name == *file)).collect();
    let helpers = plan.units.iter().any(|u| matches!(u.target, Target::Helper(_)));
    if at.is_sorted() && !helpers {
        return String::new();
    }
    let slots: Vec<String> = globals.iter().map(|(s, _)| slots::placeholder(s)).collect();
    if slots.is_empty() { String::new() } else { format!("globals _AddSlots: (| {} |)\n", slots.join(" ")) }
}

/// The same for what was put at names.
fn order_of_roots(plan: &Plan, written: &[usize]) -> String {
    let keys = plan.units.iter().filter_map(|u| if let Target::Root(key, _) = &u.target { Some(key) } else { None });
    let first = |key: &Expr| format!("image at: {} Put: nil\n", key.text);
    if written.is_sorted() { String::new() } else { keys.map(first).collect() }
}

fn formatted(name: &str, text: &str, notes: &mut Vec<String>) -> String {
    aura_syntax::format(text).unwrap_or_else(|found| {
        notes.push(format!("{name}.aura is not well formed ({}); please report this", found.first().map_or("", |d| &d.message)));
        text.to_string()
    })
}
