use std::{error::Error, fmt, io};

use insta::assert_snapshot;
use trainyard_report::{Problem, render};

use crate::samples::{COLOURED, PLAIN};

#[derive(Debug)]
struct Unreadable(io::Error);

impl fmt::Display for Unreadable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("cannot read trainyard.toml")
    }
}

impl Error for Unreadable {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

fn sample() -> Problem {
    Problem::new("cannot plan the next version")
        .because("the base release 1.2.0 is not in this clone")
        .because("the clone is shallow")
        .hint("git fetch --unshallow")
        .hint("or give the base by --since")
}

#[test]
fn hints_follow_after_a_blank_line() {
    assert_snapshot!(render::problem(&sample(), &PLAIN), @"
    error: cannot plan the next version
      cause: the base release 1.2.0 is not in this clone
      cause: the clone is shallow

    hint: git fetch --unshallow
    hint: or give the base by --since
    ");
}

#[test]
fn labels_are_coloured() {
    assert_snapshot!(render::problem(&sample(), &COLOURED).replace('\u{1b}', "␛"));
}

#[test]
fn an_error_brings_its_causes() {
    let error = Unreadable(io::Error::new(io::ErrorKind::PermissionDenied, "permission denied"));
    let problem = Problem::from_error(&error);
    assert_eq!(problem, Problem::new("cannot read trainyard.toml").because("permission denied"));
}

#[test]
fn several_lines_stay_below_each_other() {
    let problem = Problem::new("not valid").because("line 1\n  |\n1 | a\u{1b}[31m =\n  |     ^");
    assert_snapshot!(render::problem(&problem, &PLAIN), @r"
    error: not valid
      cause: line 1
               |
             1 | a\u{1b}[31m =
               |     ^
    ");
}
