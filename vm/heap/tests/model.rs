//! The heap against a model: random programs of allocations, stores, slot changes, clones, collections and trials must leave the graph
//! that a plain map of numbered nodes says.

use std::collections::HashMap;

use aura_heap::{CollectionKind, Heap, Kind, Map, MapId, Roots, SlotKind, Value};
use proptest::prelude::*;

/// One step of a random program. Numbers are taken modulo what there is.
#[derive(Clone, Debug)]
enum Step {
    Object(usize),
    Vector(usize),
    Text(String),
    Store(usize, usize, usize),
    AddData(usize, u8, usize),
    AddConstant(usize, u8, usize),
    Remove(usize, u8),
    Clone(usize),
    Drop(usize),
    Collect(bool),
    Trial(Vec<Step>, bool),
}

fn step() -> impl Strategy<Value = Step> {
    let leaf = prop_oneof![
        4 => (0..6usize).prop_map(Step::Object),
        3 => prop_oneof![20 => 0..40usize, 1 => 4090..4200usize].prop_map(Step::Vector),
        1 => "[a-zé]{0,20}".prop_map(Step::Text),
        8 => (any::<usize>(), any::<usize>(), any::<usize>()).prop_map(|(a, b, c)| Step::Store(a, b, c)),
        4 => (any::<usize>(), 0..12u8, any::<usize>()).prop_map(|(a, b, c)| Step::AddData(a, b, c)),
        4 => (any::<usize>(), 0..12u8, any::<usize>()).prop_map(|(a, b, c)| Step::AddConstant(a, b, c)),
        2 => (any::<usize>(), 0..12u8).prop_map(|(a, b)| Step::Remove(a, b)),
        3 => any::<usize>().prop_map(Step::Clone),
        1 => any::<usize>().prop_map(Step::Drop),
        2 => any::<bool>().prop_map(Step::Collect),
    ];
    leaf.prop_recursive(1, 24, 12, |inner| {
        (prop::collection::vec(inner, 0..12), any::<bool>()).prop_map(|(s, keep)| Step::Trial(s, keep))
    })
}

/// What a node of the model is.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    Object(Vec<(String, bool, usize)>),
    Vector(Vec<usize>, Vec<(String, bool, usize)>),
    Text(String),
}

#[derive(Clone)]
struct World {
    /// The heap's value of each node that the roots hold.
    roots: Vec<(usize, Value)>,
    nodes: HashMap<usize, Node>,
    next: usize,
}

struct RootList<'a>(Vec<&'a mut Value>);

impl Roots for RootList<'_> {
    fn each(&mut self, visit: &mut dyn FnMut(&mut Value)) {
        self.0.iter_mut().for_each(|v| visit(v));
    }
    fn each_old(&mut self, _: &mut dyn FnMut(&mut Value)) {}
    fn sweep_weak(&mut self, _: &dyn Fn(MapId) -> bool, _: &dyn Fn(Value) -> bool) {}
}

struct Bench {
    heap: Heap,
    world: World,
    /// Roots as they were when the running trial began, to be put back with it.
    saved: Option<World>,
}

fn name(n: u8) -> String {
    format!("slot{n}")
}

impl Bench {
    fn new() -> Bench {
        Bench { heap: Heap::new(), world: World { roots: Vec::new(), nodes: HashMap::new(), next: 0 }, saved: None }
    }

    fn collect(&mut self, full: bool) {
        let mut all: Vec<&mut Value> = self.world.roots.iter_mut().map(|(_, v)| v).collect();
        if let Some(s) = &mut self.saved {
            all.extend(s.roots.iter_mut().map(|(_, v)| v));
        }
        let kind = if full { CollectionKind::Full } else { CollectionKind::Minor };
        self.heap.collect(kind, &mut RootList(all));
        self.heap.check_integrity().expect("the heap is whole");
    }

    fn add(&mut self, node: Node, v: Value) {
        let id = self.world.next;
        self.world.next += 1;
        self.world.nodes.insert(id, node);
        self.world.roots.push((id, v));
    }

    fn pick(&self, n: usize) -> Option<(usize, Value)> {
        (!self.world.roots.is_empty()).then(|| self.world.roots[n % self.world.roots.len()])
    }

    fn run(&mut self, s: &Step) {
        match s {
            Step::Object(n) => {
                // A map lives as long as an object has it, so each starts from its own; clones share.
                let mut map = Map::empty(Kind::Plain);
                // Some have room for slots that they do not have yet.
                map.words = 1 + *n as u32 % 5;
                let room = vec![Value::ZERO; map.words as usize];
                let map = self.heap.add_map(map);
                let o = if n % 2 == 0 { self.heap.unique_object(map, &room) } else { self.heap.object(map, &room) };
                self.add(Node::Object(Vec::new()), o);
                for k in 0..*n {
                    let last = self.world.roots.len() - 1;
                    self.run(&Step::AddData(last, k as u8, k));
                }
            }
            Step::Vector(n) => {
                let Some((fill, v)) = self.pick(*n) else { return };
                let map = self.heap.kind_maps.vector;
                let o = self.heap.vector(map, *n, v).expect("small");
                self.add(Node::Vector(vec![fill; *n], Vec::new()), o);
            }
            Step::Text(t) => {
                let o = self.heap.string(t).expect("small");
                self.add(Node::Text(t.clone()), o);
            }
            Step::Store(a, i, b) => self.store(*a, *i, *b),
            Step::AddData(a, n, b) => self.slot(*a, *n, *b, true),
            Step::AddConstant(a, n, b) => self.slot(*a, *n, *b, false),
            Step::Remove(a, n) => {
                let Some((id, o)) = self.pick(*a) else { return };
                let s = self.heap.symbols.intern(&name(*n));
                if self.heap.remove_slot(o, s).is_ok() {
                    slots(self.world.nodes.get_mut(&id).expect("a node")).retain(|(k, ..)| *k != name(*n));
                }
            }
            Step::Clone(a) => {
                let Some((id, o)) = self.pick(*a) else { return };
                let copy = self.heap.clone_object(o).expect("small");
                let node = self.world.nodes[&id].clone();
                if copy == o {
                    self.world.roots.push((id, o));
                } else {
                    self.add(node, copy);
                }
            }
            Step::Drop(a) => {
                if self.world.roots.len() > 1 {
                    let at = a % self.world.roots.len();
                    self.world.roots.remove(at);
                }
            }
            Step::Collect(full) => self.collect(*full),
            Step::Trial(steps, keep) => self.trial(steps, *keep),
        }
        self.heap.take_flushed();
    }

    fn trial(&mut self, steps: &[Step], keep: bool) {
        if self.heap.in_trial() {
            return;
        }
        self.collect(false);
        self.heap.begin_trial();
        self.saved = Some(self.world.clone());
        for s in steps {
            self.run(s);
        }
        let saved = self.saved.take().expect("just saved");
        if keep {
            self.heap.keep_trial();
        } else {
            self.heap.undo_trial();
            self.world = saved;
        }
    }

    fn store(&mut self, a: usize, i: usize, b: usize) {
        let (Some((id, o)), Some((to, v))) = (self.pick(a), self.pick(b)) else { return };
        match self.world.nodes.get_mut(&id).expect("a node") {
            Node::Vector(es, _) if !es.is_empty() => {
                let i = i % es.len();
                es[i] = to;
                self.heap.set_element(o, i, v);
            }
            Node::Object(slots) if slots.iter().any(|(_, data, _)| *data) => {
                let data: Vec<usize> = (0..slots.len()).filter(|k| slots[*k].1).collect();
                let k = data[i % data.len()];
                slots[k].2 = to;
                let s = self.heap.symbols.find(&slots[k].0).expect("interned when added");
                let Some(SlotKind::Data(at)) = self.heap.map(self.heap.map_of(o)).find(s).map(|s| s.kind) else {
                    panic!("the model's data slot is none in the heap")
                };
                self.heap.set_data(o, at, v);
            }
            _ => {}
        }
    }

    fn slot(&mut self, a: usize, n: u8, b: usize, data: bool) {
        let (Some((id, o)), Some((to, v))) = (self.pick(a), self.pick(b)) else { return };
        let s = self.heap.symbols.intern(&name(n));
        let done =
            if data { self.heap.add_data(o, s, v, true, false, None) } else { self.heap.add_constant(o, s, v, false, None) };
        let node = self.world.nodes.get_mut(&id).expect("a node");
        if matches!(node, Node::Text(_)) {
            assert!(done.is_err(), "a string took a slot");
            return;
        }
        done.expect("objects and vectors take slots");
        let list = slots(node);
        match list.iter_mut().find(|(k, d, _)| *k == name(n) && *d == data) {
            Some(found) => found.2 = to,
            None => {
                list.retain(|(k, ..)| *k != name(n));
                list.push((name(n), data, to));
            }
        }
    }

    /// Walks model and heap side by side.
    fn check(&self) {
        let mut seen: HashMap<usize, Value> = HashMap::new();
        let mut todo: Vec<(usize, Value)> = self.world.roots.clone();
        while let Some((id, v)) = todo.pop() {
            if let Some(known) = seen.insert(id, v) {
                assert_eq!(known, v, "one node, two objects");
                continue;
            }
            match &self.world.nodes[&id] {
                Node::Text(t) => assert_eq!(self.heap.text(v), t),
                Node::Vector(es, slots) => {
                    assert_eq!(self.heap.length(v), es.len());
                    todo.extend(es.iter().enumerate().map(|(i, e)| (*e, self.heap.element(v, i))));
                    self.check_slots(v, slots, &mut todo);
                }
                Node::Object(slots) => self.check_slots(v, slots, &mut todo),
            }
        }
    }

    fn check_slots(&self, v: Value, slots: &[(String, bool, usize)], todo: &mut Vec<(usize, Value)>) {
        let map = self.heap.map(self.heap.map_of(v));
        let names = map.slots.iter().filter(|s| !matches!(s.kind, SlotKind::Assign(_))).count();
        assert_eq!(names, slots.len(), "number of slots");
        for (n, data, to) in slots {
            let s = self.heap.symbols.find(n).expect("interned when added");
            match map.find(s).map(|s| s.kind) {
                Some(SlotKind::Constant(c)) if !data => todo.push((*to, c)),
                Some(SlotKind::Data(at)) if *data => todo.push((*to, self.heap.data(v, at))),
                other => panic!("{n} should be {} and is {other:?}", if *data { "data" } else { "constant" }),
            }
        }
    }
}

fn slots(n: &mut Node) -> &mut Vec<(String, bool, usize)> {
    match n {
        Node::Object(s) | Node::Vector(_, s) => s,
        Node::Text(_) => panic!("a string has no slots"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_heap_is_what_the_model_says(steps in prop::collection::vec(step(), 1..120)) {
        let mut b = Bench::new();
        for s in &steps {
            b.run(s);
        }
        b.check();
        b.collect(true);
        b.check();
        b.collect(true);
        b.check();
    }

    #[test]
    fn doubles_survive(bits in any::<u64>()) {
        let mut heap = Heap::new();
        let f = f64::from_bits(bits);
        let v = heap.float(f);
        prop_assert_eq!(heap.as_float(v).map(f64::to_bits), Some(bits));
    }

    #[test]
    fn integers_survive(words in prop::collection::vec(any::<u64>(), 1..6), negative in any::<bool>()) {
        let mut heap = Heap::new();
        let digits: String = words.iter().map(|w| format!("{w:016x}")).collect();
        let mut i = dashu_int::IBig::from_str_radix(&digits, 16).expect("digits");
        if negative { i = -i; }
        let v = heap.integer(&i).expect("small");
        prop_assert_eq!(heap.as_big(v), Some(i));
    }
}
