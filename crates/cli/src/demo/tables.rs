//! The tables in `examples/`: facts of three platforms, as they were collected.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// Every version of AYON's addons, with what it asks for.
pub(super) const ADDONS: &str = include_str!("../../../../examples/ayon/addons.tsv");
/// AYON's servers: composites of a backend and a frontend.
pub(super) const SERVERS: &str = include_str!("../../../../examples/ayon/servers.tsv");
/// Backend.AI's tags.
pub(super) const BACKEND_AI: &str = include_str!("../../../../examples/backend-ai/tags.tsv");
/// The migrations of Backend.AI's manager, and which release has which.
pub(super) const MIGRATIONS: &str = include_str!("../../../../examples/backend-ai/migrations.tsv");
/// Polyaxon's bundles.
pub(super) const POLYAXON: &str = include_str!("../../../../examples/polyaxon/bundles.tsv");

/// What audits found, by product and component.
pub(super) const AUDITS: [(&str, &str, &str); 3] = [
    ("ayon", "backend", include_str!("../../../../examples/ayon/audits.tsv")),
    ("backend-ai", "backend-ai", include_str!("../../../../examples/backend-ai/audits.tsv")),
    ("polyaxon", "platform", include_str!("../../../../examples/polyaxon/audits.tsv")),
];

/// The rows of a table by its columns' order, without its header. A cell that holds `"` says what the one above it says.
pub(super) fn rows<const COLUMNS: usize>(
    table: &'static str,
) -> impl Iterator<Item = [&'static str; COLUMNS]> {
    let mut above = [""; COLUMNS];
    table.lines().skip(1).map(move |line| {
        let mut cells = line.split('\t');
        for place in &mut above {
            match cells.next().unwrap_or_default() {
                "\"" => {}
                cell => *place = cell,
            }
        }
        above
    })
}

/// The moment of a time or a day, in microseconds since 1970; days count from noon. 0 for what cannot be read.
pub(super) fn moment(text: &str) -> i64 {
    let time = text.parse::<Timestamp>().ok().map(Timestamp::as_microsecond);
    time.or_else(|| noon(text)).unwrap_or_default()
}

fn noon(text: &str) -> Option<i64> {
    let day: Date = text.parse().ok()?;
    let time = day.at(12, 0, 0, 0).to_zoned(TimeZone::UTC).ok()?;
    Some(time.timestamp().as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::{ADDONS, BACKEND_AI, POLYAXON, SERVERS, moment, rows};

    #[test]
    fn every_row_has_a_moment() {
        let days = rows::<7>(ADDONS).map(|row| (row[0], row[2]));
        let days = days.chain(rows::<2>(SERVERS).map(|row| (row[0], row[1])));
        let days = days.chain(rows::<2>(BACKEND_AI).map(|row| (row[0], row[1])));
        let days = days.chain(rows::<10>(POLYAXON).map(|row| (row[0], row[1])));
        for (name, day) in days {
            assert!(moment(day) > 1_400_000_000_000_000, "{name}: {day}");
        }
        assert_eq!(rows::<7>(ADDONS).count(), 1705);
        assert_eq!(rows::<10>(POLYAXON).count(), 112);
    }

    #[test]
    fn cells_repeat_those_above() {
        let table = "a\tb\n1\t2\n\"\t3\n\"\t\n\"\t\"";
        let read: Vec<_> = rows::<2>(table).collect();
        assert_eq!(read, [["1", "2"], ["1", "3"], ["1", ""], ["1", ""]]);
    }
}
