//! The solver over Rez's benchmark, and over Debian's list of packages beside `dose-debcheck`.

use anyhow::{Context, Result};
use camino::{Utf8Path, Utf8PathBuf};

use super::measure;
use crate::process;

/// What must hold: a name of what is measured, and the most milliseconds it may take.
const TARGETS: &[(&str, f64)] = &[
    ("newest: max", 50.0),
    ("validate: max", 0.1),
    ("minimal change: max", 100.0),
    ("exclusive packages among 20: max", 1.0),
];

/// Where apt keeps its lists, and what the one of all packages is called.
const LISTS: &str = "/var/lib/apt/lists";
const LIST_END: &str = "_main_binary-amd64_Packages.lz4";

/// Measures, and tells what holds.
pub(super) fn run(place: &Utf8Path, runs: u32) -> Result<Vec<String>> {
    let program = build()?;
    let mut verdicts = rez(&program)?;
    match debian(&program, place, runs) {
        Ok(verdict) => verdicts.extend(verdict),
        Err(error) => println!("skipped: Debian's packages: {error:#}"),
    }
    Ok(verdicts)
}

/// Builds the program that is measured.
fn build() -> Result<Utf8PathBuf> {
    let arguments = ["build", "--locked", "--release", "--package", "trainyard-solve"];
    process::run(process::cargo().args(arguments).args(["--example", "measure"]))?;
    Ok(super::target_folder()?.join("release/examples/measure"))
}

fn rez(program: &Utf8Path) -> Result<Vec<String>> {
    let told = process::output(process::command(program.as_str()).arg("rez"))?;
    println!("\n=== Solver: Rez's benchmark (milliseconds) ===\n{}", told.trim_end());
    let figure = |name: &str| {
        let mut lines = told.lines().filter_map(|line| line.split_once('\t'));
        lines.find(|(told, _)| *told == name)?.1.parse::<f64>().ok()
    };
    let verdict = |(name, most): &(&str, f64)| {
        let found = figure(name)?;
        let word = if found <= *most { "holds" } else { "MISSED" };
        Some(format!("{word}: solver, {name}: {found:.3} ms of {most} ms"))
    };
    Ok(TARGETS.iter().filter_map(verdict).collect())
}

/// Which packages cannot be installed, and what it costs to know, here and in `dose-debcheck`.
fn debian(program: &Utf8Path, place: &Utf8Path, runs: u32) -> Result<Vec<String>> {
    let list = list(place)?;
    let dose = dose(place)?;
    let own = process::output(process::command(program.as_str()).args(["debian", list.as_str()]))?;
    let mut theirs = process::command(dose.as_str());
    theirs.args(["--failures", list.as_str()]);
    // It tells by its exit code that some packages are broken.
    let answered = theirs.output().context("dose-debcheck does not start")?;
    let broken = broken(&String::from_utf8_lossy(&answered.stdout));
    let found: Vec<_> = own.lines().filter_map(|line| line.rsplit_once('\t')).collect();
    let same = found.iter().map(|(package, _)| (*package).to_owned()).eq(broken.iter().cloned());

    let mut ours = process::command(program.as_str());
    ours.args(["debian", list.as_str()]);
    let mut costs = [measure::once(&mut ours, 0)?, measure::once(&mut theirs, 64)?];
    for _ in 1..runs.min(3) {
        costs[0] = costs[0].and(measure::once(&mut ours, 0)?);
    }
    println!("\n=== Solver: Debian's packages ===");
    for (name, cost) in ["trainyard", "dose-debcheck"].iter().zip(&costs) {
        let (cpu, peak) = (cost.cpu.as_secs_f64(), cost.peak_mb());
        println!("{name}: {cpu:.2} s CPU, {peak:.0} MB");
    }
    let word = |holds: bool| if holds { "holds" } else { "MISSED" };
    let (count, told) = (found.len(), broken.len());
    let times = costs[1].cpu.as_secs_f64() / costs[0].cpu.as_secs_f64();
    Ok(vec![
        format!("{}: Debian's verdicts: {count} broken, {told} by dose-debcheck", word(same)),
        format!(
            "{}: Debian's packages in {times:.1} times less CPU than dose-debcheck",
            word(times >= 1.0)
        ),
    ])
}

/// The list of all packages, unpacked.
fn list(place: &Utf8Path) -> Result<Utf8PathBuf> {
    let names = Utf8Path::new(LISTS).read_dir_utf8()?.filter_map(Result::ok);
    let sizes = names.filter(|entry| entry.file_name().ends_with(LIST_END)).filter_map(|entry| {
        let size = entry.metadata().ok()?.len();
        Some((size, entry.into_path()))
    });
    let (_, packed) =
        sizes.max().context("apt has no list of packages; `apt-get update` makes one")?;
    let text = process::output(
        process::command("/usr/lib/apt/apt-helper").args(["cat-file", packed.as_str()]),
    )?;
    let list = place.join("debian-packages");
    fs_err::write(&list, text)?;
    Ok(list)
}

/// Debian's own checker, fetched by apt and unpacked beside the other tools.
fn dose(place: &Utf8Path) -> Result<Utf8PathBuf> {
    let folder = place.join("dose");
    let program = folder.join("usr/bin/dose-debcheck");
    if !program.exists() {
        fs_err::create_dir_all(&folder)?;
        let mut download = process::command("apt-get");
        process::output(download.args(["download", "dose-distcheck"]).current_dir(&folder))?;
        let packages = folder.read_dir_utf8()?.filter_map(Result::ok);
        let mut packages = packages.filter(|entry| entry.path().extension() == Some("deb"));
        let package = packages.next().context("apt fetched no package")?.into_path();
        process::output(process::command("dpkg").args(["-x", package.as_str(), folder.as_str()]))?;
    }
    Ok(program)
}

/// The broken packages of a report: names and versions.
///
/// *Order*: by name.
fn broken(report: &str) -> Vec<String> {
    let value = |line: &str, field: &str| {
        line.trim().strip_prefix(field).map(|text| text.trim().to_owned())
    };
    let mut found = Vec::new();
    let mut name = None;
    for line in report.lines() {
        // Reasons are indented deeper and name packages too.
        if let Some(package) = value(line, "package:").filter(|_| line.starts_with("  package:")) {
            name = Some(package);
        } else if let Some(version) =
            value(line, "version:").filter(|_| line.starts_with("  version:"))
            && let Some(name) = name.take()
        {
            found.push(format!("{name}\t{version}"));
        }
    }
    found.sort();
    found
}
