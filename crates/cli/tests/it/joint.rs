//! Groups and streams as users ask for them.

use trainyard_testkit::TestRepository;

use crate::command::{next, trainyard};

/// Two parts in lockstep that have branches of their own.
fn cluster() -> TestRepository {
    let repository = TestRepository::new();
    let policy = "preset = \"semver\"\n[product]\nname = \"cluster\"\n\
        [rules]\ntag = \"{component}-{version}\"\nbranch = \"{component}-{line}\"\n\
        [components.manager]\npaths = [\"manager/**\"]\n[components.agent]\npaths = [\"agent/**\"]\n\
        [groups.core]\ncomponents = [\"manager\", \"agent\"]\nlockstep = \"minor\"\n";
    repository
        .commit("feat: begin", &[("manager/a", "1"), ("agent/a", "1"), ("trainyard.toml", policy)]);
    repository.tag("manager-1.0.0");
    repository.tag("agent-1.0.0");
    repository
}

/// A studio with a bundle and a composite that have tags of their own, and one that has none.
fn studio() -> TestRepository {
    let repository = TestRepository::new();
    let policy = "preset = \"semver\"\n[product]\nname = \"studio\"\n[rules]\ntag = \"{component}-{version}\"\n\
        [components.core]\npaths = [\"core/**\"]\n[components.web]\npaths = [\"web/**\"]\n\
        [streams.core]\nkind = \"single\"\ncomponent = \"core\"\n\
        [streams.site]\nkind = \"single\"\ncomponent = \"web\"\n\
        [streams.pipeline]\nkind = \"bundle\"\nscheme = \"calver:YYYY.M[.MICRO]\"\ntag = \"bundle-{version}\"\n\
        [streams.server]\nkind = \"composite\"\nscheme = \"composite:{core=semver}+{web=semver}\"\n\
        parts = { core = \"core\", web = \"web\" }\ntag = \"server/{core}+{web}\"\n\
        [streams.image]\nkind = \"composite\"\nscheme = \"composite:{core=semver}+{web=semver}\"\n\
        parts = { core = \"core\", web = \"web\" }\n";
    repository
        .commit("feat: begin", &[("core/a", "1"), ("web/a", "1"), ("trainyard.toml", policy)]);
    repository.tag("core-1.0.0");
    repository.tag("web-2.0.0");
    repository.commit("fix: crash", &[("core/a", "2")]);
    repository
}

#[test]
fn a_stream_has_the_tag_of_its_own_template() {
    let repository = studio();
    let tag = |name: &str| next(repository.path(), &[name, "--tag", "--date", "2024-03-02"]);
    assert_eq!(tag("pipeline"), "bundle-2024.3");
    assert_eq!(tag("server"), "server/1.0.1+2.0.0");
    assert_eq!(tag("site"), "nothing to release", "it is web");
    assert_eq!(tag("core"), "core-1.0.1");
    assert!(tag("image").contains("no tag"), "{}", tag("image"));
}

#[test]
fn names_are_listed_once() {
    let repository = studio();
    let run = trainyard(repository.path(), &["next"]);
    assert_eq!(run.code, 2, "{}", run.transcript());
    assert!(
        run.stderr.contains("there are core, web, site, pipeline, server, image\n"),
        "{}",
        run.stderr
    );
}

#[test]
fn markdown_has_no_rows_of_single_streams() {
    let repository = studio();
    let run =
        trainyard(repository.path(), &["plan", "--format", "markdown", "--date", "2024-03-02"]);
    assert!(!run.stdout.contains("single"), "{}", run.stdout);
    assert!(run.stdout.contains("| bundle pipeline |"), "{}", run.stdout);
}

#[test]
fn a_request_is_no_change_without_a_level() {
    let repository = TestRepository::new();
    repository.commit("feat: begin", &[("src", "1")]);
    repository.tag("v1.0.0");
    repository.commit("chore: prepare\n\nRelease-As: 3.0.0", &[("x", "1")]);
    for format in ["text", "markdown"] {
        let run = trainyard(repository.path(), &["plan", "--all", "--format", format]);
        assert!(!run.stdout.contains("release-as"), "{}", run.stdout);
        assert!(run.stdout.contains("asks for 3.0.0"), "{}", run.stdout);
    }
}

#[test]
fn a_member_stays_where_its_line_has_a_branch() {
    let repository = cluster();
    repository.branch("agent-1.1");
    repository.commit("feat: quota", &[("manager/a", "2")]);
    assert_eq!(next(repository.path(), &["manager"]), "1.1.0");
    assert_eq!(next(repository.path(), &["agent"]), "nothing to release");
    let plan = trainyard(repository.path(), &["plan"]);
    let told = "group core moves to line 1.1 with manager, but its releases of that line are made on agent-1.1";
    assert!(plan.stdout.contains(told), "{}", plan.transcript());
    assert_eq!(next(repository.path(), &["agent", "--at", "agent-1.1"]), "1.1.0");
}

#[test]
fn a_member_with_news_beyond_its_branch_leads() {
    let repository = cluster();
    repository.branch("agent-1.1");
    repository.commit("feat: quota", &[("manager/a", "2")]);
    repository.commit("feat: metrics", &[("agent/a", "2")]);
    assert_eq!(next(repository.path(), &["agent"]), "1.2.0");
    assert_eq!(next(repository.path(), &["manager"]), "1.2.0");
}

#[test]
fn a_branch_of_one_line_makes_no_release_of_another() {
    let repository = cluster();
    repository.checkout_new("agent-1.0");
    repository.commit("feat: quota", &[("manager/a", "2")]);
    repository.commit("fix: crash", &[("agent/a", "2")]);
    assert_eq!(next(repository.path(), &["agent"]), "1.0.1");
    let plan = trainyard(repository.path(), &["plan"]);
    assert!(plan.stdout.contains("but this branch is of line 1.0"), "{}", plan.transcript());
}
