//! Promise against practice: how audits of releases ended, by rule, over time.

use std::{collections::BTreeMap, fmt::Write as _};

use askama::Template;
use axum::{Router, response::Response, routing::get};
use serde::Deserialize;
use trainyard_registry::{Digest, Moment, Name, enclosures::EnclosureKind};

use super::{
    board::release_href,
    component::{escaped, ticks},
    lines::usual,
    table::{Cell, Table},
    visit::Visit,
    words::{self, Tone, encoded},
};
use crate::http::{Named, app::App, failure::Failure};

/// How many releases are looked at, the newest.
const LOOKED_AT: usize = 400;
/// How many rules are drawn.
const DRAWN: usize = 20;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/products/{product}/audit", get(read))
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
    rules: Table,
    findings: Table,
    rule: String,
    audited: usize,
}

/// What an audit found.
#[derive(Clone, Default, Deserialize)]
struct Found {
    #[serde(default)]
    code: String,
    #[serde(default)]
    severity: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    locations: Vec<Place>,
}

#[derive(Clone, Default, Deserialize)]
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

async fn gather(visit: &Visit, name: &Name) -> Result<Response, Failure> {
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
    let digests: Vec<&str> = known.iter().map(|(_, _, digest)| digest.as_str()).collect();
    let texts = visit.app.desk().store().blobs(&digests).await?;
    let audited = known.iter().filter_map(|(version, at, digest)| {
        let report: Report = serde_json::from_slice(texts.get(digest.as_str())?).ok()?;
        Some(Audited { version: version.clone(), at: *at, findings: report.findings })
    });
    let audited: Vec<Audited> = audited.collect();
    let rule = visit.asked("rule").unwrap_or_default().to_owned();
    Ok(visit
        .show(|view, frame| {
            let product = view.product(name)?;
            frame.about(product, "Audit", "Audit");
            frame.twin = (!component.is_empty())
                .then(|| format!("/api/v1/products/{name}/components/{component}/releases"));
            let broken = audited.iter().filter(|it| it.findings.iter().any(is_broken)).count();
            Ok(Page {
                path: visit.path().to_owned(),
                product: name.to_string(),
                components: product
                    .sequences()
                    .map(|it| (it.name.to_string(), it.name.as_str() == component))
                    .collect(),
                summary: format!(
                    "{} of {} kept every promise",
                    audited.len() - broken,
                    words::of(audited.len(), "audited release", "audited releases")
                ),
                picture: picture(&audited, &component),
                rules: rules(visit, &audited, &component),
                findings: findings(visit, product.name.as_str(), &audited, &component, &rule),
                rule,
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
    for (code, (errors, others, last)) in counts(audited) {
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

fn findings(
    visit: &Visit,
    product: &str,
    audited: &[Audited],
    component: &str,
    rule: &str,
) -> Table {
    let columns = [
        ("version", "Release", ""),
        ("rule", "Rule", ""),
        ("message", "What was found", "wide"),
        ("place", "Where", ""),
    ];
    let caption =
        if rule.is_empty() { "Findings".to_owned() } else { format!("Findings of {rule}") };
    let mut table = Table::new(visit, "findings", caption, &columns).or("Every promise was kept.");
    let Ok(product) = product.parse::<Name>() else { return table.done() };
    for (place, release) in audited.iter().enumerate() {
        for found in release.findings.iter().filter(|it| rule.is_empty() || it.code == rule) {
            let at = found.locations.first().cloned().unwrap_or_default();
            let line = at.line.map(|line| format!(":{line}")).unwrap_or_default();
            let commit: String = at.commit.unwrap_or_default().chars().take(10).collect();
            let tone = if is_broken(found) { Tone::Bad } else { Tone::Waiting };
            table.push(vec![
                Cell::text(release.version.clone())
                    .to(release_href(&product, component, &release.version))
                    .sorted(-i64::try_from(place).unwrap_or_default())
                    .note(words::day(release.at)),
                Cell::text(found.code.clone()).tone(tone),
                Cell::text(format!("{}: {}", found.subject, found.message)),
                Cell::text(at.path.map(|path| format!("{path}{line}")).unwrap_or_default())
                    .note(commit),
            ]);
        }
    }
    table.done()
}

/// A row for each rule, a mark for each release that broke it.
fn picture(audited: &[Audited], component: &str) -> String {
    let (Some(first), Some(last)) =
        (audited.iter().map(|it| it.at.0).min(), audited.iter().map(|it| it.at.0).max())
    else {
        return String::new();
    };
    let mut codes: Vec<_> = counts(audited).into_iter().collect();
    codes.sort_by_key(|(_, (errors, others, _))| std::cmp::Reverse((*errors, *others)));
    codes.truncate(DRAWN);
    let (width, left, right, lane) = (960_i64, 84_i64, 24_i64, 24_i64);
    let secs = ((last - first) / 1_000_000).max(1);
    let x = |at: i64| left + ((at - first) / 1_000_000) * (width - left - right) / secs;
    let rows = i64::try_from(codes.len() + 1).unwrap_or_default();
    let height = 32 + lane * rows;
    let mut svg = format!(
        "<svg class=\"chart\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" \
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
    _ = write!(svg, "<text class=\"name\" x=\"0\" y=\"16\">all</text>");
    for release in audited {
        let class = if release.findings.iter().any(is_broken) { "bad" } else { "good" };
        _ = write!(
            svg,
            "<rect class=\"{class}\" x=\"{}\" y=\"4\" width=\"4\" height=\"16\"><title>{}</title></rect>",
            x(release.at.0) - 2,
            escaped(&release.version)
        );
    }
    for (row, (code, _)) in codes.iter().enumerate() {
        let y = lane * i64::try_from(row + 1).unwrap_or_default();
        _ = write!(svg, "<text class=\"name\" x=\"0\" y=\"{}\">{}</text>", y + 16, escaped(code));
        for release in audited {
            let own = release.findings.iter().filter(|it| it.code == *code);
            let mut own = own.peekable();
            if own.peek().is_none() {
                continue;
            }
            let class = if own.any(is_broken) { "bad" } else { "waiting" };
            _ = write!(
                svg,
                "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"4\" height=\"16\"><title>{}</title></rect>",
                x(release.at.0) - 2,
                y + 4,
                escaped(&release.version)
            );
        }
    }
    svg.push_str("</svg>");
    svg
}
