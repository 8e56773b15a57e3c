//! Pairs of releases and the rule that decides.

use trainyard_bundle::{
    ApiRange, Attestations, Catalogue, LockstepGroup, Manifest, Numbered, Release, Verdict,
    compatibility,
};

use trainyard_version::Level;

use crate::small::catalogue;

fn verdict(catalogue: &Catalogue, left: (&str, &str), right: (&str, &str)) -> (Verdict, String) {
    let groups = [LockstepGroup {
        name: "platform".to_owned(),
        members: vec!["manager".to_owned(), "agent".to_owned()],
        lockstep: Level::Minor,
    }];
    let release =
        |(name, version): (&str, &str)| catalogue.find(catalogue.name(name).unwrap(), version)[0];
    let told = compatibility(release(left), release(right), &groups, &Attestations::default());
    let why = told.rules.first().map(|it| format!("{}: {}", it.rule.words(), it.why));
    (told.verdict, why.unwrap_or_default())
}

#[test]
fn each_rule_decides() {
    let mut manifests: Vec<Manifest> = Vec::new();
    let api = |min: &str, max: &str| ApiRange {
        name: "api".to_owned(),
        min: Numbered::semver(min),
        max: Numbered::semver(max),
        place: None,
    };
    for (version, min, max) in [("1.0.0", "1.0.0", "3.0.0"), ("2.0.0", "4.0.0", "5.0.0")] {
        let mut server = Manifest::new("server", Numbered::semver(version));
        server.serves.push(api(min, max));
        manifests.push(server);
    }
    let mut client = Manifest::new("client", Numbered::semver("1.0.0"));
    client.speaks.push(api("2.0.0", "6.0.0"));
    manifests.push(client);
    let mut old = Manifest::new("client", Numbered::semver("0.1.0"));
    old.speaks.push(api("1.0.0", "1.0.0"));
    manifests.push(old);
    let apis = Catalogue::new(manifests);
    let told = [
        verdict(&apis, ("client", "1.0.0"), ("server", "1.0.0")),
        verdict(&apis, ("server", "2.0.0"), ("client", "0.1.0")),
    ];
    assert_eq!(told.clone().map(|it| it.0), [Verdict::Compatible, Verdict::Incompatible]);
    assert!(told[0].1.contains("use api 3.0.0"), "{told:?}");

    let all = catalogue(
        "manager 1.2.3\nagent 1.2.9\nagent 1.3.0\nmaya 1.0.0: core >=1.2.0\ncore 1.1.0\ncore 1.2.0
         solo 1.0.0\nold 1.0.0: !core >=1.2.0",
    );
    let cases = [
        ("manager", "1.2.3", "agent", "1.2.9", Verdict::Compatible, "lockstep line"),
        ("manager", "1.2.3", "agent", "1.3.0", Verdict::Incompatible, "lockstep line"),
        ("maya", "1.0.0", "core", "1.2.0", Verdict::Compatible, "requirement"),
        ("core", "1.1.0", "maya", "1.0.0", Verdict::Incompatible, "requirement"),
        ("old", "1.0.0", "core", "1.2.0", Verdict::Incompatible, "excludes"),
        ("old", "1.0.0", "core", "1.1.0", Verdict::Unknown, ""),
        ("solo", "1.0.0", "core", "1.2.0", Verdict::Unknown, ""),
    ];
    for (left, left_version, right, right_version, expected, word) in cases {
        let (found, why) = verdict(&all, (left, left_version), (right, right_version));
        assert_eq!(found, expected, "{left} {left_version} {right} {right_version}: {why}");
        assert!(why.contains(word), "{why}");
    }
}

#[test]
fn what_was_tested_together_counts() {
    let all = catalogue(
        "manager 1.2.0\nagent 1.2.0\nagent 1.2.1\nagent 1.3.0: manager >=1.3.0\nagent 1.4.0",
    );
    let file = r#"
        [[pair]]
        left = "manager@1.2.0"
        right = "agent@1.2.0"
        outcome = "passed"
        by = "platform team"
        on = "2026-02-01"

        [[pair]]
        left = { name = "agent", version = "1.2.0" }
        right = "manager@1.2.0"
        outcome = "failed"
        by = "studio A"

        [[pair]]
        left = "agent@1.2.1"
        right = "manager@1.2.0"
        outcome = "passed"
        by = "studio A"

        [[pair]]
        left = "agent@1.3.0"
        right = "manager@1.2.0"
        outcome = "passed"
        by = "studio A"

        [[pair]]
        left = { name = "agent", version = "1.4.0", digest = "sha256:0000" }
        right = "manager@1.2.0"
        outcome = "passed"
        by = "studio A"
    "#;
    let attestations = Attestations::read("attested.toml".into(), file).unwrap();
    assert_eq!(attestations.len(), 5);
    let release = |name: &str, version: &str| catalogue_release(&all, name, version);
    let manager = release("manager", "1.2.0");
    let told = |agent: &str| {
        let agent = release("agent", agent);
        let there = compatibility(manager, agent, &[], &attestations);
        assert_eq!(there.verdict, compatibility(agent, manager, &[], &attestations).verdict);
        let lines: Vec<_> =
            there.rules.iter().map(|it| format!("{}: {}", it.rule.words(), it.why)).collect();
        format!("{}\n  {}", there.verdict.word(), lines.join("\n  "))
    };
    let told: Vec<_> = ["1.2.0", "1.2.1", "1.3.0", "1.4.0"].into_iter().map(told).collect();
    insta::assert_snapshot!(told.join("\n"));
}

fn catalogue_release<'a>(all: &'a Catalogue, name: &str, version: &str) -> &'a Release {
    all.find(all.name(name).unwrap(), version)[0]
}

#[test]
fn a_file_of_attestations_is_refused_with_its_place() {
    for (path, text, line, word) in [
        ("a.toml", "[[pair]]\nleft = \"a@1\"\nright = \"b\"\n", Some(3), "NAME@VERSION"),
        (
            "a.toml",
            "[[pair]]\nleft = \"a@1\"\nright = \"b@1\"\noutcome = \"fine\"",
            Some(4),
            "fine",
        ),
        ("a.toml", "[[pairs]]\n", Some(1), "pairs"),
        ("a.json", "[\n{\"left\": 1}]", Some(2), "a release is"),
        ("a.json", "[]]", Some(1), "trailing"),
    ] {
        let refused = Attestations::read(path.into(), text).unwrap_err();
        assert_eq!(refused.locations[0].line, line, "{refused:?}");
        assert!(refused.message.contains(word), "{refused:?}");
    }
    assert!(Attestations::read("a.json".into(), "[]").unwrap().is_empty());
}
