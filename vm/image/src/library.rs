//! The objects of the library, which every start makes anew: an image refers to them by path and stores only what is different.
//!
//! A path is slot names from the lobby on, `traits list add:`, with `[3]` for elements and captured values. Objects are found by walking from
//! the lobby, nearest first, so an object with several paths has the shortest; the walk is the same wherever the library is the
//! same, and an object keeps its path in other versions of the library as long as its names stay.
//!
//! What must stay true: nothing that has a value but no identity (numbers, canonical strings) is among them.

use std::collections::VecDeque;

use aura_heap::{Heap, Kind, MapId, SlotKind, Symbol, Value, layout};
use rustc_hash::{FxHashMap, FxHashSet};

/// One step of a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    Slot(Symbol),
    Element(u32),
}

/// See the module's comment.
#[derive(Default)]
pub(crate) struct Library {
    /// For each object the one before it on its path, and the step from there. The lobby is the first, and its own.
    steps: Vec<(u32, Step)>,
    /// The first object with a map.
    maps: FxHashMap<MapId, u32>,
    /// The method objects, by their code words.
    methods: FxHashMap<u64, u32>,
}

/// What a walk finds.
pub(crate) struct Walked {
    /// Paths.
    pub(crate) library: Library,
    /// The objects.
    pub(crate) objects: Vec<Value>,
    /// A hash of each path.
    pub(crate) hashes: Vec<u32>,
}

impl Library {
    /// Finds everything that the lobby reaches. The nursery must be empty.
    pub(crate) fn walk(heap: &Heap, lobby: Value) -> Walked {
        let mut w = Walked { library: Library::default(), objects: Vec::new(), hashes: Vec::new() };
        let mut seen: FxHashSet<Value> = FxHashSet::default();
        let mut todo = VecDeque::new();
        seen.insert(lobby);
        w.add(heap, lobby, 0, Step::Element(0), 0);
        todo.push_back(0u32);
        while let Some(at) = todo.pop_front() {
            let o = w.objects[at as usize];
            each_child(heap, o, &mut |step, child| {
                if has_identity(heap, child) && seen.insert(child) {
                    let hash = w.hashes[at as usize];
                    let index = w.add(heap, child, at, step, hash);
                    todo.push_back(index);
                }
            });
        }
        w
    }

    /// The path of the object at a place among the library's.
    pub(crate) fn path(&self, heap: &Heap, index: usize) -> String {
        let mut names = Vec::new();
        let mut at = index;
        while at != 0 {
            let (before, step) = self.steps[at];
            names.push(match step {
                Step::Slot(s) => heap.symbols.name(s).to_string(),
                Step::Element(i) => format!("[{i}]"),
            });
            at = before as usize;
        }
        names.reverse();
        if names.is_empty() { "lobby".into() } else { names.join(" ") }
    }

    /// The place of the library's object whose clones have this map.
    pub(crate) fn owner(&self, map: MapId) -> Option<usize> {
        self.maps.get(&map).map(|i| *i as usize)
    }

    /// The place of the library's method with this code.
    pub(crate) fn method(&self, word: u64) -> Option<usize> {
        self.methods.get(&word).map(|i| *i as usize)
    }
}

impl Walked {
    fn add(&mut self, heap: &Heap, o: Value, before: u32, step: Step, hash: u32) -> u32 {
        let index = self.objects.len() as u32;
        let own = match step {
            Step::Slot(s) => {
                heap.symbols.name(s).bytes().fold(0x811c_9dc5u32, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193))
            }
            Step::Element(i) => i.wrapping_mul(0x9E37_79B1),
        };
        self.objects.push(o);
        self.hashes.push((hash.rotate_left(7) ^ own).wrapping_mul(0x85EB_CA77));
        self.library.steps.push((before, step));
        match heap.kind(o) {
            Some(Kind::Method) => {
                self.library.methods.entry(heap.raw(o, layout::CODE)).or_insert(index);
            }
            _ => {
                self.library.maps.entry(heap.map_of(o)).or_insert(index);
            }
        }
        index
    }
}

/// Whether an object is itself and not just its value.
pub(crate) fn has_identity(heap: &Heap, v: Value) -> bool {
    match heap.kind(v) {
        None | Some(Kind::Float | Kind::Big) => false,
        Some(Kind::String) => !heap.is_canonical(v),
        Some(_) => true,
    }
}

/// The object at a path, as the library is now.
pub(crate) fn resolve(heap: &Heap, lobby: Value, path: &str) -> Option<Value> {
    if path == "lobby" {
        return Some(lobby);
    }
    path.split(' ').try_fold(lobby, |o, word| match word.strip_prefix('[').and_then(|w| w.strip_suffix(']')) {
        Some(digits) => element(heap, o, digits.parse().ok()?),
        None => {
            let name = heap.symbols.find(word)?;
            match heap.map(heap.map_of(o)).find(name)?.kind {
                SlotKind::Constant(v) => Some(v),
                SlotKind::Data(i) => Some(heap.data(o, i)),
                SlotKind::Assign(_) => None,
            }
        }
    })
}

fn element(heap: &Heap, o: Value, i: u32) -> Option<Value> {
    let mut found = None;
    each_child(heap, o, &mut |step, child| {
        if step == Step::Element(i) {
            found = Some(child);
        }
    });
    found
}

fn each_child(heap: &Heap, o: Value, f: &mut dyn FnMut(Step, Value)) {
    for s in &heap.map(heap.map_of(o)).slots {
        match s.kind {
            SlotKind::Constant(v) => f(Step::Slot(s.name), v),
            SlotKind::Data(i) => f(Step::Slot(s.name), heap.data(o, i)),
            SlotKind::Assign(_) => {}
        }
    }
    let inside = match heap.kind(o) {
        Some(Kind::Vector) => layout::ELEMENTS..layout::ELEMENTS + heap.length(o),
        Some(Kind::Block) => layout::CAPTURES..layout::CAPTURES + heap.raw(o, layout::CAPTURE_COUNT) as usize,
        Some(Kind::Box) => 1..2,
        _ => 0..0,
    };
    let first = inside.start;
    for i in inside {
        f(Step::Element((i - first) as u32), heap.word(o, i));
    }
}
