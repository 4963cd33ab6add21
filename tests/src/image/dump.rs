//! Everything that an object leads to, as text that is the same in every machine: objects are numbered in the order of the walk.

use std::fmt::Write as _;

use aura_heap::{BASE, Kind, SlotKind, Value, layout};
use aura_run::Vm;
use rustc_hash::FxHashMap;

struct Dump<'v> {
    vm: &'v mut Vm,
    numbers: FxHashMap<Value, usize>,
    todo: Vec<Value>,
    out: String,
}

/// What `root` leads to.
pub(crate) fn of(vm: &mut Vm, root: Value) -> String {
    let mut d = Dump { vm, numbers: FxHashMap::default(), todo: Vec::new(), out: String::new() };
    d.number(root);
    let mut at = 0;
    while at < d.todo.len() {
        let o = d.todo[at];
        d.object(o, at);
        at += 1;
    }
    d.out
}

/// The first lines in which two dumps differ, with some before.
pub(super) fn difference(a: &str, b: &str) -> String {
    let same = a.lines().zip(b.lines()).take_while(|(x, y)| x == y).count();
    let some = |t: &str| t.lines().skip(same.saturating_sub(6)).take(12).collect::<Vec<_>>().join("\n");
    format!("--- before\n{}\n--- after\n{}", some(a), some(b))
}

impl Dump<'_> {
    fn number(&mut self, o: Value) -> usize {
        let next = self.numbers.len();
        *self.numbers.entry(o).or_insert_with(|| {
            self.todo.push(o);
            next
        })
    }

    fn value(&mut self, v: Value) -> String {
        self.vm.present(v).expect("can be brought");
        let heap = &self.vm.heap;
        if let Some(b) = heap.as_big(v) {
            return b.to_string();
        }
        if let Some(f) = heap.as_float(v) {
            return format!("{:x}", f.to_bits());
        }
        if heap.is_kind(v, Kind::String) && heap.is_canonical(v) {
            return format!("{:?}", heap.text(v));
        }
        let base = heap.id(v) & BASE != 0;
        let n = self.number(v);
        if base { format!("#{n} (the library's)") } else { format!("#{n}") }
    }

    fn object(&mut self, o: Value, n: usize) {
        let heap = &self.vm.heap;
        let (kind, map) = (heap.kind(o).expect("an object"), heap.map_of(o));
        let base = heap.id(o) & BASE != 0;
        let changed = n == 0 || heap.original_map(o) != map;
        let _ = writeln!(self.out, "#{n} {kind:?}{}", if base { " of the library" } else { "" });
        if base && !changed {
            return;
        }
        let slots = heap.map(map).slots.clone();
        for s in slots {
            let name = self.vm.heap.symbols.name(s.name).to_string();
            let text = match s.kind {
                SlotKind::Constant(v) => format!("= {}", self.value(v)),
                SlotKind::Data(i) => {
                    let v = self.vm.heap.data(o, i);
                    format!("<- {}", self.value(v))
                }
                SlotKind::Assign(i) => format!("sets {i}"),
            };
            let _ = writeln!(self.out, "  {name}{} {text} {:?}", if s.parent { "*" } else { "" }, s.meta);
        }
        self.contents(o, kind);
    }

    fn contents(&mut self, o: Value, kind: Kind) {
        let heap = &self.vm.heap;
        let text = match kind {
            Kind::String => format!("{:?}", heap.text(o)),
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
                let code = self.code(heap.raw(o, layout::CODE));
                let heap = &self.vm.heap;
                let all: Vec<Value> =
                    (0..heap.raw(o, layout::CAPTURE_COUNT) as usize).map(|i| heap.word(o, layout::CAPTURES + i)).collect();
                format!("{code} {}", all.into_iter().map(|v| self.value(v)).collect::<Vec<_>>().join(" "))
            }
            Kind::Method => self.code(heap.raw(o, layout::CODE)),
            Kind::Foreign => format!("{:?}", self.kept(o)),
            _ => return,
        };
        let _ = writeln!(self.out, "  {text}");
    }

    /// How a thing of the machine's is stored; values without their identity.
    fn kept(&mut self, o: Value) -> (String, u64) {
        match self.vm.kept_view(o) {
            aura_run::KeptView::Process(n, v) => (self.value(v), n),
            aura_run::KeptView::Semaphore(n) => ("semaphore".into(), n),
            aura_run::KeptView::Other => ("other".into(), 0),
        }
    }

    fn code(&mut self, word: u64) -> String {
        let view = self.vm.code_view(word);
        let module = self.value(view.module);
        let outer = view.outer.map(|o| self.code(o)).unwrap_or_default();
        format!(
            "{:?} {} {:?} of {} {} {:016x} module {module}{} in [{outer}]",
            view.code.kind,
            view.code.name,
            view.code.span,
            view.code.origin.file,
            view.code.origin.text.len(),
            aura_code::body(&view.code).iter().fold(0u64, |h, b| h.rotate_left(5) ^ u64::from(*b)),
            if view.generated { " generated" } else { "" }
        )
    }
}
