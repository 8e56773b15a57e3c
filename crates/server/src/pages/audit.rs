//! Promise against practice: how audits of releases ended, by rule, over time.

use std::{collections::BTreeMap, fmt::Write as _};

use askama::Template;
use axum::{Router, response::Response, routing::get};
use serde::{Deserialize, Serialize};
use serde_json::json;
use trainyard_registry::{Digest, Moment, Name, enclosures::EnclosureKind};

use super::{
    board::release_href,
    component::{escaped, names, ticks},
    lines::usual,
    table::{Cell, Table},
    visit::{Visit, address},
    words::{self, Tone, encoded},
};
use crate::http::{Answer, Named, app::App, failure::Failure, wire};

/// How many releases are looked at, the newest.
const LOOKED_AT: usize = 400;
/// How many rules are drawn.
const DRAWN: usize = 20;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/products/{product}/audit", get(read))
        .route("/products/{product}/audit.json", get(read_json))
}

#[derive(Template)]
#[template(path = "audit.html")]
struct Page {
    path: String,
    product: String,
    component: String,
    components: Vec<(String, bool)>,
    summary: String,
    picture: String,
    years: Table,
    rules: Table,
    findings: Table,
    rule: String,
    version: String,
    audited: usize,
}

/// What an audit found.
#[derive(Clone, Default, Deserialize, Serialize)]
struct Found {
    #[serde(default)]
    code: String,
    #[serde(default)]
    severity: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    locations: Vec<Place>,
    #[serde(default)]
    suggestion: String,
}

#[derive(Clone, Default, Deserialize, Serialize)]
struct Place {
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    line: Option<u32>,
    #[serde(default)]
    commit: Option<String>,
}

#[derive(Deserialize)]
struct Report {
    findings: Vec<Found>,
}

/// A release whose audit is known.
struct Audited {
    version: String,
    at: Moment,
    findings: Vec<Found>,
}

async fn read(Named(name): Named<Name>, visit: Visit) -> Response {
    match gather(&visit, &name).await {
        Ok(response) => response,
        Err(failure) => visit.fail(&failure).await,
    }
}

/// The same for programs: what was found in each audited release, of one rule or one release where somebody asks for that.
async fn read_json(Named(name): Named<Name>, visit: Visit) -> Answer {
    visit.must_read()?;
    let (component, audited) = audits(&visit, &name).await?;
    let (rule, version) = (visit.asked("rule"), visit.asked("version"));
    let wanted = audited.iter().filter(|it| version.is_none_or(|version| it.version == version));
    let release = |it: &Audited| {
        let findings = it.findings.iter().filter(|it| rule.is_none_or(|rule| it.code == rule));
        json!({ "version": it.version, "at": wire::time(it.at), "findings": findings.collect::<Vec<_>>() })
    };
    let releases: Vec<_> = wanted.map(release).collect();
    visit.tell(|_| Ok(json!({ "component": component, "releases": releases }))).await
}

/// The component that is looked at, and its releases with known audits, newest first.
async fn audits(visit: &Visit, name: &Name) -> Result<(String, Vec<Audited>), Failure> {
    let (component, known) = visit
        .look(|view| {
            let product = view.product(name)?;
            let has_audits = |it: &&trainyard_registry::releases::Sequence| {
                it.newest_first()
                    .take(LOOKED_AT)
                    .any(|it| it.enclosures.contains_key(&EnclosureKind::Audit))
            };
            let sequence = match visit.asked("component") {
                Some(name) => Some(product.sequence(name)?),
                None => product.sequences().find(has_audits).or_else(|| usual(product)),
            };
            let Some(sequence) = sequence else { return Ok((String::new(), Vec::new())) };
            let known: Vec<(String, Moment, Digest)> = sequence
                .newest_first()
                .take(LOOKED_AT)
                .filter_map(|it| {
                    let digest = it.enclosures.get(&EnclosureKind::Audit)?.clone();
                    Some((it.version.to_string(), it.at, digest))
                })
                .collect();
            Ok((sequence.name.to_string(), known))
        })
        .await?;
    let digests: Vec<_> = known.iter().map(|(_, _, digest)| digest.to_string()).collect();
    let texts = visit.app.desk().store().blobs(&digests).await?;
    let audited = known.iter().filter_map(|(version, at, digest)| {
        let report: Report = serde_json::from_slice(texts.get(&digest.to_string())?).ok()?;
        Some(Audited { version: version.clone(), at: *at, findings: report.findings })
    });
    Ok((component, audited.collect()))
}

async fn gather(visit: &Visit, name: &Name) -> Result<Response, Failure> {
    let (component, audited) = audits(visit, name).await?;
    let rule = visit.asked("rule").unwrap_or_default().to_owned();
    let version = visit.asked("version").unwrap_or_default().to_owned();
    Ok(visit
        .show(|view, frame| {
            let product = view.product(name)?;
            frame.about(product, "Audit", "Audit");
            frame.twin = Some(visit.own_json());
            let broken = audited.iter().filter(|it| it.findings.iter().any(is_broken)).count();
            Ok(Page {
                path: visit.path().to_owned(),
                product: name.to_string(),
                components: product
                    .sequences()
                    .map(|it| (it.name.to_string(), it.name.as_str() == component))
                    .collect(),
                summary: format!(
                    "{} of {} kept every promise; {} broke one",
                    audited.len() - broken,
                    words::of(audited.len(), "audited release", "audited releases"),
                    words::grouped(broken as u64)
                ),
                picture: picture(visit, &audited, &component),
                years: years(visit, &audited),
                rules: rules(visit, &audited, &component),
                findings: findings(visit, &product.name, &audited, &component, (&rule, &version)),
                rule,
                version,
                audited: audited.len(),
                component,
            })
        })
        .await)
}

fn is_broken(found: &Found) -> bool {
    found.severity == "error"
}

/// How often each rule was broken.
fn counts(audited: &[Audited]) -> BTreeMap<&str, (usize, usize, &str)> {
    let mut counts: BTreeMap<&str, (usize, usize, &str)> = BTreeMap::new();
    for release in audited {
        for found in &release.findings {
            let count = counts.entry(&found.code).or_insert((0, 0, &release.version));
            if is_broken(found) {
                count.0 += 1;
            } else {
                count.1 += 1;
            }
        }
    }
    counts
}

fn title(code: &str) -> String {
    let known = serde_json::from_value::<trainyard_report::Code>(code.into());
    known.map_or_else(|_| String::new(), |code| code.info().summary.to_owned())
}

fn rules(visit: &Visit, audited: &[Audited], component: &str) -> Table {
    let columns = [
        ("rule", "Rule", ""),
        ("says", "What it says", "wide"),
        ("errors", "Broken", "number"),
        ("others", "Hints", "number"),
        ("last", "Last in", ""),
    ];
    let mut table = Table::new(visit, "rules", "Rules", &columns).or("No audit found anything.");
    let mut all: Vec<_> = counts(audited).into_iter().collect();
    all.sort_by_key(|(_, (errors, others, _))| std::cmp::Reverse((*errors, *others)));
    for (code, (errors, others, last)) in all {
        let href = format!(
            "{}?component={}&rule={}#findings-table",
            visit.path(),
            encoded(component),
            encoded(code)
        );
        table.push(vec![
            Cell::text(code).to(href).tone(if errors > 0 { Tone::Bad } else { Tone::Waiting }),
            Cell::text(title(code)),
            Cell::number(errors),
            Cell::number(others),
            Cell::text(last),
        ]);
    }
    table.done()
}

/// How many releases of each year kept every promise.
fn years(visit: &Visit, audited: &[Audited]) -> Table {
    let columns = [
        ("year", "Year", ""),
        ("releases", "Releases", "number"),
        ("kept", "Kept", "number"),
        ("broken", "Broken", "number"),
        ("share", "Share kept", ""),
    ];
    let mut table = Table::new(visit, "years", "By year", &columns);
    let mut years: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for release in audited {
        let year: String = words::day(release.at).chars().take(4).collect();
        let count = years.entry(year).or_default();
        count.0 += 1;
        count.1 += usize::from(!release.findings.iter().any(is_broken));
    }
    for (year, (all, kept)) in years.into_iter().rev() {
        let percent = kept * 100 / all.max(1);
        let tone = match percent {
            90.. => Tone::Good,
            50.. => Tone::Waiting,
            _ => Tone::Bad,
        };
        table.push(vec![
            Cell::text(year),
            Cell::number(all),
            Cell::number(kept),
            Cell::number(all - kept),
            Cell::text(format!("{percent} %"))
                .tone(tone)
                .sorted(i64::try_from(percent).unwrap_or_default()),
        ]);
    }
    table.done()
}

/// Findings of a rule and of a release, or of all.
fn findings(
    visit: &Visit,
    product: &Name,
    audited: &[Audited],
    component: &str,
    (rule, version): (&str, &str),
) -> Table {
    let columns = [
        ("version", "Release", ""),
        ("rule", "Rule", ""),
        ("message", "What was found", "wide"),
        ("place", "Where", "wide"),
    ];
    let caption = match (rule, version) {
        ("", "") => "Findings".to_owned(),
        ("", version) => format!("Findings in {version}"),
        (rule, "") => format!("Findings of {rule}"),
        (rule, version) => format!("Findings of {rule} in {version}"),
    };
    let mut table = Table::new(visit, "findings", caption, &columns).or("Every promise was kept.");
    let wanted = |it: &Audited| version.is_empty() || it.version == version;
    for (place, release) in audited.iter().enumerate().filter(|(_, it)| wanted(it)) {
        for found in release.findings.iter().filter(|it| rule.is_empty() || it.code == rule) {
            let at = found.locations.iter().find(|it| it.path.is_some());
            let at = at.or(found.locations.first()).cloned().unwrap_or_default();
            let line = at.line.map(|line| format!(":{line}")).unwrap_or_default();
            let commit = found.locations.iter().find_map(|it| it.commit.as_deref());
            let commit: String = commit.unwrap_or_default().chars().take(10).collect();
            let tone = if is_broken(found) { Tone::Bad } else { Tone::Waiting };
            table.push(vec![
                Cell::text(release.version.clone())
                    .to(release_href(product, component, &release.version))
                    .sorted(-i64::try_from(place).unwrap_or_default())
                    .note(words::day(release.at)),
                Cell::text(found.code.clone()).tone(tone),
                Cell::sentence(found.message.clone()).note(found.suggestion.clone()),
                Cell::text(at.path.map(|path| format!("{path}{line}")).unwrap_or_default())
                    .note(commit),
            ]);
        }
    }
    table.done()
}

/// A row for each rule, a mark for each release that broke it.
fn picture(visit: &Visit, audited: &[Audited], component: &str) -> String {
    let (Some(first), Some(last)) =
        (audited.iter().map(|it| it.at.0).min(), audited.iter().map(|it| it.at.0).max())
    else {
        return String::new();
    };
    let mut codes: Vec<_> = counts(audited).into_iter().collect();
    codes.sort_by_key(|(_, (errors, others, _))| std::cmp::Reverse((*errors, *others)));
    codes.truncate(DRAWN);
    let (width, left, right, lane) = (1200_i64, 84_i64, 84_i64, 24_i64);
    let secs = ((last - first) / 1_000_000).max(1);
    let x = |at: i64| left + ((at - first) / 1_000_000) * (width - left - right) / secs;
    let rows = i64::try_from(codes.len() + 1).unwrap_or_default();
    let height = 32 + lane * rows;
    let mut svg = format!(
        "<svg class=\"chart\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"group\" \
         aria-label=\"Which releases of {} broke which rule, over time; the tables below say the same\">",
        escaped(component)
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
    svg.push_str(&names("all", width, 16));
    let all = audited.iter().map(|release| {
        let class = if release.findings.iter().any(is_broken) { "bad" } else { "good" };
        (class, x(release.at.0))
    });
    svg.push_str(&marks(all, 4));
    for (row, (code, _)) in codes.iter().enumerate() {
        let y = lane * i64::try_from(row + 1).unwrap_or_default();
        svg.push_str(&names(code, width, y + 16));
        let own = audited.iter().filter_map(|release| {
            let mut own = release.findings.iter().filter(|it| it.code == *code).peekable();
            own.peek()?;
            Some((if own.any(is_broken) { "bad" } else { "waiting" }, x(release.at.0)))
        });
        svg.push_str(&marks(own, y + 4));
        let query = [("component", component), ("rule", code)];
        let query: Vec<_> =
            query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        // A lane leads to what was found of its rule.
        _ = write!(
            svg,
            "<a href=\"{}#findings-table\" aria-label=\"Findings of {code}\"><rect class=\"lane-link\" x=\"0\" y=\"{y}\" \
             width=\"{width}\" height=\"{lane}\"><title>{}</title></rect></a>",
            escaped(&address(visit.path(), &query)),
            escaped(&title(code)),
            code = escaped(code)
        );
    }
    svg.push_str("</svg>");
    svg
}

/// Marks of a lane, a path for each class.
fn marks(all: impl Iterator<Item = (&'static str, i64)>, y: i64) -> String {
    let mut paths: BTreeMap<&str, String> = BTreeMap::new();
    for (class, x) in all {
        _ = write!(paths.entry(class).or_default(), "M{x} {y}v16");
    }
    // What is broken is drawn last, over what is not.
    let order = ["good", "waiting", "bad"];
    let drawn = order.iter().filter_map(|class| Some((class, paths.get(class)?)));
    drawn.fold(String::new(), |mut svg, (class, path)| {
        _ = write!(svg, "<path class=\"mark {class}\" d=\"{path}\"/>");
        svg
    })
}
