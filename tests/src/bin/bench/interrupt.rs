//! Ctrl-C: how long after the signal a program says that it was interrupted, whatever it is doing.
//!
//! Each time a process of its own is started, given time to be compiled, and sent the signal at a moment of no meaning; the figure is from the signal to the first
//! byte on its standard error.

use std::io::Read as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::child::Script;
use crate::machine;
use crate::stats::{median, range};
use crate::table::Table;

/// Milliseconds within which the signal is to be honoured.
const BAR: f64 = 10.0;
/// Milliseconds after which the signal is sent at the earliest: what is hot is compiled by then, what is large is made.
const EARLIEST: u64 = 700;

/// What programs are busy with, and a slot list and an endless expression for each.
const BUSY: [(&str, &str, &str); 10] = [
    ("numbers in a loop", "s <- 0", "[ true ] whileTrue: [ s: (s + 1) % 1000 ]"),
    (
        "sends and blocks",
        "fib: n = ( n < 2 ifTrue: [ n ] False: [ (fib: n - 1) + (fib: n - 2) ] )",
        "[ true ] whileTrue: [ fib: 27 ]",
    ),
    ("deep recursion", "down: n = ( n = 0 ifTrue: [ 0 ] False: [ 1 + (down: n - 1) ] )", "[ true ] whileTrue: [ down: 5000 ]"),
    ("objects that die young", "l", "[ true ] whileTrue: [ l: list copy. 1 to: 100 Do: [|:i| l add: i printString ] ]"),
    (
        "a million objects that stay, others replaced",
        "l. k <- 0",
        "l: (vector copySize: 1000000 FillingWith: nil). [ true ] whileTrue: [ l at: k Put: (list copy add: k). k: (k + 1) % 1000000 ]",
    ),
    (
        "sorting a million numbers",
        "v",
        "v: ((1 to: 1000000) collect: [|:i| (i * 7919) % 1000003 ]) asVector. [ true ] whileTrue: [ v sorted ]",
    ),
    (
        "copies of a vector of a million",
        "v. w",
        "v: (vector copySize: 1000000 FillingWith: 1). [ true ] whileTrue: [ w: v copy ]",
    ),
    ("texts of 10 MB", "a. b", "a: ('abcdefghij' repeat: 1000000). b: (a , ''). [ true ] whileTrue: [ a = b. (a , 'x') size ]"),
    ("integers of 100,000 bits", "n. m", "n: ((1 << 100000) - 1). [ true ] whileTrue: [ m: n * n ]"),
    ("a regular expression over 1 MB", "a", "a: ('abcdefghij' repeat: 100000). [ true ] whileTrue: [ 'j+k' asRegex isIn: a ]"),
];

/// How it is measured.
#[derive(clap::Args, Clone)]
pub(crate) struct Options {
    /// Processes for each kind of work.
    #[arg(long, default_value_t = 11, value_name = "N")]
    rounds: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { rounds: 11 }
    }
}

/// Runs and reports.
pub(crate) fn run(options: &Options) -> Result<(), String> {
    machine::heading("Ctrl-C");
    println!("From the signal to the program's first word about it; {} processes for each.", options.rounds);
    println!();
    let mut table = Table::new(&["busy with", "ms, median and range", "bar, ms", "held"]);
    for (what, slots, expression) in BUSY {
        let times = (0..options.rounds).map(|round| once(slots, expression, round)).collect::<Result<Vec<f64>, String>>();
        let times = times.map_err(|why| format!("{what}: {why}"))?;
        let (least, most) = range(&times);
        let held = if most <= BAR { "yes" } else { "no" };
        let figure = format!("{:.1} ({least:.1}–{most:.1})", median(&times));
        table.row(vec![what.to_owned(), figure, format!("{BAR:.0}"), held.to_owned()]);
    }
    table.print();
    Ok(())
}

/// Milliseconds from the signal to the first byte about it.
fn once(slots: &str, expression: &str, round: u32) -> Result<f64, String> {
    let script = Script::new(&format!("| {slots} |\n{expression}\n"))?;
    let mut child = script
        .run(&["--alfred=off"])?
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| e.to_string())?;
    std::thread::sleep(Duration::from_millis(EARLIEST + u64::from(round) * 37 % 101));
    let began = Instant::now();
    let pid = i32::try_from(child.id()).map_err(|e| e.to_string())?;
    kill(Pid::from_raw(pid), Signal::SIGINT).map_err(|e| e.to_string())?;
    let mut said = child.stderr.take().ok_or("no standard error")?;
    let mut first = [0];
    let read = said.read(&mut first).map_err(|e| e.to_string())?;
    let time = began.elapsed().as_secs_f64() * 1e3;
    let mut rest = String::from_utf8_lossy(&first[..read]).into_owned();
    said.read_to_string(&mut rest).map_err(|e| e.to_string())?;
    child.wait().map_err(|e| e.to_string())?;
    if rest.contains("interrupted") { Ok(time) } else { Err(format!("it ended otherwise: {rest}")) }
}
