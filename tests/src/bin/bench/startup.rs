//! A one-line script from start to end, each time in a new process: what a person waits for, and what it takes of memory.
//! (The files are in the system's cache after the first run; nothing else is warm.)

use crate::stats::{median, percentile, range};
use crate::table::{Table, bar};
use crate::{child, machine};

/// Milliseconds that a run may take.
const TIME_BAR: f64 = 10.0;
/// Megabytes that it may hold at its peak.
const MEMORY_BAR: f64 = 20.0;

/// How the start is measured.
#[derive(clap::Args, Clone)]
pub(crate) struct Options {
    /// Processes.
    #[arg(long, default_value_t = 50, value_name = "N")]
    runs: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { runs: 50 }
    }
}

/// Runs and reports.
pub(crate) fn run(options: &Options) -> Result<(), String> {
    let dir = tempfile::tempdir().map_err(|e| format!("cannot make a folder for the script: {e}"))?;
    let script = dir.path().join("hello.aura");
    std::fs::write(&script, "'hello' printLine\n").map_err(|e| e.to_string())?;
    let command = vec![machine::aura()?.display().to_string(), "run".to_owned(), script.display().to_string()];
    let costs: Vec<child::Cost> = (0..options.runs.max(1)).map(|_| child::cost(&command)).collect::<Result<_, _>>()?;
    let times: Vec<f64> = costs.iter().map(|c| c.wall * 1e3).collect();
    let peaks: Vec<f64> = costs.iter().map(|c| c.peak / 1e6).collect();
    let (least, most) = range(&times);

    machine::heading("Start");
    println!("`aura run` of `'hello' printLine`, {} processes one after the other.", times.len());
    println!();
    let mut table = Table::new(&["what", "measured", "bar", "held"]);
    let time = median(&times);
    table.row(bar("whole process, median", format!("{time:.1} ms ({least:.1}–{most:.1})"), "10 ms", time <= TIME_BAR));
    let late = percentile(&times, 0.95);
    table.row(bar("whole process, 95th percentile", format!("{late:.1} ms"), "10 ms", late <= TIME_BAR));
    let peak = range(&peaks).1;
    table.row(bar("peak resident memory", format!("{peak:.1} MB"), "20 MB", peak <= MEMORY_BAR));
    table.print();
    Ok(())
}
