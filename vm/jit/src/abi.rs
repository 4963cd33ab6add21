//! Where the machine keeps what compiled code looks at, and which of its functions compiled code calls.
//!
//! A compiled function takes `(vm, frame, base, at, receiver, argument)` where functions of C do, answers a word, and saves no registers. `frame` is its activation, written by the caller; `base` is the address
//! of register 0; `at` is 0 at a call, and else the number of the place where it goes on ([`crate::Compiled::resume`]). At a call, `receiver` and `argument` are what is in registers 0 and 1, as far as there
//! are so many arguments; else they are anything. It answers the value that the activation
//! answers, and the caller takes the activation off; or [`Sentinel::BAIL`]: all activations are as the interpreter wants them, whoever is below
//! returns as well.
//!
//! A helper is `extern "C" fn(vm, frame, base, …) -> word`, all of them words. Those that may run code or collect want the activation's `pc` saved. Those that are
//! called *aside* take the same, change no register, and leave their answer in a word of the machine's ([`Abi::answer`]).

/// Words that are no values.
pub struct Sentinel;

impl Sentinel {
    /// Compiled code is left: the state of the process says where to go on.
    pub const BAIL: u64 = 5;
    /// A primitive has failed, and its failure is in the first two registers of its window.
    pub const FAILED: u64 = 13;
    /// Not something that the machine does itself: the message is to be sent.
    pub const SEND: u64 = 21;
}

/// Offsets of an activation's fields.
#[derive(Clone, Copy, Debug)]
pub struct FrameAbi {
    /// Bytes of an activation.
    pub size: i32,
    /// The code, a word.
    pub code: i32,
    /// The next instruction, 32 bits; directly followed by the index of register 0.
    pub pc: i32,
    /// The index of register 0, 32 bits.
    pub base: i32,
    /// The register for the answer, 32 bits; directly followed by the flags.
    pub ret: i32,
    /// The flags, 32 bits.
    pub flags: i32,
    /// The serial number, a word.
    pub serial: i32,
    /// The flag of activations that compiled code has called.
    pub called: u32,
}

/// Offsets of the fields of an inline cache's entry; the first one's are from the cache's address.
#[derive(Clone, Copy, Debug)]
pub struct EntryAbi {
    /// The map, 32 bits.
    pub map: i32,
    /// The kind, a byte.
    pub kind: i32,
    /// The word of a slot, 32 bits.
    pub word: i32,
    /// The target, a word.
    pub target: i32,
}

/// Numbers of the kinds of entries that compiled code handles itself.
#[derive(Clone, Copy, Debug)]
pub struct EntryKinds {
    /// A method to activate.
    pub method: u8,
    /// A constant to answer.
    pub constant: u8,
    /// The receiver's own data slot.
    pub data: u8,
    /// Assignment to it.
    pub assign: u8,
    /// A block to evaluate.
    pub block: u8,
}

/// Offsets in linked code.
#[derive(Clone, Copy, Debug)]
pub struct LinkedAbi {
    /// The address of the function to call.
    pub native: i32,
    /// How many arguments it takes, 32 bits.
    pub argc: i32,
}

/// Values that the machine knows. They lie in old space and do not move.
#[derive(Clone, Copy, Debug)]
pub struct Special {
    /// `nil`
    pub nil: u64,
    /// `true`
    pub true_: u64,
    /// `false`
    pub false_: u64,
}

/// Numbers of the maps of built-in kinds.
#[derive(Clone, Copy, Debug)]
pub struct Maps {
    /// Small integers.
    pub int: u32,
    /// Immediate doubles.
    pub float: u32,
    /// Vectors.
    pub vector: u32,
    /// Texts.
    pub string: u32,
    /// Blocks.
    pub block: u32,
    /// Boxes of captured variables.
    pub boxed: u32,
}

/// Addresses of the machine's functions. The comments tell the arguments after `vm, frame, base`.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "one line of comment tells a group")]
pub struct Helpers {
    /// `()`: whether the activation may begin although something is used up: 0, or BAIL.
    pub enter: usize,
    /// `()`: the slice is over. BAIL.
    pub poll: usize,
    /// `()`: the interpreter is to go on at the saved `pc`. BAIL.
    pub leave: usize,
    /// `(cache, map)`: the address of the cache's entry for this map; 0 if it has none.
    pub find: usize,
    /// `(site, window, receiver, ret, entry)`: any send; `entry` is what `find` answered, or 0. The answer, or BAIL.
    pub send: usize,
    /// `(primitive, window, argc, ret, or_jump)`: the answer, FAILED, or BAIL.
    pub prim: usize,
    /// `(dest, x, y, which)`: arithmetic that is not fast. The answer, which is also in `dest`; SEND; BAIL.
    pub arith: usize,
    /// `(x, y, which)`: 0, 1, or SEND. Called aside.
    pub compare: usize,
    /// `(result)`: the inlined message at the instruction before the saved `pc` is really sent. Any value when the activation
    /// goes on where it joins, or BAIL.
    pub inlined_send: usize,
    /// `(dest, value)`, `(dest, block)`, `(dest, template, first)`, `(dest, first, count)`, `(dest, first, count)`: something is made and put into `dest`. It, or BAIL.
    pub new_box: usize,
    pub closure: usize,
    pub new_object: usize,
    pub new_vector: usize,
    pub join: usize,
    /// `()`: a token for the activation.
    pub home: usize,
    /// `(box, value)`: a store that needs the barrier, or none if it is no box. Called aside.
    pub set_box: usize,
    /// `(vector, index, value)`: 0 when done; SEND. Called aside.
    pub at_put: usize,
    /// `(object, word, value)`: 0 when done; SEND. Called aside.
    pub set_word: usize,
    /// `(activations, registers, begins)`: room for more is wanted. BAIL.
    pub room: usize,
    /// `(exit)`: optimized code leaves to where the [`Exit`](crate::Exit) at this address says. BAIL.
    pub exit: usize,
    /// `(bits)`: a double. This does not collect. Called aside.
    pub double: usize,
    /// `(header, words)`: an object whose words are still to be filled in. This does not collect. Called aside.
    pub allocate: usize,
    /// `(primitive, first, count)`: a primitive that neither runs code nor collects. The answer; SEND if it fails.
    pub calm: usize,
    /// `()`: what was charged, and how much less fuel there is to seem, so that a collection comes soon. Called aside.
    pub pressed: usize,
    /// `(level, register)`; `(level, register, value)`: a register of the activation that an inlined message's block belongs to.
    pub up_get: usize,
    pub up_set: usize,
}

/// See the module's comment.
#[derive(Clone, Copy, Debug)]
pub struct Abi {
    /// Offsets from `vm`: what is left of the slice, a signed word.
    pub budget: i32,
    /// The last activation that may begin without asking.
    pub last_frame: i32,
    /// The end of the stack of registers.
    pub stack_end: i32,
    /// The lowest native stack pointer at which an activation may begin without asking.
    pub floor: i32,
    /// The row of words for what exits hand over.
    pub saved: i32,
    /// What a function has answered that was called aside.
    pub answer: i32,
    /// Guesses until one is taken to be wrong, for tests; none is, unless this is given.
    pub shaken: Option<i32>,
    /// Work that primitives have charged, a word.
    pub charged: i32,
    /// Whether a collection is wanted, a byte.
    pub wants_collection: i32,
    /// The nursery's first free word, and its end.
    pub nursery_top: i32,
    /// The same.
    pub nursery_end: i32,
    /// The address of the texts of one ASCII character, by its number.
    pub characters: u64,
    /// Activations.
    pub frame: FrameAbi,
    /// Entries of inline caches.
    pub entry: EntryAbi,
    /// Their kinds.
    pub kinds: EntryKinds,
    /// Linked code.
    pub linked: LinkedAbi,
    /// Values.
    pub special: Special,
    /// Maps.
    pub maps: Maps,
    /// Functions.
    pub helpers: Helpers,
}
