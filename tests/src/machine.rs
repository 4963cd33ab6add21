//! Machines in this process: programs run on every engine, and worlds kept in a store in memory.
//!
//! What must stay true: a machine is wired as the command wires it; nothing is read from or written to the outside.

use std::cell::RefCell;
use std::io::Write;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aura_code::Code;
use aura_command::drive::{End, Nobody, drive};
use aura_command::output::Shared;
use aura_command::world::{self, Wiring};
use aura_image::store::{Batch, ImageStore, Memory, Order, Space, StoreError, Visit};
use aura_image::{Image, ImageError, Rows};
use aura_run::{CapSet, Capability, Limits, Tiers, Vm};

/// The repository.
///
/// # Panics
/// When it is not there any more.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the repository")
}

/// Output that can be looked at afterwards.
#[derive(Clone, Default)]
pub struct Captured(Rc<RefCell<Vec<u8>>>);

impl Captured {
    /// What was written so far.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.borrow()).into_owned()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// How the machine of a test is set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Engine {
    /// Interpret.
    Plain,
    /// Collect wherever that is possible.
    Stress,
    /// Work at an image, commit after every few activations, and have everything fetched again.
    Image,
    /// Compile after a few activations, on the other thread: interpreted and compiled activations call one another.
    Warm,
    /// Compile everything before its first activation.
    Baseline,
    /// The same, and collect wherever that is possible.
    BaselineStress,
    /// The same at an image, as with `Image`.
    BaselineImage,
    /// Compile everything by the optimizing tier as soon as something was seen.
    Optimized,
    /// The same, and take guesses to be wrong at random.
    Shaken,
    /// Both, and collect wherever that is possible.
    OptimizedStress,
    /// Compile everything by the optimizing tier, at an image, as with `Image`.
    OptimizedImage,
    /// As people run it, but sooner: interpret at first, then compile by one tier and the other, on the other thread, and enter loops that run.
    Hot,
}

impl Engine {
    /// All of them.
    pub const ALL: [Engine; 12] = [
        Engine::Plain,
        Engine::Stress,
        Engine::Image,
        Engine::Warm,
        Engine::Baseline,
        Engine::BaselineStress,
        Engine::BaselineImage,
        Engine::Optimized,
        Engine::Shaken,
        Engine::OptimizedStress,
        Engine::OptimizedImage,
        Engine::Hot,
    ];

    /// Those that do nothing everywhere which takes long.
    pub const QUIET: [Engine; 6] =
        [Engine::Plain, Engine::Warm, Engine::Baseline, Engine::Optimized, Engine::Shaken, Engine::Hot];

    /// Whether it collects wherever that is possible.
    pub fn collects(self) -> bool {
        matches!(self, Engine::Stress | Engine::BaselineStress | Engine::OptimizedStress)
    }

    /// Whether it works at an image.
    pub fn at_image(self) -> bool {
        matches!(self, Engine::Image | Engine::BaselineImage | Engine::OptimizedImage)
    }

    /// Sets a machine that has run nothing yet.
    pub fn set_up(self, vm: &mut Vm) {
        match self {
            Engine::Plain | Engine::Stress | Engine::Image => vm.set_tiers(Tiers::Interpreter, None),
            Engine::Warm => vm.set_tiers(Tiers::Baseline, Some(2)),
            Engine::Hot => vm.set_tiers(Tiers::Optimizing, Some(5)),
            Engine::Baseline | Engine::BaselineStress | Engine::BaselineImage => vm.set_tiers(Tiers::Baseline, Some(0)),
            Engine::Optimized | Engine::Shaken | Engine::OptimizedStress | Engine::OptimizedImage => {
                vm.set_tiers(Tiers::Optimizing, Some(0));
            }
        }
        if matches!(self, Engine::Shaken | Engine::OptimizedStress) {
            vm.shake(0x9e37_79b9);
        }
        if self.collects() {
            vm.stress = true;
            vm.heap.wants_collection = true;
        }
    }
}

/// What a program did.
#[derive(Debug, PartialEq, Eq)]
pub struct Ran {
    /// What it printed.
    pub out: String,
    /// `KIND: MESSAGE` of the condition that ended it.
    pub failure: Option<String>,
    /// The failure as people see it.
    pub drawn: String,
}

/// A machine that prints into memory.
///
/// # Panics
/// When the library does not load.
pub fn machine() -> (Vm, Captured) {
    let out = Captured::default();
    let wiring = Wiring {
        out: Shared::new(out.clone()),
        err: Shared::new(std::io::sink()),
        input: aura_run::Input::default(),
        arguments: Vec::new(),
    };
    (world::machine(wiring).expect("the library loads"), out)
}

/// Runs a program that is called `name`, in a world of its own.
pub fn run(name: &str, code: &str, engine: Engine) -> Ran {
    run_within(name, code, engine, 200_000_000)
}

/// Programs with less fuel than this are made by chance, and many recur without end.
const SHORT: u64 = 10_000;
/// So deep they may recur.
const SHALLOW: usize = 250;

/// The same with so much fuel.
pub fn run_within(name: &str, code: &str, engine: Engine, fuel: u64) -> Ran {
    match aura_command::source::compile(name, code, false) {
        Ok(chunks) => run_chunks(name, &chunks, engine, fuel),
        Err(drawn) => Ran { out: String::new(), failure: Some("rejected".into()), drawn },
    }
}

/// The same with a program that was compiled, perhaps by an enemy.
pub fn run_chunks(name: &str, chunks: &[Arc<Code>], engine: Engine, fuel: u64) -> Ran {
    run_in_memory(name, chunks, engine, fuel, 2 << 30)
}

/// The same with so much memory.
pub fn run_in_memory(name: &str, chunks: &[Arc<Code>], engine: Engine, fuel: u64, memory: u64) -> Ran {
    let (mut vm, out) = machine();
    engine.set_up(&mut vm);
    if engine.at_image() {
        attach(&mut vm, &Kept::default()).expect("an empty image opens");
        vm.stress_image = true;
    }
    let limits = Limits {
        fuel: Some(fuel),
        // Where everything is collected at every safepoint, all activations are looked at each time.
        depth: (fuel < SHORT).then_some(SHALLOW),
        heap: Some(memory),
        deadline: Some(Instant::now() + Duration::from_secs(120)),
        ..Limits::default()
    };
    let id = vm.spawn_file(name, chunks, CapSet::script(), limits);
    if engine.at_image() {
        hang_in(&mut vm, name);
    }
    let (failure, drawn) = match drive(&mut vm, id, &mut Nobody) {
        End::Failed(f) => (Some(format!("{}: {}", f.kind, f.message)), f.draw(false)),
        End::Exit(code) => (Some(format!("exit: {code}")), String::new()),
        End::Answered => (None, String::new()),
    };
    let _ = vm.host.out.flush();
    Ran { out: out.text(), failure, drawn }
}

/// Runs code in a machine that works at an image.
///
/// # Errors
/// What it failed with, or what the compiler refuses.
pub fn run_at_image(vm: &mut Vm, code: &str, fuel: u64) -> Result<(), String> {
    let chunks = aura_command::source::compile("session", code, false)?;
    let limits = Limits { fuel: Some(fuel), ..Limits::default() };
    let id = vm.spawn_file("session", &chunks, CapSet::script().with(Capability::Image), limits);
    let end = drive(vm, id, &mut Nobody);
    vm.forget(id);
    let _ = vm.host.out.flush();
    match end {
        End::Failed(f) => Err(format!("{}: {}", f.kind, f.message)),
        End::Exit(_) | End::Answered => Ok(()),
    }
}

/// A store in memory that outlasts the machines that work at it.
#[derive(Clone, Default)]
pub struct Kept(Arc<Mutex<Memory>>);

impl Kept {
    /// A store with the same rows.
    pub fn copy(&self) -> Kept {
        Kept(Arc::new(Mutex::new(self.lock().clone())))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.0.lock().expect("no test panics while it holds the lock")
    }
}

impl ImageStore for Kept {
    fn get(&self, space: Space, key: &[u8], read: &mut dyn FnMut(&[u8])) -> Result<bool, StoreError> {
        self.lock().get(space, key, read)
    }
    fn range(
        &self,
        space: Space,
        from: Bound<&[u8]>,
        to: Bound<&[u8]>,
        order: Order,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreError> {
        self.lock().range(space, from, to, order, visit)
    }
    fn apply(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.lock().apply(batch)
    }
}

/// Opens the image in a store, made if it is empty, for a machine that has run nothing yet.
///
/// # Errors
/// What the image says.
pub fn attach(vm: &mut Vm, store: &Kept) -> Result<(), ImageError> {
    attach_at(vm, store, None)
}

/// The same as of a commit.
///
/// # Errors
/// What the image says.
pub fn attach_at(vm: &mut Vm, store: &Kept, at: Option<u64>) -> Result<(), ImageError> {
    let mut store = store.clone();
    if store.value(Space::Meta, b"format")?.is_none() {
        Image::format(&mut store, "a test")?;
    }
    aura_command::image::attach_rows(vm, Rows::new(Box::new(store)), at, "a test")
}

/// Has the lobby reach the module of a file, so that it is in the image: through a place that gives it no name in messages.
///
/// # Panics
/// When there is no such module.
pub fn hang_in(vm: &mut Vm, file: &str) {
    let module = vm.module(file).expect("the module of the file");
    if module != vm.specials.lobby {
        let image = vm.global_constant(vm.specials.lobby, "image").expect("the library has it");
        let name = vm.heap.symbols.intern("moduleUnderTest");
        vm.heap.add_constant(image, name, module, false, None).expect("a plain object takes slots");
    }
}
