use insta::assert_snapshot;
use trainyard_report::{
    Code,
    render::{TextOptions, explain},
};

use crate::samples::{COLOURED, PLAIN};

#[test]
fn an_explanation_reads_well() {
    assert_snapshot!(explain(Code::MISSPELLED_RELEASE, &PLAIN));
}

#[test]
fn an_explanation_with_colours_has_no_backticks() {
    let text = explain(Code::MISSPELLED_RELEASE, &COLOURED);
    let prose = text.split("Example").next().unwrap_or_default();
    assert!(!prose.contains('`'), "{prose}");
    assert_snapshot!(text.replace('\u{1b}', "␛"));
}

#[test]
fn every_explanation_keeps_to_the_width_but_for_code() {
    for code in Code::all() {
        for line in explain(code, &PLAIN).lines().filter(|line| !line.starts_with("    ")) {
            assert!(line.chars().count() <= 80, "{code}: {line}");
        }
    }
}

#[test]
fn a_width_too_small_breaks_nothing_but_the_look() {
    for width in 0..5 {
        let text = explain(Code::STRAY_TAG, &TextOptions { width, ..PLAIN });
        assert!(text.contains("harmless"));
    }
}
