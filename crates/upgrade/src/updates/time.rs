//! Times and durations as files write them.

/// Seconds since 1970 of `2026-11-20T08:00:00Z`, with `+01:00` instead of `Z`, or of a day alone; `None` for anything
/// else. Fractions of seconds are passed over.
pub fn epoch(text: &str) -> Option<i64> {
    let text = text.trim();
    let day = text.get(..10)?;
    let seconds = days(day)?.checked_mul(86_400)?;
    let rest = text.get(10..)?;
    if rest.is_empty() {
        return Some(seconds);
    }
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let clock = rest.get(..8)?;
    let [hours, minutes, whole] = numbers(clock, ':')?;
    if hours > 23 || minutes > 59 || whole > 60 {
        return None;
    }
    let zone = rest.get(8..)?;
    let zone = match zone.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|it: char| it.is_ascii_digit()),
        None => zone,
    };
    let shift = match zone {
        "" | "Z" | "z" => 0,
        zone => {
            let sign = if zone.starts_with('-') { -1 } else { 1 };
            let [hours, minutes] = numbers(zone.strip_prefix(['+', '-'])?, ':')?;
            sign * (hours * 3_600 + minutes * 60)
        }
    };
    Some(seconds + hours * 3_600 + minutes * 60 + whole - shift)
}

/// Days since 1970 of a day of the Gregorian calendar.
fn days(text: &str) -> Option<i64> {
    let [year, month, day] = numbers(text, '-')?;
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Years begin in March here, so that the leap day is the last of a year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    Some(365 * year + leap + (153 * month + 2) / 5 + day - 1 - 719_468)
}

fn numbers<const COUNT: usize>(text: &str, between: char) -> Option<[i64; COUNT]> {
    let mut numbers = [0; COUNT];
    let mut parts = text.split(between);
    for number in &mut numbers {
        let part = parts.next().filter(|part| part.bytes().all(|it| it.is_ascii_digit()))?;
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

/// A time for people: `2026-11-20 08:00 UTC`.
pub fn shown(epoch: i64) -> String {
    let (day, second) = (epoch.div_euclid(86_400), epoch.rem_euclid(86_400));
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096).div_euclid(365);
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let date = of_year - (153 * month + 2) / 5 + 1;
    let (month, year) = (if month < 10 { month + 3 } else { month - 9 }, year_of_era + era * 400);
    let year = if month <= 2 { year + 1 } else { year };
    format!("{year:04}-{month:02}-{date:02} {:02}:{:02} UTC", second / 3_600, second % 3_600 / 60)
}

/// Seconds of a duration such as `PT48H`, `P1W` or `P1DT12H`; `None` for anything else, and for months and years, whose
/// length depends on when they begin.
pub fn duration(text: &str) -> Option<i64> {
    let rest = text.trim().strip_prefix('P')?;
    let (days, clock) = match rest.split_once('T') {
        Some((days, clock)) => (days, clock),
        None => (rest, ""),
    };
    if days.is_empty() && clock.is_empty() {
        return None;
    }
    let date = parts(days, &[('W', 604_800), ('D', 86_400)])?;
    date.checked_add(parts(clock, &[('H', 3_600), ('M', 60), ('S', 1)])?)
}

fn parts(text: &str, units: &[(char, i64)]) -> Option<i64> {
    let mut rest = text;
    let mut units = units.iter();
    let mut seconds = 0_i64;
    while !rest.is_empty() {
        let end = rest.find(|it: char| !it.is_ascii_digit())?;
        let count: i64 = rest.get(..end)?.parse().ok()?;
        let unit = rest.get(end..)?.chars().next()?;
        let (_, each) = units.find(|(name, _)| *name == unit)?;
        seconds = seconds.checked_add(count.checked_mul(*each)?)?;
        rest = rest.get(end + 1..)?;
    }
    Some(seconds)
}

#[cfg(test)]
mod tests {
    use super::{duration, epoch, shown};

    #[test]
    fn times_are_read_and_shown() {
        assert_eq!(epoch("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(epoch("2000-02-29"), Some(951_782_400));
        assert_eq!(epoch("2026-11-20T09:30:00.5+01:00"), epoch("2026-11-20T08:30:00Z"));
        assert_eq!(epoch("1969-12-31T23:59:59Z"), Some(-1));
        for wrong in
            ["", "2026-13-01", "2026-11-20T25:00:00Z", "tomorrow", "2026-11-20T08:00:00X", "äääää"]
        {
            assert_eq!(epoch(wrong), None, "{wrong}");
        }
        for text in ["1969-12-31 23:59 UTC", "2024-02-29 00:00 UTC", "2026-11-20 08:30 UTC"] {
            let iso = format!("{}:00Z", text.trim_end_matches(" UTC"));
            assert_eq!(shown(epoch(&iso).expect("a time")), text);
        }
    }

    #[test]
    fn durations_are_read() {
        assert_eq!(duration("PT0H"), Some(0));
        assert_eq!(duration("P1W"), Some(604_800));
        assert_eq!(duration("P1DT12H30M"), Some(131_400));
        for wrong in
            ["", "P", "PT", "48H", "P1M", "P1Y", "PT1D", "P-1D", "PT1.5H", "P99999999999999999999W"]
        {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
    }
}
