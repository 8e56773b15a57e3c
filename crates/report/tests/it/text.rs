use insta::assert_snapshot;
use trainyard_report::{
    Code, Finding, Location, Severity,
    render::{TextOptions, text},
};

use crate::samples::{COLOURED, PLAIN, mixed, stray, strays};

#[test]
fn mixed_findings_are_grouped_by_gravity() {
    assert_snapshot!(text(&mixed(), &PLAIN));
}

#[test]
fn colours_mark_severities_and_arrows() {
    assert_snapshot!(text(&mixed()[..2], &COLOURED).replace('\u{1b}', "␛"));
}

#[test]
fn three_hundred_stray_tags_do_not_flood() {
    assert_snapshot!(text(&strays(300), &PLAIN));
}

#[test]
fn all_are_shown_on_demand() {
    let shown = text(&strays(300), &TextOptions { limit_per_code: None, ..PLAIN });
    assert_eq!(shown.matches("--> ").count(), 300);
    assert!(!shown.contains("--all"));
}

#[test]
fn the_limit_counts_each_code_for_itself() {
    let mut findings = strays(11);
    findings.extend(
        (0..12).map(|number| Finding::new(Code::VERSION_GAP, "a", format!("gap {number}"))),
    );
    let shown = text(&findings, &PLAIN);
    assert!(shown.contains("... and 1 more TY0201 (use --all)"), "{shown}");
    assert!(shown.contains("... and 2 more TY0303 (use --all)"), "{shown}");
    assert!(shown.ends_with("\n12 warnings, 11 notes\n"), "{shown}");
}

#[test]
fn no_findings_are_told() {
    assert_eq!(text(&[], &PLAIN), "no findings\n");
}

#[test]
fn long_sentences_are_wrapped_below_their_beginning() {
    let finding = Finding::new(Code::VERSION_GAP, "server", "many words ".repeat(20).trim())
        .suggest("more words still ".repeat(12).trim());
    let narrow = TextOptions { width: 50, ..PLAIN };
    assert_snapshot!(text(&[finding], &narrow));
}

#[test]
fn findings_with_the_same_words_name_their_subjects() {
    let message = "has no version file";
    let findings = [
        Finding::new(Code::POLICY_UNUSED, "agent", message).at(Location::file("agent")),
        Finding::new(Code::POLICY_UNUSED, "manager", message),
        Finding::new(Code::POLICY_UNUSED, "common", message).at(Location::file("src/common")),
    ];
    assert_snapshot!(text(&findings, &PLAIN), @"
    warning[TY0108]: has no version file
      --> agent
      --> manager
      --> common: src/common

    hint: `trainyard explain TY0108` tells more
    3 warnings
    ");
}

#[test]
fn a_subject_within_a_longer_word_is_not_taken_for_named() {
    let finding = Finding::new(Code::DUPLICATE_RELEASE, "1.5.0", "there is also 1.5.00");
    assert!(text(&[finding], &PLAIN).starts_with("error[TY0203]: 1.5.0: there is also 1.5.00\n"));
}

#[test]
fn one_code_with_two_severities_is_two_groups() {
    let mut grave = stray("pull", "f524814");
    grave.severity = Severity::Error;
    let shown = text(&[stray("ODAY", "3dcf0c9"), grave], &PLAIN);
    assert!(shown.starts_with("error[TY0201]: "), "{shown}");
    assert!(shown.contains("\nnote[TY0201]: "), "{shown}");
    assert!(shown.ends_with("\n1 error, 1 note\n"), "{shown}");
}

#[test]
fn many_places_of_one_finding_are_cut() {
    let finding = (1..=9).fold(Finding::new(Code::OFF_LINE, "x", "y"), |finding, line| {
        finding.at(Location { line: Some(line), ..Location::file("a.py") })
    });
    let shown = text(std::slice::from_ref(&finding), &PLAIN);
    assert!(shown.contains("--> a.py:5\n  --> ... and 4 more places\n"), "{shown}");
    let all = text(&[finding], &TextOptions { limit_per_code: None, ..PLAIN });
    assert!(all.contains("--> a.py:9\n"), "{all}");
}

#[test]
fn no_line_of_wrapped_text_can_be_a_command_of_a_ci_runner() {
    let finding = Finding::new(Code::UNREADABLE_COMMIT, "x", "words ::stop-commands::x ".repeat(9));
    for width in 1..120 {
        let shown = text(std::slice::from_ref(&finding), &TextOptions { width, ..PLAIN });
        assert!(!shown.lines().any(|line| line.trim_start().starts_with("::")), "{shown}");
    }
}
