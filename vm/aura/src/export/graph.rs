//! What is the user's in an image, as plain data: objects with their slots and contents, and what changed in the library.
//!
//! What must stay true: the walk is the same for the same image, so nodes have the same numbers each time.
//!
//! Not here: where an object is written (`plan`), and how (`emit`).

use aura_heap::{Kind, MapId, SlotKind, SlotMeta, Value, layout};
use aura_run::{Fail, KeptView, Vm};
use rustc_hash::FxHashMap;

use super::library::Names;
use aura_syntax::write::Expr;

/// The number of an object of the user's.
pub type NodeId = usize;

/// What a slot or element holds.
#[derive(Clone, Debug)]
pub enum Ref {
    /// Something that is its value, or an object of the library.
    Known(Expr),
    /// An object of the user's.
    Node(NodeId),
    /// Something that cannot be written, and why.
    Lost(String),
}

/// The module that code was written in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Context {
    /// None.
    Lobby,
    /// This object.
    Module(NodeId),
}

/// A method or a block.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its text.
    pub text: String,
    /// Where it was written.
    pub context: Context,
}

/// One slot; an assignment slot counts with its data slot.
#[derive(Clone, Debug)]
pub struct SlotView {
    /// Its selector.
    pub name: String,
    /// It is a data slot; the contents say whether it can be assigned.
    pub data: Option<bool>,
    /// Lookup goes on there.
    pub parent: bool,
    /// Comments and such.
    pub meta: SlotMeta,
    /// What it holds.
    pub holds: Holds,
}

/// What a slot holds.
#[derive(Clone, Debug)]
pub enum Holds {
    /// A value.
    Value(Ref),
    /// A method.
    Method(Source),
}

/// What an object has beside slots.
#[derive(Clone, Debug)]
pub enum Body {
    /// Nothing: it is a plain object.
    Plain,
    /// The elements of a vector.
    Elements(Vec<Ref>),
    /// The bytes of a byte vector.
    Bytes(Vec<u8>),
    /// A block that knows nothing of its surroundings but at most self.
    Block(Source, Option<Ref>),
    /// A mirror on something.
    Mirror(Ref),
    /// The elements of a list, and the prototype that it is a copy of.
    Items(&'static str, Vec<Ref>),
    /// The entries of a dictionary, in their order.
    Entries(Vec<(Ref, Ref)>),
    /// What cannot be written, and what it is.
    Lost(String),
}

/// An object of the user's.
#[derive(Debug)]
pub struct Node {
    /// The object.
    pub value: Value,
    /// Its map.
    pub map: MapId,
    /// Its slots.
    pub slots: Vec<SlotView>,
    /// The rest.
    pub body: Body,
    /// The annotation of the whole.
    pub annotation: Option<String>,
}

/// All of it.
#[derive(Default)]
pub struct Graph {
    /// The objects, in the order in which the walk met them.
    pub nodes: Vec<Node>,
    /// File names of modules.
    pub modules: FxHashMap<NodeId, String>,
    numbers: FxHashMap<Value, NodeId>,
    met: usize,
    /// Methods that a model wrote.
    pub generated: usize,
}

impl Graph {
    /// The object of that number, if the walk has looked into it.
    pub fn seen(&self, node: NodeId) -> Option<&Node> {
        self.nodes[..self.met].get(node)
    }

    /// The node of an object, if the walk has met it.
    pub fn number_of(&self, v: Value) -> Option<NodeId> {
        self.numbers.get(&v).copied()
    }

    /// Looks into everything that was met and not looked into.
    ///
    /// # Errors
    /// When the image cannot be read.
    pub fn walk(&mut self, vm: &mut Vm, names: &Names) -> Result<(), Fail> {
        self.walk_to(usize::MAX, vm, names)
    }

    /// Looks into the first so many objects.
    ///
    /// # Errors
    /// When the image cannot be read.
    pub fn walk_to(&mut self, most: usize, vm: &mut Vm, names: &Names) -> Result<(), Fail> {
        while self.met < self.nodes.len().min(most) {
            let at = self.met;
            self.met += 1;
            let o = self.nodes[at].value;
            let (slots, body) = match self.collection(vm, names, o)? {
                Some(body) => (Vec::new(), body),
                None => (self.slots(vm, names, o)?, self.body(vm, names, o)?),
            };
            let n = &mut self.nodes[at];
            (n.slots, n.body) = (slots, body);
        }
        Ok(())
    }

    /// What a value is.
    ///
    /// # Errors
    /// When the image cannot be read.
    pub fn refer(&mut self, vm: &mut Vm, names: &Names, v: Value) -> Result<Ref, Fail> {
        vm.present(v)?;
        let heap = &vm.heap;
        let known = match heap.kind(v) {
            _ if v.as_int().is_some() => Expr::integer(v.as_int().unwrap_or(0).to_string()),
            _ if heap.as_float(v).is_some() => super::expr::float(heap.as_float(v).unwrap_or(0.0)),
            Some(Kind::Big) => Expr::integer(heap.as_big(v).map_or(String::new(), |b| b.to_string())),
            Some(Kind::String) => Expr::string(heap.text(v)),
            _ if heap.is_base(v) => match names.of(v) {
                Some(e) => e,
                None => return Ok(Ref::Lost("an object of the library that nothing names".into())),
            },
            Some(Kind::Method) => return Ok(Ref::Lost("a method by itself".into())),
            _ => return Ok(Ref::Node(self.meet(vm, v))),
        };
        Ok(Ref::Known(known))
    }

    fn meet(&mut self, vm: &Vm, v: Value) -> NodeId {
        if let Some(n) = self.numbers.get(&v) {
            return *n;
        }
        let map = vm.heap.map_of(v);
        let annotation = vm.heap.map(map).annotation.as_deref().map(str::to_string);
        self.nodes.push(Node { value: v, map, slots: Vec::new(), body: Body::Plain, annotation });
        self.numbers.insert(v, self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    /// The slots of any object.
    ///
    /// # Errors
    /// When the image cannot be read.
    pub fn slots(&mut self, vm: &mut Vm, names: &Names, o: Value) -> Result<Vec<SlotView>, Fail> {
        let slots = vm.heap.map(vm.heap.map_of(o)).slots.clone();
        let common = common(vm, o);
        let mut out: Vec<SlotView> = Vec::new();
        for s in &slots {
            if !vm.heap.is_base(o) && common.iter().any(|c| c.name == s.name && c.kind == s.kind) {
                continue;
            }
            let (v, data) = match s.kind {
                SlotKind::Constant(v) => (v, None),
                SlotKind::Data(i) => {
                    let assignable = slots.iter().any(|a| a.kind == SlotKind::Assign(i));
                    (vm.heap.data(o, i), Some(assignable))
                }
                SlotKind::Assign(_) => continue,
            };
            let holds = self.holds(vm, names, v, data.is_none())?;
            let meta = s.meta.as_deref().cloned().unwrap_or_default();
            out.push(SlotView { name: vm.heap.symbols.name(s.name).to_string(), data, parent: s.parent, meta, holds });
        }
        Ok(out)
    }

    fn holds(&mut self, vm: &mut Vm, names: &Names, v: Value, constant: bool) -> Result<Holds, Fail> {
        vm.present(v)?;
        if constant && vm.heap.is_kind(v, Kind::Method) {
            return Ok(Holds::Method(self.source(vm, names, v)?));
        }
        self.refer(vm, names, v).map(Holds::Value)
    }

    /// The text of a method or block, and where it was written.
    fn source(&mut self, vm: &mut Vm, names: &Names, v: Value) -> Result<Source, Fail> {
        let text = vm.source_of(v).unwrap_or_default();
        let view = vm.code_view(vm.heap.raw(v, layout::CODE));
        self.generated += usize::from(view.generated);
        let file = view.code.origin.file.to_string();
        let module = self.refer(vm, names, view.module)?;
        let context = match module {
            Ref::Node(n) => {
                self.modules.entry(n).or_insert(file);
                Context::Module(n)
            }
            _ => Context::Lobby,
        };
        Ok(Source { text, context })
    }

    fn body(&mut self, vm: &mut Vm, names: &Names, o: Value) -> Result<Body, Fail> {
        Ok(match vm.heap.kind(o) {
            Some(Kind::Vector) => {
                let all = vm.heap.elements(o).to_vec();
                Body::Elements(all.into_iter().map(|v| self.refer(vm, names, v)).collect::<Result<_, _>>()?)
            }
            Some(Kind::Bytes) => Body::Bytes(vm.heap.byte_slice(o).to_vec()),
            Some(Kind::Box) => {
                let on = vm.heap.word(o, 1);
                Body::Mirror(self.refer(vm, names, on)?)
            }
            Some(Kind::Block) => self.block(vm, names, o)?,
            Some(Kind::Foreign) => Body::Lost(kept(vm, o).into()),
            _ => Body::Plain,
        })
    }

    fn block(&mut self, vm: &mut Vm, names: &Names, o: Value) -> Result<Body, Fail> {
        let source = self.source(vm, names, o)?;
        let captures = vm.heap.raw(o, layout::CAPTURE_COUNT) as usize;
        let own = vm.code_view(vm.heap.raw(o, layout::CODE)).code.self_capture;
        match (captures, own) {
            (0, _) => Ok(Body::Block(source, None)),
            (1, Some(0)) => {
                let this = vm.heap.word(o, layout::CAPTURES);
                let this = self.refer(vm, names, this)?;
                Ok(Body::Block(source, Some(this)))
            }
            _ => Ok(Body::Lost(format!("a block that holds variables of its surroundings: {}", source.text))),
        }
    }
}

/// The slots that all objects of a kind have from the beginning; none for plain objects.
fn common(vm: &Vm, o: Value) -> Vec<aura_heap::Slot> {
    let (heap, k) = (&vm.heap, &vm.heap.kind_maps);
    let map = match heap.kind(o) {
        Some(Kind::Vector) => k.vector,
        Some(Kind::Bytes) => k.bytes,
        Some(Kind::Block) => k.block,
        Some(Kind::Box) => heap.map_of(o),
        Some(Kind::Foreign) => heap.map_of(o),
        _ => return Vec::new(),
    };
    heap.map(map).slots.clone()
}

fn kept(vm: &Vm, o: Value) -> &'static str {
    match vm.kept_view(o) {
        KeptView::Process(..) => "a process",
        KeptView::Semaphore(_) => "a semaphore",
        KeptView::Other => "a thing of the machine's",
    }
}
