//! Calendar versions: bumpver's answers, calver.org's users, and our own rules.

use jiff::civil::{Date, date};
use proptest::prelude::*;
use serde_json::Value;
use trainyard_testkit::{Tally, case_text};
use trainyard_version::{Level, Scheme, Step, Version};

use super::{assert_ascending, pre, read, scheme, vectors};
use crate::differences::assert_listed;

fn calver(pattern: &str) -> Scheme {
    scheme(&format!("calver:{pattern}"))
}

/// The version after `from`, or why there is none.
fn next(pattern: &str, from: &str, step: &Step, today: Date) -> String {
    let scheme = calver(pattern);
    match scheme.step(&read(&scheme, from), step, today) {
        Ok(next) => next.canonical().to_owned(),
        Err(error) => format!("refused: {}", error.reason),
    }
}

#[test]
fn bumpver_increment_cases() {
    const FILE: &str = "bumpver__calver_next";
    let Some(cases) = vectors(FILE) else { return };
    let mut tally = Tally::new(FILE);
    for case in cases {
        let text = |field: &str| case[field].as_str().unwrap();
        let today: Date = text("bump_date").parse().unwrap();
        let next = calver(text("pattern"))
            .parse(text("current"))
            .ok()
            .and_then(|current| calver(text("pattern")).step(&current, &Step::Date, today).ok());
        let next = next.as_ref().map(Version::canonical);
        let counts_weeks =
            ["WW", "0W", "UU", "0U"].iter().any(|week| text("pattern").contains(week));
        if next != case["expected"].as_str() && counts_weeks && text("current").contains("53") {
            assert_listed(FILE, "@week-53");
            tally.check(next.is_some(), || format!("{case}: {next:?}"));
            continue;
        }
        tally.check(next == case["expected"].as_str(), || format!("{case}: {next:?}"));
    }
    tally.finish();
}

/// The numbers that a pattern's tokens have in bumpver's record of fields.
fn expected_numbers(pattern: &str, fields: &[Value]) -> Vec<Value> {
    let index_of: &[(&str, usize)] = if pattern.contains('{') {
        &[("{year}", 0), ("{month", 2), ("{dom", 3), ("{MINOR}", 8)]
    } else {
        &[("YYYY", 0), ("0M", 3), ("MM", 3), ("0D", 4), ("DD", 4)]
    };
    let found = index_of.iter().filter(|(token, _)| pattern.contains(token));
    found.map(|(_, index)| fields[*index].clone()).collect()
}

/// bumpver refuses what differs in padding alone; here that is read, and known by its text not being canonical.
fn parse_case_is_right(pattern: &str, text: &str, expected: &Value) -> bool {
    let Ok(scheme) = format!("calver:{pattern}").parse::<Scheme>() else {
        return expected.is_null();
    };
    match (scheme.parse(text), expected.as_array()) {
        (Err(_), expected) => expected.is_none(),
        (Ok(version), None) => version.text() != version.canonical(),
        (Ok(version), Some(fields)) => {
            let release: Vec<Value> = version.release().iter().map(|n| (*n).into()).collect();
            release == expected_numbers(pattern, fields)
        }
    }
}

#[test]
fn bumpver_version_cases() {
    const FILE: &str = "bumpver__test_version";
    let Some(cases) = vectors(FILE) else { return };
    let mut tally = Tally::new(FILE);
    for case in cases {
        let text = |field: &str| case[field].as_str().unwrap();
        let right = match text("test") {
            "test_is_valid_week_pattern" => {
                let read = format!("calver:{}", text("pattern")).parse::<Scheme>();
                read.is_ok() == case["expected"].as_bool().unwrap()
            }
            "test_to_pep440" => {
                let version = text("version_str");
                let normal = scheme("pep440").parse(version);
                let normal = normal.map_or(version.to_owned(), |read| read.canonical().to_owned());
                normal == text("expected")
            }
            _ => parse_case_is_right(text("pattern_str"), text("line"), &case["expected_vinfo"]),
        };
        tally.check(right, || case.to_string());
    }
    tally.finish();
}

#[test]
fn calver_org_cases() {
    const FILE: &str = "calver_org__tokens_users";
    let Some(text) = case_text(&format!("versions/{FILE}.json")) else { return };
    let document: Value = serde_json::from_str(&text).unwrap();
    let strings = |value: &Value| -> Vec<String> { serde_json::from_value(value.clone()).unwrap() };
    let mut tally = Tally::new(FILE);
    for token in document["tokens"].as_array().unwrap() {
        let name = token["token"].as_str().unwrap();
        let pattern = if name.contains('Y') { name.to_owned() } else { format!("YYYY.{name}") };
        for example in strings(&token["examples"]) {
            let text = if name.contains('Y') { example } else { format!("2016.{example}") };
            let read = calver(&pattern).parse(&text);
            let right = read.as_ref().is_ok_and(|version| version.canonical() == text);
            tally.check(right, || format!("{pattern}: {text}: {read:?}"));
        }
    }
    for user in document["vectors"].as_array().unwrap() {
        let formats = strings(&user["formats"]);
        for example in strings(&user["examples"]) {
            let reads = |format: &String| calver(format).parse(&example).is_ok();
            if formats.iter().any(reads) {
                tally.check(true, String::new);
                continue;
            }
            assert_listed(FILE, user["project"].as_str().unwrap());
        }
    }
    tally.finish();
}

#[test]
fn padding_is_read_either_way_and_written_as_the_pattern_says() {
    for (pattern, text, canonical) in [
        ("YYYY.0M.MICRO", "2023.9.1", "2023.09.1"),
        ("YYYY.MM.MICRO", "2023.09.1", "2023.9.1"),
        ("YYYY.M.#", "2023.09.01", "2023.9.1"),
        ("YY.0M", "6.4", "6.04"),
        ("0Y.MM", "6.04", "06.4"),
        ("YYYYMMDD[A]", "20230903", "20230903"),
        ("YYMMDD", "230903", "230903"),
        ("YYYYMM", "20239", "20239"),
        ("YYYYMM", "202309", "20239"),
        ("YYYY.M[.#]", "2023.11.0", "2023.11"),
        ("vYYYY0M.BUILD[-TAG]", "v201812.0033-BETA", "v201812.0033-beta"),
        ("YYYY.MM.BLD[PYTAGNUM]", "2018.12.0033preview2", "2018.12.33rc2"),
        ("YYYY.Q", "2018.04", "2018.4"),
        ("{year}.{month}.{dom_short}", "2017.06.7", "2017.06.7"),
        ("YYYY.00J", "2016.9", "2016.009"),
        ("\\AYYYY", "A2016", "A2016"),
    ] {
        let version = read(&calver(pattern), text);
        assert_eq!((version.text(), version.canonical()), (text, canonical), "{pattern}");
    }
}

#[test]
fn order_is_by_number_and_by_the_calendar() {
    assert_ascending(
        &calver("YYYY.MM[.INC0][PYTAGNUM]"),
        &[
            "2023.9.0dev1",
            "2023.9.0a1",
            "2023.9.0b1",
            "2023.9.0rc1",
            "2023.9",
            "2023.9.0post1",
            "2023.9.1",
            "2023.10",
        ],
    );
    assert_ascending(
        &calver("YYYYMMDD[A]"),
        &["20231213", "20231213A", "20231213B", "20231213Z", "20231213AA", "20231214"],
    );
    assert_ascending(&calver("DD.MM.YYYY"), &["31.12.2022", "2.1.2023", "1.2.2023"]);
    assert_ascending(&calver("MAJOR.YYYY"), &["1.2024", "2.2023"]);
    assert_ascending(
        &calver("YY.MINOR.MICRO[-MODIFIER]"),
        &[
            "23.1.0-dev1",
            "23.1.0-nightly",
            "23.1.0-beta2",
            "23.1.0-rc10",
            "23.1.0",
            "23.1.0-post1",
            "23.1.1",
        ],
    );
    assert_ascending(&calver("YYYY.M.MICRO"), &["2023.9.0b2", "2023.9.0b10", "2023.9.0"]);
}

#[test]
fn dates_that_are_none_are_refused_where_they_stand() {
    let refused = [
        ("YYYY.MM", "2023.13"),
        ("YYYY.MM.DD", "2023.2.29"),
        ("YYYY.MM.DD", "2024.2.30"),
        ("YYYY.0M.0D", "2023.00.01"),
        ("YYYY0M0D", "20230931"),
        ("YYYY0M0D", "2023091"),
        ("YYYY.WW", "2023.53"),
        ("YYYY.WW", "2023.54"),
        ("GGGG.VV", "2021.53"),
        ("YYYY.JJJ", "2023.366"),
        ("YYYY.Q.MM", "2023.1.12"),
        ("YYYY.MM.DD.JJJ", "2023.1.2.3"),
        ("YYYY.MM", "23.1"),
        ("YYYY.MM", "2023.x"),
        ("YYYY.MM", "2023.1.1"),
        ("YYYY.MM[.INC1]", "2023.1.0"),
        ("YYYY.MM.MICRO", "2023.1.18446744073709551616"),
        ("YYYY.BUILD", "2023.18446744073709551616"),
        ("YYYY.MM.MICRO", "2023.1.1-linux"),
        ("YYYYMMDD[A]", "20231213a"),
        ("YYYYMMDD[A]", "20231213AAAAAAAAAAAAAAAA"),
        ("YYYY.MM", ""),
    ];
    let shown: Vec<_> = refused
        .iter()
        .map(|(pattern, text)| calver(pattern).parse(text).unwrap_err().to_string())
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn patterns_that_cannot_work_are_refused() {
    let shown: Vec<_> = [
        "",
        "MAJOR.MINOR",
        "YYYY.FOO",
        "YYYY.MM.MD",
        "YYYY.VV",
        "GGGG.WW",
        "YYYY[.MM",
        "YYYY.MM]",
        "YYYY[-]",
        "YYYY.MICROMM",
        "YYYY.A",
        "YYYY.MM.PYTAG",
        "YYYY.MODIFIER",
        "YYYY[-MODIFIER].MM",
        "YYYY.NUM",
        "YYYY[TAG][MODIFIER]",
        "YYYY.{foo}",
        "YYYY.{foo",
        "YYYY\\",
        "YYYY;date=never",
        "YYYY.INC02",
    ]
    .iter()
    .map(|pattern| format!("calver:{pattern}").parse::<Scheme>().unwrap_err().to_string())
    .collect();
    insta::assert_snapshot!(shown.join("\n"));
    assert!("calver".parse::<Scheme>().is_err());
    assert!(format!("calver:{}", "YYYY[".repeat(1000)).parse::<Scheme>().is_err());
}

#[test]
fn dates_move_the_date_or_the_counter() {
    let (september, november) = (date(2023, 9, 30), date(2023, 11, 1));
    for (pattern, from, today, expected) in [
        ("YYYY.M[.#]", "2023.9", september, "2023.9.1"),
        ("YYYY.M[.#]", "2023.9.1", november, "2023.11"),
        ("YYYY.M[.#]", "2023.12", november, "2023.12.1"),
        ("YYYYMMDD[A]", "20230930", september, "20230930A"),
        ("YYYYMMDD[A]", "20230930Z", september, "20230930AA"),
        ("YYYYMMDD[A]", "20230930B", november, "20231101"),
        ("YYYY.M.MICRO", "2023.9.3", september, "2023.9.4"),
        ("YYYY.M.MICRO", "2023.9.3b2", september, "2023.9.3"),
        ("YYYY.M.MICRO", "2023.9.3b2", november, "2023.11.0"),
        ("vYYYY0M.BUILD[-TAG]", "v202309.1999", september, "v202309.22000"),
        ("vYYYY0M.BUILD[-TAG]", "v202309.0033-beta", november, "v202311.1034"),
        ("YYYY.BLD", "2023.9998", november, "2023.9999"),
        ("YYYY.MM.DD", "2023.9.30", november, "2023.11.1"),
        ("YYYY.Q.INC1", "2023.3.2", november, "2023.4.1"),
        ("YYYY.00J", "2023.001", november, "2023.305"),
        (
            "GG.0V",
            "22.52",
            date(2023, 1, 1),
            "refused: its date has not changed, and the pattern has no counter; add [.INC0] or [A]",
        ),
        (
            "YY.M.PATCH",
            "23.9.0",
            september,
            "refused: its date has not changed, and PATCH does not count by itself; step by patch",
        ),
        (
            "YYYY.BLD",
            "2023.9999",
            november,
            "refused: a build number cannot go above 18446744073709551615",
        ),
        ("YYYYMMDD[A]", "20230930", date(2023, 9, 29), "20230930A"),
    ] {
        assert_eq!(next(pattern, from, &Step::Date, today), expected, "{pattern} {from} {today}");
    }
}

#[test]
fn levels_move_the_numbers_a_pattern_has() {
    use Level::{Major, Minor, None as Nothing, Patch};
    let (september, november) = (date(2023, 9, 30), date(2023, 11, 1));
    for (pattern, from, level, today, expected) in [
        ("YY.M.PATCH", "23.9.0", Patch, september, "23.9.1"),
        ("YY.M.PATCH", "23.9.4", Patch, november, "23.11.0"),
        ("YY.M.PATCH;date=line", "23.9.4", Patch, november, "23.9.5"),
        ("YY.M.PATCH;date=line", "23.9.4", Minor, november, "23.11.0"),
        ("YY.M.PATCH;date=line", "23.9.4", Major, november, "23.11.0"),
        ("YY.MINOR.PATCH", "23.1.2", Minor, november, "23.2.0"),
        ("YY.MINOR.PATCH", "23.1.2", Major, november, "23.2.0"),
        ("YY.MINOR.PATCH", "22.1.2", Minor, november, "23.0.0"),
        ("MAJOR.YYYY.MINOR", "1.2023.5", Major, november, "2.2023.0"),
        ("MAJOR.YYYY.MINOR", "1.2022.5", Major, november, "2.2023.0"),
        ("YYYY.M[.#]", "2023.9", Patch, september, "2023.9.1"),
        ("YYYY.M[.#];date=line", "2023.9", Patch, november, "2023.9.1"),
        ("YYYY.M.MICRO[PYTAGNUM];date=line", "2023.9.1rc1", Patch, november, "2023.9.1"),
        ("YYYY.M.MICRO[PYTAGNUM];date=line", "2023.9.1post1", Patch, november, "2023.9.2"),
        ("YYYY.M.D", "2023.9.30", Patch, november, "2023.11.1"),
        (
            "YYYY.M.D;date=line",
            "2023.9.30",
            Patch,
            november,
            "refused: the pattern has no number for a further release of a line; add MICRO or PATCH",
        ),
        ("YYYY.M.MICRO", "2023.9.0", Nothing, november, "refused: no change needs no version"),
        (
            "YYYY.M.MICRO",
            "2023.11.18446744073709551615",
            Patch,
            november,
            "refused: a micro number cannot go above 18446744073709551615",
        ),
    ] {
        let step = Step::Level(level, None);
        assert_eq!(next(pattern, from, &step, today), expected, "{pattern} {from} {level} {today}");
    }
}

#[test]
fn prereleases_lead_to_their_final_version() {
    const TAGGED: &str = "YY.M.PATCH[PYTAGNUM];date=line";
    const WORDS: &str = "YY.M.PATCH[-MODIFIER];date=line";
    let november = date(2023, 11, 1);
    let (beta, candidate) = (pre("beta", 1), pre("rc", 1));
    let level = |level| Step::Level(level, Some(candidate.clone()));
    for (pattern, from, step, expected) in [
        (TAGGED, "23.9.0", level(Level::Minor), "23.11.0rc1"),
        (TAGGED, "23.9.0", level(Level::Patch), "23.9.1rc1"),
        (TAGGED, "23.9.1b2", level(Level::Patch), "23.9.1rc1"),
        (TAGGED, "23.9.1rc1", Step::Pre(candidate.clone()), "23.9.1rc2"),
        (TAGGED, "23.9.1rc2", Step::Final, "23.9.1"),
        (TAGGED, "23.9.1dev3", Step::Pre(beta.clone()), "23.9.1b1"),
        (TAGGED, "23.9.1", Step::NextDevelopment(Level::Minor, None), "23.11.0dev0"),
        (TAGGED, "23.9.1", Step::NextDevelopment(Level::Minor, Some(beta.clone())), "23.11.0b1"),
        (
            TAGGED,
            "23.9.1rc1",
            Step::Pre(beta.clone()),
            "refused: beta is not after its present stage",
        ),
        (
            TAGGED,
            "23.9.1",
            Step::Pre(beta.clone()),
            "refused: it is final; say with a level which version comes next",
        ),
        (TAGGED, "23.9.1", Step::Final, "refused: it is final already"),
        (
            TAGGED,
            "23.9.1rc1",
            Step::Pre(pre("nightly", 1)),
            "refused: tags are dev, alpha, beta and rc; there is no `nightly`",
        ),
        (WORDS, "23.9.0", level(Level::Minor), "23.11.0-rc1"),
        (WORDS, "23.9.0-rc.1", Step::Pre(candidate.clone()), "23.9.0-rc.2"),
        (WORDS, "23.9.0-beta.Jun15", Step::Pre(pre("beta", 0)), "23.9.0-beta1"),
        (WORDS, "23.9.0-beta.Jun15", Step::Final, "23.9.0"),
        (WORDS, "23.9.0", Step::NextDevelopment(Level::Patch, None), "23.9.1-dev"),
        ("vYYYY0M.BUILD[-TAG]", "v202309.1000-beta", Step::Pre(beta.clone()), "v202309.1001-beta"),
        (
            "YY.M.PATCH[-TAG]",
            "23.9.0-beta",
            Step::Pre(beta.clone()),
            "refused: the pattern does not count pre-releases; add NUM",
        ),
        (
            "YY.M.PATCH",
            "23.9.0",
            level(Level::Patch),
            "refused: the pattern has no place for pre-releases; add [PYTAGNUM], [-TAG] or [-MODIFIER]",
        ),
        ("YY.M.PATCH", "23.9.0b3", Step::Final, "23.9.0"),
    ] {
        assert_eq!(next(pattern, from, &step, november), expected, "{pattern} {from} {step}");
    }
}

#[test]
fn lines_are_dates_without_counters() {
    for (pattern, text, line) in [
        ("YYYY.M[.#]", "2023.11", "2023.11"),
        ("YYYY.0M.MICRO", "2023.09.4", "2023.9"),
        ("YYYYMMDD[A]", "20230903B", "20230903"),
        ("YY.MINOR.MICRO", "23.1.4", "23.1"),
        ("MAJOR.YYYY0M0D", "1.20230903", "1.20230903"),
        ("vYYYYw0W.BUILD", "v2023w09.1001", "2023w9"),
        ("YYYY[.MM]", "2023", "2023"),
        ("YYYY.INC0", "2023.4", "2023"),
    ] {
        let scheme = calver(pattern);
        assert_eq!(scheme.line(&read(&scheme, text)), line, "{pattern} {text}");
    }
}

#[test]
fn firsts_and_examples_are_versions() {
    for pattern in PATTERNS {
        let scheme = calver(pattern);
        let first = scheme.first(date(2026, 9, 3));
        assert_eq!(read(&scheme, first.canonical()), first, "{pattern}");
        let examples = scheme.examples();
        assert!(examples.len() > 1 && examples.is_sorted(), "{pattern}: {examples:?}");
    }
}

#[test]
fn hostile_texts_take_linear_time() {
    for pattern in PATTERNS {
        let scheme = calver(pattern);
        for piece in ["1", "0", "2023.", "2023.9.1-", "A", "-a.", "v", "é"] {
            let _ = scheme.parse(&piece.repeat(200_000));
            let _ = scheme.parse(&format!("2023.9.{}", piece.repeat(200_000)));
        }
    }
}

const PATTERNS: &[&str] = &[
    "YYYY.M[.#]",
    "YYYYMMDD[A]",
    "YYMMDD[A]",
    "YYYYMM",
    "YY.0M.MICRO",
    "YY.MINOR.PATCH",
    "YYYY.MM.DD_MICRO",
    "YYYY.0M.PATCH[PYTAGNUM];date=line",
    "vYYYY0M.BUILD[-TAG]",
    "YYYY.BLD[PYTAG[NUM]]",
    "GGGG.0V.INC1",
    "YYYYw0W[.INC0]",
    "0Y.0U.PATCH",
    "YYYY.Q.INC0",
    "YYYY.00J",
    "MAJOR.YYYY0M0D",
    "YY.0M.MICRO[-MODIFIER]",
    "YYYY[0M][0D]",
];

fn days() -> impl Strategy<Value = Date> {
    (2001_i16..2099, 1_i16..=365)
        .prop_map(|(year, day)| date(year, 1, 1).with().day_of_year(day).build().unwrap())
}

proptest! {
    #[test]
    fn steps_ascend_and_can_be_read(
        pattern in proptest::sample::select(PATTERNS),
        start in days(),
        moves in proptest::collection::vec((0_u8..6, days()), 1..8),
    ) {
        let scheme = calver(pattern);
        let mut version = scheme.first(start);
        for (move_, today) in moves {
            let step = match move_ {
                0 => Step::Level(Level::Patch, None),
                1 => Step::Level(Level::Minor, Some(pre("rc", 1))),
                2 => Step::Pre(pre("rc", 1)),
                3 => Step::Final,
                4 => Step::NextDevelopment(Level::Patch, None),
                _ => Step::Date,
            };
            if let Ok(next) = scheme.step(&version, &step, today) {
                prop_assert!(next.key() > version.key(), "{} {} {}", version, step, next);
                prop_assert_eq!(&read(&scheme, next.canonical()), &next);
                version = next;
            }
        }
    }

    #[test]
    fn canonical_spellings_are_stable(
        pattern in proptest::sample::select(PATTERNS),
        text in "v?[0-9]{1,8}[.w_]?[0-9]{0,3}[._]?[0-9]{0,2}(-?(a|b|rc|beta|dev|A|B|post)[0-9]{0,2})?",
    ) {
        let scheme = calver(pattern);
        if let Ok(version) = scheme.parse(&text) {
            prop_assert_eq!(version.text(), &text);
            let again = read(&scheme, version.canonical());
            prop_assert_eq!(again.canonical(), version.canonical());
            prop_assert_eq!(&again, &version);
        }
    }

    #[test]
    fn anything_is_read_or_refused(pattern in "[YMDGWQ0AB#.\\[\\]{}v-]{0,12}", text in ".{0,20}") {
        if let Ok(scheme) = format!("calver:{pattern}").parse::<Scheme>() {
            let _ = scheme.parse(&text);
            let first = scheme.first(date(2026, 9, 3));
            if let Ok(next) = scheme.step(&first, &Step::Date, date(2027, 10, 4)) {
                prop_assert!(next > first);
            }
            let _ = scheme.line(&first);
        }
    }
}
