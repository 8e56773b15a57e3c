//! Other programs.

use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::workspace;

/// A program to run in the workspace's root.
#[expect(clippy::disallowed_methods, reason = "running programs is what tasks are for")]
pub(crate) fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(workspace::root());
    command
}

/// The cargo that runs this task, never building incrementally.
pub(crate) fn cargo() -> Command {
    let mut command = command(option_env!("CARGO").unwrap_or("cargo"));
    command.env("CARGO_INCREMENTAL", "0");
    command
}

/// Whether a program can be run and is content.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// Runs a program and shows what it prints.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    println!("$ {shown}");
    let status = command.status().with_context(|| format!("cannot run `{shown}`"))?;
    ensure!(status.success(), "`{shown}` failed: {status}");
    Ok(())
}

/// Runs a program and takes what it prints on stdout.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let shown = shown(command);
    String::from_utf8(bytes(command)?).with_context(|| format!("`{shown}` prints no UTF-8"))
}

/// Runs a program and takes what it prints on stdout, whatever bytes it is.
pub(crate) fn bytes(command: &mut Command) -> Result<Vec<u8>> {
    let shown = shown(command);
    let output = command.output().with_context(|| format!("cannot run `{shown}`"))?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "`{shown}` failed: {}\n{complaint}", output.status);
    Ok(output.stdout)
}

/// Runs this very task again, built with the product's crates.
#[cfg(not(feature = "product"))]
pub(crate) fn with_product() -> Result<()> {
    let mut again = cargo();
    again.args(["run", "--quiet", "--locked", "--profile", "ci", "--package", "xtask", "--"]);
    again.args(std::env::args_os().skip(1));
    let status = again.status().context("cannot run cargo")?;
    ensure!(status.success(), "the task failed");
    Ok(())
}

/// The command as one would type it.
fn shown(command: &Command) -> String {
    let program = command.get_program().to_string_lossy();
    let mut words = vec![program.rsplit('/').next().unwrap_or_default().to_owned()];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}
