//! Each rule of Rez in a few packages. What is expected here is what Rez itself answers.

use trainyard_rez::{
    Beyond, Catalogue, Options, Outcome, PackageDefinition, Request, VariantSelection, resolve,
};

use crate::packages::{answer, packages, told};

/// The answer where Rez has none.
fn beyond(catalogue: &Catalogue, requirements: &[&str]) -> String {
    let request = Request::parse(requirements).expect("a request");
    let resolution = resolve(catalogue, &request);
    match resolution.beyond_rez {
        None => "nothing beyond Rez".to_owned(),
        Some(Beyond::Impossible) => "impossible".to_owned(),
        Some(Beyond::Unfinished) => "unfinished".to_owned(),
        Some(Beyond::Solved(answer)) => {
            answer.packages.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        }
    }
}

#[test]
fn the_newest_version_of_what_is_requested_first_wins() {
    let catalogue = packages("a-2 b-1\n a-1 b-2\n b-2\n b-1");
    assert_eq!(answer(&catalogue, &["a", "b"]), "b-1[] a-2[]");
    assert_eq!(answer(&catalogue, &["b", "a"]), "b-2[] a-1[]");
    assert_eq!(answer(&catalogue, &[]), "");
}

#[test]
fn pre_releases_are_newer() {
    let catalogue = packages("a-1.0.0\n a-1.0.0-rc.1");
    assert_eq!(answer(&catalogue, &["a-1.0.0"]), "a-1.0.0-rc.1[]");
    assert_eq!(answer(&catalogue, &["a==1.0.0"]), "a-1.0.0[]");
}

#[test]
fn versions_may_have_any_separator() {
    let catalogue = packages("a-1.0.0+b1\n a-1.0.0");
    assert_eq!(answer(&catalogue, &["a-1"]), "a-1.0.0+b1[]");
    assert_eq!(answer(&catalogue, &["a<=1.0.0.b1"]), "a-1.0.0+b1[]");
}

#[test]
fn packages_come_after_what_they_require() {
    let catalogue = packages("a-1 b\n b-1 c d\n c-1\n d-1");
    assert_eq!(answer(&catalogue, &["a", "d", "c"]), "d-1[] c-1[] b-1[] a-1[]");
}

#[test]
fn a_package_may_have_the_empty_version() {
    let catalogue = packages("a b\n b");
    assert_eq!(answer(&catalogue, &["a"]), "b[] a[]");
    assert_eq!(
        answer(&catalogue, &["a", "!b=="]),
        "The following package conflicts occurred: (b <--!--> !b==)"
    );
}

#[test]
fn conflicts_forbid_and_weak_requirements_allow_absence() {
    let catalogue = packages("a-2 b\n a-1\n b-1");
    assert_eq!(answer(&catalogue, &["a", "!b"]), "a-1[]");
    assert_eq!(answer(&catalogue, &["~b-1"]), "");
    assert_eq!(answer(&catalogue, &["~b-1", "a"]), "b-1[] a-2[]");
    assert_eq!(answer(&catalogue, &["~b-2", "a"]), "a-1[]");
    assert_eq!(answer(&catalogue, &["~b", "a"]), "b-1[] a-2[]");
}

#[test]
fn a_package_may_conflict_with_itself() {
    // Rez never holds a package against itself.
    let catalogue = packages("a-1 !a");
    assert_eq!(answer(&catalogue, &["a"]), "a-1[]");
}

#[test]
fn ephemerals_are_ranges_alone() {
    let catalogue = packages("a-2 .x-2\n a-1 .x-1\n b-1 .x-1+");
    assert_eq!(answer(&catalogue, &["a", "b"]), "a-2[] b-1[] .x-2");
    assert_eq!(answer(&catalogue, &["a", ".x-1"]), "a-1[] .x-1");
    assert_eq!(answer(&catalogue, &["a", "!.x-2"]), "a-1[] .x-1");
    assert_eq!(
        answer(&catalogue, &[".x-1", "a-2"]),
        "The following package conflicts occurred: (.x-2 <--!--> .x-1)"
    );
    assert_eq!(
        answer(&catalogue, &["~.x", "a"]),
        "`~.x` has no range that others could be held against"
    );
    assert_eq!(beyond(&catalogue, &["~.x", "a"]), "a-2[]");
}

#[test]
fn variants_that_have_newer_requested_packages_come_first() {
    let catalogue = packages("a-1 / b-1 / b-2 / b-2 c\n b-2\n b-1\n c-1");
    assert_eq!(answer(&catalogue, &["a", "b"]), "b-2[] a-1[1]");
    assert_eq!(answer(&catalogue, &["a", "b-1"]), "b-1[] a-1[0]");
    // Without `b` in the request, fewer packages come first, then higher ranges.
    assert_eq!(answer(&catalogue, &["a"]), "b-2[] a-1[1]");
}

#[test]
fn equal_variants_are_taken_from_the_end() {
    let catalogue = packages("a-1 / b / c\n b-1\n c-1\n d-1 / b-1 / b==1");
    assert_eq!(answer(&catalogue, &["a"]), "c-1[] a-1[1]");
}

#[test]
fn variants_may_be_chosen_by_what_they_share_with_the_request() {
    let catalogue = packages("a-1 / b-2 / b-1 c\n b-2\n b-1\n c-1");
    let mut request = Request::parse(["a", "b", "c"]).unwrap();
    assert_eq!(told(&resolve(&catalogue, &request)), "b-2[] a-1[0] c-1[]");
    request.options.variant_selection = VariantSelection::IntersectionPriority;
    assert_eq!(told(&resolve(&catalogue, &request)), "b-1[] c-1[] a-1[1]");
}

#[test]
fn failures_tell_the_first() {
    let catalogue = packages("a-2 b-1\n a-1 b-2 !c\n b-2\n b-1\n c-1\n d-1 b-3\n e-1 b-3|4");
    let told = [
        answer(&catalogue, &["b-1", "b-2"]),
        answer(&catalogue, &["a-1", "c"]),
        answer(&catalogue, &["a-2", "b-2"]),
        answer(&catalogue, &["a", "b>2"]),
        answer(&catalogue, &["d", "e"]),
        answer(&catalogue, &["d", "b"]),
        answer(&catalogue, &["a-1", "d"]),
        answer(&catalogue, &["z"]),
    ];
    let expected = [
        "The following package conflicts occurred: (b-1 <--!--> b-2)",
        "A package was completely reduced: (a-1[] (dep(!c) <--!--> c==1))",
        "The following package conflicts occurred: (b-1 <--!--> b==2)",
        "Package could not be found: b>2",
        "Package could not be found: b-3",
        "The following package conflicts occurred: (b-3 <--!--> b==1|==2)",
        "The following package conflicts occurred: (b-2 <--!--> b-3)",
        "package family not found: z",
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_missing_family_ends_the_resolve() {
    let catalogue = packages("a-2 z\n a-1");
    assert_eq!(answer(&catalogue, &["a"]), "package family not found: z, was required by: a");
    assert_eq!(beyond(&catalogue, &["a"]), "a-1[]");
    let mut request = Request::parse(["a"]).unwrap();
    request.options.missing_family_is_error = false;
    assert_eq!(told(&resolve(&catalogue, &request)), "a-1[]");
}

#[test]
fn an_empty_range_ends_the_resolve() {
    let catalogue = packages("a-2 b-2\n a-1\n b-1");
    assert_eq!(answer(&catalogue, &["a"]), "Package could not be found: b-2");
    assert_eq!(beyond(&catalogue, &["a"]), "a-1[]");
    assert_eq!(beyond(&catalogue, &["a-2"]), "impossible");
    // Where the family is in the resolve already, it is a failure like others.
    assert_eq!(answer(&catalogue, &["a", "b"]), "a-1[] b-1[]");
}

#[test]
fn a_cycle_ends_the_resolve() {
    let catalogue = packages("a-2 b\n a-1\n b-1 c\n c-1 a");
    assert_eq!(
        answer(&catalogue, &["a"]),
        "A cyclic dependency was detected: a-2 --> b-1 --> c-1 --> a-2"
    );
    assert_eq!(beyond(&catalogue, &["a"]), "a-1[]");
    assert_eq!(beyond(&catalogue, &["a-2"]), "impossible");
    assert_eq!(answer(&packages("a-1 a"), &["a"]), "A cyclic dependency was detected: a-1 --> a-1");
}

#[test]
fn a_package_that_conflicts_with_its_own_requirements_ends_the_resolve() {
    let catalogue = packages("a-2 b-1 / b-2\n a-1\n b-1");
    assert_eq!(
        answer(&catalogue, &["a"]),
        "The package a-2[0] has an internal requirements conflict: b-1 <--!--> b-2"
    );
    assert_eq!(beyond(&catalogue, &["a"]), "a-1[]");
}

#[test]
fn variants_without_an_order_end_the_resolve() {
    let catalogue = packages("a-1 / ~b / b-1\n b-1");
    assert_eq!(
        answer(&catalogue, &["a", "b"]),
        "the variants of a-1 cannot be ordered: one has a requested family weakly, without a range"
    );
    assert_ne!(beyond(&catalogue, &["a", "b"]), "impossible");
    assert_eq!(answer(&catalogue, &["a"]), "a-1[0]");
}

#[test]
fn packages_of_later_days_do_not_exist() {
    let package = |version: &str, timestamp| PackageDefinition {
        name: "a".to_owned(),
        version: version.to_owned(),
        timestamp,
        ..PackageDefinition::default()
    };
    let catalogue =
        Catalogue::new([package("3", 300), package("2", 200), package("1", 0)]).unwrap();
    let at = |time| {
        let options = Options { released_by: Some(time), ..Options::default() };
        let request = Request { options, ..Request::parse(["a"]).unwrap() };
        told(&resolve(&catalogue, &request))
    };
    assert_eq!([at(300), at(299), at(200), at(0)], ["a-3[]", "a-2[]", "a-2[]", "a-1[]"]);
}

/// Four packages of three versions, no two of which may be of one version, after packages that have nothing to do with it.
fn exclusive(unrelated: usize) -> (Catalogue, Vec<String>) {
    let mut lines = Vec::new();
    let mut request = Vec::new();
    for number in 0..unrelated {
        lines.extend((1..4).map(|version| format!("u{number}-{version}")));
        request.push(format!("u{number}"));
    }
    let names = ["a", "b", "c", "d"];
    for name in names {
        for version in 1..4 {
            let others = names.into_iter().filter(|other| *other != name);
            let others: Vec<_> = others.map(|other| format!("!{other}=={version}")).collect();
            lines.push(format!("{name}-{version} {}", others.join(" ")));
        }
        request.push(name.to_owned());
    }
    (packages(&lines.join("\n")), request)
}

#[test]
fn a_search_without_hope_is_not_followed_to_its_end() {
    let resolved = |unrelated| {
        let (catalogue, request) = exclusive(unrelated);
        resolve(&catalogue, &Request::parse(&request).unwrap())
    };
    // Rez goes through the versions of whatever else there is, again and again, and tells its first failure.
    let whole = resolved(0);
    assert!(matches!(whole.outcome, Outcome::Failed { is_cycle: false, .. }), "{whole:?}");
    assert!(
        [0, 1, 2]
            .map(|unrelated| resolved(unrelated).steps)
            .is_sorted_by(|one, next| one * 2 < *next)
    );
    let cut = resolved(20);
    assert_eq!((told(&cut), cut.failures), (told(&whole), 64));
}

#[test]
fn a_search_that_may_meet_an_error_is_followed() {
    // `p` and `q` may leave nothing of `r` together; whether Rez comes there, only its steps tell.
    let (mut lines, mut request) = (vec!["p-1 r-1", "q-1 r-2", "r-2", "r-1"], vec!["p", "q"]);
    let unrelated: Vec<_> = (0..20).map(|number| format!("u{number}")).collect();
    let exclusive = ["a-1 !b==1 !c==1", "a-2 !b==2 !c==2", "b-1 !c==1", "b-2 !c==2", "c-1", "c-2"];
    let versions: Vec<_> = unrelated
        .iter()
        .flat_map(|name| [1, 2, 3].map(|version| format!("{name}-{version}")))
        .collect();
    lines.extend(versions.iter().map(String::as_str));
    lines.extend(["q-2", "p-2"].into_iter().chain(exclusive));
    request.extend(unrelated.iter().map(String::as_str));
    request.extend(["a", "b", "c"]);
    let resolution = resolve(&packages(&lines.join("\n")), &Request::parse(&request).unwrap());
    assert_eq!(resolution.outcome, Outcome::Unfinished);
    assert_eq!(resolution.beyond_rez, Some(Beyond::Impossible));
}

#[test]
fn steps_are_bounded() {
    let catalogue = packages("a-2 b\n a-1\n b-2\n b-1");
    let mut request = Request::parse(["a"]).unwrap();
    request.options.steps = 1;
    let resolution = resolve(&catalogue, &request);
    assert_eq!(resolution.outcome, Outcome::Unfinished);
    assert!(matches!(resolution.beyond_rez, Some(Beyond::Solved(_))));
}
