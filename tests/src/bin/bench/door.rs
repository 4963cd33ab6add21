//! What the open door takes beside the model: refusals, context, prompt, HTTP, gates, trial, splice, resume.
//!
//! A server in this process speaks Ollama's wire format and answers at once, with a method that is right. The script
//! sends messages that nothing understands and times each send from its own side, so what it sees is everything that a
//! program waits for, less what a model would have taken.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;
use std::time::Duration;

use crate::stats::{median, percentile, range};
use crate::table::{Table, bar};
use crate::{child, machine};

mod server;

/// Milliseconds that 95 of 100 sends may take.
const BAR: f64 = 50.0;

/// Names that are far from one another and from what objects understand, so that none is a slip of the pen.
const NAMES: [&str; 40] = [
    "perimeter", "wavelength", "octopus", "harvest", "zeppelin", "moonrise", "buttercup", "kilogram", "viscosity",
    "jubilee", "parliament", "dragonfly", "espresso", "glacier", "hurricane", "icicle", "labyrinth", "mustard",
    "nightfall", "oxygen", "pendulum", "quicksand", "raspberry", "saxophone", "thunder", "umbrella", "velocity",
    "windmill", "xylophone", "yesterday", "zigzag", "avalanche", "blueprint", "carousel", "driftwood", "elephant",
    "fjord", "gondola", "horizon", "isotope",
];

/// How the door is measured.
#[derive(clap::Args, Clone)]
pub(crate) struct Options {
    /// Processes, each of which sends forty messages that nothing understands.
    #[arg(long, default_value_t = 5, value_name = "N")]
    runs: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { runs: 5 }
    }
}

/// Runs and reports.
pub(crate) fn run(options: &Options) -> Result<(), String> {
    let mut first = Vec::new();
    let mut later = Vec::new();
    for _ in 0..options.runs.max(1) {
        let times = session()?;
        first.push(times[0]);
        later.extend_from_slice(&times[1..]);
    }
    let all: Vec<f64> = first.iter().chain(&later).copied().collect();

    machine::heading("The open door, without the model's time");
    println!("{} processes, {} missing messages each; a local server answers at once.", options.runs, NAMES.len());
    println!();
    let mut table = Table::new(&["what", "measured", "bar", "held"]);
    let p95 = percentile(&all, 0.95);
    table.row(bar("send to answer, 95th percentile", format!("{p95:.1} ms"), "50 ms", p95 <= BAR));
    let (least, most) = range(&all);
    table.row(vec![
        "send to answer, median".to_owned(),
        format!("{:.1} ms ({least:.1}–{most:.1})", median(&all)),
        "–".to_owned(),
        String::new(),
    ]);
    table.row(vec![
        "first send of a process, median".to_owned(),
        format!("{:.1} ms", median(&first)),
        "–".to_owned(),
        String::new(),
    ]);
    table.print();
    Ok(())
}

/// One process: milliseconds for each missing message, in order.
fn session() -> Result<Vec<f64>, String> {
    let server = server::Server::start(&NAMES).map_err(|e| format!("cannot listen on the loopback address: {e}"))?;
    let dir = tempfile::tempdir().map_err(|e| e.to_string())?;
    fs::write(dir.path().join("door.aura"), script()).map_err(|e| e.to_string())?;
    let mut command = Command::new(machine::aura()?);
    command
        .args(["run", "door.aura"])
        .env("OLLAMA_HOST", server.address())
        .env_remove("CI")
        .env_remove("NO_PROXY")
        .env_remove("http_proxy")
        .env_remove("HTTP_PROXY");
    let text = child::output(&mut command, dir.path(), Duration::from_secs(120))?;
    let times: Vec<f64> = text
        .lines()
        .enumerate()
        .filter_map(|(i, line)| line.strip_prefix(&format!("{} after ", i + 1))?.parse::<f64>().ok())
        .map(|us| us / 1e3)
        .collect();
    if times.len() == NAMES.len() { Ok(times) } else { Err(format!("the script printed something else: {text}")) }
}

/// Each line of its output is `NUMBER after MICROSECONDS`; the number is what the learned method answers.
fn script() -> String {
    let mut text = String::from(
        "| thingTraits = (| parent* = traits clonable. weight = ( 0 ) |).\n\
         thing = (| parent* = thingTraits |).\n\
         timed: block = ( | began. answer |\n\
         began: time microseconds.\n\
         answer: block value.\n\
         (answer asString, ' after ', (time microseconds - began) asString) printLine ).\n|\n\n",
    );
    for name in NAMES {
        let _ = writeln!(text, "timed: [ thing copy {name} ]");
    }
    text
}
