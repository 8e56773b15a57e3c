//! `cargo xtask fuzz`: feeds every parser with mutated inputs, on a stable compiler and with nothing installed.
//!
//! Inputs grow out of the parsers' own seeds and the strings of the real cases. What a parser accepts becomes a seed
//! too, so that later inputs go deeper. A panic, a broken promise or time that does not grow with the length of an input
//! ends the run; the input is kept in `fuzz/crashes/` and replayed by the tests from then on.

mod corpus;
mod crashes;
mod feed;
mod mutate;
mod targets;
#[cfg(test)]
mod tests;
mod watch;

use std::time::Duration;

use anyhow::{Result, ensure};

/// Feeds each parser for some seconds.
pub(crate) fn run(seconds: f64, seed: u64, only: Option<&str>) -> Result<()> {
    ensure!(seconds.is_finite() && seconds > 0.0, "there is no time to feed anything");
    let wanted = |name: &str| only.is_none_or(|only| name.contains(only));
    let targets: Vec<_> =
        targets::all()?.into_iter().filter(|target| wanted(&target.name)).collect();
    ensure!(!targets.is_empty(), "no parser has such a name");
    let strings = corpus::shared_strings();
    println!("{} parsers, {} strings from cases, seed {seed}", targets.len(), strings.len());
    let mut failures = Vec::new();
    for target in targets {
        let name = target.name.clone();
        let budget = Duration::from_secs_f64(seconds);
        match feed::feed(target, &strings, seed, budget) {
            Ok(stats) => println!("{name}: {stats}"),
            Err(crash) => {
                println!("{name}: {crash}\n  kept as {}", crashes::keep(&crash)?);
                failures.push(name);
            }
        }
    }
    ensure!(failures.is_empty(), "not every parser stands: {}", failures.join(", "));
    Ok(())
}
