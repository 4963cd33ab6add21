//! Loading code: the library, a program's file, other files' modules, and text.

use std::sync::Arc;

use aura_code::Code;
use aura_heap::{CollectionKind, Kind, Map, Value};

use crate::caps::{CapSet, Capability};
use crate::control::Outcome;
use crate::fail::Fail;
use crate::linked::CodeRef;
use crate::process::{Limits, NOWHERE, Process, ProcessId, Status};
use crate::vm::Vm;

/// Bytes of source text that are read and compiled for a unit of fuel.
const READ: u64 = 16;
/// Bytes of memory, at least, that the code of a byte of source takes as long as the machine lives.
const KEPT: usize = 4;

impl Vm {
    /// Runs the files of the library, in order, with the lobby as self.
    ///
    /// # Errors
    /// The message of the first file that failed.
    pub fn load_library(&mut self, files: &[Vec<Arc<Code>>]) -> Result<(), String> {
        for chunks in files {
            let nil = self.nil();
            let refs: Vec<CodeRef> = chunks.iter().map(|c| self.add_code(c.clone().into(), nil, None, false)).collect();
            let lobby = self.specials.lobby;
            let id = self.spawn_code(&refs, lobby, CapSet::all(), Limits::default());
            self.run_alone(id);
            let p = self.process(id).expect("just spawned");
            let (status, result) = (p.status, p.result);
            self.forget(id);
            if status != Status::Finished {
                let what = self.condition_text(result);
                let file = chunks.first().map_or("a file", |c| &*c.origin.file);
                return Err(format!("{file}: {what}"));
            }
        }
        self.collect_as(CollectionKind::Minor);
        self.note_library();
        self.arm_guards();
        Ok(())
    }

    /// Tells the heap which objects everybody shares: those that there are now, as far as they can change.
    fn note_library(&mut self) {
        let mut all = Vec::new();
        self.heap.each_object(|o| all.push(o));
        all.retain(|o| matches!(self.heap.kind(*o), Some(Kind::Plain | Kind::Vector | Kind::Bytes | Kind::Box)));
        self.heap.share(all);
    }

    /// The module object for a file's code: a new one if the file begins with a slot list, else the lobby.
    pub fn module_for(&mut self, chunks: &[Arc<Code>]) -> Value {
        if chunks.iter().all(|c| c.slots.is_empty()) {
            return self.specials.lobby;
        }
        let map = self.heap.add_map(Map::empty(Kind::Plain));
        let m = self.heap.unique_object(map, &[]);
        let lobby = self.specials.lobby;
        let parent = self.heap.symbols.intern("parent");
        self.heap.add_constant(m, parent, lobby, true, None).expect("a plain object takes slots");
        self.heap.mark_as_parent(m);
        m
    }

    /// Code of a file or of text, ready to be spawned, with its module.
    pub fn prepare(&mut self, chunks: &[Arc<Code>], module: Value) -> Vec<CodeRef> {
        chunks.iter().map(|c| self.add_code(c.clone().into(), module, None, false)).collect()
    }

    /// A process for a program's file. The module is known by the file's name from now on.
    pub fn spawn_file(&mut self, file: &str, chunks: &[Arc<Code>], caps: CapSet, limits: Limits) -> ProcessId {
        let module = self.module_for(chunks);
        self.modules.insert(file.to_string(), module);
        let refs = self.prepare(chunks, module);
        self.spawn_code(&refs, module, caps, limits)
    }

    /// The module of a file that was loaded.
    pub fn module(&self, file: &str) -> Option<Value> {
        self.modules.get(file).copied()
    }

    /// Makes an object the module of a file: one that came from the image.
    pub fn adopt_module(&mut self, file: &str, module: Value) {
        self.heap.mark_as_parent(module);
        self.modules.insert(file.to_string(), module);
    }

    /// The modules that were loaded, by file name.
    pub fn modules(&self) -> impl Iterator<Item = (&str, Value)> {
        self.modules.iter().map(|(k, v)| (k.as_str(), *v))
    }

    fn push_chunks(&mut self, p: &mut Process, refs: &[CodeRef], module: Value, last_ret: u32) {
        for (k, c) in refs.iter().rev().enumerate() {
            let ret = if k == 0 { last_ret } else { NOWHERE };
            self.push_values(p, *c, &[module], ret, 0);
        }
    }

    /// `_Import: path From: file`: answers the file's module, evaluating it the first time.
    pub(crate) fn import(&mut self, p: &mut Process, path: Value, from: Value, ret: u32) -> Result<Outcome, Fail> {
        let path = self.heap.as_text(path).ok_or_else(Fail::bad_type)?.to_string();
        let mut from = self.heap.as_text(from).unwrap_or("").to_string();
        if from.is_empty() {
            from = self.importing_file(p);
        }
        self.require(Capability::System, &path)?;
        let (file, chunks) = (self.host.module)(&path, &from).map_err(|e| Fail::with("importError", e))?;
        if let Some(m) = self.modules.get(&file) {
            return Ok(Outcome::Value(*m));
        }
        let module = self.module_for(&chunks);
        self.modules.insert(file, module);
        let refs = self.prepare(&chunks, module);
        let stub = self.stub;
        self.push_values(p, stub, &[module], ret, 0);
        self.push_chunks(p, &refs, module, NOWHERE);
        Ok(Outcome::Pushed)
    }

    /// The file whose code, below the library's `import:`, is running.
    fn importing_file(&self, p: &Process) -> String {
        p.frames[..p.depth]
            .iter()
            .rev()
            .map(|f| &f.code.code().origin.file)
            .find(|f| !f.starts_with("stdlib/"))
            .map_or(String::new(), |f| f.to_string())
    }

    /// `text _Evaluate: receiver Named: name`: compiles text and evaluates it with that receiver as self.
    pub(crate) fn evaluate(&mut self, p: &mut Process, text: Value, this: Value, name: Value, ret: u32) -> Result<Outcome, Fail> {
        self.require(Capability::System, "evaluating text")?;
        let text = self.heap.as_text(text).ok_or_else(Fail::bad_type)?.to_string();
        let name = self.heap.as_text(name).unwrap_or("text").to_string();
        self.afford(text.len() as u64 / READ)?;
        let chunks = (self.host.compile)(&name, &text).map_err(|e| Fail::with("syntaxError", e))?;
        let module = p.top().code.module.get();
        self.heap.count_outside(text.len() * KEPT);
        let refs = self.prepare(&chunks, module);
        self.push_chunks(p, &refs, this, ret);
        Ok(Outcome::Pushed)
    }
}
