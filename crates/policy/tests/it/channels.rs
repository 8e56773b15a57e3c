//! Channels: what is read, what is refused, and what the page says.

use trainyard_policy::{CalendarSpan, CalendarUnit, Channel, Maturity, doc};

use crate::{codes, policy, shown};

const SOURCE: &str = r#"
preset = "semver"

[channels.dev]
prereleases = true
follows = true

[channels.production]
description = "For everybody | who is careful."
after = "dev"
soak = "2 weeks"
maturity = "beta"
principals = 3
parties = 2
external = 1
environments = 2
fresh = "1 month"
accepts-warnings = true
flavours = ["full", "slim"]
ends = "2027-12-31"

[components.server]
[components.web]
rules.tag = "web-v{version}"

[streams.server]
kind = "single"
component = "server"
[streams.web]
kind = "single"
component = "web"
[streams.web.channels.production]
soak = "1 day"
forced-by = 2
[streams.web.channels.preview]
"#;

fn named<'a>(channels: &'a [Channel], name: &str) -> &'a Channel {
    channels.iter().find(|channel| channel.name == name).expect("a channel")
}

#[test]
fn every_stream_has_the_common_channels_and_its_own() {
    let policy = policy(SOURCE);
    let [server, web] = [&policy.streams[0], &policy.streams[1]];
    let names = |channels: &[Channel]| -> Vec<String> {
        channels.iter().map(|channel| channel.name.clone()).collect()
    };
    assert_eq!(names(&server.channels), ["dev", "production"]);
    assert_eq!(names(&web.channels), ["dev", "production", "preview"]);
    let production = named(&server.channels, "production");
    assert_eq!(production.after.as_deref(), Some("dev"));
    assert_eq!(production.soak, Some(CalendarSpan { count: 2, unit: CalendarUnit::Week }));
    assert_eq!(production.maturity, Maturity::Beta);
    assert_eq!((production.principals, production.parties, production.external), (3, 2, 1));
    assert_eq!(production.ends.map(|day| day.to_string()).as_deref(), Some("2027-12-31"));
    // Evidence cannot be replaced by fewer than it would have needed.
    assert_eq!(production.forced_by, 3);
    // What a stream says of a channel stands alone.
    let own = named(&web.channels, "production");
    assert_eq!((own.principals, own.forced_by, own.after.as_deref()), (0, 2, None));
}

#[test]
fn the_page_says_what_channels_ask_for() {
    let page = doc(&policy(SOURCE), jiff::civil::date(2026, 6, 1));
    let section = page.split("## Channels").nth(1).unwrap();
    insta::assert_snapshot!(section.split("\n## ").next().unwrap());
}

#[test]
fn what_no_channel_can_meet_is_told() {
    let source = r#"
preset = "semver"
[channels.a]
after = "b"
parties = 2
soak = "soon"
[channels.b]
after = "a"
principals = 1
external = 2
ends = "never"
[channels.c]
after = "d"
quorum = 3
"#;
    insta::assert_snapshot!(shown(source));
    let complaints = trainyard_policy::Policy::lint(source, "trainyard.toml");
    let codes = codes(&complaints);
    for code in ["TY0102", "TY0104", "TY0105", "TY0106"] {
        assert!(codes.iter().any(|known| known == code), "{code}: {codes:?}");
    }
}

#[test]
fn the_presets_of_products_have_theirs() {
    let preset = |name| trainyard_policy::Policy::preset(name).unwrap();
    for stream in &preset("ayon").streams {
        let names: Vec<_> = stream.channels.iter().map(|channel| channel.name.as_str()).collect();
        assert_eq!(names, ["dev", "latest", "production", "lts"]);
        let production = named(&stream.channels, "production");
        // Several parties, and not the maker's tests alone.
        assert!(production.parties >= 2 && production.external >= 1);
        assert!(named(&stream.channels, "dev").prereleases);
        assert!(named(&stream.channels, "latest").follows);
    }
    let stable = preset("polyaxon").streams[0].channels.clone();
    assert!(named(&stable, "stable").environments > 1);
}
