//! What a figure means nothing without: the date, the machine, and the command that made it.

use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

/// Prints the heading of one measurement.
pub(crate) fn heading(title: &str) {
    let command: Vec<String> = std::env::args().skip(1).map(|a| shorten(&a)).collect();
    println!("### {title}");
    println!();
    println!("{}, {}; `cargo run --release -p aura-tests --bin bench -- {}`", date(), describe(), command.join(" "));
    println!();
}

/// The `aura` that is measured: the one that was built beside this program.
pub(crate) fn aura() -> Result<PathBuf, String> {
    let here = std::env::current_exe().map_err(|e| format!("cannot find this program's own place: {e}"))?;
    let aura = here.with_file_name("aura");
    if cfg!(debug_assertions) {
        eprintln!("bench: this is a debug build; figures of record need --release");
    }
    if aura.is_file() {
        Ok(aura)
    } else {
        Err(format!("{} is not there; build it first: cargo build --release -p aura", aura.display()))
    }
}

/// Where the benchmark programs in Aura are: in the repository this was built from, or below the current directory.
pub(crate) fn programs() -> Result<PathBuf, String> {
    let built_from = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/benchmarks"));
    [built_from, PathBuf::from("tests/benchmarks")]
        .into_iter()
        .find(|dir| dir.join("harness.aura").is_file())
        .ok_or_else(|| "tests/benchmarks/harness.aura is not there; run this from the root of the repository".to_owned())
}

/// Bytes of memory that this process has now.
pub(crate) fn resident() -> Result<u64, String> {
    of_status("self", "VmRSS:")
}

/// Bytes of memory that a process has had at most.
pub(crate) fn peak_of(process: u32) -> Result<u64, String> {
    of_status(&process.to_string(), "VmHWM:")
}

/// A line of what the system says of a process, in bytes.
fn of_status(process: &str, line: &str) -> Result<u64, String> {
    let path = format!("/proc/{process}/status");
    let status = fs::read_to_string(&path).map_err(|e| format!("cannot read {path}: {e}"))?;
    let value = status.lines().find_map(|l| l.strip_prefix(line)).ok_or(format!("{path} has no {line}"))?;
    let kilobytes: u64 = value.trim().trim_end_matches(" kB").trim().parse().map_err(|e| format!("{line} {e}"))?;
    Ok(kilobytes * 1024)
}

/// Paths say nothing to other people; what stands before the last part is left out.
fn shorten(argument: &str) -> String {
    match argument.rsplit_once('/') {
        Some((_, last)) if argument.starts_with('/') => format!("…/{last}"),
        _ => argument.to_owned(),
    }
}

fn date() -> String {
    let now = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    now.split('T').next().unwrap_or_default().to_owned()
}

fn describe() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|l| l.strip_prefix("model name"))
        .and_then(|l| l.split_once(':'))
        .map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, name)| name.trim().to_owned());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{model}, {cores} cores, {}", std::env::consts::OS)
}
