//! Findings as the checks report them.

use trainyard_report::{Code, Finding, Location, render::TextOptions};

/// Plain text of 80 columns, ten findings of each code.
pub(crate) const PLAIN: TextOptions =
    TextOptions { colour: false, width: 80, limit_per_code: Some(10) };

/// As [`PLAIN`], with colours.
pub(crate) const COLOURED: TextOptions = TextOptions { colour: true, ..PLAIN };

const COMMIT: &str = "3dcf0c9790f43f95ae4bec58376064af4d7e6e07";

fn tag_at(name: &str, commit: &str) -> Location {
    Location { commit: Some(commit.to_owned()), ..Location::reference(name) }
}

/// One finding of each shape: with a file, a tag, two tags, a branch, a commit, and nothing at all.
pub(crate) fn mixed() -> Vec<Finding> {
    vec![
        stray("pull", "f524814db06454c37ad8392f7074e5a4fc5e749a"),
        Finding::new(
            Code::DUPLICATE_RELEASE,
            "1.5.00",
            "`1.5.00` names the version that `1.5.0` already names",
        )
        .at(tag_at("1.5.00", COMMIT))
        .at(Location::reference("1.5.0"))
        .suggest("release a new version, and never use either tag again"),
        Finding::new(
            Code::BUMP_TOO_SMALL,
            "v1.1.7",
            "v1.1.7 is a patch release, but its changes require minor, because a migration was added",
        )
        .at(Location {
            line: Some(12),
            commit: Some(COMMIT.to_owned()),
            reference: Some("refs/tags/v1.1.7".to_owned()),
            ..Location::file("coredb/migrations/0002_auto.py")
        })
        .at(Location::file("coredb/models.py")),
        stray("ODAY", COMMIT),
        Finding::new(Code::POLICY_UNKNOWN_KEY, "product.titel", "there is no such key")
            .at(Location { line: Some(3), column: Some(1), ..Location::file("trainyard.toml") })
            .suggest("did you mean `title`?"),
        Finding::new(Code::RESERVED_BRANCH_NAME, "2.4.0", "`2.4.0` has the name of a release")
            .at(tag_at("2.4.0", COMMIT)),
        Finding::new(Code::UNREADABLE_COMMIT, "Update scheduler", "the message follows no convention")
            .at(Location::commit(COMMIT)),
        Finding::new(Code::LOCKSTEP_BROKEN, "core", "common is on line 26.7 while manager is on 26.8"),
    ]
}

/// A tag that is no release.
pub(crate) fn stray(name: &str, commit: &str) -> Finding {
    Finding::new(Code::STRAY_TAG, name, "the tag is no release of any component")
        .at(tag_at(name, commit))
        .suggest("delete the tag, or list it under `ignored-tags`")
}

/// Very many tags that are no release.
pub(crate) fn strays(count: usize) -> Vec<Finding> {
    (1..=count)
        .map(|number| stray(&format!("nightly-{number}"), &format!("{number:040x}")))
        .collect()
}
