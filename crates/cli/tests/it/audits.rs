//! Audits of whole repositories and of lists.

use trainyard_testkit::TestRepository;

use crate::command::{Run, trainyard};

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
