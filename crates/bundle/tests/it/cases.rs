//! Real catalogues and bundles, with answers that somebody else wrote.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;
use trainyard_bundle::{
    Bundle, Catalogue, Composite, CompositeRelease, Dialect, Expectations, Kind, LockstepGroup,
    Manifest, Numbered, Pin, Requirement, check, check_as_ayon, check_catalogue, check_composites,
    read,
};
use trainyard_policy::{Policy, StreamKind};
use trainyard_report::{Code, Finding};
use trainyard_testkit::{Tally, case_text};
use trainyard_version::{Level, Scheme, Target};

fn json(path: &str) -> Option<Value> {
    let text = case_text(path)?;
    Some(serde_json::from_str(&text).expect("a file of cases is JSON"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn of_code(findings: &[Finding], code: Code) -> Vec<&Finding> {
    findings.iter().filter(|finding| finding.code == code).collect()
}

const ADDONS: &str = "bundles/ayon_addons.json";

#[test]
fn ayon_addons_cases_are_imported() {
    let Some(text) = case_text(ADDONS) else { return };
    let raw: Value = serde_json::from_str(&text).expect("a file of cases is JSON");
    let imported = read::ayon_addons(ADDONS.into(), &text);
    let mut tally = Tally::new(ADDONS);
    let pairs: BTreeSet<_> = imported
        .manifests
        .iter()
        .map(|it| (it.name.clone(), it.version.text().to_owned()))
        .collect();
    let expected = &raw["stats"];
    let mut equal = |what: &str, found: usize, expected: &Value| {
        tally.check(expected.as_u64() == u64::try_from(found).ok(), || {
            format!("{what}: {found}, not {expected}")
        });
    };
    equal("pairs of addon and version", pairs.len(), &expected["distinct_name_version"]);
    equal("records", imported.manifests.len(), &expected["records"]);

    // What cannot be read.
    let malformed = of_code(&imported.findings, Code::RANGE_MALFORMED);
    let rejected = &expected["specifiers_rejected_by_semver_match"][0];
    equal("malformed ranges", malformed.len(), &rejected["count"]);
    let helped =
        malformed.iter().filter(|it| it.suggestion.as_deref() == Some("write `>=1.0.3,<2.0.0`"));
    equal("malformed ranges with the right comma", helped.count(), &rejected["count"]);
    equal(
        "unreadable versions",
        of_code(&imported.findings, Code::VERSION_MALFORMED).len(),
        &1.into(),
    );

    // What names nothing that is published; records that differ in what is no requirement are one release.
    let unpublished = |name: &str| -> Value {
        let tables =
            ["ayon_required_addons", "ayon_soft_required_addons", "ayon_compatible_addons"];
        let records = raw["pairs"].as_array().into_iter().flatten();
        let naming = records.filter(|record| tables.iter().any(|it| !record[it][name].is_null()));
        let distinct: BTreeSet<_> = naming
            .map(|record| {
                let keys = ["name", "version", "ayon_server_version", "ayon_launcher_version"];
                let plain = keys.iter().map(|key| record[key].to_string());
                let tables = tables.iter().map(|it| record[it].to_string());
                plain.chain(tables.map(|it| it.replace("{}", "null"))).collect::<Vec<_>>()
            })
            .collect();
        distinct.len().into()
    };
    let catalogue = Catalogue::new(imported.manifests);
    let findings = check_catalogue(&catalogue, &Expectations::default());
    let of_name = |code: Code, name: &str| {
        let quoted = format!("`{name}`");
        of_code(&findings, code).iter().filter(|it| it.message.contains(&quoted)).count()
    };
    for name in ["ayon_maya", "ayon_deadline"] {
        equal(name, of_name(Code::REQUIREMENT_MISSPELLED, name), &unpublished(name));
    }
    for name in ["planner", "review"] {
        equal(name, of_name(Code::REQUIREMENT_UNKNOWN, name), &unpublished(name));
    }
    equal("misspellings", of_code(&findings, Code::REQUIREMENT_MISSPELLED).len(), &59.into());
    tally.finish();
}

/// A bundle of the known answers; the order of addons and issues matters.
#[derive(Deserialize)]
struct KnownBundle {
    name: String,
    server_version: Option<String>,
    installer_version: Option<String>,
    addons: IndexMap<String, String>,
    expected: Value,
}

#[derive(Deserialize)]
struct KnownBundles {
    bundles: Vec<KnownBundle>,
}

impl KnownBundle {
    fn bundle(&self) -> Bundle {
        let numbered = |text: &Option<String>| text.as_deref().map(Numbered::semver);
        Bundle {
            name: self.name.clone(),
            is_final: true,
            pins: self.addons.iter().map(|(name, version)| Pin::new(name, version)).collect(),
            servers: numbered(&self.server_version).into_iter().collect(),
            launcher: numbered(&self.installer_version),
            ..Bundle::default()
        }
    }
}

#[test]
fn ayon_known_answers_cases_are_given() {
    let path = "bundles/ayon_known_answers.json";
    let (Some(addons), Some(known)) = (case_text(ADDONS), case_text(path)) else { return };
    let known: KnownBundles = serde_json::from_str(&known).expect("a file of cases is JSON");
    let catalogue = Catalogue::new(read::ayon_addons(ADDONS.into(), &addons).manifests);
    let mut tally = Tally::new(path);
    for case in &known.bundles {
        let bundle = case.bundle();
        let answer = check_as_ayon(&bundle, &catalogue);
        let found = serde_json::to_value(&answer).expect("an answer is JSON");
        let expected = &case.expected;
        tally.check(found == *expected, || format!("{}: {found}\n  not {expected}", case.name));

        // Ours finds all of it, and more.
        let own = check(&bundle, &catalogue, &Expectations::default());
        for issue in expected["issues"].as_array().into_iter().flatten() {
            let (addon, required) = (text(&issue["addon"]), issue["requiredAddon"].as_str());
            let is_told = own.iter().any(|finding| {
                let words = format!("{} {}", finding.subject, finding.message);
                words.contains(&addon) && required.is_none_or(|name| words.contains(name))
            });
            tally.check(is_told, || format!("{}: ours does not tell {issue}", case.name));
        }
    }
    tally.finish();
}

/// A bundle of Polyaxon's: a submodule is a component.
fn polyaxon_bundle(case: &Value) -> Bundle {
    let version = Numbered::semver(text(&case["bundle"]).trim_start_matches('v'));
    let components = case["components"].as_object().into_iter().flatten();
    let links: Vec<_> = components
        .filter(|(_, component)| component["present"] == true)
        .map(|(name, component)| read::Gitlink {
            path: name.clone(),
            commit: text(&component["commit"]),
            tag: component["tag"].as_str().map(str::to_owned),
            version: component["version"].as_str().map(str::to_owned),
        })
        .collect();
    let sections = links.iter().map(|link| {
        format!(
            "[submodule \"{0}\"]\n\tpath = {0}\n\turl = https://example.org/{0}.git\n",
            link.path
        )
    });
    let modules = sections.collect::<String>();
    let file = (".gitmodules".into(), modules.as_str());
    let (bundle, findings) = read::submodules("polyaxon", &version, file, &links);
    assert!(findings.is_empty(), "{findings:?}");
    bundle
}

#[test]
fn polyaxon_bundles_cases_are_judged() {
    let path = "bundles/polyaxon_bundles.json";
    let Some(cases) = json(path) else { return };
    let mut tally = Tally::new(path);
    for case in cases["bundles"].as_array().into_iter().flatten() {
        let bundle = polyaxon_bundle(case);
        let findings = check(&bundle, &Catalogue::default(), &Expectations::default());
        let about = |code: Code| -> BTreeSet<String> {
            let found = of_code(&findings, code);
            found
                .iter()
                .map(|it| it.subject.split(' ').next().unwrap_or_default().to_owned())
                .collect()
        };
        let components = || {
            let all = case["components"].as_object().into_iter().flatten();
            all.filter(|(_, component)| component["present"] == true)
        };
        let untagged: BTreeSet<String> = components()
            .filter(|(_, component)| component["tag"].is_null())
            .map(|(name, _)| name.clone())
            .collect();
        let found = about(Code::PIN_UNTAGGED);
        tally.check(found == untagged, || format!("{}: untagged {found:?}", case["bundle"]));

        let is_final = !text(&case["bundle"]).contains("-rc");
        let is_candidate = |component: &Value| {
            let has = |key: &str| component[key].as_str().is_some_and(|it| it.contains("rc"));
            has("tag") || has("version")
        };
        let candidates: BTreeSet<String> = components()
            .filter(|(_, component)| is_final && is_candidate(component))
            .map(|(name, _)| name.clone())
            .collect();
        let found = about(Code::PRERELEASE_IN_FINAL);
        tally.check(found == candidates, || format!("{}: candidates {found:?}", case["bundle"]));
        if case["bundle"] == "v2.8.1" {
            let expected = ["charts", "cli", "haupt", "sdks"].map(str::to_owned);
            tally.check(found == BTreeSet::from(expected), || format!("v2.8.1: {found:?}"));
        }
    }
    tally.finish();
}

#[test]
fn backendai_pins_cases_that_cross_a_line_are_found() {
    let path = "bundles/backendai_pins.tsv";
    let Some(rows) = case_text(path) else { return };
    let pep440: Scheme = "pep440".parse().expect("the scheme exists");
    let dialect: Dialect = "pep440".parse().expect("the grammar exists");
    let mut tally = Tally::new(path);
    let mut manifests = Vec::new();
    let mut crossing = BTreeSet::new();
    for row in rows.lines().skip(1) {
        let [version, component, target, range, ..] = row.split('\t').collect::<Vec<_>>()[..]
        else {
            continue;
        };
        let line = |text: &str| -> Vec<u64> {
            let digits = text.split(|it: char| !it.is_ascii_digit()).filter(|it| !it.is_empty());
            digits.take(2).filter_map(|it| it.parse().ok()).collect()
        };
        if range.split(',').all(|bound| line(bound) != line(version)) {
            crossing.insert(format!("{component} {version}"));
        }
        let mut manifest = Manifest::new(component, Numbered::read(version, &pep440));
        tally.check(manifest.version.error().is_none(), || format!("{version} cannot be read"));
        manifest.requirements.push(Requirement {
            target: target.to_owned(),
            range: dialect.read(range),
            kind: Kind::Hard,
            condition: String::new(),
            is_fetched: false,
            place: None,
        });
        manifests.push(manifest);
    }
    let expectations = Expectations {
        groups: vec![LockstepGroup {
            name: "core".to_owned(),
            members: ["manager", "agent", "common"].map(str::to_owned).into(),
            lockstep: Level::Minor,
        }],
        ..Expectations::default()
    };
    let findings = check_catalogue(&Catalogue::new(manifests), &expectations);
    let found: BTreeSet<_> = of_code(&findings, Code::REQUIREMENT_OFF_LINE)
        .iter()
        .map(|finding| finding.subject.clone())
        .collect();
    tally.check(found == crossing, || format!("{found:?}\n  not {crossing:?}"));
    tally.check(found.len() == 12, || format!("{} cross a line", found.len()));
    tally.finish();
}

#[test]
fn ayon_server_composites_cases_have_their_parts() {
    let path = "bundles/ayon_server_composites.tsv";
    let Some(rows) = case_text(path) else { return };
    let policy = Policy::preset("ayon").expect("the preset exists");
    let stream = policy.streams.iter().find(|stream| stream.name == "server");
    let Some(StreamKind::Composite { scheme, parts, tag }) = stream.map(|it| &it.kind) else {
        panic!("the preset's server is a composite");
    };
    let composite = Composite {
        scheme: scheme.clone(),
        parts: parts.iter().map(|(part, _)| (part.clone(), part.clone())).collect(),
        tag: tag.clone(),
    };
    let calver: Scheme = "calver:YYYYMMDD[A]".parse().expect("the scheme exists");
    let rows: Vec<Vec<&str>> = rows.lines().skip(1).map(|row| row.split('\t').collect()).collect();
    let released = rows.iter().flat_map(|row| {
        let backend = Manifest::new("backend", Numbered::semver(row[0].trim_start_matches('v')));
        [backend, Manifest::new("frontend", Numbered::read(row[1], &calver))]
    });
    let catalogue = Catalogue::new(released);
    let mut tally = Tally::new(path);
    let mut composites: Vec<_> = rows.iter().filter(|row| !row[5].is_empty()).collect();
    composites.sort_by_key(|row| row[2]);
    let releases: Vec<_> = composites
        .iter()
        .map(|row| CompositeRelease { version: row[5].to_owned(), place: None })
        .collect();
    let findings = check_composites(&composite, &releases, &catalogue);
    for release in &releases {
        let told: Vec<_> = findings.iter().filter(|it| it.subject == release.version).collect();
        // One real backend is tagged `1.5.00`, which is no version of its scheme.
        let backend = release.version.split('+').next().unwrap_or_default();
        if Scheme::semver().parse(backend).is_err() {
            let codes: Vec<_> = told.iter().map(|it| it.code).collect();
            tally.check(codes == [Code::VERSION_MALFORMED], || format!("{told:?}"));
            continue;
        }
        tally.check(told.is_empty(), || format!("{told:?}"));
        let Ok(version) = scheme.parse(&release.version) else { continue };
        let image = scheme.render(&version, Target::Docker, None).unwrap_or_default();
        let back = scheme.parse_rendered(&image, Target::Docker, None);
        tally.check(back.as_ref() == Ok(&version), || format!("{image}: {back:?}"));
    }
    tally.finish();
}
