use std::fmt::Write;

use camino::{Utf8Path, Utf8PathBuf};

use super::*;

fn tool(name: &'static str) -> Tool {
    Tool { name, version: "1.2.3".to_owned() }
}

fn told(changes: &[Change]) -> String {
    let mut text = String::new();
    for change in changes {
        let place = change.before.as_ref().unwrap_or(&change.source);
        _ = writeln!(
            text,
            "{} {}: {} ({:?}:{:?}) [{}]",
            change.class, change.subject, change.sentence, place.path, place.line, change.rule
        );
    }
    text
}

#[test]
fn oasdiff_speaks_of_operations() {
    let output = r#"[
        {"id":"api-path-removed-without-deprecation","text":"api path removed without deprecation","level":3,"operation":"GET","path":"/users","section":"paths"},
        {"id":"response-property-enum-value-added","text":"added the new enum value","level":2,"operation":"GET","path":"/jobs"},
        {"id":"api-tag-added","text":"api tag added","level":1}
    ]"#;
    let found = oasdiff::read(&tool("oasdiff"), Utf8Path::new("api.json"), output).unwrap();
    insta::assert_snapshot!(told(&found));
    assert_eq!(oasdiff::read(&tool("oasdiff"), Utf8Path::new("a"), "").unwrap(), []);
    assert_eq!(oasdiff::read(&tool("oasdiff"), Utf8Path::new("a"), "null\n").unwrap(), []);
    assert!(oasdiff::read(&tool("oasdiff"), Utf8Path::new("a"), "Error: no file").is_err());
}

#[test]
fn buf_speaks_of_files_and_lines() {
    let output = r#"{"path":"new/a.proto","start_line":7,"type":"FIELD_NO_DELETE","message":"Field \"2\" was deleted."}
{"type":"PACKAGE_NO_DELETE","message":"Package \"a\" was deleted."}
"#;
    insta::assert_snapshot!(told(&buf::read(&tool("buf"), "new/", output).unwrap()));
    assert!(buf::read(&tool("buf"), "new/", "Failure: no module").is_err());
}

#[test]
fn griffe_speaks_of_objects_in_either_copy() {
    let output = r#"{"kind":"PARAMETER_REMOVED","text":"Parameter was removed","object":"pkg.f","file":"/t/new/pkg/a.py","line":3,"old":"b","new":null}
{"kind":"OBJECT_REMOVED","text":"Public object was removed","object":"pkg.A.m","file":"/t/old/pkg/a.py","line":9,"old":null,"new":null}
{"kind":"ATTRIBUTE_CHANGED_VALUE","text":"Attribute value was changed","object":"pkg.X","file":null,"line":null,"old":"1","new":"2"}
"#;
    let found = griffe::read(&tool("griffe"), ["/t/old/", "/t/new/"], output).unwrap();
    insta::assert_snapshot!(told(&found));
    assert!(griffe::read(&tool("griffe"), ["", ""], "Traceback").is_err());
}

#[test]
fn semver_checks_speaks_of_items() {
    let output = "
    Checking thing v1.0.0 -> v1.0.1 (patch change)
     Checked [   0.011s] 196 checks: 195 pass, 1 fail, 0 warn, 49 skip

--- failure struct_missing: pub struct removed or renamed ---

Description:
A publicly-visible struct cannot be imported by its prior path.
        ref: https://example.org

Failed in:
  struct thing::Kept, previously in file src/lib.rs:14
  struct thing::Other, previously in file src/other.rs:2

     Summary semver requires new major version: 1 major and 0 minor checks failed
";
    insta::assert_snapshot!(told(
        &semver_checks::read(&tool("cargo-semver-checks"), output).unwrap()
    ));
    assert!(semver_checks::read(&tool("cargo-semver-checks"), "error: no such crate").is_err());
}

#[test]
fn who_disagrees_is_told_by_file() {
    let change = |rule: &str, class, path: &str| Change {
        class,
        rule: rule.to_owned(),
        subject: String::new(),
        source: Source::file(path),
        before: None,
        sentence: String::new(),
    };
    let own = [change("openapi.api-removed", Class::Breaking, "a.json")];
    let theirs = [
        change("tools.oasdiff.x", Class::Breaking, "b.json"),
        change("tools.oasdiff.y", Class::Additive, "a.json"),
    ];
    let compared = ["a.json", "b.json", "c.json"].map(Utf8PathBuf::from);
    let found = disagreement(&tool("oasdiff"), "openapi", &own, &theirs, &compared);
    insta::assert_snapshot!(told(&found));
    assert_eq!(disagreement(&tool("oasdiff"), "graphql", &own, &[], &compared), []);
    assert_eq!(tool("buf").failed("killed\nafter 60 s.").class, Class::Unknown);
}
