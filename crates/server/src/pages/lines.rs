//! Lines and how long they are supported.

use std::{fmt::Write as _, sync::Arc};

use askama::Template;
use axum::{Router, response::Response, routing::get};
use jiff::civil::Date;
use trainyard_policy::Policy;
use trainyard_registry::{
    Moment, Name,
    products::Product,
    releases::{Release, Sequence},
};

use super::{
    board, component,
    policy::known,
    table::{Cell, Table},
    visit::Visit,
    words::{self, Tone, date},
};
use crate::http::{Named, View, app::App, failure::Failure};

/// How many lines the picture has at most.
const DRAWN: usize = 20;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/products/{product}/lines", get(read))
}

#[derive(Template)]
#[template(path = "lines.html")]
struct Page {
    path: String,
    components: Vec<(String, bool)>,
    component: String,
    promise: String,
    picture: String,
    /// What the picture leaves out.
    undrawn: String,
    table: Table,
}

/// A line with its support.
struct Line {
    name: String,
    title: String,
    is_lts: bool,
    /// When it began: with its first release, whatever that was.
    begins: Moment,
    first_final: Option<Moment>,
    last: Moment,
    newest: String,
    releases: usize,
    ends: Option<Date>,
    is_over: bool,
    /// Whether anybody said how long it is supported.
    is_promised: bool,
}

async fn read(Named(name): Named<Name>, visit: Visit) -> Response {
    match gather(&visit, &name).await {
        Ok(response) => response,
        Err(failure) => visit.fail(&failure).await,
    }
}

async fn gather(visit: &Visit, name: &Name) -> Result<Response, Failure> {
    let digest = visit
        .look(|view| Ok(view.product(name)?.policy().map(|policy| policy.digest.clone())))
        .await?;
    let policy = match &digest {
        Some(digest) => known(visit, digest).await?,
        None => Arc::new(None),
    };
    Ok(visit
        .show(|view, frame| {
            let product = view.product(name)?;
            frame.about(product, "Lines", "Lines");
            page(visit, view, product, policy.as_ref().as_ref()).inspect(|page| {
                frame.twin =
                    Some(format!("/api/v1/products/{name}/components/{}/lines", page.component));
            })
        })
        .await)
}

/// The component that is meant where nobody says: one with channels, else the one with the most releases.
pub(super) fn usual(product: &Product) -> Option<&Sequence> {
    let has_channels = |it: &Sequence| product.channels().any(|channel| channel.stream == it.name);
    product.sequences().max_by_key(|it| (has_channels(it), it.len()))
}

fn page(
    visit: &Visit,
    view: &View<'_>,
    product: &Product,
    policy: Option<&Policy>,
) -> Result<Page, Failure> {
    let sequence = match visit.asked("component") {
        Some(name) => Some(product.sequence(name)?),
        None => usual(product),
    };
    let lines = sequence.map(|it| lines(product, it, policy, view.now)).unwrap_or_default();
    let own = sequence.map(|it| it.name.to_string()).unwrap_or_default();
    let promise = policy.map(|policy| {
        let count = policy.lines.supported.map(|count| match count {
            1 => "The newest line is supported".to_owned(),
            _ => format!("The newest {count} lines are supported"),
        });
        let span = policy
            .lines
            .support
            .map(|span| format!("a line is supported for {span} after its first final release"));
        match (count, span) {
            (Some(count), Some(span)) => format!("{count}, and {span}."),
            (Some(count), None) => format!("{count}."),
            (None, Some(span)) => format!("As promised, {span}."),
            (None, None) => "The policy promises no time of support.".to_owned(),
        }
    });
    let columns = [
        ("line", "Line", ""),
        ("state", "Support", ""),
        ("ends", "Until", ""),
        ("newest", "Newest", ""),
        ("releases", "Releases", "number"),
        ("first", "First final", ""),
        ("last", "Last release", ""),
    ];
    let mut table = Table::new(visit, "", "Lines", &columns).or("Nothing is published yet.");
    for (place, line) in lines.iter().enumerate() {
        let title = if line.is_lts { format!("LTS {}", line.title) } else { line.title.clone() };
        let state = if line.is_over {
            Cell::text("over").tone(Tone::Plain)
        } else if line.is_promised {
            Cell::text("supported").tone(Tone::Good)
        } else {
            Cell::text("nothing is promised").tone(Tone::Plain)
        };
        let place = -i64::try_from(place).unwrap_or_default();
        table.push(vec![
            Cell::text(line.name.clone()).sorted(place).note(title.trim().to_owned()),
            state,
            Cell::text(line.ends.map_or_else(|| "not said".to_owned(), |ends| ends.to_string())),
            Cell::text(line.newest.clone())
                .to(board::release_href(&product.name, &own, &line.newest))
                .sorted(place),
            Cell::number(line.releases),
            match line.first_final {
                Some(first) => Cell::when(&words::when(first, view.now), first.0),
                None => Cell::text("none yet").sorted(i64::MAX),
            },
            Cell::when(&words::when(line.last, view.now), line.last.0),
        ]);
    }
    Ok(Page {
        path: visit.path().to_owned(),
        components: product
            .sequences()
            .map(|it| (it.name.to_string(), it.name.as_str() == own))
            .collect(),
        promise: promise
            .unwrap_or_else(|| "No policy says how long lines are supported.".to_owned()),
        picture: picture(&lines, view.now, &own),
        undrawn: component::undrawn(lines.len(), DRAWN),
        table: table.done(),
        component: own,
    })
}

/// The lines of a component, newest first.
fn lines(
    product: &Product,
    sequence: &Sequence,
    policy: Option<&Policy>,
    now: Moment,
) -> Vec<Line> {
    let today = date(now);
    let is_counted = policy.is_some_and(|policy| policy.lines.supported.is_some());
    let mut finals = 0_u32;
    let mut all = Vec::new();
    for (name, releases) in component::lines(product, sequence) {
        let final_ones: Vec<&&Release> = releases.iter().filter(|it| !it.is_prerelease).collect();
        let first = final_ones.iter().map(|it| it.at).min();
        let declared = policy.and_then(|policy| policy.lines.declared.get(&name));
        let by_span = policy.and_then(|policy| policy.lines.support).zip(first);
        let ends = declared
            .and_then(|it| it.retires)
            .or_else(|| by_span.map(|(span, first)| span.after(date(first))));
        let is_among_newest = policy
            .and_then(|policy| policy.lines.supported)
            .is_none_or(|supported| finals < supported);
        finals += u32::from(first.is_some());
        let is_declared = declared.is_some_and(|it| it.retires.is_some());
        let is_past = ends.is_some_and(|ends| ends < today);
        all.push(Line {
            title: declared.and_then(|it| it.title.clone()).unwrap_or_default(),
            is_lts: declared.is_some_and(|it| it.lts),
            begins: first.or_else(|| releases.iter().map(|it| it.at).min()).unwrap_or_default(),
            first_final: first,
            last: releases.iter().map(|it| it.at).max().unwrap_or_default(),
            newest: final_ones.first().map_or_else(
                || releases.first().map(|it| it.version.to_string()).unwrap_or_default(),
                |it| it.version.to_string(),
            ),
            releases: releases.len(),
            is_over: is_past || (!is_declared && !is_among_newest),
            is_promised: ends.is_some() || is_counted || declared.is_some_and(|it| it.lts),
            ends,
            name,
        });
    }
    all
}

/// Lines as bars over time.
fn picture(lines: &[Line], now: Moment, component: &str) -> String {
    let drawn = lines.get(..DRAWN.min(lines.len())).unwrap_or_default();
    let Some(first) = drawn.iter().map(|it| it.begins.0).min() else { return String::new() };
    let end_of = |line: &Line| {
        let ends = line.ends.and_then(|ends| ends.to_zoned(jiff::tz::TimeZone::UTC).ok());
        let open = if line.is_promised { now.0.max(line.last.0) } else { line.last.0 };
        ends.map_or(open, |ends| ends.timestamp().as_microsecond())
    };
    let last = drawn.iter().map(end_of).max().unwrap_or(now.0).max(now.0);
    let (width, left, right, lane) = (1200_i64, 72_i64, 72_i64, 28_i64);
    let secs = ((last - first) / 1_000_000).max(1);
    let x = |at: i64| left + ((at - first) / 1_000_000) * (width - left - right) / secs;
    let height = 36 + lane * i64::try_from(drawn.len()).unwrap_or_default();
    let mut svg = format!(
        "<svg class=\"chart\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" \
         aria-label=\"How long the lines of {} are supported; the table below says the same\">",
        component::escaped(component)
    );
    for (at, label) in component::ticks(first, last) {
        let x = x(at);
        _ = write!(
            svg,
            "<line class=\"grid\" x1=\"{x}\" x2=\"{x}\" y1=\"0\" y2=\"{}\"/><text x=\"{}\" y=\"{}\">{label}</text>",
            height - 20,
            x + 4,
            height - 6
        );
    }
    for (row, line) in drawn.iter().enumerate() {
        let y = 8 + lane * i64::try_from(row).unwrap_or_default();
        let (from, to) = (x(line.begins.0), x(end_of(line)));
        let class = if line.is_over || !line.is_promised {
            "span over"
        } else if line.ends.is_none() {
            "span ending"
        } else {
            "span"
        };
        _ = write!(
            svg,
            "{}<rect class=\"{class}\" x=\"{from}\" y=\"{y}\" width=\"{}\" height=\"12\" rx=\"2\"/>",
            component::names(
                &format!("{}{}", line.name, if line.is_lts { " LTS" } else { "" }),
                width,
                y + 11
            ),
            (to - from).max(4)
        );
    }
    let today = x(now.0);
    _ = write!(
        svg,
        "<line class=\"now\" x1=\"{today}\" x2=\"{today}\" y1=\"0\" y2=\"{}\"/></svg>",
        height - 20
    );
    svg
}
