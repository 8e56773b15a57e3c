//! Pre-releases, first releases, topic branches and what people ask for by name.

use trainyard_testkit::TestRepository;

use crate::command::{next, trainyard};

fn released() -> TestRepository {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("src", "1")]);
    repository.tag("v1.0.0");
    repository.commit("feat: search", &[("search", "1")]);
    repository
}

#[test]
fn a_train_goes_from_candidate_to_final() {
    let repository = released();
    assert_eq!(next(repository.path(), &["--stage", "rc"]), "1.1.0-rc.1");
    repository.tag("v1.1.0-rc.1");
    assert_eq!(next(repository.path(), &[]), "1.1.0", "nothing came since, so it becomes final");
    repository.commit("fix: typo in search", &[("search", "2")]);
    assert_eq!(next(repository.path(), &[]), "1.1.0-rc.2");
    assert_eq!(next(repository.path(), &["--stage", "final"]), "1.1.0");
    repository.commit("feat!: search by meaning", &[("search", "3")]);
    assert_eq!(next(repository.path(), &["--stage", "rc"]), "2.0.0-rc.1", "the target rose");
}

#[test]
fn a_train_before_the_first_release_leads_to_it() {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("src", "1")]);
    repository.tag("v1.0.0-rc.1");
    repository.commit("fix: typo", &[("src", "2")]);
    assert_eq!(next(repository.path(), &[]), "1.0.0-rc.2");
    assert_eq!(next(repository.path(), &["--stage", "final"]), "1.0.0");
}

#[test]
fn phases_follow_each_other() {
    let repository = released();
    repository.tag("v1.1.0-alpha.1");
    repository.commit("fix: typo", &[("search", "2")]);
    assert_eq!(next(repository.path(), &["--stage", "alpha"]), "1.1.0-alpha.2");
    assert_eq!(next(repository.path(), &["--stage", "beta"]), "1.1.0-beta.1");
}

#[test]
fn the_first_release_needs_no_tag() {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("src", "1")]);
    assert_eq!(next(repository.path(), &[]), "0.1.0");
}

#[test]
fn a_new_line_begins_with_its_first_version() {
    let repository = released();
    repository.checkout_new("1.1");
    assert_eq!(next(repository.path(), &[]), "1.1.0");
    assert_eq!(next(repository.path(), &["--stage", "rc"]), "1.1.0-rc.1");
}

#[test]
fn a_topic_branch_is_planned_as_the_branch_it_came_from() {
    let repository = released();
    repository.checkout_new("1.0");
    repository.git(&["reset", "-q", "--hard", "v1.0.0"]);
    repository.commit("fix: crash", &[("fix", "1")]);
    repository.checkout_new("fix/crash-again");
    repository.commit("fix: crash again", &[("fix", "2")]);
    assert_eq!(next(repository.path(), &[]), "1.0.1");
    repository.checkout("main");
    repository.checkout_new("feature/sorting");
    repository.commit("feat: sorting", &[("sorting", "1")]);
    assert_eq!(next(repository.path(), &[]), "1.1.0");
}

#[test]
fn below_one_a_break_is_minor() {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("src", "1")]);
    repository.tag("v0.3.1");
    repository.commit("feat!: begin anew", &[("src", "2")]);
    assert_eq!(next(repository.path(), &[]), "0.4.0");
}

#[test]
fn a_reverted_feature_does_not_count() {
    let repository = released();
    repository.commit("fix: crash", &[("fix", "1")]);
    let feature = repository.git(&["log", "--format=%H", "--grep=feat: search"]);
    let message = format!("Revert \"feat: search\"\n\nThis reverts commit {}.", feature.trim());
    repository.commit(&message, &[("search", "")]);
    assert_eq!(next(repository.path(), &[]), "1.0.1");
}

#[test]
fn a_reverted_merge_takes_back_all_that_it_merged() {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("src", "1")]);
    repository.tag("v1.0.0");
    repository.checkout_new("topic");
    repository.commit("feat: one", &[("one", "1")]);
    repository.commit("feat!: two", &[("two", "1")]);
    repository.checkout("main");
    repository.commit("fix: crash", &[("fix", "1")]);
    repository.merge_no_ff("topic", "Merge branch 'topic'");
    assert_eq!(next(repository.path(), &[]), "2.0.0");
    repository.git(&["revert", "--no-edit", "-m1", "HEAD"]);
    assert_eq!(next(repository.path(), &[]), "1.0.1");
}

#[test]
fn fragments_count_beside_commits() {
    let repository = TestRepository::new();
    let policy = "preset = \"semver\"\n[product]\nname = \"shop\"\n[components.shop]\nfragments = [{ towncrier = \"changes\" }]\n";
    repository.commit(
        "feat: begin",
        &[("src", "1"), ("trainyard.toml", policy), ("changes/1.feature.md", "Begin.\n")],
    );
    repository.tag("v1.0.0");
    repository.commit("chore: note", &[("changes/2.breaking.md", "The old format is gone.\n")]);
    assert_eq!(next(repository.path(), &[]), "2.0.0");
    let plan = trainyard(repository.path(), &["plan"]);
    assert!(plan.stdout.contains("changes/2.breaking.md"), "{}", plan.stdout);
    assert!(!plan.stdout.contains("changes/1.feature.md"), "{}", plan.stdout);
}

#[test]
fn components_are_told_apart_by_paths() {
    let repository = TestRepository::new();
    let policy = "preset = \"semver\"\n[product]\nname = \"shop\"\n\
        [components.api]\npaths = [\"api/**\"]\n[components.api.rules]\ntag = \"api/v{version}\"\n\
        [components.web]\npaths = [\"web/**\"]\n[components.web.rules]\ntag = \"web/v{version}\"\n";
    repository.commit("feat: begin", &[("api/a", "1"), ("web/w", "1"), ("trainyard.toml", policy)]);
    repository.tag("api/v1.0.0");
    repository.tag("web/v2.3.4");
    repository.commit("feat: filter", &[("api/a", "2")]);
    repository.commit("fix: button", &[("web/w", "2")]);
    assert_eq!(next(repository.path(), &["api"]), "1.1.0");
    assert_eq!(next(repository.path(), &["web", "--tag"]), "web/v2.3.5");
    let run = trainyard(repository.path(), &["next"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("there are api, web"), "{}", run.stderr);
}

#[test]
fn a_group_in_lockstep_moves_together() {
    let repository = TestRepository::new();
    let policy = "preset = \"semver\"\n[product]\nname = \"cluster\"\n[rules]\ntag = \"{component}-{version}\"\n\
        [components.manager]\npaths = [\"manager/**\"]\n[components.agent]\npaths = [\"agent/**\"]\n\
        [groups.core]\ncomponents = [\"manager\", \"agent\"]\nlockstep = \"minor\"\n";
    repository
        .commit("feat: begin", &[("manager/a", "1"), ("agent/a", "1"), ("trainyard.toml", policy)]);
    repository.tag("manager-1.0.0");
    repository.tag("agent-1.0.0");
    repository.commit("feat: quota", &[("manager/a", "2")]);
    assert_eq!(next(repository.path(), &["manager"]), "1.1.0");
    assert_eq!(next(repository.path(), &["agent"]), "1.1.0");
    assert_eq!(next(repository.path(), &["core"]), "1.1");
    repository.tag("manager-1.1.0");
    assert_eq!(next(repository.path(), &["agent"]), "nothing to release");
    repository.commit("fix: crash", &[("agent/a", "2")]);
    assert_eq!(next(repository.path(), &["agent"]), "1.1.0", "the group is on 1.1 already");
    assert_eq!(next(repository.path(), &["core"]), "1.1");
}

#[test]
fn a_version_asked_for_by_a_trailer_is_honoured_once() {
    let repository = released();
    repository.commit("chore: prepare\n\nRelease-As: 3.0.0", &[("x", "1")]);
    assert_eq!(next(repository.path(), &[]), "3.0.0");
    repository.tag("v3.0.0");
    repository.commit("fix: crash", &[("fix", "1")]);
    assert_eq!(next(repository.path(), &[]), "3.0.1");
}

#[test]
fn a_composite_stream_joins_its_parts() {
    let repository = TestRepository::new();
    let policy = "preset = \"semver\"\n[product]\nname = \"ayon\"\n[rules]\ntag = \"{component}-{version}\"\n\
        [components.backend]\npaths = [\"backend/**\"]\n\
        [components.frontend]\npaths = [\"frontend/**\"]\n[components.frontend.rules]\nscheme = \"calver:YYYYMMDD[A]\"\n\
        [streams.server]\nkind = \"composite\"\nscheme = \"composite:{backend=semver}+{frontend=calver:YYYYMMDD[A]}\"\n\
        parts = { backend = \"backend\", frontend = \"frontend\" }\n";
    repository.commit(
        "feat: begin",
        &[("backend/a", "1"), ("frontend/a", "1"), ("trainyard.toml", policy)],
    );
    repository.tag("backend-1.0.0");
    repository.tag("frontend-20230903");
    repository.commit("fix: button", &[("frontend/a", "2")]);
    let day = ["--date", "2023-09-04"];
    assert_eq!(next(repository.path(), &[&["server"][..], &day].concat()), "1.0.0+20230904");
    let day = ["--date", "2023-09-03"];
    assert_eq!(next(repository.path(), &[&["frontend"][..], &day].concat()), "20230903A");
}

#[test]
fn a_stream_has_releases_of_its_own() {
    let repository = TestRepository::new();
    let policy = "preset = \"semver\"\n[product]\nname = \"studio\"\n[components.core]\n\
        [streams.pipeline]\nkind = \"bundle\"\nscheme = \"calver:YYYY.M[.MICRO]\"\ntag = \"bundle-{version}\"\n";
    repository.commit("feat: begin", &[("trainyard.toml", policy)]);
    repository.tag("v1.0.0");
    repository.tag("bundle-2024.3");
    repository.commit("fix: crash", &[("fix", "1")]);
    let audit = trainyard(repository.path(), &["audit"]);
    assert_eq!(audit.code, 0, "{}", audit.transcript());
    let next_on = |day: &str| next(repository.path(), &["pipeline", "--date", day]);
    assert_eq!(next_on("2024-03-02"), "2024.3.1");
    assert_eq!(next_on("2024-04-02"), "2024.4");
    assert_eq!(next_on("2024-02-02"), "2024.3.1", "never backwards");
}

#[test]
fn a_stage_is_refused_where_the_policy_has_no_pre_releases() {
    let repository = TestRepository::new();
    let policy = "preset = \"calver\"\n[product]\nname = \"x\"\n";
    repository.commit("feat: begin", &[("src", "1"), ("trainyard.toml", policy)]);
    repository.tag("2026.9.0");
    repository.commit("feat: more", &[("src", "2")]);
    for command in ["plan", "next", "release"] {
        let run = trainyard(repository.path(), &[command, "--stage", "rc", "--date", "2026-10-01"]);
        assert_eq!(run.code, 2, "{}", run.transcript());
        assert!(run.stderr.contains("the policy has no pre-releases"), "{}", run.transcript());
    }
    let plan = trainyard(repository.path(), &["plan", "--stage", "final", "--date", "2026-10-01"]);
    assert!(plan.stdout.contains("2026.10.0"), "{}", plan.transcript());
}

#[test]
fn a_feature_in_the_last_number_of_a_date_is_told() {
    let repository = TestRepository::new();
    let policy = "preset = \"calver\"\n[product]\nname = \"x\"\n";
    repository.commit("feat: begin", &[("src", "1"), ("trainyard.toml", policy)]);
    repository.tag("2026.9.0");
    repository.commit("fix: less", &[("src", "2")]);
    let plan = |day: &str| trainyard(repository.path(), &["plan", "--date", day]);
    assert!(!plan("2026-09-08").stdout.contains("TY0311"));
    repository.commit("feat: more", &[("src", "3")]);
    let told = plan("2026-09-08");
    assert!(told.stdout.contains("2026.9.1 is a patch release of 2026.9"), "{}", told.transcript());
    assert!(!plan("2026-10-08").stdout.contains("TY0311"));
}
