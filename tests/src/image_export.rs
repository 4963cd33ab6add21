//! Exported images come back: the files that an image is written as make the same objects again, and are written the same again.
//!
//! The comparison is by [`shape`], which knows nothing of how the export looks at objects. It leaves out what files cannot say: identities of texts,
//! hash tables, where sources stand, and what is not written at all (processes, semaphores).

use std::fmt::Write as _;
use std::path::Path;

use aura_command::drive::{End, Nobody, drive};
use aura_command::export::{Exported, export};
use aura_heap::{Kind, MapId, SlotKind, Value, layout};
use aura_run::{CapSet, Capability, Limits, Vm};
use aura_tests::programs::program;
use rustc_hash::FxHashMap;

use crate::engines::choices;
use crate::image::session;
use crate::support::{Kept, attach, hang_in, machine};

/// What the image in a store is as files.
fn exported(store: &Kept) -> Exported {
    let (mut vm, _) = machine();
    attach(&mut vm, store).expect("opens");
    export(&mut vm).expect("can be read")
}

/// A fresh image that has read the files.
fn imported(name: &str, files: &[(String, String)]) -> Kept {
    let folder = tempfile::tempdir().expect("a folder");
    for (file, text) in files {
        std::fs::write(folder.path().join(file), text).expect("can be written");
    }
    let store = Kept::default();
    let (mut vm, _) = machine();
    attach(&mut vm, &store).expect("opens");
    let main = folder.path().join("main.aura");
    read(&mut vm, name, &main, files);
    vm.commit("import").expect("commits");
    store
}

fn read(vm: &mut Vm, name: &str, main: &Path, files: &[(String, String)]) {
    let text = &files.last().expect("there is main").1;
    let file = main.display().to_string();
    let code = aura_command::source::compile(&file, text, false).unwrap_or_else(|e| panic!("{name}: {e}"));
    let id = vm.spawn_file(&file, &code, CapSet::script().with(Capability::Image), Limits::default());
    if let End::Failed(f) = drive(vm, id, &mut Nobody) {
        panic!("{name}: {}\n{}", f.draw(false), all(files));
    }
    vm.forget(id);
}

fn all(files: &[(String, String)]) -> String {
    files.iter().map(|(name, text)| format!("==> {name}\n{text}\n")).collect()
}

/// The first lines in which two texts differ, with some before.
fn difference(a: &str, b: &str) -> String {
    let same = a.lines().zip(b.lines()).take_while(|(x, y)| x == y).count();
    let some = |t: &str| t.lines().skip(same.saturating_sub(4)).take(5).collect::<Vec<_>>().join("\n");
    format!("--- before\n{}\n--- after\n{}", some(a), some(b))
}

/// Exports, imports, compares, exports again.
fn comes_back(name: &str, store: &Kept) -> Exported {
    let first = exported(store);
    let copy = imported(name, &first.files);
    let (before, after) = (shape(store), shape(&copy));
    assert!(before == after, "{name}:\n{}", difference(&before, &after));
    let second = exported(&copy);
    let (a, b) = (all(&first.files), all(&second.files));
    // What was not written is told in the files once, and is not there the second time.
    assert!(a == b || !first.notes.is_empty(), "{name}:\n{}", difference(&a, &b));
    let third = exported(&imported(name, &second.files));
    assert!(b == all(&third.files), "{name}, again:\n{}", difference(&b, &all(&third.files)));
    first
}

fn code_comes_back(name: &str, code: &str) -> Exported {
    let store = Kept::default();
    session(&store, code).expect("stores");
    comes_back(name, &store)
}

// ---- comparison ----

struct Shape {
    vm: Vm,
    numbers: FxHashMap<Value, usize>,
    maps: FxHashMap<MapId, usize>,
    bases: FxHashMap<Value, usize>,
    todo: Vec<Value>,
    out: String,
}

/// Everything that an image has beyond the library, as text.
fn shape(store: &Kept) -> String {
    let (mut vm, _) = machine();
    attach(&mut vm, store).expect("opens");
    let bases = vm.heap.bases().to_vec();
    let by_base = bases.iter().enumerate().map(|(i, b)| (*b, i)).collect();
    let mut s = Shape {
        vm,
        numbers: FxHashMap::default(),
        maps: FxHashMap::default(),
        bases: by_base,
        todo: Vec::new(),
        out: String::new(),
    };
    for (i, b) in bases.iter().enumerate() {
        if s.vm.heap.original_map(*b) != s.vm.heap.map_of(*b) || s.vm.heap.original_words(*b).is_some() {
            let _ = writeln!(s.out, "library {i}");
            s.object(*b);
        }
    }
    let mut at = 0;
    while at < s.todo.len() {
        let o = s.todo[at];
        let _ = writeln!(s.out, "#{at}");
        s.object(o);
        at += 1;
    }
    s.out
}

impl Shape {
    fn value(&mut self, v: Value) -> String {
        self.vm.present(v).expect("can be brought");
        let heap = &self.vm.heap;
        if let Some(b) = heap.as_big(v) {
            return b.to_string();
        }
        if let Some(f) = heap.as_float(v) {
            return if f.is_nan() { "nan".into() } else { format!("{:x}", f.to_bits()) };
        }
        if let Some(i) = v.as_int() {
            return i.to_string();
        }
        if heap.is_kind(v, Kind::String) {
            return format!("{:?}", heap.text(v));
        }
        if v == self.vm.specials.nil || heap.is_kind(v, Kind::Foreign) || self.is_closure(v) {
            return "nil".into();
        }
        if heap.is_kind(v, Kind::Method) {
            return self.code(v);
        }
        if let Some(b) = self.bases.get(&v) {
            return format!("library {b}");
        }
        let next = self.numbers.len();
        let n = *self.numbers.entry(v).or_insert_with(|| {
            self.todo.push(v);
            next
        });
        format!("#{n}")
    }

    /// Whether it is a block that holds variables.
    fn is_closure(&self, v: Value) -> bool {
        let heap = &self.vm.heap;
        heap.is_kind(v, Kind::Block) && {
            let own = self.vm.code_view(heap.raw(v, layout::CODE)).code.self_capture.map_or(0, |_| 1);
            heap.raw(v, layout::CAPTURE_COUNT) > own
        }
    }

    fn object(&mut self, o: Value) {
        let heap = &self.vm.heap;
        let (kind, map) = (heap.kind(o).expect("an object"), heap.map_of(o));
        if let Some(text) = self.collection(o, map) {
            let _ = writeln!(self.out, "  {text}");
            return;
        }
        let next = self.maps.len();
        let number = if kind == Kind::Plain { *self.maps.entry(map).or_insert(next) } else { 0 };
        let _ = writeln!(self.out, "  {kind:?} map {number} {:?}", self.vm.heap.map(map).annotation);
        let slots = self.vm.heap.map(map).slots.clone();
        for s in slots {
            let name = self.vm.heap.symbols.name(s.name).to_string();
            let text = match s.kind {
                SlotKind::Constant(v) => format!("= {}", self.value(v)),
                SlotKind::Data(i) => {
                    let v = self.vm.heap.data(o, i);
                    format!("<- {}", self.value(v))
                }
                SlotKind::Assign(_) => "sets".into(),
            };
            let meta = s.meta.as_deref().cloned().unwrap_or_default();
            let _ = writeln!(self.out, "  {name}{} {text} {meta:?}", if s.parent { "*" } else { "" });
        }
        let text = self.contents(o, kind);
        let _ = writeln!(self.out, "  {text}");
    }

    fn contents(&mut self, o: Value, kind: Kind) -> String {
        let heap = &self.vm.heap;
        match kind {
            Kind::Bytes => format!("{:?}", heap.byte_slice(o)),
            Kind::Vector => {
                let all = heap.elements(o).to_vec();
                all.into_iter().map(|v| self.value(v)).collect::<Vec<_>>().join(" ")
            }
            Kind::Box => {
                let v = heap.word(o, 1);
                self.value(v)
            }
            Kind::Block => {
                let this = (heap.raw(o, layout::CAPTURE_COUNT) > 0).then(|| heap.word(o, layout::CAPTURES));
                let this = this.map_or(String::new(), |v| self.value(v));
                format!("{} {this}", self.code(o))
            }
            _ => String::new(),
        }
    }

    fn code(&mut self, v: Value) -> String {
        let view = self.vm.code_view(self.vm.heap.raw(v, layout::CODE));
        // Code of the library has no module; what is read from a file without slots has the lobby.
        let module = if view.module == self.vm.nil() { "library 0".into() } else { self.value(view.module) };
        let text = self.vm.source_of(v).unwrap_or_default();
        // The formatter decides about white space and periods at ends.
        let mut words: String = aura_syntax::format(&format!("(| {text} |)")).unwrap_or(text).split_whitespace().collect();
        for end in ["|", ")", "]", "}"] {
            words = words.replace(&format!(".{end}"), end);
        }
        format!("{:?} {} {words} module {module}", view.code.kind, view.code.name)
    }

    /// Lists and dictionaries by what they hold.
    fn collection(&mut self, o: Value, map: MapId) -> Option<String> {
        let lobby = self.vm.specials.lobby;
        let named = ["list", "sequence", "dictionary"].into_iter().find(|n| {
            self.vm.global_constant(lobby, n).is_some_and(|p| {
                self.vm.heap.map_of(p) == map && self.bases.contains_key(&p) && !self.bases.contains_key(&o)
            })
        })?;
        let get = |s: &mut Shape, name: &str| s.data(o, name);
        if named == "dictionary" {
            let (ks, vs, used) = (get(self, "ks"), get(self, "vs"), get(self, "used").as_int()?);
            let gone = self.vm.global_constant(o, "gone")?;
            let pairs: Vec<(Value, Value)> = (0..used as usize).map(|i| (self.vm.heap.element(ks, i), self.vm.heap.element(vs, i))).collect();
            let pairs: Vec<_> = pairs.into_iter().filter(|(k, _)| *k != gone).collect();
            return Some(pairs.into_iter().map(|(k, v)| format!("{} -> {}. ", self.value(k), self.value(v))).collect());
        }
        let (items, start, size) = (get(self, "items"), get(self, "start").as_int()? as usize, get(self, "size").as_int()? as usize);
        let all = self.vm.heap.elements(items)[start..start + size].to_vec();
        Some(format!("{named} {}", all.into_iter().map(|v| self.value(v)).collect::<Vec<_>>().join(" ")))
    }

    fn data(&mut self, o: Value, name: &str) -> Value {
        let heap = &self.vm.heap;
        let slot = heap.symbols.find(name).and_then(|s| heap.map(heap.map_of(o)).find(s)).map(|s| s.kind);
        let v = match slot {
            Some(SlotKind::Data(i)) => heap.data(o, i),
            _ => Value::ZERO,
        };
        self.vm.present(v).expect("can be brought");
        v
    }
}

// ---- worlds ----

#[test]
fn a_world_with_something_of_everything() {
    code_comes_back("world", crate::image_harm::WORLD);
}

#[test]
fn every_kind_of_object() {
    let code = "| parent* = lobby.
           ints = { 0. -1. 4611686018427387903. -4611686018427387904. 4611686018427387904. 100 factorial negate }.
           floats = { 1.5. 0.0. -0.0. 1.0e300. 1.0e-300. 1.0 / 3.0. 1.0 / 0.0. -1.0 / 0.0. 0.0 / 0.0 }.
           texts = { 'literal'. 'a' , 'b'. 'größe' , '!'. ''. 'it\\'s \\n \\t \\\\ \\x01 {x} `' }.
           bytes = { 1. 2. 255 } asByteVector.
           self_ <- nil.
           \"A point; \\\"quoted\\\" and a back-slash: \\\\.
             A second line.\"
           point = (| {} = 'of the whole'. parent* = traits clonable.
               { 'coordinates' \"The first.\" x <int> <- 1. y <- 2. { 'inner' z = 3 } }
               + p <point> ^ <point> = ( (copy x: x + p x) y: y + p y ).
               at: i Put: v = ( i , v ). < other = ( x < other x ) |).
           other <- nil. block <- nil. dict <- nil. set_ <- nil. seq <- nil. mirror_ <- nil. vec <- nil. uses_self <- nil. ring <- nil.
           many <- nil. assignable* <- nil.
         |
         other: (point copy x: 7). self_: self. block: [|:a| a + 1 ]. uses_self: [|:a| other x + a ].
         dict: ((((dictionary copy at: 'one' Put: 1) at: other Put: point) at: 3 Put: other) at: self Put: 4).
         set_: ((set copy add: 3) add: point copy). seq: (sequence copy add: 5).
         mirror_: other _Mirror.
         vec: (vector copySize: 3000 FillingWith: other). vec at: 2999 Put: vec. vec at: 0 Put: nil.
         ring: (point copy x: (point copy y: nil)). ring x y: ring.
         many: (list copy). 1 to: 1000 Do: [|:i| many add: (i -> (point copy x: i)) ].
         image at: 'v' Put: ((vector copySize: 2 FillingWith: 0) _AddSlots: (| extra <- 5. twice = ( size * 2 ) |)).
         image at: 'here' Put: self. image at: 'odd' Put: { 7. { 8. nil. true. lobby. traits list. list } }";
    let files = code_comes_back("kinds", code);
    assert!(files.notes.is_empty(), "{:?}", files.notes);
}

#[test]
fn changed_objects_of_the_library() {
    code_comes_back(
        "library",
        "traits integer _AddSlots: (| \"twice it\" doubled = ( self + self ) |).
         globals _AddSlots: (| answer <- 42. question = (| parent* = lobby. text = 'what?' |) |).
         list _AddSlots: (| extra = 5 |). image at: 'l' Put: (list copy add: 3).
         association _AddSlots: (| weight <- 0 |). image at: 'a' Put: ((1 -> 2) weight: 9). image at: 'b' Put: 3 -> 4.
         traits list _AddSlots: (| size = ( 17 ) |). traits list _RemoveSlot: 'add:'.
         globals _RemoveSlot: 'sortedList'",
    );
}

#[test]
fn deep_and_circular_structures() {
    code_comes_back(
        "deep",
        "| chain <- nil. a <- nil. b <- nil |
         1 to: 200 Do: [|:i| chain: (i -> chain) ]. image at: 'chain' Put: chain.
         a: (| parent* = traits clonable. other <- nil. name = 'a' |). b: (| parent* = traits clonable. other <- nil. name = 'b' |).
         a other: b. b other: a. globals _AddSlots: (| second <- nil. first <- nil |). globals first: a. globals second: b.
         a _AddSlots: (| partner = b |). b _AddSlots: (| partner = a |). image at: 'copies' Put: { a copy. b copy. a copy }",
    );
}

#[test]
fn blocks_with_variables_are_told_of() {
    let files = code_comes_back("closures", "| make = ( | n <- 0 | [ n: n + 1. n ] ) | image at: 'c' Put: make. image at: 's' Put: semaphore copy");
    assert_eq!(files.notes.len(), 2, "{:?}", files.notes);
    assert!(all(&files.files).contains("n: n + 1. n ]"), "the source is told in the file");
}

#[test]
fn what_random_programs_leave() {
    for seed in 1..=40 {
        let name = format!("seed {seed}");
        let store = Kept::default();
        let (mut vm, _) = machine();
        attach(&mut vm, &store).expect("opens");
        let chunks = aura_command::source::compile(&name, &program(&choices(seed)), false).expect("compiles");
        let limits = Limits { fuel: Some(100_000), ..Limits::default() };
        let id = vm.spawn_file(&name, &chunks, CapSet::script(), limits);
        hang_in(&mut vm, &name);
        let _ = drive(&mut vm, id, &mut Nobody);
        vm.commit("a test").expect("stores");
        drop(vm);
        comes_back(&name, &store);
    }
}

#[test]
fn the_same_image_gives_the_same_files() {
    let store = Kept::default();
    session(&store, crate::image_harm::WORLD).expect("stores");
    assert_eq!(all(&exported(&store).files), all(&exported(&store).files));
}
