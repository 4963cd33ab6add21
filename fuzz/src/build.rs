//! The binaries that libFuzzer drives.

use std::path::PathBuf;
use std::process::Command;

use aura_fuzz::Target;
use aura_tests::machine::root;

/// What cargo-fuzz gives the compiler where no sanitizer is wanted: counters at every edge, and comparisons shown to the engine.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing";

/// Where everything lies that fuzzing makes.
pub(crate) fn folder() -> PathBuf {
    root().join("target/fuzz")
}

/// A target's binary.
pub(crate) fn binary(target: Target) -> PathBuf {
    folder().join("build").join(triple()).join("fuzz").join(target.name)
}

/// The machine that this was built for. Named, so that the flags are not for what runs while building.
fn triple() -> String {
    format!("{}-unknown-linux-gnu", std::env::consts::ARCH)
}

/// Builds binaries.
///
/// # Errors
/// What is missing.
pub(crate) fn build(targets: &[Target]) -> Result<(), String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root()).env("RUSTFLAGS", FLAGS).args(["build", "--locked", "-p", "aura-fuzz", "--features", "libfuzzer"]);
    command.args(["--profile", "fuzz", "--target", &triple(), "--target-dir"]).arg(folder().join("build"));
    command.args(targets.iter().flat_map(|t| ["--bin", t.name]));
    let status = command.status().map_err(|e| format!("cargo cannot be started: {e}"))?;
    if status.success() { Ok(()) } else { Err("the targets cannot be built; a compiler for C++ is needed".into()) }
}
