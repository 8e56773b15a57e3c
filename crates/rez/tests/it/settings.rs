//! Package filters and orderers, by example; and on random packages beside Rez itself.

use serde_json::{Value, json};
use trainyard_rez::{
    Catalogue, Outcome, PackageDefinition, Request, Settings, VariantSelection, resolve, validate,
};

use crate::packages::{definitions, packages, told};

fn settings(filter: &Value, orderers: &Value) -> Settings {
    Settings::read(Some(filter), Some(orderers)).expect("what tests are made of can be read")
}

fn resolved(catalogue: &Catalogue, texts: &[&str], settings: &Settings) -> String {
    let request = Request::parse(texts).expect("what tests are made of can be read");
    told(&resolve(catalogue, &Request { settings: settings.clone(), ..request }))
}

fn dated(name: &str, versions: &[(&str, u64)]) -> Vec<PackageDefinition> {
    let package = |&(version, timestamp): &(&str, u64)| PackageDefinition {
        name: name.to_owned(),
        version: version.to_owned(),
        timestamp,
        ..PackageDefinition::default()
    };
    versions.iter().map(package).collect()
}

#[test]
fn filters_hide_what_a_rule_excludes_and_none_includes() {
    let catalogue = packages("a-3.beta\n a-2\n a-1\n b-2.beta\n b-1");
    let answer = |filter: Value| resolved(&catalogue, &["a", "b"], &settings(&filter, &json!([])));
    assert_eq!(answer(json!({})), "a-3.beta[] b-2.beta[]");
    assert_eq!(answer(json!({"excludes": "glob(*.beta)"})), "a-2[] b-1[]");
    assert_eq!(answer(json!({"excludes": "*.beta", "includes": ["b"]})), "a-2[] b-2.beta[]");
    assert_eq!(answer(json!({"excludes": ["regex(a-.*beta)", "b-2"]})), "a-2[] b-1[]");
    assert_eq!(answer(json!({"excludes": ["a-2+"]})), "a-1[] b-2.beta[]");
    assert_eq!(answer(json!({"excludes": ["a-[!1]*"]})), "a-1[] b-2.beta[]");
    assert_eq!(answer(json!([{"excludes": ["a-3"]}, {"excludes": ["a-2"]}])), "a-1[] b-2.beta[]");
    // Whatever is hidden by one filter is hidden, even if another includes it.
    assert_eq!(
        answer(json!([{"excludes": ["a-3"]}, {"excludes": ["a-2"], "includes": ["a"]}])),
        "a-2[] b-2.beta[]"
    );
    assert_eq!(answer(json!({"excludes": "a"})), "Package could not be found: a");
}

#[test]
fn filters_know_when_packages_were_released() {
    let all = dated("a", &[("3", 300), ("2", 200), ("1", 100), ("0", 0)]);
    let catalogue = Catalogue::new(all).expect("what tests are made of can be read");
    let answer = |rule: &str| {
        let filter = json!({ "excludes": rule });
        resolved(&catalogue, &["a"], &settings(&filter, &json!([])))
    };
    assert_eq!(answer("after(200)"), "a-2[]");
    assert_eq!(answer("after(a:99)"), "a-0[]");
    assert_eq!(answer("after(b:99)"), "a-3[]");
    assert_eq!(answer("before(300)"), "a-0[]");
}

#[test]
fn orders_say_which_versions_come_first() {
    let all = dated("a", &[("2", 40), ("4", 60), ("3", 50), ("1", 30)]);
    let catalogue = Catalogue::new(all).expect("what tests are made of can be read");
    let answer = |order: Value| resolved(&catalogue, &["a"], &settings(&Value::Null, &order));
    assert_eq!(answer(json!([])), "a-4[]");
    assert_eq!(answer(json!({"type": "sorted", "descending": false})), "a-1[]");
    assert_eq!(answer(json!({"type": "no_order"})), "a-2[]");
    assert_eq!(answer(json!([{"type": "version_split", "first_version": "3"}])), "a-3[]");
    assert_eq!(answer(json!([{"type": "soft_timestamp", "timestamp": 45}])), "a-2[]");
    assert_eq!(answer(json!([{"type": "soft_timestamp", "timestamp": 5}])), "a-1[]");
    let of_others = json!({"type": "sorted", "descending": false, "packages": ["b"]});
    assert_eq!(answer(json!([of_others, {"type": "no_order", "packages": ["a"]}])), "a-2[]");
    let by_family = json!({"type": "per_family", "orderers": [
        {"type": "sorted", "descending": false, "packages": ["a", "b"]},
    ]});
    assert_eq!(answer(json!([by_family])), "a-1[]");
}

#[test]
fn newer_patches_may_come_before_older_lines() {
    let all = ["2.2.1", "2.2.0", "2.1.1", "2.1.0", "2.0.6", "2.0.5"].map(|version| (version, 20));
    let all = [&all[..], &[("2.0.0", 10), ("1.9.0", 10)]].concat();
    let order = json!([{"type": "soft_timestamp", "timestamp": 15, "rank": 3}]);
    // What is taken first, and what once that is excluded, and so on.
    let mut taken: Vec<String> = Vec::new();
    while taken.len() < all.len() {
        let left: Vec<_> =
            all.iter().filter(|it| !taken.contains(&format!("a-{}[]", it.0))).collect();
        let request: Vec<_> = left.iter().map(|it| format!("=={}", it.0)).collect();
        let catalogue =
            Catalogue::new(dated("a", &all)).expect("what tests are made of can be read");
        let request = format!("a{}", request.join("|"));
        taken.push(resolved(&catalogue, &[&request], &settings(&Value::Null, &order)));
    }
    let expected = ["2.0.6", "2.0.5", "2.0.0", "1.9.0", "2.1.1", "2.1.0", "2.2.1", "2.2.0"];
    assert_eq!(taken, expected.map(|version| format!("a-{version}[]")));
}

#[test]
fn variants_are_preferred_by_the_orders_of_what_they_require() {
    let catalogue = packages("a-1 / b-1 / b-2\n b-2\n b-1");
    let order = json!([{"type": "sorted", "descending": false, "packages": ["b"]}]);
    let usual = Settings::default();
    assert_eq!(resolved(&catalogue, &["a"], &usual), "b-2[] a-1[1]");
    assert_eq!(resolved(&catalogue, &["a"], &settings(&Value::Null, &order)), "b-1[] a-1[0]");
}

#[test]
fn settings_hold_beyond_rez_too() {
    // Rez stops at the cycle of the first choice.
    let catalogue = packages("a-3 b\n a-2\n a-1\n b-1 a");
    let answer = |filter: Value, order: Value| {
        let request = Request::parse(["a"]).expect("what tests are made of can be read");
        let request = Request { settings: settings(&filter, &order), ..request };
        let resolution = resolve(&catalogue, &request);
        assert!(resolution.beyond_rez.is_some());
        let answer = resolution.answer().expect("there is an answer").clone();
        assert_eq!(validate(&catalogue, &request, &answer), []);
        answer.packages.iter().map(ToString::to_string).collect::<String>()
    };
    let last = json!([{"type": "version_split", "first_version": "0"}]);
    assert_eq!(answer(json!([]), last.clone()), "a-2[]");
    assert_eq!(answer(json!({"excludes": "a-2"}), last), "a-1[]");
}

#[test]
fn what_rez_prefers_of_variants_is_preferred_beyond_rez() {
    let catalogue = packages("a-2 x\n a-1 / b-2 / b-1 c\n b-2\n b-1\n c-1\n x-1 a");
    let answer = |selection: VariantSelection| {
        let mut request =
            Request::parse(["a", "b", "c"]).expect("what tests are made of can be read");
        request.options.variant_selection = selection;
        let resolution = resolve(&catalogue, &request);
        assert!(resolution.beyond_rez.is_some(), "{:?}", resolution.outcome);
        let answer = resolution.answer().expect("there is an answer");
        answer.packages.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(answer(VariantSelection::VersionPriority), "b-2[] a-1[0] c-1[]");
    assert_eq!(answer(VariantSelection::IntersectionPriority), "b-1[] c-1[] a-1[1]");
}

#[test]
fn settings_that_rez_would_not_take_are_refused() {
    let refused = |filter: Value, order: Value| {
        Settings::read(Some(&filter), Some(&order)).expect_err("it is refused").to_string()
    };
    let mut deep = json!({"type": "no_order"});
    for _ in 0..40 {
        deep = json!({"type": "per_family", "orderers": [], "default_order": deep});
    }
    let nested = json!({"type": "per_family", "orderers": [
        {"type": "per_family", "packages": ["a"], "orderers": [], "default_order": deep},
    ]});
    let told = [
        refused(json!("a"), json!([])),
        refused(json!({"excludes": 1}), json!([])),
        refused(json!([{}, {"excludes": "bad(a)"}]), json!([])),
        refused(json!({"excludes": "before(noon)"}), json!([])),
        refused(json!({"excludes": "range(a-4+<2)"}), json!([])),
        refused(json!({"excludes": "regex(a\\)"}), json!([])),
        refused(json!([]), json!([{"type": "newest"}])),
        refused(json!([]), json!([{"type": "sorted"}])),
        refused(json!([]), json!(["sorted"])),
        refused(json!([]), nested),
    ];
    insta::assert_snapshot!(told.join("\n"));
}

/// Answers cases as Rez does: packages in memory, filters and orderers as a configuration has them.
const SCRIPT: &str = r#"
import json, sys
from rez import package_order
from rez.config import config
from rez.package_filter import PackageFilterList, TimestampRule
from rez.package_order import PackageOrderList
from rez.package_repository import package_repository_manager
from rez.solver import Solver
from rez.version import Requirement
from rezplugins.package_repository.memory import MemoryPackageRepository

known = {}
other = package_repository_manager.get_repository
package_repository_manager.get_repository = lambda at: known[at] if at in known else other(at)
told = []
for case in json.load(sys.stdin):
    data = {
        name: {each["v"]: dict(each, name=name, version=each["v"]) for each in versions}
        for name, versions in case["packages"].items()
    }
    for versions in data.values():
        for each in versions.values():
            del each["v"]
    repository = MemoryPackageRepository.create_repository(data)
    path = "memory@" + repository.location.split("@")[-1]
    known[path] = repository
    config.override("packages_path", [path])
    config.override("variant_select_mode", case["mode"])
    filters = PackageFilterList.from_pod(case["filter"])
    if case["released_by"] is not None:
        filters.add_exclusion(TimestampRule.after(case["released_by"]))
    orderers = PackageOrderList.from_pod(case["orderers"])
    request = [Requirement(text) for text in case["request"]]
    try:
        solver = Solver(request, [path], package_filter=filters, package_orderers=orderers)
        solver.solve()
        if solver.status.name == "solved":
            index = lambda package: "" if package.index is None else package.index
            told.append(" ".join(
                "%s-%s[%s]" % (package.name, package.version, index(package))
                for package in solver.resolved_packages
            ))
        else:
            told.append(solver.status.name)
    except Exception as error:
        told.append(type(error).__name__)
print(json.dumps(told))
"#;

/// Numbers that look random, the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % sides
    }

    fn pick<'all, T>(&mut self, all: &'all [T]) -> &'all T {
        &all[self.roll(all.len())]
    }
}

const FAMILIES: [&str; 5] = ["a", "b", "c", "d", "e"];
const VERSIONS: [&str; 7] = ["1", "1.1", "1.2.beta", "2", "2.0.1", "2.1", "3"];
const RANGES: [&str; 9] = ["", "", "-1", "-2", "==2", "<2", "-2+", "-1|3", "-1.1+<2.1"];

fn requirement(dice: &mut Dice) -> String {
    let prefix = dice.pick(&["", "", "", "", "!", "~"]);
    format!("{prefix}{}{}", dice.pick(&FAMILIES), dice.pick(&RANGES))
}

fn requirements(dice: &mut Dice, most: usize) -> Vec<String> {
    let mut all: Vec<String> = (0..dice.roll(most + 1)).map(|_| requirement(dice)).collect();
    // `~a` alone has no range, which Rez cannot sort by.
    all.retain(|text| !text.starts_with('~') || text.len() > 2);
    all
}

fn filter(dice: &mut Dice) -> Value {
    const RULES: [&str; 14] = [
        "*.beta",
        "a-2*",
        "glob(b-*)",
        "glob(?-[12])",
        "glob([!ab]-*)",
        "regex(.*1$)",
        "regex(c-[2-3].*)",
        "d-2+",
        "range(e<2)",
        "after(250)",
        "before(150)",
        "after(a:150)",
        "b",
        "a-1-*",
    ];
    let mut rules = |most| (0..dice.roll(most)).map(|_| *dice.pick(&RULES)).collect::<Vec<_>>();
    json!({ "excludes": rules(3), "includes": rules(2) })
}

fn orderer(dice: &mut Dice) -> Value {
    let mut orderer = match dice.roll(5) {
        0 => json!({ "type": "sorted", "descending": dice.roll(2) == 0 }),
        1 => json!({ "type": "no_order" }),
        2 => json!({ "type": "version_split", "first_version": dice.pick(&VERSIONS) }),
        3 => json!({ "type": "soft_timestamp", "timestamp": dice.roll(400), "rank": dice.roll(4) }),
        _ => {
            let part = orderer(dice);
            if part["type"] == "per_family" {
                return part;
            }
            let mut part = part;
            part["packages"] = json!([dice.pick(&FAMILIES)]);
            return json!({ "type": "per_family", "orderers": [part] });
        }
    };
    if dice.roll(3) > 0 {
        orderer["packages"] = json!([dice.pick(&FAMILIES), dice.pick(&FAMILIES)]);
    }
    orderer
}

/// Packages, a request and settings.
fn case(dice: &mut Dice) -> Value {
    let mut packages = serde_json::Map::new();
    for family in FAMILIES {
        let mut versions = Vec::new();
        for version in VERSIONS.iter().filter(|_| dice.roll(3) > 0).collect::<Vec<_>>() {
            let variants: Vec<_> = (0..dice.roll(4)).map(|_| requirements(dice, 2)).collect();
            let mut package = json!({ "v": version });
            let time = dice.roll(5) * 100;
            for (key, value) in
                [("requires", json!(requirements(dice, 2))), ("variants", json!(variants))]
            {
                if value.as_array().is_some_and(|all| !all.is_empty()) {
                    package[key] = value;
                }
            }
            if time > 0 {
                package["timestamp"] = json!(time);
            }
            versions.push(package);
        }
        if !versions.is_empty() {
            packages.insert(family.to_owned(), Value::Array(versions));
        }
    }
    let mut request = requirements(dice, 3);
    request.push((*dice.pick(&FAMILIES)).to_owned());
    json!({
        "packages": packages,
        "request": request,
        "filter": (0..dice.roll(3)).map(|_| filter(dice)).collect::<Vec<_>>(),
        "orderers": (0..dice.roll(3)).map(|_| orderer(dice)).collect::<Vec<_>>(),
        "released_by": (dice.roll(4) == 0).then(|| dice.roll(400)),
        "mode": dice.pick(&["version_priority", "version_priority", "intersection_priority"]),
    })
}

/// Runs where `TRAINYARD_REZ_PYTHON` is a Python that has Rez 3.4.0: `--run-ignored all`.
#[test]
#[ignore = "needs Rez"]
#[expect(clippy::print_stdout, reason = "the count is what such a test is for")]
fn answers_are_those_of_rez() {
    #[expect(clippy::disallowed_methods, reason = "only whoever runs the test knows where Rez is")]
    let Ok(python) = std::env::var("TRAINYARD_REZ_PYTHON") else {
        println!("skipped: TRAINYARD_REZ_PYTHON names no Python with Rez");
        return;
    };
    let mut dice = Dice(11);
    let cases: Vec<Value> = (0..2000).map(|_| case(&mut dice)).collect();
    let mut tally = trainyard_testkit::Tally::new("random requests with settings, as Rez");
    let (mut errors, mut solved) = (0, 0);
    for (case, rez) in cases.iter().zip(ask(&python, &cases)) {
        // What its own code does not expect says nothing of what it means.
        if ["RuntimeError", "TypeError", "AttributeError", "UnboundLocalError"].contains(&&*rez) {
            errors += 1;
            continue;
        }
        let found = ours(case);
        solved += u32::from(rez.contains('[') || rez.is_empty());
        tally.check(found == rez, || format!("{case}\n  Rez: {rez}\n  found: {found}"));
    }
    println!("{solved} have an answer, {errors} of {} an error of Rez's code", cases.len());
    tally.finish();
}

fn ours(case: &Value) -> String {
    let catalogue =
        Catalogue::new(definitions(&case["packages"])).expect("what tests are made of can be read");
    let texts = case["request"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut request = Request::parse(texts).expect("what tests are made of can be read");
    request.settings = settings(&case["filter"], &case["orderers"]);
    request.options.released_by = case["released_by"].as_u64();
    request.options.steps = 1_000_000;
    if case["mode"] == "intersection_priority" {
        request.options.variant_selection = VariantSelection::IntersectionPriority;
    }
    let resolution = resolve(&catalogue, &request);
    if let Some(answer) = resolution.answer() {
        assert_eq!(validate(&catalogue, &request, answer), [], "{case}");
    }
    match &resolution.outcome {
        Outcome::Solved(answer) => {
            answer.packages.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        }
        // Rez's status does not tell cycles from other failures.
        Outcome::Failed { .. } => "failed".to_owned(),
        Outcome::Aborted(abort) => match abort {
            trainyard_rez::Abort::FamilyNotFound { .. } => "PackageFamilyNotFoundError".to_owned(),
            trainyard_rez::Abort::PackageNotFound { .. } => "PackageNotFoundError".to_owned(),
            _ => "ResolveError".to_owned(),
        },
        Outcome::Unfinished => "unfinished".to_owned(),
    }
}

/// What Rez says to all cases.
fn ask(python: &str, cases: &[Value]) -> Vec<String> {
    use std::{io::Write, process::Stdio};
    #[expect(clippy::disallowed_methods, reason = "Rez is the oracle")]
    let mut command = std::process::Command::new(python);
    command.args(["-c", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("Python starts");
    let mut input = child.stdin.take().expect("it reads");
    let text = Value::Array(cases.to_vec()).to_string();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("it was written").expect("it was read");
    serde_json::from_slice(&output.stdout).expect("it answers in JSON")
}
