//! Installs what a machine with nothing but Rust and apt is missing.

use anyhow::{Result, bail, ensure};

use super::databases;
use crate::process;

/// The oldest git whose `merge-tree` can write a tree.
const OLDEST_GIT: (u32, u32) = (2, 38);
/// The oldest nextest that `.config/nextest.toml` accepts, and the one that is installed where there is none.
const NEXTEST: &str = "0.9.143";

pub(super) fn run() -> Result<()> {
    component("fmt", "rustfmt")?;
    component("clippy", "clippy")?;
    git()?;
    databases::postgres()?;
    databases::registry()?;
    databases::sqlite()?;
    databases::python()?;
    databases::browser()?;
    nextest()
}

/// Makes sure of a cargo subcommand that comes with the toolchain.
fn component(subcommand: &str, name: &str) -> Result<()> {
    if process::succeeds(process::cargo().args([subcommand, "--version"])) {
        return Ok(());
    }
    process::run(process::command("rustup").args(["component", "add", name]))
}

fn git() -> Result<()> {
    if installed_git().is_none() {
        apt_install(&["git"])?;
    }
    let Some(version) = installed_git() else { bail!("git is missing and could not be installed") };
    let (major, minor) = OLDEST_GIT;
    ensure!(
        version >= OLDEST_GIT,
        "git {}.{} is too old: {major}.{minor} is needed",
        version.0,
        version.1
    );
    println!("git {}.{}", version.0, version.1);
    Ok(())
}

fn installed_git() -> Option<(u32, u32)> {
    git_version(&process::output(process::command("git").arg("--version")).ok()?)
}

/// Major and minor from `git version 2.47.3 (something)`.
fn git_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split_whitespace().nth(2)?.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

pub(super) fn apt_install(packages: &[&str]) -> Result<()> {
    let is_root =
        process::output(process::command("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    let apt = |arguments: &[&str]| {
        let mut apt = process::command(if is_root { "apt-get" } else { "sudo" });
        if !is_root {
            apt.arg("apt-get");
        }
        process::run(apt.args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    apt(&["update", "-q"])?;
    apt(&[&["install", "-q", "-y", "--no-install-recommends"], packages].concat())
}

fn nextest() -> Result<()> {
    if let Some(version) = installed_nextest() {
        println!("cargo-nextest {version}");
        if is_recent(&version) {
            return Ok(());
        }
    }
    process::run(process::cargo().args([
        "install",
        "cargo-nextest",
        "--locked",
        "--force",
        "--version",
        NEXTEST,
    ]))
}

fn installed_nextest() -> Option<String> {
    let text = process::output(process::cargo().args(["nextest", "--version"])).ok()?;
    text.split_whitespace().nth(1).map(str::to_owned)
}

fn is_recent(version: &str) -> bool {
    let numbers =
        |text: &str| text.split('.').map(|part| part.parse().unwrap_or(0)).collect::<Vec<u32>>();
    numbers(version) >= numbers(NEXTEST)
}

#[cfg(test)]
mod tests {
    use super::{git_version, is_recent};

    #[test]
    fn versions_of_git_are_read() {
        assert_eq!(git_version("git version 2.47.3\n"), Some((2, 47)));
        assert_eq!(git_version("git version 2.39.5 (Apple Git-154)"), Some((2, 39)));
        assert_eq!(git_version("no git"), None);
    }

    #[test]
    fn versions_of_nextest_compare_as_numbers() {
        assert!(is_recent("0.9.143"));
        assert!(is_recent("0.10.0"));
        assert!(!is_recent("0.9.99"));
    }
}
