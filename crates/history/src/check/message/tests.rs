use super::{cleaned, findings};

fn told(message: &str) -> Vec<String> {
    findings(message)
        .into_iter()
        .map(|finding| format!("{}: {}", finding.code, finding.suggestion.unwrap_or_default()))
        .collect()
}

#[test]
fn types_are_corrected() {
    assert_eq!(told("fxi: search"), ["TY0564: did you mean `fix`?"]);
    assert_eq!(told("faet(api)!: search"), Vec::<String>::new(), "`!` says enough");
    assert_eq!(told("faet(api): search"), ["TY0564: did you mean `feat`?"]);
    assert!(told("wonderful: search")[0].starts_with("TY0564: types are "));
    assert!(told("Tidy the search")[0].starts_with("TY0401"));
}

#[test]
fn what_git_and_tools_write_passes() {
    for message in [
        "feat: search",
        "Merge branch 'main' into topic",
        "Revert \"feat: search\"\n\nThis reverts commit 0123456789.",
        "fixup! feat: search",
        "release: 1.2.0",
        "",
    ] {
        assert_eq!(told(message), Vec::<String>::new(), "{message}");
    }
}

#[test]
fn comments_and_the_diff_are_left_out() {
    let text = "fix: a  \n\n# a comment\nbody\n# ------------------------ >8 ------------------------\ndiff\n";
    assert_eq!(cleaned(text, '#'), "fix: a\n\nbody");
    assert_eq!(cleaned("#12 is fixed\n; note\n", ';'), "#12 is fixed");
}
