//! What is published, and from where.

use super::served::{Served, settled};

const DIGEST: &str = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

#[test]
fn a_release_is_published_from_its_tag() {
    let served = Served::pipeline();
    let manifest =
        "[release]\nname = \"core\"\nversion = \"1.2.0\"\n[requires]\nmaya = \">=0.5\"\n";
    served.folder.commit("feat: begin", &[("release.toml", manifest)]);
    served.folder.tag("v1.2.0");
    served.folder.commit("feat: more", &[("more.txt", "more")]);
    served.folder.tag("v1.3.0");
    let image = format!("registry.example/core@{DIGEST}");
    let guard = settled();
    let commands: &[&[&str]] = &[
        &["publish", "release", "--tag", "v1.2.0", "--image", &image, "--content", DIGEST],
        &["publish", "release", "core"],
        &["publish", "release", "core", "--tag", "v9.9.9"],
        &["publish", "release", "other"],
        &["publish", "release", "--image", "registry.example/core:latest"],
        &["publish", "yank", "core@1.3.0", "--why", "empty"],
        &["publish", "unyank", "core@1.3.0"],
    ];
    insta::assert_snapshot!("from_tags", served.session(commands));
    drop(guard);
}

#[test]
fn a_version_is_published_once() {
    let served = Served::pipeline();
    served.publish("1.0.0");
    let other = "[release]\nname = \"core\"\nversion = \"1.0.0\"\n[requires]\nmaya = \"*\"\n";
    served.folder.write(&[("other/release.toml", other)]);
    let refused = served.run(&["publish", "release", "--manifest", "other/release.toml"]);
    let guard = settled();
    insta::assert_snapshot!("other_content", refused.transcript());
    drop(guard);
}

#[test]
fn a_bundle_is_published_after_its_pins() {
    let served = Served::pipeline();
    let policy = format!(
        "{}[streams.suite]\nkind = \"bundle\"\nscheme = \"calver:YYYY.0M\"\n",
        super::served::POLICY
    );
    let bundle = "[bundle]\nname = \"suite\"\nversion = \"2026.11\"\n[pins]\ncore = \"1.0.0\"\n";
    served.folder.write(&[("trainyard.toml", &policy), ("bundle.toml", bundle)]);
    let guard = settled();
    let before: &[&[&str]] = &[
        &["publish", "policy", "--channels", "channels.toml", "--preview"],
        &["publish", "policy", "--channels", "channels.toml"],
        &["publish", "bundle", "bundle.toml"],
    ];
    let mut said = served.session(before);
    served.publish("1.0.0");
    said += &served.session(&[&["publish", "bundle", "bundle.toml"]]);
    insta::assert_snapshot!("bundle", said);
    drop(guard);
}

#[test]
fn bundles_are_checked_and_resolved_with_what_is_published() {
    let served = Served::pipeline();
    for version in ["1.0.0", "1.1.0"] {
        served.publish(version);
    }
    let bundle = "[bundle]\nname = \"suite\"\nversion = \"2026.11\"\n[pins]\ncore = \"1.2.0\"\n";
    served.folder.write(&[("bundle.toml", bundle)]);
    let guard = settled();
    let commands: &[&[&str]] = &[
        &["bundle", "check", "bundle.toml", "--catalogue", "registry:pipeline"],
        &["bundle", "resolve", "core", "--catalogue", "registry:pipeline"],
        &["bundle", "check", "bundle.toml", "--catalogue", "registry:nothing"],
    ];
    insta::assert_snapshot!("catalogue", served.session(commands));
    drop(guard);
}
