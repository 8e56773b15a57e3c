//! What people read when a range is wrong.

use super::grammar;

#[test]
fn errors_name_the_place_and_what_was_expected() {
    let shown: Vec<_> = [
        ("cargo", ""),
        ("cargo", "1.2 3"),
        ("cargo", "^1.02"),
        ("cargo", "1.*.3"),
        ("cargo", "*, 1"),
        ("cargo", ">=1.2.3-rc..1"),
        ("cargo", "1.18446744073709551616"),
        ("npm", "1.2.3 || >=1.x.5"),
        ("npm", ">=1.2.3.4"),
        ("npm", "^9007199254740991.0.0"),
        ("npm", "1.2.3beta"),
        ("npm", "==1.2.3"),
        ("pep440", "1.0"),
        ("pep440", ">=1.0,~=2"),
        ("pep440", ">=1.0.*"),
        ("pep440", "==1.0a1.*"),
        ("pep440", "<1.0+local"),
        ("pep440", "=== a b"),
        ("ayon", ""),
        ("ayon", ">=1.0.3<2.0.0"),
        ("ayon", ">= 1.0.3"),
        ("ayon", ">=1.0.3,^2.0.0"),
        ("rez", "3+<3"),
        ("rez", "1.2+<2|4<"),
        ("rez", "1.2 3"),
        ("debian", "> 1.2"),
        ("debian", ">= 1.2 <= 3"),
        ("debian", "(>= 1.2"),
    ]
    .into_iter()
    .map(|(name, text)| format!("{name:7} {}", grammar(name).parse(text).unwrap_err()))
    .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn an_unknown_grammar_names_all() {
    let error = "maven".parse::<trainyard_version::Grammar>().unwrap_err();
    assert_eq!(
        error,
        "`maven` is no range grammar; there are cargo, npm, pep440, ayon, rez, debian"
    );
}
