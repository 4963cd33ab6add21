//! What samples amount to: a row for each tier and one for all.
//!
//! What must stay true: shares are counted over all samples of their row, but for those that say otherwise, so that they add up: at once, after one
//! repair, after two, and from a fresh sample are together what was accepted; correct and wrongly accepted are too; accepted, abstained,
//! refused, without an answer, and not sent are all samples.

use std::collections::BTreeMap;

use serde::Serialize;

use super::interval::Share;
use super::{Ending, Head, Sample};

/// The figures of an evaluation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// What was evaluated, and how.
    #[serde(flatten)]
    pub head: Head,
    /// A row for each tier, in order.
    pub tiers: Vec<Row>,
    /// All of them together.
    pub total: Row,
}

/// The figures of some samples.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The tier, or `all`.
    pub tier: String,
    /// Tasks.
    pub tasks: u64,
    /// Samples: runs of tasks.
    pub samples: u64,
    /// The first proposal was one method that parses.
    pub parse: Share,
    /// It passed the checker; nothing where no checker was at the door.
    pub types: Option<Share>,
    /// It passed the guardian.
    pub audit: Share,
    /// It compiled and verified.
    pub compile: Share,
    /// It passed the trial.
    pub run: Share,
    /// Accepted without a repair.
    pub at_once: Share,
    /// Accepted after one repair.
    pub repaired_1: Share,
    /// Accepted after two repairs or more.
    pub repaired_2: Share,
    /// Accepted from another conversation than the first.
    pub fresh: Share,
    /// A method was installed.
    pub accepted: Share,
    /// The model answered, and nothing was installed.
    pub abstained: Share,
    /// No model was asked.
    pub refused: Share,
    /// No model answered.
    pub no_answer: Share,
    /// The script did not come to its send.
    pub not_sent: Share,
    /// Accepted, and every hidden test passed.
    pub correct: Share,
    /// Accepted, and a hidden test failed.
    pub wrongly_accepted: Share,
    /// The same, of what was accepted.
    pub wrong_of_accepted: Share,
    /// Tasks that were solved in every sample, of all tasks.
    pub tasks_always: Share,
    /// Tasks that were solved in at least one.
    pub tasks_once: Share,
    /// Tokens read for a sample, on average.
    pub tokens_read: f64,
    /// Tokens written, likewise.
    pub tokens_written: f64,
    /// Seconds for a sample, on average.
    pub seconds: f64,
    /// Seconds for half of the samples at most.
    pub seconds_median: f64,
    /// Seconds of everything but the model, at the 95th percentile.
    pub overhead_p95: f64,
}

impl Report {
    /// Counts samples. A sample that is there twice counts once, the last time.
    pub fn of(head: Head, samples: &[Sample]) -> Self {
        let mut unique: BTreeMap<(&str, &str, u32), &Sample> = BTreeMap::new();
        for s in samples {
            unique.insert((&s.tier, &s.task, s.take), s);
        }
        let all: Vec<&Sample> = unique.into_values().collect();
        let mut tiers: Vec<&str> = all.iter().map(|s| &*s.tier).collect();
        tiers.dedup();
        let of_tier = |tier: &&str| row(tier, &all.iter().filter(|s| s.tier == **tier).copied().collect::<Vec<_>>());
        Self { head, tiers: tiers.iter().map(of_tier).collect(), total: row("all", &all) }
    }
}

fn row(tier: &str, all: &[&Sample]) -> Row {
    let n = all.len() as u64;
    let share = |what: &dyn Fn(&Sample) -> bool| Share::new(all.iter().filter(|s| what(s)).count() as u64, n);
    let gate = |name: &'static str| share(&move |s| s.first_passed(name));
    let ended = |ending: Ending| share(&move |s| s.ending == ending);
    let after = |what: fn((u32, u32)) -> bool| share(&move |s| s.accepted_after().is_some_and(what));
    let accepted = ended(Ending::Accepted);
    let wrong = share(&|s| s.is_accepted() && !s.is_correct());
    let tasks = by_task(all);
    let count = tasks.len() as u64;
    let mean = |of: fn(&Sample) -> f64| if n == 0 { 0.0 } else { all.iter().map(|s| of(s)).sum::<f64>() / n as f64 };
    Row {
        tier: tier.into(),
        tasks: count,
        samples: n,
        parse: gate("parse"),
        types: all.iter().any(|s| s.came_to("types")).then(|| gate("types")),
        audit: gate("audit"),
        compile: gate("compile"),
        run: gate("trial"),
        at_once: after(|a| a == (1, 0)),
        repaired_1: after(|a| a == (1, 1)),
        repaired_2: after(|(sample, repair)| sample == 1 && repair > 1),
        fresh: after(|(sample, _)| sample > 1),
        accepted,
        abstained: ended(Ending::Abstained),
        refused: ended(Ending::Refused),
        no_answer: ended(Ending::NoAnswer),
        not_sent: ended(Ending::NotSent),
        correct: share(&Sample::is_correct),
        wrongly_accepted: wrong,
        wrong_of_accepted: Share::new(wrong.count, accepted.count),
        tasks_always: Share::new(tasks.values().filter(|t| t.iter().all(|ok| *ok)).count() as u64, count),
        tasks_once: Share::new(tasks.values().filter(|t| t.iter().any(|ok| *ok)).count() as u64, count),
        tokens_read: mean(|s| s.tokens.read as f64),
        tokens_written: mean(|s| s.tokens.written as f64),
        seconds: mean(|s| s.seconds),
        seconds_median: quantile(all.iter().map(|s| s.seconds), 0.5),
        overhead_p95: quantile(all.iter().map(|s| (s.seconds - s.waited).max(0.0)), 0.95),
    }
}

/// For each task, whether each of its samples was correct.
fn by_task<'a>(all: &[&'a Sample]) -> BTreeMap<(&'a str, &'a str), Vec<bool>> {
    let mut tasks: BTreeMap<(&str, &str), Vec<bool>> = BTreeMap::new();
    for s in all {
        tasks.entry((&s.tier, &s.task)).or_default().push(s.is_correct());
    }
    tasks
}

/// The smallest of the values that at least this part of them does not exceed.
fn quantile(values: impl Iterator<Item = f64>, part: f64) -> f64 {
    let mut all: Vec<f64> = values.collect();
    all.sort_by(f64::total_cmp);
    let rank = (part * all.len() as f64).ceil() as usize;
    all.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
}
