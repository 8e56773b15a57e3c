//! Inputs that nobody means well with.

use trainyard_bundle::{Catalogue, Expectations, Origin, check, check_as_ayon, read};

use crate::world::{bundle, catalogue};

#[test]
fn texts_of_no_format_break_no_reader() {
    let deep = format!(
        "name = 'a'\nversion = '1'\nayon_required_addons = {}1{}\n",
        "[".repeat(50_000),
        "]".repeat(50_000)
    );
    let texts = [
        "",
        "\u{feff}",
        "[bundle]",
        "[release]\n[release]",
        "{",
        "[[[[",
        "name: &a [*a]",
        "\0\0",
        "{\"addons\": 1}",
        "[bundle]\nname=\"\"\n[pins]\n\"\" = \"\"",
        "[submodule",
        &deep,
        &"[".repeat(100_000),
        &"a = {".repeat(10_000),
    ];
    let paths = [
        "package.py",
        "package.yml",
        "pyproject.toml",
        "Cargo.toml",
        "package.json",
        "Chart.yaml",
        "bundle.toml",
        "addons.json",
        "release.toml",
    ];
    for path in paths {
        for text in texts {
            _ = read::read_file(path.into(), text, &Origin::default());
        }
    }
    for text in texts {
        let version = trainyard_bundle::Numbered::semver(text);
        _ = read::submodules("x", &version, (".gitmodules".into(), text), &[]);
    }
}

#[test]
fn many_versions_and_many_requirements_end_soon() {
    let cores = (0..3000).map(|n| format!("core {n}.0.0\n")).collect::<Vec<_>>().concat();
    let askers = (0..300).map(|n| {
        format!("asker{n} 1.0.0: requires.core = >={}.0.0; requires.absent{n} = *\n", 2700 + n)
    });
    let catalogue = catalogue(&format!("{cores}{}", askers.collect::<Vec<_>>().concat()));
    let pins = (0..300).map(|n| format!("asker{n} = \"1.0.0\"\n")).collect::<Vec<_>>().concat();
    let bundle = bundle(&format!("core = \"0.0.0\"\n{pins}"));
    let findings = check(&bundle, &catalogue, &Expectations::default());
    assert_eq!(findings.len(), 600);
    _ = check_as_ayon(&bundle, &catalogue);
}

#[test]
fn an_empty_catalogue_knows_nothing_and_says_nothing() {
    let bundle = bundle("core = \"1.0.0\"");
    assert!(check(&bundle, &Catalogue::default(), &Expectations::default()).is_empty());
}

#[test]
fn numbers_at_the_end_of_their_range_are_versions() {
    let most = u64::MAX;
    let catalogue = catalogue(&format!(
        "core {most}.{most}.{most}\nmaya {most}.{most}.0: requires.core = ^{most}"
    ));
    let group = trainyard_bundle::LockstepGroup {
        name: "all".to_owned(),
        members: vec!["core".to_owned(), "maya".to_owned()],
        lockstep: trainyard_version::Level::Minor,
    };
    let expectations = Expectations { groups: vec![group], ..Expectations::default() };
    let bundle = bundle(&format!("core = \"{most}.{most}.{most}\"\nmaya = \"{most}.{most}.0\""));
    _ = check(&bundle, &catalogue, &expectations);
}
