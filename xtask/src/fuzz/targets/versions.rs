//! Schemes: what they read, they read again from its canonical text, and every step goes up.

use anyhow::Result;
use trainyard_version::{Date, Level, Phase, PreStep, Scheme, Step, Version};

use super::Target;

/// Specifications and versions of theirs.
const SCHEMES: &[(&str, &[&str])] = &[
    ("semver", &["1.2.3", "1.0.0-rc.1+build.5", "0.0.0-0", "18446744073709551615.0.0"]),
    ("pep440", &["1!1.2.3a1.post2.dev3+local.4", "20.09", "v1.0-rc.1", "1.0-1", "2012.4"]),
    ("calver:YYYY.M.MICRO", &["2023.11.0", "2024.1.12"]),
    ("calver:YYYY.0M[.MICRO]", &["2023.11", "2023.01.2"]),
    ("calver:YYYYMMDD[A]", &["20230904", "20230904b"]),
    ("calver:YYYY{letter}", &["2013a", "2024za"]),
    ("calver:YY.0M.MICRO[PYTAGNUM]", &["23.09.8rc1", "23.03.0"]),
    (
        "composite:{backend=semver}+{frontend=calver:YYYYMMDD[A]}",
        &["1.0.0+20230903", "1.2.3-rc.1+20230904a"],
    ),
    ("api-date", &["v4.20190115", "v10.20991231"]),
    ("rez", &["1.2.3", "1.0-beta_2", "a.b-c", "1.02.alpha"]),
    ("debian", &["1:2.3~rc1-0ubuntu1", "1.0+dfsg-2", "0~~", "2.0-1.1"]),
];

/// What specifications look like beside those above.
const SPECIFICATIONS: &[&str] = &[
    "calver:YYYY.0W",
    "calver:YYYY-0M-0D",
    "calver:vYYYY.BUILD",
    "composite:{a=rez}-{b=debian}",
    "nothing",
];

pub(super) fn targets() -> Result<Vec<Target>> {
    let mut targets =
        SCHEMES.iter().map(|(spec, seeds)| version(spec, seeds)).collect::<Result<Vec<_>>>()?;
    let seeds = SCHEMES.iter().map(|(spec, _)| *spec).chain(SPECIFICATIONS.iter().copied());
    targets.push(Target::of_text("scheme", seeds, specification));
    Ok(targets)
}

fn version(spec: &str, seeds: &[&str]) -> Result<Target> {
    let scheme: Scheme = spec.parse()?;
    let run = move |text: &str| {
        let Ok(version) = scheme.parse(text) else { return false };
        check(&scheme, &version);
        true
    };
    Ok(Target::of_text(format!("version {spec}"), seeds.iter().copied(), run))
}

fn check(scheme: &Scheme, version: &Version) {
    let again = scheme.parse(version.canonical());
    assert!(again.as_ref() == Ok(version), "{} is not read again: {again:?}", version.canonical());
    let _ = scheme.line(version);
    for step in steps() {
        if let Ok(next) = scheme.step(version, &step, today()) {
            assert!(next > *version, "{step} leads from {version} down to {next}");
            let again = scheme.parse(next.canonical());
            assert!(again.as_ref() == Ok(&next), "{next} is not read again: {again:?}");
        }
    }
}

fn steps() -> Vec<Step> {
    let pre = || PreStep { phase: Phase::Candidate, start: Some(1) };
    let mut steps = vec![Step::Final, Step::Date, Step::Pre(pre())];
    for level in Level::ALL {
        steps.push(Step::Level(level, None));
        steps.push(Step::Level(level, Some(pre())));
        steps.push(Step::NextDevelopment(level, None));
    }
    steps
}

fn today() -> Date {
    jiff::civil::date(2024, 2, 29)
}

fn specification(text: &str) -> bool {
    let Ok(scheme) = text.parse::<Scheme>() else { return false };
    let mut known = scheme.examples();
    known.push(scheme.first(today()));
    for version in known {
        let again = scheme.parse(version.canonical());
        // Parts that cannot be told apart, as in `{a=rez}-{b=rez}`, make versions that cannot be read.
        let is_ambiguous = again.is_err() && !scheme.part_schemes().is_empty();
        assert!(is_ambiguous || again == Ok(version), "{scheme} does not read its own: {again:?}");
    }
    true
}
