use insta::assert_json_snapshot;
use trainyard_report::{Code, Finding, render::json};

use crate::samples::mixed;

#[test]
fn the_document_is_stable() {
    assert_json_snapshot!(json(&mixed()));
}

#[test]
fn no_findings_are_a_document_too() {
    assert_json_snapshot!(json(&[]), @r#"
    {
      "counts": {
        "by_code": {},
        "errors": 0,
        "notes": 0,
        "warnings": 0
      },
      "findings": []
    }
    "#);
}

#[test]
fn text_is_exact() {
    let document = json(&[Finding::new(Code::STRAY_TAG, "a\u{1b}[2J", "b\nc")]);
    assert_eq!(document["findings"][0]["subject"], "a\u{1b}[2J");
    assert_eq!(document["findings"][0]["message"], "b\nc");
}
