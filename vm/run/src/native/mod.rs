//! Compiled code in the machine: what is compiled when, where it lies, and how much of it there is.
//!
//! Code is counted down (`Linked::heat`) with each activation and each turn of a loop that the interpreter runs; at zero it is compiled and from then on
//! entered at calls (`Linked::native`), when an activation below answers to one of it, and at the ends of loops. The interpreter and compiled code work on the same
//! activations and registers, so either can go on where the other stopped.
//!
//! What must stay true: trials run in the interpreter alone, whose fuel is exact. Compiled code is thrown away when what it took for granted ends: where guarded messages get
//! another meaning, that of the code with such messages and all that this is part of; all of it where there is no more room. `Hot::abandon` makes whatever returns to it leave
//! instead, and it is freed when nothing of it runs any more.
//!
//! Compiling happens on a thread beside (`worker`), and what is ready is taken over between two slices; only where everything is to be compiled before its first
//! activation does the machine wait for it.
//!
//! `abi` tells the compiler where things are, `helpers` are the functions that compiled code calls, some of them by way of `aside`, `enter` is the way in and out.

mod abi;
mod aside;
mod enter;
mod exit;
mod helpers;
mod literals;
mod optimize;
mod worker;

use std::sync::Arc;
use std::time::{Duration, Instant};

use aura_jit::{CodeMemory, Compiled, Compiler, Exit, Program, Unit};

use rustc_hash::FxHashMap;

use crate::linked::{CodeRef, Linked};
use crate::process::{Frame, flag};
use crate::vm::Vm;
use worker::{Request, Wanted, Worker};

pub use aura_jit::Dump as NativeDump;
/// See [`Unit::FLOATS`].
pub(crate) const FLOATS: u8 = Unit::FLOATS;
/// See [`Unit::OTHERS`].
pub(crate) const OTHERS: u8 = Unit::OTHERS;
/// What a guarded operation was used on that its fast path did not handle.
pub(crate) fn slow_kinds(x: aura_heap::Value, y: aura_heap::Value) -> u8 {
    match (x.is_immediate_float(), y.is_immediate_float()) {
        (true, true) => FLOATS,
        (true, false) if y.is_int() => Unit::MIXED,
        (false, true) if x.is_int() => Unit::MIXED,
        _ => OTHERS,
    }
}

pub(crate) use enter::{call, floor, interpreted};
pub(crate) use optimize::Feedback;

/// Activations and turns of loops after which code is compiled, unless the host says otherwise.
const THRESHOLD: u32 = 400;
/// Bytes that compiled code may take.
const MOST: usize = 64 << 20;
/// Code that is not to be compiled is never asked about again (in practice).
pub(crate) const NEVER: i32 = i32::MAX;
/// Activations and turns of loops after which code is optimized where everything is to be: something must have been seen.
const SOON: i32 = 2;

/// Which tiers run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Tiers {
    /// The interpreter alone.
    #[default]
    Interpreter,
    /// The interpreter, and compiled code for what is hot.
    Baseline,
    /// These, and code that guesses for what stays hot.
    Optimizing,
}

/// What compiling came to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NativeStats {
    /// Pieces of code that the baseline tier compiled.
    pub compiled: u64,
    /// Bytes that it made in all.
    pub compiled_bytes: usize,
    /// Those that could not be.
    pub refused: u64,
    /// Bytes of machine code in memory, of both tiers.
    pub bytes: usize,
    /// Time that compiling took.
    pub time: Duration,
    /// The longest that compiling one piece took.
    pub longest: Duration,
    /// Pieces that the optimizing tier compiled.
    pub optimized: u64,
    /// Time that it took.
    pub optimizing: Duration,
    /// Bytes that it made in all.
    pub optimized_bytes: usize,
    /// The longest that the machine itself stood still for it: gathering what the compiler is told (with a nursery collection at times), or taking over what has come.
    pub pause: Duration,
    /// Guesses that were wrong when the code ran.
    pub exits: u64,
    /// How often optimized code was left in all, by why: a guess was wrong; one made before a loop was; code was reached that never had been; it was the interpreter's to do; the slice was over.
    pub left: [u64; 5],
    /// Times that optimized code was thrown away.
    pub dropped: u64,
    /// Times that there was no room left, and all compiled code was thrown away.
    pub full: u64,
    /// Where guesses were wrong, and how often, the most frequent first.
    pub wrong: Vec<(String, u64)>,
}

/// What the machine has of compiled code.
#[derive(Default)]
pub(crate) struct Native {
    tiers: Tiers,
    threshold: u32,
    works: Option<Works>,
    stats: NativeStats,
    /// How often everything was thrown away.
    time: u64,
    /// How often inline caches were emptied.
    changes: u64,
    /// Guesses that were wrong: code, instruction, how often.
    wrong: FxHashMap<(u64, u32), u64>,
    /// A state of the generator that tells which guesses are taken to be wrong; 0: none.
    shaken: u64,
    /// Thrown away, and perhaps still running: start and length, and the exits that it names.
    dropped: Vec<(usize, usize, Vec<Arc<Exit>>)>,
    show: NativeDump,
    perf: Option<std::fs::File>,
}

/// Who compiles, and where to.
struct Works {
    /// For what the machine waits for; made when it is first needed, as is the worker.
    compiler: Option<Compiler>,
    worker: Option<Worker>,
    memory: CodeMemory,
}

/// Compiled code of one [`Linked`].
pub(crate) struct Piece {
    start: usize,
    len: usize,
    /// See [`aura_jit::Compiled::resume`].
    resume: Vec<u16>,
}

impl Vm {
    /// From now on these tiers run; code is compiled after so many activations and turns of loops (0: before the first; `None`: as is usual).
    /// To be called between runs. Where there is no compiler for the processor at hand, the interpreter runs alone.
    pub fn set_tiers(&mut self, tiers: Tiers, threshold: Option<u32>) {
        self.drop_native();
        self.free_dropped();
        self.native.tiers = tiers;
        self.native.threshold = threshold.unwrap_or(THRESHOLD);
        if tiers != Tiers::Interpreter && self.native.works.is_none() {
            self.native.works =
                Compiler::SUPPORTED.then(|| Works { compiler: None, worker: None, memory: CodeMemory::new(MOST) });
        }
        let heat = self.fresh_heat();
        for c in self.arena.each() {
            c.heat.set(heat);
        }
    }

    /// From now on optimized code takes guesses to be wrong at random: for tests. To be called before anything is compiled.
    pub fn shake(&mut self, seed: u64) {
        self.native.shaken = seed | 1;
        self.hot.shaken = 1;
    }

    /// Whether optimized code has just left for no other reason than that it was asked to; the next time is drawn then.
    fn shaken_off(&mut self) -> bool {
        let off = self.native.shaken != 0 && self.hot.shaken < 0;
        if off {
            // Source: Marsaglia, Xorshift RNGs, 2003.
            let s = &mut self.native.shaken;
            *s ^= *s << 13;
            *s ^= *s >> 7;
            *s ^= *s << 17;
            self.hot.shaken = (*s % 97) as i64;
        }
        off
    }

    /// Shows what is made of each piece of code, on standard error.
    pub fn show_native(&mut self, what: NativeDump) {
        self.native.show = what;
    }

    /// Writes a line for each compiled piece of code into `/tmp/perf-PID.map`, where the profiler `perf` looks for names.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn name_native_for_perf(&mut self) -> std::io::Result<()> {
        // There, wherever else temporary files may go.
        let path = std::path::Path::new("/tmp").join(format!("perf-{}.map", std::process::id()));
        self.native.perf = Some(std::fs::File::create(path)?);
        Ok(())
    }

    /// What compiling has come to so far.
    pub fn native_stats(&self) -> NativeStats {
        let bytes = self.native.works.as_ref().map_or(0, |w| w.memory.used());
        NativeStats { bytes, wrong: self.wrong_guesses(), ..self.native.stats.clone() }
    }

    /// What [`Linked::heat`] of new code is.
    pub(crate) fn fresh_heat(&self) -> i32 {
        match self.native.tiers {
            Tiers::Interpreter => NEVER,
            _ if self.native.works.is_none() => NEVER,
            Tiers::Optimizing if self.native.threshold == 0 => SOON,
            _ => i32::try_from(self.native.threshold).unwrap_or(NEVER),
        }
    }

    /// Counts an activation of `c` and compiles it when it is hot. Whether it has compiled code now.
    #[inline]
    fn warm(&mut self, c: CodeRef) -> bool {
        let heat = c.heat.get() - 1;
        c.heat.set(heat);
        heat < 0 && self.compile(c)
    }

    /// Has `c` compiled, which is hot. Whether it has compiled code now.
    #[cold]
    #[inline(never)]
    pub(crate) fn compile(&mut self, c: CodeRef) -> bool {
        if self.native.tiers == Tiers::Optimizing && self.native.threshold == 0 && self.optimize(c, 0, None) {
            return true;
        }
        if c.piece().is_some() {
            c.heat.set(0);
            return true;
        }
        c.heat.set(NEVER);
        let Some(unit) = self.unit(c) else { return false };
        let (unit, abi) = (Arc::new(unit), abi::abi(self));
        let native = &mut self.native;
        let Some(works) = &mut native.works else { return false };
        if native.threshold == 0 {
            let began = Instant::now();
            let made = works.compiler().and_then(|compiler| {
                compiler.dump(native.show);
                compiler.compile(&unit, &abi)
            });
            return self.take_over(c, made.map_err(|e| e.to_string()), began.elapsed());
        }
        works.worker = works.worker.take().or_else(Worker::start);
        let request = Request { code: c.bits(), time: native.time, wanted: Wanted::Baseline(unit), abi, show: native.show };
        if let Some(worker) = &mut works.worker {
            worker.ask(request);
        }
        false
    }

    /// A loop of `c`, whose head is at `pc`, is hot. Whether there is compiled code to go on in.
    #[cold]
    #[inline(never)]
    pub(crate) fn compile_loop(&mut self, c: CodeRef, pc: u32) -> bool {
        let now = self.native.tiers == Tiers::Optimizing && self.native.threshold == 0;
        let optimized = now && pc > 0 && self.optimize(c, pc, None);
        self.compile(c) || optimized
    }

    /// Has a program compiled by the optimizing tier. Whether that is done.
    fn ask_for_program(&mut self, c: CodeRef, program: Program) -> bool {
        let (program, abi) = (Arc::new(program), abi::abi(self));
        let native = &mut self.native;
        let Some(works) = &mut native.works else { return false };
        if native.threshold == 0 {
            let began = Instant::now();
            let made = works.compiler().and_then(|compiler| {
                compiler.dump(native.show);
                compiler.optimize(&program, &abi)
            });
            let changes = native.changes;
            return self.take_over_program(c, &program, changes, made.map_err(|e| e.to_string()), began.elapsed());
        }
        works.worker = works.worker.take().or_else(Worker::start);
        let wanted = Wanted::Optimized(program, native.changes);
        let request = Request { code: c.bits(), time: native.time, wanted, abi, show: native.show };
        if let Some(worker) = &mut works.worker {
            worker.ask(request);
        }
        false
    }

    /// Takes over what has been compiled meanwhile. To be called where no compiled code runs, or at least none is being looked at.
    pub(crate) fn take_over_compiled(&mut self) {
        while let Some(a) = self.native.works.as_mut().and_then(|w| w.worker.as_mut()?.answer()) {
            let began = Instant::now();
            match a.wanted {
                Wanted::Optimized(program, changes) if a.time == self.native.time => {
                    self.take_over_program(a.code, &program, changes, a.made, a.took);
                }
                Wanted::Optimized(program, _) => self.asked_optimized(a.code, program.entry, false),
                Wanted::Baseline(unit) if a.time == self.native.time && a.code.still_is(&unit) => {
                    self.take_over(a.code, a.made, a.took);
                }
                Wanted::Baseline(_) => {}
            }
            self.native.waited(began);
        }
    }

    /// Puts machine code in its place. Whether that went well.
    fn take_over(&mut self, c: CodeRef, made: Result<Compiled, String>, took: Duration) -> bool {
        let stats = &mut self.native.stats;
        stats.time += took;
        stats.longest = stats.longest.max(took);
        let placed = made.and_then(|made| Ok((self.place(&made.bytes)?, made)));
        let native = &mut self.native;
        match placed {
            Ok((start, made)) => {
                native.stats.compiled += 1;
                native.stats.compiled_bytes += made.bytes.len();
                let piece = Piece { start: start as usize, len: made.bytes.len(), resume: made.resume };
                native.tell(&c, &piece, made.shown.as_deref());
                c.set_piece(piece);
                c.heat.set(0);
                true
            }
            Err(why) => {
                native.stats.refused += 1;
                if native.show.is_any() {
                    eprintln!("; {} of {} is not compiled: {why}", c.code().name, c.code().origin.file);
                }
                false
            }
        }
    }

    /// Puts optimized code in its place, if what it takes for granted is still so. Whether that went well.
    fn take_over_program(
        &mut self,
        c: CodeRef,
        program: &Program,
        changes: u64,
        made: Result<Compiled, String>,
        took: Duration,
    ) -> bool {
        let native = &mut self.native;
        native.stats.optimizing += took;
        let so = Vm::still_so(program, changes);
        let refused = made.is_err();
        let placed = match made {
            Ok(made) if so => self.place(&made.bytes).map(|start| (start, made)),
            Ok(_) => Err("what it relies on has changed".into()),
            Err(why) => Err(why),
        };
        self.asked_optimized(c, program.entry, refused);
        let native = &mut self.native;
        match placed {
            Ok((start, made)) => {
                native.stats.optimized += 1;
                native.stats.optimized_bytes += made.bytes.len();
                let piece = Piece { start: start as usize, len: made.bytes.len(), resume: Vec::new() };
                native.tell(&c, &piece, made.shown.as_deref());
                self.place_optimized(c, program, (piece.start, piece.len), made.exits);
                true
            }
            Err(why) => {
                if native.show.is_any() {
                    eprintln!("; {} of {} is not optimized: {why}", c.code().name, c.code().origin.file);
                }
                false
            }
        }
    }

    /// Finds a place for machine code. Where there is none left, all code is thrown away, that of methods that nobody can reach any more as well; what is hot will
    /// soon be compiled again. (Where the system gives no memory at all there is nothing to be thrown away, and nothing is tried again.)
    fn place(&mut self, bytes: &[u8]) -> Result<*const u8, String> {
        let Some(works) = &mut self.native.works else { return Err("nothing is compiled".into()) };
        let placed = works.memory.place(bytes);
        if placed.is_err() && works.memory.used() > 0 {
            self.native.stats.full += 1;
            self.drop_native();
        }
        placed.map_err(|e| e.0)
    }

    /// Sets how many bytes compiled code may take. To be called before anything is compiled.
    pub fn limit_compiled_code(&mut self, bytes: usize) {
        if let Some(works) = &mut self.native.works {
            works.memory = CodeMemory::new(bytes);
        }
    }

    fn unit(&self, c: CodeRef) -> Option<Unit> {
        let s = &self.specials;
        let parts = c.parts();
        let moves = |v: &aura_heap::Value| self.heap.is_young(*v);
        if !c.ready.get() || [s.nil, s.true_, s.false_].iter().chain(parts.consts.iter()).any(moves) {
            return None;
        }
        Some(Unit {
            address: c.bits(),
            code: c.code().clone(),
            instrs_at: parts.instrs.as_ptr() as u64,
            instrs: parts.instrs.clone(),
            sites: parts.ics.iter_mut().map(|ic| self.site_view(c, ic)).collect(),
            consts: parts.consts.iter().map(|v| v.bits()).collect(),
            blocks: parts.blocks.iter().map(|b| b.map_or(0, CodeRef::bits)).collect(),
            objects: (0..parts.objects.len()).map(|k| self.template(c, k)).collect(),
            prims: (0..c.code().prims.len()).map(|i| c.prim(i).map_or(0, optimize::calm)).collect(),
            calm: c.leaf.get().map_or(0, optimize::calm),
            own: c.code().prims.iter().enumerate().map(|(i, name)| c.prim(i).is_some_and(|p| p.name == name)).collect(),
            leaf_is_own: c.leaf.get().zip(c.code().leaf.as_ref()).is_some_and(|(p, leaf)| p.name == leaf.primitive),
            wrong: c.wrong_guesses(),
        })
    }

    /// Throws all compiled code away. What of it is running leaves at its next return into it.
    pub(crate) fn drop_native(&mut self) {
        let heat = self.fresh_heat();
        self.native.time += 1;
        let all: Vec<CodeRef> = self.arena.each().collect();
        for c in all {
            self.drop_optimized(c);
            if let Some(piece) = c.take_piece() {
                self.native.dropped.push((piece.start, piece.len, Vec::new()));
                self.hot.abandon = true;
            }
            c.heat.set(heat);
        }
    }

    /// Guards of `c` were switched off: throws away what was compiled of it, and all optimized code that it is part of.
    pub(crate) fn instructions_changed(&mut self, c: CodeRef) {
        self.caches_changed(c);
        if let Some(piece) = c.take_piece() {
            self.native.dropped.push((piece.start, piece.len, Vec::new()));
            self.hot.abandon = true;
        }
        c.heat.set(self.fresh_heat());
    }

    /// Frees what was thrown away. Nothing compiled may be running.
    pub(crate) fn free_dropped(&mut self) {
        self.hot.abandon = false;
        if let Some(works) = &mut self.native.works {
            for (start, len, _) in self.native.dropped.drain(..) {
                works.memory.free(start as *const u8, len);
            }
        }
    }
}

impl CodeRef {
    /// Whether its guards are those that were to be compiled.
    fn still_is(self, unit: &Unit) -> bool {
        self.parts().instrs.iter().zip(&unit.instrs).all(|(now, then)| now.op == then.op)
    }
}

impl Works {
    /// The compiler of the machine's own thread.
    fn compiler(&mut self) -> Result<&mut Compiler, aura_jit::NotCompiled> {
        match &mut self.compiler {
            Some(compiler) => Ok(compiler),
            none => Compiler::new().map(|c| none.insert(c)),
        }
    }
}

impl Native {
    /// The machine has stood still since then for the compilers' sake.
    fn waited(&mut self, since: Instant) {
        self.stats.pause = self.stats.pause.max(since.elapsed());
    }

    fn is_shaken(&self) -> bool {
        self.shaken != 0
    }

    fn tell(&mut self, c: &Linked, piece: &Piece, shown: Option<&str>) {
        use std::io::Write as _;
        let code = c.code();
        if let Some(text) = shown {
            eprintln!("; {} of {}\n{text}", code.name, code.origin.file);
        }
        if let Some(file) = &mut self.perf {
            // Names are for people; a full disk does not stop the program.
            let _ = writeln!(file, "{:x} {:x} aura:{} {}", piece.start, piece.len, code.name, code.origin.file);
        }
    }
}

/// Where compiled code goes on with an activation: its start, and the place. It does not where blocks may set registers of the activation, which compiled code
/// holds elsewhere.
#[inline]
pub(crate) fn going_on(frame: &Frame) -> Option<(usize, u16)> {
    if frame.flags & flag::LENT != 0 {
        return None;
    }
    let (code, pc) = (frame.code, frame.pc);
    let feedback = code.feedback().borrow();
    if let Some(start) = feedback.at_loop(pc) {
        return Some((start, 1));
    }
    let piece = code.piece()?;
    let at = piece.place(pc);
    // In a loop that has been optimized the interpreter goes on to its head.
    (at != 0 && !feedback.waits(pc)).then_some((piece.start, at))
}

impl Piece {
    /// Where calls go.
    pub(crate) fn start(&self) -> usize {
        self.start
    }
    /// The number of the place at which it goes on before instruction `pc`; 0 if there is none.
    #[inline]
    pub(crate) fn place(&self, pc: u32) -> u16 {
        self.resume.get(pc as usize).copied().unwrap_or(0)
    }
}
