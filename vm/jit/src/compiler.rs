//! Cranelift set up, and one function after the other through it.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use cranelift_codegen::Context;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::{Function, UserFuncName};
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_codegen::settings::{self, Configurable};
use cranelift_frontend::FunctionBuilderContext;

use crate::abi::Abi;
use crate::exits::Exit;
use crate::optimize::{build, lower, ranges, tidy, verify};
use crate::translate::translate;
use crate::unit::{Program, Unit};

/// Functions of more instructions than this stay interpreted: compiling them would take too long, and they are not what is hot.
const LONGEST: usize = 4000;

/// What to show of the compilation of a function.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Dump {
    /// The optimizing tier's own form.
    pub ir: bool,
    /// Cranelift's intermediate form.
    pub clif: bool,
    /// Machine instructions.
    pub assembly: bool,
}

impl Dump {
    /// Whether anything is to be shown.
    pub fn is_any(self) -> bool {
        self != Dump::default()
    }

    /// What is shown of the forms that there are. Where several are asked for, each has its name above it.
    fn joined(self, forms: [(&str, Option<String>); 3]) -> Option<String> {
        let several = [self.ir, self.clif, self.assembly].into_iter().filter(|wanted| *wanted).count() > 1;
        let there = forms.into_iter().filter_map(|(name, form)| Some((name, form?)));
        let told: Vec<String> = there.map(|(name, form)| if several { format!("; -- {name}\n{form}") } else { form }).collect();
        (!told.is_empty()).then(|| told.join("\n"))
    }
}

/// Why something was not compiled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotCompiled(pub String);

impl fmt::Display for NotCompiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Machine code that can be put anywhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Compiled {
    /// The bytes. They refer to nothing by distance.
    pub bytes: Vec<u8>,
    /// For each instruction, and the end: the number of the place at which the code can go on before it; 0 for those at which it cannot.
    pub resume: Vec<u16>,
    /// Ways out of optimized code, whose addresses are in the bytes.
    pub exits: Vec<Arc<Exit>>,
    /// What [`Compiler::dump`] asked for.
    pub shown: Option<String>,
}

/// A compiler for one thread.
pub struct Compiler {
    isa: OwnedTargetIsa,
    context: Context,
    frontend: FunctionBuilderContext,
    dump: Dump,
}

impl Compiler {
    /// Whether there is one here. (Other processors want their instruction caches told of new code.)
    pub const SUPPORTED: bool = cfg!(all(target_arch = "x86_64", target_os = "linux"));

    /// A compiler for the processor at hand.
    ///
    /// # Errors
    /// When Cranelift knows no such processor.
    pub fn new() -> Result<Compiler, NotCompiled> {
        let why = |e: &dyn fmt::Display| NotCompiled(format!("no compiler for this processor: {e}"));
        if !Compiler::SUPPORTED {
            return Err(why(&"only x86-64 under Linux has been tried"));
        }
        let mut flags = settings::builder();
        let mut set = |name, value| flags.set(name, value).map_err(|e| why(&e));
        set("opt_level", "speed")?;
        set("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" })?;
        set("enable_alias_analysis", "true")?;
        set("preserve_frame_pointers", "true")?;
        // Probing is for stacks without a guard page; the machine looks at the stack pointer itself.
        set("enable_probestack", "false")?;
        let isa = cranelift_native::builder().map_err(|e| why(&e))?;
        let isa = isa.finish(settings::Flags::new(flags)).map_err(|e| why(&e))?;
        Ok(Compiler { isa, context: Context::new(), frontend: FunctionBuilderContext::new(), dump: Dump::default() })
    }

    /// From now on this is shown of each function.
    pub fn dump(&mut self, what: Dump) {
        self.dump = what;
    }

    /// Compiles one function.
    ///
    /// # Errors
    /// When it is too long, or Cranelift refuses it.
    pub fn compile(&mut self, unit: &Arc<Unit>, abi: &Abi) -> Result<Compiled, NotCompiled> {
        self.guarded(|c| c.translated(unit, abi))
    }

    fn translated(&mut self, unit: &Arc<Unit>, abi: &Abi) -> Result<Compiled, NotCompiled> {
        if unit.instrs.len() > LONGEST {
            return Err(NotCompiled(format!("{} instructions are more than are compiled", unit.instrs.len())));
        }
        self.begin();
        let resume = translate(&mut self.context.func, &mut self.frontend, unit, abi, &*self.isa)?;
        let (bytes, shown) = self.finish(None)?;
        Ok(Compiled { bytes, resume, exits: Vec::new(), shown })
    }

    /// Compiles one function with all that can become part of it, guessing.
    ///
    /// # Errors
    /// When it is too long, something in it is left to other tiers, or Cranelift refuses it.
    pub fn optimize(&mut self, program: &Program, abi: &Abi) -> Result<Compiled, NotCompiled> {
        self.guarded(|c| c.optimized(program, abi))
    }

    fn optimized(&mut self, program: &Program, abi: &Abi) -> Result<Compiled, NotCompiled> {
        let mut graph = build(program, abi)?;
        tidy(&mut graph);
        ranges(&mut graph);
        tidy(&mut graph);
        if let Err(why) = verify(&graph) {
            let why = format!("the optimizing tier made a graph that is wrong: {why}");
            debug_assert!(false, "{why}, in\n{graph}");
            return Err(NotCompiled(why));
        }
        self.begin();
        let exits = lower(&mut self.context.func, &mut self.frontend, &graph, program, abi, &*self.isa)?;
        let ir = self.dump.ir.then(|| graph.to_string());
        let (bytes, shown) = self.finish(ir)?;
        Ok(Compiled { bytes, resume: Vec::new(), exits, shown })
    }

    /// A fault of the compiler is no fault of the program: what cannot be compiled is interpreted. Only debug builds, and so all tests, end with it.
    fn guarded(&mut self, work: impl FnOnce(&mut Self) -> Result<Compiled, NotCompiled>) -> Result<Compiled, NotCompiled> {
        if cfg!(debug_assertions) {
            return work(self);
        }
        catch_unwind(AssertUnwindSafe(|| work(self))).unwrap_or_else(|_| {
            (self.context, self.frontend) = (Context::new(), FunctionBuilderContext::new());
            Err(NotCompiled("the compiler failed".into()))
        })
    }

    fn begin(&mut self) {
        self.context.clear();
        self.context.func = Function::with_name_signature(UserFuncName::default(), crate::emit::signature());
    }

    /// The function's machine code, and what is to be shown of it, of which one form was made before.
    fn finish(&mut self, ir: Option<String>) -> Result<(Vec<u8>, Option<String>), NotCompiled> {
        let clif = self.dump.clif.then(|| self.context.func.display().to_string());
        self.context.set_disasm(self.dump.assembly);
        let compiled = self
            .context
            .compile(&*self.isa, &mut ControlPlane::default())
            .map_err(|e| NotCompiled(cranelift_codegen::print_errors::pretty_error(e.func, e.inner)))?;
        if !compiled.buffer.relocs().is_empty() {
            return Err(NotCompiled("the code refers to places outside of it".into()));
        }
        let assembly = if self.dump.assembly { compiled.vcode.clone() } else { None };
        let shown = self.dump.joined([("ir", ir), ("clif", clif), ("asm", assembly)]);
        Ok((compiled.buffer.data().to_vec(), shown))
    }
}
