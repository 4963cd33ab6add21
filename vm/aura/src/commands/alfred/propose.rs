//! `aura alfred propose`: ALFRED's whole cycle for one message of a program, up to a person's verdict, which is left to whoever reads what is
//! printed. Editors ask for methods this way.
//!
//! What must stay true: nothing is kept and nothing is written, in no image and beside no script; the program runs with no more powers than the
//! flags give, what it prints is not shown, and it does not go on behind the message; about any other message nobody is asked.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::Ordering;

use aura_alfred::door::{Approval, Proposal};
use aura_alfred::ledger::{Ledger, Stopped};
use aura_alfred::state::{Record, Step};
use aura_run::{Missing, ProcessId, Vm};
use aura_syntax::source::Position;
use aura_syntax::tree::{self, ExprKind, Receiver, Send, SlotList};
use aura_syntax::visit::{self, Visit};
use aura_syntax::{Source, Span};
use serde_json::json;

use super::Failed;
use crate::ask::shown;
use crate::cli::alfred::ProposeArgs;
use crate::door::Door;
use crate::drive::{Attendant, End, drive};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::project::Project;
use crate::world::{self, Wiring};
use crate::{image, interrupt, source};

pub(super) fn run(a: &ProposeArgs, at_image: Option<&Path>) -> Exit {
    match proposed(a, at_image) {
        Ok(proposal) => {
            output::print(&if a.json { told(a, &proposal.0, &proposal.1) } else { shown(&proposal.0) });
            Exit::Fine
        }
        Err((exit, why)) => {
            output::error(&why);
            exit
        }
    }
}

/// The method, and the object that it belongs to, as a line of JSON. The file's own module has no name.
fn told(a: &ProposeArgs, p: &Proposal, home: &str) -> String {
    let script = a.file.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let (heading, statement) = aura_alfred::learned::kept_as(&script, home, &p.source, &p.comment);
    let proposal = json!({
        "at": home, "selector": p.selector, "source": p.source, "model": p.model, "comment": p.comment, "shown": shown(p),
        "heading": heading, "statement": statement,
    });
    json!({ "proposal": proposal }).to_string() + "\n"
}

/// The method, and the object that it belongs to.
fn proposed(a: &ProposeArgs, at_image: Option<&Path>) -> Result<(Proposal, String), Failed> {
    let usage = |why: String| (Exit::Usage, why);
    let texts = Texts::new(a.unsaved).map_err(usage)?;
    let text = texts.read(&a.file).map_err(usage)?;
    let name = a.file.display().to_string();
    let code = source::compile(&name, &text, false).map_err(|drawn| (Exit::Failed, drawn))?;
    let wanted =
        Wanted::at(&text, a.send).ok_or_else(|| usage(format!("no message begins at {name}:{}:{}", a.send.0, a.send.1)))?;
    let mut vm = quiet_machine(texts)?;
    let at_image = look_at_image(&mut vm, at_image, &a.file)?;
    let (is_meant, steps) = (wanted.clone().meant_in(&name), Box::new(Steps { as_json: a.json }));
    let mut flags = a.leave.door.clone();
    if wanted.is_own == Some(Own::Lobby) && flags.install_at.is_none() {
        flags.install_at = Some(LOBBY.into());
    }
    let is_own = wanted.is_own.filter(|_| a.leave.door.install_at.is_none());
    let door = Door::to_propose(&flags, at_image.as_deref(), (&a.file, &text), &mut vm, is_meant, steps)?;
    interrupt::watch(vm.interrupt.clone());
    let id = vm.spawn_file(&name, &code, a.leave.powers.set(), a.leave.bounds.limits());
    let mut asking = Asking { door, proposal: None };
    let end = drive(&mut vm, id, &mut asking);
    match asking.proposal {
        Some(proposal) if is_own.is_some_and(|own| own.is_called(proposal.home())) => Ok((proposal, String::new())),
        Some(proposal) if proposal.home().starts_with('(') => Err((Exit::NotUnderstood, nameless(&proposal))),
        Some(proposal) => {
            let home = proposal.home().to_string();
            Ok((proposal, home))
        }
        None => Err(why_not(&asking.door, end, &wanted.selector, &name)),
    }
}

fn nameless(p: &Proposal) -> String {
    format!(
        "a method for '{}' was written, but its receiver has no name, so that it could be written nowhere; give it one",
        p.selector
    )
}

/// Why there is no method.
fn why_not(door: &Door, end: End, selector: &str, name: &str) -> Failed {
    if let Some(why) = door.why() {
        return (door.exit().unwrap_or(Exit::NotUnderstood), why);
    }
    match end {
        End::Failed(f) => {
            (f.exit(), format!("the program does not come to '{selector}': it fails before{}: {}", place(&f), f.message))
        }
        End::Answered | End::Exit(_) => {
            let why = format!("{name} ends without coming to '{selector}' (or understands it, when it runs)");
            (
                Exit::NotUnderstood,
                format!("{why}; a model is asked with a receiver and arguments in hand, so let the file send it"),
            )
        }
    }
}

/// Where a program has failed.
fn place(f: &Failure) -> String {
    let line = |text: &str, at: u32| Source::new("", text).position(at).line;
    f.place.as_ref().map_or_else(String::new, |(file, text, span)| format!(", at {file}:{}", line(text, span.0)))
}

// ---- the message ----

/// A message of the program.
#[derive(Clone)]
struct Wanted {
    selector: String,
    /// Where its expression ends: no other message of that name ends there.
    end: u32,
    /// It goes to the file itself.
    is_own: Option<Own>,
}

/// What a file itself is for the machine.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Own {
    /// A file with slots has a module, which has no name.
    Module,
    /// Any other runs as the lobby.
    Lobby,
}

/// Where a method goes that is for a file without slots, until the file has its first.
const LOBBY: &str = "lobby";

impl Own {
    /// Whether the machine tells of the file by this name.
    fn is_called(self, home: &str) -> bool {
        match self {
            Own::Module => home.starts_with('('),
            Own::Lobby => home == LOBBY,
        }
    }
}

impl Wanted {
    /// The message whose name begins at a line and column.
    fn at(text: &str, (line, column): (usize, usize)) -> Option<Self> {
        let at = Source::new("", text).offset(Position { line, column });
        let file = aura_syntax::parse(text).file;
        let own = if file.slots.is_some() { Own::Module } else { Own::Lobby };
        let mut finder = Finder { text, at, own, slots: file.slots.as_ref().map(|list| list.span), depth: 0, found: None };
        visit::file(&mut finder, &file);
        finder.found
    }

    /// What tells whether a send is this one, in the file of that name.
    fn meant_in(self, file: &str) -> aura_alfred::machine::Meant {
        let file = file.to_string();
        Box::new(move |m: &Missing| m.caller.file == file && m.selector == self.selector && m.caller.span.1 == self.end)
    }
}

struct Finder<'t> {
    text: &'t str,
    at: u32,
    own: Own,
    /// The file's own slots.
    slots: Option<Span>,
    /// How many other objects are around.
    depth: usize,
    found: Option<Wanted>,
}

impl Visit for Finder<'_> {
    fn object(&mut self, list: &SlotList) {
        let is_inside = usize::from(Some(list.span) != self.slots);
        self.depth += is_inside;
        list.slots.iter().for_each(|slot| self.slot(slot));
        self.depth -= is_inside;
    }

    fn send(&mut self, send: &Send, _: Option<&Send>) {
        if send.selector.first().is_some_and(|first| first.start == self.at) {
            let ends = send.selector.iter().chain(send.arguments.iter().map(|a| &a.span)).map(|span| span.end);
            let (selector, end) = (tree::selector(&send.selector, self.text), ends.max().unwrap_or(self.at));
            let is_to_self = match &send.receiver {
                Receiver::Implicit => true,
                Receiver::Expr(e) => matches!(e.kind, ExprKind::SelfRef),
                Receiver::Resend(_) | Receiver::Delegate(_) => false,
            };
            let is_own = (is_to_self && self.depth == 0).then_some(self.own);
            self.found = Some(Wanted { selector, end, is_own });
        }
    }
}

// ---- the machine ----

/// Texts of files, of which some were not saved.
#[derive(Clone, Default)]
struct Texts(Rc<HashMap<PathBuf, String>>);

impl Texts {
    fn new(has_unsaved: bool) -> Result<Self, String> {
        if !has_unsaved {
            return Ok(Self::default());
        }
        let texts = serde_json::from_reader(std::io::stdin().lock());
        texts.map(|texts| Self(Rc::new(texts))).map_err(|e| format!("the texts on standard input cannot be read: {e}"))
    }

    fn read(&self, path: &Path) -> Result<String, String> {
        self.0.get(path).map_or_else(|| source::read(path), |text| Ok(text.clone()))
    }
}

/// A machine whose programs print for nobody, and read nothing.
fn quiet_machine(texts: Texts) -> Result<Vm, Failed> {
    let mut vm = world::machine(Wiring::quiet()).map_err(|why| (Exit::Damaged, why))?;
    vm.host.module = Box::new(move |path, from| source::module_read(path, from, &|file| texts.read(file)));
    Ok(vm)
}

/// Has the program see its image, as it is now; it cannot commit. Answers which it is.
fn look_at_image(vm: &mut Vm, named: Option<&Path>, script: &Path) -> Result<Option<PathBuf>, Failed> {
    let project = Project::of(script).map_err(|why| (Exit::Usage, why))?;
    let chosen = image::chosen(named, project.as_ref()).filter(|path| path.is_file());
    if let Some(path) = &chosen {
        image::attach(vm, path, Some("head"), "propose")?;
    }
    Ok(chosen)
}

/// The door, and what came through it.
struct Asking {
    door: Door,
    proposal: Option<Proposal>,
}

impl Attendant for Asking {
    fn paused(&mut self, vm: &mut Vm, id: ProcessId) -> bool {
        self.door.paused(vm, id)
    }

    fn poll(&mut self, vm: &mut Vm) -> bool {
        let Self { door, proposal } = self;
        let is_busy = door.poll_deciding(vm, &mut |p| {
            *proposal = Some(p.clone());
            // Whoever reads it decides, and not here.
            Approval::No
        });
        if proposal.is_some() {
            // There is nothing to go on for.
            vm.interrupt.store(true, Ordering::Relaxed);
        }
        is_busy
    }

    fn given_up(&mut self, vm: &mut Vm) -> Option<ProcessId> {
        self.door.given_up(vm)
    }
}

/// Says where the send stands, and keeps no record.
struct Steps {
    as_json: bool,
}

impl Ledger for Steps {
    fn came_to(&mut self, record: &Record) -> Result<(), String> {
        let step = record.step();
        // How it ends is told otherwise.
        if step == Step::Approving || record.is_over() {
            return Ok(());
        }
        let step = step.name();
        match self.as_json {
            true => println!("{}", json!({ "step": step })),
            false => eprintln!("alfred: {step}"),
        }
        Ok(())
    }

    fn left_behind(&mut self) -> Vec<Stopped> {
        Vec::new()
    }
}
