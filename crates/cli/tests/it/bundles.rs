//! Bundles of pinned releases.

use trainyard_testkit::TestRepository;

use crate::command::trainyard;

const MAYA: &str = "name = \"maya\"\nversion = \"0.5.4\"\nayon_server_version = \">=1.1.2\"\n\
                    ayon_required_addons = {\n    \"core\": \">=1.2.0\",\n}\n\
                    ayon_compatible_addons = {\"ayon_core\": \">=1.0.0\"}\n";

/// The manifest of a core.
fn core(version: &str) -> String {
    format!("name = \"core\"\nversion = \"{version}\"\nayon_launcher_version = \">=1.0.2\"\n")
}

const BUNDLE: &str = "[bundle]\nname = \"pipeline\"\nversion = \"2023.11\"\nserver = \"1.0.0+230903\"\nlauncher = \"1.1.0\"\n\n\
                      [pins]\ncore = \"1.0.0\"\nmaya = \"0.5.4\"\n";

/// A folder with a bundle and the manifests of what it pins.
fn folder() -> TestRepository {
    let repository = TestRepository::new();
    repository.write(&[
        ("bundle.toml", BUNDLE),
        ("manifests/core-1.0.0/package.py", &core("1.0.0")),
        ("manifests/core-1.2.0/package.py", &core("1.2.0")),
        ("manifests/maya/package.py", MAYA),
        (
            "production.json",
            "{\"name\": \"production\", \"addons\": {\"maya\": \"0.5.4\", \"core\": \"1.0.0\", \"off\": null}, \"installer_version\": null}",
        ),
    ]);
    repository
}

#[test]
fn a_check_tells_everything_at_once() {
    let repository = folder();
    let asked = ["bundle", "check", "bundle.toml", "--catalogue", "manifests"];
    let answer = trainyard(repository.path(), &asked);
    assert_eq!((answer.code, answer.stderr.as_str()), (1, ""));
    insta::assert_snapshot!(answer.stdout);

    let answer = trainyard(repository.path(), &[&asked[..], &["--format", "json"]].concat());
    insta::assert_snapshot!(answer.stdout);
}

#[test]
fn what_is_right_is_told_in_a_line() {
    let repository = folder();
    let bundle = BUNDLE.replace("core = \"1.0.0\"", "core = \"1.2.0\"").replace("1.0.0+", "1.1.2+");
    let maya = MAYA.replace("\"ayon_core\"", "\"core\"");
    repository.write(&[("bundle.toml", &bundle), ("manifests/maya/package.py", &maya)]);
    let answer = trainyard(
        repository.path(),
        &["bundle", "check", "bundle.toml", "--catalogue", "manifests"],
    );
    assert_eq!(
        (answer.code, answer.stdout.as_str()),
        (
            0,
            "pipeline 2023.11: 2 pins, nothing is wrong\nserver 1.1.2 or newer, as maya 0.5.4 demands\n"
        )
    );

    let answer = trainyard(repository.path(), &["bundle", "check", "bundle.toml"]);
    assert_eq!(answer.code, 0);
    insta::assert_snapshot!(answer.stdout);
}

#[test]
fn ayon_s_own_answer_can_be_had() {
    let repository = folder();
    let asked = [
        "bundle",
        "check",
        "production.json",
        "--catalogue",
        "manifests",
        "--as",
        "ayon",
        "--server",
        "1.0.0",
    ];
    let answer = trainyard(repository.path(), &asked);
    assert_eq!(answer.code, 1);
    insta::assert_snapshot!(answer.stdout);
    let answer = trainyard(repository.path(), &[&asked[..], &["--format", "json"]].concat());
    insta::assert_snapshot!(answer.stdout);
    let answer = trainyard(repository.path(), &[&asked[..], &["--format", "sarif"]].concat());
    assert_eq!(answer.code, 2);
}

#[test]
fn a_catalogue_is_told_with_what_is_wrong_in_it() {
    let repository = folder();
    let answer = trainyard(repository.path(), &["bundle", "catalogue", "manifests"]);
    assert_eq!(answer.code, 1);
    insta::assert_snapshot!(answer.stdout);
}

#[test]
fn tags_are_releases_and_submodules_are_pins() {
    let part = TestRepository::new();
    part.commit("feat: begin", &[("package.py", &core("1.0.0"))]);
    part.tag("1.0.0");
    part.commit("feat: more", &[("README.md", "more\n")]);
    part.tag("v1.1.0-rc.1");
    let commit = part.git(&["rev-parse", "HEAD"]);
    let umbrella = TestRepository::new();
    let modules = "[submodule \"core\"]\n\tpath = core\n\turl = https://example.org/core\n\
                   [submodule \"other\"]\n\tpath = other\n\turl = https://example.org/other\n";
    umbrella.commit("chore: begin", &[(".gitmodules", modules)]);
    let other = "1".repeat(40);
    for (path, commit) in [("core", commit.trim()), ("other", other.as_str())] {
        umbrella.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{commit},{path}")]);
    }
    umbrella.git(&["commit", "-m", "chore: pin"]);
    umbrella.tag("v2.0.0");
    let tags = format!("core={}", part.path());
    let answer =
        trainyard(umbrella.path(), &["bundle", "check", "--submodules", "v2.0.0", "--tags", &tags]);
    assert_eq!(answer.code, 1, "{}", answer.stderr);
    let told = answer
        .stdout
        .replace(&umbrella.path().file_name().unwrap_or_default().to_owned(), "umbrella");
    let short = commit.trim().get(..12).unwrap();
    insta::assert_snapshot!(told.replace(short, "<core>"));
}

#[test]
fn manifests_at_the_root_of_tags_are_read() {
    let part = TestRepository::new();
    for (version, needs) in [("1.0.0", "{}"), ("1.1.0", "{\"base\": \">=2.0.0\"}")] {
        let text =
            format!("name = \"core\"\nversion = \"{version}\"\nayon_required_addons = {needs}\n");
        part.commit("feat: more", &[("package.py", &text)]);
        part.tag(version);
    }
    let work = TestRepository::new();
    let pins = "[bundle]\nname = \"b\"\n[pins]\ncore = \"1.1.0\"\n";
    work.write(&[("bundle.toml", pins)]);
    let path = part.path().to_string();
    let check = trainyard(work.path(), &["bundle", "check", "bundle.toml", "--tags", &path]);
    assert!(check.stdout.contains("requires `base`"), "{}", check.transcript());
    assert!(check.stdout.contains("@1.1.0/package.py:3"), "{}", check.stdout);
    let told =
        |asked: &str| trainyard(work.path(), &["bundle", "catalogue", "--tags", asked]).stdout;
    assert!(told(&path).starts_with("1 component, 2 versions"), "{}", told(&path));
    // Under another name, it is that component too.
    let named = told(&format!("hub={path}"));
    assert!(named.starts_with("2 components, 4 versions"), "{named}");
}

#[test]
fn wrong_use_is_told() {
    let repository = folder();
    repository.write(&[
        ("bad.toml", "[bundle]\nnaem = \"x\"\n[pins]\n"),
        ("bad.json", "{\n\"name\": 1}"),
        ("x.txt", ""),
    ]);
    for (asked, words) in [
        (&["bad.toml"][..], "did you mean `name`?"),
        (&["bad.json"], "bad.json:2"),
        (&["x.txt"], "is no bundle of a known format"),
        (&["bundle.toml", "--server", "one"], "the server's version"),
        (&["bundle.toml", "--catalogue", "x.txt"], "is no manifest"),
        (&["--submodules", "HEAD"], "HEAD"),
    ] {
        let answer = trainyard(repository.path(), &[&["bundle", "check"], asked].concat());
        assert!([2, 3].contains(&answer.code), "{asked:?}: {}", answer.code);
        assert!(answer.stderr.contains(words), "{asked:?}: {}", answer.stderr);
    }
    let answer = trainyard(repository.path(), &["bundle", "check", "gone.toml"]);
    assert_eq!(answer.code, 3);
}

#[test]
fn schemas_are_printed() {
    let repository = folder();
    for (file, title) in
        [("bundle", "\"title\": \"bundle\""), ("release", "\"title\": \"release manifest\"")]
    {
        let answer = trainyard(repository.path(), &["bundle", "schema", file]);
        assert!(answer.stdout.contains(title), "{}", answer.stdout);
    }
}

/// A repository with tags, by the day if they have none of their own.
fn tagged(tags: &[&str]) -> TestRepository {
    let repository = TestRepository::new();
    for tag in tags {
        repository.commit(&format!("feat: {tag}"), &[("file.txt", tag)]);
        repository.tag(tag);
    }
    repository
}

#[test]
fn tags_are_read_by_the_policy_else_as_they_are_written() {
    let parts = tagged(&["24.09.1", "24.09.10", "25.1.0"]);
    let work = TestRepository::new();
    work.write(&[("trainyard.toml", "preset = \"backend-ai\"\n")]);
    let path = parts.path().to_string();
    let tags = [format!("manager={path}"), format!("agent={path}")];
    let asked =
        ["compat", "manager@24.09.10", "agent@24.09.1", "--tags", &tags[0], "--tags", &tags[1]];
    let answer = trainyard(work.path(), &asked);
    assert!(answer.stdout.contains("manager 24.09.10"), "{}", answer.transcript());

    // Without a policy, as fits what is there.
    let web = tagged(&["20230903", "20230904A", "20231011", "nightly"]);
    let bare = TestRepository::new();
    let tags = format!("frontend={}", web.path());
    let answer = trainyard(bare.path(), &["bundle", "catalogue", "--tags", &tags]);
    assert!(answer.stdout.starts_with("1 component, 3 versions"), "{}", answer.transcript());
}

#[test]
fn a_catalogue_that_holds_nothing_is_refused() {
    let repository = folder();
    let release = "[release]\nname = \"core\"\nversion = \"1.0.0\"\n";
    repository.write(&[
        ("none/README.md", "nothing\n"),
        ("none/other.toml", "[release]\nbranch = \"main\"\n"),
        ("own/core-1.0.0.toml", release),
        ("tests/core/release.toml", release),
    ]);
    let check = |catalogue: &str| {
        let asked = ["bundle", "check", "bundle.toml", "--catalogue", catalogue];
        trainyard(repository.path(), &asked)
    };
    let answer = check("none");
    assert_eq!(answer.code, 2, "{}", answer.transcript());
    insta::assert_snapshot!(answer.stderr);
    for catalogue in ["own", "tests"] {
        let asked = ["bundle", "catalogue", catalogue];
        let answer = trainyard(repository.path(), &asked);
        assert!(answer.stdout.starts_with("1 component, 1 version"), "{}", answer.transcript());
    }
}

#[test]
fn a_composite_is_numbered_as_the_policy_says() {
    let repository = TestRepository::new();
    let bundle = "[bundle]\nname = \"server\"\nversion = \"1.2.0+20230903\"\n\
                  [pins]\nbackend = \"1.2.0\"\nfrontend = \"20230903\"\n";
    repository.write(&[("trainyard.toml", "preset = \"ayon\"\n"), ("server.toml", bundle)]);
    let answer = trainyard(repository.path(), &["bundle", "check", "server.toml"]);
    assert_eq!(answer.code, 0, "{}", answer.transcript());
    repository.write(&[("server.toml", &bundle.replace("+20230903", "+today"))]);
    let answer = trainyard(repository.path(), &["bundle", "check", "server.toml"]);
    assert_eq!(answer.code, 1, "{}", answer.transcript());
}
