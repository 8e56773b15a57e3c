//! Bundles that are resolved and locked.

use camino::Utf8Path;
use trainyard_testkit::TestRepository;

use crate::command::{Run, trainyard};

/// Releases a line each: `maya 0.6.0: core >=1.3.0`, with `server RANGE` among what is asked for.
const RELEASES: &str = "\
core 1.0.0:
core 1.2.0:
core 1.3.0:
core 1.4.0-rc.1:
maya 0.5.4: core >=1.0.0, server >=1.1.2
maya 0.6.0: core >=1.3.0, server >=1.4.0
ftrack 1.4.0: core >=1.0.0
ftrack 1.5.0: deadline >=2.1.0
deadline 2.1.0: core >=1.0.0 <1.3.0
review 1.0.0: core >=1.0.0
review 1.1.0: core >=1.2.0";

const BUNDLE: &str = "[bundle]\nname = \"pipeline\"\nversion = \"2023.11\"\nserver = \"1.5.0\"\n\n\
                      [pins]\ncore = \"1.2.0\"\nmaya = \"0.5.4\"\nreview = \"1.0.0\"\n\n\
                      [flavours]\n3d = [\"core\", \"maya\"]\nfull = { includes = [\"3d\"], members = [\"review\"] }\n";

/// The file of a release.
fn manifest(line: &str) -> (String, String) {
    let (title, asked) = line.split_once(':').unwrap();
    let (name, version) = title.split_once(' ').unwrap();
    let mut text = format!("[release]\nname = \"{name}\"\nversion = \"{version}\"\n");
    let asked = || asked.split(',').filter_map(|it| it.trim().split_once(' '));
    let range = |range: &str| range.replace(' ', ", ");
    text.push_str("\n[requires]\n");
    for (target, wanted) in asked().filter(|(target, _)| *target != "server") {
        text.extend([format!("{target} = \"{}\"\n", range(wanted))]);
    }
    text.push_str("\n[environment]\n");
    for (_, wanted) in asked().filter(|(target, _)| *target == "server") {
        text.extend([format!("server = \"{}\"\n", range(wanted))]);
    }
    (format!("manifests/{name}-{version}.release.toml"), text)
}

/// A folder with a bundle and the manifests above.
pub(crate) fn folder() -> TestRepository {
    let repository = TestRepository::new();
    let manifests: Vec<_> = RELEASES.lines().map(manifest).collect();
    let files: Vec<_> =
        manifests.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    repository.write(&files);
    repository.write(&[("bundle.toml", BUNDLE)]);
    repository
}

/// Runs a command on bundles over the manifests.
pub(crate) fn bundle(folder: &Utf8Path, asked: &[&str]) -> Run {
    trainyard(folder, &[&["bundle"], asked, &["--catalogue", "manifests"]].concat())
}

pub(crate) fn text(folder: &Utf8Path, file: &str) -> String {
    std::fs::read_to_string(folder.join(file)).unwrap()
}

#[test]
fn bundle_resolve_takes_the_newest_that_fit() {
    let repository = folder();
    let path = repository.path();
    let asked = ["resolve", "maya", "ftrack", "--output", "new.toml", "--number", "2023.12"];
    let answer = bundle(path, &asked);
    insta::assert_snapshot!(answer.transcript());
    insta::assert_snapshot!(text(path, "new.toml"));
    let check = bundle(path, &["check", "new.toml"]);
    assert_eq!(check.code, 0, "{}", check.stdout);

    // What is asked for first is served first.
    let answer = bundle(path, &["resolve", "ftrack", "maya"]);
    assert!(answer.stdout.contains("ftrack     1.5.0"), "{}", answer.stdout);
    let answer = bundle(path, &["resolve", "maya", "--oldest"]);
    assert!(answer.stdout.contains("0.5.4"), "{}", answer.stdout);
    // A whole version means just that one, and a part of one its line.
    let answer = bundle(path, &["resolve", "core@1.0.0"]);
    assert!(answer.stdout.contains("core       1.0.0    1.3.0"), "{}", answer.stdout);
    let answer = bundle(path, &["resolve", "core@~1.2"]);
    assert!(answer.stdout.contains("core       1.2.0    1.3.0"), "{}", answer.stdout);
    let answer = bundle(path, &["resolve", "core", "--exclude", "core@1.3.0"]);
    assert!(answer.stdout.contains("core       1.2.0"), "{}", answer.stdout);
    let answer = bundle(path, &["resolve", "core", "--prereleases", "core"]);
    assert!(answer.stdout.contains("1.4.0-rc.1"), "{}", answer.stdout);
    let answer = bundle(path, &["resolve", "maya", "--server", "1.2.0"]);
    assert!(answer.stdout.contains("0.5.4"), "{}", answer.stdout);
    let answer = bundle(path, &["resolve", "maya@0.6.0", "--optional", "ftrack@1.5.0"]);
    assert!(answer.stdout.contains("there was no room for ftrack"), "{}", answer.stdout);
}

#[test]
fn bundle_resolve_changes_little() {
    let repository = folder();
    let path = repository.path();
    let asked = ["resolve", "maya@0.6.0", "--current", "bundle.toml"];
    insta::assert_snapshot!(bundle(path, &asked).transcript());
    let json = bundle(path, &[&asked[..], &["--format", "json"]].concat());
    insta::assert_snapshot!(json.stdout);
    let markdown = bundle(path, &[&asked[..], &["--format", "markdown"]].concat());
    insta::assert_snapshot!(markdown.stdout);

    let nothing = bundle(path, &["resolve", "--current", "bundle.toml"]);
    assert!(nothing.stdout.starts_with("3 components: 3 kept;"), "{}", nothing.stdout);
    let newest = bundle(path, &["resolve", "--current", "bundle.toml", "--newest"]);
    assert!(
        newest.stdout.starts_with("3 components: 3 changed; all are the newest"),
        "{}",
        newest.stdout
    );
}

#[test]
fn bundle_resolve_tells_why_nothing_fits() {
    let repository = folder();
    let path = repository.path();
    let asked = ["resolve", "maya@0.6.0", "ftrack@1.5.0"];
    insta::assert_snapshot!(bundle(path, &asked).transcript());
    let held = ["resolve", "maya@0.6.0", "--current", "bundle.toml", "--hold", "core"];
    insta::assert_snapshot!(bundle(path, &held).transcript());
    let markdown = bundle(path, &[&asked[..], &["--format", "markdown"]].concat());
    assert!(markdown.stdout.contains("```text"), "{}", markdown.stdout);
    let json = bundle(path, &[&asked[..], &["--format", "json"]].concat());
    assert!(json.stdout.contains("\"status\": \"refused\""), "{}", json.stdout);
    assert_eq!((markdown.code, json.code), (1, 1));

    let spent = bundle(path, &["resolve", "maya", "ftrack", "--steps", "1"]);
    assert_eq!(spent.code, 1);
    assert!(spent.stdout.starts_with("gave up after "), "{}", spent.stdout);
}

#[test]
fn bundle_resolve_answers_from_a_lock() {
    let repository = folder();
    let path = repository.path();
    let asked = ["resolve", "maya@<0.6", "--lock", "bundle.lock"];
    let first = bundle(path, &asked);
    assert!(first.stdout.ends_with("wrote bundle.lock\n"), "{}", first.stdout);
    let lock = text(path, "bundle.lock");

    // A newer release changes nothing until the lock is updated.
    let (file, newer) = manifest("core 1.5.0:");
    repository.write(&[(&file, &newer)]);
    let again = bundle(path, &asked);
    assert!(again.stdout.contains("core       1.3.0    1.5.0"), "{}", again.stdout);
    let frozen = bundle(path, &[&asked[..], &["--frozen"]].concat());
    assert_eq!((frozen.code, text(path, "bundle.lock")), (0, lock.clone()));

    // Another request, other content and a release that is gone are told at once.
    let (file, other) = manifest("core 1.3.0: review >=1.0.0");
    repository.write(&[(&file, &other)]);
    std::fs::remove_file(path.join("manifests/maya-0.5.4.release.toml")).unwrap();
    let asked_more = ["resolve", "maya", "--lock", "bundle.lock", "--frozen"];
    let stale = bundle(path, &asked_more);
    assert_eq!((stale.code, text(path, "bundle.lock")), (1, lock.clone()));
    let digest = |word: &str| word.contains("sha256:");
    let told: Vec<_> =
        stale.stdout.split(' ').map(|word| if digest(word) { "<digest>" } else { word }).collect();
    insta::assert_snapshot!(told.join(" "));

    let updated = bundle(path, &["resolve", "maya", "--lock", "bundle.lock", "--update"]);
    assert_eq!(updated.code, 0, "{}", updated.stderr);
    assert_ne!(text(path, "bundle.lock"), lock);
    repository.write(&[("bundle.lock", "form = 99\n")]);
    assert_eq!(bundle(path, &asked_more).code, 2);
    std::fs::remove_file(path.join("bundle.lock")).unwrap();
    assert_eq!(bundle(path, &asked_more).code, 3);
}

#[test]
fn bundle_resolve_refuses_wrong_use() {
    let repository = folder();
    let path = repository.path();
    for (asked, words) in [
        (&["resolve", "maya@>>1"][..], "`maya@>>1`"),
        (&["resolve", "maya", "--exclude", "core"], "does not say which versions"),
        (&["resolve", "maya", "--current", "bundle.toml", "--hold", "ftrack"], "cannot be held"),
        (&["resolve", "maya", "--server", "one"], "the server's version"),
        (&["resolve", "maya", "--output", "x.toml", "--number", "one"], "the bundle's version"),
    ] {
        let answer = bundle(path, asked);
        assert_eq!(answer.code, 2, "{asked:?}: {}", answer.stdout);
        assert!(answer.stderr.contains(words), "{asked:?}: {}", answer.stderr);
    }
    let answer = trainyard(path, &["bundle", "resolve", "maya"]);
    assert!(answer.stderr.contains("no catalogue is named"), "{}", answer.stderr);
    let misspelled = bundle(path, &["resolve", "myaa"]);
    assert_eq!(misspelled.code, 1);
    assert!(misspelled.stdout.contains("did you mean `maya`?"), "{}", misspelled.stdout);
}

/// A package of Rez: its path and text.
fn package(title: &str, rest: &str) -> (String, String) {
    let (name, version) = title.split_once('-').unwrap();
    let text = format!("name = \"{name}\"\nversion = \"{version}\"\n{rest}\n");
    (format!("packages/{name}/{version}/package.py"), text)
}

#[test]
fn bundle_resolve_answers_as_rez_does() {
    let repository = TestRepository::new();
    let path = repository.path();
    let packages = [
        package("python-3.9.7", ""),
        package("python-3.11.4", ""),
        package("maya-2023.1", "requires = [\"python-3.9\"]"),
        package("maya-2024.2", "requires = [\"python-3.11\"]"),
        package("usd-23.5", "variants = [[\"python-3.9\"], [\"python-3.11\"]]"),
        package("odd-1.0", "requires = [\"python-\" + chosen()]"),
        package("lost-1.0", "requires = []"),
        package("lost-2.0", "requires = [\"nowhere\"]"),
    ];
    let files: Vec<_> =
        packages.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    repository.write(&files);
    let rez = |asked: &[&str], catalogue: &str| {
        let command = ["bundle", "resolve", "--rez", "--catalogue", catalogue];
        trainyard(path, &[&command[..], asked].concat())
    };
    insta::assert_snapshot!(rez(&["usd", "maya<2024"], "packages").transcript());
    // The newest version of `lost` needs what does not exist: Rez stops there.
    insta::assert_snapshot!(rez(&["lost"], "packages").transcript());
    let failed = rez(&["maya-2024", "!python-3.11"], "packages");
    assert_eq!(failed.code, 1, "{}", failed.transcript());
    assert!(failed.stdout.starts_with("nothing fits\nRez says: "), "{}", failed.stdout);

    let json = rez(&["usd", "maya<2024", "--format", "json", "--pack", "all.rez"], "packages");
    assert!(json.stdout.contains("\"variant\": 0"), "{}", json.stdout);
    let packed = rez(&["usd", "maya<2024"], "all.rez");
    assert_eq!(packed.code, 0, "{}", packed.stderr);
    assert!(packed.stdout.starts_with("3 packages, as Rez answers\n"), "{}", packed.stdout);

    repository.write(&[
        ("all.json", "{\"a\": [{\"version\": \"1.0\", \"requires\": [\"b-2+\"]}], \"b\": [{\"v\": \"2.1\"}]}"),
        ("bad.json", "{\"a\": [{}]}"),
    ]);
    let families = rez(&["a", "--format", "markdown"], "all.json");
    assert!(families.stdout.contains("| b | 2.1 |"), "{}", families.stdout);

    repository.write(&[
        (
            "rezconfig.py",
            "package_filter = {\"excludes\": \"glob(maya-*.2)\"}\nshell = default()\n",
        ),
        ("rezconfig.yaml", "package_orderers:\n- type: sorted\n  descending: false\n"),
        ("run.py", "package_filter = {\"excludes\": beta()}\n"),
        ("odd.yaml", "variant_select_mode: newest\n"),
    ]);
    let filtered = rez(&["maya", "--rez-config", "rezconfig.py"], "packages");
    assert!(filtered.stdout.contains("2023.1"), "{}", filtered.transcript());
    let oldest = rez(&["python", "--rez-config", "rezconfig.yaml"], "packages");
    assert!(oldest.stdout.contains("3.9.7"), "{}", oldest.transcript());
    for (asked, catalogue, words) in [
        (&["a", "--rez-config", "run.py"][..], "all.json", "line 1: `beta()` would have to be run"),
        (
            &["a", "--rez-config", "odd.yaml"],
            "all.json",
            "version_priority or intersection_priority",
        ),
        (&["a"], "bad.json", "family a: a version has no `version`"),
        (&["a-1.0..2..3"], "all.json", "is not a requirement"),
        (&["a", "--catalogue", "all.json"], "all.rez", "stands alone"),
    ] {
        let answer = rez(asked, catalogue);
        assert_eq!(answer.code, 2, "{asked:?}: {}", answer.transcript());
        assert!(answer.stderr.contains(words), "{asked:?}: {}", answer.stderr);
    }
}
