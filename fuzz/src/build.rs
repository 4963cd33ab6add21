//! The binaries that libFuzzer drives.
//!
//! Only the workspace's own crates count edges: what they are built with is a wrapper for the compiler that Cargo uses for the workspace alone. So
//! libraries are those that are built for the tests anyway, and what is reached is a share of Aura.

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use aura_fuzz::Target;
use aura_tests::machine::root;

/// Calls the compiler with what cargo-fuzz gives it where no sanitizer is wanted: counters at every edge, and comparisons shown to the engine. What
/// runs while building has no engine that would read them: it is given functions that do nothing.
const WRAPPER: &str = r#"#!/bin/sh
case " $* " in
*" --crate-name build_script_"*) exec "$@" -Clink-arg="$(dirname "$0")/nothing.o" ;;
esac
exec "$@" -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing
"#;

/// What code with counters calls.
const CALLED: [&str; 12] = [
    "8bit_counters_init",
    "pcs_init",
    "trace_pc_indir",
    "trace_cmp1",
    "trace_cmp2",
    "trace_cmp4",
    "trace_cmp8",
    "trace_const_cmp1",
    "trace_const_cmp2",
    "trace_const_cmp4",
    "trace_const_cmp8",
    "trace_switch",
];

/// Where everything lies that fuzzing makes.
pub(crate) fn folder() -> PathBuf {
    root().join("target/fuzz")
}

/// A target's binary.
pub(crate) fn binary(target: Target) -> PathBuf {
    folder().join("bin").join(target.name)
}

/// Builds binaries.
///
/// # Errors
/// What is missing.
pub(crate) fn build(targets: &[Target]) -> Result<(), String> {
    let wrapper = wrapper().map_err(|e| format!("{}: {e}", folder().display()))?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root()).args(["build", "--locked", "-p", "aura-fuzz", "--features", "libfuzzer"]);
    command.args(targets.iter().flat_map(|t| ["--bin", t.name]));
    // `cargo run` tells about this package, and libraries that look at it would be built anew.
    for (name, _) in std::env::vars_os() {
        if ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|start| name.to_string_lossy().starts_with(start)) {
            command.env_remove(name);
        }
    }
    // The profile of the tests, for its libraries; only the workspace is optimised more.
    command.env("RUSTC_WORKSPACE_WRAPPER", wrapper).env("CARGO_PROFILE_DEV_OPT_LEVEL", "2");
    let status = command.status().map_err(|e| format!("cargo cannot be started: {e}"))?;
    if !status.success() {
        return Err("the targets cannot be built; a compiler for C++ is needed".into());
    }
    targets.iter().try_for_each(|t| keep(&built().join(t.name), &binary(*t)))
}

/// Where Cargo leaves binaries.
fn built() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| OsString::from("target"));
    root().join(target).join("debug")
}

/// A copy, as what is built later replaces what runs. The old file is taken away first: it may be running.
fn keep(from: &Path, to: &Path) -> Result<(), String> {
    let _ = std::fs::remove_file(to);
    std::fs::copy(from, to).map(drop).map_err(|e| format!("{} to {}: {e}", from.display(), to.display()))
}

/// The wrapper. Cargo builds anew when its name changes, so the name tells what is in it.
fn wrapper() -> std::io::Result<PathBuf> {
    let path = folder().join(format!("rustc-{:016x}", xxhash_rust::xxh3::xxh3_64(WRAPPER.as_bytes())));
    std::fs::create_dir_all(folder().join("bin"))?;
    if !path.exists() {
        nothing()?;
        std::fs::write(&path, WRAPPER)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))?;
    }
    Ok(path)
}

/// The functions that do nothing.
fn nothing() -> std::io::Result<()> {
    let source = folder().join("nothing.c");
    std::fs::write(&source, CALLED.map(|name| format!("void __sanitizer_cov_{name}(void) {{}}\n")).concat())?;
    let status = Command::new("cc").arg("-c").arg(&source).arg("-o").arg(folder().join("nothing.o")).status()?;
    if status.success() { Ok(()) } else { Err(std::io::Error::other("cc failed")) }
}
