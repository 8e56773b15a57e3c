//! `cargo xtask dist`: everything that Trainyard is installed from, made from one static binary, and tried.
//!
//! What is made depends on the sources, the lock file, the compiler and the commit's time, and on nothing else: names in
//! archives are sorted, owners are nobody's, and times are `SOURCE_DATE_EPOCH` or that of the commit. The image alone
//! also holds the certificates of the authorities that this machine trusts.

mod archive;
mod binary;
mod chart;
mod contents;
mod debian;
mod image;
mod names;
mod node;
mod sbom;
mod smoke;
#[cfg(test)]
mod tests;
mod wheel;

use anyhow::{Context, Result, ensure};
use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;

use self::{contents::Contents, names::Names};
use crate::{process, table, workspace};

/// Arguments of `dist`.
#[derive(Args, Debug)]
pub(crate) struct Request {
    /// What the binary is built for; `x86_64-unknown-linux-gnu` links glibc statically
    #[arg(long, value_name = "TARGET", default_value = "x86_64-unknown-linux-musl")]
    target: String,
    /// Pack this binary instead of building one
    #[arg(long, value_name = "FILE")]
    binary: Option<Utf8PathBuf>,
    /// Where everything goes
    #[arg(long, value_name = "DIR", default_value = "target/dist")]
    into: Utf8PathBuf,
    /// Who answers for the Debian package, as `Name <mail>`; without it, the workspace's authors
    #[arg(long, value_name = "WHO")]
    maintainer: Option<String>,
    /// Do not try what was made
    #[arg(long)]
    no_smoke: bool,
}

/// What every package is made from.
#[derive(Debug)]
struct Source {
    /// The product's version, as each kind of package spells it.
    names: Names,
    /// The target triple.
    target: String,
    /// Seconds since 1970 that archives bear.
    time: u64,
    /// Who answers for packages that name somebody.
    maintainer: String,
    contents: Contents,
}

/// A file to publish.
#[derive(Debug)]
struct Package {
    name: String,
    bytes: Vec<u8>,
}

/// Makes all packages and tries each.
pub(crate) fn run(request: &Request) -> Result<()> {
    let into = workspace::root().join(&request.into);
    let time = time()?;
    let binary = match &request.binary {
        Some(file) => workspace::root().join(file),
        None => binary::build(&request.target, &into, time)?,
    };
    let scratch = into.join("scratch");
    clear(&scratch)?;
    let contents = Contents::gather(&binary, &scratch)?;
    let about = about()?;
    let names = Names::of(about["version"].as_str().context("the workspace has no version")?)?;
    let authors = about.get("authors").and_then(|authors| authors[0].as_str());
    let maintainer = request.maintainer.as_deref().or(authors);
    let maintainer = maintainer.context("the workspace has no authors")?.to_owned();
    let source = Source { names, target: request.target.clone(), time, maintainer, contents };

    let packages = packages(&source, &scratch)?;
    let again = self::packages(&source, &scratch)?;
    for (one, other) in packages.iter().zip(&again) {
        ensure!(one.bytes == other.bytes, "{} came out differently the second time", one.name);
    }
    for package in &packages {
        fs_err::write(into.join(&package.name), &package.bytes)?;
    }
    let sums = sums(&into, &packages)?;
    fs_err::write(into.join("SHA256SUMS"), sums)?;
    image::lay_out(&source.contents, &into.join("image"))?;

    let mut rows: Vec<_> = packages
        .iter()
        .map(|package| {
            vec![package.name.clone(), format!("{} kB", package.bytes.len().div_ceil(1000))]
        })
        .collect();
    rows.push(vec!["SHA256SUMS".to_owned(), String::new()]);
    print!("{}", table::render(&["made", "size"], &rows));
    println!("in {into}; made twice with the same bytes");
    if request.no_smoke {
        return Ok(());
    }
    println!();
    smoke::run(&source, &into, &scratch)
}

fn packages(source: &Source, scratch: &Utf8Path) -> Result<Vec<Package>> {
    Ok(vec![
        archive::package(source, scratch)?,
        wheel::package(source, scratch)?,
        node::package(source, scratch)?,
        debian::package(source, scratch)?,
        chart::package(source, scratch)?,
        image::package(source, scratch)?,
        sbom::package(source)?,
    ])
}

/// The lines of `SHA256SUMS`, sorted by name.
fn sums(into: &Utf8Path, packages: &[Package]) -> Result<String> {
    let mut names: Vec<_> = packages.iter().map(|package| package.name.as_str()).collect();
    names.sort_unstable();
    let mut program = process::command("sha256sum");
    process::output(program.current_dir(into).arg("--binary").args(names))
}

/// The time that archives bear.
fn time() -> Result<u64> {
    let text = match std::env::var_os("SOURCE_DATE_EPOCH") {
        Some(text) => text.to_string_lossy().into_owned(),
        None => process::output(process::command("git").args(["log", "-1", "--format=%ct"]))?,
    };
    text.trim().parse().with_context(|| format!("`{}` is no time in seconds", text.trim()))
}

/// What every crate of the workspace says of itself.
fn about() -> Result<toml::Table> {
    let text = fs_err::read_to_string(workspace::root().join("Cargo.toml"))?;
    let manifest: toml::Table = text.parse().context("Cargo.toml is no TOML")?;
    let about = manifest["workspace"]["package"].as_table();
    Ok(about.context("the workspace says nothing of itself")?.clone())
}

/// The SHA-256 digest in hexadecimal digits.
fn sha256(bytes: &[u8], scratch: &Utf8Path) -> Result<String> {
    let file = scratch.join("to-digest");
    fs_err::write(&file, bytes)?;
    let said = process::output(process::command("sha256sum").arg(file.as_str()))?;
    Ok(said.get(..64).context("sha256sum printed no digest")?.to_owned())
}

/// An empty folder in this place.
fn clear(folder: &Utf8Path) -> Result<()> {
    if folder.exists() {
        fs_err::remove_dir_all(folder)?;
    }
    Ok(fs_err::create_dir_all(folder)?)
}

/// A time as RFC 3339 writes it.
fn rfc3339(time: u64) -> Result<String> {
    let date = format!("--date=@{time}");
    let text =
        process::output(process::command("date").args(["--utc", &date, "+%Y-%m-%dT%H:%M:%SZ"]))?;
    Ok(text.trim().to_owned())
}
