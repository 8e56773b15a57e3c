//! The `trainyard` command.

use std::process::ExitCode;

/// The allocator of the C library that static programs are linked with takes one lock for all threads.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    trainyard_cli::main()
}
