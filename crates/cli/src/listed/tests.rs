use super::{listed_history, moment};

#[test]
fn moments_have_the_offset_they_were_written_with() {
    let offset = |text: &str| moment(text).map(|moment| moment.offset_seconds);
    assert_eq!(offset("2026-01-31"), Some(0));
    assert_eq!(offset("2026-01-31T10:23:00Z"), Some(0));
    assert_eq!(offset("2026-01-31T10:23:00+02:00"), Some(2 * 3600));
    assert_eq!(offset("2026-01-31T10:23:00-05:30"), Some(-(5 * 3600 + 30 * 60)));
    assert_eq!(offset("2026-02-30"), None);
}

#[test]
fn a_day_near_midnight_stays_the_day_that_was_written() {
    for text in ["2026-01-31T23:59:00Z", "2026-01-31T00:10:00+02:00", "2026-01-31T23:50:00-08:00"] {
        let day = moment(text).map(|moment| moment.date().to_string());
        assert_eq!(day.as_deref(), Some("2026-01-31"), "{text}");
    }
}

#[test]
fn an_unreadable_day_is_named_with_its_line() {
    for day in ["2020-02-30", "bad", "2020-13-01T10:00:00Z"] {
        let error = listed_history(&format!("# tags\nv1.0.0\t2020-01-01\nv1.0.1\t{day}\n"));
        let message = format!("{:?}", error.err());
        assert!(message.contains("line 3") && message.contains(day), "{message}");
    }
}

#[test]
fn lists_of_names_alone_or_with_commits_are_read() {
    for list in ["v1.0.0\nv1.0.1\n", "tag\tcommit\nv1.0.0\t-\n", "v1.0.0\t0a1b2c3d\n"] {
        assert!(listed_history(list).is_ok(), "{list}");
    }
}
