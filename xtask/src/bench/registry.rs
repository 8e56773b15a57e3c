//! The registry's server beside Debian's nginx, which serves the same bytes from files, in one run.
//!
//! Both share the machine's processors with whoever sends, so that the ratio says more than the rate.

mod nginx;
mod program;

use anyhow::{Context, Result};
use camino::{Utf8Path, Utf8PathBuf};

use self::{
    nginx::Nginx,
    program::{Figures, Load, Served},
};
use super::verdict;
use crate::{process, workspace};

/// How many releases the small registry has, and the large one.
const SIZES: [usize; 2] = [1_000, 100_000];
/// The rate that the server is made for, in requests a second.
const RATED: u32 = 10_000;
/// For how long each measurement sends.
const SECONDS: u32 = 8;
/// How many connections send.
const CONNECTIONS: u32 = 64;

/// What must hold.
const LEAST_RATIO: f64 = 0.6;
const MOST_P99_MS: f64 = 10.0;
const LEAST_GRAPHS: f64 = 2_000.0;
const MOST_CHECK_MS: f64 = 5.0;
const MOST_MB: f64 = 150.0;
const MOST_START_SECS: f64 = 1.0;
/// How much dearer a request may be with a hundred times the releases.
const MOST_GROWTH: f64 = 1.2;
/// What memory may grow by under twice the rated load, in MB.
const MOST_MORE_MB: f64 = 20.0;

/// AYON's list of addons, beside the repository.
const ADDONS: &str = "../shared/cases/bundles/ayon_addons.json";

/// What is read, with a name for people.
const CHECK: (&str, &str) = (
    "update check",
    "/api/v1/products/load/channels/component-0/production/update?runs=1.9.0&id=a-client",
);
const CHANNEL: (&str, &str) = ("channel", "/api/v1/products/load/channels/component-0/production");
const GRAPH: (&str, &str) =
    ("graph", "/v1/graph?channel=stable-4.9&arch=amd64&version=4.0.1&id=a-cluster");
/// Clients whose version the registry does not know get answers of their own.
const FRESH: (&str, &str) = (
    "update check that nobody asked before",
    "/api/v1/products/load/channels/component-0/production/update?runs=0.0.1",
);

/// Measures, and tells what holds.
pub(super) fn run(place: &Utf8Path) -> Result<Vec<String>> {
    let load = Load::new(build()?);
    let mut verdicts = Vec::new();
    let mut per_request = Vec::new();
    for releases in SIZES {
        println!("\n=== Registry: {releases} releases ===");
        let file = filled(&load, place, releases)?;
        let mut served = load.serve(&file, 0)?;
        let is_large = Some(&releases) == SIZES.last();
        if is_large {
            verdicts.push(most("start-up", Some(served.start_secs), MOST_START_SECS, " s"));
        }
        per_request.push(cost(&load, &served, CHECK)?);
        let fresh = cost(&load, &served, FRESH)?;
        println!("{}: {:.1} us CPU each", FRESH.0, fresh * 1e6);
        if is_large {
            verdicts.extend(beside_nginx(&load, &served, place)?);
            verdicts.extend(graphs(&load, &served)?);
            verdicts.extend(checks(&load, &served, &file)?);
            let peak = served.peak_mb()?;
            verdicts.push(most("memory with 100,000 releases", Some(peak), MOST_MB, " MB"));
        }
        served.stop()?;
        if is_large {
            verdicts.extend(overload(&load, &file)?);
        }
    }
    if let [few, many] = per_request.as_slice() {
        println!("{}: {:.1} us CPU each, then {:.1} us", CHECK.0, few * 1e6, many * 1e6);
        let growth = Some(many / few.max(1e-9));
        verdicts.push(most(
            "CPU of a request, 100,000 releases over 1,000",
            growth,
            MOST_GROWTH,
            "x",
        ));
    }
    Ok(verdicts)
}

fn most(what: &str, value: Option<f64>, most: f64, unit: &str) -> String {
    verdict::line(&format!("registry, {what}"), value, most, unit)
}

fn least(what: &str, value: Option<f64>, least: f64, unit: &str) -> String {
    match value {
        Some(value) => {
            let word = if value >= least { "kept  " } else { "MISSED" };
            format!("{word} registry, {what}: {value:.2}{unit} (at least {least}{unit})")
        }
        None => format!("skipped registry, {what}: nginx or wrk is not here"),
    }
}

/// Builds the program that fills, serves and sends.
fn build() -> Result<Utf8PathBuf> {
    let arguments = ["build", "--locked", "--release", "--package", "trainyard-server"];
    process::run(process::cargo().args(arguments).args(["--example", "load"]))?;
    Ok(super::target_folder()?.join("release/examples/load"))
}

fn filled(load: &Load, place: &Utf8Path, releases: usize) -> Result<Utf8PathBuf> {
    let file = place.join(format!("registry-{releases}.db"));
    let addons = workspace::root().join(ADDONS);
    load.fill(&file, releases, addons.exists().then_some(addons.as_path()))?;
    Ok(file)
}

/// What a request costs the server, in seconds of CPU.
fn cost(load: &Load, served: &Served, (_, path): (&str, &str)) -> Result<f64> {
    // The first one of a state is dearer.
    load.send(served, path, 100, 1, 1, None)?;
    let before = served.cpu_secs()?;
    let told = load.send(served, path, 3_000, 4, 16, None)?;
    let spent = served.cpu_secs()? - before;
    Ok(spent / told.of("status 200").unwrap_or(1.0).max(1.0))
}

/// Requests a second of both, and the times at the rated load.
fn beside_nginx(load: &Load, served: &Served, place: &Utf8Path) -> Result<Vec<String>> {
    let mut verdicts = Vec::new();
    let tools = Nginx::tools();
    if tools.is_none() {
        println!("skipped: nginx and wrk (`apt install nginx-light wrk`) are not both here");
    }
    for (name, path) in [CHECK, CHANNEL] {
        let ratio = match &tools {
            None => None,
            Some(tools) => {
                let nginx = tools.serve(place, &load.read(served, path)?)?;
                let mut ratios = Vec::new();
                for (kind, header) in [("200", None), ("304", Some(()))] {
                    let own = header.map(|()| load.etag(served, path)).transpose()?;
                    let theirs = header.map(|()| nginx.etag(load)).transpose()?;
                    let ours =
                        tools.wrk(&format!("http://{}{path}", served.address), own.as_deref())?;
                    let nginxs = tools.wrk(&nginx.url(), theirs.as_deref())?;
                    // Once more in the other order, since the machine's other work changes.
                    let nginxs = nginxs.max(tools.wrk(&nginx.url(), theirs.as_deref())?);
                    let again =
                        tools.wrk(&format!("http://{}{path}", served.address), own.as_deref())?;
                    let ours = ours.max(again);
                    println!("{name}, {kind}: {ours:.0}/s, nginx {nginxs:.0}/s");
                    ratios.push((kind, ours / nginxs.max(1.0)));
                }
                nginx.stop()?;
                Some(ratios)
            }
        };
        for (place, kind) in ["200", "304"].into_iter().enumerate() {
            let value = ratio.as_ref().and_then(|ratios| Some(ratios.get(place)?.1));
            let what = format!("{name}, {kind}: requests/s over nginx's");
            verdicts.push(least(&what, value, LEAST_RATIO, "x"));
        }
    }
    let told = load.send(served, CHECK.1, RATED, SECONDS, CONNECTIONS, None)?;
    tell(&format!("{} at {RATED}/s", CHECK.0), &told);
    verdicts.push(most(&format!("p99 at {RATED}/s"), told.of("p99"), MOST_P99_MS, " ms"));
    Ok(verdicts)
}

fn tell(what: &str, told: &Figures) {
    let figure = |name: &str| told.of(name).unwrap_or_default();
    println!(
        "{what}: {:.0}/s, p50 {:.2} ms, p99 {:.2} ms, p99.9 {:.2} ms, worst {:.2} ms",
        figure("answers/s"),
        figure("p50"),
        figure("p99"),
        figure("p99.9"),
        figure("max")
    );
}

/// Whole graphs, as they are packed.
fn graphs(load: &Load, served: &Served) -> Result<Vec<String>> {
    let length = load.read(served, GRAPH.1)?.len();
    println!("{}: {length} bytes before it is packed", GRAPH.0);
    let rate = match Nginx::tools() {
        Some(tools) => Some(tools.wrk_packed(&format!("http://{}{}", served.address, GRAPH.1))?),
        None => load.send(served, GRAPH.1, 5_000, 4, CONNECTIONS, None)?.of("answers/s"),
    };
    Ok(vec![least("whole graphs", rate, LEAST_GRAPHS, "/s")])
}

/// Checks of a bundle of the newest release of every addon.
fn checks(load: &Load, served: &Served, file: &Utf8Path) -> Result<Vec<String>> {
    let body = Utf8PathBuf::from(format!("{file}.bundle"));
    let path = "/api/v1/products/ayon/bundles/check";
    // The first one makes the catalogue.
    load.send(served, path, 1, 2, 1, Some(&body))?;
    let told = load.send(served, path, 50, SECONDS, 4, Some(&body))?;
    tell("bundle check at 50/s", &told);
    let is_checked = told.of("status 200").is_some();
    let p99 = told.of("p99").filter(|_| is_checked);
    Ok(vec![most("bundle check, p99", p99, MOST_CHECK_MS, " ms")])
}

/// Twice what the server is made for: whoever is turned away is told when to come again.
fn overload(load: &Load, file: &Utf8Path) -> Result<Vec<String>> {
    let mut served = load.serve(file, RATED)?;
    load.send(&served, CHECK.1, RATED / 2, 2, CONNECTIONS, None)?;
    let before = served.peak_mb()?;
    let told = load.send(&served, CHECK.1, RATED * 2, SECONDS, CONNECTIONS, None)?;
    tell(&format!("{} at {}/s", CHECK.0, RATED * 2), &told);
    let more = served.peak_mb()? - before;
    served.stop()?;
    let count = |name: &str| told.of(name).unwrap_or_default();
    let (fine, many, busy) = (count("status 200"), count("status 429"), count("status 503"));
    let patient = count("retry-after");
    println!("answered {fine:.0}, turned away {many:.0} + {busy:.0}, told when {patient:.0}");
    let all: f64 =
        told.all().filter(|(name, _)| name.starts_with("status")).map(|(_, it)| it).sum();
    let strange = all - fine - many - busy + count("broken");
    Ok(vec![
        most("at twice the rated load, answers of another kind", Some(strange), 0.0, ""),
        most("turned away without a time", Some(many + busy - patient), 0.0, ""),
        most("memory that twice the rated load adds", Some(more), MOST_MORE_MB, " MB"),
    ])
}

/// A path in a place that only this run uses.
fn fresh_folder(place: &Utf8Path, name: &str) -> Result<Utf8PathBuf> {
    let folder = place.join(name);
    if folder.exists() {
        fs_err::remove_dir_all(&folder)?;
    }
    fs_err::create_dir_all(&folder).context("a folder for nginx")?;
    Ok(folder)
}
