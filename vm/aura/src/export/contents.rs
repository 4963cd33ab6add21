//! What the library's collections hold.
//!
//! They are written as that, and not as the objects that they are made of: hash tables may depend on identities, which are others elsewhere.

use aura_heap::{Kind, SlotKind, Value};
use aura_run::{Fail, Vm};

use super::graph::{Body, Graph, Ref};
use super::library::Names;

impl Graph {
    /// What a list or dictionary holds.
    ///
    /// # Errors
    /// When the image cannot be read.
    pub fn collection(&mut self, vm: &mut Vm, names: &Names, o: Value) -> Result<Option<Body>, Fail> {
        if !vm.heap.is_kind(o, Kind::Plain) {
            return Ok(None);
        }
        let map = vm.heap.map_of(o);
        match ["list", "sequence", "dictionary"].into_iter().find(|n| names.map_of(vm, n) == Some(map)) {
            Some("dictionary") => self.entries(vm, names, o),
            Some(prototype) => self.items(vm, names, o, prototype),
            None => Ok(None),
        }
    }

    fn items(&mut self, vm: &mut Vm, names: &Names, o: Value, prototype: &'static str) -> Result<Option<Body>, Fail> {
        let [items, start, size] = data(vm, o, ["items", "start", "size"]);
        vm.present(items)?;
        let (Some(start), Some(size)) = (index(start), index(size)) else { return Ok(None) };
        if !vm.heap.is_kind(items, Kind::Vector) || start.checked_add(size).is_none_or(|end| end > vm.heap.length(items)) {
            return Ok(None);
        }
        let all = vm.heap.elements(items)[start..start + size].to_vec();
        let all = all.into_iter().map(|v| self.refer(vm, names, v)).collect::<Result<_, _>>()?;
        Ok(Some(Body::Items(prototype, all)))
    }

    fn entries(&mut self, vm: &mut Vm, names: &Names, o: Value) -> Result<Option<Body>, Fail> {
        let [ks, vs, used] = data(vm, o, ["ks", "vs", "used"]);
        let mut out = Vec::new();
        if index(used) == Some(0) {
            return Ok(Some(Body::Entries(out)));
        }
        vm.present_all(&[ks, vs])?;
        let vectors = vm.heap.is_kind(ks, Kind::Vector) && vm.heap.is_kind(vs, Kind::Vector);
        let Some(used) = index(used).filter(|n| vectors && *n <= vm.heap.length(ks) && *n <= vm.heap.length(vs)) else {
            return Ok(None);
        };
        let pairs: Vec<(Value, Value)> = (0..used).map(|i| (vm.heap.element(ks, i), vm.heap.element(vs, i))).collect();
        for (k, v) in pairs {
            let key = self.refer(vm, names, k)?;
            if !matches!(&key, Ref::Known(e) if e.text == "traits dictionary gone") {
                out.push((key, self.refer(vm, names, v)?));
            }
        }
        Ok(Some(Body::Entries(out)))
    }
}

/// What the data slots of these names hold; zero where there is none.
fn data<const N: usize>(vm: &Vm, o: Value, names: [&str; N]) -> [Value; N] {
    let map = vm.heap.map(vm.heap.map_of(o));
    names.map(|n| match vm.heap.symbols.find(n).and_then(|s| map.find(s)).map(|s| s.kind) {
        Some(SlotKind::Data(i)) => vm.heap.data(o, i),
        _ => Value::ZERO,
    })
}

fn index(v: Value) -> Option<usize> {
    v.as_int().and_then(|i| usize::try_from(i).ok())
}
