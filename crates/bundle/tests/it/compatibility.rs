//! Pairs of releases and the rule that decides.

use trainyard_bundle::{
    ApiRange, Catalogue, LockstepGroup, Manifest, Numbered, Verdict, compatibility,
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
    let told = compatibility(release(left), release(right), &groups);
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
