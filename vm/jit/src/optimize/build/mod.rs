//! From bytecode to the graph, by running it on values that are not known yet.
//!
//! One pass goes over the code in its order, which is that of control but for loops. What is known (types, what virtual objects hold, words of others) goes along each way and is merged
//! where ways meet. A message whose method is known begins the same walk inside the walk.
//!
//! What a loop changes is a parameter of its head, whose kind is guessed from its first value; and that a block or a token is seen by nobody is guessed as well. A guess
//! that turns out wrong is written down ([`Guesses`]), the walk goes on to find more of them, and all is built anew. Each time at least one guess fewer is made, so that
//! ends.
//!
//! What a loop needs and does not change is found out before it (`early`). `state` has what is known, `escape` the objects that are made only where something sees them, `walk` the way of control, `apart` where ways go on by themselves, `numbers`, `sends`, `inline`, `objects` the instructions.

mod apart;
mod early;
mod escape;
mod inline;
mod numbers;
mod objects;
mod sends;
mod state;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use aura_code::{Liveness, Reg, liveness};
use rustc_hash::{FxHashMap, FxHashSet};

use super::ir::{Blk, Block, Context, ContextId, End, Frames, Graph, Op, Point, PointId, Rep, Type, Val, Why};
use crate::abi::Abi;
use crate::compiler::NotCompiled;
use crate::unit::{First, Program, Unit};
use early::Early;
use state::{Slot, State, Way};

/// An instruction of an activation, the same however often the function is built.
pub(super) type Place = (u64, u32);

/// So often the function is built anew before it is given up.
const ATTEMPTS: usize = 60;
/// A function of more values than this is not worth its time.
const MOST_VALUES: usize = 60_000;

/// What turned out about the function that is built.
#[derive(Default)]
struct Guesses {
    /// What loops change, where it is not what it was at first.
    loops: FxHashMap<(Place, Slot), (Rep, Type)>,
    /// Loops in which something may change any object.
    calling: FxHashSet<Place>,
    /// Words of objects that change in loops.
    storing: FxHashMap<Place, BTreeSet<u32>>,
    /// What is found out and read before loops, as it is needed in them and they do not change it.
    before: FxHashMap<Place, Vec<Early>>,
    /// Blocks and tokens that something sees.
    seen: FxHashSet<Place>,
    /// Virtual objects that are seen in loops, and made before them.
    escaping: FxHashMap<Place, BTreeSet<Place>>,
    /// Words of virtual objects that change in loops.
    assigned: FxHashMap<Place, BTreeSet<Slot>>,
    /// Activations that must not become part of others.
    outside: FxHashSet<u64>,
    /// Something is new since this was last asked.
    changed: bool,
}

/// An activation that is being walked through.
struct Active {
    context: ContextId,
    unit: Arc<Unit>,
    key: u64,
    below: Option<Rc<Frames>>,
    /// Ways to its end.
    answers: Vec<Way>,
    /// Ways to instructions further on.
    incoming: BTreeMap<u32, Vec<Way>>,
    /// Ways to heads of loops in whose middle the function began.
    anew: BTreeMap<u32, Vec<Way>>,
    open: Vec<OpenLoop>,
}

/// A loop whose head is there and whose end is not.
struct OpenLoop {
    head: u32,
    end: u32,
    block: Blk,
    /// What it changes (the virtual object, if it is a word of one), and what that is taken to be.
    slots: Vec<(Slot, Option<Val>, Rep, Type)>,
    /// What was known when it began, and the first value that came after that.
    known: State,
    first: u32,
}

/// See the module's comment.
struct Builder<'a> {
    program: &'a Program,
    abi: &'a Abi,
    guesses: &'a mut Guesses,
    alive: &'a mut FxHashMap<u64, Rc<Liveness>>,
    g: Graph,
    at: Blk,
    state: State,
    stack: Vec<Active>,
    words: FxHashMap<u64, Val>,
    /// Where blocks, virtual objects and tokens were made.
    made: FxHashMap<Val, Place>,
    /// The code of blocks that are known.
    codes: FxHashMap<Val, u64>,
    /// Instructions that have become part of the function.
    size: usize,
    /// The last point for leaving: most guesses about an instruction leave to the same.
    last: Option<PointId>,
    /// What is guessed is guessed before a loop.
    early: bool,
    /// Instructions that were walked more than once, each time counted.
    again: usize,
    /// Why this cannot be built, unless it is built anew anyway.
    failed: Option<&'static str>,
}

/// The graph of the program's root.
///
/// # Errors
/// When it has something in it that is left to the interpreter, or is too large.
pub(crate) fn build(program: &Program, abi: &Abi) -> Result<Graph, NotCompiled> {
    let mut guesses = Guesses::default();
    let mut alive = FxHashMap::default();
    for _ in 0..ATTEMPTS {
        guesses.changed = false;
        let graph = Builder::new(program, abi, &mut guesses, &mut alive).run()?;
        if !guesses.changed {
            return Ok(graph);
        }
    }
    Err(NotCompiled("it was built too often".into()))
}

impl<'a> Builder<'a> {
    fn new(
        program: &'a Program,
        abi: &'a Abi,
        guesses: &'a mut Guesses,
        alive: &'a mut FxHashMap<u64, Rc<Liveness>>,
    ) -> Builder<'a> {
        let mut g = Graph::default();
        let at = g.new_block();
        Builder {
            program,
            abi,
            guesses,
            alive,
            g,
            at,
            state: State::default(),
            stack: Vec::new(),
            words: FxHashMap::default(),
            made: FxHashMap::default(),
            codes: FxHashMap::default(),
            size: 0,
            last: None,
            early: false,
            again: 0,
            failed: None,
        }
    }

    fn run(mut self) -> Result<Graph, NotCompiled> {
        let program = self.program;
        let Some(unit) = program.units.get(&program.root).cloned() else {
            return Err(NotCompiled("its code is not there".into()));
        };
        if let Some(why) = inline::refused(&unit) {
            return Err(NotCompiled(why.into()));
        }
        let name = Rc::from(&*unit.code.name);
        self.g.contexts.push(Context { code: unit.address, base: 0, depth: 0, ret: 0, name });
        let live = self.liveness(&unit).live_in(program.entry);
        let mut regs = vec![None; usize::from(unit.code.nregs)];
        for r in live.iter().filter(|r| program.entry > 0 || *r <= Reg::from(unit.code.argc)) {
            regs[usize::from(r)] = Some(self.push(Op::Register(r), Type::Any));
        }
        self.state.regs.push(regs);
        // The first block is for what is needed everywhere.
        let first = self.at;
        let body = self.g.new_block();
        self.end(first, End::Goto(super::ir::Edge { to: body, args: Vec::new() }));
        self.at = body;
        self.stack.push(Active {
            context: 0,
            unit,
            key: u64::from(program.entry),
            below: None,
            answers: Vec::new(),
            incoming: BTreeMap::new(),
            anew: BTreeMap::new(),
            open: Vec::new(),
        });
        self.enter();
        self.walk(program.entry)?;
        match self.failed.filter(|_| !self.guesses.changed) {
            Some(why) => Err(NotCompiled(why.into())),
            None => Ok(self.g),
        }
    }

    /// What was in the registers when this was asked for is taken to be there whenever the function is entered.
    fn enter(&mut self) {
        let (entry, program) = (self.program.entry, self.program);
        if self.top().unit.wrong.contains(&entry) {
            return;
        }
        for (r, kind) in &program.first {
            let Some(v) = self.state.regs[0][usize::from(*r)] else { continue };
            match kind {
                First::Int => self.check_int(entry, v),
                First::Float => self.check_float(entry, v),
            }
        }
    }

    fn liveness(&mut self, unit: &Unit) -> Rc<Liveness> {
        self.alive.entry(unit.address).or_insert_with(|| Rc::new(liveness(&unit.code))).clone()
    }

    fn top(&self) -> &Active {
        &self.stack[self.stack.len() - 1]
    }

    fn top_mut(&mut self) -> &mut Active {
        let last = self.stack.len() - 1;
        &mut self.stack[last]
    }

    /// The instruction as a place that stays the same when the function is built anew.
    fn place(&self, pc: u32) -> Place {
        (self.top().key, pc)
    }

    // ---- values ----

    fn push(&mut self, op: Op, ty: Type) -> Val {
        let v = self.g.value(op, ty);
        let at = self.at;
        self.block_mut(at).insts.push(v);
        v
    }

    /// Something without a value.
    fn act(&mut self, op: Op) {
        self.push(op, Type::Any);
    }

    fn block_mut(&mut self, b: Blk) -> &mut Block {
        &mut self.g.blocks[b.0 as usize]
    }

    fn end(&mut self, b: Blk, end: End) {
        debug_assert_eq!(self.g.block(b).end, End::Open);
        self.block_mut(b).end = end;
    }

    /// A value that is needed wherever.
    fn constant(&mut self, op: Op, ty: Type) -> Val {
        let v = self.g.value(op, ty);
        self.block_mut(Blk(0)).insts.push(v);
        v
    }

    fn word(&mut self, word: u64) -> Val {
        if let Some(v) = self.words.get(&word) {
            return *v;
        }
        let s = self.abi.special;
        let ty = match word & 3 {
            1 if word == s.true_ || word == s.false_ => Type::Bool,
            1 => Type::Ref,
            3 => Type::Float,
            _ => Type::Int,
        };
        let v = self.constant(Op::Word(word), ty);
        self.words.insert(word, v);
        v
    }

    fn integer(&mut self, i: i64) -> Val {
        self.word((i << 1) as u64)
    }

    fn nil(&mut self) -> Val {
        self.word(self.abi.special.nil)
    }

    fn known_word(&self, v: Val) -> Option<u64> {
        match self.g.op(v) {
            Op::Word(w) => Some(*w),
            _ => None,
        }
    }

    fn type_of(&self, v: Val) -> Type {
        self.type_in(&self.state, v)
    }

    /// What a register holds; a virtual object that has been made, as what it was made.
    fn reg(&mut self, r: Reg) -> Val {
        let v = self.raw(r);
        self.resolve(v)
    }

    /// The same, virtual objects as such.
    fn raw(&mut self, r: Reg) -> Val {
        match self.state.regs.last().and_then(|regs| regs[usize::from(r)]) {
            Some(v) => v,
            // Alive by mistake of nobody: named variables count as alive before they are set.
            None => self.nil(),
        }
    }

    fn set(&mut self, r: Reg, v: Val) {
        if let Some(regs) = self.state.regs.last_mut() {
            regs[usize::from(r)] = Some(v);
        }
    }

    // ---- points ----

    /// The activations, the running one before instruction `pc`, without the register that is to receive an answer.
    fn frames(&mut self, pc: u32, but: Option<Reg>) -> Rc<Frames> {
        let (unit, context, below) = (self.top().unit.clone(), self.top().context, self.top().below.clone());
        let live = self.liveness(&unit).live_in(pc);
        let regs = live.iter().filter(|r| *r == 0 || Some(*r) != but).map(|r| (r, self.raw(r))).collect();
        Rc::new(Frames { context, pc, regs, below })
    }

    fn point_of(&mut self, frames: Rc<Frames>, why: Why) -> PointId {
        let (held, real) = self.virtual_in(&frames);
        self.g.points.push(Point { frames, held, real, why });
        self.g.points.len() as PointId - 1
    }

    /// The point before instruction `pc`, for leaving.
    fn point(&mut self, pc: u32, why: Why) -> PointId {
        let frames = self.frames(pc, None);
        let same =
            |p: &Point| p.why == why && p.frames.pc == pc && p.frames.context == frames.context && p.frames.regs == frames.regs;
        if let Some(last) = self.last.filter(|last| same(&self.g.points[*last as usize])) {
            let (held, real) = self.virtual_in(&frames);
            let p = &self.g.points[last as usize];
            if p.held == held && p.real == real {
                return last;
            }
        }
        let p = self.point_of(frames, why);
        self.last = Some(p);
        p
    }

    /// The point before instruction `pc`, at which something is guessed.
    fn guess(&mut self, pc: u32) -> PointId {
        self.point(pc, if self.early { Why::Early } else { Why::Guess })
    }

    /// Control leaves for the interpreter, which goes on at `pc`.
    fn leave(&mut self, pc: u32, why: Why) {
        let p = self.point(pc, why);
        let at = self.at;
        self.end(at, End::Exit(p));
    }

    /// The point behind instruction `pc`, whose answer goes to `ret`, where something of the machine's runs; everything alive is real there.
    fn call_point(&mut self, next: u32, ret: Reg) -> PointId {
        let frames = self.frames(next, Some(ret));
        self.real_point(frames)
    }

    /// The same for a call behind which control may go on at `other` as well.
    fn forking_point(&mut self, next: u32, other: u32, ret: Reg) -> PointId {
        let (mut frames, others) = (self.frames(next, Some(ret)), self.frames(other, Some(ret)));
        if let Some(frames) = Rc::get_mut(&mut frames) {
            let missing = others.regs.iter().filter(|(r, _)| frames.regs.iter().all(|(known, _)| known != r));
            let missing: Vec<(Reg, Val)> = missing.copied().collect();
            frames.regs.extend(missing);
        }
        self.real_point(frames)
    }

    fn real_point(&mut self, frames: Rc<Frames>) -> PointId {
        let mut all: Vec<Val> = frames.each().flat_map(|f| f.regs.iter().map(|(_, v)| *v)).collect();
        all.sort_unstable();
        all.dedup();
        for v in all {
            self.must_be_real(v);
        }
        self.point_of(frames, Why::Call)
    }

    /// Something of the machine's: it may change any object.
    fn call(&mut self, call: super::ir::Call, p: PointId) -> Val {
        let v = self.push(Op::Call(call, p), Type::Any);
        for place in self.open_loops() {
            self.guesses.changed |= self.guesses.calling.insert(place);
        }
        self.state.called();
        v
    }

    /// Word `k` of some object changes.
    fn changes(&mut self, k: u32) {
        for place in self.open_loops() {
            self.guesses.changed |= self.guesses.storing.entry(place).or_default().insert(k);
        }
    }

    fn open_loops(&self) -> BTreeSet<Place> {
        self.stack.iter().flat_map(|a| a.open.iter().map(|l| (a.key, l.head))).collect()
    }

    /// Something sees `v`: a virtual object is made here; a block or a token that was not to be made is made next time.
    fn must_be_real(&mut self, v: Val) {
        let virtual_ = match self.g.op(v) {
            Op::Closure(_, captures) => captures.clone(),
            Op::Token(_) => Vec::new(),
            Op::Virtual { .. } => {
                self.materialize(v);
                return;
            }
            _ => return,
        };
        if let Op::Token(c) = *self.g.op(v)
            && c != 0
        {
            // The token of an activation that is none: let it be one.
            if let Some((key, _)) = self.made.get(&v) {
                self.guesses.changed |= self.guesses.outside.insert(*key);
            }
            return;
        }
        if let Some(place) = self.made.get(&v) {
            self.guesses.changed |= self.guesses.seen.insert(*place);
        }
        for c in virtual_ {
            self.must_be_real(c);
        }
    }
}

/// Whether building may go on.
fn small_enough(g: &Graph) -> Result<(), NotCompiled> {
    if g.ops.len() > MOST_VALUES { Err(NotCompiled("it becomes too large".into())) } else { Ok(()) }
}
