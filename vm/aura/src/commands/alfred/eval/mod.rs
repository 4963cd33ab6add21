//! `aura alfred eval`: a suite of missing sends through the real door, a fresh world for each, judged by hidden tests.
//!
//! * `one` one run of one task; `jobs` all of them, some at a time; `check` whether the suite itself is sound
//!
//! What must stay true: the gates, the trial and the repairs are those of every program; a sample is in the ledger before the next one of its
//! worker begins, so that Ctrl-C, a server that dies, or a power cut loses nothing that was measured.

mod check;
mod jobs;
mod one;

use std::path::PathBuf;
use std::time::Duration;

use aura_alfred::config::{Cascade, Config, Mode, Server, Sketches, Sources};
use aura_alfred::eval::ledger::SCHEMA;
use aura_alfred::eval::table::table;
use aura_alfred::eval::{Head, Ledger, Report, Sample, Suite};
use aura_alfred::persona::Persona;
use aura_alfred::text::sha256;

use super::{Failed, pretty};
use crate::cli::alfred::EvalArgs;
use crate::exit::Exit;
use crate::output;

pub use check::check;
pub use one::sample;

pub(super) fn run(a: &EvalArgs) -> Exit {
    let done = if a.check { checked(a) } else { evaluated(a) };
    done.unwrap_or_else(|(exit, why)| {
        output::error(&why);
        exit
    })
}

fn suite(a: &EvalArgs) -> Result<Suite, Failed> {
    let suite = Suite::read(&a.suite).map_err(|e| (Exit::Usage, e.to_string()))?;
    let Some(tier) = &a.tier else { return Ok(suite) };
    let tiers = suite.tiers().join(", ");
    let suite = suite.only(tier);
    match suite.tasks.is_empty() {
        true => Err((Exit::Usage, format!("no tier begins with '{tier}'; there are {tiers}"))),
        false => Ok(suite),
    }
}

/// Whether the suite is sound.
fn checked(a: &EvalArgs) -> Result<Exit, Failed> {
    let suite = suite(a)?;
    let findings: Vec<String> = suite.tasks.iter().flat_map(check).collect();
    let text: String = findings.iter().map(|f| format!("{f}\n")).collect();
    output::print(&format!("{text}{} tasks, {} findings\n", suite.tasks.len(), findings.len()));
    Ok(if findings.is_empty() { Exit::Fine } else { Exit::Check })
}

fn evaluated(a: &EvalArgs) -> Result<Exit, Failed> {
    let suite = suite(a)?;
    let config = config(a)?;
    let head = head(a, &suite, &config);
    let out = a.out.clone().unwrap_or_else(|| PathBuf::from(format!("{}.eval.jsonl", suite.name)));
    let usage = |e: aura_alfred::eval::ledger::LedgerError| (Exit::Usage, e.to_string());
    let (ledger, mut samples) = match a.resume {
        true => Ledger::resume(&out, &head).map_err(usage)?,
        false => (Ledger::begin(&out, &head).map_err(usage)?, Vec::new()),
    };
    let plan = jobs::Plan { suite: &suite, config: &config, takes: a.samples, jobs: a.jobs };
    let ended = jobs::run(&plan, ledger, &mut samples);
    let report = Report::of(head, &of_suite(&suite, samples, a.samples));
    output::print(&if a.json { pretty(&serde_json::to_value(&report).expect("plain data")) } else { table(&report) });
    match ended {
        Ok(()) => Ok(Exit::Fine),
        Err((exit, why)) => Err((exit, format!("{why}\n  what was measured is in {}; --resume goes on with it", out.display()))),
    }
}

/// What a resumed ledger has of other tiers, or of more runs than are wanted, is no part of this report.
fn of_suite(suite: &Suite, samples: Vec<Sample>, takes: u32) -> Vec<Sample> {
    let has = |s: &Sample| s.take <= takes && suite.tasks.iter().any(|t| t.tier == s.tier && t.name == s.task);
    samples.into_iter().filter(has).collect()
}

/// The door's settings for a first run.
fn config(a: &EvalArgs) -> Result<Config, Failed> {
    let usage = |why: String| (Exit::Usage, why);
    if a.record.is_some() && a.jobs > 1 {
        return Err(usage("recording is done one task at a time: leave out --jobs, or --record".into()));
    }
    let set = |name: &str| std::env::var(name).ok().filter(|_| name != "AURA_ALFRED");
    let mut config = Config::from(Sources::default(), set).map_err(|e| usage(e.to_string()))?;
    if let Some(url) = &a.server {
        config.server = server(url, &config.server);
    }
    config.mode = if a.cassette.is_some() { Mode::Replay } else { Mode::Auto };
    config.cassette = a.cassette.clone().or_else(|| a.record.clone());
    config.record = a.record.is_some();
    if let Some(model) = &a.model {
        config.models.set(Persona::Alfred, model);
    }
    config.cascade = Cascade::NAMES.iter().find(|(n, _)| *n == a.cascade).map_or(Cascade::Never, |(_, c)| *c);
    config.sketches = Sketches::NAMES.iter().find(|(n, _)| *n == a.sketches).map_or(config.sketches, |(_, s)| *s);
    config.candidates = a.candidates;
    config.options.temperature = a.temperature.unwrap_or(if a.samples > 1 { 0.2 } else { 0.0 });
    let answer = Duration::from_secs(a.seconds);
    config.deadlines.total = answer;
    config.deadlines.idle = config.deadlines.idle.max(answer);
    // Enough for every answer that one task can ask for.
    let conversations = config.samples + config.candidates - 1;
    let personas = if config.cascade == Cascade::Never { 0 } else { 3 };
    config.budget.run.time = Some(answer * (conversations * (config.repairs + 1) + personas).max(1) * 2);
    Ok(config)
}

fn server(url: &str, known: &Server) -> Server {
    if !url.trim_end_matches('/').ends_with("/v1") {
        return Server::Ollama(url.into());
    }
    let told = |name: &str| std::env::var(name).ok().filter(|v| !v.trim().is_empty());
    match known {
        Server::OpenAi { grammar, key, .. } => Server::OpenAi { url: url.into(), grammar: *grammar, key: key.clone() },
        Server::Ollama(_) => {
            Server::OpenAi { url: url.into(), grammar: told("AURA_GRAMMAR").is_none_or(|v| v != "0"), key: told("AURA_API_KEY") }
        }
    }
}

fn head(a: &EvalArgs, suite: &Suite, config: &Config) -> Head {
    let through = match (&a.cassette, &config.server) {
        (Some(file), _) => format!("the cassette {}", file.display()),
        (None, Server::Ollama(host)) if host.is_empty() => "Ollama".into(),
        (None, Server::Ollama(host)) => format!("Ollama at {host}"),
        (None, Server::OpenAi { url, grammar, .. }) => format!("{url}{}", if *grammar { " with a grammar" } else { "" }),
    };
    Head {
        schema: SCHEMA,
        aura: env!("CARGO_PKG_VERSION").into(),
        suite: suite.name.clone(),
        suite_sha256: suite.digest(),
        model: config.models.of(Persona::Alfred).0.into(),
        through,
        prompt_sha256: sha256(&aura_alfred::prompt::beginnings()),
        takes: a.samples,
        temperature: config.options.temperature,
        repairs: config.repairs,
        samples: config.samples,
        sketches: a.sketches.clone(),
        cascade: if config.cascade == Cascade::Never { String::new() } else { a.cascade.clone() },
        candidates: (config.candidates > 1).then_some(config.candidates),
    }
}
