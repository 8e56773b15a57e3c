//! Spans of time in words.

use trainyard_report::Code;

use crate::{
    problem::{Problem, Problems},
    read::At,
};

/// The units and their days; a month has 30, a year 365.
const UNITS: [(&str, u32); 4] = [("day", 1), ("week", 7), ("month", 30), ("year", 365)];

/// Reads `2 weeks`, `10 days`, `1 month` or `1 year` as days.
pub(crate) fn days(text: &At<String>, problems: &mut Problems) -> Option<u32> {
    let parsed = parse(text);
    if parsed.is_none() {
        let message = format!("`{}` is no span of time", text.place.path);
        let problem = Problem::at(Code::POLICY_BAD_VALUE, &text.place, message);
        problems.push(problem.help("write a number and a unit, such as \"2 weeks\", \"10 days\", \"1 month\" or \"1 year\""));
    }
    parsed
}

fn parse(text: &str) -> Option<u32> {
    let (number, unit) = text.trim().split_once(' ')?;
    let number: u32 = number.parse().ok().filter(|number| *number > 0)?;
    let unit = unit.trim().trim_end_matches('s');
    let (_, days) = UNITS.iter().find(|(name, _)| unit.eq_ignore_ascii_case(name))?;
    number.checked_mul(*days)
}

/// Days in the words a person would choose.
pub(crate) fn in_words(days: u32) -> String {
    let (name, length) = UNITS
        .iter()
        .rev()
        .find(|(name, length)| {
            days.is_multiple_of(*length) && (*name != "month" || days / length <= 60)
        })
        .copied()
        .unwrap_or(("day", 1));
    match days / length {
        1 => format!("1 {name}"),
        number => format!("{number} {name}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_and_told() {
        for (text, days) in
            [("2 weeks", 14), ("10 days", 10), ("1 month", 30), ("1 year", 365), ("24 months", 720)]
        {
            assert_eq!(parse(text), Some(days), "{text}");
        }
        for text in [
            "",
            "weeks",
            "2",
            "0 days",
            "2 fortnights",
            "-1 day",
            "99999999999 days",
            "4294967295 years",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(in_words(14), "2 weeks");
        assert_eq!(in_words(30), "1 month");
        assert_eq!(in_words(10), "10 days");
        assert_eq!(in_words(365), "1 year");
        assert_eq!(in_words(720), "24 months");
    }
}
