//! AYON's pipeline: a bundle a month, each of the newest addons that worked together then.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::Value;
use trainyard_api as api;
use trainyard_bundle::{Bundle, Flavour, Numbered, Pin};
use trainyard_client::ChannelPlace;

use super::{
    clock::{DAY, HOUR},
    releases,
    tables::{ADDONS, SERVERS, moment, rows},
    teller::{Said, Teller, broken},
};
use crate::error::CommandError;

/// The product and its stream of bundles.
pub(super) const PIPELINE: (&str, &str) = ("ayon", "pipeline");

/// What every pipeline has, the most wanted first.
const CORE: [&str; 3] = ["core", "applications", "traypublisher"];
/// What it has where it fits.
const HOSTS: [&str; 20] = [
    "maya",
    "houdini",
    "nuke",
    "blender",
    "ftrack",
    "deadline",
    "max",
    "hiero",
    "resolve",
    "photoshop",
    "aftereffects",
    "usd",
    "openrv",
    "unreal",
    "fusion",
    "tvpaint",
    "flame",
    "substancepainter",
    "kitsu",
    "shotgrid",
];
/// Named subsets, for studios of one kind.
const FLAVOURS: [(&str, &[&str]); 3] = [
    ("animation", &["core", "applications", "maya", "blender", "deadline", "usd"]),
    ("compositing", &["core", "applications", "nuke", "fusion", "aftereffects", "deadline"]),
    (
        "editorial",
        &["core", "applications", "traypublisher", "hiero", "resolve", "flame", "openrv"],
    ),
];

/// Machines that people test on.
pub(super) const LINUX: &[&str] = &["os=Rocky Linux 9", "gpu=NVIDIA RTX A5000", "python=3.11"];
pub(super) const WINDOWS: &[&str] = &["os=Windows 11", "gpu=NVIDIA RTX 4090", "python=3.11"];
pub(super) const MACOS: &[&str] = &["os=macOS 15", "gpu=Apple M4", "python=3.11"];
const RUNNER: &[&str] = &["os=Ubuntu 24.04", "runner=hosted"];

/// A channel of the pipeline.
pub(super) fn channel(name: &str) -> ChannelPlace<'_> {
    ChannelPlace { product: PIPELINE.0, stream: PIPELINE.1, channel: name }
}

/// A month's bundle.
pub(super) struct Month {
    /// When it is put together.
    pub(super) at: i64,
    /// Its version, as `2026.8`.
    pub(super) version: String,
}

/// The months of which the history tells: from the first in which there were enough addons, until some day.
pub(super) fn months(until: i64) -> Vec<Month> {
    let mut day = jiff::civil::date(2024, 9, 16);
    let mut months = Vec::new();
    while let Some(at) = noon(day).filter(|at| *at < until) {
        months.push(Month { at, version: version_of(day) });
        let Ok(next) = day.checked_add(jiff::Span::new().months(1)) else { break };
        day = next;
    }
    months
}

fn noon(day: Date) -> Option<i64> {
    let time = day.at(12, 0, 0, 0).to_zoned(TimeZone::UTC).ok()?;
    Some(time.timestamp().as_microsecond())
}

fn version_of(day: Date) -> String {
    format!("{}.{}", day.year(), day.month())
}

/// The version of the month of a moment.
pub(super) fn month_of(moment: i64) -> String {
    let time = Timestamp::from_microsecond(moment).unwrap_or_default();
    version_of(time.to_zoned(TimeZone::UTC).date())
}

/// Puts a month's bundle together, through the registry: the newest addons that work together.
pub(super) async fn newest(
    teller: &Teller,
    version: &str,
    at: i64,
    exclusions: &[&str],
) -> Result<Bundle, CommandError> {
    let server = server(at);
    let wish = api::Resolve {
        wants: CORE.map(str::to_owned).to_vec(),
        optional: HOSTS.map(str::to_owned).to_vec(),
        exclusions: exclusions.iter().map(|it| (*it).to_owned()).collect(),
        servers: server.iter().cloned().collect(),
        launcher: launcher(at),
        ..api::Resolve::default()
    };
    let found = teller.admin().resolve_bundle(PIPELINE.0, &wish).await;
    let found = found.map_err(|error| broken(&error))?;
    let chosen = found.answer["chosen"].as_array().cloned().unwrap_or_default();
    if found.status != "resolved" || chosen.is_empty() {
        let message = format!("the demo's story broke: no addons fit together in {version}");
        return Err(CommandError::internal(message));
    }
    let word = |it: &Value, key: &str| it[key].as_str().unwrap_or_default().to_owned();
    let pins: Vec<Pin> =
        chosen.iter().map(|it| Pin::new(word(it, "name"), word(it, "version"))).collect();
    let flavours = FLAVOURS.iter().map(|(name, members)| {
        let there = members.iter().filter(|member| pins.iter().any(|pin| pin.name == **member));
        let members = there.map(|member| (*member).to_owned()).collect();
        ((*name).to_owned(), Flavour { members, ..Flavour::default() })
    });
    Ok(Bundle {
        name: "AYON pipeline".to_owned(),
        version: Some(numbered(version)),
        is_final: true,
        servers: server.iter().map(|server| Numbered::semver(server)).collect(),
        launcher: launcher(at).map(|launcher| Numbered::semver(&launcher)),
        flavours: flavours.collect(),
        pins,
        ..Bundle::default()
    })
}

/// A version of the pipeline.
pub(super) fn numbered(version: &str) -> Numbered {
    let scheme = "calver:YYYY.M[.MICRO]".parse();
    scheme.map_or_else(|_| Numbered::semver(version), |scheme| Numbered::read(version, &scheme))
}

/// The backend of the newest server at a moment.
fn server(at: i64) -> Option<String> {
    let there =
        rows::<2>(SERVERS).filter(|[version, time]| moment(time) <= at && !version.contains('-'));
    let newest = there.max_by_key(|[_, time]| moment(time))?;
    Some(newest[0].split_once('+')?.0.to_owned())
}

/// The newest launcher that any addon has asked for until a moment.
fn launcher(at: i64) -> Option<String> {
    let asked = rows::<7>(ADDONS).filter(|row| moment(row[2]) <= at);
    let asked = asked.filter_map(|row| row[4].strip_prefix(">="));
    let versions = asked.map(Numbered::semver);
    let newest = versions.max_by(|left, right| left.version().key().cmp(right.version().key()));
    newest.map(|newest| newest.text().to_owned())
}

/// Studios that take turns, with their machines.
const STUDIOS: [(&str, &[&str]); 3] =
    [("northlight/ada", LINUX), ("kestrel/bo", WINDOWS), ("tidepool/chen", MACOS)];

/// What a month's bundle goes through when nothing is wrong with it, and how many microseconds after its release.
pub(super) const STEPS: [(i64, Step); 4] = [
    (0, Step::Published),
    (4 * DAY, Step::Tested(0)),
    (7 * DAY, Step::Tested(1)),
    (15 * DAY, Step::Production),
];

/// A step of a month's bundle.
#[derive(Clone, Copy)]
pub(super) enum Step {
    /// It is put together, tested by its makers, and becomes the latest.
    Published,
    /// A studio has tested it.
    Tested(usize),
    /// It has stood long enough.
    Production,
}

/// Takes a step with the month's bundle of a place in the list.
pub(super) async fn take(
    teller: &Teller,
    months: &[Month],
    place: usize,
    step: Step,
) -> Result<(), CommandError> {
    let Some(month) = months.get(place) else { return Ok(()) };
    let version = &month.version;
    match step {
        Step::Published => {
            let bundle = newest(teller.at(month.at), version, month.at, &[]).await?;
            enter(teller, &bundle, month.at).await
        }
        Step::Tested(offset) => {
            // Two of three have time for it, in turn.
            let Some((who, environment)) = STUDIOS.get((place + offset) % STUDIOS.len()) else {
                return Ok(());
            };
            let digest = teller.digest(PIPELINE, version).await?;
            teller.attest("ayon", &digest, Said::well(who, environment)).await.map(drop)
        }
        Step::Production => {
            let why = "two studios have worked with it for two weeks";
            teller.promote("ayon-team/mira", channel("production"), version, why).await
        }
    }
}

/// A bundle is published, tested by its makers, and becomes the latest.
pub(super) async fn enter(teller: &Teller, bundle: &Bundle, at: i64) -> Result<(), CommandError> {
    let release = releases::bundle(bundle)?;
    teller.at(at).publish("ayon-team/robot", PIPELINE, &release).await?;
    let digest = teller.digest(PIPELINE, &release.version).await?;
    teller.at(at + 2 * HOUR).attest("ayon", &digest, Said::well("ayon-team/quinn", RUNNER)).await?;
    let why = "every test of ours passes";
    teller.at(at + 3 * HOUR);
    teller.promote("ayon-team/mira", channel("latest"), &release.version, why).await
}
