//! What several tests need: folders, programs run in this process, the command started.

use std::cell::RefCell;
use std::io::Write;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aura_command::drive::{End, Nobody, drive};
use aura_command::output::Shared;
use aura_command::world::{self, Wiring};
use aura_image::store::{Batch, ImageStore, Memory, Order, Space, StoreError, Visit};
use aura_image::{Image, ImageError, Rows};
use aura_run::{CapSet, Limits, Tiers, Vm};

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the repository")
}

/// Output that can be looked at afterwards.
#[derive(Clone, Default)]
pub(crate) struct Captured(Rc<RefCell<Vec<u8>>>);

impl Captured {
    pub(crate) fn text(&self) -> String {
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
pub(crate) enum Engine {
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
}

impl Engine {
    /// All of them.
    pub(crate) const ALL: [Engine; 11] = [
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
    ];

    /// Those that do nothing everywhere which takes long.
    pub(crate) const QUIET: [Engine; 5] = [Engine::Plain, Engine::Warm, Engine::Baseline, Engine::Optimized, Engine::Shaken];

    pub(crate) fn collects(self) -> bool {
        matches!(self, Engine::Stress | Engine::BaselineStress | Engine::OptimizedStress)
    }

    pub(crate) fn at_image(self) -> bool {
        matches!(self, Engine::Image | Engine::BaselineImage | Engine::OptimizedImage)
    }

    pub(crate) fn set_up(self, vm: &mut Vm) {
        match self {
            Engine::Plain | Engine::Stress | Engine::Image => vm.set_tiers(Tiers::Interpreter, None),
            Engine::Warm => vm.set_tiers(Tiers::Baseline, Some(2)),
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
pub(crate) struct Ran {
    pub(crate) out: String,
    /// `KIND: MESSAGE` of the condition that ended it.
    pub(crate) failure: Option<String>,
    /// The failure as people see it.
    pub(crate) drawn: String,
}

/// A machine that prints into memory.
pub(crate) fn machine() -> (Vm, Captured) {
    let out = Captured::default();
    let wiring = Wiring {
        out: Shared::new(out.clone()),
        err: Shared::new(std::io::sink()),
        input: Box::new(std::io::empty()),
        arguments: Vec::new(),
    };
    (world::machine(wiring).expect("the library loads"), out)
}

/// Runs a program that is called `name`, in a world of its own.
pub(crate) fn run(name: &str, code: &str, engine: Engine) -> Ran {
    run_within(name, code, engine, 200_000_000)
}

/// The same with so much fuel.
pub(crate) fn run_within(name: &str, code: &str, engine: Engine, fuel: u64) -> Ran {
    let chunks = match aura_command::source::compile(name, code, false) {
        Ok(chunks) => chunks,
        Err(drawn) => return Ran { out: String::new(), failure: Some("rejected".into()), drawn },
    };
    let (mut vm, out) = machine();
    engine.set_up(&mut vm);
    if engine.at_image() {
        attach(&mut vm, &Kept::default()).expect("an empty image opens");
        vm.stress_image = true;
    }
    let limits = Limits {
        fuel: Some(fuel),
        heap: Some(2 << 30),
        deadline: Some(Instant::now() + Duration::from_secs(120)),
        ..Limits::default()
    };
    let id = vm.spawn_file(name, &chunks, CapSet::script(), limits);
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

/// A store in memory that outlasts the machines that work at it.
#[derive(Clone, Default)]
pub(crate) struct Kept(Arc<Mutex<Memory>>);

impl Kept {
    /// A store with the same rows.
    pub(crate) fn copy(&self) -> Kept {
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
pub(crate) fn attach(vm: &mut Vm, store: &Kept) -> Result<(), ImageError> {
    attach_at(vm, store, None)
}

/// The same as of a commit.
pub(crate) fn attach_at(vm: &mut Vm, store: &Kept, at: Option<u64>) -> Result<(), ImageError> {
    let mut store = store.clone();
    if store.value(Space::Meta, b"format")?.is_none() {
        Image::format(&mut store, "a test")?;
    }
    aura_command::image::attach_rows(vm, Rows::new(Box::new(store)), at, "a test")
}

/// Has the lobby reach the module of a file, so that it is in the image: through a place that gives it no name in messages.
pub(crate) fn hang_in(vm: &mut Vm, file: &str) {
    let module = vm.module(file).expect("the module of the file");
    if module != vm.specials.lobby {
        let image = vm.global_constant(vm.specials.lobby, "image").expect("the library has it");
        let name = vm.heap.symbols.intern("moduleUnderTest");
        vm.heap.add_constant(image, name, module, false, None).expect("a plain object takes slots");
    }
}

/// The command, with an environment that does not depend on who runs the tests.
pub(crate) fn aura(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aura-under-test"));
    command.args(arguments).current_dir(root()).stdin(Stdio::null());
    for name in
        ["CI", "OLLAMA_HOST", "AURA_JIT", "AURA_ALFRED", "AURA_MODEL", "AURA_OPENAI", "NO_COLOR", "http_proxy", "HTTP_PROXY"]
    {
        command.env_remove(name);
    }
    command
}

/// A finished command's exit code, standard output, standard error.
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Done {
    fn from(o: Output) -> Self {
        Self {
            code: o.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&o.stdout).into_owned(),
            err: String::from_utf8_lossy(&o.stderr).into_owned(),
        }
    }
}

/// Runs the command.
pub(crate) fn done(arguments: &[&str]) -> Done {
    aura(arguments).output().expect("the command starts").into()
}

/// Runs the command with this on its standard input.
pub(crate) fn fed(arguments: &[&str], input: &str) -> Done {
    fed_by(&mut aura(arguments), input)
}

/// Runs a command with this on its standard input.
pub(crate) fn fed_by(command: &mut Command, input: &str) -> Done {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command starts");
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("it reads");
    child.wait_with_output().expect("it ends").into()
}
