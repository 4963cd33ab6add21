//! Everything that an image has beyond the library, as text that does not depend on hash tables, on where sources stand, and on identities of texts.
//!
//! Not here: what the export makes of it; this knows nothing of how that looks at objects.

use std::fmt::Write as _;

use aura_heap::{Kind, MapId, SlotKind, Value, layout};
use aura_run::Vm;
use rustc_hash::FxHashMap;

use crate::support::{Kept, attach, machine};

struct Shape {
    vm: Vm,
    numbers: FxHashMap<Value, usize>,
    maps: FxHashMap<MapId, usize>,
    bases: FxHashMap<Value, usize>,
    todo: Vec<Value>,
    out: String,
}

/// Everything that an image has beyond the library, as text.
pub(super) fn of(store: &Kept) -> String {
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
            self.vm
                .global_constant(lobby, n)
                .is_some_and(|p| self.vm.heap.map_of(p) == map && self.bases.contains_key(&p) && !self.bases.contains_key(&o))
        })?;
        let get = |s: &mut Shape, name: &str| s.data(o, name);
        if named == "dictionary" {
            let (ks, vs, used) = (get(self, "ks"), get(self, "vs"), get(self, "used").as_int()?);
            let gone = self.vm.global_constant(o, "gone")?;
            let pairs: Vec<(Value, Value)> =
                (0..used as usize).map(|i| (self.vm.heap.element(ks, i), self.vm.heap.element(vs, i))).collect();
            let pairs: Vec<_> = pairs.into_iter().filter(|(k, _)| *k != gone).collect();
            return Some(pairs.into_iter().map(|(k, v)| format!("{} -> {}. ", self.value(k), self.value(v))).collect());
        }
        let (items, start, size) =
            (get(self, "items"), get(self, "start").as_int()? as usize, get(self, "size").as_int()? as usize);
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
