//! What several tests need: the machines of [`aura_tests::machine`], and the command started.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

pub(crate) use aura_tests::machine::{
    Captured, Engine, Kept, attach, attach_at, hang_in, machine, root, run, run_at_image, run_within,
};

/// The command, with an environment that does not depend on who runs the tests.
pub(crate) fn aura(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aura-under-test"));
    command.args(arguments).current_dir(root()).stdin(Stdio::null());
    for name in
        ["CI", "OLLAMA_HOST", "AURA_JIT", "AURA_ALFRED", "AURA_MODEL", "AURA_OPENAI", "NO_COLOR", "http_proxy", "HTTP_PROXY"]
    {
        command.env_remove(name);
    }
    command
}

/// A finished command's exit code, standard output, standard error.
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Done {
    fn from(o: Output) -> Self {
        Self {
            code: o.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&o.stdout).into_owned(),
            err: String::from_utf8_lossy(&o.stderr).into_owned(),
        }
    }
}

/// Runs the command.
pub(crate) fn done(arguments: &[&str]) -> Done {
    aura(arguments).output().expect("the command starts").into()
}

/// Runs the command with this on its standard input.
pub(crate) fn fed(arguments: &[&str], input: &str) -> Done {
    fed_by(&mut aura(arguments), input)
}

/// Runs a command with this on its standard input.
pub(crate) fn fed_by(command: &mut Command, input: &str) -> Done {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command starts");
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("it reads");
    child.wait_with_output().expect("it ends").into()
}
