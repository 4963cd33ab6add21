//! What the open door takes beside the model: refusals, context, prompt, HTTP, gates, trial, splice, resume.
//!
//! A server in this process speaks Ollama's wire format and answers at once, with a method that is right. A script sends
//! messages that nothing understands, one after the other. What is timed, by the server, is the whole way from the moment
//! when one answer is on the wire to the moment when the next question has arrived: reading the answer, gates, trial,
//! splice, resume, the next failed send, context, prompt, HTTP. Once with a script that says nothing about its messages, and once
//! with an example of each in a comment, so that every gate has something to do.

use std::fmt::Write as _;
use std::time::Duration;

use crate::stats::{median, percentile, range};
use crate::table::{Table, bar};
use crate::{child, machine};

mod server;

/// Milliseconds that 95 of 100 sends may take.
const BAR: f64 = 50.0;

/// Names that are far from one another and from what objects understand, so that none is a slip of the pen.
const NAMES: [&str; 40] = [
    "perimeter",
    "wavelength",
    "octopus",
    "harvest",
    "zeppelin",
    "moonrise",
    "buttercup",
    "kilogram",
    "viscosity",
    "jubilee",
    "parliament",
    "dragonfly",
    "espresso",
    "glacier",
    "hurricane",
    "icicle",
    "labyrinth",
    "mustard",
    "nightfall",
    "oxygen",
    "pendulum",
    "quicksand",
    "raspberry",
    "saxophone",
    "thunder",
    "umbrella",
    "velocity",
    "windmill",
    "xylophone",
    "yesterday",
    "zigzag",
    "avalanche",
    "blueprint",
    "carousel",
    "driftwood",
    "elephant",
    "fjord",
    "gondola",
    "horizon",
    "isotope",
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
    machine::heading("The open door, without the model's time");
    println!(
        "{} processes, {} missing messages each; a local server answers at once. From answer to next question.",
        options.runs.max(1),
        NAMES.len()
    );
    println!();
    let mut table = Table::new(&["what", "measured", "bar", "held"]);
    for (what, tested) in [("one missing message", false), ("one that has a test", true)] {
        let sessions: Vec<Vec<f64>> = (0..options.runs.max(1)).map(|_| session(tested)).collect::<Result<_, _>>()?;
        let all = sessions.concat();
        let (least, most) = range(&all);
        let p95 = percentile(&all, 0.95);
        table.row(bar(&format!("{what}, 95th percentile"), format!("{p95:.1} ms"), "50 ms", p95 <= BAR));
        let middle = format!("{:.1} ms ({least:.1}–{most:.1})", median(&all));
        table.row(vec![format!("{what}, median"), middle, "–".to_owned(), String::new()]);
    }
    table.print();
    Ok(())
}

/// One process: milliseconds between an answer and the next question.
fn session(tested: bool) -> Result<Vec<f64>, String> {
    let server = server::Server::start(&NAMES).map_err(|e| format!("cannot listen on the loopback address: {e}"))?;
    let script = child::Script::new(&script(tested))?;
    let mut command = script.run(&[])?;
    command.env("OLLAMA_HOST", server.address()).env_remove("CI").env_remove("http_proxy").env_remove("HTTP_PROXY");
    let text = child::output(&mut command, script.folder(), Duration::from_secs(120))?;
    let expected: String = (1..=NAMES.len()).map(|i| format!("{i}\n")).collect();
    if text != expected {
        return Err(format!("the script printed something else than the learned methods answer: {text}"));
    }
    Ok(server.gaps())
}

/// Its output are the numbers from 1 up, as the learned methods answer them; `tested`, it says so before.
fn script(tested: bool) -> String {
    let mut text = String::new();
    if tested {
        let examples: Vec<String> = NAMES.iter().zip(1..).map(|(name, i)| format!("thing copy {name} ==> {i}")).collect();
        let _ = writeln!(text, "\"{}\"", examples.join("\n"));
    }
    text.push_str(
        "| thingTraits = (| parent* = traits clonable. weight = ( 0 ) |).\n\
         thing = (| parent* = thingTraits |). |\n\n",
    );
    for name in NAMES {
        let _ = writeln!(text, "thing copy {name} printLine");
    }
    text
}
