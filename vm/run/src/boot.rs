//! The world before the library: the lobby, nil, true, false, and an empty traits object for each built-in kind.

use std::sync::Arc;

use aura_code::{Code, CodeKind, Instr, Op, Origin};
use aura_heap::{Heap, Kind, Map, MapId, Slot, SlotKind, Value};

use crate::linked::{Arena, Linked};
use crate::vm::{Host, Made, Specials, Vm};

/// The traits objects that the machine makes, by their names in `traits`.
const KINDS: &[&str] = &[
    "smallInt",
    "bigInt",
    "float",
    "string",
    "vector",
    "byteVector",
    "block",
    "method",
    "mirror",
    "process",
    "semaphore",
    "foreign",
    "boolean",
    "nil",
];

fn plain(heap: &mut Heap) -> Value {
    let map = heap.add_map(Map::empty(Kind::Plain));
    heap.unique_object(map, &[])
}

fn constant(heap: &mut Heap, o: Value, name: &str, v: Value, parent: bool) {
    let s = heap.symbols.intern(name);
    heap.add_constant(o, s, v, parent, None).expect("a plain object takes slots");
}

impl Vm {
    /// A machine with a world that knows only its built-in kinds.
    pub fn bare(host: Host) -> Vm {
        let mut heap = Heap::new();
        let [nil, true_, false_, lobby, traits, globals, mixins] = std::array::from_fn(|_| plain(&mut heap));
        for (name, v) in
            [("lobby", lobby), ("nil", nil), ("true", true_), ("false", false_), ("traits", traits), ("mixins", mixins)]
        {
            constant(&mut heap, lobby, name, v, false);
        }
        constant(&mut heap, lobby, "globals", globals, true);
        let k = heap.kind_maps;
        let maps: [Option<MapId>; 14] = [
            Some(k.int),
            Some(k.big),
            Some(k.float),
            Some(k.string),
            Some(k.vector),
            Some(k.bytes),
            Some(k.block),
            Some(k.method),
            Some(k.mirror),
            Some(k.process),
            Some(k.semaphore),
            Some(k.foreign),
            None,
            None,
        ];
        for (name, map) in KINDS.iter().zip(maps) {
            let t = plain(&mut heap);
            constant(&mut heap, traits, name, t, false);
            if let Some(map) = map {
                let parent = heap.symbols.intern("parent");
                heap.give_parent(map, Slot { name: parent, kind: SlotKind::Constant(t), parent: true, meta: None });
            }
        }
        let named = |heap: &mut Heap, name: &str| {
            let s = heap.symbols.intern(name);
            match heap.map(heap.map_of(traits)).find(s).map(|s| s.kind) {
                Some(SlotKind::Constant(v)) => v,
                _ => nil,
            }
        };
        let (boolean, nils) = (named(&mut heap, "boolean"), named(&mut heap, "nil"));
        constant(&mut heap, true_, "parent", boolean, true);
        constant(&mut heap, false_, "parent", boolean, true);
        constant(&mut heap, nil, "parent", nils, true);

        let mut arena = Arena::default();
        let stub = arena.add(Linked::new(stub_code().into(), nil, None, false, crate::native::NEVER));
        let specials = Specials { nil, true_, false_, lobby, traits };
        let mut vm = Vm::assemble(Made { heap, specials, arena, stub, host });
        vm.link(stub);
        // The oddballs must be where they stay, since the interpreter keeps them in local variables.
        vm.young_codes.push(stub);
        vm.collect_as(aura_heap::CollectionKind::Minor);
        vm
    }
}

/// Code that answers its receiver.
fn stub_code() -> Arc<Code> {
    Arc::new(Code {
        nregs: 1,
        instrs: vec![Instr::new(Op::Return, 0, 0, 0, 0)],
        spans: vec![(0, 0)],
        ..Code::empty(CodeKind::Method, "start", Arc::new(Origin::nowhere()))
    })
}
