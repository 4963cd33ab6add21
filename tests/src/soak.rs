//! Programs that are killed while they commit, again and again. The test suite does it a few times, `bench soak` a thousand.
//!
//! The program changes two objects and a growing list in each commit and prints the commit's number once it is acknowledged. After each kill
//! the image must open, have every commit that was printed, and not half of any.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Commits for ever, a number after each.
const PROGRAM: &str = "
    image at: 'a' IfAbsentPut: [ (| parent* = traits clonable. n <- 0 |) ].
    image at: 'b' IfAbsentPut: [ (| parent* = traits clonable. n <- 0 |) ].
    image at: 'l' IfAbsentPut: [ list copy ].
    [ (image at: 'a') n: (image at: 'a') n + 1.
      (image at: 'l') add: ((image at: 'a') copy).
      (image at: 'b') n: (image at: 'b') n + 1.
      image commit. (image at: 'a') n printLine. console flush ] loop";

/// Says what is there: both numbers, the list's size, and the number in its last element.
const LOOK: &str = "
    (image includesKey: 'l') ifTrue: [
        ((image at: 'a') n printString , ' ' , (image at: 'b') n printString , ' ' , (image at: 'l') size printString , ' ' ,
         (image at: 'l') last n printString) printLine ] False: [ '0 0 0 0' printLine ]";

/// What happened.
#[derive(Clone, Copy, Default, Debug)]
pub struct Report {
    /// Programs that were killed.
    pub kills: u32,
    /// Commits that were acknowledged in all.
    pub acknowledged: u64,
}

/// Kills the command at `aura` while it commits to an image in `folder`, so many times.
///
/// # Errors
/// Which commit was lost, or is there by half; or the command cannot be run.
pub fn kills(aura: &Path, folder: &Path, times: u32, seed: u64) -> Result<Report, String> {
    let image = folder.join("soak.image");
    let mut report = Report::default();
    let mut random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    for turn in 0..times {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let last = killed_run(aura, &image, Duration::from_micros(random % 120_000))?;
        let found = look(aura, &image)?;
        let before = last.unwrap_or(report.acknowledged);
        if found[0] < before.max(report.acknowledged) {
            return Err(format!("turn {turn}: commit {before} was acknowledged, and the image has {}", found[0]));
        }
        if found.iter().any(|n| *n != found[0]) {
            return Err(format!("turn {turn}: half a commit: {found:?}"));
        }
        report.kills += 1;
        report.acknowledged = found[0];
    }
    Ok(report)
}

fn command(aura: &Path, image: &Path, code: &str) -> Command {
    let mut c = Command::new(aura);
    c.args(["run", "--alfred=off", "--image"]).arg(image).args(["-e", code]).stdin(Stdio::null());
    c
}

/// Runs the program, kills it so long after its first answer, and says what it acknowledged last.
fn killed_run(aura: &Path, image: &Path, after: Duration) -> Result<Option<u64>, String> {
    let spawned = command(aura, image, PROGRAM).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = spawned.map_err(|e| format!("{} cannot be started: {e}", aura.display()))?;
    let out = child.stdout.take().ok_or("no output")?;
    let reader = std::thread::spawn(move || {
        let lines = BufReader::new(out).lines().map_while(Result::ok);
        lines.filter_map(|l| l.trim().parse::<u64>().ok()).last()
    });
    std::thread::sleep(Duration::from_millis(15) + after);
    let ended = child.try_wait().map_err(|e| e.to_string())?;
    let _ = child.kill();
    let output = child.wait_with_output().map_err(|e| e.to_string())?;
    if let Some(status) = ended {
        return Err(format!("the program ended by itself ({status}): {}", String::from_utf8_lossy(&output.stderr)));
    }
    reader.join().map_err(|_| "the reader failed".to_string())
}

fn look(aura: &Path, image: &Path) -> Result<[u64; 4], String> {
    let output = command(aura, image, LOOK).output().map_err(|e| e.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let numbers: Vec<u64> = text.split_whitespace().filter_map(|w| w.parse().ok()).collect();
    numbers.try_into().map_err(|_| format!("the image does not answer: {text}{}", String::from_utf8_lossy(&output.stderr)))
}
