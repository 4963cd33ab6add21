//! One run of one task: the script in a fresh world, its send through the door, then the hidden tests in the script's module.
//!
//! What must stay true: hidden tests run in the world that the script has left, without the door: what they miss stays missed; a method that
//! never ends, or eats memory, fails its test and nothing else.

use std::time::{Duration, Instant};

use aura_alfred::clients::{ClientError, Fault};
use aura_alfred::config::{Config, Mode, Server};
use aura_alfred::door::{Outcome, Story};
use aura_alfred::eval::{Attempt, Ending, Hidden, Sample, Task};
use aura_alfred::memory::{Alone, Memory};
use aura_alfred::text::line;
use aura_run::{CapSet, Limits, Vm};

use crate::commands::test::{Terms, comments_check};
use crate::door::Door;
use crate::drive::{End, drive};
use crate::examples::Example;
use crate::exit::Exit;
use crate::source;
use crate::world::{self, Wiring};

/// Activations and turns of loops of a script, and of a hidden test.
const FUEL: u64 = 20_000_000;
/// Bytes that they allocate in all.
const HEAP: u64 = 1 << 30;
/// Seconds of a hidden test.
const SECONDS: u64 = 10;

/// Runs a task once.
///
/// # Errors
/// What no model is to blame for: the script, the library, no server, no recording. The exit code and the words.
pub fn sample(task: &Task, config: &Config, take: u32) -> Result<Sample, (Exit, String)> {
    let config = Config { take, options: seeded(config, take), script: task.name.clone(), ..config.clone() };
    let mut ran = run(task, config, None).map_err(|why| (Exit::Usage, why))?;
    let story = ran.stories.iter().find(|s| s.selector == task.selector()).cloned();
    if let Some(fatal) = story.as_ref().and_then(|s| fatal(&s.outcome)) {
        return Err(fatal);
    }
    let hidden = match &story {
        Some(Story { outcome: Outcome::Learned(_), .. }) => Some(ran.judge(task)),
        _ => None,
    };
    Ok(told(task, take, story.as_ref(), hidden, ran.failure))
}

/// A fault that the next run would meet again, and that says nothing about a model. (An answer that came too late does.)
fn fatal(outcome: &Outcome) -> Option<(Exit, String)> {
    let Outcome::NoAnswer { error, .. } = outcome else { return None };
    let exit = match (error.fault(), &**error) {
        (Fault::Recording, _) => Exit::NotUnderstood,
        (Fault::Unreachable, _)
        | (
            _,
            ClientError::MissingModel { .. }
            | ClientError::Forbidden { .. }
            | ClientError::BadRequest { .. }
            | ClientError::NotTheApi { .. },
        ) => Exit::Unreachable,
        _ => return None,
    };
    Some((exit, format!("{}; {}", outcome.message(), outcome.remedy())))
}

/// Every run has a seed of its own, far from those of fresh samples.
fn seeded(config: &Config, take: u32) -> aura_alfred::clients::Options {
    let seed = config.options.seed.saturating_add((take as i32 - 1).saturating_mul(1000));
    aura_alfred::clients::Options { seed, ..config.options.clone() }
}

/// A script that has run.
pub(super) struct Ran {
    pub(super) vm: Vm,
    pub(super) stories: Vec<Story>,
    /// Methods that its memory brought, and notes about those that it did not.
    pub(super) remembered: Vec<String>,
    pub(super) notes: Vec<String>,
    /// Why it ended before its end.
    pub(super) failure: Option<String>,
}

/// Runs a task's script with these settings.
pub(super) fn run(task: &Task, config: Config, memory: Option<Box<dyn Memory>>) -> Result<Ran, String> {
    let mut vm = world::machine(Wiring::quiet())?;
    let name = task.path.display().to_string();
    let code = source::compile(&name, &task.script, false)?;
    let mut door = Door::with(config, &name, &task.script, Box::new(Alone { file: name.clone(), memory }));
    // Waiting for a model is no work, so there is no deadline.
    let limits = Limits { fuel: Some(FUEL), heap: Some(HEAP), ..Limits::default() };
    let id = vm.spawn_file(&name, &code, CapSet::script(), limits);
    let failure = match drive(&mut vm, id, &mut door) {
        End::Answered | End::Exit(0) => None,
        End::Exit(code) => Some(format!("the script ended with the code {code}")),
        End::Failed(f) => Some(format!("{}: {}", f.kind, line(&f.message, 200))),
    };
    let account = door.happened();
    Ok(Ran { vm, stories: account.stories, remembered: account.remembered, notes: account.notes, failure })
}

impl Ran {
    /// What the hidden tests say to the method that is installed now.
    pub(super) fn judge(&mut self, task: &Task) -> Hidden {
        let mut hidden = Hidden::default();
        let mut failed = |what: String| {
            hidden.failed += 1;
            hidden.first.get_or_insert(what);
        };
        if let Some(why) = &self.failure {
            failed(format!("the script itself: {why}"));
        }
        let Some(module) = self.vm.module(&task.path.display().to_string()) else {
            failed("the script has no module".into());
            return hidden;
        };
        let module = self.vm.keep(module);
        for test in &task.hidden {
            let limits = Limits {
                fuel: Some(FUEL),
                heap: Some(HEAP),
                deadline: Some(Instant::now() + Duration::from_secs(SECONDS)),
                ..Limits::default()
            };
            let terms = Terms { caps: CapSet::script(), limits, aside: false };
            let this = self.vm.kept(&module);
            let example =
                Example { code: test.code.clone(), expected: test.expected.clone(), slot: String::new(), line: test.line };
            match comments_check(&mut self.vm, this, &example, &terms) {
                Ok(()) => hidden.passed += 1,
                Err(got) => {
                    hidden.failed += 1;
                    hidden
                        .first
                        .get_or_insert_with(|| format!("line {}: {}: {}", test.line, line(&test.code, 120), line(&got, 200)));
                }
            }
        }
        self.vm.release(module);
        hidden
    }
}

fn told(task: &Task, take: u32, story: Option<&Story>, hidden: Option<Hidden>, failure: Option<String>) -> Sample {
    let learned = story.and_then(|s| match &s.outcome {
        Outcome::Learned(lesson) => Some(lesson),
        _ => None,
    });
    let seconds = |of: fn(&Story) -> Duration| story.map_or(0.0, |s| of(s).as_secs_f64());
    Sample {
        tier: task.tier.clone(),
        task: task.name.clone(),
        take,
        ending: story.map_or(Ending::NotSent, |s| Ending::of(&s.outcome)),
        attempts: story.map_or_else(Vec::new, |s| s.candidates.iter().map(Attempt::of).collect()),
        chosen: story.map_or(0, |s| s.chosen),
        source: learned.map(|l| l.source.clone()),
        at: learned.map(|l| l.at.clone()),
        model: story.and_then(|s| s.candidates.last()).map_or_else(String::new, |c| c.model.clone()),
        hidden,
        why: match story {
            Some(_) if learned.is_some() => String::new(),
            Some(s) => line(&s.outcome.message(), 400),
            None => {
                failure.unwrap_or_else(|| format!("the script never sends '{}', or something understands it", task.selector()))
            }
        },
        tokens: story.map_or_else(Default::default, |s| s.tokens),
        seconds: seconds(|s| s.took),
        waited: seconds(|s| s.waited),
    }
}

/// Settings under which nobody can be asked, but a send that would be is told apart from one that is refused.
pub(super) fn unanswered() -> Config {
    Config {
        mode: Mode::Replay,
        server: Server::Ollama("127.0.0.1:9".into()),
        cassette: Some("(none)".into()),
        ..Config::plain()
    }
}
