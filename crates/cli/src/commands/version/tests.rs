use std::io::{self, BufReader, Read, Write};

use clap::ValueEnum;
use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::Value;
use trainyard_report::{
    Outcome,
    render::{TextOptions, problem},
};

use super::{
    Failure, Operation,
    compare::Comparing,
    dialect::Dialect,
    given,
    lines::answer_all,
    matching::Matching,
    next::{Stepping, Wanted},
    parse::{self, Parsing},
    ranges::{Action, Combining},
    render::{Rendering, Spelling},
    sort::{Order, Sorting},
};
use crate::args::version::{Reading, StepName};

fn dialect(scheme: &str) -> Dialect {
    Dialect::new(&Reading { scheme: Some(scheme.parse().unwrap()), ..Reading::default() }, false)
}

fn answers(operation: &mut impl Operation, input: &[u8]) -> (String, Outcome) {
    let mut output = Vec::new();
    let outcome = answer_all(operation, BufReader::new(input), &mut output).unwrap();
    (String::from_utf8(output).unwrap(), outcome)
}

/// Each line with its answer below.
fn conversation(operation: &mut impl Operation, questions: &str) -> String {
    let (answers, _) = answers(operation, questions.as_bytes());
    let pairs = questions.lines().zip(answers.lines());
    let pairs: Vec<_> = pairs.map(|(question, answer)| format!("{question}\n  {answer}")).collect();
    pairs.join("\n")
}

fn shown(failure: Failure) -> String {
    problem(&failure.problem(), &TextOptions::default())
}

#[test]
fn parse_lines() {
    let shown = conversation(
        &mut Parsing::new(dialect("semver")),
        r#"{"version": "1.2.3-rc.1+b"}
{"version": "1.2.3", "id": {"any": ["thing", 1.50]}}
{"version": "1.0rc1.post2.dev3", "scheme": "pep440"}
{"version": "v1.2.3-nightly", "grammar": "npm", "loose": true}
{"version": "1.0.0+230903", "scheme": "composite:{backend=semver}+{frontend=calver:YY0M0D}"}
{"version": "1.2"}
{"version": "99999999999999999999.0.0"}"#,
    );
    assert_snapshot!(shown);
}

#[test]
fn malformed_lines_are_answered_too() {
    let shown = conversation(
        &mut Parsing::new(dialect("semver")),
        r#"oops

["1.0.0"]
{"version": "1.0.0"
{"version": "1.0.0", "version": "1.0.0"}
{"version": 1.0}
{"versoin": "1.0.0", "id": 6}
{"id": 7}
{"version": "1.0.0", "scheme": "semwer"}
{"version": "1.0.0", "grammar": "pip"}
{"version": "1.0.0", "grammar": "npm", "scheme": "semver"}
{"version": "1.0.0"}"#,
    );
    assert_snapshot!(shown);
}

#[test]
fn compare_lines() {
    let shown = conversation(
        &mut Comparing::new(dialect("debian"), None),
        r#"{"left": "1.0~rc1-1", "right": "1.0-1"}
{"left": "1.0.0+a", "right": "1.0.0+b", "scheme": "semver"}
{"left": "1.0", "right": "1.0.0", "scheme": "pep440", "is": "eq"}
{"left": "2.0", "right": "1.0", "is": "<="}
{"left": "2.0", "right": "1.0", "is": "~"}
{"left": "2.0", "right": ""}"#,
    );
    assert_snapshot!(shown);
}

#[test]
fn sort_lines() {
    let shown = conversation(
        &mut Sorting::new(dialect("pep440"), Order { reverse: true, unique: false }),
        r#"{"versions": ["1.9", "1.10", "1.10rc1", "1.9.0"]}
{"versions": ["1.9", "1.10", "1.10rc1", "1.9.0"], "reverse": false, "unique": true}
{"versions": []}
{"versions": ["1.0", "1.x"]}"#,
    );
    assert_snapshot!(shown);
}

#[test]
fn next_lines() {
    let wanted = Wanted { step: Some(StepName::Minor), ..Wanted::default() };
    let shown = conversation(
        &mut Stepping::new(dialect("semver"), wanted),
        r#"{"version": "1.2.3"}
{"version": "1.2.3", "pre": "rc"}
{"version": "1.2.3", "pre": "rc", "start": 0}
{"version": "1.2.3", "pre": "rc", "start": "none"}
{"version": "1.2.3", "pre": "nightly"}
{"version": "1.3.0-rc.1", "step": "rc"}
{"version": "1.3.0-rc.1", "step": "final"}
{"version": "1.3.0", "step": "next-dev"}
{"version": "1.3.0", "step": "next-dev", "level": "major", "pre": "alpha"}
{"version": "1.3.0", "step": "next-dev", "scheme": "pep440"}
{"version": "1.3.0", "step": "minor", "pre": "dev", "scheme": "pep440"}
{"version": "1.3.0", "step": "post", "scheme": "pep440"}
{"version": "2026.7.3", "step": "date", "date": "2026-08-01", "scheme": "calver:YYYY.MM.MICRO"}
{"version": "1.3.0", "step": "rc"}
{"version": "1.3.0", "step": "date"}
{"version": "1.3.0", "step": "sideways"}
{"version": "1.3.0", "date": "2026-02-30"}
{"version": "1.3.0", "start": 1}
{"version": "1.3.0", "start": -1}
{"version": "1.3.0", "start": "one"}
{"version": "1.3.0", "level": "patch"}
{"version": "1.3.0-rc.1", "step": "final", "pre": "rc"}"#,
    );
    assert_snapshot!(shown);
}

#[test]
fn match_lines() {
    let shown = conversation(
        &mut Matching::new(dialect("semver"), Some(">=1.2.0, <2.0.0".to_owned())),
        r#"{"version": "1.2.0"}
{"version": "1.1.9"}
{"version": "2.0.0"}
{"version": "1.3.0-rc.1"}
{"version": "1.3.0-rc.1", "range": "^1.2", "grammar": "npm"}
{"version": "1.3.0-rc.1", "range": "^1.2", "grammar": "npm", "pre": true}
{"version": "1.5rc1", "range": "~=1.4", "grammar": "pep440"}
{"version": "1.3.0", "range": "^1.2"}
{"version": "1.x", "range": "*"}"#,
    );
    assert_snapshot!(shown);
}

#[test]
fn ranges_lines() {
    let lines = r#"{"ranges": ["^1.2"]}
{"ranges": ["^1.2", "<1.5"]}
{"ranges": ["^1.2", "^2"]}
{"ranges": ["^1.3", "^1.2"]}
{"ranges": []}
{"ranges": ["*", "<1.y"]}"#;
    let grammar = Some("npm".parse().unwrap());
    let dialect = Dialect::new(&Reading { grammar, ..Reading::default() }, false);
    let actions = [
        Action::Show,
        Action::Intersect,
        Action::Union,
        Action::Complement,
        Action::Subset,
        Action::Disjoint,
    ];
    let answers = actions.map(|action| {
        let mut operation = Combining::new(dialect.clone(), action);
        format!("{action:?}\n{}\n", conversation(&mut operation, lines))
    });
    assert_snapshot!(answers.join("\n"));
}

#[test]
fn render_lines() {
    let composite = "composite:{backend=semver}+{frontend=calver:YY0M0D}";
    let shown = conversation(
        &mut Rendering::new(dialect(composite), Spelling::default()),
        r#"{"version": "1.0.0+230903", "as": "docker"}
{"version": "1.0.0_230903", "as": "docker", "back": true}
{"version": "1.0.0+230903", "as": "tag", "template": "v{backend}/{frontend}"}
{"version": "1.2.3", "as": "branch", "template": "release-{line}", "scheme": "semver"}
{"version": "1.2.0-rc.1", "as": "pypi", "scheme": "semver"}
{"version": "1.2.0rc1", "as": "helm", "scheme": "pep440"}
{"version": "1.0.0+230903", "as": "pypi"}
{"version": "1.0.0+230903"}
{"version": "1.0.0+230903", "as": "ftp"}
{"version": "1.0.0+230903", "as": "tag", "template": "v{"}"#,
    );
    assert_snapshot!(shown);
}

#[test]
fn parsed_versions_for_people() {
    let texts = [
        ("semver", "1.2.3"),
        ("semver", "1.2.3-nightly.20260801"),
        ("pep440", "V1.0-RC.1.post2.dev3"),
        ("pep440", "1.0.post2"),
        ("composite:{backend=semver}+{frontend=calver:YY0M0D}", "1.0.0-rc.1+230903"),
    ];
    let shown = texts
        .map(|(scheme, version)| parse::text(&parse::parse(&dialect(scheme), version).unwrap()));
    assert_snapshot!(shown.join("\n"));
}

#[test]
fn failures_for_people() {
    let long = format!("{}x{}", "1.".repeat(100), ".2".repeat(100));
    let texts = [
        ("semver", "1.2.x"),
        ("semver", ""),
        ("semver", "1.2"),
        ("semver", "1.2.\u{1b}[31m3"),
        ("semver", "1.2.3-ünïcode"),
        ("pep440", &long),
        ("calver:YYYY.MM", "2026.13"),
        ("composite:{backend=semver}+{frontend=calver:YY0M0D}", "1.0.0+23o903"),
    ];
    let shown = texts
        .map(|(scheme, version)| shown(dialect(scheme).version("version", version).unwrap_err()));
    let range = self::shown(dialect("semver").range("range", "^1.2").unwrap_err());
    assert_snapshot!([&shown[..], &[range]].concat().join("\n"));
}

#[test]
fn lines_of_stdin_are_versions_but_for_empty_ones() {
    let given = given::from_lines(&b"1.0.0\r\n\n  1.1.0  \n\xff\n1.2.0"[..]).unwrap();
    let given: Vec<_> =
        given.iter().map(|given| (given.line.unwrap(), given.text.as_str())).collect();
    assert_eq!(given, [(1, "1.0.0"), (3, "1.1.0"), (4, "\u{fffd}"), (5, "1.2.0")]);
}

/// A stream that counts what has been handed over.
struct Counting<'counter> {
    waiting: usize,
    flushed: &'counter std::cell::Cell<usize>,
}

impl Write for Counting<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.waiting += bytes.split(|byte| *byte == b'\n').count() - 1;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.flushed.set(self.flushed.get() + std::mem::take(&mut self.waiting));
        Ok(())
    }
}

/// A program that sends a question, in two pieces, once it has the answers to all before.
struct Patient<'counter> {
    pieces: usize,
    flushed: &'counter std::cell::Cell<usize>,
}

impl Read for Patient<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (asked, is_second) = (self.pieces / 2, self.pieces % 2 == 1);
        assert_eq!(self.flushed.get(), asked);
        self.pieces += 1;
        let piece: &[u8] = match (asked, is_second) {
            (10, _) => b"",
            (_, false) => br#"{"version": "#,
            (_, true) => b"\"1.2.3\"}\n",
        };
        buffer[..piece.len()].copy_from_slice(piece);
        Ok(piece.len())
    }
}

#[test]
fn answers_are_handed_over_before_waiting() {
    let flushed = std::cell::Cell::new(0);
    let input = BufReader::new(Patient { pieces: 0, flushed: &flushed });
    let output = Counting { waiting: 0, flushed: &flushed };
    let outcome = answer_all(&mut Parsing::new(dialect("semver")), input, output).unwrap();
    assert_eq!((flushed.get(), outcome), (10, Outcome::Clean));
}

#[test]
fn a_line_too_long_to_keep_is_refused_and_the_next_one_answered() {
    let input = io::repeat(b'x').take(65 * 1024 * 1024).chain(&b"\n{\"version\": \"1.2.3\"}"[..]);
    let mut output = Vec::new();
    let mut operation = Parsing::new(dialect("semver"));
    let outcome = answer_all(&mut operation, BufReader::new(input), &mut output).unwrap();
    let output = String::from_utf8(output).unwrap();
    let lines: Vec<_> = output.lines().collect();
    assert!(lines[0].contains("the line is longer than"), "{}", lines[0]);
    assert!(lines[1].starts_with(r#"{"ok":true,"#), "{}", lines[1]);
    assert_eq!((lines.len(), outcome), (2, Outcome::Findings));
}

#[test]
fn a_reader_that_stopped_reading_ends_the_stream() {
    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let input = BufReader::new(&b"{}\n"[..]);
    let result = answer_all(&mut Parsing::new(dialect("semver")), input, Closed);
    assert!(matches!(result, Err(crate::error::CommandError::BrokenPipe)));
}

#[test]
fn endless_schemes_are_not_all_remembered() {
    let lines: Vec<_> = (0..500)
        .map(|number| format!("{{\"version\":\"1\",\"scheme\":\"calver:MAJOR[-{number}]\"}}"))
        .collect();
    let lines = lines.join("\n");
    let (answers, _) = answers(&mut Parsing::new(dialect("semver")), lines.as_bytes());
    assert_eq!(answers.lines().count(), 500);
}

const SCHEMES: [&str; 8] = [
    "semver",
    "pep440",
    "debian",
    "rez",
    "api-date",
    "calver:YYYY.MM.MICRO",
    "calver:YY0M0D[A]",
    "composite:{backend=semver}+{frontend=calver:YY0M0D}",
];

/// Texts much like versions and ranges, and any others.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9v.a-c+~:*^<>=|, _-]{0,20}",
        "[0-9]{1,4}(\\.[0-9]{1,3}){0,3}((-|)(a|b|rc|dev|post)\\.?[0-9]{0,2})?(\\+[a-z0-9]{0,6})?",
        "\\PC{0,20}",
    ]
}

fn scheme() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::sample::select(&SCHEMES[..]).prop_map(str::to_owned),
        1 => "(calver|composite|semver):[A-Z0-9{}=+.\\[\\]a-z]{0,20}",
    ]
}

/// Every answer is an object that says whether it is one, and there is one for each line.
fn check(operation: &mut impl Operation, lines: &[Vec<u8>]) {
    let (answers, outcome) = answers(operation, &lines.join(&b'\n'));
    let answers: Vec<Value> =
        answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let all = answers.iter().all(|answer| answer["ok"].as_bool().unwrap());
    assert_eq!(outcome, if all { Outcome::Clean } else { Outcome::Findings });
    let expected = match lines {
        [.., last] if last.is_empty() => lines.len() - 1,
        lines => lines.len(),
    };
    assert_eq!(answers.len(), expected);
}

proptest! {
    #[test]
    fn no_bytes_stop_the_stream(
        lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..30), 1..8),
    ) {
        let lines: Vec<_> =
            lines.iter().map(|line| line.iter().copied().filter(|byte| *byte != b'\n').collect()).collect();
        check(&mut Parsing::new(dialect("semver")), &lines);
    }

    #[test]
    fn no_question_stops_the_stream(
        scheme in scheme(),
        (first, second) in (text(), text()),
        step in prop::sample::select(StepName::value_variants()),
        grammar in prop::sample::select(vec!["cargo", "npm", "pep440", "ayon", "rez", "debian"]),
        place in prop::sample::select(vec!["docker", "tag", "branch", "pypi", "helm"]),
        back in any::<bool>(),
    ) {
        let default = || dialect("semver");
        let ask = |question: Value| [question.to_string().into_bytes()];
        let step = step.to_possible_value().unwrap().get_name().to_owned();
        check(&mut Parsing::new(default()), &ask(serde_json::json!({
            "version": first, "scheme": scheme,
        })));
        check(&mut Comparing::new(default(), None), &ask(serde_json::json!({
            "left": first, "right": second, "scheme": scheme, "is": "lt",
        })));
        check(&mut Sorting::new(default(), Order::default()), &ask(serde_json::json!({
            "versions": [first, second], "scheme": scheme, "unique": back,
        })));
        check(&mut Stepping::new(default(), Wanted::default()), &ask(serde_json::json!({
            "version": first, "scheme": scheme, "step": step, "date": "2026-08-01",
        })));
        check(&mut Matching::new(default(), None), &ask(serde_json::json!({
            "version": first, "range": second, "grammar": grammar, "pre": back,
        })));
        check(&mut Matching::new(default(), None), &ask(serde_json::json!({
            "version": first, "range": second, "scheme": scheme,
        })));
        check(&mut Combining::new(default(), Action::Intersect), &ask(serde_json::json!({
            "ranges": [first, second], "grammar": grammar, "pre": back,
        })));
        check(&mut Rendering::new(default(), Spelling::default()), &ask(serde_json::json!({
            "version": first, "scheme": scheme, "as": place, "back": back,
        })));
    }

    #[test]
    fn no_failure_panics_when_it_is_shown(scheme in scheme(), version in text()) {
        if let Ok(scheme) = scheme.parse() {
            let reading = Reading { scheme: Some(scheme), ..Reading::default() };
            match parse::parse(&Dialect::new(&reading, false), &version) {
                Ok(answer) => _ = parse::text(&answer),
                Err(failure) => _ = shown(failure),
            }
        }
    }
}
