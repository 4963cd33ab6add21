//! The world of a dialogue, and what happens to an entry.
//!
//! What must stay true: whatever an entry does, the dialogue goes on; only `:quit`, the end of the input and `process exit`
//! end it.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use aura_alfred::memory::Known;
use aura_heap::{SlotKind, Value};
use aura_run::{CapSet, Capability, Handle, ProcessId, Vm};

use super::input::Input;
use super::{menu, meta};
use crate::ask::Answers;
use crate::cli::ReplArgs;
use crate::door::Door;
use crate::drive::{Attendant, End, drive};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::powers::Bounds;
use crate::world::{self, Wiring};
use crate::{image, interrupt, output, source};

/// What entries are called in traces.
const NAME: &str = "repl";

/// A dialogue.
pub struct Session {
    /// The machine.
    pub vm: Vm,
    module: Handle,
    caps: CapSet,
    bounds: Bounds,
    door: Door,
    /// Each entry is committed, or put back if it fails.
    commits: bool,
    ended: Option<u8>,
    worst: Exit,
}

/// The door first, then the menu.
struct Both<'a> {
    door: &'a mut Door,
    input: &'a mut dyn Input,
    module: Value,
    caps: CapSet,
}

/// Whoever makes the entries also answers questions.
struct Person<'a>(&'a mut dyn Input);

impl Answers for Person<'_> {
    fn ask(&mut self, question: &str) -> Option<String> {
        self.0.ask(question)
    }
}

impl Attendant for Both<'_> {
    fn paused(&mut self, vm: &mut Vm, id: ProcessId) -> bool {
        self.door.paused(vm, id) || menu::offer(vm, id, self.module, &self.caps, self.input)
    }
    fn has_shown(&self) -> bool {
        self.input.interactive()
    }
    fn poll(&mut self, vm: &mut Vm) -> bool {
        self.door.poll_asking(vm, &mut Person(self.input))
    }
    fn given_up(&mut self, vm: &mut Vm) -> Option<ProcessId> {
        while let Some(id) = self.door.given_up(vm) {
            self.door.tell();
            if !menu::offer(vm, id, self.module, &self.caps, self.input) {
                return Some(id);
            }
        }
        None
    }
}

/// The global that is the dialogue's module in an image: what is defined in it is there the next day.
const WORKSPACE: &str = "workspace";

/// The module of the dialogue: a new one, or that of earlier dialogues at the same image.
fn workspace(vm: &mut Vm, image: bool) -> Result<Value, String> {
    let lobby = vm.specials.lobby;
    if image && let Some(module) = vm.global_constant(lobby, WORKSPACE) {
        vm.adopt_module(NAME, module);
        return Ok(module);
    }
    let module = world::module(vm, NAME)?;
    if image && vm.image_is_writable() {
        let globals = vm.global_constant(lobby, "globals").ok_or("the library has no globals")?;
        let name = vm.heap.symbols.intern(WORKSPACE);
        vm.heap.add_constant(globals, name, module, false, None).map_err(|_| "globals takes no slots")?;
        vm.slots_changed();
    }
    Ok(module)
}

impl Session {
    /// A new world.
    ///
    /// # Errors
    /// The exit code and why there is none.
    pub fn begin(a: &ReplArgs) -> Result<Self, (Exit, String)> {
        let mut wiring = Wiring::standard(Vec::new());
        if !std::io::stdin().is_terminal() {
            // The entries come from there, in pieces: what is behind one is not that entry's to read.
            wiring.input = aura_run::Input::default();
        }
        let mut vm = world::machine(wiring).map_err(|why| (Exit::Damaged, why))?;
        let open = image::join(&mut vm, &a.image, Path::new("."), NAME)?;
        let module = workspace(&mut vm, open).map_err(|why| (Exit::Damaged, why))?;
        let module = vm.keep(module);
        let door = Door::open(&a.leave.door, &a.image, None, (NAME, ""), &mut vm)?;
        interrupt::watch(vm.interrupt.clone());
        let commits = vm.image_is_writable() && !a.no_commit;
        let caps = if open { a.leave.powers.set().with(Capability::Image) } else { a.leave.powers.set() };
        Ok(Self { vm, module, caps, bounds: a.leave.bounds.clone(), door, commits, ended: None, worst: Exit::Fine })
    }

    /// The exit code, once the dialogue has ended itself.
    pub fn ended(&self) -> Option<u8> {
        self.ended
    }

    /// Ends the dialogue.
    pub(super) fn end(&mut self, code: u8) {
        self.ended = Some(code);
    }

    /// The code of the worst entry, for dialogues that nobody watches.
    pub fn worst(&self) -> Exit {
        self.worst
    }

    /// The object that entries are evaluated in.
    pub fn module(&self) -> Value {
        self.vm.kept(&self.module)
    }

    /// The objects that have names here: slots of the module, and globals.
    pub fn named_objects(&self) -> Vec<(String, Value)> {
        let heap = &self.vm.heap;
        let module = self.module();
        let globals = heap.symbols.find("globals").and_then(|s| heap.map(heap.map_of(self.vm.specials.lobby)).find(s));
        let globals = match globals.map(|s| s.kind) {
            Some(SlotKind::Constant(o)) => o,
            _ => self.vm.specials.lobby,
        };
        let mut all = Vec::new();
        for o in [module, globals] {
            for slot in &heap.map(heap.map_of(o)).slots {
                let value = match slot.kind {
                    SlotKind::Constant(v) => v,
                    SlotKind::Data(i) => heap.data(o, i),
                    SlotKind::Assign(_) => continue,
                };
                all.push((heap.symbols.name(slot.name).to_string(), value));
            }
        }
        all
    }

    /// Does what an entry says.
    pub fn entry(&mut self, text: &str, input: &mut dyn Input) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        if meta::is(text) {
            return meta::act(self, text, input);
        }
        match source::compile(NAME, text, output::colour()) {
            Err(drawn) => {
                eprint!("{drawn}");
                self.note(Exit::Failed);
            }
            Ok(chunks) => {
                let shows = chunks.iter().any(|c| c.slots.is_empty());
                let module = self.module();
                let id = world::spawn_in(&mut self.vm, module, &chunks, self.caps.clone(), self.bounds.limits());
                self.run(id, shows, text, input);
            }
        }
    }

    /// Where a method comes from that was installed in this dialogue.
    pub(super) fn origin(&self, selector: &str, source: &str) -> Option<String> {
        self.door.origin(selector, source)
    }

    /// The methods that are remembered for the dialogue and the files that were loaded into it.
    pub(super) fn remembered(&mut self) -> Vec<Known> {
        let (known, damage) = self.door.remembered(&mut self.vm);
        damage.iter().for_each(|why| output::error(why));
        known
    }

    /// Runs a file as if its text had been entered, its slots becoming the module's.
    pub fn load(&mut self, path: &Path) {
        let name = path.display().to_string();
        let read = source::read(path);
        let code = read.and_then(|text| Ok((source::compile(&name, &text, output::colour())?, text)));
        match code {
            Err(why) => {
                eprintln!("{}", why.trim_end());
                self.note(Exit::Failed);
            }
            Ok((chunks, text)) => {
                self.door.has_loaded(&name, &text);
                let module = self.module();
                let id = world::spawn_in(&mut self.vm, module, &chunks, self.caps.clone(), self.bounds.limits());
                self.run(id, false, &name, &mut super::input::Piped::new(std::io::empty()));
            }
        }
    }

    fn run(&mut self, id: ProcessId, shows: bool, text: &str, input: &mut dyn Input) {
        let module = self.module();
        let mut both = Both { door: &mut self.door, input, module, caps: self.caps.clone() };
        let end = drive(&mut self.vm, id, &mut both);
        let result = self.vm.process(id).map_or(self.vm.nil(), |p| p.result);
        let result = self.vm.keep(result);
        self.vm.forget(id);
        self.flush();
        self.door.account();
        let result = self.vm.release(result);
        match end {
            End::Answered => {
                // What an entry of slots answers is the dialogue itself, which is no answer.
                if shows {
                    let kept = self.remember(result);
                    self.show(kept);
                }
                self.commit(text);
            }
            End::Exit(code) => {
                if code == 0 {
                    self.commit(text);
                }
                self.end(Exit::of_program(code));
            }
            End::Failed(f) => {
                // As a program ends with its main process, what an entry has started ends with it.
                self.vm.forget_started();
                self.failed(&f);
                self.put_back();
            }
        }
    }

    /// An entry that did well outlasts the dialogue.
    fn commit(&mut self, text: &str) {
        if !self.commits {
            return;
        }
        let first: String = text.lines().next().unwrap_or("").chars().take(80).collect();
        if let Err(f) = self.vm.commit(&first) {
            self.failed(&Failure::image(f));
        }
    }

    /// An entry that failed has changed nothing that outlasts the dialogue.
    fn put_back(&mut self) {
        if !self.commits {
            return;
        }
        match self.vm.abort_changes() {
            Ok(0) => {}
            Ok(_) => eprintln!("what this entry had changed in the image is put back"),
            Err(f) => self.failed(&Failure::image(f)),
        }
    }

    /// Puts a result into `it`; answers it, wherever it is now.
    fn remember(&mut self, v: Value) -> Value {
        let kept = self.vm.keep(v);
        let module = self.module();
        let id = self.vm.spawn_send("it:", &[module, v], CapSet::none(), aura_run::Limits::default());
        drive(&mut self.vm, id, &mut crate::drive::Nobody);
        self.vm.forget(id);
        self.vm.release(kept)
    }

    fn show(&mut self, v: Value) {
        match world::text_of(&mut self.vm, "printString", v, self.caps.clone()) {
            Ok(text) => output::print(&(text + "\n")),
            Err(f) => {
                eprintln!("the answer cannot be printed:");
                self.failed(&f);
            }
        }
    }

    fn failed(&mut self, f: &Failure) {
        eprint!("{}", f.draw(output::colour()));
        self.note(f.exit());
    }

    /// Remembers the worst that has happened.
    pub(super) fn note(&mut self, exit: Exit) {
        self.worst = self.worst.max(exit);
    }

    fn flush(&mut self) {
        let _ = self.vm.host.out.flush();
        let _ = self.vm.host.err.flush();
    }
}
