//! API versions by number and date.

use jiff::civil::date;
use proptest::prelude::*;
use trainyard_version::{Level, Step};

use super::{assert_ascending, pre, read, scheme, stepped};

#[test]
fn order_is_by_number_then_date() {
    assert_ascending(
        &scheme("api-date"),
        &["v1.20301231", "v2.20240229", "v2.20240301", "v10.20190615"],
    );
}

#[test]
fn the_letter_may_be_missing() {
    let version = read(&scheme("api-date"), "9.20250722");
    assert_eq!(version.canonical(), "v9.20250722");
    assert_eq!(version, read(&scheme("api-date"), "v9.20250722"));
    assert_eq!(version.release(), [9, 20_250_722]);
    assert_eq!(scheme("api-date").line(&version), "v9");
}

#[test]
fn its_number_is_counted_and_its_date_is_not() {
    assert_eq!(scheme("api-date").counted_segments(), 1);
    assert_eq!(scheme("calver:YYYY.MM").counted_segments(), 0);
    assert_eq!(scheme("composite:{api=api-date}+{web=semver}").counted_segments(), 1);
    assert_eq!(scheme("semver").counted_segments(), usize::MAX);
}

#[test]
fn steps() {
    let check = |from, step, expected: &str| {
        assert_eq!(stepped(&scheme("api-date"), from, &step), expected);
    };
    check("v9.20250722", Step::Date, "v9.20260203");
    check("v9.20250722", Step::Level(Level::Minor, None), "v9.20260203");
    check("v9.20250722", Step::Level(Level::Major, None), "v10.20260203");
    check("v9.20260203", Step::Level(Level::Major, None), "v10.20260203");
    assert_eq!(scheme("api-date").first(date(2026, 1, 9)).text(), "v1.20260109");
}

#[test]
fn refused_steps() {
    let check = |from, step| stepped(&scheme("api-date"), from, &step);
    let outcomes = [
        check("v9.20260203", Step::Date),
        check("v9.20270101", Step::Level(Level::Patch, None)),
        check("v9.20250101", Step::Level(Level::None, None)),
        check("v9.20250101", Step::Pre(pre("rc", 1))),
        check("v9.20250101", Step::Final),
        check("v18446744073709551615.20250101", Step::Level(Level::Major, None)),
    ];
    insta::assert_snapshot!(outcomes.join("\n"));
}

proptest! {
    #[test]
    fn every_text_is_read_or_explained(text in "v?[0-9]{0,2}\\.?[0-2][0-9]{3}[01][0-9][0-3][0-9]|[v0-9.é]{0,12}") {
        match scheme("api-date").parse(&text) {
            Ok(version) => prop_assert_eq!(&read(&scheme("api-date"), version.canonical()), &version),
            Err(error) => prop_assert!(text.is_char_boundary(error.position), "{}", error),
        }
    }
}
