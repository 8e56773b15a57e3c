//! Audits of whole repositories and of lists.

use trainyard_testkit::TestRepository;

use crate::command::{Run, trainyard};

/// Audits a list by a policy.
fn audit_list_by(policy: &str, list: &str) -> Run {
    let repository = TestRepository::new();
    let folder = repository.beside("lists");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("trainyard.toml"), policy).unwrap();
    std::fs::write(folder.join("tags.tsv"), list).unwrap();
    trainyard(&folder, &["audit", "--tags", "tags.tsv", "--all"])
}

fn audit_list(list: &str, arguments: &[&str]) -> Run {
    let repository = TestRepository::new();
    let folder = repository.beside("lists");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("tags.tsv"), list).unwrap();
    trainyard(
        &folder,
        &[&["audit", "--tags", "tags.tsv", "--date", "2020-12-31"], arguments].concat(),
    )
}

/// What was printed, without its line ends.
fn unwrapped(run: &Run) -> String {
    run.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_shallow_clone_is_never_judged_clean() {
    let repository = TestRepository::new();
    for (version, file) in [("v1.0.0", "1"), ("v1.0.1", "2"), ("v1.1.0", "3")] {
        repository.commit("fix: one", &[("src", file)]);
        repository.tag(version);
    }
    let source = format!("file://{}", repository.path());
    for depth in ["1", "2"] {
        let shallow = repository.beside(&format!("shallow-{depth}"));
        repository.git(&["clone", "-q", "--depth", depth, &source, shallow.as_str()]);
        let run = trainyard(&shallow, &["audit"]);
        assert_eq!(run.code, 3, "{}", run.transcript());
        assert!(run.stderr.contains("git fetch --unshallow"), "{}", run.stderr);
    }
}

#[test]
fn an_unreadable_day_of_a_list_is_a_usage_error() {
    let run = audit_list("v1.0.0\t2020-01-01\nv1.0.1\t2020-02-30\n", &[]);
    assert_eq!(run.code, 2, "{}", run.transcript());
    assert!(run.stderr.contains("line 2"), "{}", run.stderr);
}

#[test]
fn a_list_from_standard_input_is_read() {
    let run = trainyard(TestRepository::new().path(), &["audit", "--tags", "-"]);
    assert_eq!(run.code, 2, "{}", run.transcript());
    assert!(run.stderr.contains("the list has no tags"), "{}", run.stderr);
}

/// A repository with these tags, a commit each, in this order.
fn tagged(tags: &[&str]) -> TestRepository {
    let repository = TestRepository::new();
    for tag in tags {
        repository.commit("fix: one", &[("src", *tag)]);
        repository.tag(tag);
    }
    repository
}

#[test]
fn a_line_begun_after_a_higher_one_is_out_of_order() {
    let run = trainyard(tagged(&["v1.0.0", "v1.2.0", "v1.1.0"]).path(), &["audit"]);
    assert!(run.stdout.contains("v1.1.0: it begins line 1.1 after v1.2.0"), "{}", run.transcript());
    let list = "v1.0.0\t2020-01-01\nv1.2.0\t2020-02-01\nv1.1.0\t2020-03-01\n";
    let run = audit_list(list, &[]);
    assert!(run.stdout.contains("v1.1.0: it begins line 1.1 after v1.2.0"), "{}", run.transcript());
}

#[test]
fn patches_of_older_lines_are_maintenance() {
    let repository = tagged(&["v1.0.0"]);
    repository.git(&["branch", "1.0"]);
    repository.commit("feat: two", &[("src", "2")]);
    repository.tag("v1.1.0");
    repository.git(&["checkout", "-q", "1.0"]);
    repository.commit("fix: three", &[("src", "3")]);
    repository.tag("v1.0.1");
    let run = trainyard(repository.path(), &["audit"]);
    assert!(!run.stdout.contains("TY0304"), "{}", run.transcript());
}

#[test]
fn two_versions_of_one_commit_are_told() {
    let repository = tagged(&["v1.0.0"]);
    repository.tag("v2.0.0");
    let run = trainyard(repository.path(), &["audit"]);
    assert!(run.stdout.contains("v1.0.0 and v2.0.0 are the same commit"), "{}", run.transcript());
}

#[test]
fn post_releases_are_no_bumps() {
    let repository = tagged(&["1.0"]);
    repository.commit("feat: more", &[("src", "more")]);
    repository.tag("1.0.post1");
    let run = trainyard(repository.path(), &["audit", "--preset", "pep440"]);
    assert!(!run.stdout.contains("TY0301"), "{}", run.transcript());
}

#[test]
fn version_files_of_a_release_are_one_finding() {
    let policy = "preset = \"semver\"\n[product]\nname = \"x\"\n[components.x]\nversion-files = [\"A\", \"B\"]\n";
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("trainyard.toml", policy), ("A", "0.9.0"), ("B", "0.9.0")]);
    repository.tag("v1.0.0");
    let run = trainyard(repository.path(), &["audit"]);
    assert_eq!(run.stdout.matches("TY0302]").count(), 1, "{}", run.transcript());
    assert!(run.stdout.contains("the tag says 1.0.0, A and B say 0.9.0"), "{}", run.transcript());
}

#[test]
fn sarif_points_at_the_policy_only_where_it_is() {
    let repository = tagged(&["v1.0.0", "nonsense"]);
    let place = |run: &Run| {
        let log: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let result = &log["runs"][0]["results"][0];
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].clone()
    };
    let audit = ["audit", "--format", "sarif"];
    assert_eq!(place(&trainyard(repository.path(), &audit)), ".");
    repository.write(&[("trainyard.toml", "preset = \"semver\"\n[product]\nname = \"x\"\n")]);
    assert_eq!(place(&trainyard(repository.path(), &audit)), "trainyard.toml");
}

#[test]
fn a_final_release_is_not_held_against_the_next_ones_candidate() {
    let list =
        "v1.0.0\t2020-01-01\nv1.0.1\t2020-03-01\nv1.0.2-rc.1\t2020-02-01\nv1.0.2\t2020-04-01\n";
    let run = audit_list(list, &[]);
    assert!(!run.stdout.contains("TY0304"), "{}", run.transcript());
    let list =
        "v1.0.0\t2020-01-01\nv1.0.1\t2020-03-01\nv1.0.2-rc.1\t2020-01-20\nv1.0.2\t2020-02-01\n";
    let run = audit_list(list, &[]);
    assert!(run.stdout.contains("v1.0.1: it was released after v1.0.2"), "{}", run.transcript());
}

#[test]
fn the_last_pre_release_is_the_one_made_last() {
    let list = "v1.0.0-rc.1\t2020-01-01\nv1.0.0-beta.2\t2020-02-01\nv1.1.0\t2020-03-01\n";
    let run = audit_list(list, &[]);
    let told = "2 pre-releases up to v1.0.0-beta.2 were never followed by their final release";
    assert!(run.stdout.contains(told), "{}", run.transcript());
}

#[test]
fn dates_of_an_api_have_no_gaps_but_its_numbers_do() {
    let policy = "preset = \"semver\"\n[product]\nname = \"x\"\n[rules]\nscheme = \"api-date\"\n\
        tag = \"{version}\"\nbranch = false\nprerelease = false\n";
    let list = "v1.20200115\t2020-01-15\nv1.20200301\t2020-03-01\nv2.20200401\t2020-04-01\nv4.20200501\t2020-05-01\n";
    let run = audit_list_by(policy, list);
    assert!(!run.stdout.contains("v1.20200301:"), "{}", run.transcript());
    assert!(!run.stdout.contains("v2.20200401:"), "{}", run.transcript());
    let told = "v4.20200501: it follows v2.20200401; 3 would have come next";
    assert!(run.stdout.contains(told), "{}", run.transcript());
}

#[test]
fn a_misspelled_tag_is_told_by_the_component_it_is_nearest_to() {
    let policy = "preset = \"semver\"\n[product]\nname = \"shop\"\n[rules]\ntag = \"{component}-{version}\"\n\
        [components.api]\n[components.web]\n[components.web.rules]\nscheme = \"calver:YYYY.MM\"\n";
    for (tag, reason) in [
        ("1.2.0", "no component's tags begin with the version"),
        ("other-1.2.0", "no component's tags begin with `other-`"),
        ("web-1.2", "`1.2` is not a `YYYY.MM` calendar version"),
        ("other-1.2.x", "`1.2.x` is a version of no component's scheme"),
    ] {
        let run = audit_list_by(policy, &format!("{tag}\t2020-01-01\n"));
        let told = format!("{tag}: the tag looks like a release, but {reason}");
        assert!(unwrapped(&run).contains(&told), "{}", run.transcript());
    }
}

#[test]
fn an_unknown_component_of_a_list_is_told() {
    let policy = "preset = \"semver\"\n[product]\nname = \"shop\"\n[components.api]\n\
        [components.web]\nrepository = \"https://example.org/web.git\"\n";
    let list = "tag\tdate\tcomponent\nv1.0.0\t2020-01-01\tapi\nv1.0.0\t2020-01-01\tmobile\n";
    let run = audit_list_by(policy, list);
    let told = "v1.0.0: the tag looks like a release, but the policy has no component `mobile`";
    assert!(unwrapped(&run).contains(told), "{}", run.transcript());
}

#[test]
fn a_code_is_explained_however_it_is_written() {
    let folder = TestRepository::new();
    let whole = trainyard(folder.path(), &["explain", "TY0203"]);
    assert_eq!(whole.code, 0, "{}", whole.transcript());
    for name in ["ty0203", "0203", "203", "duplicate-release"] {
        assert_eq!(trainyard(folder.path(), &["explain", name]).stdout, whole.stdout, "{name}");
    }
    assert_eq!(trainyard(folder.path(), &["explain", "9999"]).code, 2);
}

#[test]
fn versions_that_differ_in_build_metadata_are_told_as_such() {
    let run = audit_list("v0.3.1+b1\t2020-01-01\nv0.3.1+b2\t2020-01-02\n", &["--all"]);
    let told = "tags v0.3.1+b1 and v0.3.1+b2 differ in build metadata alone, which orders nothing: both have the precedence \
                of 0.3.1";
    assert!(unwrapped(&run).contains(told), "{}", run.transcript());
}
