//! Builds the fuzz targets, runs them, keeps what they find, and reports.
//!
//! The binaries are built as cargo-fuzz builds them without a sanitizer, on the stable toolchain. In `target/fuzz` corpora grow from one run to the
//! next, and what was done is added up. A finding is made smaller and put into `tests/found`, where `cargo test` replays it.

mod build;
mod report;
mod round;

use std::process::ExitCode;

use aura_fuzz::{ALL, Target, target};
use clap::{Parser, Subcommand};
use report::Report;

/// Fuzzes Aura.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Every target for a short time.
    Short {
        /// Seconds for each.
        #[arg(long, default_value_t = 20)]
        seconds: u64,
    },
    /// Every target until it has used so much of a processor, in turns; earlier runs count. Several of these may run side by side.
    Long {
        /// Only these targets.
        targets: Vec<String>,
        /// Minutes of processor time for each.
        #[arg(long, default_value_t = 30)]
        minutes: u64,
    },
    /// One target.
    Run {
        /// Which one.
        target: String,
        /// Seconds.
        #[arg(long, default_value_t = 60)]
        seconds: u64,
    },
    /// One input once, as a finding.
    Replay {
        /// The target.
        target: String,
        /// The file.
        input: std::path::PathBuf,
    },
    /// What was done so far, as a table.
    Report,
}

/// Seconds of a turn of a long run: many times what reading the largest corpus takes.
const TURN: u64 = 600;

fn main() -> ExitCode {
    match carry_out(Arguments::parse().what) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("fuzz: {why}");
            ExitCode::from(2)
        }
    }
}

/// Answers whether nothing was found.
fn carry_out(what: What) -> Result<bool, String> {
    let mut report = Report::read();
    match what {
        What::Report => {}
        What::Replay { target, input } => {
            let input = std::fs::read(&input).map_err(|e| format!("{}: {e}", input.display()))?;
            (named(&target)?.run)(&input);
            return Ok(true);
        }
        What::Run { target, seconds } => {
            let target = named(&target)?;
            build::build(&[target])?;
            return turn(target, seconds, &mut report);
        }
        What::Short { seconds } => {
            build::build(&ALL)?;
            let clean = ALL.iter().try_fold(true, |clean, t| Ok::<_, String>(turn(*t, seconds, &mut report)? && clean))?;
            println!("{}", report.table());
            return Ok(clean);
        }
        What::Long { targets, minutes } => {
            let named = targets.iter().map(|t| named(t)).collect::<Result<Vec<_>, _>>()?;
            let chosen = if named.is_empty() { ALL.to_vec() } else { named };
            build::build(&chosen)?;
            let clean = long(chosen, minutes * 60, &mut report)?;
            println!("{}", report.table());
            return Ok(clean);
        }
    }
    println!("{}", report.table());
    Ok(true)
}

fn named(name: &str) -> Result<Target, String> {
    let known = || ALL.iter().map(|t| t.name).collect::<Vec<_>>().join(", ");
    target(name).ok_or_else(|| format!("there is no target '{name}'; there are {}", known()))
}

/// Turns, the least advanced target first. A target that has found something is not asked again.
fn long(mut left: Vec<Target>, enough: u64, report: &mut Report) -> Result<bool, String> {
    let mut is_clean = true;
    loop {
        left.retain(|t| report.of(t.name).processor + 1.0 < enough as f64);
        let Some(next) = left.iter().copied().min_by(|a, b| report.of(a.name).processor.total_cmp(&report.of(b.name).processor))
        else {
            return Ok(is_clean);
        };
        let missing = enough.saturating_sub(report.of(next.name).processor as u64);
        if !turn(next, missing.min(TURN), report)? {
            is_clean = false;
            left.retain(|t| t.name != next.name);
        }
    }
}

fn turn(target: Target, seconds: u64, report: &mut Report) -> Result<bool, String> {
    let done = round::run(target, seconds)?;
    println!(
        "{}: {} inputs, {} edges, {}",
        target.name,
        done.inputs,
        done.edges,
        done.finding.as_deref().unwrap_or("nothing found")
    );
    let is_clean = done.finding.is_none();
    report.add(target.name, &done)?;
    Ok(is_clean)
}
