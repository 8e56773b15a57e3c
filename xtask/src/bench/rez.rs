//! Rez's own benchmark, with Rez from PyPI on the same requests in the same run.

use anyhow::{Context, Result};
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

use super::measure;
use crate::{process, table, workspace};

/// The release whose search we follow.
const REZ: &str = "rez==3.4.0";

/// Asks Rez in its best mode: packages in memory and loaded, the heap frozen, only the search measured.
const SCRIPT: &str = r#"
import gc, gzip, json, resource, sys, time
from rez.package_repository import package_repository_manager
from rez.solver import Solver
from rez.version import Requirement
from rezplugins.package_repository.memory import MemoryPackageRepository

cases, most = sys.argv[1], int(sys.argv[2])
families = json.load(gzip.open(cases + "/benchmark_packages.json.gz"))["packages"]
requests = json.load(gzip.open(cases + "/benchmark_requests.json.gz"))["requests"]
data = {}
for name, versions in families.items():
    keys = ("requires", "variants", "timestamp")
    data[name] = {
        each["v"]: dict({"name": name, "version": each["v"]}, **{key: each[key] for key in keys if each.get(key)})
        for each in versions
    }
repository = MemoryPackageRepository.create_repository(data)
path = "memory@" + repository.location.split("@")[-1]
other = package_repository_manager.get_repository
package_repository_manager.get_repository = lambda at: repository if at == path else other(at)
rows = []
for case in requests[:most]:
    # The first pass loads what the request needs, the second is measured.
    for is_measured in (False, True):
        gc.collect()
        gc.freeze()
        solver = Solver([Requirement(text) for text in case["request"]], [path])
        start = time.process_time()
        solver.solve()
        spent = time.process_time() - start
    solved = solver.status.name == "solved"
    packages = solver.resolved_packages if solved else []
    index = lambda package: "" if package.index is None else package.index
    texts = ["%s-%s[%s]" % (package.name, package.version, index(package)) for package in packages]
    rows.append({"cpu_s": spent, "answer": " ".join(texts) if solved else None})
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"peak_kb": peak, "requests": rows}))
"#;

/// Measures Rez's benchmark, prints it, and says what was kept. `most` is how many requests Rez is asked.
pub(super) fn run(place: &Utf8Path, most: usize) -> Result<Vec<String>> {
    let cases = workspace::root().join("../shared/cases/rez");
    if !cases.exists() {
        return Ok(vec![format!("skipped: Rez's benchmark is not in {cases}")]);
    }
    println!("\n=== Rez's benchmark ===");
    let program = build()?;
    let mut ours = process::command(program.as_str());
    let told: Value = serde_json::from_str(&process::output(&mut ours)?)?;
    let usage = measure::once(&mut process::command(program.as_str()), 0)?;
    let rows = told["requests"].as_array().context("our times are a list")?;
    let mut verdicts = of_ours(rows);
    let hard = told["hard"].as_array().map_or(&[][..], Vec::as_slice);
    let hard = Times::new(hard.iter().filter_map(|row| row["warm_s"].as_f64()));
    verdicts.push(verdict("what Rez does not end takes", hard.percentile(100), 0.050));
    verdicts.push(format!(
        "our memory, with the JSON it is read from: {:.0} MB; packed {} bytes",
        usage.peak_mb(),
        told["packed_bytes"]
    ));
    match ask_rez(place, &cases, most) {
        Err(error) => verdicts.push(format!("skipped: Rez does not answer: {error:#}")),
        Ok(rez) => verdicts.extend(beside(rows, &rez)),
    }
    Ok(verdicts)
}

/// Builds the example that measures requests.
fn build() -> Result<Utf8PathBuf> {
    let arguments = ["build", "--locked", "--release", "-p", "trainyard-rez", "--example", "times"];
    process::run(process::cargo().args(arguments))?;
    let metadata = ["metadata", "--locked", "--no-deps", "--format-version", "1"];
    let metadata: Value = serde_json::from_str(&process::output(process::cargo().args(metadata))?)?;
    let target = metadata["target_directory"].as_str().unwrap_or("target");
    Ok(Utf8PathBuf::from(target).join("release/examples/times"))
}

/// Installs Rez beside the other tools and asks it.
fn ask_rez(place: &Utf8Path, cases: &Utf8Path, most: usize) -> Result<Value> {
    let peers = workspace::root().join("target/bench-peers");
    if !peers.join("bin/pip").exists() {
        process::output(process::command("python3").args(["-m", "venv", peers.as_str()]))?;
    }
    let mut pip = process::command(peers.join("bin/pip").as_str());
    process::output(pip.args(["install", "--quiet", "--disable-pip-version-check", REZ]))?;
    let script = place.join("ask_rez.py");
    fs_err::write(&script, SCRIPT)?;
    let mut python = process::command(peers.join("bin/python").as_str());
    python.args([script.as_str(), cases.as_str(), &most.to_string()]);
    Ok(serde_json::from_str(&process::output(&mut python)?)?)
}

/// Times in ascending order, and their sum.
struct Times(Vec<f64>);

impl Times {
    fn new(times: impl Iterator<Item = f64>) -> Self {
        let mut times: Vec<_> = times.collect();
        times.sort_by(f64::total_cmp);
        Self(times)
    }

    fn total(&self) -> f64 {
        self.0.iter().sum()
    }

    /// The time that so many of a hundred do not exceed.
    fn percentile(&self, percent: usize) -> f64 {
        let place = (self.0.len() * percent).div_ceil(100).saturating_sub(1);
        self.0.get(place).copied().unwrap_or_default()
    }

    fn row(&self, title: &str) -> Vec<String> {
        let milliseconds = |seconds: f64| format!("{:.3}", seconds * 1e3);
        let columns = [self.percentile(50), self.percentile(95), self.percentile(99)];
        let mut row = vec![title.to_owned(), milliseconds(self.total())];
        row.extend(columns.map(milliseconds));
        row.push(milliseconds(self.percentile(100)));
        row
    }
}

const HEADER: [&str; 6] = ["CPU, ms", "total", "median", "p95", "p99", "most"];

fn of_ours(rows: &[Value]) -> Vec<String> {
    let times = |key: &str| Times::new(rows.iter().filter_map(|row| row[key].as_f64()));
    let (warm, cold, checked) = (times("warm_s"), times("cold_s"), times("validate_s"));
    println!("{} requests", rows.len());
    let shown = [warm.row("trainyard"), cold.row("cold, unpacked first"), checked.row("validated")];
    println!("{}", table::render(&HEADER, &shown));
    vec![
        verdict("99 of 100 requests take", warm.percentile(99), 0.003),
        verdict("a cold start takes", cold.percentile(100), 0.020),
    ]
}

fn verdict(what: &str, seconds: f64, most: f64) -> String {
    let word = if seconds <= most { "kept" } else { "MISSED" };
    format!("{word}: {what} {:.3} ms, at most {:.3} ms", seconds * 1e3, most * 1e3)
}

/// Both on the requests that Rez was asked.
fn beside(rows: &[Value], rez: &Value) -> Vec<String> {
    let theirs = rez["requests"].as_array().map_or(&[][..], Vec::as_slice);
    let pairs: Vec<_> = rows
        .iter()
        .zip(theirs)
        .filter_map(|(own, rez)| Some((own["warm_s"].as_f64()?, rez["cpu_s"].as_f64()?)))
        .collect();
    let own = Times::new(pairs.iter().map(|pair| pair.0));
    let other = Times::new(pairs.iter().map(|pair| pair.1));
    let ratios = Times::new(pairs.iter().map(|pair| pair.1 / pair.0.max(1e-9)));
    println!("the first {} of them, with Rez", pairs.len());
    println!("{}", table::render(&HEADER, &[own.row("trainyard"), other.row("Rez")]));
    let same = rows.iter().zip(theirs).filter(|(own, rez)| own["answer"] == rez["answer"]).count();
    let total = other.total() / own.total().max(1e-9);
    let least = ratios.0.first().copied().unwrap_or_default();
    let word = |is_kept: bool| if is_kept { "kept" } else { "MISSED" };
    let peak = rez["peak_kb"].as_f64().unwrap_or_default() / 1024.0;
    vec![
        format!("{}: the same answer {same} of {}", word(same == theirs.len()), theirs.len()),
        format!("{}: {total:.0} times Rez on the total, at least 1000", word(total >= 1000.0)),
        format!("{}: {least:.0} times Rez on every request, at least 100", word(least >= 100.0)),
        format!("Rez's memory: {peak:.0} MB"),
    ]
}
