//! Releases that are made of releases.

use trainyard_testkit::TestRepository;

use crate::command::trainyard;

const POLICY: &str = "preset = \"semver\"\n[product]\nname = \"server\"\n[rules]\ntag = \"{version}\"\n\
    [components.backend]\n[components.frontend]\nrepository = \"https://example.org/web.git\"\n\
    [components.frontend.rules]\nscheme = \"calver:YYYYMMDD[A]\"\nprerelease = false\n\
    [streams.server]\nkind = \"composite\"\ntitle = \"Server\"\n\
    scheme = \"composite:{backend=semver}+{frontend=calver:YYYYMMDD[A]}\"\n\
    parts = { backend = \"backend\", frontend = \"frontend\" }\ntag = \"server-{version}\"\n";

/// A backend that knows the policy, and a frontend beside it.
fn pair() -> (TestRepository, TestRepository) {
    let backend = TestRepository::new();
    backend.commit("feat: begin", &[("a", "1"), ("trainyard.toml", POLICY)]);
    backend.tag("1.0.0");
    let frontend = TestRepository::new();
    frontend.commit("feat: begin", &[("a", "1")]);
    for tag in ["20240116", "20240130", "notes"] {
        frontend.tag(tag);
    }
    backend.tag("server-1.0.0+20240116");
    backend.commit("fix: crash", &[("a", "2")]);
    backend.tag("1.0.1");
    (backend, frontend)
}

#[test]
fn bundle_composite_tells_parts_and_spellings() {
    let (backend, frontend) = pair();
    let tags = format!("frontend={}", frontend.path());
    let ask = |asked: &[&str]| {
        let command = ["bundle", "composite", "--tags", &tags];
        trainyard(backend.path(), &[&command[..], asked].concat())
    };
    // What is tagged here.
    let tagged = ask(&[]);
    assert_eq!(tagged.code, 0, "{}", tagged.transcript());
    insta::assert_snapshot!("tagged", tagged.stdout.replace(&day(&tagged.stdout), "<day>"));
    // What is listed: a part that was never released, an older part, and what is no version.
    let list = "# images\n1.0.1_20240130 latest\n1.0.1+20240117\n1.0.0+20240130\n\n1.0+x\n";
    backend.write(&[("images.txt", list)]);
    let listed = ask(&["--list", "images.txt"]);
    assert_eq!(listed.code, 1, "{}", listed.transcript());
    insta::assert_snapshot!("listed", listed.stdout.replace(&day(&tagged.stdout), "<day>"));
    let markdown = ask(&["--list", "images.txt", "--format", "markdown"]).stdout;
    insta::assert_snapshot!("markdown", markdown.replace(&day(&tagged.stdout), "<day>"));
    let json = ask(&["1.0.1+20240130", "--format", "json"]).stdout;
    let answer: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(answer["releases"][0]["image"], "server-1.0.1_20240130");
    assert_eq!(answer["releases"][0]["parts"][1]["is_released"], true);
    assert_eq!(answer["parts"][1]["releases"], 2);
}

/// The day on which the repositories were made.
fn day(text: &str) -> String {
    let mut days =
        text.split_whitespace().filter(|it| it.len() == 10 && it.matches('-').count() == 2);
    days.next_back().unwrap_or("no day").to_owned()
}

#[test]
fn bundle_composite_tells_what_it_does_not_know() {
    let (backend, frontend) = pair();
    let ask = |asked: &[&str]| {
        trainyard(backend.path(), &[&["bundle", "composite", "1.0.1+20240131"], asked].concat())
    };
    let unheard = ask(&[]);
    assert_eq!(unheard.code, 0, "{}", unheard.transcript());
    assert!(unheard.stdout.contains("20240131 ?"), "{}", unheard.stdout);
    assert!(unheard.stdout.contains("--tags frontend=PATH"), "{}", unheard.stdout);
    // The folder's name says nothing to the policy, so its tags are not taken for the backend's.
    let whose = ask(&["--tags", frontend.path().as_str()]);
    assert_eq!(whose.code, 2);
    assert!(whose.stderr.contains("--tags frontend="), "{}", whose.stderr);
    let tags = format!("web={}", frontend.path());
    assert!(ask(&["--tags", &tags]).stderr.contains("its parts are backend, frontend"));
    assert!(ask(&["--stream", "servers"]).stderr.contains("there are server"));
    let none = trainyard(frontend.path(), &["bundle", "composite", "1.0.1+20240131"]);
    assert!(none.stderr.contains("declares no composite stream"), "{}", none.stderr);
    let untagged = TestRepository::new();
    untagged.commit("feat: begin", &[("trainyard.toml", POLICY)]);
    let untagged = trainyard(untagged.path(), &["bundle", "composite"]);
    assert_eq!(untagged.code, 2);
    assert!(untagged.stderr.contains("--list FILE"), "{}", untagged.stderr);
}
