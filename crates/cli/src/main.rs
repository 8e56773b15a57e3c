//! The `trainyard` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    trainyard_cli::main()
}
