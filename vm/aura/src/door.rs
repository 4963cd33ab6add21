//! The open door as the command offers it: flags and environment to a configuration, and who is asked about messages that are
//! not understood.

use std::collections::VecDeque;
use std::io::{BufRead as _, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aura_alfred::config::{Config, Mode};
use aura_alfred::door::{Account, Approval, Outcome, Proposal};
use aura_alfred::machine::{Machine, Paused, Word};
use aura_alfred::memory::Memory;
use aura_code::Origin;
use aura_run::{Compiled, ProcessId, Vm};
use clap::{Args, ValueEnum};

use crate::cli::ImageFlags;
use crate::drive::Attendant;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::{likeness, memory};

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
    /// The program's text.
    script: String,
}

impl Door {
    /// The door for a script with its text, or for none. The machine has joined its image by now, if it works at one.
    ///
    /// # Errors
    /// A setting in the environment that makes no sense, or a file of learned methods that is damaged.
    pub fn open(
        flags: &DoorFlags,
        images: &ImageFlags,
        script: Option<&Path>,
        text: &str,
        vm: &Vm,
    ) -> Result<Self, (Exit, String)> {
        let config = config(flags, script).map_err(|why| (Exit::Usage, why))?;
        let memory = memory::of(images, script, text, config.learned.as_deref(), vm)?;
        Ok(Self::with(config, text, memory))
    }

    /// The door with these settings, for a program with this text.
    pub fn with(config: Config, text: &str, memory: Option<Box<dyn Memory>>) -> Self {
        let machine = Machine::open(config, text, memory, Box::new(compile));
        let script = text.to_string();
        Self { machine, given_up: VecDeque::new(), last: None, damage: None, told: 0, compared: 0, script }
    }

    /// What happened at it so far.
    pub fn happened(&self) -> Account {
        self.machine.account()
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
        if let Some(outcome) = &self.last {
            eprintln!("alfred: {}; {}", outcome.message(), outcome.remedy());
        }
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
        }
    }
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
        for word in self.machine.poll(vm) {
            match word {
                Word::GoesOn(_) => {}
                Word::GivenUp(id, outcome) => self.given_up.push_back((id, outcome)),
                Word::Ask(question) => {
                    let said = ask(&question.proposal);
                    question.answer(said);
                }
            }
        }
        self.machine.is_busy()
    }

    fn given_up(&mut self, _vm: &mut Vm) -> Option<ProcessId> {
        let (id, outcome) = self.given_up.pop_front()?;
        self.last = Some(outcome);
        Some(id)
    }
}

fn config(flags: &DoorFlags, script: Option<&Path>) -> Result<Config, String> {
    let interactive = script.is_none() && std::io::stdin().is_terminal();
    let mut config = Config::from_env(interactive, |name| std::env::var(name).ok()).map_err(|e| e.to_string())?;
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
    if flags.model.is_some() {
        config.model.clone_from(&flags.model);
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
    set(&mut config.budget.time, flags.alfred_seconds.map(std::time::Duration::from_secs));
    set(&mut config.budget.tokens, flags.alfred_tokens);
    set(&mut config.budget.sends, flags.alfred_sends);
    set(&mut config.budget.depth, flags.alfred_depth);
    set(&mut config.options.context, flags.alfred_context);
    set(&mut config.options.answer, flags.alfred_answer_tokens);
    config.install_at.clone_from(&flags.install_at);
}

/// Compiles and verifies one method slot.
fn compile(name: &str, text: &str) -> Result<Compiled, Vec<aura_syntax::Diagnostic>> {
    let parsed = aura_syntax::parse_slots(text);
    if parsed.has_errors() {
        return Err(parsed.diagnostics);
    }
    let Some(list) = &parsed.file.slots else { return Err(parsed.diagnostics) };
    let origin = Arc::new(Origin { file: name.into(), text: text.into() });
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

/// Shows a method to a person and asks. Without a terminal the answer is no.
fn ask(proposal: &Proposal) -> Approval {
    let Proposal { selector, at, source, plan, model, trial, place } = proposal;
    eprintln!("\nalfred: {place} sends '{selector}', which nothing understands. {model} proposes, for {at}:\n");
    eprintln!("    {}\n", source.replace('\n', "\n    "));
    eprintln!("plan:  {plan}\ntrial: {trial}");
    if !std::io::stdin().is_terminal() {
        eprintln!("alfred: nobody is here to approve it; use --alfred=auto to let the gates decide");
        return Approval::No;
    }
    loop {
        eprint!("install it? [y]es, [e]dit, [n]o: ");
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line);
        match (read, line.trim()) {
            (Ok(0) | Err(_), _) | (_, "n" | "no") => return Approval::No,
            (_, "y" | "yes") => return Approval::Yes,
            (_, "e" | "edit") => return edit(),
            _ => {}
        }
    }
}

/// Reads a method, up to an empty line.
fn edit() -> Approval {
    eprintln!("write the method; an empty line ends it:");
    let lines = std::io::stdin().lock().lines().map_while(Result::ok).take_while(|l| !l.trim().is_empty());
    Approval::Edited(lines.collect::<Vec<_>>().join("\n"))
}
