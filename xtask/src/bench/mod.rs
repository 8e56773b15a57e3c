//! `cargo xtask bench`: `plan` and `audit` beside plain git and beside other tools, in one run.
//!
//! Every command runs several times and its best time counts: the machine's other work only ever adds.

mod bundles;
mod contenders;
mod documents;
mod evidence;
mod imported;
mod measure;
mod peers;
mod platform;
mod registry;
mod rez;
mod solve;
mod synthetic;
mod upgrades;
mod verdict;

use anyhow::Result;
use camino::Utf8PathBuf;
use clap::Args;

use self::{
    contenders::{Contender, Role},
    measure::Usage,
    verdict::Linearity,
};
use crate::{process, table, workspace};

/// Arguments of `bench`.
#[derive(Args, Debug)]
pub(crate) struct Request {
    /// Measure a clone too; it is only read. May be given several times
    #[arg(long, value_name = "DIR")]
    repo: Vec<Utf8PathBuf>,
    /// How often each command runs
    #[arg(long, value_name = "N", default_value_t = 5)]
    runs: u32,
    /// Leave other tools out
    #[arg(long)]
    no_peers: bool,
    /// Measure only what comparing trees costs
    #[arg(long)]
    only_evidence: bool,
    /// Measure only Rez's benchmark
    #[arg(long)]
    only_rez: bool,
    /// How many requests of its benchmark Rez itself is asked; all take some minutes
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    rez_requests: usize,
    /// Measure only the solver
    #[arg(long)]
    only_solve: bool,
    /// Measure only what checking bundles costs
    #[arg(long)]
    only_bundles: bool,
    /// Measure only upgrades
    #[arg(long)]
    only_upgrades: bool,
    /// Measure only the registry's server, beside nginx
    #[arg(long)]
    only_registry: bool,
}

/// How many commits the synthetic repositories have: the one that targets speak of, then those that show growth.
const MAIN_SIZE: usize = 10_000;
const OTHER_SIZES: [usize; 3] = [2_500, 5_000, 20_000];

/// A repository to measure.
struct Subject {
    title: String,
    folder: Utf8PathBuf,
}

/// What one command came to.
struct Measured {
    title: String,
    role: Role,
    usage: Result<Usage>,
}

pub(crate) fn run(request: &Request) -> Result<()> {
    if request.only_bundles {
        print_verdicts(bundles::run()?);
        return Ok(());
    }
    let place = workspace::root().join("target/bench");
    fs_err::create_dir_all(&place)?;
    if request.only_rez {
        print_verdicts(rez::run(&place, request.rez_requests)?);
        return Ok(());
    }
    if request.only_solve {
        print_verdicts(solve::run(&place, request.runs)?);
        return Ok(());
    }
    if request.only_upgrades {
        print_verdicts(upgrades::run(request.runs)?);
        return Ok(());
    }
    if request.only_registry {
        print_verdicts(registry::run(&place)?);
        return Ok(());
    }
    let trainyard = build()?;
    let peers =
        if request.no_peers || request.only_evidence { Vec::new() } else { peers::install() };

    if request.only_evidence {
        let verdicts = evidence::run(&trainyard, &place, request.runs)?;
        print_verdicts(verdicts);
        return Ok(());
    }
    let main = subject(MAIN_SIZE, &place)?;
    let mut rows =
        measure(&main, &contenders::all(&main, &trainyard, &place, &peers)?, request.runs);
    print_rows(&main, &rows);
    let mut verdicts = verdict::of_targets(&rows);
    let mut linearity = Linearity::default();
    linearity.add(MAIN_SIZE, &rows);
    for size in OTHER_SIZES {
        let subject = subject(size, &place)?;
        rows = measure(
            &subject,
            &contenders::of_trainyard(&subject, &trainyard, &place),
            request.runs,
        );
        print_rows(&subject, &rows);
        linearity.add(size, &rows);
    }
    verdicts.extend(linearity.verdicts());
    verdicts.extend(evidence::run(&trainyard, &place, request.runs)?);
    if !request.no_peers {
        verdicts.extend(rez::run(&place, request.rez_requests)?);
    }
    verdicts.extend(solve::run(&place, request.runs)?);
    verdicts.extend(bundles::run()?);
    verdicts.extend(upgrades::run(request.runs)?);
    verdicts.extend(registry::run(&place)?);

    for folder in &request.repo {
        let subject = Subject { title: folder.to_string(), folder: folder.canonicalize_utf8()? };
        let contenders = contenders::all(&subject, &trainyard, &place, &peers)?;
        let rows = measure(&subject, &contenders, request.runs);
        print_rows(&subject, &rows);
        let named = |verdict: String| format!("{verdict} [{folder}]");
        verdicts.extend(verdict::of_targets(&rows).into_iter().map(named));
    }
    print_verdicts(verdicts);
    Ok(())
}

fn print_verdicts(verdicts: Vec<String>) {
    println!("\n=== Verdict ===");
    for verdict in verdicts {
        println!("{verdict}");
    }
}

/// Builds the command as users get it.
fn build() -> Result<Utf8PathBuf> {
    process::run(process::cargo().args([
        "build",
        "--locked",
        "--release",
        "--package",
        "trainyard-cli",
    ]))?;
    Ok(target_folder()?.join("release/trainyard"))
}

/// Where cargo puts what it builds.
fn target_folder() -> Result<Utf8PathBuf> {
    let metadata = process::output(process::cargo().args([
        "metadata",
        "--locked",
        "--no-deps",
        "--format-version",
        "1",
    ]))?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
    let target = metadata["target_directory"].as_str().unwrap_or("target");
    Ok(Utf8PathBuf::from(target))
}

fn subject(commits: usize, place: &camino::Utf8Path) -> Result<Subject> {
    let tags = commits / synthetic::COMMITS_PER_TAG;
    let folder = synthetic::repository(commits, place)?;
    Ok(Subject { title: format!("synthetic: {commits} commits, {tags} tags"), folder })
}

fn measure(subject: &Subject, contenders: &[Contender], runs: u32) -> Vec<Measured> {
    println!("\n=== {} ===", subject.title);
    let measured = |contender: &Contender| Measured {
        title: contender.title.clone(),
        role: contender.role,
        usage: contender.measure(runs),
    };
    contenders.iter().map(measured).collect()
}

fn print_rows(subject: &Subject, rows: &[Measured]) {
    let floor = verdict::floor_seconds(rows);
    let cells = rows.iter().map(|row| match &row.usage {
        Ok(usage) => vec![
            row.title.clone(),
            format!("{:.3}", usage.wall.as_secs_f64()),
            format!("{:.3}", usage.cpu.as_secs_f64()),
            format!("{:.0}", usage.peak_mb()),
            floor.map_or_else(String::new, |floor| {
                format!("{:.2}", usage.cpu.as_secs_f64() / floor)
            }),
        ],
        Err(error) => {
            println!("{} [{}]: {error:#}", row.title, subject.title);
            vec![row.title.clone(), "failed".to_owned()]
        }
    });
    let header = ["command", "wall s", "CPU s", "peak MB", "CPU / floor"];
    print!("{}", table::render(&header, &cells.collect::<Vec<_>>()));
}
