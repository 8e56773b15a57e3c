//! Rez versions: Rez's own cases, a model of its comparison, and our own rules.

use std::cmp::Ordering;

use proptest::prelude::*;
use serde_json::Value;
use trainyard_testkit::{Tally, case_text};
use trainyard_version::{Level, Step};

use super::{assert_ascending, pre, read, scheme, stepped};

#[test]
fn rez_cases() {
    const FILE: &str = "rez/version_vectors.json";
    let Some(text) = case_text(FILE) else { return };
    let document: Value = serde_json::from_str(&text).unwrap();
    let cases = &document["version"];
    let order = |left: &Value, right: &Value| {
        let version = |text: &Value| read(&scheme("rez"), text.as_str().unwrap());
        version(left).cmp(&version(right))
    };
    let mut tally = Tally::new(FILE);
    for pair in cases["token_lt"].as_array().unwrap() {
        tally.check(order(&pair[0], &pair[1]).is_lt(), || format!("{pair} ascends"));
    }
    for pair in cases["eq"].as_array().unwrap() {
        tally.check(order(&pair[0], &pair[1]).is_eq(), || format!("{pair} are equal"));
    }
    let ascending = cases["ascending"].as_array().unwrap();
    for (low, left) in ascending.iter().enumerate() {
        for (high, right) in ascending.iter().enumerate() {
            tally.check(order(left, right) == low.cmp(&high), || format!("{left} against {right}"));
        }
    }
    tally.finish();
}

#[test]
fn order_follows_rez() {
    assert_ascending(
        &scheme("rez"),
        &[
            "",
            "A",
            "B",
            "_",
            "a",
            "a.a",
            "a.0",
            "a0",
            "a_",
            "0",
            "00",
            "001",
            "01",
            "1",
            "1.a",
            "1.0",
            "1A",
            "1_",
            "1a",
            "02",
            "2",
            "99999999999999999999999",
        ],
    );
}

#[test]
fn all_versions_of_a_beginning_lie_between_it_and_its_successor() {
    let key = |text: &str| read(&scheme("rez"), text).key().clone();
    for text in ["1.2", "1.2.0", "1.2.a", "1.2-9"] {
        assert!(key("1.2") <= key(text) && key(text) < key("1.2_"), "{text}");
    }
    assert!(key("1.20") > key("1.2_") && key("1.2a") > key("1.2_"));
}

#[test]
fn steps() {
    let check =
        |from, step, expected: &str| assert_eq!(stepped(&scheme("rez"), from, &step), expected);
    check("1.2.3", Step::Level(Level::Minor, None), "1.3.0");
    check("1-2-3", Step::Level(Level::Patch, None), "1.2.4");
    check("1.09", Step::Level(Level::Minor, None), "1.10");
    check("1", Step::Level(Level::Patch, None), "1.0.1");
    check("1.2.beta1", Step::Level(Level::Minor, None), "1.3");
    check("", Step::Level(Level::Minor, None), "0.1");
}

#[test]
fn refused_steps() {
    let check = |from, step| stepped(&scheme("rez"), from, &step);
    let outcomes = [
        check("1.beta.2", Step::Level(Level::Minor, None)),
        check("1.2", Step::Level(Level::None, None)),
        check("1.2", Step::Pre(pre("rc", 1))),
        check("1.2", Step::NextDevelopment(Level::Minor, None)),
        check("1.2", Step::Final),
        check("1.2", Step::Date),
        check("18446744073709551615", Step::Level(Level::Major, None)),
    ];
    insta::assert_snapshot!(outcomes.join("\n"));
}

/// A part of a token: letters sort before numbers, numbers by value, then as text.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Letters(String),
    Number(u64, String),
}

fn model(text: &str) -> Vec<Vec<Part>> {
    let token = |token: &str| {
        let mut parts: Vec<Part> = Vec::new();
        for character in token.chars() {
            match (parts.last_mut(), character.to_digit(10)) {
                (Some(Part::Letters(letters)), None) => letters.push(character),
                (Some(Part::Number(number, digits)), Some(digit)) => {
                    *number = *number * 10 + u64::from(digit);
                    digits.push(character);
                }
                (_, None) => parts.push(Part::Letters(character.into())),
                (_, Some(digit)) => parts.push(Part::Number(digit.into(), character.into())),
            }
        }
        parts
    };
    text.split(['.', '-']).filter(|part| !part.is_empty()).map(token).collect()
}

proptest! {
    #[test]
    fn order_agrees_with_the_model(
        left in "([0-2aAb_]{1,4}([.-][0-2aAb_]{1,3}){0,2})?",
        right in "([0-2aAb_]{1,4}([.-][0-2aAb_]{1,3}){0,2})?",
    ) {
        let ours: Ordering = read(&scheme("rez"), &left).cmp(&read(&scheme("rez"), &right));
        prop_assert_eq!(ours, model(&left).cmp(&model(&right)));
    }

    #[test]
    fn every_text_is_read_or_explained(text in "[0-9a-z_.é+-]{0,8}") {
        match scheme("rez").parse(&text) {
            Ok(version) => prop_assert_eq!(&read(&scheme("rez"), version.canonical()), &version),
            Err(error) => prop_assert!(text.is_char_boundary(error.position), "{}", error),
        }
    }
}
