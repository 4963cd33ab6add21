//! The open door as the command offers it: flags and environment to a configuration, and who is asked about messages that are
//! not understood.

use std::collections::VecDeque;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aura_alfred::config::{Config, Mode, Sources};
use aura_alfred::door::{Account, Approval, Outcome, Proposal};
use aura_alfred::ledger::{Ledger, Nowhere, OnDisk};
use aura_alfred::machine::{self, Machine, Meant, Paused, Word};
use aura_alfred::memory::{Known, Memories};
use aura_alfred::persona::{Persona, Shelved};
use aura_alfred::refuse::Refusal;
use aura_alfred::retrieve::Shelf;
use aura_alfred::typing::Typing;
use aura_code::Origin;
use aura_run::{Compiled, ProcessId, Vm};
use clap::{Args, ValueEnum};

use crate::ask::{self, Answers, Stdin};
use crate::cli::ImageFlags;
use crate::drive::Attendant;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::kernel;
use crate::memories::{Files, Loaded};
use crate::project::Project;
use crate::{image, likeness, memory};

/// What happens to messages that nothing understands.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "The open door")]
pub struct DoorFlags {
    /// Who decides: the gates, a person, recordings only, or nobody is asked at all.
    #[arg(long, value_name = "MODE")]
    pub alfred: Option<Who>,
    /// Which model is asked.
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// Read recorded answers from here instead of from beside the script.
    #[arg(long, value_name = "FILE")]
    pub cassette: Option<PathBuf>,
    /// Record the model's answers into this file.
    #[arg(long, value_name = "FILE", conflicts_with = "cassette")]
    pub record: Option<PathBuf>,
    /// Put learned methods at this object (`traits integer`) instead of where the rule puts them.
    #[arg(long, value_name = "OBJECT")]
    pub install_at: Option<String>,
    /// Seconds of waiting for models, in the whole run.
    #[arg(long, value_name = "N")]
    pub alfred_seconds: Option<u64>,
    /// Tokens, in the whole run.
    #[arg(long, value_name = "N")]
    pub alfred_tokens: Option<u64>,
    /// Messages that are answered, in the whole run.
    #[arg(long, value_name = "N")]
    pub alfred_sends: Option<u32>,
    /// Learned methods that may call for another one, one inside the other.
    #[arg(long, value_name = "N")]
    pub alfred_depth: Option<u32>,
    /// Tokens of the model's context.
    #[arg(long, value_name = "N")]
    pub alfred_context: Option<u64>,
    /// Tokens of one answer.
    #[arg(long, value_name = "N")]
    pub alfred_answer_tokens: Option<u32>,
}

/// `--alfred`
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Who {
    /// The gates decide.
    Auto,
    /// A person sees each method and decides.
    Ask,
    /// Only recordings are asked.
    Replay,
    /// Nobody is asked.
    Off,
}

/// The door of one program.
pub struct Door {
    machine: Machine,
    /// Processes whose sends were given up, and why.
    given_up: VecDeque<(ProcessId, Box<Outcome>)>,
    /// Why the last one was.
    last: Option<Box<Outcome>>,
    /// What was learned earlier cannot be used: what that means for the command.
    damage: Option<Exit>,
    /// Lines of the account that were printed.
    told: usize,
    /// Lessons that were compared with what there is.
    compared: usize,
    /// What the machine calls the program's own module, and its text.
    name: String,
    script: String,
    /// The files that were loaded into a dialogue.
    loaded: Loaded,
}

impl Door {
    /// The door for a program with its name and text, which is a script or not. The machine has joined its image by now, if it works at
    /// one.
    ///
    /// # Errors
    /// A setting in the environment that makes no sense, or a file of learned methods that is damaged.
    pub fn open(
        flags: &DoorFlags,
        images: &ImageFlags,
        script: Option<&Path>,
        (name, text): (&str, &str),
        vm: &mut Vm,
    ) -> Result<Self, (Exit, String)> {
        let (config, mut files) = settled(flags, images, script, name, vm)?;
        let beside = files.open_first(vm).map_err(memory::damaged)?;
        let ledger: Box<dyn Ledger> = match beside {
            Some(path) => Box::new(OnDisk::beside(&path)),
            None => Box::new(Nowhere),
        };
        Ok(Self::of(config, files, text).with_ledger(ledger))
    }

    /// One at which nobody is asked, and nothing is added to what is remembered: for the tests of a file.
    ///
    /// # Errors
    /// As [`Door::open`].
    pub fn to_remember(file: &Path, text: &str, vm: &mut Vm) -> Result<Self, (Exit, String)> {
        let flags = DoorFlags { alfred: Some(Who::Off), ..DoorFlags::default() };
        let images = ImageFlags { no_image: true, ..ImageFlags::default() };
        let (config, mut files) = settled(&flags, &images, Some(file), &file.display().to_string(), vm)?;
        files.only_reads = true;
        files.open_first(vm).map_err(memory::damaged)?;
        Ok(Self::of(config, files, text))
    }

    /// Installs all that is remembered for the program's files.
    ///
    /// # Errors
    /// When what is remembered is damaged.
    pub fn bring_all(&mut self, vm: &mut Vm) -> Result<(), String> {
        self.machine.bring_all(vm).map_err(|error| error.to_string())
    }

    /// A file was loaded into the dialogue's module.
    pub fn has_loaded(&self, file: &str, text: &str) {
        let names = aura_alfred::gates::own_names(text);
        let mut loaded = self.loaded.borrow_mut();
        loaded.retain(|(f, _)| f != file);
        loaded.push((file.to_string(), names));
    }

    /// Where a method comes from that was installed in this run.
    pub fn origin(&self, selector: &str, source: &str) -> Option<String> {
        self.machine.origin(selector, source).map(str::to_string)
    }

    /// The methods that are remembered for the program's own file and for those that were loaded, and what cannot be used.
    pub fn remembered(&mut self, vm: &mut Vm) -> (Vec<Known>, Vec<String>) {
        let files: Vec<String> = self.loaded.borrow().iter().map(|(file, _)| file.clone()).collect();
        let (mut all, mut damage) = (Vec::new(), Vec::new());
        for file in files.iter().chain([&self.name]) {
            match self.machine.remembered(vm, file) {
                Ok(known) => all.extend(known),
                Err(error) => damage.push(error.to_string()),
            }
        }
        (all, damage)
    }

    fn of(config: Config, files: Files, text: &str) -> Self {
        let (name, loaded) = (files.main.clone(), files.loaded.clone());
        Self { loaded, ..Self::with(config, &name, text, Box::new(files)) }
    }

    /// The same for a program of which only some sends are asked about, and what is written for them is shown and never kept. `ledger` hears of
    /// each step.
    ///
    /// # Errors
    /// As [`Door::open`].
    pub fn to_propose(
        flags: &DoorFlags,
        image: Option<&Path>,
        (script, text): (&Path, &str),
        vm: &mut Vm,
        is_meant: Meant,
        ledger: Box<dyn Ledger>,
    ) -> Result<Self, (Exit, String)> {
        let images = ImageFlags { image: image.map(Path::to_path_buf), no_image: image.is_none(), at: None };
        let (mut config, mut files) = settled(flags, &images, Some(script), &script.display().to_string(), vm)?;
        if config.mode == Mode::Off {
            return Err((Exit::NotUnderstood, format!("{}; {}", Refusal::Off, Refusal::Off.remedy())));
        }
        config.shows_all = true;
        files.only_reads = true;
        files.open_first(vm).map_err(memory::damaged)?;
        let door = Self::of(config, files, text).with_ledger(ledger);
        Ok(Self { machine: door.machine.with_only(is_meant), ..door })
    }

    /// The door with these settings, for a program of this name and with this text.
    pub fn with(config: Config, name: &str, text: &str, memories: Box<dyn Memories>) -> Self {
        let library = Shelved::new(|| Shelf::new(&likeness::library()));
        let library_sources = || kernel::sources().map(|(name, text)| (name.to_string(), text.to_string())).collect();
        let typing = Typing::importing(library_sources, name, text, Box::new(crate::checker::imported));
        let machine = Machine::open(config, text, memories, Box::new(compile)).with_library(Box::new(library)).with_types(typing);
        let (name, script) = (name.to_string(), text.to_string());
        let loaded = Loaded::default();
        Self { name, machine, given_up: VecDeque::new(), last: None, damage: None, told: 0, compared: 0, script, loaded }
    }

    /// What happened at it so far.
    pub fn happened(&self) -> Account {
        self.machine.account()
    }

    /// Has the sends that are under way recorded there instead. To be called before the first send.
    #[must_use]
    pub fn with_ledger(self, ledger: Box<dyn Ledger>) -> Self {
        Self { machine: self.machine.with_ledger(ledger), ..self }
    }

    /// As [`Attendant::poll`], with a person's answers from there.
    pub fn poll_asking(&mut self, vm: &mut Vm, answers: &mut dyn Answers) -> bool {
        self.poll_deciding(vm, &mut |proposal| ask::approve(proposal, answers))
    }

    /// The same, with decisions from there.
    pub fn poll_deciding(&mut self, vm: &mut Vm, decide: &mut dyn FnMut(&Proposal) -> Approval) -> bool {
        for word in self.machine.poll(vm) {
            match word {
                Word::GoesOn(_) => {}
                Word::GivenUp(id, outcome) => self.given_up.push_back((id, outcome)),
                Word::Ask(question) => {
                    let said = decide(&question.proposal);
                    question.answer(said);
                }
            }
        }
        self.machine.is_busy()
    }

    /// Prints what was learned, where it was installed, and how long it took, as far as it was not printed yet.
    pub fn account(&mut self) {
        let account = self.machine.account();
        let text = account.to_string();
        eprint!("{}", text.get(self.told..).unwrap_or(&text));
        self.told = text.len();
        for already in likeness::of_lessons(&account.lessons, self.compared, &self.script) {
            eprintln!("alfred: {already}");
        }
        self.compared = account.lessons.len();
    }

    /// Prints why the last send was given up.
    pub fn tell(&self) {
        if let Some(why) = self.why() {
            eprintln!("alfred: {why}");
        }
    }

    /// Why the last send was given up, and what to do about it.
    pub fn why(&self) -> Option<String> {
        self.last.as_ref().map(|outcome| format!("{}; {}", outcome.message(), outcome.remedy()))
    }

    /// The exit code, when the door is the reason why a program failed.
    pub fn exit(&self) -> Option<Exit> {
        if self.damage.is_some() {
            return self.damage;
        }
        let code = self.last.as_ref()?.exit_code();
        Exit::ALL.into_iter().find(|e| i32::from(e.code()) == code)
    }

    /// Adds to a program's failure what the door has to say about it.
    pub fn explain(&self, failure: &mut Failure) {
        if let Some(outcome) = self.last.as_ref().filter(|_| failure.kind == "doesNotUnderstand") {
            failure.notes.push(format!("alfred: {}", outcome.message()));
            failure.help = Some(outcome.remedy());
        } else if failure.kind != "interrupted" {
            failure.notes.extend(suspects(&self.machine.account()));
        }
    }
}

/// Methods that a failure's note names.
const MOST_SUSPECTS: usize = 3;

/// Methods that a model wrote and this run used: one of them may be wrong, although the gates were content.
fn suspects(account: &Account) -> Option<String> {
    let learned = account.lessons.iter().rev().map(|l| format!("{} {}", l.at, l.selector));
    let names: Vec<String> = learned.chain(account.remembered.iter().cloned()).map(|name| format!("'{name}'")).collect();
    let more = names.len().saturating_sub(MOST_SUSPECTS);
    let named = names.into_iter().take(MOST_SUSPECTS).collect::<Vec<_>>().join(", ");
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let what = "if that is at fault, say so with `aura alfred reject` (the model is told why), and run again";
    (!named.is_empty()).then(|| format!("a model wrote {named}{more}, which ran before this; {what}"))
}

impl Attendant for Door {
    fn paused(&mut self, vm: &mut Vm, id: ProcessId) -> bool {
        match self.machine.paused(vm, id) {
            Ok(paused) => paused != Paused::NotMine,
            Err(error) => {
                self.damage = Some(memory::damaged(error).0);
                false
            }
        }
    }

    fn poll(&mut self, vm: &mut Vm) -> bool {
        self.poll_asking(vm, &mut Stdin)
    }

    fn given_up(&mut self, _vm: &mut Vm) -> Option<ProcessId> {
        let (id, outcome) = self.given_up.pop_front()?;
        self.last = Some(outcome);
        Some(id)
    }
}

/// The settings of a program's door, and its files' memories.
fn settled(
    flags: &DoorFlags,
    images: &ImageFlags,
    script: Option<&Path>,
    name: &str,
    vm: &mut Vm,
) -> Result<(Config, Files), (Exit, String)> {
    let project = Project::of(script.unwrap_or(Path::new("."))).map_err(|why| (Exit::Usage, why))?;
    let config = config(flags, script, project.as_ref()).map_err(|why| (Exit::Usage, why))?;
    vm.policy = machine::policy(&config);
    let at_image = image::chosen(images.image.as_deref(), project.as_ref()).filter(|_| vm.image_head().is_some());
    let files = Files::new(at_image, &config.capabilities, name);
    Ok((config, files))
}

/// Flags win over the environment, that over `aura.toml`, that over the defaults.
fn config(flags: &DoorFlags, script: Option<&Path>, project: Option<&Project>) -> Result<Config, String> {
    let interactive = script.is_none() && std::io::stdin().is_terminal();
    let sources = Sources { project: project.map(|p| &p.alfred), interactive };
    let mut config = Config::from(sources, |name| std::env::var(name).ok()).map_err(|e| match project {
        Some(project) if e.setting.starts_with("alfred.") => format!("{}: {e}", project.file().display()),
        _ => e.to_string(),
    })?;
    config.day = project.map(Project::spent);
    if let Some(path) = script {
        config = config.for_script(path);
    }
    if let Some(who) = flags.alfred {
        config.mode = match who {
            Who::Auto => Mode::Auto,
            Who::Ask => Mode::Ask,
            Who::Replay => Mode::Replay,
            Who::Off => Mode::Off,
        };
    }
    if let Some(model) = &flags.model {
        config.models.set(Persona::Alfred, model);
    }
    if let Some(file) = flags.cassette.as_ref().or(flags.record.as_ref()) {
        config.cassette = Some(file.clone());
        config.record = flags.record.is_some();
    }
    bounds(flags, &mut config);
    Ok(config)
}

fn bounds(flags: &DoorFlags, config: &mut Config) {
    fn set<T: Copy>(to: &mut T, flag: Option<T>) {
        *to = flag.unwrap_or(*to);
    }
    let run = &mut config.budget.run;
    run.time = flags.alfred_seconds.map(std::time::Duration::from_secs).or(run.time);
    run.tokens = flags.alfred_tokens.or(run.tokens);
    set(&mut config.budget.sends, flags.alfred_sends);
    set(&mut config.budget.depth, flags.alfred_depth);
    set(&mut config.options.context, flags.alfred_context);
    set(&mut config.options.answer, flags.alfred_answer_tokens);
    set(&mut config.options.constrained, flags.alfred_answer_tokens);
    if flags.install_at.is_some() {
        config.install_at.clone_from(&flags.install_at);
    }
}

/// Compiles and verifies one method slot.
fn compile(name: &str, text: &str) -> Result<Compiled, Vec<aura_syntax::Diagnostic>> {
    let parsed = aura_syntax::parse_slots(text);
    if parsed.has_errors() {
        return Err(parsed.diagnostics);
    }
    let Some(list) = &parsed.file.slots else { return Err(parsed.diagnostics) };
    let origin = Arc::new(Origin::new(name, text));
    let slots = aura_code::compile_slots(list, &origin)?;
    for slot in &slots.template.slots {
        if let aura_code::SlotInit::Method(method) = &slot.init {
            aura_code::verify(method.code()).map_err(|e| vec![unsound(&e, list.span)])?;
        }
    }
    Ok(Compiled::new(slots.template))
}

/// Code that the compiler made and the verifier rejects: a fault of the compiler, and no reason to run it.
fn unsound(error: &aura_code::VerifyError, span: aura_syntax::Span) -> aura_syntax::Diagnostic {
    let mut text = aura_syntax::Diagnostic::error(
        &UNSOUND,
        format!("the verifier rejects this method: {} ({})", error.message, error.code),
        span,
        "compiled from here",
    );
    text.help = Some("write it another way".into());
    text
}

static UNSOUND: aura_syntax::codes::Code = aura_syntax::codes::Code {
    name: "E0199",
    title: "code that does not verify",
    explanation: "The compiler made code that the verifier rejects. This is a fault in Aura; please report the method.",
};
