//! Whole processes that open an image and answer one message: a small image, a large one, and the large one after its last process was
//! killed.

use std::io::BufRead as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Files, Options};
use crate::stats::{median, percentile, range};
use crate::table::{Table, bar};
use crate::{child, machine};

/// Milliseconds that opening may take.
const TIME_BAR: f64 = 15.0;

const SMALL: &str = "| all. p | p: (| parent* = traits clonable. a <- 1. b <- 2. c <- 3 |).
    all: list copy. 1 to: 1000 Do: [|:i| all add: (p copy a: i) ]. image at: 'all' Put: all. image at: 'one' Put: (p copy a: 0)";
const ASK: &str = "(image at: 'one') a printLine";

pub(super) fn run(options: &Options, files: &Files, table: &mut Table) -> Result<(), String> {
    let aura = machine::aura()?;
    let (small, large, killed) = (files.path("small.image"), files.path("large.image"), files.path("killed.image"));
    command(&aura, &small, SMALL).status().map_err(|e| e.to_string())?;
    std::fs::copy(&large, &killed).map_err(|e| e.to_string())?;
    let mut times: [Vec<f64>; 4] = std::array::from_fn(|_| Vec::new());
    for _ in 0..(options.commits / 4).max(5) {
        kill_at(&aura, &killed)?;
        // A killed process's image is opened once; the next opening finds it closed well.
        for (i, image) in [&small, &large, &killed].into_iter().enumerate() {
            times[i].push(opened(&aura, image)? * 1e3);
        }
        times[3].push(child::cost(&[aura.display().to_string(), "run".into(), "-e".into(), "1 printLine".into()])?.wall * 1e3);
    }
    let names = ["an image of 1,000 objects", "the large image", "the large image after a kill"];
    for (name, all) in names.iter().zip(&times) {
        let (lo, hi) = range(all);
        let measured = format!("{:.1} ms ({lo:.1}–{hi:.1}), 95th percentile {:.1}", median(all), percentile(all, 0.95));
        table.row(bar(&format!("whole process: open {name}, answer one message"), measured, "15 ms", median(all) <= TIME_BAR));
    }
    let ratio = median(&times[1]) / median(&times[0]);
    table.row(bar("the large image beside the small one", format!("{ratio:.2}"), "2", ratio <= 2.0));
    table.row(vec!["whole process without an image".into(), format!("{:.1} ms", median(&times[3])), "–".into(), "–".into()]);
    Ok(())
}

fn command(aura: &Path, image: &Path, code: &str) -> Command {
    let mut c = Command::new(aura);
    c.args(["run", "--image"]).arg(image).args(["-e", code]).stdin(Stdio::null()).stdout(Stdio::null());
    c
}

/// Seconds of a process that asks one object.
fn opened(aura: &Path, image: &Path) -> Result<f64, String> {
    let words = ["run", "--image", &image.display().to_string(), "-e", ASK].map(str::to_string);
    child::cost(&[vec![aura.display().to_string()], words.to_vec()].concat()).map(|c| c.wall)
}

/// Kills a process that has just committed to an image.
fn kill_at(aura: &Path, image: &Path) -> Result<(), String> {
    let code = "(image at: 'one') c: (image at: 'one') c + 1. image commit printLine. console flush. process sleep: 60";
    let mut child = command(aura, image, code).stdout(Stdio::piped()).spawn().map_err(|e| e.to_string())?;
    let mut line = String::new();
    if let Some(out) = child.stdout.take() {
        std::io::BufReader::new(out).read_line(&mut line).map_err(|e| e.to_string())?;
    }
    child.kill().map_err(|e| e.to_string())?;
    child.wait().map_err(|e| e.to_string())?;
    if line.trim().is_empty() { Err("the program did not commit".into()) } else { Ok(()) }
}
