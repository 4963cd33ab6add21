//! The `aura` command, built beside the tests so that they always start the one that belongs to them.

fn main() -> std::process::ExitCode {
    aura_command::main()
}
