//! Composite releases.

use trainyard_bundle::{Composite, CompositeRelease, Place, check_composites};
use trainyard_version::Scheme;

use crate::world::{catalogue, shown};

fn told(versions: &[&str]) -> String {
    let scheme: Scheme =
        "composite:{backend=semver}+{frontend=calver:YYYYMMDD[A]}".parse().unwrap();
    let parts = ["backend", "frontend"].map(|name| (name.to_owned(), name.to_owned()));
    let composite = Composite { scheme, parts: parts.into(), tag: None };
    let lines = "
        backend 1.0.0
        backend 1.0.1
        frontend 20240116: release.scheme = calver:YYYYMMDD[A]
        frontend 20240130: release.scheme = calver:YYYYMMDD[A]
    ";
    let releases: Vec<_> = (1u32..)
        .zip(versions)
        .map(|(line, version)| CompositeRelease {
            version: (*version).to_owned(),
            place: Some(Place::file("releases.txt").line(Some(line))),
        })
        .collect();
    shown(&check_composites(&composite, &releases, &catalogue(lines)))
}

#[test]
fn composites_of_known_parts_in_order_are_right() {
    assert_eq!(told(&["1.0.0+20240116", "1.0.0+20240130", "1.0.1+20240116"]), "nothing");
}

#[test]
fn parts_must_exist_and_go_up() {
    insta::assert_snapshot!(told(&[
        "1.0.0+20240117",
        "1.0.1+20240130",
        "1.0.1+20240116",
        "1.0.1+20240116",
        "1.0.00+20240130",
        "1.0.2+20240130",
    ]));
}
