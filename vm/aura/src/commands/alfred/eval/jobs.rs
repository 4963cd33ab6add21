//! All samples of an evaluation: workers that take one run after the other, and one who writes.
//!
//! What must stay true: a sample is written before its worker takes the next run; the first fault that is not the model's (no server, a full disk, Ctrl-C) ends the
//! evaluation, and what other workers have under way is still written.

use std::collections::VecDeque;
use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use aura_alfred::config::Config;
use aura_alfred::eval::{Ending, Ledger, Sample, Suite, Task};

use super::super::Failed;
use super::sample;
use crate::exit::Exit;
use crate::interrupt;

/// After so many samples in a row without any answer, something else is wrong than the model.
const MOST_SILENT: u32 = 5;

/// What is to be run.
pub(super) struct Plan<'a> {
    pub(super) suite: &'a Suite,
    pub(super) config: &'a Config,
    pub(super) takes: u32,
    pub(super) jobs: u32,
}

struct Shared<'a> {
    left: Mutex<VecDeque<(&'a Task, u32)>>,
    all: usize,
    written: Mutex<Written<'a>>,
    failed: Mutex<Option<Failed>>,
    stop: Arc<AtomicBool>,
}

struct Written<'a> {
    ledger: Ledger,
    samples: &'a mut Vec<Sample>,
    /// Samples in a row for which no model answered at all.
    silent: u32,
}

/// Runs what is not among `samples` yet, and adds it.
pub(super) fn run(plan: &Plan<'_>, ledger: Ledger, samples: &mut Vec<Sample>) -> Result<(), Failed> {
    let is_there = |t: &Task, take: u32| samples.iter().any(|s| s.take == take && s.tier == t.tier && s.task == t.name);
    let takes = (1..=plan.takes).flat_map(|take| plan.suite.tasks.iter().map(move |t| (t, take)));
    let left: VecDeque<(&Task, u32)> = takes.filter(|(t, take)| !is_there(t, *take)).collect();
    let stop = Arc::new(AtomicBool::new(false));
    interrupt::watch(stop.clone());
    let all = left.len();
    let shared = Shared {
        left: Mutex::new(left),
        all,
        written: Mutex::new(Written { ledger, samples, silent: 0 }),
        failed: Mutex::new(None),
        stop,
    };
    std::thread::scope(|scope| {
        for _ in 0..plan.jobs {
            scope.spawn(|| work(plan, &shared));
        }
    });
    let stopped = shared.stop.load(Ordering::SeqCst);
    match shared.failed.into_inner().unwrap_or_else(|e| e.into_inner()) {
        Some(failed) => Err(failed),
        None if stopped => Err((Exit::Interrupted, "interrupted".into())),
        None => Ok(()),
    }
}

fn work(plan: &Plan<'_>, shared: &Shared<'_>) {
    while !shared.stop.load(Ordering::SeqCst) {
        let Some((task, take)) = lock(&shared.left).pop_front() else { return };
        let done = sample(task, plan.config, take).map_err(|(exit, why)| (exit, format!("{}: {why}", task.title())));
        if let Err(failed) = done.and_then(|s| write(shared, s)) {
            lock(&shared.failed).get_or_insert(failed);
            shared.stop.store(true, Ordering::SeqCst);
        }
    }
}

fn write(shared: &Shared<'_>, sample: Sample) -> Result<(), Failed> {
    let mut written = lock(&shared.written);
    written.ledger.write(&sample).map_err(|e| (Exit::Failed, e.to_string()))?;
    let is_silent = sample.ending == Ending::NoAnswer && sample.attempts.is_empty();
    written.silent = if is_silent { written.silent + 1 } else { 0 };
    let why = sample.why.clone();
    written.samples.push(sample);
    if written.silent == MOST_SILENT {
        return Err((Exit::Unreachable, format!("no answer came {MOST_SILENT} times in a row; the last time: {why}")));
    }
    if std::io::stderr().is_terminal() {
        let done = shared.all - lock(&shared.left).len();
        eprint!("\r{done} of {} ", shared.all);
    }
    Ok(())
}

/// A worker that panicked has lost its own sample only.
fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(|e| e.into_inner())
}
