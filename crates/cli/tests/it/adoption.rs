//! Repositories without a policy: what is adopted for them, and that `init` writes just that.

use trainyard_testkit::TestRepository;

use crate::command::{next, trainyard};

/// A repository with one feature and one of these tags after another, and a feature since.
fn tagged(tags: &[&str]) -> TestRepository {
    let repository = TestRepository::new();
    for tag in tags {
        repository.commit(&format!("feat: what {tag} brings"), &[("src", tag)]);
        repository.tag(tag);
    }
    repository.commit("feat: more", &[("src", "more")]);
    repository
}

const DAY: &str = "2030-05-20";

fn next_tag(repository: &TestRepository) -> String {
    next(repository.path(), &["--tag", "--date", DAY])
}

#[test]
fn the_next_tag_is_written_as_the_others_are() {
    for (tags, expected) in [
        (&["v1.0.0a1", "v1.0.0rc1", "v1.0.0", "v1.0.0.post1"][..], "v1.1.0"),
        (&["1.0rc1", "1.0"], "1.1"),
        (&["myapp-1.0.0", "myapp-1.1.0"], "myapp-1.2.0"),
        (&["release-1.0.0", "release-1.1.0"], "release-1.2.0"),
        (&["@scope/pkg@1.0.0", "@scope/pkg@1.1.0"], "@scope/pkg@1.2.0"),
        (&["v2024.01.15", "v2024.02.03"], "v2030.05.20"),
        (&["2024.1.17", "2024.2.13"], "2030.5.20"),
        (&["2024.1.0", "2024.2.0", "2024.2.1"], "2030.5.0"),
        (&["2024-01-15", "2024-02-03"], "2030-05-20"),
        (&["lib2-1.0.0", "lib2-1.1.0"], "lib2-1.2.0"),
        (&["py3-v1.0.0", "py3-v1.1.0"], "py3-v1.2.0"),
        (&["24.03.0", "24.09.0"], "24.10.0"),
    ] {
        assert_eq!(next_tag(&tagged(tags)), expected, "{tags:?}");
    }
}

#[test]
fn tags_with_a_letter_before_pep440_versions_are_well_spelled() {
    let repository = tagged(&["v1.0.0a1", "v1.0.0rc1", "v1.0.0"]);
    let audit = trainyard(repository.path(), &["audit"]);
    assert!(!audit.stdout.contains("TY02"), "{}", audit.transcript());
}

#[test]
fn moving_tags_change_neither_scheme_nor_findings() {
    for moving in [&["v1"][..], &["v1", "v1.0"], &["v1", "v1.1"], &["v1", "v1.0", "v1.1"]] {
        let repository = tagged(&["v1.0.0", "v1.0.1", "v1.1.0"]);
        for tag in moving {
            repository.tag(tag);
        }
        let plan = trainyard(repository.path(), &["plan"]);
        assert!(plan.stdout.contains("semver reads 3 of 3 tags"), "{}", plan.transcript());
        assert_eq!(next_tag(&repository), "v1.2.0", "{moving:?}");
        let audit = trainyard(repository.path(), &["audit"]);
        assert!(!audit.stdout.contains("TY0203"), "{}", audit.transcript());
    }
}

#[test]
fn a_first_release_of_two_numbers_is_no_moving_tag() {
    let repository = tagged(&["1.0", "1.0.1", "1.1", "1.1.1", "1.2"]);
    assert_eq!(next_tag(&repository), "1.3");
}

#[test]
fn tags_of_other_parts_are_left_out_and_told() {
    let repository = tagged(&["server-v1.0.0", "server-v1.1.0", "web-v2.0.0"]);
    assert_eq!(next_tag(&repository), "server-v1.2.0");
    let plan = trainyard(repository.path(), &["plan"]);
    let told = "tags of 1 other part (web-v) are left out";
    assert!(plan.stdout.contains(told), "{}", plan.transcript());
}

#[test]
fn padding_is_kept_up_to_the_release_that_dropped_it() {
    let repository = tagged(&["24.03.0", "24.09.0", "25.15.0", "26.8.0", "26.8.1"]);
    assert_eq!(next_tag(&repository), "26.9.0");
    let audit = trainyard(repository.path(), &["audit"]);
    assert!(!audit.stdout.contains("TY02"), "{}", audit.transcript());
}

#[test]
fn init_writes_what_is_adopted() {
    for tags in [
        &["v1.0.0", "v1.1.0"][..],
        &["v1.0.0a1", "v1.0.0rc1", "v1.0.0"],
        &["v1.0.0", "v1.0.1", "v1"],
        &["v2024.01.15", "v2024.02.03"],
        &["2024.1.0", "2024.2.0"],
        &["myapp-1.0.0"],
        &["server-v1.0.0", "server-v1.1.0", "web-v2.0.0"],
        &["24.03.0", "24.09.0"],
        &["24.03.0", "25.15.0", "26.8.0"],
    ] {
        let repository = tagged(tags);
        assert_same_after_init(&repository);
    }
}

/// Runs `init`, after which the same comes next.
fn assert_same_after_init(repository: &TestRepository) -> String {
    let before = next_tag(repository);
    let init = trainyard(repository.path(), &["init"]);
    assert_eq!(init.code, 0, "{}", init.transcript());
    let lint = trainyard(repository.path(), &["policy", "lint"]);
    assert_eq!(lint.code, 0, "{}", lint.transcript());
    assert_eq!(next_tag(repository), before);
    std::fs::read_to_string(repository.path().join("trainyard.toml")).unwrap()
}

#[test]
fn init_writes_where_releases_are_made() {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("VERSION", "26.7.0\n")]);
    repository.tag("26.7.0");
    repository.commit("feat: scheduler", &[("VERSION", "26.8.0rc1\n")]);
    repository.tag("26.8.0rc1");
    repository.checkout_new("26.8");
    for version in ["26.8.0", "26.8.1"] {
        repository.commit(&format!("release: {version}"), &[("VERSION", version)]);
        repository.tag(version);
    }
    repository.checkout("main");
    repository.commit("feat: storage", &[("storage", "1")]);
    let text = assert_same_after_init(&repository);
    assert_eq!(next_tag(&repository), "26.9.0a1");
    for line in [
        "preset = \"pep440\"",
        "releases-from = \"lines\"",
        "mark = \"a1\"",
        "version-files = [\"VERSION\"]",
    ] {
        assert!(text.lines().any(|each| each == line), "{line} in\n{text}");
    }
}

#[test]
fn init_takes_the_preset_that_is_asked_for() {
    let repository = tagged(&["1.0rc1", "1.0"]);
    let init = trainyard(repository.path(), &["init", "--print", "--preset", "calver"]);
    assert!(init.stdout.contains("preset = \"calver\""), "{}", init.transcript());
}

#[test]
fn init_refuses_a_bare_repository_but_prints() {
    let repository = tagged(&["v1.0.0"]);
    let bare = repository.beside("bare");
    repository.git(&["clone", "-q", "--bare", ".", bare.as_str()]);
    let init = trainyard(&bare, &["init"]);
    assert_eq!(init.code, 2, "{}", init.transcript());
    assert!(init.stderr.contains("--print"), "{}", init.stderr);
    assert!(!bare.join("trainyard.toml").exists());
    let printed = trainyard(&bare, &["init", "--print"]);
    assert_eq!(printed.code, 0, "{}", printed.transcript());
}
