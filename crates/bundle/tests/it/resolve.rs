//! Requests and their answers.

use trainyard_bundle::{
    Catalogue, Digest, Manifest, Numbered,
    lock::{Lock, Stale},
    resolve::{Answer, Goal, Prereleases, Request, Resolved, Space, Surroundings, resolve},
};
use trainyard_solve::{Budget, Nogoods};

use crate::small::{bundle, catalogue, request, want};

fn answer(catalogue: &Catalogue, request: &Request) -> Answer {
    resolve(&Space::new(catalogue), request, &Nogoods, Budget::default())
}

fn resolved(catalogue: &Catalogue, request: &Request) -> Resolved {
    match answer(catalogue, request) {
        Answer::Resolved(resolved) => resolved,
        other => panic!("it was to be resolved: {other:?}"),
    }
}

fn pins(catalogue: &Catalogue, request: &Request) -> String {
    let resolved = resolved(catalogue, request);
    let pins = resolved.chosen.iter().map(|it| format!("{} {}", it.name, it.version));
    pins.collect::<Vec<_>>().join(", ")
}

fn refusal(catalogue: &Catalogue, request: &Request) -> String {
    match answer(catalogue, request) {
        Answer::Refused(refusal) => refusal.lines(false).join("\n"),
        other => panic!("it was to be refused: {other:?}"),
    }
}

fn pipeline() -> Catalogue {
    catalogue(
        "core 1.0.0: on 2026-01-10
         core 1.1.0: on 2026-02-10
         core 1.2.0: on 2026-03-10
         core 1.3.0: on 2026-04-10
         core 1.4.0-rc.1: on 2026-05-10
         maya 1.0.0: core >=1.2.0; on 2026-03-11
         maya 1.1.0: core >=1.3.0; server >=1.5.0; on 2026-04-11
         ftrack 1.4.0: core >=1.0.0; on 2026-02-01
         ftrack 1.5.0: deadline >=2.1.0; on 2026-03-01
         deadline 2.1.0: core >=1.1.0,<1.2.0; on 2026-03-01
         review 1.0.0: !maya <1.1.0
         tray 1.0.0: ~core >=1.3.0",
    )
}

#[test]
fn the_newest_that_fit_are_chosen() {
    let all = pipeline();
    assert_eq!(pins(&all, &request("maya")), "maya 1.1.0, core 1.3.0");
    assert_eq!(pins(&all, &request("ftrack")), "ftrack 1.5.0, deadline 2.1.0, core 1.1.0");
    // What is asked for first is served first.
    assert_eq!(pins(&all, &request("maya ftrack@<1.5.0")), "maya 1.1.0, ftrack 1.4.0, core 1.3.0");
    assert_eq!(pins(&all, &request("tray")), "tray 1.0.0");
    assert_eq!(pins(&all, &request("tray core@<1.4.0")), "tray 1.0.0, core 1.3.0");
}

#[test]
fn the_oldest_show_whether_lower_bounds_hold() {
    let oldest = Request { goal: Goal::Oldest, ..request("maya") };
    assert_eq!(pins(&pipeline(), &oldest), "maya 1.0.0, core 1.2.0");
}

#[test]
fn prereleases_days_and_servers_limit_the_choice() {
    let all = pipeline();
    let early =
        Request { prereleases: Prereleases::Of(["core".to_owned()].into()), ..request("core") };
    assert_eq!(pins(&all, &early), "core 1.4.0-rc.1");
    assert_eq!(pins(&all, &request("core@==1.4.0-rc.1")), "core 1.4.0-rc.1");
    let past = Request { as_of: "2026-03-31".parse().ok(), ..request("maya") };
    assert_eq!(pins(&all, &past), "maya 1.0.0, core 1.2.0");
    let surroundings =
        Surroundings { servers: vec![Numbered::semver("1.4.9")], ..Surroundings::default() };
    let old = Request { surroundings, ..request("maya") };
    assert_eq!(pins(&all, &old), "maya 1.0.0, core 1.3.0");
}

#[test]
fn the_fewest_changes_keep_what_can_stay() {
    let current = Some(bundle("2026.3", "maya@1.0.0 core@1.2.0 tray@1.0.0"));
    let few = Request { goal: Goal::FewestChanges, current, ..request("maya@>=1.1.0") };
    let resolved = resolved(&pipeline(), &few);
    let moved: Vec<_> = resolved
        .chosen
        .iter()
        .map(|it| (it.name.as_str(), it.before.as_deref().unwrap_or("-"), it.version.as_str()))
        .collect();
    assert!(moved.contains(&("maya", "1.0.0", "1.1.0")), "{moved:?}");
    assert!(moved.contains(&("core", "1.2.0", "1.3.0")), "{moved:?}");
    assert!(resolved.removed.is_empty(), "{resolved:?}");
}

#[test]
fn optional_components_come_if_there_is_room() {
    let optional = vec![want("ftrack@>=1.5.0"), want("review")];
    let some = Request { optional, ..request("maya") };
    let resolved = resolved(&pipeline(), &some);
    assert_eq!(resolved.left_out, ["ftrack"]);
    assert!(resolved.chosen.iter().any(|it| it.name == "review"), "{resolved:?}");
}

#[test]
fn refusals_name_the_culprit_the_sides_and_what_helps() {
    let all = pipeline();
    insta::assert_snapshot!("two_sides", refusal(&all, &request("maya ftrack@>=1.5.0")));
    let surroundings =
        Surroundings { servers: vec![Numbered::semver("1.4.9")], ..Surroundings::default() };
    let old = Request { surroundings, ..request("maya@>=1.1.0") };
    insta::assert_snapshot!("server", refusal(&all, &old));
    insta::assert_snapshot!("misspelled", refusal(&all, &request("maya ayon_ftrak")));
    let held = Request {
        holds: vec!["core".to_owned()],
        current: Some(bundle("now", "core@1.2.0")),
        ..request("maya@>=1.1.0")
    };
    insta::assert_snapshot!("held", refusal(&all, &held));
    insta::assert_snapshot!(
        "two_conflicts",
        refusal(
            &catalogue(
                "a 1.0.0: x >=2.0.0\nb 1.0.0: x <2.0.0\nc 1.0.0: y >=2.0.0\nd 1.0.0: !y\nx 1.0.0\nx 2.0.0\ny 2.0.0"
            ),
            &request("a b c d"),
        )
    );
}

#[test]
fn a_refusal_is_the_same_for_any_order() {
    let all = pipeline();
    let text = |words: &str| {
        let mut lines: Vec<_> = refusal(&all, &request(words)).lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(text("maya ftrack@>=1.5.0"), text("ftrack@>=1.5.0 maya"));
}

#[test]
fn a_lock_gives_the_same_again_or_says_why_not() {
    let all = pipeline();
    let asked = Digest::new("sha256:aa");
    let resolved = resolved(&all, &request("maya"));
    let lock = Lock::new(&asked, &resolved);
    let read = Lock::read(&lock.text()).unwrap();
    assert_eq!(read, lock);
    assert_eq!(read.stale(&asked, &all), []);
    let changed = catalogue("core 1.3.0: other >=1.0.0");
    let told: Vec<_> =
        lock.stale(&Digest::new("sha256:bb"), &changed).iter().map(Stale::sentence).collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(Lock::read("form = 9\nnew = 1").unwrap_err().to_string().contains("form 9"));
    assert!(Lock::read("nonsense").is_err());
}

#[test]
fn commits_without_a_tag_are_no_releases() {
    let mut all: Vec<Manifest> = Vec::new();
    for (name, version, tag) in
        [("core", "1.0.0", Some("1.0.0")), ("core", "1.1.0+dev", None), ("lab", "0.1.0", None)]
    {
        let mut manifest = Manifest::new(name, Numbered::semver(version));
        manifest.origin.commit = Some("0123456789ab".to_owned());
        manifest.origin.tag = tag.map(str::to_owned);
        all.push(manifest);
    }
    let catalogue = Catalogue::new(all);
    let space = Space::new(&catalogue);
    let versions = |request: &Request| match resolve(&space, request, &Nogoods, Budget::default()) {
        Answer::Resolved(resolved) => resolved
            .chosen
            .iter()
            .map(|it| format!("{} {} {:?}", it.name, it.version, it.newest))
            .collect::<Vec<_>>()
            .join(", "),
        Answer::Refused(refusal) => format!("{refusal:?}"),
        Answer::GaveUp { .. } => "gave up".to_owned(),
    };
    assert_eq!(versions(&request("core")), "core 1.0.0 None");
    assert_eq!(versions(&request("core@==1.1.0+dev")), "core 1.1.0+dev None");
    assert_eq!(versions(&request("lab")), "lab 0.1.0 None", "it has nothing but commits");
    let allowed = Request { prereleases: Prereleases::All, ..request("core") };
    assert_eq!(versions(&allowed), "core 1.1.0+dev None");
    let refused = versions(&request("core@>=1.1.0"));
    assert!(refused.contains("take the untagged core 1.1.0+dev"), "{refused}");
}
