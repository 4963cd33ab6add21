//! One run of one target, and what it found made smaller.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use aura_fuzz::{Target, seeds};
use aura_tests::machine::root;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

use crate::build::{binary, folder};

/// Seconds for one input. What takes longer hangs.
const PATIENCE: u64 = 60;
/// Memory of a target, in MB.
const MEMORY: u64 = 4096;
/// Seconds in which a finding is made smaller.
const MINIMISING: u64 = 60;

/// What a run did.
pub(crate) struct Done {
    /// New ones: those of the corpus, with which each run begins, are not counted.
    pub(crate) inputs: u64,
    /// Edges of the program that were taken by any input of the corpus.
    pub(crate) edges: u64,
    /// All edges of the program.
    pub(crate) of_edges: u64,
    /// Seconds of processor time, without those in which a finding was made smaller.
    pub(crate) processor: f64,
    /// What was found, for people.
    pub(crate) finding: Option<String>,
}

fn made(path: PathBuf) -> Result<PathBuf, String> {
    std::fs::create_dir_all(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(path)
}

/// The target's corpus, with the seeds of today's tests in it.
fn corpus(target: Target) -> Result<PathBuf, String> {
    let at = made(folder().join("corpus").join(target.name))?;
    let found = seeds::found(target.name).into_iter().map(|(_, input)| input);
    for mut seed in (target.seeds)().into_iter().chain(found) {
        seed.truncate(target.longest);
        keep(&at, &seed)?;
    }
    Ok(at)
}

fn processor() -> f64 {
    getrusage(UsageWho::RUSAGE_CHILDREN).map_or(0.0, |u| (u.user_time() + u.system_time()).num_milliseconds() as f64 / 1e3)
}

/// Runs a target for so many seconds, those in which it reads its corpus included.
///
/// # Errors
/// When it cannot be run.
pub(crate) fn run(target: Target, seconds: u64) -> Result<Done, String> {
    let corpus = corpus(target)?;
    let findings = made(folder().join("findings").join(target.name))?;
    let mut command = Command::new(binary(target));
    command.current_dir(&findings).arg(corpus);
    command.arg(format!("-max_total_time={seconds}")).arg(format!("-max_len={}", target.longest));
    command.arg(format!("-timeout={PATIENCE}")).arg(format!("-rss_limit_mb={MEMORY}"));
    command.args(["-print_final_stats=1", "-reload=0"]).arg(format!("-artifact_prefix={}/", findings.display()));
    if target.is_text {
        command.arg(format!("-dict={}", root().join("fuzz/aura.dict").display()));
    }
    let before = processor();
    let output = command.stdin(Stdio::null()).output().map_err(|e| format!("{}: {e}", binary(target).display()))?;
    let processor = processor() - before;
    let said = String::from_utf8_lossy(&output.stderr);
    std::fs::write(findings.join("log"), &*said).map_err(|e| e.to_string())?;
    let finding = if output.status.success() { None } else { Some(found(target, &said)?) };
    Ok(Done {
        inputs: after(&said, "stat::number_of_executed_units:").unwrap_or(0).saturating_sub(read(&said)),
        edges: said.lines().rev().find_map(|l| after(l, " cov: ")).unwrap_or(0),
        of_edges: said.lines().find_map(|l| after(l, "Loaded 1 modules   (")).unwrap_or(0),
        processor,
        finding,
    })
}

/// How many inputs of the corpus were read.
fn read(said: &str) -> u64 {
    let line = said.lines().find(|l| l.contains("INITED"));
    line.and_then(|l| after(l, "#")).unwrap_or(0)
}

/// The number after a word.
fn after(text: &str, word: &str) -> Option<u64> {
    let (_, rest) = text.split_once(word)?;
    rest.trim_start().split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Makes a finding smaller and keeps it. Answers words about it.
fn found(target: Target, said: &str) -> Result<String, String> {
    let path = said.lines().rev().find_map(|l| l.split_once("Test unit written to ")).map(|(_, path)| PathBuf::from(path.trim()));
    let Some(path) = path else { return Err(format!("{} ended badly and wrote no input:\n{said}", target.name)) };
    let smaller = path.with_extension("smaller");
    let mut command = Command::new(binary(target));
    command.arg("-minimize_crash=1").arg(format!("-max_total_time={MINIMISING}"));
    command.arg(format!("-exact_artifact_path={}", smaller.display())).arg(format!("-timeout={PATIENCE}")).arg(&path);
    let _ = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let finding = if smaller.exists() { &smaller } else { &path };
    let input = std::fs::read(finding).map_err(|e| format!("{}: {e}", finding.display()))?;
    let kept = keep(&made(root().join("tests/found").join(target.name))?, &input)?;
    Ok(format!("FOUND {}", kept.display()))
}

/// Puts an input into a folder, named by its contents.
fn keep(at: &Path, input: &[u8]) -> Result<PathBuf, String> {
    let path = at.join(format!("{:016x}", xxhash_rust::xxh3::xxh3_64(input)));
    std::fs::write(&path, input).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(path)
}
