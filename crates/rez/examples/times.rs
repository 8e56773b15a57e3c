//! How long requests take: for `cargo xtask bench`, which runs Rez beside it.
//!
//! Reads the shared cases of Rez's benchmark, prints one JSON object.

use std::time::Duration;

use anyhow::{Context, Result};
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};
use trainyard_rez::{
    Catalogue, Outcome, PackageDefinition, Request, Resolution, resolve, validate,
};
use trainyard_testkit::case_text;

/// Requests over the same packages that Rez does not answer within thousands of steps.
const HARD: &[&[&str]] = &[&[
    "~diam==linux",
    "~understatement==x86_64",
    "~aftershave==CentOS-7",
    "crucifixion==3.40.2",
    "draw-11.3.5",
    "elf-0",
    "crook==4.1.1",
]];

/// How often each request runs; the best time counts.
const RUNS: usize = 5;

fn main() -> Result<()> {
    let read = |file: &str| -> Result<Value> {
        let text = case_text(file).with_context(|| format!("{file} is not there"))?;
        Ok(serde_json::from_str(&text)?)
    };
    let packages = read("rez/benchmark_packages.json.gz")?;
    let catalogue = catalogue(&packages["packages"])?;
    let packed = catalogue.pack();
    let requests = read("rez/benchmark_requests.json.gz")?;
    let requests: Vec<_> =
        list(&requests["requests"]).iter().map(|request| texts(&request["request"])).collect();
    let mut rows = Vec::new();
    for request in &requests {
        rows.push(row(&packed, &catalogue, request)?);
    }
    let owned = |texts: &&[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
    let hard = HARD.iter().map(|texts| row(&packed, &catalogue, &owned(texts)));
    let hard = hard.collect::<Result<Vec<_>>>()?;
    let told = json!({ "packed_bytes": packed.len(), "requests": rows, "hard": hard });
    #[expect(clippy::print_stdout, reason = "what is measured is told")]
    {
        println!("{told}");
    }
    Ok(())
}

fn row(packed: &[u8], catalogue: &Catalogue, texts: &[String]) -> Result<Value> {
    let mut warm = Duration::MAX;
    let mut cold = Duration::MAX;
    let mut checked = Duration::MAX;
    let mut told = None;
    for _ in 0..RUNS {
        let start = now();
        let request = Request::parse(texts)?;
        let resolution = resolve(catalogue, &request);
        warm = warm.min(now().saturating_sub(start));
        if let Some(answer) = resolution.answer() {
            let start = now();
            let violations = validate(catalogue, &request, answer);
            checked = checked.min(now().saturating_sub(start));
            anyhow::ensure!(violations.is_empty(), "{texts:?}: {violations:?}");
        }
        told = Some(shown(&resolution));
    }
    for _ in 0..RUNS {
        let start = now();
        let fresh = Catalogue::unpack(packed)?;
        resolve(&fresh, &Request::parse(texts)?);
        cold = cold.min(now().saturating_sub(start));
    }
    Ok(json!({
        "request": texts,
        "warm_s": warm.as_secs_f64(),
        "cold_s": cold.as_secs_f64(),
        "validate_s": if checked == Duration::MAX { 0.0 } else { checked.as_secs_f64() },
        "answer": told,
    }))
}

/// The answer, or nothing where Rez has none.
fn shown(resolution: &Resolution) -> Option<String> {
    match &resolution.outcome {
        Outcome::Solved(answer) => {
            let packages = answer.packages.iter().map(ToString::to_string);
            Some(packages.collect::<Vec<_>>().join(" "))
        }
        _ => None,
    }
}

/// What this thread has computed so far.
fn now() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let (seconds, nanoseconds) = (u64::try_from(time.tv_sec), u32::try_from(time.tv_nsec));
    Duration::new(seconds.unwrap_or_default(), nanoseconds.unwrap_or_default())
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn texts(value: &Value) -> Vec<String> {
    list(value).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn catalogue(packages: &Value) -> Result<Catalogue> {
    let families = packages.as_object().context("packages are by family")?;
    let definitions = families.iter().flat_map(|(name, versions)| {
        list(versions).iter().map(|version| PackageDefinition {
            name: name.clone(),
            version: version["v"].as_str().unwrap_or_default().to_owned(),
            requires: texts(&version["requires"]),
            variants: list(&version["variants"]).iter().map(texts).collect(),
            timestamp: version["timestamp"].as_u64().unwrap_or_default(),
        })
    });
    Catalogue::new(definitions)
        .map_err(|errors| anyhow::anyhow!("{} packages cannot be read", errors.len()))
}
