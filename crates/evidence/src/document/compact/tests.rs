use std::fmt::Write as _;

use super::*;

fn read(text: &str) -> Value {
    from_json(text).unwrap()
}

/// The same value as `serde_json` reads it.
fn plain(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_value_takes_three_words() {
    assert_eq!(size_of::<Value>(), 3 * size_of::<usize>());
}

#[test]
fn values_are_those_of_the_plain_reader() {
    let mut many = String::from("{");
    for member in 0..40 {
        write!(many, "\"k{}\": {member}, ", member * 7 % 31).unwrap();
    }
    many.push_str("\"last\": true}");
    let texts = [
        "null",
        r#"[1, -2, 3.5, 1e40, 18446744073709551615, "a\nb\u00e9", {}, []]"#,
        r#"{"b": 1, "a": {"c": null}, "b": [2]}"#,
        &many,
    ];
    for text in texts {
        assert_eq!(read(text).to_string(), plain(text).to_string());
        assert_eq!(read(text), of(&plain(text)));
        assert!(plain(text).as_object().into_iter().flatten().all(|(name, value)| {
            read(text).get(name).map(ToString::to_string) == Some(value.to_string())
        }));
    }
}

#[test]
fn pointers_lead_where_they_lead_in_plain_values() {
    let text = r#"{"a/b": [10, {"~": 1}], "": 5, "0": {"01": 2}}"#;
    for pointer in [
        "",
        "/",
        "/a~1b",
        "/a~1b/0",
        "/a~1b/1/~0",
        "/a~1b/01",
        "/a~1b/+1",
        "/a~1b/2",
        "/a~1b/-",
        "/0/01",
        "a",
        "/a~1b/1/~0/x",
    ] {
        let ours = read(text).pointer(pointer).map(ToString::to_string);
        assert_eq!(ours, plain(text).pointer(pointer).map(ToString::to_string), "{pointer}");
    }
}

#[test]
fn what_is_no_json_is_refused_as_by_the_plain_reader() {
    let deep = "[".repeat(1000);
    for text in ["", "{", "[1,]", "{\"a\" 1}", "1 2", "{1: 2}", &deep] {
        let plain = serde_json::from_str::<serde_json::Value>(text).unwrap_err();
        assert_eq!(from_json(text).unwrap_err().to_string(), plain.to_string());
    }
}
