//! The `aura` command. Everything is in the library beside this file.

fn main() -> std::process::ExitCode {
    aura_command::main()
}
