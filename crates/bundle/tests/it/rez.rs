//! Sets of Rez packages that Rez itself resolved: real bundles of up to 387 pins.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use serde_json::Value;
use trainyard_bundle::{
    Bundle, Catalogue, Dialect, Expectations, Kind, Manifest, Numbered, Pin, check, read,
};
use trainyard_report::Code;
use trainyard_testkit::{Tally, case_text};

/// The resolved bundles, and a catalogue of all that they pin.
fn world() -> Option<(Vec<Bundle>, Catalogue)> {
    let requests: Value =
        serde_json::from_str(&case_text("rez/benchmark_requests.json.gz")?).unwrap();
    let packages: Value =
        serde_json::from_str(&case_text("rez/benchmark_packages.json.gz")?).unwrap();
    let mut bundles = Vec::new();
    let mut pinned: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for request in requests["requests"].as_array().into_iter().flatten() {
        let resolved = request["resolved"].as_array().into_iter().flatten();
        let pins: Vec<_> =
            resolved.filter_map(|it| Some(Pin::new(it[0].as_str()?, it[1].as_str()?))).collect();
        for pin in &pins {
            pinned.entry(pin.name.clone()).or_default().insert(pin.version.clone());
        }
        bundles.push(Bundle { name: "resolved".to_owned(), pins, ..Bundle::default() });
    }
    bundles.retain(|bundle| !bundle.pins.is_empty());
    let scheme = Dialect::rez().scheme();
    let mut manifests = Vec::new();
    for (name, versions) in &pinned {
        for version in packages["packages"][name].as_array().into_iter().flatten() {
            let text = version["v"].as_str().unwrap_or_default();
            if !versions.contains(text) {
                continue;
            }
            let mut manifest = Manifest::new(name, Numbered::read(text, &scheme));
            let requires = version["requires"].as_array().into_iter().flatten();
            let requires = requires.filter_map(|it| read::rez_requirement(it.as_str()?, None));
            manifest.requirements = requires.collect();
            manifests.push(manifest);
        }
    }
    Some((bundles, Catalogue::new(manifests)))
}

/// What is about requirements alone; these bundles are no releases, and what they do not pin is not in this catalogue.
const ABOUT_REQUIREMENTS: [Code; 4] = [
    Code::REQUIREMENT_MISSING,
    Code::REQUIREMENT_UNSATISFIED,
    Code::PINS_CONFLICT,
    Code::COMPANION_UNFIT,
];

#[test]
fn rez_benchmark_cases_hold_and_break_when_a_pin_is_taken_out() {
    let Some((bundles, catalogue)) = world() else { return };
    let mut tally = Tally::new("rez/benchmark_requests.json.gz");
    for mut bundle in bundles {
        let told = |bundle: &Bundle| {
            let mut findings = check(bundle, &catalogue, &Expectations::default());
            findings.retain(|finding| ABOUT_REQUIREMENTS.contains(&finding.code));
            findings
        };
        let findings = told(&bundle);
        tally.check(findings.is_empty(), || format!("{:?}", findings.first()));
        let needed = bundle.pins.iter().find_map(|pin| {
            let release = catalogue.find_first(catalogue.name(&pin.name)?, &pin.version)?;
            let mut requirements = release.manifest.requirements.iter();
            requirements.find(|it| it.kind == Kind::Hard).map(|it| it.target.clone())
        });
        if let Some(needed) = needed {
            bundle.pins.retain(|pin| pin.name != needed);
            tally.check(!told(&bundle).is_empty(), || format!("nothing needs {needed}"));
        }
    }
    tally.finish();
}

/// Run with `--run-ignored all --release` to see how long a check takes.
#[test]
#[ignore = "measures"]
#[expect(clippy::print_stdout, reason = "it measures")]
fn checks_of_rez_benchmark_cases_are_measured() {
    let Some((bundles, catalogue)) = world() else { return };
    let expectations = Expectations::default();
    let all = || {
        bundles.iter().map(|bundle| check(bundle, &catalogue, &expectations).len()).sum::<usize>()
    };
    let first = Instant::now();
    let found = all();
    let first = first.elapsed();
    let mut times: Vec<_> = bundles
        .iter()
        .map(|bundle| {
            let each = || {
                let start = Instant::now();
                std::hint::black_box(check(bundle, &catalogue, &expectations));
                start.elapsed()
            };
            (0..20).map(|_| each()).min().unwrap_or_default()
        })
        .collect();
    times.sort_unstable();
    let total: std::time::Duration = times.iter().sum();
    let pins: usize = bundles.iter().map(|bundle| bundle.pins.len()).sum();
    println!(
        "{} bundles of {pins} pins: {total:?}, median {:?}, most {:?}; the first time {first:?}; {found} findings",
        bundles.len(),
        times.get(times.len() / 2),
        times.last()
    );
}
