//! A component, or a stream of bundles: its releases line by line, and what it works with.

use std::{collections::BTreeMap, fmt::Write as _};

use askama::Template;
use axum::{Router, response::Response, routing::get};
use jiff::civil::Date;
use trainyard_registry::{
    Name, SequenceKind,
    products::Product,
    releases::{Release, Sequence},
};

use super::{
    board::{self, Stream, release_href},
    table::{Cell, Table},
    visit::{Visit, address},
    words::{self, Tone},
};
use crate::http::{Named, View, app::App};

/// How many lines the picture has at most.
const LANES: usize = 14;
/// How many releases of a line are drawn at most.
const DOTS: usize = 120;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/products/{product}/components", get(list))
        .route("/products/{product}/components/{component}", get(read))
}

#[derive(Template)]
#[template(
    source = "<div class=\"page-head\"><h1>Components</h1></div>{{ table|safe }}",
    ext = "html"
)]
struct List {
    table: Table,
}

async fn list(Named(product): Named<Name>, visit: Visit) -> Response {
    visit
        .show(|view, frame| {
            let product = view.product(&product)?;
            frame.about(product, "Components", "Components");
            Ok(List { table: super::overview::components(&visit, view, product) })
        })
        .await
}

#[derive(Template)]
#[template(path = "component.html")]
struct Page {
    name: String,
    kind: &'static str,
    scheme: String,
    counts: String,
    picture: String,
    /// What the picture leaves out.
    undrawn: String,
    stream: Vec<Stream>,
    releases: Table,
    hidden: Option<(String, String)>,
    needs: Table,
    needed_by: Table,
}

async fn read(Named((product, name)): Named<(Name, Name)>, visit: Visit) -> Response {
    visit
        .show(|view, frame| {
            let product = view.product(&product)?;
            let sequence = product.sequence(name.as_str())?;
            frame.about(product, "Components", name.as_str());
            frame.within([(
                format!("/products/{}/components", product.name),
                "Components".to_owned(),
            )]);
            let lines = lines(product, sequence);
            let newest = newest(sequence);
            let has_channels = product.channels().any(|channel| channel.stream == name);
            let yanked = sequence.newest_first().filter(|it| it.yanked.is_some()).count();
            let count = words::of(sequence.len(), "release", "releases");
            let counts = [
                match yanked {
                    0 => count,
                    _ => format!("{count}, {} of them yanked", words::grouped(yanked as u64)),
                },
                words::of(lines.len(), "line", "lines"),
            ];
            Ok(Page {
                name: name.to_string(),
                kind: if sequence.kind == SequenceKind::Bundle {
                    "stream of bundles"
                } else {
                    "component"
                },
                scheme: product.scheme_of(name.as_str()).spec().to_owned(),
                counts: counts.join(" · "),
                picture: picture(product, sequence, &lines),
                undrawn: undrawn(lines.len(), LANES),
                stream: if has_channels {
                    vec![board::stream(view, product, &name)]
                } else {
                    Vec::new()
                },
                releases: releases(&visit, view, product, sequence),
                hidden: hidden(&visit, sequence),
                needs: needs(&visit, product, newest),
                needed_by: needed_by(&visit, product, &name),
            })
        })
        .await
}

/// The newest release that clients would take.
pub(super) fn newest(sequence: &Sequence) -> Option<&Release> {
    let shown = || sequence.newest_first().filter(|release| release.yanked.is_none());
    shown().find(|release| !release.is_prerelease).or_else(|| shown().next())
}

/// Releases by line, the newest line first.
pub(super) fn lines<'a>(
    product: &Product,
    sequence: &'a Sequence,
) -> Vec<(String, Vec<&'a Release>)> {
    let scheme = product.scheme_of(sequence.name.as_str());
    let mut order: Vec<(u64, u64)> = Vec::new();
    let mut lines: BTreeMap<(u64, u64), Vec<&Release>> = BTreeMap::new();
    for release in sequence.newest_first() {
        let Ok(version) = scheme.parse(release.version.as_str()) else { continue };
        let place = (version.segment(0), version.segment(1));
        let line = lines.entry(place).or_default();
        if line.is_empty() {
            order.push(place);
        }
        line.push(release);
    }
    let line =
        |place: &(u64, u64)| Some((format!("{}.{}", place.0, place.1), lines.remove(place)?));
    order.iter().filter_map(line).collect()
}

/// Says that a picture leaves lines out.
pub(super) fn undrawn(lines: usize, drawn: usize) -> String {
    if lines <= drawn {
        return String::new();
    }
    format!("Drawn are the newest {drawn} of {lines} lines; the table below has all of them.")
}

/// Releases on a time line, a lane for each line.
fn picture(product: &Product, sequence: &Sequence, lines: &[(String, Vec<&Release>)]) -> String {
    let lanes = lines.get(..LANES.min(lines.len())).unwrap_or_default();
    let all = || lanes.iter().flat_map(|(_, releases)| releases);
    let (Some(first), Some(last)) = (all().map(|it| it.at.0).min(), all().map(|it| it.at.0).max())
    else {
        return String::new();
    };
    let (width, left, right, lane) = (1200_i64, 72_i64, 72_i64, 32_i64);
    let length = (last - first).max(1);
    let x = |at: i64| {
        left + 8
            + ((at - first) / 1_000_000) * (width - left - right - 8) / (length / 1_000_000).max(1)
    };
    let height = 32 + lane * i64::try_from(lanes.len()).unwrap_or_default();
    let mut svg = format!(
        "<svg class=\"chart\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"group\" \
         aria-label=\"Releases of {} over time, a row for each line; the table below has all of them\">",
        escaped(sequence.name.as_str())
    );
    for (at, label) in ticks(first, last) {
        let x = x(at);
        _ = write!(
            svg,
            "<line class=\"grid\" x1=\"{x}\" x2=\"{x}\" y1=\"0\" y2=\"{}\"/><text x=\"{}\" y=\"{}\">{label}</text>",
            height - 20,
            x + 4,
            height - 6
        );
    }
    for (row, (line, releases)) in lanes.iter().enumerate() {
        let y = 16 + lane * i64::try_from(row).unwrap_or_default();
        let drawn = releases.get(..DOTS.min(releases.len())).unwrap_or_default();
        let from = drawn.iter().map(|it| it.at.0).min().unwrap_or(first);
        let to = drawn.iter().map(|it| it.at.0).max().unwrap_or(last);
        _ = write!(
            svg,
            "{}<line class=\"lane\" x1=\"{}\" x2=\"{}\" y1=\"{y}\" y2=\"{y}\"/>",
            names(line, width, y + 4),
            x(from),
            x(to)
        );
        for release in drawn.iter().rev().filter(|it| it.yanked.is_some()) {
            _ = write!(
                svg,
                "<circle class=\"gone\" cx=\"{}\" cy=\"{y}\" r=\"3\"/>",
                x(release.at.0)
            );
        }
        for release in drawn.iter().rev().filter(|it| it.yanked.is_none()) {
            let is_bad = board::is_blocked(product, sequence.name.as_str(), release);
            let class = match (is_bad, release.is_prerelease) {
                (true, _) => "dot bad",
                (false, true) => "dot",
                (false, false) => "dot final",
            };
            let href =
                release_href(&product.name, sequence.name.as_str(), release.version.as_str());
            let told = format!("{}, {}", release.version, words::day(release.at));
            _ = write!(
                svg,
                "<a href=\"{}\" aria-label=\"{told}\"><circle class=\"{class}\" cx=\"{}\" cy=\"{y}\" r=\"6\"><title>{told}</title></circle></a>",
                escaped(&href),
                x(release.at.0),
                told = escaped(&told)
            );
        }
    }
    svg.push_str("</svg>");
    svg
}

/// The name of a row, where it begins, and where it ends for those who see the newest end first.
pub(super) fn names(name: &str, width: i64, y: i64) -> String {
    let name = escaped(name);
    format!(
        "<text class=\"name\" x=\"0\" y=\"{y}\">{name}</text><text class=\"name end\" x=\"{width}\" y=\"{y}\" \
         aria-hidden=\"true\">{name}</text>"
    )
}

/// The most marks of a picture's time.
const TICKS: usize = 8;

/// Where months or years begin, as many as there is room for.
pub(super) fn ticks(first: i64, last: i64) -> Vec<(i64, String)> {
    let day = |at: i64| words::date(trainyard_registry::Moment(at));
    let (from, to) = (day(first), day(last));
    let months = |it: Date| i64::from(it.year()) * 12 + i64::from(it.month()) - 1;
    let all = usize::try_from(months(to) - months(from)).unwrap_or_default();
    let steps = [1, 2, 3, 6, 12, 24, 60, 120, 600];
    let step = steps.into_iter().find(|step| all / step < TICKS).unwrap_or(1200);
    let step = i64::try_from(step).unwrap_or(1);
    let mut ticks = Vec::new();
    let mut month = months(from).div_euclid(step) * step;
    while month <= months(to) {
        let (year, own) = (month.div_euclid(12), month.rem_euclid(12) + 1);
        let label = if step < 12 { format!("{year}-{own:02}") } else { year.to_string() };
        if let Some(at) = words::begin_of(year, own).filter(|at| (first..=last).contains(&at.0)) {
            ticks.push((at.0, label));
        }
        month += step;
    }
    // Less than a month has no such marks.
    if ticks.is_empty() {
        ticks.push((first, from.to_string()));
    }
    ticks
}

/// A text within SVG.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Whether releases are listed that were taken back.
fn shows_yanked(visit: &Visit) -> bool {
    visit.asked("yanked").is_some()
}

/// How many releases are not listed, and where they are.
fn hidden(visit: &Visit, sequence: &Sequence) -> Option<(String, String)> {
    let count = sequence.newest_first().filter(|it| it.yanked.is_some()).count();
    if count == 0 || shows_yanked(visit) {
        return None;
    }
    let kept = visit.query().iter().filter(|(name, _)| name != "from").cloned();
    let more = ("yanked".to_owned(), "show".to_owned());
    let query: Vec<_> = kept.chain([more]).collect();
    let href = format!("{}#table", address(visit.path(), &query));
    Some((words::of(count, "yanked release", "yanked releases"), href))
}

fn releases(visit: &Visit, view: &View<'_>, product: &Product, sequence: &Sequence) -> Table {
    let name = sequence.name.as_str();
    let columns = [
        ("version", "Version", ""),
        ("state", "State", ""),
        ("maturity", "Maturity", ""),
        ("requirements", "Asks for", "number"),
        ("channels", "Channels", ""),
        ("released", "Released", ""),
        ("by", "By", ""),
    ];
    let mut table = Table::new(visit, "", "Releases", &columns).or(if sequence.is_empty() {
        "Nothing is published yet. `trainyard publish` brings the first release here."
    } else {
        "Every release was yanked."
    });
    let catalogue = product.catalogue();
    let family = catalogue.name(name);
    let shows_yanked = shows_yanked(visit);
    let all = sequence.newest_first().enumerate();
    for (place, release) in all.filter(|(_, it)| shows_yanked || it.yanked.is_none()) {
        let version = release.version.as_str();
        let state = if let Some(why) = &release.yanked {
            Cell::text("yanked").tone(Tone::Bad).note(why.clone())
        } else if board::is_blocked(product, name, release) {
            Cell::text("blocked").tone(Tone::Bad)
        } else if release.is_prerelease {
            Cell::text("pre-release").tone(Tone::Plain)
        } else {
            Cell::text("final").tone(Tone::Good)
        };
        let found = family.and_then(|family| catalogue.find_first(family, version));
        let requirements = found.map_or(0, |found| found.manifest.requirements.len());
        let channels: Vec<_> = crate::routes::pointing(product, &sequence.name, release).collect();
        table.push(vec![
            Cell::text(version)
                .to(release_href(&product.name, name, version))
                .sorted(-i64::try_from(place).unwrap_or_default()),
            state,
            Cell::text(release.maturity.word()),
            Cell::number(requirements),
            Cell::text(channels.join(", ")),
            Cell::when(&words::when(release.at, view.now), release.at.0),
            Cell::text(release.by.to_string()),
        ]);
    }
    table.done()
}

/// What a release asks for, and what is there for it.
pub(super) fn needs(visit: &Visit, product: &Product, release: Option<&Release>) -> Table {
    let caption = match release {
        Some(release) => format!("Works with ({})", release.version),
        None => "Works with".to_owned(),
    };
    let columns = [
        ("target", "Component", ""),
        ("range", "Versions", ""),
        ("kind", "Kind", ""),
        ("fits", "Newest that fits", ""),
    ];
    let mut table = Table::new(visit, "needs", caption, &columns).or(match release {
        Some(_) => "It asks for nothing else.",
        None => "No release is listed that could ask for anything.",
    });
    let catalogue = product.catalogue();
    let manifest = release.and_then(Release::manifest);
    for need in manifest.iter().flat_map(|manifest| &manifest.requirements) {
        let family = catalogue.name(&need.target);
        let known = family.map(|family| catalogue.releases(family)).unwrap_or_default();
        let fits = known.iter().rev().find(|it| need.range.admits(&it.manifest.version));
        let target = Cell::text(need.target.clone());
        let target = match product.sequence(&need.target) {
            Ok(_) => target.to(format!("/products/{}/components/{}", product.name, need.target)),
            Err(_) => target,
        };
        let is_conflict = need.kind == trainyard_bundle::Kind::Conflict;
        let fits = match fits {
            _ if is_conflict => Cell::text("must not be there").tone(Tone::Plain),
            Some(found) => {
                let text = found.manifest.version.text();
                Cell::text(text)
                    .to(release_href(&product.name, &need.target, text))
                    .tone(Tone::Good)
            }
            None if known.is_empty() => Cell::text("not published here").tone(Tone::Plain),
            None => Cell::text("none").tone(Tone::Bad),
        };
        let range = if need.range.is_any() { "any" } else { need.range.text() };
        table.push(vec![target, Cell::text(range), Cell::text(need.kind.as_str()), fits]);
    }
    if let Some(manifest) = &manifest {
        for (what, need) in manifest.environment.ranges() {
            let range = Cell::text(need.range.text());
            table.push(vec![Cell::text(what), range, Cell::text("environment"), Cell::text("")]);
        }
    }
    table.done()
}

/// The newest releases of others that ask for a component.
fn needed_by(visit: &Visit, product: &Product, name: &Name) -> Table {
    let columns = [
        ("component", "Component", ""),
        ("version", "Newest", ""),
        ("range", "Asks for", ""),
        ("kind", "Kind", ""),
    ];
    let mut table =
        Table::new(visit, "needed-by", "Needed by", &columns).or("No newest release asks for it.");
    let catalogue = product.catalogue();
    for sequence in product.sequences() {
        let Some(newest) = newest(sequence) else { continue };
        let own = sequence.name.as_str();
        let found =
            catalogue.name(own).and_then(|it| catalogue.find_first(it, newest.version.as_str()));
        let Some(found) = found else { continue };
        for need in found.manifest.requirements.iter().filter(|it| it.target == name.as_str()) {
            let version = newest.version.as_str();
            table.push(vec![
                Cell::text(own).to(format!("/products/{}/components/{own}", product.name)),
                Cell::text(version).to(release_href(&product.name, own, version)),
                Cell::text(need.range.text()),
                Cell::text(need.kind.as_str()),
            ]);
        }
    }
    table.done()
}
