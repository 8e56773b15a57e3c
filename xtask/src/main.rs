//! The workspace's own tasks, one module each: `cargo xtask --help` lists them.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tasks talk to whoever works on the workspace"
)]

mod bench;
mod book;
mod deps;
mod dist;
mod examples;
#[cfg(feature = "product")]
mod fuzz;
#[cfg(feature = "product")]
mod generate;
mod process;
mod random;
mod scores;
mod table;
mod test;
mod texts;
mod tidy;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

/// The workspace's own tasks.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Set up what is missing and run every check and test
    Test,
    /// Check what no compiler checks: sizes of files, forgotten tests, leftovers, names of fragments
    Tidy,
    /// Check which crate depends on which, licences and banned crates
    Deps,
    /// Write the files that are made from the code
    Gen(Gen),
    /// Make everything that Trainyard is installed from, with checksums and a list of what it is made of, and try it
    Dist(dist::Request),
    /// Show the documents as a book, where mdbook is installed
    Book(book::Request),
    /// Feed every parser with mutated inputs
    Fuzz(Fuzz),
    /// Run the tests on cases and print how many of each file are right
    Scores,
    /// Lay out the texts of labelled migrations from clones, for the tests on cases
    Texts(texts::Request),
    /// Write the tables in `examples/` that the demo loads, from collected facts
    Examples(examples::Request),
    /// Measure `plan` and `audit` beside plain git and other tools
    Bench(bench::Request),
}

/// Arguments of `gen`.
#[derive(Args)]
struct Gen {
    /// Only compare, and fail where a file is out of date
    #[arg(long)]
    check: bool,
}

/// Arguments of `fuzz`.
#[derive(Args)]
struct Fuzz {
    /// How long each parser is fed
    #[arg(long, value_name = "N", default_value_t = 60.0)]
    seconds: f64,
    /// Where the random numbers start, to repeat a run
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Feed only parsers whose name contains this
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

fn main() -> ExitCode {
    match run(Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    match task {
        Task::Test => test::run(),
        Task::Tidy => tidy::run(),
        Task::Deps => deps::run(),
        Task::Gen(request) => generate(&request),
        Task::Dist(request) => dist::run(&request),
        Task::Book(request) => book::run(&request),
        Task::Fuzz(request) => fuzz(&request),
        Task::Scores => scores::run(),
        Task::Texts(request) => texts::run(&request),
        Task::Examples(request) => examples::run(&request),
        Task::Bench(request) => bench::run(&request),
    }
}

#[cfg(feature = "product")]
fn generate(request: &Gen) -> Result<()> {
    generate::run(request.check)
}

#[cfg(feature = "product")]
fn fuzz(request: &Fuzz) -> Result<()> {
    fuzz::run(request.seconds, request.seed, request.only.as_deref())
}

#[cfg(not(feature = "product"))]
fn generate(_: &Gen) -> Result<()> {
    process::with_product()
}

#[cfg(not(feature = "product"))]
fn fuzz(_: &Fuzz) -> Result<()> {
    process::with_product()
}
