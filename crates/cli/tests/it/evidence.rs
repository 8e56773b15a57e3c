//! Versions decided by what really changed in the files.

use trainyard_testkit::TestRepository;

use crate::command::{answer, command, next, trainyard};

const SCHEMA: &str =
    "type Query {\n  user(id: ID!): User\n}\n\ntype User {\n  id: ID!\n  name: String\n}\n";
const WITHOUT_NAME: &str = "type Query {\n  user(id: ID!): User\n}\n\ntype User {\n  id: ID!\n}\n";
const WITH_EMAIL: &str = "type Query {\n  user(id: ID!): User\n}\n\ntype User {\n  id: ID!\n  name: String\n  email: String\n}\n";

/// A release with a GraphQL schema.
fn released() -> TestRepository {
    let repository = TestRepository::new();
    repository.commit("feat: users", &[("api/schema.graphql", SCHEMA)]);
    repository.tag("v1.0.0");
    repository
}

/// A commit that calls itself a fix and takes a field away.
fn understated() -> TestRepository {
    let repository = released();
    repository.commit("fix: tidy users", &[("api/schema.graphql", WITHOUT_NAME)]);
    repository
}

#[test]
fn a_removed_field_is_major_whatever_the_commit_says() {
    let repository = understated();
    assert_eq!(next(repository.path(), &[]), "2.0.0");
    let answer = trainyard(repository.path(), &["plan"]);
    insta::assert_snapshot!(answer.stdout);
}

#[test]
fn an_added_field_is_minor_whatever_the_commit_says() {
    let repository = released();
    repository.commit("fix: tell the address", &[("api/schema.graphql", WITH_EMAIL)]);
    assert_eq!(next(repository.path(), &[]), "1.1.0");
}

#[test]
fn a_family_can_be_turned_off_or_pointed_elsewhere() {
    let repository = understated();
    for files in ["false", "\"other/*.graphql\""] {
        let policy = format!("preset = \"semver\"\n[evidence]\ngraphql = {files}\n");
        repository.write(&[("trainyard.toml", &policy)]);
        assert_eq!(next(repository.path(), &[]), "1.0.1", "{files}");
    }
    repository
        .write(&[("trainyard.toml", "preset = \"semver\"\n[evidence]\ngraphql = \"api/*\"\n")]);
    assert_eq!(next(repository.path(), &[]), "2.0.0");
}

#[test]
fn a_waiver_takes_a_change_out_and_is_told() {
    let repository = understated();
    repository.write(&[(
        "trainyard.toml",
        r#"
preset = "semver"

[[waivers]]
rule = "graphql.*"
subject = "User.*"
after = "1.0.0"
by = "Ada"
reason = "nobody ever asked for it"
"#,
    )]);
    assert_eq!(next(repository.path(), &[]), "1.0.1");
    let answer = trainyard(repository.path(), &["evidence", "v1.0.0"]);
    insta::assert_snapshot!(answer.stdout);
}

#[test]
fn a_plan_tells_who_waived_what_until_when() {
    let repository = understated();
    repository.write(&[(
        "trainyard.toml",
        "preset = \"semver\"\n[[waivers]]\nrule = \"graphql.*\"\nuntil = 2999-12-31\nby = \"Ada\"\n\
         reason = \"nobody asked for it\"\n",
    )]);
    let told = "waived by Ada until 2999-12-31: nobody asked for it";
    for arguments in [&["plan"][..], &["plan", "--all"], &["plan", "--format", "markdown"]] {
        let plan = trainyard(repository.path(), arguments);
        assert!(plan.stdout.contains(told), "{}", plan.transcript());
    }
    let plan = trainyard(repository.path(), &["plan", "--format", "json"]);
    assert!(plan.stdout.contains("\"until\": \"2999-12-31\""), "{}", plan.transcript());
}

#[test]
fn only_files_of_the_component_count() {
    let repository = understated();
    repository.write(&[(
        "trainyard.toml",
        "preset = \"semver\"\n[components.web]\npaths = [\"web/**\"]\n",
    )]);
    let answer = trainyard(repository.path(), &["evidence", "v1.0.0", "HEAD"]);
    insta::assert_snapshot!(answer.stdout);
    let answer = trainyard(repository.path(), &["evidence", "v1.0.0", "--component", "api"]);
    assert_eq!(answer.code, 2);
    insta::assert_snapshot!(answer.stderr);
}

#[test]
fn evidence_is_shown_for_people_and_programs() {
    let repository = understated();
    let shown = |format: &str| {
        let arguments = ["evidence", "v1.0.0", "HEAD", "--format", format];
        trainyard(repository.path(), &arguments).stdout
    };
    insta::assert_snapshot!("text", shown("text"));
    insta::assert_snapshot!("markdown", shown("markdown"));
    insta::assert_snapshot!("json", shown("json"));
    insta::assert_snapshot!("github", shown("github"));
    let sarif: serde_json::Value = serde_json::from_str(&shown("sarif")).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "TY0404");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "api/schema.graphql");
}

#[test]
fn folders_are_compared_without_a_repository() {
    let folder = tempfile::tempdir().unwrap();
    let path = camino::Utf8Path::from_path(folder.path()).unwrap();
    for (side, schema) in [("old", SCHEMA), ("new", WITH_EMAIL)] {
        fs_err::create_dir(path.join(side)).unwrap();
        fs_err::write(path.join(side).join("a.graphql"), schema).unwrap();
    }
    let answer = trainyard(path, &["evidence", "./old", "./new"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    insta::assert_snapshot!(answer.stdout);
    let equal = trainyard(path, &["evidence", "./old", "./old"]);
    insta::assert_snapshot!(equal.stdout);
    let missing = trainyard(path, &["evidence", "./old", "./none"]);
    assert_eq!(missing.code, 3, "{}", missing.stdout);
}

#[test]
fn a_tool_that_is_not_there_is_unknown_and_not_compatible() {
    let folder = tempfile::tempdir().unwrap();
    let path = camino::Utf8Path::from_path(folder.path()).unwrap();
    for (side, text) in [("old", "syntax = \"proto3\";"), ("new", "syntax = \"proto2\";")] {
        fs_err::create_dir(path.join(side)).unwrap();
        fs_err::write(path.join(side).join("a.proto"), text).unwrap();
    }
    let mut command = command(path, &["evidence", "./old", "./new", "--tool", "buf"]);
    let answer = answer(command.env("PATH", "/nonexistent"));
    assert!(answer.stdout.contains("unknown"), "{}", answer.stdout);
    assert!(answer.stdout.contains("did not answer"), "{}", answer.stdout);
}

#[test]
fn an_audit_finds_releases_that_hid_what_they_took_away() {
    let repository = understated();
    repository.tag("v1.0.1");
    let answer = trainyard(repository.path(), &["audit", "--date", "2026-01-01"]);
    assert_eq!(answer.code, 1);
    insta::assert_snapshot!(answer.stdout);
}

#[test]
fn verdicts_are_kept_and_stay_right() {
    let repository = understated();
    let cached = || answer(&mut command(repository.path(), &["evidence", "v1.0.0"]));
    let (cold, warm) = (cached(), cached());
    assert!(repository.path().join(".git/cache-of-tests").exists());
    assert_eq!(cold.stdout, warm.stdout);
    let without = trainyard(repository.path(), &["evidence", "v1.0.0"]);
    assert_eq!(cold.stdout, without.stdout);
}

mod check {
    use super::*;

    fn proposal(message: &str, schema: &str) -> TestRepository {
        let repository = released();
        repository.checkout_new("topic");
        repository.commit(message, &[("api/schema.graphql", schema)]);
        repository
    }

    #[test]
    fn a_proposal_that_understates_is_refused() {
        let repository = proposal("fix: tidy users", WITHOUT_NAME);
        let answer = trainyard(repository.path(), &["check"]);
        assert_eq!(answer.code, 1);
        insta::assert_snapshot!(answer.stdout);
        let markdown = trainyard(repository.path(), &["check", "--format", "markdown"]);
        insta::assert_snapshot!("check_markdown", markdown.stdout);
        let github = trainyard(repository.path(), &["check", "--format", "github"]);
        assert!(github.stdout.starts_with("::error"), "{}", github.stdout);
    }

    #[test]
    fn an_honest_proposal_passes() {
        let repository = proposal("feat!: drop the name of users", WITHOUT_NAME);
        let answer = trainyard(repository.path(), &["check"]);
        assert_eq!(answer.code, 0, "{}", answer.stdout);
        insta::assert_snapshot!(answer.stdout);
    }

    #[test]
    fn prose_declares_nothing_and_is_told_what_it_brings() {
        let repository = proposal("Tidied users a little", WITH_EMAIL);
        let answer = trainyard(repository.path(), &["check"]);
        assert_eq!(answer.code, 0, "{}", answer.stdout);
        insta::assert_snapshot!(answer.stdout);
    }

    #[test]
    fn the_version_file_declares_before_words() {
        let repository = TestRepository::new();
        let policy = "preset = \"semver\"\n[components.app]\nversion-files = [\"VERSION\"]\n";
        repository.commit(
            "feat: users",
            &[("api/schema.graphql", SCHEMA), ("VERSION", "1.0.0\n"), ("trainyard.toml", policy)],
        );
        repository.tag("v1.0.0");
        repository.checkout_new("topic");
        repository.commit(
            "feat!: drop the name",
            &[("api/schema.graphql", WITHOUT_NAME), ("VERSION", "1.1.0\n")],
        );
        let answer = trainyard(repository.path(), &["check", "--into", "main"]);
        assert_eq!(answer.code, 1);
        assert!(
            answer.stdout.contains("the version file goes from 1.0.0 to 1.1.0"),
            "{}",
            answer.stdout
        );
    }

    #[test]
    fn a_line_takes_patches_alone() {
        let repository = released();
        repository.commit("feat: more", &[("src", "1")]);
        repository.tag("v1.1.0");
        repository.git(&["branch", "1.0", "v1.0.0"]);
        repository.checkout("1.0");
        repository.checkout_new("topic");
        repository.commit("feat: tell the address", &[("api/schema.graphql", WITH_EMAIL)]);
        let answer = trainyard(repository.path(), &["check", "--into", "1.0"]);
        assert_eq!(answer.code, 1, "{}", answer.stdout);
        assert!(answer.stdout.contains("TY0311"), "{}", answer.stdout);
    }

    #[test]
    fn where_nothing_can_be_proposed_a_way_out_is_told() {
        let repository = released();
        let answer = trainyard(repository.path(), &["check"]);
        assert_eq!(answer.code, 2);
        insta::assert_snapshot!(answer.stderr);
    }
}
