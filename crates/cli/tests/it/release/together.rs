//! Groups and streams, and the ways of policies that release otherwise.

use trainyard_testkit::TestRepository;

use super::{release, state, with_policy};
use crate::command::next;

fn tags(repository: &TestRepository) -> Vec<String> {
    repository.git(&["tag", "--list"]).lines().map(str::to_owned).collect()
}

/// Manager and agent in lockstep, with manifests of their own and one lock.
fn cluster() -> TestRepository {
    let policy = "preset = \"semver\"\n[product]\nname = \"cluster\"\n\
        [rules]\ntag = \"{component}-{version}\"\nbranch = \"{component}-{line}\"\n\
        [lines]\ndevelopment = [\"main\"]\n\
        [components.manager]\npaths = [\"manager/**\"]\n\
        version-files = [{ path = \"manager/Cargo.toml\", key = \"package.version\" }]\n\
        [components.agent]\npaths = [\"agent/**\"]\n\
        version-files = [{ path = \"agent/Cargo.toml\", key = \"package.version\" }]\n\
        [groups.core]\ncomponents = [\"manager\", \"agent\"]\nlockstep = \"minor\"\n";
    let repository = with_policy(policy);
    let crate_of = |name: &str, more: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"1.0.0\"\n\n[dependencies]\n{more}")
    };
    repository.commit(
        "feat: crates",
        &[
            ("Cargo.toml", "[workspace]\nmembers = [\"manager\", \"agent\"]\n"),
            ("manager/Cargo.toml", &crate_of("manager", "")),
            ("manager/CHANGELOG.md", "# Changelog\n"),
            (
                "agent/Cargo.toml",
                &crate_of("agent", "manager = { path = \"../manager\", version = \"1.0\" }\n"),
            ),
            (
                "Cargo.lock",
                "version = 4\n\n[[package]]\nname = \"agent\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"manager\"\nversion = \"1.0.0\"\n",
            ),
        ],
    );
    repository.tag("manager-1.0.0");
    repository.tag("agent-1.0.0");
    repository
}

#[test]
fn a_group_begins_a_line_together() {
    let repository = cluster();
    repository.commit("feat(manager): quota (#12)", &[("manager/a", "2")]);
    let run = release(&repository, &["manager"]);
    insta::assert_snapshot!(run.transcript());
    assert_eq!(tags(&repository), ["agent-1.0.0", "agent-1.1.0", "manager-1.0.0", "manager-1.1.0"]);
    let at = |name: &str| repository.git(&["rev-parse", &format!("{name}^{{commit}}")]);
    for name in ["agent-1.1.0", "agent-1.1", "manager-1.1", "main"] {
        assert_eq!(at(name), at("manager-1.1.0"), "{name}");
    }
    insta::assert_snapshot!(repository.git(&["show", "--format=%s", "HEAD"]));
    assert_eq!(repository.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_patch_of_a_member_goes_alone() {
    let repository = cluster();
    repository.checkout_new("agent-1.0");
    repository.commit("fix: crash", &[("agent/a", "2")]);
    let run = release(&repository, &["agent"]);
    assert_eq!(run.code, 0, "{}", run.transcript());
    assert_eq!(tags(&repository), ["agent-1.0.0", "agent-1.0.1", "manager-1.0.0"]);
}

#[test]
fn a_group_whose_member_cannot_come_is_not_released() {
    let repository = cluster();
    repository.branch("agent-1.1");
    repository.commit("feat: quota", &[("manager/a", "2")]);
    let before = state(&repository);
    let run = release(&repository, &["core"]);
    assert!(run.stdout.contains("error[TY0514]"), "{}", run.transcript());
    assert_eq!(state(&repository), before);
}

/// A server of a backend here and a web interface elsewhere, and bundles by month.
fn server(tag: &str) -> TestRepository {
    let policy = format!(
        "preset = \"semver\"\n[product]\nname = \"studio\"\n[rules]\ntag = \"{{version}}\"\nbranch = false\n\
        [components.backend]\ntitle = \"Backend\"\nversion-files = [\"VERSION\"]\n\
        [components.frontend]\nrepository = \"https://example.org/web\"\n\
        [components.frontend.rules]\nscheme = \"calver:YYYYMMDD\"\nprerelease = false\n\
        [streams.server]\nkind = \"composite\"\ntitle = \"Studio server\"\n\
        scheme = \"composite:{{backend=semver}}+{{frontend=calver:YYYYMMDD}}\"\n\
        parts = {{ backend = \"backend\", frontend = \"frontend\" }}\n{tag}\n\
        [streams.pipeline]\nkind = \"bundle\"\nscheme = \"calver:YYYY.M[.MICRO]\"\ntag = \"bundle-{{version}}\"\n"
    );
    let repository = with_policy(&policy);
    repository.tag("1.0.0");
    repository.commit("fix: crash", &[("a", "2")]);
    repository
}

#[test]
fn a_composite_pins_its_parts() {
    let repository = server("tag = \"server/{backend}-{frontend}\"");
    let run = release(&repository, &["server"]);
    assert!(run.stdout.contains("error[TY0521]"), "{}", run.transcript());
    let run = release(&repository, &["server", "--pin", "frontend=20240131"]);
    insta::assert_snapshot!(run.transcript());
    assert_eq!(tags(&repository), ["1.0.0", "1.0.1", "server/1.0.1-20240131"]);
    let told = ["tag", "--list", "--format=%(contents)", "server/1.0.1-20240131"];
    insta::assert_snapshot!(repository.git(&told));

    // Another web interface with the same backend: a tag, and no commit.
    let run = release(&repository, &["server", "--pin", "frontend=20240301"]);
    insta::assert_snapshot!(run.transcript());
    let at = repository.git(&["rev-parse", "1.0.1^{}", "server/1.0.1-20240301^{}"]);
    assert_eq!(at.lines().next(), at.lines().last());

    // A part that is elsewhere stays as it was.
    repository.commit("fix: another", &[("a", "3")]);
    let look = release(&repository, &["server", "--dry-run"]);
    assert!(look.stdout.contains("server/1.0.2-20240301"), "{}", look.transcript());
}

#[test]
fn a_composite_without_tags_is_told_by_its_part() {
    let repository = server("");
    let run = release(&repository, &["server", "--pin", "frontend=20240131"]);
    assert_eq!(run.code, 0, "{}", run.transcript());
    let told = repository.git(&["tag", "--list", "--format=%(contents)", "1.0.1"]);
    assert!(told.contains("Studio server 1.0.1+20240131"), "{told}");
    let run = release(&repository, &["server", "--pin", "frontend=20240301"]);
    assert!(run.stdout.contains("error[TY0515]"), "{}", run.transcript());
}

#[test]
fn a_bundle_pins_what_is_released() {
    let repository = server("");
    let run = release(&repository, &["pipeline"]);
    assert_eq!(run.code, 0, "{}", run.transcript());
    insta::assert_snapshot!(repository.git(&["tag", "--list", "--format=%(contents)", "bundle-*"]));
    assert_eq!(release(&repository, &["pipeline"]).code, 0);
    assert!(tags(&repository).contains(&"bundle-2024.3.1".to_owned()), "{:?}", tags(&repository));
}

/// A product that is released from the branches of its lines alone, by PEP 440.
fn train() -> TestRepository {
    let policy = "preset = \"backend-ai\"\n[product]\nname = \"engine\"\n";
    let policy = policy.replace("preset = \"backend-ai\"", "preset = \"pep440\"")
        + "[rules]\ntag = \"{version}\"\nbranch = \"{major}.{minor}\"\nreleases-from = \"lines\"\n\
        [rules.next-development]\nlevel = \"minor\"\nmark = \"a1\"\n\
        [lines]\ndevelopment = [\"main\"]\n\
        [components.engine]\nversion-files = [\"VERSION\", { path = \"pyproject.toml\", key = \"project.version\" }]\n\
        fragments = [{ towncrier = \"changes\" }]\n";
    let repository = with_policy(&policy);
    repository.commit(
        "feat: project",
        &[("pyproject.toml", "[project]\nname = \"engine\"\nversion = \"1.0.0\"\n")],
    );
    repository.tag("1.0.0");
    repository.branch("1.0");
    repository.commit(
        "feat: more",
        &[
            ("VERSION", "1.1.0a1\n"),
            ("pyproject.toml", "[project]\nname = \"engine\"\nversion = \"1.1.0a1\"\n"),
            ("changes/1.feature.md", "More.\n"),
        ],
    );
    repository
}

#[test]
fn a_train_runs_from_candidates_to_the_final_release_and_its_patches() {
    let repository = train();
    let look = release(&repository, &["--stage", "rc", "--dry-run"]);
    assert!(
        look.stdout.contains("begins the branch 1.1, then goes on with 1.2.0a1"),
        "{}",
        look.transcript()
    );
    let run = release(&repository, &["--stage", "rc"]);
    insta::assert_snapshot!(run.transcript());
    assert_eq!(repository.git(&["show", "main:VERSION"]), "1.2.0a1");
    assert_eq!(
        repository.git(&["show", "main:changes/1.feature.md"]),
        "More.",
        "candidates keep it"
    );

    repository.checkout("1.1");
    repository.commit("fix: a crash", &[("changes/2.fix.md", "Nothing crashes.\n")]);
    let run = release(&repository, &[]);
    assert!(run.stdout.contains("1.1.0rc2 is released"), "{}", run.transcript());
    assert_eq!(next(repository.path(), &[]), "1.1.0", "what the candidate has is no news");
    let run = release(&repository, &[]);
    assert!(run.stdout.contains("1.1.0 is released"), "{}", run.transcript());
    insta::assert_snapshot!(repository.git(&["show", "1.1.0:CHANGELOG.md"]));
    assert_eq!(
        repository.git(&["ls-tree", "--name-only", "1.1.0", "changes/"]),
        "changes/README.md"
    );

    repository.commit("fix: another", &[("changes/3.fix.md", "Nothing hangs.\n")]);
    let run = release(&repository, &[]);
    assert!(run.stdout.contains("1.1.1 is released"), "{}", run.transcript());
    assert_eq!(
        repository.git(&["show", "1.1.1:pyproject.toml"]).lines().last(),
        Some("version = \"1.1.1\"")
    );
    assert_eq!(tags(&repository), ["1.0.0", "1.1.0", "1.1.0rc1", "1.1.0rc2", "1.1.1"]);
}

#[test]
fn a_line_is_begun_with_its_final_release_where_nothing_else_is_asked() {
    let repository = train();
    let run = release(&repository, &[]);
    assert!(run.stdout.contains("1.1.0 is released"), "{}", run.transcript());
    assert_eq!(repository.git(&["show", "1.1:VERSION", "main:VERSION"]), "1.1.0\n1.2.0a1");
    let at = repository.git(&["rev-parse", "1.1", "1.1.0^{}"]);
    assert_eq!(at.lines().next(), at.lines().last(), "branch and tag are at one commit");
}

#[test]
fn a_line_can_be_named() {
    let repository = train();
    let run = release(&repository, &["--line", "2.0"]);
    assert!(run.stdout.contains("2.0.0 is released"), "{}", run.transcript());
    assert_eq!(repository.git(&["show", "2.0:VERSION", "main:VERSION"]), "2.0.0\n2.1.0a1");
    let run = release(&repository, &["--line", "1.0"]);
    assert!(run.stdout.contains("error[TY0503]"), "{}", run.transcript());
}

#[test]
fn answers_are_for_programs_and_pages_too() {
    let repository = train();
    insta::assert_snapshot!(release(&repository, &["--dry-run", "--format", "json"]).transcript());
    insta::assert_snapshot!(
        release(&repository, &["--dry-run", "--format", "markdown"]).transcript()
    );
}
