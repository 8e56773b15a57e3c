//! Manifests, bundles and findings as JSON: what is written is read again.

use proptest::{collection::vec, option, prelude::*, sample::select};
use serde::{Serialize, de::DeserializeOwned};
use trainyard_bundle::{
    ApiRange, Base, Bundle, Catalogue, DependencyPackage, Dialect, Digest, Environment,
    EnvironmentNeed, Expectations, Flavour, Kind, Manifest, Numbered, Origin, Pin, Place, Provided,
    Range, Requirement, check,
    read::{self, read_file},
    resolve::Query,
};
use trainyard_policy::Maturity;
use trainyard_report::Finding;
use trainyard_testkit::{Tally, case_text};

use crate::world::{bundle, catalogue, manifests};

fn again<T: Serialize + DeserializeOwned>(value: &T) -> T {
    let text = serde_json::to_string(value).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn json(value: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(value).unwrap()
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z][a-z0-9_-]{0,8}", any::<String>()]
}

fn scheme() -> impl Strategy<Value = &'static str> {
    select(vec!["semver", "pep440", "rez", "debian", "calver:YYYY.M[.MICRO]", "api-date"])
}

fn numbered() -> impl Strategy<Value = Numbered> {
    let text = prop_oneof![
        "[0-9]{1,2}\\.[0-9]{1,2}(\\.[0-9]{1,2})?(-rc\\.[0-9])?(\\+dev)?",
        "20[0-9]{2}\\.[0-9]{1,2}",
        any::<String>()
    ];
    (text, scheme()).prop_map(|(text, scheme)| Numbered::read(&text, &scheme.parse().unwrap()))
}

fn range() -> impl Strategy<Value = Range> {
    let dialects = [
        "ayon",
        "cargo",
        "npm",
        "pep440",
        "rez",
        "debian",
        "poetry",
        "helm",
        "npm-workspace",
        "semver",
        "calver:YYYY.M[.MICRO]",
    ];
    let text = prop_oneof![
        Just(String::new()),
        "(>=|<|\\^|~|==)[0-9]{1,2}\\.[0-9]{1,2}(\\.[0-9])?(,<[0-9]{1,3})?",
        "workspace:\\^[0-9]\\.[0-9]",
        any::<String>()
    ];
    let read = |(dialect, text): (&str, String)| dialect.parse::<Dialect>().unwrap().read(&text);
    let written = (select(dialects.to_vec()), text).prop_map(read);
    let any = scheme().prop_map(|scheme| Range::any(scheme.parse().unwrap()));
    let conditions = scheme().prop_map(|it| Dialect::Conditions(it.parse().unwrap()).read(">=1.2"));
    prop_oneof![8 => written, 1 => any, 1 => conditions]
}

/// Where something was read is no part of what is written.
fn place() -> impl Strategy<Value = Option<Place>> {
    Just(None)
}

fn digest() -> impl Strategy<Value = Option<Digest>> {
    option::of(name().prop_map(Digest::new))
}

fn package() -> impl Strategy<Value = DependencyPackage> {
    (name(), option::of(name()), option::of(numbered()), digest()).prop_map(
        |(file, platform, python, checksum)| DependencyPackage { file, platform, python, checksum },
    )
}

fn requirement() -> impl Strategy<Value = Requirement> {
    let kinds = vec![Kind::Hard, Kind::Upper, Kind::Conflict, Kind::Soft, Kind::Advisory];
    (name(), range(), select(kinds), name(), any::<bool>(), place()).prop_map(
        |(target, range, kind, condition, is_fetched, place)| Requirement {
            target,
            range,
            kind,
            condition,
            is_fetched,
            place,
        },
    )
}

fn api() -> impl Strategy<Value = ApiRange> {
    (name(), numbered(), numbered(), place()).prop_map(|(name, min, max, place)| ApiRange {
        name,
        min,
        max,
        place,
    })
}

fn environment() -> impl Strategy<Value = Environment> {
    let need = || {
        option::of((range(), place()).prop_map(|(range, place)| EnvironmentNeed { range, place }))
    };
    (need(), need(), need(), vec(name(), 0..3)).prop_map(|(server, launcher, python, platforms)| {
        Environment { server, launcher, python, platforms }
    })
}

fn manifest() -> impl Strategy<Value = Manifest> {
    let maturity = option::of(select(vec![Maturity::Alpha, Maturity::Beta, Maturity::Stable]));
    let origin = (option::of(name()), option::of(name()), option::of(name()))
        .prop_map(|(repository, tag, commit)| Origin { repository, tag, commit });
    let provided =
        (name(), option::of(numbered())).prop_map(|(name, version)| Provided { name, version });
    let about = (name(), numbered(), digest(), option::of(1i16..28), maturity, origin);
    let lists = (
        vec(requirement(), 0..4),
        environment(),
        vec(provided, 0..3),
        vec(api(), 0..3),
        vec(api(), 0..3),
        vec(package(), 0..2),
    );
    (about, lists, place()).prop_map(|(about, lists, place)| {
        let (name, version, digest, day, maturity, origin) = about;
        let (requirements, environment, provides, serves, speaks, dependency_packages) = lists;
        let date = day.map(|day| format!("2026-02-{day:02}").parse().unwrap());
        Manifest {
            name,
            version,
            digest,
            date,
            maturity,
            origin,
            requirements,
            environment,
            provides,
            serves,
            speaks,
            dependency_packages,
            place,
        }
    })
}

fn any_bundle() -> impl Strategy<Value = Bundle> {
    let pin = (name(), name(), digest(), option::of(name()), option::of(name()), place()).prop_map(
        |(name, version, digest, commit, tag, place)| Pin {
            name,
            version,
            digest,
            commit,
            tag,
            place,
        },
    );
    let base = (name(), option::of(name()), digest(), option::of(name())).prop_map(
        |(name, version, digest, path)| Base { name, version, digest, path: path.map(Into::into) },
    );
    let flavour = (vec(name(), 0..3), vec(name(), 0..2), place())
        .prop_map(|(members, includes, place)| Flavour { members, includes, place });
    let about =
        (name(), option::of(numbered()), any::<bool>(), option::of(base), vec(name(), 0..2));
    let around =
        (vec(numbered(), 0..3), option::of(numbered()), option::of(numbered()), vec(name(), 0..3));
    let lists = (vec(pin, 0..5), vec(package(), 0..2), vec((name(), flavour), 0..3));
    (about, around, lists, place()).prop_map(|(about, around, lists, place)| {
        let (name, version, is_final, base, without) = about;
        let (servers, launcher, python, platforms) = around;
        let (mut pins, dependency_packages, flavours): (Vec<Pin>, _, Vec<_>) = lists;
        pins.sort_by(|left, right| left.name.cmp(&right.name));
        pins.dedup_by(|left, right| left.name == right.name);
        Bundle {
            name,
            version,
            is_final,
            base,
            without,
            pins,
            servers,
            launcher,
            python,
            platforms,
            dependency_packages,
            flavours: flavours.into_iter().collect(),
            place,
        }
    })
}

proptest! {
    #[test]
    fn every_manifest_is_read_as_it_was_written(manifest in manifest()) {
        let read = again(&manifest);
        prop_assert_eq!(&read, &manifest);
        prop_assert_eq!(read.fingerprint(), manifest.fingerprint());
        for (read, written) in read.requirements.iter().zip(&manifest.requirements) {
            prop_assert_eq!(read.range.error(), written.range.error());
            prop_assert_eq!(read.range.set(), written.range.set());
        }
    }

    #[test]
    fn every_bundle_is_read_as_it_was_written(bundle in any_bundle()) {
        let read = again(&bundle);
        prop_assert_eq!(&read, &bundle);
        prop_assert!(read.flavours.keys().eq(bundle.flavours.keys()), "their order is kept");
    }
}

#[test]
fn findings_are_read_as_they_were_written() {
    let bundle = bundle("core = \"1.0.0\"\nmaya = \"1.0.0\"\nnuke = \"9.9.9\"");
    let known = catalogue("core 1.0.0\nmaya 1.0.0: requires.core = >=1.2; requires.flame = *");
    let findings = check(&bundle, &known, &Expectations::default());
    assert!(findings.len() >= 3, "{findings:?}");
    assert_eq!(again(&findings), findings);
}

#[test]
fn the_form_of_a_manifest_stays_as_it_is() {
    let all = manifests(
        "maya 0.5.4: requires.core = >=1.0.0,<2.0.0; soft.nuke = *; environment.server = >=1.1.2; \
         provides.dcc = 1.0; release.grammar = ayon; release.date = 2026-02-01; \
         release.maturity = beta; release.tag = v0.5.4; serves.hosts = { max = \"v2.20260101\" }",
    );
    insta::assert_json_snapshot!(all);
}

#[test]
fn the_form_of_a_bundle_stays_as_it_is() {
    let full = bundle(
        "[bundle]\nname = \"pipeline\"\nversion = \"2023.11\"\nserver = [\"1.0.0\"]\n\
         base = { name = \"official\", version = \"2023.10\", path = \"official.toml\" }\n\
         without = [\"slack\"]\n[pins]\ncore = \"1.0.0\"\n\
         maya = { version = \"0.5.4\", digest = \"sha256:1A\", commit = \"0123456\" }\n\
         [flavours]\n3d = { members = [\"core\"], includes = [\"full\"] }\nfull = [\"*\"]",
    );
    insta::assert_json_snapshot!(full);
}

#[test]
fn what_is_unknown_is_refused_with_a_reason() {
    let version = r#""version": {"text": "1.0.0", "scheme": "semver"}"#;
    let asking = |range: &str| {
        format!(
            r#"{{"name": "a", {version},
                "requirements": [{{"target": "b", "kind": "hard", "range": {range}}}]}}"#
        )
    };
    for (text, why) in [
        (format!(r#"{{"name": "a", {version}, "demands": []}}"#), "unknown field `demands`"),
        (r#"{"name": "a", "version": "1.0.0"}"#.to_owned(), "expected struct"),
        (r#"{"name": "a", "version": {"text": "1", "scheme": "roman"}}"#.to_owned(), "roman"),
        (asking(r#"{"text": ">=1", "grammar": "latin"}"#), "latin"),
        (asking(r#"{"text": ">=1", "grammar": "semver"}"#), "no grammar"),
        (asking(r#"{"text": ">=1", "grammar": "conditions"}"#), "missing field `scheme`"),
        (asking(r#"{"text": ">=1", "grammar": "npm", "scheme": "semver"}"#), "has its own"),
    ] {
        let error = serde_json::from_str::<Manifest>(&text).expect_err(&text).to_string();
        assert!(error.contains(why), "{error}");
    }
    let twice = r#"{"name": "a", "is_final": true, "pins": [{"name": "b"}, {"name": "b"}]}"#;
    let twice = serde_json::from_str::<Bundle>(twice).unwrap_err().to_string();
    assert!(twice.contains("`b` is pinned twice"), "{twice}");
    let misspelled = serde_json::from_str::<Query>(r#"{"want": ["maya"]}"#);
    assert!(misspelled.unwrap_err().to_string().contains("unknown field `want`"));
    let code = serde_json::from_str::<Finding>(
        r#"{"code": "TY9999", "severity": "error", "subject": "", "message": ""}"#,
    );
    assert!(code.unwrap_err().to_string().contains("TY9999"));
}

#[test]
fn ranges_of_tools_survive() {
    let pyproject = "[tool.poetry]\nname = \"a\"\nversion = \"1.0.0\"\n\
        [tool.poetry.dependencies]\npython = \"^3.9\"\nb = \"^1.2 || ~2.0\"";
    let chart = "name: c\nversion: 1.0.0\ndependencies:\n  - name: d\n    version: '>=1.0, <2'\n    repository: https://charts.example.org";
    let package =
        r#"{"name": "e", "version": "1.0.0", "peerDependencies": {"f": "workspace:^1.2.0"}}"#;
    for (path, text, range) in [
        ("pyproject.toml", pyproject, "^1.2 || ~2.0"),
        ("Chart.yaml", chart, ">=1.0, <2"),
        ("package.json", package, "workspace:^1.2.0"),
    ] {
        let read = read_file(path.into(), text, &Origin::default()).unwrap();
        assert!(read.findings.is_empty(), "{path}: {:?}", read.findings);
        let manifest = &read.manifests[0];
        let needs = again(manifest).requirements;
        assert_eq!(json(&needs), json(&manifest.requirements), "{path}");
        assert_eq!(needs[0].range.text(), range, "{path}");
        assert!(needs[0].range.admits(&Numbered::semver("1.2.3")), "{path}: {:?}", needs[0]);
        assert!(!needs[0].range.admits(&Numbered::semver("3.0.0")), "{path}: {:?}", needs[0]);
    }
}

#[test]
fn ayon_addons_of_the_cases_are_read_as_they_were_written() {
    const ADDONS: &str = "bundles/ayon_addons.json";
    let Some(text) = case_text(ADDONS) else { return };
    let all = read::ayon_addons(ADDONS.into(), &text).manifests;
    let mut tally = Tally::new(ADDONS);
    for manifest in &all {
        tally.check(json(&again(manifest)) == json(manifest), || format!("{manifest:?}"));
    }
    tally.finish();
    let (one, other) = (Catalogue::new(all.clone()), Catalogue::new(again(&all)));
    assert_eq!(one.len(), other.len());
}

#[test]
fn a_catalogue_that_grew_is_as_one_made_at_once() {
    let lines = "
        core 1.0.0
        maya 1.0.0: requires.core = >=1.0; requires.zoo = *
        core 1.1.0: provides.base = *
        core 1.1.0: requires.base = *
        zoo 2.0.0: conflicts.core = <1.1
    ";
    let all = manifests(&lines.replace("provides.base = *", "provides.base = 1.0"));
    let whole = Catalogue::new(all.clone());
    let grown = all.iter().fold(Catalogue::default(), |catalogue, manifest| {
        catalogue.prepare();
        catalogue.extended([manifest.clone()])
    });
    let listed = |catalogue: &Catalogue| {
        let names: Vec<_> = catalogue.families().map(|(_, it)| it.name().to_owned()).collect();
        (names, format!("{:#?}", catalogue.all_releases()))
    };
    assert_eq!(listed(&grown), listed(&whole));
    // What is known already changes nothing.
    assert_eq!(whole.extended(all).len(), whole.len());
}

/// The same said in another file, or on another line, is the same document.
#[test]
fn where_something_was_read_is_no_part_of_its_document() {
    let release = "[release]\nname = \"maya\"\nversion = \"1.0.0\"\n[requires]\ncore = \">=1.0.0\"\n\
                   [environment]\nserver = \">=1.1.0\"\n[serves]\ncompute = { max = \"v4.20190115\" }\n";
    let read = |path: &str, text: &str| {
        let (manifest, findings) = read::trainyard::release(path.into(), text).unwrap();
        assert_eq!(findings, []);
        manifest
    };
    let one = read("release.toml", release);
    let other = read("elsewhere/maya.toml", &format!("# why\n\n{release}"));
    assert_ne!(one.place, other.place);
    assert_eq!(json(&one), json(&other));
    assert_eq!(one.document_digest(), other.document_digest());

    let bundle = "[bundle]\nname = \"pipeline\"\nversion = \"2026.1\"\n[pins]\nmaya = \"1.0.0\"\n[flavours]\nall = [\"maya\"]\n";
    let read = |path: &str, text: &str| read::trainyard::bundle(path.into(), text).unwrap().0;
    let text = format!("# why\n{bundle}");
    assert_eq!(json(&read("a.toml", bundle)), json(&read("b/c.toml", &text)));

    // Documents of older versions say it.
    let place = serde_json::json!({ "path": "manifests/maya.toml", "line": 7 });
    let mut old = json(&one);
    old["place"] = place.clone();
    old["requirements"][0]["place"] = place;
    let old: Manifest = serde_json::from_value(old).unwrap();
    assert_eq!(old.place, Some(Place::file("manifests/maya.toml").line(Some(7))));
    assert_eq!(json(&old), json(&one));
}

/// A registry knows a release by its document's digest, and bundles pin that.
#[test]
fn the_digest_that_a_registry_knows_may_be_pinned() {
    let all = manifests("core 1.0.0: requires.base = *\nbase 1.0.0");
    let known = Catalogue::new(all.clone());
    let core = all.iter().find(|it| it.name == "core").unwrap();
    let pinned = |digest: &str| {
        let pins =
            format!("base = \"1.0.0\"\ncore = {{ version = \"1.0.0\", digest = \"{digest}\" }}");
        let found = check(&bundle(&pins), &known, &Expectations::default());
        found.iter().map(|finding| finding.code.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(pinned(core.document_digest().as_str()), [""; 0]);
    assert_eq!(pinned(core.fingerprint().as_str()), [""; 0]);
    assert_eq!(pinned("sha256:00"), ["TY0718"]);
}

#[test]
fn a_bundle_is_read_as_a_registry_tells_its_release() {
    let full = bundle("core = \"1.0.0\"");
    let told = serde_json::json!({ "version": "2026.1", "digest": "sha256:00", "document": full });
    let (read, _) = read::bundle("told.json".into(), &told.to_string()).unwrap();
    assert_eq!(json(&read), json(&full));
}
