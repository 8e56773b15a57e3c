//! commitizen's bump cases, translated into steps of the scheme.

use serde_json::Value;
use trainyard_testkit::Tally;
use trainyard_version::{Level, Phase, PreStep, Scheme, Step, Version};

use super::{TODAY, level, read, scheme, vectors, walk};
use crate::differences::assert_listed;

struct Bump {
    from: Version,
    level: Option<Level>,
    phase: Option<Phase>,
    offset: u64,
    dev: Option<u64>,
    exact: bool,
}

enum Answer {
    Steps(Vec<Step>),
    /// A class of the table of differences.
    Different(&'static str),
}

#[test]
fn pep440_cases() {
    run("commitizen__version_scheme_pep440", &scheme("pep440"), ToOwned::to_owned);
}

#[test]
fn semver_cases() {
    run("commitizen__version_scheme_semver", &Scheme::semver(), respelled);
}

fn run(file: &str, scheme: &Scheme, spelling: fn(&str) -> String) {
    let Some(cases) = vectors(file) else { return };
    let mut tally = Tally::new(file);
    for case in cases {
        let expected = case["expected_version"].as_str().unwrap();
        if case["test"].as_str().unwrap().ends_with("_local") {
            tally.check(local_bump(scheme, &case) == expected, || case.to_string());
            continue;
        }
        let bump = bump(scheme, &case, spelling);
        let expected = spelling(expected);
        let right = match bump.answer(scheme.name()) {
            Answer::Steps(steps) => walk(scheme, &bump.from, &steps)
                .is_ok_and(|next| next.precedence(&read(scheme, &expected)).is_eq()),
            Answer::Different(class) => {
                assert_listed(file, class);
                class != "@descending" || read(scheme, &expected) <= bump.from
            }
        };
        tally.check(right, || format!("{case} from {}, expected {expected}", bump.from));
    }
    tally.finish();
}

/// commitizen reads and writes PEP 440 even for SemVer: `1.0.0a2` for `1.0.0-alpha.2`.
fn respelled(text: &str) -> String {
    let version = read(&scheme("pep440"), text);
    let release = [0, 1, 2].map(|index| version.segment(index).to_string()).join(".");
    match (&version.stage().pre, version.stage().dev) {
        (Some(pre), _) => format!("{release}-{}.{}", pre.phase.label(), pre.number.unwrap()),
        (None, Some(dev)) => format!("{release}-dev.{dev}"),
        (None, None) => release,
    }
}

fn bump(scheme: &Scheme, case: &Value, spelling: fn(&str) -> String) -> Bump {
    let arguments = &case["version_args"];
    Bump {
        from: read(scheme, &spelling(arguments[0].as_str().unwrap())),
        level: arguments[1].as_str().map(level),
        phase: arguments[2].as_str().map(Phase::from_label),
        offset: arguments[3].as_u64().unwrap(),
        dev: arguments[4].as_u64(),
        exact: case["test"].as_str().unwrap().ends_with("_force"),
    }
}

impl Bump {
    /// commitizen never goes back a phase, counts a pre-release up even where only its development release is out,
    /// and leaves a pre-release behind first where the level is exact.
    fn answer(&self, scheme: &str) -> Answer {
        let is_pre = self.from.is_prerelease();
        let mut steps = if self.exact && is_pre { vec![Step::Final] } else { Vec::new() };
        let stays = is_pre && !self.exact && self.level.is_none_or(|level| self.leads_to(level));
        let present = self.from.stage().pre.as_ref().map(|pre| pre.phase.clone());
        let phase = match (&self.phase, &present) {
            (Some(phase), Some(present)) if stays => Some(phase.max(present).clone()),
            (phase, _) => phase.clone(),
        };
        let mark = |phase| PreStep { phase, start: Some(self.offset) };
        match (self.level, phase, self.dev) {
            (Some(level), None, None) => steps.push(Step::Level(level, None)),
            (Some(level), None, Some(dev)) => {
                steps.push(Step::Level(level, Some(development(dev))));
            }
            (None, None, None) if is_pre => steps.push(Step::Final),
            (_, Some(_), Some(_)) if scheme == "semver" => {
                return Answer::Different("@development-of-prerelease");
            }
            (_, Some(phase), Some(dev)) if stays && Some(&phase) == present.as_ref() => {
                if self.from.stage().dev.is_some() {
                    steps.push(Step::Pre(mark(phase)));
                }
                steps.push(Step::Pre(development(dev)));
            }
            (_, Some(_), Some(_)) => return Answer::Different("@development-of-first-prerelease"),
            (_, Some(phase), None) if stays => {
                if self.from.stage().dev.is_some() && Some(&phase) == present.as_ref() {
                    steps.push(Step::Pre(mark(phase.clone())));
                }
                steps.push(Step::Pre(mark(phase)));
            }
            (Some(level), Some(phase), None) => steps.push(Step::Level(level, Some(mark(phase)))),
            (None, _, _) => return Answer::Different("@descending"),
        }
        Answer::Steps(steps)
    }

    fn leads_to(&self, level: Level) -> bool {
        match level {
            Level::Major => self.from.segment(1) == 0 && self.from.segment(2) == 0,
            Level::Minor => self.from.segment(2) == 0,
            Level::Patch | Level::None => true,
        }
    }
}

fn development(start: u64) -> PreStep {
    PreStep { phase: Phase::Other("dev".into()), start: Some(start) }
}

/// Here the local part is a version of its own and takes the step alone.
fn local_bump(scheme: &Scheme, case: &Value) -> String {
    let arguments = &case["version_args"];
    let (public, local) = arguments[0].as_str().unwrap().split_once('+').unwrap();
    let step = Step::Level(level(arguments[1].as_str().unwrap()), None);
    let local = scheme.step(&read(scheme, local), &step, TODAY).unwrap();
    read(scheme, &format!("{public}+{local}")).canonical().to_owned()
}
