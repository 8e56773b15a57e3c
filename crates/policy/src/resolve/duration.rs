//! Spans of time in words.

use trainyard_report::Code;

use crate::{
    CalendarSpan,
    problem::{Problem, Problems},
    read::At,
    span::CalendarUnit,
};

/// More of any unit than anybody plans for.
const MOST: u32 = 10_000;

/// Reads `2 weeks`, `10 days`, `1 month` or `1 year`.
pub(crate) fn span(text: &At<String>, problems: &mut Problems) -> Option<CalendarSpan> {
    let parsed = parse(text);
    if parsed.is_none() {
        let message = format!("`{}` is no span of time", text.place.path);
        let problem = Problem::at(Code::POLICY_BAD_VALUE, &text.place, message);
        problems.push(problem.help("write a number and a unit, such as \"2 weeks\", \"10 days\", \"1 month\" or \"1 year\""));
    }
    parsed
}

fn parse(text: &str) -> Option<CalendarSpan> {
    let (number, unit) = text.trim().split_once(' ')?;
    let is_plain = number.bytes().all(|byte| byte.is_ascii_digit());
    let count: u32 =
        number.parse().ok().filter(|number| (1..=MOST).contains(number) && is_plain)?;
    let unit = unit.trim();
    let unit = unit.strip_suffix(['s', 'S']).unwrap_or(unit);
    let unit =
        CalendarUnit::ALL.into_iter().find(|known| unit.eq_ignore_ascii_case(known.as_str()))?;
    Some(CalendarSpan { count, unit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_and_told() {
        for (text, told) in [
            ("2 weeks", "2 weeks"),
            ("10 DAYS", "10 days"),
            ("1 month", "1 month"),
            (" 1  years ", "1 year"),
            ("24 months", "24 months"),
        ] {
            assert_eq!(parse(text).map(|span| span.to_string()).as_deref(), Some(told), "{text}");
        }
        for text in [
            "",
            "weeks",
            "2",
            "0 days",
            "2 fortnights",
            "-1 day",
            "10001 days",
            "1 monthss",
            "+1 day",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
