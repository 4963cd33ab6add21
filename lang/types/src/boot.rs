//! The world before the library, as the machine makes it (`vm/run/src/boot.rs`): the lobby, nil, true, false, and an empty traits
//! object for each built-in kind. Beside them, an object for each kind of literal.
//!
//! What must stay true: a built-in kind's object has exactly one parent, its traits.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::names::Names;
use crate::object::{Object, ObjectId};
use crate::ty::{Booleans, Types, VarId};
use crate::universe::{Builtin, Options, Universe, Words};

/// The traits objects that the machine makes, by their names in `traits`.
const KINDS: [&str; 14] = [
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

/// The first objects, in this order.
const FIRST: [&str; 12] =
    ["lobby", "traits", "globals", "mixins", "nil", "true", "false", "int", "float", "string", "vector", "byteVector"];

pub(crate) fn bare(options: Options) -> Universe {
    let number = |name: &str| ObjectId(FIRST.iter().position(|f| *f == name).expect("is listed") as u32);
    let traits = |name: &str| ObjectId((FIRST.len() + KINDS.iter().position(|k| *k == name).expect("is listed")) as u32);
    let builtin = Builtin {
        lobby: number("lobby"),
        traits: number("traits"),
        globals: number("globals"),
        mixins: number("mixins"),
        int: number("int"),
        float: number("float"),
        string: number("string"),
        vector: number("vector"),
        bytes: number("byteVector"),
        block: traits("block"),
        block_result: VarId(0),
        nil: number("nil"),
        true_: number("true"),
        false_: number("false"),
        bool_: traits("boolean"),
    };
    let mut u = empty(options, builtin);
    for name in FIRST {
        u.add_object(name);
    }
    for kind in KINDS {
        let object = u.add_object(&format!("traits {kind}"));
        u.constant(builtin.traits, kind, object, false);
    }
    u.object_mut(builtin.bool_).path = "bool".into();
    u.object_mut(builtin.block).path = "block".into();
    for name in ["lobby", "nil", "true", "false", "traits", "mixins"] {
        u.constant(builtin.lobby, name, number(name), false);
    }
    u.constant(builtin.lobby, "globals", builtin.globals, true);
    let of_kind = [
        ("int", "smallInt"),
        ("float", "float"),
        ("string", "string"),
        ("vector", "vector"),
        ("byteVector", "byteVector"),
        ("nil", "nil"),
        ("true", "boolean"),
        ("false", "boolean"),
    ];
    for (object, kind) in of_kind {
        u.constant(number(object), "parent", traits(kind), true);
    }
    let result = u.add_var("R", "of:", None);
    u.object_mut(builtin.block).params.push(result);
    u
}

fn empty(options: Options, builtin: Builtin) -> Universe {
    let mut names = Names::default();
    let words = Words {
        value: names.of("value"),
        is_nil: names.of("isNil"),
        is_not_nil: names.of("isNotNil"),
        eq: names.of("="),
        ne: names.of("!="),
        same: names.of("=="),
        not_same: names.of("!=="),
        import: names.of("import:"),
        fork: names.of("_Fork"),
        inherits: names.of("inheritsFrom:"),
    };
    Universe {
        names,
        types: Types::new(Booleans::of(&builtin)),
        objects: Vec::<Object>::new(),
        files: Vec::new(),
        vars: Vec::new(),
        builtin,
        options,
        places: FxHashMap::default(),
        parentage: crate::parentage::Parentage::default(),
        above: FxHashMap::default(),
        finds: FxHashMap::default(),
        signatures: FxHashMap::default(),
        variables: FxHashMap::default(),
        implementors: Rc::default(),
        touched: Vec::new(),
        related: FxHashMap::default(),
        asked: crate::asked::Asked::default(),
        checked: None,
        compared: 0,
        bodies: FxHashMap::default(),
        parents_among: Vec::new(),
        recursion: crate::infer::Recursion::default(),
        candidate: None,
        live: None,
        assumed: None,
        watched: None,
        wants_places: false,
        effects: crate::effects::Memory::default(),
        words,
    }
}
