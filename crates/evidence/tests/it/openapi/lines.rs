//! Where in a text the places of a document are.

use camino::Utf8Path;
use serde_json::Value;
use trainyard_evidence::document;

/// All places of a value.
fn places(value: &Value, at: &[String], all: &mut Vec<Vec<String>>) {
    let mut inside = |name: String, value: &Value| {
        let place: Vec<_> = at.iter().cloned().chain([name]).collect();
        all.push(place.clone());
        places(value, &place, all);
    };
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| inside(name.clone(), value));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, value)| inside(at.to_string(), value));
        }
        _ => {}
    }
}

/// Checks that the line of every member has its name.
fn check(path: &str, text: &str) {
    let path = Utf8Path::new(path);
    let value = document::parse(path, text).expect("the document is right");
    let mut all = Vec::new();
    places(&value, &[], &mut all);
    let pointers: Vec<&[String]> = all.iter().map(Vec::as_slice).collect();
    let lines: Vec<_> = text.lines().collect();
    let found = document::lines(path, text, &pointers);
    assert_eq!(found.len(), pointers.len());
    for (pointer, line) in pointers.iter().zip(found) {
        let line = lines[line.expect("every place has a line") as usize - 1];
        let name = pointer.last().expect("no place is the root");
        let is_item = name.parse::<usize>().is_ok();
        let is_right = is_item || line.contains(name.as_str()) || line.contains(['{', '[']);
        assert!(is_right, "{pointer:?}: {line}");
    }
}

#[test]
fn every_place_has_its_line() {
    for text in [
        include_str!("../../pairs/openapi/shop-old.yaml"),
        include_str!("../../pairs/openapi/shop-new.yaml"),
    ] {
        check("a.yaml", text);
        let value = document::parse("a.yaml".into(), text).expect("it is YAML");
        check("a.json", &serde_json::to_string_pretty(&value).expect("a value is JSON"));
        check("a.json", &value.to_string());
        check("a.yaml", &value.to_string());
    }
}

/// The lines of these places.
fn lines(path: &str, text: &str, places: &[&[&str]]) -> Vec<Option<u32>> {
    let places: Vec<Vec<String>> =
        places.iter().map(|place| place.iter().map(ToString::to_string).collect()).collect();
    let places: Vec<&[String]> = places.iter().map(Vec::as_slice).collect();
    document::lines(path.into(), text, &places)
}

#[test]
fn exact_lines() {
    let yaml = "a:\n  b:\n    - x: 1\n      y: 2\n    - x: 3\nc: {d: 4}\n";
    let places: [&[&str]; 6] = [
        &["a"],
        &["a", "b", "0", "y"],
        &["a", "b", "1"],
        &["a", "b", "1", "x"],
        &["c", "d"],
        &["e", "f"],
    ];
    let expected = [1, 4, 5, 5, 6, 1].map(Some);
    assert_eq!(lines("a.yaml", yaml, &places), expected);
    let json = "{\"a\":\n {\"b\": [\n{\"x\": 1,\n\"y\": 2},\n{\"x\": 3}]},\n\"c\": {\"d\": 4}}";
    let expected = [1, 4, 5, 5, 6, 1].map(Some);
    assert_eq!(lines("a.json", json, &places), expected);
}

#[test]
fn names_with_escapes_and_texts_that_look_like_names_are_told_apart() {
    let json = "{\n\"a\\u0062\": 1,\n\"c\\\"d\": [\n1, 2,\n{\"e\": \"f\"}]}";
    let places: [&[&str]; 3] = [&["ab"], &["c\"d", "2", "e"], &["c\"d", "1"]];
    assert_eq!(lines("a.json", json, &places), [2, 5, 4].map(Some));
    let yaml = "'a b': 1\n\"c d\":\n- 1\n-\n  e: x\n- f: |\n    g: text\n  h: 2\ni:\n  - - 1\n    - 2\ng: 3\n";
    let places: [&[&str]; 6] = [
        &["a b"],
        &["c d", "1", "e"],
        &["c d", "2", "h"],
        &["i", "0", "1"],
        &["g"],
        &["c d", "2", "f", "g"],
    ];
    assert_eq!(lines("a.yaml", yaml, &places), [1, 5, 8, 11, 12, 6].map(Some));
}

#[test]
fn broken_texts_break_nothing() {
    for text in [
        "",
        "{",
        "\"",
        "{\"a",
        "{\"a\\",
        "]]",
        "- - -",
        "a: |",
        ":",
        "'",
        "\u{feff}a: 1",
        "{\"a\": [1, ",
    ] {
        lines("a.json", text, &[&["a"]]);
        lines("a.yaml", text, &[&["a"]]);
    }
}
