//! What compiling costs, besides what it gains: how soon a program is at its peak, what becomes of short scripts, memory, and for how long a program stands still.
//!
//! Each program of the suite is run with and without compiled code, in turns, each time in a process of its own.

use std::process::Command;

use crate::awfy::iteration_times;
use crate::peers::Runner;
use crate::programs::{PROGRAMS, Program};
use crate::stats::{geometric_mean, median, range};
use crate::table::Table;
use crate::{child, machine};

/// Iterations in which a program comes to its peak.
const ITERATIONS: u32 = 30;
/// Processes that are asked for it: one slow iteration looks like a program that is not there yet.
const PEAKS: u32 = 5;
/// What counts as being there.
const SHARE: f64 = 0.9;
/// A short script takes about so many seconds interpreted.
const SHORT: f64 = 0.1;

/// How it is measured.
#[derive(clap::Args, Clone)]
pub(crate) struct Options {
    /// Processes of each kind for each program.
    #[arg(long, default_value_t = 5, value_name = "N")]
    rounds: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { rounds: 5 }
    }
}

struct Runners {
    on: Runner,
    off: Runner,
}

/// Runs and reports.
pub(crate) fn run(options: &Options) -> Result<(), String> {
    let with = |how: &str| Runner::aura_with(&["run".to_owned(), "--stats".to_owned(), how.to_owned()]);
    let runners = Runners { on: with("--jit=on")?, off: with("--jit=off")? };
    machine::heading("Compiling");
    println!(
        "Each program in processes of its own. Peak: the median of the last half of {ITERATIONS} iterations of the standard size; it is reached where the first iteration \
         begins that is at least {SHARE} times as fast; the median of {PEAKS} processes, the least and the greatest. Memory: what the process has at its peak beyond what it has interpreted, three iterations. Short: {} pairs of processes \
         with an inner count at which the interpreter takes about {SHORT} s, time beside the interpreter's. Stood still: the longest of all runs here.",
        options.rounds
    );
    println!();
    let mut table = Table::new(&["program", "peak after, s", "memory, MB", "short", "stood still, ms"]);
    let mut shorts = Vec::new();
    for program in &PROGRAMS {
        eprintln!("{}", program.name);
        let peaks = (0..PEAKS).map(|_| peak(&runners, program)).collect::<Result<Vec<_>, _>>()?;
        let (after, pauses): (Vec<f64>, Vec<f64>) = peaks.into_iter().unzip();
        let (soonest, latest) = range(&after);
        let memory = beyond(&runners, program)?;
        let (inner, ratios) = short(&runners, program, options.rounds)?;
        let (low, high) = range(&ratios);
        shorts.push(median(&ratios));
        table.row(vec![
            program.name.to_owned(),
            format!("{:.2} ({soonest:.2}–{latest:.2})", median(&after)),
            format!("{memory:.1}"),
            format!("{:.2} ({low:.2}–{high:.2}), {inner}", median(&ratios)),
            format!("{:.2}", range(&pauses).1),
        ]);
    }
    table.print();
    println!("Short scripts, geometric mean: {:.2} of the interpreter's time.", geometric_mean(&shorts));
    println!();
    Ok(())
}

fn words(runner: &Runner, program: &Program, iterations: u32, inner: u32) -> Vec<String> {
    let command = runner.command(program.name, iterations, inner);
    // The harness finds the programs beside itself.
    let place = |a: &std::ffi::OsStr| match a == "harness.aura" {
        true => runner.dir.join(a).display().to_string(),
        false => a.to_string_lossy().into_owned(),
    };
    std::iter::once(command.get_program()).chain(command.get_args()).map(place).collect()
}

/// Seconds until the program is near its peak, and milliseconds for which it stood still.
fn peak(runners: &Runners, program: &Program) -> Result<(f64, f64), String> {
    let mut command = runners.on.command(program.name, ITERATIONS, program.standard);
    let (out, err) = both(&mut command, &runners.on)?;
    let times: Vec<f64> = iteration_times(program.name, &out).into_iter().map(|us| us / 1e6).collect();
    let best = median(&times[times.len() / 2..]);
    let before = times.iter().take_while(|t| **t > best / SHARE);
    Ok((before.sum(), still(&err)?))
}

fn both(command: &mut Command, runner: &Runner) -> Result<(String, String), String> {
    let out = command.current_dir(&runner.dir).output().map_err(|e| e.to_string())?;
    let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
    if out.status.success() { Ok((text(&out.stdout), text(&out.stderr))) } else { Err(text(&out.stderr)) }
}

/// The milliseconds in `… the program stood still for 0.52 ms at most`.
fn still(stats: &str) -> Result<f64, String> {
    let figure = stats.split_once("stood still for ").and_then(|(_, rest)| rest.split(' ').next()?.parse().ok());
    figure.ok_or_else(|| format!("--stats did not tell for how long the program stood still: {stats}"))
}

/// Megabytes at the peak beyond the interpreter's.
fn beyond(runners: &Runners, program: &Program) -> Result<f64, String> {
    let peak = |runner| Ok::<_, String>(child::cost(&words(runner, program, 3, program.standard))?.peak / 1e6);
    Ok(peak(&runners.on)? - peak(&runners.off)?)
}

/// How large a short script is, and its time beside the interpreter's, pair by pair.
fn short(runners: &Runners, program: &Program, rounds: u32) -> Result<(String, Vec<f64>), String> {
    let time = |runner, iterations, inner| Ok::<_, String>(child::cost(&words(runner, program, iterations, inner))?.wall);
    let (mut inner, mut iterations) = (program.standard, 1);
    for count in program.short {
        inner = *count;
        if time(&runners.off, 1, inner)? <= 1.5 * SHORT {
            break;
        }
    }
    // Some know results for counts only that are far apart.
    while time(&runners.off, iterations, inner)? < 0.6 * SHORT {
        iterations *= 2;
    }
    let pairs = (0..rounds).map(|_| Ok(time(&runners.on, iterations, inner)? / time(&runners.off, iterations, inner)?));
    let pairs = pairs.collect::<Result<_, String>>()?;
    Ok((if iterations == 1 { format!("inner {inner}") } else { format!("inner {inner}, {iterations} times") }, pairs))
}
