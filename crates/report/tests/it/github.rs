use insta::assert_snapshot;
use trainyard_report::{Code, Finding, Location, render::github};

use crate::samples::mixed;

#[test]
fn annotations_are_one_line_each() {
    assert_snapshot!(github(&mixed()));
}

#[test]
fn separators_are_escaped() {
    let finding = Finding::new(Code::STRAY_TAG, "", "50 % done\r\n::error::no")
        .at(Location { line: Some(2), ..Location::file("a,b:c%d.toml") });
    assert_eq!(
        github(&[finding]),
        "::notice file=a%2Cb%3Ac%25d.toml,line=2,title=TY0201 stray-tag::50 %25 done\\r\\n::error::no\n"
    );
}
