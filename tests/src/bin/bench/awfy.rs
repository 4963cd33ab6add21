//! Are We Fast Yet: Aura and its peers, program by program, in turns.
//!
//! One *invocation* is one process that runs a program some times; its figure is the median of its iterations after the
//! warm-up. All runners take their turn within a round before the next round begins, so that what else the machine does
//! falls on all of them alike. A ratio is taken within a round.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::peers::{self, Runner};
use crate::programs::{PROGRAMS, Program};
use crate::stats::{bootstrap, geometric_mean, median, range};
use crate::table::Table;
use crate::{child, machine};

/// How the suite is run.
#[derive(clap::Args, Clone)]
pub(crate) struct Options {
    /// An unpacked copy of the suite, which holds the peers' programs.
    #[arg(long, value_name = "DIR")]
    suite: Option<PathBuf>,
    /// Smaller inner counts, about a second each on CPython, and fewer invocations.
    #[arg(long)]
    quick: bool,
    /// Only the programs whose names contain one of these.
    #[arg(long, value_delimiter = ',', value_name = "NAME")]
    only: Vec<String>,
    /// Only these peers.
    #[arg(long, value_delimiter = ',', value_name = "PEER")]
    peers: Vec<String>,
    /// Processes for each program and runner.
    #[arg(long, value_name = "N")]
    invocations: Option<u32>,
    /// Iterations within a process, the warm-up included.
    #[arg(long, value_name = "N")]
    iterations: Option<u32>,
    /// Iterations at the start of a process that don't count.
    #[arg(long, value_name = "N")]
    warmup: Option<u32>,
    /// Seconds after which a process is stopped.
    #[arg(long, value_name = "S", default_value_t = 600)]
    limit: u64,
}

/// Microseconds of each successful invocation, by runner and program; a round that failed has none.
type Samples = BTreeMap<(usize, usize), Vec<Option<f64>>>;

/// Runs and reports.
pub(crate) fn run(options: &Options) -> Result<(), String> {
    let programs = chosen(&options.only)?;
    let mut runners = vec![Runner::aura()?];
    runners.extend(peers::find(options.suite.as_deref(), &options.peers)?);
    let samples = measure(options, &runners, &programs);

    machine::heading("Are We Fast Yet");
    describe(options);
    print_times(&runners, &programs, &samples);
    print_ratios(&runners, &programs, &samples);
    let failed: Vec<&str> =
        (0..programs.len()).filter(|&p| samples[&(0, p)].iter().all(Option::is_none)).map(|p| programs[p].name).collect();
    if failed.is_empty() { Ok(()) } else { Err(format!("Aura failed on {}", failed.join(", "))) }
}

/// How many times as long the programs take with these words in the place of `run`: geometric mean, and its interval.
pub(crate) fn with_and_without(words: &[String]) -> Result<(f64, f64, f64), String> {
    let options = Options {
        suite: None,
        quick: true,
        only: Vec::new(),
        peers: Vec::new(),
        invocations: Some(5),
        iterations: None,
        warmup: None,
        limit: 600,
    };
    let programs: Vec<&Program> = PROGRAMS.iter().collect();
    let runners = [Runner::aura()?, Runner::aura_with(words)?];
    let samples = measure(&options, &runners, &programs);
    let rows: Vec<Vec<f64>> = (0..programs.len())
        .map(|p| {
            let pairs = samples[&(1, p)].iter().zip(&samples[&(0, p)]);
            pairs.filter_map(|(with, without)| Some((*with)? / (*without)?)).collect()
        })
        .collect();
    if rows.iter().any(Vec::is_empty) {
        return Err("a program failed".into());
    }
    let (low, high) = bootstrap(&rows);
    let medians: Vec<f64> = rows.iter().map(|r| median(r)).collect();
    Ok((geometric_mean(&medians), low, high))
}

fn chosen(only: &[String]) -> Result<Vec<&'static Program>, String> {
    let wanted = |p: &&Program| only.is_empty() || only.iter().any(|o| p.name.to_lowercase().contains(&o.to_lowercase()));
    let programs: Vec<&Program> = PROGRAMS.iter().filter(wanted).collect();
    if programs.is_empty() {
        let names: Vec<&str> = PROGRAMS.iter().map(|p| p.name).collect();
        return Err(format!("no program is called so; there are {}", names.join(", ")));
    }
    Ok(programs)
}

/// Invocations, iterations, and how many of those are warm-up.
fn counts(options: &Options) -> (u32, u32, u32) {
    let (invocations, iterations, warmup) = if options.quick { (3, 2, 1) } else { (5, 5, 1) };
    let iterations = options.iterations.unwrap_or(iterations).max(1);
    let warmup = options.warmup.unwrap_or(warmup).min(iterations - 1);
    (options.invocations.unwrap_or(invocations).max(1), iterations, warmup)
}

fn measure(options: &Options, runners: &[Runner], programs: &[&Program]) -> Samples {
    let (invocations, iterations, warmup) = counts(options);
    let mut samples = Samples::new();
    for round in 1..=invocations {
        for (p, program) in programs.iter().enumerate() {
            for (r, runner) in runners.iter().enumerate() {
                eprint!("\rround {round} of {invocations}: {:<12} {:<14}", program.name, runner.name);
                let inner = if options.quick { program.quick } else { program.standard };
                let result = invoke(runner, program.name, iterations, inner, warmup, options.limit);
                if let Err(e) = &result {
                    eprintln!("\n  {} on {}: {e}", program.name, runner.name);
                }
                samples.entry((r, p)).or_default().push(result.ok());
            }
        }
    }
    eprintln!();
    samples
}

fn invoke(runner: &Runner, name: &str, iterations: u32, inner: u32, warmup: u32, limit: u64) -> Result<f64, String> {
    let mut command = runner.command(name, iterations, inner);
    let text = child::output(&mut command, &runner.dir, Duration::from_secs(limit))?;
    let times = iteration_times(name, &text);
    if times.len() == iterations as usize {
        Ok(median(&times[warmup as usize..]))
    } else {
        Err(format!("{} iterations were asked for, {} reported", iterations, times.len()))
    }
}

/// The microseconds in the lines `NAME: iterations=1 runtime: 123us`.
pub(crate) fn iteration_times(name: &str, text: &str) -> Vec<f64> {
    text.lines()
        .filter_map(|line| line.strip_prefix(name)?.strip_prefix(": iterations=1 runtime: ")?.strip_suffix("us"))
        .filter_map(|number| number.parse().ok())
        .collect()
}

fn describe(options: &Options) {
    let (invocations, iterations, warmup) = counts(options);
    let sizes = if options.quick { "quick" } else { "standard" };
    println!("{invocations} invocations in turns, {iterations} iterations each of which {warmup} for warm-up, {sizes} sizes.");
    println!();
}

fn print_times(runners: &[Runner], programs: &[&Program], samples: &Samples) {
    println!("Milliseconds for one iteration: median, and in parentheses the least and the greatest invocation.");
    println!();
    let mut heading = vec!["program"];
    heading.extend(runners.iter().map(|r| r.name.as_str()));
    let mut table = Table::new(&heading);
    for (p, program) in programs.iter().enumerate() {
        let mut row = vec![program.name.to_owned()];
        for r in 0..runners.len() {
            let times: Vec<f64> = samples[&(r, p)].iter().flatten().map(|us| us / 1000.0).collect();
            row.push(cell(&times, 1));
        }
        table.row(row);
    }
    table.print();
}

fn print_ratios(runners: &[Runner], programs: &[&Program], samples: &Samples) {
    if runners.len() < 2 {
        return;
    }
    println!("How many times as fast as the peer Aura is (the peer's time over Aura's in the same round).");
    println!();
    let mut heading = vec!["program"];
    heading.extend(runners[1..].iter().map(|r| r.name.as_str()));
    let mut table = Table::new(&heading);
    let mut columns: Vec<Vec<Vec<f64>>> = vec![Vec::new(); runners.len()];
    for (p, program) in programs.iter().enumerate() {
        let mut row = vec![program.name.to_owned()];
        for r in 1..runners.len() {
            let ratios = ratios(&samples[&(0, p)], &samples[&(r, p)]);
            row.push(cell(&ratios, 2));
            if !ratios.is_empty() {
                columns[r].push(ratios);
            }
        }
        table.row(row);
    }
    let mut row = vec!["**geometric mean**, 95 %".to_owned()];
    row.extend(columns[1..].iter().map(|rows| summary(rows)));
    table.row(row);
    table.print();
}

fn ratios(aura: &[Option<f64>], peer: &[Option<f64>]) -> Vec<f64> {
    aura.iter().zip(peer).filter_map(|(a, p)| Some((*p)? / (*a)?)).collect()
}

fn cell(values: &[f64], digits: usize) -> String {
    if values.is_empty() {
        return "failed".to_owned();
    }
    let (least, most) = range(values);
    format!("{:.digits$} ({least:.digits$}–{most:.digits$})", median(values))
}

fn summary(rows: &[Vec<f64>]) -> String {
    if rows.is_empty() {
        return "failed".to_owned();
    }
    let medians: Vec<f64> = rows.iter().map(|r| median(r)).collect();
    let (lo, hi) = bootstrap(rows);
    format!("**{:.2}** ({lo:.2}–{hi:.2}), n = {}", geometric_mean(&medians), rows.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harness_lines_are_understood() {
        let text = "Starting List benchmark ...\nList: iterations=1 runtime: 1200us\nList: iterations=1 runtime: 900us\n\
                    List: iterations=2 average: 1050us total: 2100us\n\nTotal Runtime: 2100us\n";
        assert_eq!(iteration_times("List", text), [1200.0, 900.0]);
    }

    #[test]
    fn a_round_that_failed_counts_for_neither() {
        assert_eq!(ratios(&[Some(2.0), None, Some(4.0)], &[Some(6.0), Some(1.0), None]), [3.0]);
    }
}
