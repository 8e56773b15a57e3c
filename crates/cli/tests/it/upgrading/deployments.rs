//! Plans for what tools say is installed: several components, bundles, locks and channels.

use std::{io::Write as _, process::Stdio};

use trainyard_testkit::TestRepository;

use crate::command::{Run, command, trainyard};

const POLICY: &str = r#"preset = "semver"

[product]
name = "acme"

[rules]
tag = "{component}-{version}"

[components.manager]
paths = ["manager/**"]

[components.agent]
paths = ["agent/**"]

[components.client]
paths = ["client/**"]

[groups.core]
components = ["manager", "agent"]
"#;

/// Manager and agent on three lines, and a client on one.
fn product() -> TestRepository {
    let repository = TestRepository::new();
    repository.commit("chore: policy", &[("trainyard.toml", POLICY), ("client/a.txt", "1")]);
    repository.tag("client-1.0.0");
    for version in ["1.0.0", "1.0.3", "1.1.0", "1.2.0"] {
        let notes = format!("# Changes\n\n## {version}\n\nWhat {version} brings.\n");
        repository.commit(
            &format!("feat: {version}"),
            &[("manager/a.txt", version), ("agent/a.txt", version), ("CHANGELOG.md", &notes)],
        );
        repository.tag(&format!("manager-{version}"));
        repository.tag(&format!("agent-{version}"));
    }
    repository
}

/// `upgrade plan` in a repository, with some files beside.
fn plan(repository: &TestRepository, files: &[(&str, &str)], words: &[&str]) -> Run {
    repository.write(files);
    trainyard(repository.path(), &[&["upgrade", "plan"], words].concat())
}

const IMAGES: &str = r#"[{"ID":"sha256:aa","Repository":"ghcr.io/acme/acme-manager","Tag":"1.0.0"},
{"ID":"sha256:bb","Repository":"ghcr.io/acme/acme-agent","Tag":"1.0.3"},
{"ID":"sha256:cc","Repository":"redis","Tag":"7"}]"#;

#[test]
fn a_group_goes_from_its_images_to_a_line_together() {
    let repository = product();
    let run = plan(
        &repository,
        &[("images.json", IMAGES)],
        &["--deployment", "images.json", "--to", "1.2"],
    );
    insta::assert_snapshot!(run.transcript());
}

#[test]
fn a_bundle_is_a_target() {
    let repository = product();
    let bundle = "[bundle]\nname = \"platform\"\nversion = \"2026.11\"\n\n[pins]\nmanager = \"1.1.0\"\n\
        agent = \"1.1.0\"\nclient = \"1.0.0\"\ntools = \"3.0.0\"\n";
    let frozen = "acme-manager==1.0.0\nacme-agent==1.0.0\nsix==1.16.0\n";
    let files = [("bundle.toml", bundle), ("frozen.txt", frozen)];
    let words = ["--deployment", "frozen.txt", "--to", "bundle.toml"];
    let run = plan(&repository, &files, &words);
    insta::assert_snapshot!(run.transcript());
    let markdown = plan(&repository, &[], &[&words[..], &["--format", "markdown"]].concat());
    insta::assert_snapshot!("a_bundle_as_a_runbook", markdown.stdout);
    let lock = "form = 1\nrequest = \"sha256:00\"\n\n[[release]]\nname = \"manager\"\nversion = \"1.0.3\"\n\
        digest = \"sha256:01\"\n";
    let words = ["--deployment", "frozen.txt", "--to", "trainyard.lock"];
    let run = plan(&repository, &[("trainyard.lock", lock)], &words);
    assert!(run.stdout.contains("1.0.0 to 1.0.3 in 1 hop"), "{}", run.transcript());
}

#[test]
fn a_channel_is_a_target() {
    let repository = product();
    let heads = "[channels.stable]\nmanager = \"1.1.0\"\nagent = \"1.1.0\"\n";
    let installed = "name = \"x\"\n[components.manager]\nversion = \"1.0.0\"\n[components.agent]\nversion = \"1.0.0\"\n";
    let files = [("heads.toml", heads), ("x.toml", installed)];
    let words = ["--deployment", "x.toml", "--channels", "heads.toml", "--to"];
    let run = plan(&repository, &files, &[&words[..], &["stable"]].concat());
    assert!(run.stdout.contains("to channel stable in 1 hop"), "{}", run.transcript());
    let run = plan(&repository, &[], &[&words[..], &["edge"]].concat());
    assert!(run.code == 2 && run.stderr.contains("it has stable"), "{}", run.transcript());
    // An update graph says the way, too.
    let graph = r#"{"nodes": [
        {"version": "1.0.0"},
        {"version": "1.0.3", "metadata": {"io.openshift.upgrades.graph.release.channels": "stable"}},
        {"version": "1.2.0", "metadata": {"io.openshift.upgrades.graph.release.channels": "stable"}},
        {"version": "1.1.0", "metadata": {"io.openshift.upgrades.graph.release.channels": "edge"}}],
        "edges": [[0, 1], [1, 2]]}"#;
    let words = ["--component", "manager", "--from", "1.0.0", "--channels", "graph.json", "--to"];
    let run = plan(&repository, &[("graph.json", graph)], &[&words[..], &["stable"]].concat());
    assert!(run.stdout.contains("1.0.0 to 1.2.0 in 2 hops"), "{}", run.transcript());
    assert!(run.stdout.contains("1. 1.0.0 to 1.0.3"), "{}", run.transcript());
    let run = plan(&repository, &[], &[&words[..], &["edge"]].concat());
    assert!(run.code == 2 && run.stderr.contains("no allowed update"), "{}", run.transcript());
}

#[test]
fn manifests_say_what_a_client_needs() {
    let repository = product();
    let manifest = |name: &str, version: &str, more: &str| {
        format!(
            "[release]\nname = \"{name}\"\nversion = \"{version}\"\nscheme = \"semver\"\n{more}"
        )
    };
    let client = manifest("client", "1.0.0", "\n[requires]\nmanager = \">=1.0.0,<1.1.0\"\n");
    let files = [
        ("manifests/client.release.toml", client.as_str()),
        ("manifests/manager-1.0.release.toml", &manifest("manager", "1.0.0", "")),
        ("manifests/manager-1.1.release.toml", &manifest("manager", "1.1.0", "")),
        (
            "x.toml",
            "name = \"x\"\n[components.manager]\nversion = \"1.0.0\"\n[components.client]\nversion = \"1.0.0\"\n",
        ),
    ];
    let words =
        ["--deployment", "x.toml", "--component", "manager", "--to", "1.1.0", "--catalogue"];
    let run = plan(&repository, &files, &[&words[..], &["manifests"]].concat());
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("TY0815"), "{}", run.transcript());
    assert!(run.stdout.contains("do NOT work together"), "{}", run.transcript());
}

#[test]
fn what_is_installed_comes_from_standard_input_too() {
    let repository = product();
    let words = ["upgrade", "plan", "--deployment", "-", "--component", "manager", "--to", "1.1"];
    let mut command = command(repository.path(), &words);
    command.arg("--no-cache").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"Acme_Manager==1.0.3\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("1.0.3 to 1.1.0 in 1 hop"), "{text}");
}

#[test]
fn lists_that_are_none_are_refused() {
    let repository = product();
    for (name, text) in [("a.txt", "what is this?"), ("b.json", "{\"a\": 1}"), ("c.txt", "")] {
        let run = plan(&repository, &[(name, text)], &["--deployment", name, "--to", "1.1"]);
        assert!(run.code == 2 && run.stderr.contains(name), "{}", run.transcript());
    }
}

#[test]
fn a_plan_back_is_told_with_what_is_lost() {
    let repository = super::alembic::product();
    let words = ["--from", "1.1.0", "--to", "1.0.1"];
    insta::assert_snapshot!(plan(&repository, &[], &words).transcript());
}
