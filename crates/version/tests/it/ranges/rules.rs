//! Small cases of each grammar's rules.

use trainyard_version::{Prereleases, ReadOptions};

use super::{INCLUDING, grammar, range, version};

/// Checks which of the versions a range accepts.
fn check(grammar_name: &str, text: &str, accepted: &[&str], refused: &[&str]) {
    let requirement = range(grammar_name, text);
    for (versions, expected) in [(accepted, true), (refused, false)] {
        for written in versions {
            let matches = requirement.matches(&version(grammar_name, written));
            assert_eq!(matches, expected, "{grammar_name} `{text}` and {written}");
        }
    }
}

#[test]
fn cargo_reads_versions_as_carets() {
    check("cargo", "1.2", &["1.2.0", "1.9.0"], &["1.1.9", "2.0.0", "1.3.0-rc.1"]);
    check("cargo", "^0.2.3", &["0.2.3"], &["0.3.0", "0.2.2"]);
    check("cargo", "^0.0.3", &["0.0.3"], &["0.0.4"]);
    check("cargo", "0.0", &["0.0.9"], &["0.1.0"]);
    check("cargo", "~1.2.3", &["1.2.9"], &["1.3.0"]);
    check("cargo", "~1", &["1.9.0"], &["2.0.0"]);
    check("cargo", "1.2.*", &["1.2.9"], &["1.3.0"]);
    check("cargo", "=1.2", &["1.2.9"], &["1.3.0"]);
    check("cargo", ">1.2, <=1.4", &["1.3.0", "1.4.9"], &["1.2.9", "1.5.0"]);
    check("cargo", "*", &["0.0.0", "9.9.9"], &["1.0.0-rc.1"]);
}

#[test]
fn cargo_admits_prereleases_of_the_release_it_names_one_of() {
    check("cargo", ">=1.2.3-rc.1", &["1.2.3-rc.2", "1.2.3", "2.0.0"], &["1.2.4-rc.1"]);
    check("cargo", ">1.2, <1.3.0-rc.2", &["1.3.0-alpha"], &["1.2.9", "1.3.0-rc.2"]);
    check("cargo", ">=1.2, >=1.3.0-rc.1", &["1.3.0-rc.1"], &["1.2.9-rc.1"]);
    check("cargo", "=1.2, >=1.2.5-rc.1", &["1.2.5"], &["1.2.5-rc.1"]);
    check("cargo", "<=1.2, >=1.2.5-rc.1", &["1.2.5"], &["1.2.5-rc.1"]);
    check("cargo", "~1.2, >=1.2.5-rc.1", &["1.2.5"], &["1.2.5-rc.1"]);
    let version = version("cargo", "1.3.0-rc.1");
    assert!(grammar("cargo").parse_with("1.2", INCLUDING).unwrap().matches(&version));
}

#[test]
fn npm_reads_all_its_forms() {
    check("npm", "^1.2 || 3.x", &["1.9.0", "3.0.0"], &["2.0.0", "4.0.0", "1.2.3-rc.1"]);
    check("npm", "1.2.3 - 2.3", &["2.3.9"], &["1.2.2", "2.4.0"]);
    check("npm", ">1.2 <3", &["1.3.0"], &["1.2.9", "3.0.0", "3.0.0-rc.1"]);
    check("npm", "~v1.2.3", &["v1.2.4"], &["1.3.0"]);
    check("npm", "", &["1.2.3"], &["1.2.3-rc.1"]);
    check("npm", ">1.2.3-alpha.3", &["1.2.3-alpha.7", "3.4.5"], &["3.4.5-alpha.9"]);
}

#[test]
fn npm_moves_bounds_where_prereleases_are_included() {
    let canonical = |options| {
        grammar("npm").parse_with("1.0.0 - 2.0.0", options).unwrap().canonical().to_owned()
    };
    assert_eq!(canonical(ReadOptions::default()), ">=1.0.0 <=2.0.0");
    assert_eq!(canonical(INCLUDING), ">=1.0.0-0 <2.0.1-0");
}

#[test]
fn npm_reads_loosely_on_demand() {
    let loose = ReadOptions { loose: true, prereleases: Prereleases::ByGrammar };
    let read =
        |text| grammar("npm").parse_with(text, loose).map(|range| range.canonical().to_owned());
    assert_eq!(read(">=01.02.03beta").unwrap(), ">=1.2.3-beta");
    assert_eq!(read("^1.2 nonsense").unwrap(), ">=1.2.0 <2.0.0-0");
    assert!(read("nonsense").is_err());
    let version = grammar("npm").version("v01.2.3rc1", loose).unwrap();
    assert_eq!((version.text(), version.canonical()), ("v01.2.3rc1", "1.2.3-rc1"));
}

#[test]
fn npm_tells_on_which_side_a_version_is() {
    let sides = |text: &str, written: &str| {
        let (requirement, version) = (range("npm", text), version("npm", written));
        (requirement.is_below(&version), requirement.is_above(&version))
    };
    assert_eq!(sides("^1.2 || ^3", "1.1.0"), (true, false));
    assert_eq!(sides("^1.2 || ^3", "2.0.0"), (false, false));
    assert_eq!(sides("^1.2 || ^3", "4.0.0"), (false, true));
    assert_eq!(sides("^1.2", "1.3.0"), (false, false));
    assert_eq!(sides("<0.0.0-0", "1.3.0"), (false, false));
}

#[test]
fn pep440_keeps_posts_locals_and_prereleases_apart() {
    check("pep440", "==1.0", &["1.0.0", "1.0+local"], &["1.0.post1", "1.0rc1"]);
    check("pep440", "==1.0+local", &["1.0+local"], &["1.0", "1.0+other"]);
    check("pep440", "==1.0.*", &["1.0.9", "1.0.post1"], &["1.1", "1.0.dev1"]);
    check("pep440", ">1.0", &["1.0.1"], &["1.0.post1", "1.0+local"]);
    check("pep440", ">1.0.post1", &["1.0.post2"], &["1.0.post1+local"]);
    check("pep440", "<2.0", &["1.9"], &["2.0.dev1", "2.0rc1"]);
    check("pep440", "<2.0rc2", &["2.0rc1", "1.9rc1"], &["2.0rc2", "2.0"]);
    check("pep440", "<=2.0", &["2.0+local"], &["2.0.post1"]);
    check("pep440", "~=1.4.2", &["1.4.2", "1.4.9"], &["1.5", "1.4.1"]);
    check("pep440", "!=1.3.*,>=1", &["1.2", "1.4"], &["1.3", "1.3.5"]);
    check("pep440", "", &["1.0"], &["1.0rc1"]);
}

#[test]
fn pep440_lets_prereleases_in_where_one_is_named() {
    check("pep440", ">=1.0rc1", &["1.1rc1"], &["1.0b1"]);
    check("pep440", "!=1.0rc1", &["1.1"], &["1.1rc1"]);
    let excluding = ReadOptions { prereleases: Prereleases::Exclude, loose: false };
    let requirement = grammar("pep440").parse_with(">=1.0rc1", excluding).unwrap();
    assert!(!requirement.matches(&version("pep440", "1.1rc1")));
}

#[test]
fn pep440_compares_texts_on_demand() {
    check("pep440", "===1.0", &["1.0"], &["1.0.0", "1.0+local"]);
    check("pep440", "===1.0RC1", &["1.0rc1"], &["1.0-rc1"]);
    check("pep440", "===nightly", &[], &["1.0"]);
}

#[test]
fn pep440_prefixes_reach_to_the_end_of_numbers() {
    let highest = u64::MAX;
    check("pep440", &format!("==1.{highest}.*"), &[&format!("1.{highest}.7")], &["2.0", "1.0"]);
    check(
        "pep440",
        &format!("=={highest}!{highest}.*"),
        &[&format!("{highest}!{highest}")],
        &["1"],
    );
    check("pep440", &format!(">1.0.post{highest}"), &["1.0.0.1"], &["1.0", "1.0.post7"]);
}

#[test]
fn ayon_decides_by_order_alone() {
    check(
        "ayon",
        ">=1.0.3,<2.0.0",
        &["1.0.3", "2.0.0-rc.1", "1.9.0+dev"],
        &["1.0.3-dev.1", "2.0.0"],
    );
    check("ayon", ">=1.0.0, !=1.5.0", &["1.4.0"], &["1.5.0", "1.5.0+dev"]);
    check("ayon", "1.2.3", &["1.2.3", "1.2.3+dev"], &["1.2.4"]);
    check("ayon", ">1.0.9+dev", &["1.0.10"], &["1.0.9", "1.0.9+later"]);
}

#[test]
fn rez_versions_stand_for_all_they_begin() {
    check("rez", "1.2", &["1.2", "1.2.9", "1.2.alpha"], &["1.2_", "1.20", "1"]);
    check("rez", "==1.2", &["1.2"], &["1.2.0"]);
    check("rez", "1.2+<2|3", &["1.9", "3.5"], &["2", "4"]);
    check("rez", "1..2", &["1", "2"], &["2.0"]);
    check("rez", "<=2,>1", &["1.0", "2"], &["1", "2.0"]);
    check("rez", "", &["", "beta"], &[]);
}

#[test]
fn debian_knows_commas_and_bars() {
    check("debian", ">= 1.2, << 2~", &["1.2", "1.9-1"], &["2~rc1", "2"]);
    check("debian", "= 1.0 | (>> 2:0), <= 2:5", &["1.0", "2:3"], &["1.1", "2:6"]);
}

#[test]
fn sets_are_shown_as_people_write_them() {
    let shown: Vec<_> = [
        ("npm", "^1.2 || 3.1.0"),
        ("npm", "*"),
        ("npm", "<1 >2"),
        ("cargo", ">1.2, <=1.4"),
        ("pep440", "==1.0"),
        ("pep440", ">1.0,!=1.3.*,<=2.0"),
        ("ayon", ">=1.0.3,!=1.5.0"),
        ("rez", "3|5+<7|>9"),
        ("debian", ">> 1.2-1 | << 0.9"),
    ]
    .into_iter()
    .map(|(grammar_name, text)| {
        let requirement = range(grammar_name, text);
        let shown = [text, &requirement.set().to_string(), requirement.canonical()];
        format!("{grammar_name:7} {}", shown.join("   |   "))
    })
    .collect();
    insta::assert_snapshot!(shown.join("\n"));
}
