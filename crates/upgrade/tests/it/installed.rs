//! Which release of which component is installed, from what tools print.

use trainyard_policy::Policy;
use trainyard_upgrade::plan::{Deployment, Observed, Reading, assemble, recognise};

const POLICY: &str = r#"
preset = "pep440"

[product]
name = "acme"

[rules]
tag = "v{version}"

[components.manager]
paths = ["manager/**"]

[components.agent]
paths = ["agent/**"]

[groups.core]
components = ["manager", "agent"]
"#;

fn policy() -> Policy {
    Policy::parse(POLICY, "trainyard.toml").unwrap().policy
}

/// All that several texts say, and what is told of it.
fn read(policy: &Policy, texts: &[&str]) -> (Deployment, Vec<String>) {
    let mut written = Deployment::default();
    let mut observed = Observed::default();
    for text in texts {
        match recognise(text, "/srv".into()).unwrap() {
            Reading::Deployment(deployment) => written = *deployment,
            Reading::Observed(more) => observed.extend(more),
        }
    }
    let (deployment, findings) = assemble(written, &observed, policy);
    let told = findings.iter().map(|it| format!("{}: {}: {}", it.code, it.subject, it.message));
    (deployment, told.collect())
}

fn versions(deployment: &Deployment) -> Vec<(&str, &str)> {
    let each = deployment.components.iter();
    each.filter_map(|(name, it)| Some((name.as_str(), it.version.as_deref()?))).collect()
}

#[test]
fn packages_are_recognised_by_name() {
    let (deployment, told) = read(&policy(), &["acme-manager==25.6.1\nsix==1.16\nAGENT==25.6.0\n"]);
    assert_eq!(versions(&deployment), [("agent", "25.6.0"), ("manager", "25.6.1")]);
    assert_eq!(told, [""; 0]);
    let named = "name = \"x\"\n[components.manager.packages]\nnames = [\"the-server\"]\n";
    let (deployment, _) = read(&policy(), &[named, "the_server==25.5.0\n"]);
    assert_eq!(versions(&deployment), [("manager", "25.5.0")]);
}

#[test]
fn images_are_recognised_by_repository_tag_and_map() {
    let images = "ghcr.io/acme/acme-manager:v25.6.1\nghcr.io/acme/agent@sha256:aa\nredis:7\nacme/agent:latest\n";
    let (deployment, told) = read(&policy(), &[images]);
    assert_eq!(versions(&deployment), [("manager", "25.6.1")]);
    assert_eq!(
        told,
        [
            "TY0818: acme/agent:latest: `latest` does not say which release it is",
            "TY0818: ghcr.io/acme/agent@sha256:aa: its digest is in no map, and it has no tag that would say \
             which release it is",
            "TY0818: redis:7: it is of no component that is known",
        ]
    );
    let map = "name = \"x\"\n[images]\n\"sha256:aa\" = \"agent 25.6.0\"\n\"example.org/box\" = \"manager\"\n";
    let (deployment, told) =
        read(&policy(), &[map, "ghcr.io/acme/agent@sha256:aa\nexample.org/box:25.6.2\n"]);
    assert_eq!(versions(&deployment), [("agent", "25.6.0"), ("manager", "25.6.2")]);
    assert_eq!(told, [""; 0]);
}

#[test]
fn the_image_of_a_composite_is_its_parts() {
    let policy = Policy::preset("ayon").unwrap();
    let (deployment, told) = read(&policy, &["ynput/ayon:1.0.0_20230903\n"]);
    let found = versions(&deployment);
    assert_eq!(found, [("backend", "1.0.0"), ("frontend", "20230903")], "{told:?}");
    let (_, told) = read(&policy, &["ynput/ayon:nightly\n"]);
    assert_eq!(told, ["TY0818: ynput/ayon:nightly: `nightly` is no version of server"]);
}

#[test]
fn sources_that_disagree_are_told() {
    let written = "name = \"x\"\n[components.manager]\nversion = \"25.6.0\"\n\
        [components.manager.database]\ntool = \"alembic\"\nat = [\"aaa1\"]\n";
    let images = "acme/manager:25.6.1\nacme/manager:25.6.2\n";
    let (deployment, told) = read(&policy(), &[written, images, "bbb2 (head)\n"]);
    assert_eq!(versions(&deployment), [("manager", "25.6.1")]);
    assert_eq!(deployment.components["manager"].places(), ["bbb2"]);
    assert_eq!(
        told,
        [
            "TY0819: manager: its images are of 25.6.1 and 25.6.2; the plan begins at the oldest",
            "TY0819: manager: it was said to be 25.6.0, and its images say 25.6.1",
            "TY0819: manager: its database was said to stand at aaa1, and stands at bbb2",
        ]
    );
    // Two spellings of one version are no contradiction.
    let (_, told) = read(&policy(), &[written, "acme/manager:v25.6\n"]);
    assert_eq!(told, [""; 0]);
}

#[test]
fn where_a_database_stands_needs_a_component() {
    let (deployment, _) = read(&policy(), &["acme-manager==25.6.1\n", "aaa1\n"]);
    assert_eq!(deployment.components["manager"].at, ["aaa1"]);
    let (_, told) = read(&policy(), &["acme-manager==25.6.1\nacme-agent==25.6.1\n", "aaa1\n"]);
    assert_eq!(told, ["TY0819: aaa1: which component's database stands there is not clear"]);
}

#[test]
fn hostile_lists_end() {
    let many = "x==1\n".repeat(200_000);
    let long = format!("{}==1", "a".repeat(1 << 20));
    let images = "a/b:1\n".repeat(100_000);
    let nested = "[".repeat(100_000);
    for text in [many.as_str(), &long, &images, &nested, "\u{feff}\n==\n", "@@@:::///", "(((("] {
        if let Ok(Reading::Observed(observed)) = recognise(text, "/srv".into()) {
            _ = assemble(Deployment::default(), &observed, &policy());
        }
    }
}
