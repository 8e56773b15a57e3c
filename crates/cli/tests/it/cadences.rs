//! Whether releases came as often as promised, by the calendar.

use trainyard_testkit::TestRepository;

use crate::command::trainyard;

/// The findings about the rhythm of releases on these days, by a cadence, on the day of the last one.
fn told(cadence: &str, days: &[&str]) -> Vec<String> {
    let repository = TestRepository::new();
    let folder = repository.beside("lists");
    std::fs::create_dir(&folder).unwrap();
    let tags: Vec<String> =
        days.iter().enumerate().map(|(index, day)| format!("v1.{index}.0\t{day}\n")).collect();
    std::fs::write(folder.join("tags.tsv"), tags.concat()).unwrap();
    std::fs::write(folder.join("policy.toml"), format!("[rules]\ncadence = {cadence}\n")).unwrap();
    let last = &days.last().unwrap()[..10];
    let list = ["--policy", "policy.toml", "audit", "--tags", "tags.tsv", "--date", last, "--all"];
    let run = trainyard(&folder, &list);
    run.stdout
        .lines()
        .filter_map(|line| line.split_once("TY0309]: ").or_else(|| line.split_once("TY0310]: ")))
        .map(|(_, message)| message.to_owned())
        .collect()
}

#[test]
fn a_month_is_a_month_of_the_calendar() {
    let monthly = "{ at-most = \"1 month\" }";
    assert_eq!(told(monthly, &["2021-03-01", "2021-04-01", "2021-05-01"]), [""; 0]);
    assert_eq!(
        told(monthly, &["2021-01-31", "2021-03-01"]),
        ["v1.1.0: it came 29 days after v1.0.0; the policy says at most 1 month"]
    );
    assert_eq!(
        told("{ at-least = \"1 month\" }", &["2021-03-01", "2021-03-31", "2021-04-30"]),
        ["v1.1.0: it came 30 days after v1.0.0; the policy says at least 1 month"]
    );
}

#[test]
fn days_are_those_of_one_calendar() {
    let weekly = "{ at-least = \"1 week\", at-most = \"1 week\" }";
    assert_eq!(told(weekly, &["2021-01-01T23:30:00Z", "2021-01-08T00:30:00Z"]), [""; 0]);
    // The first is of 2 January where the second was made.
    assert_eq!(told(weekly, &["2021-01-01T20:00:00-08:00", "2021-01-09T08:00:00+09:00"]), [""; 0]);
}
