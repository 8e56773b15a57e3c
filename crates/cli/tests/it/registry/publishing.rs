//! What is published, and from where.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
};

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
        &["publish", "release", "--image", "registry.example/core"],
        &["publish", "yank", "core@1.3.0", "--why", "empty"],
        &["publish", "unyank", "core@1.3.0"],
    ];
    insta::assert_snapshot!("from_tags", served.session(commands));
    drop(guard);
}

#[test]
fn an_image_is_pinned_by_what_its_tag_names() {
    let served = Served::pipeline();
    let manifest = served.manifest("1.2.0");
    let host = images();
    let publish = |tag: &str| {
        let image = format!("{host}/core:{tag}");
        let arguments = ["publish", "release", "core", "--manifest", &manifest, "--image", &image];
        served.run(&arguments).transcript()
    };
    let guard = settled();
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"127\.0\.0\.1:\d+", "registry.example:5000");
    let hosts = settings.bind_to_scope();
    insta::assert_snapshot!("image_by_tag", publish("1.2.0"));
    insta::assert_snapshot!("no_such_tag", publish("9.9.9"));
    let release = served.json(&["registry", "log", "--last", "1"]);
    let images = &release[0]["entry"]["event"]["published"]["images"];
    assert_eq!(images[0]["digest"], DIGEST, "{release}");
    drop((hosts, guard));
}

/// A registry of images that has one tag, for as long as the tests run.
fn images() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            std::thread::spawn(move || answer_images(&stream));
        }
    });
    host
}

fn answer_images(mut stream: &TcpStream) {
    let mut lines = BufReader::new(stream).lines();
    while let Some(Ok(asked)) = lines.next() {
        while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
        let is_there = asked.contains("/manifests/1.2.0 ") || asked.contains("/v2/ ");
        let answer = if is_there {
            let kind = "application/vnd.oci.image.manifest.v1+json";
            format!("200 OK\r\nContent-Type: {kind}\r\nDocker-Content-Digest: {DIGEST}")
        } else {
            "404 Not Found".to_owned()
        };
        write!(stream, "HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n").unwrap();
    }
}

#[test]
fn a_policy_brings_its_channels() {
    let served = Served::pipeline();
    let policy = format!(
        "{}[channels.latest]\n[channels.lts]\nafter = \"latest\"\nsoak = \"14 days\"\n",
        super::served::POLICY
    );
    served.folder.write(&[("trainyard.toml", &policy)]);
    let guard = settled();
    let commands: &[&[&str]] = &[
        &["publish", "policy", "--preview"],
        &["publish", "policy", "--why", "a long-term channel"],
        &["channel", "show", "lts"],
    ];
    insta::assert_snapshot!("own_channels", served.session(commands));
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
fn what_is_wrong_with_a_bundle_is_told_before_it_is_published() {
    let served = Served::pipeline();
    let policy = format!(
        "{}[streams.suite]\nkind = \"bundle\"\nscheme = \"calver:YYYY.0M\"\n",
        super::served::POLICY
    );
    let core =
        "[release]\nname = \"core\"\nversion = \"1.0.0\"\n[environment]\nserver = \">=9.0.0\"\n";
    let bundle = "[bundle]\nname = \"suite\"\nversion = \"2026.11\"\nserver = \"1.0.0\"\n[pins]\ncore = \"1.0.0\"\n";
    served.folder.write(&[
        ("trainyard.toml", &policy),
        ("core/release.toml", core),
        ("bundle.toml", bundle),
        ("range.toml", &bundle.replace("2026.11", "November")),
    ]);
    for asked in [
        &["publish", "policy", "--channels", "channels.toml"][..],
        &["publish", "release", "--manifest", "core/release.toml"],
    ] {
        let run = served.run(asked);
        assert_eq!(run.code, 0, "{}", run.transcript());
    }
    let run = served.run(&["publish", "bundle", "bundle.toml"]);
    assert!(run.code == 0 && run.stderr.contains("TY0720"), "{}", run.transcript());
    let run = served.run(&["publish", "bundle", "range.toml"]);
    assert!(run.code == 2 && run.stderr.contains("November"), "{}", run.transcript());
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
